"""Keeping views and columns, and acting on many records at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import sqlalchemy as sa
from werkzeug.datastructures import MultiDict

from crm.audit.trail import record
from crm.db import db
from crm.lib import texts
from crm.lib.errors import Refused
from crm.lib.words import _
from crm.org.guard import reaches
from crm.org.models import User
from crm.org.permissions import Permission
from crm.web import listing

from . import queries
from .asked import pairs_of
from .models import ChosenColumns, SavedView, Tag, ViewColumns
from .table import ListPage

MOST_AT_ONCE = 2000  # records of one bulk act
MOST_TAGS = 20  # of one record
MOST_VIEWS = 100  # of one person on one list


# --- views and columns ------------------------------------------------------------------------------------


def save_view(
    page: ListPage, name: str, args: MultiDict[str, str], columns: Sequence[str], *, shared: bool, actor: User
) -> SavedView:
    """Keep the present filter, order and columns under a name; the same name again replaces it."""
    name = texts.clean_line(name)
    if not 1 <= len(name) <= 40:
        raise Refused(_("视图名称请填 1 到 40 个字"), "view_name")
    known = {column.key for column in page.all_columns()}
    pairs = pairs_of(page, args, leave_out=("columns", "ids"))
    pairs += [("columns", key) for key in dict.fromkeys(columns) if key in known]
    query = urlencode(pairs)
    if len(query) > 2000:
        raise Refused(_("这个筛选太长了，存不成视图；请少选几项"), "view_name")
    own = queries.own_views(actor).where(SavedView.page == page.name)
    view = db.session.scalar(own.where(SavedView.name == name))
    if view is None:
        if (db.session.scalar(sa.select(sa.func.count()).select_from(own.subquery())) or 0) >= MOST_VIEWS:
            raise Refused(_("视图已经有 %(n)s 个，请先删掉一些", n=MOST_VIEWS), "view_name")
        view = SavedView(user_id=actor.id, page=page.name, name=name)
        db.session.add(view)
    view.query = query
    view.unit_id = actor.unit_id if shared else None
    return view


def choose_columns(
    page: ListPage, keys: Sequence[str], *, actor: User, view: SavedView | None = None
) -> list[str]:
    """Remember the columns of this list, or of this view that a colleague shares, for this person; none at all: the
    usual ones again. Answers what is remembered now."""
    known = [column.key for column in page.all_columns()]
    wanted = [key for key in known if key in set(keys)]
    model: Any = ChosenColumns if view is None else ViewColumns
    of = {"page": page.name} if view is None else {"view_id": view.id}
    row = db.session.scalar(sa.select(model).filter_by(user_id=actor.id, **of))
    if not wanted:
        if row:
            db.session.delete(row)
    elif row:
        row.keys = wanted
    else:
        db.session.add(model(user_id=actor.id, keys=wanted, **of))
    return wanted


# --- many at once -----------------------------------------------------------------------------------------


@dataclass
class Done:
    """What became of a bulk act."""

    done: int = 0
    skipped: Counter[str] = field(default_factory=Counter)  # why -> how many

    def sentence(self, label: str) -> str:
        said = _("%(act)s：完成 %(done)s 条", act=label, done=self.done)
        if self.skipped:
            why = "，".join(f"{reason}（{_('%(n)s 条', n=n)}）" for reason, n in self.skipped.most_common(3))
            said += "；" + _("跳过 %(n)s 条：%(why)s", n=self.skipped.total(), why=why)
        return said


def on_each(page: ListPage, rows: sa.Select[Any], act: Callable[[Any], None]) -> Done:
    """Do it to every selected record; a record whose rule says no is left as it was, and why is counted."""
    ids = db.session.scalars(rows.with_only_columns(page.key).limit(MOST_AT_ONCE + 1)).all()
    if not ids:
        raise Refused(_("没有选中任何记录"))
    if len(ids) > MOST_AT_ONCE:
        raise Refused(_("一次最多处理 %(n)s 条，请缩小筛选范围", n=MOST_AT_ONCE))
    result = Done()
    for subject in listing.records(rows, ids, key=page.key):
        try:
            with db.session.begin_nested():
                act(subject)
            result.done += 1
        except Refused as refused:
            result.skipped[refused.message] += 1
    return result


def tag(page: ListPage, subject: Any, word: str, *, actor: User, take_away: bool = False) -> None:
    """Put a word on a record, or take it off."""
    word = checked_word(word)
    if not within_reach(page, subject, page.tag_permission, actor):
        raise Refused(_("不在您可以改的范围内"))
    before = queries.tags_of(page.noun, [subject.id]).get(subject.id, [])
    if (word in before) is not take_away:
        raise Refused(_("没有这个标签") if take_away else _("已有这个标签"))
    if take_away:
        gone = sa.delete(Tag).where(Tag.noun == page.noun, Tag.record_id == subject.id, Tag.word == word)
        db.session.execute(gone)
        after = [one for one in before if one != word]
    else:
        db.session.add(Tag(noun=page.noun, record_id=subject.id, word=word))
        after = [*before, word]
    verb = f"{page.noun}.{'untagged' if take_away else 'tagged'}"
    record(verb, subject, actor=actor, noun=page.noun, changes={"tags": [before, after]})


def set_tags(subject: Any, typed: str, *, actor: User) -> list[str]:
    """The tags of a record are exactly these words."""
    noun = subject.__tablename__
    words = texts.apart(typed)
    if longest := next((word for word in words if len(word) > 32), None):
        raise Refused(_("标签“%(word)s…”太长，最多 32 个字", word=longest[:10]), "words")
    if len(words) > MOST_TAGS:
        raise Refused(_("标签最多 %(most)s 个", most=MOST_TAGS), "words")
    before = queries.tags_of(noun, [subject.id]).get(subject.id, [])
    gone = [word for word in before if word not in words]
    if gone:
        mine = sa.delete(Tag).where(Tag.noun == noun, Tag.record_id == subject.id, Tag.word.in_(gone))
        db.session.execute(mine)
    db.session.add_all(
        Tag(noun=noun, record_id=subject.id, word=word) for word in words if word not in before
    )
    if sorted(before) != sorted(words):
        record(f"{noun}.tagged", subject, actor=actor, changes={"tags": [before, words]})
    return words


def checked_word(word: str) -> str:
    word = texts.clean_line(word)
    if not 1 <= len(word) <= 32:
        raise Refused(_("标签请填 1 到 32 个字"))
    return word


def within_reach(page: ListPage, subject: Any, permission: Permission | None, user: User) -> bool:
    """Whether this right of the user reaches this record."""
    if permission is None:
        return False
    return reaches(user.scope_of(permission), user, **page.belonging(subject))
