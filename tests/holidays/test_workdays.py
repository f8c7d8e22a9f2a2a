"""Terms are counted in working days: weekends rest, holidays rest, and a weekend worked instead counts."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.holidays.reading import read_table
from crm.holidays.workdays import WorkCalendar
from crm.lib.errors import Refused

D = dt.date.fromisoformat
PLAIN = WorkCalendar()
DRAGON_BOAT = WorkCalendar(
    off=frozenset(map(D, ("2013-06-10", "2013-06-11", "2013-06-12"))),
    on=frozenset(map(D, ("2013-06-08", "2013-06-09"))),
)


@pytest.mark.parametrize(
    ("work", "day", "days", "due"),
    [
        (PLAIN, "2013-07-25", 1, "2013-07-26"),  # Thursday
        (PLAIN, "2013-07-25", 3, "2013-07-30"),
        (PLAIN, "2013-07-26", 1, "2013-07-29"),
        (PLAIN, "2013-07-27", 1, "2013-07-29"),  # reported on a Saturday
        (PLAIN, "2013-07-25", 0, "2013-07-25"),
        (DRAGON_BOAT, "2013-06-07", 1, "2013-06-08"),  # the Saturday before 端午 is worked
        (DRAGON_BOAT, "2013-06-07", 2, "2013-06-09"),
        (DRAGON_BOAT, "2013-06-07", 3, "2013-06-13"),
        (DRAGON_BOAT, "2013-06-10", 1, "2013-06-13"),
    ],
)
def test_a_term_ends_on(work: WorkCalendar, day: str, days: int, due: str) -> None:
    assert work.after(D(day), days) == D(due)


@pytest.mark.parametrize(
    ("today", "due", "left"),
    [
        ("2013-07-25", "2013-07-30", 3),
        ("2013-07-30", "2013-07-30", 0),
        ("2013-07-28", "2013-07-30", 2),
        ("2013-07-31", "2013-07-30", -1),
        ("2013-07-27", "2013-07-26", -1),  # Saturday after a Friday: over, though no working day has passed
        ("2013-07-29", "2013-07-26", -1),
        ("2013-07-30", "2013-07-26", -2),
    ],
)
def test_what_is_left_of_it(today: str, due: str, left: int) -> None:
    assert PLAIN.left(D(today), D(due)) == left


days = st.dates(dt.date(2013, 1, 1), dt.date(2014, 12, 31))
calendars = st.builds(
    lambda off, on: WorkCalendar(frozenset(off), frozenset(on)),
    st.sets(days, max_size=40),
    st.sets(days, max_size=20),
)


@given(calendars, days, st.integers(0, 15))
def test_what_was_begun_before_is_over_and_what_was_begun_since_is_not(
    work: WorkCalendar, today: dt.date, term: int
) -> None:
    begun = work.begun_before(today, term)
    assert work.after(begun - dt.timedelta(days=1), term) < today <= work.after(begun, term)


@given(calendars, days, st.integers(1, 15))
def test_a_term_ends_on_a_working_day_with_exactly_its_days_left(
    work: WorkCalendar, day: dt.date, term: int
) -> None:
    due = work.after(day, term)
    assert work.is_working(due) and work.left(day, due) == term and work.left(due, due) == 0
    assert work.left(due + dt.timedelta(days=1), due) < 0


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("2013-10-01 休 国庆节", [("2013-10-01", False, "国庆节")]),
        ("2013年9月29日\t班\t国庆节", [("2013-09-29", True, "国庆节")]),
        ("日期,类型,名称\n2013/6/8,上班,端午节调休", [("2013-06-08", True, "端午节调休")]),
        ("20130101 放假", [("2013-01-01", False, "")]),
        ("2013-04-04 清明节", [("2013-04-04", False, "清明节")]),
        ("2013-04-04至4月5日 休 清明节", [("2013-04-04", False, "清明节"), ("2013-04-05", False, "清明节")]),
        (
            "２０１３－０４－０４ 至 ２０１３－０４－０５ 休",
            [("2013-04-04", False, ""), ("2013-04-05", False, "")],
        ),
        ("2013-01-01 休 元旦\n2013-01-01 班 写错了", [("2013-01-01", True, "写错了")]),
    ],
)
def test_a_table_is_read_as_it_is_pasted(text: str, found: list[tuple[str, bool, str]]) -> None:
    assert [(one.day.isoformat(), one.works, one.name) for one in read_table(text)] == found


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "没有读到日期"),
        ("日期 类型", "没有读到日期"),
        ("2013-10-01 休\n国庆节放假七天", "第 2 行看不懂"),
        ("2013-02-30 休", "第 1 行"),
        ("2013-10-07 至 2013-10-01 休", "起止日期不对"),
        ("2013-01-01 至 2014-01-01 休", "起止日期不对"),
        ("2013-01-01 休\n" * 1001, "最多 1000 行"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_line(text: str, said: str) -> None:
    with pytest.raises(Refused, match=said):
        read_table(text)
