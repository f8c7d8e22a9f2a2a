"""The list of the three batches."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask import url_for

from crm.lib import clock
from crm.lib.words import N_, _
from crm.lists.table import Column, Filter, ListPage, between, of_colleague, of_unit, register
from crm.merchants.models import Direction
from crm.org.models import Unit, User
from crm.org.permissions import Permission as P

from . import queries
from .models import GroupKind, Progress, Prospect, TargetBatch


def _late(_value: Any, _user: User) -> sa.ColumnElement[bool]:
    return sa.and_(queries.is_in(Progress.WAITING), Prospect.contact_by < clock.today())


PAGE = register(
    ListPage(
        name="prospects",
        msgid=N_("三个一批"),
        noun="prospect",
        model=Prospect,
        columns=(
            Column("name", N_("目标"), lambda one: one.name, sort="name",
                   url=lambda one: url_for("prospects.show", id=one.id)),
            Column("batch", N_("哪一批"), lambda one: one.batch, "state", sort="batch"),
            Column("group_kind", N_("哪一类"), lambda one: one.group_kind, "state"),
            Column("progress", N_("状态"), lambda one: one.progress, "state"),
            Column("direction", N_("招商方向"), lambda one: one.direction, "state", default=False),
            Column("enterprise", N_("企业"), lambda one: one.enterprise and one.enterprise.name, default=False,
                   url=lambda one: one.enterprise and url_for("merchants.show", id=one.enterprise_id)),
            Column("contact_by", N_("首次接触期限"), lambda one: one.contact_by, "day", sort="contact_by"),
            Column("visits_planned", N_("计划走访"), lambda one: one.visits_planned, "number"),
            Column("visits_done", N_("已走访"), lambda one: one.visits_done, "number"),
            Column("unit", N_("牵头单位"), lambda one: one.unit.name, sort="unit"),
            Column("team", N_("组团单位"), lambda one: one.team, default=False),
            Column("owner", N_("负责人"), lambda one: one.owner.name if one.owner else ""),
            Column("why", N_("为什么找他"), lambda one: one.why, default=False),
            Column("plan", N_("对接计划"), lambda one: one.plan, default=False),
            Column("deal", N_("项目"), lambda one: one.deal and one.deal.name, default=False,
                   url=lambda one: one.deal and url_for("deals.show", id=one.deal_id)),
        ),
        filters=(
            Filter("batch", N_("哪一批"), "choice", lambda user: TargetBatch.choices(),
                   lambda value, user: Prospect.batch == TargetBatch(value)),
            Filter("group_kind", N_("哪一类"), "choice", lambda user: GroupKind.choices(),
                   lambda value, user: Prospect.group_kind == GroupKind(value)),
            Filter("progress", N_("状态"), "choice", lambda user: Progress.choices(),
                   lambda value, user: queries.is_in(Progress(value))),
            Filter("late", N_("过了期限还没有接触"), "flag", where=_late),
            Filter("direction", N_("招商方向"), "choice", lambda user: Direction.choices(),
                   lambda value, user: Prospect.direction == Direction(value)),
            of_unit(N_("牵头单位"), lambda id: Prospect.unit_id == id),
            of_colleague(N_("负责人"), lambda id: Prospect.owner_id == id, P.PROSPECT_VIEW),
            Filter("contact_by", N_("首次接触期限"), "days", where=lambda value, user: between(Prospect.contact_by, value)),
        ),
        sorts={
            "id": Prospect.id,
            "name": Prospect.name,
            "batch": Prospect.batch,
            "contact_by": Prospect.contact_by,
            "unit": sa.select(Unit.code).where(Unit.id == Prospect.unit_id).scalar_subquery(),
        },
        default_sort="contact_by",
        base=lambda user: queries.loaded(queries.visible_to(user)),
        view_permission=P.PROSPECT_VIEW,
        export_permission=P.DEAL_EXPORT,
        endpoint="prospects.index",
        empty_text=N_("排出产业大项目、大集团大企业、科技成果三批目标，定好谁去找、什么时候以前见到。"),
        empty_actions=lambda user: [(_("列目标"), url_for("prospects.new"))] if user.may(P.PROSPECT_MANAGE) else [],
    )
)  # fmt: skip
