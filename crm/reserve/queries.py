"""Reading planned projects: what I may see, and how each unit stands against its quota."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from crm.contacts import queries as contacts
from crm.db import db
from crm.deals import queries as deals
from crm.deals.models import Deal
from crm.lib import clock
from crm.lib.words import _
from crm.org import queries as org
from crm.org import settings
from crm.org.guard import reaches, within
from crm.org.models import Unit, UnitKind, User
from crm.org.permissions import Permission as P
from crm.org.permissions import Scope
from crm.search import index

from . import quotas
from .models import Depth, PlanWay, ReserveItem, ReserveState, counting, name_key
from .quotas import Group, Meter, Quota, Verdict

NOUN = "reserve_item"
MOST_YEARS = 30


def visible_to(user: User) -> sa.Select[ReserveItem]:
    """What my unit planned, and what became a deal that I see."""
    scope = user.scope_of(P.RESERVE_VIEW)
    if scope is Scope.DISTRICT:
        return sa.select(ReserveItem)
    mine = within(scope, user, units=[ReserveItem.unit_id], owners=[ReserveItem.created_by_id])
    seen = deals.visible_to(user).with_only_columns(Deal.id)
    return sa.select(ReserveItem).where(sa.or_(mine, ReserveItem.deal_id.in_(seen)))


def may_edit(user: User, item: ReserveItem) -> bool:
    return reaches(user.scope_of(P.RESERVE_EDIT), user, units=[item.unit_id], owners=[item.created_by_id])


def sees_all(user: User) -> bool:
    return user.scope_of(P.RESERVE_VIEW) is Scope.DISTRICT


def with_names(rows: sa.Select[Any]) -> sa.Select[Any]:
    return rows.options(
        joinedload(ReserveItem.unit), joinedload(ReserveItem.deal), selectinload(ReserveItem.created_by)
    )


def of_name(name: str) -> ReserveItem | None:
    """The project of this name, however it is written, whoever planned it in whichever year."""
    rows = sa.select(ReserveItem).where(ReserveItem.name_key == name_key(name))
    return db.session.scalar(rows.options(joinedload(ReserveItem.unit)))


def of_deal(deal_id: int) -> Sequence[ReserveItem]:
    rows = sa.select(ReserveItem).where(ReserveItem.deal_id == deal_id).options(joinedload(ReserveItem.unit))
    return db.session.scalars(rows.order_by(ReserveItem.id).limit(5)).all()


def deals_to_link(user: User, text: str = "") -> list[Deal]:
    """Deals that a planned project may have become, and that he may change; by words, or the newest."""
    mine = within(user.scope_of(P.DEAL_EDIT), user, units=[Deal.unit_id], owners=[Deal.owner_id])
    rows = deals.visible_to(user).where(mine)
    if text:
        rows = rows.where(Deal.id.in_(index.matching("deal", text)))
    rows = rows.options(joinedload(Deal.enterprise), joinedload(Deal.unit))
    return list(db.session.scalars(rows.order_by(Deal.id.desc()).limit(20)))


def years_known() -> list[int]:
    """Newest first; this year always."""
    years = set(db.session.scalars(sa.select(ReserveItem.year).distinct()))
    return sorted(years | {clock.today().year}, reverse=True)[:MOST_YEARS]


# --- quotas -------------------------------------------------------------------------------------------------


TARGETS: list[Callable[[str, int], Decimal | None]] = []
"""Upper floors say what target was issued to the district for a year, by the indicator's key."""


def district_task(key: str, year: int) -> int:
    """全区的任务 of a year, of an indicator of the reserve: the one that was issued, else the setting's."""
    issued = next((found for source in TARGETS if (found := source(key, year)) is not None), None)
    return int(settings.get(DISTRICT_TASKS[key]) if issued is None else issued)


DISTRICT_TASKS = {"reserve_items": "reserve.district_count", "reserve_city": "reserve.city_count"}
"""The setting that holds where no target was issued."""


def quota_of(group: Group) -> Quota | None:
    if group is Group.TOWNSHIP:
        return Quota(Decimal(settings.get("reserve.town_wan")))
    if group is Group.DEPARTMENT:
        return Quota(Decimal(settings.get("reserve.department_wan")))
    return None


def group_of(unit: Unit) -> Group:
    if unit.kind is UnitKind.TOWNSHIP:
        return Group.TOWNSHIP
    return Group.DEPARTMENT if unit.is_economic else Group.NONE


