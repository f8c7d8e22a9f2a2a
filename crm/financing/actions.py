"""The verbs of higher-level funds: apply, put right, write down what came of it; declare what counts as 到位资金."""

from __future__ import annotations

import datetime as dt
from typing import Any

from crm.audit.trail import record, recording
from crm.capital import actions as capital
from crm.capital import queries as capital_queries
from crm.capital.models import PaidIn, PaidKind, VoucherKind
from crm.db import db
from crm.deals.models import Deal
from crm.delivery.models import KeyProject
from crm.lib import clock
from crm.lib.errors import Refused
from crm.lib.words import _
from crm.org.models import User
from crm.search import index
from crm.search.tokens import Field, Kind

from . import queries
from .grants import GrantState
from .models import UpperGrant

FACTS = ("title", "giver", "applied_on", "applied_wan", "note")


def apply(subject: Deal | KeyProject, data: dict[str, Any], *, actor: User) -> UpperGrant:
    """申报上级专项资金."""
    grant = UpperGrant(
        deal=subject if isinstance(subject, Deal) else None,
        project=subject if isinstance(subject, KeyProject) else None,
        unit_id=actor.unit_id,
        author_id=actor.id,
    )
    _fill(grant, data)
    db.session.add(grant)
    with recording("upper_grant.applied", grant, actor=actor):
        db.session.flush()
    record("grant.applied", subject, actor=actor, note=grant.title)
    put_in_index(grant)
    return grant


def edit(grant: UpperGrant, data: dict[str, Any], *, actor: User) -> None:
    if grant.state is not GrantState.APPLIED:
        raise Refused(_("已经有结果，不能再改申报的内容"))
    with recording("upper_grant.edited", grant, actor=actor):
        _fill(grant, data)
    put_in_index(grant)


def receive(grant: UpperGrant, data: dict[str, Any], *, actor: User) -> None:
    """到手. Whether it counts as money that arrived is its 口径, with what says so; by itself it never does."""
    _refuse_answered(grant)
    _refuse_day(grant, data["told_on"])
    if not data["got_wan"] or data["got_wan"] <= 0:
        raise Refused(_("到手金额要大于零"), "got_wan")
    basis = data.get("basis") or ""
    if data.get("counts_as_arrived") and not basis:
        raise Refused(_("计入到位资金的，请写明口径依据"), "basis")
    with recording("upper_grant.got", grant, actor=actor):
        grant.state, grant.told_on, grant.got_wan = GrantState.GOT, data["told_on"], data["got_wan"]
        grant.counts_as_arrived, grant.basis = bool(data.get("counts_as_arrived")), basis


def refuse(grant: UpperGrant, *, told_on: dt.date, note: str, actor: User) -> None:
    """没有争取到."""
    _refuse_answered(grant)
    _refuse_day(grant, told_on)
    with recording("upper_grant.refused", grant, actor=actor, note=note):
        grant.state, grant.told_on = GrantState.REFUSED, told_on


def declare(grant: UpperGrant, *, actor: User) -> PaidIn:
    """申报到位资金: only what its 口径 lets count. From here it is checked and recognised like all other money."""
    if not grant.counts_as_arrived:
        raise Refused(_("口径是不计入到位资金，不能申报"))
    if grant.paid_in_id is not None:
        raise Refused(_("已经申报过到位资金"))
    deal = grant.arrives_for
    if deal is None:
        raise Refused(_("这个重点项目没有关联招商项目，不能申报到位资金"))
    if not capital_queries.may_declare(actor, deal):
        raise Refused(_("这个项目不由您的单位申报"))
    data = {
        "arrived_on": grant.told_on, "amount_wan": grant.got_wan, "payer": grant.title, "origin": grant.giver.origin,
        "kind": PaidKind.OTHER, "voucher_kind": VoucherKind.NONE, "voucher_no": "", "note": grant.basis,
    }  # fmt: skip
    row = capital.declare(deal, data, actor=actor)
    with recording("upper_grant.declared", grant, actor=actor):
        grant.paid_in_id = row.id
    return row


def _fill(grant: UpperGrant, data: dict[str, Any]) -> None:
    for name in FACTS:
        if name in data:
            setattr(grant, name, data[name])
    if grant.applied_on > clock.today():
        raise Refused(_("这一天还没有到"), "applied_on")
    if not grant.applied_wan or grant.applied_wan <= 0:
        raise Refused(_("申报金额要大于零"), "applied_wan")


def _refuse_answered(grant: UpperGrant) -> None:
    if grant.state is not GrantState.APPLIED:
        raise Refused(_("已经有结果：%(state)s", state=grant.state.label))


def _refuse_day(grant: UpperGrant, day: dt.date) -> None:
    if day > clock.today():
        raise Refused(_("这一天还没有到"), "told_on")
    if day < grant.applied_on:
        raise Refused(_("早于申报的日期"), "told_on")


def search_fields(grant: UpperGrant) -> list[Field]:
    """What an application is found by: its own words and whose it is."""
    return [Field(Kind.NAME, grant.title), Field(Kind.NAME, grant.subject.name), Field(Kind.TEXT, grant.note)]


def put_in_index(grant: UpperGrant) -> None:
    index.put(queries.NOUN, grant.id, search_fields(grant))
