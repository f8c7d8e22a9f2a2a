"""The verbs of a list of key projects: begun, filled, issued, and from then on amended by number."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from crm.audit.trail import Actor, record, recording
from crm.db import db
from crm.delivery.models import (
    AmendAct,
    Amendment,
    AmendmentChange,
    KeyProject,
    ListEntry,
    ProjectList,
)
from crm.lib import clock
from crm.lib.errors import Refused
from crm.lib.words import _
from crm.org.models import User


@dataclass(frozen=True)
class Wanted:
    """One change that an amendment makes. Without an amount an added project comes with its plan of the year."""

    act: AmendAct
    project: KeyProject
    planned_wan: Decimal | None = None


def begin(kind: str, year: int, *, kinds: Sequence[str], actor: User) -> ProjectList:
    if kind not in kinds:
        raise Refused(_("没有这个选项"), "kind")
    if not 2000 <= year <= 2100:
        raise Refused(_("年份请填 2000 到 2100"), "year")
    if db.session.query(ProjectList).filter_by(kind=kind, year=year).first():
        raise Refused(_("%(year)s 年的“%(kind)s”名单已经有了", year=year, kind=kind), "kind")
    roll = ProjectList(kind=kind, year=year, unit_id=actor.unit_id)
    db.session.add(roll)
    with recording("project_list.begun", roll, actor=actor):
        db.session.flush()
    return roll


def add(roll: ProjectList, projects: Iterable[KeyProject], *, actor: Actor) -> int:
    """Put projects on a list that is not issued yet; those that are on it stay. Answers how many came."""
    _not_issued(roll)
    there = {entry.project_id for entry in roll.entries}
    added = []
    for project in projects:
        if project.id not in there:
            roll.entries.append(ListEntry(project=project, planned_wan=_plan_of(project, roll.year)))
            there.add(project.id)
            added.append(project.name)
            _tell(project, [None, roll.name], actor)
    db.session.flush()
    if added:
        record("project_list.filled", roll, actor=actor, changes={"projects": [None, added]})
    return len(added)


def take_off(roll: ProjectList, entry: ListEntry, *, actor: Actor) -> None:
    _not_issued(roll)
    record("project_list.filled", roll, actor=actor, changes={"projects": [entry.project.name, None]})
    _tell(entry.project, [roll.name, None], actor)
    roll.entries.remove(entry)
    db.session.flush()


def issue(roll: ProjectList, *, on_day: dt.date, document_no: str, actor: Actor) -> None:
    """Freeze it, with the yearly plans as they stand today."""
    _not_issued(roll)
    if not roll.entries:
        raise Refused(_("名单还是空的，不能下达"))
    if on_day > clock.today():
        raise Refused(_("下达日期不能晚于今天"), "issued_on")
    with recording("project_list.issued", roll, actor=actor):
        for entry in roll.entries:
            entry.planned_wan = _plan_of(entry.project, roll.year)
        roll.issued_on, roll.document_no = on_day, document_no


def amend(
    roll: ProjectList,
    wanted: Sequence[Wanted],
    *,
    on_day: dt.date,
    reason: str,
    document_no: str = "",
    actor: Actor,
) -> Amendment:
    """The next numbered amendment; all its changes or none."""
    if roll.issued_on is None:
        raise Refused(_("名单还没有下达，直接增减就可以"))
    if on_day < roll.issued_on or on_day > clock.today():
        raise Refused(_("调整日期请填 %(first)s 到今天之间", first=roll.issued_on.isoformat()), "on_day")
    if not reason.strip():
        raise Refused(_("请写明调整的原因"), "reason")
    if not wanted:
        raise Refused(_("请至少写一项调整"), "changes")
    if len({one.project.id for one in wanted}) < len(wanted):
        raise Refused(_("同一个项目在一次调整里只能出现一次"), "changes")
    entries = {entry.project_id: entry for entry in roll.entries}
    amendment = Amendment(
        number=1 + max((one.number for one in roll.amendments), default=0),
        on_day=on_day,
        reason=reason,
        document_no=document_no,
        actor_id=actor.id,
        changes=[_carry_out(roll, entries.get(one.project.id), one) for one in wanted],
    )
    roll.amendments.append(amendment)
    db.session.flush()
    for change in amendment.changes:
        here = [None, roll.name] if change.act is AmendAct.ADD else [roll.name, None]
        if change.act is not AmendAct.PLAN:
            _tell(change.project, here, actor)
    names = {
        act.value: [None, [change.project.name for change in amendment.changes if change.act is act]]
        for act in AmendAct
    }
    record(
        "project_list.amended",
        roll,
        actor=actor,
        changes={
            "amendment": [None, amendment.number],
            **{act: pair for act, pair in names.items() if pair[1]},
        },
        note=reason,
    )
    return amendment


def _carry_out(roll: ProjectList, entry: ListEntry | None, one: Wanted) -> AmendmentChange:
    here = entry is not None and not entry.is_dropped
    name = one.project.name
    before = entry.planned_wan if entry and here else None
    if one.act is AmendAct.ADD:
        if here:
            raise Refused(_("“%(name)s”已经在名单上", name=name), "changes")
        plan = one.planned_wan if one.planned_wan is not None else _plan_of(one.project, roll.year)
        if entry:
            entry.is_dropped, entry.planned_wan = False, plan
        else:
            roll.entries.append(ListEntry(project=one.project, planned_wan=plan))
        return AmendmentChange(project=one.project, act=one.act, after_wan=plan)
    if entry is None or not here:
        raise Refused(_("“%(name)s”不在名单上", name=name), "changes")
    if one.act is AmendAct.DROP:
        entry.is_dropped = True
        return AmendmentChange(project=one.project, act=one.act, before_wan=before)
    if one.planned_wan is None:
        raise Refused(_("请写明“%(name)s”调整后的年度计划", name=name), "changes")
    entry.planned_wan = one.planned_wan
    return AmendmentChange(project=one.project, act=one.act, before_wan=before, after_wan=one.planned_wan)


def _plan_of(project: KeyProject, year: int) -> Decimal:
    row = project.in_year(year)
    return row.planned_wan if row else Decimal(0)


def _not_issued(roll: ProjectList) -> None:
    if roll.issued_on:
        raise Refused(_("名单已于 %(day)s 下达，只能用调整来改", day=roll.issued_on.isoformat()))


def _tell(project: KeyProject, change: list[Any], actor: Actor) -> None:
    """A project's own trail says which lists it came on and off."""
    record("project.listed", project, actor=actor, changes={"list": change})
