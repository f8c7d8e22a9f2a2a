"""Reading needs: what I may see, how much of each is met, who comes first, where most investment waits."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload, with_expression

from crm.contacts import queries as contacts
from crm.db import Wan, db
from crm.deals import queries as deals
from crm.deals.models import Deal
from crm.deals.stages import DealState
from crm.delivery import queries as delivery
from crm.delivery.models import KeyProject, ListEntry, ProjectList, ProjectYear
from crm.lib import clock
from crm.lib.enums import Labelled
from crm.lib.words import N_
from crm.merchants import queries as merchants
from crm.merchants.models import Enterprise
from crm.org import settings
from crm.org.guard import reaches, within
from crm.org.models import User
from crm.org.permissions import Permission as P
from crm.org.permissions import Scope

from .kinds import SUPPLYING, NeedKind, NeedState, Step
from .models import Approach, Need

NOUN = Need.__tablename__
APPROACH = Approach.__tablename__
SUPPLY: dict[NeedKind, Callable[[], Any]] = {}
"""Upper features say how much of a need they have met: a scalar subquery in hundredths, correlated to Need."""


class Tier(Labelled):
    """「优先保障省市重点项目、民生项目、高新产业项目用地」"""

    KEY = "1", N_("省市重点"), "bad"
    LIVELIHOOD = "2", N_("民生"), "warn"
    HIGH_TECH = "3", N_("高新"), "info"
    OTHER = "4", N_("其他"), "neutral"


# --- what I may see -----------------------------------------------------------------------------------------


def visible_to(user: User) -> sa.Select[Need]:
    """Those my unit raised, those of records that I see, and, for the office that provides a kind, all of that kind."""
    scope = user.scope_of(P.NEED_VIEW)
    if scope is Scope.DISTRICT:
        return sa.select(Need)
    mine = within(scope, user, units=[Need.unit_id], owners=[Need.owner_id])
    if scope is None:
        return sa.select(Need).where(mine)
    return sa.select(Need).where(
        sa.or_(
            mine,
            deals.is_seen(Need.deal_id, user),
            Need.project_id.in_(delivery.ids_of(delivery.visible_to(user))),
            merchants.is_seen(Need.enterprise_id, user),
            Need.kind.in_(provided_by(user)),
        )
    )


def provided_by(user: User) -> list[NeedKind]:
    """The kinds that this user's unit is asked for: its settings name the offices."""
    return [kind for kind in NeedKind if user.unit.name == settings.get(f"need.office.{kind.value}")]


def may_edit(user: User, need: Need) -> bool:
    """Who raised it, and the office that provides it."""
    if not user.may(P.NEED_EDIT):
        return False
    return need.kind in provided_by(user) or reaches(
        user.scope_of(P.NEED_EDIT), user, units=[need.unit_id], owners=[need.owner_id]
    )


def may_adopt(user: User, need: Need) -> bool:
    """政府立题 is the government's: not of who asks."""
    district = user.scope_of(P.NEED_EDIT) is Scope.DISTRICT
    return need.kind is NeedKind.TECHNOLOGY and (
        district or (user.may(P.NEED_EDIT) and need.kind in provided_by(user))
    )


def subject_seen(user: User, need: Need) -> bool:
    """Whether its deal, project or firm may be opened; that it asks for something the office knows anyhow."""
    rows: Any
    if need.deal_id:
        rows = deals.visible_to(user).where(Deal.id == need.deal_id)
    elif need.project_id:
        rows = delivery.visible_to(user).where(KeyProject.id == need.project_id)
    else:
        rows = merchants.visible_to(user).where(Enterprise.id == need.enterprise_id)
    return db.session.scalar(rows.with_only_columns(sa.literal(1))) is not None


# --- figures of a row ---------------------------------------------------------------------------------------


