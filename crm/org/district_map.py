"""The district's map in tiles: where a piece of its land lies, as a cell of a table. C4 is column C, row 4; north is up.

A tile is no survey: all are of one size, and a cell says which is beside, above and below which.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

from .models import UnitKind

PLACES = (UnitKind.TOWNSHIP, UnitKind.PLATFORM)
"""Units that are a piece of the district's land, and so a tile of its map."""

COLUMNS = "ABCDEFGHIJ"
ROWS = 10  # the style sheet knows so many of each (parts.css)
CELL = re.compile(r"[A-J]([1-9]|10)")

T = TypeVar("T")


@dataclass(frozen=True)
class Tile(Generic[T]):
    """A piece of land in its cell, counted from the first row and column that hold one; 0 while nobody has said where it
    lies."""

    piece: T
    row: int = 0
    column: int = 0


def tidied(text: str | None) -> str:
    """As it may be typed: c4, Ｃ４."""
    return unicodedata.normalize("NFKC", text or "").upper()


def read(cell: str) -> tuple[int, int] | None:
    """(row, column) of a cell, both from 1; None for what is none."""
    if not CELL.fullmatch(cell):
        return None
    return int(cell[1:]), COLUMNS.index(cell[0]) + 1


def drawn(pieces: Iterable[tuple[str, T]]) -> list[Tile[T]]:
    """From north to south and from west to east; then the rest in the order given. Two in one cell (only a race of two
    administrators can do that): the first stands there."""
    taken: dict[tuple[int, int], T] = {}
    rest = []
    for cell, piece in pieces:
        place = read(cell) if cell else None
        if place is None or place in taken:
            rest.append(piece)
        else:
            taken[place] = piece
    north = min((row for row, _column in taken), default=1)
    west = min((column for _row, column in taken), default=1)
    tiles = [Tile(taken[row, column], row - north + 1, column - west + 1) for row, column in sorted(taken)]
    return tiles + [Tile(piece) for piece in rest]
