import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.lib.dates import parse_day, relative
from crm.lib.errors import Refused

THURSDAY = dt.date(2013, 7, 25)


@pytest.mark.parametrize(
    "typed",
    [
        "2013-7-5", "2013-07-05", "2013.7.5", "2013/07/05", "2013年7月5日", "2013年7月5号", "２０１３－０７－０５",
        " 2013 年 7 月 5 日 ", "20130705", "7月5日", "7-5", "7/5", "07.05", "5日", "5号", "本月5日", "41460", "41460.75",
        "2013-07-05 14:30:00", "2013-07-05T14:30", "2013年7月5日14时30分", "二〇一三年七月五日", "七月五日", "5 Jul 2013",
        "July 5, 2013",
    ],
)  # fmt: skip
def test_one_day_in_many_hands(typed):
    assert parse_day(typed, THURSDAY) == dt.date(2013, 7, 5)


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("今天", (7, 25)), ("明天", (7, 26)), ("后天", (7, 27)), ("大后天", (7, 28)), ("昨天", (7, 24)), ("today", (7, 25)),
        ("3天后", (7, 28)), ("三天前", (7, 22)), ("两周后", (8, 8)), ("十天后", (8, 4)), ("二十一日", (7, 21)),
        ("周三", (7, 24)), ("本周日", (7, 28)), ("下周三", (7, 31)), ("下周天", (8, 4)), ("上周一", (7, 15)),
        ("下个星期五", (8, 2)), ("礼拜五", (7, 26)), ("下月5号", (8, 5)), ("上个月30日", (6, 30)),
    ],
)  # fmt: skip
def test_days_told_from_today(typed, day):
    assert parse_day(typed, THURSDAY) == dt.date(2013, *day)


def test_next_month_in_december_is_january():
    assert parse_day("下月5日", dt.date(2013, 12, 31)) == dt.date(2014, 1, 5)


@pytest.mark.parametrize(
    ("typed", "part"),
    [
        ("2013-02-30", "没有“2013-02-30”这一天"), ("2013-13-01", "没有"), ("20131301", "没有"), ("0000-00-00", "没有"),
        ("2月30日", "没有"), ("1899-12-31", "1900 到 2100"), ("2101-01-01", "1900 到 2100"), ("99999", "1900 到 2100"),
        ("13-7-5", "看不懂"), ("abc", "看不懂"), ("2013年7月", "看不懂"), ("2013-07-05x", "看不懂"), ("下周八", "看不懂"),
        ("9" * 70, "看不懂"), ("2013-07-05\x00", "看不懂"), ("5 Foo 2013", "看不懂"), ("", "请填写"), (None, "请填写"),
    ],
)  # fmt: skip
def test_a_day_that_does_not_exist_is_refused_in_words(typed, part):
    with pytest.raises(Refused, match=part):
        parse_day(typed, THURSDAY)


@given(
    st.dates(dt.date(1900, 1, 1), dt.date(2100, 12, 31)),
    st.sampled_from(["%Y-%m-%d", "%Y年%m月%d日", "%Y%m%d"]),
)
def test_every_day_reads_back(day, pattern):
    assert parse_day(day.strftime(pattern), THURSDAY) == day


@given(st.text(alphabet="0123456789-/.年月日号周天下上前后一十三 :T", max_size=14) | st.text(max_size=20))
def test_anything_is_a_day_or_refused(text):
    try:
        assert 1900 <= parse_day(text, THURSDAY).year <= 2100
    except Refused as refused:
        assert refused.message


@pytest.mark.parametrize(
    ("days", "zh", "en"),
    [
        (0, "今天", "today"), (1, "明天", "tomorrow"), (-1, "昨天", "yesterday"), (-3, "3天前", "3 days ago"),
        (2, "2天后", "in 2 days"), (60, "60天后", "in 60 days"), (-61, "2个月前", "2 months ago"),
        (800, "2年后", "in 2 years"),
    ],
)  # fmt: skip
def test_a_day_is_told_from_today(days, zh, en):
    day = THURSDAY + dt.timedelta(days=days)
    assert relative(day, THURSDAY) == zh
    assert relative(day, THURSDAY, "en") == en
