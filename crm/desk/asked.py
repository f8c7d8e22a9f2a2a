"""A figure is a list page and an address of it, and that very list counts it: a number and the records behind its link
cannot drift apart."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import sqlalchemy as sa
from werkzeug.datastructures import MultiDict

from crm.db import db
from crm.lib.words import _
from crm.lists.asked import where_of
from crm.lists.table import LISTS, ListPage
from crm.org.models import User
from crm.org.permissions import Scope

Part = tuple[str, tuple[tuple[str, str], ...]]
"""One filter of an address, and what is said of it."""


@dataclass(frozen=True)
class Asked:
    """A list and the filters of its address; `msgid` is what its rows are called, when not by the list's name. Where
    `summed` names a column, the figure is not how many rows there are but what stands in it, as it is stored."""

    page: str
    args: dict[str, str | list[str]] = field(default_factory=dict)
    msgid: str = ""
    summed: Any = None

    @property
    def listing(self) -> ListPage:
        return LISTS[self.page]

    @property
    def label(self) -> str:
        return _(self.msgid) if self.msgid else self.listing.label

    @cached_property
    def parts(self) -> tuple[Part, ...]:
        said = MultiDict(self.args)
        pairs = {
            one.key: tuple((name, value) for name in one.names for value in said.getlist(name))
            for one in self.listing.filters
        }
        return tuple((key, some) for key, some in pairs.items() if some)

    @property
    def key(self) -> tuple[Any, ...]:
        """Two that are the same figure have the same."""
        return self.page, self.parts, self.summed is None

    def rows(self, user: User) -> sa.Select[Any]:
        return _narrowed(self.listing, user, _wheres([self], user).values())

    def with_(self, **more: str | list[str]) -> Asked:
        return replace(self, args={**self.args, **more})

    def called(self, msgid: str) -> Asked:
        return replace(self, msgid=msgid)

    @property
    def figure(self) -> Any:
        """What is asked of its rows, as SQL."""
        return sa.func.count() if self.summed is None else sa.func.sum(self.summed)


def _wheres(asked: Sequence[Asked], user: User) -> dict[Part, sa.ColumnElement[bool]]:
    """Each part of these addresses of one list as a condition, made once however many have it."""
    filters = {one.key: one for one in asked[0].listing.filters}
    parts = dict.fromkeys(part for one in asked for part in one.parts)
    return {part: where_of(filters[part[0]], user, MultiDict(part[1])) for part in parts}


def _narrowed(page: ListPage, user: User, wheres: Iterable[Any]) -> sa.Select[Any]:
    rows = page.select(user).where(*wheres).order_by(None)
    return rows.where(page.also(MultiDict())) if page.also else rows


def counting(asked: Sequence[Asked], user: User) -> sa.Select[Any]:
    """One row: how many each of these addresses of one list holds. Whose records the user may see, which is by far the
    dearest part, is asked once; what all addresses are narrowed by stands apart, for an index to find."""
    wheres, parts = _wheres(asked, user), [one.parts for one in asked]
    shared = [part for part in parts[0] if all(part in own for own in parts)]
    each = [sa.and_(sa.true(), *(wheres[part] for part in own if part not in shared)) for own in parts]
    rows = _narrowed(asked[0].listing, user, [*(wheres[part] for part in shared), sa.or_(*each)])
    figures = [one.figure.filter(where) for one, where in zip(asked, each, strict=True)]
    return rows.with_only_columns(*figures, maintain_column_froms=True)


def _apart(asked: Sequence[Asked], user: User) -> sa.Select[Any]:
    """The same for one who sees the whole district: each figure is read from the index that suits it, where all together
    would be a walk over every row."""
    wheres = _wheres(asked, user)
    rows = (_narrowed(one.listing, user, (wheres[part] for part in one.parts)) for one in asked)
    return sa.select(
        *(
            some.with_only_columns(one.figure, maintain_column_froms=True).scalar_subquery()
            for one, some in zip(asked, rows, strict=True)
        )
    )


def counts(asked: Sequence[Asked], user: User) -> list[Any]:
    """How many each holds, in one statement for each list."""
    numbers: dict[int, Any] = {}
    for page in dict.fromkeys(one.page for one in asked):
        places = [at for at, one in enumerate(asked) if one.page == page]
        some = [asked[at] for at in places]
        sees_all = user.scope_of(some[0].listing.view_permission) is Scope.DISTRICT
        rows = _apart(some, user) if sees_all else counting(some, user)
        numbers |= zip(places, db.session.execute(rows).one(), strict=True)
    return [numbers[at] for at in range(len(asked))]
