"""首报争议: the list, the two logs side by side, raising one and deciding it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, render_template, request, url_for
from markupsafe import Markup

from crm.db import db
from crm.leads import queries as leads
from crm.leads.models import Lead
from crm.lib import clock
from crm.lib.words import _
from crm.org.guard import me, permit
from crm.org.permissions import Permission as P
from crm.web import listing
from crm.web.forms import commit_and_go

from . import actions, queries
from .forms import DecideForm, RaiseForm
from .models import Dispute, DisputeState

bp = Blueprint("disputes", __name__)
A_PAGE = 20


@bp.get("/disputes")
@permit(P.LEAD_VIEW)
def index() -> Any:
    only_open = request.args.get("state") == DisputeState.OPEN.value
    rows = queries.newest_first(me(), only_open=only_open)
    page = listing.page_of(
        rows, key=Dispute.id, per_page=A_PAGE, load=queries.with_all(queries.visible_to(me()))
    )
    return render_template(
        "disputes/index.html",
        page=page,
        names={one.id: queries.name_for(me(), one) for one in page.items},
        left={one.id: queries.days_left(one) for one in page.items},
        tabs=[
            {"label": _("全部"), "url": url_for("disputes.index"), "active": not only_open},
            {
                "label": DisputeState.OPEN.label,
                "url": url_for("disputes.index", state="open"),
                "active": only_open,
            },
        ],
    )


@bp.get("/disputes/<int:id>")
@permit(P.LEAD_VIEW)
def show(id: int) -> Any:
    return _page(_load(id))


@bp.route("/leads/<int:id>/dispute", methods=["GET", "POST"])
@permit(P.LEAD_REPORT)
def raise_dispute(id: int) -> Any:
    """Raised on the page of one's own report, which was taken for a 协报."""
    user = me()
    lead = db.one_or_404(leads.visible_to(user).filter_by(id=id))
    if not _may_raise(lead):
        abort(403)
    form = RaiseForm()
    if form.submitted():
        with form.refusals():
            dispute = actions.raise_dispute(lead, form.grounds.data or "", actor=user)
            return commit_and_go(form, url_for("disputes.show", id=dispute.id), _("争议已提出，等待裁定"))
    return form.page("disputes/raise.html", lead=lead, first=lead.duplicate_of)


@bp.route("/disputes/<int:id>/decide", methods=["GET", "POST"])
@permit(P.DISPUTE_DECIDE)
def decide(id: int) -> Any:
    dispute = _load(id)
    form = DecideForm()
    sides = {lead.id: lead for lead in (dispute.first, dispute.lead)}
    form.holder_id.offer((one.id, f"{one.report_unit.name} {_at(one)}") for one in sides.values())
    if form.submitted():
        with form.refusals():
            holder = sides[int(form.holder_id.data or 0)]
            actions.decide(dispute, holder, form.reason.data or "", actor=me())
            said = _("已裁定：首报归%(unit)s", unit=holder.report_unit.name)
            return commit_and_go(form, url_for("disputes.show", id=id), said)
    return form.page(
        "disputes/decide.html", dispute=dispute, party=queries.is_party(me(), dispute), **_sides(dispute)
    )


@bp.app_template_global("disputes_of")
def disputes_of(lead: Lead) -> Markup:
    """On the page of a lead: the disputes about it and their rulings, and the way to raise one."""
    found = queries.of_lead(lead)
    may_raise = _may_raise(lead) and not any(one.state is DisputeState.OPEN for one in found)
    if not found and not may_raise:
        return Markup("")
    return Markup(render_template("disputes/_of.html", lead=lead, disputes=found, may_raise=may_raise))


def _may_raise(lead: Lead) -> bool:
    return lead.duplicate_of_id is not None and leads.may(me(), P.LEAD_REPORT, lead)


def _load(id: int) -> Dispute:
    found: Dispute = db.one_or_404(queries.visible_to(me()).filter(Dispute.id == id))
    return found


def _at(lead: Lead) -> str:
    return clock.local(lead.reported_at).strftime("%Y-%m-%d %H:%M")


def _sides(dispute: Dispute) -> dict[str, Any]:
    """Both reports as the reader may see them: one's own in full, the other's as unit, time and state."""
    sides = [dispute.first, dispute.lead]
    protections = leads.protections(sides)
    return {
        "sides": [
            {"lead": one, "open": queries.sees_side(me(), one), "protection": protections[one.id]}
            for one in sides
        ],
        "opened": leads.seen_by(me(), sides),
        "name": queries.name_for(me(), dispute),
        "today": clock.today(),
    }


def _page(dispute: Dispute) -> str:
    return render_template(
        "disputes/show.html",
        dispute=dispute,
        decide_by=queries.decide_by(dispute),
        left=queries.days_left(dispute),
        may_decide=me().may(P.DISPUTE_DECIDE) and not queries.is_party(me(), dispute),
        **_sides(dispute),
    )
