"""近似项目: how the titles of two deals stand to each other.

A title is half prose: 年产 50 万台水泵建设项目 and 水泵生产线项目（二期） are told apart by what is made, not by 年产,
建设 or 项目. The phase is set apart first: two phases of one thing are sisters, not one deal entered twice.
"""

from __future__ import annotations

import re

from rapidfuzz import fuzz
from rapidfuzz.distance import OSA

from crm.lib import texts
from crm.lib.enums import Labelled
from crm.lib.words import N_

ALIKE_FROM = 82  # of 100: rapidfuzz's ratio of what the titles are about
SHORTEST = 4  # characters from which a part of a title says something

_PHASE = re.compile(r"第?(?:[一二三四五六七八九十]{1,2}|\d{1,2}|i{1,3})[期批标]|扩建|扩能|扩产|增资")
_PROSE = re.compile(
    r"项目|工程|建设|投资|新建|生产线|生产|年产|年加工|制造|加工|基地|拟|关于|合作|有限公司|公司|的|及|和|与"
)
_AMOUNT = re.compile(r"[\d.]+[余多]?[万亿千百]?(?:台|套|吨|件|只|片|米|平方米|亩|元|人|头|辆|千瓦|兆瓦)?")


class Standing(Labelled):
    """How one title stands to another, the strongest first."""

    SAME = "same", N_("项目名称相同")
    SISTER = "sister", N_("同一项目的另一期")
    NEAR = "near", N_("项目名称相近")


def core(title: str) -> str:
    """What a title is about, folded; '' where nothing but prose is typed so far."""
    return _PROSE.sub("", _PHASE.sub("", _plain(title)))


def standing(one: str, other: str) -> Standing | None:
    mine, theirs = core(one), core(other)
    if not mine or not theirs:
        return Standing.SAME if _plain(one) == _plain(other) != "" else None
    if mine == theirs:
        return Standing.SAME if _phases(one) == _phases(other) else Standing.SISTER
    return Standing.NEAR if _near(mine, theirs) else None


def _near(mine: str, theirs: str) -> bool:
    shorter, longer = sorted((mine, theirs), key=len)
    if len(shorter) < 3:
        return False
    if len(shorter) >= SHORTEST and shorter in longer:
        return True
    if OSA.distance(mine, theirs, score_cutoff=1) <= 1:
        return True
    stripped = _AMOUNT.sub("", mine), _AMOUNT.sub("", theirs)
    if stripped[0] == stripped[1] and len(stripped[0]) >= 2:
        return True
    return len(shorter) >= SHORTEST and fuzz.ratio(mine, theirs) >= ALIKE_FROM


def _phases(title: str) -> list[str]:
    return _PHASE.findall(_plain(title))


def _plain(title: str) -> str:
    return "".join(texts.search_words(title))
