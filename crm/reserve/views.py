"""储备库: the list, a planned project, 谋划进度 by unit, and how a plan becomes a deal."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, render_template, request, url_for
from markupsafe import Markup

from crm.audit.models import Event
from crm.contacts import queries as contacts
from crm.contacts import telling
from crm.contacts.views import history
from crm.db import db
from crm.deals import queries as deals
from crm.deals.models import Deal
from crm.deals.stages import AmountBasis, SourceScope
from crm.lib import clock, texts
from crm.lib.words import N_, _
from crm.lists.page import context
from crm.org import queries as org
from crm.org.guard import me, permit
from crm.org.permissions import Permission as P
from crm.org.permissions import Scope
from crm.web.forms import commit_and_go

from . import actions, queries
from .forms import DropForm, PlanForm, PromoteForm, ReserveForm, UnlinkForm
from .lists import PAGE
from .models import Depth, PlanWay, ReserveItem, ReserveState
from .quotas import Group

bp = Blueprint("reserve", __name__)
VERBS = {
    "reserve_item.planned": (N_("谋划入库"), "plus"),
    "reserve_item.edited": (N_("修改"), "pen"),
    "reserve_item.tagged": (N_("打标签"), "tag"),
    "reserve_item.dropped": (N_("退出"), "close"),
    "reserve_item.taken_up": (N_("恢复"), "undo"),
    "reserve_item.promoted": (N_("转招商"), "deal"),
    "reserve_item.listed": (N_("列为重点项目"), "project"),
    "reserve_item.unlinked": (N_("取消关联"), "undo"),
}
telling.VERBS.update(VERBS)
telling.VERBS["deal.from_reserve"] = (N_("由储备项目转来"), "link")
telling.VERBS["deal.left_reserve"] = (N_("取消与储备项目的关联"), "undo")
telling.LABELS["reserve_item"] = {
    "name": N_("名称"),
    "content": N_("项目内容"),
    "year": N_("谋划年度"),
    "planned_wan": N_("谋划总投资"),
    "way": N_("谋划方式"),
    "depth": N_("前期深度"),
    "direction": N_("招商方向"),
    "in_city": N_("市级储备库"),
    "city_registered_on": N_("市级入库日期"),
    "city_number": N_("市级入库编号"),
    "state": N_("状态"),
    "drop_reason": N_("退出原因"),
    "deal_id": N_("转成的项目"),
}


@bp.get("/reserve")
@permit(P.RESERVE_VIEW)
def index() -> Any:
    return render_template("reserve/index.html", listing=context(PAGE, me()), basis=queries.basis())


@bp.get("/reserve/<int:id>")
@permit(P.RESERVE_VIEW)
def show(id: int) -> Any:
    item = _load(id)
    mine = queries.may_edit(me(), item)
    return render_template(
        "reserve/show.html",
        item=item,
        may_edit=mine,
        may_promote=mine and me().may(P.DEAL_EDIT) and item.is_free,
        deal_seen=bool(item.deal and deals.seen_by(me(), [item.deal])),
        quota=queries.quota_of(queries.group_of(item.unit)),
        history=_history(item),
        basis=queries.basis(),
    )


@bp.route("/reserve/new", methods=["GET", "POST"])
@permit(P.RESERVE_EDIT)
def new() -> Any:
    form = PlanForm(year=clock.today().year, unit_id=me().unit_id)
    units = org.unit_choices()
    if me().scope_of(P.RESERVE_EDIT) is not Scope.DISTRICT:
        units = [one for one in units if one[0] == me().unit_id]
    form.unit_id.offer(units)
    if form.submitted():
        with form.refusals():
            item = actions.plan(form.data, actor=me())
            return commit_and_go(
                form, url_for("reserve.show", id=item.id), _("“%(name)s”已入储备库", name=item.name)
            )
    return form.page("reserve/new.html")


@bp.route("/reserve/<int:id>/edit", methods=["GET", "POST"])
@permit(P.RESERVE_EDIT)
def edit(id: int) -> Any:
    item = _mine(id)
    form = ReserveForm.of(item)
    if form.submitted():
        with form.refusals():
            actions.edit(item, form.data, actor=me())
            return commit_and_go(form, url_for("reserve.show", id=id), _("已保存“%(name)s”", name=item.name))
    return form.page("reserve/edit.html", item=item)


@bp.route("/reserve/<int:id>/drop", methods=["GET", "POST"])
@permit(P.RESERVE_EDIT)
def drop(id: int) -> Any:
    item = _mine(id)
    form = DropForm.of(item)
    if form.submitted():
        with form.refusals():
            actions.drop(item, form.reason.data or "", actor=me())
            undo = url_for("reserve.take_up", id=id)
            return commit_and_go(form, url_for("reserve.show", id=id), _("已退出储备库，不再计入"), undo)
    return form.page("reserve/drop.html", item=item)


@bp.post("/reserve/<int:id>/take-up")
@permit(P.RESERVE_EDIT)
def take_up(id: int) -> Any:
    item = _mine(id)
    actions.take_up(item, actor=me())
    return commit_and_go(None, url_for("reserve.show", id=id), _("已恢复“%(name)s”", name=item.name))


@bp.route("/reserve/<int:id>/promote", methods=["GET", "POST"])
@permit(P.DEAL_EDIT)
def promote(id: int) -> Any:
    """A new deal with what was planned; its investor is found afterwards."""
    item = _mine(id)
    form = PromoteForm(name=item.name, owner_id=me().id if me().unit_id == item.unit_id else None)
    form.owner_id.offer(org.colleague_choices(me(), P.DEAL_EDIT), _("暂时没有"))
    if form.submitted():
        with form.refusals():
            facts = {
                "name": form.name.data, "content": item.content, "planned_wan": item.planned_wan,
                "direction": item.direction, "amount_basis": AmountBasis.WISH,
                "source_scope": SourceScope.OUT_OF_PROVINCE, "owner_id": form.owner_id.data, "unit_id": item.unit_id,
                "next_step": form.next_step.data, "next_due_on": form.next_due_on.data,
            }  # fmt: skip
            deal = actions.promote(item, facts, actor=me())
            return commit_and_go(
                form,
                url_for("deals.show", id=deal.id),
                _("已由储备项目转成招商项目“%(name)s”", name=deal.name),
            )
    return form.page("reserve/promote.html", item=item)


@bp.get("/reserve/<int:id>/link")
@permit(P.DEAL_EDIT)
def choose_deal(id: int) -> Any:
    """Which deal it has become; by words, or the newest."""
    item = _mine(id)
    q = texts.clean_line(request.args.get("q", "")[:120])
    return render_template("reserve/link.html", item=item, q=q, found=queries.deals_to_link(me(), q))


@bp.post("/reserve/<int:id>/link/<int:deal_id>")
@permit(P.DEAL_EDIT)
def link(id: int, deal_id: int) -> Any:
    item = _mine(id)
    deal = db.one_or_404(deals.visible_to(me()).filter_by(id=deal_id))
    if not deals.may(me(), P.DEAL_EDIT, deal):
        abort(403)
    actions.link(item, deal, actor=me())
    return commit_and_go(None, url_for("reserve.show", id=id), _("已关联到“%(name)s”", name=deal.name))


@bp.route("/reserve/<int:id>/unlink", methods=["GET", "POST"])
@permit(P.RESERVE_EDIT)
def unlink(id: int) -> Any:
    item = _mine(id)
    if item.deal is None and item.state is not ReserveState.LISTED:
        abort(404)
    form = UnlinkForm.of(item)
    if form.submitted():
        with form.refusals():
            actions.unlink(item, form.reason.data or "", actor=me())
            return commit_and_go(form, url_for("reserve.show", id=id), _("已取消关联，回到储备中"))
    return form.page(
        "reserve/unlink.html", item=item, deal_seen=bool(item.deal and deals.seen_by(me(), [item.deal]))
    )


@bp.get("/reserve/progress")
@permit(P.RESERVE_VIEW)
def progress() -> Any:
    """谋划进度 of a year (`?year=`), each figure a link to its rows."""
    years = queries.years_known()
    text = request.args.get("year", "")
    year = int(text) if text.isascii() and text.isdecimal() and len(text) == 4 else clock.today().year
    told = queries.progress(me(), year)
    ways, depths = queries.by_kind(me(), year)
    return render_template(
        "reserve/progress.html",
        year=year,
        years=years,
        progress=told,
        meters=[
            {"group": group, "meter": told.groups[group], "quota": queries.quota_of(group)}
            for group in (Group.TOWNSHIP, Group.DEPARTMENT)
        ],
        ways=[_point(way, ways[way], year, "way") for way in PlanWay],
        depths=[_point(depth, depths[depth], year, "depth") for depth in Depth],
        everything=queries.sees_all(me()),
        basis=queries.basis(),
    )


@bp.app_template_global("reserve_of")
def reserve_of(deal: Deal) -> Markup:
    """On a deal's page: the plan it grew out of and who made it; nothing when there is none."""
    if not me().may(P.RESERVE_VIEW) or not (items := queries.of_deal(deal.id)):
        return Markup("")
    return Markup(render_template("reserve/_of_deal.html", items=items))


