"""The kinds of record the engine knows. Proposing, clustering, training and the command line work on any.

A new kind brings its own parsed form, keys and evidence as plain functions and is listed in `NOUNS`.
"""

from __future__ import annotations

import copyreg

from crm.dedup import blocking, evidence, priors, profile, record, scoring
from crm.dedup.noun import Noun
from crm.dedup.people import blocking as people_blocking
from crm.dedup.people import evidence as people_evidence
from crm.dedup.people import priors as people_priors
from crm.dedup.people import profile as people_profile
from crm.dedup.people import scoring as people_scoring

ENTERPRISES = Noun(
    name="enterprise",
    record=record.Record,
    columns=record.COLUMNS,
    content=record.content_of,
    profile=profile.profile_of,
    order=lambda one: (one.core, one.full),
    blocks=blocking.blocks_of,
    grams=blocking.grams_of,
    packed=profile.packed,
    unpacked=profile.unpacked,
    sightings=evidence.sightings,
    surroundings=lambda counts: evidence.Surroundings(counts=counts),
    asked=evidence.asked,
    everywhere=frozenset(),
    levels=evidence.levels,
    may_merge=evidence.may_merge,
    code=lambda one: one.organisation if one.code_ok else "",
    weights=scoring.weights,
    compare=scoring.compare_profiles,
    learning=priors.ENTERPRISES,
)
PEOPLE = Noun(
    name="person",
    record=record.Person,
    columns=record.PEOPLE_COLUMNS,
    content=record.content_of_person,
    profile=people_profile.profile_of,
    order=lambda one: (one.name.sound or min(one.name.spelled, default=""), one.name.full),
    blocks=people_blocking.blocks_of,
    grams=people_blocking.grams_of,
    packed=people_profile.packed,
    unpacked=people_profile.unpacked,
    sightings=people_evidence.sightings,
    surroundings=lambda counts: people_evidence.Surroundings(counts=counts),
    asked=people_evidence.asked,
    # firm: the surname of the one is looked up beside a firm of the other
    everywhere=frozenset(("people", "surname", "given", "firm")),
    levels=people_evidence.levels,
    may_merge=people_evidence.may_merge,
    code=lambda _one: "",
    weights=people_scoring.weights,
    compare=people_scoring.compare_profiles,
    learning=people_priors.PEOPLE,
)
NOUNS = {noun.name: noun for noun in (ENTERPRISES, PEOPLE)}


def _named(name: str) -> Noun:
    return NOUNS[name]


copyreg.pickle(Noun, lambda noun: (_named, (noun.name,)))  # functions of a noun need not be picklable
