"""Deals as they stand, the money that has arrived for them, and what is only planned."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from crm.capital import actions as capital
from crm.capital import window
from crm.capital.models import PaidIn, PaidInState, PaidKind, VoucherKind
from crm.db import db
from crm.deals.models import Deal, StageMove
from crm.deals.stages import (
    Admission,
    AgreementKind,
    AmountBasis,
    DealState,
    MoveKind,
    SourceScope,
    Stage,
)
from crm.lib import clock
from crm.merchants.models import (
    Direction,
    Enterprise,
)
from crm.org import settings
from crm.org.models import Unit, User
from crm.reserve.models import Depth, PlanWay, ReserveItem, ReserveState

from .lists import DAY, added, moment, rows, wan

PAID_FOR = {
    VoucherKind.BANK: PaidKind.CASH,
    VoucherKind.LAND: PaidKind.LAND,
    VoucherKind.WORKS: PaidKind.WORKS,
    VoucherKind.EQUIPMENT: PaidKind.EQUIPMENT,
    VoucherKind.NONE: PaidKind.CASH,
}
REASONS = {"本地": "本地资金", "凭证重复": "重复凭证", "住宅": "住宅部分", "无凭证": "无凭证"}
TARGET_WAN = 175_000  # 「完成招商引资实际到位资金17.5亿元」
CLOSED_UNTIL = dt.date(2013, 5, 1)  # June is left for whoever tries the demo to close


def load_deals(
    units: dict[str, Unit],
    staff: dict[str, User],
    leaders: dict[str, User],
    merchants: dict[str, Enterprise],
) -> dict[str, Deal]:
    deals = {}
    for row in rows("deals"):
        lapsed = row["stage"] == "终止"
        stage = Stage.NEGOTIATING if lapsed else Stage.of(row["stage"])
        assert isinstance(stage, Stage)
        since = dt.date.fromisoformat(row["stage_since"])
        signed = stage is Stage.SIGNED
        last_contact = moment(row["last_contact"], 10) if row["last_contact"] else None
        leader = leaders.get(row["lead_leader"])
        unit = units[row["owner_unit"]]
        deal = added(
            Deal(
                name=row["name"],
                stage=stage,
                stage_since=since,
                state=DealState.LAPSED if lapsed else DealState.ACTIVE,
                state_reason=row["decision"] if lapsed else "",
                state_since=since if lapsed else None,
                planned_wan=wan(row["invest_yi"]),
                fixed_asset_wan=wan(row["fixed_yi"]),
                agreed_wan=wan(row["invest_yi"]) if signed else None,
                contract_usd_wan=Decimal(row["contract_usd_wan"]) if row["contract_usd_wan"] else None,
                amount_basis=AmountBasis.AGREEMENT if signed else AmountBasis.WISH,
                source_scope=SourceScope.of(row["source_scope"]) or SourceScope.OUT_OF_PROVINCE,
                direction=Direction.of(row["direction"]),
                land_mu=Decimal(row["land_mu"]) if row["land_mu"] else None,
                is_return=row["is_return"] == "1",
                is_shanhai=row["is_shanhai"] == "1",
                enterprise_id=merchants[row["merchant_id"]].id if row["merchant_id"] else None,
                unit_id=unit.id,
                owner_id=staff[row["owner_unit"]].id,
                sponsor_id=leader.id if leader else None,
                first_report_unit_id=units[row["first_report_unit"]].id,
                first_reported_at=clock.start_of(since) + dt.timedelta(hours=9),
                admission=admission(row["decision"]),
                admission_note="" if row["decision"].startswith("准予") else row["decision"],
                signed_on=since if signed else None,
                agreement_kind=AgreementKind.of(row["agreement_type"]),
                next_step="示例下一步" if row["next_action_due"] else "",
                next_due_on=dt.date.fromisoformat(row["next_action_due"]) if row["next_action_due"] else None,
                last_contact_at=last_contact,
            )
        )
        deal.moves.append(
            StageMove(
                kind=MoveKind.LAPSED if lapsed else MoveKind.CREATED,
                from_stage=stage if lapsed else None,
                to_stage=stage,
                on_day=since,
                reason=row["decision"] if lapsed else "",
                evidence="示例区数据",
                at=clock.start_of(since) + dt.timedelta(hours=17),
            )
        )
        deals[row["deal_id"]] = deal
    db.session.flush()
    return deals


def admission(decision: str) -> Admission:
    if decision.startswith("准予"):
        return Admission.APPROVED
    return Admission.REJECTED if decision.startswith("否决") else Admission.NONE


def load_funds(staff: dict[str, User], deals: dict[str, Deal]) -> None:
    """Money that arrived, and the first five months closed, each on the fifth day of the next."""
    head = db.session.query(User).filter_by(login="manager").one()
    db.session.flush()
    for row in rows("funds"):
        deal = deals[row["deal_id"]]
        voucher = VoucherKind.of(row["voucher"]) or VoucherKind.NONE
        assert isinstance(voucher, VoucherKind)
        recognised = row["recognised"] == "1"
        why = row["reject_reason"]
        by_unit = staff[deal.unit.name]
        declared_at = moment(row["arrived_on"], 16)
        added(
            PaidIn(
                deal=deal,
                unit_id=deal.unit_id,
                arrived_on=dt.date.fromisoformat(row["arrived_on"]),
                counts_on=dt.date.fromisoformat(row["arrived_on"]),
                amount_wan=Decimal(row["amount_wan"]),
                usd_wan=Decimal(row["usd_wan"]) if row["usd_wan"] else None,
                payer=row["payer"] or deal.investor,
                origin=SourceScope.of(row["scope"]),
                kind=PAID_FOR[voucher],
                voucher_kind=voucher,
                state=PaidInState.RECOGNISED if recognised else PaidInState.RETURNED,
                reason=next((reason for word, reason in REASONS.items() if word in why), ""),
                reason_note=why,
                share_percent=100 if recognised else None,
                counted_wan=Decimal(row["amount_wan"]) if recognised else Decimal(0),
                declared_by_id=by_unit.id,
                declared_at=declared_at,
                checked_by_id=head.id,
                checked_at=declared_at + dt.timedelta(days=1),
                decided_by_id=head.id,
                decided_at=declared_at + dt.timedelta(days=2),
            )
        )
    settings.put("capital.target_wan", TARGET_WAN)
    db.session.flush()
    for month in window.months(dt.date(2013, 1, 1), CLOSED_UNTIL):
        settings.put(settings.BUSINESS_DAY, (window.next_month(month) + dt.timedelta(days=4)).isoformat())
        capital.close_month(month, actor=head)
    settings.put(settings.BUSINESS_DAY, DAY.isoformat())


def load_reserve(units: dict[str, Unit], staff: dict[str, User]) -> None:
    """What units plan this year. The list says of some that they are in the city's library or have become a deal, but
    neither when nor which."""
    for row in rows("reserve"):
        depth = Depth.of(row["maturity"])
        by_unit = staff.get(row["unit"])
        added(
            ReserveItem(
                name=row["name"],
                unit_id=units[row["unit"]].id,
                year=int(row["year"]),
                planned_wan=wan(row["invest_yi"]),
                way=PlanWay.of(row["method"]),
                depth=depth or Depth.EARLY_WORK,
                state=ReserveState.PLANNED if depth else ReserveState.PROMOTED,
                in_city=row["in_city_library"] == "1",
                created_by_id=by_unit.id if by_unit else None,
            )
        )
