"""Reading reviews: with the deal, and for a department that was asked to say something."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from crm.db import db
from crm.deals import queries as deals
from crm.deals.models import Deal
from crm.files.models import StoredFile
from crm.lib import clock
from crm.merchants.models import Direction
from crm.org.models import User
from crm.org.permissions import Permission as P

from .models import (
    PRODUCED,
    EntryCheck,
    EntryException,
    EntryOpinion,
    EntryRecheck,
    EntryReview,
    EntryStandard,
)
from .permu import Judged, Measure, judged
from .rechecks import TIMES, begun_by
from .steps import Case, CheckKind, CheckState, Conclusion, Voice

NOUN = EntryReview.__tablename__
CHECK = EntryCheck.__tablename__


def _deals_seen(user: User) -> sa.Select[Any]:
    return deals.visible_to(user).with_only_columns(Deal.id)


def asked_of(user: User) -> sa.ColumnElement[bool]:
    """The user's unit was asked for its opinion."""
    mine = sa.select(EntryOpinion.review_id).where(EntryOpinion.unit_id == user.unit_id)
    return EntryReview.id.in_(mine)


def visible_to(user: User) -> sa.Select[Any]:
    if not user.may(P.ENTRY_VIEW):
        return sa.select(EntryReview).where(sa.false())
    return sa.select(EntryReview).where(sa.or_(deals.is_seen(EntryReview.deal_id, user), asked_of(user)))


def may(user: User, permission: P, deal: Deal) -> bool:
    return deals.may(user, permission, deal)


def with_all(rows: sa.Select[Any]) -> sa.Select[Any]:
    return rows.options(
        joinedload(EntryReview.deal).joinedload(Deal.unit),
        joinedload(EntryReview.deal).joinedload(Deal.enterprise),
        joinedload(EntryReview.place),
        joinedload(EntryReview.decided_by),
        selectinload(EntryReview.opinions).joinedload(EntryOpinion.unit),
        selectinload(EntryReview.done),
    )


def of_deal(deal: Deal) -> list[EntryReview]:
    """The latest first."""
    rows = with_all(sa.select(EntryReview).where(EntryReview.deal_id == deal.id))
    return list(db.session.scalars(rows.order_by(EntryReview.id.desc())).unique())


def open_review_of(deal: Deal) -> EntryReview | None:
    rows = sa.select(EntryReview).where(EntryReview.deal_id == deal.id, EntryReview.decided_on.is_(None))
    return db.session.scalar(rows)


def in_force() -> sa.ColumnElement[bool]:
    """The decision that lets a deal in: the last one that was made about it, when it does."""
    last = (
        sa.select(sa.func.max(EntryReview.id))
        .where(EntryReview.decided_on.is_not(None))
        .group_by(EntryReview.deal_id)
    )
    lets_in = [one for one in Conclusion if one.lets_in]
    return sa.and_(EntryReview.conclusion.in_(lets_in), EntryReview.id.in_(last))


# --- standards ----------------------------------------------------------------------------------------------


def standards() -> Sequence[EntryStandard]:
    rows = sa.select(EntryStandard).options(joinedload(EntryStandard.place))
    order = (EntryStandard.year.desc(), EntryStandard.direction, EntryStandard.place_id, EntryStandard.id)
    return db.session.scalars(rows.order_by(*order).limit(500)).unique().all()


def standard_for(direction: Direction | None, place_id: int | None, day: dt.date) -> EntryStandard | None:
    """The one in force on a day for an industry at a place: of those that fit, that of the latest year; of several of
    one year the one made for the place, then the one made for the industry."""
    rows = sa.select(EntryStandard).where(
        EntryStandard.year <= day.year,
        sa.or_(EntryStandard.direction.is_(None), EntryStandard.direction == direction),
        sa.or_(EntryStandard.place_id.is_(None), EntryStandard.place_id == place_id),
    )
    order = (
        EntryStandard.year.desc(),
        EntryStandard.place_id.is_(None),
        EntryStandard.direction.is_(None),
        EntryStandard.id.desc(),
    )
    return db.session.scalar(rows.order_by(*order).limit(1))


def judged_now(review: EntryReview) -> list[Judged]:
    """Its values against what is asked: of one that is decided what was asked then."""
    if review.decided_on:
        return review.judged_then
    found = standard_for(review.direction, review.place_id, clock.today())
    return judged(review.values, found.asked if found else dict.fromkeys(Measure))


