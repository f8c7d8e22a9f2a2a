"""The verbs of a meeting: opened with its deals, noted one by one, closed with its minutes; tasks are done after it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from crm.audit.trail import recording
from crm.db import db
from crm.deals import queries as deal_queries
from crm.deals.models import Deal
from crm.files import store
from crm.files.models import StoredFile
from crm.lib import clock
from crm.lib.errors import Refused
from crm.lib.words import _
from crm.org.models import User
from crm.org.permissions import Permission as P
from crm.search import index
from crm.search.tokens import Field, Kind

from . import minutes, queries
from .models import Meeting, MeetingItem, MeetingState, MeetingTask

MOST_DEALS = 200
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def open_(data: dict[str, Any], deals: Sequence[Deal], *, actor: User) -> Meeting:
    """A meeting that goes through these deals in this order."""
    if not deals:
        raise Refused(_("没有要过的项目，请先在项目列表里筛选"))
    if len(deals) > MOST_DEALS:
        raise Refused(_("一次会最多过 %(n)s 个项目，请再筛选", n=MOST_DEALS))
    meeting = Meeting(
        unit_id=actor.unit_id,
        created_by_id=actor.id,
        **{name: data[name] for name in ("title", "kind", "on_day", "chair", "present")},
    )
    meeting.items = [
        MeetingItem(deal_id=deal.id, position=at, stage=deal.stage) for at, deal in enumerate(deals, 1)
    ]
    with recording("meeting.opened", meeting, actor=actor, note=_("%(n)s 个项目", n=len(deals))):
        db.session.add(meeting)
        db.session.flush()
    index.put(queries.NOUN, meeting.id, search_fields(meeting))
    return meeting


def note(item: MeetingItem, data: dict[str, Any], *, actor: User) -> None:
    """What was said of a deal, its next step, and at most one task more. The next step becomes the deal's own
    while the deal is open and within the actor's reach; else it is said in the minutes only."""
    _refuse_if_closed(item.meeting)
    deal, step, due_on = item.deal, data.get("next_step") or "", data.get("next_due_on")
    if bool(step) != bool(due_on):
        raise Refused(
            _("请写明下一步的日期") if step else _("选了日期，请再写下一步做什么"),
            "next_due_on" if step else "next_step",
        )
    _refuse_past(due_on, "next_due_on", kept=deal.next_due_on)
    with recording("meeting.noted", item, actor=actor):
        item.note = data.get("note") or ""
        item.next_step, item.next_due_on, item.discussed_at = step, due_on, clock.business_now()
    is_mine = deal_queries.may(actor, P.MEETING_RUN, deal)
    if step and deal.is_open and is_mine and (step, due_on) != (deal.next_step, deal.next_due_on):
        with recording("deal.edited", deal, actor=actor, note=item.meeting.title):
            deal.next_step, deal.next_due_on = step, due_on
    if data.get("what") or data.get("assignee_id") or data.get("due_on"):
        assign(item, data.get("what") or "", data.get("assignee_id"), data.get("due_on"), actor=actor)


def assign(
    item: MeetingItem, what: str, assignee_id: int | None, due_on: dt.date | None, *, actor: User
) -> MeetingTask:
    """Somebody is to do something by a day: it stands on his desk until he says that it is done."""
    _refuse_if_closed(item.meeting)
    if not what:
        raise Refused(_("请写明要办什么"), "what")
    person = db.session.get(User, assignee_id) if assignee_id else None
    if person is None or not person.active:
        raise Refused(_("请选由谁办"), "assignee_id")
    if due_on is None:
        raise Refused(_("请写明什么时候办好"), "due_on")
    _refuse_past(due_on, "due_on")
    about = item.deal.name
    task = MeetingTask(item_id=item.id, what=what, assignee_id=person.id, due_on=due_on)
    with recording("meeting.assigned", task, actor=actor, note=about):
        db.session.add(task)
        db.session.flush()
    return task


def done(task: MeetingTask, said: str, *, actor: User) -> None:
    """It is done, with what came of it."""
    if task.done_on:
        raise Refused(_("这件事 %(day)s 已经办结", day=task.done_on.isoformat()))
    if not said:
        raise Refused(_("请写一句办得怎么样"), "done_note")
    with recording("meeting.task_done", task, actor=actor, note=said):
        task.done_on, task.done_note = clock.today(), said


def close(meeting: Meeting, *, actor: User) -> StoredFile:
    """The meeting is over: its minutes are written as Word and kept as they are."""
    _refuse_if_closed(meeting)
    items = [one for one in meeting.items if one.discussed_at]
    if not items:
        raise Refused(_("还没有记下任何项目，不能结束"))
    data = minutes.word(meeting, items)
    with recording("meeting.closed", meeting, actor=actor):
        meeting.state, meeting.closed_at = MeetingState.CLOSED, clock.business_now()
    file = StoredFile(
        noun=queries.NOUN, record_id=meeting.id, name=f"{meeting.title} {meeting.on_day.isoformat()}.docx"[-200:],
        sha256=store.write(data), size=len(data), media_type=WORD, added_by_id=actor.id,
    )  # fmt: skip
    db.session.add(file)
    return file


def search_fields(meeting: Meeting) -> list[Field]:
    """What a meeting is found by. Not what was said of its deals: who sees the meeting need not see all of them."""
    return [
        Field(Kind.NAME, meeting.title),
        Field(Kind.PERSON, meeting.chair),
        Field(Kind.TEXT, meeting.present),
    ]


def _refuse_if_closed(meeting: Meeting) -> None:
    if meeting.state is MeetingState.CLOSED:
        raise Refused(_("会议已经结束，纪要不能再改"))


def _refuse_past(day: dt.date | None, field: str, kept: dt.date | None = None) -> None:
    if day and day < clock.today() and day != kept:
        raise Refused(_("日期已经过了，请填今天或以后"), field)
