"""Places in names, lists and addresses, as prefixes of six-digit division codes (33, 3308, 330802)."""

from __future__ import annotations

import re
from functools import lru_cache

from rapidfuzz.distance import OSA

from crm.reference import tables

# Where a short county name belongs to several provinces, the home province wins: this is a base of 浙商.
HOME = "33"
# A short place name that in names of enterprises is nearly always something else (阿里巴巴).
_NOT_SHORT = frozenset({"阿里"})
_SUFFIX = re.compile(
    r"(?:(?:壮|回|维吾尔|藏|蒙古|满|苗|彝|布依|侗|瑶|白|土家|哈尼|哈萨克|傣|黎|傈僳|佤|畲|拉祜|水|东乡|纳西|景颇|"
    r"柯尔克孜|土|达斡尔|仫佬|羌|布朗|撒拉|毛南|仡佬|锡伯|朝鲜|裕固|保安|独龙|鄂伦春|普米|塔吉克|怒|鄂温克|各)族)*"
    r"(?:维吾尔|哈萨克|(?<=[^内])蒙古|柯尔克孜)?"
    r"(?:特别行政区|自治区|自治州|自治县|自治旗|地区|林区|省|市|区|县|盟|旗)$"
)


def short_of(full: str) -> str:
    """浙江省 -> 浙江, 景宁畲族自治县 -> 景宁, 内蒙古自治区 -> 内蒙古."""
    return _SUFFIX.sub("", full)


class _Gazetteer:
    def __init__(self) -> None:
        self.codes: dict[str, list[str]] = {}
        self.full: set[str] = set()
        for code, name in tables.rows("provinces"):
            # 上海市 is a province and its own only city; 重庆 has counties under 5002 as well
            self._add_place(f"{code}01" if code in ("11", "12", "31") else code, name)
        for code, name, province in tables.rows("cities"):
            if province not in ("11", "12", "31", "50") and not name.endswith("直辖"):
                self._add_place(code, name)
        for code, name, _city in tables.rows("counties"):
            self._add_place(code, name)
        self.longest: dict[str, int] = {}  # first character -> length of the longest name that begins with it
        for name in self.codes:
            self.longest[name[0]] = max(len(name), self.longest.get(name[0], 0))

    def _add_place(self, code: str, name: str) -> None:
        self._add(name, code, full=True)
        if len(short := short_of(name)) >= 2 and short not in _NOT_SHORT:
            self._add(short, code)
        if name.endswith(("自治县", "自治旗", "自治州")):
            self._add(name[:-1], code)

    def _add(self, name: str, code: str, full: bool = False) -> None:
        known = self.codes.setdefault(name, [])
        if code not in known:
            known.append(code)
        if full:
            self.full.add(name)


@lru_cache(maxsize=1)
def gazetteer() -> _Gazetteer:
    return _Gazetteer()


def _pick(codes: list[str], within: str) -> str:
    """Of several places of one name the one that fits what is already known, else the widest, else the home one, else none."""
    if within:
        inside = [code for code in codes if code.startswith(within) or within.startswith(code)]
        return max(inside, key=len) if inside else ""
    if len(codes) == 1:
        return codes[0]
    wide = min(codes, key=len)
    if len(wide) < 6:
        return wide
    home = [code for code in codes if code.startswith(HOME)]
    return home[0] if len(home) == 1 else ""


_OF_A_ROAD = ("路", "街", "巷", "弄", "大道", "大街", "东路", "西路", "南路", "北路", "中路")


@lru_cache(maxsize=20_000)
def read(text: str) -> tuple[str, str]:
    """(code, rest): every place name at the start of `text` taken off, for columns and addresses."""
    known = gazetteer()
    code = ""
    while text and text[0] in known.longest:
        for size in range(min(known.longest[text[0]], len(text)), 1, -1):
            codes = known.codes.get(text[:size])
            if codes is None:
                continue
            here = _pick(codes, code)
            if not here and code:
                continue  # a road or a brand that sounds like a place elsewhere
            if text.startswith(_OF_A_ROAD, size) and text[:size] not in known.full:
                continue  # 中山路 is in every town
            if len(here) > len(code):
                code = here
            text = text[size:]
            break
        else:
            break
    return code, text


