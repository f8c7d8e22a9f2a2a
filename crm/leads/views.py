"""Reporting a lead, answering and judging it, and leading it to where it becomes a deal."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from markupsafe import Markup

from crm.audit.trail import record
from crm.db import db
from crm.files.store import hand_out
from crm.lib import clock, phones, texts
from crm.lib.masking import mask_text
from crm.lib.words import _
from crm.lists.page import context
from crm.merchants import queries as merchants
from crm.merchants.actions import is_revealed
from crm.merchants.models import Enterprise
from crm.org import queries as org
from crm.org.guard import me, permit
from crm.org.permissions import Permission as P
from crm.reference import regions
from crm.web.forms import commit_and_go

from . import actions, queries
from .clocks import Clock
from .forms import AnswerForm, AttachForm, FeedBackForm, JudgeForm, LeadForm, ReportForm
from .lists import PAGE
from .models import Conclusion, Lead, LeadState

bp = Blueprint("leads", __name__)
PANEL = 8


@bp.get("/leads")
@permit(P.LEAD_VIEW)
def index() -> Any:
    return render_template("leads/index.html", listing=context(PAGE, me()))


@bp.get("/leads/<int:id>")
@permit(P.LEAD_VIEW)
def show(id: int) -> Any:
    return _page(_load(id))


@bp.route("/leads/new", methods=["GET", "POST"])
@permit(P.LEAD_REPORT)
def new() -> Any:
    enterprise = _enterprise_asked()
    form = ReportForm(**_first_values(enterprise))
    if form.submitted():
        with form.refusals():
            facts = form.facts
            named = queries.enterprise_named(me(), facts["company"])
            facts["enterprise_id"] = named.id if named else None
            facts["duplicate_reason"] = texts.clean_line(request.form.get("duplicate_reason", "")[:200])
            lead = actions.report(facts, actor=me())
            return commit_and_go(form, url_for("leads.show", id=lead.id), said_of_report(lead))
    return form.page("leads/new.html", enterprise=enterprise)


@bp.route("/leads/<int:id>/edit", methods=["GET", "POST"])
@permit(P.LEAD_REPORT)
def edit(id: int) -> Any:
    lead = _load(id, P.LEAD_REPORT)
    form = LeadForm.of(lead)
    form.begin(lead)
    if form.submitted():
        with form.refusals():
            facts = form.facts
            if facts["company"] != lead.company or lead.enterprise_id is None:
                named = queries.enterprise_named(me(), facts["company"])
                facts["enterprise_id"] = named.id if named else None
            actions.edit(lead, facts, actor=me())
            return commit_and_go(form, url_for("leads.show", id=id), _("已保存“%(name)s”", name=lead.title))
    return form.page("leads/edit.html", lead=lead)


@bp.route("/leads/<int:id>/answer", methods=["GET", "POST"])
@permit(P.LEAD_JUDGE)
def answer(id: int) -> Any:
    """首次答复: the clock of the first answer stops, and a department is asked to judge."""
    lead = _load(id, P.LEAD_JUDGE)
    form = AnswerForm.of(lead)
    form.judge_unit_id.offer(org.unit_choices(), _("本单位自己研判"))
    if form.submitted():
        with form.refusals():
            actions.answer(lead, form.data, actor=me())
            return commit_and_go(form, url_for("leads.show", id=id), _("已答复“%(name)s”", name=lead.title))
    return form.page("leads/answer.html", lead=lead)


@bp.route("/leads/<int:id>/feed-back", methods=["GET", "POST"])
@permit(P.LEAD_JUDGE)
def feed_back(id: int) -> Any:
    """反馈: told to whoever reported it."""
    lead = _load(id, P.LEAD_JUDGE)
    form = FeedBackForm.of(lead)
    if form.submitted():
        with form.refusals():
            actions.feed_back(lead, form.feedback.data or "", actor=me())
            said = _(
                "已反馈%(name)s", name=lead.reported_by.name if lead.reported_by else lead.report_unit.name
            )
            return commit_and_go(form, url_for("leads.show", id=id), said)
    return form.page("leads/feed_back.html", lead=lead)


@bp.route("/leads/<int:id>/judge", methods=["GET", "POST"])
@permit(P.LEAD_JUDGE)
def judge(id: int) -> Any:
    """研判: conclusion, opinion, who answers for it. A second time only with a reason."""
    lead = _load(id, P.LEAD_JUDGE)
    form = JudgeForm.of(lead)
    alike = queries.alike(lead)
    user = me()
    others = {one.id: _told(one) for one in (*alike, *queries.recent(user, lead))}
    form.duplicate_of_id.offer(others.items(), _("不是重复"))
    form.unit_id.offer(org.unit_choices())
    colleagues = org.colleague_choices(user, P.LEAD_JUDGE)
    if lead.owner and lead.owner_id not in dict(colleagues):
        colleagues.append((lead.owner.id, lead.owner.name))
    form.owner_id.offer(colleagues, _("暂时没有"))
    form.leader_id.offer(org.leader_choices(), _("不建议领导带队"))
    if (
        not form.is_submitted()
        and lead.state is LeadState.REPORTED
        and (first := queries.first_of_same(lead))
    ):
        form.duplicate_of_id.data = first.id if first.reported_at < lead.reported_at else None
    if not form.is_submitted() and lead.owner_id is None and lead.reported_by_id in dict(colleagues):
        form.owner_id.data = lead.reported_by_id
    if form.submitted():
        with form.refusals():
            actions.judge(lead, form.data, actor=user)
            said = _("已研判“%(name)s”：%(said)s", name=lead.title, said=lead.state.label)
            return commit_and_go(form, url_for("leads.show", id=id), said)
    return form.page("leads/judge.html", lead=lead, alike=alike, seen=queries.seen_by(user, alike))


@bp.route("/leads/<int:id>/attach", methods=["GET", "POST"])
@permit(P.LEAD_REPORT)
def attach(id: int) -> Any:
    """Photos and papers that come after the report."""
    lead = _load(id, P.LEAD_REPORT)
    form = AttachForm()
    if form.submitted():
        with form.refusals():
            number = actions.attach(lead, form.uploads(), actor=me())
            return commit_and_go(form, url_for("leads.show", id=id), _("已添加 %(n)s 个附件", n=number))
    return form.page("leads/attach.html", lead=lead)


@bp.get("/leads/files/<int:id>")
@permit(P.LEAD_VIEW)
def file(id: int) -> Any:
    """An attachment, for those who may see the lead it hangs on."""
    return hand_out(db.one_or_404(queries.files_visible_to(me()).filter_by(id=id)))


@bp.get("/leads/<int:id>/convert")
@permit(P.DEAL_EDIT)
def convert(id: int) -> Any:
    """A lead becomes a deal on the form of a new deal, which stands upstairs and is filled in from it."""
    lead = _load(id, P.DEAL_EDIT)
    actions.refuse_unless_ready(lead)
    return redirect(url_for("deals.new", lead_id=lead.id), 303)


@bp.post("/leads/<int:id>/reveal")
@permit(P.MERCHANT_REVEAL)
def reveal(id: int) -> Any:
    """The contact's full number for five minutes, in return for a line in the trail."""
    lead = _load(id, P.MERCHANT_REVEAL)
    event = record("handle.revealed", lead, actor=me(), note=_("联系电话"))
    db.session.commit()
    return redirect(url_for("leads.show", id=id, revealed=event.id), 303)


