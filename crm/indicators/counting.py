"""Figures out of filters: every number here is a count or a sum over the rows of an indicator's address.

One statement for any number of periods (UNION ALL of the list's own query, narrowed to each), so that a year of months
beside the year before costs what its rows cost in the index.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from werkzeug.datastructures import MultiDict

from crm.audit.models import Event
from crm.db import db
from crm.lib import clock
from crm.lists.asked import asked_for, filter_in_words, select_for
from crm.org.models import Unit, User

from . import queries
from .catalogue import Indicator
from .progress import Window, before, gone, months_of

FEW_ROWS = 500
NEWEST_EVENTS = 5_000
MOST_CHANGES = 10
MOST_SHOWN = 20


@dataclass(frozen=True)
class Count:
    """`value` is what the indicator says: the sum of its amount, or how many rows."""

    rows: int = 0
    value: Decimal = Decimal(0)


def rows_of(
    indicator: Indicator, user: User, window: Window, unit_id: int | None = None, person_id: int | None = None
) -> sa.Select[Any]:
    """The very rows that the link opens."""
    return select_for(indicator.page, user, MultiDict(indicator.pairs(window, unit_id, person_id)))


def _narrowed(indicator: Indicator, user: User, unit_id: int | None, person_id: int | None) -> sa.Select[Any]:
    """Its rows of whatever time: the filters of the address but the days, read once for all periods.

    Of what is seen whole it is not asked again row by row who sees it: it would change nothing (a test holds that), and
    PostgreSQL took seconds for a promoter's own visits among a million.
    """
    of_time = {f"{indicator.days}_from", f"{indicator.days}_to", indicator.year}
    day = Window(clock.today(), clock.today())
    pairs = [pair for pair in indicator.pairs(day, unit_id, person_id) if pair[0] not in of_time]
    if person_id == user.id or indicator.sees(user, unit_id):
        asked = asked_for(indicator.page, user, MultiDict(pairs))
        return sa.select(indicator.page.model).where(*(one.where for one in asked))
    return select_for(indicator.page, user, MultiDict(pairs)).order_by(None)


def _within(indicator: Indicator, user: User, window: Window) -> sa.ColumnElement[bool]:
    """What the list's own filter of days makes of a period."""
    wanted = indicator.days or indicator.year
    of_time = next(one for one in indicator.page.filters if one.key == wanted)
    if indicator.days:
        found: sa.ColumnElement[bool] = of_time.where((window.first, window.last), user)
        return found
    return sa.or_(
        *(of_time.where(str(year), user) for year in range(window.first.year, window.last.year + 1))
    )


def _summed(indicator: Indicator, rows: sa.Select[Any], at: int, *by: Any) -> sa.Select[Any]:
    # Rows are counted and not their keys: no index that holds what is added up need hold the key as well.
    return rows.with_only_columns(
        sa.literal_column(str(at)).label("at"), *by, sa.func.count().label("n"),
        _sum(indicator, _amount(indicator)).label("hundredths"), maintain_column_froms=True,
    )  # fmt: skip


def _count(indicator: Indicator, rows: int, hundredths: Any) -> Count:
    value = Decimal(rows) if indicator.amount is None else Decimal(int(hundredths)) / 100
    return Count(rows, value)


def counts(
    indicator: Indicator,
    user: User,
    windows: Sequence[Window],
    unit_id: int | None = None,
    person_id: int | None = None,
) -> list[Count]:
    """One statement, a figure for each period."""
    if person_id is not None and indicator.day is not None:
        return _by_day(indicator, user, _narrowed(indicator, user, unit_id, person_id), windows)
    return _together([indicator], user, windows, unit_id, person_id)[0]


def counts_of_all(
    indicators: Sequence[Indicator], user: User, windows: Sequence[Window], unit_id: int | None = None
) -> dict[str, list[Count]]:
    """counts() of several; what counts only some of another's rows is counted on the way through these."""
    families: list[list[Indicator]] = []
    for one in indicators:
        family = next((known for known in families if one.is_among(known[0])), None)
        if family:
            family.append(one)
        else:
            families.append([one])
    return {
        one.key: told
        for family in families
        for one, told in zip(family, _together(family, user, windows, unit_id), strict=True)
    }


def _together(
    family: Sequence[Indicator],
    user: User,
    windows: Sequence[Window],
    unit_id: int | None,
    person_id: int | None = None,
) -> list[list[Count]]:
    """One statement for the first and for what counts among its rows."""
    head, *others = family
    found = [[Count()] * len(windows) for _one in family]
    rows = _narrowed(head, user, unit_id, person_id)
    among = [column for one in others for column in _among(one, head, user)]
    parts = [
        _summed(head, rows.where(_within(head, user, window)), at).add_columns(*among)
        for at, window in enumerate(windows)
        if not window.is_empty
    ]
    if parts:
        for at, *told in db.session.execute(sa.union_all(*parts) if len(parts) > 1 else parts[0]):
            for place, one in enumerate(family):
                n, hundredths = told[2 * place : 2 * place + 2]
                found[place][at] = _count(one, n or 0, hundredths or 0)
    return found


