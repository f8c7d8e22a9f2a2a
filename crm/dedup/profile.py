"""A record taken apart once, so that comparing it with sixty others costs only comparisons."""

from __future__ import annotations

from operator import attrgetter
from typing import Any

from crm.dedup import normalise as norm
from crm.dedup import places, sounds
from crm.dedup.record import Record

MANY = 6  # phones, contacts and former names beyond this many are not looked at


class Alias:
    """A former name, as far as matching needs it."""

    __slots__ = ("brand", "core", "full")

    def __init__(self, full: str, core: str, brand: str) -> None:
        self.full, self.core, self.brand = full, core, brand

    @classmethod
    def of(cls, name: str) -> Alias:
        parts = norm.take_apart(name)
        return cls(parts.full, parts.core, norm.split_trade(parts.core)[0])


class Profile:
    """Parsed form of a `Record`.

    full         the whole name, normalised, place and legal form still in it
    core         without place, legal form and branch mark: 字号 + 行业
    brand, trade the 字号 and the 行业 of the core; industry: what the list gives as 行业
    sound        readings of the core, folded (zh=z, -ng=-n), joined by blanks
    place        the deepest place of region, address and name that agree; name_place: of the name alone
    branch       "" or the branch mark (余姚 as code + 分公司): another entity by definition
    code_ok      the USCC passes its check character; organisation: the nine characters that identify
    people       contacts without titles
    written      the name as it was given
    """

    __slots__ = (
        "alias", "branch", "brand", "brand_sound", "chamber", "code", "code_ok", "core", "form",
        "full", "group", "id", "industry", "institution", "joined", "joined_brand", "kind", "latin", "legal", "name_place", "number",
        "organisation", "people", "phones", "place", "places", "road", "room", "sound", "trade", "written",
    )  # fmt: skip

    def __init__(self, record: Record) -> None:
        self.written = record.name.strip()
        self.id: Any = record.id
        parts = norm.take_apart(record.name)
        self.full, self.form, self.group = parts.full, parts.form, parts.group
        self.branch, self.institution, self.latin = parts.branch, parts.institution, parts.latin
        industry = norm.bare(norm.clean(record.industry, 40)) if record.industry else ""
        self.core, self.industry = parts.core, industry
        if self.institution:
            self.brand, self.trade = self.core, ""
        else:
            self.brand, self.trade = norm.split_trade(self.core, industry)
            if not self.trade and _is_trade(self.core):
                # 杭州西湖电子: what looked like a place is the 字号
                restored = _with_last_place(parts)
                if restored != self.core:
                    self.core = restored
                    self.brand, self.trade = norm.split_trade(restored, industry)
        self.sound = " ".join([sounds.folded(sounds.syllable(c)) for c in self.core])
        self.brand_sound = " ".join([sounds.folded(sounds.syllable(c)) for c in self.brand])
        self.joined = "".join([sounds.syllable(c) for c in self.core[:12]])
        self.joined_brand = "".join([sounds.syllable(c) for c in self.brand[:12]])
        self.name_place = parts.place
        region = places.read(norm.clean(record.region, 60))[0] if record.region else ""
        address_place, self.road, self.number, self.room = (
            norm.address(record.address) if record.address else ("", "", "", "")
        )
        self.code, self.code_ok, self.organisation = norm.code_of(record.uscc)
        self.places = tuple(place for place in (region, address_place, parts.place) if place)
        self.place = _deepest(region, address_place, parts.place)
        self.legal = norm.person(record.legal_rep) if record.legal_rep else ""
        people = [norm.person(contact) for contact in record.contacts[:MANY]]
        self.people = tuple(dict.fromkeys(person for person in people if person))
        numbers = [norm.phone_digits(phone) for phone in record.phones[:MANY]]
        self.phones = tuple(dict.fromkeys(number for number in numbers if number))
        self.chamber = norm.bare(norm.clean(record.chamber, 40)) if record.chamber else ""
        self.kind = record.kind
        self.alias = tuple(
            Alias.of(name) for name in dict.fromkeys((*record.former_names[:MANY], *parts.alias[:MANY]))
        )

    @property
    def bigrams(self) -> frozenset[str]:
        core = self.core
        return frozenset([core[i : i + 2] for i in range(len(core) - 1)])


_PACKED = tuple(slot for slot in Profile.__slots__ if slot not in ("alias", "id"))
_values = attrgetter(*_PACKED)


def packed(profile: Profile) -> tuple[Any, ...]:
    """Nothing but strings, truth values and tuples of them: all of a profile except the record's id."""
    return (tuple([(alias.full, alias.core, alias.brand) for alias in profile.alias]), *_values(profile))


def unpacked(values: tuple[Any, ...]) -> Profile:
    """What `packed` gave, made into an equal profile again, without an id."""
    profile = Profile.__new__(Profile)
    profile.id = None
    profile.alias = tuple([Alias(*alias) for alias in values[0]]) if values[0] else ()
    for slot, value in zip(_PACKED, values[1:], strict=True):
        setattr(profile, slot, value)
    return profile


def _is_trade(core: str) -> bool:
    words, _longest = norm._trades()
    return core in words or (len(core) > 4 and norm.split_trade("  " + core)[0] == "  ")


def _with_last_place(parts: norm.NameParts) -> str:
    at = parts.full.find(parts.core)
    head = parts.full[:at] if at > 0 else ""
    for size in range(2, min(6, len(head)) + 1):
        if head[-size:] in places.gazetteer().codes:
            return places.short_of(head[-size:]) + parts.core
    return parts.core


def _deepest(*candidates: str) -> str:
    """The first place, made deeper by later ones that lie inside it."""
    best = ""
    for place in candidates:
        if place and (not best or (len(place) > len(best) and place.startswith(best))):
            best = place
    return best


def profile_of(record: Record) -> Profile:
    """The parsed form of `record`, made at the first call and kept on it."""
    made: Profile | None = record._profile
    if made is None:
        made = record._profile = Profile(record)
    return made
