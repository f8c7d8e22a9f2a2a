"""Reading reports. What is published everybody of the house may read; what is being drafted only those who work on it."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from crm.db import db
from crm.lib.words import _, listed
from crm.org import queries as org
from crm.org.models import User
from crm.org.permissions import Permission as P

from . import appraisal, outlines
from .appraisal import Scheme
from .models import AppraisalScheme, Edition, Outline, Report, ReportState
from .periods import ReportKind

NOUN = "report"


# --- who may what -------------------------------------------------------------------------------------------


OFFICES = "report.offices"
"""通报部门: whose heads draft and check, beside those whose right reaches the whole district."""


def drafts(user: User) -> bool:
    return org.is_business_of(user, P.REPORT_DRAFT, OFFICES)


def checks(user: User) -> bool:
    return org.is_business_of(user, P.REPORT_CHECK, OFFICES)


def publishes(user: User) -> bool:
    return org.is_business_of(user, P.REPORT_PUBLISH, OFFICES)


def works_on(user: User) -> bool:
    """Whether drafts are this user's business."""
    return drafts(user) or checks(user) or publishes(user)


def who_does() -> str:
    """Whose business reports are, for who would like to and may not."""
    return _(
        "通报公示由%(offices)s的负责人或管理员起草，另一人审核，区领导或管理员发布。",
        offices=listed(org.offices(OFFICES)),
    )


# --- reports and their versions -----------------------------------------------------------------------------


def visible_to(user: User) -> sa.Select[Report]:
    if not user.may(P.REPORT_VIEW):
        return sa.select(Report).where(sa.false())
    rows = sa.select(Report)
    return rows if works_on(user) else rows.where(Report.editions.any())


def with_names(rows: sa.Select[Report]) -> sa.Select[Report]:
    """Without what editions hold: a list needs only that there are some."""
    light = selectinload(Report.editions).load_only(Edition.number, Edition.published_at)
    return rows.options(
        joinedload(Report.unit), selectinload(Report.drafted_by), selectinload(Report.checked_by), light
    )


def of(kind: ReportKind, year: int, number: int) -> Report | None:
    return db.session.scalar(sa.select(Report).filter_by(kind=kind, year=year, number=number))


def edition(report: Report, number: int | None = None) -> Edition | None:
    """The published version of this number; the one in force without one."""
    rows = sa.select(Edition).where(Edition.report_id == report.id)
    if number is not None:
        return db.session.scalar(rows.where(Edition.number == number))
    return db.session.scalar(rows.order_by(Edition.number.desc()).limit(1))


def outline(kind: ReportKind) -> Outline:
    """What the reports of a kind hold from now on; the house's own where nobody has said otherwise (not yet stored)."""
    stored = db.session.scalar(sa.select(Outline).filter_by(kind=kind))
    return stored or Outline(
        kind=kind,
        sections=list(outlines.SECTIONS[kind]),
        indicators=list(outlines.INDICATORS[kind]),
        ranked=[key for key in outlines.RANKED if key in outlines.INDICATORS[kind]],
    )


def editions(report: Report) -> Sequence[Edition]:
    """All versions, the newest first, without what stands in them."""
    rows = sa.select(Edition).where(Edition.report_id == report.id).order_by(Edition.number.desc())
    light = joinedload(Edition.published_by)
    return db.session.scalars(
        rows.options(light, sa.orm.defer(Edition.content), sa.orm.defer(Edition.rows))
    ).all()


def in_state(state: ReportState) -> sa.ColumnElement[bool]:
    """As Report.standing has it."""
    if state is ReportState.PUBLISHED:
        return Report.editions.any()
    return sa.and_(Report.state == state, ~Report.editions.any())


def is_correcting() -> sa.ColumnElement[bool]:
    return sa.and_(Report.state != ReportState.PUBLISHED, Report.editions.any())


def waits_for_check(user: User) -> sa.ColumnElement[bool]:
    """What somebody else has drafted; who may not check has none waiting."""
    if not checks(user):
        return sa.false()
    return sa.and_(Report.state == ReportState.CHECKING, Report.drafted_by_id != user.id)


def waits_for_publication(user: User) -> sa.ColumnElement[bool]:
    return Report.state == ReportState.CHECKED if publishes(user) else sa.false()


def came_back(user: User) -> sa.ColumnElement[bool]:
    """What this user drafted and somebody gave back."""
    return sa.and_(Report.state == ReportState.DRAFT, Report.returned != "", Report.drafted_by_id == user.id)


def schemes() -> Sequence[AppraisalScheme]:
    """The versions of the yearly scoring after the first, the newest first."""
    rows = sa.select(AppraisalScheme).options(joinedload(AppraisalScheme.actor))
    return db.session.scalars(rows.order_by(AppraisalScheme.number.desc()).limit(100)).all()


def scheme() -> Scheme:
    """The one in force."""
    newest = db.session.scalar(sa.select(AppraisalScheme).order_by(AppraisalScheme.number.desc()).limit(1))
    return newest.scheme if newest else appraisal.FIRST
