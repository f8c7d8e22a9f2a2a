"""A figure as it is read, in both languages."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from flask_babel import force_locale

from crm.indicators import catalogue, saying

ONE = [
    (None, "count", "个", "—", "—"),
    ("1", "count", "个", "1 个", "1 project"),
    ("23", "count", "个", "23 个", "23 projects"),
    ("0", "count", "条信息", "0 条信息", "0 leads"),
    ("1", "count", "次", "1 次", "1 time"),
    ("1", "count", "项", "1 项", "1 item"),
    ("1.5", "mu", "亩", "1.5 亩", "1.5 mu"),
    ("1234", "usd", "万美元", "1,234万美元", "USD 12.34 million"),
    (None, "usd", "万美元", "—", "—"),
    ("80500", "wan", "万元", "8.05亿元", "CNY 805.0 million"),
]


@pytest.mark.parametrize(("value", "measure", "unit_word", "chinese", "english"), ONE)
def test_a_figure_reads_as_its_language_counts(app, value, measure, unit_word, chinese, english) -> None:
    number = None if value is None else Decimal(value)
    with app.test_request_context():
        with force_locale("zh"):
            assert saying.measured(number, measure, unit_word) == chinese
        with force_locale("en"):
            assert saying.measured(number, measure, unit_word) == english


def test_every_counted_unit_of_the_house_has_a_form_for_one(app) -> None:
    counted = {
        one.unit_word for one in catalogue.CATALOGUE.values() if one.measure is catalogue.Measure.COUNT
    }
    with app.test_request_context(), force_locale("en"):
        for unit_word in counted:
            assert saying.measured(Decimal(1), "count", unit_word) + "s" == saying.measured(
                Decimal(2), "count", unit_word
            ).replace("2 ", "1 ")


def test_months_of_what_is_typed_follow_the_language(app: Any) -> None:
    with app.test_request_context("/"):
        assert saying.months("2012-01–2012-06") == "2012-01–2012-06"
        with force_locale("en"):
            assert (
                saying.months("2012-01–2012-06") == "Jan 2012–Jun 2012"
                and saying.months("2013-06") == "Jun 2013"
            )
