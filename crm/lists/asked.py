"""What an address asks of a list: the one place where it becomes a query, so an export holds exactly what the list shows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from operator import eq
from typing import Any

import sqlalchemy as sa
from werkzeug.datastructures import MultiDict

from crm.lib import clock, texts
from crm.lib.dates import parse_day
from crm.lib.errors import Refused
from crm.lib.numerals import parse_wan
from crm.lib.words import _, joined
from crm.org.models import User
from crm.search import index
from crm.web import listing

from . import queries
from .table import Asked, Column, Filter, ListPage

MOST_IDS = 1000
LONGEST_IDS = 20_000
MOST_VALUES = 50  # of one name in the address
WORD = 200  # characters of one value in the address


def select_for(page: ListPage, user: User, args: MultiDict[str, str]) -> sa.Select[Any]:
    """The rows that an address asks for, filtered and ordered: the same for list, bulk acts and export.

    What cannot be read (a day that does not exist, an unknown choice) lets no row through: a filter that
    somebody set is never dropped silently.
    """
    rows = page.select(user).where(*conditions_for(page, user, args))
    usual = page.usual_sort(args) if page.usual_sort else page.default_sort
    return listing.ordered(rows, page.sorts, default=usual, key=page.key, asked=args.get("sort") or usual)


def conditions_for(page: ListPage, user: User, args: MultiDict[str, str]) -> list[Any]:
    """What an address narrows a list by, beside what the user may see of it."""
    asked = [one.where for one in asked_for(page, user, args)]
    return [*asked, page.also(args)] if page.also else asked


def where_of(one: Filter, user: User, args: MultiDict[str, str]) -> sa.ColumnElement[bool]:
    """What one filter lets through of an address that the house has made itself: whom else one could have chosen is
    not asked, nor is anything said in words."""
    return sa.and_(sa.true(), *(asked.where for asked in _read(one, user, args, ours=True)))


def asked_for(page: ListPage, user: User, args: MultiDict[str, str]) -> list[Asked]:
    """The filters of an address, in the order of the page's own; each of several values by itself."""
    found: list[Asked] = []
    if page.searched and (text := cleaned(args.get("q"))):
        where = page.matching(text) if page.matching else page.key.in_(index.matching(page.noun, text))
        found.append(Asked(_("查找"), text, {"q": None}, where))
    if page.asks:
        found += page.asks(user, args)
    for one in page.filters:
        if any(name in args for name in one.names):
            found += _read(one, user, args)
    if page.tag_permission:
        words = each_cleaned(args.getlist("tag"))
        if words:
            tagged = page.key.in_(queries.tagged(page.noun, words))
            found += _each(_("标签"), "tag", words, {word: word for word in words}, tagged)
    if ids := _ids(args):
        found.append(
            Asked(_("选中"), _("%(n)s 条", n=len(ids)), {"ids": None}, page.key.in_(ids))
        )  # fmt: skip
    return found


def _read(one: Filter, user: User, args: MultiDict[str, str], *, ours: bool = False) -> list[Asked]:
    if one.kind == "flag":
        if args.get(one.key) in ("1", "on", "true"):
            return [Asked(one.label, _("是"), {one.key: None}, one.where(True, user))]
        return []
    if one.kind in ("days", "wan_range"):
        return _read_range(one, user, args)
    if one.kind == "day":
        return _read_day(one, user, args)
    values = each_cleaned(args.getlist(one.key))
    if not values:
        return []
    if one.choices is None:
        text = values[0]
        return [Asked(one.label, text, {one.key: None}, one.where(text, user))]
    offered = zip(values, values, strict=True) if ours else one.choices(user)
    labels = {str(value): str(label) for value, label in offered}
    known = [value for value in values if value in labels]
    where = _any_of([one.where(value, user) for value in known])
    return _each(one.label, one.key, values, labels, where)


def _any_of(wheres: Sequence[Any]) -> Any:
    """One of them; of one column's values as IN, which PostgreSQL finds in an index where it reads the table for OR."""
    equal = [one for one in wheres if getattr(one, "operator", None) is eq]
    if len(equal) == len(wheres) > 1 and all(one.left.compare(equal[0].left) for one in equal):
        return equal[0].left.in_([one.right for one in equal])
    return sa.or_(sa.false(), *wheres)


def _each(label: str, key: str, values: list[str], labels: Mapping[str, str], where: Any) -> list[Asked]:
    """A chip for each value; the condition, which is about all of them, stands with the first."""
    found = []
    for at, value in enumerate(values):
        rest = [other for other in values if other != value]
        problem = "" if value in labels else _("没有“%(value)s”这个选项", value=value[:40])
        shown = labels.get(value, value[:40])
        found.append(Asked(label, shown, {key: rest or None}, sa.true() if at else where, problem))
    return found


