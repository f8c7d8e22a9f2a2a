"""No table is forgotten when records are merged: every column that may name a merchant says what happens to it."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from crm.db import Model
from crm.duplicates.merging import SAME_BY
from crm.duplicates.references import LABELS, NOUNS, references
from crm.lib.on_merge import KEY, Act, OnMerge

HOW = "info=moves(), joins(), stays(why), rebuilt() or paired() of crm/lib/on_merge.py"

NO_MERCHANT = {
    "contact_log.import_id": "a list that was brought in",
    "enterprise.import_id": "a list that was brought in",
    "person.import_id": "a list that was brought in",
    "event.actor_id": "an account, also when it is gone",
    "import_batch.known_id": "a mark: the newest number there was, whether or not it is still a record",
}
"""Columns of numbers without a foreign key that are no merchant's number."""

JSON = {
    "import_row.said": "what a sentence was made of: words and numbers of rows",
    "view_columns.keys": "names of columns",
    "notice.values": "what a sentence names, as words",
    "mission.region_codes": "codes of places",
    "report_edition.content": "history: what was told then, in words and sums",
    "report_edition.rows": "history: the rows of that day by name; an old address leads on to the merged record",
    "appraisal_scheme.items": "keys of indicators and weights",
    "report_outline.sections": "names of sections",
    "report_outline.indicators": "names of indicators",
    "report_outline.ranked": "names of indicators",
    "bulletin.figures": "counts and sums, frozen when it was issued",
    "bulletin.rows": "history: what was told then, in words",
    "chosen_columns.keys": "names of columns",
    "entry_review.asked_then": "the standard as it stood then: figures",
    "event.changes": "history: what stood there then",
    "export_request.params": "the filters of a list as they were asked; an old number in them leads on",
    "import_batch.sheets": "names of sheets",
    "import_batch.headers": "words of the list",
    "import_batch.mapping": "which column is which field",
    "import_batch.examples": "cells of the list",
    "import_batch.remarks": "sentences",
    "import_batch.counts": "numbers of rows",
    "import_row.values": "cells of the list",
    "import_row.wrong": "names of fields",
    "import_row.changes": "what cells say and what was there, in words",
    "import_row.effects": "who got a position or a number by it; somebody merged since keeps them when it is undone",
    "job_run.params": "what was asked for then; an old number in it leads on",
    "job_run.result": "figures and file names",
    "layout.shape": "titles and columns of a sheet",
    "merge.choices": "history: whose value was taken",
    "merge.kept": "sentences",
    "merge.moved": "numbers of rows",
    "merge.newest": "marks: the newest numbers at that moment",
    "merge_step.after": "history: what undoing compares with",
    "merge_step.before": "history: what undoing puts back",
    "setting.value": "settings name no merchant",
    "stage_move.before": "columns of a deal that undoing a move puts back: stages, days and amounts, no merchant",
    "stage_move.passed": "names of requirements",
    "honour.evidence": "a figure, its days and the key of an indicator",
    "supervision_case.evidence": "figures, days, the key of an indicator and the number of a unit",
    "suspect.reasons": "evidence in words",
    "suspect.levels": "names of evidence",
    "weights_adoption.figures": "counts and shares",
}
"""What the columns hold that can hold anything. A new one is looked at once and written down here."""


def columns() -> list[sa.Column[Any]]:
    return [column for table in Model.metadata.sorted_tables for column in table.columns]


def name(column: sa.Column[Any]) -> str:
    return f"{column.table.name}.{column.name}"


def refers_to_a_merchant(column: sa.Column[Any]) -> bool:
    return any(key.column.table.name in NOUNS for key in column.foreign_keys)


@pytest.mark.on("sqlite")
def test_every_foreign_key_to_a_merchant_says_what_a_merge_does(app: Any) -> None:
    silent = [name(one) for one in columns() if refers_to_a_merchant(one) and KEY not in one.info]
    assert not silent, f"{silent}: say {HOW}"


