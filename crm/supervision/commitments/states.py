"""「对……承诺事项未完成的，坚决不回避、不护短、不遮丑，查明原因，追究责任」: how far a promise has come, when it is overdue,
and who may say that it was kept.
"""

from __future__ import annotations

import datetime as dt

from crm.lib.enums import Labelled
from crm.lib.words import N_, _


class CommitmentState(Labelled):
    OPEN = "open", N_("履行中"), "info"
    CLAIMED = "claimed", N_("待确认"), "warn"
    KEPT = "kept", N_("已兑现"), "good"
    WITHDRAWN = "withdrawn", N_("承诺撤销"), "neutral"


OVER = (CommitmentState.KEPT, CommitmentState.WITHDRAWN)


class Claim(Labelled):
    """What the unit says of its promise."""

    KEPT = "kept", N_("已经兑现"), "good"
    WITHDRAWN = "withdrawn", N_("申请撤销"), "warn"

    @property
    def outcome(self) -> CommitmentState:
        return CommitmentState(self.value)


class StepKind(Labelled):
    MADE = "made", N_("作出承诺"), "info"
    PUT_OFF = "put_off", N_("期限调整"), "warn"
    CLAIMED_KEPT = "claimed_kept", N_("报已兑现"), "info"
    CLAIMED_WITHDRAWN = "claimed_withdrawn", N_("报撤销"), "warn"
    SENT_BACK = "sent_back", N_("不予确认，退回"), "bad"
    KEPT = "kept", N_("确认兑现"), "good"
    WITHDRAWN = "withdrawn", N_("同意撤销"), "neutral"


CLAIMED = {Claim.KEPT: StepKind.CLAIMED_KEPT, Claim.WITHDRAWN: StepKind.CLAIMED_WITHDRAWN}


def is_overdue(state: CommitmentState, due_on: dt.date, today: dt.date) -> bool:
    """The day itself is still in time; what the unit says it has done waits for others, and is not late any more."""
    return state is CommitmentState.OPEN and due_on < today


def why_not_confirm(
    actor_id: int, actor_unit_id: int, *, unit_id: int, person_id: int | None, claimed_by_id: int | None
) -> str:
    """'' for somebody else than who promised: another unit, another person, and not who reported it either."""
    if actor_unit_id == unit_id or actor_id in (person_id, claimed_by_id):
        return _("承诺的一方不能自己确认，要由督查部门或者领导确认")
    return ""
