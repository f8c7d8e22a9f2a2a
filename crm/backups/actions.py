"""The verbs of backups: order one, drop the old ones, write down that one was handed out."""

from __future__ import annotations

import datetime as dt

from crm.audit.trail import record
from crm.jobs import queue
from crm.jobs.models import JobRun
from crm.lib import clock
from crm.lib.errors import Refused
from crm.lib.words import _
from crm.org import settings
from crm.org.models import User

from . import queries
from .queries import Backup

KEPT_DAYS = "backup.kept_days"


def order(*, actor: User, why: str) -> JobRun:
    """Write the job down; `queue.start` after the commit. Refused while one is being made."""
    if queries.under_way() is not None:
        raise Refused(_("正在备份，请等它做完"))
    job = queue.new(queries.KIND, title=_("备份"), params={"why": why}, user_id=actor.id)
    record("backup.ordered", actor=actor, noun="backup")
    return job


def hand_out(one: Backup, *, actor: User) -> None:
    """All that the house knows leaves it: committed before anybody gets the file."""
    record("backup.downloaded", actor=actor, noun="backup", name=one.name, changes={"size": [None, one.size]})


def remove(one: Backup, *, actor: User) -> None:
    """Refused: the newest one."""
    if one == queries.backups()[0]:
        raise Refused(_("最新的一份不能删除"))
    record("backup.removed", actor=actor, noun="backup", name=one.name, changes={"size": [one.size, None]})
    one.path.unlink(missing_ok=True)


def drop_old() -> int:
    """Those that are older than the setting says; the newest stays whatever its age. How many."""
    oldest = clock.now() - dt.timedelta(days=settings.get(KEPT_DAYS))
    gone = [one for one in queries.backups()[1:] if one.made_at < oldest]
    for one in gone:
        one.path.unlink(missing_ok=True)
    return len(gone)
