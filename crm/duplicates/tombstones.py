"""Where numbers lead that are no records any more: along the merges, to the record that stands today."""

from __future__ import annotations

import sqlalchemy as sa

from crm.db import db
from crm.lib.words import _
from crm.merchants import queries
from crm.web import display

from .models import Tombstone


def ways(noun: str, start: int | None = None) -> sa.CTE:
    """(start, now) of every number that is gone: where one merge led, the next may lead on. `now` may itself be
    gone; the last of a way is not."""
    first = sa.select(Tombstone.old_id.label("start"), Tombstone.survivor_id.label("now")).where(
        Tombstone.noun == noun, Tombstone.standing
    )
    way = (first if start is None else first.where(Tombstone.old_id == start)).cte(recursive=True)
    further = sa.select(way.c.start, Tombstone.survivor_id).where(
        Tombstone.noun == noun, Tombstone.standing, Tombstone.old_id == way.c.now
    )
    return way.union(further)


def leads_to(noun: str, record_id: int) -> int | None:
    """The record that this number, which is none, has become; in one statement however long the way."""
    way = ways(noun, record_id)
    gone = sa.select(Tombstone.old_id).where(Tombstone.noun == noun, Tombstone.standing)
    return db.session.scalar(sa.select(way.c.now).where(way.c.now.not_in(gone)))


def told(noun: str, record_id: int) -> str:
    """What became of it, in a sentence: for somebody who was still working on it."""
    tombstone = db.session.scalar(
        sa.select(Tombstone).where(Tombstone.noun == noun, Tombstone.old_id == record_id, Tombstone.standing)
    )
    return sentence(tombstone) if tombstone else ""


def sentence(tombstone: Tombstone) -> str:
    done = tombstone.merge
    return _(
        "“%(name)s”已由%(who)s于%(when)s合并到“%(into)s”",
        name=tombstone.name,
        who=done.merged_by.name if done.merged_by else "CRM",
        when=display.moment(done.merged_at),
        into=done.survivor_name,
    )


def became(noun: str, record_id: int) -> sa.Select[tuple[int]]:
    """All numbers that lead to this record, be it over others."""
    first = sa.select(Tombstone.old_id).where(
        Tombstone.noun == noun, Tombstone.standing, Tombstone.survivor_id == record_id
    )
    found = first.cte(recursive=True)
    further = sa.select(Tombstone.old_id).where(
        Tombstone.noun == noun, Tombstone.standing, Tombstone.survivor_id == found.c.old_id
    )
    return sa.select(found.union(further).c.old_id)


queries.GONE_TO.append(queries.GoneTo(leads_to, told, became))
