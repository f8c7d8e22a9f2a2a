"""The verbs of a campaign: begin, edit, put on, tick off, take off."""

from __future__ import annotations

import datetime as dt
from typing import Any

from crm.audit.trail import Actor, record, recording
from crm.db import db
from crm.delivery.models import KeyProject
from crm.delivery.status import NodeKind
from crm.land.clearance.models import Clearance
from crm.lib import clock
from crm.lib.errors import Refused
from crm.lib.words import _
from crm.org.models import User
from crm.search import index
from crm.search.tokens import Field, Kind

from . import queries
from .batches import Batch, goal_for
from .models import Campaign, CampaignEntry

FACTS = ("name", "summary", "from_on", "days", "unit_id")


def begin(data: dict[str, Any], *, actor: User) -> Campaign:
    campaign = Campaign(**{name: data[name] for name in FACTS})
    db.session.add(campaign)
    with recording("campaign.begun", campaign, actor=actor):
        db.session.flush()
    put_in_index(campaign)
    return campaign


def edit(campaign: Campaign, data: dict[str, Any], *, actor: Actor) -> None:
    with recording("campaign.edited", campaign, actor=actor):
        for name in FACTS:
            if name in data:
                setattr(campaign, name, data[name])
    put_in_index(campaign)


def enter(
    campaign: Campaign,
    batch: Batch,
    project: KeyProject,
    *,
    goal: NodeKind | None = None,
    due_on: dt.date | None = None,
    actor: Actor,
) -> CampaignEntry:
    """A key project with the milestone it is driven to; without one named, the next that it has not reached."""
    _refuse_if_over(campaign)
    if not batch.goals:
        raise Refused(_("征迁不是重点项目的节点，请写名称"), "name")
    if goal and goal not in batch.goals:
        raise Refused(_("“%(batch)s”里没有“%(goal)s”这个目标", batch=batch.label, goal=goal.label), "goal")
    reached = [node.kind for node in project.milestones if node.actual_on]
    left = goal_for(batch, project.status, reached)
    passed = goal and ((goal.status and project.status.order >= goal.status.order) or goal in reached)
    if left is None or passed:
        raise Refused(_("“%(name)s”已经做到了，不用再列", name=project.name), "name")
    goal = goal or left
    if goal.status and not project.is_productive and goal in (NodeKind.PRODUCE, NodeKind.CAPACITY):
        raise Refused(_("“%(name)s”不适用投产，走到竣工为止", name=project.name), "goal")
    if any(one.project_id == project.id and one.goal is goal for one in campaign.entries):
        raise Refused(_("“%(name)s”已经列入", name=project.name), "name")
    entry = CampaignEntry(batch=batch, project=project, goal=goal, due_on=due_on)
    return _put_on(campaign, entry, actor)


def enter_clearance(
    campaign: Campaign, clearance: Clearance, *, due_on: dt.date | None = None, actor: Actor
) -> CampaignEntry:
    """Land to clear; the register of clearances says when it is handed over."""
    _refuse_if_over(campaign)
    if any(one.clearance_id == clearance.id for one in campaign.entries):
        raise Refused(_("“%(name)s”已经列入", name=clearance.name), "name")
    entry = CampaignEntry(batch=Batch.CLEAR, clearance=clearance, name=clearance.name, due_on=due_on)
    return _put_on(campaign, entry, actor)


def enter_name(
    campaign: Campaign, batch: Batch, name: str, *, unit_id: int | None, due_on: dt.date | None, actor: Actor
) -> CampaignEntry:
    """What no key project stands for: land that is to be cleared."""
    _refuse_if_over(campaign)
    if batch is not Batch.CLEAR:
        raise Refused(_("没有这个重点项目；不是重点项目的只能列入征迁"), "name")
    if any(one.is_by_hand and one.name == name for one in campaign.entries):
        raise Refused(_("“%(name)s”已经列入", name=name), "name")
    entry = _put_on(campaign, CampaignEntry(batch=batch, name=name, unit_id=unit_id, due_on=due_on), actor)
    put_in_index(campaign)
    return entry


def _put_on(campaign: Campaign, entry: CampaignEntry, actor: Actor) -> CampaignEntry:
    campaign.entries.append(entry)
    db.session.flush()
    record("campaign.entered", campaign, actor=actor, changes=_told(entry))
    return entry


def finish(entry: CampaignEntry, *, on_day: dt.date, actor: Actor) -> None:
    """Ticked off by hand: only what no key project says of itself."""
    if entry.project_id:
        raise Refused(_("重点项目由它的节点和状态说明是否完成，请到项目里推进"))
    if entry.clearance_id:
        raise Refused(_("征迁由它自己的进度说明是否完成，请到征迁里报进度"))
    if entry.done_on:
        raise Refused(_("已经完成"))
    if on_day > clock.today():
        raise Refused(_("完成日期不能晚于今天"), "on_day")
    entry.done_on = on_day
    db.session.flush()
    record(
        "campaign.finished",
        entry.campaign,
        actor=actor,
        changes=_told(entry) | {"done_on": [None, on_day.isoformat()]},
    )


def reopen(entry: CampaignEntry, *, actor: Actor) -> None:
    if entry.done_on is None:
        raise Refused(_("还没有完成"))
    before, entry.done_on = entry.done_on, None
    db.session.flush()
    record(
        "campaign.reopened",
        entry.campaign,
        actor=actor,
        changes=_told(entry) | {"done_on": [before.isoformat(), None]},
    )


def take_off(entry: CampaignEntry, *, reason: str, actor: Actor) -> None:
    """What should not have stood there; the reason stays in the log."""
    campaign = entry.campaign
    told = {key: [after, None] for key, (_before, after) in _told(entry).items()}
    campaign.entries.remove(entry)
    db.session.flush()
    record("campaign.taken_off", campaign, actor=actor, changes=told, note=reason)
    put_in_index(campaign)


def _refuse_if_over(campaign: Campaign) -> None:
    if campaign.is_over(clock.today()):
        raise Refused(_("会战已经结束，名单不再变"))


def _told(entry: CampaignEntry) -> dict[str, list[Any]]:
    goal = entry.goal.value if entry.goal else None
    return {"entry": [None, entry.title], "batch": [None, entry.batch.value], "goal": [None, goal]}


def search_fields(campaign: Campaign) -> list[Field]:
    """What a campaign is found by: its own words, and the names on it that no other record stands for."""
    by_hand = " ".join(one.name for one in campaign.entries if one.is_by_hand)
    return [Field(Kind.NAME, campaign.name), Field(Kind.TEXT, campaign.summary), Field(Kind.TEXT, by_hand)]


def put_in_index(campaign: Campaign) -> None:
    index.put(queries.NOUN, campaign.id, search_fields(campaign))