@dataclass(frozen=True)
class Standing:
    """One unit in one year."""

    unit: Unit
    group: Group
    quota: Quota | None
    items: int
    total_wan: Decimal
    large: int  # those that reach the quota's amount
    in_city: int

    @property
    def verdict(self) -> Verdict:
        return quotas.verdict(self.quota, self.large)


@dataclass(frozen=True)
class Progress:
    """谋划进度 of a year: the district, the two groups, every unit."""

    year: int
    planned: Meter
    in_city: Meter
    groups: dict[Group, Meter]
    units: list[Standing]
    total_wan: Decimal

    @property
    def asked_of_units(self) -> int:
        """What the quotas of the units come to: far less than the district's task, which needs others besides."""
        return sum(meter.task for meter in self.groups.values())


def progress(user: User, year: int) -> Progress:
    """As far as this user sees; a few statements. A quota counts projects that were not given up."""
    amount = sa.type_coerce(ReserveItem.planned_wan, sa.BigInteger)
    groups_at = {group: quota_of(group) for group in Group}

    def reaching(group: Group) -> Any:
        quota = groups_at[group]
        assert quota
        return sa.func.sum(sa.case((ReserveItem.planned_wan >= quota.least_wan, 1), else_=0))

    rows = (
        visible_to(user)
        .where(ReserveItem.year == year, counting())
        .with_only_columns(
            ReserveItem.unit_id,
            sa.func.count(),
            sa.func.sum(amount),
            sa.func.sum(sa.case((ReserveItem.in_city, 1), else_=0)),
            reaching(Group.TOWNSHIP),
            reaching(Group.DEPARTMENT),
        )
        .group_by(ReserveItem.unit_id)
    )
    told = {row[0]: row[1:] for row in db.session.execute(rows)}
    units = org.units(only_active=False)
    standings = []
    for unit in units:
        items, hundredths, in_city, of_town, of_department = told.get(unit.id, (0, 0, 0, 0, 0))
        group = group_of(unit)
        if not items and (group is Group.NONE or not unit.active):
            continue
        large = {Group.TOWNSHIP: of_town, Group.DEPARTMENT: of_department}.get(group, 0)
        standings.append(
            Standing(unit, group, groups_at[group], items, Decimal(int(hundredths or 0)) / 100, int(large), int(in_city))
        )  # fmt: skip
    if not sees_all(user):
        standings = [one for one in standings if one.items or one.unit.id == user.unit_id]
    order = list(Group)
    standings.sort(key=lambda one: (order.index(one.group), one.verdict is Verdict.MET, one.unit.code))
    groups = {}
    for group in (Group.TOWNSHIP, Group.DEPARTMENT):
        of_group = [one for one in standings if one.group is group]
        groups[group] = Meter(sum(one.verdict is Verdict.MET for one in of_group), len(of_group))
    return Progress(
        year=year,
        planned=Meter(sum(one.items for one in standings), district_task("reserve_items", year)),
        in_city=Meter(sum(one.in_city for one in standings), district_task("reserve_city", year)),
        groups=groups,
        units=standings,
        total_wan=sum((one.total_wan for one in standings), Decimal(0)),
    )


def by_kind(user: User, year: int) -> tuple[dict[PlanWay, int], dict[Depth, int]]:
    """How many of a year's projects by way of planning and by depth; one statement."""
    rows = (
        visible_to(user)
        .where(ReserveItem.year == year, counting())
        .with_only_columns(ReserveItem.way, ReserveItem.depth, sa.func.count())
        .group_by(ReserveItem.way, ReserveItem.depth)
    )
    ways, depths = dict.fromkeys(PlanWay, 0), dict.fromkeys(Depth, 0)
    for way, depth, count in db.session.execute(rows):
        ways[way] += count
        depths[depth] += count
    return ways, depths


def basis() -> str:
    """口径, beside every figure of the reserve."""
    return _(
        "口径：按谋划年度和谋划单位计数，总投资为谋划数，“以上”含本数；转成项目的照样计入谋划单位，退出的不计；同一项目只计一次"
    )


def promoted_without_deal() -> Any:
    return sa.and_(ReserveItem.state == ReserveState.PROMOTED, ReserveItem.deal_id.is_(None))


SOURCE = contacts.Source(
    NOUN, ReserveItem, lambda user: visible_to(user), ReserveItem.name, (joinedload(ReserveItem.unit),)
)
