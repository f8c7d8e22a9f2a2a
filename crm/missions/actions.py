"""The verbs of a mission: plan, list whom to see, tell what came of it, close."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from werkzeug.datastructures import FileStorage

from crm.audit.trail import Actor, record, recording
from crm.contacts import actions as contacts
from crm.contacts.models import ContactLog
from crm.contacts.next_step import Surroundings
from crm.contacts.queries import About
from crm.db import db
from crm.leads.models import Lead, LeadState
from crm.lib import clock
from crm.lib.errors import Refused
from crm.lib.words import _
from crm.merchants.models import Enterprise, Person
from crm.org import settings
from crm.org.models import User
from crm.search import index
from crm.search.tokens import Field, Kind

from .models import Mission, Outcome, Stop

FACTS = (
    "kind", "title", "purpose", "starts_on", "ends_on", "region_codes", "direction", "leader_id", "others",
    "owner_id",
)  # fmt: skip
LONGEST = dt.timedelta(days=60)
MOST_STOPS = 100


def plan(data: dict[str, Any], members: Sequence[User], *, actor: User) -> Mission:
    mission = Mission(unit_id=actor.unit_id)
    _fill(mission, data, members)
    db.session.add(mission)
    with recording("mission.planned", mission, actor=actor):
        db.session.flush()
    index.put("mission", mission.id, search_fields(mission))
    return mission


def edit(mission: Mission, data: dict[str, Any], members: Sequence[User], *, actor: Actor) -> None:
    _refuse_if_over(mission)
    with recording("mission.edited", mission, actor=actor):
        _fill(mission, data, members)
    index.put("mission", mission.id, search_fields(mission))


def _fill(mission: Mission, data: dict[str, Any], members: Sequence[User]) -> None:
    if data["ends_on"] < data["starts_on"]:
        raise Refused(_("结束日期早于开始日期"), "ends_on")
    if data["ends_on"] - data["starts_on"] > LONGEST:
        raise Refused(_("一次活动不超过 60 天，请检查日期"), "ends_on")
    for name in FACTS:
        setattr(mission, name, data[name])
    mission.members = list(members)
    mission.results_by = mission.ends_on + dt.timedelta(days=settings.get("mission.result_days"))


def add_firms(mission: Mission, firms: Sequence[Enterprise], *, actor: Actor, why: str = "") -> list[Stop]:
    """Put firms on the list; who is on it already stays as they are."""
    _refuse_if_over(mission)
    on_it = {stop.enterprise_id for stop in mission.stops}
    return _add(mission, [Stop(enterprise=firm, why=why) for firm in firms if firm.id not in on_it], actor)


def add_lead(
    mission: Mission, lead: Lead, *, actor: Actor, why: str = "", may_skip: bool = False
) -> list[Stop]:
    """Put a lead on the list. One that nobody has judged goes only with a reason, and by who may judge (M03)."""
    _refuse_if_over(mission)
    if lead.state is LeadState.REPORTED:
        if not may_skip:
            raise Refused(_("这条线索还没有研判，研判后才能上门；负责研判的人可以写明原因先去"))
        if not why:
            raise Refused(_("这条线索还没有研判，要先上门请写明原因"), "why")
    elif lead.state not in (LeadState.FOLLOWED, LeadState.NURTURED):
        raise Refused(_("这条线索已经%(state)s，不用再列入活动", state=lead.state.label))
    if lead.id in [stop.lead_id for stop in mission.stops]:
        raise Refused(_("这条线索已经在这次活动的名单里"))
    return _add(mission, [Stop(lead=lead, enterprise_id=lead.enterprise_id, why=why)], actor)


def _add(mission: Mission, new: Sequence[Stop], actor: Actor) -> list[Stop]:
    last = max((stop.position for stop in mission.stops), default=0)
    if len(mission.stops) + len(new) > MOST_STOPS:
        raise Refused(_("一次活动最多列 %(n)s 家，请另建一次", n=MOST_STOPS))
    for at, stop in enumerate(new, start=1):
        stop.position = last + at
        mission.stops.append(stop)
    db.session.flush()
    for stop in new:
        note = stop.why if stop.lead and stop.lead.state is LeadState.REPORTED else ""
        record("mission.listed", mission, actor=actor, note=f"{stop.name} {note}".strip())
    return list(new)


def drop(stop: Stop, *, actor: Actor) -> None:
    """Take a firm off the list, as long as nothing was told of it."""
    _refuse_if_over(stop.mission)
    if stop.outcome is not None:
        raise Refused(_("“%(name)s”已经写了结果，不能再从名单里去掉", name=stop.name))
    record("mission.dropped", stop.mission, actor=actor, note=stop.name)
    db.session.delete(stop)


def tell(
    stop: Stop,
    data: dict[str, Any],
    around: Surroundings,
    *,
    people: Sequence[Person] = (),
    colleagues: Sequence[User] = (),
    uploads: Sequence[FileStorage] = (),
    actor: User,
) -> ContactLog | None:
    """What a visit has brought: its result, a contact log (unless nobody was met), and who goes on with it.

    `data` holds the fields of a contact log besides outcome and follow_user_id. Told again, the result is
    replaced and the contact log, which has a correction of its own, stays.
    """
    mission = stop.mission
    _refuse_if_over(mission)
    if clock.today() < mission.starts_on:
        raise Refused(_("活动 %(day)s 才开始，结果等见过面再写", day=f"{mission.starts_on:%Y-%m-%d}"))
    outcome: Outcome = data["outcome"]
    follower = db.session.get(User, data["follow_user_id"]) if data.get("follow_user_id") else None
    step, due_on = data.get("next_step") or "", data.get("next_due_on")
    if outcome is Outcome.INTERESTED and not (step and follower):
        field = "follow_user_id" if step else "next_step"
        raise Refused(_("对方有投资意向，请写明下一步、日期和由谁去办"), field)
    if follower and not (step and due_on):
        raise Refused(_("交给%(name)s跟进，请写明做什么、什么时候", name=follower.name), "next_step")
    with recording("mission.told", mission, actor=actor, note=f"{stop.name}：{outcome.label}"):
        stop.outcome, stop.told_on, stop.result = outcome, clock.today(), data["summary"]
        given = (follower.id if follower else None, step, due_on)
        if given != (stop.follow_user_id, stop.follow_step, stop.follow_due_on):
            stop.follow_done_on, stop.follow_said = None, ""  # another thing to do; what was done stays done
        stop.follow_user_id, stop.follow_step, stop.follow_due_on = given
        log = stop.contact_log
        if outcome is not Outcome.MISSED and log is None:
            said = data | {"kind": mission.kind.contact_kind, "leader_led": bool(mission.led_by)}
            about = About(enterprise=stop.enterprise, lead=stop.lead if _is_open(stop.lead) else None)
            log = contacts.log(
                about,
                said,
                around,
                people=people,
                colleagues=colleagues,
                uploads=uploads,
                actor=actor,
                excused=stop.why
                or mission.title,  # a lead that nobody judged came on the list with its reason
            )
            stop.contact_log = log
        db.session.flush()
    return log


def follow_up(stop: Stop, said: str, *, actor: User) -> None:
    """The follow-up that was given to somebody is done."""
    if not stop.follow_up_open:
        raise Refused(_("这件事没有交给谁，或者已经办完了"))
    with recording("mission.followed_up", stop.mission, actor=actor, note=f"{stop.name}：{said}"):
        stop.follow_done_on, stop.follow_said = clock.today(), said


def close(mission: Mission, summary: str, *, actor: Actor) -> None:
    """The mission is over: each firm on its list has a result."""
    _refuse_if_over(mission)
    if clock.today() < mission.ends_on:
        raise Refused(_("活动 %(day)s 才结束，结束后再总结", day=f"{mission.ends_on:%Y-%m-%d}"))
    missing = [stop.name for stop in mission.stops if stop.outcome is None]
    if missing:
        raise Refused(
            _("还有 %(n)s 家没有写结果：%(names)s", n=len(missing), names="、".join(missing[:3])), "summary"
        )
    with recording("mission.closed", mission, actor=actor):
        mission.closed_on, mission.summary = clock.today(), summary


def cancel(mission: Mission, why: str, *, actor: Actor) -> None:
    _refuse_if_over(mission)
    if any(stop.outcome for stop in mission.stops):
        raise Refused(_("已经写了结果的活动不能取消，请总结"), "why")
    with recording("mission.cancelled", mission, actor=actor, note=why):
        mission.cancelled_on, mission.why_cancelled = clock.today(), why


def reopen(mission: Mission, why: str, *, actor: Actor) -> None:
    """Closed or cancelled too early."""
    if mission.is_open:
        raise Refused(_("这次活动没有结束，也没有取消"))
    with recording("mission.reopened", mission, actor=actor, note=why):
        mission.closed_on = mission.cancelled_on = None
        mission.why_cancelled = ""


def search_fields(mission: Mission) -> list[Field]:
    return [
        Field(Kind.NAME, mission.title),
        Field(Kind.TEXT, mission.purpose),
        Field(Kind.TEXT, mission.led_by),
        Field(Kind.TEXT, mission.summary),
    ]


def _is_open(lead: Lead | None) -> bool:
    return lead is not None and lead.state.is_open


def _refuse_if_over(mission: Mission) -> None:
    if mission.cancelled_on:
        raise Refused(_("这次活动已经取消"))
    if mission.closed_on:
        raise Refused(_("这次活动已经总结，要改请先重新打开"))
