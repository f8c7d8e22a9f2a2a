"""专人盯办: who watches over what, the three rates by watcher, and what firms ask for."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask import Blueprint, abort, redirect, render_template, url_for
from markupsafe import Markup
from werkzeug.datastructures import MultiDict

from crm.contacts import telling as deal_telling
from crm.db import db
from crm.deals import queries as deals
from crm.deals.lists import PAGE as DEALS
from crm.deals.models import Deal
from crm.delivery import queries as delivery
from crm.delivery import telling
from crm.delivery.forms import day_of
from crm.delivery.lists import PAGE as PROJECTS
from crm.delivery.models import KeyProject
from crm.delivery.rates import Args, Rate, rates
from crm.delivery.views import TABS, frame, load
from crm.delivery.views.rates import address
from crm.delivery.weeks import percent
from crm.lib import clock
from crm.lib.words import N_, _
from crm.lists.asked import select_for
from crm.lists.page import context
from crm.org import queries as org
from crm.org.guard import me, permit, reaches
from crm.org.models import User
from crm.org.permissions import Permission as P
from crm.org.permissions import Scope
from crm.web.forms import commit_and_go

from . import actions, queries
from .forms import AnswerForm, AskForm, AssignForm, ReopenForm
from .lists import REQUESTS, WATCHES, url_of
from .models import FirmRequest, RequestState, Subject

bp = Blueprint("watchers", __name__)
telling.VERBS["project.watched"] = (N_("确定专人盯办"), "eye")
telling.LABELS["watcher"] = N_("盯办人")
deal_telling.VERBS["deal.watched"] = (N_("确定专人盯办"), "eye")
deal_telling.LABELS.setdefault("deal", {})
deal_telling.LABELS["deal"] |= {"watcher": N_("盯办人"), "from_on": N_("起始日期")}


@bp.get("/watches")
@permit(P.PROJECT_VIEW)
def index() -> Any:
    """The log of watchers, and what is amiss: who has nobody, what waits for an answer."""
    return render_template("watchers/index.html", listing=context(WATCHES, me()), figures=_figures())


@bp.get("/watches/rates")
@permit(P.PROJECT_VIEW)
def show_rates() -> Any:
    """开工率, 建成率 and 投产率 by watcher: the parts add up to the whole again."""
    today = clock.today()
    found = rates(today.year, today)
    counted = [_split(rate) for rate in found]
    people: list[tuple[User | None, int]] = [*queries.watchers(me()), (None, 0)]
    rows: list[dict[str, Any]] = [
        {
            "id": person.id if person else "none",
            "person": person,
            "watched": n,
            "cells": [_cell(rate, parts, person) for rate, parts in zip(found, counted, strict=True)],
        }
        for person, n in people
    ]
    return render_template(
        "watchers/rates.html",
        today=today,
        rates=found,
        rows=[row for row in rows if row["person"] or any(cell["whole"] for cell in row["cells"])],
        totals=[_total(rate, parts) for rate, parts in zip(found, counted, strict=True)],
        everything=me().scope_of(P.PROJECT_VIEW) is Scope.DISTRICT,
    )


@bp.get("/requests")
@permit(P.PROJECT_VIEW)
def requests() -> Any:
    return render_template("watchers/requests.html", listing=context(REQUESTS, me()))


# --- on a project, on a deal --------------------------------------------------------------------------------


@bp.get("/projects/<int:id>/watch")
@permit(P.PROJECT_VIEW)
def of_project(id: int) -> Any:
    project = load(id)
    return render_template(
        "watchers/of_project.html", **frame(project, "watchers.of_project"), **_about(project)
    )


@bp.get("/deals/<int:id>/watch")
@permit(P.DEAL_VIEW)
def of_deal(id: int) -> Any:
    deal = _deal(id)
    return render_template("watchers/of_deal.html", deal=deal, today=clock.today(), **_about(deal))


@bp.route("/projects/<int:id>/watch/assign", methods=["GET", "POST"])
@permit(P.WATCH_ASSIGN)
def assign_project(id: int) -> Any:
    return _assign(load(id))


@bp.route("/deals/<int:id>/watch/assign", methods=["GET", "POST"])
@permit(P.WATCH_ASSIGN)
def assign_deal(id: int) -> Any:
    return _assign(_deal(id))


@bp.route("/projects/<int:id>/requests/new", methods=["GET", "POST"])
@permit(P.WATCH_SERVE)
def ask_project(id: int) -> Any:
    return _ask(load(id))


@bp.route("/deals/<int:id>/requests/new", methods=["GET", "POST"])
@permit(P.WATCH_SERVE)
def ask_deal(id: int) -> Any:
    return _ask(_deal(id))


@bp.get("/requests/<int:id>")
@permit(P.PROJECT_VIEW)
def show(id: int) -> Any:
    """Where it stands."""
    rows = queries.requests_visible_to(me()).filter_by(id=id)
    return redirect(_place_of(db.one_or_404(rows)), 303)


@bp.route("/requests/<int:id>/answer", methods=["GET", "POST"])
@permit(P.WATCH_SERVE)
def answer(id: int) -> Any:
    request = _request(id)
    form = AnswerForm(on_day=clock.today())
    if form.submitted():
        with form.refusals():
            actions.answer(request, text=form.text.data or "", on_day=day_of(form.on_day), actor=me())
            return commit_and_go(form, _place_of(request), _("已记下答复"))
    return form.page("watchers/answer.html", asked=request, back=_place_of(request))


@bp.route("/requests/<int:id>/reopen", methods=["GET", "POST"])
@permit(P.WATCH_SERVE)
def reopen(id: int) -> Any:
    request = _request(id)
    form = ReopenForm()
    if form.submitted():
        with form.refusals():
            actions.reopen(request, reason=form.reason.data or "", actor=me())
            return commit_and_go(
                form, _place_of(request), _("已重新办理，期限 %(day)s", day=request.due_on.isoformat())
            )
    return form.page("watchers/reopen.html", asked=request, back=_place_of(request))


def _assign(subject: Subject) -> Any:
    if not queries.may_assign(me(), subject):
        abort(403)
    now = queries.watch_of(subject)
    form = AssignForm(from_on=clock.today())
    form.person_id.offer(org.colleague_choices(me(), P.WATCH_ASSIGN), _("不再盯办") if now else _("请选择"))
    back = _page_of(subject)
    if form.submitted():
        with form.refusals():
            person = db.session.get(User, form.person_id.data) if form.person_id.data else None
            actions.assign(
                subject, person, from_on=day_of(form.from_on), note=form.note.data or "", actor=me()
            )
            said = _("由%(name)s盯办", name=person.name) if person else _("已结束盯办")
            return commit_and_go(form, back, said)
    return form.page("watchers/assign.html", subject=subject, now=now, back=back)


def _ask(subject: Subject) -> Any:
    if not queries.may_serve(me(), subject):
        abort(403)
    form = AskForm(asked_on=clock.today(), unit_id=subject.unit_id or me().unit_id)
    form.unit_id.offer(org.unit_choices())
    back = _page_of(subject)
    if form.submitted():
        with form.refusals():
            request = actions.ask(subject, form.data, actor=me())
            return commit_and_go(form, back, _("已记下，请在 %(day)s 前答复", day=request.due_on.isoformat()))
    return form.page("watchers/ask.html", subject=subject, back=back)


def _tab(project: KeyProject) -> tuple[str, str, int | None]:
    open_ = sa.select(sa.func.count()).select_from(FirmRequest).where(
        FirmRequest.project_id == project.id, FirmRequest.answered_on.is_(None)
    )  # fmt: skip
    return "watchers.of_project", _("盯办"), db.session.scalar(open_) or None


TABS.append(_tab)


@bp.app_template_global("watch_of")
def watch_of(deal: Deal) -> Markup:
    """The panel on a signed deal's page: who watches over it, what its firm waits for."""
    if not me().may(P.PROJECT_VIEW) or not queries.is_to_watch(deal):
        return Markup("")
    waiting = [one for one in queries.requests_of(deal) if one.answered_on is None]
    return Markup(
        render_template(
            "watchers/_of.html", deal=deal, now=queries.watch_of(deal), waiting=waiting, today=clock.today(),
            may_assign=queries.may_assign(me(), deal),
        )
    )  # fmt: skip


