"""Rules of land, without a database: how long it lies, what fits, where a clearance stands."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.land.clearance.stages import ClearanceStage, stage_of, wrong_with
from crm.land.states import Age, ParcelState, age_of, best_fit, bounds, years_before

TODAY = dt.date(2013, 7, 25)


@pytest.mark.parametrize(
    ("since", "age"),
    [
        ((2013, 7, 25), Age.YOUNG),
        ((2012, 7, 26), Age.YOUNG),
        ((2012, 7, 25), Age.OLD),
        ((2011, 7, 26), Age.OLD),
        ((2011, 7, 25), Age.STALE),
        ((1999, 1, 1), Age.STALE),
    ],
)
def test_two_years_to_the_day_are_two_years(since: tuple[int, int, int], age: Age) -> None:
    assert age_of(dt.date(*since), TODAY) is age


@given(st.dates(dt.date(1990, 1, 1), dt.date(2030, 1, 1)), st.dates(dt.date(1992, 1, 1), dt.date(2030, 1, 1)))
def test_the_filter_asks_what_the_rule_says(since: dt.date, today: dt.date) -> None:
    if since > today:
        since, today = today, since
    found = []
    for age in Age:
        after, until = bounds(age, today)
        if (after is None or since > after) and (until is None or since <= until):
            found.append(age)
    assert found == [age_of(since, today)]


def test_a_leap_day_has_an_anniversary() -> None:
    assert years_before(dt.date(2012, 2, 29), 1) == dt.date(2011, 2, 28)


def test_states_stand_in_a_line() -> None:
    line = [ParcelState.APPROVED, ParcelState.ACQUIRED, ParcelState.SUPPLIED, ParcelState.USED]
    assert list(ParcelState) == line
    assert [one.next for one in line] == [*line[1:], None]
    assert [one.previous for one in line] == [None, *line[:-1]]


def test_large_enough_with_least_waste_comes_first() -> None:
    lots = [(1, Decimal(500)), (2, Decimal(30)), (3, Decimal(61)), (4, Decimal(59)), (5, Decimal(60))]
    assert best_fit(lots, Decimal(60)) == [5, 3, 1, 4, 2]


@given(st.lists(st.decimals(1, 900, places=2), max_size=30), st.decimals(1, 900, places=2))
def test_nothing_too_small_stands_before_what_is_enough(areas: list[Decimal], wanted: Decimal) -> None:
    order = best_fit(enumerate(areas), wanted)
    enough = [areas[at] >= wanted for at in order]
    assert sorted(order) == list(range(len(areas))) and enough == sorted(enough, reverse=True)


@pytest.mark.parametrize(
    ("figures", "stage"),
    [
        ((10, 0, 0, 5, 0), ClearanceStage.SURVEY),
        ((10, 1, 0, 5, 0), ClearanceStage.SIGNING),
        ((10, 9, 9, 5, 4), ClearanceStage.SIGNING),
        ((10, 10, 9, 5, 5), ClearanceStage.VACATING),
        ((10, 10, 10, 5, 4), ClearanceStage.HANDING_OVER),
        ((10, 10, 10, 5, 5), ClearanceStage.DONE),
        ((0, 0, 0, 5, 0), ClearanceStage.HANDING_OVER),
    ],
)
def test_a_clearance_is_as_far_as_its_last_household(figures: tuple[int, ...], stage: ClearanceStage) -> None:
    households, signed, vacated, due, done = figures
    assert stage_of(households, signed, vacated, Decimal(due), Decimal(done)) is stage


@pytest.mark.parametrize(
    ("figures", "field"),
    [((10, 11, 0, 5, 0), "signed"), ((10, 5, 6, 5, 0), "vacated"), ((10, 5, 5, 5, 6), "delivered_mu"), ((10, 10, 10, 5, 5), None)],
)  # fmt: skip
def test_figures_that_cannot_be(figures: tuple[int, ...], field: str | None) -> None:
    wrong = wrong_with(figures[0], figures[1], figures[2], Decimal(figures[3]), Decimal(figures[4]))
    assert (wrong[0] if wrong else None) == field
