"""From pairs to clusters, under constraints that no chain of likely pairs may break."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from crm.dedup import evidence
from crm.dedup.blocking import candidate_pairs
from crm.dedup.profile import Profile, profile_of
from crm.dedup.record import Record
from crm.dedup.scoring import log_odds, weights

PAIR_FROM = 0.0  # log-odds from which a pair may bring two clusters together
LINK_FROM = 0.0  # least mean log-odds of the pairs between two clusters that become one
WITNESSES = 6  # members of a cluster that are asked; a cluster of hundreds is not compared in full
FLOOR = -4.0  # pairs below this are not kept; they are weighed again in the rare case that they are asked

Pair = tuple[int, int]


def may_merge(a: Profile, b: Profile) -> bool:
    """False for two valid USCCs that differ and for different branch marks: never the same entity."""
    if a.branch != b.branch:
        return False
    return not (a.code_ok and b.code_ok and a.organisation != b.organisation)


def likely_pairs(
    profiles: Sequence[Profile], around: evidence.Surroundings, floor: float = FLOOR
) -> dict[Pair, float]:
    """Log-odds of the candidate pairs that reach `floor`, by positions i < j."""
    table = weights()
    scored = {}
    for pair in candidate_pairs(profiles):
        a, b = profiles[pair[0]], profiles[pair[1]]
        if may_merge(a, b):
            total = log_odds(evidence.levels(a, b, around), table)
            if total >= floor:
                scored[pair] = total
    return scored


def clusters_of(
    profiles: Sequence[Profile], scored: dict[Pair, float], around: evidence.Surroundings
) -> list[int]:
    """For each position the first position of its cluster.

    Likeliest pairs first; two clusters become one only if the mean over the pairs between them allows it and
    no two valid USCCs meet. So one likely pair cannot chain two groups that otherwise disagree.
    """
    table = weights()
    home = list(range(len(profiles)))
    members: dict[int, list[int]] = {}
    code = [profile.organisation if profile.code_ok else "" for profile in profiles]

    def weigh(one: int, two: int) -> float:
        pair = (one, two) if one < two else (two, one)
        total = scored.get(pair)
        if total is None:
            a, b = profiles[one], profiles[two]
            total = log_odds(evidence.levels(a, b, around), table) if may_merge(a, b) else 2 * FLOOR
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


def _content(record: Record) -> tuple[str, ...]:
    return (
        record.name, record.uscc, record.region, record.legal_rep, "|", *record.contacts, "|", *record.phones, "|",
        *record.former_names, "|", record.address, record.industry, record.chamber,
    )  # fmt: skip


def cluster(records: Sequence[Record], progress: Callable[[str], None] | None = None) -> list[str]:
    """The cluster of each record, named by the smallest id in it.

    Rows are put in the order of their contents first and rows that say the same are taken as one, so
    neither their order nor a thousand copies of a row change the outcome.
    """
    say = progress or (lambda _step: None)
    say(f"parsing {len(records)} records")
    contents = [_content(record) for record in records]
    distinct = sorted(set(contents))
    place = {content: at for at, content in enumerate(distinct)}
    first: list[Record | None] = [None] * len(distinct)
    for record, content in zip(records, contents, strict=True):
        at = place[content]
        if first[at] is None:
            first[at] = record
    profiles = [profile_of(record) for record in first if record is not None]
    around = evidence.Surroundings(profiles)
    say("comparing")
    scored = likely_pairs(profiles, around)
    say(f"clustering {len(scored)} pairs")
    homes = clusters_of(profiles, scored, around)
    names: dict[int, str] = {}
    for record, content in zip(records, contents, strict=True):
        home, own = homes[place[content]], str(record.id)
        if home not in names or _order(own) < _order(names[home]):
            names[home] = own
    return [names[homes[place[content]]] for content in contents]


def _order(identity: str) -> tuple[int, str]:
    """9 before 10, M001 before M010."""
    return (len(identity), identity)
