"""Pairs that hang together are decided together: 甲=乙 and 乙=丙 are one group of three.

The same pairs always make the same groups, whichever of them one begins with: a list that is read page by page
shows each group once, at its likeliest pair, and leaves nothing out.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

MOST_MEMBERS = 6  # more than fit side by side
MOST_PAIRS = 300  # a larger web of pairs is no group but a key that many share: its pairs stand alone


@dataclass(frozen=True)
class Edge:
    """A pair as far as grouping needs it."""

    id: int
    a: int
    b: int
    score: float

    @property
    def rank(self) -> tuple[float, int]:
        """The list's order, best first."""
        return (-self.score, -self.id)


@dataclass(frozen=True)
class Group:
    edges: tuple[Edge, ...]  # best first
    members: tuple[int, ...]  # record ids

    @property
    def leader(self) -> Edge:
        return self.edges[0]


def webs(seeds: Sequence[Edge], reached: Iterable[Edge]) -> list[list[Edge]]:
    """The pairs that hang together with each of the seeds, among all that were reached from them. A web with
    more than MOST_PAIRS is cut to its seeds."""
    known = {edge.id: edge for edge in (*seeds, *reached)}
    owner = _Sets()
    for edge in known.values():
        owner.join(edge.a, edge.b)
    found: dict[int, list[Edge]] = {}
    for edge in known.values():
        found.setdefault(owner.of(edge.a), []).append(edge)
    seeded = {edge.id for edge in seeds}
    answer = []
    for edges in found.values():
        if len(edges) <= MOST_PAIRS:
            answer.append(sorted(edges, key=lambda edge: edge.rank))
        else:
            answer += [[edge] for edge in edges if edge.id in seeded]
    return answer


def groups(web: Sequence[Edge]) -> list[Group]:
    """A web in groups of at most MOST_MEMBERS, the strongest pairs first; pairs between two groups stand alone."""
    owner = _Sets(most=MOST_MEMBERS)
    ranked = sorted(web, key=lambda edge: edge.rank)
    for edge in ranked:
        owner.join(edge.a, edge.b)
    inside: dict[int, list[Edge]] = {}
    alone: list[Group] = []
    for edge in ranked:
        if owner.of(edge.a) == owner.of(edge.b):
            inside.setdefault(owner.of(edge.a), []).append(edge)
        else:
            alone.append(Group((edge,), (edge.a, edge.b)))
    whole = [Group(tuple(edges), _members(edges)) for edges in inside.values()]
    return sorted([*whole, *alone], key=lambda group: group.leader.rank)


def _members(edges: Sequence[Edge]) -> tuple[int, ...]:
    return tuple(dict.fromkeys(record for edge in edges for record in (edge.a, edge.b)))


class _Sets:
    """Disjoint sets of records; none grows beyond `most`."""

    def __init__(self, most: int = 10**9) -> None:
        self.most = most
        self.parent: dict[int, int] = {}
        self.size: dict[int, int] = {}

    def of(self, record: int) -> int:
        self.parent.setdefault(record, record)
        self.size.setdefault(record, 1)
        while self.parent[record] != record:
            self.parent[record] = self.parent[self.parent[record]]
            record = self.parent[record]
        return record

    def join(self, a: int, b: int) -> None:
        one, two = self.of(a), self.of(b)
        if one != two and self.size[one] + self.size[two] <= self.most:
            low, high = min(one, two), max(one, two)
            self.parent[high] = low
            self.size[low] += self.size[high]
