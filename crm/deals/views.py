"""A deal's own pages. Moving it is upstairs, in pipeline; its timeline comes from contacts."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, render_template, request, url_for
from markupsafe import Markup

from crm.db import db
from crm.leads import actions as lead_verbs
from crm.leads import queries as leads
from crm.leads.models import Lead
from crm.lib import clock, texts
from crm.lib.words import _
from crm.lists.actions import set_tags
from crm.lists.page import context
from crm.lists.queries import tags_of
from crm.merchants import queries as merchants
from crm.merchants import uscc
from crm.merchants.models import Enterprise
from crm.org import queries as org
from crm.org.guard import me, permit
from crm.org.models import User
from crm.org.permissions import Permission as P
from crm.org.permissions import Scope
from crm.web.forms import commit_and_go

from . import actions, likeness, queries
from .forms import AssignForm, DealForm, NewDealForm, PartyForm, TagsForm
from .lists import PAGE
from .models import Deal, PartyRole

bp = Blueprint("deals", __name__)
PANEL = 8  # deals shown on an enterprise's page


@bp.get("/deals")
@permit(P.DEAL_VIEW)
def index() -> Any:
    return render_template("deals/index.html", listing=context(PAGE, me()))


@bp.get("/deals/<int:id>")
@permit(P.DEAL_VIEW)
def show(id: int) -> Any:
    deal = _load(id)
    return render_template(
        "deals/show.html",
        deal=deal,
        today=clock.today(),
        idle_limit=queries.idle_limit(deal.stage),
        may_edit=queries.may(me(), P.DEAL_EDIT, deal),
        may_assign=queries.may(me(), P.DEAL_ASSIGN, deal),
        lead_seen=bool(deal.lead and leads.seen_by(me(), [deal.lead])),
        investor_seen=_sees(deal.enterprise),
        first=deal.increases if deal.increases and queries.seen_by(me(), [deal.increases]) else None,
        increases=queries.increases_of(deal, me()),
        party_form=PartyForm(formdata=None),
        uscc_warning=uscc.warning(deal.local_uscc),
        tag_words=tags_of("deal", [id]).get(id, []),
        tag_url=lambda word: PAGE.url([("tag", word)]),
    )


@bp.route("/deals/<int:id>/tags", methods=["GET", "POST"])
@permit(P.DEAL_EDIT)
def tags(id: int) -> Any:
    """What kind of deal it is, in the words that figures ask for, and in any others."""
    deal = _load(id, P.DEAL_EDIT)
    known, now = queries.traits(), tags_of("deal", [id]).get(id, [])
    form = TagsForm.of(words="，".join(word for word in now if word not in known))
    ticked = request.form.getlist("trait") if form.is_submitted() else now
    if form.submitted():
        with form.refusals():
            typed = [*(word for word in known if word in ticked), form.words.data or ""]
            set_tags(deal, "，".join(typed), actor=me())
            return commit_and_go(form, url_for(".show", id=id), _("标签已保存"))
    return form.page("deals/tags.html", deal=deal, known=known, ticked=ticked)


@bp.route("/deals/new", methods=["GET", "POST"])
@permit(P.DEAL_EDIT)
def new() -> Any:
    """A deal from nothing, or (`?lead_id=`) out of a lead that was judged worth it."""
    lead = _lead_asked()
    form = NewDealForm(**_first_values(lead))
    _offer_people(form, P.DEAL_EDIT, lead)
    form.look_up(me())
    form.increases.among(queries.visible_to(me()))
    form.offer_new_firm(lead)
    if form.submitted() and (form.brings_firm or form.chosen()):
        with form.refusals():
            facts = form.facts
            if lead and form.brings_firm:
                facts["enterprise_id"] = actions.firm_from(lead, form.investor.data, actor=me()).id
            deal = actions.create(facts, actor=me(), lead=lead)
            said = (
                _("已由线索转成项目“%(name)s”", name=deal.name)
                if lead
                else _("已新建项目“%(name)s”", name=deal.name)
            )
            return commit_and_go(form, url_for("deals.show", id=deal.id), said)
    elif form.is_submitted():
        form.status = 422
    return form.page("deals/new.html", lead=lead)


@bp.route("/deals/<int:id>/edit", methods=["GET", "POST"])
@permit(P.DEAL_EDIT)
def edit(id: int) -> Any:
    deal = _load(id, P.DEAL_EDIT)
    form = DealForm.of(deal)
    form.look_up(me())
    form.increases.among(queries.visible_to(me()), deal.increases)
    if not deal.is_open:
        form.next_step.validators = form.next_due_on.validators = ()
        form.next_step.flags.required = form.next_due_on.flags.required = False
    if form.submitted() and form.chosen(deal.enterprise):
        with form.refusals():
            actions.edit(deal, form.facts, actor=me())
            return commit_and_go(form, url_for("deals.show", id=id), _("已保存“%(name)s”", name=deal.name))
    elif form.is_submitted() and form.status == 200:
        form.status = 422
    return form.page("deals/edit.html", deal=deal)


@bp.route("/deals/<int:id>/assign", methods=["GET", "POST"])
@permit(P.DEAL_ASSIGN)
def assign(id: int) -> Any:
    deal = _load(id, P.DEAL_ASSIGN)
    form = AssignForm.of(deal)
    _offer_people(form, P.DEAL_ASSIGN, deal)
    if form.submitted():
        with form.refusals():
            actions.assign(deal, form.data, actor=me())
            return commit_and_go(
                form, url_for("deals.show", id=id), _("已更换“%(name)s”的负责人", name=deal.name)
            )
    return form.page("deals/assign.html", deal=deal)


@bp.route("/deals/<int:id>/parties", methods=["GET", "POST"])
@permit(P.DEAL_EDIT)
def add_party(id: int) -> Any:
    deal = _load(id, P.DEAL_EDIT)
    form = PartyForm()
    form.look_up(me())
    if form.submitted() and form.chosen():
        with form.refusals():
            enterprise = db.one_or_404(merchants.visible_to(me()).filter_by(id=form.which.data))
            actions.add_party(deal, enterprise, PartyRole(str(form.role.data)), actor=me())
            return commit_and_go(
                form, url_for("deals.show", id=id), _("已添加%(name)s", name=enterprise.name)
            )
    elif form.is_submitted():
        form.status = 422
    return form.page("deals/add_party.html", deal=deal)


@bp.post("/deals/<int:id>/parties/<int:party_id>/drop")
@permit(P.DEAL_EDIT)
def drop_party(id: int, party_id: int) -> Any:
    deal = _load(id, P.DEAL_EDIT)
    party = next((one for one in deal.parties if one.id == party_id), None) or abort(404)
    name = party.enterprise.name
    actions.drop_party(deal, party, actor=me())
    return commit_and_go(None, url_for("deals.show", id=id), _("已去掉%(name)s", name=name))


@bp.get("/deals/investors")
@permit(P.DEAL_EDIT)
def investors() -> Any:
    """Names for the list under the field, as they are typed."""
    found = queries.investors_like(me(), texts.clean_line(request.args.get("q", "")[:100]))
    return render_template("_parts/names.html", found=found)


@bp.get("/deals/names")
@permit(P.DEAL_VIEW)
def names() -> Any:
    """The same for a field that names a deal."""
    found = queries.names_like(me(), texts.clean_line(request.args.get("q", "")[:100]))
    return render_template("_parts/names.html", found=found)


@bp.post("/deals/alike")
@permit(P.DEAL_EDIT)
def alike() -> Any:
    """近似项目 of what is being typed, as a fragment. Nothing typed is stored or logged."""
    typed = {name: texts.clean_line(request.form.get(name, "")[:200]) for name in ("name", "investor")}
    leave_out = request.args.get("leave_out", "")
    known = leave_out.isascii() and leave_out.isdecimal() and len(leave_out) < 10
    found = likeness.alike(
        me(), typed["name"], typed["investor"], leave_out=int(leave_out) if known else None
    )
    for one in found:
        one.url = "" if one.masked else url_for("deals.show", id=one.deal.id)
    return render_template("deals/alike.html", alike=found)


alike.only_reads = True  # type: ignore[attr-defined]  # POST: names do not belong into addresses


@bp.app_template_global("deals_of")
def deals_of(enterprise: Enterprise) -> Markup:
    """The panel on an enterprise's page: its deals that I may see, and how many there are beside them."""
    found = db.session.scalars(queries.with_names(queries.deals_of(enterprise.id)).limit(PANEL * 4)).all()
    seen = queries.seen_by(me(), found)
    mine = [deal for deal in found if deal.id in seen]
    if not found and not me().may(P.DEAL_EDIT):
        return Markup("")
    return Markup(
        render_template(
            "deals/_of.html", enterprise=enterprise, deals=mine[:PANEL], total=len(mine), others=len(found) - len(mine),
            today=clock.today(),
        )
    )  # fmt: skip


