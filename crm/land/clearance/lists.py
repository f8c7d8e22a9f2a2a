"""The list of clearances: columns, filters."""

from __future__ import annotations

import sqlalchemy as sa
from flask import url_for

from crm.lib.words import N_, _
from crm.lists.table import Column, Filter, ListPage, between, of_unit, register
from crm.org.permissions import Permission as P

from . import queries
from .models import Clearance, stage
from .stages import ClearanceLevel, ClearanceStage

PAGE = register(
    ListPage(
        name="clearances",
        msgid=N_("征迁"),
        noun=queries.NOUN,
        model=Clearance,
        columns=(
            Column("name", N_("征迁项目"), lambda r: r.name, sort="name", url=lambda r: url_for("clearance.show", id=r.id)),
            Column("level", N_("类别"), lambda r: r.level, kind="state", sort="level"),
            Column("unit", N_("负责的乡镇（街道）"), lambda r: r.unit.name, sort="unit"),
            Column("stage", N_("进展"), lambda r: r.stage, kind="state", sort="stage"),
            Column("households", N_("总户数"), lambda r: r.households, kind="number", sort="households"),
            Column("signed", N_("已签约"), lambda r: r.signed, kind="number"),
            Column("vacated", N_("已腾空"), lambda r: r.vacated, kind="number"),
            Column("due_mu", N_("应交付"), lambda r: r.due_mu, kind="mu", sort="due_mu"),
            Column("delivered_mu", N_("已交付"), lambda r: r.delivered_mu, kind="mu"),
            Column("rate", N_("交付率（百分数）"), lambda r: r.rate, kind="number", sort="rate"),
            Column("due_on", N_("交地期限"), lambda r: r.due_on, kind="day", sort="due"),
            Column("blockers", N_("卡在哪里"), lambda r: r.blockers, default=False),
            Column("told_on", N_("最近报进度"), lambda r: r.told_on, kind="day", sort="told", default=False),
        ),
        filters=(
            Filter("level", N_("类别"), "choice", lambda user: ClearanceLevel.choices(),
                   lambda v, user: Clearance.level == ClearanceLevel(v)),
            Filter("stage", N_("进展"), "choice", lambda user: ClearanceStage.choices(), lambda v, user: stage() == v),
            of_unit(N_("负责的乡镇（街道）"), lambda id: Clearance.unit_id == id),
            Filter("late", N_("过了期限还没交齐"), "flag", where=lambda v, user: queries.late()),
            Filter("blocked", N_("有卡点"), "flag", where=lambda v, user: Clearance.blockers != ""),
            Filter("due", N_("交地期限"), "days", where=lambda v, user: between(Clearance.due_on, v)),
        ),
        sorts={
            "id": Clearance.id,
            "name": Clearance.name,
            "level": Clearance.level,
            "unit": Clearance.unit_id,
            "stage": sa.case({one.value: at for at, one in enumerate(ClearanceStage)}, value=stage()),
            "households": Clearance.households,
            "due_mu": Clearance.due_mu,
            "rate": sa.type_coerce(Clearance.delivered_mu, sa.BigInteger) * 1000 / sa.type_coerce(Clearance.due_mu, sa.BigInteger),
            "due": Clearance.due_on,
            "told": Clearance.told_on,
        },
        default_sort="rate",
        base=lambda user: queries.with_names(queries.visible_to(user)),
        view_permission=P.LAND_VIEW,
        export_permission=P.FACTOR_EXPORT,
        belongs=lambda row: {"units": [row.unit_id], "owners": [row.entered_by_id]},
        endpoint="clearance.index",
        empty_text=N_("每个征迁项目记总户数、签约、腾空和交付的亩数。"),
        empty_actions=lambda user: [(_("列入征迁"), url_for("clearance.new"))] if user.may(P.LAND_MANAGE) else [],
    )
)  # fmt: skip
