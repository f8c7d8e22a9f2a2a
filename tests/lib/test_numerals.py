from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.lib.errors import Refused
from crm.lib.numerals import parse_usd_wan, parse_wan


@pytest.mark.parametrize(
    ("typed", "wan"),
    [
        ("1.2亿", "12000"), ("1.2亿元", "12000"), ("１.２亿元整", "12000"), ("5000万", "5000"), ("5000万元", "5000"),
        ("3,000", "3000"), ("1，200", "1200"), ("￥3000", "3000"), ("5000", "5000"), ("５０００", "5000"), ("0", "0"),
        ("300000元", "30"), ("12345元", "1.23"), ("12350元", "1.24"), ("0.005", "0.01"), (".5", "0.5"),
        ("一亿二千万", "12000"), ("壹亿贰仟万元整", "12000"), ("1亿2000万", "12000"), ("1亿2千万元", "12000"),
        ("两千零五十万", "2050"), ("十万", "10"), ("二十", "20"), ("三千", "3000"), ("5千万", "5000"),
        ("1.5千万", "1500"), ("5000w", "5000"), ("1kw", "1000"), ("约1.2亿", "12000"), ("人民币 5000 万元", "5000"),
        ("一亿二千万零五百元", "12000.05"), ("1000000000", "1000000000"),
    ],
)  # fmt: skip
def test_amounts_are_read_as_people_write_them(typed, wan):
    assert parse_wan(typed) == Decimal(wan)


@pytest.mark.parametrize(
    ("typed", "part"),
    [
        ("-1", "负数"), ("－5000万", "负数"), ("负五千万", "负数"), ("NaN", "看不懂"), ("inf", "看不懂"),
        ("abc", "看不懂"), ("1e5", "看不懂"), ("1,2", "看不懂"), ("1.2.3", "看不懂"), ("1亿2", "看不懂"),
        ("一亿二", "看不懂"), ("1.2亿万", "看不懂"), ("亿", "看不懂"), ("万", "看不懂"), ("元", "看不懂"),
        ("=1+1", "看不懂"), ("5000\x00", "看不懂"), ("9" * 100, "看不懂"), ("1000000001", "太大"), ("20万亿", "看不懂"),
        ("100000亿", None), ("100001亿", "太大"), ("5000余万", "确定"), ("5000-8000万", "确定"), ("5000万以上", "确定"),
        ("100万美元", "人民币"), ("$100", "人民币"), ("", "请填写"), ("  ", "请填写"), (None, "请填写"),
    ],
)  # fmt: skip
def test_what_is_no_single_number_of_yuan_is_refused_in_words(typed, part):
    if part is None:
        assert parse_wan(typed) == 10**9
        return
    with pytest.raises(Refused, match=part):
        parse_wan(typed)


@given(st.decimals(0, 10**9, places=2))
def test_every_amount_reads_back(amount):
    assert parse_wan(f"{amount:,}") == amount
    assert parse_wan(f"{amount}万元") == amount


@given(st.text(alphabet="0123456789.,亿万千百十元一二两零￥-整约 w", max_size=12) | st.text(max_size=20))
def test_anything_is_an_amount_or_refused(text):
    try:
        wan = parse_wan(text)
    except Refused as refused:
        assert refused.message
    else:
        assert 0 <= wan <= 10**9
        assert wan == round(wan, 2)


@pytest.mark.parametrize(
    ("typed", "wan"),
    [
        ("500", "500"), ("500万美元", "500"), ("５００万美金", "500"), ("1.2亿", "12000"), ("1.2亿美元", "12000"),
        ("5,600,000美元", "560"), ("5600000 USD", "560"), ("USD 500万", "500"), ("US$500万", "500"), ("12.345", "12.35"),
        ("$5w", "5"), ("$1.2亿", "12000"), ("一千二百万美元", "1200"), ("0", "0"),
    ],
)  # fmt: skip
def test_dollars_are_read_as_dollars(typed, wan):
    assert parse_usd_wan(typed) == Decimal(wan)


@pytest.mark.parametrize(
    ("typed", "part"),
    [
        ("3100万元", "不要自己折算"), ("￥3100", "不要自己折算"), ("人民币3100万", "不要自己折算"), ("500万港币", "不要自己折算"),
        ("500万港元", "不要自己折算"), ("€500", "不要自己折算"), ("-5", "负数"), ("-5万美元", "负数"), ("abc", "看不懂"),
        ("500余万美元", "看不懂"), ("USD 500", "万美元 这样"), ("USD 5,600,000", "万美元 这样"), ("$5", "万美元 这样"),
        ("美元", "看不懂"), ("9" * 30, "太大"), ("", "请填写"), (None, "请填写"),
    ],
)  # fmt: skip
def test_nothing_is_converted_into_dollars(typed, part):
    with pytest.raises(Refused, match=part):
        parse_usd_wan(typed)
