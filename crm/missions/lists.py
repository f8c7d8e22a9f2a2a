"""Two lists: the missions, and all firms they went to see (带团上门招商一览表)."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask import url_for

from crm.lib import clock
from crm.lib.words import N_, _, listed
from crm.lists.table import Column, Filter, ListPage, between, of_colleague, of_unit, register
from crm.org import queries as org
from crm.org.models import Unit, User
from crm.org.permissions import Permission as P

from . import queries
from .models import Mission, MissionKind, Outcome, Stop
from .phases import Phase


def _led_by(value: str, user: User) -> sa.ColumnElement[bool]:
    if value == "none":
        return Mission.leader_id.is_(None)
    return Mission.leader_id == (user.id if value == "me" else int(value))


def _leaders(_user: User) -> list[tuple[Any, str]]:
    return [("me", _("我")), ("none", _("没有区领导带队")), *org.leader_choices()]


def _told(mission: Mission) -> str:
    told = sum(stop.outcome is not None for stop in mission.stops)
    return f"{told}/{len(mission.stops)}"


def _of_mission(where: Any) -> sa.ColumnElement[bool]:
    return Stop.mission_id.in_(sa.select(Mission.id).where(where))


def _follow_where(value: str, user: User) -> sa.ColumnElement[bool]:
    open_ = sa.and_(Stop.follow_user_id.is_not(None), Stop.follow_done_on.is_(None))
    return {
        "open": open_,
        "overdue": sa.and_(open_, Stop.follow_due_on < clock.today()),
        "done": Stop.follow_done_on.is_not(None),
    }[value]


def _firm_url(stop: Stop) -> str | None:
    return url_for("merchants.show", id=stop.enterprise_id) if stop.enterprise_id else None


PAGE = register(
    ListPage(
        name="missions",
        msgid=N_("招商活动"),
        noun="mission",
        model=Mission,
        columns=(
            Column("title", N_("活动"), lambda one: one.title, sort="title",
                   url=lambda one: url_for("missions.show", id=one.id)),
            Column("kind", N_("类型"), lambda one: one.kind, "state"),
            Column("phase", N_("状态"), lambda one: one.phase, "state"),
            Column("starts_on", N_("开始"), lambda one: one.starts_on, "day", sort="starts"),
            Column("ends_on", N_("结束"), lambda one: one.ends_on, "day", default=False),
            Column("places", N_("地点"), lambda one: listed(queries.places(one))),
            Column("leader", N_("带队领导"), lambda one: one.led_by),
            Column("firms", N_("企业数"), lambda one: len(one.stops), "number"),
            Column("told", N_("已写结果"), _told),
            Column("interested", N_("有意向"),
                   lambda one: sum(stop.outcome is Outcome.INTERESTED for stop in one.stops), "number"),
            Column("results_by", N_("结果期限"), lambda one: one.results_by, "day", sort="results_by"),
            Column("unit", N_("单位"), lambda one: one.unit.name, sort="unit"),
            Column("owner", N_("负责人"), lambda one: one.owner.name if one.owner else "", default=False),
            Column("members", N_("同去的人"),
                   lambda one: listed([*(member.name for member in one.members), *([one.others] if one.others else [])]),
                   default=False),
            Column("direction", N_("招商方向"), lambda one: one.direction, "state", default=False),
            Column("names", N_("要见的企业"), lambda one: listed(stop.name for stop in one.stops), default=False),
            Column("summary", N_("总结"), lambda one: one.summary, default=False),
        ),
        filters=(
            Filter("kind", N_("类型"), "choice", lambda user: MissionKind.choices(),
                   lambda value, user: Mission.kind == MissionKind(value)),
            Filter("phase", N_("状态"), "choice", lambda user: Phase.choices(),
                   lambda value, user: queries.is_in(Phase(value), clock.today())),
            of_unit(N_("单位"), lambda id: Mission.unit_id == id),
            Filter("leader", N_("带队领导"), "choice", _leaders, _led_by),
            of_colleague(N_("负责人"), lambda id: Mission.owner_id == id, P.MISSION_VIEW),
            Filter("starts", N_("开始日期"), "days", where=lambda value, user: between(Mission.starts_on, value)),
            Filter("held", N_("没有取消"), "flag", where=lambda value, user: Mission.cancelled_on.is_(None)),
        ),
        sorts={
            "id": Mission.id,
            "title": Mission.title,
            "starts": Mission.starts_on,
            "results_by": Mission.results_by,
            "unit": sa.select(Unit.code).where(Unit.id == Mission.unit_id).scalar_subquery(),
        },
        default_sort="-starts",
        base=lambda user: queries.loaded(queries.visible_to(user)),
        view_permission=P.MISSION_VIEW,
        export_permission=P.CONTACT_EXPORT,
        endpoint="missions.index",
        empty_text=N_("外出拜访、组团招商、接待来访，先列出要见的企业，回来逐家写结果。"),
        empty_actions=lambda user: [(_("安排活动"), url_for("missions.new"))] if user.may(P.MISSION_MANAGE) else [],
    )
)  # fmt: skip

STOPS = register(
    ListPage(
        name="mission_stops",
        msgid=N_("带团上门招商一览表"),
        noun="mission_stop",
        model=Stop,
        columns=(
            Column("name", N_("企业"), lambda one: one.name, url=_firm_url),
            Column("mission", N_("活动"), lambda one: one.mission.title,
                   url=lambda one: url_for("missions.show", id=one.mission_id)),
            Column("kind", N_("类型"), lambda one: one.mission.kind, "state", default=False),
            Column("starts_on", N_("日期"), lambda one: one.mission.starts_on, "day", sort="starts"),
            Column("leader", N_("带队领导"), lambda one: one.mission.led_by),
            Column("unit", N_("单位"), lambda one: one.mission.unit.name, default=False),
            # Who goes along need not see the lead: that there is one, and the page itself says the rest.
            Column("lead", N_("线索"), lambda one: _("有") if one.lead_id else "", default=False),
            Column("why", N_("拟谈事项"), lambda one: one.why, default=False),
            Column("outcome", N_("结果"), lambda one: one.outcome, "state"),
            Column("result", N_("谈了什么"), lambda one: one.result),
            Column("follow_user", N_("由谁去办"), lambda one: one.follow_user.name if one.follow_user else ""),
            Column("follow_step", N_("下一步"), lambda one: one.follow_step),
            Column("follow_due_on", N_("下一步日期"), lambda one: one.follow_due_on, "day", sort="due"),
            Column("follow_done_on", N_("办结日期"), lambda one: one.follow_done_on, "day", default=False),
            Column("follow_said", N_("办得怎么样"), lambda one: one.follow_said, default=False),
        ),
        filters=(
            Filter("outcome", N_("结果"), "choice", lambda user: [*Outcome.choices(), ("none", _("还没有写"))],
                   lambda value, user: Stop.outcome.is_(None) if value == "none" else Stop.outcome == Outcome(value)),
            Filter("follow", N_("跟进"), "choice",
                   lambda user: [("open", _("没有办完")), ("overdue", _("已逾期")), ("done", _("已办完"))],
                   _follow_where),
            Filter("mine", N_("由我去办"), "flag", where=lambda value, user: Stop.follow_user_id == user.id),
            Filter("leader", N_("带队领导"), "choice", _leaders,
                   lambda value, user: _of_mission(_led_by(value, user))),
            of_unit(N_("单位"), lambda id: _of_mission(Mission.unit_id == id)),
            Filter("starts", N_("日期"), "days",
                   where=lambda value, user: _of_mission(between(Mission.starts_on, value))),
        ),
        sorts={
            "id": Stop.id,
            "starts": sa.select(Mission.starts_on).where(Mission.id == Stop.mission_id).scalar_subquery(),
            "due": Stop.follow_due_on,
        },
        default_sort="-starts",
        base=lambda user: queries.stops_loaded(queries.stops_visible_to(user)),
        view_permission=P.MISSION_VIEW,
        export_permission=P.CONTACT_EXPORT,
        belongs=lambda stop: {"units": [stop.mission.unit_id], "owners": [stop.mission.owner_id]},
        searched=False,
        endpoint="missions.stops",
        empty_text=N_("活动里列了企业，就都在这里。"),
    )
)  # fmt: skip
