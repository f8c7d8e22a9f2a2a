"""A list page is its address: filter, order and page all live in the query string."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import sqlalchemy as sa
from flask import g, request

from crm.db import db

SIZES = (20, 50, 100, 200)
MOST_AT_ONCE = 20_000
"""Rows of a page that is drawn to be taken out (`g.whole`): all of them, whatever page one looks at."""
MOST_COUNTED = 10_000
"""How far the rows of a list of very many are counted for a page; `?count=all` counts them all."""
FEW = 1_000
"""So many rows are named first and then put in order; of more the order's index is walked until a page is full."""


@dataclass
class Page:
    """One page of rows and where it stands among all of them; of `more` than `total` nobody has counted the rest."""

    items: Sequence[Any]
    total: int
    number: int
    per_page: int
    more: bool = False

    @property
    def pages(self) -> int:
        """Those that are known to be there."""
        return max(1, -(-(self.total + self.more) // self.per_page))

    @property
    def said(self) -> str:
        return f"{self.total:,}+" if self.more else f"{self.total:,}"

    @property
    def count_url(self) -> str | None:
        """Where the rest is counted too."""
        return address(count="all", page=self.number) if self.more else None

    def url(self, number: int) -> str:
        return address(page=number)

    def size_url(self, size: int) -> str:
        return address(size=size)


def page_of(
    rows: sa.Select[Any],
    *,
    key: Any,
    per_page: int = 50,
    load: sa.Select[Any] | None = None,
    many: bool = False,
) -> Page:
    """The page that the address asks for.

    `rows` selects whole records, already filtered and ordered; `key` is their id column. Ids are paged first,
    on the index, and only the page's records are loaded: a late page of a long list stays quick. `load` is
    what to load them with (default: `rows`); a select without the filters spares asking them twice. Of `many`
    rows no more are counted than MOST_COUNTED, or as many as there are up to this page: to count half a million
    takes a second that nobody waits for gladly. Three statements, of `many` four, and the loader's own, whatever the
    length.
    """
    number = _number(request.args.get("page"), 1)
    size = _number(request.args.get("size"), per_page)
    size = size if size in SIZES else per_page
    if g.get("whole"):
        number, size = 1, MOST_AT_ONCE
    most = max(MOST_COUNTED, number * size) if many and request.args.get("count") != "all" else None
    total = count_of(rows, key=key, most=most and most + 1)
    more = most is not None and total > most
    total -= more
    number = min(number, max(1, -(-total // size)))
    if many and total <= FEW:  # a planner that knows not how few they are walks the whole base in its order
        rows = rows.where(key.in_(db.session.scalars(rows.with_only_columns(key).order_by(None)).all()))
    ids = db.session.scalars(rows.with_only_columns(key).limit(size).offset((number - 1) * size)).all()
    return Page(records(rows if load is None else load, ids, key=key), total, number, size, more)


def count_of(rows: sa.Select[Any], *, key: Any, most: int | None = None) -> int:
    """How many rows a list has, whatever its page; with `most`, no more than that are looked at."""
    some = rows.with_only_columns(key).order_by(None).limit(most).subquery()
    return db.session.scalar(sa.select(sa.func.count()).select_from(some)) or 0


def records(rows: sa.Select[Any], ids: Sequence[int], *, key: Any) -> list[Any]:
    """The records of these ids, in the order of the ids; those that are gone are left out."""
    if not ids:
        return []
    found = db.session.scalars(rows.order_by(None).where(key.in_(ids))).unique()
    by_id = {getattr(one, key.key): one for one in found}
    return [by_id[one] for one in ids if one in by_id]


def ordered(
    rows: sa.Select[Any], sorts: Mapping[str, Any], *, default: str, key: Any, asked: str | None = None
) -> sa.Select[Any]:
    """`?sort=name` or `?sort=-name` as an ORDER BY out of the columns on offer; ties by id.

    A tuple is a whole order by itself, in one direction. NULLS LAST only where a null can be: elsewhere it would keep SQLite from walking the index.
    """
    asked = (request.args.get("sort") if asked is None else asked) or default
    if asked.removeprefix("-") not in sorts:
        asked = default
    column = sorts[asked.removeprefix("-")]
    if isinstance(column, tuple):
        return rows.order_by(None).order_by(*column)
    if asked.startswith("-"):
        direction, tie = column.desc(), key.desc()
    else:
        direction, tie = column.asc(), key.asc()
    if getattr(column, "nullable", True):
        direction = sa.nulls_last(direction)
    return rows.order_by(None).order_by(direction, tie)


def current_sort(default: str) -> str:
    return request.args.get("sort") or default


def address(**changes: Any) -> str:
    """This list's address with some arguments changed; None takes one away. Any change goes to page 1."""
    pairs = [
        (name, value)
        for name, values in request.args.lists()
        for value in values
        if name not in changes and not (name == "page" and "page" not in changes)
    ]
    for name, value in changes.items():
        if value is not None:
            pairs += [(name, one) for one in (value if isinstance(value, list | tuple) else [value])]
    return request.path + ("?" + urlencode(pairs) if pairs else "")


def sort_address(column: str, default: str) -> str:
    """Sort by this column, or turn its direction round."""
    now = current_sort(default)
    return address(sort=f"-{column}" if now == column else column)


def _number(text: str | None, default: int) -> int:
    return (
        int(text)
        if text and text.isascii() and text.isdecimal() and 0 < len(text) < 10 and int(text)
        else default
    )
