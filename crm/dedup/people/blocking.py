"""Under which keys a person is found: for a look-up table while typing, for the pairs of a whole file."""

from __future__ import annotations

from collections.abc import Iterator

from crm.dedup.people.evidence import common_name
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
    city = profile.home[:4] if len(profile.home) >= 4 else ""
    for phone in profile.phones:
        yield "p" + phone
        if phone[0] == "0":
            yield "p" + phone[-7:]
        elif name.surname and len(phone) >= 10:
            # a digit wrong or lost: the beginning or the end is right
            yield f"d{name.surname}{phone[:7]}"
            yield f"e{name.surname}{phone[-4:]}"
    for firm in profile.firms:
        if name.surname:
            yield f"f{name.surname}{firm.brand}"
            yield f"h{name.surname}{firm.brand[:2]}"
        elif name.spelled:
            yield f"l{name.spelled[0][:4]}{firm.brand}"
    given = name.given or name.masked[1:]
    if len(given) == 2:
        # one character wrong, left out by a mask, or the two exchanged
        if city:
            yield f"g{name.surname}{given[0]}_{city}"
            yield f"g{name.surname}_{given[1]}{city}"
            yield f"g_{given}{city}"
        if not name.masked:
            yield f"g{name.surname}{min(given)}{max(given)}"
    elif len(given) == 1 and city and name.full:
        yield f"g{name.surname}{given}_{city}"  # 张晓 for 张晓燕
        yield f"g{name.surname}_{given}{city}"
    if len(given) == 2 and not name.masked:
        # the surname misread or misheard: 除翊策 for 涂翊策
        for firm in profile.firms:
            yield f"g_{given}/{firm.brand_sound}"
    marks = []
    if len(name.given) < 2 or common_name(name):
        # so many bear the name that its block is of no use; with a city, a firm or a chamber it is small again
        marks = [
            mark for mark in (city, profile.chamber, *(firm.brand_sound for firm in profile.firms)) if mark
        ]
    for spelled in name.spelled[:3]:
        key = by_ear(spelled)
        yield "y" + key
        for mark in marks:
            yield f"y{key}/{mark}"
    if len(name.parts) > 1 and name.full:
        for part in name.parts:
            yield "n" + part
    elif not name.surname and name.full:
        yield "n" + name.full


def by_ear(spelled: str) -> str:
    """Letters without what the ear of the south does not tell apart, the same for 王建国 and Wang Jianguo."""
    return spelled.replace("zh", "z").replace("ch", "c").replace("sh", "s").replace("ng", "n")


def grams_of(profile: PersonProfile) -> tuple[str, ...]:
    """None: a name of two or three characters is shared whole, by sound or not at all."""
    return ()