def _among(one: Indicator, head: Indicator, user: User) -> list[Any]:
    """How many of the head's rows are its own, and their sum."""
    further = MultiDict(one.fixed[len(head.fixed) :])
    mine = sa.and_(sa.true(), *(asked.where for asked in asked_for(one.page, user, further)))
    return [sa.func.sum(sa.case((mine, 1), else_=0)), _sum(one, sa.case((mine, _amount(one)), else_=0))]


def _sum(indicator: Indicator, amount: Any) -> Any:
    """None where rows are counted: a sum of noughts costs the engines as much as one of money."""
    return sa.literal_column("0") if indicator.amount is None else sa.func.coalesce(sa.func.sum(amount), 0)


def _amount(indicator: Indicator) -> Any:
    """In hundredths, as it is stored."""
    if indicator.amount is None:
        return sa.literal_column("0")
    return sa.type_coerce(indicator.amount, sa.BigInteger)


def _by_day(indicator: Indicator, user: User, rows: sa.Select[Any], windows: Sequence[Window]) -> list[Count]:
    """counts() of few rows that are found by whose they are and not by their days: the engine reads them once and adds up
    their days, which are put into the periods here. It would go for them anew for each period."""
    found = [Count()] * len(windows)
    asked = [window for window in windows if not window.is_empty]
    if not asked:
        return found
    whole = Window(min(one.first for one in asked), max(one.last for one in asked))
    told = _summed(indicator, rows.where(_within(indicator, user, whole)), 0, indicator.day)
    for _at, day, n, hundredths in db.session.execute(told.group_by(indicator.day)):
        more = _count(indicator, n, hundredths)
        for at, window in enumerate(windows):
            if window.first <= day <= window.last:
                found[at] = Count(found[at].rows + more.rows, found[at].value + more.value)
    return found


def total(parts: Sequence[Count]) -> Count:
    """Of periods that follow one another, what they are together: a year of months need not be read twice."""
    return Count(sum(one.rows for one in parts), sum((one.value for one in parts), Decimal(0)))


def of_typed(
    indicator: Indicator,
    typed: Sequence[queries.Typed],
    windows: Sequence[Window],
    unit_id: int | None = None,
) -> list[Count]:
    """counts() of a typed indicator out of what was read of all of them: figures wholly inside each period."""
    found = []
    for window in windows:
        inside = [
            one for one in typed
            if window.first <= one.window.first and one.window.last <= window.last
            and (one.unit_id == unit_id or (unit_id is None and indicator.by_unit))
        ]  # fmt: skip
        found.append(total([Count(one.rows, one.total) for one in inside]))
    return found


def count(
    indicator: Indicator, user: User, window: Window, unit_id: int | None = None, person_id: int | None = None
) -> Count:
    return counts(indicator, user, [window], unit_id, person_id)[0]


def by_unit(indicator: Indicator, user: User, windows: Sequence[Window]) -> list[dict[int | None, Count]]:
    """The same for each unit: {unit: figure} for each period, one statement."""
    column = indicator.unit_column.label("unit")
    rows = _narrowed(indicator, user, None, None)
    if not indicator.unit_column.nullable:
        # Says nothing new, but lets SQLite go from unit to unit in the index instead of sorting a year of rows.
        rows = rows.where(indicator.unit_column.in_(sa.select(Unit.id)))
    parts = [
        _summed(indicator, rows.where(_within(indicator, user, window)), at, column).group_by(
            indicator.unit_column
        )
        for at, window in enumerate(windows)
    ]
    found: list[dict[int | None, Count]] = [{} for _window in windows]
    for at, unit_id, n, hundredths in db.session.execute(
        sa.union_all(*parts) if len(parts) > 1 else parts[0]
    ):
        found[at][unit_id] = _count(indicator, n, hundredths)
    return found


def by_person(
    indicator: Indicator, user: User, window: Window, units: Sequence[int]
) -> dict[tuple[int | None, int | None], Count]:
    """{(unit, person): figure} of some units, of an indicator whose list says whose work a row is."""
    unit, person = indicator.unit_column.label("unit"), indicator.person_column.label("person")
    only = units[0] if len(units) == 1 else None
    rows = _narrowed(indicator, user, only, None).where(
        _within(indicator, user, window), indicator.unit_column.in_(units)
    )
    inner = rows.with_only_columns(unit, person, _amount(indicator).label("amount")).subquery()
    told = sa.select(
        inner.c.unit,
        inner.c.person,
        sa.func.count(),
        _sum(indicator, inner.c.amount),
    ).group_by(inner.c.unit, inner.c.person)
    return {(row[0], row[1]): _count(indicator, row[2], row[3]) for row in db.session.execute(told)}


