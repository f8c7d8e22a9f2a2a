"""Checking and running an import, lot by lot, each in a transaction of its own: for the queue and the terminal."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from crm.db import db, reading
from crm.duplicates.engine import scans
from crm.jobs import queue
from crm.jobs.models import JobRun
from crm.lib.errors import Refused
from crm.lib.words import N_, _
from crm.org.models import User

from . import actions
from .likeness import Finder
from .models import BatchState, ImportBatch
from .understanding import understand

CHECK, RUN = "imports.check", "imports.run"
Beat = Callable[[int], None]  # called with the rows done, in the transaction of their lot


def check(batch_id: int, beat: Beat) -> ImportBatch:
    """Look at every row; nothing but the import's own rows is written. A killed check begins anew."""
    batch = db.session.get_one(ImportBatch, batch_id)
    actions.begin_check(batch)
    db.session.commit()
    mapping, done = dict(batch.mapping), 0
    with Finder() as finder:
        lots = actions.lots(batch)
        db.session.rollback()
        while lot := next(lots, None):
            with reading():  # the weighing holds no lock: others go on writing
                rows = actions.look_at(lot, mapping, finder)
                db.session.rollback()
            done += len(lot)
            actions.keep_rows(batch, rows)
            beat(done)
            db.session.commit()
            db.session.expunge_all()
            batch = db.session.get_one(ImportBatch, batch_id)
    actions.end_check(batch)
    db.session.commit()
    return batch


def run(batch_id: int, beat: Beat) -> ImportBatch:
    """Create what the check allows. Rows already dealt with are passed over, so it may be run again."""
    done = actions.dealt_with(db.session.get_one(ImportBatch, batch_id))
    while True:
        with reading():  # understanding and weighing hold no lock
            batch = db.session.get_one(ImportBatch, batch_id)
            rows = actions.next_rows(batch)
            seen = [row.id for row in rows]
            merchants = [understand(row.values) for row in rows]
            again = actions.look_again(batch, rows, merchants) if rows else {}
            db.session.rollback()
        if not rows:
            break
        # One worker at a time, whoever else believes to be the one.
        batch = db.session.get_one(ImportBatch, batch_id, with_for_update=True)
        rows = actions.next_rows(batch)
        if [row.id for row in rows] != seen:
            raise RuntimeError(f"somebody else works on import {batch_id}")
        actions.create(batch, rows, merchants, again)
        done += len(rows)
        beat(done)
        db.session.commit()
        db.session.expunge_all()
    batch = db.session.get_one(ImportBatch, batch_id)
    actions.end_run(batch, actor=db.session.get_one(User, batch.user_id))
    db.session.commit()
    actions.drop_file(batch)
    return batch


def _never_checked(job: JobRun) -> None:
    actions.give_up_check(db.session.get_one(ImportBatch, int(job.params["batch"])), "")


def _never_run(job: JobRun) -> None:
    batch = db.session.get_one(ImportBatch, int(job.params["batch"]))
    actions.end_run(batch, actor=db.session.get_one(User, batch.user_id), state=BatchState.CANCELLED)


@queue.handler(CHECK, N_("检查名单"), dropped=_never_checked)
def check_job(job: JobRun) -> dict[str, Any]:
    batch_id = int(job.params["batch"])
    try:
        check(batch_id, _beat(job.id))
    except queue.Cancelled:
        _give_up(batch_id, "")
        raise
    except Refused as refused:
        _give_up(batch_id, refused.message)
        raise
    except Exception:
        _give_up(batch_id, _("检查时出了意外，已记入日志；请再试一次"))
        raise
    return {}


@queue.handler(RUN, N_("导入名单"), dropped=_never_run)
def run_job(job: JobRun) -> dict[str, Any]:
    batch_id = int(job.params["batch"])
    try:
        batch = run(batch_id, _beat(job.id))
    except queue.Cancelled:
        _stop(batch_id, BatchState.CANCELLED)
        raise
    except Exception:
        _stop(batch_id, BatchState.FAILED)
        raise
    said = {"said": _("新增 %(n)s 家", n=f"{batch.counts.get('created', 0):,}")}
    if batch.counts.get(
        "created"
    ):  # the check looked for what is plainly the same; this looks for all that is alike
        scan = scans.order(
            actor=db.session.get_one(User, batch.user_id), import_id=batch.id, file_name=batch.file_name
        )
        scan_id = scan.id
        db.session.commit()
        queue.start(scan_id)
    return said


def _beat(job_id: int) -> Beat:
    def beat(done: int) -> None:
        queue.beat(db.session.get_one(JobRun, job_id), done)

    return beat


def _give_up(batch_id: int, why: str) -> None:
    db.session.rollback()
    actions.give_up_check(db.session.get_one(ImportBatch, batch_id), why)
    db.session.commit()


def _stop(batch_id: int, state: BatchState) -> None:
    db.session.rollback()
    batch = db.session.get_one(ImportBatch, batch_id)
    actions.end_run(batch, actor=db.session.get_one(User, batch.user_id), state=state)
    db.session.commit()