@bp.app_template_global("deals_in_talks")
def deals_in_talks(lead: Lead) -> Markup:
    """The warning on a lead: its company is under talk or has signed already."""
    if not lead.state.is_open:
        return Markup("")
    found = db.session.scalars(
        queries.with_names(queries.in_talks(lead.enterprise_id, lead.company)).limit(5)
    ).all()
    found = [deal for deal in found if deal.lead_id != lead.id]
    if not found:
        return Markup("")
    return Markup(render_template("deals/_in_talks.html", deals=found, seen=queries.seen_by(me(), found)))


# --- what the views share -----------------------------------------------------------------------------------


def _load(id: int, permission: P | None = None) -> Deal:
    """The deal, if I may see it (404) and, when asked, change it so (403)."""
    deal = db.one_or_404(queries.with_parties(queries.visible_to(me()).filter_by(id=id)))
    if permission and not queries.may(me(), permission, deal):
        abort(403)
    return deal


def _sees(enterprise: Enterprise | None) -> bool:
    if enterprise is None:
        return False
    return db.session.scalar(
        merchants.visible_to(me()).with_only_columns(Enterprise.id).where(Enterprise.id == enterprise.id)
    ) is not None  # fmt: skip


def _lead_asked() -> Lead | None:
    text = request.args.get("lead_id", "")
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) < 10):
        abort(404)
    lead = db.one_or_404(leads.visible_to(me()).filter_by(id=int(text)))
    if not leads.may(me(), P.DEAL_EDIT, lead):
        abort(403)
    if request.method == "GET":
        lead_verbs.refuse_unless_ready(lead)
    return lead


