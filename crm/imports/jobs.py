"""Checking, running and taking back an import, lot by lot, each in a transaction of its own: for the queue and the
terminal.

An import is all or nothing, although nobody waits for a long transaction: a run that is killed goes on where it was
until all is done; one that is cancelled or fails is taken back lot by lot (which goes on too when it is killed). In
between what is already there can be seen and used; what somebody has used stays, and the list says so.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from crm.db import db, reading
from crm.duplicates.engine import scans
from crm.jobs import queue
from crm.jobs.lots import Lots
from crm.jobs.models import JobRun
from crm.lib.errors import Refused
from crm.lib.words import N_, _, joined
from crm.lists.exports import making
from crm.org.models import User

from . import actions, nouns, plain, results, undoing, writing
from .likeness import Finder
from .models import BatchState, ImportBatch
from .understanding import understand

log = logging.getLogger(__name__)
CHECK, RUN, UNDO, RESULT = "imports.check", "imports.run", "imports.undo", "imports.result"
Beat = Callable[..., None]  # called with the rows done (and of how many), in the transaction of their lot
AWAY = (sa.exc.OperationalError, sa.exc.InterfaceError)  # the database, not the list


def check(batch_id: int, beat: Beat) -> ImportBatch:
    """Look at every row; nothing but the import's own rows is written. A killed check begins anew."""
    batch = db.session.get_one(ImportBatch, batch_id)
    actions.begin_check(batch)
    db.session.commit()
    mapping, mode, user_id, done = dict(batch.mapping), batch.mode, batch.user_id, 0
    noun = nouns.of(batch)
    with Finder() as finder, plain.Seen(noun) as seen:
        db.session.expunge(batch)
        db.session.rollback()
        total = sum(map(len, actions.lots(batch)))  # read twice, so that people know how long it takes
        lots = actions.lots(batch)
        beat(0, total)
        db.session.commit()
        while lot := next(lots, None):
            with reading():  # the weighing holds no lock: others go on writing
                actor = db.session.get_one(User, user_id)
                if noun.plain:
                    rows = plain.look_at(noun, lot, mapping, seen, mode=mode, actor=actor)
                else:
                    rows = actions.look_at(lot, mapping, finder, mode=mode, actor=actor)
                db.session.rollback()
            done += len(lot)
            batch = db.session.get_one(ImportBatch, batch_id)
            actions.keep_rows(batch, rows)
            beat(done)
            db.session.commit()
            db.session.expunge_all()
    batch = db.session.get_one(ImportBatch, batch_id)
    actions.end_check(batch)
    db.session.commit()
    return batch


def run(batch_id: int, beat: Beat) -> ImportBatch:
    """Do what was decided. Rows already dealt with are passed over, so it may be run again."""
    with reading():
        batch = db.session.get_one(ImportBatch, batch_id)
        done, user_id = undoing.left(batch), batch.user_id
        db.session.rollback()
    lots = Lots(writing.LOT, writing.WAIT, least=writing.LEAST)
    while True:
        with reading():  # understanding and weighing hold no lock
            batch, actor = db.session.get_one(ImportBatch, batch_id), db.session.get_one(User, user_id)
            rows = writing.next_rows(batch, lots.many)
            seen, is_plain = [row.id for row in rows], nouns.of(batch).plain is not None
            merchants = [] if is_plain else [understand(row.values) for row in rows]
            again = writing.look_again(batch, rows, merchants, actor=actor) if merchants else {}
            db.session.rollback()
        if not rows:
            break
        lots.begin()
        # One worker at a time, whoever else believes to be the one.
        batch, actor = _locked(batch_id), db.session.get_one(User, user_id)
        rows = writing.next_rows(batch, lots.many)
        if [row.id for row in rows] != seen:
            raise queue.NotMine
        if is_plain:
            done += plain.write(batch, rows, actor=actor)
        else:
            done += writing.write(batch, rows, merchants, again, actor=actor)
        beat(done)
        db.session.commit()
        lots.end()
        db.session.expunge_all()
    batch = _locked(batch_id)
    actions.end_run(batch, actor=db.session.get_one(User, user_id))
    db.session.commit()
    actions.drop_file(batch)
    return batch


