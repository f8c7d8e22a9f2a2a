"""The best chains through a small net of who knows whom. Pure; the net is gathered by `queries`.

A step costs what it is worth: an introduction through kin is nearly certain, through a chamber of a thousand members
it is not. Chains of a lower sum come first; of equal ones the shorter.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple


class Node(NamedTuple):
    """One of ours (noun "user"), a person or an enterprise."""

    noun: str
    id: int


@dataclass(frozen=True)
class Step:
    """Two who know each other. `kind` says how (see `models.TieKind` and `WORTH`), `said` in words on what ground."""

    one: Node
    two: Node
    kind: str
    said: str = ""
    stale: bool = False  # last met more than a year ago

    @property
    def cost(self) -> float:
        return WORTH[self.kind] + (STALE if self.stale else 0.0)

    def beyond(self, here: Node) -> Node:
        return self.two if here == self.one else self.one


WORTH: dict[str, float] = {
    "kin": 1.0, "introduced": 1.0, "works": 1.0, "met": 1.1, "controls": 1.1, "friend": 1.2, "townsman": 1.3,
    "schoolmate": 1.3, "colleague": 1.3, "party": 1.2, "related": 1.3, "chamber": 1.6,
}  # fmt: skip
STALE = 0.6
MOST = 3
LONGEST = 4  # steps: 我们 – 商会秘书长 – 商会 – 会员企业 – 董事长

Chain = tuple[Step, ...]
"""From one of ours to the merchant that is asked for."""

_OURS = Node("", 0)


def chains(steps: Iterable[Step], target: Node, ours: Iterable[Node], most: int = MOST) -> list[Chain]:
    """Up to `most` chains from any of `ours` to `target`, the best first, no two beginning with the same two."""
    # Loaded here: only this page needs it, and it takes a fifth of a second.
    import networkx

    net = networkx.Graph()
    for step in steps:
        if step.one == step.two:
            continue
        known = net.get_edge_data(step.one, step.two)
        if known is None or step.cost < known["step"].cost:
            net.add_edge(step.one, step.two, weight=step.cost, step=step)
    if target not in net:
        return []
    ends = {one for one in ours if one in net and one != target}
    net.add_edges_from(((_OURS, one) for one in ends), weight=0.0)
    if not ends or not networkx.has_path(net, _OURS, target):
        return []
    found: list[Chain] = []
    begun: set[tuple[Node, ...]] = set()
    for nodes in networkx.shortest_simple_paths(net, _OURS, target, weight="weight"):
        way: Sequence[Node] = nodes[1:]
        if len(way) - 1 > LONGEST:
            break
        if not ends.isdisjoint(way[1:]):
            continue  # it passes one of ours on the way: that one's own chain is shorter
        if (start := tuple(way[:2])) in begun:
            continue
        begun.add(start)
        found.append(tuple(net.edges[pair]["step"] for pair in pairwise(way)))
        if len(found) == most:
            break
    return found


def nodes_of(chain: Chain, target: Node) -> list[Node]:
    """The chain's nodes in order, ours first and the target last."""
    nodes = [target]
    for step in reversed(chain):
        nodes.append(step.beyond(nodes[-1]))
    return nodes[::-1]


def total(chain: Chain) -> float:
    return math.fsum(step.cost for step in chain)
