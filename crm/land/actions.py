"""The verbs of land: enter a parcel, move it on or back, keep it for a need and let it go; quotas, reclaimed land."""

from __future__ import annotations

import datetime as dt
from typing import Any

from crm.audit.trail import record, recording
from crm.db import db
from crm.lib import clock
from crm.lib.errors import Refused
from crm.lib.words import _
from crm.merchants.models import Enterprise
from crm.needs import actions as needs
from crm.needs.kinds import NeedKind
from crm.needs.models import Need
from crm.org.models import User
from crm.search import index
from crm.search.tokens import Field, Kind

from . import queries
from .models import Hold, LandQuota, Parcel, ParcelMove, Reclamation
from .states import HoldState, ParcelState

FACTS = ("name", "mu", "place", "land_use", "measure", "note")


def enter(data: dict[str, Any], *, actor: User, source: Enterprise | None = None) -> Parcel:
    """A parcel that is not yet in the books; `source` is the firm that gave it up."""
    _refuse_known(data["name"], None)
    _refuse_to_come(data["since_on"], "since_on")
    parcel = Parcel(
        unit_id=data.get("unit_id") or actor.unit_id, state=data["state"], since_on=data["since_on"],
        source_enterprise_id=source.id if source else None, created_by_id=actor.id,
    )  # fmt: skip
    _fill(parcel, data)
    parcel.moves.append(ParcelMove(to_state=parcel.state, on_day=parcel.since_on, actor_id=actor.id))
    db.session.add(parcel)
    with recording("parcel.entered", parcel, actor=actor):
        db.session.flush()
    if source:
        record("enterprise.freed_land", source, actor=actor, note=parcel.name)
    put_in_index(parcel)
    return parcel


def edit(parcel: Parcel, data: dict[str, Any], *, actor: User) -> None:
    _refuse_known(data["name"], parcel)
    with recording("parcel.edited", parcel, actor=actor):
        _fill(parcel, data)
    put_in_index(parcel)


def advance(parcel: Parcel, *, on_day: dt.date, reason: str = "", actor: User) -> None:
    """One state on. Whoever it was kept for has it once it is in use."""
    target = parcel.state.next
    if target is None:
        raise Refused(_("这块地已经在用了"))
    _move(parcel, target, on_day, reason, actor, "parcel.advanced")
    if target is ParcelState.USED and parcel.hold:
        with recording("parcel_hold.taken", parcel.hold, actor=actor):
            parcel.hold.state = HoldState.TAKEN


def step_back(parcel: Parcel, *, on_day: dt.date, reason: str, actor: User) -> None:
    """One state back, with its reason. Who used it keeps it reserved until it is released."""
    target = parcel.state.previous
    if target is None:
        raise Refused(_("“%(state)s”前面没有别的状态", state=parcel.state.label))
    if not reason:
        raise Refused(_("请写明为什么退回"), "reason")
    hold = parcel.hold
    _move(parcel, target, on_day, reason, actor, "parcel.stepped_back")
    if hold and hold.state is HoldState.TAKEN:
        with recording("parcel_hold.given_back", hold, actor=actor, note=reason):
            hold.state = HoldState.HELD


def keep(parcel: Parcel, need: Need, *, until_on: dt.date, actor: User) -> Hold:
    """预留. The parcel's row is locked first: of two at once the second sees what the first did."""
    db.session.refresh(parcel, with_for_update={"of": Parcel})
    if queries.kept_for(parcel):
        raise Refused(_("这块地已经预留给别的项目，一块地同一时间只预留给一个项目"))
    if parcel.state is ParcelState.USED:
        raise Refused(_("这块地已经在用了"))
    if need.kind is not NeedKind.LAND or not need.is_open:
        raise Refused(_("只有待解决的用地需求才能预留土地"))
    if until_on < clock.today():
        raise Refused(_("预留期限不能早于今天"), "until_on")
    hold = Hold(parcel=parcel, need_id=need.id, until_on=until_on, author_id=actor.id)
    db.session.add(hold)
    with recording("parcel_hold.kept", hold, actor=actor):
        db.session.flush()
    record("parcel.kept", parcel, actor=actor)  # for whom, only those are told who see the need
    record("need.land_kept", need, actor=actor, note=parcel.name)
    return hold


