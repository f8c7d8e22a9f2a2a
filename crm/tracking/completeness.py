"""Keeps the table of how complete each firm's record is, with the firm's own entry in the look-up: whatever verb,
list, merge or undoing changes a firm asks `identity` to make that anew, and this goes with it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from crm.db import db
from crm.merchants import identity
from crm.merchants.models import Enterprise, Handle, HandleKind, Intent, OrganisationKind, Position

from . import facts
from .facts import Fact
from .models import COMPLETENESS

PHONES = (HandleKind.MOBILE, HandleKind.LANDLINE)


def _statement() -> Any:
    """One row for each firm: whether it has each fact, in the order of Fact."""
    own = sa.exists().where(Handle.enterprise_id == Enterprise.id, Handle.kind.in_(PHONES))
    of_people = sa.exists().where(
        Position.enterprise_id == Enterprise.id,
        Handle.person_id == Position.person_id,
        Handle.kind.in_(PHONES),
    )
    has = {
        Fact.USCC: Enterprise.uscc != "",
        Fact.LEGAL_REP: Enterprise.legal_representative != "",
        Fact.REGION: Enterprise.region_code != "",
        Fact.INDUSTRY: Enterprise.industry_code != "",
        Fact.DIRECTION: Enterprise.direction.is_not(None),
        Fact.BUSINESS: Enterprise.main_business != "",
        Fact.NATIVE: Enterprise.native_place != "",
        Fact.CONTACT: sa.exists().where(Position.enterprise_id == Enterprise.id),
        Fact.PHONE: sa.or_(own, of_people),
        Fact.INTENT: Enterprise.intent != Intent.UNKNOWN,
    }
    columns = [sa.case((has[fact], 0), else_=1) for fact in Fact]
    return sa.select(Enterprise.id, Enterprise.follow_unit_id, Enterprise.kind, *columns)


def keep(noun: str, ids: Sequence[int]) -> None:
    """Of these records as they stand now: three statements, however many."""
    if noun != "enterprise" or not ids:
        return
    rows = []
    for id, unit_id, kind, *lacking in db.session.execute(_statement().where(Enterprise.id.in_(ids))):
        is_firm = kind is OrganisationKind.ENTERPRISE
        asked = facts.asked_of(is_firm)
        lacks = facts.mask(fact for fact, one in zip(Fact, lacking, strict=True) if one and fact in asked)
        rows.append(
            {
                "enterprise_id": id,
                "follow_unit_id": unit_id,
                "score": facts.score(lacks, is_firm),
                "lacks": lacks,
            }
        )
    db.session.execute(sa.delete(COMPLETENESS).where(COMPLETENESS.c.enterprise_id.in_(ids)))
    if rows:
        db.session.execute(sa.insert(COMPLETENESS), rows)


def of(ids: Sequence[int]) -> dict[int, tuple[int, int]]:
    """{firm: (score, what it lacks)}; one statement for a page."""
    kept = COMPLETENESS.c
    rows = sa.select(kept.enterprise_id, kept.score, kept.lacks).where(kept.enterprise_id.in_(ids))
    return {row[0]: (row[1], row[2]) for row in db.session.execute(rows)} if ids else {}


identity.KEPT_BESIDE.append(keep)
