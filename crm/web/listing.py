"""A list page is its address: filter, order and page all live in the query string."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import sqlalchemy as sa
from flask import request

from crm.db import db

SIZES = (20, 50, 100, 200)


@dataclass
class Page:
    """One page of rows and where it stands among all of them."""

    items: Sequence[Any]
    total: int
    number: int
    per_page: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // self.per_page))

    def url(self, number: int) -> str:
        return address(page=number)


def page_of(rows: sa.Select[Any], *, key: Any, per_page: int = 50) -> Page:
    """The page that the address asks for.

    `rows` selects whole records, already filtered and ordered; `key` is their id column. Ids are paged first,
    on the index, and only the page's records are loaded: a late page of a long list stays quick.
    Two statements, whatever the length.
    """
    number = _number(request.args.get("page"), 1)
    size = _number(request.args.get("size"), per_page)
    size = size if size in SIZES else per_page
    total = db.session.scalar(
        sa.select(sa.func.count()).select_from(rows.with_only_columns(key).order_by(None).subquery())
    ) or 0  # fmt: skip
    number = min(number, max(1, -(-total // size)))
    ids = rows.with_only_columns(key).limit(size).offset((number - 1) * size).subquery()
    found = db.session.scalars(rows.where(key.in_(sa.select(ids.c[0])))).unique().all()
    return Page(found, total, number, size)


def ordered(rows: sa.Select[Any], sorts: Mapping[str, Any], *, default: str, key: Any) -> sa.Select[Any]:
    """`?sort=name` or `?sort=-name` as an ORDER BY out of the columns on offer; ties by id.

    NULLS LAST only where a null can be: elsewhere it would keep SQLite from walking the index.
    """
    asked = request.args.get("sort") or default
    if asked.lstrip("-") not in sorts:
        asked = default
    column = sorts[asked.lstrip("-")]
    if asked.startswith("-"):
        direction, tie = column.desc(), key.desc()
    else:
        direction, tie = column.asc(), key.asc()
    if getattr(column, "nullable", True):
        direction = sa.nulls_last(direction)
    return rows.order_by(direction, tie)


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
    return int(text) if text and text.isascii() and text.isdecimal() and 0 < len(text) < 10 and int(text) else default
