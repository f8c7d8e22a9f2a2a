"""「加大征迁力度,切实提高用地交付率」: 交付率 = 已交付 / 应交付, in 亩.

Where a clearance stands follows from its figures: it is as far as its last household.
"""

from __future__ import annotations

from decimal import Decimal

from crm.lib.enums import Labelled
from crm.lib.words import N_, _


class ClearanceLevel(Labelled):
    OWN = "own", N_("区重点"), "info"
    HIGHER = "higher", N_("省市重点（配合）"), "neutral"


class ClearanceStage(Labelled):
    """调查 → 签约 → 腾空 → 交地."""

    SURVEY = "survey", N_("调查"), "neutral"
    SIGNING = "signing", N_("签约"), "info"
    VACATING = "vacating", N_("腾空"), "info"
    HANDING_OVER = "handing_over", N_("交地"), "warn"
    DONE = "done", N_("已交地"), "good"


def stage_of(
    households: int, signed: int, vacated: int, due_mu: Decimal, delivered_mu: Decimal
) -> ClearanceStage:
    if signed < households:
        return ClearanceStage.SIGNING if signed else ClearanceStage.SURVEY
    if vacated < households:
        return ClearanceStage.VACATING
    return ClearanceStage.DONE if delivered_mu >= due_mu else ClearanceStage.HANDING_OVER


def wrong_with(
    households: int, signed: int, vacated: int, due_mu: Decimal, delivered_mu: Decimal
) -> tuple[str, str] | None:
    """(field, sentence) of figures that cannot be; None when they can."""
    if signed > households:
        return "signed", _("签约户数不能超过总户数 %(n)s", n=households)
    if vacated > signed:
        return "vacated", _("腾空户数不能超过签约户数 %(n)s", n=signed)
    if delivered_mu > due_mu:
        return "delivered_mu", _("交付亩数不能超过应交付的 %(n)s 亩", n=f"{due_mu.normalize():f}")
    return None
