"""Which records are worth comparing: keys for a look-up table, candidate pairs for a whole file.

Both use the same idea: two records of one merchant share at least one of a few short keys. A key that very
many records share costs more than it finds, so every fan-out is bounded.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from itertools import chain, combinations, pairwise

from crm.dedup import sounds
from crm.dedup.profile import Profile, profile_of
from crm.dedup.record import Record

KEY_LENGTH = 40
MOST_KEYS = 40

# How much a shared key of this kind says. A look-up that must choose among many records adds these up and
# keeps the highest, sixty or so.
KEY_STRENGTH: dict[str, int] = {
    "u": 20,  # organisation part of the USCC
    "n": 12,  # whole normalised name
    "c": 10,  # core: 字号 + 行业
    "p": 10,  # phone, national form; p: + last eight digits for a landline
    "y": 8,  # readings of the core, and Latin words
    "g": 8,  # 字号 alone
    "a": 6,  # road, number and city
    "m": 5,  # a person's name
    "t": 4,  # first character of the 字号 + beginning of the 行业
    "k": 3,  # first and third character: one wrong in the middle
    "b": 3,  # two neighbouring characters of the core
    "s": 2,  # two neighbouring readings of the 字号
}


def keys_of(record: Record) -> list[str]:
    """Look-up keys, strongest first; the same for a stored record and for a question.

    At most `MOST_KEYS` keys of at most `KEY_LENGTH` characters, no doubles. Two characters of a 字号 are
    enough to share a `b:` key with the whole name.
    """
    return keys_of_profile(profile_of(record))


def keys_of_profile(profile: Profile) -> list[str]:
    keys: dict[str, None] = {}

    def add(kind: str, value: str) -> None:
        if value:
            keys.setdefault(f"{kind}:{value}"[:KEY_LENGTH])

    add("u", profile.organisation or profile.code)
    for phone in profile.phones[:4]:
        add("p", phone)
        if phone[0] != "1" and len(phone) > 8:
            add("p", phone[-8:])
            add("p", phone[-7:])
    add("n", profile.full)
    cores = [(profile.core, profile.brand, profile.sound)]
    cores += [(alias.core, alias.brand, "") for alias in profile.alias[:2]]
    for core, brand, _sound in cores:
        add("c", core)
        if len(core) >= 2:
            add("y", "".join(sounds.folded(sounds.syllable(c)) for c in core[:10]))
        if len(brand) >= 2:
            add("g", brand)
            add("y", "".join(map(sounds.syllable, brand[:8])))
    for word in profile.latin[:3]:
        if len(word) >= 4:
            add("y", word.lower())
    if profile.road and profile.number:
        add("a", profile.place[:4] + profile.road[-6:] + profile.number)
    for person in dict.fromkeys((profile.legal, *profile.people[:3])):
        if len(person) >= 2:
            add("m", person)
    for core, brand, _sound in cores:
        if len(brand) == 2 and len(core) >= 4:
            add("t", brand[0] + core[2:4])
        if len(brand) >= 3:
            add("k", brand[0] + brand[2])
        # up to one character into the 行业: what is typed so far need not end where the 字号 does
        reach = min(len(core), len(brand) + 1, 12)
        for at in range(reach - 1):
            add("b", core[at : at + 2])
        for at in range(min(len(brand), 8) - 1):
            add("s", "".join(sounds.folded(sounds.syllable(c)) for c in brand[at : at + 2]))
    return list(keys)[:MOST_KEYS]


# --- a whole file -----------------------------------------------------------------------------------

BLOCK = 14  # records in a block of which all pairs are taken; in larger ones only near neighbours
NEIGHBOURS = 3
GRAM_LEAST, GRAM_FACTOR = 60, 0.45  # most records a rare n-gram may occur in: max(60, 0.45 * sqrt(n))
NEAREST = 7  # candidates kept for each record from the n-grams


def _blocks(profile: Profile) -> Iterator[str]:
    """Keys of the exact blocks of one record."""
    city = profile.place[:4]
    if profile.organisation:
        yield "u" + profile.organisation
    elif profile.code:
        yield "u" + profile.code
    for phone in profile.phones:
        yield "p" + phone[-8:]
    core = profile.core
    if len(core) >= 2:
        yield "c" + core
        yield "y" + profile.sound
        yield f"h{core[:2]}{city}"
        if profile.brand_sound and len(profile.brand) >= 2:
            yield f"s{profile.brand_sound}/{city}"
    for alias in profile.alias:
        yield "c" + alias.core
    people = {profile.legal, *profile.people}
    for person in people:
        if len(person) >= 2:
            yield f"l{person}{city}"
            yield f"m{person}{core[:1]}"
    if profile.number:
        yield f"a{profile.road}{profile.number}{city}"
    for word in profile.latin:
        if len(word) >= 5:
            yield "w" + word.lower()
    if len(profile.brand) >= 2:
        yield "w" + profile.joined_brand


def _grams(profile: Profile) -> set[str]:
    core = profile.core[:16]
    reads = profile.sound.split(" ")[:16]
    grams = set(profile.bigrams)
    grams.update([f"{one} {two}" for one, two in pairwise(reads)])
    if len(core) >= 3:
        grams.update((f"{core[0]}_{core[2]}", f"^{core[:2]}"))
    if len(core) >= 2:
        grams.add("^" + profile.joined[:7])
        if len(core) >= 4:
            grams.add(f"{core[0]}~{core[2:4]}")
            grams.add(f"{core[1]}~{core[2:4]}")
    for word in profile.latin:
        grams.add("^" + word.lower()[:7])
    for alias in profile.alias:
        grams.update(alias.core[i : i + 2] for i in range(len(alias.core) - 1))
    return grams


def candidate_pairs(profiles: Sequence[Profile]) -> set[tuple[int, int]]:
    """Pairs (i, j), i < j, of positions worth comparing.

    A few for each record whatever its data: a block larger than `BLOCK` gives each record only
    `NEIGHBOURS` neighbours in the order of their names, an n-gram commoner than its bound gives none.
    """
    pairs: set[tuple[int, int]] = set()
    blocks: dict[str, list[int]] = defaultdict(list)
    for at, profile in enumerate(profiles):
        for key in set(_blocks(profile)):
            blocks[key].append(at)
    while blocks:
        key, members = blocks.popitem()
        if len(members) < 2:
            continue
        if len(members) <= BLOCK:
            pairs.update(combinations(members, 2))
            continue
        members.sort(key=lambda at: (profiles[at].core, profiles[at].full, at))
        for step in range(1, NEIGHBOURS + 1):
            pairs.update(
                (one, two) if one < two else (two, one)
                for one, two in zip(members, members[step:], strict=False)
            )
    pairs.update(_nearest(profiles))
    return pairs


def _nearest(profiles: Sequence[Profile]) -> Iterator[tuple[int, int]]:
    """For each record the few that share the most rare n-grams with it."""
    grams = [_grams(profile) for profile in profiles]
    frequency = Counter(chain.from_iterable(grams))
    most = max(GRAM_LEAST, int(GRAM_FACTOR * len(profiles) ** 0.5))
    postings: dict[str, list[int]] = defaultdict(list)
    for at, own in enumerate(grams):
        own_rare = [gram for gram in own if 1 < frequency[gram] <= most]
        grams[at] = own_rare  # type: ignore[call-overload]
        for gram in own_rare:
            postings[gram].append(at)
            if frequency[gram] * 6 <= most:
                postings[gram].append(at)  # a rarer n-gram counts twice
    for at, own in enumerate(grams):
        shared = Counter(chain.from_iterable([postings[gram] for gram in own]))
        del shared[at]
        if not shared:
            continue
        best = [(-count, other) for other, count in shared.items() if count > 1]
        if len(best) > NEAREST:
            best.sort()
            del best[NEAREST:]
        for _count, other in best:
            yield (at, other) if at < other else (other, at)