def _read_day(one: Filter, user: User, args: MultiDict[str, str]) -> list[Asked]:
    text = cleaned(args.get(one.key))
    if not text:
        return []
    try:
        day = parse_day(text, clock.today())
    except Refused as refused:
        return [Asked(one.label, text, {one.key: None}, sa.false(), refused.message)]
    return [Asked(one.label, day.isoformat(), {one.key: None}, one.where(day, user))]


def _read_range(one: Filter, user: User, args: MultiDict[str, str]) -> list[Asked]:
    typed = [cleaned(args.get(name)) for name in one.names]
    if not any(typed):
        return []
    ends: list[Any] = []
    problem = ""
    for text in typed:
        try:
            ends.append(_end(one.kind, text) if text else None)
        except Refused as refused:
            problem = refused.message
            ends.append(None)
    names = dict.fromkeys(one.names, None)
    shown = [str(end) if end is not None else text for end, text in zip(ends, typed, strict=True)]
    if shown[0] and shown[1]:
        said = _("%(low)s 至 %(high)s", low=shown[0], high=shown[1])
    else:
        said = _("不小于 %(low)s", low=shown[0]) if shown[0] else _("不大于 %(high)s", high=shown[1])
        if one.kind == "days":
            said = _("%(low)s 起", low=shown[0]) if shown[0] else _("%(high)s 止", high=shown[1])
    if one.kind == "wan_range":
        said = _("%(amounts)s万元", amounts=said)
    where = sa.false() if problem else one.where((ends[0], ends[1]), user)
    return [Asked(one.label, said, names, where, problem)]


def _end(kind: str, text: str) -> dt.date | Decimal:
    if kind == "days":
        return parse_day(text, clock.today())
    amount = parse_wan(text)
    return amount.to_integral_value() if amount == amount.to_integral_value() else amount


def cleaned(text: str | None) -> str:
    return texts.clean_line((text or "")[:WORD])


def each_cleaned(values: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(word for value in values[:MOST_VALUES] if (word := cleaned(value))))


def _ids(args: MultiDict[str, str]) -> list[int]:
    parts = [part for text in args.getlist("ids") for part in text[:LONGEST_IDS].split(",")]
    numbers = (int(part) for part in parts if part.isascii() and part.isdecimal() and len(part) < 10)
    return list(dict.fromkeys(numbers))[:MOST_IDS]


def known_arguments(page: ListPage) -> set[str]:
    """The names an address of this list may have; others are dropped when it is kept."""
    names = {"sort", "size", "columns", "ids", "q", *page.arguments}
    if page.tag_permission:
        names.add("tag")
    for one in page.filters:
        names.update(one.names)
    return names


def pairs_of(
    page: ListPage, args: MultiDict[str, str], *, leave_out: Iterable[str] = ()
) -> list[tuple[str, str]]:
    """The arguments of an address that mean something here, empty ones and the page number left out."""
    known = known_arguments(page) - set(leave_out)
    return [
        (name, said)
        for name, values in args.lists()
        if name in known
        for value in values[:MOST_VALUES]
        if (said := texts.clean_line(value[: LONGEST_IDS if name == "ids" else WORD]))
    ]


def filter_in_words(page: ListPage, user: User, args: MultiDict[str, str]) -> str:
    """What a file says of how it was narrowed."""
    return in_words(asked_for(page, user, args))


def in_words(asked: Iterable[Asked]) -> str:
    said = [_("%(what)s：%(value)s", what=one.label, value=one.value) for one in asked]
    return joined(said, "；") if said else _("没有筛选")


def problems_of(asked: Iterable[Asked]) -> list[str]:
    return [_("%(what)s：%(value)s", what=one.label, value=one.problem) for one in asked if one.problem]


def chosen_columns(page: ListPage, user: User, args: MultiDict[str, str]) -> list[Column]:
    """The columns in force: of the address, else those remembered, else the page's own; the first always."""
    columns = page.all_columns()
    keys = set(args.getlist("columns"))
    if not keys & {column.key for column in columns}:
        keys = set(queries.remembered_columns(user, page.name) or ())
    if not keys & {column.key for column in columns}:
        keys = {column.key for column in columns if column.default}
    return [column for at, column in enumerate(columns) if at == 0 or column.key in keys]


def with_options(rows: sa.Select[Any], columns: Iterable[Column]) -> sa.Select[Any]:
    """The rows with what these columns read besides, in a number of statements that does not grow with them."""
    return rows.options(*(option for column in columns for option in column.options))