def _first_values(lead: Lead | None) -> dict[str, Any]:
    """What a new deal's form begins with: the lead's own words, or the enterprise it was opened from."""
    user = me()
    first: dict[str, Any] = {"unit_id": user.unit_id, "owner_id": user.id}
    if lead:
        first |= {
            "name": lead.title, "content": lead.content, "direction": lead.direction, "planned_wan": lead.planned_wan,
            "land_mu": lead.land_mu, "investor": lead.enterprise.name if lead.enterprise else lead.company,
            "unit_id": lead.unit_id, "next_step": lead.next_step, "next_due_on": _still_to_come(lead.next_due_on),
        }  # fmt: skip
        if lead.owner_id:
            first["owner_id"] = lead.owner_id
        return first
    text = request.args.get("enterprise_id", "")
    if text.isascii() and text.isdecimal() and len(text) < 10:
        enterprise = merchants.named("enterprise", int(text), user)
        if enterprise:
            first |= {"investor": enterprise.name, "direction": enterprise.direction}
    return first


def _still_to_come(day: Any) -> Any:
    return day if day and day >= clock.today() else None


def _offer_people(form: Any, permission: P, now: Deal | Lead | None = None) -> None:
    """Units, colleagues and leaders to choose from: my own unit's, or everybody's for a right over the district.

    Who answers for it `now` stays on offer, or saving the form would take it away unseen.
    """
    user = me()
    units = org.unit_choices()
    if user.scope_of(permission) is not Scope.DISTRICT:
        mine = {user.unit_id, now.unit_id if now else user.unit_id}
        units = [(id, name) for id, name in units if id in mine]
    form.unit_id.offer(units)
    form.owner_id.offer(
        _with(now.owner if now else None, org.colleague_choices(user, permission)), _("暂时没有")
    )
    form.sponsor_id.offer(_with(getattr(now, "sponsor", None), org.leader_choices()), _("没有"))


def _with(user: User | None, offered: list[tuple[int, str]]) -> list[tuple[int, str]]:
    if user is None or user.id in dict(offered):
        return offered
    return [*offered, (user.id, user.name)]