def met() -> Any:
    """Hundredths that are there: what its 对接 brought, or what an upper feature says."""
    brought = (
        sa.select(sa.func.coalesce(sa.func.sum(sa.type_coerce(Approach.amount, sa.BigInteger)), 0))
        .where(Approach.need_id == Need.id, Approach.step.in_(SUPPLYING))
        .correlate(Need)
        .scalar_subquery()
    )
    return (
        sa.case(*((Need.kind == kind, made()) for kind, made in SUPPLY.items()), else_=brought)
        if SUPPLY
        else brought
    )


def investment() -> Any:
    """Hundredths of 万元 that wait: the plan of its deal or project; of a project without one, what it plans this year."""
    of_deal = sa.select(Deal.planned_wan).where(Deal.id == Need.deal_id).correlate(Need).scalar_subquery()
    of_project = (
        sa.select(KeyProject.planned_wan)
        .where(KeyProject.id == Need.project_id)
        .correlate(Need)
        .scalar_subquery()
    )
    this_year = sa.bindparam(None, type_=sa.Integer, callable_=lambda: clock.today().year)
    of_year = (
        sa.select(ProjectYear.planned_wan)
        .where(ProjectYear.project_id == Need.project_id, ProjectYear.year == this_year)
        .correlate(Need)
        .scalar_subquery()
    )
    told = (sa.type_coerce(one, sa.BigInteger) for one in (of_deal, of_project, of_year))
    return sa.func.coalesce(*told, 0)


def with_figures(rows: sa.Select[Any]) -> sa.Select[Any]:
    return rows.options(
        with_expression(Need.met, sa.type_coerce(met(), Wan)),
        with_expression(Need.investment_wan, sa.type_coerce(investment(), Wan)),
        joinedload(Need.deal),
        joinedload(Need.project),
        joinedload(Need.enterprise),
        joinedload(Need.unit),
        joinedload(Need.owner),
    )


def with_approaches(rows: sa.Select[Any]) -> sa.Select[Any]:
    return rows.options(selectinload(Need.approaches).joinedload(Approach.author))


def lacking() -> Any:
    """Open, and not all of it is there; what a lapsed deal asked for holds up nothing."""
    over = sa.select(Deal.id).where(Deal.state == DealState.LAPSED)
    grown = over.join(KeyProject, KeyProject.deal_id == Deal.id)
    return sa.and_(
        Need.state == NeedState.OPEN,
        sa.type_coerce(Need.asked, sa.BigInteger) > met(),
        ~over.where(Deal.id == Need.deal_id).correlate(Need).exists(),
        ~grown.where(KeyProject.id == Need.project_id).correlate(Need).exists(),
    )


# --- of one record ------------------------------------------------------------------------------------------


def of_record(user: User, **of: int) -> Sequence[Need]:
    rows = with_figures(visible_to(user).filter_by(**of)).order_by(
        Need.state != NeedState.OPEN, Need.id.desc()
    )
    return db.session.scalars(rows.limit(100)).unique().all()


def same_open(
    kind: NeedKind,
    title: str,
    *,
    deal: Deal | None,
    project: KeyProject | None,
    enterprise: Enterprise | None,
) -> Need | None:
    """The same thing asked for already: of land one need for a deal and the projects that grew out of it."""
    rows = sa.select(Need).where(Need.kind == kind, Need.state == NeedState.OPEN)
    if kind is not NeedKind.LAND:
        rows = rows.where(Need.title == title)
    deal_id = deal.id if deal else project.deal_id if project else None
    same = [Need.project_id == project.id] if project else []
    same += [Need.enterprise_id == enterprise.id] if enterprise else []
    if deal_id:
        grown = sa.select(KeyProject.id).where(KeyProject.deal_id == deal_id)
        same += [Need.deal_id == deal_id] + ([Need.project_id.in_(grown)] if deal else [])
    return db.session.scalar(rows.where(sa.or_(sa.false(), *same)).limit(1))


# --- the queue and the ranking ------------------------------------------------------------------------------


