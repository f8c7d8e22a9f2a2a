"""Provinces, cities, counties (and 柯城's towns) by code, and the code of a place as people write it.

Codes have 2, 4, 6 and 9 digits (GB/T 2260); 71, 81, 82 are 台湾, 香港, 澳门, and 99 is abroad (国外).
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

from . import tables

ZHEJIANG, QUZHOU, KECHENG = "33", "3308", "330802"
TAIWAN, HONG_KONG, MACAU, ABROAD = "71", "81", "82", "99"
_NEW_MOUNTAIN_LIST = dt.date(2024, 8, 1)


class Region(NamedTuple):
    code: str
    name: str


class _Tables(NamedTuple):
    names: dict[str, str]
    parents: dict[str, str]  # '' above a province
    children: dict[str, tuple[Region, ...]]


@lru_cache(maxsize=1)
def _tables() -> _Tables:
    names: dict[str, str] = {}
    parents: dict[str, str] = {}
    below: dict[str, list[Region]] = {}
    found = [(code, name, "") for code, name in tables.rows("provinces")]
    found += [(code, name, province) for code, name, province in tables.rows("cities")]
    found += [(code, name, city) for code, name, city in tables.rows("counties")]
    found += [(code, name, code[:6]) for code, name in tables.rows("towns_kecheng")]
    for code, name, parent in found:
        names[code], parents[code] = name, parent
        below.setdefault(parent, []).append(Region(code, name))
    return _Tables(names, parents, {code: tuple(regions) for code, regions in below.items()})


def provinces() -> tuple[Region, ...]:
    """The 31, then 台湾, 香港, 澳门, 国外."""
    return children("")


def children(code: str) -> tuple[Region, ...]:
    """The next level down; empty for a county, for what has none and for an unknown code."""
    return _tables().children.get(code, ())


def name(code: str | None) -> str:
    """The place's own name; '' for an unknown code."""
    return _tables().names.get(code or "", "")


def lineage(code: str | None) -> tuple[str, ...]:
    """The codes from the province down to the place itself; empty for an unknown code."""
    parents = _tables().parents
    line: list[str] = []
    at = code or ""
    while at in parents:
        line.insert(0, at)
        at = parents[at]
    return tuple(line)


def path(code: str | None) -> tuple[str, str, str]:
    """(province, city, county) in words, '' where the code is shorter or a county has no city above it."""
    words = ["", "", ""]
    for level, each in enumerate(lineage(code)[:3]):
        found = name(each)
        words[level] = "" if found.endswith("直辖") else found
    return words[0], words[1], words[2]


def full_name(code: str | None) -> str:
    """浙江省杭州市余杭区; a municipality is said once: 上海市浦东新区."""
    words = [name(each) for each in lineage(code)]
    return "".join(dict.fromkeys(word for word in words if not word.endswith("直辖")))


def is_mountain_county(code: str, on: dt.date) -> bool:
    """One of 浙江山区26县 on that day; from August 2024 one of the 25 山区海岛县 (柯城 is out since)."""
    before, since = _mountain_counties()
    return code in (since if on >= _NEW_MOUNTAIN_LIST else before)


@lru_cache(maxsize=1)
def _mountain_counties() -> tuple[frozenset[str], frozenset[str]]:
    found = tables.rows("mountain_counties")
    return (
        frozenset(code for code, _name, before, _since in found if before == "1"),
        frozenset(code for code, _name, _before, since in found if since == "1"),
    )


# --- the place as people write it -------------------------------------------------------------------------

_PEOPLES = (
    "蒙古族|回族|藏族|维吾尔族?|苗族|彝族|壮族|布依族|朝鲜族|满族|侗族|瑶族|白族|土家族|哈尼族|哈萨克族?|傣族|黎族|傈僳族|佤族|畲族|"
    "拉祜族|水族|东乡族|纳西族|景颇族|柯尔克孜族?|土族|达斡尔族|仫佬族|羌族|布朗族|撒拉族|毛南族|仡佬族|锡伯族?|塔吉克族?|怒族|"
    "鄂温克族|保安族|裕固族|独龙族|各族|蒙古"
)
_AUTONOMOUS = re.compile(rf"(.{{2,}}?)(?:{_PEOPLES})*(?:自治州|自治县|自治旗)")
_SUFFIXES = (
    (2, re.compile(r"(.{2,}?)(?:省|市|(?:壮族|回族|维吾尔)?自治区|特别行政区)")),
    (4, re.compile(r"(.{2,}?)(?:市|地区|盟)")),
    (6, re.compile(r"(.{2,}?)(?:新区|林区|特区|矿区|市|区|县|旗)")),
    (9, re.compile(r"(.{2,}?)(?:街道|镇|乡)")),
)
# Names that have gone but stand in old lists and in people's native places
_FORMER = {"衢县": "330803", "鄞县": "330212", "绍兴县": "330603", "内蒙": "15"}
_COUNTRIES = (
    "美国|加拿大|墨西哥|巴西|阿根廷|智利|英国|法国|德国|意大利|西班牙|葡萄牙|荷兰|比利时|瑞士|瑞典|奥地利|波兰|匈牙利|"
    "俄罗斯|乌克兰|日本|韩国|朝鲜|新加坡|马来西亚|泰国|越南|柬埔寨|老挝|缅甸|印度尼西亚|印尼|菲律宾|印度|巴基斯坦|"
    "阿联酋|迪拜|沙特|土耳其|以色列|埃及|南非|尼日利亚|肯尼亚|澳大利亚|新西兰|哈萨克斯坦"
)
_ABROAD = re.compile(rf"境外|国外|海外|外国|{_COUNTRIES}")
_BETWEEN = re.compile(r"[\s,，、/\\\-—－·>|;；。.()（）]+")
_ROAD = re.compile(r"(?:[东南西北中]?[一二三四五六七八九]?)(?:路|街(?!道)|大街|大道|巷|弄)")