@bp.app_template_global("leads_of")
def leads_of(enterprise: Enterprise) -> Markup:
    """The panel on an enterprise's page: the leads about it that I may see."""
    found = db.session.scalars(queries.with_names(queries.leads_of(enterprise.id)).limit(PANEL * 4)).all()
    seen = queries.seen_by(me(), found)
    mine = [lead for lead in found if lead.id in seen]
    if not found and not me().may(P.LEAD_REPORT):
        return Markup("")
    return Markup(
        render_template(
            "leads/_of.html", enterprise=enterprise, leads=mine[:PANEL], total=len(mine), others=len(found) - len(mine)
        )
    )  # fmt: skip


def said_of_report(lead: Lead) -> str:
    """What the reporter is told at once: that it is in, or whom it has joined."""
    if lead.duplicate_of is None:
        return _("已报送“%(name)s”", name=lead.title)
    return _(
        "已报送“%(name)s”。%(unit)s已经首报过，这一条作为协报，两条都留着",
        name=lead.title,
        unit=lead.duplicate_of.report_unit.name,
    )


# --- what the views share -----------------------------------------------------------------------------------


def _page(lead: Lead) -> str:
    today = clock.today()
    user = me()
    ticket = request.args.get("revealed", "")
    revealed = ticket.isdecimal() and len(ticket) < 10 and is_revealed(lead, int(ticket), user)
    alike = queries.alike(lead)[:5] if lead.state is LeadState.REPORTED else []
    first = lead.duplicate_of or lead
    readings = queries.clocks_of(lead)
    judgements = queries.judgements_of(lead)
    joined = queries.joined_to(lead)
    return render_template(
        "leads/show.html",
        lead=lead,
        alike=alike,
        alike_seen=queries.seen_by(user, alike),
        revealed=revealed,
        phone_shown=lead.contact_phone if revealed else phones.mask(lead.contact_phone),
        region=regions.full_name(lead.region_code),
        days_left=next(one.left for one in readings if one.clock is Clock.JUDGE)
        if lead.state is LeadState.REPORTED
        else None,
        readings=readings if lead.state is not LeadState.DUPLICATE else [],
        judgements=judgements,
        joined=joined,
        files=queries.files_of(lead),
        may_attach=queries.may(user, P.LEAD_REPORT, lead),
        joined_seen=queries.seen_by(user, joined),
        protection=queries.protections([first])[first.id] if first.state in queries.UNDER_WAY else None,
        may_answer=lead.state is LeadState.REPORTED and queries.may(user, P.LEAD_JUDGE, lead),
        may_feed_back=lead.judged_at is not None
        and lead.conclusion is not Conclusion.DUPLICATE
        and queries.may(user, P.LEAD_JUDGE, lead),
        today=today,
        may_edit=lead.state.is_open and queries.may(me(), P.LEAD_REPORT, lead),
        may_judge=lead.state is not LeadState.CONVERTED and queries.may(me(), P.LEAD_JUDGE, lead),
        may_convert=lead.state in (LeadState.FOLLOWED, LeadState.NURTURED)
        and queries.may(me(), P.DEAL_EDIT, lead),
        may_reveal=bool(lead.contact_phone or mask_text(lead.content) != lead.content)
        and not revealed
        and queries.may(me(), P.MERCHANT_REVEAL, lead),
        first_seen=bool(lead.duplicate_of and queries.seen_by(me(), [lead.duplicate_of])),
        investor_seen=_sees(lead.enterprise),
    )


