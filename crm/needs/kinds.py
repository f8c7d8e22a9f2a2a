"""要素的种类, and the line that each one's 对接 goes along.

「多措并举破解供地难」「千方百计破解融资难」「全力以赴破解引智难」「企业出题、政府立题、协同解题」
"""

from __future__ import annotations

from crm.lib.enums import Labelled
from crm.lib.words import N_, _


class NeedKind(Labelled):
    LAND = "land", N_("土地"), "info"
    FINANCE = "finance", N_("融资"), "info"
    TALENT = "talent", N_("人才"), "info"
    TECHNOLOGY = "technology", N_("科技难题"), "info"

    @property
    def unit(self) -> str:
        """What its amounts are counted in."""
        return _(UNITS[self])


UNITS = {
    NeedKind.LAND: N_("亩"),
    NeedKind.FINANCE: N_("万元"),
    NeedKind.TALENT: N_("人"),
    NeedKind.TECHNOLOGY: N_("项"),
}


class NeedState(Labelled):
    OPEN = "open", N_("待解决"), "warn"
    MET = "met", N_("已解决"), "good"
    DROPPED = "dropped", N_("不再需要"), "neutral"


class Step(Labelled):
    """How far it has come with one bank, person or institute."""

    PITCHED = "pitched", N_("推介"), "info"
    CREDIT = "credit", N_("授信"), "info"
    DRAWN = "drawn", N_("放款"), "good"
    MATCHED = "matched", N_("对接"), "info"
    HIRED = "hired", N_("引进"), "good"
    SOLVED = "solved", N_("解题"), "good"
    FAILED = "failed", N_("未成"), "bad"
    RETURNED = "returned", N_("退回"), "bad"


LINES: dict[NeedKind, tuple[Step, ...]] = {
    NeedKind.FINANCE: (Step.PITCHED, Step.CREDIT, Step.DRAWN),
    NeedKind.TALENT: (Step.MATCHED, Step.HIRED),
    NeedKind.TECHNOLOGY: (Step.MATCHED, Step.SOLVED),
}
"""需求 → 推介 → 授信 → 放款; 需求 → 对接 → 引进; 出题 → 立题 → 对接 → 解题. Land has parcels instead: see crm/land."""

FAILURES = {
    NeedKind.FINANCE: Step.FAILED,
    NeedKind.TALENT: Step.FAILED,
    NeedKind.TECHNOLOGY: Step.RETURNED,
}
SUPPLYING = (Step.DRAWN, Step.HIRED, Step.SOLVED)
"""Only at the end of its line does it supply anything: a credit that was granted is not yet paid out."""

ENDED = (*SUPPLYING, Step.FAILED, Step.RETURNED)


def first_step(kind: NeedKind) -> Step | None:
    return LINES[kind][0] if kind in LINES else None


def next_steps(kind: NeedKind, step: Step) -> tuple[Step, ...]:
    """What may come of it: one step on, or nothing. Nothing follows an end."""
    line = LINES.get(kind, ())
    if step not in line or step is line[-1]:
        return ()
    return (line[line.index(step) + 1], FAILURES[kind])
