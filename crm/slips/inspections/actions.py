"""「登记 → 转交办 → 反馈」"""

from __future__ import annotations

from typing import Any

from crm.audit.trail import recording
from crm.db import db
from crm.lib import clock
from crm.lib.errors import Refused
from crm.lib.words import _
from crm.org.models import User
from crm.slips import actions as slips
from crm.slips.models import Inspection, Remark, Slip

FACTS = ("on_day", "body", "title", "present")


def register(data: dict[str, Any], *, actor: User) -> Inspection:
    _check_day(data)
    made = Inspection(unit_id=actor.unit_id, entered_by_id=actor.id, **{name: data[name] for name in FACTS})
    with recording("inspection.registered", made, actor=actor, note=made.title):
        db.session.add(made)
        db.session.flush()
    return made


def edit(inspection: Inspection, data: dict[str, Any], *, actor: User) -> None:
    _check_day(data)
    with recording("inspection.edited", inspection, actor=actor):
        for name in FACTS:
            setattr(inspection, name, data[name])


def add_remark(inspection: Inspection, text: str, project_id: int | None, *, actor: User) -> Remark:
    made = Remark(inspection=inspection, text=text, project_id=project_id)
    with recording("inspection_remark.added", made, actor=actor, note=inspection.title):
        db.session.add(made)
        db.session.flush()
    return made


def refer(remark: Remark, data: dict[str, Any], *, actor: User) -> Slip:
    """转交办: it becomes a problem of the project, which the next round takes."""
    if remark.answered_on:
        raise Refused(_("已经反馈过了"))
    if remark.slip_id:
        raise Refused(_("已经转了交办单"))
    if remark.project is None:
        raise Refused(_("没有说到哪个项目的意见不能转交办，请直接反馈"))
    slip = slips.raise_problem(data, project=remark.project, actor=actor)
    with recording("inspection_remark.referred", remark, actor=actor, note=slip.subject):
        remark.slip = slip
    return slip


def feed_back(remark: Remark, answer: str, *, actor: User) -> None:
    """What came of it is told to who said it; not before its slip is over."""
    if remark.answered_on:
        raise Refused(_("已经反馈过了"))
    if remark.slip is not None and not remark.is_ready:
        raise Refused(_("交办单还没有办完，销号或退回以后再反馈"))
    if not answer.strip():
        raise Refused(_("请写明反馈的内容"), "answer")
    with recording("inspection_remark.answered", remark, actor=actor, note=answer):
        remark.answer, remark.answered_on = answer, clock.today()


def _check_day(data: dict[str, Any]) -> None:
    if data["on_day"] > clock.today():
        raise Refused(_("日期不能晚于今天"), "on_day")
