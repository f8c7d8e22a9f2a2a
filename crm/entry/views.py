"""The pages of 准入: what a deal's own page shows, a review from application to conclusion, checks, exception, rechecks."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, render_template, request, url_for
from markupsafe import Markup

from crm.contacts import telling
from crm.contacts.views import history_of
from crm.db import db
from crm.deals import queries as deals
from crm.deals.models import Deal
from crm.files import store
from crm.lib import clock
from crm.lib.words import N_, _
from crm.lists.page import context
from crm.org import queries as org
from crm.org.guard import me, permit
from crm.org.models import Unit, User
from crm.org.permissions import Permission as P
from crm.web.forms import ActForm, commit_and_go

from . import actions, queries
from .forms import (
    AllowForm,
    AnswerForm,
    ApplyForm,
    AskForm,
    CheckForm,
    ConcludeForm,
    HearForm,
    RecheckForm,
    ReviewForm,
)
from .lists import CHECKS, PAGE, RECHECKS
from .models import EntryCheck, EntryOpinion, EntryReview
from .rechecks import due_on
from .steps import ReviewStep, Stance, Voice, next_step

bp = Blueprint("entry", __name__)

telling.VERBS |= {
    "entry_review.applied": (N_("申请准入评审"), "plus"),
    "entry_review.edited": (N_("修改评审单"), "pen"),
    "entry_review.attached": (N_("补充附件"), "clip"),
    "entry_review.carried_on": (N_("转到下一步"), "stage"),
    "entry_review.asked": (N_("征求部门意见"), "chat"),
    "entry_review.heard": (N_("提出意见"), "contact"),
    "entry_review.concluded": (N_("作出结论"), "check"),
    "entry_review.rechecked": (N_("复核"), "search"),
    "entry_check.checked": (N_("填检查表"), "check"),
    "deal.admitted": (N_("决策咨询结论"), "check"),
    "deal.excepted": (N_("特批签约"), "warn"),
}
telling.LABELS[queries.NOUN] = {
    "step": N_("进度"),
    "direction": N_("招商方向"),
    "fixed_wan": N_("固定资产投资"),
    "land_mu": N_("用地（亩）"),
    "output_wan": N_("年产值"),
    "tax_wan": N_("年税收"),
    "energy_tce": N_("年综合能耗"),
    "emission_t": N_("年主要污染物排放"),
    "is_major": N_("涉及民生的重大项目"),
    "eia": N_("环评情况"),
    "energy": N_("能评情况"),
    "note": N_("说明"),
    "conclusion": N_("结论"),
    "conditions": N_("条件"),
    "reason": N_("理由"),
    "opinion": N_("意见"),
    "votes_for": N_("赞成票"),
    "votes_against": N_("反对票"),
    "votes_abstained": N_("弃权票"),
    "decided_on": N_("决策日期"),
}
telling.LABELS["deal"] |= {"approver": N_("批准人"), "on_day": N_("批准日期")}


# --- lists --------------------------------------------------------------------------------------------------


@bp.get("/entry")
@permit(P.ENTRY_VIEW)
def index() -> Any:
    return render_template("entry/list.html", listing=context(PAGE, me()), tabs=tabs("entry.index"))


@bp.get("/entry/checks")
@permit(P.ENTRY_VIEW)
def checks() -> Any:
    """M25: what is needed and has not passed, with ?missing=1."""
    return render_template("entry/list.html", listing=context(CHECKS, me()), tabs=tabs("entry.checks"))


@bp.get("/entry/rechecks")
@permit(P.ENTRY_VIEW)
def rechecks() -> Any:
    return render_template("entry/list.html", listing=context(RECHECKS, me()), tabs=tabs("entry.rechecks"))


def tabs(here: str) -> list[dict[str, Any]]:
    found: list[tuple[str, str, dict[str, Any]]] = [
        ("entry.index", _("全部评审单"), {}),
        ("entry.checks", _("检查表缺项"), {"missing": "1"}),
        ("entry.rechecks", _("复核"), {}),
        ("standards.index", _("准入标准"), {}),
    ]
    return [
        {"label": label, "url": url_for(name, **args), "active": name == here} for name, label, args in found
    ]


# --- on a deal ----------------------------------------------------------------------------------------------


@bp.app_template_global("entry_of")
def entry_of(deal: Deal) -> Markup:
    """The panel on a deal's page: how its review stands."""
    user = me()
    if not user.may(P.ENTRY_VIEW):
        return Markup("")
    found = queries.of_deal(deal)
    may_apply = queries.may(user, P.ENTRY_EDIT, deal)
    if not found and not may_apply:
        return Markup("")
    return Markup(
        render_template("entry/_of.html", deal=deal, review=found[0] if found else None, may_apply=may_apply,
                        excepted=queries.is_excepted(deal))
    )  # fmt: skip


