"""The standing queue of 查重: its heaps, its filters, its pages, and the pairs that hang together.

A page is read by key (`after`), never by counting rows from the top, so that the thousandth page costs what the
first does and a decision made meanwhile shifts nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlencode

import sqlalchemy as sa
from sqlalchemy import orm

from crm.db import db
from crm.lib import clock
from crm.lib.enums import Labelled
from crm.lib.words import N_
from crm.merchants.identity import Likeness
from crm.merchants.models import Suspect, SuspectState
from crm.merchants.placing import MODELS
from crm.merchants.queries import TO_LOOK_AT, rows_of
from crm.merchants.signs import Sign
from crm.org.guard import within
from crm.org.models import User
from crm.org.permissions import Permission as P
from crm.org.permissions import Scope
from crm.reference import regions

from .grouping import Edge, Group, groups, webs
from .models import Merge

PAGE = 25
MOST_COUNTED = 1000  # a heap is counted up to here: 999+ says enough
MOST_REACHED = 3000  # pairs looked at for one page's groups
MOST_STEPS = 40


class Heap(Labelled):
    """Where a pair lies. `msgid` is its tab. DECIDED: what was put to people as one or perhaps one, whatever they
    said: the pairs behind the figures of the engine's page."""

    OPEN = "open", N_("待判定")
    ELSEWHERE = "elsewhere", N_("需他单位判定")
    RELATIONS = "relations", N_("关联线索")
    DIFFERENT = "different", N_("不是同一家")
    RELATED = "related", N_("有关联")
    DECIDED = "decided", N_("已判定")

    @property
    def waits(self) -> bool:
        return self in (Heap.OPEN, Heap.ELSEWHERE, Heap.RELATIONS)


BANDS = (Likeness.VERY_LIKELY, Likeness.LIKELY, Likeness.POSSIBLE)
FLOORS = {Likeness.VERY_LIKELY: (0.95, 2.0), Likeness.LIKELY: (0.6, 0.95), Likeness.POSSIBLE: (-1.0, 0.6)}


class Found(Labelled):
    """When the pair was found."""

    DAY = "1", N_("一天内")
    WEEK = "7", N_("七天内")
    MONTH = "30", N_("三十天内")
    OLDER = "older", N_("三十天以前")


LIKELIEST = (Suspect.score.desc(), Suspect.id.desc())
LAST_DECIDED = (Suspect.decided_at.desc(), Suspect.id.desc())
ARGUMENTS = ("show", "noun", "about", "band", "sign", "unit", "city", "found", "since", "until", "mine")
"""What an address may narrow the queue by; where a page of it begins is no part of it."""
SETTLED = (SuspectState.MERGED, SuspectState.DIFFERENT, SuspectState.RELATED)
ACROSS = "across"  # as a unit: pairs that no unit holds both sides of


