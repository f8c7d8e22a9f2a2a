from decimal import Decimal

import pytest

from crm.lib.money import Band, band, usd_text, wan_text


@pytest.mark.parametrize(
    ("wan", "zh", "en"),
    [
        (12_000, "1.20亿元", "CNY 120.0 million"),
        (5_000, "5,000万元", "CNY 50.0 million"),
        ("5000.5", "5,000.5万元", "CNY 50.0 million"),
        ("9999.999", "1.00亿元", "CNY 100.0 million"),
        (10_000, "1.00亿元", "CNY 100.0 million"),
        (123_456_789, "12,345.68亿元", "CNY 1,234.57 billion"),
        (3, "3万元", "CNY 30,000"),
        ("0.01", "0.01万元", "CNY 100"),
        (0, "0万元", "CNY 0"),
        (-20_000, "-2.00亿元", "-CNY 200.0 million"),
    ],
)
def test_an_amount_is_told_in_the_size_people_say_it(wan, zh, en):
    assert wan_text(Decimal(wan)) == zh
    assert wan_text(Decimal(wan), "en") == en


@pytest.mark.parametrize(
    ("wan", "zh", "en"),
    [
        (1_234, "1,234万美元", "USD 12.34 million"), ("560.5", "560.5万美元", "USD 5.61 million"),
        (12_000, "1.20亿美元", "USD 120.00 million"), (3, "3万美元", "USD 30,000"), (-200, "-200万美元", "-USD 2.00 million"),
        (0, "0万美元", "USD 0"), (100_000, "10.00亿美元", "USD 1.00 billion"),
    ],
)  # fmt: skip
def test_dollars_are_told_as_dollars(wan, zh, en):
    assert usd_text(Decimal(wan)) == zh
    assert usd_text(Decimal(wan), "en") == en


def test_no_amount_is_no_text():
    assert usd_text(None) == ""
    assert wan_text(None) == ""
    assert band(None) is None


@pytest.mark.parametrize(
    ("wan", "label"),
    [
        (0, "1000万元以下"), ("999.99", "1000万元以下"), (1_000, "1000万—5000万元"), ("4999.99", "1000万—5000万元"),
        (5_000, "5000万—1亿元"), (10_000, "1—5亿元"), (50_000, "5—10亿元"), (100_000, "10—50亿元"),
        ("499999.99", "10—50亿元"), (500_000, "50亿元以上"), (10**9, "50亿元以上"),
    ],
)  # fmt: skip
def test_a_class_holds_its_lower_bound(wan, label):
    assert band(Decimal(wan)).label == label


def test_the_classes_rise():
    bounds = [each.from_wan for each in Band]
    assert bounds == sorted(set(bounds))
