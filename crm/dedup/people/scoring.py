"""Evidence on two persons added up, and what it allows: SAME, ASK, RELATED or DIFFERENT."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from importlib import resources

from crm.dedup.people.evidence import NOTHING_KNOWN, Surroundings, levels, misheard
from crm.dedup.people.profile import PersonProfile, profile_of
from crm.dedup.reasons import WORDS, Reason
from crm.dedup.record import Person
from crm.dedup.scoring import Band, Match, Verdict, Weights, chance, in_force, log_odds, read_weights


def weights() -> Weights:
    """The table that people are weighed by."""
    return in_force("person", shipped_weights)


@lru_cache(maxsize=1)
def shipped_weights() -> Weights:
    """The weights shipped in people_weights.json."""
    return read_weights(
        resources.files("crm.dedup").joinpath("people_weights.json").read_text(encoding="utf-8")
    )


def compare_people(a: Person, b: Person, around: Surroundings = NOTHING_KNOWN) -> Match:
    """Weigh two persons; symmetrical. `around` tells which phones and names are shared by many.

    RELATED: not one person, but of one firm or one phone (relative, colleague, secretary).
    """
    return compare_profiles(profile_of(a), profile_of(b), around)


def compare_profiles(a: PersonProfile, b: PersonProfile, around: Surroundings = NOTHING_KNOWN) -> Match:
    found = levels(a, b, around)
    table = weights()
    score = chance(log_odds(found, table))
    codes = {code for code, _value in found}
    name = found[0][0].removeprefix("person:")
    relation = _relation(name, codes)
    if name in _OTHERS:
        score = min(score, 0.05)
        verdict = Verdict.RELATED if relation else Verdict.DIFFERENT
    elif score >= table.same_from and name in _CERTAIN and codes & _HARD_TIES and not codes & _DOUBTS:
        verdict = Verdict.SAME
    elif name == "none":
        # a phone typed before the name: whoever has it is worth a look
        verdict = Verdict.ASK if codes & _PHONES else Verdict.DIFFERENT
    elif score >= table.ask_from:
        verdict = Verdict.ASK
    else:
        verdict = Verdict.RELATED if relation else Verdict.DIFFERENT
    band = Band.VERY_LIKELY if score >= 0.95 else Band.LIKELY if score >= 0.6 else Band.POSSIBLE
    reasons = _reasons(found, table)
    if relation and verdict in (Verdict.RELATED, Verdict.DIFFERENT):
        reasons.insert(0, Reason(relation, 0.0))
    return Match(score, band, verdict, reasons, tuple(code for code, _value in found))


_OTHERS = frozenset({"other", "kin", "beside"})
_CERTAIN = frozenset({"same"})  # heard or spelled alike is for a person to decide
_HARD_TIES = frozenset({"phone:mobile", "phone:landline", "phone:few", "firm:same", "firm:written"})
_DOUBTS = frozenset({"home:other_city", "home:other_province", "gender:other"})
_PHONES = frozenset({"phone:mobile", "phone:landline", "phone:few", "phone:shared"})


def _relation(name: str, codes: set[str]) -> str:
    """How two persons who are not one may hang together, or nothing."""
    if name == "none":
        return ""
    phone, firm = codes & _PHONES, codes & {"firm:same", "firm:written"}
    if name in ("kin", "beside") and (phone or firm):
        return "related:kin"
    if name in _OTHERS and phone:
        return "related:phone"
    if name in ("other", "kin") and firm:
        return "related:colleague"
    return ""


def _reasons(found: list[tuple[str, str]], table: Weights) -> list[Reason]:
    """One for each field; what the combined field weighs is shown at the name."""
    known = table.levels
    name = found[0][0]
    joint = sum(known.get(code, 0.0) for code, _value in found if code.startswith("person_and:"))
    reasons = []
    for code, value in found:
        weight = known.get(code, 0.0) + (joint if code == name else 0.0)
        if code in WORDS and (abs(weight) >= 0.05 or code in (name, "phone:shared")):
            reasons.append(Reason(code, round(weight, 2), value))
    reasons.sort(key=lambda reason: (-abs(reason.weight), reason.code))
    return reasons


def find_people(
    query: Person, candidates: Iterable[Person], limit: int = 5, *, typing: bool = False
) -> list[tuple[Person, Match]]:
    """The likeliest of `candidates`, best first, without those that are DIFFERENT.

    Candidates come from the look-up of `people_keys_of(query)`. A phone that several names among them share
    counts less. Relatives, colleagues and sharers of a phone follow those who may be the same. `typing`: a
    name that may have been misheard, beside the same phone or firm, is asked about.
    """
    known = [
        person
        for person in candidates
        if person is not query and (person.id is None or person.id != query.id)
    ]
    mine = profile_of(query)
    profiles = [profile_of(person) for person in known]
    around = Surroundings.of_candidates([*profiles, mine])
    offered = []
    for person, profile in zip(known, profiles, strict=True):
        match = (weigh_typed if typing else compare_profiles)(mine, profile, around)
        if match.verdict is not Verdict.DIFFERENT:
            offered.append((person, match))
    offered.sort(key=lambda pair: (pair[1].verdict is Verdict.RELATED, -pair[1].score, str(pair[0].id)))
    return offered[:limit]


def weigh_typed(mine: PersonProfile, other: PersonProfile, around: Surroundings) -> Match:
    """As `compare_profiles`, of a name that is being typed: one that may have been misheard is weighed as heard."""
    match = compare_profiles(mine, other, around)
    name = match.levels[0] if match.levels else ""
    tied = set(match.levels) & {*_HARD_TIES, "phone:near"}
    if name not in _MISHEARD or not tied or not misheard(mine.name, other.name):
        return match
    kind, heard = name.removeprefix("person:"), "sound_near"
    found = [
        (
            code.replace(f"person:{kind}", f"person:{heard}").replace(
                f"person_and:{kind}+", f"person_and:{heard}+"
            ),
            "",
        )
        for code in match.levels
    ]
    score = min(chance(log_odds(found, weights())), _MISHEARD_AT_MOST)
    band = Band.LIKELY if score >= 0.6 else Band.POSSIBLE
    levels = tuple(code for code, _value in found)
    return Match(score, band, Verdict.ASK, _reasons(found, weights()), levels)


_MISHEARD = frozenset({"person:kin", "person:other"})
_MISHEARD_AT_MOST = 0.9  # they may as well be two sisters
