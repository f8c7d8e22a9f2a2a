"""What two profiles have in common and what sets them apart: one level for each field.

Nothing here weighs anything. `levels` names, for each field, the one level that holds ("phone:mobile");
`weights.json` gives each level its log-odds, and `reasons.WORDS` its words. A level with no weight says
nothing. Missing values make no level: absence is not evidence.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain

from rapidfuzz.distance import OSA, Indel, Levenshtein

from crm.dedup import normalise, places, shapes, sounds
from crm.dedup.normalise import common_brands
from crm.dedup.places import apart
from crm.dedup.profile import Profile
from crm.dedup.shortening import ALONE, shape


def sightings(profile: Profile) -> Iterator[tuple[str, str, str]]:
    """(kind, value, owner) of all that many may share: a phone that twelve firms give is a secretary's.

    Owners are told apart by the sound of the first character of the 字号, so that one firm spelt in three ways
    counts once.
    """
    owner = profile.brand_sound.split(" ", 1)[0]
    for phone in profile.phones:
        yield "phone", phone, owner
    if profile.number:
        yield "address", house_of(profile), owner
    if profile.brand:
        yield "brand", profile.brand, profile.place[:4]
    if len(profile.place) >= 4 and (trade := profile.trade or profile.industry):
        yield "house", _house_of(profile), normalise.trade_sense(trade)[:2]
    if len(profile.core) > 2:
        yield "bearer", profile.core[:2], f"{profile.core[2:4]}/{profile.name_place[:4]}"


def asked(profile: Profile) -> Iterator[tuple[str, str]]:
    """(kind, value) of all that `levels` may look up around this record: also what the record does not add to."""
    yield from ((kind, value) for kind, value, _owner in sightings(profile))
    yield "address", house_of(profile)
    yield "house", _house_of(profile)
    yield "bearer", profile.core[:2]


def _house_of(profile: Profile) -> str:
    return f"{profile.core[:2]}/{profile.place[:4]}"


def house_of(profile: Profile) -> str:
    return f"{profile.road}{profile.number}/{profile.place[:4]}"


class Surroundings:
    """How often values occur around a pair, from 2 on: in all rows of a batch, in the candidates when typing."""

    __slots__ = ("address_owners", "bearers", "houses", "phone_owners", "spread")

    def __init__(
        self, profiles: Iterable[Profile] = (), counts: Mapping[str, Mapping[str, int]] | None = None
    ) -> None:
        """Counted from `profiles`, or taken from `counts` (kind -> value -> owners) counted elsewhere."""
        if counts is None:
            counts = owners_of(chain.from_iterable(map(sightings, profiles)))
        self.phone_owners = counts.get("phone", {})
        self.address_owners = counts.get("address", {})
        self.spread = counts.get("brand", {})
        self.bearers = counts.get("bearer", {})
        self.houses = counts.get("house", {})


def owners_of(seen: Iterable[tuple[str, str, str]]) -> dict[str, dict[str, int]]:
    """kind -> value -> number of its owners, where there are several."""
    owners: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for kind, value, owner in seen:
        owners[kind][value].add(owner)
    return {
        kind: {value: len(them) for value, them in values.items() if len(them) > 1}
        for kind, values in owners.items()
    }


NOTHING_KNOWN = Surroundings()
SHARED_PHONE = 4  # owners from which a phone or an address says little
SHARED_ADDRESS = 4
SPREAD_BRAND = 4  # cities from which a 字号 counts as common


# What other evidence is worth depends on how the names stand: one phone says much of two spellings of one name,
# little of two firms of one house. So each level is weighed beside one of these kinds.
KINDS: dict[str, str] = {
    f"name:{level}": kind
    for kind, those in {
        "equal": "same_full same_core same_alias",
        "spelling": "sound one_alike one_look slip heard brand_kin alike_fit latin_fit",
        "near": "one_other one_brand one_fit one_end one_head two_other close close_head",
        "shorter": "same_bare prefix short brand_bare alike_bare brand_part initials latin",
        "house": "brand_other brand_arm alike_other one_mark stem latin_other",
        "other": "little far none",
    }.items()
    for level in those.split()
} | {ALONE: "alone"}


def name_level(a: Profile, b: Profile) -> str:
    """How the two names stand to each other, former names included; the strongest level that holds."""
    one, two = a.core, b.core
    if not one or not two:
        return "none"
    if a.full == b.full:
        return "same_bare" if _says_little(a) and _says_little(b) else "same_full"
    if (a.alias or b.alias) and _former(a, b):
        return "same_alias"
    if one == two:
        return "same_bare" if _says_little(a) or _says_little(b) else "same_core"
    if a.institution or b.institution:
        return _institutions_level(a, b)
    if one[0] != two[0]:
        # 甬千春工艺 and 千春工艺: what fits the place is taken for the place if that makes the beginnings agree
        if a.brief and sounds.alike(a.brief[0], two[0]):
            a = a.bare
        elif b.brief and sounds.alike(b.brief[0], one[0]):
            b = b.bare
        elif a.brief and b.brief and sounds.alike(a.brief[0], b.brief[0]):
            a, b = a.bare, b.bare
        elif len(one) > 2 < len(two):
            a, b = _without_misspelt_place(a, b)
        if a.core == b.core:
            return "same_bare" if _says_little(a) or _says_little(b) else "same_core"
    return _unequal(a, b)


def _says_little(profile: Profile) -> bool:
    """Nothing but a 字号 is written: any of the firms of that house may be meant."""
    if profile.only_name or profile.trade:
        return False
    return not profile.latin_trade if profile.latin_brand else not profile.form and len(profile.core) < 4


def _without_misspelt_place(a: Profile, b: Profile) -> tuple[Profile, Profile]:
    """台周黄岩区科工 beside 科工: what stands before the beginning of the other name is the place, with a slip."""
    for mine, theirs in ((a, b), (b, a)):
        at = mine.core.find(theirs.core[:2], 1, 9)
        if at < 1 or len(theirs.core) < 2:
            continue
        head = mine.core[:at]
        if head.isascii() or ((place := mine.place or theirs.place) and places.nearly(head, place)):
            shorter = mine.called(mine.core[at:])
            return (shorter, theirs) if mine is a else (theirs, shorter)
    return a, b


def _institutions_level(a: Profile, b: Profile) -> str:
    if a.institution != b.institution:
        return "far" if set(a.bigrams).isdisjoint(b.bigrams) else "little"
    # 上海市衢州商会 and 杭州市衢州商会 differ in two characters and in everything
    one, two = a.core, b.core
    near = min(len(one), len(two)) > 4 and Levenshtein.distance(one, two, score_cutoff=1) <= 1
    return "one_other" if near else "little" if one in two or two in one else "far"


def _unequal(a: Profile, b: Profile) -> str:
    one, two = a.core, b.core
    if (a.latin_brand or b.latin_brand) and (level := _latin_level(a, b)):
        return level
    few = min(len(one), len(two))
    if a.brand == b.brand:
        return "brand_" + _trades(a, b)
    if a.sound == b.sound and few > 1:
        return "sound"
    shorter, longer = (one, two) if len(one) <= len(two) else (two, one)
    if few >= 2 and longer.startswith(shorter):
        return "prefix"
    if few >= 3 and abs(len(one) - len(two)) <= 1 and OSA.distance(one, two, score_cutoff=1) <= 1:
        return _one_character(a, b)
    if few >= 2 and (
        (one[0] in _MARKS and one[1:3] == two[:2]) or (two[0] in _MARKS and two[1:3] == one[:2])
    ):
        return "one_mark"
    if few >= 2 and _brands_alike(a, b):
        trades = _trades(a, b)
        return (
            "alike_bare" if trades == "bare" else "alike_other" if trades in ("other", "arm") else "alike_fit"
        )
    if few >= 2 and (_sounds_begin(a, b) or _sounds_begin(b, a)):
        return "alike_bare"
    if few >= 2 and (
        (few < len(longer) and _abbreviates(shorter, longer)) or _initials(a, b) or _initials(b, a)
    ):
        return "short"
    if (
        len(a.brand) > 1 < len(b.brand)
        and a.trade
        and b.trade
        and OSA.distance(a.brand, b.brand, score_cutoff=1) <= 1
        and _trades(a, b) not in ("other", "arm")
    ):
        return "one_fit"
    if few >= 4 and one[:2] == two[:2] and _stem_only(one, two):
        return "stem"
    if few >= 4 and len(one) == len(two) and _all_mistaken(one, two):
        return "heard"
    if few >= 5 and OSA.distance(one, two, score_cutoff=2) <= 2 and (one[0] == two[0] or one[1:] != two[1:]):
        return "close_head" if one[:2] == two[:2] and one[-1] == two[-1] else "two_other"
    similarity = Indel.normalized_similarity(one, two, score_cutoff=0.45)
    if similarity < 0.72:
        similarity = max(similarity, Indel.normalized_similarity(a.sound, b.sound, score_cutoff=0.54) - 0.1)
    if similarity >= 0.72:
        return "close_head" if one[:2] == two[:2] else "close"
    return "little" if similarity >= 0.45 else "far"


def _all_mistaken(one: str, two: str) -> bool:
    """Two or more characters differ, not more than half, and each may have been taken for the other."""
    unlike = [(x, y) for x, y in zip(one, two, strict=True) if x != y]
    return len(unlike) * 2 <= len(one) and all(_mistaken(x, y) for x, y in unlike)


def _mistaken(one: str, other: str) -> bool:
    """Two characters that are written or read for each other."""
    return sounds.alike(one, other) or shapes.alike(one, other)


def _brands_alike(a: Profile, b: Profile) -> bool:
    """Two 字号 that sound the same, or of which every character may have been taken for the other's."""
    if a.brand_sound == b.brand_sound:
        return True
    one, two = a.brand, b.brand
    if len(one) != len(two) or len(one) < 2:
        return False
    same = 0
    for x, y in zip(one, two, strict=True):
        if x == y:
            same += 1
        elif not _mistaken(x, y):
            return False
    return same > 0


