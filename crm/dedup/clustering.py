"""From pairs to clusters, under constraints that no chain of likely pairs may break."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from crm.dedup.candidates import candidate_pairs
from crm.dedup.nouns import ENTERPRISES, Noun
from crm.dedup.scoring import log_odds

PAIR_FROM = 0.0  # log-odds from which a pair may bring two clusters together
LINK_FROM = 0.0  # least mean log-odds of the pairs between two clusters that become one
WITNESSES = 6  # members of a cluster that are asked; a cluster of hundreds is not compared in full
FLOOR = -4.0  # pairs below this are not kept; they are weighed again in the rare case that they are asked

Pair = tuple[int, int]


def likely_pairs(
    profiles: Sequence[Any], around: Any, noun: Noun = ENTERPRISES, floor: float = FLOOR
) -> dict[Pair, float]:
    """Log-odds of the candidate pairs that reach `floor`, by positions i < j."""
    table = noun.weights()
    scored = {}
    for pair in candidate_pairs(profiles, noun):
        a, b = profiles[pair[0]], profiles[pair[1]]
        if noun.may_merge(a, b):
            total = log_odds(noun.levels(a, b, around), table)
            if total >= floor:
                scored[pair] = total
    return scored


def clusters_of(
    profiles: Sequence[Any], scored: dict[Pair, float], around: Any, noun: Noun = ENTERPRISES
) -> list[int]:
    """For each position the first position of its cluster.

    Likeliest pairs first; two clusters become one only if the mean over the pairs between them allows it and
    no two codes that differ meet. So one likely pair cannot chain two groups that otherwise disagree.
    """
    table = noun.weights()
    home = list(range(len(profiles)))
    members: dict[int, list[int]] = {}
    code = [noun.code(profile) for profile in profiles]

    def weigh(one: int, two: int) -> float:
        pair = (one, two) if one < two else (two, one)
        total = scored.get(pair)
        if total is None:
            a, b = profiles[one], profiles[two]
            total = log_odds(noun.levels(a, b, around), table) if noun.may_merge(a, b) else 2 * FLOOR
        return total

    edges = sorted((-total, pair) for pair, total in scored.items() if total >= PAIR_FROM)
    for _total, (one, two) in edges:
        first, second = sorted((home[one], home[two]))
        if first == second or (code[first] and code[second] and code[first] != code[second]):
            continue
        left, right = members.get(first, [first]), members.get(second, [second])
        if len(left) + len(right) > 2:
            asked, answering = left[:WITNESSES], right[:WITNESSES]
            between = sum(weigh(mine, theirs) for mine in asked for theirs in answering)
            if between < LINK_FROM * len(asked) * len(answering):
                continue
        members[first] = sorted(left + right)
        members.pop(second, None)
        for at in right:
            home[at] = first
        code[first] = code[first] or code[second]
    return home


def cluster(
    records: Sequence[Any], progress: Callable[[str], None] | None = None, *, noun: Noun = ENTERPRISES
) -> list[str]:
    """The cluster of each record, named by the smallest id in it.

    Rows are put in the order of their contents first and rows that say the same are taken as one, so
    neither their order nor a thousand copies of a row change the outcome.
    """
    say = progress or (lambda _step: None)
    say(f"parsing {len(records)} records")
    contents = [noun.content(record) for record in records]
    distinct = sorted(set(contents))
    place = {content: at for at, content in enumerate(distinct)}
    first: list[Any] = [None] * len(distinct)
    for record, content in zip(records, contents, strict=True):
        at = place[content]
        if first[at] is None:
            first[at] = record
    profiles = [noun.profile(record) for record in first if record is not None]
    around = noun.around(profiles)
    say("comparing")
    scored = likely_pairs(profiles, around, noun)
    say(f"clustering {len(scored)} pairs")
    homes = clusters_of(profiles, scored, around, noun)
    names: dict[int, str] = {}
    for record, content in zip(records, contents, strict=True):
        home, own = homes[place[content]], str(record.id)
        if home not in names or _order(own) < _order(names[home]):
            names[home] = own
    return [names[homes[place[content]]] for content in contents]


def _order(identity: str) -> tuple[int, str]:
    """9 before 10, M001 before M010."""
    return (len(identity), identity)
