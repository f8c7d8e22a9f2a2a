"""The one table of all that recurs. Each line calls one verb, which answers how many it dealt with."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from flask import Flask

from crm.audit.trail import HOUSE
from crm.db import db
from crm.duplicates.engine import scans
from crm.jobs import periodic, queue
from crm.jobs.periodic import Periodic
from crm.lib import clock
from crm.lib.words import N_
from crm.lists.exports import making as exports
from crm.lists.exports.queries import KEPT
from crm.merchants import reindex
from crm.web.once import Sent


def forget_spent_keys() -> int:
    """A form's key is worth nothing once no open page can still hold it."""
    gone: Any = db.session.execute(sa.delete(Sent).where(Sent.at < clock.now() - dt.timedelta(days=7)))
    db.session.commit()
    return int(gone.rowcount)


def wake_stale_jobs() -> int:
    woken = queue.resume(everything=False)
    for job_id in woken:
        queue.start(job_id)
    return len(woken)


def drop_old_exports() -> int | None:
    """A large export's file is kept for a day."""
    return exports.drop_old_files((clock.now() - KEPT).timestamp())


def look_for_duplicates() -> int:
    """The standing queue of 查重: what imports and many small edits have made alike since yesterday."""
    ordered = 0
    if scans.under_way() is None:
        job_id = scans.order(actor=HOUSE).id
        db.session.commit()
        queue.start(job_id)
        ordered = 1
    db.session.rollback()
    return ordered


def keep_look_up_whole() -> int:
    """After an upgrade that makes keys in another way the look-up is made anew, without anybody's doing."""
    return int(reindex.ensure() is not None)


ORDERED = N_("下达了 %(n)s 项任务")
RECURRING: tuple[Periodic, ...] = (
    Periodic("look_for_duplicates", N_("全库查重"), {"hour": "2", "minute": "30"}, look_for_duplicates, ORDERED),
    Periodic(
        "forget_spent_keys", N_("清理用过的表单凭据"), {"hour": "3", "minute": "10"}, forget_spent_keys,
        N_("清理了 %(n)s 个"),
    ),
    Periodic(
        "drop_old_exports", N_("删除过期的导出文件"), {"minute": "20"}, drop_old_exports, N_("删除了 %(n)s 个文件")
    ),
    Periodic("keep_look_up_whole", N_("检查查重索引"), {"minute": "*/5"}, keep_look_up_whole, ORDERED),
    Periodic(
        "wake_stale_jobs", N_("接着做中断的任务"), {"minute": "*/5"}, wake_stale_jobs, N_("接着做了 %(n)s 项任务")
    ),
)  # fmt: skip


def init_app(app: Flask) -> None:
    periodic.init_app(app, RECURRING)