def _sounds_begin(a: Profile, b: Profile) -> bool:
    """`a` is a bare 字号 that reads like the beginning of `b`."""
    return not a.trade and b.sound.startswith(a.sound + " ")


def _former(a: Profile, b: Profile) -> bool:
    """One was called what the other is called, or both were called the same."""
    for alias in a.alias:
        if alias.full == b.full or (alias.core == b.core != a.core):
            return True
        if any(alias.full == theirs.full for theirs in b.alias):
            return True
    return any(alias.full == a.full or (alias.core == a.core != b.core) for alias in b.alias)


def _trades(a: Profile, b: Profile) -> str:
    """How two lines of business stand to each other: kin, part, bare, arm or other."""
    one, two = a.trade, b.trade
    if not one or not two:
        # What the name leaves out, the list's own column may say.
        return "other" if _lines_differ(one or a.industry, two or b.industry) else "bare"
    shorter, longer = (one, two) if len(one) <= len(two) else (two, one)
    if longer.startswith(shorter) and longer[len(shorter) :] in normalise.ARMS:
        return "arm"
    mine, theirs = normalise.trade_sense(one), normalise.trade_sense(two)
    if mine == theirs:
        return "kin"
    if (
        shorter in longer
        or one[:2] == two[:2]
        or (one[-2:] == two[-2:] and len(one) > 2 and len(two) > 2 and one[-2:] not in normalise.FILLING)
        or (longer.startswith(shorter[0]) and _abbreviates(shorter, longer))  # 精机 for 精密机械
    ):
        return "part"
    if len(one) == len(two) and sum(map(_mistaken, one, two)) >= len(one) - (len(one) > 3):
        return "kin"
    return "part" if mine in theirs or theirs in mine else "other"


