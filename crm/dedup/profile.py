"""A record taken apart once, so that comparing it with sixty others costs only comparisons."""

from __future__ import annotations

import re
from functools import lru_cache
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
    brief        the core without what may be a place in front of it (浙, 北仑), "" if there is none; `bare` as a name
    whole        the name without legal form, branch mark and 集团, but with its place; inner: a place in brackets
    only_name    nothing but the name is known
    latin_brand  the 字号 in Latin letters, where the name is written so; latin_trade: its trade in Chinese
    """

    __slots__ = (
        "_bare", "alias", "branch", "brand", "brand_sound", "brief", "chamber", "code", "code_ok", "core", "form",
        "full", "group", "id", "industry", "inner", "institution", "joined", "joined_brand", "kind", "latin", "latin_brand", "latin_trade",
        "legal", "name_place", "number",
        "only_name", "organisation", "people", "phones", "place", "places", "road", "room", "sound", "trade", "whole", "written",
    )  # fmt: skip

    def __init__(self, record: Record) -> None:
        self.written = record.name.strip()
        self.id: Any = record.id
        parts = norm.take_apart(record.name)
        self.full, self.form, self.group = parts.full, parts.form, parts.group
        self.branch, self.institution, self.latin = parts.branch, parts.institution, parts.latin
        industry = norm.label(record.industry) if record.industry else ""
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
        self.latin_brand, self.latin_trade = parts.latin_brand, parts.latin_trade
        self.whole, self.inner = parts.whole, parts.inner
        self._sounds()
        self.name_place = parts.place
        self._cells(record, parts)
        self.brief = "" if self.institution or self.latin_brand else places.brief_head(self.core, self.place)
        self._bare: Profile | None = None
        self.only_name = not (
            self.phones or self.legal or self.people or self.code or self.road or self.industry or self.chamber
            or len(self.places) > (1 if parts.place else 0)
        )  # fmt: skip
        self.kind = record.kind
        self.alias: tuple[Alias, ...] = ()
        if record.former_names or parts.alias:
            names = dict.fromkeys((*record.former_names[:MANY], *parts.alias[:MANY]))
            self.alias = tuple(map(Alias.of, names))

    def _sounds(self) -> None:
        syllables = list(map(sounds.syllable, self.core))
        if self.latin_brand and self.core.isascii():
            syllables = list(sounds.spelt(self.latin_brand[:24]))
        folded = list(map(sounds.folded, syllables))
        size = len(self.brand) if self.core else 0
        self.sound, self.brand_sound = " ".join(folded), " ".join(folded[:size])
        self.joined, self.joined_brand = "".join(syllables[:12]), "".join(syllables[: min(size, 12)])

    def _cells(self, record: Record, parts: norm.NameParts) -> None:
        """Everything but the name. What stands in another column (a phone beside a contact) is read there."""
        contacts, phones, uscc = record.contacts[:MANY], list(record.phones[:MANY]), record.uscc
        region, address = record.region, record.address
        for contact in contacts:
            if _SEVEN_DIGITS.search(contact):
                phones.append(contact)
        if uscc and _MOBILE_ALONE.match(uscc):
            phones.append(uscc)
        for cell in record.phones[:MANY]:
            if len(cell) == 18 and cell[:2] in ("91", "92", "93"):
                phones.remove(cell)
                if not norm.code_of(uscc)[1]:
                    uscc = cell
        names = [contact for contact in contacts if not contact.isdigit()]
        names += [cell for cell in phones if cell and not any(map(str.isdigit, cell))]
        if region and not region.isalpha() and not region.isdigit() and any(map(str.isdigit, region)):
            region, address = address, region
        region = _region(region) if region else ""
        address_place, self.road, self.number, self.room = (
            norm.address(address) if address else ("", "", "", "")
        )
        self.code, self.code_ok, self.organisation = norm.code_of(uscc)
        self.places = tuple([place for place in (region, address_place, parts.place) if place])
        self.place = _deepest(region, address_place, parts.place)
        self.legal = norm.person(record.legal_rep) if record.legal_rep else ""
        self.people = tuple(dict.fromkeys([person for person in map(norm.person, names) if person]))
        numbers = [number for cell in phones for number in norm.phones_in(cell)]
        self.phones = tuple(dict.fromkeys(numbers[:MANY]))
        self.chamber = norm.label(record.chamber) if record.chamber else ""

    @property
    def bare(self) -> Profile:
        """The same merchant under the `brief` core; itself where there is none."""
        if not self.brief:
            return self
        if self._bare is None:
            self._bare = self.called(self.brief)
        return self._bare

    def called(self, core: str) -> Profile:
        """The same merchant under another core."""
        other = Profile.__new__(Profile)
        for slot in Profile.__slots__:
            setattr(other, slot, getattr(self, slot))
        other.core, other.brief = core, ""
        other.full = self.full.replace(self.core, core, 1)
        other.brand, other.trade = norm.split_trade(core, self.industry)
        other._sounds()
        return other

    @property
    def bigrams(self) -> list[str]:
        core = self.core
        return [core[i : i + 2] for i in range(len(core) - 1)]


@lru_cache(maxsize=20_000)
def _region(cell: str) -> str:
    return places.region_of(norm.bare(norm.clean(cell, 60)))


_SEVEN_DIGITS = re.compile(r"\d[\d -]{6,}")
_MOBILE_ALONE = re.compile(r"^(?:\+?86)?1[3-9]\d{9}$|^0\d{2,3}-\d{7,8}(?:\D.*)?$")
_PACKED = tuple(slot for slot in Profile.__slots__ if slot not in ("alias", "id", "_bare"))
_values = attrgetter(*_PACKED)


def packed(profile: Profile) -> tuple[Any, ...]:
    """Nothing but strings, truth values and tuples of them: all of a profile except the record's id."""
    return (tuple([(alias.full, alias.core, alias.brand) for alias in profile.alias]), *_values(profile))


def unpacked(values: tuple[Any, ...]) -> Profile:
    """What `packed` gave, made into an equal profile again, without an id."""
    profile = Profile.__new__(Profile)
    profile.id = profile._bare = None
    profile.alias = tuple([Alias(*alias) for alias in values[0]]) if values[0] else ()
    for slot, value in zip(_PACKED, values[1:], strict=True):
        setattr(profile, slot, value)
    return profile


def _is_trade(core: str) -> bool:
    return core in norm.trades()[0] or (len(core) > 4 and norm.split_trade("  " + core)[0] == "  ")


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
