"""Reading campaigns. That there is one, and what it is called, is no secret; of its entries I see those of projects I
see, those my unit answers for, and the names on a campaign that my unit leads."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from crm.contacts import queries as contacts
from crm.db import db
from crm.delivery import queries as delivery
from crm.delivery.models import KeyProject, Sponsorship
from crm.land.clearance import queries as clearances
from crm.land.clearance.models import Clearance
from crm.lib import clock
from crm.org.guard import reaches, within
from crm.org.models import User
from crm.org.permissions import Permission as P

from .batches import Standing
from .models import Campaign, CampaignEntry

NOUN = Campaign.__tablename__
MOST = 1000  # entries of one campaign


def visible_to(user: User) -> sa.Select[Campaign]:
    return sa.select(Campaign).where(sa.true() if user.may(P.PROJECT_VIEW) else sa.false())


def may(user: User, campaign: Campaign) -> bool:
    return reaches(user.scope_of(P.CAMPAIGN_MANAGE), user, units=[campaign.unit_id])


def entries_visible_to(user: User) -> sa.Select[CampaignEntry]:
    scope = user.scope_of(P.PROJECT_VIEW)
    mine = within(scope, user, units=[CampaignEntry.unit_id])
    ours = sa.select(Campaign.id).where(within(scope, user, units=[Campaign.unit_id]))
    named = sa.and_(
        CampaignEntry.project_id.is_(None),
        CampaignEntry.clearance_id.is_(None),
        CampaignEntry.campaign_id.in_(ours),
    )
    land = clearances.visible_to(user).with_only_columns(Clearance.id).order_by(None)
    seen = delivery.ids_of(delivery.visible_to(user))
    return sa.select(CampaignEntry).where(
        sa.or_(mine, named, CampaignEntry.project_id.in_(seen), CampaignEntry.clearance_id.in_(land))
    )


def with_names(rows: sa.Select[Any]) -> sa.Select[Any]:
    project = joinedload(CampaignEntry.project)
    return rows.options(
        joinedload(CampaignEntry.campaign),
        joinedload(CampaignEntry.unit),
        joinedload(CampaignEntry.clearance).joinedload(Clearance.unit),
        project.joinedload(KeyProject.unit),
        project.selectinload(KeyProject.sponsorships).selectinload(Sponsorship.leader),
    )


def entries_of(user: User, campaign: Campaign) -> list[CampaignEntry]:
    """Those I see, what is due first before what is due later, what is done last."""
    rows = with_names(entries_visible_to(user).where(CampaignEntry.campaign_id == campaign.id))
    found = db.session.scalars(rows.order_by(CampaignEntry.id).limit(MOST)).unique().all()
    return sorted(found, key=lambda one: (one.reached_on is not None, one.due, one.id))


def all_of(user: User) -> Sequence[Campaign]:
    rows = (
        visible_to(user)
        .options(joinedload(Campaign.unit))
        .order_by(Campaign.from_on.desc(), Campaign.id.desc())
    )
    return db.session.scalars(rows.limit(50)).unique().all()


def counts(user: User, campaigns: Sequence[Campaign]) -> dict[int, tuple[int, int]]:
    """{campaign: (done, all)} of the entries I see."""
    rows = (
        entries_visible_to(user)
        .where(CampaignEntry.campaign_id.in_([one.id for one in campaigns]))
        .with_only_columns(
            CampaignEntry.campaign_id, sa.func.count(CampaignEntry.reached_on), sa.func.count()
        )
        .group_by(CampaignEntry.campaign_id)
    )
    return {id: (done, n) for id, done, n in db.session.execute(rows)}


def open_to(user: User) -> list[Campaign]:
    """Those that are not over and may be filled by me."""
    return [one for one in all_of(user) if may(user, one) and not one.is_over(clock.today())]


def of_project(user: User, project: KeyProject) -> list[CampaignEntry]:
    rows = with_names(entries_visible_to(user).where(CampaignEntry.project_id == project.id))
    return list(db.session.scalars(rows.order_by(CampaignEntry.id.desc()).limit(10)).unique())


def stands(standing: Standing, today: dt.date) -> sa.ColumnElement[bool]:
    """CampaignEntry.standing as a WHERE; at the latest it is due when the campaign ends."""
    if standing is Standing.DONE:
        return CampaignEntry.reached_on.is_not(None)
    due = sa.func.coalesce(CampaignEntry.due_on, CampaignEntry.planned_on)
    over = [
        one.id
        for one in db.session.scalars(sa.select(Campaign).where(Campaign.from_on < today))
        if one.is_over(today)
    ]
    late = sa.or_(due < today, CampaignEntry.campaign_id.in_(over))
    is_late = sa.func.coalesce(late, sa.false())
    return sa.and_(CampaignEntry.reached_on.is_(None), is_late if standing is Standing.OVERDUE else ~is_late)


def led_by(leader_id: int) -> sa.ColumnElement[bool]:
    rows = sa.select(Sponsorship.project_id).where(
        Sponsorship.leader_id == leader_id, Sponsorship.to_on.is_(None)
    )
    return CampaignEntry.project_id.in_(rows)


def answered_by(unit_id: int) -> sa.ColumnElement[bool]:
    projects = sa.select(KeyProject.id).where(KeyProject.unit_id == unit_id)
    land = sa.select(Clearance.id).where(Clearance.unit_id == unit_id)
    return sa.or_(
        CampaignEntry.unit_id == unit_id,
        CampaignEntry.project_id.in_(projects),
        CampaignEntry.clearance_id.in_(land),
    )


def clearance_named(user: User, name: str) -> Clearance | None:
    """The land to be cleared of exactly this name, if I may see it."""
    return db.session.scalar(clearances.visible_to(user).where(Clearance.name == name))


def clearance_names(user: User, limit: int = 200) -> Sequence[str]:
    """Offered while a name is typed."""
    rows = clearances.visible_to(user).with_only_columns(Clearance.name).order_by(Clearance.name)
    return db.session.scalars(rows.limit(limit)).all()


SOURCE = contacts.Source(
    NOUN, Campaign, lambda user: visible_to(user), Campaign.name, (joinedload(Campaign.unit),)
)
