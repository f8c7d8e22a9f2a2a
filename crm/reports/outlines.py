"""提纲: what a report of each kind holds when nobody has said otherwise (mechanisms M31 and 3.11 of the domain notes).

「快报: one page, 5 figures. Rank tables always carry the time progress.」
"""

from __future__ import annotations

from .periods import ReportKind

MOST_INDICATORS = 12
WEEKLY_INDICATORS = 5  # 快报: five figures on one page

FIGURES = ("signed_deals", "signed_1yi", "signed_5yi", "paid_in", "new_leads", "visits")
RANKED = ("paid_in", "signed_deals")

SECTIONS: dict[ReportKind, tuple[str, ...]] = {
    ReportKind.MONTHLY: ("figures", "ranks", "stages", "signed", "talks", "starts", "problems", "next"),
    ReportKind.QUARTERLY: ("figures", "ranks", "signed", "starts"),
    ReportKind.WEEKLY: ("figures",),
    ReportKind.YEARLY: ("figures", "scores", "ranks", "problems", "next"),
}
INDICATORS: dict[ReportKind, tuple[str, ...]] = {
    ReportKind.MONTHLY: FIGURES,
    ReportKind.QUARTERLY: ("signed_deals", "signed_1yi", "signed_5yi", "paid_in"),
    ReportKind.WEEKLY: ("signed_deals", "signed_5yi", "paid_in", "new_leads", "visits"),
    ReportKind.YEARLY: FIGURES,
}


def most_indicators(kind: ReportKind) -> int:
    return WEEKLY_INDICATORS if kind is ReportKind.WEEKLY else MOST_INDICATORS
