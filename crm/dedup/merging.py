"""What may be done with clusters: merged without asking, shown to a person as a group, or only linked.

Pure: it is told who is in a cluster and how two of them compare, and says what follows. A cluster merges by
itself only if links that are SAME hold all of it together and nobody in it contradicts; a link that is ASK makes
all of the cluster a question, in which the parts that are sure are named.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from crm.dedup.scoring import Match, Verdict

LARGEST = 60  # members of a group that are compared each with each; a larger one is always a question

T = TypeVar("T")
Judge = Callable[[T, T], Match]


@dataclass(frozen=True, slots=True)
class Link(Generic[T]):
    """How two records stand to each other, and why."""

    one: T
    two: T
    match: Match


@dataclass(frozen=True, slots=True)
class Group(Generic[T]):
    """One cluster of two and more. `verdict` is SAME (may merge by itself) or ASK.

    parts   what may merge without asking, each of two and more; for SAME that is all of it
    links   the strongest links that hold the group together, members - 1 of them, strongest first
    """

    members: tuple[T, ...]
    verdict: Verdict
    parts: tuple[tuple[T, ...], ...]
    links: tuple[Link[T], ...]


def group_of(members: Sequence[T], judge: Judge[T]) -> Group[T]:
    """Sort out one cluster; the order of `members` decides nothing but the order of what is given back."""
    count = len(members)
    with_whom = range if count <= LARGEST else lambda _two: range(1)
    links = [
        (one, two, judge(members[one], members[two])) for two in range(1, count) for one in with_whom(two)
    ]
    links.sort(key=lambda link: (link[2].verdict is not Verdict.SAME, -link[2].score, link[0], link[1]))
    apart = {(one, two) for one, two, match in links if match.verdict in _APART}
    sure = (
        []
        if count > LARGEST
        else _joined(count, [(one, two) for one, two, match in links if match.verdict is Verdict.SAME], apart)
    )
    holding: list[Link[T]] = []
    held = list(range(count))
    for one, two, match in links:
        if len(holding) == count - 1:
            break
        if held[one] != held[two]:
            holding.append(Link(members[one], members[two], match))
            if count <= LARGEST:
                gone, kept = held[two], held[one]
                held = [kept if at == gone else at for at in held]
    parts = tuple(tuple(members[at] for at in part) for part in sure if len(part) > 1)
    verdict = Verdict.SAME if len(sure) == 1 else Verdict.ASK
    return Group(tuple(members), verdict, parts, tuple(holding))


_APART = (Verdict.RELATED, Verdict.DIFFERENT)


def _joined(count: int, links: Sequence[tuple[int, int]], apart: set[tuple[int, int]]) -> list[list[int]]:
    """Parts that `links` hold together without any two in them being `apart`, the strongest links first."""
    parts = {at: [at] for at in range(count)}
    for one, two in links:
        left, right = parts[one], parts[two]
        if left is right or any((min(a, b), max(a, b)) in apart for a in left for b in right):
            continue
        whole = sorted(left + right)
        for at in whole:
            parts[at] = whole
    return sorted({id(part): part for part in parts.values()}.values())


def groups(clusters: Iterable[Sequence[T]], judge: Judge[T]) -> Iterator[Group[T]]:
    """The clusters that hold more than one record, sorted out."""
    for members in clusters:
        if len(members) > 1:
            yield group_of(members, judge)


def related(pairs: Iterable[tuple[T, T]], judge: Judge[T]) -> Iterator[Link[T]]:
    """Of pairs from different clusters those to be kept apart and linked: branch, group, sister, namesake."""
    for one, two in pairs:
        match = judge(one, two)
        if match.verdict is Verdict.RELATED:
            yield Link(one, two, match)
