"""The rooms of a feature keep to what they hold: verbs know no browser, doors alone commit, rules are pure.

Which floor may import which is in pyproject.toml (lint-imports); this is what such a contract cannot say.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.conftest import ROOT

CRM = ROOT / "crm"
FEATURES = (
    "agreements",
    "approvals",
    "approvals.catalogue",
    "approvals.joint",
    "backups",
    "bulletins",
    "calendars",
    "campaigns",
    "capital",
    "contacts",
    "contests",
    "dashboards",
    "deals",
    "delivery",
    "desk",
    "digests",
    "disputes",
    "entry",
    "entry.standards",
    "duplicates",
    "health",
    "holidays",
    "imports",
    "indicators",
    "jobs",
    "layouts",
    "leads",
    "lists",
    "meetings",
    "merchants",
    "missions",
    "partners",
    "prospects",
    "referrals",
    "org",
    "pipeline",
    "reserve",
    "needs",
    "land",
    "yields",
    "financing",
    "review",
    "slips",
    "supervision",
    "supervision.cases",
    "supervision.commitments",
    "supervision.honours",
    "supervision.stories",
    "reporting",
    "reminders",
    "report_table",
    "reports",
    "tracking",
    "targets",
    "transfers",
    "watchers",
)
DOORS = {"views", "cli", "commands", "recurring", "queue", "jobs"}
"""Who was asked from outside (a browser, a terminal, a timer, the queue) says when it is done, and commits."""

KNOW_HTTP = {"views", "forms", "lists"}
ROOMS = {"views", "forms", "lists", "actions", "queries", "models", "__init__"}
"""`lists` tells what a list page is: its columns with their links, its filters, its acts."""

NOT_PURE = {
    "indicators/saying.py": "says a figure as the reader's language writes numbers",
    "contacts/changes.py": "looks up the names of people and units that a change names",
    "contacts/happenings.py": "the story of a record, read from all that tells of it",
    "missions/chain.py": "reads which visits and talks were led by whom",
    "reminders/kinds.py": "declares by which statements what is due is found",
    "tracking/completeness.py": "keeps its table as firms change, for all verbs alike",
    "merchants/across.py": "asks the base who works where",
    "jobs/terminal.py": "a command shows how far a job has come",
    "jobs/lots.py": "takes the write lock and lets others have it between two lots",
    "imports/renewing.py": "the other half of writing: records that are there already are changed, and set back",
    "imports/declaring.py": "what a noun declares runs its own verbs",
    "deals/likeness.py": "asks the base for deals like the one that is being typed",
    "backups/archive.py": "copies the database by its engine's own means, and puts it back",
    "org/guard.py": "the lock on the door: it must see both user and request",
    "org/sessions.py": "signing in is about the cookie and its row",
    "org/settings.py": "answers from the table of settings",
    "org/demo.py": "loads the demo district and takes it away",
    "deals/history.py": "keeps the table of days as the session writes",
    "desk/asked.py": "a figure is counted by the list that it links to",
    "desk/finding.py": "asks every noun that the search box finds",
    "duplicates/history.py": "reads the log of merges and says in words what one did",
    "duplicates/tombstones.py": "follows the numbers that are gone through their table",
    "duplicates/merging.py": "the plan is read from the base, the act writes to it: one theory, one room",
    "duplicates/pairs.py": "what becomes of the pairs in their table, for merging and undoing alike",
    "duplicates/pane.py": "tells what the page of a pair shows, as lists.py does for lists",
    "merchants/placing.py": "keeps with each pair which unit decides about it, whoever changes what",
    "duplicates/engine/fan_out.py": "reads what stands under a key",
    "duplicates/engine/health.py": "the figures of one page, each a statement",
    "duplicates/engine/lessons.py": "decisions become labels, and labels an offer",
    "duplicates/engine/scans.py": "orders scans, and reads how far one has come",
    "duplicates/engine/weighing.py": "the bridge from the adopted tables to crm.dedup",
    "duplicates/references.py": "reads from the metadata which columns name a merchant",
    "duplicates/searching.py": "asks for the deals and people that are to be found anew",
    "duplicates/undoing.py": "the other half of merging",
    "imports/likeness.py": "asks the base for look-alikes of many rows at a time",
    "imports/deals.py": "a noun of imports: read, matched, made and taken away again",
    "imports/leads.py": "a noun of imports: read, matched, made and taken away again",
    "imports/logs.py": "a noun of imports: read, matched, made and taken away again",
    "imports/commitments.py": "a noun of imports: read, matched, made and taken away again",
    "imports/naming.py": "asks for the records that the cells of a list name",
    "imports/nouns.py": "the declarations of the nouns that come in as lists",
    "imports/milestones.py": "a noun of imports: read, matched, made and taken away again",
    "imports/slips.py": "a noun of imports: read, matched, made and taken away again",
    "imports/projects.py": "a noun of imports: read, matched, made and taken away again",
    "imports/partners.py": "a noun of imports: read, matched, made and taken away again",
    "imports/parcels.py": "a noun of imports: read, matched, made and taken away again",
    "imports/paid_in.py": "a noun of imports: read, matched, made and taken away again",
    "imports/tasks.py": "a noun of imports: read, matched, made and taken away again",
    "imports/typed.py": "a noun of imports: read, matched, made and taken away again",
    "imports/yields.py": "a noun of imports: read, matched, made and taken away again",
    "imports/reserve.py": "a noun of imports: read, matched, made and taken away again",
    "imports/people.py": "a noun of imports: read, matched, made and taken away again",
    "imports/plain.py": "check, run and taking back of those nouns",
    "imports/matching.py": "asks the base which records the rows of a list are",
    "imports/undoing.py": "the other half of writing: what a run has done is taken back",
    "imports/writing.py": "what a run does with a lot of rows, many at once",
    "imports/results.py": "writes the rows of a list and what became of them into a workbook",
    "indicators/catalogue.py": "names the lists and filters that figures are counted from",
    "indicators/earlier.py": "asks those lists whether they held anything by a day",
    "indicators/counting.py": "counts the rows of those lists, and reads who changed them",
    "jobs/periodic.py": "claims the runs of what recurs in their table",
    "jobs/queue.py": "the queue's own connection to the application",
    "partners/results.py": "the figures of one page, a statement for each noun",
    "lists/exports/tables.py": "reads the tables of a drawn page into its file",
    "lists/exports/making.py": "reads the rows of an order into its file, chunk by chunk",
    "lists/table.py": "what a list page is; it knows the address it stands at",
    "lists/asked.py": "the one place where an address becomes a query",
    "lists/page.py": "puts a list into the shape its template draws",
    "slips/papers.py": "writes the printed forms, in words and days as pages show them",
    "reports/counting.py": "counts what a report tells and keeps the rows behind it",
    "reports/once.py": "reads which rows an appraisal leaves out, and what the one before has counted",
    "reports/paper.py": "writes Word, in words and amounts as pages show them",
    "reports/workbook.py": "writes Excel, in words as pages show them",
    "reports/telling.py": "says frozen values in the reader's language",
    "meetings/minutes.py": "writes the Word file, in words and amounts as pages show them",
    "merchants/asking.py": "the one door of all forms and the API to the look-up; what a form says is read by actions",
    "merchants/identity.py": "the bridge from the tables to crm.dedup",
    "merchants/lookup.py": "the index behind 查重: its two tables, written and asked",
    "merchants/reindex.py": "goes over that index and the records in many short transactions",
    "merchants/suspects.py": "keeps pairs and decisions in their table, for actions and the scan alike",
}
"""Other rooms than the five are rules in pure Python; these few are not, and say why."""

COMMIT_THEMSELVES = {
    "jobs/periodic.py": "the timer's own door: a run is claimed, done and written down in transactions of its own",
    "org/sessions.py": "a failed sign-in is counted even though the request is refused",
    "org/demo.py": "the copy of the database is taken between two transactions",
    "merchants/reindex.py": "a rebuild beside the web is a row of short transactions, each resumable",
}


def modules(*, of: tuple[str, ...] = FEATURES) -> list[Path]:
    return sorted(path for name in of for path in (CRM / name).rglob("*.py"))


def name_of(path: Path) -> str:
    return path.relative_to(CRM).as_posix()


def room_of(path: Path) -> str:
    """Which room a file is, or belongs to: many pages are a folder of views."""
    return path.parent.name if path.parent.name == "views" else path.stem


def imports(path: Path) -> Iterator[str]:
    """Dotted names of all that a module imports, relative ones written out."""
    package = ["crm", *path.relative_to(CRM).parent.parts]
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        if isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            start = ".".join([*base, *([node.module] if node.module else [])])
            yield from (f"{start}.{alias.name}" for alias in node.names)


def test_only_views_and_forms_know_the_request() -> None:
    web = {"flask.request", "flask.session", "flask.redirect", "flask.url_for", "flask.render_template",
           "flask.flash", "flask.abort", "flask_login.current_user"}  # fmt: skip
    others = [one for one in modules() if room_of(one) not in KNOW_HTTP and name_of(one) not in NOT_PURE]
    found = [f"{name_of(one)} imports {has}" for one in others if (has := web & set(imports(one)))]
    assert len(others) > 100 and not found, "\n".join(
        ["hand it what it needs, actor=, from the view:", *found]
    )


def test_only_doors_commit() -> None:
    found = []
    for path in sorted(CRM.rglob("*.py")):
        if room_of(path) in DOORS or name_of(path) in COMMIT_THEMSELVES or name_of(path).startswith("web/"):
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "db.session.commit":
                found.append(f"{name_of(path)}:{node.lineno}")
    assert not found, f"a verb does not commit, the door that called it does: {found}"


def rules() -> list[Path]:
    return [
        path for path in modules() if room_of(path) not in ROOMS | DOORS and name_of(path) not in NOT_PURE
    ]


def test_a_rule_is_pure() -> None:
    impure = ("flask", "sqlalchemy", "crm.db", "crm.audit", "crm.web")
    rooms = tuple(f"crm.{feature}.{room}" for feature in FEATURES for room in ("views", "actions", "queries"))
    found = [
        f"{name_of(path)} imports {has}"
        for path in rules()
        if (has := [one for one in imports(path) if one.startswith((*impure, *rooms))])
    ]
    assert len(rules()) > 20 and not found, "\n".join(["a rule takes values and gives an answer:", *found])


def test_the_exceptions_still_exist() -> None:
    gone = [name for name in NOT_PURE if not (CRM / name).exists()]
    assert not gone, f"take them off NOT_PURE: {gone}"


def test_dedup_can_be_used_without_the_house() -> None:
    """`python -m crm.dedup` on a machine without Flask: nothing of the web or the database is loaded."""
    import subprocess
    import sys

    code = (
        "import sys, pkgutil, importlib, crm.dedup as d\n"
        "for m in pkgutil.iter_modules(d.__path__):\n"
        "    if m.name != '__main__': importlib.import_module('crm.dedup.' + m.name)\n"
        "print(*sorted({n.split('.')[0] for n in sys.modules} & {'flask', 'sqlalchemy', 'wtforms', 'werkzeug'}))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "", f"crm.dedup loads {done.stdout.strip()}"