@dataclass(frozen=True)
class Asked:
    """What the address asks for. The same address is the same queue, for whoever may open it."""

    heap: Heap = Heap.OPEN
    noun: str = ""
    about: int = 0  # only pairs of this record; with a noun
    band: Likeness | None = None
    sign: Sign | None = None
    unit: str = ""
    city: str = ""
    found: Found | None = None
    since: dt.date | None = None  # decided on this day or later
    until: dt.date | None = None
    mine: bool = False
    after: str = ""
    given: dict[str, str] = field(default_factory=dict, compare=False)  # as it stands in the address

    @classmethod
    def of(cls, args: Mapping[str, str]) -> Asked:
        heap = Heap.of(args.get("show")) or Heap.OPEN
        noun, about, unit = args.get("noun", ""), args.get("about", ""), args.get("unit", "")
        band = Likeness.of(args.get("band"))
        if noun not in MODELS:
            noun, about = "", ""
        asked = cls(
            heap=heap,  # type: ignore[arg-type]
            noun=noun,
            about=_number(about),
            band=band if band in BANDS else None,  # type: ignore[arg-type]
            sign=Sign.of(args.get("sign")),  # type: ignore[arg-type]
            unit=ACROSS if unit == ACROSS else str(_number(unit) or ""),
            city=args.get("city", "").strip()[:40],
            found=Found.of(args.get("found")),  # type: ignore[arg-type]
            since=_day(args.get("since", "")),
            until=_day(args.get("until", "")),
            mine=args.get("mine") == "1",
            after=args.get("after", "")[:60],
        )
        return replace(asked, given=asked._address())

    def _address(self) -> dict[str, str]:
        pairs = {
            "show": self.heap.value if self.heap is not Heap.OPEN else "",
            "noun": self.noun,
            "about": str(self.about or ""),
            "band": self.band.value if self.band else "",
            "sign": self.sign.value if self.sign else "",
            "unit": self.unit,
            "city": self.city,
            "found": self.found.value if self.found else "",
            "since": self.since.isoformat() if self.since else "",
            "until": self.until.isoformat() if self.until else "",
            "mine": "1" if self.mine else "",
        }
        return {key: value for key, value in pairs.items() if value}

    def query(self, **changes: str) -> str:
        """The address's arguments with some changed; '' takes one away."""
        pairs = {key: value for key, value in (self.given | changes).items() if value}
        return urlencode(pairs)

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """The address for who has another usual heap: this one is always named."""
        return list((self.given | {"show": self.heap.value}).items())

    @property
    def narrowed(self) -> bool:
        return bool(set(self.given) - {"show"})


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0


def _day(text: str) -> dt.date | None:
    try:
        day = dt.date.fromisoformat(text[:10])
    except ValueError:
        return None
    return day if 1900 < day.year < 2200 else None


# --- who may --------------------------------------------------------------------------------------------------


MINE = {Scope.OWN: ("user_id", "id"), Scope.UNIT: ("unit_id", "unit_id")}  # of the pair, of the user


def may_decide(user: User, suspect: Suspect) -> bool:
    """Whether this pair waits for this user's judgement; the rule is told in `placing`."""
    scope = user.scope_of(P.SUSPECT_DECIDE)
    if scope is None or scope is Scope.DISTRICT:
        return scope is Scope.DISTRICT
    of_pair, of_user = MINE[scope]
    return getattr(suspect, of_pair) == getattr(user, of_user)


def decidable(pair: Any, user: User) -> sa.ColumnElement[bool]:
    scope = user.scope_of(P.SUSPECT_DECIDE)
    if scope is None or scope is Scope.DISTRICT:
        return sa.true() if scope is Scope.DISTRICT else sa.false()
    of_pair, of_user = MINE[scope]
    return getattr(pair, of_pair) == getattr(user, of_user)


def undecidable(pair: Any, user: User) -> sa.ColumnElement[bool]:
    """The other pairs: not simply the opposite, since of a pair that nobody holds NULL says neither."""
    scope = user.scope_of(P.SUSPECT_DECIDE)
    if scope is None or scope is Scope.DISTRICT:
        return sa.false() if scope is Scope.DISTRICT else sa.true()
    of_pair, of_user = MINE[scope]
    return getattr(pair, of_pair).is_distinct_from(getattr(user, of_user))


def touching(pair: Any, user: User) -> sa.ColumnElement[bool]:
    """One side at least is mine or my unit's."""
    scope = user.scope_of(P.MERCHANT_VIEW)
    if scope is Scope.DISTRICT:
        return sa.true()
    sides = []
    for noun, model in MODELS.items():
        mine = within(
            scope,
            user,
            units=[model.follow_unit_id, model.first_report_unit_id],
            owners=[model.follow_user_id, model.first_report_user_id],
        )
        sides.append(sa.and_(pair.noun == noun, _either(pair, sa.select(model.id).where(mine))))
    return sa.or_(*sides)


