"""Scans: of the whole base each night and on demand, of an import's records when they have come in.

A scan is a job that goes lot by lot. How far it has come stands in the job's own row and is written with each
lot, so it can be stopped, or killed, between any two instructions and goes on where it was. Looking holds no
lock; the writing of a lot takes some hundredths of a second. After TURN seconds it lets the jobs go first that wait.
"""

from __future__ import annotations

import time
from typing import Any

import sqlalchemy as sa

from crm.audit.trail import record
from crm.db import db
from crm.jobs import queue
from crm.jobs.models import JobRun, JobState
from crm.lib import clock
from crm.lib.errors import Refused
from crm.lib.words import _
from crm.merchants import suspects
from crm.merchants.models import Suspect, SuspectState

KIND = "duplicates.scan"
LONGEST_PAUSE = 0.5  # seconds; see `pause`
TURN = 20  # seconds that a scan works before it looks whether other jobs wait
COUNTED = ("records", "keys", "weighed", "found", "changed", "gone")
UNDER_WAY = (JobState.QUEUED, JobState.RUNNING)


def order(*, actor: Any, import_id: int | None = None, file_name: str = "") -> JobRun:
    """Write a scan down; the door commits and starts it. Of the whole base one at a time."""
    if import_id is None and (running := under_way()):
        raise Refused(_("查重正在进行：%(share)s", share=share_of(running)))
    title = _("查重：%(file)s", file=file_name[-150:]) if import_id else _("全库查重")
    params = {"import": import_id} if import_id else {}
    job = queue.new(KIND, title=title, params=params, user_id=actor.id)
    record("scan.ordered", job, actor=actor, name=title)
    return job


def cancel(job: JobRun, *, actor: Any) -> None:
    if job.state.is_over:
        raise Refused(_("这次查重已经结束"))
    job.cancel_asked = True
    record("scan.cancelled", job, actor=actor, name=job.name)


def share_of(job: JobRun) -> str:
    return f"{100 * job.done // job.total}%" if job.total else job.state.label


def of_base() -> sa.Select[JobRun]:
    """Scans of the whole base, the newest first."""
    whole = sa.cast(JobRun.params, sa.Text) == "{}"
    return sa.select(JobRun).where(JobRun.kind == KIND, whole).order_by(JobRun.id.desc())


def under_way() -> JobRun | None:
    return db.session.scalars(of_base().where(JobRun.state.in_(UNDER_WAY)).limit(1)).first()


def last_done() -> JobRun | None:
    return db.session.scalars(of_base().where(JobRun.state == JobState.DONE).limit(1)).first()


# --- how far one has come ----------------------------------------------------------------------------------


def begun(job: JobRun) -> dict[str, Any]:
    """Where a job that was begun before goes on; else its beginning."""
    if "noun" in job.result:
        return dict(job.result)
    import_id = job.params.get("import")
    total = sum(suspects.how_many(noun, import_id) for noun in suspects.MODELS)
    nouns = list(suspects.MODELS)
    return {"noun": nouns[0], "last": 0, "total": total, "seconds": 0.0, **dict.fromkeys(COUNTED, 0)}


def next_lot(course: dict[str, Any], import_id: int | None) -> tuple[str, list[int]]:
    """(noun, ids) of what is looked at next; no ids at the end."""
    nouns = list(suspects.MODELS)
    for noun in nouns[nouns.index(course["noun"]) :]:
        ids = suspects.lot_after(noun, course["last"] if noun == course["noun"] else 0, import_id)
        if ids:
            return noun, ids
    return nouns[-1], []


def others_wait() -> bool:
    """Whether some other job stands in the queue."""
    waiting = sa.select(JobRun.id).where(JobRun.state == JobState.QUEUED, JobRun.kind != KIND)
    return db.session.scalar(waiting.limit(1)) is not None


def pause(worked: float) -> None:
    """Where web and jobs share a process (SQLite) a scan rests as long as it worked: it takes twice as long, and
    neither a page nor another writer finds it always there first."""
    if db.engine.dialect.name == "sqlite":
        time.sleep(min(worked, LONGEST_PAUSE))


def surplus() -> dict[str, int]:
    """How many records of each noun stand in an open pair after another one, by what the engine says of the
    pair: what an estimate of the share of duplicates rests on."""
    rows = (
        sa.select(Suspect.noun, Suspect.verdict, sa.func.count(sa.distinct(Suspect.b_id)))
        .where(Suspect.state == SuspectState.OPEN, Suspect.verdict.in_(("same", "ask")))
        .group_by(Suspect.noun, Suspect.verdict)
    )
    return {f"{noun}:{verdict}": many for noun, verdict, many in db.session.execute(rows)}


def told(course: dict[str, Any]) -> str:
    return _(
        "看了 %(records)s 条记录：新增 %(found)s 对，更新 %(changed)s 对，不再相像 %(gone)s 对",
        **{name: f"{course[name]:,}" for name in ("records", "found", "changed", "gone")},
    )


def now() -> str:
    return clock.now().isoformat()
