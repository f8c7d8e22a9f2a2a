"""Money that arrived in a list. Each sum is declared, as by hand: what counts is checked and recognised by others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from crm.capital import actions, foreign, queries
from crm.capital.models import PaidIn, PaidInState, PaidKind, VoucherKind
from crm.db import db, plain
from crm.deals.models import Deal
from crm.deals.stages import EARLY, SourceScope
from crm.lib import clock
from crm.lib.errors import Refused
from crm.lib.words import N_, _
from crm.merchants import identity
from crm.org.models import User
from crm.search import index

from . import naming
from .columns import Columns, Known
from .declaring import Change, Plain, Renew, set_back
from .likeness import Likeness
from .models import ImportBatch
from .reading import Read, read_all

COLUMNS = Columns((
    Known("deal", N_("项目名称"), ("项目名称", "项目", "deal", "deal_name"), example="衢澜精密阀门生产线项目",
          note=N_("必填，库里已签约项目的全称")),
    Known("arrived_on", N_("到位日期"), ("到位日期", "到位时间", "到账日期", "到账时间", "到资日期", "日期", "arrived_on"),
          example="2013-06-20", note=N_("必填，不早于签约日期")),
    Known("amount_wan", N_("到位金额"), ("到位金额", "到位资金", "到账金额", "到资金额", "实际到位资金", "金额", "amount_wan"),
          example="1200", note=N_("必填，不写单位算万元")),
    Known("payer", N_("出资方"), ("出资方", "付款方", "汇款单位", "出资单位", "付款单位", "payer"), example="上海衢澜精密机械有限公司",
          note=N_("照凭证上的名称写；空着就算主投资方")),
    Known("origin", N_("资金来源地"), ("资金来源地", "资金来源", "来源地", "scope"), example="省外",
          note=N_("可以写“省外、市外省内、境外、市内”；空着就用项目的")),
    Known("usd_wan", N_("外资金额"), ("外资金额", "实际使用外资", "实际利用外资", "到账外资"), note=N_("境外资金必填，不写单位算万美元")),
    Known("kind", N_("资金用途"), ("资金用途", "资金类别", "用途"), example="设备购置"),
    Known("voucher_kind", N_("凭证种类"), ("凭证种类", "凭证类型", "凭证", "凭证名称", "voucher"), example="设备发票"),
    Known("voucher_no", N_("凭证号"), ("凭证号", "凭证编号", "票据号", "发票号"), example="No.0012345"),
    Known("note", N_("说明"), ("说明", "备注", "note"), True),
), needed=("deal", "amount_wan"))  # fmt: skip


def read(rows: Sequence[Mapping[str, str]], actor: User) -> list[Read]:
    """The same deal, day, amount and payer is there already; the same number of a voucher may be the same."""
    found = read_all(COLUMNS, rows)
    named = naming.deals_named({one.line("deal") for one in found}, actor)
    for one in found:
        one.errors.clear()
        _read(one, named, actor)
    _match(found)
    return found


def _read(one: Read, named: Mapping[str, Deal], actor: User) -> None:
    name = one.line("deal", needed=True)
    deal = named.get(name)
    if deal is not None:
        one.links["deal"] = deal.id
        if not queries.may_declare(actor, deal):
            one.fault("deal", _("这个项目不由您的单位申报"))
        elif deal.stage in EARLY or deal.signed_on is None:
            one.fault("deal", _("项目还没有签约，签约以后到位的资金才能申报"))
    elif name:
        one.fault("deal", _("没有您看得到的项目“%(name)s”，或者不止一个", name=name[:30]))
    arrived_on = one.day("arrived_on", one.line("arrived_on", needed=True))
    if arrived_on and arrived_on > clock.today():
        one.fault("arrived_on", _("到位日期还没有到"))
    if arrived_on and deal and deal.signed_on and arrived_on < deal.signed_on:
        one.fault("arrived_on", _("早于签约日期 %(day)s", day=deal.signed_on.isoformat()))
    amount = one.wan("amount_wan") if one.line("amount_wan", needed=True) else None
    if amount is not None and amount <= 0:
        one.fault("amount_wan", _("金额要大于零"))
    origin = one.choice("origin", SourceScope, deal.source_scope if deal else SourceScope.OUT_OF_PROVINCE)
    usd = one.usd("usd_wan")
    try:
        foreign.check(origin, usd)
    except Refused as refused:
        if usd is not None or not one.line("usd_wan"):  # what is no amount at all has been said already
            one.fault("usd_wan", refused.message)
    number = one.line("voucher_no")
    voucher = one.choice("voucher_kind", VoucherKind, VoucherKind.OTHER if number else VoucherKind.NONE)
    if voucher is VoucherKind.NONE:
        one.remark("voucher_kind", _("没有凭证的不能认定，导入后请补"))
    one.data = {
        "arrived_on": arrived_on,
        "amount_wan": amount,
        "payer": one.line("payer") or (deal.investor if deal else ""),
        "origin": origin,
        "usd_wan": usd,
        "kind": one.choice("kind", PaidKind, PaidKind.OTHER),
        "voucher_kind": voucher,
        "voucher_no": number,
        "note": one.long("note"),
    }
    if not one.data["payer"] and deal is not None:
        one.fault("payer", _("没有填写"))
    one.key = (one.links.get("deal"), arrived_on, amount, one.data["payer"])


def _match(found: Sequence[Read]) -> None:
    deals = sorted({one.links["deal"] for one in found if "deal" in one.links})
    there: dict[tuple[Any, ...], int] = {}
    for some in identity.chunks(deals, naming.CHUNK):
        for row in db.session.scalars(sa.select(PaidIn).where(PaidIn.deal_id.in_(some))):
            there[row.deal_id, row.arrived_on, row.amount_wan, row.payer] = row.id
    numbers = sorted({one.data["voucher_no"] for one in found} - {""})
    by_number: dict[str, tuple[int, str]] = {}
    for chunk in identity.chunks(numbers, naming.CHUNK):
        rows = queries.with_names(sa.select(PaidIn).where(PaidIn.voucher_no.in_(chunk)))
        for row in db.session.scalars(rows.order_by(PaidIn.id)).unique():
            by_number.setdefault(row.voucher_no, (row.id, row.unit.name))
    for one in found:
        one.same_id = there.get(one.key)
        if one.same_id is None and one.data["voucher_no"] in by_number:
            record_id, unit = by_number[one.data["voucher_no"]]
            one.like = Likeness(0.9, [_("%(unit)s申报过同一个凭证号", unit=unit)], record_id=record_id)


def create(one: Read, batch: ImportBatch, actor: User) -> tuple[int, dict[str, Any]]:
    """What looks like a double was shown by the check, and somebody has decided."""
    deal = db.session.get_one(Deal, one.links["deal"])
    reason = _("随名单导入：%(name)s", name=batch.file_name[-100:])
    return actions.declare(deal, {**one.data, "duplicate_reason": reason}, actor=actor).id, {}


def _may(user: User, row: PaidIn) -> bool:
    """What came back is declared anew by people, who have read why: a list would only clear the reason away."""
    return row.state is PaidInState.DECLARED and queries.may_edit(user, row)


def _edit(change: Change, actor: User) -> dict[str, Any]:
    row = change.record
    stamp = {name: plain(getattr(row, name)) for name in ("declared_by_id", "declared_at")}
    actions.edit(row, {**change.columns, "duplicate_reason": _("随名单更新")}, actor=actor)
    return stamp


PLAIN = Plain(
    read,
    create,
    naming.removal(PaidIn),
    Renew(
        facts={key: key for key in ("origin", "usd_wan", "kind", "voucher_kind", "voucher_no", "note")},
        may=_may,
        edit=_edit,
        restore=set_back("paid_in.edited", lambda row: index.put(queries.NOUN, row.id, actions.search_fields(row))),
        added=frozenset({"note"}),
        empty=frozenset({VoucherKind.NONE, PaidKind.OTHER}),
    ),
)  # fmt: skip