def _lines_differ(one: str, two: str) -> bool:
    """Two lines of business that have no two characters in common."""
    return bool(one and two and one not in two and two not in one and not set(_twos(one)) & set(_twos(two)))


def _stem_only(one: str, two: str) -> bool:
    """The beginnings agree, two characters or more, and nothing behind them does: 广龙零售, 广龙减速机."""
    at = 2
    while one[at : at + 1] == two[at : at + 1] != "":
        at += 1
    return at <= 3 and len(one) - at >= 2 and len(two) - at >= 2 and not set(one[at:]) & set(two[at:])


def _twos(text: str) -> list[str]:
    return [text[i : i + 2] for i in range(len(text) - 1)]


# A character that tells one house from the next: 新恒达 is not 恒达, 二厂 is not 一厂.
_MARKS = frozenset("新老大小东西南北中上下前后一二三四五六七八九十甲乙丙丁0123456789")


def _one_character(a: Profile, b: Profile) -> str:
    one, two = a.core, b.core
    size = min(len(one), len(two))
    at = next((i for i in range(size) if one[i] != two[i]), size)
    within = at < max(len(a.brand), len(b.brand))
    if len(one) != len(two):
        longer = one if len(one) > len(two) else two
        extra = longer[at]
        if extra in (longer[at - 1 : at], longer[at + 1 : at + 2]):
            return "slip"  # a character written twice
        return "one_mark" if within and extra in _MARKS else "one_other" if at else "one_head"
    if one[at + 1 :] != two[at + 1 :]:
        return "slip"  # two characters in the wrong order
    if one[at] in _MARKS and two[at] in _MARKS:
        return "one_mark"
    if sounds.alike(one[at], two[at]):
        return "one_alike"
    if shapes.alike(one[at], two[at]):
        return "one_look"
    if at >= 2 and len(one) - at <= 2:
        return "one_end"  # 天美板业, 天美纸业: the trade, though no trade is known to be written
    return "one_brand" if within else "one_other"


