"""The way of a review: 「申请 → 预审 → 部门会审 → 论证（重大项目）→ 决策」, and what stands against letting a project in.

「对一些事关经济社会发展大局、涉及民生的重大项目，要事先组织有关专家及民众代表进行论证评审」;
「严把项目环评、能评关，严控污染项目准入」; 「完善重大决策社会稳定风险评估机制」
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from crm.lib.enums import Labelled
from crm.lib.words import N_, _, listed

from .permu import Judged, Verdict


class ReviewStep(Labelled):
    APPLIED = "applied", N_("申请"), "neutral"
    SCREENED = "screened", N_("预审"), "info"
    DEPARTMENTS = "departments", N_("部门会审"), "info"
    PANEL = "panel", N_("论证"), "info"
    DECIDED = "decided", N_("决策"), "good"


class Conclusion(Labelled):
    APPROVED = "approved", N_("准予"), "good"
    CONDITIONAL = "conditional", N_("有条件准予"), "warn"
    REJECTED = "rejected", N_("否决"), "bad"
    SUPPLEMENT = "supplement", N_("补充后再评"), "neutral"

    @property
    def lets_in(self) -> bool:
        return self in (Conclusion.APPROVED, Conclusion.CONDITIONAL)


class Assessment(Labelled):
    """环评 and 能评"""

    PENDING = "pending", N_("待评"), "warn"
    PASSED = "passed", N_("通过"), "good"
    FAILED = "failed", N_("不通过"), "bad"
    NOT_NEEDED = "not_needed", N_("不需要"), "neutral"


class Voice(Labelled):
    DEPARTMENT = "department", N_("部门"), "info"
    EXPERT = "expert", N_("专家"), "neutral"
    CITIZEN = "citizen", N_("民众代表"), "neutral"


class Stance(Labelled):
    FOR = "for", N_("同意"), "good"
    CONDITIONAL = "conditional", N_("有条件同意"), "warn"
    AGAINST = "against", N_("不同意"), "bad"


class CheckKind(Labelled):
    """质量、安全、稳评、廉洁"""

    STABILITY = "stability", N_("社会稳定风险评估"), "warn"
    SAFETY = "safety", N_("安全生产"), "warn"
    QUALITY = "quality", N_("工程质量"), "neutral"
    INTEGRITY = "integrity", N_("廉洁监督"), "neutral"


class CheckState(Labelled):
    PENDING = "pending", N_("待评"), "warn"
    PASSED = "passed", N_("通过"), "good"
    TO_MEND = "to_mend", N_("整改"), "bad"


def next_step(step: ReviewStep, *, is_major: bool) -> ReviewStep | None:
    """The one step on before the decision; None when it can be decided. Only major projects are argued by a panel."""
    way = [ReviewStep.APPLIED, ReviewStep.SCREENED, ReviewStep.DEPARTMENTS]
    if is_major:
        way.append(ReviewStep.PANEL)
    return way[way.index(step) + 1] if step in way[:-1] else None


@dataclass(frozen=True)
class Case:
    """All that a decision looks at."""

    judged: Sequence[Judged]
    eia: Assessment
    energy: Assessment
    is_major: bool
    stances: Sequence[tuple[Voice, Stance | None]] = ()
    is_stable: bool = False  # 稳评 passed
    votes_for: int = 0
    votes_against: int = 0
    conditions: str = ""


def objections(case: Case, conclusion: Conclusion) -> list[str]:
    """What stands against this conclusion, each in a sentence; nothing ever against a refusal.

    With conditions written down a project may be let in though a measure falls short: that is what they are for.
    """
    if not conclusion.lets_in:
        return []
    found: list[str] = []
    short = [one.measure.label for one in case.judged if one.verdict is Verdict.FAIL]
    unknown = [one.measure.label for one in case.judged if one.verdict is Verdict.NO_VALUE]
    if short and not (conclusion is Conclusion.CONDITIONAL and case.conditions):
        found.append(_("不达标：%(what)s", what=listed(short)))
    if unknown:
        found.append(_("有标准但没有填：%(what)s", what=listed(unknown)))
    for name, state in ((_("环评情况"), case.eia), (_("能评情况"), case.energy)):
        if state not in (Assessment.PASSED, Assessment.NOT_NEEDED):
            found.append(_("%(what)s%(state)s", what=name, state=state.label))
    waiting = sum(stance is None for _voice, stance in case.stances)
    if waiting:
        found.append(_("还有 %(n)s 个部门没有提意见", n=waiting))
    given = {voice for voice, stance in case.stances if stance is not None}
    if case.is_major:
        for voice in (Voice.EXPERT, Voice.CITIZEN):
            if voice not in given:
                found.append(_("涉及民生的重大项目没有%(who)s的论证意见", who=voice.label))
        if not case.is_stable:
            found.append(_("涉及民生的重大项目没有通过稳评"))
    if case.votes_for + case.votes_against and case.votes_for <= case.votes_against:
        found.append(_("赞成票没有过半"))
    return found
