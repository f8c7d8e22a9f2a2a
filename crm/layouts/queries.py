"""Which layouts there are for whom: official ones first, then the house's own."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from crm.db import db
from crm.lists.exports.shapes import Shape
from crm.lists.table import LISTS, ListPage
from crm.org.models import User
from crm.org.permissions import Permission

from . import official
from .models import Layout


@dataclass(frozen=True)
class Sheet:
    """An official layout or one of ours, told alike."""

    key: str  # in its address: a word, or the number of the row
    name: str
    page: ListPage
    query: str
    shape: Shape
    layout: Layout | None = None


def sheets_for(user: User) -> list[Sheet]:
    """Those whose list the user may export; ones not yet in use only for who manages layouts."""
    found = [_official(one) for one in official.everything().values()]
    found += [_ours(one) for one in db.session.scalars(_visible_to(user).order_by(Layout.id))]
    return [one for one in found if user.may(one.page.export_permission)]


def sheet_for(user: User, key: str) -> Sheet | None:
    """The layout at this address; None when there is none for this user."""
    if one := official.everything().get(key):
        return _official(one)
    if not (key.isascii() and key.isdecimal() and len(key) < 10):
        return None
    ours = db.session.scalar(_visible_to(user).where(Layout.id == int(key)))
    return _ours(ours) if ours else None


def _visible_to(user: User) -> sa.Select[Layout]:
    rows = sa.select(Layout)
    return rows if user.may(Permission.LAYOUT_MANAGE) else rows.where(Layout.in_use)


def _official(one: official.Official) -> Sheet:
    return Sheet(one.key, one.name, LISTS[one.page], one.query, one.shape)


def _ours(one: Layout) -> Sheet:
    return Sheet(str(one.id), one.name, LISTS[one.page], one.query, Shape.of_json(one.shape), one)
