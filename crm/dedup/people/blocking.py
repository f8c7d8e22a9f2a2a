"""Under which keys a person is found: for a look-up table while typing, for the pairs of a whole file."""

from __future__ import annotations

from collections.abc import Iterator

from crm.dedup.people.profile import PersonProfile, profile_of
from crm.dedup.record import Person

KEY_LENGTH = 40
MOST_KEYS = 30

# How much a shared key of this kind says; see `crm.dedup.blocking.KEY_STRENGTH`.
PEOPLE_KEY_STRENGTH: dict[str, int] = {
    "p": 10,  # phone, national form; p: + last eight digits for a landline
    "x": 9,  # name and firm
    "w": 8,  # name and native city
    "n": 6,  # whole name
    "y": 5,  # its readings, or its spelling in letters
    "f": 4,  # surname and firm
    "d": 3,  # first or last seven digits of a mobile: one wrong digit
}


def people_keys_of(person: Person) -> list[str]:
    """Look-up keys, strongest first; the same for a stored person and for a question.

    At most `MOST_KEYS` keys of at most `KEY_LENGTH` characters, no doubles. Letter keys are the same for
    `Wang Jianguo`, `Jianguo Wang` and 王建国.
    """
    return keys_of_profile(profile_of(person))


def keys_of_profile(profile: PersonProfile) -> list[str]:
    keys: dict[str, None] = {}

    def add(kind: str, value: str) -> None:
        if value:
            keys.setdefault(f"{kind}:{value}"[:KEY_LENGTH])

    name = profile.name
    whole = "" if name.bare else name.full
    for phone in profile.phones[:4]:
        add("p", phone)
        if phone[0] != "1" and len(phone) > 8:
            add("p", phone[-8:])
            add("p", phone[-7:])
    for firm in profile.firms[:4]:
        if whole:
            add("x", f"{whole[:12]}/{firm.brand}")
    if whole and len(profile.home) >= 4:
        add("w", f"{whole[:12]}/{profile.home[:4]}")
    add("n", whole)
    for spelled in name.spelled[:4]:
        add("y", spelled)
    for part in name.parts if len(name.parts) > 1 and whole else ():
        if len(part) > 1:
            add("n", part)
    for firm in profile.firms[:4]:
        if name.surname:
            add("f", f"{name.surname}/{firm.brand}")
    for phone in profile.phones[:2]:
        if phone[0] == "1" and len(phone) >= 10:
            add("d", phone[:7])
            add("d", phone[-7:])
    return list(keys)[:MOST_KEYS]


def blocks_of(profile: PersonProfile) -> Iterator[str]:
    """Keys of the exact blocks of one person in a whole file: who shares one is compared."""
    name = profile.name
    city, chamber = profile.home[:4], profile.chamber
    for phone in profile.phones:
        yield "p" + phone[-11:]
        if phone[0] == "0":
            yield "p" + phone[-7:]
    given = name.given or name.masked[1:]
    if len(given) == 2:
        # one character wrong, left out by a mask, or the two exchanged
        first, last = given[0], given[1]
        for mark in (city if len(city) == 4 else "", chamber):
            if mark:
                yield f"g{name.surname}{first}_/{mark}"
                yield f"g{name.surname}_{last}/{mark}"
        if first != "*" != last:
            yield f"g{name.surname}{min(given)}{max(given)}"
    if name.bare or name.masked:
        for firm in profile.firms:
            yield f"f{name.surname}{firm.brand}"
        if chamber and len(city) == 4:
            yield f"c{name.surname}{chamber}{city}"
        return
    # A common name fills a block of its own; with a city or a firm beside it the block is small again.
    marks = [city] if len(city) == 4 else []
    marks += [firm.brand_sound for firm in profile.firms]
    if chamber:
        marks.append(chamber)
    for spelled in name.spelled[:3]:
        yield "y" + spelled
        for mark in marks:
            yield f"y{spelled}/{mark}"
    if name.sound:
        yield "s" + name.sound
        for mark in marks:
            yield f"s{name.sound}/{mark}"
    for firm in profile.firms:
        if name.surname:
            yield f"f{name.surname}{firm.brand}"
        elif name.spelled:
            yield f"l{name.spelled[0][:4]}{firm.brand}"
    if name.surname and chamber and len(city) == 4:
        yield f"c{name.surname}{chamber}{city}"
    if len(name.parts) > 1 and name.full:
        for part in name.parts:
            yield "y" + part


def grams_of(profile: PersonProfile) -> tuple[str, ...]:
    """None: a name of two or three characters is shared whole, by sound or not at all."""
    return ()
