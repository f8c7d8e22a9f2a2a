"""协作合作: the book of partners, each one's page, what is signed and who visits, and what came of it by region."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, render_template, request, url_for
from markupsafe import Markup

from crm.contacts import telling
from crm.db import db
from crm.deals import queries as deals
from crm.deals.models import Deal
from crm.deals.stages import EARLY
from crm.files.models import StoredFile
from crm.files.store import hand_out
from crm.leads import queries as leads
from crm.leads.models import Lead
from crm.lib import clock
from crm.lib.words import N_, _
from crm.lists.page import context
from crm.merchants import queries as merchants
from crm.merchants.models import Enterprise
from crm.org import queries as org
from crm.org import settings
from crm.org.guard import me, permit
from crm.org.permissions import Permission as P
from crm.org.permissions import Scope
from crm.web.forms import ActForm, commit_and_go

from . import actions, queries, results
from .forms import (
    ClosePaperForm,
    EndForm,
    ExchangeForm,
    NewExchangeForm,
    NewPaperForm,
    NewPartnerForm,
    PaperForm,
    PartnerForm,
    SourceForm,
)
from .lists import EXCHANGES, PAGE
from .models import Exchange, Partner, PartnerAgreement, PartnerSource

bp = Blueprint("partners", __name__)
MAYS = {Lead: P.LEAD_REPORT, Deal: P.DEAL_EDIT}

telling.VERBS.update(
    {
        f"{noun}.{verb}": (words, "people")
        for noun in ("lead", "deal")
        for verb, words in (
            ("source_marked", N_("记下协作来源")),
            ("source_unmarked", N_("去掉协作来源")),
        )
    }
)


@bp.get("/partners")
@permit(P.PARTNER_VIEW)
def index() -> Any:
    return render_template("partners/index.html", listing=context(PAGE, me()), counts=queries.counts(me()))


@bp.get("/partners/exchanges")
@permit(P.PARTNER_VIEW)
def exchanges() -> Any:
    return render_template("partners/exchanges.html", listing=context(EXCHANGES, me()))


@bp.get("/partners/results")
@permit(P.PARTNER_VIEW)
def show_results() -> Any:
    """协作成效 of a year (`?year=`), each figure a link to its rows."""
    years = results.years_known()
    text = request.args.get("year", "")
    year = results.Year(next((one for one in years if str(one) == text), years[0]))
    user = me()
    return render_template(
        "partners/results.html",
        year=year,
        years=years,
        rows=results.rows(user, year),
        all=queries.ALL,
        early=[stage.value for stage in EARLY],
        lead_states=[state.value for state in results.COUNTED_LEADS],
        basis=results.basis(),
        unknown=queries.unknown_regions(),
        everything=user.scope_of(P.DEAL_VIEW) is Scope.DISTRICT,
    )


@bp.get("/partners/<int:id>")
@permit(P.PARTNER_VIEW)
def show(id: int) -> Any:
    return _page(_load(id))


@bp.route("/partners/new", methods=["GET", "POST"])
@permit(P.PARTNER_MANAGE)
def new() -> Any:
    form = NewPartnerForm(unit_id=me().unit_id, owner_id=me().id)
    _offer(form)
    form.look_up(me())
    if form.submitted() and form.place() and form.chosen():
        with form.refusals():
            made = actions.take_up(form.facts, actor=me())
            return commit_and_go(form, url_for(".show", id=made.id), _("已记下“%(name)s”", name=made.name))
    elif form.is_submitted() and form.status == 200:
        form.status = 422
    return form.page("partners/edit.html", partner=None)


@bp.route("/partners/<int:id>/edit", methods=["GET", "POST"])
@permit(P.PARTNER_MANAGE)
def edit(id: int) -> Any:
    partner = _managed(id)
    form = PartnerForm.of(partner)
    if not form.is_submitted() and partner.enterprise:
        form.investor.data = partner.enterprise.name
    _offer(form, partner)
    form.look_up(me())
    if form.submitted() and form.place() and form.chosen(partner.enterprise):
        with form.refusals():
            actions.edit(partner, form.facts, actor=me())
            return commit_and_go(form, url_for(".show", id=id), _("已保存“%(name)s”", name=partner.name))
    elif form.is_submitted() and form.status == 200:
        form.status = 422
    return form.page("partners/edit.html", partner=partner)


@bp.route("/partners/<int:id>/end", methods=["GET", "POST"])
@permit(P.PARTNER_MANAGE)
def end(id: int) -> Any:
    partner = _managed(id)
    form = EndForm()
    if form.submitted():
        with form.refusals():
            actions.end(partner, form.why.data or "", actor=me())
            return commit_and_go(
                form, url_for(".show", id=id), _("与“%(name)s”的合作已经结束", name=partner.name),
                undo_url=url_for(".resume", id=id),
            )  # fmt: skip
    return form.page("partners/end.html", partner=partner)


@bp.post("/partners/<int:id>/resume")
@permit(P.PARTNER_MANAGE)
def resume(id: int) -> Any:
    partner = _managed(id)
    form = ActForm()
    if form.submitted():
        with form.refusals():
            actions.resume(partner, actor=me())
            return commit_and_go(form, url_for(".show", id=id), _("与“%(name)s”继续合作", name=partner.name))
    return _page(partner, form)


# --- agreements ---------------------------------------------------------------------------------------------


@bp.route("/partners/<int:id>/agreements/new", methods=["GET", "POST"])
@permit(P.PARTNER_MANAGE)
def sign(id: int) -> Any:
    partner = _managed(id)
    form = NewPaperForm()
    if form.submitted():
        with form.refusals():
            actions.sign(partner, form.data, actor=me(), uploads=request.files.getlist("files"))
            return commit_and_go(form, url_for(".show", id=id), _("已添加协议"))
    return form.page("partners/paper.html", partner=partner, paper=None)


@bp.route("/partners/agreements/<int:id>/edit", methods=["GET", "POST"])
@permit(P.PARTNER_MANAGE)
def edit_paper(id: int) -> Any:
    paper = _paper(id, to_change=True)
    form = PaperForm.of(paper)
    if form.submitted():
        with form.refusals():
            actions.edit_paper(paper, form.data, actor=me(), uploads=request.files.getlist("files"))
            return commit_and_go(form, url_for(".show", id=paper.partner_id), _("已保存"))
    return form.page("partners/paper.html", partner=paper.partner, paper=paper)


@bp.route("/partners/agreements/<int:id>/close", methods=["GET", "POST"])
@permit(P.PARTNER_MANAGE)
def close_paper(id: int) -> Any:
    paper = _paper(id, to_change=True)
    form = ClosePaperForm()
    if form.submitted():
        with form.refusals():
            actions.close_paper(paper, form.why.data or "", actor=me())
            return commit_and_go(form, url_for(".show", id=paper.partner_id), _("已了结，不再提醒"))
    return form.page("partners/close_paper.html", partner=paper.partner, paper=paper)


@bp.get("/partners/agreements/<int:id>/files/<int:file_id>")
@permit(P.PARTNER_VIEW)
def file(id: int, file_id: int) -> Any:
    paper = _paper(id)
    wanted = db.select(StoredFile).filter_by(id=file_id, noun=queries.PAPER, record_id=paper.id)
    return hand_out(db.one_or_404(wanted))


# --- visits -------------------------------------------------------------------------------------------------


@bp.route("/partners/<int:id>/exchanges/new", methods=["GET", "POST"])
@permit(P.PARTNER_MANAGE)
def exchange(id: int) -> Any:
    partner = _managed(id)
    form = NewExchangeForm(on_day=clock.today())
    form.mission_id.offer(queries.missions_to_choose(me()), _("不是"))
    if form.submitted():
        with form.refusals():
            actions.exchange(partner, form.data, actor=me())
            return commit_and_go(form, url_for(".show", id=id), _("已记下互访"))
    return form.page("partners/exchange.html", partner=partner, exchange=None)


@bp.route("/partners/exchanges/<int:id>/edit", methods=["GET", "POST"])
@permit(P.PARTNER_MANAGE)
def edit_exchange(id: int) -> Any:
    rows = queries.exchanges_loaded(queries.exchanges_visible_to(me()))
    visit = db.one_or_404(rows.where(Exchange.id == id))
    if not queries.may(me(), visit.partner):
        abort(403)
    form = ExchangeForm.of(visit)
    known = dict(queries.missions_to_choose(me()))
    if visit.mission:
        known.setdefault(visit.mission.id, visit.mission.title)
    form.mission_id.offer(known.items(), _("不是"))
    if form.submitted():
        with form.refusals():
            actions.edit_exchange(visit, form.data, actor=me())
            return commit_and_go(form, url_for(".show", id=visit.partner_id), _("已保存"))
    return form.page("partners/exchange.html", partner=visit.partner, exchange=visit)


# --- what a partner brought ---------------------------------------------------------------------------------


@bp.route("/leads/<int:id>/partners", methods=["GET", "POST"])
@permit(P.LEAD_REPORT)
def mark_lead(id: int) -> Any:
    return _mark(_changeable(Lead, id))


@bp.route("/deals/<int:id>/partners", methods=["GET", "POST"])
@permit(P.DEAL_EDIT)
def mark_deal(id: int) -> Any:
    return _mark(_changeable(Deal, id))


def _mark(subject: Any) -> Any:
    if not me().may(P.PARTNER_VIEW):
        abort(403)
    form = SourceForm()
    form.partner_id.offer(queries.to_choose(me()), _("请选择"))
    if form.submitted():
        with form.refusals():
            partner = db.session.get_one(Partner, form.partner_id.data)
            actions.mark(subject, partner, actor=me())
            said = _("已记下：来自“%(name)s”", name=partner.name)
            return commit_and_go(form, _address(subject), said)
    return form.page("partners/mark.html", subject=subject, back=_address(subject))


@bp.post("/leads/<int:id>/partners/<int:source_id>/drop")
@permit(P.LEAD_REPORT)
def unmark_lead(id: int, source_id: int) -> Any:
    return _unmark(_changeable(Lead, id), source_id)


@bp.post("/deals/<int:id>/partners/<int:source_id>/drop")
@permit(P.DEAL_EDIT)
def unmark_deal(id: int, source_id: int) -> Any:
    return _unmark(_changeable(Deal, id), source_id)


def _unmark(subject: Any, source_id: int) -> Any:
    column = PartnerSource.lead_id if isinstance(subject, Lead) else PartnerSource.deal_id
    source = db.one_or_404(
        db.select(PartnerSource).where(PartnerSource.id == source_id, column == subject.id)
    )
    if not ActForm().submitted():
        abort(400)
    said = _("已去掉来源“%(name)s”", name=source.partner.name)
    actions.unmark(source, actor=me())
    return commit_and_go(None, _address(subject), said)


def _address(subject: Lead | Deal) -> str:
    return url_for("leads.show" if isinstance(subject, Lead) else "deals.show", id=subject.id)


def _may_mark(subject: Any) -> bool:
    rules = leads.may if isinstance(subject, Lead) else deals.may
    return bool(rules(me(), MAYS[type(subject)], subject))


def _changeable(model: Any, id: int) -> Any:
    rows = leads.visible_to(me()) if model is Lead else deals.visible_to(me())
    subject = db.one_or_404(rows.where(model.id == id))
    if not _may_mark(subject):
        abort(403)
    return subject


@bp.app_template_global("partners_of")
def partners_of(subject: Any) -> Markup:
    """On a firm's page that it is a partner; on a lead's or a deal's who brought it."""
    user = me()
    if not user.may(P.PARTNER_VIEW):
        return Markup("")
    if isinstance(subject, Enterprise):
        found = queries.of_enterprise(user, subject.id)
        return Markup(render_template("partners/_of.html", partners=found) if found else "")
    if not isinstance(subject, Lead | Deal):
        return Markup("")
    sources, may_mark = queries.sources_of(subject), _may_mark(subject)
    if not sources and not may_mark:
        return Markup("")
    return Markup(
        render_template(
            "partners/_sources.html", subject=subject, sources=sources, may_mark=may_mark,
            noun=subject.__tablename__, seen=queries.seen_among(user, [one.partner_id for one in sources]),
        )
    )  # fmt: skip


