"""What a list page is: columns, filters, order and acts, told once and used by the page, the bulk bar, the export.

A feature tells its list when it is imported, and its index view hands `context(PAGE, me())` to a template that
calls `list_page(listing)` of lists/_list.html:

    PAGE = register(ListPage("enterprises", N_("企业"), "enterprise", Enterprise, columns=(…), filters=(…), …))

`select_for` is the one place where an address becomes a query, so an export holds exactly what the list shows.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from operator import eq
from typing import Any
from urllib.parse import parse_qsl, urlencode

import sqlalchemy as sa
from flask import request, url_for
from werkzeug.datastructures import MultiDict

from crm.db import db
from crm.lib import clock, phones, texts
from crm.lib.dates import parse_day
from crm.lib.errors import Refused
from crm.lib.numerals import parse_wan
from crm.lib.words import N_, _, joined, singular
from crm.org.models import User
from crm.org.permissions import Permission, Scope
from crm.search import index
from crm.web import listing

from . import queries

NUMERIC = {"number", "wan", "mu"}
UNITS = {"wan": N_("万元"), "mu": N_("亩")}
UNIT_COLUMNS = ("unit_id", "follow_unit_id", "first_report_unit_id", "report_unit_id")
OWNER_COLUMNS = (
    "owner_id",
    "follow_user_id",
    "first_report_user_id",
    "reported_by_id",
    "sponsor_id",
    "author_id",
)
MOST_IDS = 1000
LONGEST_IDS = 20_000
MOST_VALUES = 50  # of one name in the address
WORD = 200  # characters of one value in the address


@dataclass(frozen=True)
class Column:
    """One column. `value(row)` gives what `kind` says:

    text, code: str · number: int or Decimal · wan (万元), mu (亩): Decimal · day: date · moment: aware datetime ·
    state: Labelled · phones: list of str, unmasked; the list and the export mask them. None is an empty cell.
    `sort` is a key of the page's `sorts`; `url(row)` makes the cell a link. `options` load what only this column
    reads. `numbers_of(row)` says whose phones they are when they are not the row's own: they leave in full only where
    the right reaches that record. `typed`: words of people, which may happen to be some of ours; never translated.
    """

    key: str
    msgid: str
    value: Callable[[Any], Any]
    kind: str = "text"
    sort: str | None = None
    default: bool = True
    url: Callable[[Any], str | None] | None = None
    options: tuple[Any, ...] = ()
    numbers_of: Callable[[Any], Any] | None = None
    typed: bool = False

    @property
    def label(self) -> str:
        return singular(self.msgid)

    @property
    def unit(self) -> str:
        return _(UNITS[self.kind]) if self.kind in UNITS else ""

    @property
    def title(self) -> str:
        """The heading with its unit, as a file has it."""
        return f"{self.label}（{self.unit}）" if self.unit else self.label


@dataclass(frozen=True)
class Filter:
    """One way to narrow the list. `where(value, user)` answers an SQL condition; `value` is by kind:

    text: str · choice: one offered value (several in the address are OR-ed) · flag: True · day: date ·
    days: (from, to) dates · wan_range: (from, to) Decimals; either end may be None (`key_from`, `key_to`).
    """

    key: str
    msgid: str
    kind: str = "text"
    choices: Callable[[User], Iterable[tuple[Any, str]]] | None = None
    where: Callable[[Any, User], Any] = lambda value, user: sa.true()

    @property
    def label(self) -> str:
        return singular(self.msgid)

    @property
    def names(self) -> tuple[str, ...]:
        """Its names in the address."""
        ranged = self.kind in ("days", "wan_range")
        return (f"{self.key}_from", f"{self.key}_to") if ranged else (self.key,)


def between(column: Any, ends: tuple[Any, Any]) -> sa.ColumnElement[bool]:
    """From the one to the other, both included; an end that is None is open. What a range filter asks."""
    low, high = ends
    parts = [column >= low] if low is not None else []
    parts += [column <= high] if high is not None else []
    return sa.and_(sa.true(), *parts)


@dataclass(frozen=True)
class BulkAct:
    """One act on many records: `run(record, value, user)` does it or raises Refused, which skips the record.

    Each record runs in a savepoint; the view commits them together. `choices(user)` offers values to choose
    from; without it the act is a bare button and `value` is empty.
    """

    key: str
    msgid: str
    permission: Permission
    run: Callable[[Any, str, User], None]
    choices: Callable[[User], Iterable[tuple[Any, str]]] | None = None
    icon: str = "assign"

    @property
    def label(self) -> str:
        return _(self.msgid)


@dataclass(frozen=True)
class ListPage:
    """One list. `base(user)` selects what the user may see, with loader options for what the columns read.

    `msgid` names the records (企业); `noun` is what index, tags and trail call them. `belongs(row)` gives
    {"units": […], "owners": […]} for rights that reach less far than seeing does. `tag_permission` turns tags on;
    `searched` says that `q` asks the index, `matching(text)` how, when not by the noun's own entries; `also(args)` is a
    condition that the page sets of itself, whatever the filters say. `in_bulk(user)` selects what `base` does, loaded
    as it suits a hundred thousand rows and not a page. `many` says that there can be half a million: the page counts
    no further than listing.MOST_COUNTED, its export does. `empty_actions(user)` gives [(label, url)] for an empty list.

    A page that draws its rows its own way (the queue of 查重, the trail) tells here what leaves of it: `asks(user,
    args)` reads its own filter, whose names in the address are `arguments`; `usual_sort(args)` is its order where the
    filter decides about that; `dress(rows, user)` answers what the columns of a lot of rows read, in as many
    statements however many they are; `address(pairs)` is where it stands when that is more than its endpoint.
    """

    name: str
    msgid: str
    noun: str
    model: Any
    columns: Sequence[Column]
    filters: Sequence[Filter]
    sorts: Mapping[str, Any]  # a column, or a tuple of terms that is an order by itself
    default_sort: str
    base: Callable[[User], sa.Select[Any]]
    view_permission: Permission
    export_permission: Permission
    endpoint: str
    export_full_permission: Permission | None = None
    tag_permission: Permission | None = None
    belongs: Callable[[Any], dict[str, Iterable[int | None]]] | None = None
    acts: Sequence[BulkAct] = ()
    searched: bool = True
    matching: Callable[[str], Any] | None = None
    also: Callable[[MultiDict[str, str]], Any] | None = None
    asks: Callable[[User, MultiDict[str, str]], list[Asked]] | None = None
    arguments: Sequence[str] = ()
    usual_sort: Callable[[MultiDict[str, str]], str] | None = None
    dress: Callable[[Sequence[Any], User], Sequence[Any]] | None = None
    address: Callable[[Sequence[tuple[str, str]]], str] | None = None
    row_label: Callable[[Any], str] = lambda row: str(row.name)
    in_bulk: Callable[[User], sa.Select[Any]] | None = None
    many: bool = False
    empty_text: str = ""
    empty_actions: Callable[[User], list[tuple[str, str]]] = field(default=lambda user: [])

    @property
    def label(self) -> str:
        return _(self.msgid)

    @property
    def key(self) -> Any:
        return self.model.id

    def select(self, user: User) -> sa.Select[Any]:
        return self.base(user)

    def belonging(self, row: Any) -> dict[str, Iterable[int | None]]:
        """Whose the record is: told by the feature, else by the columns that say so everywhere."""
        return self.belongs(row) if self.belongs else belonging(row)

    def all_columns(self) -> list[Column]:
        """Its own columns and, where there are tags, theirs."""
        return [*self.columns, TAGS] if self.tag_permission else list(self.columns)

    def also_filtered_by(self, *filters: Filter) -> None:
        """Upper floors put filters of theirs behind a list's own, when they are imported."""
        object.__setattr__(self, "filters", (*self.filters, *filters))

    def url(self, query: Sequence[tuple[str, str]] | str = "") -> str:
        if self.address:
            return self.address(parse_qsl(query) if isinstance(query, str) else query)
        asked = query if isinstance(query, str) else urlencode(query)
        return url_for(self.endpoint) + (f"?{asked}" if asked else "")


