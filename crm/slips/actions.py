"""The verbs of one slip, from the problem that is raised to 销号. Those of a round are in rounds/actions.py."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from werkzeug.datastructures import FileStorage

from crm.audit.trail import HOUSE, Actor, record, recording
from crm.db import db
from crm.deals.models import Deal
from crm.delivery.models import KeyProject
from crm.files import store
from crm.jobs import actions as bell
from crm.lib import clock
from crm.lib.errors import Refused
from crm.lib.words import _, _n
from crm.org import settings
from crm.org.models import User
from crm.search import index
from crm.search.tokens import Field, Kind

from . import queries
from .models import Slip, SlipStep
from .states import Level, SlipState, StepKind, goes_up, why_not_until

FACTS = ("obstacle", "problem", "wanted", "unit_id")


def raise_problem(
    data: dict[str, Any], *, actor: User, project: KeyProject | None = None, deal: Deal | None = None
) -> Slip:
    """What stands in the way of a project or a deal; the next list that is drawn up takes it."""
    about = project or deal
    assert about is not None
    slip = Slip(
        project_id=project.id if project else None,
        deal_id=deal.id if deal else None,
        subject=about.name,
        raised_unit_id=actor.unit_id,
        raised_by_id=actor.id,
        **{name: data[name] for name in FACTS},
    )
    db.session.add(slip)
    with recording("slip.raised", slip, actor=actor, note=about.name):
        db.session.flush()
    step(slip, StepKind.RAISED, actor=actor, text=slip.problem)
    put_in_index(slip)
    return slip


def edit(slip: Slip, data: dict[str, Any], *, actor: User) -> None:
    _only(slip, SlipState.RAISED, why=_("已经列入 %(day)s 的汇总，不能再改", day=_round_day(slip)))
    with recording("slip.edited", slip, actor=actor):
        for name in FACTS:
            setattr(slip, name, data[name])
    put_in_index(slip)


def turn_down(slip: Slip, reason: str, *, actor: User) -> None:
    """It is no slip: answered otherwise, said twice, not ours. It keeps its number if it has one."""
    _only(slip, SlipState.RAISED, SlipState.COLLECTED)
    _needed(reason, _("请写明退回的原因"))
    with recording("slip.turned_down", slip, actor=actor, note=reason):
        slip.state = SlipState.TURNED_DOWN
    step(slip, StepKind.TURNED_DOWN, actor=actor, text=reason)


def issue(slip: Slip, data: dict[str, Any], *, actor: User) -> None:
    """交办: to a unit, led by a leader, with a term."""
    _only(slip, SlipState.COLLECTED)
    unit, leader = queries.unit_by_id(data.get("unit_id")), db.session.get(User, data.get("leader_id") or 0)
    if unit is None:
        raise Refused(_("请选择责任单位"), "unit_id")
    if leader is None:
        raise Refused(_("请选择牵头领导"), "leader_id")
    due_on = data.get("due_on")
    if due_on is None:
        raise Refused(_("请填写办理期限"), "due_on")
    if due_on < clock.today():
        raise Refused(_("办理期限已经过了，请写今天或以后"), "due_on")
    with recording("slip.issued", slip, actor=actor):
        slip.unit, slip.leader = unit, leader
        slip.level = data.get("level") or slip.level
        slip.demand = data.get("demand") or ""
        slip.due_on = slip.first_due_on = due_on
        slip.issued_on = clock.today()
        slip.co_units = [one for one in data.get("co_units") or [] if one.id != unit.id]
        slip.state = SlipState.ISSUED
    step(slip, StepKind.ISSUED, actor=actor, text=slip.demand, unit_id=unit.id, until_on=due_on)
    people = queries.people_of(slip.assigned_unit_ids)
    _tell(slip, people, _("收到交办单：%(name)s，%(day)s 前办结", name=slip.name, day=due_on.isoformat()))


def hand_back(slip: Slip, reason: str, *, actor: User) -> None:
    """Not this unit's to solve: the office assigns it anew, under the same number."""
    _only(slip, SlipState.ISSUED, SlipState.WORKING)
    _needed(reason, _("请写明退回的原因"))
    with recording("slip.handed_back", slip, actor=actor, note=reason):
        slip.state, slip.asked_until_on = SlipState.COLLECTED, None
        slip.issued_on = None
    step(slip, StepKind.HANDED_BACK, actor=actor, text=reason)


