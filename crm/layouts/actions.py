"""Copying a layout, changing the copy, putting it in use, taking it away."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode, urlsplit

from werkzeug.datastructures import MultiDict

from crm.audit.trail import record, recording
from crm.db import db
from crm.lib import texts
from crm.lib.errors import Refused
from crm.lib.words import _
from crm.lists.asked import asked_for, pairs_of
from crm.lists.exports import shapes
from crm.lists.exports.shapes import Shape
from crm.lists.table import LISTS, ListPage
from crm.org.models import User

from .models import Layout
from .queries import Sheet

MOST_OURS = 200


def copy(sheet: Sheet, *, actor: User) -> Layout:
    """One of our own to change: not in use before somebody says so."""
    if db.session.query(Layout).count() >= MOST_OURS:
        raise Refused(_("自己的表式最多 %(n)s 个，请先删掉一些", n=MOST_OURS))
    layout = Layout(
        name=_("%(name)s（副本）", name=sheet.name)[:80],
        page=sheet.page.name,
        query=sheet.query,
        shape=sheet.shape.as_json(),
        copied_from=sheet.name,
    )
    with recording("layout.copied", layout, actor=actor):
        db.session.add(layout)
    return layout


def change(layout: Layout, name: str, query: str, shape: Shape, in_use: bool, *, actor: User) -> None:
    """Refused: texts that are too long, columns that the list has not, a filter that it does not understand."""
    name = texts.clean_line(name)
    if not 1 <= len(name) <= 80:
        raise Refused(_("名称请填 1 到 80 个字"), "name")
    page = LISTS[layout.page]
    shape = shapes.checked(shape, known_columns(page))
    query = checked_query(page, query, actor)
    with recording("layout.changed", layout, actor=actor):
        layout.name, layout.query, layout.in_use = name, query, in_use
        layout.shape = shape.as_json()


def known_columns(page: ListPage) -> dict[str, str]:
    """{key: label} as the shape's texts name them."""
    return {column.key: column.msgid for column in page.all_columns()}


def checked_query(page: ListPage, typed: str, user: User) -> str:
    """A filter as the list's address has it; the whole address may be pasted."""
    typed = texts.clean_line(typed)
    if len(typed) > 2000:
        raise Refused(_("这个筛选太长了，请少选几项"), "query")
    asked = urlsplit(typed).query if "?" in typed else typed
    given = MultiDict(parse_qsl(asked))
    pairs = [pair for pair in pairs_of(page, given) if pair[0] not in ("columns", "size", "ids")]
    if asked and (len(pairs) < len(given) or not parse_qsl(asked)):
        unknown = next((name for name in given if name not in dict(pairs)), asked)
        raise Refused(_("这份名单没有“%(what)s”这个筛选", what=unknown[:40]), "query")
    for one in asked_for(page, user, MultiDict(pairs)):
        if one.problem:
            raise Refused(f"{one.label}：{one.problem}", "query")
    return urlencode(pairs)


def remove(layout: Layout, *, actor: User) -> None:
    record("layout.removed", layout, actor=actor, changes={"shape": [layout.shape, None]})
    db.session.delete(layout)
