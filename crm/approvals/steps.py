"""The line one item walks: 「未启动 → 受理 → 办理 → 补正 → 办结」, who grants it, and on whom it waits."""

from __future__ import annotations

from crm.lib.enums import Labelled
from crm.lib.words import N_


class Level(Labelled):
    """「对本级审批的项目，要快审快批；对上级审批的项目，要推行项目审批代办制」"""

    LOCAL = "local", N_("本级"), "neutral"
    UPPER = "upper", N_("上级"), "info"


class Step(Labelled):
    NOT_STARTED = "not_started", N_("未启动"), "neutral"
    ACCEPTED = "accepted", N_("受理"), "info"
    HANDLING = "handling", N_("办理中"), "info"
    CORRECTING = "correcting", N_("补正"), "warn"
    DONE = "done", N_("办结"), "good"


RUNNING = (Step.ACCEPTED, Step.HANDLING)
"""Its clock runs."""

OPEN = (Step.NOT_STARTED, *RUNNING, Step.CORRECTING)


class WaitsFor(Labelled):
    """等谁"""

    BEFORE = "before", N_("前置事项"), "neutral"
    OWNER = "owner", N_("项目业主"), "warn"
    AGENT = "agent", N_("代办员"), "warn"
    AUTHORITY = "authority", N_("审批部门"), "info"


def waits_for(step: Step, level: Level, *, open_before: bool, has_agent: bool) -> WaitsFor | None:
    """On whom an item waits now; None when it is done.

    What is not begun waits for what goes before it, then for whoever files it: the agent of an upper item, where it
    has one, else the owner. Corrections are the owner's whoever files.
    """
    if step is Step.DONE:
        return None
    if step in RUNNING:
        return WaitsFor.AUTHORITY
    if step is Step.CORRECTING:
        return WaitsFor.OWNER
    if open_before:
        return WaitsFor.BEFORE
    return WaitsFor.AGENT if level is Level.UPPER and has_agent else WaitsFor.OWNER