def take_back(batch_id: int, beat: Beat) -> ImportBatch:
    """Undo what the run has done, and end as the batch says."""
    done = 0
    with reading():
        batch = db.session.get_one(ImportBatch, batch_id)
        user_id = batch.user_id
        total = undoing.left(batch) + (0 if nouns.of(batch).plain else undoing.people_left(batch))
        db.session.rollback()
    beat(done, total)
    db.session.commit()
    lots = Lots(undoing.LOT, writing.WAIT)
    while True:
        lots.begin()
        batch = _locked(batch_id)
        rows = undoing.next_rows(batch, lots.many)
        if not rows:
            break
        undo = plain.take_back if nouns.of(batch).plain else undoing.take_back
        undo(batch, rows, actor=db.session.get_one(User, user_id))
        done += len(rows)
        beat(done)
        db.session.commit()
        lots.end()
        db.session.expunge_all()
    last: int | None = None if nouns.of(batch).plain else 0
    while last is not None:
        batch = _locked(batch_id)
        last, looked_at = undoing.take_back_people(batch, last, actor=db.session.get_one(User, user_id))
        done += looked_at
        beat(done)
        db.session.commit()
        db.session.expunge_all()
    batch = _locked(batch_id)
    state = batch.ends_as or BatchState.CANCELLED
    verb = "import.undone" if state is BatchState.UNDONE else "import.taken_back"
    actions.ended(batch, state, verb, actor=db.session.get_one(User, user_id))
    db.session.commit()
    return batch


def _locked(batch_id: int) -> ImportBatch:
    return db.session.get_one(ImportBatch, batch_id, with_for_update=True)


# --- for the queue ----------------------------------------------------------------------------------------


def _never_checked(job: JobRun) -> None:
    actions.give_up_check(_batch(job), "")


def _never_run(job: JobRun) -> None:
    _batch(job).state = BatchState.CHECKED


def _never_undone(job: JobRun) -> None:
    batch = _batch(job)
    batch.state, batch.ends_as = BatchState.DONE, None


def _batch(job: JobRun) -> ImportBatch:
    return db.session.get_one(ImportBatch, int(job.params["batch"]))


@queue.handler(CHECK, N_("检查名单"), dropped=_never_checked)
def check_job(job: JobRun) -> dict[str, Any]:
    batch_id = int(job.params["batch"])
    try:
        batch = check(batch_id, _beat(job.id))
    except AWAY as error:
        raise queue.Again from error
    except queue.NotMine:
        raise
    except queue.Cancelled:
        _give_up(batch_id, "")
        raise
    except Refused as refused:
        _give_up(batch_id, refused.message)
        raise
    except Exception:
        _give_up(batch_id, _("检查时出了意外，已记入日志；请再试一次"))
        raise
    return {"said": _("检查了 %(n)s 行", n=f"{batch.counts.get('all', 0):,}")}


@queue.handler(RUN, N_("导入名单"), dropped=_never_run)
def run_job(job: JobRun) -> dict[str, Any]:
    """A run that cannot come to its end is taken back before the job ends; what ended it is told then."""
    batch_id, job_id = int(job.params["batch"]), job.id
    try:
        why = _run_or_begin_to_take_back(batch_id, job_id)
        if why is None:
            return _said(batch_id)
        state = take_back(batch_id, _beat(job_id, stoppable=False)).state
    except AWAY as error:
        raise queue.Again from error
    if state is BatchState.CANCELLED:
        raise queue.Cancelled
    raise Refused(why)