def belonging(row: Any) -> dict[str, Iterable[int | None]]:
    """Whose a record is, by the columns that say so everywhere."""
    return {
        "units": [getattr(row, name) for name in UNIT_COLUMNS if hasattr(row, name)],
        "owners": [getattr(row, name) for name in OWNER_COLUMNS if hasattr(row, name)],
    }


TAGS = Column("tags", N_("标签"), lambda row: None, kind="tags", default=False)
LISTS: dict[str, ListPage] = {}


def register(page: ListPage) -> ListPage:
    """Make the list known under its name. Twice the same name is a mistake."""
    if page.name in LISTS:
        raise ValueError(f"two lists are called {page.name}")
    LISTS[page.name] = page
    return page


# --- from the address to the query ------------------------------------------------------------------------


@dataclass(frozen=True)
class Asked:
    """One filter of the address: its condition, how it reads, and what removing it changes."""

    label: str
    value: str
    names: dict[str, Any]  # argument -> what stays of it (None: nothing)
    where: Any
    problem: str = ""


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
    if page.searched and (text := _word(args.get("q"))):
        where = page.matching(text) if page.matching else page.key.in_(index.matching(page.noun, text))
        found.append(Asked(_("查找"), text, {"q": None}, where))
    if page.asks:
        found += page.asks(user, args)
    for one in page.filters:
        if any(name in args for name in one.names):
            found += _read(one, user, args)
    if page.tag_permission:
        words = _words(args.getlist("tag"))
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
    values = _words(args.getlist(one.key))
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
    text = _word(args.get(one.key))
    if not text:
        return []
    try:
        day = parse_day(text, clock.today())
    except Refused as refused:
        return [Asked(one.label, text, {one.key: None}, sa.false(), refused.message)]
    return [Asked(one.label, day.isoformat(), {one.key: None}, one.where(day, user))]


