"""提醒记录: who was reminded of what, and whether it is still so."""

from __future__ import annotations

import sqlalchemy as sa
from flask import url_for

from crm.lib import clock
from crm.lib.words import N_
from crm.lists.table import Column, Filter, ListPage, between, of_unit, register
from crm.org.permissions import Permission as P

from . import queries
from .kinds import BY_KEY, KINDS
from .models import Reminder
from .steps import Step


def label_of(reminder: Reminder) -> str:
    kind = BY_KEY.get(reminder.kind)
    return kind.label if kind else reminder.kind


def url_of(reminder: Reminder) -> str | None:
    kind = BY_KEY.get(reminder.kind)
    return url_for(kind.endpoint, id=reminder.record_id) if kind else None


PAGE = register(
    ListPage(
        name="reminders",
        msgid=N_("提醒记录"),
        noun="reminder",
        model=Reminder,
        columns=(
            Column("title", N_("事项"), lambda r: r.title, url=url_of),
            Column("kind", N_("提醒什么"), label_of),
            Column("due_on", N_("到期日"), lambda r: r.due_on, kind="day", sort="due"),
            Column("step", N_("第几级"), lambda r: r.step, kind="state"),
            Column("user", N_("提醒了谁"), lambda r: r.user.name),
            Column("on_day", N_("提醒日期"), lambda r: r.on_day, kind="day", sort="day"),
            Column("unit", N_("责任单位"), lambda r: r.unit.name),
            Column("settled_on", N_("办结日期"), lambda r: r.settled_on, kind="day"),
        ),
        filters=(
            Filter("mine", N_("提醒我的"), "flag", where=lambda v, user: Reminder.user_id == user.id),
            Filter("open", N_("还没有办的"), "flag", where=lambda v, user: queries.is_open(clock.today())),
            Filter("kind", N_("提醒什么"), "choice", lambda user: [(kind.key, kind.label) for kind in KINDS],
                   lambda v, user: Reminder.kind == v),
            Filter("step", N_("第几级"), "choice", lambda user: Step.choices(), lambda v, user: Reminder.step == Step(v)),
            of_unit(N_("责任单位"), lambda id: Reminder.unit_id == id),
            Filter("day", N_("提醒日期"), "days", where=lambda v, user: between(Reminder.on_day, v)),
        ),
        sorts={"day": Reminder.on_day, "due": Reminder.due_on, "id": Reminder.id},
        default_sort="-day",
        base=lambda user: queries.with_names(queries.visible_to(user)),
        view_permission=P.REMINDER_VIEW,
        export_permission=P.DEAL_EXPORT,
        belongs=lambda r: {"units": [r.unit_id], "owners": [r.user_id]},
        endpoint="reminders.index",
        searched=False,
        matching=lambda text: sa.false(),
        row_label=lambda r: r.title,
        empty_text=N_("每天早上把到期和逾期的事提醒跟进人；过了天数还没有办，再提醒单位负责人和挂联领导。"),
    )
)  # fmt: skip
