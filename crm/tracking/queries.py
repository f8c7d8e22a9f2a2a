"""Who is to be contacted, what is missing, who wants to come back.

Figures stop counting at MOST: a page that says 999+ has read a thousand entries of an index and no more, whatever the
size of the base. The lists behind them are the list of firms, narrowed; it counts all that it holds, from the same
indexes: the cost is that of the matches, not of the base.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from crm.contacts import queries as contacts
from crm.contacts.models import ContactLog
from crm.db import db
from crm.deals import queries as deals
from crm.deals.models import Deal
from crm.files.models import StoredFile
from crm.files.store import hanging_on
from crm.lib import clock
from crm.lib.masking import mask_text
from crm.merchants import queries as merchants
from crm.merchants.models import Enterprise, Intent, Person, Standing
from crm.org import settings
from crm.org.models import User
from crm.org.permissions import Permission as P
from crm.org.permissions import Scope
from crm.reference import regions

from .facts import Band, Fact, masks_lacking
from .models import COMPLETENESS, ReturnIntent, Watch

MOST = 1000
DENSE = 20_000  # of so many each firm is asked; fewer are looked up
ROWS = 50
MOST_MINE = 5000  # of one person's firms that are looked through for what they lack
NOUN = ReturnIntent.__tablename__
FACTS = COMPLETENESS.c
Noun = type[Enterprise] | type[Person]
"""The firms of the base or its people: both are followed, by the same classes and days."""


# --- who is to be contacted ---------------------------------------------------------------------------------


def days_of(watch: Watch) -> int:
    return int(settings.get(watch.setting))


def _heard_before(day: dt.date, of: Noun) -> list[sa.ColumnElement[bool]]:
    """Last heard of before a day, since the first report where there never was a contact: two conditions, that each
    be one range of the index."""
    moment = clock.start_of(day)
    return [
        of.last_contact_at < moment,
        sa.and_(of.last_contact_at.is_(None), of.first_reported_at < moment),
    ]


def _ranges(standings: Iterable[Standing], days: int, of: Noun) -> list[sa.ColumnElement[bool]]:
    last = clock.today() - dt.timedelta(days=days)
    return [sa.and_(of.standing == one, heard) for one in standings for heard in _heard_before(last, of)]


def _never(of: Noun) -> list[sa.ColumnElement[bool]]:
    followed = (one for watch in (Watch.KEY, Watch.ORDINARY) for one in watch.standings)
    return [sa.and_(of.standing == one, of.last_contact_at.is_(None)) for one in followed]


def is_late(watch: Watch, of: Noun = Enterprise) -> sa.ColumnElement[bool]:
    """未联系: longer without contact than its class allows."""
    return sa.or_(*_ranges(watch.standings, days_of(watch), of))


def should_sleep(of: Noun = Enterprise) -> sa.ColumnElement[bool]:
    """Ordinary and long unheard of: to be contacted at last, or put to sleep."""
    return sa.or_(*_ranges(Watch.ORDINARY.standings, settings.get("merchant.sleep_days"), of))


def never_met(of: Noun = Enterprise) -> sa.ColumnElement[bool]:
    return sa.or_(*_never(of))


def next_contact_on(subject: Enterprise | Person) -> dt.date | None:
    """By when it is to be contacted again; None for what is not followed here."""
    watch = Watch.of_standing(subject.standing)
    if watch is None:
        return None
    heard = clock.local(subject.last_contact_at or subject.first_reported_at).date()
    return heard + dt.timedelta(days=days_of(watch))


# --- what is missing ----------------------------------------------------------------------------------------


def lacks(fact: Fact) -> sa.ColumnElement[bool]:
    return _known_by(FACTS.lacks.in_(masks_lacking(fact)))


def is_in(band: Band) -> sa.ColumnElement[bool]:
    return _known_by(FACTS.score.in_(list(band.scores)))


def _known_by(where: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    """Firms of these facts. Half a base is not gathered to show fifty of it: its firms are asked in the list's order, and
    fifty are soon found; the few that lack what nearly all have are gathered, or all would be asked in vain. One statement
    that reads DENSE entries of an index at the most."""
    found = sa.select(FACTS.enterprise_id).where(where)
    number = sa.select(sa.func.count()).select_from(found.limit(DENSE).subquery())
    if (db.session.scalar(number) or 0) < DENSE:
        return Enterprise.id.in_(found)
    return found.where(FACTS.enterprise_id == Enterprise.id).correlate(Enterprise).exists()


# --- figures ------------------------------------------------------------------------------------------------


class Whose:
    """Whose firms and people a page is about: mine, my unit's, everybody's."""

    MINE, UNIT, ALL = "mine", "unit", "all"

    def __init__(self, user: User, asked: str):
        self.user = user
        self.value = asked if asked in self.choices(user) else self.choices(user)[0]

    @classmethod
    def choices(cls, user: User) -> list[str]:
        if user.scope_of(P.MERCHANT_VIEW) is Scope.DISTRICT:
            return [cls.ALL, cls.UNIT, cls.MINE]
        return [cls.UNIT, cls.MINE]

    def where(self, of: Noun = Enterprise) -> sa.ColumnElement[bool]:
        if self.value == self.MINE:
            return of.follow_user_id == self.user.id
        return of.follow_unit_id == self.user.unit_id if self.value == self.UNIT else sa.true()

    @property
    def args(self) -> dict[str, Any]:
        """The same in the address of the list of firms."""
        if self.value == self.MINE:
            return {"follower": "me"}
        return {"unit": self.user.unit_id} if self.value == self.UNIT else {}


def counted(parts: Iterable[sa.Select[Any]]) -> int:
    """How many rows, up to MOST: each part stops there."""
    limited = [
        sa.select(sa.func.count()).select_from(part.limit(MOST).subquery()).scalar_subquery()
        for part in parts
    ]
    total: Any = sum(limited[1:], limited[0])
    return min(MOST, int(db.session.scalar(sa.select(total)) or 0))


def said(number: int) -> str:
    return f"{MOST - 1}+" if number >= MOST else str(number)


def _number(whose: Whose, ranges: Iterable[sa.ColumnElement[bool]], of: Noun) -> int:
    return counted([sa.select(of.id).where(whose.where(of), one) for one in ranges])


def number_late(whose: Whose, watch: Watch, of: Noun = Enterprise) -> int:
    return _number(whose, _ranges(watch.standings, days_of(watch), of), of)


def number_to_sleep(whose: Whose, of: Noun = Enterprise) -> int:
    days = settings.get("merchant.sleep_days")
    return _number(whose, _ranges(Watch.ORDINARY.standings, days, of), of)


def number_never_met(whose: Whose, of: Noun = Enterprise) -> int:
    return _number(whose, _never(of), of)


def numbers_by_completeness(whose: Whose) -> tuple[dict[Band, int], dict[Fact, int]]:
    """How many in each band, and how many lack each fact. Who follows is not in the table: mine are looked up."""

    if whose.value == Whose.MINE:
        mine = sa.select(Enterprise.id).where(whose.where()).limit(MOST_MINE)
        told = db.session.execute(
            sa.select(FACTS.score, FACTS.lacks).where(FACTS.enterprise_id.in_(mine))
        ).all()
        return (
            {band: min(MOST, sum(row.score in band.scores for row in told)) for band in Band},
            {fact: min(MOST, sum(bool(row.lacks & fact.bit) for row in told)) for fact in Fact},
        )

    def rows(where: sa.ColumnElement[bool]) -> list[sa.Select[Any]]:
        found = sa.select(FACTS.enterprise_id).where(where)
        return [
            found.where(FACTS.follow_unit_id == whose.user.unit_id) if whose.value == Whose.UNIT else found
        ]

    bands = {band: counted(rows(FACTS.score.in_(list(band.scores)))) for band in Band}
    return bands, {fact: counted(rows(FACTS.lacks.in_(masks_lacking(fact)))) for fact in Fact}


# --- who wants to come back ---------------------------------------------------------------------------------


def intents_visible_to(user: User) -> sa.Select[Any]:
    """What is said of the firms I may see."""
    rows = sa.select(ReturnIntent)
    if user.scope_of(P.MERCHANT_VIEW) is Scope.DISTRICT:
        return rows
    firm = merchants.visible_to(user).where(Enterprise.id == ReturnIntent.enterprise_id)
    return rows.where(firm.with_only_columns(Enterprise.id).correlate(ReturnIntent).exists())


def intents_loaded(rows: sa.Select[Any]) -> sa.Select[Any]:
    return rows.options(
        joinedload(ReturnIntent.enterprise), joinedload(ReturnIntent.author), joinedload(ReturnIntent.unit),
        joinedload(ReturnIntent.contact_log),
    )  # fmt: skip


def intents_of(enterprise_id: int) -> Sequence[ReturnIntent]:
    rows = intents_loaded(sa.select(ReturnIntent).where(ReturnIntent.enterprise_id == enterprise_id))
    return db.session.scalars(
        rows.order_by(ReturnIntent.said_on.desc(), ReturnIntent.id.desc()).limit(10)
    ).all()


def in_force(enterprise_id: int) -> Sequence[ReturnIntent]:
    rows = sa.select(ReturnIntent).where(
        ReturnIntent.enterprise_id == enterprise_id, ReturnIntent.until_on.is_(None)
    )
    return db.session.scalars(rows).all()


def files_of(intents: Sequence[ReturnIntent]) -> dict[int, list[StoredFile]]:
    return hanging_on(NOUN, [one.id for one in intents])


def logs_to_choose(user: User, enterprise_id: int) -> list[tuple[int, str]]:
    """The latest talks with the firm that I may see, one of which may be where it was said."""
    rows = contacts.visible_to(user).where(ContactLog.enterprise_id == enterprise_id)
    columns = rows.with_only_columns(ContactLog.id, ContactLog.happened_at, ContactLog.summary)
    found = db.session.execute(
        columns.order_by(ContactLog.happened_at.desc(), ContactLog.id.desc()).limit(20)
    )
    return [
        (id, f"{clock.local(at).date().isoformat()} {mask_text(' '.join(text.split()))[:40]}")
        for id, at, text in found
    ]


def number_willing(whose: Whose) -> int:
    """Statements in force that say yes or perhaps: read from their own, small table."""
    rows = (
        sa.select(ReturnIntent.id)
        .join(Enterprise)
        .where(
            whose.where(),
            ReturnIntent.until_on.is_(None),
            ReturnIntent.intent.in_((Intent.ACTIVE, Intent.WAITING)),
        )
    )
    return counted([rows])


# --- places and chambers ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Place:
    code: str
    name: str
    firms: int


def in_place(code: str) -> sa.ColumnElement[bool]:
    """By the four digits of the city, which are indexed; a province by those of all its cities."""
    if len(code) >= 4:
        here = Enterprise.region_prefix == code[:4]
        return here if len(code) == 4 else sa.and_(here, Enterprise.region_code.startswith(code))
    return Enterprise.region_prefix.in_([code, *(one.code for one in regions.children(code))])


def places(whose: Whose, under: str) -> list[Place]:
    """The provinces, or the cities of one: a thousand index entries each at the most, one statement."""
    below = regions.children(under)
    if not below:
        return []
    numbers = [
        sa.select(sa.func.count())
        .select_from(sa.select(Enterprise.id).where(whose.where(), in_place(one.code)).limit(MOST).subquery())
        .scalar_subquery()
        for one in below
    ]
    told = db.session.execute(sa.select(*numbers)).one()
    return [Place(one.code, one.name, number) for one, number in zip(below, told, strict=True) if number]


@dataclass(frozen=True)
class Gathering:
    """A city's page, or a chamber's: how many there are, and those that matter."""

    firms: int
    key: int
    keys: Sequence[Enterprise]  # the first of them
    late: int  # key ones that are to be contacted
    wish: int
    willing: Sequence[ReturnIntent]
    deals: Sequence[Deal]


def gathering(whose: Whose, where: sa.ColumnElement[bool]) -> Gathering:
    """Seven statements. Key merchants, statements and deals are few: `where` is asked of those, not of the base."""
    here = sa.select(Enterprise).where(whose.where(), where)
    key = here.where(Enterprise.standing == Standing.KEY)
    late = is_late(Watch.KEY)
    willing = intents_loaded(intents_visible_to(whose.user)).where(
        ReturnIntent.until_on.is_(None),
        ReturnIntent.intent.in_((Intent.ACTIVE, Intent.WAITING)),
        sa.exists().where(Enterprise.id == ReturnIntent.enterprise_id, whose.where(), where),
    )
    of_deals = deals.with_names(deals.visible_to(whose.user))
    of_deals = of_deals.where(sa.exists().where(Enterprise.id == Deal.enterprise_id, where))
    return Gathering(
        firms=counted([here.with_only_columns(Enterprise.id)]),
        key=counted([key.with_only_columns(Enterprise.id)]),
        wish=counted([willing.with_only_columns(ReturnIntent.id)]),
        keys=db.session.scalars(
            key.options(joinedload(Enterprise.follow_unit))
            .order_by(Enterprise.name, Enterprise.id)
            .limit(ROWS)
        ).all(),
        late=counted([key.where(late).with_only_columns(Enterprise.id)]),
        willing=db.session.scalars(willing.order_by(ReturnIntent.said_on.desc()).limit(ROWS)).all(),
        deals=db.session.scalars(of_deals.order_by(Deal.id.desc()).limit(8)).all(),
    )


def chambers(whose: Whose, words: str, after: str = "") -> list[tuple[str, int]]:
    """Names of chambers in order, from `after` on, ROWS at a time, with how many firms each has.

    Each name is one look into the index of names, past all firms of the one before (`min` of what is greater): as many
    looks as there are chambers at the most. Two statements.
    """
    least = sa.select(sa.func.min(Enterprise.chamber).label("name"))
    names = least.where(Enterprise.chamber > after).cte("names", recursive=True)
    following = least.where(Enterprise.chamber > names.c.name).correlate(names).scalar_subquery()
    names = names.union_all(sa.select(following).where(names.c.name.is_not(None)))
    found = sa.select(names.c.name).where(names.c.name.contains(words, autoescape=True)).limit(ROWS)
    some = db.session.scalars(found).all()
    of_each = sa.select(Enterprise.chamber, sa.func.count()).where(
        whose.where(), Enterprise.chamber.in_(some)
    )
    numbers = (
        {row[0]: row[1] for row in db.session.execute(of_each.group_by(Enterprise.chamber))} if some else {}
    )
    return [(name, numbers[name]) for name in some if name in numbers]


def people_of(user: User, chamber: str) -> Sequence[Person]:
    rows = merchants.people_visible_to(user).where(Person.chamber == chamber)
    return db.session.scalars(rows.order_by(Person.chamber_title.desc(), Person.name).limit(ROWS)).all()


def records_of(user: User, chamber: str) -> Sequence[Enterprise]:
    """The chamber's own record in the base, where it has one."""
    return db.session.scalars(merchants.visible_to(user).where(Enterprise.name == chamber).limit(3)).all()
