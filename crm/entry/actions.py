"""The verbs of a review: applied for, carried on, heard, decided; the checks; the exception; the rechecks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from werkzeug.datastructures import FileStorage

from crm.audit.trail import Actor, record, recording
from crm.db import db, plain
from crm.deals.models import Deal
from crm.deals.stages import Admission
from crm.files import store
from crm.lib import clock
from crm.lib.errors import Refused
from crm.lib.words import _, joined, listed
from crm.org.models import Unit, User

from . import queries
from .models import EntryCheck, EntryException, EntryOpinion, EntryRecheck, EntryReview
from .permu import Values, gaps
from .rechecks import due_on
from .steps import (
    CheckKind,
    CheckState,
    Conclusion,
    ReviewStep,
    Stance,
    Voice,
    next_step,
    objections,
)

FACTS = (
    "direction", "place_id", "fixed_wan", "land_mu", "output_wan", "tax_wan", "energy_tce", "emission_t", "is_major",
    "eia", "energy", "note",
)  # fmt: skip
REAL = ("fixed_wan", "land_mu", "output_wan", "tax_wan", "energy_tce", "emission_t")
ADMISSION = {
    Conclusion.APPROVED: Admission.APPROVED,
    Conclusion.CONDITIONAL: Admission.CONDITIONAL,
    Conclusion.REJECTED: Admission.REJECTED,
    Conclusion.SUPPLEMENT: Admission.NONE,
}


def apply(
    deal: Deal, data: dict[str, Any], *, actor: User, uploads: Sequence[FileStorage] = ()
) -> EntryReview:
    """A sheet more; one is open at a time. The four checks of a deal are laid out with its first."""
    if queries.open_review_of(deal):
        raise Refused(_("这个项目已经有一张没有作结论的评审单"))
    review = EntryReview(deal=deal, applied_by_id=actor.id)
    _fill(review, data)
    db.session.add(review)
    with recording("entry_review.applied", review, actor=actor):
        db.session.flush()
    if not queries.checks_of(deal):
        db.session.add_all(EntryCheck(deal=deal, kind=kind, is_needed=True) for kind in CheckKind)
        db.session.flush()
    _stability_follows(review)
    attach(review, uploads, actor=actor)
    return review


def edit(
    review: EntryReview, data: dict[str, Any], *, actor: User, uploads: Sequence[FileStorage] = ()
) -> None:
    _refuse_if_decided(review)
    with recording("entry_review.edited", review, actor=actor):
        _fill(review, data)
    _stability_follows(review)
    attach(review, uploads, actor=actor)


def attach(review: EntryReview, uploads: Sequence[FileStorage], *, actor: User) -> None:
    kept = store.attach(uploads, noun=queries.NOUN, record_id=review.id, actor_id=actor.id)
    if kept:
        record("entry_review.attached", review, actor=actor, note=listed(one.name for one in kept))


def carry_on(review: EntryReview, *, actor: Actor) -> None:
    """One step on, short of the decision."""
    _refuse_if_decided(review)
    target = next_step(review.step, is_major=review.is_major)
    if target is None:
        raise Refused(_("已经到了可以作结论的一步"))
    if target is ReviewStep.SCREENED and (review.fixed_wan is None or not review.land_mu):
        raise Refused(_("先填固定资产投资和用地，才能预审投资强度"))
    if target is ReviewStep.PANEL and not any(one.stance for one in queries.departments_of(review)):
        raise Refused(_("还没有部门提出意见，先部门会审"))
    with recording("entry_review.carried_on", review, actor=actor):
        review.step = target


def ask(review: EntryReview, units: Sequence[Unit], *, actor: Actor) -> int:
    """Departments are asked; each that was asked before is asked once."""
    _refuse_if_decided(review)
    there = {one.unit_id for one in review.opinions}
    new = [unit for unit in units if unit.id not in there]
    if not new:
        raise Refused(_("请选择还没有征求过意见的部门"), "units")
    review.opinions += [EntryOpinion(voice=Voice.DEPARTMENT, unit=unit) for unit in new]
    db.session.flush()
    record("entry_review.asked", review, actor=actor, note=listed(unit.name for unit in new))
    return len(new)


def answer(opinion: EntryOpinion, *, stance: Stance, text: str, actor: User) -> None:
    """What a department says; said again it replaces what it said before, and the trail keeps both."""
    review = opinion.review
    _refuse_if_decided(review)
    if stance is not Stance.FOR and not text:
        raise Refused(_("请写明条件或理由"), "text")
    if opinion.author and opinion.author.unit_id == opinion.unit_id != actor.unit_id:
        raise Refused(_("%(unit)s自己已经答复，只能由它改", unit=opinion.name), "stance")
    before = [opinion.stance, opinion.text]
    opinion.stance, opinion.text = stance, text
    opinion.on_day, opinion.author_id = clock.today(), actor.id
    db.session.flush()
    changes = {"stance": [plain(before[0]), stance.value], "opinion": [before[1], text]}
    record("entry_review.heard", review, actor=actor, changes=changes, note=opinion.name)


def hear(
    review: EntryReview, *, voice: Voice, who: str, stance: Stance, text: str, actor: User
) -> EntryOpinion:
    """An expert or a citizen."""
    _refuse_if_decided(review)
    if voice is Voice.DEPARTMENT:
        raise Refused(_("部门的意见请从“征求部门意见”里提"), "voice")
    if stance is not Stance.FOR and not text:
        raise Refused(_("请写明条件或理由"), "text")
    opinion = EntryOpinion(
        voice=voice, who=who, stance=stance, text=text, on_day=clock.today(), author_id=actor.id
    )
    review.opinions.append(opinion)
    db.session.flush()
    changes = {"stance": [None, stance.value], "opinion": [None, text]}
    record("entry_review.heard", review, actor=actor, changes=changes, note=f"{voice.msgid} {who}")
    return opinion


def conclude(
    review: EntryReview, data: dict[str, Any], *, actor: User, uploads: Sequence[FileStorage] = ()
) -> None:
    """准予, 有条件, 否决 or 补充: kept with the standard of the day, and told to the deal, whose gate asks for it.

    Letting in before the last step, or against an objection, is no conclusion: that is what the exception is for.
    """
    _refuse_if_decided(review)
    conclusion: Conclusion = data["conclusion"]
    votes = {name: int(data.get(name) or 0) for name in ("votes_for", "votes_against", "votes_abstained")}
    conditions, reason = data.get("conditions") or "", data.get("reason") or ""
    if conclusion is Conclusion.CONDITIONAL and not conditions:
        raise Refused(_("有条件准予，请写明条件"), "conditions")
    if not conclusion.lets_in and not reason:
        raise Refused(_("请写明理由"), "reason")
    if conclusion.lets_in and (missing := next_step(review.step, is_major=review.is_major)):
        raise Refused(_("还没有经过%(step)s，不能准予", step=missing.label), "conclusion")
    case = queries.case_of(
        review, votes_for=votes["votes_for"], votes_against=votes["votes_against"], conditions=conditions
    )
    if against := objections(case, conclusion):
        raise Refused(_("不能准予：%(why)s", why=joined(against, "；")), "conclusion")
    standard = queries.standard_for(review.direction, review.place_id, clock.today())
    with recording("entry_review.concluded", review, actor=actor, note=reason or conditions):
        review.conclusion, review.reason, review.conditions = conclusion, reason, conditions
        for name, number in votes.items():
            setattr(review, name, number)
        review.asked_then = (
            {one.value: str(value) for one, value in standard.asked.items() if value is not None}
            if standard
            else {}
        )
        review.step, review.decided_on, review.decided_by_id = (
            ReviewStep.DECIDED,
            clock.today(),
            actor.id,
        )
    attach(review, uploads, actor=actor)
    deal = review.deal
    with recording("deal.admitted", deal, actor=actor):
        deal.admission = ADMISSION[conclusion]
        deal.admission_note = (conditions if conclusion is Conclusion.CONDITIONAL else reason)[:200]


# --- 稳评、安全、质量、廉洁 --------------------------------------------------------------------------------------


def check(one: EntryCheck, data: dict[str, Any], *, actor: User, uploads: Sequence[FileStorage] = ()) -> None:
    state: CheckState = data["state"]
    if state is not CheckState.PENDING and not data.get("on_day"):
        raise Refused(_("请填评定的日期"), "on_day")
    if data.get("on_day") and data["on_day"] > clock.today():
        raise Refused(_("日期不能晚于今天"), "on_day")
    if state is CheckState.TO_MEND and not data.get("result"):
        raise Refused(_("要整改什么，请写明"), "result")
    open_ = queries.open_review_of(one.deal)
    if one.kind is CheckKind.STABILITY and not data["is_needed"] and open_ and open_.is_major:
        raise Refused(_("涉及民生的重大项目必须做稳评"), "is_needed")
    with recording("entry_check.checked", one, actor=actor):
        for name in ("is_needed", "state", "on_day", "who", "result"):
            setattr(one, name, data.get(name))
    store.attach(uploads, noun=queries.CHECK, record_id=one.id, actor_id=actor.id)


# --- 特批 -----------------------------------------------------------------------------------------------------


def allow(
    deal: Deal, approver: User, *, on_day: dt.date, reason: str, document_no: str = "", actor: User
) -> EntryException:
    """Somebody named lets the deal be signed though no review has let it in."""
    if on_day > clock.today():
        raise Refused(_("日期不能晚于今天"), "on_day")
    if queries.is_excepted(deal):
        raise Refused(_("这个项目已经特批过"))
    if deal.admission in (Admission.APPROVED, Admission.CONDITIONAL):
        raise Refused(_("决策咨询已经准予，不用特批"))
    decided = queries.last_decided(deal)
    if decided and decided.decided_on and on_day < decided.decided_on:
        raise Refused(_("特批不能早于决策咨询的结论 %(day)s", day=decided.decided_on.isoformat()), "on_day")
    made = EntryException(
        deal=deal, overrules=decided, approver=approver, on_day=on_day, reason=reason, document_no=document_no,
        recorded_by_id=actor.id,
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    changes = {"approver": [None, approver.name], "on_day": [None, on_day.isoformat()]}
    record("deal.excepted", deal, actor=actor, changes=changes, note=reason)
    return made


# --- 复核 -----------------------------------------------------------------------------------------------------


def recheck(review: EntryReview, data: dict[str, Any], *, actor: User) -> EntryRecheck:
    """The next one: what is real so many years on. What falls short of the promise asks for a measure."""
    number, begun = review.next_recheck, review.produced_on
    if begun is None:
        raise Refused(_("项目还没有投产，不用复核"))
    if number is None:
        raise Refused(_("三次复核都做过了"))
    due = due_on(begun, number)
    if due > clock.today():
        raise Refused(_("第 %(n)s 次复核要到 %(day)s", n=number, day=due.isoformat()))
    if not begun <= data["on_day"] <= clock.today():
        raise Refused(_("日期要在投产以后、不晚于今天"), "on_day")
    real = {name: data.get(name) for name in REAL}
    short = [one.measure.label for one in gaps(review.values, Values(**real)) if one.is_kept is False]
    if short and not data.get("measure"):
        raise Refused(_("没有达到承诺：%(what)s。请写明措施", what=listed(short)), "measure")
    made = EntryRecheck(
        number=number, on_day=data["on_day"], measure=data.get("measure") or "", author_id=actor.id, **real
    )
    review.done.append(made)
    db.session.flush()
    record(
        "entry_review.rechecked",
        review,
        actor=actor,
        changes={"number": [None, number], **{name: [None, plain(value)] for name, value in real.items()}},
        note=made.measure,
    )
    return made


# --- what they share ------------------------------------------------------------------------------------------


def _fill(review: EntryReview, data: dict[str, Any]) -> None:
    if review.step is ReviewStep.PANEL and not data.get("is_major", review.is_major):
        raise Refused(_("已经到了论证，不能改成不是重大项目"), "is_major")
    for name in FACTS:
        if name in data:
            setattr(review, name, data[name])


def _stability_follows(review: EntryReview) -> None:
    """A major project needs it, whatever was ticked before."""
    for one in queries.checks_of(review.deal):
        if one.kind is CheckKind.STABILITY and review.is_major:
            one.is_needed = True
    db.session.flush()


def _refuse_if_decided(review: EntryReview) -> None:
    if review.decided_on:
        raise Refused(_("已经作出结论，要改请另开一张评审单"))
