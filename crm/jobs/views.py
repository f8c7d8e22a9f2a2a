"""A job's progress: the page that waits for it, and the fragment that page polls."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for

from crm.audit.trail import record
from crm.db import db
from crm.lib.words import _
from crm.org.guard import me, permit
from crm.org.permissions import Permission
from crm.web.forms import ActForm, commit_and_go, safe_next

from .models import JobRun

bp = Blueprint("jobs", __name__, url_prefix="/jobs")


def mine(job_id: int) -> JobRun:
    return db.one_or_404(db.select(JobRun).filter_by(id=job_id, user_id=me().id))


@bp.get("/<int:id>/progress")
@permit(Permission.HOME)
def progress(id: int) -> Any:
    """The fragment that the page with the job on it asks for again and again."""
    return render_template("jobs/_progress.html", job=mine(id))


@bp.post("/<int:id>/cancel")
@permit(Permission.HOME)
def cancel(id: int) -> Any:
    """Ask a job of mine to stop at the end of what it is doing now; one that waits stops at once."""
    job, form = mine(id), ActForm()
    location = safe_next(request.form.get("next"), url_for("desk.index"))
    if form.submitted() and not job.state.is_over:
        job.cancel_asked = True
        record("job.cancelled", job, actor=me(), name=job.title)
        return commit_and_go(form, location, _("已请求取消，做到一半的这一段会撤回"))
    return redirect(location, 303)
