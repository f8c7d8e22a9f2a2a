"""A person taken apart once, so that comparing them with sixty others costs only comparisons."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from operator import attrgetter
from typing import Any

from crm.dedup import normalise as norm
from crm.dedup import places
from crm.dedup.people.names import PersonName, person_name
from crm.dedup.profile import Profile
from crm.dedup.record import Person, Record

MANY = 6  # phones and firms beyond this many are not looked at

_MOBILE = re.compile(r"(?<!\d)(?:\+?\s*86[-\s]*|0)?(1[3-9]\d[-\s]?\d{4}[-\s]?\d{4})(?!\d)")
_RUN = re.compile(r"[\d+()\- ]{7,}")
_AS_DIGIT = re.compile(r"(?<=\d)[\dOoIl]+|(?<![A-Za-z])[Il](?=\d{10})")
_LETTERS = str.maketrans("OoIl", "0011")
_NOTE = re.compile(r"\([^()]*\)|(?<=会)(?:会员单位|会员|理事单位|理事)$")
_ADMINISTRATIVE = re.compile("[省市县区]")


class Firm:
    """A firm's name as far as people are told apart by it; made from the enterprise's own profile."""

    __slots__ = ("brand", "brand_sound", "core", "former", "full", "sound", "trade")

    def __init__(self, name: str) -> None:
        made = Profile(Record(name))
        self.full, self.core = made.full, made.core
        self.brand, self.trade = made.brand, made.trade
        self.sound, self.brand_sound = made.sound, made.brand_sound
        self.former = tuple(alias.core for alias in made.alias)


@lru_cache(maxsize=16_384)
def firm_of(name: str) -> Firm:
    return Firm(_BEHIND.sub("", name))


# …有限公司市场部, …有限公司董事长, …有限公司 总经理
_BEHIND = re.compile(
    r"(?<=公司)[\s,，-]*(?:[一-鿿]{0,6}部|副?董事长|副?总经理|总裁|执行董事|董事|监事|法人|经理|负责人|老板|会长|厂长|总监)$"
)


class PersonProfile:
    """Parsed form of a `Person`.

    name      the name taken apart (`names.PersonName`)
    phones    national digits, those written into the name cell as well
    firms     the firms' names taken apart
    home      native place as a prefix of a division code (33, 3308, 330802)
    chamber   without 省市县区: 杭州市永康商会 and 杭州永康商会 are one
    office    what the list gives as title
    """

    __slots__ = ("chamber", "firms", "home", "id", "name", "office", "phones")

    def __init__(self, record: Person) -> None:
        self.id: Any = record.id
        self.name = person_name(record.name)
        cells = [*record.phones[:MANY], *self.name.numbers]
        numbers = [number for cell in cells for number in numbers_of(cell)]
        self.phones = tuple(dict.fromkeys(numbers))[:MANY]
        firms = [firm_of(company) for company in record.companies[:MANY]]
        self.firms = tuple(firm for firm in firms if len(firm.core) >= 2)
        self.home = _home(record.native_place) if record.native_place else ""
        self.chamber = _chamber(record.chamber) if record.chamber else ""
        self.office = norm.bare(norm.clean(record.title, 20)) if record.title else ""


def numbers_of(cell: str) -> list[str]:
    """All phones in one cell, national form: `13800000000 13900000000（微信同号）` holds two."""
    text = unicodedata.normalize("NFKC", cell[:160])
    text = _AS_DIGIT.sub(lambda found: found.group().translate(_LETTERS), text)
    mobiles = [re.sub(r"\D", "", number) for number in _MOBILE.findall(text)]
    if len(mobiles) > 1:
        rest = _MOBILE.sub(" / ", text)
        return mobiles + [digits for run in _RUN.findall(rest) if (digits := norm.phone_digits(run))]
    digits = norm.phone_digits(text)
    if mobiles and len(digits) != 11:
        return mobiles
    return [digits] if digits else []


@lru_cache(maxsize=4_096)
def _home(text: str) -> str:
    return places.read(norm.bare(norm.clean(text, 60)).removesuffix("人"))[0]


@lru_cache(maxsize=4_096)
def _chamber(text: str) -> str:
    plain = norm.bare(_NOTE.sub("", norm.clean(text, 40))) or norm.bare(text)
    return _ADMINISTRATIVE.sub("", plain) or plain


def profile_of(record: Person) -> PersonProfile:
    """The parsed form of `record`, made at the first call and kept on it."""
    made: PersonProfile | None = record._profile
    if made is None:
        made = record._profile = PersonProfile(record)
    return made


_firm_values = attrgetter(*Firm.__slots__)
_name_values = attrgetter(*PersonName.__slots__)


def packed(profile: PersonProfile) -> tuple[Any, ...]:
    """Nothing but strings, truth values and tuples of them: all of a profile except the record's id."""
    firms = tuple([_firm_values(firm) for firm in profile.firms])
    return (
        _name_values(profile.name), firms, profile.phones, profile.home, profile.chamber, profile.office
    )  # fmt: skip


def unpacked(values: tuple[Any, ...]) -> PersonProfile:
    """What `packed` gave, made into an equal profile again, without an id."""
    profile = PersonProfile.__new__(PersonProfile)
    profile.id = None
    name, firms, profile.phones, profile.home, profile.chamber, profile.office = values
    profile.name = _filled(PersonName, name)
    profile.firms = tuple([_filled(Firm, firm) for firm in firms])
    return profile


def _filled(kind: Any, values: tuple[Any, ...]) -> Any:
    made = kind.__new__(kind)
    for slot, value in zip(kind.__slots__, values, strict=True):
        setattr(made, slot, value)
    return made