def at_head(name: str) -> tuple[str, str]:
    """(code, rest) for the place in front of an enterprise's name; more careful than `read`.

    A short district name alone (长安, 和平, 新华) is more often a 字号 than a place, so it is taken
    off only after its city or with its 区. What is left keeps at least two characters.
    """
    known = gazetteer()
    code = ""
    while len(name) > 2 and name[0] in known.longest:
        for size in range(min(known.longest[name[0]], len(name) - 2), 1, -1):
            word = name[:size]
            codes = known.codes.get(word)
            if codes is None:
                continue
            here = _pick(codes, code)
            if not here:
                continue
            if word not in known.full and len(here) == 6:
                if code and not here.startswith(code[:4]) and len(code) > 2:
                    continue
                if not code and not _county_town(here):
                    continue
            if len(here) > len(code):
                code = here
            name = name[size:]
            break
        else:
            break
    return code, name


# What provinces and cities are called for short, in a name or a column: 浙, 甬.
BRIEF: dict[str, str] = {
    "京": "11", "津": "12", "冀": "13", "晋": "14", "蒙": "15", "辽": "21", "吉": "22", "黑": "23", "沪": "31", "申": "31",
    "苏": "32", "浙": "33", "皖": "34", "闽": "35", "赣": "36", "鲁": "37", "豫": "41", "鄂": "42", "湘": "43", "粤": "44",
    "桂": "45", "琼": "46", "渝": "50", "川": "51", "蜀": "51", "黔": "52", "贵": "52", "滇": "53", "云": "53", "藏": "54",
    "陕": "61", "秦": "61", "甘": "62", "陇": "62", "青": "63", "宁": "64", "新": "65", "台": "71", "港": "81", "澳": "82",
    "杭": "3301", "甬": "3302", "温": "3303", "瓯": "3303", "嘉": "3304", "禾": "3304", "湖": "3305", "绍": "3306", "越": "3306",
    "金": "3307", "婺": "3307", "衢": "3308", "舟": "3309", "丽": "3311", "深": "4403", "穗": "4401", "蓉": "5101",
    "榕": "3501", "厦": "3502", "汉": "4201", "渭": "6105", "邕": "4501", "锡": "3202", "常": "3204",
}  # fmt: skip
# The same characters may mean another place: 台 is 台州 in Zhejiang, 苏 is 苏州 as well, 宁 is 南京.
_BRIEF_TOO = {"台": "3310", "苏": "3205", "宁": "3201", "湖": "43", "青": "3702"}


def brief_head(core: str, place: str) -> str:
    """`core` without a place in front that fits `place`: 甬千春工艺 in 3302, 北仑千春工艺 in 330206; "" if none."""
    if len(core) < 3 or not place:
        return ""
    known = gazetteer()
    if longest := known.longest.get(core[0]):
        for size in range(min(6, longest, len(core) - 2), 1, -1):
            codes = known.codes.get(core[:size])
            if codes and any(code.startswith(place) or place.startswith(code) for code in codes):
                return core[size:]
    begun = _beginnings(place)
    if (core[0] in begun or core[1] in begun) and (size := _misheard(core[:3], place)):
        rest = at_head(core[size:])[1]
        return rest if len(rest) > 1 else ""
    return core[1:] if brief_of(core[0], place) else ""


@lru_cache(maxsize=100_000)
def _misheard(head: str, place: str) -> int:
    """How much of `head` reads like the place or is it with two characters exchanged: 2 of 台周市, 男京; 0 if none."""
    from crm.dedup import sounds

    for name in _called(place):
        size = len(name)
        if size > 3 or len(head) < size or head[:size] == name:
            continue
        if head[0] != name[0] and head[1] != name[1] and head[0] != name[1]:
            continue  # one slip leaves one of two where it was
        if sorted(head[:size]) == sorted(name) or all(map(sounds.alike, head, name)):
            return size + (size == 2 and head[2:] in ("市", "省", "县", "区"))
    return 0


