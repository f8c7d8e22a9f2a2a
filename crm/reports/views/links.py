"""The addresses behind a number: its rows as they were published, and the records as they are today."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from flask import url_for

from crm.db import db
from crm.indicators import catalogue
from crm.indicators.progress import Window
from crm.lib.words import told
from crm.lists.table import LISTS
from crm.org import queries as org
from crm.org.guard import me
from crm.org.permissions import Scope
from crm.reports import once, telling
from crm.reports.models import Edition, Report


def to_today(report: Report, content: dict[str, Any]) -> telling.Link:
    """The records behind a number as they are, of the same unit and the same part of the period."""
    units = {one.name: one.id for one in org.units(only_active=False)}

    def link(key: str, part: str, unit: str) -> str:
        if (unit or part == "period") and (one := catalogue.find(key)) and one.may_see(me()):
            year = one.of_year(one.year_of(report.last_on))
            first = report.first_on if part == "period" else year.first
            return one.url(Window(first, report.last_on), units.get(unit))
        return _today_of(content, report.last_on, key, part)

    return link


def to_frozen(edition: Edition) -> telling.Link:
    def link(key: str, part: str, unit: str) -> str:
        if key not in edition.rows:
            return ""
        at: dict[str, Any] = {"id": edition.report_id, "number": edition.number, "figure": key}
        return url_for("reports.rows", **at, part=part or None, unit=unit or None)

    return link


def to_now(today: dt.date) -> telling.Link:
    """The rows of a unit's item as they are."""
    units = {one.name: one.id for one in org.units(only_active=False)}

    def link(key: str, part: str, unit: str) -> str:
        one = catalogue.find(key)
        if one is None:
            return ""
        return one.url(Window(one.of_year(one.year_of(today)).first, today), units.get(unit))

    return link


def _today_of(content: dict[str, Any], day: dt.date, key: str, part: str) -> str:
    """The list of today behind a figure."""
    for one in (*content["figures"], *content.get("stages", ())):
        if one["key"] == key:
            return _list_url(one["list"], one["args"])
    for one in content.get("starts", ()):
        if key in (one.get("key"), "starts:whole", "starts:missing"):
            more = {"there": ["started_to", day.isoformat()], "rest": ["status", "not_started"]}
            extra = more.get("rest" if key == "starts:missing" else part)
            return _list_url(content["starts_list"], [*one["args"], *([extra] if extra else [])])
    return to_now(day)(key, "", "")  # what units are scored by need not be among the figures


def explain(content: dict[str, Any], key: str) -> str:
    """How an indicator's figure comes about today."""
    one = catalogue.find(key)
    if one is None or not one.may_see(me()):
        return ""
    last = dt.date.fromisoformat(content["last"])
    first = one.of_year(one.year_of(last)).first
    return url_for("indicators.explain", key=key, first=first.isoformat(), last=last.isoformat())


def compare(report: Report) -> Callable[..., str]:
    """Where a figure stands beside last year, its target and the pace as they are known today."""
    units = {one.name: one.id for one in org.units(only_active=False)}

    def address(key: str, unit: str = "") -> str:
        one = catalogue.find(key)
        if one is None or not one.may_see(me()):
            return ""
        year = one.year_of(report.last_on)
        until = f"{report.last_on:%Y-%m}"
        return url_for("indicators.show", key=key, year=year, to=until, unit=units.get(unit))

    return address


def _list_url(name: str, args: Any) -> str:
    page = LISTS.get(name)
    return page.url([(key, value) for key, value in args]) if page and me().may(page.view_permission) else ""


def seen(kept: dict[str, Any]) -> list[Any]:
    """Of the frozen rows behind a figure those that this reader may see: what his right reaches today, and what was his
    unit's then. The figure is for every reader of the report; whose lead or talk of another unit is behind it is not."""
    page, user = LISTS.get(kept["list"]), me()
    if page is None or not user.may(page.view_permission):
        return []
    lines: list[Any] = kept["lines"]
    if user.scope_of(page.view_permission) is Scope.DISTRICT:
        return lines
    ids = [line[1] for line in lines]
    rows = page.select(user).where(page.key.in_(ids)).with_only_columns(page.key).order_by(None)
    mine = set(db.session.scalars(rows))
    return [line for line in lines if line[1] in mine or line[2] == user.unit.name]


def addresses(name: str, ids: list[int]) -> dict[int, str]:
    """Where those rows are that still are and that this user may see."""
    page = LISTS.get(name)
    if (
        page is None
        or not me().may(page.view_permission)
        or not (to := next((one.url for one in page.columns if one.url), None))
    ):
        return {}
    found = db.session.scalars(page.select(me()).order_by(None).where(page.key.in_(ids))).unique()
    return {row.id: address for row in found if (address := to(row))}


def left_out(rows: dict[str, Any]) -> list[dict[str, Any]]:
    """What an appraisal did not count again, as far as this reader may see it: item, project, unit, why."""
    found = []
    for key, kept in rows.items():
        if key.startswith(once.LEFT) and (lines := seen(kept)):
            one = catalogue.find(key.removeprefix(once.LEFT))
            urls = addresses(kept["list"], [line[1] for line in lines])
            found += [
                {"item": one.label if one else "", "name": name, "unit": unit, "url": urls.get(id),
                 "why": told(kept["why"][str(id)])}
                for name, id, unit, _amount, _within in lines
            ]  # fmt: skip
    return found