def _abbreviates(shorter: str, longer: str) -> bool:
    """`shorter` is a subsequence of `longer` that begins with one of its first two characters."""
    at = longer.find(shorter[0])
    if at < 0 or at > 1:
        return False
    for character in shorter[1:]:
        at = longer.find(character, at + 1)
        if at < 0:
            return False
    return True


def _initials(a: Profile, b: Profile) -> bool:
    """`a` picks characters from the whole name of `b`, place included, from its first on: 浙海德曼, 国航."""
    short = a.core if len(a.full) > 4 else a.full
    if not 2 <= len(short) <= 5 or len(short) >= len(b.core) or short[0] != b.full[:1]:
        return False
    at = 0
    for character in short[1:]:
        at = b.full.find(character, at + 1)
        if at < 0:
            return False
    return True


def _latin_level(a: Profile, b: Profile) -> str:
    """A 字号 in Latin letters beside the same in characters, or beside itself; "" if they have nothing in common."""
    if a.latin_brand and b.latin_brand:
        if a.latin_brand != b.latin_brand:
            return ""
    elif not (_spells(a, b) if a.latin_brand else _spells(b, a)):
        short, long = (a, b) if a.latin_brand else (b, a)
        if len(short.latin_brand) < 5 and _first_letters(long) == short.latin_brand:
            return "initials"
        return ""
    if _spells_all(a, b) or _spells_all(b, a):
        return "latin_fit"
    one, two = a.latin_trade or a.trade or a.industry, b.latin_trade or b.trade or b.industry
    if not one or not two:
        return "latin"
    mine, theirs = normalise.trade_sense(one), normalise.trade_sense(two)
    return (
        "latin_fit"
        if mine in theirs or theirs in mine or set(_twos(one)) & set(_twos(two))
        else "latin_other"
    )


def _spells(a: Profile, b: Profile) -> bool:
    """The Latin 字号 of `a` is how the 字号 of `b` is read, with or without the beginning of its trade."""
    word = a.latin_brand
    if word == b.joined_brand or word in (latin.lower() for latin in b.latin):
        return True
    if len(word) >= 5 and (
        b.joined.startswith(word) or (len(b.brand) > 1 and word.startswith(b.joined_brand))
    ):
        return True
    return bool(b.brief) and word == b.bare.joined_brand


def _spells_all(a: Profile, b: Profile) -> bool:
    """JUTAOHAIYANGSHIYOU is 巨涛海洋石油, its line of business too."""
    return bool(a.latin_brand and b.trade) and a.latin_brand == b.joined and 4 <= len(b.core) <= 12


def _first_letters(profile: Profile) -> str:
    return "".join([sound[0] for sound in profile.brand_sound.split(" ") if sound])


def _place_level(a: Profile, b: Profile) -> str:
    one, two = a.place, b.place
    if not one or not two:
        return ""
    size = min(len(one), len(two))
    if one[:size] == two[:size]:
        return "county" if size == 6 else "city" if size == 4 else "province"
    if one[:2] != two[:2]:
        level = "other_province"
    elif one[:4] != two[:4]:
        level = "other_city"
    else:
        return "other_county"
    # a list often gives the place of the chamber: one agreeing place is enough not to be elsewhere
    for mine in a.places:
        for theirs in b.places:
            if len(mine) >= 4 and len(theirs) >= 4 and mine[:4] == theirs[:4]:
                return "mixed"
    return level


