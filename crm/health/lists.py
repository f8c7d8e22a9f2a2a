"""The list of deals that raise a flag."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask import url_for

from crm.deals import queries as deals
from crm.deals.models import Deal
from crm.lib import clock
from crm.lib.words import N_, listed
from crm.lists.table import Column, Filter, ListPage, between, of_colleague, of_leader, of_unit, register
from crm.org.models import Unit, User
from crm.org.permissions import Permission as P

from . import flags, queries
from .flags import Flag, Standing


@dataclass(frozen=True)
class Checked:
    """A deal with what was found of it."""

    deal: Deal
    standing: Standing
    flags: list[Flag]
    reasons: list[str]

    @property
    def id(self) -> int:
        return self.deal.id

    @property
    def name(self) -> str:
        return self.deal.name


def _checked(rows: Sequence[Any], user: User) -> list[Checked]:
    known, at, today = queries.standings([one.id for one in rows]), queries.limits(), clock.today()
    found = []
    for deal in rows:
        standing = known[deal.id]
        raised = flags.raised(standing, at, today)
        found.append(Checked(deal, standing, raised, [flags.reason(one, standing, today) for one in raised]))
    return found


PAGE = register(
    ListPage(
        name="health",
        msgid=N_("体检亮灯的项目"),
        noun="deal",
        model=Deal,
        columns=(
            Column("name", N_("项目名称"), lambda one: one.name, sort="name",
                   url=lambda one: url_for("deals.show", id=one.id)),
            Column("flags", N_("亮灯"), lambda one: listed(flag.label for flag in one.flags)),
            Column("reasons", N_("依据"), lambda one: "；".join(one.reasons)),
            Column("stage", N_("阶段"), lambda one: one.deal.stage, "state"),
            Column("signed_on", N_("签约日期"), lambda one: one.deal.signed_on, "day", sort="signed"),
            Column("started_on", N_("开工日期"), lambda one: one.standing.started_on, "day"),
            Column("base", N_("协议引资或总投资"), lambda one: one.standing.base_wan, "wan"),
            Column("paid", N_("已到位"), lambda one: one.standing.paid_wan, "wan"),
            Column("paid_percent", N_("到位（%）"), lambda one: flags.shown(one.standing.paid_percent), default=False),
            Column("works_percent", N_("工程（%）"), lambda one: flags.shown(one.standing.works_percent), default=False),
            Column("last_paid_on", N_("最近到位"), lambda one: one.standing.last_paid_on, "day", default=False),
            Column("unit", N_("责任单位"), lambda one: one.deal.unit.name, sort="unit"),
            Column("owner", N_("跟进人"), lambda one: one.deal.owner.name if one.deal.owner else ""),
            Column("sponsor", N_("挂联领导"), lambda one: one.deal.sponsor.name if one.deal.sponsor else "", default=False),
        ),
        filters=(
            Filter("flag", N_("亮什么灯"), "choice", lambda user: Flag.choices(),
                   lambda value, user: queries.raised(Flag(value), queries.limits(), clock.today())),
            of_colleague(N_("跟进人"), lambda id: Deal.owner_id == id, P.DEAL_VIEW),
            of_leader(N_("挂联领导"), lambda id: Deal.sponsor_id == id, key="sponsor"),
            of_unit(N_("责任单位"), lambda id: Deal.unit_id == id),
            Filter("signed", N_("签约日期"), "days", where=lambda value, user: between(Deal.signed_on, value)),
        ),
        sorts={
            "id": Deal.id,
            "name": Deal.name,
            "signed": Deal.signed_on,
            "unit": sa.select(Unit.code).where(Unit.id == Deal.unit_id).scalar_subquery(),
        },
        default_sort="signed",
        base=lambda user: deals.with_names(queries.visible_to(user)),
        also=lambda args: queries.any_raised(queries.limits(), clock.today()),
        dress=_checked,
        belongs=lambda one: {"units": [one.deal.unit_id], "owners": [one.deal.owner_id]},
        view_permission=P.DEAL_VIEW,
        export_permission=P.DEAL_EXPORT,
        endpoint="health.index",
    )
)  # fmt: skip