def _read_range(one: Filter, user: User, args: MultiDict[str, str]) -> list[Asked]:
    typed = [_word(args.get(name)) for name in one.names]
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
    unit = _("万元") if one.kind == "wan_range" else ""
    if shown[0] and shown[1]:
        said = _("%(low)s 至 %(high)s", low=shown[0], high=shown[1])
    else:
        said = _("不小于 %(low)s", low=shown[0]) if shown[0] else _("不大于 %(high)s", high=shown[1])
        if one.kind == "days":
            said = _("%(low)s 起", low=shown[0]) if shown[0] else _("%(high)s 止", high=shown[1])
    where = sa.false() if problem else one.where((ends[0], ends[1]), user)
    return [Asked(one.label, said + unit, names, where, problem)]


def _end(kind: str, text: str) -> dt.date | Decimal:
    if kind == "days":
        return parse_day(text, clock.today())
    amount = parse_wan(text)
    return amount.to_integral_value() if amount == amount.to_integral_value() else amount


def _word(text: str | None) -> str:
    return texts.clean_line((text or "")[:WORD])


def _words(values: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(word for value in values[:MOST_VALUES] if (word := _word(value))))


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
    return _in_words(asked_for(page, user, args))


def _in_words(asked: Iterable[Asked]) -> str:
    said = [_("%(what)s：%(value)s", what=one.label, value=one.value) for one in asked]
    return joined(said, "；") if said else _("没有筛选")


def _problems(asked: Iterable[Asked]) -> list[str]:
    return [_("%(what)s：%(value)s", what=one.label, value=one.problem) for one in asked if one.problem]


# --- columns ----------------------------------------------------------------------------------------------


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


# --- the page ---------------------------------------------------------------------------------------------


def context(page: ListPage, user: User) -> dict[str, Any]:
    """Everything lists/_list.html draws, for the address in hand. The number of statements is the page's own."""
    args = request.args
    asked = asked_for(page, user, args)
    rows = page.select(user)
    for one in asked:
        rows = rows.where(one.where)
    if page.also:
        rows = rows.where(page.also(args))
    rows = listing.ordered(rows, page.sorts, default=page.default_sort, key=page.key)
    columns = chosen_columns(page, user, args)
    loaded = with_options(page.select(user), columns)
    found = listing.page_of(rows, key=page.key, load=loaded, many=page.many)
    if page.dress:
        found.items = page.dress(found.items, user)
    tags = {}
    if page.tag_permission and any(column.key == TAGS.key for column in columns):
        tags = queries.tags_of(page.noun, [row.id for row in found.items])
    filters = pairs_of(page, args, leave_out=("sort", "size", "columns"))
    return {
        "page": page,
        "rows": found,
        "columns": [_heading(page, column) for column in columns],
        "column_of": {column.key: column for column in columns},
        "all_columns": page.all_columns(),
        "chosen": [column.key for column in columns],
        "tags": tags,
        "tag_url": lambda word: page.url([("tag", word)]),
        "chips": [_chip(one) for one in asked],
        "problems": _problems(asked),
        "clear_url": page.url(
            pairs_of(page, args, leave_out=known_arguments(page) - {"sort", "size", "columns"})
        ),
        "fields": _fields(page, user, args),
        "keep": pairs_of(
            page, args, leave_out={name for one in page.filters for name in one.names} | {"q", "tag", "ids"}
        ),
        "keep_search": pairs_of(page, args, leave_out=("q",)),
        "q": _word(args.get("q")),
        "query": urlencode(pairs_of(page, args)),
        "query_pairs": pairs_of(page, args),
        "filtered": bool(filters),
        "filter_words": _in_words(asked),
        "empty": _why_empty(page, user, filters) if not found.total else "",
        "empty_actions": [] if found.total else page.empty_actions(user),
        "masked": masked,
        **_views(page, user, args),
        **_acts(page, user),
    }


