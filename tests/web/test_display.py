"""How values are shown."""

import datetime as dt
from decimal import Decimal

from babel.numbers import format_decimal
from flask_babel import force_locale
from hypothesis import given
from hypothesis import strategies as st

from crm.lib import clock
from crm.lib.words import _
from crm.web import display


def test_on_the_demo_districts_day_what_was_really_done_today_is_not_thirteen_years_ahead(app, monkeypatch):
    monkeypatch.setattr(clock, "_business_day", lambda: dt.date(2013, 7, 25))
    with app.test_request_context("/"):
        assert ">今天<" in display.ago(clock.now())
        assert ">今天<" in display.ago(clock.business_now())
        assert ">3天前<" in display.ago(clock.business_now() - dt.timedelta(days=3))
        assert ">7天后<" in display.ago(dt.date(2013, 8, 1))


@given(st.integers(-(10**18), 10**18))
def test_whole_numbers_are_written_as_babel_writes_them(value):
    assert display.number(Decimal(value)) == display.number(value)
    assert display.number(value) == format_decimal(value, locale="zh") == format_decimal(value, locale="en")


def test_days_and_months_follow_the_language_also_inside_a_sentence(app):
    with app.test_request_context("/"):
        assert display.month(dt.date(2013, 6, 30)) == "2013-06" == display.iso_day("2013-06")
        assert str(_("到 %(month)s", month="2013-06")) == "到 2013-06"
        with force_locale("en"):
            assert display.month(dt.date(2013, 6, 30)) == "Jun 2013" == display.iso_day("2013-06")
            assert (
                display.iso_day("2013-06-30") == "30 Jun 2013"
                and display.iso_day("2013-06-31") == "2013-06-31"
            )
            assert "Jun 2013" in _("到 %(month)s", month="2013-06")
