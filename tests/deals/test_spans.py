"""The days of a deal: what was said counts from its day on, and of every day one thing is so."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from crm.deals import spans

DAY = dt.date(2013, 6, 1)


def day(number: int) -> dt.date:
    return DAY + dt.timedelta(days=number)


def as_of(days: spans.Days, asked: dt.date) -> dict[str, Any]:
    return [facts for first, facts in days if first <= asked][-1]


def facts(**given_: Any) -> dict[str, Any]:
    return {
        "stage": "intended",
        "stage_since": DAY,
        "state": "active",
        "last_contact_on": None,
        "amount": 1,
    } | given_


said = st.tuples(st.integers(0, 30), st.sampled_from("ab"), st.integers(0, 3))


@given(st.lists(said, max_size=12))
def test_of_every_day_the_latest_word_for_it_is_so(words: list[tuple[int, str, int]]) -> None:
    days: spans.Days = [(day(0), {"a": 9, "b": 9})]
    told = {day(number): {"a": 9, "b": 9} for number in range(31)}
    for number, name, value in words:
        days = spans.revised(days, [(day(number), {name: value})])
        for later in range(number, 31):
            told[day(later)][name] = value
    assert {one: as_of(days, one) for one in told} == told
    assert all(a[0] < b[0] and a[1] != b[1] for a, b in pairwise(days)), (
        "in order, and none that changes nothing"
    )


def test_a_signing_counts_from_the_day_signed_and_an_amount_from_the_day_it_was_saved() -> None:
    before = facts()
    now = facts(stage="signed", stage_since=day(5), signed_on=day(5), amount=7)
    said = spans.changes(before, now, state_since=None, today=day(9))
    assert said == [
        (day(5), {"stage": "signed", "stage_since": day(5), "signed_on": day(5)}),
        (day(9), {"amount": 7}),
    ]


def test_a_contact_counts_from_its_own_day_and_one_taken_back_has_never_been() -> None:
    with_contact = facts(last_contact_on=day(3))
    assert spans.changes(facts(), with_contact, state_since=None, today=day(9)) == [
        (day(3), {"last_contact_on": day(3)})
    ]
    days = spans.revised([(day(0), facts()), (day(3), with_contact)], spans.changes(
        with_contact, facts(), state_since=None, today=day(9)))  # fmt: skip
    assert days == [(day(0), facts())]


def test_a_move_taken_back_leaves_no_trace_in_the_days() -> None:
    moved = facts(stage="new_talks", stage_since=day(5))
    days = [(day(0), facts()), (day(5), moved)]
    back = spans.changes(moved, facts(), state_since=None, today=day(6))
    assert spans.revised(days, back) == [(day(0), facts())]


def test_a_deal_that_was_held_began_by_moving() -> None:
    days = spans.first(facts(state="held"), state_since=day(4), moving="active", today=day(9))
    assert [(first, known["state"]) for first, known in days] == [(day(0), "active"), (day(4), "held")]


def test_nothing_counts_from_a_day_to_come() -> None:
    days = spans.first(facts(stage_since=day(20)), state_since=None, moving="active", today=day(9))
    assert days[0][0] == day(9)