def masked(values: Iterable[str]) -> str:
    """Phones and other handles of one cell, each masked."""
    return "、".join(phones.mask_handle(value) for value in values)


def narrowed(page: ListPage, user: User) -> dict[str, Any]:
    """The part of `context` that narrows: chips, fields and search, for a page that shows the rows its own way."""
    args = request.args
    asked = asked_for(page, user, args)
    own = {name for one in page.filters for name in one.names} | {"q", "tag", "ids"}
    return {
        "page": page,
        "chips": [_chip(one) for one in asked],
        "problems": _problems(asked),
        "clear_url": page.url(),
        "fields": _fields(page, user, args),
        "keep": pairs_of(page, args, leave_out=own),
        "keep_search": pairs_of(page, args, leave_out=("q",)),
        "q": _word(args.get("q")),
    }


def _chip(one: Asked) -> dict[str, Any]:
    """A filter in force, which goes away on its own; of words and tags the value is somebody's own text."""
    typed = bool(one.names.keys() & {"q", "tag"})
    return {
        "label": one.label,
        "value": one.value,
        "remove_url": listing.address(**one.names),
        "typed": typed,
    }


def _heading(page: ListPage, column: Column) -> dict[str, Any]:
    now = listing.current_sort(page.default_sort)
    sorts = column.sort in page.sorts
    direction = None
    if sorts and now.removeprefix("-") == column.sort:
        direction = "desc" if now.startswith("-") else "asc"
    return {
        "key": column.key,
        "label": column.label,
        "unit": column.unit,
        "numeric": column.kind in NUMERIC,
        "sort_url": listing.sort_address(str(column.sort), page.default_sort) if sorts else None,
        "sorted": direction,
    }


def _fields(page: ListPage, user: User, args: MultiDict[str, str]) -> list[dict[str, Any]]:
    fields = []
    for one in page.filters:
        made: dict[str, Any] = {"key": one.key, "label": one.label, "kind": one.kind, "names": one.names}
        made["typed"] = [_word(args.get(name)) for name in one.names]
        made["values"] = _words(args.getlist(one.key))
        if one.kind == "choice":
            made["choices"] = [
                (str(value), str(label)) for value, label in (one.choices or (lambda _: ()))(user)
            ]
        fields.append(made)
    if page.tag_permission:
        words = queries.tag_words(page.noun, page.select(user).with_only_columns(page.key).order_by(None))
        values = _words(args.getlist("tag"))
        if words or values:
            offered = list(dict.fromkeys([*words, *values]))
            fields.append({"key": "tag", "label": _("标签"), "kind": "choice", "names": ("tag",), "typed": [""],
                           "values": values, "choices": [(word, word) for word in offered]})  # fmt: skip
    return fields


def _why_empty(page: ListPage, user: User, filters: list[tuple[str, str]]) -> str:
    """no_match: the filter lets none through; no_right: there are some, but of other units; no_data: none yet."""
    if filters:
        return "no_match"
    if user.scope_of(page.view_permission) is Scope.DISTRICT:
        return "no_data"
    others = db.session.scalar(sa.select(page.key).limit(1))
    return "no_right" if others is not None else "no_data"


def _views(page: ListPage, user: User, args: MultiDict[str, str]) -> dict[str, Any]:
    here = sorted(pairs_of(page, args))
    mine: list[dict[str, Any]] = []
    units: list[dict[str, Any]] = []
    current = None
    chosen = queries.columns_of_views(user, page.name)
    for view in queries.views_for(user, page.name):
        pairs = queries.pairs_of_view(view, chosen.get(view.id))
        item = {"label": view.name, "url": page.url(pairs), "id": view.id, "mine": view.user_id == user.id}
        if sorted(pairs) == here:
            current = view.name
        (mine if view.user_id == user.id else units).append(item)
    groups = [{"label": _("我的视图"), "items": mine}, {"label": _("本单位的视图"), "items": units}]
    return {"views": groups, "current_view": current}


def _acts(page: ListPage, user: User) -> dict[str, Any]:
    acts = [
        {
            "key": act.key,
            "label": act.label,
            "icon": act.icon,
            "choices": [(str(value), str(label)) for value, label in act.choices(user)]
            if act.choices
            else None,
        }
        for act in page.acts
        if user.may(act.permission)
    ]
    return {
        "acts": acts,
        "may_tag": bool(page.tag_permission and user.may(page.tag_permission)),
        "may_export": user.may(page.export_permission),
    }
