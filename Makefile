# make run      the house with the demo district in it, on http://127.0.0.1:8000 (PORT=..., CRM_DATA=folder)
# make test     everything that the server will ask
# make check    the quick part of it: ruff, mypy, layers, templates, tests without browser and PostgreSQL
# make bench    pages, typing, lists in and out, and the web while the house works, on both databases, in one table
# make bench-dedup  our finder of duplicates beside today's others (LIST="a.csv.gz ..." ONLY=splink,ours RECORDS=50000)
# make translations   take new sentences into the English catalogue (PAIRS="words.json ..." gives their English)
# make lock     pin the requirements anew after a change in requirements*.in (needs uv)
# make clean    away with .venv and everything that can be made again; your data folder stays

VENV_PYTHON := .venv/bin/python
RUNTIME := .venv/.installed
DEVELOPMENT := .venv/.installed-dev
TESTS ?= tests
WORKERS ?= 2

# A stamp beside a Python that no longer starts (upgraded away, copied from elsewhere) promises nothing.
$(shell $(VENV_PYTHON) -c pass 2>/dev/null || rm -f $(RUNTIME) $(DEVELOPMENT))

.PHONY: help run test check bench bench-dedup translations lock clean
.DELETE_ON_ERROR:

help:
	@sed -n 's/^# //p' Makefile

run: $(RUNTIME)
	@exec $(VENV_PYTHON) -m flask --app wsgi serve --demo

test: $(DEVELOPMENT)
	@$(VENV_PYTHON) -m tests.support.browser
	$(VENV_PYTHON) -m pytest -q -n $(WORKERS) $(TESTS)

check: $(DEVELOPMENT)
	@status=0; $(VENV_PYTHON) -m tests.support.tools || status=1; \
	$(VENV_PYTHON) -m pytest -q -n $(WORKERS) --quick $(TESTS) || status=1; exit $$status

bench: $(DEVELOPMENT)
	$(VENV_PYTHON) -m tests.bench

bench-dedup: $(RUNTIME)
	$(VENV_PYTHON) -m tests.bench.dedup $(LIST) $(if $(ONLY),--only $(ONLY)) $(if $(RECORDS),--records $(RECORDS)) \
		$(if $(LIMIT),--limit-seconds $(LIMIT))

translations: $(RUNTIME)
	$(VENV_PYTHON) -m crm.translations update $(PAIRS)

lock:
	uv pip compile -q --universal --python-version 3.11 --generate-hashes requirements.in -o requirements.txt
	uv pip compile -q --universal --python-version 3.11 --generate-hashes requirements-batch.in -o requirements-batch.txt
	uv pip compile -q --universal --python-version 3.11 --generate-hashes requirements-dev.in -o requirements-dev.txt
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-annotate tests/bench/peers.in -o tests/bench/peers.txt

clean:
	rm -rf .venv .pytest_cache .ruff_cache .mypy_cache .import_linter_cache .hypothesis test-results
	find crm -name '*.mo' -delete
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The stamps live in .venv: when it goes, they go.
$(RUNTIME): requirements.txt scripts/venv
	@scripts/venv requirements.txt
	@touch $@

$(DEVELOPMENT): $(RUNTIME) requirements-dev.txt
	@scripts/venv requirements-dev.txt
	@touch $@
