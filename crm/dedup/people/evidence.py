"""What two persons have in common and what sets them apart: one level for each field, as with enterprises.

Fields: `person` (the names), `phone`, `firm`, `home` (native place), `chamber`, `office`, `gender`, `namesake`
(how many bear that name) and `person_and` (a kind of name + how many ties stand beside it).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from importlib import resources
from itertools import chain

from rapidfuzz.distance import OSA, Indel

from crm.dedup import shapes, sounds
from crm.dedup.evidence import _abbreviates, owners_of
from crm.dedup.normalise import common_brands
from crm.dedup.people.names import PersonName
from crm.dedup.people.profile import Firm, PersonProfile

Level = tuple[str, str]

SHARED_PHONE = 4  # names under one phone from which it is a secretary's and says little
# Namesakes that chance alone would put among the persons at hand:
COMMON, SEVERAL, RARE = 3.0, 0.3, 0.01


def sightings(profile: PersonProfile) -> Iterator[tuple[str, str, str]]:
    """(kind, value, owner) of all that many may share.

    A phone's owners are told apart by their surnames, so that 王总 beside 王建国 is no second one.
    """
    name = profile.name
    surname = name.sound.split(" ", 1)[0]
    if surname:
        for phone in profile.phones:
            yield "phone", phone, surname
    if name.bare or not name.full:
        return
    whole = name.full
    if name.surname:
        yield "surname", name.surname, whole
        for firm in profile.firms:
            yield "firm", f"{name.surname}/{firm.brand}", name.sound
    for character in name.given[:2]:
        yield "given", character, whole
    if len(profile.home) >= 4:
        yield "home", whole, profile.home[:4]
    if profile.chamber:
        yield "chamber", whole, profile.chamber


def asked(profile: PersonProfile) -> Iterator[tuple[str, str]]:
    """(kind, value) of all that `levels` may look up around this person: also what a bare 王总 does not add to."""
    name = profile.name
    yield from (("phone", phone) for phone in profile.phones)
    yield from (("firm", f"{name.surname}/{firm.brand}") for firm in profile.firms)
    yield from (("home", name.full), ("chamber", name.full))


class Surroundings:
    """How often values occur around a pair, from 2 on: in all rows of a batch, in the candidates when typing.

    phones: surnames beside a phone; homes, chambers: native cities and chambers beside a whole name; firms:
    persons of one surname in a firm (surname/字号).
    """

    __slots__ = ("_given", "_letters", "_surnames", "chambers", "firms", "homes", "phones")

    def __init__(
        self, profiles: Iterable[PersonProfile] = (), counts: Mapping[str, Mapping[str, int]] | None = None
    ) -> None:
        """Counted from `profiles`, or taken from `counts` (kind -> value -> owners) counted elsewhere."""
        if counts is None:
            counts = owners_of(chain.from_iterable(map(sightings, profiles)))
        self.phones, self.firms = counts.get("phone", {}), counts.get("firm", {})
        self.homes, self.chambers = counts.get("home", {}), counts.get("chamber", {})

        self._surnames, self._given = counts.get("surname", {}), counts.get("given", {})
        self._letters = sum(self._given.values())

    @classmethod
    def of_candidates(cls, profiles: Iterable[PersonProfile]) -> Surroundings:
        """Around those whom a look-up gave. They have like names because they were looked for by them, so how
        common a name is they cannot tell."""
        counts = owners_of(
            one for one in chain.from_iterable(map(sightings, profiles)) if one[0] not in _OF_NAMES
        )
        return cls(counts=counts)

    def namesakes(self, name: PersonName) -> float:
        """How many persons of this name chance alone would put among those at hand."""
        if not self._letters or not name.given or not name.surname:
            return 0.0
        expected = float(self._surnames.get(name.surname, 1))
        for character in name.given[:2]:
            expected *= self._given.get(character, 1) / self._letters
        return expected * (_SHORT if len(name.given) == 1 else 1.0)

    def several(self, whole: str) -> bool:
        """Whether this name is given with more than one native city or chamber."""
        return whole in self.homes or whole in self.chambers


_OF_NAMES = frozenset({"surname", "given"})
_SHORT = 0.15  # share of given names that have one character


NOTHING_KNOWN = Surroundings()


@lru_cache(maxsize=1)
def _common() -> tuple[frozenset[str], frozenset[str]]:
    source = resources.files(__package__).joinpath("common_names.txt")
    rows = [line.split() for line in source.read_text(encoding="utf-8").splitlines() if line[:1] != "#"]
    return frozenset(rows[0]), frozenset(word for row in rows[1:] for word in row)


def common_name(name: PersonName) -> bool:
    """张伟, 王秀英: one of the commonest surnames with one of the commonest given names."""
    surnames, given = _common()
    return name.given in given and name.surname in surnames


# --- names ------------------------------------------------------------------------------------------


def name_level(a: PersonName, b: PersonName) -> str:
    """How the two names stand to each other; the strongest level that holds."""
    if a.beside != b.beside:
        return "beside" if a.full == b.full else "other" if a.full and b.full else "none"
    one, two = a.full, b.full
    if one and two:
        if a.bare or b.bare:
            if a.surname == b.surname:
                return "title"
            return "none" if not a.surname or not b.surname else _surname_by_ear(a, b)
        return "same" if one == two else _characters_level(a, b)
    if a.masked or b.masked:
        return _masked_level(a, b)
    if a.spelled and b.spelled and any(spelled in b.spelled for spelled in a.spelled):
        return "spelled"
    if a.spelled or b.spelled:
        return _letters_level(a, b)
    return "none"


def _surname_by_ear(a: PersonName, b: PersonName) -> str:
    return (
        "title_sound"
        if sounds.alike(a.surname[0], b.surname[0]) and len(a.surname) == len(b.surname)
        else "other"
    )


def _characters_level(a: PersonName, b: PersonName) -> str:
    one, two = a.full, b.full
    if a.sound == b.sound or sounds.same_by_ear(one, two):
        if a.surname != b.surname:
            return "sound_surname"
        return "sound" if any(spelled in b.spelled for spelled in a.spelled) else "sound_near"
    if (a.parts and b.parts) or len(one) > 4 or len(two) > 4:
        return _pointed_level(a, b)
    if a.surname != b.surname:
        if a.given == b.given and len(a.surname) == len(b.surname) and all(map(_alike, a.surname, b.surname)):
            return "sound_surname"
        if (len(one) == 2 and one == b.given) or (len(two) == 2 and two == a.given):
            return "given"
        return "other"
    mine, theirs = a.given, b.given
    if len(mine) == len(theirs):
        unlike = [(x, y) for x, y in zip(mine, theirs, strict=True) if x != y]
        if all(_alike(x, y) for x, y in unlike):
            return "look"
        if len(mine) == 2 and mine == theirs[::-1]:
            return "swapped"
        return "kin" if len(unlike) < len(mine) else "other"
    shorter, longer = (mine, theirs) if len(mine) < len(theirs) else (theirs, mine)
    return "short" if shorter in longer else "other"


def _alike(one: str, two: str) -> bool:
    return sounds.alike(one, two) or _look_alike(one, two)


def misheard(a: PersonName, b: PersonName) -> bool:
    """Two whole names that are one to an ear which tells neither n from l nor f from h (毛启岚, 毛启南). In a list
    that is no evidence, two sisters are called so; who is typing such a name can tell."""
    one, two = a.full, b.full
    return len(one) == len(two) > 1 and one != two and all(map(_misheard, one, two))


def _misheard(one: str, two: str) -> bool:
    return one == two or not _southern(one).isdisjoint(_southern(two))


@lru_cache(maxsize=10_000)
def _southern(character: str) -> frozenset[str]:
    return frozenset(
        {"n": "l", "h": "f"}.get(said[:1], said[:1]) + said[1:] for said in sounds.heard(character)
    )


def _look_alike(one: str, two: str) -> bool:
    """More generous than with firms: 陈未央 and 陈末央 on one phone are one more often than two."""
    table = _lookalikes()
    return shapes.alike(one, two) or two in table.get(one, "") or one in table.get(two, "")


@lru_cache(maxsize=1)
def _lookalikes() -> dict[str, str]:
    source = resources.files(__package__).joinpath("lookalikes.txt")
    rows = source.read_text(encoding="utf-8").splitlines()
    return {row[0]: row[1:] for row in rows if row[:1] != "#"}


def _pointed_level(a: PersonName, b: PersonName) -> str:
    """买买提 and 买买提·艾力; 阿卜杜拉·买买提 written with other characters."""
    if (a.parts or b.parts) and set(a.parts or (a.full,)) & set(b.parts or (b.full,)):
        return "part"
    if Indel.normalized_similarity(a.sound, b.sound) >= 0.85:
        return "sound"
    shorter, longer = sorted((a.full, b.full), key=len)
    return "part" if len(shorter) >= 3 and len(longer) >= 5 and longer.startswith(shorter) else "other"


def _masked_level(a: PersonName, b: PersonName) -> str:
    one, two = a.masked or a.full, b.masked or b.full
    if not one or not two:
        return "none"
    if a.bare or b.bare:
        return "title" if a.surname == b.surname else "other"
    if len(one) == len(two) and all(x == y or "*" in (x, y) for x, y in zip(one, two, strict=True)):
        return "masked"
    return "other"


def _letters_level(a: PersonName, b: PersonName) -> str:
    """At least one in letters, perhaps with a given name of another language (David Wang, 王大卫)."""
    if not a.full and not b.full:
        return _two_in_letters(a, b)
    letters, characters = (a, b) if not a.full else (b, a)
    if not characters.full or not letters.spelled:
        return "none"
    size = len(characters.surname) or 1
    surname = "".join(characters.sound.split(" ")[:size])
    others = [part for part in letters.parts if _read(part) != _read(surname)]
    if characters.bare and len(letters.parts) == 1 and _begins(letters.parts[0], characters.surname):
        return "title"  # XIAXUANYIN, 夏女士
    if len(others) < len(letters.parts):
        if characters.bare:
            return "title"
        if not others or not _chinese(others):
            return "spelled_surname"  # David Wang; but Wang Jianjun is not 王建国
    return "spelled_near" if _one_letter(letters, characters) else "other"


def _read(part: str) -> str:
    """吕 is read lv and written lu."""
    return sounds.folded(part).replace("v", "u")


def _begins(word: str, surname: str) -> bool:
    """Whether a whole name in one word begins with that surname, and a Chinese given name follows."""
    said = sounds.person_sound(surname).replace(" ", "").replace("v", "u")
    return word.startswith(said) and len(word) > len(said) and _chinese([word, word[len(said) :]])


def _two_in_letters(a: PersonName, b: PersonName) -> str:
    if not a.spelled or not b.spelled:
        return "none"
    few, more = sorted((a.parts, b.parts), key=len)
    shared = set(few) & set(more)
    if len(few) == 1 and len(more) == 2 and not shared:
        # LISENRU and Li Jack
        surname = next((part for part in more if few[0].startswith(part) and len(few[0]) > len(part)), "")
        given = [part for part in more if part != surname]
        if surname and not _chinese(given) and _chinese([few[0][len(surname) :]]):
            return "spelled_surname"
    if shared and (len(few) == 1 or any(not _chinese(set(parts) - shared) for parts in (few, more))):
        return "spelled_surname"
    return "spelled_near" if _one_letter(a, b) else "other"


def _one_letter(a: PersonName, b: PersonName) -> bool:
    return any(OSA.distance(mine, theirs, score_cutoff=1) <= 1 for mine in a.spelled for theirs in b.spelled)


def _chinese(words: Iterable[str]) -> bool:
    """Whether all of these may be Chinese given names in letters."""
    return all(word not in _ENGLISH and _PINYIN.fullmatch(word) for word in words)


_PINYIN = re.compile(
    "(?:(?:[zcs]h|[bpmfdtnlgkhjqxrzcsyw])(?:i?ang|i?ong|uang|eng|ing|uai|uan|ian|iao|ai|an|ao|ei|en|ia|ie|in|iu|ou|ua|"
    "ue|ui|un|uo|a|e|i|o|u)|ang|eng|ai|an|ao|ei|en|er|ou|a|e|o)+"
)
# English names that read like pinyin
_ENGLISH = frozenset(
    "lisa linda anna nina lina tina dina mina luna susan alan mona lola lulu coco sunny ann".split()
)


# --- the other fields -------------------------------------------------------------------------------


def _phone_level(a: PersonProfile, b: PersonProfile, around: Surroundings) -> Level:
    best: Level = ("", "")
    for mine in a.phones:
        for theirs in b.phones:
            if mine == theirs or _lacks_area(mine, theirs):
                longer = mine if len(mine) >= len(theirs) else theirs
                names = max(around.phones.get(mine, 1), around.phones.get(theirs, 1))
                if names < 3:
                    return ("mobile" if len(longer) == 11 and longer[0] == "1" else "landline"), longer
                best = ("few" if names < SHARED_PHONE else "shared"), longer
    if best[0]:
        return best
    for mine in a.phones:
        for theirs in b.phones:
            if _nearly(mine, theirs):
                return "near", ""
    return ("other", "") if a.phones and b.phones else best


def _lacks_area(one: str, two: str) -> bool:
    """0570-3012345 and 3012345."""
    if len(one) == len(two) or min(len(one), len(two)) < 7 or "0" not in (one[0], two[0]):
        return False
    return one.endswith(two) or two.endswith(one)


def _nearly(one: str, two: str) -> bool:
    """One digit wrong, missing, doubled, or two exchanged."""
    return (
        min(len(one), len(two)) >= 10
        and abs(len(one) - len(two)) <= 1
        and one[:1] == two[:1]
        and OSA.distance(one, two, score_cutoff=1) <= 1
    )


_FIRM_ORDER = ("same", "written", "sister", "sister_common", "other")


def _firm_level(a: PersonProfile, b: PersonProfile) -> Level:
    """The nearest that any firm of the one is to any firm of the other."""
    best, shared = 9, ""
    for mine in a.firms:
        for theirs in b.firms:
            rank = (
                0
                if mine is theirs or mine.core == theirs.core
                else _FIRM_ORDER.index(firm_level(mine, theirs))
            )
            if rank < best:
                best = rank
                shared = mine.full if len(mine.full) >= len(theirs.full) else theirs.full
    if best > 4:
        return "", ""
    level = _FIRM_ORDER[best]
    return level, shared if best < 2 else ""


def firm_level(a: Firm, b: Firm) -> str:
    """Two firms' names: one firm, one firm written in another way, firms of one 字号, or others."""
    one, two = a.core, b.core
    if one == two or a.full == b.full or two in a.former or one in b.former:
        return "same"
    if a.brand == b.brand:
        if not a.trade or not b.trade or _one_trade(a.trade, b.trade):
            return "written"
        return "sister_common" if a.brand in common_brands() else "sister"
    if a.sound == b.sound:
        return "written"
    shorter, longer = (one, two) if len(one) <= len(two) else (two, one)
    if longer.startswith(shorter) or (len(shorter) < len(longer) and _abbreviates(shorter, longer)):
        return "written"
    if len(shorter) >= 4 and OSA.distance(one, two, score_cutoff=1) <= 1:
        return "written"
    if a.brand_sound == b.brand_sound:
        return "written" if not a.trade or not b.trade or _one_trade(a.trade, b.trade) else "sister"
    if _initials(a, b) or _initials(b, a) or Indel.normalized_similarity(one, two) >= 0.8:
        return "written"
    if one[:2] == two[:2] and (one[:3] == two[:3] or one[:2] in (a.brand, b.brand)):
        return "sister_common" if one[:2] in common_brands() else "sister"  # 竞成工具, 竞成应用材料
    return "other"


