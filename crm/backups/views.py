"""Backups: which there are, one now, one handed out. Putting one back is for the terminal: commands.py."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, send_file, url_for

from crm.db import db
from crm.jobs import queue
from crm.lib.words import _
from crm.org import settings
from crm.org.guard import me, permit
from crm.org.permissions import Permission as P
from crm.web.forms import ActForm, commit_and_go

from . import actions, jobs, queries
from .queries import Backup

bp = Blueprint("backups", __name__, url_prefix="/admin/backups")
HANDLERS = (jobs.run,)


@bp.get("")
@permit(P.BACKUP_MANAGE)
def index() -> Any:
    return _page(ActForm())


def _page(form: ActForm) -> Any:
    found = queries.backups()
    return form.page(
        "backups/index.html",
        backups=found,
        whole=sum(one.size for one in found),
        kept_days=settings.get(actions.KEPT_DAYS),
        job=queries.under_way(),
        failed=queries.last_failed(),
        is_late=queries.is_late(),
    )


@bp.post("/make")
@permit(P.BACKUP_MANAGE)
def make() -> Any:
    form = ActForm()
    if form.submitted():
        with form.refusals():
            job_id = actions.order(actor=me(), why="hand").id
            answer = commit_and_go(form, url_for(".index"), _("已开始备份，做完后列在这里"))
            queue.start(job_id)
            return answer
    return _page(form)


@bp.post("/<name>/download")
@permit(P.BACKUP_MANAGE)
def download(name: str) -> Any:
    one, form = _one(name), ActForm()
    if form.submitted():
        actions.hand_out(one, actor=me())
        db.session.commit()
        return send_file(one.path, mimetype="application/zip", as_attachment=True, download_name=one.name)
    return _page(form)


@bp.post("/<name>/remove")
@permit(P.BACKUP_MANAGE)
def remove(name: str) -> Any:
    one, form = _one(name), ActForm()
    if form.submitted():
        with form.refusals():
            actions.remove(one, actor=me())
            return commit_and_go(form, url_for(".index"), _("备份“%(name)s”已删除", name=one.name))
    return _page(form)


def _one(name: str) -> Backup:
    return queries.backup(name) or abort(404)
