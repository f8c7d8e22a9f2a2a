"""The one table of all that recurs. Each line calls one verb, which answers how many it dealt with."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from flask import Flask

from crm.audit.trail import HOUSE
from crm.backups import queries as backups
from crm.backups.actions import order as order_backup
from crm.db import STATISTICS, db, reading
from crm.desk.actions import index_the_rest
from crm.desk.actions import remind as remind_one
from crm.digests.jobs import send_digests
from crm.duplicates.engine import scans
from crm.imports.models import ImportBatch
from crm.jobs import actions as jobs
from crm.jobs import periodic, queue
from crm.jobs.periodic import Periodic
from crm.lib import clock
from crm.lib.words import N_
from crm.lists.exports import making as exports
from crm.lists.exports.queries import KEPT
from crm.merchants import reindex
from crm.org import queries as org
from crm.org import settings
from crm.org.models import User
from crm.reminders import actions as reminders
from crm.reminders import queries as reminded
from crm.reminders.kinds import KINDS
from crm.slips import actions as slips
from crm.slips.rounds import actions as slip_rounds
from crm.supervision.cases import actions as cases
from crm.supervision.cases.queries import LINE as CASES
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


def keep_search_whole() -> int:
    """After an upgrade by which more kinds of records are searched."""
    found = index_the_rest()
    db.session.commit()
    return found


def gather_statistics() -> int:
    """Once a night: some seconds for a base of a million, in which others who write wait."""
    db.session.execute(sa.text(STATISTICS))
    db.session.commit()
    return len(db.metadata.tables)


def back_up() -> int:
    """Once a night, by the queue: it may take long."""
    ordered = 0
    if backups.under_way() is None:
        job_id = order_backup(actor=HOUSE, why="night").id
        db.session.commit()
        queue.start(job_id)
        ordered = 1
    db.session.rollback()
    return ordered


def remind() -> int:
    """Each morning: how much of his own is due, for each who may open his desk."""
    told = 0
    for user_id in db.session.scalars(org.people().with_only_columns(User.id)).all():
        told += remind_one(db.session.get_one(User, user_id))
        db.session.commit()  # others who write wait for one person's counting at most
    return told


def draw_up_slips() -> int:
    """「实行半月一汇总」: the half month that is over, once, whoever is on holiday."""
    drawn = slip_rounds.draw_up_ended()
    db.session.commit()
    return drawn


def escalate_slips() -> int:
    """「分级负责」: what is late for too long goes up one level."""
    gone = slips.escalate_overdue()
    db.session.commit()
    return gone


def propose_cases() -> int:
    """「对主要指标未达标、项目建设进度慢、承诺事项未完成的」: listed for review, and nothing more."""
    listed = cases.propose_all(actor=HOUSE)
    db.session.commit()
    return listed


def escalate() -> int:
    """Each morning, before the desks are counted: what is due is said to its owner, then above him. Others who write
    wait for one lot at most."""
    told, today = 0, clock.today()
    for kind in KINDS:
        with reading():
            plan = reminded.plan(kind, today)
            db.session.rollback()
        told += len(plan.new)
        while not plan.is_done:
            reminders.write(plan)
            db.session.commit()
    reminders.ring()
    db.session.commit()
    return told


def forget_old_jobs() -> int:
    """What an import's page still names stays."""
    oldest = clock.now() - dt.timedelta(days=settings.get("job.kept_days"))
    named = sa.select(ImportBatch.job_id).where(ImportBatch.job_id.is_not(None))
    gone = jobs.forget(oldest, in_use=named)
    db.session.commit()
    return gone


ORDERED = N_("下达了 %(n)s 项任务")
RECURRING: tuple[Periodic, ...] = (
    Periodic(
        "gather_statistics", N_("更新数据库统计信息"), {"hour": "1", "minute": "15"}, gather_statistics, N_("看了 %(n)s 张表")
    ),
    Periodic("back_up", N_("备份"), {"hour": "1", "minute": "30"}, back_up, ORDERED),
    Periodic("look_for_duplicates", N_("全库查重"), {"hour": "2", "minute": "30"}, look_for_duplicates, ORDERED),
    Periodic(
        "forget_spent_keys", N_("清理用过的表单凭据"), {"hour": "3", "minute": "10"}, forget_spent_keys,
        N_("清理了 %(n)s 个"),
    ),
    Periodic(
        "drop_old_exports", N_("删除过期的导出文件"), {"minute": "20"}, drop_old_exports, N_("删除了 %(n)s 个文件")
    ),
    Periodic(
        "forget_old_jobs", N_("清理结束已久的后台任务和消息"), {"hour": "3", "minute": "40"}, forget_old_jobs,
        N_("清理了 %(n)s 条"),
    ),
    Periodic("draw_up_slips", N_("半月汇总交办单"), {"hour": "7", "minute": "10"}, draw_up_slips, N_("汇总了 %(n)s 件")),
    Periodic("escalate_slips", N_("逾期的交办单升级"), {"hour": "7", "minute": "20"}, escalate_slips, N_("升级了 %(n)s 件")),
    Periodic(CASES, N_("列入核查名单"), {"hour": "7", "minute": "30"}, propose_cases, N_("列入了 %(n)s 件")),
    Periodic("escalate", N_("逐级提醒"), {"hour": "7", "minute": "50"}, escalate, N_("提醒了 %(n)s 次")),
    Periodic("send_digests", N_("发提醒摘要"), {"minute": "*/10"}, send_digests, N_("发出了 %(n)s 份")),
    Periodic("remind", N_("提醒到期和逾期的事"), {"hour": "8", "minute": "0"}, remind, N_("提醒了 %(n)s 人")),
    Periodic("keep_look_up_whole", N_("检查查重索引"), {"minute": "*/5"}, keep_look_up_whole, ORDERED),
    Periodic(
        "keep_search_whole", N_("补齐查找索引"), {"minute": "*/15"}, keep_search_whole, N_("补了 %(n)s 条")
    ),
    Periodic(
        "wake_stale_jobs", N_("接着做中断的任务"), {"minute": "*/5"}, wake_stale_jobs, N_("接着做了 %(n)s 项任务")
    ),
)  # fmt: skip


def init_app(app: Flask) -> None:
    periodic.init_app(app, RECURRING)
