"""Jobs: the one place where all that takes long is seen, stopped and found again, and the bell on every page."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_login import current_user
from sqlalchemy.exc import SQLAlchemyError

from crm.db import db
from crm.lib.errors import Refused
from crm.lib.words import _, told
from crm.org.guard import me, permit
from crm.org.permissions import Permission
from crm.web.forms import ActForm, commit_and_go, safe_next
from crm.web.listing import page_of

from . import actions, pace, periodic, queries, queue
from .models import JobRun, JobState, Notice

bp = Blueprint("jobs", __name__, url_prefix="/jobs")
MOST_CARDS = 20  # jobs under way on one page


def reached(job_id: int) -> JobRun:
    return db.one_or_404(queries.visible_to(me()).where(JobRun.id == job_id))


def mine(job_id: int) -> JobRun:
    return db.one_or_404(queries.own(me()).where(JobRun.id == job_id))


@bp.app_context_processor
def _words_of_jobs() -> dict[str, Any]:
    return {
        "bell": bell_or_none,
        "jobs_ahead": queries.ahead,
        "kind_of": kind_of,
        "result_of": result_of,
        "may_stop": may_stop,
        "rate_in_words": pace.rate_in_words,
        "left_in_words": pace.left_in_words,
    }


def bell_or_none() -> queries.Bell | None:
    """The page that says the database is away must not fail on asking it again."""
    if not current_user or not current_user.is_authenticated:
        return None
    try:
        return queries.bell(me())
    except SQLAlchemyError:
        db.session.rollback()
        return None


def kind_of(job: JobRun) -> str:
    label = queue.LABELS.get(job.kind)
    return _(label) if label else job.kind


def may_stop(job: JobRun) -> bool:
    begun = job.began_at is not None
    return not (job.state.is_over or job.cancel_asked or (begun and job.kind in queue.UNSTOPPABLE))


def result_of(job: JobRun) -> dict[str, str] | None:
    """Where what a job made is seen, by its owner: the page it names as its result, else the one it came from."""
    if job.state is not JobState.DONE or job.user_id != me().id:
        return None
    if "endpoint" in job.result:
        url = url_for(job.result["endpoint"], **job.result["values"])
        return {"url": url, "label": told(job.result.get("label")) or _("打开")}
    if then := job.params.get("then"):
        return {"url": url_for(then["endpoint"], **then["values"]), "label": _("打开")}
    return None


# --- the page ----------------------------------------------------------------------------------------------


@bp.get("")
@permit(Permission.HOME)
def index() -> Any:
    return index_page(ActForm())


def index_page(form: ActForm) -> Any:
    everybody = wants_all()
    rows = queries.visible_to(me()) if everybody else queries.own(me())
    page = page_of(queries.over(rows), key=JobRun.id, per_page=20)
    return form.page("jobs/index.html", page=page, everybody=everybody, under_way=cards(everybody))


def wants_all() -> bool:
    return queries.sees_all(me(), request.args.get("who"))


def cards(everybody: bool) -> list[JobRun]:
    rows = queries.visible_to(me()) if everybody else queries.own(me())
    return list(db.session.scalars(queries.under_way(rows).limit(MOST_CARDS)))


@bp.get("/under-way")
@permit(Permission.HOME)
def under_way() -> Any:
    """What is under way, for the page's script: asked for every few seconds."""
    everybody = wants_all()
    return render_template("jobs/_under_way.html", everybody=everybody, under_way=cards(everybody))


@bp.get("/bell")
@permit(Permission.HOME)
def ring() -> Any:
    """The bell, for the script of whatever page stands open."""
    return render_template("jobs/_bell.html", rung=bell_or_none())


@bp.get("/<int:id>/progress")
@permit(Permission.HOME)
def progress(id: int) -> Any:
    """The fragment that the page with the job on it asks for again and again."""
    return render_template("jobs/_progress.html", job=reached(id))


# --- acts --------------------------------------------------------------------------------------------------


@bp.post("/<int:id>/cancel")
@permit(Permission.HOME)
def cancel(id: int) -> Any:
    """Stop a job: one that waits at once, one that runs at the end of the chunk it is at."""
    job, form = reached(id), ActForm()
    location = safe_next(request.form.get("next"), url_for(".index"))
    if form.submitted() and not job.state.is_over:
        try:
            is_over = actions.cancel(job, actor=me())
        except Refused as refused:
            db.session.rollback()
            flash(refused.message, "bad")
            return redirect(location, 303)
        said = _("已取消") if is_over else _("已请求取消，做到一半的会撤回")
        return commit_and_go(form, location, said)
    return redirect(location, 303)


@bp.post("/<int:id>/see")
@permit(Permission.HOME)
def see(id: int) -> Any:
    """To what a job of mine has come to; the bell need not ring for it any more."""
    job, form = mine(id), ActForm()
    found = result_of(job)
    location = found["url"] if found else url_for(".index", _anchor=f"job-{id}")
    if form.submitted():
        actions.see([job])
        return commit_and_go(form, location)
    return redirect(location, 303)


@bp.post("/news/<int:id>/see")
@permit(Permission.HOME)
def see_news(id: int) -> Any:
    """To what a piece of news is about; the bell need not ring for it any more."""
    notice = db.one_or_404(db.select(Notice).filter_by(id=id, user_id=me().id))
    form = ActForm()
    location = url_for(notice.endpoint, **notice.values)
    if form.submitted():
        actions.see_notices([notice])
        return commit_and_go(form, location)
    return redirect(location, 303)


@bp.post("/see")
@permit(Permission.HOME)
def see_all() -> Any:
    """All of mine that have ended are known to me, and all news."""
    form = ActForm()
    if form.submitted():
        actions.see(db.session.scalars(queries.unseen(me())).all())
        actions.see_notices(db.session.scalars(queries.news(me())))
        return commit_and_go(form, safe_next(request.form.get("next"), url_for(".index")))
    return redirect(url_for(".index"), 303)


# --- what recurs -------------------------------------------------------------------------------------------


@bp.get("/recurring")
@permit(Permission.JOB_MANAGE)
def recurring() -> Any:
    return recurring_page(ActForm())


def recurring_page(form: ActForm) -> Any:
    return form.page("jobs/recurring.html", lines=queries.recurring())


@bp.post("/recurring/<name>/run")
@permit(Permission.JOB_MANAGE)
def run(name: str) -> Any:
    """Do now what recurs."""
    line, form = periodic.lines().get(name) or abort(404), ActForm()
    if form.submitted():
        with form.refusals():
            actions.run_now(line, actor=me())
            said = _("“%(what)s”已交给后台，马上就做", what=line.label)
            answer = commit_and_go(form, url_for(".recurring"), said)
            periodic.ask(name)
            return answer
    return recurring_page(form)
