"""Records taken apart in portions, as flat and small as the next steps need them.

A portion is what one process makes of some hundreds of rows: strings only where they are needed to sort, the
rest as numbers in arrays and bytes. So a million records fit into a few hundred megabytes, and go from one
process to another without an object for each of their words.
"""

from __future__ import annotations

import marshal
from array import array
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import blake2b
from itertools import repeat
from typing import Any, Protocol

from crm.dedup.noun import Noun

_PLAIN = 2  # the form of marshal that looks for no strings that occur twice: a record has hardly any
CACHED = 30_000  # records kept taken apart at a time; neighbours in the list are often asked together


def number_of(text: str) -> int:
    """A text as a number below 2**61: the same in every process and every run, unlike `hash` of the text."""
    return hash(_from_bytes(text.encode("utf-8", "surrogatepass"), "little"))


def numbers_of(texts: Iterable[str]) -> set[int]:
    """`number_of` each, in a third of the time: this is asked thirty times for each record of a list."""
    texts = list(texts)
    try:
        return set(map(hash, map(_from_bytes, map(str.encode, texts), _LITTLE)))
    except UnicodeEncodeError:  # half a character, from a broken list
        return set(map(number_of, texts))


@lru_cache(maxsize=100_000)
def number_of_common(text: str) -> int:
    """`number_of` what is met again and again: two characters of a name, the first syllable of a 字号."""
    return number_of(text)


_LITTLE = repeat("little")
# The hash of a whole number is its remainder by the prime 2**61 - 1.
_from_bytes: Callable[[bytes, str], int] = int.from_bytes  # type: ignore[assignment]


def code_number(noun: Noun, profile: Any) -> int:
    """What cannot differ within one cluster as a number, 0 if it is unknown."""
    code = noun.code(profile)
    return 1 + number_of(code) if code else 0


def number_of_seen(kind: str, value: str) -> int:
    """As `number_of`, by a prime that is no neighbour of a power of two: by one that is, two bytes eight places
    apart take each other's place (三力/3301 and another 字号 in 3302), and counts of two values would be added up."""
    return int.from_bytes(f"{kind}:{value}".encode("utf-8", "surrogatepass"), "little") % 1425089352415399837


@dataclass(slots=True)
class Portion:
    """Some rows, taken apart. The arrays hold all rows one after the other, `…_each` how many of each row.

    places    sorts the rows by what neighbours are sorted by, and then by all their content
    profiles  the packed profiles; ends: where each of them ends
    blocks, grams   numbers of the keys
    seen, owners    numbers of what many may share, and of who has it
    codes     number of what cannot differ within one cluster, 0 if unknown
    """

    places: list[str] = field(default_factory=list)
    profiles: bytes = b""
    ends: array[int] = field(default_factory=lambda: array("I"))
    blocks: array[int] = field(default_factory=lambda: array("Q"))
    blocks_each: array[int] = field(default_factory=lambda: array("H"))
    grams: array[int] = field(default_factory=lambda: array("Q"))
    grams_each: array[int] = field(default_factory=lambda: array("H"))
    seen: array[int] = field(default_factory=lambda: array("Q"))
    owners: array[int] = field(default_factory=lambda: array("Q"))
    seen_each: array[int] = field(default_factory=lambda: array("H"))
    codes: array[int] = field(default_factory=lambda: array("Q"))

    def __len__(self) -> int:
        return len(self.ends)

    def forget_keys(self) -> None:
        """Once they are gathered, the next steps need none of them."""
        for name in ("blocks", "blocks_each", "grams", "grams_each", "seen", "owners", "seen_each"):
            setattr(self, name, array("H"))


def take_apart(noun: Noun, records: Iterable[Any]) -> Portion:
    made = Portion()
    packed: list[bytes] = []
    end = 0
    for record in records:
        content = "\x1f".join(noun.content(record)).encode("utf-8", "surrogatepass")
        profile = noun.profile(record)
        key = blake2b(content, digest_size=16).hexdigest()
        made.places.append("\0".join((*noun.order(profile), key)))
        packed.append(marshal.dumps(noun.packed(profile), _PLAIN))
        end += len(packed[-1])
        made.ends.append(end)
        blocks = numbers_of(noun.blocks(profile))
        made.blocks.extend(blocks)
        made.blocks_each.append(len(blocks))
        grams = set(map(number_of_common, noun.grams(profile)))
        made.grams.extend(grams)
        made.grams_each.append(len(grams))
        seen = list(noun.sightings(profile))
        made.seen.extend([number_of_seen(kind, value) for kind, value, _owner in seen])
        made.owners.extend([number_of_common(owner) for _kind, _value, owner in seen])
        made.seen_each.append(len(seen))
        made.codes.append(code_number(noun, profile))
    made.profiles = b"".join(packed)
    return made


class Profiles(Protocol):
    """Records taken apart, by position."""

    def __len__(self) -> int: ...

    def __getitem__(self, at: int, /) -> Any: ...


class Packed:
    """Records by position, each unpacked when it is asked for; the last ones are kept."""

    def __init__(
        self, noun: Noun, packs: Sequence[bytes], spans: tuple[Sequence[int], Sequence[int], Sequence[int]]
    ) -> None:
        """`spans`: (number of the pack, start, end) for each position."""
        self._noun, self._packs = noun, packs
        self._where, self._starts, self._ends = spans
        self._known: dict[int, Any] = {}

    def __len__(self) -> int:
        return len(self._where)

    def __getitem__(self, at: int) -> Any:
        known = self._known.get(at)
        if known is None:
            if len(self._known) >= CACHED:
                self._known.clear()
            own = self._packs[self._where[at]][self._starts[at] : self._ends[at]]
            known = self._known[at] = self._noun.unpacked(marshal.loads(own))
        return known
