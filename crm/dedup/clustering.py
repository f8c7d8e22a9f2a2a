"""From pairs to clusters, under constraints that no chain of likely pairs may break."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from crm.dedup import evidence
from crm.dedup.blocking import candidate_pairs
from crm.dedup.profile import Profile, profile_of
from crm.dedup.record import Record
from crm.dedup.scoring import log_odds, weights

PAIR_FROM = 0.0  # log-odds from which a pair may start or join a cluster
LINK_FROM = 0.0  # least mean log-odds over all pairs between two clusters that become one
UNSEEN = -2.0  # log-odds of a pair that was never a candidate


def likely_pairs(profiles: Sequence[Profile], floor: float = -4.0) -> list[tuple[float, int, int]]:
    """(log-odds, i, j) of the candidate pairs that reach `floor`."""
    around = evidence.Surroundings(profiles)
    table = weights()
    scored = []
    for one, two in candidate_pairs(profiles):
        a, b = profiles[one], profiles[two]
        if not may_merge(a, b):
            continue
        total = log_odds(evidence.levels(a, b, around), table)
        if total >= floor:
            scored.append((total, one, two))
    return scored


def may_merge(a: Profile, b: Profile) -> bool:
    """False for two valid USCCs that differ and for different branch marks: never the same entity."""
    if a.branch != b.branch:
        return False
    return not (a.code_ok and b.code_ok and a.organisation != b.organisation)


def clusters_of(profiles: Sequence[Profile], scored: Iterable[tuple[float, int, int]]) -> list[int]:
    """For each position the position of the first member of its cluster.

    Likeliest pairs first; two clusters become one only if the mean over all pairs between them allows it
    and no two valid USCCs or branch marks meet. Ties are broken by what the records say, not by where they
    stand, so the order of rows does not matter.
    """
    count = len(profiles)
    home = list(range(count))
    members: dict[int, list[int]] = {}
    code = [profile.organisation if profile.code_ok else "" for profile in profiles]
    links: dict[int, dict[int, list[float]]] = {}
    edges = []
    for total, one, two in scored:
        links.setdefault(one, {})[two] = [total, 1]
        links.setdefault(two, {})[one] = [total, 1]
        if total >= PAIR_FROM:
            edges.append((total, one, two))
    rank = sorted(range(count), key=lambda at: _content(profiles[at]))
    place = [0] * count
    for position, at in enumerate(rank):
        place[at] = position
    edges.sort(key=lambda edge: (-edge[0], *sorted((place[edge[1]], place[edge[2]]))))
    for _total, one, two in edges:
        first, second = home[one], home[two]
        if first == second:
            continue
        if code[first] and code[second] and code[first] != code[second]:
            continue
        if profiles[one].branch != profiles[two].branch:
            continue
        left, right = members.get(first, [first]), members.get(second, [second])
        between = links[first].get(second, (0.0, 0))
        possible = len(left) * len(right)
        if (between[0] + UNSEEN * (possible - between[1])) / possible < LINK_FROM:
            continue
        if len(left) < len(right) or (len(left) == len(right) and place[first] > place[second]):
            first, second, left, right = second, first, right, left
        members[first] = left + right
        members.pop(second, None)
        for at in right:
            home[at] = first
        code[first] = code[first] or code[second]
        _join_links(links, first, second)
    lowest: dict[int, int] = {}
    for at in range(count):
        lowest.setdefault(home[at], at)
    return [lowest[home[at]] for at in range(count)]


def _join_links(links: dict[int, dict[int, list[float]]], keep: int, gone: int) -> None:
    ours = links[keep]
    ours.pop(gone, None)
    for other, (total, count) in links.pop(gone, {}).items():
        if other == keep:
            continue
        theirs = links[other]
        theirs.pop(gone, None)
        if other in ours:
            sums = ours[other]
            sums[0] += total
            sums[1] += count
            theirs[keep] = sums
        else:
            ours[other] = theirs[keep] = [total, count]


def _content(profile: Profile) -> tuple[str, ...]:
    record = profile.record
    return (
        record.name, record.uscc, record.region, record.legal_rep, *record.contacts, "|", *record.phones, "|",
        record.address, record.industry, record.chamber, str(record.id),
    )  # fmt: skip


def cluster(records: Sequence[Record], progress: Callable[[str], None] | None = None) -> list[str]:
    """The cluster of each record, named by the smallest id in it; stable whatever the order of records."""
    say = progress or (lambda _step: None)
    say(f"parsing {len(records)} records")
    profiles = [profile_of(record) for record in records]
    say("comparing")
    scored = likely_pairs(profiles)
    say(f"clustering {len(scored)} pairs")
    homes = clusters_of(profiles, scored)
    names: dict[int, str] = {}
    for at, home in enumerate(homes):
        own = str(records[at].id)
        if home not in names or _order(own) < _order(names[home]):
            names[home] = own
    return [names[home] for home in homes]


def _order(identity: str) -> tuple[int, str]:
    return (len(identity), identity)
