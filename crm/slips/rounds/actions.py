"""「实行半月一汇总、一交办、一协调」: the three acts of a round."""

from __future__ import annotations

import datetime as dt
from typing import Any

from crm.audit.trail import HOUSE, Actor, record, recording
from crm.bulletins import periods
from crm.db import db
from crm.lib import clock
from crm.lib.errors import Refused
from crm.lib.words import _
from crm.org import settings
from crm.org.models import User
from crm.slips import actions as slips
from crm.slips import queries
from crm.slips.models import Slip, SlipRound
from crm.slips.states import SlipState, StepKind, number_of


def ended(today: dt.date) -> tuple[dt.date, dt.date]:
    """First and last day of the half month that is over."""
    return periods.half_month_of(periods.half_month_of(today)[0] - dt.timedelta(days=1))


def proposed() -> tuple[dt.date, dt.date]:
    """First and last day of the next list: from the day after the last one to the end of the half month that is over,
    as long as something waits since then, else to today."""
    today, last = clock.today(), queries.latest_round()
    begins, ends = ended(today)
    first_on = last.last_on + dt.timedelta(days=1) if last else begins
    if first_on <= ends and queries.count(queries.waiting(ends)):
        return first_on, ends
    return first_on, today


def draw_up(*, actor: Actor, until: dt.date | None = None) -> SlipRound:
    """汇总: every problem that was raised by the last day goes on a list, is numbered, and is frozen with it."""
    first_on, last_on = proposed()
    last_on = until or last_on
    if last_on < first_on or last_on > clock.today():
        raise Refused(_("这几天已经汇总过了"))
    # Locked: who draws up at the same moment waits here, and finds these problems on a list already.
    rows = queries.with_names(queries.waiting(last_on)).with_for_update(of=Slip)
    waiting = list(db.session.scalars(rows).unique())
    if not waiting:
        raise Refused(_("到 %(day)s 没有待汇总的问题", day=last_on.isoformat()))
    made = SlipRound(first_on=first_on, last_on=last_on, drawn_up_by_id=actor.id)
    db.session.add(made)
    with recording("slip_round.drawn_up", made, actor=actor):
        db.session.flush()
    due_on = last_on + dt.timedelta(days=settings.get("slip.term_days"))
    serial = queries.next_serial(last_on.year)
    for at, slip in enumerate(waiting, serial):
        with recording("slip.collected", slip, actor=actor):
            slip.round = made
            slip.year, slip.serial = last_on.year, at
            slip.number = number_of(settings.get("slip.prefix"), last_on.year, at)
            slip.state = SlipState.COLLECTED
            slip.due_on = slip.first_due_on = due_on
            slip.leader_id = slip.leader_id or _leader_id(slip)
        slips.step(slip, StepKind.COLLECTED, actor=actor, text=slip.number)
        slips.put_in_index(slip)
    return made


def draw_up_ended() -> int:
    """The half month that is over, by the house itself; how many slips. Drawn up already, or nothing raised: none."""
    _first, last_on = ended(clock.today())
    latest = queries.latest_round()
    if (latest and latest.last_on >= last_on) or not queries.count(queries.waiting(last_on)):
        return 0
    return queries.count(queries.in_round(draw_up(actor=HOUSE, until=last_on)))


def issue_all(round_: SlipRound, *, actor: User) -> tuple[int, int]:
    """Every one of which unit, leader and term are known goes out as it stands. (how many, how many are left)"""
    waiting = db.session.scalars(
        queries.with_names(queries.in_round(round_).where(Slip.state == SlipState.COLLECTED))
    )
    issued = left = 0
    for slip in waiting.unique().all():
        if slip.unit_id and slip.leader_id and slip.due_on and slip.due_on >= clock.today():
            known = {
                name: getattr(slip, name) for name in ("unit_id", "leader_id", "due_on", "level", "demand")
            }
            slips.issue(slip, {**known, "co_units": list(slip.co_units)}, actor=actor)
            issued += 1
        else:
            left += 1
    if not issued:
        raise Refused(_("没有可以一起交办的：请逐件填好责任单位、牵头领导和期限"))
    record("slip_round.issued", round_, actor=actor, note=_("交办 %(n)s 件", n=issued))
    return issued, left


def coordinate(round_: SlipRound, data: dict[str, Any], notes: dict[int, str], *, actor: User) -> None:
    """协调: the meeting with its minutes, and what was decided about single slips ({slip: what})."""
    if data["met_on"] > clock.today():
        raise Refused(_("日期不能晚于今天"), "met_on")
    if data["met_on"] < round_.last_on:
        raise Refused(_("协调会要在汇总以后"), "met_on")
    with recording("slip_round.coordinated", round_, actor=actor):
        for name in ("met_on", "place", "chair", "present", "minutes"):
            setattr(round_, name, data[name])
    said = {slip_id: text for slip_id, text in notes.items() if text.strip()}
    rows = queries.with_names(queries.in_round(round_).where(Slip.id.in_(said)))
    for slip in db.session.scalars(rows.order_by(Slip.serial)).unique().all():
        slips.step(slip, StepKind.COORDINATED, actor=actor, text=said[slip.id], on_day=data["met_on"])
        record("slip.coordinated", slip, actor=actor, note=said[slip.id])


def _leader_id(slip: Slip) -> int | None:
    """Who leads the project now, or sponsors the deal."""
    if slip.project:
        return slip.project.leader.id if slip.project.leader else None
    return slip.deal.sponsor_id if slip.deal else None