# --- checks and what a decision looks at --------------------------------------------------------------------


def checks_of(deal: Deal) -> Sequence[EntryCheck]:
    rows = sa.select(EntryCheck).where(EntryCheck.deal_id == deal.id)
    order = sa.case({one.value: at for at, one in enumerate(CheckKind)}, value=EntryCheck.kind)
    return db.session.scalars(rows.order_by(order)).all()


def checks_visible_to(user: User) -> sa.Select[Any]:
    seen = EntryCheck.deal_id.in_(_deals_seen(user)) if user.may(P.ENTRY_VIEW) else sa.false()
    return sa.select(EntryCheck).where(seen).options(joinedload(EntryCheck.deal).joinedload(Deal.unit))


def case_of(review: EntryReview, *, votes_for: int = 0, votes_against: int = 0, conditions: str = "") -> Case:
    stable = any(
        one.kind is CheckKind.STABILITY and one.state is CheckState.PASSED for one in checks_of(review.deal)
    )
    return Case(
        judged=judged_now(review),
        eia=review.eia,
        energy=review.energy,
        is_major=review.is_major,
        stances=[(one.voice, one.stance) for one in review.opinions],
        is_stable=stable,
        votes_for=votes_for,
        votes_against=votes_against,
        conditions=conditions,
    )


# --- the exception ------------------------------------------------------------------------------------------


def exceptions_of(deal: Deal) -> Sequence[EntryException]:
    rows = sa.select(EntryException).where(EntryException.deal_id == deal.id)
    names = (joinedload(EntryException.approver), joinedload(EntryException.recorded_by))
    return db.session.scalars(rows.options(*names).order_by(EntryException.id.desc())).all()


def is_excepted(deal: Deal) -> bool:
    """Somebody named has allowed the signing without a review: what the gate asks. What was decided since then
    stands above it."""
    decided = last_decided(deal)
    rows = sa.select(EntryException.id).where(
        EntryException.deal_id == deal.id, EntryException.overrules_id == (decided.id if decided else None)
    )
    return db.session.scalar(rows.limit(1)) is not None


def last_decided(deal: Deal) -> EntryReview | None:
    rows = sa.select(EntryReview).where(EntryReview.deal_id == deal.id, EntryReview.decided_on.is_not(None))
    return db.session.scalar(rows.order_by(EntryReview.id.desc()).limit(1))


# --- rechecks -----------------------------------------------------------------------------------------------


def producing() -> sa.ColumnElement[bool]:
    """Let in, and in production: their promises are checked."""
    made = sa.select(Deal.id).where(Deal.id == EntryReview.deal_id, Deal.stage.in_(PRODUCED))
    return sa.and_(in_force(), made.correlate(EntryReview).exists())


def recheck_due(today: dt.date) -> sa.ColumnElement[bool]:
    """The n-th year is over and the n-th recheck is not there."""

    def missing(number: int) -> sa.ColumnElement[bool]:
        done = sa.select(EntryRecheck.review_id).where(EntryRecheck.number == number)
        return sa.and_(EntryReview.produced_on <= begun_by(today, number), EntryReview.id.not_in(done))

    return sa.or_(*(missing(number) for number in TIMES))


def rechecks_of(review: EntryReview) -> Sequence[EntryRecheck]:
    rows = sa.select(EntryRecheck).where(EntryRecheck.review_id == review.id)
    rows = rows.options(joinedload(EntryRecheck.author), joinedload(EntryRecheck.review))
    return db.session.scalars(rows.order_by(EntryRecheck.number)).all()


# --- files and search ---------------------------------------------------------------------------------------


def files_visible_to(user: User) -> sa.Select[Any]:
    """Papers of reviews and checks I may see."""
    reviews = visible_to(user).with_only_columns(EntryReview.id)
    checks = checks_visible_to(user).with_only_columns(EntryCheck.id).order_by(None)
    return sa.select(StoredFile).where(
        sa.or_(
            sa.and_(StoredFile.noun == NOUN, StoredFile.record_id.in_(reviews)),
            sa.and_(StoredFile.noun == CHECK, StoredFile.record_id.in_(checks)),
        )
    )


def departments_of(review: EntryReview) -> list[EntryOpinion]:
    return [one for one in review.opinions if one.voice is Voice.DEPARTMENT]
