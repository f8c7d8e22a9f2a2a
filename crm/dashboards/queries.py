"""What the pictures are made of. Nothing is counted here: indicators count, targets and the funnel of review are asked.

A page costs one statement for each indicator it shows, however many pictures, months and units are made of it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from werkzeug.datastructures import MultiDict

from crm.db import db
from crm.deals.models import DealSpan
from crm.deals.stages import DealState, Stage
from crm.indicators import catalogue, counting, ranking
from crm.indicators import queries as indicators
from crm.indicators.catalogue import CATALOGUE, Indicator
from crm.indicators.counting import Count, total
from crm.indicators.earlier import unknown
from crm.indicators.progress import Against, Window, before, growth, months_of, percent
from crm.lib import clock
from crm.lists import asked
from crm.org.district_map import PLACES, Tile, drawn
from crm.org.models import Unit, User
from crm.org.permissions import Permission as P
from crm.org.permissions import Role
from crm.review import queries as review
from crm.review.lists import AS_OF
from crm.targets import queries as targets

from .shades import shades
from .whose import FIGURES, Whose

MOST_RANKED = 15
MOST_ROWS = 40


@dataclass(frozen=True)
class Year:
    """The months of a year so far, the same months of the year before; and what each unit did in this year's, if asked.
    `unknown`: so many months of the year before ended before anything was recorded."""

    months: list[Window]
    now: list[Count]
    then: list[Count]
    by_unit: Sequence[Mapping[int | None, Count]]
    unknown: int

    @property
    def has_then(self) -> bool:
        return self.unknown < len(self.then)


@dataclass(frozen=True)
class Look:
    """Who looks, and at whose figures; with what this page has read of each indicator."""

    user: User
    whose: Whose
    read: dict[str, Year] = field(default_factory=dict, compare=False, repr=False)

    @property
    def unit_id(self) -> int | None:
        return self.user.unit_id if self.whose is Whose.UNIT else None

    @property
    def person_id(self) -> int | None:
        return self.user.id if self.whose is Whose.MINE else None

    def may_show(self, one: Indicator) -> bool:
        """Whether the indicator's list can say which rows are theirs."""
        if self.whose is Whose.MINE:
            return bool(one.person)
        return one.by_unit or self.whose is Whose.DISTRICT

    def sees_whole(self, one: Indicator) -> bool:
        if self.whose is Whose.DISTRICT:
            return one.sees_all(self.user)
        return self.whose is Whose.MINE or one.sees(self.user, self.unit_id)

    def url(self, one: Indicator, window: Window) -> str:
        return one.url(window, self.unit_id, self.person_id)

    def year(self, one: Indicator, by_unit: bool = False) -> Year:
        """Of what is counted by its days: read once for figure, curve, rank, months and map together. Each of them by itself
        would go through the same hundreds of thousands of sums."""
        if one.key not in self.read or (by_unit and not self.read[one.key].by_unit):
            months = months_of(so_far(one))
            years = [*months, *(before(month) for month in months)]
            units = counting.by_unit(one, self.user, years) if by_unit else []
            if by_unit:
                told = [total(list(month.values())) for month in units]
            else:
                told = counting.counts(one, self.user, years, self.unit_id, self.person_id)
            n = len(months)
            none = unknown(one, self.user, years[n:], [bool(count.rows) for count in told[n:]])
            self.read[one.key] = Year(months, told[:n], told[n:], units[:n], none)
        return self.read[one.key]

    def count(self, one: Indicator, window: Window) -> Decimal:
        """Its year so far, out of the months if a picture has read them."""
        if one.key in self.read:
            return total(self.read[one.key].now).value
        return counting.count(one, self.user, window, self.unit_id).value


def so_far(one: Indicator) -> Window:
    """Its year as far as it is known; of what has no days the whole year."""
    year = one.of_year(one.year_now())
    return Window(year.first, counting.last_known(one, year)) if one.days else year


def choices(look: Look) -> list[Indicator]:
    return [one for one in catalogue.every(look.user) if look.may_show(one)]


# --- five figures, and their months ------------------------------------------------------------------------


@dataclass(frozen=True)
class Cell:
    """A figure and the rows behind it; `shade` says how much it is among its like."""

    value: Decimal
    url: str | None
    shade: int = 0