@bp.get("/deals/<int:id>/entry")
@permit(P.ENTRY_VIEW)
def of_deal(id: int) -> Any:
    """All of it for one deal: its sheets, the four checks, the exception, the rechecks."""
    deal = _deal(id)
    reviews = queries.of_deal(deal)
    in_force = next((one for one in reviews if one.conclusion), None)
    if in_force and not (in_force.conclusion and in_force.conclusion.lets_in):
        in_force = None
    due = in_force.recheck_due_on if in_force else None
    open_ = any(one.decided_on is None for one in reviews)
    may = queries.may(me(), P.ENTRY_EDIT, deal)
    return render_template(
        "entry/of_deal.html",
        deal=deal,
        reviews=reviews,
        in_force=in_force,
        checks=queries.checks_of(deal),
        exceptions=queries.exceptions_of(deal),
        rechecks=queries.rechecks_of(in_force) if in_force else [],
        due_on=due,
        is_due=due is not None and due <= clock.today(),
        may=may,
        may_apply=may and not open_,
        may_allow=me().may(P.ENTRY_EXCEPT)
        and not deal.admission.value.startswith(("approved", "conditional")),
        today=clock.today(),
    )


@bp.route("/deals/<int:id>/entry/new", methods=["GET", "POST"])
@permit(P.ENTRY_EDIT)
def apply(id: int) -> Any:
    """Begun with what the deal knows, or with what the last sheet said."""
    deal = _deal(id, P.ENTRY_EDIT)
    last = next(iter(queries.of_deal(deal)), None)
    first = {name: getattr(last, name) for name in actions.FACTS} if last else {
        "direction": deal.direction, "fixed_wan": deal.fixed_asset_wan, "land_mu": deal.land_mu,
    }  # fmt: skip
    form = ApplyForm(**first)
    form.place_id.offer(org.unit_choices(), _("暂未确定"))
    if form.submitted():
        with form.refusals():
            made = actions.apply(deal, form.data, actor=me(), uploads=request.files.getlist("files"))
            return commit_and_go(form, url_for(".show", id=made.id), _("已申请准入评审"))
    return form.page("entry/edit.html", deal=deal, review=None)


@bp.route("/deals/<int:id>/entry/except", methods=["GET", "POST"])
@permit(P.ENTRY_EXCEPT)
def allow(id: int) -> Any:
    """特批: the approver is named, with the reason."""
    deal = _deal(id)
    form = AllowForm(on_day=clock.today())
    form.approver_id.offer(org.leader_choices(), None)
    if form.submitted():
        with form.refusals():
            approver = db.session.get_one(User, form.approver_id.data)
            assert form.on_day.data is not None
            actions.allow(
                deal, approver, on_day=form.on_day.data, reason=form.reason.data or "",
                document_no=form.document_no.data or "", actor=me(),
            )  # fmt: skip
            return commit_and_go(form, url_for(".of_deal", id=id), _("已记下特批"))
    return form.page("entry/allow.html", deal=deal)


# --- a review -----------------------------------------------------------------------------------------------


@bp.get("/entry/<int:id>")
@permit(P.ENTRY_VIEW)
def show(id: int) -> Any:
    return _page(_load(id))


