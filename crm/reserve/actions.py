"""The verbs of a planned project: plan, put right, give up and take up again, turn into a deal or join to one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from crm.audit.trail import record, recording
from crm.db import db
from crm.deals import actions as deals
from crm.deals.models import Deal
from crm.lib import clock
from crm.lib.errors import Refused
from crm.lib.words import _
from crm.org.models import User
from crm.search import index
from crm.search.tokens import Field, Kind

from . import queries
from .models import YEARS, ReserveItem, ReserveState, name_key

FACTS = (
    "name", "content", "year", "planned_wan", "way", "depth", "direction", "in_city", "city_registered_on", "city_number",
)  # fmt: skip


def plan(data: dict[str, Any], *, actor: User) -> ReserveItem:
    """谋划. It counts for this unit for good. Refused when anybody has planned it already: one project counts once."""
    _refuse_known(data["name"], None)
    item = ReserveItem(unit_id=data.get("unit_id") or actor.unit_id, created_by_id=actor.id)
    _fill(item, data)
    db.session.add(item)
    with recording("reserve_item.planned", item, actor=actor):
        db.session.flush()
    put_in_index(item)
    return item


def edit(item: ReserveItem, data: dict[str, Any], *, actor: User) -> None:
    if "name" in data:
        _refuse_known(data["name"], item)
    with recording("reserve_item.edited", item, actor=actor):
        _fill(item, data)
    put_in_index(item)


def drop(item: ReserveItem, reason: str, *, actor: User) -> None:
    """退出: it no longer counts."""
    if item.state is not ReserveState.PLANNED:
        raise Refused(_("只有储备中的项目可以退出，现在是“%(state)s”", state=item.state.label))
    if not reason:
        raise Refused(_("请写明为什么退出"), "reason")
    with recording("reserve_item.dropped", item, actor=actor, note=reason):
        item.state, item.drop_reason = ReserveState.DROPPED, reason


def take_up(item: ReserveItem, *, actor: User) -> None:
    """恢复 what was given up."""
    if item.state is not ReserveState.DROPPED:
        raise Refused(_("这个项目没有退出"))
    with recording("reserve_item.taken_up", item, actor=actor):
        item.state, item.drop_reason = ReserveState.PLANNED, ""


def promote(item: ReserveItem, data: dict[str, Any], *, actor: User) -> Deal:
    """转招商: open a deal with what was planned. The plan keeps counting for the unit that made it."""
    _refuse_unless_free(item)
    deal = deals.create(data, actor=actor)
    _join(item, deal, actor)
    return deal


def link(item: ReserveItem, deal: Deal, *, actor: User) -> None:
    """The deal that this plan has become was opened already."""
    _refuse_unless_free(item)
    _join(item, deal, actor)


def list_as(item: ReserveItem, name: str, *, actor: User) -> None:
    """列为重点项目: it has become a key project, which keeps whose plan it was. Many have no investor and are no deal."""
    _refuse_unless_free(item)
    with recording("reserve_item.listed", item, actor=actor, note=name):
        item.state, item.promoted_on = ReserveState.LISTED, clock.today()


LEFT: list[Callable[[ReserveItem, User], None]] = []
"""Upper floors hear that a plan has not become the record of theirs that keeps it."""


def unlink(item: ReserveItem, reason: str, *, actor: User) -> None:
    """It was the wrong deal or key project."""
    if item.deal is None and item.state is not ReserveState.LISTED:
        raise Refused(_("没有关联项目"))
    if not reason:
        raise Refused(_("请写明为什么取消关联"), "reason")
    for leave in LEFT:
        leave(item, actor)
    deal = item.deal
    with recording("reserve_item.unlinked", item, actor=actor, note=reason):
        item.deal_id, item.promoted_on = None, None
        item.state = ReserveState.PLANNED
    if deal is not None:
        record("deal.left_reserve", deal, actor=actor, note=item.name)


def _join(item: ReserveItem, deal: Deal, actor: User) -> None:
    with recording("reserve_item.promoted", item, actor=actor, note=deal.name):
        item.state, item.deal_id = ReserveState.PROMOTED, deal.id
        item.promoted_on = item.promoted_on or clock.today()
    record("deal.from_reserve", deal, actor=actor, note=item.name)


def _refuse_unless_free(item: ReserveItem) -> None:
    if item.state is ReserveState.DROPPED:
        raise Refused(_("这个项目已经退出，要转招商请先恢复"))
    if item.deal_id is not None:
        raise Refused(_("这个项目已经转成招商项目了"))
    if item.state is ReserveState.LISTED:
        raise Refused(_("这个项目已经列为重点项目了"))


def _refuse_known(name: str, item: ReserveItem | None) -> None:
    if not name_key(name):
        raise Refused(_("项目名称里要有字"), "name")
    with db.session.no_autoflush:
        known = queries.of_name(name)
    if known is not None and (item is None or known.id != item.id):
        raise Refused(
            _("%(unit)s在 %(year)s 年已经谋划了“%(name)s”，同一项目只计一次",
              unit=known.unit.name, year=known.year, name=known.name),
            "name",
        )  # fmt: skip


def _fill(item: ReserveItem, data: dict[str, Any]) -> None:
    for name in FACTS:
        if name in data:
            setattr(item, name, data[name])
    if not YEARS[0] <= item.year <= YEARS[1]:
        raise Refused(_("年度请填 %(low)s 到 %(high)s", low=YEARS[0], high=YEARS[1]), "year")
    if item.city_registered_on or item.city_number:
        item.in_city = True
    if item.in_city and item.city_registered_on is None:
        raise Refused(_("列入市级储备库的，请填写入库日期"), "city_registered_on")
    if item.city_registered_on and item.city_registered_on > clock.today():
        raise Refused(_("入库日期还没有到"), "city_registered_on")


def search_fields(item: ReserveItem) -> list[Field]:
    """What a planned project is found by."""
    return [Field(Kind.NAME, item.name), Field(Kind.CODE, item.city_number), Field(Kind.TEXT, item.content)]


def put_in_index(item: ReserveItem) -> None:
    index.put(queries.NOUN, item.id, search_fields(item))