def _on_lists(key: str) -> Any:
    kinds = [word for word in str(settings.get(key)).split("、") if word]
    return (
        sa.select(ListEntry.id)
        .join(ProjectList, ProjectList.id == ListEntry.list_id)
        .join(KeyProject, KeyProject.id == ListEntry.project_id)
        .where(
            ~ListEntry.is_dropped,
            ProjectList.kind.in_(kinds),
            ProjectList.year == clock.today().year,
            sa.or_(KeyProject.id == Need.project_id, KeyProject.deal_id == Need.deal_id),
        )
        .correlate(Need)
        .exists()
    )


def tier() -> Any:
    """Which of the three priorities, as a value of Tier."""
    return sa.case(
        (_on_lists("need.first_lists"), Tier.KEY.value),
        (sa.or_(Need.is_livelihood, _on_lists("need.livelihood_lists")), Tier.LIVELIHOOD.value),
        (Need.is_high_tech, Tier.HIGH_TECH.value),
        else_=Tier.OTHER.value,
    )


def tier_of(need: Need) -> Tier:
    return Tier(db.session.scalar(sa.select(tier()).where(Need.id == need.id)) or Tier.OTHER)


def queue(user: User, kind: NeedKind, limit: int = 200) -> list[tuple[Need, Tier]]:
    """Who is served first: by priority, then the larger investment, then who has waited longer."""
    of = tier()
    rows = with_figures(visible_to(user).where(Need.kind == kind, lacking())).add_columns(of)
    rows = rows.order_by(of, investment().desc(), Need.since_on, Need.id).limit(limit)
    return [(need, Tier(value)) for need, value in db.session.execute(rows).unique()]


@dataclass(frozen=True)
class Lack:
    """What is unmet of one kind, as far as one sees it."""

    kind: NeedKind
    count: int
    asked: Decimal
    met: Decimal
    investment_wan: Decimal

    @property
    def gap(self) -> Decimal:
        return self.asked - self.met


def lacks(user: User) -> list[Lack]:
    """One line for each kind; one statement. A deal that lacks two things counts in both lines, in each of them once
    however many needs it and its projects have there."""
    rows = visible_to(user).where(lacking())
    of_project = sa.select(KeyProject.deal_id).where(KeyProject.id == Need.project_id).correlate(Need)
    deal_id = sa.func.coalesce(Need.deal_id, of_project.scalar_subquery())
    each = rows.with_only_columns(
        Need.kind,
        deal_id.label("deal_id"),
        sa.case((deal_id.is_(None), Need.project_id)).label("project_id"),
        sa.type_coerce(Need.asked, sa.BigInteger).label("asked"),
        met().label("met"),
        investment().label("waits"),
    ).subquery()
    root = (
        sa.select(
            each.c.kind,
            sa.func.count().label("count"),
            sa.func.sum(each.c.asked).label("asked"),
            sa.func.sum(each.c.met).label("met"),
            sa.func.max(each.c.waits).label("waits"),
        )
        .group_by(each.c.kind, each.c.deal_id, each.c.project_id)
        .subquery()
    )
    sums = (sa.func.sum(one) for one in (root.c.count, root.c.asked, root.c.met, root.c.waits))
    found = db.session.execute(sa.select(root.c.kind, *sums).group_by(root.c.kind))
    told = {
        kind: Lack(NeedKind(kind), int(count), *(Decimal(int(one or 0)) / 100 for one in amounts))
        for kind, count, *amounts in found
    }
    nothing = Decimal(0)
    return [told.get(kind) or Lack(kind, 0, nothing, nothing, nothing) for kind in NeedKind]


def ranked(user: User, limit: int = 50) -> Sequence[Need]:
    """Unmet needs of every kind, those that hold up most investment first."""
    rows = with_figures(visible_to(user).where(lacking()))
    return (
        db.session.scalars(rows.order_by(investment().desc(), Need.since_on, Need.id).limit(limit))
        .unique()
        .all()
    )


# --- 对接 ---------------------------------------------------------------------------------------------------


def approaches_visible_to(user: User) -> sa.Select[Approach]:
    seen = visible_to(user).with_only_columns(Need.id)
    return sa.select(Approach).where(Approach.need_id.in_(seen))


