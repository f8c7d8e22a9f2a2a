"""Who is reminded next: the rule alone, many small cases."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.reminders.steps import Step, in_order, next_step, whom

DUE = dt.date(2013, 7, 1)
OWNER, HEAD, SPONSOR = Step
TERMS = {OWNER: 1, HEAD: 7, SPONSOR: 14}


def day(number: int) -> dt.date:
    return DUE + dt.timedelta(days=number)


@pytest.mark.parametrize(
    ("after", "told", "there", "wanted"),
    [
        (0, {}, Step, None),
        (1, {}, Step, OWNER),
        (30, {}, Step, OWNER),  # switched on late: still the owner first
        (6, {OWNER: 1}, Step, None),
        (7, {OWNER: 1}, Step, HEAD),
        (7, {OWNER: 3}, Step, None),  # the owner heard of it two days late, so does the head
        (9, {OWNER: 3}, Step, HEAD),
        (13, {OWNER: 1, HEAD: 7}, Step, None),
        (14, {OWNER: 1, HEAD: 7}, Step, SPONSOR),
        (99, {OWNER: 1, HEAD: 7, SPONSOR: 14}, Step, None),
        (6, {}, (HEAD, SPONSOR), None),  # nobody follows it: the head in his own time
        (7, {}, (HEAD, SPONSOR), HEAD),
        (13, {OWNER: 1}, (OWNER, SPONSOR), None),  # a unit without a head
        (14, {OWNER: 1}, (OWNER, SPONSOR), SPONSOR),
        (99, {OWNER: 1}, (OWNER,), None),
    ],
)
def test_one_step_after_the_other_each_in_its_time(after, told, there, wanted) -> None:
    told_on = {step: day(number) for step, number in told.items()}
    assert next_step(DUE, TERMS, told_on, list(there), day(after)) is wanted


def test_a_step_that_is_switched_off_is_left_out() -> None:
    terms = {OWNER: 0, HEAD: None, SPONSOR: 5}
    assert next_step(DUE, terms, {}, list(Step), DUE) is OWNER
    assert next_step(DUE, terms, {OWNER: DUE}, list(Step), day(4)) is None
    assert next_step(DUE, terms, {OWNER: DUE}, list(Step), day(5)) is SPONSOR
    assert next_step(DUE, dict.fromkeys(Step), {}, list(Step), day(99)) is None


days = st.one_of(st.none(), st.integers(0, 40))


@given(st.tuples(days, days, days), st.sets(st.sampled_from(Step)), st.integers(0, 60))
def test_however_it_is_set_each_step_is_taken_once_and_in_order(terms, there, first_run) -> None:
    waits = dict(zip(Step, terms, strict=True))
    told: dict[Step, dt.date] = {}
    for number in range(first_run, first_run + 150):
        step = next_step(DUE, waits, told, [one for one in there if one not in told], day(number))
        if step:
            assert step in there and waits[step] is not None and step not in told
            assert number >= waits[step], "never before its time"
            assert all(list(Step).index(done) < list(Step).index(step) for done in told)
            told[step] = day(number)
    assert set(told) == {step for step in there if waits[step] is not None}


def test_nobody_is_asked_twice_of_the_same_thing() -> None:
    assert whom(1, [2, 3], 4, []) == {OWNER: [1], HEAD: [2, 3], SPONSOR: [4]}
    assert whom(None, [2], 4, []) == {OWNER: [2], HEAD: [2], SPONSOR: [4]}, (
        "nobody follows it: the head first"
    )
    assert whom(2, [2], 4, [2]) == {SPONSOR: [4]}, "the head follows it himself"
    assert whom(None, [], None, []) == {}


def test_a_step_never_waits_shorter_than_the_one_below() -> None:
    assert in_order([0, 0, 3]) and in_order([None, 5, None]) and in_order([1, None, 1])
    assert not in_order([3, 1, None]) and not in_order([3, None, 2])
