"""The list of typed figures."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask import url_for

from crm.lib.words import N_, _
from crm.lists.table import Column, Filter, ListPage, register
from crm.org import queries as org
from crm.org.models import Unit, User
from crm.org.permissions import Permission as P

from . import queries, saying
from .models import HOUSE_NAMES, TypedValue


def name_of(value: TypedValue) -> str:
    return value.own_indicator.name if value.own_indicator else _(HOUSE_NAMES[value.indicator])


def typed_choices(user: User | None = None) -> list[tuple[str, str]]:
    return [
        *((key, _(msgid)) for key, msgid in HOUSE_NAMES.items()),
        *((one.key, one.name) for one in queries.owns()),
    ]


def _within(ends: tuple[Any, Any]) -> sa.ColumnElement[bool]:
    """Wholly inside: half of a figure is no figure."""
    low, high = ends
    parts = [TypedValue.first_on >= low] if low else []
    parts += [TypedValue.last_on <= high] if high else []
    return sa.and_(sa.true(), *parts)


VALUES = register(
    ListPage(
        name="typed_values",
        msgid=N_("填报数"),
        noun=queries.NOUN,
        model=TypedValue,
        columns=(
            Column("months", N_("月份"), lambda v: saying.months(v.months), sort="months",
                   url=lambda v: url_for("indicators.show_value", id=v.id)),
            Column("indicator", N_("指标"), lambda v: name_of(v)),
            Column("amount", N_("数值"), lambda v: v.amount, kind="number", sort="amount"),
            Column("unit", N_("单位"), lambda v: v.unit.name if v.unit else _("全区")),
            Column("source", N_("数据来源"), lambda v: v.source),
            Column("note", N_("说明"), lambda v: v.note, default=False),
            Column("typed_by", N_("填报人"), lambda v: v.typed_by.name if v.typed_by else ""),
            Column("typed_at", N_("填报时间"), lambda v: v.typed_at, kind="moment", sort="typed"),
        ),
        filters=(
            Filter("indicator", N_("指标"), "choice", typed_choices, lambda v, user: TypedValue.indicator == v),
            Filter("unit", N_("单位"), "choice",
                   lambda user: [("none", _("全区")), *((one.id, one.name) for one in org.units(only_active=False))],
                   lambda v, user: TypedValue.unit_id.is_(None) if v == "none" else TypedValue.unit_id == int(v)),
            Filter("period", N_("期间"), "days", where=lambda v, user: _within(v)),
        ),
        sorts={
            "months": TypedValue.first_on,
            "amount": TypedValue.amount,
            "typed": TypedValue.typed_at,
            "unit": sa.select(Unit.code).where(Unit.id == TypedValue.unit_id).scalar_subquery(),
        },
        default_sort="-months",
        base=lambda user: queries.with_names(queries.visible_to(user)),
        view_permission=P.INDICATOR_VIEW,
        export_permission=P.INDICATOR_VIEW,
        belongs=lambda v: {"units": [v.unit_id], "owners": [v.typed_by_id]},
        endpoint="indicators.values",
        empty_text=N_("统计部门公布的数，比如固定资产投资，按月填在这里。"),
        row_label=lambda v: f"{name_of(v)} {saying.months(v.months)}",
    )
)  # fmt: skip
