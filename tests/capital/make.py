"""Signed deals and sums that arrived for them, in whatever state a test begins with."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from crm.capital import actions
from crm.capital.models import PaidIn, PaidInState, PaidKind, VoucherKind
from crm.deals.models import Deal
from crm.deals.stages import SourceScope, Stage
from crm.org.models import User
from tests.deals.make import make_deal, make_enterprise

SIGNED_ON = dt.date(2013, 1, 3)


def signed(name: str, owner: User, **columns: Any) -> Deal:
    firm = make_enterprise(f"{name}投资方", owner)
    return make_deal(
        name, owner,
        **{"stage": Stage.SIGNED, "signed_on": SIGNED_ON, "enterprise_id": firm.id, "agreed_wan": Decimal(10_000),
           **columns},
    )  # fmt: skip


def said(**columns: Any) -> dict[str, Any]:
    """What a declaration says."""
    return {
        "arrived_on": dt.date(2013, 6, 20),
        "amount_wan": Decimal(1_200),
        "payer": "上海衢澜精密机械有限公司",
        "origin": SourceScope.OUT_OF_PROVINCE,
        "kind": PaidKind.EQUIPMENT,
        "voucher_kind": VoucherKind.EQUIPMENT,
        "voucher_no": "",
        "note": "",
        **columns,
    }


def declared(deal: Deal, by: User, **columns: Any) -> PaidIn:
    return actions.declare(deal, said(**columns), actor=by)


def recognised(deal: Deal, by: User, judge: User, **columns: Any) -> PaidIn:
    """Gone the whole way by the verbs."""
    row = declared(deal, by, **columns)
    actions.check(row, actor=judge)
    actions.recognise(row, actor=judge)
    assert row.state is PaidInState.RECOGNISED
    return row
