"""名次: how units and people stand one after another. One rule for every page, bulletin and screen.

Whoever has a target stands by the share of it that is reached, the rest behind them by their figure; where nobody has
one, all by their figure. What reads the same has the same place.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from decimal import Decimal
from typing import TypeVar

Who = TypeVar("Who", bound=Hashable)
Standing = tuple[Decimal, Decimal | None]
"""A figure, and what share of its target it is, in percent as it is shown; None without a target."""


def places(standings: Mapping[Who, Standing]) -> dict[Who, int]:
    """{who: place}, the first first. Of the same place the larger figure goes ahead, then who was named first."""

    def key(who: Who) -> tuple[bool, Decimal, Decimal]:
        figure, share = standings[who]
        return share is None, -(share or Decimal(0)), -figure

    order = sorted(standings, key=key)
    said = [(None, standings[who][0]) if standings[who][1] is None else standings[who][1] for who in order]
    return {who: said.index(said[at]) + 1 for at, who in enumerate(order)}
