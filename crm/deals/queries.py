"""Reading deals: always through what the user may see."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from crm.db import among, db
from crm.dedup import Record
from crm.leads.sameness import company_key
from crm.lib import clock, texts
from crm.lists.models import Tag
from crm.merchants import identity
from crm.merchants import queries as merchants
from crm.merchants.models import Enterprise, FormerName
from crm.org import settings
from crm.org.guard import once_a_request, reaches, within
from crm.org.models import User
from crm.org.permissions import Permission as P
from crm.org.permissions import Scope
from crm.search import index

from . import increases
from .models import Deal, Party
from .stages import EARLY, DealState, Stage

CANDIDATES = 8
IN_TALKS = (Stage.NEGOTIATING, Stage.SIGNED, Stage.LANDED, Stage.STARTED, Stage.PRODUCING, Stage.AT_CAPACITY)


SEEN_THROUGH: list[Callable[[User], sa.Select[Any]]] = []
"""Upper floors add what else a unit sees: the ids of deals that were handed to it, say."""


@once_a_request
def visible_to(user: User) -> sa.Select[Deal]:
    """The deals of my unit, those it reported first, and those I follow or sponsor."""
    mine = within(
        user.scope_of(P.DEAL_VIEW),
        user,
        units=[Deal.unit_id, Deal.first_report_unit_id],
        owners=[Deal.owner_id, Deal.sponsor_id],
    )
    if user.scope_of(P.DEAL_VIEW) is Scope.UNIT:
        mine = sa.or_(mine, *(among(Deal.id, seen(user)) for seen in SEEN_THROUGH))
    return sa.select(Deal).where(mine)


def is_seen(deal_id: Any, user: User) -> sa.ColumnElement[bool]:
    """The deal of this number is one that I may see. It alone is looked at: to list all of them for the few records that
    name one takes longer than anything else that is asked of these."""
    seen = visible_to(user).where(Deal.id == deal_id).with_only_columns(Deal.id)
    return seen.correlate_except(Deal).exists()


def may(user: User, permission: P, deal: Deal) -> bool:
    """Whether this deal may be changed so: by those who answer for it, not by those who only reported it."""
    return reaches(user.scope_of(permission), user, units=[deal.unit_id], owners=[deal.owner_id])


def _investors_seen(user: User) -> sa.Select[int | None]:
    """Access to a deal is access to its investor."""
    return visible_to(user).with_only_columns(Deal.enterprise_id)


def _parties_seen(user: User) -> sa.Select[int]:
    deals = visible_to(user).with_only_columns(Deal.id)
    return sa.select(Party.enterprise_id).where(Party.deal_id.in_(deals))


merchants.SEEN_THROUGH += [_investors_seen, _parties_seen]


def traits() -> list[str]:
    """项目特点: the tags that figures ask for, as the setting names them."""
    return texts.apart(str(settings.get("deal.traits")))


def signed_by_half_year(
    user: User, halves: Sequence[tuple[dt.date, dt.date]], words: Sequence[str]
) -> dict[tuple[str, int], tuple[int, Decimal]]:
    """{(trait, which half-year): (how many were signed, their total in 万元)}; '' is all of them. Two statements."""
    within = [(sa.between(Deal.signed_on, *half), at) for at, half in enumerate(halves)]
    half = sa.case(*within).label("half")
    sums = sa.func.count(), sa.func.sum(Deal.planned_wan)
    signed = visible_to(user).where(sa.between(Deal.signed_on, halves[0][0], halves[-1][1]))
    rows = db.session.execute(signed.with_only_columns(half, *sums).group_by(half))
    found = {("", at): (number, wan or Decimal(0)) for at, number, wan in rows}
    of_word = signed.join(Tag, sa.and_(Tag.noun == "deal", Tag.record_id == Deal.id, Tag.word.in_(words)))
    rows = db.session.execute(of_word.with_only_columns(Tag.word, half, *sums).group_by(Tag.word, half))
    return found | {(word, at): (number, wan or Decimal(0)) for word, at, number, wan in rows}


def with_names(rows: sa.Select[Any]) -> sa.Select[Any]:
    """Load what a line of a list names, in a number of statements that does not grow with the lines."""
    return rows.options(
        joinedload(Deal.enterprise),
        joinedload(Deal.unit),
        joinedload(Deal.first_report_unit),
        selectinload(Deal.owner),
        selectinload(Deal.sponsor),
    )


def increased_by(deal: Deal) -> Sequence[int]:
    """The deals that add to this one (增资), by their numbers."""
    if deal.id is None:
        return []
    rows = sa.select(Deal.id).where(Deal.increases_id == deal.id, Deal.increases_id.is_not(None))
    return db.session.scalars(rows.order_by(Deal.id)).all()


def rest_of_project(deal: Deal) -> set[int]:
    """The other deals of its project, by their numbers: the first one and all that increase it."""
    first = increases.project_of(deal)
    rows = sa.select(Deal.id).where(Deal.increases_id == first, Deal.increases_id.is_not(None))
    return {*db.session.scalars(rows), *([first] if first is not None else [])} - {deal.id}


def firms_of(deal: Deal) -> set[int]:
    """Its investor and its parties."""
    parties = db.session.scalars(sa.select(Party.enterprise_id).where(Party.deal_id == deal.id))
    return {*parties, *([deal.enterprise_id] if deal.enterprise_id is not None else [])}


def increases_of(deal: Deal, user: User) -> Sequence[Deal]:
    """The increases of this deal that the user sees, in the order they were signed."""
    rows = visible_to(user).where(Deal.increases_id == deal.id, Deal.increases_id.is_not(None))
    return db.session.scalars(rows.order_by(Deal.signed_on, Deal.id).limit(50)).all()


def with_parties(rows: sa.Select[Any]) -> sa.Select[Any]:
    """One deal and the firms in it: two statements more, however many parties it has."""
    return rows.options(selectinload(Deal.parties).selectinload(Party.enterprise))


def expected_days(stage: Stage) -> int | None:
    """预期天数 of a stage; None for the last one, where nothing more is expected."""
    return None if stage is Stage.AT_CAPACITY else int(settings.get(f"stage.days.{stage.value}"))


def idle_limit(stage: Stage) -> int:
    """久未联系, on desk, board, deal page and review alike: days from which a deal in this stage counts as idle, red
    from here on, amber from seventy per cent.

    The clock starts anew with a logged contact about the deal (its own day, not the day it was written down) and with
    nothing else: editing, moving, assigning, a comment or a meeting's note are not talking to the investor. Without
    any contact it runs from the day the stage began. What is held or lapsed has no clock.

    While it is talked about the limit is at the latest more than `contact.idle_days`; what is being built is not
    talked to every month."""
    if stage is Stage.AT_CAPACITY:
        return 10**6
    days = int(settings.get(f"stage.days.{stage.value}"))
    return min(days, settings.get("contact.idle_days") + 1) if stage in EARLY else days


def is_open() -> sa.ColumnElement[bool]:
    """Deal.is_open as a WHERE."""
    return sa.and_(Deal.state == DealState.ACTIVE, Deal.stage != Stage.AT_CAPACITY)


def is_overdue(today: dt.date) -> sa.ColumnElement[bool]:
    """The next step should have been done before today."""
    return sa.and_(is_open(), Deal.next_due_on < today)


def is_idle(days: int, today: dt.date) -> sa.ColumnElement[bool]:
    """Open, and more than `days` without contact: Deal.idle_days as a WHERE."""
    last = today - dt.timedelta(days=min(days, 10**5))
    return sa.and_(
        is_open(),
        sa.or_(
            Deal.last_contact_at < clock.start_of(last),
            sa.and_(Deal.last_contact_at.is_(None), Deal.stage_since < last),
        ),
    )


def is_long_idle(today: dt.date) -> sa.ColumnElement[bool]:
    """Idle by its stage's own limit; at capacity no deal has one."""
    stages = [stage for stage in Stage if stage is not Stage.AT_CAPACITY]
    return sa.or_(*(sa.and_(Deal.stage == stage, is_idle(idle_limit(stage) - 1, today)) for stage in stages))


