"""Under which keys an enterprise is found: for a look-up table while typing, for the pairs of a whole file.

Both use the same idea: two records of one merchant share at least one of a few short keys. A key that very
many records share costs more than it finds, so every fan-out is bounded (`candidates`).
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

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
    if profile.brief:
        cores.append((profile.bare.core, profile.bare.brand, ""))
    cores += [(alias.core, alias.brand, "") for alias in profile.alias[:2]]
    for core, brand, _sound in cores:
        add("c", core)
        if len(core) >= 2:
            add("y", "".join(sounds.folded(sounds.syllable(c)) for c in core[:10]))
        if len(brand) >= 2:
            add("g", brand)
            add("y", "".join(map(sounds.syllable, brand[:8])))
    add("y", profile.latin_brand)
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


def blocks_of(profile: Profile) -> Iterator[str]:
    """Keys of the exact blocks of one record: who shares one is compared."""
    city = profile.place[:4]
    if profile.organisation:
        yield "u" + profile.organisation
    elif profile.code:
        yield "u" + profile.code
    for phone in profile.phones:
        yield "p" + phone[-8:]
    core = profile.core
    if profile.brief:
        yield "c" + profile.brief
        yield f"h{profile.brief[:2]}{city}"
    if profile.latin_brand:
        yield "w" + profile.latin_brand
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


def grams_of(profile: Profile) -> list[str]:
    """What two names may share in part; only the rare ones count. Some may come twice."""
    core = profile.core[:16]
    reads = profile.sound.split(" ")[:16]
    grams = profile.bigrams
    grams += [f"{one} {two}" for one, two in pairwise(reads)]
    if len(core) >= 3:
        grams += (f"{core[0]}_{core[2]}", f"^{core[:2]}")
    if len(core) >= 2:
        grams += ("^" + profile.joined[:7], "^" + " ".join(reads[:2]))
        if len(core) >= 4:
            grams += (f"{core[0]}~{core[2:4]}", f"{core[1]}~{core[2:4]}")
    if profile.brief:
        grams += ("^" + profile.brief[:2], "^" + profile.bare.joined[:7])
    if profile.latin_brand:
        grams.append("^" + profile.latin_brand[:7])
    grams += ["^" + word.lower()[:7] for word in profile.latin]
    for alias in profile.alias:
        grams += [alias.core[i : i + 2] for i in range(len(alias.core) - 1)]
    return grams