def _one_trade(one: str, two: str) -> bool:
    return one in two or two in one or one[:2] == two[:2] or one[-2:] == two[-2:]


def _initials(short: Firm, whole: Firm) -> bool:
    """国航 of 中国国际航空: from the whole name, place included."""
    text = short.core
    return (
        2 <= len(text) <= 5
        and len(text) < len(whole.core)
        and text[0] == whole.full[:1]
        and _abbreviates(text, whole.full)
    )


def _home_level(one: str, two: str) -> str:
    size = min(len(one), len(two))
    if not size:
        return ""
    if one[:size] == two[:size]:
        return "county" if size == 6 else "city" if size == 4 else "province"
    return "other_province" if one[:2] != two[:2] else "other_city" if one[:4] != two[:4] else "other_county"


def _chamber_level(one: str, two: str) -> str:
    if not one or not two:
        return ""
    if one == two:
        return "same"
    return "part" if one.endswith(two) or two.endswith(one) else "other"


# A chamber or a firm has one of these at a time.
_ONE_HOLDER = frozenset(
    {"会长", "秘书长", "执行会长", "理事长", "董事长", "总经理", "总裁", "法人", "法定代表人"}
)
_NAMED = frozenset({"same", "sound", "sound_near", "spelled", "look", "masked"})
_HOMOPHONES = 20  # names in characters that are spelled alike, for each that is at hand
_CLASS = {
    "sound_surname": "sound", "look": "sound", "swapped": "sound", "short": "sound", "part": "sound",
    "masked": "sound", "given": "title", "title_sound": "title", "spelled_surname": "title", "spelled_near": "title",
}  # fmt: skip
APART = frozenset({"kin", "other", "beside"})  # whole names of which two persons are certain


