"""What a record is indexed by, and what a query asks of the index.

Chinese has no spaces, so a word index finds nothing in the middle of a name, and a trigram index nothing of
two characters. The index is of *overlapping pairs*: 衢澜精密 -> 衢澜, 澜精, 精密, and the last character
alone (密). A query of n characters is the phrase of its n-1 pairs; of one character, the prefix of a pair
(that is why the last character stands alone too). So every part of a name is found, nothing else is, and
both databases answer from an index.

Each token is one letter for its kind and one pair:

    h  pairs of the folded text (see `texts.fold`), punctuation left out, so 衢澜（集团） is found by 衢澜集团
    y  letter pairs of the full pinyin of names (qulan…), i of the pinyin initials (ql…)
    d  digit pairs of phone numbers: the last four digits find one

Runs (fields, readings, kinds) are kept apart by BREAK, so no phrase reaches from one into the next; it is a
token for FTS5 and a gap in the positions for PostgreSQL. Characters that SQLite's unicode61 might take for a
separator, or lower-case differently, are written as ㄩ and six hex digits: a token is only ever letters,
digits and Han, in the index and in the query, and needs no quoting rules.

Limits: 10 000 characters of a record are indexed (names first), at most 16 383 positions (PostgreSQL's
last). PostgreSQL keeps 255 positions of one pair; a pair met more often than that in one record can be missed
in the late ones. A query is read up to 120 characters and 12 words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from crm.lib import phones, pinyin, texts

MAX_CHARACTERS = 10_000
MAX_NAME = 200  # characters of one name that are also indexed by sound
MAX_TOKENS = 16_383
MAX_QUERY = 120
MAX_WORDS = 12
BREAK = "z"
TAIL = 4  # so many digits alone are the end of a phone number


class Kind(StrEnum):
    """How a field is searched."""

    NAME = "name"  # of a company, place, project: text, pinyin, initials
    PERSON = "person"  # the same with the surname read as one
    CODE = "code"  # USCC, WeChat, e-mail: text
    PHONE = "phone"  # digits; the cell as stored, one or several numbers
    TEXT = "text"  # anything long: text


class Field(NamedTuple):
    kind: Kind | str
    text: str | None


# --- the record -------------------------------------------------------------------------------------------


class _Safe(dict[int, str]):
    """Folded character -> its form inside a token; '' for what is not searched."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        if not texts.searchable(char):
            safe = ""
        elif char.isascii() or "\u4e00" <= char <= "\u9fa5" or "\u3400" <= char <= "\u4db5":
            safe = char
        else:
            safe = f"ㄩ{code:06x}"
        self[code] = safe
        return safe


_safe = _Safe()


def _units(folded: str) -> list[str]:
    """The searchable characters of a folded text, each in its safe form."""
    units = [_safe[ord(c)] for c in folded]
    return [unit for unit in units if unit] if "" in units else units


def _run(kind: str, units: list[str] | str) -> list[str]:
    """Pairs, the last character alone, and the break behind them."""
    if not units:
        return []
    run = [kind + a + b for a, b in pairwise(units)]
    run.append(kind + units[-1])
    run.append(BREAK)
    return run


def _sounds(name: str, person: bool) -> Iterator[str]:
    readings = pinyin.readings(name) if person else [pinyin.aligned(name)]
    seen = set()
    for reading in readings:
        for kind, run in (("y", "".join(reading)), ("i", "".join(s[0] for s in reading if s))):
            if run and (kind, run) not in seen:
                seen.add((kind, run))
                yield from _run(kind, run)


def document(fields: Iterable[Field]) -> list[str]:
    """The tokens of one record in order; a token's position is its place in the list, from 1.

    Names, codes and phones come before long text, so the cap never costs a record its name.
    """
    tokens: list[str] = []
    budget = MAX_CHARACTERS
    ordered = sorted(fields, key=lambda field: field.kind == Kind.TEXT)
    for kind, text in ordered:
        if not text or budget <= 0:
            continue
        text = text[:budget]
        budget -= len(text)
        if kind == Kind.PHONE:
            for digits in phones.digit_runs(text):
                tokens += _run("d", digits)
            continue
        tokens += _run("h", _units(texts.fold(text)))
        if kind in (Kind.NAME, Kind.PERSON) and not text.isascii():
            # A name in Latin letters is found by its h pairs already
            tokens += _sounds(texts.clean_line(text)[:MAX_NAME], kind == Kind.PERSON)
    return tokens[:MAX_TOKENS]


# --- the query --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Phrase:
    """Tokens that follow one another; `prefix`: the one token may go on."""

    tokens: tuple[str, ...]
    prefix: bool = False


@dataclass(frozen=True)
class AllOf:
    parts: tuple[Query, ...]


@dataclass(frozen=True)
class AnyOf:
    parts: tuple[Query, ...]


Query = Phrase | AllOf | AnyOf

_TRUNK = re.compile(r"(?<!\w)(?:\+|00)86(?=[\s\-]*\d)")
_SCRIPTS = re.compile(r"[a-z0-9]+|[^a-z0-9]+")


def _phrase(kind: str, units: list[str] | str) -> Phrase:
    if len(units) == 1:
        return Phrase((kind + units[0],), prefix=True)
    return Phrase(tuple(kind + a + b for a, b in pairwise(units)))


def _tail(digits: str) -> Phrase:
    """The last digits of a number: the pairs, and behind them the last digit alone, where a number ends."""
    return Phrase((*_phrase("d", digits).tokens, "d" + digits[-1]))