@dataclass(frozen=True)
class Figure:
    one: Indicator
    now: Cell
    growth: Decimal | None
    has_then: bool
    months: list[Cell]


def figures(look: Look) -> list[Figure]:
    """This year so far beside the same days of the year before, and each month."""
    found = []
    for key in FIGURES[look.whose]:
        one = CATALOGUE[key]
        if not one.may_see(look.user):
            continue
        year = look.year(one)
        shade = shades({at: count.value for at, count in enumerate(year.now)})
        cells = [
            Cell(count.value, look.url(one, year.months[at]) if count.rows else None, shade[at])
            for at, count in enumerate(year.now)
        ]
        now = Cell(total(year.now).value, look.url(one, so_far(one)))
        found.append(Figure(one, now, growth(now.value, total(year.then).value), year.has_then, cells))
    return found


# --- one indicator: by month, by unit, by person ------------------------------------------------------------


@dataclass(frozen=True)
class MonthPair:
    month: Window
    now: Decimal | None
    then: Decimal | None
    url: str
    then_url: str


def trend(look: Look, one: Indicator) -> list[MonthPair]:
    """The months of this year beside the same months of the year before; none of what is known by its year alone."""
    period = one.of_year(one.year_now())
    if not one.days or not counting.has_figures(one, period):
        return []
    pairs: list[tuple[Window, Decimal | None, Decimal | None]]
    if one.typed:  # where nothing was typed there is no figure, and not none
        typed = counting.months(one, look.user, period, so_far(one).last, look.unit_id, look.person_id)
        pairs = [(month.window, month.now, month.then) for month in typed]
    else:
        year = look.year(one)
        pairs = [
            (month, year.now[at].value, None if at < year.unknown else year.then[at].value)
            for at, month in enumerate(year.months)
        ]
    return [
        MonthPair(month, now, then, look.url(one, month), look.url(one, before(month)))
        for month, now, then in pairs
    ]


@dataclass(frozen=True)
class Line:
    """One unit or person: its figure, its place, what share of its target that is, its months."""

    label: str
    place: int
    whole: Cell
    done: Decimal | None
    months: Sequence[Cell]
    code: str = ""
    cell: str | None = None  # of the map; empty while nobody has said where it lies, None: no piece of land


def units(look: Look, one: Indicator) -> list[Line]:
    """Every unit with a figure or a target, and every piece of land, in their places."""
    window, nothing = so_far(one), Count()
    months = months_of(window) if one.days else []
    by_month: Sequence[Mapping[int | None, Count]]
    if months and not one.typed:  # a typed figure may be of several months, and is in none of them then
        by_month = look.year(one, by_unit=True).by_unit
        known_of = {unit_id for month in by_month for unit_id in month}
        whole = {id: total([month.get(id, nothing) for month in by_month]) for id in known_of}
    else:
        whole, *by_month = counting.by_unit(one, look.user, [window, *months])
    wanted = indicators.targets_of(one.key, one.of_year(one.year_now()))
    there = {id for id in (*whole, *wanted) if id is not None}
    rows = sa.select(Unit.id, Unit.code, Unit.name, Unit.kind, Unit.active, Unit.map_cell).where(
        sa.or_(Unit.id.in_(there), sa.and_(Unit.active, Unit.kind.in_(PLACES)))
    )
    known = [row for row in db.session.execute(rows.order_by(Unit.code)) if one.sees(look.user, row.id)]
    value = {row.id: whole.get(row.id, nothing).value for row in known}
    dark = shades(value)
    cell_dark = shades({
        (row.id, at): month.get(row.id, nothing).value for row in known for at, month in enumerate(by_month)
    })  # fmt: skip
    done = {row.id: percent(value[row.id], wanted.get(row.id)) for row in known}
    places = ranking.places({id: (value[id], done[id]) for id in value})
    lines = {}
    for row in known:

        def to(period: Window, count: Count, row: Any = row) -> str | None:
            return one.url(period, row.id) if row.active and count.rows else None

        lines[row.id] = Line(
            row.name, places[row.id], Cell(value[row.id], to(window, whole.get(row.id, nothing)), dark[row.id]),
            done[row.id],
            [
                Cell(month.get(row.id, nothing).value, to(months[at], month.get(row.id, nothing)), cell_dark[row.id, at])
                for at, month in enumerate(by_month)
            ],
            code=row.code, cell=(row.map_cell if row.active else "") if row.kind in PLACES else None,
        )  # fmt: skip
    return [lines[id] for id in places]


