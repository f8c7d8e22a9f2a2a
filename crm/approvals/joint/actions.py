"""「采用联席会议等方式，缩短审批时限」: a meeting is held, settles things about items, and each is followed to its end."""

from __future__ import annotations

import datetime as dt
from typing import Any

from crm.audit.trail import Actor, record, recording
from crm.db import db
from crm.lib import clock
from crm.lib.errors import Refused
from crm.lib.words import _
from crm.org.models import User
from crm.org.permissions import Permission as P
from crm.org.permissions import Scope

from .. import queries
from ..models import Approval, JointMeeting, JointRuling
from ..steps import Step

FACTS = ("held_on", "place", "chair_id", "present", "note")


def hold(data: dict[str, Any], *, actor: User) -> JointMeeting:
    meeting = JointMeeting(unit_id=actor.unit_id, created_by_id=actor.id)
    _fill(meeting, data)
    db.session.add(meeting)
    with recording("joint_meeting.held", meeting, actor=actor):
        db.session.flush()
    return meeting


def edit(meeting: JointMeeting, data: dict[str, Any], *, actor: Actor) -> None:
    with recording("joint_meeting.edited", meeting, actor=actor):
        _fill(meeting, data)


def rule(meeting: JointMeeting, approval: Approval, data: dict[str, Any], *, actor: User) -> JointRuling:
    """What was settled about one item; a shorter promise counts from now on, if it is theirs who hold the meeting."""
    due, days = data.get("due_on"), data.get("days")
    if due and due < meeting.held_on:
        raise Refused(_("期限不能早于会议日期"), "due_on")
    if days and approval.step is Step.DONE:
        raise Refused(_("事项已经办结，承诺期不能再改"), "days")
    if days and days > approval.days:
        raise Refused(_("联席会议只缩短承诺期：现在是 %(n)s 个工作日", n=approval.days), "days")
    if days and not (actor.scope_of(P.APPROVAL_MEET) is Scope.DISTRICT or queries.may(actor, approval)):
        raise Refused(_("这个事项不归您办，承诺期请由项目单位或审批单位改"), "days")
    ruling = JointRuling(
        meeting=meeting, approval=approval, decision=data["decision"], who=data.get("who") or "", due_on=due, days=days
    )  # fmt: skip
    db.session.add(ruling)
    with recording("joint_ruling.made", ruling, actor=actor):
        db.session.flush()
    before = approval.days
    if days:
        approval.days = days
        db.session.flush()
    changes = {"days": [before, days]} if days and days != before else {}
    record("approval.ruled", approval, actor=actor, changes=changes, note=ruling.decision)
    return ruling


def settle(ruling: JointRuling, *, done_on: dt.date, result: str, actor: Actor) -> None:
    if done_on > clock.today():
        raise Refused(_("日期不能晚于今天"), "done_on")
    if done_on < ruling.meeting.held_on:
        raise Refused(_("不能早于会议日期"), "done_on")
    with recording("joint_ruling.settled", ruling, actor=actor):
        ruling.done_on, ruling.result = done_on, result


def _fill(meeting: JointMeeting, data: dict[str, Any]) -> None:
    if data["held_on"] > clock.today():
        raise Refused(_("日期不能晚于今天；会开过以后再记"), "held_on")
    if any(one.due_on and one.due_on < data["held_on"] for one in meeting.rulings):
        raise Refused(_("有议定事项的期限在这一天以前"), "held_on")
    for name in FACTS:
        setattr(meeting, name, data.get(name))