# --- what the views share -----------------------------------------------------------------------------------


def _load(id: int) -> ReserveItem:
    return db.one_or_404(queries.with_names(queries.visible_to(me()).filter_by(id=id)))


def _mine(id: int) -> ReserveItem:
    """404 for what I may not see, 403 for what is another unit's."""
    item = _load(id)
    if not queries.may_edit(me(), item):
        abort(403)
    return item


def _point(kind: PlanWay | Depth, count: int, year: int, key: str) -> dict[str, Any]:
    narrowed: dict[str, Any] = {"year": year, "counts": 1, key: kind.value}
    url = url_for("reserve.index", **narrowed)
    return {"label": kind.label, "value": count, "text": str(count), "url": url}


def _history(item: ReserveItem) -> list[dict[str, Any]]:
    """The note of 转招商 is the name of the deal: for who sees that one."""
    events = contacts.events_of(queries.NOUN, item.id)
    joined = {event.id: (event.changes.get("deal_id") or [None, None])[1] for event in events}
    ids = deals.visible_to(me()).with_only_columns(Deal.id)
    seen = set(db.session.scalars(ids.where(Deal.id.in_([one for one in joined.values() if one]))))

    def note_of(event: Event) -> str | None:
        names_it = event.verb in ("reserve_item.promoted", "reserve_item.listed")
        return "" if names_it and joined[event.id] not in seen else None

    return history(events, began_with=("reserve_item.planned",), note_of=note_of)
