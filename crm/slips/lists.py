"""The list of slips; 交办单汇总表 is one of its official layouts."""

from __future__ import annotations

import sqlalchemy as sa
from flask import url_for

from crm.lib import clock
from crm.lib.words import N_, _, listed
from crm.lists.table import Column, Filter, ListPage, between, of_leader, register
from crm.org import queries as org
from crm.org.models import User
from crm.org.permissions import Permission as P

from . import queries
from .models import Slip
from .states import OPEN, Level, Obstacle, SlipState


def _unit(value: str, user: User) -> sa.ColumnElement[bool]:
    if value == "mine":
        return sa.or_(Slip.unit_id == user.unit_id, queries.helps(user.unit_id))
    return Slip.unit_id == int(value)


PAGE = register(
    ListPage(
        name="slips",
        msgid=N_("交办单"),
        noun=queries.NOUN,
        model=Slip,
        columns=(
            Column("number", N_("编号"), lambda s: s.number or _("待汇总"), sort="number",
                   url=lambda s: url_for("slips.show", id=s.id)),
            Column("subject", N_("所在项目"), lambda s: s.subject),
            Column("problem", N_("存在的问题"), lambda s: s.problem),
            Column("unit", N_("责任单位"), lambda s: s.unit.name if s.unit else ""),
            Column("state", N_("状态"), lambda s: s.state, kind="state", sort="state"),
            Column("due_on", N_("办理期限"), lambda s: s.due_on, kind="day", sort="due"),
            Column("late_days", N_("逾期天数"), lambda s: -s.days_left if s.is_late else None, kind="number"),
            Column("leader", N_("牵头领导"), lambda s: s.leader.name if s.leader else ""),
            Column("obstacle", N_("卡点类型"), lambda s: s.obstacle, kind="state"),
            Column("level", N_("层级"), lambda s: s.level, kind="state", sort="level"),
            Column("wanted", N_("建议怎么解决"), lambda s: s.wanted, default=False),
            Column("demand", N_("交办要求"), lambda s: s.demand, default=False),
            Column("co_units", N_("协办单位"), lambda s: listed(one.name for one in s.co_units), default=False),
            Column("raised_unit", N_("提出单位"), lambda s: s.raised_unit.name, default=False),
            Column("raised_on", N_("提出日期"), lambda s: s.raised_on, kind="day", sort="raised", default=False),
            Column("round", N_("汇总期"), lambda s: s.round.last_on if s.round else None, kind="day", default=False),
            Column("issued_on", N_("交办日期"), lambda s: s.issued_on, kind="day", sort="issued", default=False),
            Column("first_due_on", N_("原定期限"), lambda s: s.first_due_on, kind="day", default=False),
            Column("asked_until_on", N_("申请延期到"), lambda s: s.asked_until_on, kind="day", default=False),
            Column("up_on", N_("升级日期"), lambda s: s.up_on, kind="day", default=False),
            Column("result", N_("办理结果"), lambda s: s.result, default=False),
            Column("settled_on", N_("销号日期"), lambda s: s.settled_on, kind="day", sort="settled", default=False),
        ),
        filters=(
            Filter("state", N_("状态"), "choice", lambda user: SlipState.choices(),
                   lambda v, user: Slip.state == SlipState(v)),
            Filter("obstacle", N_("卡点类型"), "choice", lambda user: Obstacle.choices(),
                   lambda v, user: Slip.obstacle == Obstacle(v)),
            Filter("level", N_("层级"), "choice", lambda user: Level.choices(),
                   lambda v, user: Slip.level == Level(v)),
            Filter("unit", N_("责任单位"), "choice",
                   lambda user: [("mine", _("本单位（含协办）")), *org.unit_choices()], _unit),
            of_leader(N_("牵头领导"), lambda id: Slip.leader_id == id),
            Filter("round", N_("汇总期"), "choice", lambda user: queries.round_choices(),
                   lambda v, user: Slip.round_id == int(v)),
            Filter("open", N_("没有销号"), "flag", where=lambda v, user: Slip.state.in_(OPEN)),
            Filter("overdue", N_("已经逾期"), "flag", where=lambda v, user: queries.late(clock.today())),
            Filter("up", N_("升级过，没有销号"), "flag",
                   where=lambda v, user: sa.and_(Slip.state.in_(OPEN), Slip.up_on.is_not(None))),
            Filter("decide", N_("等我决定"), "flag", where=lambda v, user: queries.to_decide(user, clock.today())),
            Filter("asked", N_("等着答复延期"), "flag", where=lambda v, user: Slip.asked_until_on.is_not(None)),
            Filter("run", N_("由我汇总交办"), "flag",
                   where=lambda v, user: sa.true() if queries.runs(user) else sa.false()),
            Filter("due", N_("办理期限"), "days", where=lambda v, user: between(Slip.due_on, v)),
            Filter("raised", N_("提出日期"), "days", where=lambda v, user: between(Slip.raised_on, v)),
            Filter("settled", N_("销号日期"), "days", where=lambda v, user: between(Slip.settled_on, v)),
            Filter("project", N_("所在项目"), "choice", lambda user: queries.project_choices(user),
                   lambda v, user: Slip.project_id == int(v)),
        ),
        sorts={
            "id": Slip.id,
            "number": Slip.year * 100_000 + Slip.serial,
            "due": Slip.due_on,
            "raised": Slip.raised_on,
            "issued": Slip.issued_on,
            "settled": Slip.settled_on,
            "level": sa.case({one.value: at for at, one in enumerate(Level)}, value=Slip.level),
            "state": sa.case({one.value: at for at, one in enumerate(SlipState)}, value=Slip.state),
        },
        default_sort="-id",
        base=lambda user: queries.with_names(queries.visible_to(user)),
        view_permission=P.SLIP_VIEW,
        export_permission=P.SLIP_EXPORT,
        belongs=lambda s: {"units": [s.raised_unit_id, *s.assigned_unit_ids],
                           "owners": [s.raised_by_id, s.leader_id]},
        endpoint="slips.index",
        empty_text=N_("项目遇到卡点，在重点项目或招商项目的页面上提出，半月汇总一次、交办一次、协调一次。"),
        empty_actions=lambda user: [(_("打开重点项目"), url_for("delivery.index"))]
        if user.may(P.PROJECT_VIEW) else [],
    )
)  # fmt: skip
