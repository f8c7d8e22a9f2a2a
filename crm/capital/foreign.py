"""外资: what a sum from overseas is in dollars.

「外资: 合同外资 / 实际使用外资 in USD, cash arrival per 外商投资信息报告」. The dollars are those of the report or the bank's
slip, the 万元 those that the bank has credited. Nothing is converted: the rate is what the two come to, and only tells
whether one of them was put down in the wrong unit.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from crm.deals.stages import SourceScope
from crm.lib.errors import Refused
from crm.lib.words import _

LEAST_RATE, MOST_RATE = Decimal(5), Decimal(9)
"""元 for a dollar. Since 1994 it has stood between 6.0 and 8.7: what lies outside is a slip of the unit."""


def check(origin: SourceScope, usd_wan: Decimal | None) -> None:
    """What is from overseas says its dollars, what is not has none."""
    if origin is SourceScope.OVERSEAS:
        if usd_wan is None:
            raise Refused(_("资金来自境外的，请照外商投资信息报告或银行单据填外资金额（万美元）"), "usd_wan")
        if usd_wan <= 0:
            raise Refused(_("外资金额要大于零"), "usd_wan")
    elif usd_wan is not None:
        raise Refused(_("只有来自境外的资金才填外资金额，请核对资金来源地"), "usd_wan")


def rate(amount_wan: Decimal, usd_wan: Decimal | None) -> Decimal | None:
    """元 for a dollar, four decimals; None where there are no dollars."""
    return (amount_wan / usd_wan).quantize(Decimal("0.0001"), ROUND_HALF_UP) if usd_wan else None


def is_odd(amount_wan: Decimal, usd_wan: Decimal | None) -> bool:
    found = rate(amount_wan, usd_wan)
    return found is not None and not LEAST_RATE <= found <= MOST_RATE
