"""例会 and 交办事项: the lists of meetings and of what they gave people to do."""

from __future__ import annotations

import sqlalchemy as sa
from flask import url_for

from crm.lib import clock
from crm.lib.words import N_
from crm.lists.table import Column, Filter, ListPage, of_unit, register
from crm.org.permissions import Permission as P

from . import queries
from .models import Meeting, MeetingKind, MeetingState, MeetingTask

MEETINGS = register(
    ListPage(
        name="meetings",
        msgid=N_("会议"),
        noun="meeting",
        model=Meeting,
        columns=(
            Column("title", N_("会议名称"), lambda m: m.title, url=lambda m: url_for("meetings.show", id=m.id)),
            Column("kind", N_("类型"), lambda m: m.kind, kind="state"),
            Column("on_day", N_("日期"), lambda m: m.on_day, kind="day", sort="day"),
            Column("state", N_("状态"), lambda m: m.state, kind="state"),
            Column("count", N_("过的项目"), lambda m: len(m.items), kind="number"),
            Column("unit", N_("单位"), lambda m: m.unit.name),
            Column("chair", N_("主持"), lambda m: m.chair),
            Column("created_by", N_("记录人"), lambda m: m.created_by.name, default=False),
        ),
        filters=(
            Filter("kind", N_("类型"), "choice", lambda user: MeetingKind.choices(),
                   lambda v, user: Meeting.kind == MeetingKind(v)),
            Filter("state", N_("状态"), "choice", lambda user: MeetingState.choices(),
                   lambda v, user: Meeting.state == MeetingState(v)),
            of_unit(N_("单位"), lambda id: Meeting.unit_id == id),
        ),
        sorts={"day": Meeting.on_day},
        default_sort="-day",
        base=lambda user: queries.with_names(queries.visible_to(user)),
        view_permission=P.DEAL_VIEW,
        export_permission=P.DEAL_EXPORT,
        belongs=lambda m: {"units": [m.unit_id], "owners": [m.created_by_id]},
        endpoint="meetings.index",
        row_label=lambda m: m.title,
        empty_text=N_("在项目列表里筛出要过的项目，再点“开会过一遍”。"),
    )
)  # fmt: skip

TASKS = register(
    ListPage(
        name="meeting_tasks",
        msgid=N_("交办事项"),
        noun="meeting_task",
        model=MeetingTask,
        columns=(
            Column("what", N_("事项"), lambda t: t.what, url=lambda t: url_for("meetings.task", id=t.id)),
            Column("deal", N_("项目"), lambda t: t.item.deal.name),
            Column("assignee", N_("由谁办"), lambda t: t.assignee.name),
            Column("due_on", N_("期限"), lambda t: t.due_on, kind="day", sort="due"),
            Column("done_on", N_("办结日期"), lambda t: t.done_on, kind="day"),
            Column("done_note", N_("办得怎么样"), lambda t: t.done_note),
            Column("meeting", N_("会议"), lambda t: t.item.meeting.title),
        ),
        filters=(
            Filter("mine", N_("由我办"), "flag", where=lambda v, user: MeetingTask.assignee_id == user.id),
            Filter("open", N_("还没有办结"), "flag", where=lambda v, user: MeetingTask.done_on.is_(None)),
            Filter("overdue", N_("已逾期"), "flag",
                   where=lambda v, user: sa.and_(MeetingTask.done_on.is_(None), MeetingTask.due_on < clock.today())),
        ),
        sorts={"due": MeetingTask.due_on},
        default_sort="due",
        base=queries.tasks_visible_to,
        view_permission=P.DEAL_VIEW,
        export_permission=P.DEAL_EXPORT,
        belongs=lambda t: {"units": [t.item.meeting.unit_id], "owners": [t.assignee_id]},
        endpoint="meetings.tasks",
        searched=False,
        row_label=lambda t: t.what,
        empty_text=N_("例会上交办的事会在这里，也在每个人的工作台上。"),
    )
)  # fmt: skip
