"""How values look to people: filters for every template. Numbers, days and 万元 follow the language."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from functools import cache
from typing import Any

from flask import Flask, has_request_context, request, url_for
from flask_babel import format_date, format_datetime, format_decimal, get_locale
from markupsafe import Markup, escape

from crm.lib import clock, dates, money, texts
from crm.lib.enums import Labelled
from crm.lib.masking import mask_text
from crm.lib.words import _, _c, _n, listed, told


def language() -> str:
    """zh or en."""
    return str(get_locale() or "zh")[:2]


def wan(value: Decimal | None) -> str:
    """1.20亿元, 5,000万元 / CNY 120.0 million; an em dash for none."""
    return "—" if value is None else money.wan_text(value, language())


def usd(value: Decimal | None) -> str:
    """1,234万美元 / USD 12.34 million, from 万美元; an em dash for none."""
    return "—" if value is None else money.usd_text(value, language())


def number(value: Any) -> str:
    """1,234 as both languages write it; a whole number without asking Babel, for a page may show a thousand."""
    if value is None:
        return "—"
    return (
        f"{int(value):,}"
        if isinstance(value, int | Decimal) and value == int(value)
        else format_decimal(value)
    )


def size(value: int) -> str:
    """Of a file: 3 KB, 12.4 MB, 1.2 GB."""
    amount = value / 1024
    for unit in ("KB", "MB"):
        if amount < 1000:
            return f"{amount:,.1f} {unit}"
        amount /= 1024
    return f"{amount:,.1f} GB"


def day(value: dt.date | dt.datetime | None) -> str:
    if value is None:
        return "—"
    if isinstance(value, dt.datetime):
        value = clock.local(value).date()
    return value.isoformat() if language() == "zh" else format_date(value, "d MMM y")


def month(value: dt.date) -> str:
    """2013-06 / Jun 2013."""
    return f"{value:%Y-%m}" if language() == "zh" else format_date(value, "MMM y")


def iso_day(text: str) -> str:
    """2013-06-30 or 2013-06 as the language has it; what is no day (2013-06-31) as it is."""
    if language() == "zh":
        return text
    try:
        return (
            day(dt.date.fromisoformat(text))
            if len(text) == 10
            else month(dt.date.fromisoformat(f"{text}-01"))
        )
    except ValueError:
        return text


def moment(value: dt.datetime | None) -> str:
    if value is None:
        return "—"
    if language() == "zh":
        return clock.local(value).strftime("%Y-%m-%d %H:%M")
    return format_datetime(value, "d MMM y HH:mm")


def ago(value: dt.date | dt.datetime | None) -> Markup:
    """三天前, with the exact moment on hover."""
    if value is None:
        return Markup("—")
    exact = moment(value) if isinstance(value, dt.datetime) else day(value)
    return Markup('<time datetime="{}" title="{}">{}</time>').format(
        value.isoformat(), exact, how_long_ago(value)
    )


def how_long_ago(value: dt.date | dt.datetime) -> str:
    """The words alone."""
    near, from_day = value, clock.today()
    if isinstance(value, dt.datetime):
        near = clock.local(value).date()
        # The trail is stamped with the real time, the demo district's records with its own day: the nearer one is meant.
        from_day = min(from_day, clock.local(clock.now()).date(), key=lambda d: abs((near - d).days))
    return dates.relative(near, from_day, language())


def marked(text: str, query: str, person: bool = False) -> Markup:
    """The text with the part that matched in <mark>."""
    return Markup("").join(
        Markup("<mark>{}</mark>").format(part) if hit else escape(part)
        for part, hit in texts.highlight(text, query, person=person)
    )


def said(value: Any) -> str:
    """Any stored value in words: states by label, days and amounts by their filters, yes and no."""
    if isinstance(value, Labelled):
        return value.label
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if isinstance(value, dt.datetime):
        return moment(value)
    if isinstance(value, dt.date):
        return day(value)
    if isinstance(value, list):
        return listed(said(one) for one in value)
    return "—" if value in (None, "") else str(value)


def usual_address(endpoint: str, **values: Any) -> str:
    """`url_for` of what stands on every page, up to a hundred times: the menu's pages, the file of the drawings."""
    if not has_request_context():
        return url_for(endpoint, **values)
    return _usual_address(request.script_root, endpoint, **values)


@cache  # by where a proxy has put the house
def _usual_address(_root: str, endpoint: str, **values: Any) -> str:
    return url_for(endpoint, **values)


def init_app(app: Flask) -> None:
    for filter_ in (wan, usd, number, size, day, month, moment, ago, marked, said, told, mask_text):
        app.add_template_filter(filter_)
    app.jinja_env.globals.update(usual_address=usual_address, today=clock.today, _n=_n, _c=_c)
