"""A record's parsed form as bytes, kept beside the record: who weighs thirty of them need not take them apart again.

What was kept by other rules than those in force is passed over, and the record is taken apart anew when it is
compared: an upgrade costs time until all is kept anew, never another answer.
"""

from __future__ import annotations

import marshal
from functools import lru_cache
from typing import Any

from crm.dedup.nouns import NOUNS
from crm.dedup.rules import rules

_PLAIN = 2  # the form of marshal of which equal values always give equal bytes, in every Python
_MARKED = 6  # bytes in front that say by which rules


@lru_cache(maxsize=1)
def _mark() -> bytes:
    return bytes.fromhex(rules())[:_MARKED]


def kept(noun: str, record: Any) -> bytes:
    """The parsed form of `record`: the same bytes as long as record and rules are the same."""
    kind = NOUNS[noun]
    return _mark() + marshal.dumps(kind.packed(kind.profile(record)), _PLAIN)


def take_up(noun: str, record: Any, parsed: bytes | None) -> None:
    """Give a record that has just been made the parsed form that was `kept` of it."""
    if parsed is not None and parsed[:_MARKED] == _mark():
        profile = NOUNS[noun].unpacked(marshal.loads(parsed[_MARKED:]))
        profile.id = record.id
        record._profile = profile
