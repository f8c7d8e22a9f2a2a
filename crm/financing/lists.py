"""The list of higher-level funds: columns, filters."""

from __future__ import annotations

from flask import url_for

from crm.lib.words import N_, _
from crm.lists.table import Column, Filter, ListPage, between, of_unit, register
from crm.org.permissions import Permission as P

from . import queries
from .grants import Giver, GrantState
from .models import UpperGrant

PAGE = register(
    ListPage(
        name="upper_grants",
        msgid=N_("上级资金"),
        noun=queries.NOUN,
        model=UpperGrant,
        columns=(
            Column("title", N_("资金名称"), lambda r: r.title, sort="title", url=lambda r: url_for("financing.show", id=r.id)),
            Column("subject", N_("项目"), lambda r: r.subject.name),
            Column("giver", N_("哪一级的"), lambda r: r.giver, kind="state", sort="giver"),
            Column("state", N_("状态"), lambda r: r.state, kind="state", sort="state"),
            Column("applied_wan", N_("申报金额"), lambda r: r.applied_wan, kind="wan", sort="applied"),
            Column("got_wan", N_("到手金额"), lambda r: r.got_wan, kind="wan", sort="got"),
            Column("applied_on", N_("申报日期"), lambda r: r.applied_on, kind="day", sort="day"),
            Column("counts", N_("计入到位资金"), lambda r: _("是") if r.counts_as_arrived else _("否")),
            Column("told_on", N_("结果日期"), lambda r: r.told_on, kind="day", default=False),
            Column("basis", N_("口径依据"), lambda r: r.basis, default=False),
            Column("unit", N_("申报单位"), lambda r: r.unit.name, default=False),
        ),
        filters=(
            Filter("giver", N_("哪一级的"), "choice", lambda user: Giver.choices(), lambda v, user: UpperGrant.giver == Giver(v)),
            Filter("state", N_("状态"), "choice", lambda user: GrantState.choices(), lambda v, user: UpperGrant.state == GrantState(v)),
            of_unit(N_("申报单位"), lambda id: UpperGrant.unit_id == id),
            Filter("counts", N_("计入到位资金"), "flag", where=lambda v, user: UpperGrant.counts_as_arrived),
            Filter("undeclared", N_("可以计入、还没有申报到位"), "flag", where=lambda v, user: queries.undeclared()),
            Filter("applied", N_("申报金额"), "wan_range", where=lambda v, user: between(UpperGrant.applied_wan, v)),
            Filter("day", N_("申报日期"), "days", where=lambda v, user: between(UpperGrant.applied_on, v)),
        ),
        sorts={
            "id": UpperGrant.id,
            "title": UpperGrant.title,
            "giver": UpperGrant.giver,
            "state": UpperGrant.state,
            "applied": UpperGrant.applied_wan,
            "got": UpperGrant.got_wan,
            "day": UpperGrant.applied_on,
        },
        default_sort="-day",
        base=lambda user: queries.with_names(queries.visible_to(user)),
        view_permission=P.NEED_VIEW,
        export_permission=P.FACTOR_EXPORT,
        belongs=lambda grant: {"units": [grant.unit_id], "owners": [grant.author_id]},
        endpoint="financing.index",
        empty_text=N_("在项目的页面上记向国家、省、市争取的专项资金。"),
    )
)  # fmt: skip