def _code_level(a: Profile, b: Profile) -> str:
    one, two = a.code, b.code
    if not one or not two:
        return ""
    if one == two:
        return "same"
    if a.organisation and b.organisation:
        return (
            "organisation"
            if a.organisation == b.organisation
            else "other_valid"
            if a.code_ok and b.code_ok
            else "other"
        )
    if (len(one) == 15 and one.isdigit()) != (len(two) == 15 and two.isdigit()):
        return ""  # a registration number of before 2015 beside a code: they cannot be compared
    if OSA.distance(one, two, score_cutoff=2) <= 2 or ((a.organisation or b.organisation) and _part(a, b)):
        return "near"
    return "other"


def _part(a: Profile, b: Profile) -> bool:
    organisation, code = (a.organisation, b.code) if a.organisation else (b.organisation, a.code)
    return len(code) >= 9 and organisation in code


def _phone_level(a: Profile, b: Profile, around: Surroundings) -> tuple[str, str]:
    if not a.phones or not b.phones:
        return "", ""
    for mine in a.phones:
        for theirs in b.phones:
            same = mine == theirs or (
                min(len(mine), len(theirs)) >= 7
                and len(mine) != len(theirs)
                and (mine.endswith(theirs) or theirs.endswith(mine))
            )
            if same:
                longer = mine if len(mine) >= len(theirs) else theirs
                if around.phone_owners.get(mine, 1) >= SHARED_PHONE:
                    return "shared", longer
                return ("mobile" if len(longer) == 11 and longer[0] == "1" else "landline"), longer
    for mine in a.phones:
        for theirs in b.phones:
            if mine[0] == "0" == theirs[0] and len(mine) > 9 < len(theirs) and mine[-7:] == theirs[-7:]:
                return "local", mine[-8:]
            if (
                len(mine) >= 10
                and abs(len(mine) - len(theirs)) <= 1
                and mine[:2] == theirs[:2]
                and OSA.distance(mine, theirs, score_cutoff=1) <= 1
            ):
                return "near", ""
    return "other", ""


def _people_levels(a: Profile, b: Profile) -> list[tuple[str, str]]:
    found = []
    if a.legal and b.legal:
        if a.legal == b.legal:
            found.append(("legal:same", a.legal))
        elif sounds.same_by_ear(a.legal, b.legal):
            found.append(("legal:sound", ""))
        else:
            found.append(("legal:other", ""))
    mine, theirs = a.people, b.people
    if mine and theirs and (shared := [one for one in mine if one in theirs and len(one) > 1]):
        found.append(("contact:same", min(shared)))
        return found
    for who, others in ((b.legal, mine), (a.legal, theirs)):
        if len(who) > 1 and who in others:
            found.append(("contact:cross", who))
            return found
    ours = mine or ((a.legal,) if a.legal else ())
    others = theirs or ((b.legal,) if b.legal else ())
    if not ours or not others or not (mine or theirs):
        return found
    level = "contact:other"
    for one in ours:
        for two in others:
            if sounds.same_by_ear(one, two):
                found.append(("contact:sound", ""))
                return found
            if one[0] == two[0] and (len(one) == 1 or len(two) == 1):
                level = "contact:surname"
    found.append((level, ""))
    return found


def _address_level(a: Profile, b: Profile, around: Surroundings) -> str:
    if not a.road or not b.road:
        return ""
    if a.road == b.road or (a.number == b.number and (a.road.endswith(b.road) or b.road.endswith(a.road))):
        if a.number == b.number:
            if around.address_owners.get(house_of(a), 1) >= SHARED_ADDRESS:
                return "shared"
            return "room" if a.room and a.room == b.room else "number"
        return "road"
    return "other"


_SAME_FAMILY = {
    frozenset(("limited", "joint")), frozenset(("limited", "company")), frozenset(("joint", "company")),
}  # fmt: skip
TIE_LEVELS = frozenset(
    {"phone:mobile", "phone:landline", "legal:same", "contact:same", "contact:cross", "address:room",
     "address:number", "code:near", "legal:sound", "contact:sound", "phone:near", "phone:local"}
)  # fmt: skip


def groups_apart(a: Profile, b: Profile) -> bool:
    """A group here, a company there. A short name without legal form leaves out 集团 as it leaves out all."""
    return a.group != b.group and bool(b.form if a.group else a.form)


