"""Whose figures a page shows: a promoter's own, a manager's unit's, a leader's district's. First comes what is theirs."""

from __future__ import annotations

from crm.lib.enums import Labelled
from crm.lib.words import N_
from crm.org.permissions import Role, Scope


class Whose(Labelled):
    MINE = "mine", N_("我的")
    UNIT = "unit", N_("本单位")
    DISTRICT = "district", N_("全区")


FIGURES: dict[Whose, tuple[str, ...]] = {
    Whose.MINE: ("paid_in", "signed_deals", "new_leads", "valid_leads", "visits"),
    Whose.UNIT: ("paid_in", "signed_deals", "new_leads", "visits", "starts"),
    Whose.DISTRICT: ("paid_in", "signed_deals", "signed_1yi", "new_leads", "starts"),
}
"""Five of each. Mine are those whose lists say whose work a row is."""


def offered(role: Role, scope: Scope | None) -> list[Whose]:
    """What somebody may look at, his own first: records are followed by promoters and managers alone, and the
    district is for whoever sees it whole."""
    if scope is Scope.DISTRICT:
        return [Whose.DISTRICT, Whose.UNIT]
    if role is Role.MANAGER:
        return [Whose.UNIT, Whose.MINE]
    return [Whose.MINE, Whose.UNIT]