# --- what the pages are made of -----------------------------------------------------------------------------


def _about(subject: Subject) -> dict[str, Any]:
    today, user = clock.today(), me()
    found = queries.watches_of(subject)
    key = "project" if isinstance(subject, KeyProject) else "deal"
    serves, scope = queries.may_serve(user, subject), user.scope_of(P.WATCH_SERVE)
    return {
        "now": next((one for one in found if one.to_on is None), None),
        "former": [one for one in found if one.to_on is not None],
        "requests": [
            {
                "request": one,
                "state": one.state(today),
                "may_answer": serves or reaches(scope, user, units=[one.unit_id]),
            }
            for one in queries.requests_of(subject)
        ],
        "is_to_watch": queries.is_to_watch(subject),
        "assign_url": url_for(f".assign_{key}", id=subject.id) if queries.may_assign(user, subject) else None,
        "ask_url": url_for(f".ask_{key}", id=subject.id) if serves else None,
    }


def _figures() -> list[dict[str, Any]]:
    """What is amiss: each figure is counted by the list it opens."""
    asked: list[tuple[str, Any, Args, str]] = [
        (_("还没有专人盯办的重点项目"), PROJECTS, {"watcher": "none"}, "warn"),
        (_("还没有专人盯办的签约项目"), DEALS, {"watcher": "none"}, "warn"),
        (_("待答复的企业诉求"), REQUESTS, {"state": RequestState.OPEN.value}, ""),
        (_("逾期未答复的企业诉求"), REQUESTS, {"state": RequestState.OVERDUE.value}, "bad"),
    ]
    found = []
    for label, page, args, tone in asked:
        if me().may(page.view_permission):
            ids = select_for(page, me(), MultiDict(args)).with_only_columns(page.key).order_by(None)
            n = db.session.scalar(sa.select(sa.func.count()).select_from(ids.subquery())) or 0
            found.append(
                {
                    "label": label,
                    "number": n,
                    "url": page.url(list(args.items())),
                    "tone": tone if n else None,
                }
            )
    return found


