"""What the engine must know of one kind of record."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any

from crm.dedup import evidence, priors, scoring


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
    learning: priors.Learning

    def around(self, profiles: Iterable[Any]) -> Any:
        """The surroundings of records that are all at hand."""
        seen = chain.from_iterable(map(self.sightings, profiles))
        return self.surroundings(evidence.owners_of(seen))
