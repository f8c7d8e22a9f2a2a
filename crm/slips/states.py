"""「要全面推行“交办单”制度，…… 实行半月一汇总、一交办、一协调，由区挂联领导牵头，分级负责，协同配合，
确保项目建设各类问题快速高效解决」: what a slip can be, who answers for it at which level, and when it goes up one.
"""

from __future__ import annotations

import datetime as dt

from crm.lib.enums import Labelled
from crm.lib.words import N_, _


class SlipState(Labelled):
    RAISED = "raised", N_("待汇总"), "neutral"
    COLLECTED = "collected", N_("待交办"), "warn"
    ISSUED = "issued", N_("已交办"), "info"
    WORKING = "working", N_("办理中"), "info"
    CLAIMED = "claimed", N_("待销号"), "warn"
    SETTLED = "settled", N_("已销号"), "good"
    TURNED_DOWN = "turned_down", N_("已退回"), "neutral"

    @property
    def is_open(self) -> bool:
        """On a list that was drawn up, and not settled."""
        return self in OPEN

    @property
    def is_with_unit(self) -> bool:
        return self in WITH_UNIT


OPEN = (SlipState.COLLECTED, SlipState.ISSUED, SlipState.WORKING, SlipState.CLAIMED)
WITH_UNIT = (SlipState.ISSUED, SlipState.WORKING)
OVER = (SlipState.SETTLED, SlipState.TURNED_DOWN)
ASSIGNED = (*WITH_UNIT, SlipState.CLAIMED, SlipState.SETTLED)


class Level(Labelled):
    """「分级负责」: who has to see to it. An overdue slip goes up one."""

    UNIT = "unit", N_("责任单位"), "neutral"
    LEADER = "leader", N_("挂联领导"), "warn"
    DISTRICT = "district", N_("区委区政府"), "bad"

    @property
    def up(self) -> Level | None:
        at = LEVELS.index(self)
        return LEVELS[at + 1] if at + 1 < len(LEVELS) else None


LEVELS: list[Level] = list(Level)


class Obstacle(Labelled):
    """What kind of thing is in the way: the statistics of 卡点 are kept by it."""

    LAND = "land", N_("用地")
    CLEARANCE = "clearance", N_("征迁")
    APPROVAL = "approval", N_("规划和审批")
    MONEY = "money", N_("资金")
    WORKS = "works", N_("道路、管线、水电配套")
    TALENT = "talent", N_("人才和用工")
    OWNER = "owner", N_("业主自身")
    OTHER = "other", N_("其他")


class Body(Labelled):
    """Who came to look: 「人大代表、政协委员等」, and 「接受全社会监督」."""

    CONGRESS = "congress", N_("人大代表视察"), "info"
    CONSULTATIVE = "consultative", N_("政协委员视察"), "info"
    SUPERVISION = "supervision", N_("专项督查"), "warn"
    PUBLIC = "public", N_("社会监督"), "neutral"
    OTHER = "other", N_("其他检查"), "neutral"


class RemarkState(Labelled):
    """「登记 → 转交办 → 反馈」"""

    REGISTERED = "registered", N_("已登记"), "warn"
    REFERRED = "referred", N_("已转交办"), "info"
    ANSWERED = "answered", N_("已反馈"), "good"


class Answer(Labelled):
    """To a postponement that was asked for."""

    YES = "yes", N_("同意延期"), "good"
    NO = "no", N_("不同意延期"), "bad"


class StepKind(Labelled):
    """What has happened to a slip."""

    RAISED = "raised", N_("问题提出"), "neutral"
    COLLECTED = "collected", N_("列入汇总"), "neutral"
    TURNED_DOWN = "turned_down", N_("已退回，不列入"), "warn"
    ISSUED = "issued", N_("交办下达"), "info"
    HANDED_BACK = "handed_back", N_("责任单位退回"), "warn"
    REPLIED = "replied", N_("办理情况"), "info"
    CLAIMED = "claimed", N_("已申请销号"), "info"
    CLAIM_RETURNED = "claim_returned", N_("销号被退回"), "bad"
    SETTLED = "settled", N_("准予销号"), "good"
    POSTPONEMENT_ASKED = "postponement_asked", N_("提出延期"), "warn"
    POSTPONED = "postponed", N_("同意延期"), "good"
    POSTPONEMENT_REFUSED = "postponement_refused", N_("不同意延期"), "bad"
    ESCALATED = "escalated", N_("升级"), "bad"
    COORDINATED = "coordinated", N_("协调会议定"), "info"
    INSTRUCTED = "instructed", N_("领导批示"), "info"


def is_late(state: SlipState, due_on: dt.date | None, today: dt.date) -> bool:
    """Its term is over (the day itself is still in time) and it is not settled, whoever it waits for."""
    return state.is_open and due_on is not None and due_on < today


def goes_up(
    state: SlipState,
    level: Level,
    *,
    due_on: dt.date | None,
    up_on: dt.date | None,
    today: dt.date,
    after_days: int,
) -> Level | None:
    """The level it has to go up to today, one at a time; None where it stays.

    Counted from the end of the term, or from the day it last went up (`up_on`) if that was later: another level has as
    many days. What waits for the leader's side itself goes nowhere.
    """
    if not state.is_with_unit or not is_late(state, due_on, today) or due_on is None:
        return None
    since = max(due_on, up_on or due_on)
    return level.up if (today - since).days >= after_days else None


def why_not_until(until_on: dt.date, *, due_on: dt.date, today: dt.date) -> str:
    """Why a term cannot be put off to this day; '' when it can."""
    if until_on <= due_on:
        return _("新的期限要晚于现在的期限 %(day)s", day=due_on.isoformat())
    if until_on < today:
        return _("新的期限已经过了，请写今天或以后")
    if until_on > today + dt.timedelta(days=LONGEST_PUT_OFF):
        return _("一次最多延期到 %(n)s 天以后", n=LONGEST_PUT_OFF)
    return ""


LONGEST_PUT_OFF = 180


def number_of(prefix: str, year: int, serial: int) -> str:
    """「柯项交〔2013〕07号」"""
    return f"{prefix}〔{year}〕{serial:02d}号"