def seen_by(pair: Any, user: User) -> sa.ColumnElement[bool]:
    """One side at least is one I may open, be it by a deal or a lead: asked pair by pair, so for few of them."""
    if user.scope_of(P.MERCHANT_VIEW) is Scope.DISTRICT:
        return sa.true()
    sides = []
    for noun, model in MODELS.items():
        ids = rows_of(noun, user).with_only_columns(model.id)
        here = ids.where(sa.or_(pair.a_id == model.id, pair.b_id == model.id)).correlate(pair).exists()
        sides.append(sa.and_(pair.noun == noun, here))
    return sa.or_(*sides)


def _either(pair: Any, ids: sa.Select[Any]) -> sa.ColumnElement[bool]:
    return sa.or_(pair.a_id.in_(ids), pair.b_id.in_(ids))


# --- what lies where --------------------------------------------------------------------------------------------


def lies_in(pair: Any, heap: Heap, user: User, *, near: bool = False) -> sa.ColumnElement[bool]:
    """The pairs of a heap as this user has it. `near`: there are few of them, so ask exactly."""
    seen = seen_by if near else touching
    if heap is Heap.DECIDED:
        return sa.and_(pair.state.in_(SETTLED), pair.verdict.in_(TO_LOOK_AT), seen(pair, user))
    if heap is Heap.DIFFERENT or heap is Heap.RELATED:
        return sa.and_(pair.state == SuspectState(heap.value), seen(pair, user))
    waits = pair.state == SuspectState.OPEN
    if heap is Heap.RELATIONS:
        return sa.and_(waits, pair.verdict.not_in(TO_LOOK_AT), decidable(pair, user))
    waits = sa.and_(waits, pair.verdict.in_(TO_LOOK_AT))
    if heap is Heap.OPEN:
        return sa.and_(waits, decidable(pair, user))
    return sa.and_(waits, undecidable(pair, user), seen(pair, user))


def conditions(pair: Any, asked: Asked, user: User) -> list[sa.ColumnElement[bool]]:
    """All that the address narrows the queue to."""
    wanted = [lies_in(pair, asked.heap, user, near=bool(asked.about))]
    if asked.noun:
        wanted.append(pair.noun == asked.noun)
    if asked.about:
        wanted.append(sa.or_(pair.a_id == asked.about, pair.b_id == asked.about))
    if asked.band is not None:
        low, high = FLOORS[asked.band]
        wanted += [pair.score >= low, pair.score < high]
    if asked.sign is not None:
        wanted.append(pair.signs.op("&")(asked.sign.bit) != 0)
    if asked.unit == ACROSS:
        wanted.append(pair.unit_id.is_(None))
    elif asked.unit:
        unit_id = int(asked.unit)
        wanted.append(_of_records(pair, lambda model: [
            model.follow_unit_id == unit_id, model.first_report_unit_id == unit_id
        ]))  # fmt: skip
    if asked.city:
        code = regions.find(asked.city)
        wanted.append(_of_records(pair, lambda model: [_lies(model, code)]) if code else sa.false())
    if asked.found is Found.OLDER:
        wanted.append(pair.found_at < clock.now() - dt.timedelta(days=30))
    elif asked.found is not None:
        wanted.append(pair.found_at >= clock.now() - dt.timedelta(days=int(asked.found.value)))
    if asked.since is not None:
        wanted.append(pair.decided_at >= clock.start_of(asked.since))
    if asked.until is not None:
        wanted.append(pair.decided_at < clock.start_of(asked.until + dt.timedelta(days=1)))
    if asked.mine:
        wanted.append(_of_records(pair, lambda model: [
            model.follow_user_id == user.id, model.first_report_user_id == user.id
        ]))  # fmt: skip
    return wanted


def _lies(model: Any, code: str) -> sa.ColumnElement[bool]:
    return model.region_prefix == code if len(code) == 4 else model.region_code.startswith(code)


def _of_records(pair: Any, which: Any) -> sa.ColumnElement[bool]:
    return sa.or_(
        *(
            sa.and_(pair.noun == noun, _either(pair, sa.select(model.id).where(sa.or_(*which(model)))))
            for noun, model in MODELS.items()
        )
    )


