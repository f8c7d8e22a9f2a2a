"""登记 → 发布: written down by a unit, published by the office that does so, taken back with a reason."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from werkzeug.datastructures import FileStorage

from crm.audit.trail import record, recording
from crm.db import db
from crm.files import store
from crm.jobs import actions as bell
from crm.lib import clock
from crm.lib.errors import Refused
from crm.lib.words import _
from crm.org.models import User
from crm.search import index
from crm.search.tokens import Field, Kind
from crm.supervision.actions import needed

from . import queries
from .models import Story
from .states import StoryState, is_address

FACTS = ("title", "kind", "text", "on_day", "person_id", "deal_id", "project_id")


def register(data: dict[str, Any], *, uploads: Sequence[FileStorage] = (), actor: User) -> Story:
    """Written down by the actor's unit, of whatever unit. Those who publish are told."""
    unit_id = _whose(data)
    _refuse_same(data["title"], unit_id)
    made = Story(
        unit_id=unit_id, entered_unit_id=actor.unit_id, entered_by_id=actor.id, **{name: data[name] for name in FACTS}
    )  # fmt: skip
    db.session.add(made)
    with recording("story.registered", made, actor=actor):
        db.session.flush()
    _attach(made, uploads, actor)
    put_in_index(made)
    if not queries.publishes(actor):
        said = _("等您发布先进典型：%(name)s", name=made.title)
        bell.tell(queries.publishers(), f"story:{made.id}", said, "stories.show", id=made.id)
    return made


def edit(
    story: Story, data: dict[str, Any], *, uploads: Sequence[FileStorage] = (), actor: User
) -> None:  # fmt: skip
    unit_id = _whose(data)
    _refuse_same(data["title"], unit_id, story)
    if story.published_on and data["on_day"] > story.published_on:
        raise Refused(_("发布日期不能早于事迹的日期"), "on_day")
    with recording("story.edited", story, actor=actor):
        story.unit_id = unit_id
        for name in FACTS:
            setattr(story, name, data[name])
    _attach(story, uploads, actor)
    put_in_index(story)


def _refuse_same(title: str, unit_id: int, story: Story | None = None) -> None:
    if queries.same(title, unit_id) not in (None, story):
        raise Refused(_("这个单位同一标题的典型已经登记过了"), "title")


def publish(story: Story, on_day: dt.date, where: str, link: str, *, actor: User) -> None:
    """Where and when it came out, and where it can be read; said again, it puts right what was said before."""
    needed(where, _("请写明发布在哪里"), "published_in")
    if on_day > clock.today():
        raise Refused(_("发布日期不能晚于今天"), "published_on")
    if on_day < story.on_day:
        raise Refused(_("发布日期不能早于事迹的日期"), "published_on")
    if link and not is_address(link):
        raise Refused(_("网址要写全，以 http:// 或者 https:// 开头"), "link")
    with recording("story.published", story, actor=actor):
        story.published_on, story.published_in, story.link = on_day, where, link


def take_back(story: Story, reason: str, *, actor: User) -> None:
    """What should not have come out waits again, and is seen by few."""
    if story.state is not StoryState.PUBLISHED:
        raise Refused(_("还没有发布"))
    needed(reason, _("请写明撤下的原因"), "reason")
    with recording("story.taken_back", story, actor=actor, note=reason):
        story.published_on, story.published_in, story.link = None, "", ""


def search_fields(story: Story) -> list[Field]:
    """What a story is found by."""
    return [
        Field(Kind.NAME, story.title),
        Field(Kind.NAME, story.person.name if story.person else story.unit.name),
        Field(Kind.TEXT, story.text),
    ]


def put_in_index(story: Story) -> None:
    db.session.flush()
    db.session.refresh(story, ["unit", "person"])
    index.put(queries.NOUN, story.id, search_fields(story))


def _whose(data: dict[str, Any]) -> int:
    """Of a person's story the unit is his, whatever else was chosen."""
    if data["on_day"] > clock.today():
        raise Refused(_("事迹的日期不能晚于今天"), "on_day")
    person = db.session.get(User, data.get("person_id") or 0)
    unit_id = person.unit_id if person else data.get("unit_id")
    if not unit_id:
        raise Refused(_("请选择讲的是哪个单位或者哪个人"), "unit_id")
    return int(unit_id)


def _attach(story: Story, uploads: Sequence[FileStorage], actor: User) -> None:
    kept = store.attach(uploads, noun=queries.NOUN, record_id=story.id, actor_id=actor.id)
    if kept:
        record("story.attached", story, actor=actor, note="；".join(one.name for one in kept))