def levels(a: Profile, b: Profile, around: Surroundings = NOTHING_KNOWN) -> list[tuple[str, str]]:
    """[(field:level, shared value)], the combined fields `pair:` and `rarity:` at the end.

    Where of one nothing but the name is known, `shape:` levels stand in their stead.
    """
    name = name_level(a, b)
    found: list[tuple[str, str]] = [("name:" + name, "")]
    if place := _place_level(a, b):
        found.append(("place:" + place, ""))
    if a.name_place and b.name_place:
        found.append(("name_place:apart" if apart(a.name_place, b.name_place) else "name_place:same", ""))
    if code := _code_level(a, b):
        found.append(("code:" + code, ""))
    phone, shared = _phone_level(a, b, around)
    if phone:
        found.append(("phone:" + phone, shared))
    if a.legal or b.legal or a.people or b.people:
        found.extend(_people_levels(a, b))
    if address := _address_level(a, b, around):
        found.append(("address:" + address, ""))
    if a.institution != b.institution:
        if a.form or b.form:
            found.append(("form:differs", ""))  # a chamber is no firm
    elif a.form and b.form and a.form != b.form and frozenset((a.form, b.form)) not in _SAME_FAMILY:
        found.append(("form:differs", ""))
    if groups_apart(a, b):
        found.append(("group:differs", ""))
    if a.industry and b.industry:
        found.append(("industry:other" if _lines_differ(a.industry, b.industry) else "industry:same", ""))
    if a.chamber and b.chamber:
        found.append(("chamber:same" if a.chamber == b.chamber else "chamber:other", ""))
    if (a.only_name or b.only_name) and name not in _SETTLED:
        found.extend([(code, "") for code in shape(a, b, name, _trades(a, b), around.bearers)])
        return found
    # Two ties say more about sisters than about namesakes, so they are weighed together with the name.
    ties = 0
    for level, _value in found:
        ties += level in TIE_LEVELS
    found.append((f"pair:{name}+{min(ties, 2)}", ""))
    if name in _MAY_BE_SISTERS:
        # 国信 may be any of the 国信 of that town: 国信科技, 国信置业
        lines = max(around.houses.get(_house_of(a), 1), around.houses.get(_house_of(b), 1))
        found.append(("rivals:none" if lines < 2 else "rivals:one" if lines == 2 else "rivals:several", ""))
    if not ties and name in _RARITY_COUNTS:
        # Beside a phone or a person it matters little how rare the 字号 is; alone it decides.
        known, spread = common_brands(), around.spread
        common = any(
            brand in known or spread.get(brand, 1) >= SPREAD_BRAND or len(brand) < 2
            for brand in (a.brand, b.brand)
        )
        found.append(("rarity:common" if common else "rarity:rare", ""))
    return found


# Names of which one leaves out the line of business, or nearly so.
_MAY_BE_SISTERS = frozenset(
    {"brand_bare", "prefix", "short", "alike_bare", "brand_part", "latin", "same_core", "same_bare"}
)
_SETTLED = frozenset({"same_full", "same_alias", "none"})
_RARITY_COUNTS = frozenset(
    {
        "same_full",
        "same_core",
        "same_bare",
        "brand_kin",
        "brand_part",
        "brand_bare",
        "prefix",
        "short",
        "alike_bare",
    }
)


_NUMBERS = frozenset("一二三四五六七八九十〇百0123456789")


def branches_apart(one: str, two: str) -> bool:
    """Whether two branch marks name two branches: not if one is the other with its characters in another order, or
    with one that is read or looks like it. 第一 and 第二 are two."""
    if len(one) != len(two) or len(one) < 5:
        return one != two
    if sorted(one) == sorted(two):
        return False
    unlike = [(x, y) for x, y in zip(one, two, strict=True) if x != y]
    return len(unlike) > 1 or not _NUMBERS.isdisjoint(unlike[0]) or not _mistaken(*unlike[0])


def may_merge(a: Profile, b: Profile) -> bool:
    """False for two valid USCCs that differ and for different branch marks: never the same entity."""
    if a.branch != b.branch and branches_apart(a.branch, b.branch):
        return False
    return not (a.code_ok and b.code_ok and a.organisation != b.organisation)
