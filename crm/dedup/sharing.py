"""How much it says that two records share a key, and where looking stops: one law for all that propose pairs.

Whole numbers only, so that plain Python, arrays and many machines propose the very same pairs.
"""

from __future__ import annotations

from array import array
from typing import Protocol

BLOCK = 14  # records in a block of which all pairs are taken; in larger ones only near neighbours
NEIGHBOURS = 3
# What it says to share a key with 2 to BLOCK records, and to be neighbours in a larger block.
BLOCK_SAYS = (0, 0, 10, 8, 8, 7, 6, 6, 6, 5, 5, 5, 4, 4, 4)
NEIGHBOUR_SAYS = 3
# An n-gram that 2-3, 4-7, 8-15, … records have (index: bits of the number). Commoner ones say nothing.
GRAM_SAYS = (0, 0, 4, 4, 3, 2, 2, 1, 1, 1)
GRAM_LEAST, GRAM_FACTOR = 60, 0.45  # most records an n-gram may occur in: max(60, 0.45 * sqrt(n))
REACH = 400
LEAST = 6  # what must come together for a pair to be proposed
NEAREST = 12  # others that each record names …
# … if they share a fifth of what the best of them shares: beside a likely one, the unlikely are chance
BESIDE_BEST = 5

LOW = 0xFFFFFFFF


def commonest(count: int) -> int:
    """Most records an n-gram may occur in to say something, among `count` records."""
    return min(max(GRAM_LEAST, int(GRAM_FACTOR * count**0.5)), 2 ** (len(GRAM_SAYS) - 1) - 1)


class Proposer(Protocol):
    """Made once of all keys; `nearest` may then be asked by several processes, each for some records."""

    def nearest(self, start: int, end: int) -> array[int]:
        """What the records from `start` to `end` name: low position << 32 | high position, in any order."""
