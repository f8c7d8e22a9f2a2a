"""Reading imports: everybody sees their own only; a list on its way in holds full phone numbers."""

from __future__ import annotations

import sqlalchemy as sa

from crm.db import db
from crm.jobs.models import JobRun
from crm.org.models import User

from .models import BatchState, Finding, ImportBatch, ImportRow, Outcome


def own(user: User) -> sa.Select[ImportBatch]:
    return sa.select(ImportBatch).where(ImportBatch.user_id == user.id)


def rows_of(
    batch: ImportBatch, *, finding: Finding | None = None, outcome: Outcome | None = None
) -> sa.Select[ImportRow]:
    """The rows of a list in its own order, narrowed to one finding or outcome."""
    rows = sa.select(ImportRow).where(ImportRow.batch_id == batch.id).order_by(ImportRow.number)
    if finding:
        rows = rows.where(ImportRow.finding == finding)
    if outcome:
        rows = rows.where(ImportRow.outcome == outcome)
    return rows


def counts_of(batch: ImportBatch) -> dict[str, int]:
    """{finding or outcome: rows}, and `all`."""
    found: dict[str, int] = {"all": 0}
    rows = sa.select(ImportRow.finding, ImportRow.outcome, sa.func.count()).where(
        ImportRow.batch_id == batch.id
    )
    for finding, outcome, count in db.session.execute(rows.group_by(ImportRow.finding, ImportRow.outcome)):
        found["all"] += count
        found[finding.value] = found.get(finding.value, 0) + count
        found[outcome.value] = found.get(outcome.value, 0) + count
    return found


def job_of(batch: ImportBatch) -> JobRun | None:
    return db.session.get(JobRun, batch.job_id) if batch.job_id else None


def uses_file(sha256: str) -> bool:
    """Whether an import that is not over still needs this upload."""
    over = (BatchState.DONE,)
    waiting = sa.select(ImportBatch.id).where(ImportBatch.sha256 == sha256, ImportBatch.state.not_in(over))
    return db.session.scalar(waiting.limit(1)) is not None