def map_of(lines: Sequence[Line]) -> list[Tile[Line]]:
    """The pieces of land where they lie; the others in the order of their codes, so that each is found where it was
    yesterday."""
    by_code = sorted(lines, key=lambda line: line.code)
    return drawn((line.cell, line) for line in by_code if line.cell is not None)


def people(look: Look, one: Indicator) -> list[Line]:
    """The people of the looker's own unit beside each other, also those without anything yet."""
    if not one.person or not one.sees(look.user, look.user.unit_id):
        return []
    window, unit_id = so_far(one), look.user.unit_id
    counted = counting.by_person(one, look.user, window, [unit_id])
    found = {person: count for (unit, person), count in counted.items() if unit == unit_id and person}
    at_work = sa.and_(
        User.active, User.unit_id == unit_id, User.role.in_((*targets.STAFF, Role.ADMINISTRATOR))
    )
    staff = sa.select(User.id, User.name, at_work.label("at_work")).where(
        sa.or_(User.id.in_(found), sa.and_(at_work, User.role != Role.ADMINISTRATOR))
    )
    rows = db.session.execute(staff.order_by(User.name, User.id)).all()
    value = {row.id: found[row.id].value if row.id in found else Decimal(0) for row in rows}
    places = ranking.places({id: (figure, None) for id, figure in value.items()})
    lines = {
        row.id: Line(
            row.name, places[row.id],
            Cell(value[row.id], one.url(window, unit_id, row.id) if row.id in found and row.at_work else None),
            None, []
        )
        for row in rows
    }  # fmt: skip
    return [lines[id] for id in places]


# --- targets ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Gauge:
    """A figure against its target, beside how much of the time is over."""

    one: Indicator
    against: Against
    url: str | None


def gauges(look: Look) -> list[Gauge]:
    """Everything that has a target for its year: the district's, the unit's, or what one has taken on oneself."""
    if not look.user.may(P.TARGET_VIEW):
        return []
    if look.whose is Whose.MINE:
        return _my_gauges(look)
    found, issued = [], {}
    for one in CATALOGUE.values():
        if not one.may_see(look.user) or not look.may_show(one) or not look.sees_whole(one):
            continue
        year = one.of_year(one.year_now())
        if year not in issued:
            issued[year] = indicators.all_targets(year)
        target = issued[year].get(one.key, {}).get(look.unit_id)
        if not target:
            continue
        window = so_far(one)
        known = counting.has_figures(one, year)
        actual = look.count(one, window) if known else None
        day = min(window.last, clock.today())
        against = Against(target, actual, year, day, margin=indicators.margin())
        found.append(Gauge(one, against, look.url(one, window) if known else None))
    return found


def _my_gauges(look: Look) -> list[Gauge]:
    mine = targets.held_by(look.user, clock.today().year, person_id=look.user.id)
    stands = targets.standings(look.user, mine)
    known = [(target, catalogue.find(target.indicator)) for target in mine]
    return [
        Gauge(one, stands[target.id], targets.rows_url(one, target))
        for target, one in known
        if one and one.may_see(look.user)
    ]


# --- the funnel ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Step:
    stage: Stage
    count: int
    wan: Decimal
    url: str


def funnel(look: Look) -> list[Step]:
    """What is moving today, stage by stage, as review counts it. Who sees a deal is not asked deal by deal where it would
    change nothing."""
    if not look.user.may(P.DEAL_VIEW):
        return []
    pairs = [("state", DealState.ACTIVE.value)]
    if look.unit_id is not None:
        pairs.append(("unit", str(look.unit_id)))
    if look.person_id is not None:
        pairs.append(("owner", str(look.person_id)))
    day: dt.date = clock.today()
    args = MultiDict([*pairs, ("on", day.isoformat())])
    if look.sees_whole(CATALOGUE["signed_deals"]):
        rows = sa.select(DealSpan).where(*asked.conditions_for(AS_OF, look.user, args))
    else:
        rows = asked.select_for(AS_OF, look.user, args)
    heads = review.heads(rows, day)
    return [
        Step(stage, heads[stage][0], Decimal(heads[stage][1]), AS_OF.url([*pairs, ("stage", stage.value)]))
        for stage in Stage
    ]