def deals_of(enterprise_id: int) -> sa.Select[Deal]:
    """Every deal it takes part in, as main investor or otherwise, newest first. Not narrowed to a user."""
    taking_part = sa.select(Party.deal_id).where(Party.enterprise_id == enterprise_id)
    rows = sa.select(Deal).where(sa.or_(Deal.enterprise_id == enterprise_id, Deal.id.in_(taking_part)))
    return rows.order_by(Deal.id.desc())


def in_talks(enterprise_id: int | None, company: str = "", firms: Sequence[int] = ()) -> sa.Select[Deal]:
    """Its deals that are under talk or signed: such a project may not be reported again as news. `firms` are more
    numbers of the same merchant."""
    named = sa.select(Enterprise.id).where(Enterprise.name == company) if company else None
    who = [Deal.enterprise_id.in_([*firms, *([enterprise_id] if enterprise_id else [])])]
    if named is not None:
        who.append(Deal.enterprise_id.in_(named))
    rows = sa.select(Deal).where(
        sa.or_(sa.false(), *who), Deal.state != DealState.LAPSED, Deal.stage.in_(IN_TALKS)
    )
    return rows.order_by(Deal.id)


def firms_named_so(company: str) -> list[int]:
    """Every enterprise of the base, whoever sees it, whose name is this one in whatever spelling. Costs what the
    look-up of look-alikes costs."""
    key = company_key(company)
    if not key:
        return []
    alike = identity.matches(Record(name=company[:199]), noun="enterprise", across=False)
    return [known.id for known, _match in alike if company_key(known.name) == key]