_FULL, _SHORT, _RESUFFIXED = 0, 1, 2


@lru_cache(maxsize=1)
def _aliases() -> dict[str, tuple[tuple[int, str], ...]]:
    """Spelling -> (how loose it is, code) of every place it may mean."""
    found: dict[str, dict[str, int]] = {}

    def add(spelling: str, looseness: int, code: str) -> None:
        if len(spelling) >= 2:
            known = found.setdefault(spelling, {})
            known[code] = min(known.get(code, looseness), looseness)

    for code, full in _tables().names.items():
        if full.endswith("直辖") or code == ABROAD:
            continue
        add(full, _FULL, code)
        suffix = next(pattern for length, pattern in _SUFFIXES if length == len(code))
        stem = (len(code) in (4, 6) and _AUTONOMOUS.fullmatch(full)) or suffix.fullmatch(full)
        if stem:
            add(stem[1], _SHORT, code)
            # 余杭市 became 余杭区: the other words of rank are understood where nothing bears that name
            for other in {6: "市县区", 4: ("地区",), 2: ("地区",)}.get(len(code), ()):
                add(stem[1] + other, _RESUFFIXED, code)
    for spelling, code in _FORMER.items():
        add(spelling, _FULL, code)
    return {
        spelling: tuple((loose, code) for code, loose in codes.items()) for spelling, codes in found.items()
    }


@lru_cache(maxsize=1)
def _longest() -> int:
    return max(map(len, _aliases()))


class _Reading(NamedTuple):
    length: int  # characters explained
    looseness: int
    code: str


def _readings(text: str, at: int, within: str) -> list[_Reading]:
    """Every way to read places one below the other from `at` on, inside `within` ('' for anywhere)."""
    answers: list[_Reading] = []
    for length in range(min(_longest(), len(text) - at), 1, -1):
        for looseness, code in _aliases().get(text[at : at + length], ()):
            if within and (code == within or within not in lineage(code)):
                continue
            if len(code) == 9 and len(within) < 4:
                continue  # towns are known for one county only: alone, their names decide nothing
            deeper = _readings(text, at + length, code)
            if looseness and not deeper and _ROAD.match(text, at + length):
                continue  # 南京路 is no Nanjing; 台州路桥 is a place
            answers += [_Reading(length + d.length, looseness + d.looseness, d.code) for d in deeper] or [
                _Reading(length, looseness, code)
            ]
    return answers


@lru_cache(maxsize=8192)
def find(text: str | None, within: str = "") -> str | None:
    """The code of the place a cell or an address begins with; None when unknown or when it may be several.

    浙江省杭州市余杭区 · 浙江杭州余杭 · 杭州余杭 · 余杭 · 浙江/杭州 · 上海 · 香港 · 美国 (国外).
    朝阳 alone is None, 北京朝阳 is not. A short name that is also a province's (吉林, 海南) is the province;
    a city's that is also its own county's (南昌) is the city. `within`: a code the place is known to lie in.
    """
    line = _BETWEEN.sub("", unicodedata.normalize("NFKC", text or ""))[:60]
    line = re.sub(r"^(?:中华人民共和国|中国)(?=.)", "", line)
    if not within and _ABROAD.match(line):
        return ABROAD
    readings = _readings(line, 0, within)
    if not readings and within and line and (within in {code for _loose, code in _aliases().get(line, ())}):
        return within
    if not readings:
        return None
    length = max(reading.length for reading in readings)
    looseness = min(reading.looseness for reading in readings if reading.length == length)
    codes = {r.code for r in readings if r.length == length and r.looseness == looseness}
    top = min(codes, key=len)
    if len(top) == 2 or all(top in lineage(code) for code in codes):
        return top
    return None
