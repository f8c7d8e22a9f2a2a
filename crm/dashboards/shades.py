"""How dark a cell is: five shades with about as many figures each, so that one large sum does not leave the rest pale."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from decimal import Decimal
from typing import TypeVar

Key = TypeVar("Key", bound=Hashable)

SHADES = 5


def shades(values: Mapping[Key, Decimal]) -> dict[Key, int]:
    """0 for nothing, the largest is always the darkest, the same figure has the same shade."""
    steps = sorted({value for value in values.values() if value > 0})
    place = {value: at for at, value in enumerate(steps, 1)}
    return {key: -(-SHADES * place[value] // len(steps)) if value > 0 else 0 for key, value in values.items()}
