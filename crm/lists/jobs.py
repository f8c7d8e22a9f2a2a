"""Exports too large for a request: the same file, made by the queue, kept for its owner alone."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl

from werkzeug.datastructures import MultiDict

from crm.db import db
from crm.jobs import queue
from crm.jobs.models import JobRun
from crm.lib.errors import Refused
from crm.lib.words import _
from crm.org.models import User

from . import actions
from .actions import Order
from .table import LISTS

KIND = "lists.export"


@queue.handler(KIND)
def run(job: JobRun) -> dict[str, Any]:
    """Makes the file anew each time it is run: a killed process leaves nothing that counts.

    Rights are asked again: they may have changed since the order was placed.
    """
    wanted = dict(job.params)
    page, user = LISTS[wanted["page"]], db.session.get_one(User, job.user_id)
    if not user.active or not (user.may(page.view_permission) and user.may(page.export_permission)):
        raise Refused(_("您没有导出这份名单的权限"))
    order = Order.of(
        page,
        MultiDict(parse_qsl(wanted["query"])),
        format=wanted["format"],
        full=wanted["full"],
        reason=wanted["reason"],
        user=user,
    )

    db.session.commit()  # no lock is held while rows are read

    def said(done: int, total: int) -> None:
        queue.report(job.id, done, total)

    made = actions.make_file(order, user=user, progress=said)
    db.session.commit()
    actions.note_export(order, made, actor=user)
    db.session.commit()
    return {
        "file": made.path.name,
        "name": made.name,
        "rows": made.rows,
        "sha256": made.sha256,
        "said": _("共 %(n)s 行，文件保留 24 小时", n=f"{made.rows:,}"),
        "endpoint": "lists.export_file",
        "values": {"id": job.id},
        "label": _("下载 %(name)s", name=made.name),
    }
