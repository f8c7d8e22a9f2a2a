"""How Chinese characters are read, character by character, without tones.

Reading one character at a time (not by phrase) is on purpose: a look-up must give the same answer for a
whole name, a half-typed name and a name with one wrong character, and it costs a dictionary access.
A person's surname has a reading of its own (单 Shan, 曾 Zeng, 尉迟 Yuchi): `crm.lib.pinyin` knows them.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from pypinyin.pinyin_dict import pinyin_dict

from crm.lib import pinyin

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


@lru_cache(maxsize=1)
def _syllables() -> frozenset[str]:
    return frozenset(reading for code in pinyin_dict for reading in readings(chr(code)) if reading.isascii())


@lru_cache(maxsize=20_000)
def spelt(word: str) -> tuple[str, ...]:
    """`qianchun` -> qian, chun: the syllables of a word in Latin letters, few and long ones; () if it has none."""
    known = _syllables()
    best: list[tuple[str, ...] | None] = [()] + [None] * len(word)
    for end in range(1, len(word) + 1):
        for start in range(max(0, end - 6), end):
            before = best[start]
            if before is not None and word[start:end] in known:
                here = best[end]
                if here is None or len(before) + 1 < len(here):
                    best[end] = (*before, word[start:end])
    return best[-1] or ()


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


@lru_cache(maxsize=30_000)
def heard(character: str) -> frozenset[str]:
    """All readings of a character, folded."""
    return frozenset(map(folded, readings(character)))


def alike(one: str, other: str) -> bool:
    """Whether two characters share a reading, zh/z and -ng/-n not told apart."""
    return one == other or not heard(one).isdisjoint(heard(other))


@lru_cache(maxsize=60_000)
def person_sound(name: str) -> str:
    """`单雄信` -> `shan xiong xin`: the surname by its own reading."""
    return " ".join(pinyin.name_syllables(name))


def same_by_ear(one: str, other: str) -> bool:
    """Two persons' full names that are spelt differently and read the same: 沈予安, 沈于安; 解三, 谢三."""
    if one.isascii() != other.isascii():
        letters, characters = (one, other) if one.isascii() else (other, one)
        return len(characters) > 1 and letters.lower() in _spellings(characters)
    if len(one) != len(other) or len(one) < 2 or not alike(one[-1], other[-1]):
        return False
    return (one[0] == other[0] and all(map(alike, one, other))) or person_sound(one) == person_sound(other)


@lru_cache(maxsize=50_000)
def _spellings(name: str) -> tuple[str, str]:
    """`沈予安` -> shenyuan, yuanshen: in Latin letters either part may come first."""
    said = pinyin.name_syllables(name)
    return "".join(said), "".join([*said[1:], *said[:1]])
