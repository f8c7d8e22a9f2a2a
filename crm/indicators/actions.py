"""The verbs of what is typed: a figure of some months, its correction, and indicators of one's own."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa

from crm.audit.trail import record, recording
from crm.db import db
from crm.lib import clock
from crm.lib.errors import Refused
from crm.lib.words import _
from crm.org.models import User
from crm.search import index
from crm.search.tokens import Field, Kind

from . import queries
from .models import HOUSE_NAMES, OwnIndicator, TypedValue
from .progress import Window, month_end

FACTS = ("name", "measure", "definition", "by_unit", "unit_id")


def type_value(key: str, data: dict[str, Any], *, by_unit: bool, actor: User) -> TypedValue:
    """填报 the figure of some whole months."""
    own = queries.own(key)
    value = TypedValue(indicator=key, own_indicator_id=own.id if own else None, typed_by_id=actor.id)
    _fill(value, data, by_unit)
    db.session.add(value)
    with recording("typed_value.typed", value, actor=actor):
        db.session.flush()
    put_in_index(value)
    return value


def correct(value: TypedValue, data: dict[str, Any], why: str, *, by_unit: bool, actor: User) -> None:
    """更正: what was there before stands in the trail, with the reason."""
    if not why:
        raise Refused(_("请写明为什么更正"), "why")
    with recording("typed_value.corrected", value, actor=actor, note=why):
        _fill(value, data, by_unit)
        value.typed_by_id, value.typed_at = actor.id, clock.business_now()
    put_in_index(value)


def take_away(value: TypedValue, *, actor: User) -> None:
    record("typed_value.taken_away", value, actor=actor,
           changes={"amount": [str(value.amount), None], "first_on": [value.first_on.isoformat(), None]})  # fmt: skip
    index.remove(queries.NOUN, [value.id])
    db.session.delete(value)
    db.session.flush()


def define(data: dict[str, Any], *, actor: User) -> OwnIndicator:
    """自设一个指标."""
    _refuse_known(data["name"], None)
    one = OwnIndicator(created_by_id=actor.id, **{name: data[name] for name in FACTS})
    db.session.add(one)
    with recording("own_indicator.defined", one, actor=actor):
        db.session.flush()
    return one


def redefine(one: OwnIndicator, data: dict[str, Any], *, actor: User) -> None:
    """What it measures and whether it is typed by unit stay once there are figures: they would say something else."""
    _refuse_known(data["name"], one)
    fixed = {name for name in ("measure", "by_unit") if name in data and data[name] != getattr(one, name)}
    typed = sa.select(TypedValue.id).where(TypedValue.indicator == one.key).limit(1)
    if fixed and db.session.scalar(typed) is not None:
        raise Refused(_("已经填过数，计量单位和填报方式不能再改；请另设一个指标"), sorted(fixed)[0])
    before = one.name
    with recording("own_indicator.redefined", one, actor=actor):
        for name in FACTS:
            if name in data:
                setattr(one, name, data[name])
    if data["name"] != before:  # its figures are found by its name
        figures = db.session.scalars(sa.select(TypedValue).where(TypedValue.indicator == one.key))
        index.put_changed(queries.NOUN, [(value.id, search_fields(value)) for value in figures])


def search_fields(value: TypedValue) -> list[Field]:
    """A figure is found by the name of its indicator, its months, and who published it."""
    what = value.own_indicator.name if value.own_indicator else HOUSE_NAMES[value.indicator]
    return [Field(Kind.NAME, what), Field(Kind.CODE, value.months), Field(Kind.TEXT, value.source),
            Field(Kind.TEXT, value.note)]  # fmt: skip


def put_in_index(value: TypedValue) -> None:
    index.put(queries.NOUN, value.id, search_fields(value))


def _fill(value: TypedValue, data: dict[str, Any], by_unit: bool) -> None:
    first: dt.date = data["first_month"]
    last = month_end(data.get("last_month") or first)
    if last < first:
        raise Refused(_("结束月份早于开始月份"), "last_month")
    if last > month_end(clock.today()):
        raise Refused(_("这个月还没有到"), "last_month" if data.get("last_month") else "first_month")
    unit_id = data.get("unit_id") if by_unit else None
    if by_unit and unit_id is None:
        raise Refused(_("这个指标按单位填报，请选单位"), "unit_id")
    other = queries.overlapping(value.indicator, unit_id, Window(first, last), value.id)
    if other:
        said = _("%(months)s 已经填过，一个月只能计一次；要改请更正那一条", months=other.months)
        raise Refused(said, "first_month")
    value.unit_id, value.first_on, value.last_on = unit_id, first, last
    value.amount, value.source, value.note = data["amount"], data.get("source") or "", data.get("note") or ""


def _refuse_known(name: str, but: OwnIndicator | None) -> None:
    rows = sa.select(OwnIndicator.id).where(
        OwnIndicator.name == name, OwnIndicator.id != (but.id if but else 0)
    )
    if db.session.scalar(rows) is not None:
        raise Refused(_("已经有叫“%(name)s”的指标", name=name), "name")