@dataclass(frozen=True)
class Partner:
    """What one bank (or institute) was told of and what came of it."""

    name: str
    told: int
    ended_well: int
    ended_badly: int
    amount: Decimal

    @property
    def open(self) -> int:
        return self.told - self.ended_well - self.ended_badly


def by_partner(user: User, kind: NeedKind, limit: int = 100) -> list[Partner]:
    """推介 by bank: how many, how many were paid out, how many failed, how much came; one statement."""
    good = Approach.step.in_(SUPPLYING)
    bad = Approach.step.in_(["failed", "returned"])
    came = sa.func.sum(sa.case((good, sa.type_coerce(Approach.amount, sa.BigInteger)), else_=0))
    rows = (
        approaches_visible_to(user)
        .join(Need, Need.id == Approach.need_id)
        .where(Need.kind == kind)
        .with_only_columns(
            Approach.partner,
            sa.func.count(),
            sa.func.sum(sa.case((good, 1), else_=0)),
            sa.func.sum(sa.case((bad, 1), else_=0)),
            came,
        )
        .group_by(Approach.partner)
        .order_by(came.desc(), sa.func.count().desc(), Approach.partner)
        .limit(limit)
    )
    return [
        Partner(row[0], row[1], int(row[2]), int(row[3]), Decimal(int(row[4] or 0)) / 100)
        for row in db.session.execute(rows)
    ]


@dataclass(frozen=True)
class Problems:
    """「企业出题、政府立题、协同解题」: how far firms' problems have come; each is counted where it stands now."""

    raised: int  # not yet adopted
    adopted: int  # adopted, nobody works on it yet
    matched: int
    solved: int


def problems(user: User) -> Problems:
    """One statement."""
    tried = sa.select(Approach.id).where(Approach.need_id == Need.id).correlate(Need)
    solved = sa.or_(Need.state == NeedState.MET, tried.where(Approach.step == Step.SOLVED).exists())
    stand = sa.case(
        (solved, 3),
        (tried.where(Approach.step == Step.MATCHED).exists(), 2),
        (Need.adopted_on.is_not(None), 1),
        else_=0,
    )
    rows = visible_to(user).where(Need.kind == NeedKind.TECHNOLOGY, Need.state != NeedState.DROPPED)
    each = rows.with_only_columns(stand.label("stand")).subquery()
    counted = sa.select(each.c.stand, sa.func.count()).group_by(each.c.stand)
    told = {row[0]: row[1] for row in db.session.execute(counted)}
    return Problems(*(told.get(at, 0) for at in range(4)))


# --- whom a need may be of ----------------------------------------------------------------------------------


def deals_to_ask_for(user: User, text: str) -> list[Deal]:
    mine = within(user.scope_of(P.DEAL_EDIT), user, units=[Deal.unit_id], owners=[Deal.owner_id])
    rows = deals.visible_to(user).where(mine, Deal.name.contains(text, autoescape=True))
    return list(db.session.scalars(rows.order_by(Deal.id.desc()).limit(10)))


def projects_to_ask_for(user: User, text: str) -> list[KeyProject]:
    """Those he may change: a need is raised by who drives the project."""
    rows = delivery.visible_to(user).where(KeyProject.name.contains(text, autoescape=True))
    units, owners = [KeyProject.unit_id, KeyProject.entered_unit_id], [KeyProject.entered_by_id]
    rows = rows.where(within(user.scope_of(P.PROJECT_EDIT), user, units=units, owners=owners))
    return list(db.session.scalars(rows.order_by(KeyProject.id.desc()).limit(10)))


def firms_to_ask_for(user: User, text: str) -> list[Enterprise]:
    rows = merchants.visible_to(user).where(Enterprise.name.contains(text, autoescape=True))
    return list(db.session.scalars(rows.order_by(Enterprise.id.desc()).limit(10)))


SOURCE = contacts.Source(NOUN, Need, lambda user: visible_to(user), Need.title, (joinedload(Need.unit),))
