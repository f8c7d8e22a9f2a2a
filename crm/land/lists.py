"""The lists of parcels and of land that was reclaimed: columns, filters."""

from __future__ import annotations

from typing import Any

from flask import url_for

from crm.lib import clock
from crm.lib.words import N_, _
from crm.lists.table import Column, Filter, ListPage, between, of_unit, register
from crm.org.permissions import Permission as P

from . import queries
from .models import Parcel, Reclamation
from .states import Age, ParcelState, age_of


def _age(parcel: Parcel) -> Any:
    return age_of(parcel.since_on, clock.today()) if parcel.state in queries.IDLE else None


def _days(parcel: Parcel) -> int | None:
    return (clock.today() - parcel.since_on).days if parcel.state in queries.IDLE else None


PAGE = register(
    ListPage(
        name="parcels",
        msgid=N_("地块"),
        noun=queries.NOUN,
        model=Parcel,
        columns=(
            Column("name", N_("地块"), lambda r: r.name, sort="name", url=lambda r: url_for("land.show", id=r.id)),
            Column("state", N_("状态"), lambda r: r.state, kind="state", sort="state"),
            Column("mu", N_("面积"), lambda r: r.mu, kind="mu", sort="mu"),
            Column("since_on", N_("从哪天起"), lambda r: r.since_on, kind="day", sort="since"),
            Column("days", N_("已有天数"), _days, kind="number"),
            Column("age", N_("闲置时间"), _age, kind="state"),
            Column("measure", N_("盘活措施"), lambda r: r.measure),
            Column("held", N_("预留"), lambda r: r.hold.state if r.hold else None, kind="state"),
            Column("until_on", N_("预留到"), lambda r: r.hold.until_on if r.hold else None, kind="day", default=False),
            Column("place", N_("位置"), lambda r: r.place),
            Column("land_use", N_("规划用途"), lambda r: r.land_use, default=False),
            Column("source", N_("腾退企业"), lambda r: _("有") if r.source_enterprise_id else "", default=False),
            Column("unit", N_("管理单位"), lambda r: r.unit.name, default=False),
        ),
        filters=(
            Filter("state", N_("状态"), "choice", lambda user: ParcelState.choices(),
                   lambda v, user: Parcel.state == ParcelState(v)),
            Filter("age", N_("闲置时间"), "choice", lambda user: Age.choices(), lambda v, user: queries.aged(Age(v))),
            of_unit(N_("管理单位"), lambda id: Parcel.unit_id == id),
            Filter("free", N_("没有用也没有预留"), "flag", where=lambda v, user: queries.free()),
            Filter("held", N_("已预留或已供"), "flag", where=lambda v, user: queries.held()),
            Filter("run_out", N_("预留已到期"), "flag", where=lambda v, user: queries.run_out()),
            Filter("freed", N_("企业腾退的"), "flag", where=lambda v, user: Parcel.source_enterprise_id.is_not(None)),
            Filter("since", N_("从哪天起"), "days", where=lambda v, user: between(Parcel.since_on, v)),
        ),
        sorts={
            "id": Parcel.id,
            "name": Parcel.name,
            "state": Parcel.state,
            "mu": Parcel.mu,
            "since": Parcel.since_on,
        },
        default_sort="since",
        base=lambda user: queries.with_names(queries.visible_to(user)),
        view_permission=P.LAND_VIEW,
        export_permission=P.FACTOR_EXPORT,
        tag_permission=P.LAND_MANAGE,
        belongs=lambda parcel: {"units": [parcel.unit_id], "owners": [parcel.created_by_id]},
        endpoint="land.index",
        empty_text=N_("把批而未征、征而未供、供而未用的土地登记进来，谁缺地就能匹配、预留。"),
        empty_actions=lambda user: [
            (_("登记一块地"), url_for("land.new")),
            *([(_("导入名单"), url_for("imports.index"))] if user.may(P.IMPORT_RUN) else []),
        ] if user.may(P.LAND_MANAGE) else [],
    )
)  # fmt: skip

RECLAIMED = register(
    ListPage(
        name="reclamations",
        msgid=N_("垦造耕地"),
        noun=Reclamation.__tablename__,
        model=Reclamation,
        columns=(
            Column("on_day", N_("日期"), lambda r: r.on_day, kind="day", sort="on_day",
                   url=lambda r: url_for("land.quotas", year=r.on_day.year)),
            Column("mu", N_("面积"), lambda r: r.mu, kind="mu", sort="mu"),
            Column("place", N_("位置"), lambda r: r.place),
            Column("unit", N_("单位"), lambda r: r.unit.name),
            Column("note", N_("备注"), lambda r: r.note),
        ),
        filters=(
            Filter("period", N_("日期"), "days", where=lambda v, user: between(Reclamation.on_day, v)),
            of_unit(N_("单位"), lambda id: Reclamation.unit_id == id),
        ),
        sorts={"on_day": Reclamation.on_day, "mu": Reclamation.mu},
        default_sort="-on_day",
        base=lambda user: queries.reclamations_seen_by(user),
        view_permission=P.LAND_VIEW,
        export_permission=P.FACTOR_EXPORT,
        searched=False,
        belongs=lambda row: {"units": [row.unit_id], "owners": [row.author_id]},
        endpoint="land.reclamations",
        empty_text=N_("验收入库的新增耕地登记在这里，相加就是全年的完成数。"),
        empty_actions=lambda user: [
            (_("登记垦造耕地"), url_for("land.new_reclamation"))
        ] if user.may(P.LAND_MANAGE) else [],
    )
)  # fmt: skip
