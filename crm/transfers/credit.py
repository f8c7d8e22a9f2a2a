"""「项目流转」: A talks first, the place does not fit, B takes it; each keeps a share of the credit, together 100."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from crm.lib.words import _

WHOLE = 100


@dataclass
class Credit:
    """折算: what a unit has of the deals that were signed. The parts of all units are the whole, of deals and of money."""

    answers: int = 0  # deals it is responsible for
    has_part: int = 0  # deals it has a share of
    deals: Decimal = Decimal(0)
    wan: Decimal = Decimal(0)

    def add(self, percent: int, planned_wan: Decimal | None, *, deals: int = 1) -> None:
        """The same share of so many deals, which together are planned to cost so much."""
        if percent:
            self.has_part += deals
        self.deals += part(Decimal(deals), percent)
        self.wan += part(planned_wan, percent)


def sum_of(parts: Iterable[Credit]) -> Credit:
    found = Credit()
    for one in parts:
        found.answers += one.answers
        found.has_part += one.has_part
        found.deals += one.deals
        found.wan += one.wan
    return found


def part(amount: Decimal | None, percent: int) -> Decimal:
    return (amount or Decimal(0)) * percent / WHOLE


def problem_with(shares: Mapping[int, int | None]) -> str:
    """What is wrong with a split (unit -> percent); '' when it can be agreed to."""
    if any(share is None or not 0 <= share <= WHOLE for share in shares.values()):
        return _("每个单位的份额请填 0 到 100 的整数")
    total = sum(share or 0 for share in shares.values())
    if total != WHOLE:
        return _("各单位的份额加起来要正好是 100，现在是 %(n)s", n=total)
    return ""