def _page(review: EntryReview, form: ActForm | None = None) -> Any:
    user, deal = me(), review.deal
    may = queries.may(user, P.ENTRY_EDIT, deal) and review.decided_on is None
    standard = queries.standard_for(review.direction, review.place_id, clock.today())
    form = form or ActForm()
    return form.page(
        "entry/show.html",
        review=review,
        deal=deal,
        deal_seen=bool(deals.seen_by(user, [deal])),
        judged=queries.judged_now(review),
        standard=standard,
        target=next_step(review.step, is_major=review.is_major) if review.decided_on is None else None,
        steps=_steps(review),
        mine=[
            one
            for one in review.opinions
            if one.unit_id == user.unit_id and user.may(P.ENTRY_EDIT) and review.decided_on is None
        ],
        may=may,
        may_conclude=user.may(P.ENTRY_CONCLUDE) and review.decided_on is None,
        checks=queries.checks_of(deal),
        files=store.hanging_on(queries.NOUN, [review.id]).get(review.id, []),
        history=history_of(queries.NOUN, review.id, began_with="entry_review.applied"),
        today=clock.today(),
    )


def _steps(review: EntryReview) -> list[dict[str, Any]]:
    """The way as it is drawn; a project that is not major is not argued by a panel."""
    way = [one for one in ReviewStep if one is not ReviewStep.PANEL or review.is_major]
    at = way.index(review.step)
    return [
        {
            "label": one.label,
            "state": "current" if number == at else "done" if number < at else "todo",
            "on": review.applied_on
            if one is ReviewStep.APPLIED
            else review.decided_on
            if one is ReviewStep.DECIDED
            else None,
            "days": None,
        }
        for number, one in enumerate(way)
    ]


@bp.route("/entry/<int:id>/edit", methods=["GET", "POST"])
@permit(P.ENTRY_EDIT)
def edit(id: int) -> Any:
    review = _load(id, P.ENTRY_EDIT)
    form = ReviewForm.of(review)
    form.place_id.offer(org.unit_choices(), _("暂未确定"))
    if form.submitted():
        with form.refusals():
            actions.edit(review, form.data, actor=me(), uploads=request.files.getlist("files"))
            return commit_and_go(form, url_for(".show", id=id), _("已保存"))
    return form.page("entry/edit.html", deal=review.deal, review=review)


@bp.post("/entry/<int:id>/carry-on")
@permit(P.ENTRY_EDIT)
def carry_on(id: int) -> Any:
    review = _load(id, P.ENTRY_EDIT)
    form = ActForm()
    if form.submitted():
        with form.refusals():
            actions.carry_on(review, actor=me())
            return commit_and_go(form, url_for(".show", id=id), _("已转到%(step)s", step=review.step.label))
    return _page(_load(id), form)


def _act_page(form: ActForm, review: EntryReview, title: str) -> Any:
    """One step of a review: a small form of its own."""
    back = url_for(".show", id=review.id)
    return form.page("entry/act.html", review=review, title=title, section=review.deal.name, back=back)


@bp.route("/entry/<int:id>/ask", methods=["GET", "POST"])
@permit(P.ENTRY_EDIT)
def ask(id: int) -> Any:
    review = _load(id, P.ENTRY_EDIT)
    form = AskForm()
    there = {one.unit_id for one in review.opinions}
    units = {unit.id: unit for unit in org.units() if unit.id not in there}
    form.units.choices = [(unit.id, unit.name) for unit in units.values()]
    if form.submitted():
        with form.refusals():
            chosen: list[Unit] = [units[one] for one in form.units.data or []]
            asked = actions.ask(review, chosen, actor=me())
            return commit_and_go(form, url_for(".show", id=id), _("已征求 %(n)s 个部门的意见", n=asked))
    return _act_page(form, review, _("征求部门意见"))


@bp.route("/entry/opinions/<int:id>", methods=["GET", "POST"])
@permit(P.ENTRY_EDIT)
def answer(id: int) -> Any:
    """A department's own people answer; so may the deal's side, for a letter that came on paper."""
    opinion: EntryOpinion = db.get_or_404(EntryOpinion, id)
    review = _load(opinion.review_id)
    if opinion.unit_id is None:
        abort(404)
    if opinion.unit_id != me().unit_id and not queries.may(me(), P.ENTRY_EDIT, review.deal):
        abort(403)
    form = AnswerForm(stance=opinion.stance, text=opinion.text)
    if form.submitted():
        with form.refusals():
            actions.answer(
                opinion, stance=Stance(str(form.stance.data)), text=form.text.data or "", actor=me()
            )
            return commit_and_go(
                form, url_for(".show", id=review.id), _("已记下%(who)s的意见", who=opinion.name)
            )
    return _act_page(form, review, _("%(who)s的意见", who=opinion.name))


