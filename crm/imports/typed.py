"""Published statistics (填报数) in a list, a row for some whole months. The same indicator, unit and months is the same
figure, and is corrected; months that overlap others are refused, since no month counts twice."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from crm.db import db
from crm.indicators import actions, catalogue, queries
from crm.indicators.catalogue import Indicator
from crm.indicators.models import TypedValue
from crm.indicators.progress import Window, month_end
from crm.lib import clock
from crm.lib.dates import parse_month
from crm.lib.errors import Refused
from crm.lib.words import N_, _
from crm.org.models import User

from . import naming
from .columns import Columns, Known
from .declaring import Change, Plain, Renew, set_back
from .models import ImportBatch
from .reading import Read, read_all

COLUMNS = Columns((
    Known("indicator", N_("指标"), ("指标", "指标名称", "统计指标", "indicator"), example="全社会固定资产投资",
          note=N_("必填，写指标比较页上填报的统计数的名称")),
    Known("month", N_("月份"), ("月份", "统计月份", "期间", "month"), example="2013-06", note=N_("必填")),
    Known("until", N_("到哪个月"), ("到哪个月", "结束月份", "截止月份", "until"), example="2013-06",
          note=N_("只公布了几个月合计的，填最后一个月；单月的可以空着")),
    Known("unit", N_("单位"), ("单位", "填报单位", "乡镇", "unit"), note=N_("各单位分别填报的指标才填")),
    Known("amount", N_("数值"), ("数值", "完成数", "本月数", "金额", "amount"), example="6.73亿", note=N_("必填，金额不写单位算万元")),
    Known("source", N_("数据来源"), ("数据来源", "来源", "文号", "source"), example="统计月报"),
    Known("note", N_("说明"), ("说明", "备注", "note"), True),
), needed=("indicator", "month", "amount"))  # fmt: skip


def read(rows: Sequence[Mapping[str, str]], actor: User) -> list[Read]:
    found = read_all(COLUMNS, rows)
    known = {one.label: one for one in catalogue.every(actor) if one.typed}
    units = naming.units()
    asked = {one.line("indicator") for one in found}
    there = _there({one.key for name, one in known.items() if name in asked})
    for one in found:
        one.errors.clear()
        _read(one, known, units, actor)
        key, unit_id, first, last = one.key or ("", None, None, None)
        if one.errors or first is None or last is None:
            continue
        for value in there.get((key, unit_id), ()):
            if (value.first_on, value.last_on) == (first, last):
                one.same_id = value.id
            elif value.first_on <= last and value.last_on >= first:
                said = _("%(months)s 已经填过，一个月只能计一次；要改请更正那一条", months=value.months)
                one.fault("month", said)
    return found


def _there(keys: set[str]) -> dict[tuple[str, int | None], list[TypedValue]]:
    """What is typed already, of these indicators."""
    found: dict[tuple[str, int | None], list[TypedValue]] = {}
    for value in db.session.scalars(sa.select(TypedValue).where(TypedValue.indicator.in_(keys))):
        found.setdefault((value.indicator, value.unit_id), []).append(value)
    return found


def _read(one: Read, known: Mapping[str, Indicator], units: Mapping[str, int], actor: User) -> None:
    name, unit = one.line("indicator", needed=True), one.line("unit")
    indicator = known.get(name)
    if indicator is None and name:
        one.fault("indicator", _("没有“%(name)s”这个填报的指标", name=name[:30]))
    unit_id = units.get(unit) if unit else None
    if unit and unit_id is None:
        one.fault("unit", _("没有“%(name)s”这个单位", name=unit[:30]))
    if indicator and bool(unit) != indicator.by_unit:
        said = _("这个指标按单位填报，请选单位") if indicator.by_unit else _("这是全区的指标，不分单位")
        one.fault("unit", said)
    if indicator and not queries.may_type(actor, indicator.key, unit_id):
        one.fault("indicator", _("这个指标不由您填报"))
    first = _month(one, "month", needed=True)
    last = _month(one, "until") or first
    amount = one.wan("amount") if one.line("amount", needed=True) else None
    if first and last and last < first:
        one.fault("until", _("结束月份早于开始月份"))
    if last and month_end(last) > month_end(clock.today()):
        one.fault("until" if one.line("until") else "month", _("这个月还没有到"))
    one.data = {
        "indicator": indicator.key if indicator else "", "by_unit": bool(indicator and indicator.by_unit),
        "first_month": first, "last_month": last, "unit_id": unit_id, "amount": amount,
        "source": one.line("source"), "note": one.long("note"),
    }  # fmt: skip
    if indicator and first and last:
        months = Window(first, month_end(last))
        one.key = (indicator.key, unit_id, months.first, months.last)


def _month(one: Read, key: str, *, needed: bool = False) -> dt.date | None:
    text = one.line(key, needed=needed)
    try:
        return parse_month(text) if text else None
    except Refused as refused:
        one.fault(key, refused.message)
        return None


def create(one: Read, batch: ImportBatch, actor: User) -> tuple[int, dict[str, Any]]:
    data = one.data
    return actions.type_value(data["indicator"], data, by_unit=data["by_unit"], actor=actor).id, {}


def _correct(change: Change, actor: User) -> None:
    value: TypedValue = change.record
    kept = {
        "first_month": value.first_on,
        "last_month": value.last_on.replace(day=1),
        "unit_id": value.unit_id,
    }
    said = {key: getattr(value, key) for key in ("amount", "source", "note")} | change.columns
    by_unit = value.unit_id is not None
    actions.correct(value, kept | said, _("按导入的名单更正"), by_unit=by_unit, actor=actor)


PLAIN = Plain(
    read,
    create,
    naming.removal(TypedValue),
    Renew(
        facts={key: key for key in ("amount", "source", "note")},
        may=lambda user, value: queries.may_type(user, value.indicator, value.unit_id),
        edit=_correct,
        restore=set_back("typed_value.corrected", actions.put_in_index),
        added=frozenset({"note"}),
    ),
)
