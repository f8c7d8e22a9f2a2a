"""The lists of classes and of pressed firms: columns, filters."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask import url_for

from crm.lib.words import N_, _
from crm.lists.table import Column, Filter, ListPage, between, of_unit, register
from crm.merchants.models import Enterprise
from crm.org.permissions import Permission as P
from crm.search import index

from . import queries
from .grades import CaseState, Grade, Leaving
from .models import Case, Rating


def _firm(row: Any) -> str:
    return url_for("yields.show", id=row.enterprise_id)


def _named(model: Any) -> Any:
    return lambda text: model.enterprise_id.in_(index.matching("enterprise", text))


def _name_of(model: Any) -> Any:
    return sa.select(Enterprise.name).where(Enterprise.id == model.enterprise_id).scalar_subquery()


PAGE = register(
    ListPage(
        name="yields",
        msgid=N_("亩均评价"),
        noun=queries.NOUN,
        model=Rating,
        columns=(
            Column("firm", N_("企业名称"), lambda r: r.enterprise.name, sort="firm", url=_firm),
            Column("year", N_("评价年度"), lambda r: str(r.year), sort="year"),
            Column("grade", N_("类别"), lambda r: r.grade, kind="state", sort="grade"),
            Column("land_mu", N_("用地"), lambda r: r.land_mu, kind="mu", sort="land"),
            Column("tax_per_mu", N_("亩均税收（万元/亩）"), lambda r: r.tax_per_mu, kind="number", sort="tax"),
            Column("added_per_mu", N_("亩均增加值（万元/亩）"), lambda r: r.added_per_mu, kind="number", sort="added"),
            Column("productivity", N_("全员劳动生产率（万元/人）"), lambda r: r.productivity, kind="number", default=False),
            Column("energy", N_("单位能耗增加值（万元/吨标煤）"), lambda r: r.added_per_energy, kind="number", default=False),
            Column("emission", N_("单位排放增加值（万元/吨）"), lambda r: r.added_per_emission, kind="number", default=False),
            Column("rd_percent", N_("研发经费占比（百分数）"), lambda r: r.rd_percent, kind="number", default=False),
            Column("unit", N_("录入单位"), lambda r: r.unit.name, default=False),
        ),
        filters=(
            Filter("year", N_("评价年度"), "choice", lambda user: [(str(one), str(one)) for one in queries.years_known()],
                   lambda v, user: Rating.year == int(v)),
            Filter("grade", N_("类别"), "choice", lambda user: Grade.choices(), lambda v, user: Rating.grade == Grade(v)),
            Filter("low", N_("低效的（C、D 类）"), "flag", where=lambda v, user: queries.low()),
            Filter("latest", N_("只看最近一次评价"), "flag", where=lambda v, user: queries.latest()),
            Filter("unlisted", N_("还没有列入倒逼"), "flag", where=lambda v, user: sa.not_(queries.listed())),
            Filter("gave_land", N_("退出过土地"), "flag", where=lambda v, user: queries.gave_land(Rating)),
        ),
        sorts={
            "id": Rating.id,
            "firm": _name_of(Rating),
            "year": Rating.year,
            "grade": Rating.grade,
            "land": Rating.land_mu,
            "tax": Rating.tax_per_mu,
            "added": Rating.added_per_mu,
        },
        default_sort="-year",
        base=lambda user: queries.with_names(queries.visible_to(user)),
        view_permission=P.YIELD_VIEW,
        export_permission=P.FACTOR_EXPORT,
        belongs=lambda row: {"units": [row.unit_id], "owners": [row.author_id]},
        endpoint="yields.index",
        matching=_named(Rating),
        empty_text=N_("在企业的页面上录入每年的亩均评价，或者从名单导入。"),
        empty_actions=lambda user: [(_("导入名单"), url_for("imports.index"))] if user.may(P.IMPORT_RUN) else [],
    )
)  # fmt: skip

CASES = register(
    ListPage(
        name="yield_cases",
        msgid=N_("倒逼名单"),
        noun=queries.CASE,
        model=Case,
        columns=(
            Column("firm", N_("企业名称"), lambda r: r.enterprise.name, sort="firm", url=_firm),
            Column("state", N_("状态"), lambda r: r.state, kind="state", sort="state"),
            Column("listed_on", N_("列入日期"), lambda r: r.listed_on, kind="day", sort="listed"),
            Column("due_on", N_("整改期限"), lambda r: r.due_on, kind="day", sort="due"),
            Column("measures", N_("措施"), lambda r: len(r.measures), kind="number"),
            Column("leaving", N_("怎么退出的"), lambda r: r.leaving, kind="state"),
            Column("left_on", N_("退出日期"), lambda r: r.left_on, kind="day", sort="left"),
            Column("reason", N_("为什么列入"), lambda r: r.reason, default=False),
            Column("demand", N_("整改要求"), lambda r: r.demand, default=False),
            Column("unit", N_("列入单位"), lambda r: r.unit.name, default=False),
        ),
        filters=(
            Filter("state", N_("状态"), "choice", lambda user: CaseState.choices(), lambda v, user: Case.state == CaseState(v)),
            Filter("leaving", N_("怎么退出的"), "choice", lambda user: Leaving.choices(), lambda v, user: Case.leaving == Leaving(v)),
            of_unit(N_("列入单位"), lambda id: Case.unit_id == id),
            Filter("late", N_("过了整改期限"), "flag", where=lambda v, user: queries.late()),
            Filter("listed", N_("列入日期"), "days", where=lambda v, user: between(Case.listed_on, v)),
        ),
        sorts={
            "id": Case.id,
            "firm": _name_of(Case),
            "state": Case.state,
            "listed": Case.listed_on,
            "due": Case.due_on,
            "left": Case.left_on,
        },
        default_sort="-listed",
        base=lambda user: queries.cases_with_names(queries.cases_visible_to(user)),
        view_permission=P.YIELD_VIEW,
        export_permission=P.FACTOR_EXPORT,
        belongs=lambda row: {"units": [row.unit_id], "owners": [row.author_id]},
        endpoint="yields.cases",
        matching=_named(Case),
        empty_text=N_("亩均低的企业列入以后，整改、措施和退出都记在这里。"),
        empty_actions=lambda user: [(_("低效的企业"), url_for("yields.index", low=1, latest=1))],
    )
)  # fmt: skip
