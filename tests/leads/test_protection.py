"""「首报后 90 天内受保护，其间至少每 30 天联系一次；断了联系，其他单位可以跟进」."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.leads.protection import protection
from crm.leads.sameness import company_key

FIRST = dt.date(2013, 3, 1)


def after(days: int) -> dt.date:
    return FIRST + dt.timedelta(days=days)


@pytest.mark.parametrize(
    ("contacts", "today", "ends", "broken"),
    [
        ([], 0, 30, False),
        ([], 30, 30, False),
        ([], 31, 30, True),
        ([10], 31, 40, False),
        ([30], 31, 60, False),
        ([31], 45, 30, True),  # a day too late: it does not come back
        ([20, 45, 70], 80, 90, False),
        ([20, 45, 70], 91, 90, False),  # its days are over, not broken
        ([25, 50], 81, 80, True),
        ([-5], 31, 30, True),  # before the report
        ([20, 100], 25, 50, False),  # what is yet to come keeps nothing alive
    ],
)
def test_how_long_others_keep_away(contacts: list[int], today: int, ends: int, broken: bool) -> None:
    found = protection(FIRST, map(after, contacts), today=after(today), days=90, gap=30)
    assert (found.ends_on, found.broken) == (after(ends), broken)
    assert found.holds(after(today)) is (today <= ends)
    assert found.days_left(after(today)) == ends - today


@given(
    st.lists(st.integers(0, 200), max_size=20), st.integers(0, 200), st.integers(1, 120), st.integers(1, 60)
)
def test_contacts_never_shorten_it_and_it_never_outlasts_its_days(
    contacts: list[int], today: int, days: int, gap: int
) -> None:
    alone = protection(FIRST, (), today=after(today), days=days, gap=gap)
    kept = protection(FIRST, map(after, contacts), today=after(today), days=days, gap=gap)
    assert alone.ends_on <= kept.ends_on <= after(days)
    shuffled = protection(FIRST, map(after, reversed(contacts)), today=after(today), days=days, gap=gap)
    assert shuffled == kept


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("上海衢澜精密机械有限公司", "上海衢澜精密机械公司"),
        ("上海衢澜精密机械有限公司", "上海市衢澜精密机械有限公司"),
        ("香港嘉衢国际集团有限公司", "香港嘉衢國際集團有限公司"),
        ("杭州余屿软件科技有限公司", "余屿软件科技（杭州）有限公司"),
        ("台州椒柯泵业", "台州椒柯 泵业有限公司"),
        ("恒远屿科技", "恒远屿科技有限公司"),
    ],
)
def test_two_spellings_of_one_name(one: str, other: str) -> None:
    assert company_key(one) == company_key(other) != ""


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("宁波恒远屿机械有限公司", "温州恒远屿机械有限公司"),
        ("宁波恒远屿机械有限公司", "宁波恒远屿机械有限公司余姚分公司"),
        ("北京三衢文旅投资有限公司", "北京三衢文旅投资（集团）有限公司"),
        ("杭州传化物流有限公司", "杭州传化化学有限公司"),
        ("山东浮石物流有限公司", "山东孚石物流有限公司"),  # alike, and for a person to judge
    ],
)
def test_two_firms(one: str, other: str) -> None:
    assert company_key(one) != company_key(other)


@pytest.mark.parametrize("name", ["", "有限公司", "某上市公司", "甲公司", "张总", "待定企业", "😀"])
def test_a_name_that_says_too_little_is_nobodys(name: str) -> None:
    assert company_key(name) == ""
