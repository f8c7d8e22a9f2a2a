"""Reading saved views, remembered columns and tags."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import parse_qsl

import sqlalchemy as sa

from crm.db import db
from crm.org.models import User

from .models import ChosenColumns, SavedView, Tag, ViewColumns

MOST_WORDS = 100


def views_for(user: User, page: str) -> list[SavedView]:
    """Mine, and those shared with my unit; by name."""
    visible = sa.or_(SavedView.user_id == user.id, SavedView.unit_id == user.unit_id)
    return list(
        db.session.scalars(
            sa.select(SavedView).where(SavedView.page == page, visible).order_by(SavedView.name)
        )
    )


def own_views(user: User) -> sa.Select[SavedView]:
    return sa.select(SavedView).where(SavedView.user_id == user.id)


def pairs_of_view(view: SavedView, columns: Sequence[str] | None = None) -> list[tuple[str, str]]:
    """Its address, with these columns instead of its own where somebody has chosen them."""
    pairs = parse_qsl(view.query)
    if not columns:
        return pairs
    return [pair for pair in pairs if pair[0] != "columns"] + [("columns", key) for key in columns]


def columns_of_views(user: User, page: str) -> dict[int, list[str]]:
    """{view: the columns that this person has chosen for it}, of views that others share."""
    rows = sa.select(ViewColumns.view_id, ViewColumns.keys).join(SavedView)
    return dict(
        db.session.execute(rows.where(ViewColumns.user_id == user.id, SavedView.page == page)).all()  # type: ignore[arg-type]
    )


def view_at(user: User, page: str, pairs: Sequence[tuple[str, str]]) -> SavedView | None:
    """The view whose address, as this person has it, this is: one of his own before a shared one."""
    chosen, here = columns_of_views(user, page), sorted(pairs)
    views = sorted(views_for(user, page), key=lambda view: view.user_id != user.id)
    return next((one for one in views if sorted(pairs_of_view(one, chosen.get(one.id))) == here), None)


def remembered_columns(user: User, page: str) -> list[str] | None:
    return db.session.scalar(sa.select(ChosenColumns.keys).filter_by(user_id=user.id, page=page))


def tagged(noun: str, words: Sequence[str]) -> sa.Select[int]:
    """Ids of the records of `noun` that carry one of `words`: the condition behind the tag filter."""
    return sa.select(Tag.record_id).where(Tag.noun == noun, Tag.word.in_(words))


def tags_of(noun: str, ids: Sequence[int]) -> dict[int, list[str]]:
    """{record id: its tags}, one statement for a whole page."""
    found: dict[int, list[str]] = {}
    if ids:
        rows = sa.select(Tag.record_id, Tag.word).where(Tag.noun == noun, Tag.record_id.in_(ids))
        for record_id, word in db.session.execute(rows.order_by(Tag.word)):
            found.setdefault(record_id, []).append(word)
    return found


def tag_words(noun: str, visible: sa.Select[int]) -> list[str]:
    """The tags in use on records that `visible` selects."""
    rows = sa.select(Tag.word).where(Tag.noun == noun, Tag.record_id.in_(visible))
    return list(db.session.scalars(rows.group_by(Tag.word).order_by(Tag.word).limit(MOST_WORDS)))