@pytest.mark.on("sqlite")
def test_every_number_without_a_foreign_key_says_what_it_names(app: Any) -> None:
    """record_id beside noun, match_id, a_id: nothing but their names tells that they may be a merchant's."""
    loose = [
        name(one)
        for one in columns()
        if one.name.endswith("_id")
        and isinstance(one.type, sa.Integer)
        and not one.foreign_keys
        and KEY not in one.info
        and name(one) not in NO_MERCHANT
    ]
    assert not loose, f"{loose}: say {HOW}, or in NO_MERCHANT what else it names"


@pytest.mark.on("sqlite")
def test_every_column_that_can_hold_anything_has_been_looked_at(app: Any) -> None:
    new = [name(one) for one in columns() if isinstance(one.type, sa.JSON) and name(one) not in JSON]
    assert not new, f"{new}: may it hold a merchant's number? Write the answer into JSON"


@pytest.mark.on("sqlite")
def test_what_is_written_down_here_still_exists(app: Any) -> None:
    there = {name(one) for one in columns()}
    assert set(NO_MERCHANT) | set(JSON) <= there, (set(NO_MERCHANT) | set(JSON)) - there


@pytest.mark.on("sqlite")
def test_a_rule_can_be_carried_out(app: Any) -> None:
    for column in columns():
        rule: OnMerge | None = column.info.get(KEY)
        if rule is None:
            continue
        said = name(column)
        if rule.act is Act.STAYS:
            assert len(rule.why) > 10, f"{said}: stays() says why"
            continue
        assert rule.noun_in in column.table.c or refers_to_a_merchant(column), (
            f"{said}: a merchant of which noun?"
        )
        if rule.act in (Act.MOVES, Act.JOINS):
            assert column.table.name in LABELS, (
                f"{said}: people read of these rows; give them a name in LABELS"
            )
            assert column.table.dialect_options["sqlite"]["autoincrement"] or "id" not in column.table.c, (
                f"{said}: put NEVER_AGAIN last in __table_args__ and rebuild the table in a migration, or an undo "
                "may move a row that was given the number of a deleted one"
            )


@pytest.mark.on("sqlite")
def test_rows_that_join_can_be_told_apart(app: Any) -> None:
    for noun in NOUNS:
        for one in references(noun, Act.JOINS):
            assert one.twins_by or one.table.name in SAME_BY, (
                f"{one.name}: joins() needs a unique key, or a rule in merging.SAME_BY that says which rows are the same"
            )
        for one in references(noun, Act.MOVES):
            assert not one.twins_by, f"{one.name} is part of a unique key: it joins()"


def test_the_rules_find_every_table_they_should(app: Any) -> None:
    """The list as it stands, so that nobody changes a rule unawares."""
    found = {
        f"{one.name} {one.act}"
        for noun in NOUNS
        for one in references(noun, Act.MOVES, Act.JOINS, Act.PAIRED)
    }
    assert found >= {
        "contact_log.enterprise_id moves", "contact_person.person_id joins", "deal.enterprise_id moves",
        "deal_party.enterprise_id joins", "former_name.enterprise_id joins", "handle.enterprise_id joins",
        "handle.person_id joins", "lead.enterprise_id moves", "position.enterprise_id joins",
        "position.person_id joins", "stored_file.record_id moves", "suspect.a_id paired", "suspect.b_id paired",
        "tag.record_id joins",
    }  # fmt: skip


@pytest.mark.parametrize("table", ["enterprise", "person", "handle", "position"])
def test_the_number_of_a_deleted_row_is_never_given_again(
    app: Any, cast: Any, session: Any, table: str
) -> None:
    """SQLite would, of the newest one: an old link would lead to a stranger."""
    from crm.merchants.models import Handle, HandleKind, Position
    from tests.cast import make_enterprise, make_person

    def make() -> Any:
        firm = make_enterprise("衢州甲公司", by=cast.wang)
        person = make_person("赵明", by=cast.wang)
        rows = {
            "enterprise": lambda: firm,
            "person": lambda: person,
            "handle": lambda: Handle(enterprise=firm, kind=HandleKind.MOBILE, value="13905700001"),
            "position": lambda: Position(enterprise=firm, person=person),
        }
        row = rows[table]()
        session.add(row)
        session.flush()
        return row

    first = make()
    number = first.id
    session.commit()
    session.delete(first)
    session.commit()
    assert make().id > number
