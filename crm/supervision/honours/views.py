"""表彰: the list, an honour with its figure, and its few acts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from flask import Blueprint, abort, render_template, url_for
from markupsafe import Markup

from crm.db import db
from crm.indicators import catalogue, saying
from crm.indicators.progress import Window
from crm.lib import clock
from crm.lib.words import _
from crm.lists.page import context
from crm.org import queries as org
from crm.org.guard import load_mine, me, permit
from crm.org.models import Unit, User
from crm.org.permissions import Permission as P
from crm.supervision import queries as supervision
from crm.web import display
from crm.web.forms import commit_and_go

from . import actions, queries
from .forms import GrantForm, HonourForm, RevokeForm
from .lists import PAGE
from .models import Honour

bp = Blueprint("honours", __name__)


@bp.get("/honours")
@permit(P.SUPERVISION_VIEW)
def index() -> Any:
    return render_template(
        "supervision/honours/index.html", listing=context(PAGE, me()), may_run=supervision.runs(me())
    )


@bp.get("/honours/<int:id>")
@permit(P.SUPERVISION_VIEW)
def show(id: int) -> Any:
    honour = _load(id)
    return render_template(
        "supervision/honours/show.html",
        honour=honour,
        may_run=queries.may_run(me(), honour),
        figure=_figure(honour),
        rows_url=_rows_url(honour),
        others=[one for one in queries.of(me(), person=honour.person, unit=honour.unit) if one.id != id],
    )


@bp.route("/honours/new", methods=["GET", "POST"])
@permit(P.SUPERVISION_RUN)
def grant() -> Any:
    if not supervision.runs(me()):
        abort(403)
    form = GrantForm(year=clock.today().year, granted_on=clock.today())
    people = db.session.scalars(org.people().where(User.unit_id != me().unit_id)).all()
    form.person_id.offer([(one.id, f"{one.name}（{one.unit.name}）") for one in people], _("表彰单位集体"))
    form.unit_id.offer([one for one in org.unit_choices() if one[0] != me().unit_id], _("请选择"))
    form.indicator.choices = [("", _("不连指标")), *((one.key, one.label) for one in queries.indicators())]
    if form.submitted():
        with form.refusals():
            made = actions.grant(form.data, actor=me())
            return commit_and_go(form, url_for(".show", id=made.id), _("已记下“%(name)s”", name=made.name))
    return form.page("supervision/honours/form.html", title=_("记一项表彰"), back=url_for(".index"))


@bp.route("/honours/<int:id>/edit", methods=["GET", "POST"])
@permit(P.SUPERVISION_RUN)
def edit(id: int) -> Any:
    honour = _load(id, queries.may_run)
    form = HonourForm.of(honour)
    if form.submitted():
        with form.refusals():
            actions.edit(honour, form.data, actor=me())
            return commit_and_go(form, url_for(".show", id=id), _("已保存“%(name)s”", name=honour.name))
    return form.page(
        "supervision/honours/form.html", title=_("修改"), honour=honour, back=url_for(".show", id=id)
    )


@bp.route("/honours/<int:id>/revoke", methods=["GET", "POST"])
@permit(P.SUPERVISION_RUN)
def revoke(id: int) -> Any:
    honour, form = _load(id, queries.may_run), RevokeForm()
    if form.submitted():
        with form.refusals():
            actions.revoke(honour, form.reason.data or "", actor=me())
            return commit_and_go(form, url_for(".show", id=id), _("已撤销“%(name)s”", name=honour.name))
    return form.page(
        "supervision/honours/form.html", title=_("撤销表彰"), honour=honour, back=url_for(".show", id=id)
    )


@bp.app_template_global("honours_of")
def honours_of(*, person: User | None = None, unit: Unit | None = None) -> Markup:
    """The panel on the page of a person or a unit; nothing where there are none."""
    if not me().may(P.SUPERVISION_VIEW) or not (found := queries.of(me(), person=person, unit=unit)):
        return Markup("")
    return Markup(render_template("supervision/honours/_of.html", honours=found))


# --- what the views share -----------------------------------------------------------------------------------


def _load(id: int, may: Callable[[User, Honour], bool] | None = None) -> Honour:
    return load_mine(queries.with_names(queries.visible_to(me()).filter_by(id=id)), may)


def _figure(honour: Honour) -> list[tuple[str, str]]:
    """The figure as it was when the honour was granted."""
    found = honour.evidence
    one = catalogue.find(found["indicator"]) if found else None
    if one is None:
        return []
    said = saying.measured(Decimal(found["value"]), found["measure"], found["unit_word"])
    days = " — ".join(display.day(dt.date.fromisoformat(found[end])) for end in ("first", "last"))
    return [(one.label, said), (_("统计期间"), days)]


def _rows_url(honour: Honour) -> str | None:
    """The filter it was counted by: the same rows, as they are today."""
    found = honour.evidence
    one = catalogue.find(found["indicator"]) if found else None
    if one is None or not one.may_see(me()):
        return None
    window = Window(*(dt.date.fromisoformat(found[end]) for end in ("first", "last")))
    return one.url(window, None if honour.person_id else honour.unit_id, honour.person_id)