def _load(id: int, permission: P | None = None) -> Lead:
    """The lead, if I may see it (404) and, when asked, change it so (403)."""
    lead = db.one_or_404(queries.visible_to(me()).filter_by(id=id))
    if permission and not queries.may(me(), permission, lead):
        abort(403)
    return lead


def _sees(enterprise: Enterprise | None) -> bool:
    if enterprise is None:
        return False
    visible = merchants.visible_to(me()).with_only_columns(Enterprise.id)
    return db.session.scalar(visible.where(Enterprise.id == enterprise.id)) is not None


def _enterprise_asked() -> Enterprise | None:
    text = request.args.get("enterprise_id", "")
    if not (text.isascii() and text.isdecimal() and len(text) < 10):
        return None
    enterprise: Enterprise | None = merchants.named("enterprise", int(text), me())
    return enterprise


def _first_values(enterprise: Enterprise | None) -> dict[str, Any]:
    if enterprise is None:
        return {}
    return {
        "company": enterprise.name,
        "direction": enterprise.direction,
        "region": regions.full_name(enterprise.region_code),
    }


def _told(lead: Lead) -> str:
    """A line of the choice of duplicates: when, who, what."""
    day = clock.local(lead.reported_at).strftime("%Y-%m-%d %H:%M")
    return f"{day} {lead.report_unit.name} {lead.title}"[:120]