def open_deals_of(enterprise_id: int) -> Sequence[Deal]:
    """What has to be looked at before one more deal of the same investor is opened."""
    rows = sa.select(Deal).where(Deal.enterprise_id == enterprise_id, is_open()).order_by(Deal.id)
    return db.session.scalars(rows.limit(5)).all()


def seen_by(user: User, deals: Sequence[Deal]) -> set[int]:
    """Which of these the user may open."""
    ids = [deal.id for deal in deals]
    return (
        set(db.session.scalars(visible_to(user).with_only_columns(Deal.id).where(Deal.id.in_(ids))))
        if ids
        else set()
    )


# --- finding the investor that was typed --------------------------------------------------------------------


def investors_named(user: User, text: str) -> list[Enterprise]:
    """The enterprises of exactly this name, now or formerly, that the user may see."""
    if not text:
        return []
    former = sa.select(FormerName.enterprise_id).where(FormerName.name == text)
    rows = merchants.visible_to(user).where(sa.or_(Enterprise.name == text, Enterprise.id.in_(former)))
    return list(db.session.scalars(rows.order_by(Enterprise.id).limit(CANDIDATES)))


def names_like(user: User, text: str) -> list[Deal]:
    """Up to eight that are found by what was typed, by sound and initials too; the shortest names first."""
    found = visible_to(user).where(Deal.id.in_(index.matching("deal", text)))
    return list(db.session.scalars(found.order_by(sa.func.length(Deal.name), Deal.id).limit(CANDIDATES)))


def investors_like(user: User, text: str) -> list[Enterprise]:
    """Up to eight whose name holds what was typed; by sound and initials too."""
    if not text:
        return []
    found = merchants.visible_to(user).where(Enterprise.id.in_(index.matching("enterprise", text)))
    exact = investors_named(user, text)
    others = db.session.scalars(
        found.order_by(sa.func.length(Enterprise.name), Enterprise.id).limit(CANDIDATES)
    )
    return (exact + [one for one in others if one not in exact])[:CANDIDATES]
