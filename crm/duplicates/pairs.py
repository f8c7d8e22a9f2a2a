"""What becomes of the pairs of look-alikes when records are merged.

A pair inside the merge is decided: MERGED. A pair with somebody else goes to the record that stays. When that
one has the same pair already, they become one, and what people decided outlives what is still open; of two
decisions the later one. After an undo a pair inside waits again, and all open pairs of these are weighed anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from crm import dedup
from crm.db import db
from crm.lib import clock
from crm.merchants import identity, suspects
from crm.merchants.models import Suspect, SuspectState
from crm.org.models import User

TABLE: Any = Suspect.__table__
DECIDED = (SuspectState.DIFFERENT, SuspectState.RELATED)
DECISION = ("state", "relation", "kept_reason", "decided_at", "decided_by_id", "decision_note")


@dataclass(frozen=True)
class Contradiction:
    """Somebody said of two of these that they are not one."""

    a_id: int
    b_id: int
    state: SuspectState


def contradictions(noun: str, ids: Sequence[int]) -> list[Contradiction]:
    rows = sa.select(Suspect.a_id, Suspect.b_id, Suspect.state).where(
        Suspect.noun == noun, Suspect.a_id.in_(ids), Suspect.b_id.in_(ids), Suspect.state.in_(DECIDED)
    )
    return [Contradiction(*row) for row in db.session.execute(rows.order_by(Suspect.a_id, Suspect.b_id))]


def about(noun: str, ids: Iterable[int]) -> list[dict[str, Any]]:
    """The pairs these records are part of, but for those that an earlier merge has settled."""
    wanted = list(ids)
    rows = sa.select(TABLE).where(
        TABLE.c.noun == noun,
        TABLE.c.state != SuspectState.MERGED,
        sa.or_(TABLE.c.a_id.in_(wanted), TABLE.c.b_id.in_(wanted)),
    )
    return [dict(row) for row in db.session.execute(rows.order_by(TABLE.c.id)).mappings()]


def settle_inside(noun: str, survivor_id: int, loser_ids: Sequence[int], actor: User) -> None:
    """The pairs among these are decided, with the evidence there was; the record that stays gets one with each."""
    ids = [survivor_id, *loser_ids]
    there = set()
    inside = sa.select(Suspect).where(Suspect.noun == noun, Suspect.a_id.in_(ids), Suspect.b_id.in_(ids))
    found = list(db.session.scalars(inside.where(Suspect.state != SuspectState.MERGED)))
    there = {(one.a_id, one.b_id) for one in found}
    known = identity.load(noun, ids)
    compare: Any = dedup.compare_people if noun == "person" else dedup.compare
    for loser_id in loser_ids:
        pair = (min(survivor_id, loser_id), max(survivor_id, loser_id))
        if pair not in there:
            match = compare(known[pair[0]].record, known[pair[1]].record)
            found.append(suspects.made(noun, pair, match))
    for suspect in found:
        suspect.state, suspect.relation = SuspectState.MERGED, None
        suspect.decided_at, suspect.decided_by_id = clock.now(), actor.id
        db.session.add(suspect)
    db.session.flush()


def open_inside(noun: str, ids: Sequence[int]) -> None:
    """After an undo: these may still be one, and somebody has to look again."""
    inside = sa.select(Suspect).where(
        Suspect.noun == noun,
        Suspect.a_id.in_(ids),
        Suspect.b_id.in_(ids),
        Suspect.state == SuspectState.MERGED,
    )
    for suspect in db.session.scalars(inside):
        suspect.state, suspect.decided_at, suspect.decided_by_id = SuspectState.OPEN, None, None
    db.session.flush()


def weigh_again(noun: str, ids: Sequence[int]) -> None:
    """The open pairs of these records by what the records say now, as a scan would: while they were one somebody
    may have mended the very thing that spoke for it. Their entries in the look-up have to be made anew before."""
    there = suspects.stored(noun, ids)
    waiting = sorted(pair for pair, one in there.items() if one.state is SuspectState.OPEN)
    looked = suspects.Looked(noun)
    for some in identity.chunks(waiting, suspects.LOT):
        for pair, match in suspects.weigh(noun, some).items():
            if identity.worth_showing(match):
                looked.alike[pair] = match
            else:
                looked.unlike.append(pair)
    suspects.settle(looked)
    for one in there.values():
        db.session.expire(one)


def outlives(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Whether what `one` says is to be kept when it and `other` become one pair."""
    if one["state"] not in DECIDED:
        return other["state"] not in DECIDED and bool(one["kept_reason"]) and not other["kept_reason"]
    return other["state"] not in DECIDED or one["decided_at"] > other["decided_at"]


def in_order(one: int, other: int) -> dict[str, int]:
    return {"a_id": min(one, other), "b_id": max(one, other)}