# --- how many ---------------------------------------------------------------------------------------------------


def waiting(user: User, heap: Heap = Heap.OPEN, most: int = MOST_COUNTED) -> int:
    """How many pairs of a heap there are, counted up to `most`."""
    rows = sa.select(Suspect.id).where(lies_in(Suspect, heap, user)).limit(most)
    return db.session.scalar(sa.select(sa.func.count()).select_from(rows.subquery())) or 0


def counted(user: User, asked: Asked, most: int = MOST_COUNTED) -> int:
    return counts(user, [asked], most)[0]


def counts(user: User, asked: Sequence[Asked], most: int = MOST_COUNTED) -> list[int]:
    """How many each of these has, counted up to `most`: one statement for all the figures of a page."""
    if not asked:
        return []
    rows = (
        sa.select(Suspect.id).where(*conditions(Suspect, one, user)).limit(most).subquery() for one in asked
    )
    figures = [sa.select(sa.func.count()).select_from(one).scalar_subquery() for one in rows]
    return list(db.session.execute(sa.select(*figures)).one())


def number_said(number: int) -> str:
    """999+ at the most; '' for none."""
    return f"{MOST_COUNTED - 1}+" if number >= MOST_COUNTED else str(number or "")


def said(user: User) -> str:
    """How many pairs wait for this user, as the menu and the desk say it."""
    return number_said(waiting(user)) if user.may(P.SUSPECT_DECIDE) else ""


def decided_today(user: User) -> int:
    """How often I have decided since midnight: pairs decided in one act count once, a merge is one act."""
    acts = (
        sa.select(Suspect.decided_at)
        .where(
            Suspect.decided_by_id == user.id,
            Suspect.decided_at >= _midnight(),
            Suspect.state != SuspectState.MERGED,
        )
        .distinct()
        .subquery()
    )
    merges = sa.select(sa.func.count(Merge.id)).where(
        Merge.merged_by_id == user.id, Merge.merged_at >= _midnight(), Merge.undone_at.is_(None)
    )
    told = sa.select(
        sa.select(sa.func.count()).select_from(acts).scalar_subquery() + merges.scalar_subquery()
    )
    return db.session.scalar(told) or 0


def _midnight() -> dt.datetime:
    """Of the real day, not the demo district's: decisions are stamped with real moments."""
    return clock.start_of(clock.real_day())


# --- a page -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Item:
    """A line of the list: a pair, or pairs that hang together. Its address is its likeliest pair's."""

    suspect: Suspect
    pairs: tuple[int, ...]  # suspect ids, likeliest first
    members: tuple[int, ...]  # record ids


@dataclass(frozen=True)
class Page:
    items: list[Item]
    after: str  # the next page's key; '' at the end


def page(user: User, asked: Asked, size: int = PAGE) -> Page:
    """The next lines from `asked.after` on: likeliest first; among the decided, the newest first."""
    order = LIKELIEST if asked.heap.waits else LAST_DECIDED
    at = Suspect.score if asked.heap.waits else Suspect.decided_at
    rows = sa.select(Suspect).where(*conditions(Suspect, asked, user))
    if (key := _key_of(asked)) is not None:
        rows = rows.where(sa.tuple_(at, Suspect.id) < sa.tuple_(*key))
    rows = rows.order_by(*order).limit(size + 1)
    found = list(db.session.scalars(rows))
    more = len(found) > size
    found = found[:size]
    items = _grouped(found, user, asked) if asked.heap is Heap.OPEN else [alone(one) for one in found]
    return Page(items, _key(found[-1], asked) if more else "")


def _key(suspect: Suspect, asked: Asked) -> str:
    value = repr(suspect.score) if asked.heap.waits else (suspect.decided_at or clock.now()).isoformat()
    return f"{value}~{suspect.id}"


