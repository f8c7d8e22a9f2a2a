"""Across nouns: which firm and which person of the base are meant by a form that names a firm and somebody there.

Each is found by keys of its own, then who works where is laid beside it (crm/dedup/across.py): the firm of a person
who is known by the phone comes first even where the form spells it beyond recognition, and 张总 of a firm that is
known is one of its people. Two statements more than the look-up of either alone: who works where, and those who
came in by that.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any

import sqlalchemy as sa

from crm.db import db
from crm.dedup import Match, Record, Verdict
from crm.dedup import Person as PersonRecord
from crm.dedup.across import meant

from . import identity, lookup
from .identity import Known
from .models import Position

CANDIDATES = 20  # of each noun by its own keys
COLLEAGUES = 4  # firms whose people are looked at, the most promising first
BY_POSITION = 20  # of each noun that come in by a position alone
FIRMS_FIRST = 3  # so that the person is seen too

Held = Sequence[tuple[int, int]]  # (enterprise, person)


def matches(firm: Record, person: PersonRecord, *, limit: int = 5) -> list[tuple[Known, Match]]:
    """The firms that may be meant, likeliest first, then the people. Not narrowed to a user: `identity.seen_by`."""
    firms, people = _promising(firm, person)
    held = _held(list(firms), list(people))
    some = _records("enterprise", firms, (one for one, _who in held))
    others = _records("person", people, (who for _firm, who in held))
    found = meant(
        firm,
        person,
        some.values(),
        others.values(),
        positions=frozenset(held),
        limit=identity.PROMISING,
        typing=True,
    )
    best_firms = [one for one in found.enterprises if identity.worth_showing(one[1])]
    best_people = [one for one in found.people if identity.worth_showing(one[1])]
    return _known(_together(best_firms, best_people, limit))


def _promising(firm: Record, person: PersonRecord) -> tuple[list[int], list[int]]:
    """By keys of their own, and by a phone that either gives: the most promising enterprises and people."""
    numbers = dict.fromkeys(
        [
            *(lookup.number_of("enterprise", key) for key in identity.keys_for(firm)),
            *(lookup.number_of("person", key) for key in identity.keys_for(person)),
            *(lookup.number_of("enterprise", key) for key in identity.phone_keys(person)),
        ]
    )
    weight = lookup.weighed(list(numbers))
    best = sorted(weight, key=lambda one: (-weight[one], one[1]))
    return tuple(  # type: ignore[return-value]
        list(islice((record_id for noun_, record_id in best if noun_ == noun), CANDIDATES))
        for noun in lookup.NUMBERS
    )


def _held(firms: Sequence[int], people: Sequence[int]) -> Held:
    """Who works where: the firms of these people, and the people of the first of these firms."""
    return [
        (one, who)
        for one, who in db.session.execute(_POSITIONS, {"firms": firms[:COLLEAGUES], "people": people})
    ]


def _ids(name: str) -> Any:
    return sa.bindparam(name, expanding=True)


# Each side bounded by itself: a firm may have hundreds of people.
_POSITIONS = sa.union(
    *(
        sa.select(sa.select(Position.enterprise_id, Position.person_id)
                  .where(column.in_(_ids(name))).order_by(Position.id).limit(80).subquery())
        for name, column in (("firms", Position.enterprise_id), ("people", Position.person_id))
    )
)  # fmt: skip


def _records(noun: str, own: Sequence[int], by_position: Any) -> Mapping[int, Any]:
    more = islice(dict.fromkeys(one for one in by_position if one not in set(own)), BY_POSITION)
    return lookup.records(noun, [*own, *more])


def _together(
    firms: Sequence[tuple[Any, Match]], people: Sequence[tuple[Any, Match]], limit: int
) -> list[tuple[str, Any, Match]]:
    """Firms first, but room for the people; what is only related comes after what may be meant."""
    most = max(limit - min(len(people), limit - FIRMS_FIRST), 1)
    ordered = [
        *(("enterprise", *one) for one in firms[:most]),
        *(("person", *one) for one in people),
        *(("enterprise", *one) for one in firms[most:]),
    ]
    ordered.sort(key=lambda one: one[2].verdict is Verdict.RELATED)
    return ordered[:limit]


def _known(found: Sequence[tuple[str, Any, Match]]) -> list[tuple[Known, Match]]:
    known = {
        noun: identity.shown(noun, [record for of, record, _match in found if of == noun])
        for noun in identity.MODELS
    }
    return [(known[noun][record.id], match) for noun, record, match in found if record.id in known[noun]]
