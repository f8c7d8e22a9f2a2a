"""Text as people type and paste it: cleaned without being cut, folded for comparing, marked for showing."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from rapidfuzz.distance import OSA

from . import pinyin
from .words import _

# Invisible characters that change how a line reads without changing what it says: direction marks and
# overrides, zero-width space, word joiner, byte order mark, soft hyphen. The two joiners that emoji and some
# scripts need (U+200C, U+200D) stay.
_INVISIBLE = "\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb"
_CONTROL = "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f"
_NONCHARACTERS = "\ud800-\udfff\ufdd0-\ufdef" + "".join(
    chr(plane * 0x10000 + last) for plane in range(17) for last in (0xFFFE, 0xFFFF)
)
_NEVER = re.compile(f"[{_CONTROL}{_INVISIBLE}{_NONCHARACTERS}]")
_BREAKS = re.compile("\r\n?|[\u0085\u2028\u2029]")
_BLANKS = re.compile(r"\s+")


def clean_line(text: str | None) -> str:
    """One line worth storing: NFC, nothing invisible, blanks (also 全角) collapsed and trimmed. Never cut."""
    text = _NEVER.sub("", _BREAKS.sub(" ", text or ""))
    return _BLANKS.sub(" ", unicodedata.normalize("NFC", text)).strip()


def apart(text: str | None) -> list[str]:
    """The words of one line, which commas, 顿号 or blanks keep apart; each once."""
    return list(dict.fromkeys(word for word in re.split(r"[,，、 ]", clean_line(text)) if word))


def clean_text(text: str | None) -> str:
    """Several lines worth storing: as `clean_line`, but line breaks (\\n), indents, blanks stay."""
    text = _NEVER.sub("", _BREAKS.sub("\n", text or ""))
    lines = unicodedata.normalize("NFC", text).split("\n")
    return "\n".join(line.rstrip() for line in lines).strip()


def too_long(text: str, limit: int) -> str:
    """The sentence to show when `text` has more than `limit` characters; empty (false) when it fits."""
    if len(text) <= limit:
        return ""
    return _("最多 %(limit)s 个字，现在有 %(count)s 个", limit=limit, count=len(text))


class _Folds(dict[int, str]):
    """Character -> folded characters, filled as characters are met."""

    def __missing__(self, code: int) -> str:
        char = unicodedata.normalize("NFKD", chr(code))
        char = "".join(c for c in char if unicodedata.category(c) != "Mn").casefold()
        char = "".join(c for c in unicodedata.normalize("NFKC", char) if unicodedata.category(c) != "Mn")
        folded = "".join(_simplified(c) if c >= "\u2e80" else c for c in char)
        self[code] = folded
        return folded


_folds = _Folds()


@lru_cache(maxsize=1)
def _converter() -> Any:
    import opencc

    return opencc.OpenCC("t2s")


def _simplified(char: str) -> str:
    try:
        simple: str = _converter().convert(char)
    except UnicodeError:  # a lone surrogate
        return ""
    return simple


def fold(text: str) -> str:
    """The form in which texts are compared: full-width, case, accents and 繁简 no longer matter.

    Done character by character on purpose: so the fold of a part is always a part of the fold, and what is
    found by its middle is found in any context (opencc by phrases keeps 乾 in 乾隆 and changes it alone).
    """
    return text.translate(_folds)


def searchable(char: str) -> bool:
    """Letters, digits and Han (also private-use characters of old lists); punctuation and signs are not."""
    return char.isalnum() or unicodedata.category(char) == "Co"


_WORD_BREAKS = re.compile(r"[\s,;，、；]+")


def search_words(text: str) -> list[str]:
    """The words of a query, folded, without punctuation; all of them have to be found."""
    words = []
    for word in _WORD_BREAKS.split(text):
        kept = "".join(c for c in fold(word) if searchable(c))
        if kept:
            words.append(kept)
    return words


def slipped(text: str, query: str) -> int | None:
    """How the one word of `query` stands in `text`: 0 heard alike, 1 with one slip of the pen (a character wrong,
    missing, too many, or before its neighbour), None not at all."""
    words = search_words(query)
    if len(words) != 1:
        return None
    word, whole = words[0], "".join(search_words(text))
    stretches = {
        whole[at : at + size]
        for size in (len(word), len(word) - 1, len(word) + 1)
        for at in range(max(1, len(whole) - size + 1))
    }
    if any(len(one) == len(word) and pinyin.full(one) == pinyin.full(word) for one in stretches):
        return 0
    return 1 if any(OSA.distance(one, word, score_cutoff=1) <= 1 for one in stretches) else None


def _hits(text: str, query: str, person: bool) -> Iterator[tuple[int, int]]:
    """Spans of `text` (first, after last) that a word of the query meets."""
    letters: list[str] = []
    owners: list[int] = []
    for at, char in enumerate(text):
        for folded in fold(char):
            if searchable(folded):
                letters.append(folded)
                owners.append(at)
    haystack = "".join(letters)
    sounds: list[list[str]] | None = None
    for word in search_words(query):
        spans = list(_spans(haystack, owners, word))
        if not spans and word.isascii() and not word.isdigit():
            if sounds is None:
                sounds = pinyin.readings(text) if person else [pinyin.aligned(text)]
            spans = _heard(sounds, word)
        yield from spans


def _heard(sounds: list[list[str]], word: str) -> list[tuple[int, int]]:
    """The spans that sound like `word`: by initials first, then by full pinyin."""
    for reading in sounds:
        for parts, typed in (([syllable[:1] for syllable in reading], [word]), (reading, pinyin.typed(word))):
            owners = [at for at, part in enumerate(parts) for _letter in part]
            for letters in typed:
                if spans := list(_spans("".join(parts), owners, letters)):
                    return spans
    return []


def _spans(haystack: str, owners: list[int], word: str) -> Iterator[tuple[int, int]]:
    at = haystack.find(word)
    while at >= 0:
        yield owners[at], owners[at + len(word) - 1] + 1
        at = haystack.find(word, at + len(word))


def highlight(text: str, query: str, *, person: bool = False) -> list[tuple[str, bool]]:
    """`text` cut into (part, is it a hit) for showing; the parts joined are the text.

    A word found by pinyin or initials marks the characters that sound so. `person` reads the first
    character as a surname.
    """
    marked = bytearray(len(text))
    for first, after in _hits(text, query, person):
        marked[first:after] = b"\x01" * (after - first)
    parts: list[tuple[str, bool]] = []
    start = 0
    for at in range(1, len(text) + 1):
        if at == len(text) or marked[at] != marked[start]:
            parts.append((text[start:at], bool(marked[start])))
            start = at
    return parts
