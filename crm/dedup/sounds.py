"""How Chinese characters are read, character by character, without tones.

Reading one character at a time (not by phrase) is on purpose: a look-up must give the same answer for a
whole name, a half-typed name and a name with one wrong character, and it costs a dictionary access.
Surnames have readings of their own (单 Shan, 曾 Zeng, 尉迟 Yuchi).
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from pypinyin.pinyin_dict import pinyin_dict

SURNAMES = {
    "单": "shan", "曾": "zeng", "仇": "qiu", "解": "xie", "查": "zha", "区": "ou", "任": "ren", "盖": "ge",
    "朴": "piao", "繁": "po", "种": "chong", "冼": "xian", "乐": "yue", "召": "shao", "黑": "he", "员": "yun",
    "翟": "zhai", "折": "she", "覃": "qin", "缪": "miao", "宓": "mi", "华": "hua", "纪": "ji", "那": "na",
    "秘": "bi", "燕": "yan", "应": "ying", "都": "du", "柏": "bai", "谌": "chen", "隗": "wei", "贲": "ben",
    "车": "che", "逯": "lu", "句": "gou", "阚": "kan", "厍": "she", "佴": "nai", "祭": "zhai", "哈": "ha",
    "宿": "su", "葛": "ge", "牟": "mou", "石": "shi", "沈": "shen", "卜": "bu", "尹": "yin", "卓": "zhuo",
    "俞": "yu", "於": "yu", "郗": "xi", "眭": "sui", "臧": "zang", "娄": "lou", "过": "guo", "钭": "tou",
    "长孙": "zhang sun", "尉迟": "yu chi", "万俟": "mo qi", "澹台": "tan tai", "令狐": "ling hu",
    "单于": "chan yu", "宇文": "yu wen", "鲜于": "xian yu", "闾丘": "lü qiu", "皇甫": "huang fu",
    "欧阳": "ou yang", "司马": "si ma", "上官": "shang guan", "诸葛": "zhu ge", "东方": "dong fang",
    "夏侯": "xia hou", "公孙": "gong sun", "慕容": "mu rong", "司徒": "si tu", "轩辕": "xuan yuan",
    "端木": "duan mu", "百里": "bai li", "呼延": "hu yan", "南宫": "nan gong", "西门": "xi men",
    "独孤": "du gu", "拓跋": "tuo ba", "太史": "tai shi", "申屠": "shen tu", "濮阳": "pu yang",
    "淳于": "chun yu", "公冶": "gong ye", "宗政": "zong zheng", "赫连": "he lian", "钟离": "zhong li",
}  # fmt: skip

_TONES = {"ü": "v", "ê": "e"}


def _plain(reading: str) -> str:
    letters = []
    for letter in reading:
        if letter in "üǖǘǚǜ":
            letters.append("v")
            continue
        base = unicodedata.normalize("NFD", letter)[0]
        letters.append(_TONES.get(base, base))
    return "".join(letters)


@lru_cache(maxsize=30_000)
def readings(character: str) -> tuple[str, ...]:
    """All readings of a character, commonest first, without tone (`行` -> xing, hang, heng)."""
    found = pinyin_dict.get(ord(character))
    if not found:
        return (character.lower(),)
    return tuple(dict.fromkeys(_plain(reading) for reading in found.split(",")))


@lru_cache(maxsize=30_000)
def syllable(character: str) -> str:
    """The commonest reading, without tone; a character that has none stands for itself."""
    return readings(character)[0]


# Pairs that southern speakers, and so many lists taken down by ear, do not tell apart.
_FOLDS = (("zh", "z"), ("ch", "c"), ("sh", "s"))


@lru_cache(maxsize=10_000)
def folded(reading: str) -> str:
    """`reading` with zh/z, ch/c, sh/s, -ng/-n made one (`zhang` and `zan` become `zan`)."""
    for long, short in _FOLDS:
        if reading.startswith(long):
            reading = short + reading[2:]
            break
    return reading[:-1] if reading.endswith("ng") else reading


@lru_cache(maxsize=100_000)
def alike(one: str, other: str) -> bool:
    """Whether two characters share a reading, zh/z and -ng/-n not told apart."""
    if one == other:
        return True
    theirs = {folded(reading) for reading in readings(other)}
    return any(folded(reading) in theirs for reading in readings(one))


def surname_of(name: str) -> str:
    """The surname of a Chinese person's name: two characters for 尉迟, 欧阳…, else one."""
    return name[:2] if len(name) > 2 and name[:2] in SURNAMES else name[:1]


@lru_cache(maxsize=50_000)
def person_sound(name: str) -> str:
    """`单雄信` -> `shan xiong xin`: the surname by its own reading, the rest by the commonest."""
    surname = surname_of(name)
    first = SURNAMES.get(surname) or " ".join(syllable(character) for character in surname)
    return " ".join([_plain(first), *(syllable(character) for character in name[len(surname) :])])
