"""「坚持以“亩产论英雄”」「重点对亩均效益低、能源资源消耗高、污染减排压力大的企业进行倒逼约束管理」

The class is the evaluators'; it is typed or imported, never computed here.
"""

from __future__ import annotations

from crm.lib.enums import Labelled
from crm.lib.words import N_


class Grade(Labelled):
    A = "a", N_("A 类"), "good"
    B = "b", N_("B 类"), "info"
    C = "c", N_("C 类"), "warn"
    D = "d", N_("D 类"), "bad"

    @property
    def is_low(self) -> bool:
        return self in LOW


LOW = (Grade.C, Grade.D)


class CaseState(Labelled):
    """列入 → 整改 → 退出名单."""

    LISTED = "listed", N_("列入"), "bad"
    MENDING = "mending", N_("整改"), "warn"
    LEFT = "left", N_("已退出名单"), "good"


class Leaving(Labelled):
    """How a firm leaves the list."""

    IMPROVED = "improved", N_("整改达标")
    GAVE_LAND = "gave_land", N_("退出土地")
    CLOSED = "closed", N_("关停、搬迁")
    MISTAKE = "mistake", N_("列错了")


class Means(Labelled):
    """「充分运用行政、经济和法律等手段」"""

    ADMINISTRATIVE = "administrative", N_("行政手段")
    ECONOMIC = "economic", N_("经济手段")
    LEGAL = "legal", N_("法律手段")
