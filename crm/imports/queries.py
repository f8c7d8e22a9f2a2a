"""Reading imports: everybody sees their own only; a list on its way in holds full phone numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa

from crm.db import db
from crm.jobs.models import JobRun
from crm.lib.enums import Labelled
from crm.org.models import User

from . import nouns
from .models import Action, BatchState, Finding, ImportBatch, ImportRow, Outcome

MOST_NEAR = 40  # rows looked at when one was put right by hand


def own(user: User) -> sa.Select[ImportBatch]:
    return sa.select(ImportBatch).where(ImportBatch.user_id == user.id)


def rows_of(
    batch: ImportBatch,
    *,
    finding: Finding | None = None,
    action: Action | None = None,
    outcome: Outcome | None = None,
) -> sa.Select[ImportRow]:
    """The rows of a list in its own order, narrowed to one finding, action or outcome."""
    rows = sa.select(ImportRow).where(ImportRow.batch_id == batch.id).order_by(ImportRow.number)
    asked = {"finding": finding, "action": action, "outcome": outcome}
    return rows.where(*(is_narrowed(name, wanted) for name, wanted in asked.items() if wanted))


NARROWED_BY = {"finding": Finding, "action": Action, "outcome": Outcome}


def narrowed_by(args: Mapping[str, str]) -> dict[str, Any]:
    """What an address, or a bulk bar (filter_…), narrows the rows of a list to."""
    return {name: kind.of(args.get(name) or args.get(f"filter_{name}")) for name, kind in NARROWED_BY.items()}


def is_narrowed(name: str, wanted: Labelled) -> sa.ColumnElement[bool]:
    return {"finding": ImportRow.finding, "action": ImportRow.action, "outcome": ImportRow.outcome}[
        name
    ] == wanted


def rows_near(batch: ImportBatch, row: ImportRow, texts: Mapping[str, str]) -> list[ImportRow]:
    """Other rows of the list whose cells hold one of these texts, {field: text}: among them is whatever may be the
    same. The first ones; of those without an error."""
    held = [
        ImportRow.values[field].as_string().contains(text, autoescape=True)
        for field, text in texts.items()
        if text
    ]
    if not held:
        return []
    others = rows_of(batch).where(ImportRow.id != row.id, ImportRow.finding != Finding.ERROR, sa.or_(*held))
    others = others.where(sa.func.coalesce(ImportRow.match_row, 0) != row.number)  # those repeat this one
    return list(db.session.scalars(others.limit(MOST_NEAR)))


def rows_after(batch: ImportBatch, row: ImportRow) -> list[ImportRow]:
    """Rows that were said to repeat this one, and with which nothing has been done yet."""
    rows = rows_of(batch, outcome=Outcome.WAITING).where(ImportRow.match_row == row.number)
    return list(db.session.scalars(rows.limit(MOST_NEAR)))


def target_of(batch: ImportBatch, row: ImportRow) -> int | None:
    """The record that the row is about: one of the base, or what an earlier row has made or is."""
    if row.match_row is None:
        return row.match_id
    first = db.session.scalars(rows_of(batch).where(ImportRow.number == row.match_row)).first()
    if first is None:
        return None
    return first.record_id or (
        first.match_id if first.finding in (Finding.UPDATE, Finding.UNCHANGED) else None
    )


def did_already(batch: ImportBatch, record_id: int) -> bool:
    """Whether a row of this list has made or changed the record."""
    ours = sa.select(ImportRow.id).where(
        ImportRow.batch_id == batch.id, ImportRow.record_id == record_id,
        ImportRow.outcome.in_((Outcome.CREATED, Outcome.UPDATED)),
    )  # fmt: skip
    return db.session.scalar(ours.limit(1)) is not None


def counts_of(batch: ImportBatch) -> dict[str, int]:
    """{finding, outcome, or what is still to be done: rows}, and `all`."""
    found: dict[str, int] = {"all": 0}
    kinds = (ImportRow.finding, ImportRow.action, ImportRow.outcome)
    rows = sa.select(*kinds, sa.func.count()).where(ImportRow.batch_id == batch.id).group_by(*kinds)
    for finding, action, outcome, count in db.session.execute(rows):
        keys = [finding.value, outcome.value]
        if outcome is Outcome.WAITING:
            keys.append(f"to_{action.value}")
        found["all"] += count
        for key in keys:
            found[key] = found.get(key, 0) + count
    return found


def still_there(batch: ImportBatch, record_ids: Iterable[int | None], *, user: User) -> set[int]:
    """Which of these the user may open: some were taken back, or merged into others."""
    ids = {one for one in record_ids if one}
    if not ids:
        return set()
    noun = nouns.of(batch)
    rows = noun.visible_to(user).with_only_columns(noun.model.id).where(noun.model.id.in_(ids))
    return set(db.session.scalars(rows.order_by(None)))


def mapping_of_before(batch: ImportBatch) -> dict[str, str] | None:
    """How the unit's last list of this noun with these headers was understood, when it was checked."""
    before = sa.select(ImportBatch.mapping).where(
        ImportBatch.unit_id == batch.unit_id,
        ImportBatch.header_key == batch.header_key,
        ImportBatch.noun == batch.noun,
        ImportBatch.state != BatchState.UPLOADED,
    )
    return db.session.scalars(before.order_by(ImportBatch.id.desc()).limit(1)).first()


def job_of(batch: ImportBatch) -> JobRun | None:
    return db.session.get(JobRun, batch.job_id) if batch.job_id else None


def uses_file(sha256: str) -> bool:
    """Whether an import that is not over still needs this upload."""
    over = (BatchState.DONE, BatchState.UNDOING, BatchState.UNDONE)
    waiting = sa.select(ImportBatch.id).where(ImportBatch.sha256 == sha256, ImportBatch.state.not_in(over))
    return db.session.scalar(waiting.limit(1)) is not None
