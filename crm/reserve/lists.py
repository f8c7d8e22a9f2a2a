"""The list of planned projects: columns, filters."""

from __future__ import annotations

import sqlalchemy as sa
from flask import url_for

from crm.lib.words import N_, _
from crm.lists.table import Column, Filter, ListPage, between, of_unit, register
from crm.merchants.models import Direction
from crm.org.models import Unit, UnitKind
from crm.org.permissions import Permission as P

from . import queries
from .models import Depth, PlanWay, ReserveItem, ReserveState, counting


def _of_kind(value: str) -> sa.ColumnElement[bool]:
    return ReserveItem.unit_id.in_(sa.select(Unit.id).where(Unit.kind == UnitKind(value)))


PAGE = register(
    ListPage(
        name="reserve",
        msgid=N_("储备项目"),
        noun="reserve_item",
        model=ReserveItem,
        columns=(
            Column("name", N_("名称"), lambda r: r.name, sort="name", url=lambda r: url_for("reserve.show", id=r.id)),
            Column("unit", N_("谋划单位"), lambda r: r.unit.name, sort="unit"),
            Column("year", N_("谋划年度"), lambda r: str(r.year), sort="year"),
            Column("planned_wan", N_("谋划总投资"), lambda r: r.planned_wan, kind="wan", sort="planned"),
            Column("way", N_("谋划方式"), lambda r: r.way, kind="state", sort="way"),
            Column("depth", N_("前期深度"), lambda r: r.depth, kind="state", sort="depth"),
            Column("state", N_("状态"), lambda r: r.state, kind="state", sort="state"),
            Column("in_city", N_("市级储备库"), lambda r: _("已列入") if r.in_city else ""),
            Column("city_registered_on", N_("市级入库日期"), lambda r: r.city_registered_on, kind="day", sort="city",
                   default=False),
            Column("city_number", N_("市级入库编号"), lambda r: r.city_number, kind="code", default=False),
            Column("direction", N_("招商方向"), lambda r: r.direction, kind="state", default=False),
            Column("content", N_("项目内容"), lambda r: r.content, default=False),
            Column("deal", N_("转成的项目"), lambda r: _("有") if r.deal_id else "", default=False),
            Column("promoted_on", N_("转招商日期"), lambda r: r.promoted_on, kind="day", default=False),
            Column("drop_reason", N_("退出原因"), lambda r: r.drop_reason, default=False),
            Column("created_by", N_("录入人"), lambda r: r.created_by.name if r.created_by else "", default=False),
            Column("created_at", N_("录入时间"), lambda r: r.created_at, kind="moment", default=False),
        ),
        filters=(
            Filter("year", N_("谋划年度"), "choice", lambda user: [(str(one), str(one)) for one in queries.years_known()],
                   lambda v, user: ReserveItem.year == int(v)),
            of_unit(N_("谋划单位"), lambda id: ReserveItem.unit_id == id),
            Filter("kind", N_("单位类别"), "choice", lambda user: UnitKind.choices(), lambda v, user: _of_kind(v)),
            Filter("state", N_("状态"), "choice", lambda user: ReserveState.choices(),
                   lambda v, user: ReserveItem.state == ReserveState(v)),
            Filter("way", N_("谋划方式"), "choice", lambda user: PlanWay.choices(),
                   lambda v, user: ReserveItem.way == PlanWay(v)),
            Filter("depth", N_("前期深度"), "choice", lambda user: Depth.choices(),
                   lambda v, user: ReserveItem.depth == Depth(v)),
            Filter("direction", N_("招商方向"), "choice", lambda user: Direction.choices(),
                   lambda v, user: ReserveItem.direction == Direction(v)),
            Filter("planned", N_("谋划总投资"), "wan_range", where=lambda v, user: between(ReserveItem.planned_wan, v)),
            Filter("city", N_("市级入库日期"), "days", where=lambda v, user: between(ReserveItem.city_registered_on, v)),
            Filter("in_city", N_("已列入市级储备库"), "flag", where=lambda v, user: ReserveItem.in_city),
            Filter("counts", N_("计入谋划数的"), "flag", where=lambda v, user: counting()),
            Filter("unlinked", N_("已转招商、还没有关联项目"), "flag",
                   where=lambda v, user: queries.promoted_without_deal()),
        ),
        sorts={
            "id": ReserveItem.id,
            "name": ReserveItem.name,
            "unit": sa.select(Unit.code).where(Unit.id == ReserveItem.unit_id).scalar_subquery(),
            "year": ReserveItem.year,
            "planned": ReserveItem.planned_wan,
            "way": ReserveItem.way,
            "depth": sa.case({one.value: at for at, one in enumerate(Depth)}, value=ReserveItem.depth),
            "state": ReserveItem.state,
            "city": ReserveItem.city_registered_on,
        },
        default_sort="-id",
        base=lambda user: queries.with_names(queries.visible_to(user)),
        view_permission=P.RESERVE_VIEW,
        export_permission=P.RESERVE_EXPORT,
        tag_permission=P.RESERVE_EDIT,
        belongs=lambda item: {"units": [item.unit_id], "owners": [item.created_by_id]},
        endpoint="reserve.index",
        empty_text=N_("各单位谋划的项目先进储备库，成熟以后转成招商项目。"),
        empty_actions=lambda user: [(_("新谋划一个"), url_for("reserve.new"))] if user.may(P.RESERVE_EDIT) else [],
    )
)  # fmt: skip