def release(hold: Hold, reason: str, *, actor: User) -> None:
    """释放: the parcel is free again."""
    if hold.state is HoldState.RELEASED:
        raise Refused(_("已经释放了"))
    if hold.state is HoldState.TAKEN:
        raise Refused(_("土地已经在用；如果退出来了，请先把地块退回“供而未用”"))
    if not reason:
        raise Refused(_("请写明为什么释放"), "reason")
    with recording("parcel_hold.released", hold, actor=actor, note=reason):
        hold.state, hold.ended_on, hold.reason = HoldState.RELEASED, clock.today(), reason
    record("parcel.released", hold.parcel, actor=actor, note=reason)
    record("need.land_released", hold.need, actor=actor, note=hold.parcel.name)


def _holds_land(need: Need) -> str:
    count = queries.count_held(need)
    return _("还预留着 %(n)s 块地，请先释放", n=count) if count else ""


needs.HELD.append(_holds_land)


# --- quotas and reclaimed land ------------------------------------------------------------------------------


def set_quota(quota: LandQuota | None, data: dict[str, Any], *, actor: User) -> LandQuota:
    """争取, 到手, 已用 of a kind in a year, as they stand now."""
    if data["used_mu"] > data["got_mu"]:
        raise Refused(_("已用不能超过到手的指标"), "used_mu")
    if quota is None:
        known = queries.quota_of(data["year"], data["kind"], actor.unit_id)
        if known is not None:
            raise Refused(
                _("%(year)s 年的%(kind)s已经登记，请在原来那一行修改", year=known.year, kind=known.kind.label)
            )
        quota = LandQuota(unit_id=actor.unit_id, year=data["year"], kind=data["kind"])
        db.session.add(quota)
    with recording("land_quota.set", quota, actor=actor):
        for name in ("year", "kind", "sought_mu", "got_mu", "used_mu", "note"):
            if name in data:
                setattr(quota, name, data[name])
    return quota


def reclaim(row: Reclamation | None, data: dict[str, Any], *, actor: User) -> Reclamation:
    """Land that was made arable on a day; also to put one right."""
    _refuse_to_come(data["on_day"], "on_day")
    if row is None:
        row = Reclamation(unit_id=actor.unit_id, author_id=actor.id)
        db.session.add(row)
    with recording("reclamation.told", row, actor=actor):
        for name in ("on_day", "mu", "place", "note"):
            setattr(row, name, data[name])
    return row


# --- what the verbs share -----------------------------------------------------------------------------------


def _move(parcel: Parcel, target: ParcelState, on_day: dt.date, reason: str, actor: User, verb: str) -> None:
    _refuse_to_come(on_day, "on_day")
    if on_day < parcel.since_on:
        raise Refused(_("日期早于“%(state)s”开始的那天", state=parcel.state.label), "on_day")
    parcel.moves.append(
        ParcelMove(from_state=parcel.state, to_state=target, on_day=on_day, reason=reason, actor_id=actor.id)
    )
    with recording(verb, parcel, actor=actor, note=reason):
        parcel.state, parcel.since_on = target, on_day


def _fill(parcel: Parcel, data: dict[str, Any]) -> None:
    for name in FACTS:
        if name in data:
            setattr(parcel, name, data[name])
    if not parcel.mu or parcel.mu <= 0:
        raise Refused(_("面积要大于零"), "mu")


def _refuse_known(name: str, parcel: Parcel | None) -> None:
    with db.session.no_autoflush:
        known = queries.named(name)
    if known is not None and (parcel is None or known.id != parcel.id):
        raise Refused(_("已经有叫“%(name)s”的地块", name=name), "name")


def _refuse_to_come(day: dt.date, field: str) -> None:
    if day > clock.today():
        raise Refused(_("这一天还没有到"), field)


def search_fields(parcel: Parcel) -> list[Field]:
    """What a parcel is found by."""
    return [Field(Kind.NAME, parcel.name), Field(Kind.NAME, parcel.place), Field(Kind.TEXT, parcel.note)]


def put_in_index(parcel: Parcel) -> None:
    index.put(queries.NOUN, parcel.id, search_fields(parcel))