# --- what the views share -----------------------------------------------------------------------------------


def _page(partner: Partner, form: ActForm | None = None) -> Any:
    user = me()
    form = form or ActForm()
    papers = queries.agreements_of(partner)
    manages = queries.may(user, partner)
    return form.page(
        "partners/show.html",
        partner=partner,
        today=clock.today(),
        soon=settings.get("agreement.remind_days"),
        exchanges=queries.latest_exchanges(partner),
        papers=papers,
        files=queries.files_of(papers),
        brought=[
            (_("带来的项目"), "deals", _some(deals.visible_to(user).where(queries.deal_from(partner.id)), Deal)),
            (_("带来的线索"), "leads", _some(leads.visible_to(user).where(queries.lead_from(partner.id)), Lead)),
        ],
        firm_seen=partner.enterprise_id is not None and _sees_firm(partner.enterprise_id),
        may_manage=manages and partner.is_open,
        may_edit_papers=manages,
        may_resume=manages and not partner.is_open,
    )  # fmt: skip


A_FEW = 8


def _some(rows: Any, model: Any) -> Any:
    """The latest few; the list that the panel links to has them all."""
    return db.session.scalars(rows.order_by(model.id.desc()).limit(A_FEW)).all()


def _sees_firm(id: int) -> bool:
    rows = merchants.visible_to(me()).with_only_columns(Enterprise.id).where(Enterprise.id == id)
    return db.session.scalar(rows) is not None


def _load(id: int) -> Partner:
    return db.one_or_404(queries.loaded(queries.visible_to(me())).filter_by(id=id))


def _managed(id: int) -> Partner:
    partner = _load(id)
    if not queries.may(me(), partner):
        abort(403)
    return partner


def _paper(id: int, *, to_change: bool = False) -> PartnerAgreement:
    paper = db.one_or_404(queries.agreements_visible_to(me()).where(PartnerAgreement.id == id))
    if to_change and not queries.may(me(), paper.partner):
        abort(403)
    return paper


def _offer(form: Any, partner: Partner | None = None) -> None:
    """A unit works for itself; who answers for the district, for any unit."""
    user = me()
    whole = user.scope_of(P.PARTNER_MANAGE) is Scope.DISTRICT
    units = dict(org.unit_choices()) if whole else {user.unit_id: user.unit.name}
    owners = dict(org.colleague_choices(user, P.PARTNER_MANAGE))
    if partner:
        units.setdefault(partner.unit_id, partner.unit.name)
        if partner.owner:
            owners.setdefault(partner.owner.id, partner.owner.name)
    form.unit_id.offer(units.items())
    form.owner_id.offer(owners.items(), _("暂时没有"))
