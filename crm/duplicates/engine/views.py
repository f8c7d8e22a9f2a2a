"""The page of the engine: its health, scans, and, for administrators, learning from decisions."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, abort, render_template, request, url_for

from crm.db import db
from crm.dedup.nouns import NOUNS
from crm.dedup.reasons import WORDS
from crm.jobs import queue
from crm.jobs.models import JobRun, JobState
from crm.lib import clock
from crm.lib.words import _, _n
from crm.merchants import lookup, suspects
from crm.merchants.queries import rows_of
from crm.org.guard import me, permit
from crm.org.permissions import Permission as P
from crm.org.permissions import Scope
from crm.web import display
from crm.web.forms import ActForm, commit_and_go

from . import fan_out, health, jobs, lessons, scans, weighing

bp = Blueprint("engine", __name__, url_prefix="/suspects/engine")
HANDLERS = (jobs.scan, jobs.learn)
HOLDERS_SHOWN = 50


@bp.before_app_request
def keep_up() -> None:
    """Weigh by what is in force, whichever process has changed it."""
    if request.endpoint not in ("static", "healthz"):
        weighing.keep_up()


@bp.get("")
@permit(P.SUSPECT_SCAN)
def index() -> Any:
    """How the engine does."""
    return _page(ActForm())


def _page(form: ActForm) -> Any:
    last, size, known = scans.last_done(), health.sizes(), health.months()
    bands, more = health.open_pairs()
    decided = sum(month.decided for month in known)
    merged, undone = health.merges()
    return form.page(
        "duplicates/engine/index.html",
        last=last,
        sees_all=me().scope_of(P.SUSPECT_DECIDE) is Scope.DISTRICT,
        running=scans.under_way(),
        scans=health.last_scans(),
        size=size,
        rate=health.rate(last, known, size),
        bands=bands,
        more=more,
        months=[_point(month) for month in known if month.decided],
        since=known[0].first,
        other_day=clock.real_day() if clock.real_day() != clock.today() else None,
        decided=decided,
        precision=sum(month.same for month in known) / decided if decided else None,
        sure=sum(month.sure for month in known),
        sure_same=sum(month.sure_same for month in known),
        weeks=[_week(monday, many) for monday, many in health.weeks()],
        merged=merged,
        merges_url=url_for("duplicates.merges"),
        undone=undone,
        wide=fan_out.dressed((last.result.get("widest") or []) if last else []),
        standing=health.index(),
        state=_state(),
        weights_changed=_changed_since(last),
    )


def _point(month: health.Month) -> dict[str, Any]:
    return {
        "label": f"{month.first:%Y-%m}",
        "value": round(100 * month.share),
        "text": f"{100 * month.share:.0f}%",
        "url": url_for("duplicates.suspects", show="decided", since=month.first, until=month.last),
    }


def _week(monday: dt.date, many: int) -> dict[str, Any]:
    return {"label": _("%(day)s 起", day=f"{monday:%m-%d}"), "value": many}


def _state() -> list[tuple[str, str, str | None]]:
    """What is in force, in words: (what, how it stands, where it is changed)."""
    told = []
    for noun, label in (("enterprise", _("企业的权重")), ("person", _("人员的权重"))):
        adoption = weighing.in_force(noun)
        words = _("出厂")
        if adoption and adoption.weights:
            day = display.day(adoption.adopted_at)
            share = f"{100 * adoption.figures.get('after', {}).get('precision', 0):.1f}"
            words = _(
                "%(day)s 采用的第 %(n)s 版，试算有把握的对了 %(share)s%%", day=day, n=adoption.id, share=share
            )
        told.append((label, words, url_for(".learning", noun=noun) if me().may(P.SETTING_MANAGE) else None))
    table = NOUNS["enterprise"].weights()
    sure = _(
        "%(score)s%% 以上算有把握，%(least)s%% 以上请人看",
        score=f"{100 * table.same_from:g}",
        least=f"{100 * table.ask_from:g}",
    )
    return [*told, (_("分数"), sure, None)]


def _changed_since(last: JobRun | None) -> bool:
    """Whether the pairs were last weighed by another table than the one in force."""
    adoptions = [one for noun in NOUNS if (one := weighing.in_force(noun))]
    return any(last is None or last.began_at is None or one.adopted_at > last.began_at for one in adoptions)


# --- scans -------------------------------------------------------------------------------------------------


@bp.post("/scan")
@permit(P.SUSPECT_SCAN)
def scan() -> Any:
    """Look at the whole base now."""
    form = ActForm()
    if form.submitted():
        with form.refusals():
            job_id = scans.order(actor=me()).id
            answer = commit_and_go(form, url_for(".index"), _("已开始全库查重，可以离开本页"))
            queue.start(job_id)
            return answer
    return _page(form)


@bp.post("/scan/<int:id>/cancel")
@permit(P.SUSPECT_SCAN)
def cancel(id: int) -> Any:
    """Stop a scan of the base; what it has found stays."""
    job, form = db.one_or_404(scans.of_base().where(JobRun.id == id)), ActForm()
    if form.submitted():
        with form.refusals():
            scans.cancel(job, actor=me())
            return commit_and_go(form, url_for(".index"), _("已请求停下来，已经找到的留着"))
    return _page(form)


@bp.get("/scan/<int:id>/progress")
@permit(P.SUSPECT_SCAN)
def progress(id: int) -> Any:
    """The fragment that the page asks for again and again while a scan runs."""
    job = db.one_or_404(scans.of_base().where(JobRun.id == id))
    return render_template("duplicates/engine/_scan.html", job=job)


@bp.get("/key/<key>")
@permit(P.SUSPECT_SCAN)
def holders(key: str) -> Any:
    """Some of the records under one key, those that I may see."""
    last = scans.last_done()
    rows = [row for row in ((last.result.get("widest") or []) if last else []) if row[0] == key]
    if not rows:
        abort(404)
    (wide,) = fan_out.dressed(rows)
    model = suspects.MODELS[wide.noun]
    ids = lookup.under([wide.number], HOLDERS_SHOWN)[wide.number]
    records = db.session.scalars(
        rows_of(wide.noun, me()).where(model.id.in_(ids)).order_by(None).order_by(model.id)
    )
    endpoint = "merchants.show" if wide.noun == "enterprise" else "merchants.show_person"
    found = [
        (record.name, record.follow_unit.name, url_for(endpoint, id=record.id)) for record in records.unique()
    ]
    return render_template("duplicates/engine/key.html", wide=wide, found=found)


# --- learning ----------------------------------------------------------------------------------------------


@bp.get("/learning")
@permit(P.SETTING_MANAGE)
def learning() -> Any:
    """What the decisions would teach, and which tables were in force."""
    return _learning(ActForm())


def _learning(form: ActForm) -> Any:
    noun = request.args.get("noun", "")
    noun = noun if noun in NOUNS else next(iter(NOUNS))
    job = lessons.newest(noun)
    done = job is not None and job.state is JobState.DONE
    return form.page(
        "duplicates/engine/learning.html",
        noun=noun,
        nouns=list(NOUNS),
        job=job,
        told=job.result if job and done else None,
        refusal=lessons.refusal_of(job.result) if job and done else "",
        examples=lessons.shown(job) if job and done else [],
        words={one["code"]: _words_of(one["code"]) for one in job.result["moved"]} if job and done else {},
        number=weighing.number_in_force(noun),
        history=weighing.history(noun),
    )


def _words_of(code: str) -> str:
    """A level in words; of a name with so many ties beside it, both."""
    if code.startswith("pair:"):
        name, _plus, ties = code.removeprefix("pair:").partition("+")
        kind = next((kind for kind in ("name", "person") if f"{kind}:{name}" in WORDS), "")
        if kind:
            named = _(WORDS[f"{kind}:{name}"])
            return _n("%(name)s，另有 %(n)s 项旁证", int(ties), name=named, n=ties if ties != "2" else "2+")
    return _(WORDS[code]) if code in WORDS else code


@bp.post("/learning/preview")
@permit(P.SETTING_MANAGE)
def preview() -> Any:
    """Work out what the decisions would teach."""
    form = ActForm()
    if form.submitted():
        with form.refusals():
            job_id = lessons.order(request.form.get("noun", ""), actor=me()).id
            answer = commit_and_go(form, _back(), _("正在比较，马上就好"))
            queue.start(job_id)
            return answer
    return _learning(form)


@bp.post("/learning/<int:id>/adopt")
@permit(P.SETTING_MANAGE)
def adopt(id: int) -> Any:
    """Weigh by the previewed table from now on, and look at the whole base with it."""
    job, form = db.one_or_404(sa.select(JobRun).filter_by(id=id, kind=lessons.KIND)), ActForm()
    if form.submitted():
        with form.refusals():
            lessons.adopt(job, actor=me())
            return _in_force(form, _("已采用新的权重，正在按它重新查重"))
    return _learning(form)


@bp.post("/learning/back")
@permit(P.SETTING_MANAGE)
def go_back() -> Any:
    """Weigh by an earlier table again, or by the shipped one."""
    form, number = ActForm(), request.form.get("number", "")
    if form.submitted():
        with form.refusals():
            wanted = int(number) if number.isascii() and number.isdecimal() and len(number) < 10 else -1
            weighing.go_back(request.form.get("noun", ""), wanted, actor=me())
            return _in_force(form, _("已换回，正在按它重新查重"))
    return _learning(form)


def _in_force(form: ActForm, said: str) -> Any:
    running = scans.under_way()
    job = None if running else scans.order(actor=me())
    job_id = job.id if job else None
    answer = commit_and_go(form, _back(), said)
    weighing.keep_up()
    db.session.rollback()  # having looked, this session would hold SQLite's write lock against the scan
    if job_id is not None:
        queue.start(job_id)
    return answer


def _back() -> str:
    return url_for(".learning", noun=request.form.get("noun") or None)
