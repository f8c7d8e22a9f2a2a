"""How a name sounds, in toneless pinyin: for search by sound and for "姓名同音".

The readings come from pypinyin's tables (loaded on first use: 0.2 s, 30 MB), but not through its own
functions: those do not keep one syllable per character, and a surname is read as a common word
(单田芳 "dan", 曾 "ceng"). Here every character of the text has its own place in the answer.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache

# A few words that company and place names are full of and that the dictionary of phrases either lacks or
# reads as the common word: 朝阳 is the place (chao) far more often than the morning sun.
_PHRASES = {
    "朝阳": "chao yang",
    "新都": "xin du",
    "中行": "zhong hang",
    "农行": "nong hang",
    "建行": "jian hang",
    "工行": "gong hang",
    "商行": "shang hang",
    "单县": "shan xian",
    "单城": "shan cheng",
    "解州": "hai zhou",
    "洪洞": "hong tong",
    "荥经": "ying jing",
    "会稽": "kuai ji",
    "婼羌": "ruo qiang",
    "乐清": "yue qing",
    "六安": "lu an",
    "长乐": "chang le",
    "重卡": "zhong ka",
}

# Characters whose first dictionary reading is not the one that names are read with.
_SINGLES = {
    "长": "chang", "都": "du", "晟": "sheng", "阚": "kan", "卜": "bu", "翟": "zhai", "曾": "zeng",
    "佴": "nai", "员": "yuan", "调": "tiao", "郇": "xun", "覃": "tan", "逄": "pang", "朴": "pu",
}  # fmt: skip

# Readings of a character *as a surname* where they differ from its common reading; most usual first.
# Written by hand from general knowledge of surnames, because pypinyin 0.55 reads 单 dan, 曾 ceng, 仇 chou and
# has no table of its own. A surname that is read both ways in life (盖 ge/gai, 乐 yue/le, 覃 qin/tan) has
# both, and search finds it by either and by the common reading.
_SURNAMES: dict[str, tuple[str, ...]] = {
    "单": ("shan",), "仇": ("qiu",), "解": ("xie",), "查": ("zha",), "盖": ("ge", "gai"), "区": ("ou",),
    "朴": ("piao",), "缪": ("miao",), "乐": ("yue", "le"), "召": ("shao",), "种": ("chong",),
    "覃": ("qin", "tan"), "秘": ("bi",), "能": ("nai",), "繁": ("po",), "句": ("gou",),
    "黑": ("he", "hei"), "翟": ("zhai", "di"), "郇": ("xun", "huan"), "隗": ("wei", "kui"),
    "洗": ("xian",), "柏": ("bai", "bo"), "粘": ("nian",), "牟": ("mou", "mu"), "折": ("she",),
    "祭": ("zhai",), "角": ("jue",), "乜": ("nie",), "员": ("yun",), "贠": ("yun",),
    "谌": ("chen", "shen"), "郗": ("xi", "chi"), "薄": ("bo",), "么": ("yao",), "炅": ("gui",),
    "番": ("pan", "fan"), "适": ("kuo", "shi"), "尉": ("wei", "yu"), "晟": ("cheng", "sheng"),
    "藏": ("zang",), "费": ("fei", "bi"), "重": ("chong",), "不": ("fou",), "莘": ("shen", "xin"),
}  # fmt: skip

_COMPOUND_SURNAMES: dict[str, tuple[str, str]] = {
    "尉迟": ("yu", "chi"), "万俟": ("mo", "qi"), "长孙": ("zhang", "sun"), "澹台": ("tan", "tai"),
    "单于": ("chan", "yu"), "令狐": ("ling", "hu"), "夏侯": ("xia", "hou"), "鲜于": ("xian", "yu"),
    "宰父": ("zai", "fu"), "拓跋": ("tuo", "ba"), "呼延": ("hu", "yan"), "皇甫": ("huang", "fu"),
    "亓官": ("qi", "guan"), "乐正": ("yue", "zheng"), "濮阳": ("pu", "yang"), "太叔": ("tai", "shu"),
    "尉遲": ("yu", "chi"), "長孫": ("zhang", "sun"),
}  # fmt: skip

_LONGEST_PHRASE = 6


@lru_cache(maxsize=1)
def _dictionary() -> tuple[dict[str, list[list[str]]], dict[int, str]]:
    from pypinyin.constants import PHRASES_DICT, PINYIN_DICT

    return PHRASES_DICT, PINYIN_DICT


def _plain(toned: str) -> str:
    """'lǜ' -> 'lv': the letters an input method takes."""
    letters = unicodedata.normalize("NFD", toned.replace("ü", "v")).replace("u\u0308", "v")
    return "".join(c for c in letters if "a" <= c <= "z")


@cache  # at most one entry per character there is
def _single(char: str) -> str:
    if char in _SINGLES:
        return _SINGLES[char]
    if char.isascii():
        return char.lower() if char.isalnum() else ""
    toned = _dictionary()[1].get(ord(char))
    if toned:
        return _plain(toned.partition(",")[0])
    folded = unicodedata.normalize("NFKC", char).lower()  # full-width letters and digits
    return folded if folded.isascii() and folded.isalnum() else ""


@lru_cache(maxsize=65536)
def _phrase(word: str) -> tuple[str, ...] | None:
    if word in _PHRASES:
        return tuple(_PHRASES[word].split())
    reading = _dictionary()[0].get(word)
    if reading is None or len(reading) != len(word):
        return None
    # A phrase decides only what differs by context; single readings of ours stay ours.
    return tuple(_plain(syllable[0]) for syllable in reading)


def aligned(text: str) -> list[str]:
    """One entry per character: the syllable of a Han character, a letter or digit as itself, else ''."""
    phrases = _dictionary()[0]
    out: list[str] = []
    at, end = 0, len(text)
    while at < end:
        if text[at] >= "\u3400":
            for length in range(min(_LONGEST_PHRASE, end - at), 1, -1):
                word = text[at : at + length]
                if (word in phrases or word in _PHRASES) and (reading := _phrase(word)):
                    out.extend(reading)
                    at += length
                    break
            else:
                out.append(_single(text[at]))
                at += 1
        else:
            out.append(_single(text[at]))
            at += 1
    return out


def readings(name: str) -> list[list[str]]:
    """Every reading a person's name may be searched by, aligned as in `aligned`; the right one first.

    盖叫天 has three (ge, gai, and the common one); most names have one.
    """
    common = aligned(name)
    if len(name) > 2 and name[:2] in _COMPOUND_SURNAMES:
        answers = [[*_COMPOUND_SURNAMES[name[:2]], *aligned(name[2:])]]
    elif name[:1] in _SURNAMES:
        rest = aligned(name[1:])
        answers = [[surname, *rest] for surname in _SURNAMES[name[0]]]
    elif len(name) in (2, 3, 4) and name[:1] >= "\u3400":
        # A person's name is no phrase: 高兴 is read by its characters, not as the word.
        answers = [[_single(name[0]), *aligned(name[1:])]]
    else:
        return [common]
    if common not in answers:
        answers.append(common)
    return answers


def syllables(text: str) -> list[str]:
    """Syllables of a company, place or project name; letters and digits stand for themselves."""
    return [syllable for syllable in aligned(text) if syllable]


def name_syllables(name: str) -> list[str]:
    """Syllables of a person's name, the surname read as a surname (单 shan, 尉迟 yu chi)."""
    return [syllable for syllable in readings(name.strip())[0] if syllable]


def full(text: str) -> str:
    """'衢澜精密' -> 'qulanjingmi'."""
    return "".join(aligned(text))


def initials(text: str) -> str:
    """'衢澜精密' -> 'qljm'."""
    return "".join(syllable[0] for syllable in aligned(text) if syllable)


def typed(letters: str) -> list[str]:
    """The ways the table may write what was typed: ü is v here, and people type 吕 as lv, lu or lü."""
    other = re.sub("([nl])u", r"\1v", letters)
    return [letters] if other == letters else [letters, other]
