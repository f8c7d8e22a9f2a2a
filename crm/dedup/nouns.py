"""The kinds of record the engine knows. Proposing, clustering, training and the command line work on any.

A new kind brings its own parsed form, keys and evidence as plain functions and is listed in `NOUNS`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any

from crm.dedup import blocking, evidence, profile, record, scoring, training
from crm.dedup.people import blocking as people_blocking
from crm.dedup.people import evidence as people_evidence
from crm.dedup.people import profile as people_profile
from crm.dedup.people import scoring as people_scoring
from crm.dedup.people import training as people_training


@dataclass(frozen=True, slots=True)
class Noun:
    """What the engine must know of one kind of record. R is its record, P the record taken apart.

    record        R(name=, id=, …) with a keyword for each of `columns`
    columns       field -> header words of real lists; never `cluster_id`, the label
    content       R -> all that is looked at; rows of equal content are taken as one
    profile       R -> P
    order         P -> what neighbours in a block too large to be compared in full are sorted by
    blocks        P -> exact keys: who shares one is compared
    grams         P -> what may be shared in part; only the rare ones count
    packed        P -> a tuple of strings, numbers, truth values and such tuples, to be handed to other processes
    unpacked      such a tuple -> P
    sightings     P -> (kind, value, owner) of what many may share
    surroundings  kind -> value -> number of owners, where several -> what is handed to `levels`
    asked         P -> (kind, value) of all that `levels` may look up there for one record
    everywhere    kinds of which it looks up more than that (how common is each surname?): few values
    levels        P, P, surroundings -> [(field:level, shared value)], symmetrical
    may_merge     P, P -> False where the two can never be one, whatever else agrees
    code          P -> what cannot differ within one cluster, "" if unknown
    weights       the table in force
    compare       P, P, surroundings -> Match, with the reasons in words
    learning      bounds and priors for `train`
    """

    name: str
    record: Callable[..., Any]
    columns: Mapping[str, tuple[str, ...]]
    content: Callable[[Any], tuple[str, ...]]
    profile: Callable[[Any], Any]
    order: Callable[[Any], tuple[str, ...]]
    blocks: Callable[[Any], Iterable[str]]
    grams: Callable[[Any], Iterable[str]]
    packed: Callable[[Any], tuple[Any, ...]]
    unpacked: Callable[[tuple[Any, ...]], Any]
    sightings: Callable[[Any], Iterable[tuple[str, str, str]]]
    surroundings: Callable[[Mapping[str, Mapping[str, int]]], Any]
    asked: Callable[[Any], Iterable[tuple[str, str]]]
    everywhere: frozenset[str]
    levels: Callable[[Any, Any, Any], list[tuple[str, str]]]
    may_merge: Callable[[Any, Any], bool]
    code: Callable[[Any], str]
    weights: Callable[[], scoring.Weights]
    compare: Callable[[Any, Any, Any], scoring.Match]
    learning: training.Learning

    def __reduce__(self) -> tuple[Callable[[str], Noun], tuple[str]]:
        return _named, (self.name,)  # functions of a noun need not be picklable

    def around(self, profiles: Iterable[Any]) -> Any:
        """The surroundings of records that are all at hand."""
        seen = chain.from_iterable(map(self.sightings, profiles))
        return self.surroundings(evidence.owners_of(seen))


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
    learning=training.ENTERPRISES,
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
    learning=people_training.PEOPLE,
)
NOUNS = {noun.name: noun for noun in (ENTERPRISES, PEOPLE)}


def _named(name: str) -> Noun:
    return NOUNS[name]
