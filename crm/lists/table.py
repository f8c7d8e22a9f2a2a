"""What a list page is: columns, filters, order and acts, told once and used by the page, the bulk bar, the export.

A feature tells its list when it is imported, and its index view hands `page.context(PAGE, me())` to a template that
calls `list_page(listing)` of lists/_list.html:

    PAGE = register(ListPage("enterprises", N_("企业"), "enterprise", Enterprise, columns=(…), filters=(…), …))

How an address becomes a query is asked.py, how the page is drawn page.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode

import sqlalchemy as sa
from flask import url_for
from werkzeug.datastructures import MultiDict

from crm.lib.words import N_, _, singular
from crm.org import queries as org
from crm.org.models import User
from crm.org.permissions import Permission

NUMERIC = {"number", "wan", "usd", "mu"}
UNITS = {"wan": N_("万元"), "usd": N_("万美元"), "mu": N_("亩")}
UNIT_COLUMNS = ("unit_id", "follow_unit_id", "first_report_unit_id", "report_unit_id")
OWNER_COLUMNS = (
    "owner_id",
    "follow_user_id",
    "first_report_user_id",
    "reported_by_id",
    "sponsor_id",
    "author_id",
)


@dataclass(frozen=True)
class Column:
    """One column. `value(row)` gives what `kind` says:

    text, code: str · number: int or Decimal · wan (万元), usd (万美元), mu (亩): Decimal · day: date · moment: aware datetime ·
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


def of_unit(msgid: str, where: Callable[[int], Any], *, key: str = "unit") -> Filter:
    """To one unit: the user's own first, then all of them, since what a closed one has left is still to be found.
    `where(unit id)` answers the condition."""
    return Filter(
        key,
        msgid,
        "choice",
        lambda user: [("mine", _("本单位")), *org.unit_choices(only_active=False)],
        lambda value, user: where(user.unit_id if value == "mine" else int(value)),
    )


def of_colleague(msgid: str, where: Callable[[int], Any], right: Permission, *, key: str = "owner") -> Filter:
    """To one of those whom a record may be given to by `right`, the user first."""
    return _of_somebody(key, msgid, lambda user: org.colleague_choices(user, right), where)


def of_leader(msgid: str, where: Callable[[int], Any], *, key: str = "leader") -> Filter:
    return _of_somebody(key, msgid, lambda user: org.leader_choices(), where)


def _of_somebody(
    key: str, msgid: str, people: Callable[[User], list[tuple[int, str]]], where: Callable[[int], Any]
) -> Filter:
    return Filter(
        key,
        msgid,
        "choice",
        lambda user: [("me", _("我")), *people(user)],
        lambda value, user: where(user.id if value == "me" else int(value)),
    )


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
class Asked:
    """One filter of the address: its condition, how it reads, and what removing it changes."""

    label: str
    value: str
    names: dict[str, Any]  # argument -> what stays of it (None: nothing)
    where: Any
    problem: str = ""


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
