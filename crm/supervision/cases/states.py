"""「建立健全问责问效工作机制，对主要指标未达标、项目建设进度慢、承诺事项未完成的，坚决不回避、不护短、不遮丑，查明原因，追究
责任」: what a review is raised by, how it goes on, and what may be concluded when. Nothing follows by itself but the proposal.
"""

from __future__ import annotations

import datetime as dt

from crm.lib.enums import Labelled
from crm.lib.words import N_, _


class Trigger(Labelled):
    TARGET = "target", N_("主要指标未达标"), "bad"
    PROJECT = "project", N_("项目建设进度慢"), "bad"
    COMMITMENT = "commitment", N_("承诺事项未完成"), "bad"
    REMARK = "remark", N_("视察、督查意见"), "warn"  # by hand: nobody counts remarks


class CaseState(Labelled):
    PROPOSED = "proposed", N_("待核实"), "warn"
    ASKED = "asked", N_("待说明"), "info"
    EXPLAINED = "explained", N_("已说明"), "warn"
    RECTIFYING = "rectifying", N_("整改中"), "info"
    CLOSED = "closed", N_("已结论"), "good"


WITH_UNIT = (CaseState.ASKED, CaseState.RECTIFYING)


class Conclusion(Labelled):
    NO_ACTION = "no_action", N_("无需处理"), "good"
    RECTIFY = "rectify", N_("限期整改"), "warn"
    RECTIFIED = "rectified", N_("整改到位"), "good"
    TRANSFER = "transfer", N_("移交有关部门处理"), "bad"

    @property
    def leads_to(self) -> CaseState:
        return CaseState.RECTIFYING if self is Conclusion.RECTIFY else CaseState.CLOSED


class StepKind(Labelled):
    RAISED = "raised", N_("列入名单"), "warn"
    ASKED = "asked", N_("请其说明"), "info"
    EXPLAINED = "explained", N_("责任单位说明"), "info"
    CONCLUDED = "concluded", N_("作出结论"), "good"
    REFERRED = "referred", N_("问题转交办"), "neutral"


def is_late(state: CaseState, due_on: dt.date | None, today: dt.date) -> bool:
    """The unit's explanation or rectification should have been there; the day itself is still in time."""
    return state in WITH_UNIT and due_on is not None and due_on < today


def why_not_conclude(
    state: CaseState, conclusion: Conclusion, *, due_on: dt.date | None, had_to_rectify: bool, today: dt.date
) -> str:
    """'' when it may be. The unit is heard first: without its word, or the end of its term, only 无需处理."""
    if conclusion is Conclusion.RECTIFIED and not had_to_rectify:
        return _("没有责令过整改，不能作“整改到位”")
    heard = state not in (CaseState.PROPOSED, CaseState.ASKED) or is_late(state, due_on, today)
    if conclusion is not Conclusion.NO_ACTION and not heard:
        return _("先要求责任单位说明；说明了，或者期限过了还不说明，才能作这个结论")
    return ""
