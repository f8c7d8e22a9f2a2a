"""How fast the house is, as ratios to a baseline in the same run: `make bench`, or

    python -m tests.bench           all of it at small sizes, one table at the end
    python -m tests.bench.pages     what people wait for, page by page, with 50 000 companies
    python -m tests.bench.typing    duplicates while typing
    python -m tests.bench.standing  what a scan's list holds of the truth; the pages of a long queue
    python -m tests.bench.meanwhile lists, search and saving during a scan, an import, a rebuild
    python -m tests.bench.arriving  lists in: rows a second, memory; beside single INSERTs without any check
    python -m tests.bench.leaving   lists out: rows a second, memory

A benchmark, not a test: the machines are noisy, so nothing here passes or fails.
"""