def _one_of(parts: list[Query]) -> Query:
    unique = tuple(dict.fromkeys(parts))
    return unique[0] if len(unique) == 1 else AnyOf(unique)


def _word(word: str, alone: bool = False) -> Query:
    """A word as written, or as it sounds, or as digits of a phone; a mixed word also part by part.

    `alone`: it is all that was typed; of a number typed in groups (139 5700 1234) a group may stand anywhere.
    """
    ways: list[Query] = [_phrase("h", _units(word))]
    if word.isascii():
        if word.isdigit():
            ways.append(_tail(word) if alone and len(word) == TAIL else _phrase("d", word))
            if word.startswith("86") and len(word) >= 9:  # typed with the country's code, stored without
                ways.append(_phrase("d", word[2:]))
        else:
            ways.append(_phrase("i", word))
            if len(word) > 1:
                ways += [_phrase("y", letters) for letters in pinyin.typed(word)]
    else:
        parts = _SCRIPTS.findall(word)
        if len(parts) > 1 and any(part.isascii() and part.isalpha() and len(part) > 1 for part in parts):
            ways.append(AllOf(tuple(_word(part) for part in parts)))
    return _one_of(ways)


@lru_cache(maxsize=256)
def query(text: str) -> Query | None:
    """What to ask for: every word, each in any of its ways. None when nothing in `text` can be searched."""
    words = texts.search_words(_TRUNK.sub("", text[:MAX_QUERY]))[:MAX_WORDS]
    if not words:
        return None
    parts = tuple(dict.fromkeys(_word(word, alone=len(words) == 1) for word in words))
    return parts[0] if len(parts) == 1 else AllOf(parts)


NEARLY = (2, 24)  # characters of a word in which a slip is forgiven
SHARED = 4  # characters on end that two texts share


def nearly(text: str) -> Query | None:
    """What to ask for names in which the one word of `text` may stand with a slip: all of it heard alike, or one
    character wrong, missing, too many, or before its neighbour. None where a slip cannot be told from another name."""
    words = texts.search_words(text[:MAX_QUERY])
    if len(words) != 1 or words[0].isascii() or not NEARLY[0] <= len(words[0]) <= NEARLY[1]:
        return None
    word, units = words[0], _units(words[0])
    ways: list[Query] = [_phrase("y", "".join(read)) for read in pinyin.readings(word) if all(read)]
    for at in range(len(units) if len(units) > 2 else 0):
        ways.append(_around(units[:at], units[at + 1 :]))
        if at:
            ways.append(_around(units[:at], units[at:]))
            ways.append(_phrase("h", [*units[: at - 1], units[at], units[at - 1], *units[at + 1 :]]))
    return _one_of(ways) if ways else None


def _around(before: list[str], after: list[str]) -> Query:
    parts = tuple(_phrase("h", part) for part in (before, after) if part)
    return parts[0] if len(parts) == 1 else AllOf(parts)


def sharing(text: str, run: int = SHARED) -> Query | None:
    """What to ask for records that share `run` characters on end with a word of `text`, or all of a shorter word
    where no word is longer."""
    words = [_units(word) for word in texts.search_words(text[:MAX_QUERY])[:MAX_WORDS]]
    long = [word for word in words if len(word) >= run]
    ways = [_phrase("h", word[at : at + run]) for word in long for at in range(len(word) - run + 1)]
    ways += [_phrase("h", word) for word in words if not long and len(word) > 1]
    return _one_of(list(ways)) if ways else None


# --- the two databases ------------------------------------------------------------------------------------


def fts5_document(tokens: Iterable[str]) -> str:
    """The column text of an FTS5 table with `tokenize='unicode61'`."""
    return " ".join(tokens)


def fts5_match(wanted: Query | str | None) -> str:
    """The right side of MATCH. An empty question matches nothing (MATCH '""'), it is no error."""
    asked = query(wanted) if isinstance(wanted, str) else wanted
    return _fts5(asked) if asked else '""'


def _fts5(asked: Query) -> str:
    if isinstance(asked, Phrase):
        return f'"{" ".join(asked.tokens)}"' + (" *" if asked.prefix else "")
    joint = " AND " if isinstance(asked, AllOf) else " OR "
    return "(" + joint.join(_fts5(part) for part in asked.parts) + ")"


def tsvector_literal(tokens: Iterable[str]) -> str:
    """To be cast `::tsvector`: 'h衢澜':1,9 'h澜精':2. The breaks are gaps in the count."""
    places: dict[str, list[str]] = {}
    for place, token in enumerate(tokens, 1):
        if token != BREAK and place <= MAX_TOKENS:
            places.setdefault(token, []).append(str(place))
    return " ".join(f"'{token}':{','.join(at)}" for token, at in places.items())


def tsquery_literal(wanted: Query | str | None) -> str | None:
    """To be cast `::tsquery`; None when there is nothing to ask (show no result, do not ask)."""
    asked = query(wanted) if isinstance(wanted, str) else wanted
    return _tsquery(asked) if asked else None


def _tsquery(asked: Query) -> str:
    if isinstance(asked, Phrase):
        if asked.prefix:
            return f"'{asked.tokens[0]}':*"
        phrase = " <-> ".join(f"'{token}'" for token in asked.tokens)
        return f"({phrase})" if len(asked.tokens) > 1 else phrase
    joint = " & " if isinstance(asked, AllOf) else " | "
    return "(" + joint.join(_tsquery(part) for part in asked.parts) + ")"
