"""Exports too large for a request: the same file, made by the queue, kept for its owner alone."""

from __future__ import annotations

from typing import Any

from crm.db import db
from crm.jobs import queue
from crm.jobs.models import JobRun, JobState
from crm.lib import clock
from crm.lib.words import N_, _
from crm.org.models import User

from . import actions, making
from .making import Made
from .models import ExportRequest
from .order import Order
from .queries import KIND


@queue.handler(KIND, N_("导出名单"))
def run(job: JobRun) -> dict[str, Any]:
    """Makes the file anew each time it is run: a killed process leaves nothing that counts.

    Rights are asked again: they may have changed since the order was placed.
    """
    wanted = dict(job.params)
    user = db.session.get_one(User, job.user_id)
    order = Order.again(wanted, user)
    said = None
    if wanted.get("request"):
        said = actions.leave_of(db.session.get_one(ExportRequest, wanted["request"]))
    db.session.commit()  # no lock is held while rows are read

    def progress(done: int, total: int) -> None:
        queue.report(job.id, done, total)

    made = making.make_file(order, user=user, said=said, progress=progress)
    db.session.commit()
    actions.note_export(order, made, actor=user)
    db.session.commit()
    return result_of(made, job.id)


def done_already(order: Order, made: Made, *, actor: User) -> JobRun:
    """A file that was made on the spot, put beside those of the queue: to be opened again for a day."""
    job = actions.order_job(order, actor=actor, came_from="")
    job.state, job.done, job.total = JobState.DONE, made.rows, made.rows
    job.began_at = job.ended_at = job.seen_at = clock.now()  # it is opened at once: the bell stays silent
    job.result = result_of(made, job.id)
    return job


def result_of(made: Made, job_id: int) -> dict[str, Any]:
    """What the job's card says, and where its button leads."""
    return {
        "file": made.path.name,
        "name": made.name,
        "rows": made.rows,
        "sha256": made.sha256,
        "said": _("共 %(n)s 行，文件保留 24 小时", n=f"{made.rows:,}"),
        "endpoint": "lists.export_file",
        "values": {"id": job_id},
        "label": _("打开打印页") if made.path.suffix == ".html" else _("下载 %(name)s", name=made.name),
    }