# --- a year as it stands ------------------------------------------------------------------------------------


def last_known(indicator: Indicator, period: Window) -> dt.date:
    """Up to which day a period is known: today; of what is typed the end of the last month that was."""
    if indicator.typed:
        return queries.known_through(indicator.key, period) or min(period.first, clock.today())
    return min(period.last, clock.today())


def has_figures(indicator: Indicator, period: Window) -> bool:
    return not indicator.typed or queries.known_through(indicator.key, period) is not None


@dataclass(frozen=True)
class Month:
    """One line of the table of months; None where nothing was typed."""

    window: Window
    now: Decimal | None
    then: Decimal | None
    now_so_far: Decimal | None
    then_so_far: Decimal | None
    gone: Decimal  # of the year at its end


def months(
    indicator: Indicator,
    user: User,
    year: Window,
    until: dt.date,
    unit_id: int | None,
    person_id: int | None = None,
) -> list[Month]:
    """Month by month up to a day, beside the same months of the year before."""
    these = months_of(Window(year.first, until))
    those = [before(one) for one in these]
    so_far = [Window(year.first, one.last) for one in these] if indicator.typed else []
    asked = [*these, *those, *so_far, *(before(one) for one in so_far)]
    told = counts(indicator, user, asked, unit_id, person_id)
    n = len(these)
    now, then = told[:n], told[n : 2 * n]
    if indicator.typed:
        now_so_far, then_so_far = told[2 * n : 3 * n], told[3 * n :]
    else:
        now_so_far, then_so_far = _running(now), _running(then)

    def said(one: Count) -> Decimal | None:
        return None if indicator.typed and not one.rows else one.value

    return [
        Month(these[at], said(now[at]), said(then[at]), said(now_so_far[at]), said(then_so_far[at]),
              gone(year, these[at].last))
        for at in range(n)
    ]  # fmt: skip


def _running(found: Sequence[Count]) -> list[Count]:
    rows, value, sums = 0, Decimal(0), []
    for one in found:
        rows, value = rows + one.rows, value + one.value
        sums.append(Count(rows, value))
    return sums


# --- explaining a figure ------------------------------------------------------------------------------------


def filter_words(
    indicator: Indicator, user: User, window: Window, unit_id: int | None, person_id: int | None
) -> str:
    return filter_in_words(indicator.page, user, MultiDict(indicator.pairs(window, unit_id, person_id)))


def shown(indicator: Indicator, user: User, rows: sa.Select[Any], number: int) -> list[Any]:
    """The first rows behind a figure, in the list's own order; of many any of them, for a year is not sorted to show
    twenty."""
    rows = rows if number <= FEW_ROWS else rows.order_by(None)
    ids = db.session.scalars(rows.with_only_columns(indicator.page.key).limit(MOST_SHOWN)).all()
    if not ids:
        return []
    found = db.session.scalars(
        indicator.page.select(user).order_by(None).where(indicator.page.key.in_(ids))
    ).unique()
    by_id = {one.id: one for one in found}
    return [by_id[id] for id in ids if id in by_id]


def changes(indicator: Indicator, rows: sa.Select[Any], number: int) -> tuple[list[Event], bool]:
    """Who last changed the rows behind a figure, the newest first; and whether that is all of it.

    Of few rows their own events are read. Of many the newest events of that kind of record are looked through: among
    a million rows the last changes are there, and a walk over everything that ever happened would take seconds.
    """
    noun = indicator.page.noun
    ids = rows.with_only_columns(indicator.page.key).order_by(None)
    events = sa.select(Event).where(Event.noun == noun)
    if number <= FEW_ROWS:
        found = events.where(Event.record_id.in_(ids))
        newest = found.order_by(Event.at.desc(), Event.id.desc()).limit(MOST_CHANGES)
        return list(db.session.scalars(newest)), True
    lately = (
        sa.select(Event.id, Event.record_id)
        .where(Event.noun == noun)
        .order_by(Event.at.desc(), Event.id.desc())
        .limit(NEWEST_EVENTS)
        .subquery()
    )
    behind = ids.where(indicator.page.key == lately.c.record_id).correlate(lately).exists()
    hits = sa.select(lately.c.id).where(behind)
    newest = (
        sa.select(Event)
        .where(Event.id.in_(hits))
        .order_by(Event.at.desc(), Event.id.desc())
        .limit(MOST_CHANGES)
    )
    return list(db.session.scalars(newest)), False