@bp.route("/entry/<int:id>/hear", methods=["GET", "POST"])
@permit(P.ENTRY_EDIT)
def hear(id: int) -> Any:
    review = _load(id, P.ENTRY_EDIT)
    form = HearForm()
    if form.submitted():
        with form.refusals():
            made = actions.hear(
                review, voice=Voice(str(form.voice.data)), who=form.who.data or "", stance=Stance(str(form.stance.data)),
                text=form.text.data or "", actor=me(),
            )  # fmt: skip
            return commit_and_go(form, url_for(".show", id=id), _("已记下%(who)s的意见", who=made.who))
    return _act_page(form, review, _("记专家、民众代表的意见"))


@bp.route("/entry/<int:id>/conclude", methods=["GET", "POST"])
@permit(P.ENTRY_CONCLUDE)
def conclude(id: int) -> Any:
    review = _load(id)
    form = ConcludeForm.of(review)
    if form.submitted():
        with form.refusals():
            actions.conclude(review, form.data, actor=me(), uploads=request.files.getlist("files"))
            return commit_and_go(
                form,
                url_for(".show", id=id),
                _("已作出结论：%(what)s", what=review.conclusion.label if review.conclusion else ""),
            )
    return _act_page(form, review, _("作结论"))


# --- checks, rechecks, files --------------------------------------------------------------------------------


@bp.route("/entry/checks/<int:id>", methods=["GET", "POST"])
@permit(P.ENTRY_EDIT)
def check(id: int) -> Any:
    one: EntryCheck = db.one_or_404(queries.checks_visible_to(me()).where(EntryCheck.id == id))
    if not queries.may(me(), P.ENTRY_EDIT, one.deal):
        abort(403)
    form = CheckForm.of(one)
    if form.submitted():
        with form.refusals():
            actions.check(one, form.data, actor=me(), uploads=request.files.getlist("files"))
            return commit_and_go(
                form, url_for(".of_deal", id=one.deal_id), _("已保存%(what)s", what=one.kind.label)
            )
    files = store.hanging_on(queries.CHECK, [id]).get(id, [])
    return form.page("entry/check.html", check=one, files=files)


@bp.route("/entry/<int:id>/rechecks/new", methods=["GET", "POST"])
@permit(P.ENTRY_EDIT)
def recheck(id: int) -> Any:
    """The next one, begun with what was promised beside each field."""
    review = _load(id, P.ENTRY_EDIT)
    form = RecheckForm(on_day=clock.today(), land_mu=review.land_mu, fixed_wan=review.fixed_wan)
    if form.submitted():
        with form.refusals():
            made = actions.recheck(review, form.data, actor=me())
            return commit_and_go(
                form, url_for(".of_deal", id=review.deal_id), _("已记下第 %(n)s 次复核", n=made.number)
            )
    number = review.next_recheck
    due = due_on(review.produced_on, number) if review.produced_on and number else None
    return form.page("entry/recheck.html", review=review, number=number, due_on=due)


@bp.get("/entry/files/<int:id>")
@permit(P.ENTRY_VIEW)
def file(id: int) -> Any:
    return store.hand_out(db.one_or_404(queries.files_visible_to(me()).filter_by(id=id)))


# --- what the views share -----------------------------------------------------------------------------------


def _deal(id: int, permission: P | None = None) -> Deal:
    deal: Deal = db.one_or_404(deals.with_names(deals.visible_to(me()).filter_by(id=id)))
    if permission and not queries.may(me(), permission, deal):
        abort(403)
    return deal


def _load(id: int, permission: P | None = None) -> EntryReview:
    """The sheet, if I may see it (404) and, when asked, change it (403)."""
    review: EntryReview = db.one_or_404(
        queries.with_all(queries.visible_to(me()).where(EntryReview.id == id))
    )
    if permission and not queries.may(me(), permission, review.deal):
        abort(403)
    return review
