"""「审批环节较多，周期较长」: of all the items that run side by side, the one that holds the project.

It is the head of the longest way still to go. An item that is within its promise needs what is left of it. One that has
overrun its promise by n days is taken to need as many again: what is three months late is not there tomorrow. What has
been accepted before all that goes before it was granted (容缺受理) cannot be granted before that either.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Standing:
    """An item as it stands today. `worked` are working days without corrections, None before it is accepted."""

    id: int
    days: int
    worked: int | None = None
    is_done: bool = False
    after_ids: Sequence[int] = ()

    @property
    def left(self) -> int | None:
        """Working days left of the promise; below zero when it is overrun. None before it is accepted."""
        return None if self.worked is None else self.days - self.worked

    @property
    def needs(self) -> int:
        """Working days it is taken to need from today on: at least one until it is granted."""
        if self.is_done:
            return 0
        left = self.days if self.left is None else self.left
        return max(1, left, -left)


@dataclass(frozen=True)
class Outlook:
    """The longest way: its items, the first of which holds the project, and how many working days it takes."""

    way: list[int] = field(default_factory=list)
    days: int = 0
    ends: dict[int, int] = field(default_factory=dict)  # in how many working days each open item is expected

    @property
    def holder(self) -> int | None:
        return self.way[0] if self.way else None


def outlook(items: Sequence[Standing]) -> Outlook:
    """`items` in their order, which decides between two that end on the same day. Nothing holds what is all granted."""
    by_id = {one.id: one for one in items}
    ends: dict[int, int] = {}
    comes_after: dict[int, int | None] = {}

    def end_of(id: int, seen: frozenset[int]) -> int:
        """In how many working days it is granted."""
        if id in ends:
            return ends[id]
        one = by_id[id]
        last, last_id = 0, None
        for before in one.after_ids:
            if before in by_id and before not in seen and not by_id[before].is_done:
                end = end_of(before, seen | {id})
                if end > last:
                    last, last_id = end, before
        own = one.needs if one.worked is not None else last + one.needs
        if own >= last and one.worked is not None:
            last_id = None  # it is under way, and its own time is what counts
        ends[id], comes_after[id] = max(own, last), last_id
        return ends[id]

    waiting = [one for one in items if not one.is_done]
    if not waiting:
        return Outlook()
    for one in waiting:
        end_of(one.id, frozenset({one.id}))
    last = max(waiting, key=lambda one: ends[one.id])
    way: list[int] = [last.id]
    while (before := comes_after[way[0]]) is not None:
        way.insert(0, before)
    return Outlook(way, ends[last.id], ends)