def _key_of(asked: Asked) -> tuple[Any, Any] | None:
    value, tilde, number = asked.after.partition("~")
    if not tilde or not _number(number):
        return None
    try:
        if asked.heap.waits:
            return sa.literal(float(value)), sa.literal(int(number))
        moment = dt.datetime.fromisoformat(value)
    except ValueError:
        return None
    if moment.tzinfo is None:
        return None
    return sa.literal(moment, Suspect.decided_at.type), sa.literal(int(number))


def alone(suspect: Suspect) -> Item:
    return Item(suspect, (suspect.id,), (suspect.a_id, suspect.b_id))


def _grouped(found: Sequence[Suspect], user: User, asked: Asked) -> list[Item]:
    """Each group once, at its likeliest pair: a pair whose group was shown further up is left out."""
    leaders: dict[int, Group] = {}
    for noun in dict.fromkeys(one.noun for one in found):
        for group in _groups_of([one for one in found if one.noun == noun], noun, user, asked):
            leaders[group.leader.id] = group
    items = []
    for suspect in found:
        if led := leaders.get(suspect.id):
            items.append(Item(suspect, tuple(edge.id for edge in led.edges), led.members))
    return items


def _groups_of(found: Sequence[Suspect], noun: str, user: User, asked: Asked) -> list[Group]:
    """From the records of these pairs outwards along the queue's own pairs, one statement for each step.

    Two steps at least, so that the page costs the same however the pairs lie; most groups are closed after one.
    A web that grows beyond MOST_PAIRS for each seed is left alone: see `grouping`.
    """
    pair = orm.aliased(Suspect)
    wanted = conditions(_Unindexed(pair), replace(asked, noun=noun), user)  # type: ignore[arg-type]
    seeds = [Edge(one.id, one.a_id, one.b_id, one.score) for one in found]
    reached: dict[int, Edge] = {edge.id: edge for edge in seeds}
    seen: set[int] = set()
    for step in range(MOST_STEPS):
        fresh = {record_id for edge in reached.values() for record_id in (edge.a, edge.b)} - seen
        if (step > 1 and not fresh) or len(reached) > MOST_REACHED:
            break
        seen |= fresh
        rows = sa.select(pair.id, pair.a_id, pair.b_id, pair.score).where(
            sa.or_(pair.a_id.in_(fresh), pair.b_id.in_(fresh)), *wanted
        )
        for row in db.session.execute(rows.limit(MOST_REACHED)):
            reached[row.id] = Edge(*row)
    return [group for web in webs(seeds, reached.values()) for group in groups(web)]


class _Unindexed:
    """A pair's columns for conditions that must not choose the index: few records are asked after, so the way is
    from the records to their pairs. SQLite would rather walk the whole queue for each step."""

    def __init__(self, pair: Any):
        self._pair = pair

    def __getattr__(self, name: str) -> Any:
        column = getattr(self._pair, name)
        return column if name in ("a_id", "b_id") else sa.func.coalesce(column, column, type_=column.type)


def item_of(suspect: Suspect, user: User) -> Item:
    """The line this pair stands in when nothing narrows the queue: its group, whichever of its pairs is named."""
    if suspect.state is not SuspectState.OPEN or suspect.verdict not in TO_LOOK_AT:
        return alone(suspect)
    if not may_decide(user, suspect):
        return alone(suspect)
    for group in _groups_of([suspect], suspect.noun, user, Asked()):
        if any(edge.id == suspect.id for edge in group.edges):
            leader = (
                suspect if group.leader.id == suspect.id else db.session.get_one(Suspect, group.leader.id)
            )
            return Item(leader, tuple(edge.id for edge in group.edges), group.members)
    return alone(suspect)


def visible(user: User) -> sa.Select[Suspect]:
    """Pairs this user may open: those to decide, and those one side of which may be seen."""
    return sa.select(Suspect).where(sa.or_(decidable(Suspect, user), seen_by(Suspect, user)))
