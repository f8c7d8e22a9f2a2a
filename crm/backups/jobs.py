"""A backup, made by the queue. Whoever looks after the house hears of one that failed."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from crm.audit.trail import HOUSE, record
from crm.db import db
from crm.jobs import actions as bell
from crm.jobs import queue
from crm.jobs.models import JobRun
from crm.lib import clock
from crm.lib.errors import Refused
from crm.lib.words import N_, _
from crm.org.models import User
from crm.org.permissions import Role
from crm.web import display

from . import actions, archive, queries

ABOUT = "backup"


@queue.handler(queries.KIND, N_("备份"), stoppable=False)
def run(job: JobRun) -> dict[str, Any]:
    """Makes the file anew each time it is run: a killed process leaves nothing that counts."""
    job_id, user_id, why = job.id, job.user_id, str(job.params.get("why", ""))
    db.session.commit()  # no lock is held while the copy is made
    try:
        path = archive.make(why, lambda done, total: queue.report(job_id, done, total))
        known, _rows = archive.check(path)
    except Exception as fault:
        db.session.rollback()
        _ring(fault)
        db.session.commit()
        raise
    size = path.stat().st_size
    db.session.rollback()
    actor = db.session.get(User, user_id) if user_id else HOUSE
    record("backup.made", actor=actor, noun="backup", name=path.name, changes={"size": [None, size]})
    bell.take_back(ABOUT)
    gone = actions.drop_old()
    db.session.commit()
    said = _(
        "%(name)s，%(size)s，附件 %(n)s 个，已核对", name=path.name, size=display.size(size), n=known.files
    )
    if gone:
        said += _("；删除了 %(n)s 份过期的", n=gone)
    return {"said": said, "endpoint": "backups.index", "values": {}, "label": _("打开")}


def _ring(fault: Exception) -> None:
    why = fault.message if isinstance(fault, Refused) else _("出了意外，已记入日志")
    said = _("%(when)s的备份没有成功：%(why)s", when=display.day(clock.now()), why=why)
    heads = sa.select(User).where(User.active, User.role == Role.ADMINISTRATOR)
    bell.tell(db.session.scalars(heads).all(), ABOUT, said, "backups.index")