def _run_or_begin_to_take_back(batch_id: int, job_id: int) -> str | None:
    """None when all is done, perhaps by an attempt that was killed just then; else why it is taken back."""
    unexpected = _("出了意外，已记入日志；做过的已经撤回")
    state = db.session.get_one(ImportBatch, batch_id).state
    db.session.rollback()
    if state is BatchState.DONE:
        return None
    if state is BatchState.UNDOING:
        return unexpected
    try:
        run(batch_id, _beat(job_id))
        return None
    except (queue.NotMine, *AWAY):
        raise
    except Exception as error:
        db.session.rollback()
        if not isinstance(error, queue.Cancelled | Refused):
            log.exception("import %s is taken back", batch_id)
        batch = _locked(batch_id)
        batch.state = BatchState.UNDOING
        batch.ends_as = BatchState.CANCELLED if isinstance(error, queue.Cancelled) else BatchState.FAILED
        db.session.commit()
        return error.message if isinstance(error, Refused) else unexpected


def _said(batch_id: int) -> dict[str, Any]:
    batch = db.session.get_one(ImportBatch, batch_id)
    created, updated = (batch.counts.get(key, 0) for key in ("created", "updated"))
    said = [_("新增 %(n)s 条", n=f"{created:,}")]
    if updated:
        said.append(_("更新 %(n)s 条", n=f"{updated:,}"))
    if (
        created and batch.noun == "enterprise"
    ):  # the check looked for what is plainly the same; this looks for all that is alike
        actor = db.session.get_one(User, batch.user_id)
        scan_id = scans.order(actor=actor, import_id=batch.id, file_name=batch.file_name).id
        db.session.commit()
        queue.start(scan_id)
    return {"said": joined(said, "，")}


@queue.handler(UNDO, N_("撤销导入"), dropped=_never_undone, stoppable=False)
def undo_job(job: JobRun) -> dict[str, Any]:
    """A second undo of the same list finds nothing left to do."""
    try:
        batch = take_back(int(job.params["batch"]), _beat(job.id, stoppable=False))
    except AWAY as error:
        raise queue.Again from error
    undone, kept = (batch.counts.get(key, 0) for key in ("undone_row", "kept"))
    said = [_("撤销了 %(n)s 行", n=f"{undone:,}")]
    if kept:
        said.append(_("%(n)s 行后来有人用过，没有撤销", n=f"{kept:,}"))
    return {"said": joined(said, "，")}


def result_path(batch_id: int, job_id: int) -> Path:
    """Where the exports are, whose files go after a day."""
    return making.folder() / f"import-result.{batch_id}.{job_id}.xlsx"


@queue.handler(RESULT, N_("导入结果表"))
def result_job(job: JobRun) -> dict[str, Any]:
    """Makes the file anew each time it is run."""
    job_id, batch = job.id, _batch(job)
    path, total = result_path(batch.id, job_id), batch.counts.get("all", 0)
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_suffix(".part")
    batch_id = batch.id
    db.session.rollback()
    try:
        with reading():
            batch = db.session.get_one(ImportBatch, batch_id)
            rows = results.write(batch, half, lambda done: queue.report(job_id, done, total))
            db.session.rollback()
        half.replace(path)
    finally:
        half.unlink(missing_ok=True)
    return {
        "said": _("共 %(n)s 行，文件保留 24 小时", n=f"{rows:,}"),
        "endpoint": "imports.result_file",
        "values": {"id": batch_id, "job_id": job_id},
        "label": _("下载结果表"),
    }


def _beat(job_id: int, *, stoppable: bool = True) -> Beat:
    def beat(done: int, total: int | None = None) -> None:
        queue.beat(db.session.get_one(JobRun, job_id), done, total, stoppable=stoppable)

    return beat


def _give_up(batch_id: int, why: str) -> None:
    db.session.rollback()
    actions.give_up_check(db.session.get_one(ImportBatch, batch_id), why)
    db.session.commit()
