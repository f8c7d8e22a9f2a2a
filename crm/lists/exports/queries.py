"""Which requests wait for whom, and my files of the last day."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy import orm

from crm.db import db
from crm.jobs.models import JobRun
from crm.lib import clock
from crm.org import queries as org
from crm.org.guard import reaches, within
from crm.org.models import User
from crm.org.permissions import Permission, Role

from .models import ExportRequest, RequestState

KIND = "lists.export"
KEPT = dt.timedelta(hours=24)
MINE_SHOWN = 30


def visible_to(user: User) -> sa.Select[ExportRequest]:
    """My own requests, and those of the people whose exports I approve."""
    theirs = within(user.scope_of(Permission.EXPORT_APPROVE), user, units=[User.unit_id])
    asked_by = sa.select(User.id).where(theirs)
    loaded = [orm.joinedload(ExportRequest.user), orm.joinedload(ExportRequest.decided_by)]
    return (
        sa.select(ExportRequest)
        .options(*loaded, orm.joinedload(ExportRequest.job))
        .where(sa.or_(ExportRequest.user_id == user.id, ExportRequest.user_id.in_(asked_by)))
    )


def waiting_for(user: User) -> sa.Select[ExportRequest]:
    """Those that this user may decide: nobody decides his own."""
    waits = sa.and_(ExportRequest.state == RequestState.WAITING, ExportRequest.user_id != user.id)
    return visible_to(user).where(waits).order_by(ExportRequest.asked_at, ExportRequest.id)


def deciders(asker: User) -> list[User]:
    """Whose bell rings when somebody asks: the heads of his unit, else those who look after the district's house."""
    heads = sa.and_(User.role == Role.MANAGER, User.unit_id == asker.unit_id)
    for who in (heads, User.role == Role.ADMINISTRATOR):
        found = [one for one in db.session.scalars(org.people().where(who)) if may_decide(one, asker)]
        if found:
            return found
    return []


def may_decide(user: User, asker: User) -> bool:
    """Nobody decides his own request."""
    reach = user.scope_of(Permission.EXPORT_APPROVE)
    return user.id != asker.id and reaches(reach, user, units=[asker.unit_id])


def number_waiting(user: User) -> int:
    if not user.may(Permission.EXPORT_APPROVE):
        return 0
    ids = waiting_for(user).with_only_columns(ExportRequest.id).order_by(None).subquery()
    return db.session.scalar(sa.select(sa.func.count()).select_from(ids)) or 0


def mine(user: User) -> list[ExportRequest]:
    rows = visible_to(user).where(ExportRequest.user_id == user.id).order_by(ExportRequest.id.desc())
    return list(db.session.scalars(rows.limit(MINE_SHOWN)))


def my_files(user: User) -> sa.Select[JobRun]:
    """Exports that the queue made or makes; a file is kept for a day from when it was ordered."""
    kept = JobRun.queued_at > clock.now() - KEPT
    return sa.select(JobRun).where(JobRun.kind == KIND, JobRun.user_id == user.id, kept)
