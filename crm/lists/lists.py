"""Lists of the floors below: people, units, the trail, jobs. Their pages stand in org and jobs, which know no lists;
what leaves of them is told here, with the filter and the order that those pages have."""

from __future__ import annotations

import sqlalchemy as sa
from flask import url_for
from sqlalchemy.orm import joinedload
from werkzeug.datastructures import MultiDict

from crm.audit.models import Event
from crm.jobs import queries as jobs
from crm.jobs import queue
from crm.jobs.models import JobRun
from crm.lib.words import N_, _, told
from crm.org import queries as org
from crm.org.models import Unit, User
from crm.org.permissions import Permission as P
from crm.web import display

from .table import Asked, Column, ListPage, register


def _account(user: User) -> str:
    if not user.active:
        return _("已停用")
    return _("可用") if user.password_hash else _("没有密码，不能登录")


USERS = register(
    ListPage(
        name="users",
        msgid=N_("人员账号"),
        noun="user",
        model=User,
        columns=(
            Column("name", N_("姓名"), lambda user: user.name, url=lambda user: url_for("org.edit_user", id=user.id)),
            Column("login", N_("用户名"), lambda user: user.login, "code"),
            Column("role", N_("角色"), lambda user: user.role, "state"),
            Column("unit", N_("单位"), lambda user: user.unit.name),
            Column("post", N_("职务"), lambda user: user.post),
            Column("state", N_("账号"), _account),
            Column("created", N_("添加时间"), lambda user: user.created_at, "moment", default=False),
        ),
        filters=(),
        sorts={"unit": org.BY_UNIT},
        default_sort="unit",
        base=lambda user: sa.select(User),
        view_permission=P.USER_MANAGE,
        export_permission=P.USER_MANAGE,
        endpoint="org.users",
        searched=False,
    )
)  # fmt: skip

UNITS = register(
    ListPage(
        name="units",
        msgid=N_("单位"),
        noun="unit",
        model=Unit,
        columns=(
            Column("name", N_("名称"), lambda unit: unit.name, url=lambda unit: url_for("org.edit_unit", id=unit.id)),
            Column("kind", N_("类别"), lambda unit: unit.kind, "state"),
            Column("code", N_("代码"), lambda unit: unit.code, "code"),
            Column("economic", N_("区直主要经济部门"), lambda unit: display.said(unit.is_economic)),
            Column("map_cell", N_("地图位置"), lambda unit: unit.map_cell, "code"),
            Column("state", N_("状态"), lambda unit: _("在用") if unit.active else _("已停用")),
        ),
        filters=(),
        sorts={"kind": org.BY_KIND},
        default_sort="kind",
        base=lambda user: sa.select(Unit),
        view_permission=P.USER_MANAGE,
        export_permission=P.USER_MANAGE,
        endpoint="org.users",
        searched=False,
    )
)  # fmt: skip


# --- the trail --------------------------------------------------------------------------------------------------

TRAIL_WORDS = {
    "verb": N_("动作"),
    "actor": N_("经手人"),
    "noun": N_("对象类别"),
    "record_id": N_("对象编号"),
}


def _events_asked(_user: User, args: MultiDict[str, str]) -> list[Asked]:
    wanted = org.events_asked(args)
    return [
        Asked(_(TRAIL_WORDS[key]), str(value), {key: None}, org.event_is(key, value))
        for key, value in wanted.items()
        if value
    ]


def _changes(event: Event) -> str:
    said = [
        f"{key}：{display.said(pair[0])} → {display.said(pair[1])}"
        for key, pair in event.changes.items()
        if isinstance(pair, list) and len(pair) == 2
    ]
    return "；".join([*said, *([told(event.note)] if event.note else [])])


EVENTS = register(
    ListPage(
        name="events",
        msgid=N_("操作记录"),
        noun="event",
        model=Event,
        columns=(
            Column("at", N_("时间"), lambda event: event.at, "moment"),
            Column("actor", N_("经手人"), lambda event: event.actor_name),
            Column("verb", N_("动作"), lambda event: event.verb, "code"),
            Column("noun", N_("对象类别"), lambda event: event.noun, "code", default=False),
            Column("record", N_("对象"), lambda event: event.record_name),
            Column("record_id", N_("对象编号"), lambda event: str(event.record_id or ""), "code"),
            Column("changes", N_("改了什么"), _changes),
            Column("address", N_("来自"), lambda event: event.address, "code"),
        ),
        filters=(),
        sorts={"newest": org.NEWEST},
        default_sort="newest",
        base=lambda user: sa.select(Event),
        asks=_events_asked,
        arguments=tuple(TRAIL_WORDS),
        view_permission=P.AUDIT_VIEW,
        export_permission=P.AUDIT_EXPORT,
        endpoint="org.events",
        searched=False,
    )
)  # fmt: skip


# --- jobs -------------------------------------------------------------------------------------------------------


def _jobs_asked(user: User, args: MultiDict[str, str]) -> list[Asked]:
    """Those that are over, as the page lists them: mine, or everybody's for who looks after the house."""
    everybody = jobs.sees_all(user, args.get("who"))
    said = _("所有人的") if everybody else _("我的")
    where = JobRun.state.in_(jobs.OVER)
    return [
        Asked(
            _("任务"), said, {"who": None}, where if everybody else sa.and_(where, JobRun.user_id == user.id)
        )
    ]


def _kind(job: JobRun) -> str:
    label = queue.LABELS.get(job.kind)
    return _(label) if label else job.kind


JOBS = register(
    ListPage(
        name="jobs",
        msgid=N_("后台任务"),
        noun="job_run",
        model=JobRun,
        columns=(
            Column("title", N_("任务"), lambda job: job.name or _kind(job)),
            Column("kind", N_("类别"), _kind),
            Column("state", N_("状态"), lambda job: job.state, "state"),
            Column("who", N_("下达人"), lambda job: job.user.name if job.user else _("系统")),
            Column("rows", N_("处理条数"), lambda job: job.done, "number"),
            Column("told", N_("结果或原因"), lambda job: told(job.message) or told(job.result.get("said"))),
            Column("queued", N_("下达时间"), lambda job: job.queued_at, "moment", default=False),
            Column("began", N_("开始时间"), lambda job: job.began_at, "moment", default=False),
            Column("ended", N_("结束时间"), lambda job: job.ended_at, "moment"),
        ),
        filters=(),
        sorts={"newest": JobRun.id},
        default_sort="-newest",
        base=lambda user: jobs.visible_to(user).options(joinedload(JobRun.user)),
        asks=_jobs_asked,
        arguments=("who",),
        view_permission=P.HOME,
        export_permission=P.HOME,
        endpoint="jobs.index",
        searched=False,
    )
)  # fmt: skip