def reply(slip: Slip, text: str, *, uploads: Sequence[FileStorage] = (), actor: User) -> None:
    """What has been done so far, with its evidence."""
    _only(slip, SlipState.ISSUED, SlipState.WORKING)
    _needed(text, _("请写明办理情况"), "text")
    with recording("slip.replied", slip, actor=actor, note=text):
        slip.state = SlipState.WORKING
    step(slip, StepKind.REPLIED, actor=actor, text=text, uploads=uploads)


def claim(slip: Slip, result: str, *, uploads: Sequence[FileStorage] = (), actor: User) -> None:
    """The unit says that it is solved, and proves it. Whether it is, others say."""
    _only(slip, SlipState.ISSUED, SlipState.WORKING)
    _needed(result, _("请写明办理结果"), "result")
    with recording("slip.claimed", slip, actor=actor, note=result):
        slip.state, slip.result, slip.asked_until_on = SlipState.CLAIMED, result, None
    step(slip, StepKind.CLAIMED, actor=actor, text=result, uploads=uploads)
    if not queries.has_proof(slip):
        raise Refused(_("销号要有佐证：请附上批复、照片等材料"), "files")
    _tell(slip, queries.deciders(slip), _("等您核准销号：%(name)s", name=slip.name))


def return_claim(slip: Slip, reason: str, *, actor: User) -> None:
    """It is not solved yet: back to the unit."""
    _only(slip, SlipState.CLAIMED)
    _from_leaders_side(slip, actor)
    _needed(reason, _("请写明退回的原因"))
    with recording("slip.claim_returned", slip, actor=actor, note=reason):
        slip.state = SlipState.WORKING
    step(slip, StepKind.CLAIM_RETURNED, actor=actor, text=reason)
    _tell(slip, queries.people_of(slip.assigned_unit_ids), _("销号被退回：%(name)s", name=slip.name))


def settle(slip: Slip, word: str, *, actor: User) -> None:
    """销号, by the leader's side alone; the office says on whose word."""
    _only(slip, SlipState.CLAIMED, why=_("责任单位还没有申请销号"))
    _from_leaders_side(slip, actor, said=_("责任单位不能给自己销号，要由牵头领导一方核准"))
    _on_whose_word(word, actor)
    with recording("slip.settled", slip, actor=actor, note=word):
        slip.state, slip.settled_on = SlipState.SETTLED, clock.today()
    step(slip, StepKind.SETTLED, actor=actor, text=word)
    _tell(slip, queries.people_of(slip.assigned_unit_ids), _("已销号：%(name)s", name=slip.name))


def instruct(slip: Slip, text: str, *, actor: User) -> None:
    """批示: what the leader's side tells the unit to do about it."""
    _only(slip, SlipState.ISSUED, SlipState.WORKING)
    _from_leaders_side(slip, actor)
    _needed(text, _("请写明批示的内容"), "text")
    step(slip, StepKind.INSTRUCTED, actor=actor, text=text)
    record("slip.instructed", slip, actor=actor, note=text)
    _tell(slip, queries.people_of(slip.assigned_unit_ids), _("领导批示：%(name)s", name=slip.name))


def ask_postponement(slip: Slip, until_on: dt.date, reason: str, *, actor: User) -> None:
    _only(slip, SlipState.ISSUED, SlipState.WORKING)
    if slip.asked_until_on:
        raise Refused(_("已经申请延期到 %(day)s，还没有答复", day=slip.asked_until_on.isoformat()))
    assert slip.due_on
    if why := why_not_until(until_on, due_on=slip.due_on, today=clock.today()):
        raise Refused(why, "until_on")
    _needed(reason, _("请写明延期的原因"))
    with recording("slip.postponement_asked", slip, actor=actor, note=reason):
        slip.asked_until_on = until_on
    step(slip, StepKind.POSTPONEMENT_ASKED, actor=actor, text=reason, until_on=until_on)
    _tell(slip, queries.deciders(slip), _("等您答复延期：%(name)s", name=slip.name))


