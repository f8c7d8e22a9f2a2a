"""What can have happened to a deal between two days, each told by how it stood then and how it stands now."""

from __future__ import annotations

from crm.lib.enums import Labelled
from crm.lib.words import N_


class Change(Labelled):
    NEW = "new", N_("新增"), "info"
    FORWARD = "forward", N_("前进"), "good"
    BACK = "back", N_("退回"), "warn"
    STOPPED = "stopped", N_("暂缓或终止"), "bad"
    RESUMED = "resumed", N_("恢复"), "good"
    AMOUNT = "amount", N_("金额有变"), "warn"
    HANDED = "handed", N_("换了单位"), "neutral"
