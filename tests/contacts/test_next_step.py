"""What comes next is said while something stands open."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.contacts import next_step
from crm.contacts.next_step import In, Plan, Surroundings

DAY = dt.date(2013, 7, 25)
LATER = DAY + dt.timedelta(days=3)


def missing(plan: Plan, around: Surroundings, on: dt.date = DAY) -> dict[str, str]:
    return dict(next_step.missing_for(plan, around, on))


@pytest.mark.parametrize(
    ("around", "needed"),
    [
        (Surroundings(), False),
        (Surroundings(deal_open=True), True),
        (Surroundings(lead_open=True), True),
        (Surroundings(open_deals=2), True),
        (Surroundings(open_leads=1), True),
        (Surroundings(key_merchant=True), True),
        (Surroundings(deal_open=True, key_merchant=True, superseded=True), False),
    ],
)
def test_what_stands_open_asks_for_a_next_step(around: Surroundings, needed: bool) -> None:
    assert bool(next_step.why_needed(around)) is needed
    assert set(missing(Plan(), around)) == ({"next_step", "next_due_on"} if needed else set())
    assert not missing(Plan("寄送地块资料", LATER), around)


def test_the_sentence_says_why() -> None:
    assert "项目还在推进" in next_step.why_needed(Surroundings(deal_open=True, open_deals=3))
    assert "3 个项目" in next_step.why_needed(Surroundings(open_deals=3, key_merchant=True))
    assert "重点跟踪" in next_step.why_needed(Surroundings(key_merchant=True))


def test_a_step_and_its_day_go_together_even_when_neither_is_needed() -> None:
    assert set(missing(Plan("回访", None), Surroundings())) == {"next_due_on"}
    assert set(missing(Plan("", LATER), Surroundings())) == {"next_step"}


@pytest.mark.parametrize(
    ("due_on", "fits"),
    [
        (DAY, True),
        (DAY - dt.timedelta(days=1), False),
        (DAY + next_step.FURTHEST, True),
        (DAY + next_step.FURTHEST + dt.timedelta(days=1), False),
    ],
)
def test_the_day_lies_between_the_contact_and_three_years_on(due_on: dt.date, fits: bool) -> None:
    assert (not missing(Plan("回访", due_on), Surroundings(deal_open=True))) is fits


def test_the_usual_days() -> None:
    assert [one.after(DAY).isoformat() for one in In] == [
        "2013-07-26",
        "2013-07-28",
        "2013-08-01",
        "2013-08-08",
    ]


def test_a_step_that_was_due_is_done_by_the_contact_and_one_still_to_come_stays() -> None:
    assert next_step.after(Plan("电话回访", DAY), Plan(), DAY) == Plan()
    assert next_step.after(Plan("陪同看地", LATER), Plan(), DAY) == Plan("陪同看地", LATER)
    assert next_step.after(Plan("某天再说", None), Plan(), DAY) == Plan("某天再说", None)
    assert next_step.after(Plan("陪同看地", LATER), Plan("签框架协议", DAY), DAY) == Plan("签框架协议", DAY)


days = st.dates(dt.date(2000, 1, 1), dt.date(2050, 1, 1))
steps = st.text(max_size=5)
plans = st.builds(Plan, steps, st.none() | days)
surroundings = st.builds(
    Surroundings,
    st.booleans(),
    st.booleans(),
    st.integers(0, 3),
    st.integers(0, 3),
    st.booleans(),
    st.booleans(),
)


@given(plans, surroundings, days)
def test_what_passes_is_whole_and_in_order(plan: Plan, around: Surroundings, on: dt.date) -> None:
    faults = missing(plan, around, on)
    if not faults:
        assert bool(plan.step) == bool(plan.due_on)
        assert plan.due_on is None or plan.due_on >= on
        assert plan.step or not next_step.why_needed(around)
    assert set(faults) <= {"next_step", "next_due_on"}
    assert all(faults.values())


@given(plans, plans, days)
def test_after_a_contact_nothing_old_is_overdue_on_its_day(old: Plan, said: Plan, on: dt.date) -> None:
    now = next_step.after(old, said, on)
    assert now in (old, said, Plan())
    if said.step:
        assert now == said
    elif now.due_on:
        assert now.due_on > on