def levels(a: PersonProfile, b: PersonProfile, around: Surroundings = NOTHING_KNOWN) -> list[Level]:
    """[(field:level, shared value)], the combined fields at the end."""
    one, two = a.name, b.name
    name = name_level(one, two)
    found: list[Level] = []
    phone, number = _phone_level(a, b, around)
    firm, company = _firm_level(a, b)
    if name in ("title", "title_sound", "spelled_surname") and firm in ("same", "written"):
        # 王总 of a firm that has three persons called 王
        who = one if one.surname else two
        crowd = max(around.firms.get(f"{who.surname}/{each.brand}", 1) for each in (*a.firms, *b.firms))
        if crowd > 1:
            name = "title_several"
    whole = one.whole or two.whole
    found.append((f"person:{name}", whole if name == "same" else ""))
    if phone:
        found.append((f"phone:{phone}", number))
    if firm:
        found.append((f"firm:{firm}", company))
    home = _home_level(a.home, b.home)
    if home:
        found.append((f"home:{home}", ""))
    chamber = _chamber_level(a.chamber, b.chamber)
    if chamber:
        found.append((f"chamber:{chamber}", ""))
    if a.office and a.office == b.office and a.office in _ONE_HOLDER and "same" in (chamber, firm):
        found.append(("office:same", ""))
    if one.gender and two.gender and one.gender != two.gender:
        found.append(("gender:other", ""))
    kind = _CLASS.get(name, name)
    if name in _NAMED:
        borne = _namesake_level(name, one if one.given else two, around)
        found.append((f"namesake:{borne}", ""))
        if borne in ("common", "several") and name != "sound_near":
            kind += "_" + borne
    found.append((f"person_and:{kind}+{_ties(phone, firm, home, chamber)}", ""))
    return found


def _ties(phone: str, firm: str, home: str, chamber: str) -> str:
    """What stands beside the names: a phone of their own and a firm tie hard, native city and chamber softly."""
    hard = phone in ("mobile", "few", "near", "landline"), firm in ("same", "written", "sister")
    if any(hard):
        # a firm, and two phones that differ: also what two relatives have
        return "both" if all(hard) else "phone" if hard[0] else "firm_phones" if phone == "other" else "firm"
    soft = (chamber == "same") + (home in ("county", "city"))
    return ("none", "soft", "softs")[soft]


def _namesake_level(level: str, name: PersonName, around: Surroundings) -> str:
    expected = around.namesakes(name) * (_HOMOPHONES if level == "spelled" else 1)
    if common_name(name) or expected >= COMMON:
        return "common"
    if expected >= SEVERAL or around.several(name.full):
        return "several"
    return "rare" if expected < RARE and len(name.given) != 1 else "usual"


def may_merge(a: PersonProfile, b: PersonProfile) -> bool:
    """False for two whole names that are two persons': 王建国 and 王建军, 王建国 and 王建国夫人."""
    return name_level(a.name, b.name) not in APART