@lru_cache(maxsize=1)
def _names() -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for name, codes in sorted(gazetteer().codes.items()):
        for code in codes:
            found.setdefault(code, []).append(name)
    return {code: tuple(names) for code, names in found.items()}


@lru_cache(maxsize=4_000)
def _called(code: str) -> tuple[str, ...]:
    """What the place and the wider ones around it are called, in full and for short: 331003 -> 黄岩区, 台州市 …"""
    known = _names()
    return tuple(name for size in (2, 4, 6) if len(code) >= size for name in known.get(code[:size], ()))


@lru_cache(maxsize=20_000)
def nearly(head: str, place: str) -> bool:
    """Whether `head`, read as names of places one inside the other, is `place` with one slip: 台周黄岩区, 江浙, 州市."""
    for name in _called(place):
        for size in range(max(1, len(name) - 1), min(len(head), len(name) + 1) + 1):
            if OSA.distance(head[:size], name, score_cutoff=1) > 1:
                continue
            rest = head[size:]
            if not rest or (len(rest) > 1 and not read(rest)[1]) or (size > 1 and nearly(rest, place)):
                return True
    return False


def brief_of(character: str, place: str) -> bool:
    """Whether one character stands for the place: 粤 for 44, 甬 for 330212."""
    if character not in BRIEF:
        return False
    return any(
        code and (code.startswith(place) or place.startswith(code))
        for code in (BRIEF[character], _BRIEF_TOO.get(character))
    )


@lru_cache(maxsize=1)
def _sounding() -> dict[str, str]:
    from crm.dedup import sounds

    meant: dict[str, set[str]] = {}
    for name, codes in gazetteer().codes.items():
        meant.setdefault("".join(map(sounds.syllable, name)), set()).update(codes)
    found: dict[str, str] = {}
    for said, several in meant.items():
        widest = min(map(len, several))
        of_these = {code for code in several if len(code) == widest}
        home = {code for code in of_these if code.startswith(HOME)}
        found[said] = min(home) if len(home) == 1 else min(of_these) if len(of_these) == 1 else ""
    return found


@lru_cache(maxsize=4_000)
def _beginnings(code: str) -> frozenset[str]:
    """The first two characters of whatever the place is called."""
    return frozenset("".join([name[:2] for name in _called(code)]))


@lru_cache(maxsize=1)
def _anagrams() -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for name, codes in gazetteer().codes.items():
        found.setdefault("".join(sorted(name)), set()).update(codes)
    return found


@lru_cache(maxsize=4_000)
def misspelt(text: str) -> str:
    """The place of 州湖 or 呈都: its characters in the wrong order, or others that are read the same; "" if none."""
    from crm.dedup import sounds

    several = _anagrams().get("".join(sorted(text)))
    if several:
        return _pick(sorted(several), "")
    return by_sound("".join(map(sounds.syllable, text))) or ""


def by_sound(word: str) -> str | None:
    """`zhejiang` -> 33, `taizhou` -> 3310, `shanxi` -> "" (陕西 or 山西); None for what is no place."""
    return _sounding().get(word)


def region_of(text: str) -> str:
    """The place that a 地区 column names: 浙江省衢州市, 衢州 柯城, 330802, 浙."""
    code = read(text)[0]
    if not code and text:
        if text.isdigit() and len(text) in (2, 4, 6) and text[:2] in _provinces():
            return text.rstrip("0") if len(text) == 6 and text.endswith("00") else text
        if len(text) == 1:
            return "" if text in _BRIEF_TOO else BRIEF.get(text, "")
    return code


@lru_cache(maxsize=1)
def _provinces() -> frozenset[str]:
    return frozenset(code for code, _name in tables.rows("provinces"))


@lru_cache(maxsize=4_000)
def _county_town(code: str) -> bool:
    """Whether the place is a county or county-level city (义乌, 龙游), not a city district."""
    # Codes 01-19 within a city are districts; 21 and up are counties and county-level cities.
    return code[4:] >= "20"


def apart(one: str, other: str) -> bool:
    """Two places that exclude each other: different provinces, or different cities of one province."""
    if not one or not other:
        return False
    size = min(len(one), len(other), 4)
    return one[:size] != other[:size]