def answer_postponement(slip: Slip, agrees: bool, word: str, *, actor: User) -> None:
    """Yes moves the term; no leaves it as it is. A no has its reason, the office says on whose word."""
    if slip.asked_until_on is None:
        raise Refused(_("没有等着答复的延期申请"))
    _from_leaders_side(slip, actor, said=_("责任单位不能给自己延期，要由牵头领导一方核准"))
    _on_whose_word(word, actor)
    if not agrees:
        _needed(word, _("请写明不同意的原因"), "word")
    until_on = slip.asked_until_on
    with recording("slip.postponed" if agrees else "slip.postponement_refused", slip, actor=actor, note=word):
        slip.asked_until_on = None
        if agrees:
            slip.due_on = until_on
    kind = StepKind.POSTPONED if agrees else StepKind.POSTPONEMENT_REFUSED
    step(slip, kind, actor=actor, text=word, until_on=until_on)
    said = _("同意延期：%(name)s", name=slip.name) if agrees else _("不同意延期：%(name)s", name=slip.name)
    _tell(slip, queries.people_of(slip.assigned_unit_ids), said)


def escalate(slip: Slip, reason: str, *, actor: Actor) -> None:
    """One level up, at once: by the office, by its leader, or by the rule (`escalate_overdue`)."""
    _only(slip, SlipState.ISSUED, SlipState.WORKING)
    if slip.level.up is None:
        raise Refused(_("已经到区委区政府，不能再升级"))
    _needed(reason, _("请写明升级的原因"))
    _go_up(slip, slip.level.up, reason, actor)


def escalate_overdue() -> int:
    """「分级负责」: each that has been late for so many days goes up one level. The same day again does nothing."""
    today, days, gone = clock.today(), settings.get("slip.escalate_days"), 0
    for slip in queries.overdue_with_units(today):
        up = goes_up(
            slip.state, slip.level, due_on=slip.due_on, up_on=slip.up_on, today=today, after_days=days
        )
        if up:
            late = (today - slip.due_on).days if slip.due_on else 0
            _go_up(slip, up, _n("逾期 %(n)s 天，按规则升级", late), HOUSE)
            gone += 1
    return gone


def _go_up(slip: Slip, to: Level, reason: str, actor: Actor) -> None:
    with recording("slip.escalated", slip, actor=actor, note=reason):
        slip.level, slip.up_on = to, clock.today()
    step(slip, StepKind.ESCALATED, actor=actor, text=reason, level=to)
    _tell(slip, queries.deciders(slip), _("交办单升级到您这里：%(name)s", name=slip.name))


# --- what they share ------------------------------------------------------------------------------------------


def step(
    slip: Slip, kind: StepKind, *, actor: Actor, uploads: Sequence[FileStorage] = (), **columns: Any
) -> SlipStep:
    """One more of its story; evidence hangs on it."""
    made = SlipStep(kind=kind, actor_id=actor.id, **{"unit_id": getattr(actor, "unit_id", None), **columns})
    slip.steps.append(made)
    db.session.flush()
    kept = store.attach(uploads, noun=queries.STEP, record_id=made.id, actor_id=actor.id)
    if kept:
        record("slip.attached", slip, actor=actor, note="；".join(one.name for one in kept))
        db.session.flush()
    return made


def search_fields(slip: Slip) -> list[Field]:
    """What a slip is found by."""
    return [
        Field(Kind.NAME, slip.number),
        Field(Kind.NAME, slip.subject),
        Field(Kind.TEXT, slip.problem),
        Field(Kind.TEXT, slip.wanted),
    ]


def put_in_index(slip: Slip) -> None:
    db.session.flush()
    index.put(queries.NOUN, slip.id, search_fields(slip))


def _tell(slip: Slip, people: Sequence[User], said: str) -> None:
    bell.tell(people, f"slip:{slip.id}", said, "slips.show", id=slip.id)


def _only(slip: Slip, *states: SlipState, why: str = "") -> None:
    if slip.state not in states:
        raise Refused(why or _("现在是“%(state)s”，不能这样办", state=slip.state.label))


def _needed(text: str, sentence: str, field: str = "reason") -> None:
    if not text.strip():
        raise Refused(sentence, field)


def _from_leaders_side(slip: Slip, actor: User, said: str = "") -> None:
    if actor.unit_id in slip.assigned_unit_ids:
        raise Refused(said or _("责任单位不能替领导决定"))
    if not queries.is_leaders_side(actor, slip):
        raise Refused(
            _(
                "要由%(level)s一方决定",
                level=slip.level.label if slip.level is Level.DISTRICT else _("牵头领导"),
            )
        )


def _on_whose_word(word: str, actor: User) -> None:
    if queries.in_office(actor):
        _needed(word, _("请写明是哪位领导的意见"), "word")


def _round_day(slip: Slip) -> str:
    return slip.round.last_on.isoformat() if slip.round else ""
