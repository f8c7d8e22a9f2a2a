"""Across nouns: which enterprise and which person of the base a lead means that names a company and somebody there.

Each is weighed by itself first; then who works where is laid beside it. 张伟 of 华信贸易 is hard to find by either
name; that one of the many 张伟 works at one of the many 华信 is what tells both. Where the person is known by the
phone, the firm they work at is offered even if the lead spells it beyond recognition; and a phone that is the
firm's own says little about which of its people is meant. What is known of the one never makes the other SAME: it
ranks, and it asks.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from crm.dedup import evidence, scoring
from crm.dedup.people import evidence as people_evidence
from crm.dedup.people import scoring as people_scoring
from crm.dedup.people.names import person_name
from crm.dedup.people.profile import firm_of, numbers_of
from crm.dedup.people.profile import profile_of as person_profile
from crm.dedup.profile import profile_of
from crm.dedup.reasons import Reason
from crm.dedup.record import Person, Record
from crm.dedup.scoring import Band, Match, Verdict

TOGETHER = (
    2.5  # log-odds that a certain person lends to the firm they work at, and a certain firm to its person
)
# Evidence that what is known of the other noun cannot outweigh.
_NEVER = frozenset({"code:other_valid", "related:branch", "person:other", "person:kin", "person:beside"})


@dataclass(frozen=True, slots=True)
class Meant:
    """Likeliest first, without those that are DIFFERENT. `pairs`: who of `people` works at which of `enterprises`,
    with the lesser of the two scores."""

    enterprises: list[tuple[Record, Match]]
    people: list[tuple[Person, Match]]
    pairs: list[tuple[Record, Person, float]]


def meant(
    company: Record,
    person: Person,
    enterprises: Iterable[Record],
    people: Iterable[Person],
    *,
    positions: Collection[tuple[Any, Any]] | None = None,
    limit: int = 5,
    typing: bool = False,
) -> Meant:
    """Who is meant by a company and somebody of it, among candidates of the base. `typing`: as for `scoring.find`.

    Candidates are what the look-up gives for the keys of both, and for the firms of the people found, and the people
    of the firms. `positions`: (enterprise id, person id), who works where; None reads it off the names.
    """
    firms, persons = list(enterprises), list(people)
    asked_firm, asked_person = _questions(company, person)
    of_firms = _weigh_firms(asked_firm, firms, typing=typing)
    of_people = _weigh_people(asked_person, persons, firms, typing=typing)
    linked = [
        (one, other)
        for one, firm in enumerate(firms)
        for other, human in enumerate(persons)
        if (_works_at(human, firm) if positions is None else (firm.id, human.id) in positions)
    ]
    lent_to_firms: dict[int, float] = {}
    lent_to_people: dict[int, float] = {}
    for one, other in linked:
        lent_to_firms[one] = max(lent_to_firms.get(one, 0.0), _standing(of_people[other]))
        lent_to_people[other] = max(lent_to_people.get(other, 0.0), _standing(of_firms[one]))
    ask_firm, ask_person = scoring.weights().ask_from, people_scoring.weights().ask_from
    of_firms = [
        _lent(match, lent_to_firms.get(at, 0.0), "across:person", ask_firm)
        for at, match in enumerate(of_firms)
    ]
    of_people = [
        _lent(match, lent_to_people.get(at, 0.0), "across:firm", ask_person)
        for at, match in enumerate(of_people)
    ]
    pairs = [
        (firms[one], persons[other], min(of_firms[one].score, of_people[other].score))
        for one, other in linked
        if _may_be(of_firms[one]) and _may_be(of_people[other])
    ]
    pairs.sort(key=lambda pair: (-pair[2], str(pair[0].id), str(pair[1].id)))
    return Meant(_best(firms, of_firms, limit), _best(persons, of_people, limit), pairs[:limit])


def _questions(company: Record, person: Person) -> tuple[Record, Person]:
    """The person stands beside the company, and the company beside the person."""
    contacts = (person.name,) if person.name and person.name not in company.contacts else ()
    firm = Record(
        name=company.name, id=company.id, former_names=company.former_names, uscc=company.uscc,
        region=company.region, industry=company.industry, legal_rep=company.legal_rep,
        contacts=(*company.contacts, *contacts), phones=tuple(dict.fromkeys((*company.phones, *person.phones))),
        address=company.address, chamber=company.chamber, kind=company.kind,
    )  # fmt: skip
    firms = (company.name,) if company.name.strip() and company.name not in person.companies else ()
    human = Person(
        name=person.name, id=person.id, phones=person.phones, companies=(*firms, *person.companies),
        native_place=person.native_place, chamber=person.chamber, title=person.title,
    )  # fmt: skip
    return firm, human


def _weigh_firms(asked: Record, firms: Sequence[Record], *, typing: bool) -> list[Match]:
    mine, profiles = profile_of(asked), [profile_of(firm) for firm in firms]
    around = evidence.Surroundings([*profiles, mine])
    weighed = [scoring.compare_profiles(mine, profile, around) for profile in profiles]
    if not typing:
        return weighed
    return [
        replace(match, verdict=Verdict.ASK)
        if match.verdict is Verdict.DIFFERENT and scoring.is_slip(match)
        else match
        for match in weighed
    ]


def _weigh_people(
    asked: Person, persons: Sequence[Person], firms: Sequence[Record], *, typing: bool
) -> list[Match]:
    mine, profiles = person_profile(asked), [person_profile(person) for person in persons]
    around = people_evidence.Surroundings.of_candidates([*profiles, mine])
    around.phones = {**around.phones, **_phones_of_firms(firms, around)}
    weigh = people_scoring.weigh_typed if typing else people_scoring.compare_profiles
    return [weigh(mine, profile, around) for profile in profiles]


def _phones_of_firms(firms: Sequence[Record], around: people_evidence.Surroundings) -> dict[str, int]:
    """phone -> how many may answer it: all contacts of the firm that gives it, and whoever sits at its landline."""
    many: dict[str, int] = {}
    for firm in firms:
        surnames = {person_name(contact).surname for contact in firm.contacts} - {""}
        for digits in {number for cell in firm.phones for number in numbers_of(cell)}:
            least = people_evidence.SHARED_PHONE if digits[0] != "1" else 1
            if digits[0] != "1" or len(surnames) >= people_evidence.SHARED_PHONE:
                many[digits] = max(least, len(surnames), around.phones.get(digits, 1))
    return many


def _works_at(person: Person, firm: Record) -> bool:
    names = [firm_of(name) for name in (firm.name, *firm.former_names)]
    return any(
        people_evidence.firm_level(firm_of(company), name) in ("same", "written")
        for company in person.companies
        for name in names
        if name.core
    )


def _standing(match: Match) -> float:
    """How far a match can be built upon: not at all if it is about somebody else."""
    return match.score if _may_be(match) else 0.0


def _may_be(match: Match) -> bool:
    return match.verdict in (Verdict.SAME, Verdict.ASK)


def _lent(match: Match, standing: float, code: str, ask_from: float) -> Match:
    """`match` with what the other noun lends it. The verdict rises to ASK at most."""
    codes = {reason.code for reason in match.reasons}
    if standing < 0.5 or codes & _NEVER:
        return match
    own = min(max(match.score, 1e-6), 1 - 1e-6)
    weight = TOGETHER * standing
    score = scoring.chance(math.log(own / (1 - own)) + weight)
    verdict = match.verdict
    if not _may_be(match) and (score >= ask_from or standing >= 0.95):
        verdict = Verdict.ASK
    band = Band.VERY_LIKELY if score >= 0.95 else Band.LIKELY if score >= 0.6 else Band.POSSIBLE
    reasons = sorted(
        [*match.reasons, Reason(code, round(weight, 2))], key=lambda each: (-abs(each.weight), each.code)
    )
    return replace(match, score=score, band=band, verdict=verdict, reasons=reasons)


def _best(records: Sequence[Any], matches: Sequence[Match], limit: int) -> list[tuple[Any, Match]]:
    offered = [
        (record, match)
        for record, match in zip(records, matches, strict=True)
        if match.verdict is not Verdict.DIFFERENT
    ]
    offered.sort(key=lambda each: (each[1].verdict is Verdict.RELATED, -each[1].score, str(each[0].id)))
    return offered[:limit]
