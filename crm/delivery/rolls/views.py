"""The pages of the lists of key projects."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, url_for

from crm.db import db
from crm.delivery import queries
from crm.delivery.forms import day_of
from crm.delivery.models import AmendAct, ListEntry, ProjectList
from crm.lib import clock
from crm.lib.errors import Refused
from crm.lib.words import _
from crm.org.guard import me, permit
from crm.org.permissions import Permission as P
from crm.web.forms import commit_and_go

from . import actions
from .actions import Wanted
from .forms import AddForm, AmendForm, BeginForm, IssueForm

bp = Blueprint("rolls", __name__, url_prefix="/project-lists")
KNOWN = 500  # names offered while one is typed


@bp.get("")
@permit(P.PROJECT_VIEW)
def index() -> Any:
    rolls = queries.rolls()
    sums = queries.sums_of(me(), [one.id for one in rolls])
    return render_template(
        "delivery/rolls/index.html",
        rows=[{"id": one.id, "roll": one, "sums": sums.get(one.id, (0, 0, 0))} for one in rolls],
    )


@bp.route("/new", methods=["GET", "POST"])
@permit(P.PROJECT_LIST)
def begin() -> Any:
    this_year = clock.today().year
    form = BeginForm(year=this_year)
    form.kind.choices = [(one, one) for one in queries.kinds()]
    form.year.offer([(year, str(year)) for year in range(this_year + 1, this_year - 6, -1)])
    if form.submitted():
        with form.refusals():
            roll = actions.begin(form.kind.data, form.year.data or 0, kinds=queries.kinds(), actor=me())
            return commit_and_go(form, url_for(".show", id=roll.id), _("名单已建立，还没有下达"))
    return form.page("delivery/rolls/new.html")


@bp.get("/<int:id>")
@permit(P.PROJECT_VIEW)
def show(id: int) -> Any:
    roll = _load(id)
    entries = queries.entries_seen(me(), roll)
    everything, seen, cents = queries.sums_of(me(), [roll.id]).get(roll.id, (0, 0, 0))
    may_manage = queries.may_manage(me(), roll)
    return render_template(
        "delivery/rolls/show.html",
        roll=roll,
        entries=[one for one in entries if not one.is_dropped],
        total=seen,
        others=everything - seen,
        planned_wan=cents_to_wan(cents),
        amendments=queries.amendments_of(me(), roll),
        may_manage=may_manage,
        form=AddForm(formdata=None) if may_manage and not roll.issued_on else None,
        known=queries.names_like(me(), "", KNOWN) if may_manage and not roll.issued_on else [],
        list_url=url_for("delivery.index", list=roll.id),
    )


@bp.post("/<int:id>/add")
@permit(P.PROJECT_LIST)
def add(id: int) -> Any:
    roll = _load(id, managing=True)
    form, here = AddForm(), url_for(".show", id=id)
    if not form.submitted():
        return _refused("；".join(str(said) for one in form for said in one.errors), here)
    project = queries.project_named(me(), form.name.data or "")
    if project is None:
        return _refused(_("没有正好叫这个名字、您又能看到的重点项目"), here)
    try:
        if not actions.add(roll, [project], actor=me()):
            return _refused(_("“%(name)s”已经在名单上", name=project.name), here)
    except Refused as refused:
        return _refused(refused.message, here)
    return commit_and_go(form, here, _("已列入“%(name)s”", name=project.name))


@bp.post("/<int:id>/entries/<int:entry_id>/take-off")
@permit(P.PROJECT_LIST)
def take_off(id: int, entry_id: int) -> Any:
    roll = _load(id, managing=True)
    seen = queries.entries_seen(me(), roll)
    entry: ListEntry = next((one for one in seen if one.id == entry_id), None) or abort(404)
    name = entry.project.name
    try:
        actions.take_off(roll, entry, actor=me())
    except Refused as refused:
        return _refused(refused.message, url_for(".show", id=id))
    return commit_and_go(None, url_for(".show", id=id), _("已从名单去掉“%(name)s”", name=name))


@bp.route("/<int:id>/issue", methods=["GET", "POST"])
@permit(P.PROJECT_LIST)
def issue(id: int) -> Any:
    roll = _load(id, managing=True)
    form = IssueForm.of(roll, on_day=clock.today())
    if form.submitted():
        with form.refusals():
            actions.issue(
                roll, on_day=day_of(form.on_day), document_no=form.document_no.data or "", actor=me()
            )
            return commit_and_go(form, url_for(".show", id=id), _("名单已下达，以后只能用调整来改"))
    return form.page("delivery/rolls/issue.html", roll=roll)


@bp.route("/<int:id>/amend", methods=["GET", "POST"])
@permit(P.PROJECT_LIST)
def amend(id: int) -> Any:
    roll = _load(id, managing=True)
    form = AmendForm(on_day=clock.today())
    if form.submitted() and (wanted := _wanted(form)) is not None:
        with form.refusals():
            amendment = actions.amend(
                roll, wanted, on_day=day_of(form.on_day), reason=form.reason.data or "",
                document_no=form.document_no.data or "", actor=me(),
            )  # fmt: skip
            return commit_and_go(
                form, url_for(".show", id=id), _("第 %(n)s 号调整已生效", n=amendment.number)
            )
    return form.page("delivery/rolls/amend.html", roll=roll, known=queries.names_like(me(), "", KNOWN))


def _wanted(form: AmendForm) -> list[Wanted] | None:
    wanted = []
    for row in form.typed():
        project = queries.project_named(me(), row["name"])
        if project is None:
            form.not_found(row["name"])
            continue
        wanted.append(Wanted(AmendAct(str(row["act"])), project, row["planned_wan"]))
    return None if form.status == 422 else wanted


def _load(id: int, *, managing: bool = False) -> ProjectList:
    """A list, for everybody who may see projects; changed by the unit that keeps it (403)."""
    roll = db.session.get(ProjectList, id) or abort(404)
    if managing and not queries.may_manage(me(), roll):
        abort(403)
    return roll


def _refused(message: str, location: str) -> Any:
    db.session.rollback()
    flash(message, "bad")
    return redirect(location, 303)


def cents_to_wan(cents: int) -> Any:
    """The sum as it is stored, in 万元."""
    return Decimal(cents) / 100