Split = tuple[dict[int, int], dict[int, int], int, int]


def _split(rate: Rate) -> Split:
    """(there by person, whole by person, there, whole) of what I see."""
    there, whole = _ids(rate.there), _ids(rate.whole)
    return (
        queries.counted_by_watcher(there), queries.counted_by_watcher(whole), _count(there), _count(whole),
    )  # fmt: skip


def _ids(args: Args) -> sa.Select[Any]:
    return delivery.ids_of(select_for(PROJECTS, me(), MultiDict(args)))


def _count(ids: sa.Select[Any]) -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(ids.subquery())) or 0


def _cell(rate: Rate, parts: Split, person: User | None) -> dict[str, Any]:
    """What is whose; with nobody stands what the others leave of the whole."""
    there_by, whole_by, there, whole = parts
    if person:
        n, base = there_by.get(person.id, 0), whole_by.get(person.id, 0)
    else:
        n, base = there - sum(there_by.values()), whole - sum(whole_by.values())
    more = {"watcher": str(person.id)} if person else {}
    return {
        "there": n,
        "whole": base,
        "percent": percent(n, base),
        "url": address({**rate.whole, **more}) if person else None,
    }


def _total(rate: Rate, parts: Split) -> dict[str, Any]:
    there, whole = parts[2:]
    return {"there": there, "whole": whole, "percent": percent(there, whole), "url": address(rate.whole)}


def _page_of(subject: Subject) -> str:
    return url_for(".of_project" if isinstance(subject, KeyProject) else ".of_deal", id=subject.id)


def _deal(id: int) -> Deal:
    return db.one_or_404(deals.visible_to(me()).filter_by(id=id))


def _place_of(request: FirmRequest) -> str:
    """On the page of its project or deal; for who may not open that, in the list of what he has answered."""
    if queries.sees_subject(me(), request):
        return url_of(request)
    return url_for(".requests", mine=1, state=RequestState.ANSWERED.value)


def _request(id: int) -> FirmRequest:
    rows = queries.with_names(queries.requests_visible_to(me()), FirmRequest).filter_by(id=id)
    request: FirmRequest = db.one_or_404(rows)
    if not queries.may_answer(me(), request):
        abort(403)
    return request
