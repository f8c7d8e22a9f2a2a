"""Reading who watches over what, what firms ask for, and the three rates by watcher."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from crm.contacts import queries as contacts
from crm.db import db
from crm.deals import queries as deals
from crm.deals.models import Deal
from crm.deals.stages import EARLY, DealState, Stage
from crm.delivery import queries as delivery
from crm.delivery.models import KeyProject
from crm.delivery.status import BUILT, Status
from crm.holidays import queries as holidays
from crm.org import settings
from crm.org.guard import reaches
from crm.org.models import User
from crm.org.permissions import Permission as P

from .models import FirmRequest, RequestState, Subject, Watch

MOST_WATCHERS = 300
NOUN = FirmRequest.__tablename__


def _watched_projects(user: User) -> sa.Select[Any]:
    return sa.select(Watch.project_id).where(
        Watch.person_id == user.id, Watch.to_on.is_(None), Watch.project_id.is_not(None)
    )


def _watched_deals(user: User) -> sa.Select[Any]:
    return sa.select(Watch.deal_id).where(
        Watch.person_id == user.id, Watch.to_on.is_(None), Watch.deal_id.is_not(None)
    )


def _asked(column: Any) -> Callable[[User], sa.Select[Any]]:
    """Who is to answer a firm has to see what its request is about, until it is answered."""
    return lambda user: sa.select(column).where(
        FirmRequest.unit_id == user.unit_id, FirmRequest.answered_on.is_(None), column.is_not(None)
    )


delivery.SEEN_THROUGH += [_watched_projects, _asked(FirmRequest.project_id)]
deals.SEEN_THROUGH += [_watched_deals, _asked(FirmRequest.deal_id)]


def _on_what_i_see(model: Any, user: User) -> sa.ColumnElement[bool]:
    seen = deals.visible_to(user).with_only_columns(Deal.id).order_by(None)
    projects = delivery.ids_of(delivery.visible_to(user))
    return sa.or_(model.project_id.in_(projects), model.deal_id.in_(seen))


def watches_visible_to(user: User) -> sa.Select[Watch]:
    return sa.select(Watch).where(_on_what_i_see(Watch, user))


def requests_visible_to(user: User) -> sa.Select[FirmRequest]:
    """Those of what I see, and those my unit was asked to answer, also when it has."""
    mine = FirmRequest.unit_id == user.unit_id if user.may(P.PROJECT_VIEW) else sa.false()
    return sa.select(FirmRequest).where(sa.or_(mine, _on_what_i_see(FirmRequest, user)))


def sees_subject(user: User, request: FirmRequest) -> bool:
    """Not who answered for another's project: he saw it as long as he was asked."""
    rows = sa.select(FirmRequest.id).where(FirmRequest.id == request.id, _on_what_i_see(FirmRequest, user))
    return db.session.scalar(rows) is not None


def with_names(rows: sa.Select[Any], model: Any) -> sa.Select[Any]:
    return rows.options(
        joinedload(model.project).joinedload(KeyProject.unit), joinedload(model.deal).joinedload(Deal.unit)
    )


# --- who may ------------------------------------------------------------------------------------------------


def units_of(subject: Subject) -> list[int | None]:
    if isinstance(subject, KeyProject):
        return [subject.unit_id, subject.entered_unit_id]
    return [subject.unit_id]


def may_assign(user: User, subject: Subject) -> bool:
    return reaches(user.scope_of(P.WATCH_ASSIGN), user, units=units_of(subject))


def may_serve(user: User, subject: Subject) -> bool:
    """Who watches over it, wherever he works; else those who answer for it."""
    if not user.may(P.WATCH_SERVE):
        return False
    now = watch_of(subject)
    return bool(now and now.person_id == user.id) or reaches(
        user.scope_of(P.WATCH_SERVE), user, units=units_of(subject)
    )


def may_answer(user: User, request: FirmRequest) -> bool:
    """The unit that is to answer it, too."""
    mine = reaches(user.scope_of(P.WATCH_SERVE), user, units=[request.unit_id])
    return mine or may_serve(user, request.subject)


# --- of one project or deal ---------------------------------------------------------------------------------


def hangs_on(model: Any, subject: Subject) -> sa.ColumnElement[bool]:
    column = model.project_id if isinstance(subject, KeyProject) else model.deal_id
    return column == subject.id  # type: ignore[no-any-return]


def watches_of(subject: Subject) -> Sequence[Watch]:
    """Everybody who has watched over it, the newest first."""
    rows = sa.select(Watch).where(hangs_on(Watch, subject)).options(joinedload(Watch.person))
    return db.session.scalars(rows.order_by(Watch.from_on.desc(), Watch.id.desc()).limit(100)).all()


def watch_of(subject: Subject) -> Watch | None:
    rows = sa.select(Watch).where(hangs_on(Watch, subject), Watch.to_on.is_(None))
    return db.session.scalar(rows.options(joinedload(Watch.person)))


def requests_of(subject: Subject) -> Sequence[FirmRequest]:
    """What is open first, by the day it is due."""
    rows = sa.select(FirmRequest).where(hangs_on(FirmRequest, subject)).options(
        joinedload(FirmRequest.unit), joinedload(FirmRequest.answered_by)
    )  # fmt: skip
    order = (FirmRequest.answered_on.is_not(None), FirmRequest.due_on, FirmRequest.id)
    return db.session.scalars(rows.order_by(*order).limit(100)).all()


def is_to_watch(subject: Subject) -> bool:
    """From 签约 to 达产; what produces nothing is watched over until it is built."""
    if isinstance(subject, KeyProject):
        last = Status.AT_CAPACITY if subject.is_productive else Status.COMPLETED
        return subject.status.order < last.order
    signed = subject.stage not in EARLY and subject.stage is not Stage.AT_CAPACITY
    return signed and subject.state is not DealState.LAPSED


def due_on(asked_on: dt.date) -> dt.date:
    return holidays.calendar().after(asked_on, int(settings.get("watch.answer_days")))


# --- as conditions of lists ---------------------------------------------------------------------------------


def projects_to_watch() -> sa.ColumnElement[bool]:
    """is_to_watch as a WHERE."""
    return sa.or_(
        sa.and_(KeyProject.is_productive, KeyProject.status != Status.AT_CAPACITY),
        sa.and_(~KeyProject.is_productive, KeyProject.status.not_in(BUILT)),
    )


def project_watched_by(person_id: int | None) -> sa.ColumnElement[bool]:
    """By this person now; None: to be watched over, and by nobody."""
    rows = sa.select(Watch.project_id).where(Watch.to_on.is_(None), Watch.project_id.is_not(None))
    if person_id is None:
        return sa.and_(projects_to_watch(), KeyProject.id.not_in(rows))
    return KeyProject.id.in_(rows.where(Watch.person_id == person_id))


def deal_watched_by(person_id: int | None) -> sa.ColumnElement[bool]:
    """The same of a deal: who watches over its key project watches over it."""
    rows = sa.select(Watch.deal_id).where(Watch.to_on.is_(None), Watch.deal_id.is_not(None))
    by_project = (
        sa.select(KeyProject.deal_id)
        .join(Watch, Watch.project_id == KeyProject.id)
        .where(Watch.to_on.is_(None), KeyProject.deal_id.is_not(None))
    )
    if person_id is None:
        signed = sa.and_(Deal.stage.not_in([*EARLY, Stage.AT_CAPACITY]), Deal.state != DealState.LAPSED)
        return sa.and_(signed, Deal.id.not_in(rows), Deal.id.not_in(by_project))
    mine = Watch.person_id == person_id
    return sa.or_(Deal.id.in_(rows.where(mine)), Deal.id.in_(by_project.where(mine)))


def in_state(state: RequestState, today: dt.date) -> sa.ColumnElement[bool]:
    """FirmRequest.state as a WHERE."""
    if state is RequestState.ANSWERED:
        return FirmRequest.answered_on.is_not(None)
    late = FirmRequest.due_on < today
    return sa.and_(FirmRequest.answered_on.is_(None), late if state is RequestState.OVERDUE else ~late)


def asked_of(user: User) -> sa.ColumnElement[bool]:
    """Requests that wait for this user: of what he watches over, or of his unit."""
    return sa.or_(
        FirmRequest.unit_id == user.unit_id,
        FirmRequest.project_id.in_(_watched_projects(user)),
        FirmRequest.deal_id.in_(_watched_deals(user)),
    )


# --- the three rates by watcher -----------------------------------------------------------------------------


def watchers(user: User) -> list[tuple[User, int]]:
    """Everybody who watches over a key project I see, and over how many."""
    counted = (
        sa.select(Watch.person_id, sa.func.count().label("n"))
        .where(Watch.to_on.is_(None), Watch.project_id.in_(delivery.ids_of(delivery.visible_to(user))))
        .group_by(Watch.person_id)
        .subquery()
    )
    rows = (
        sa.select(User, counted.c.n)
        .join(counted, counted.c.person_id == User.id)
        .options(joinedload(User.unit))
    )
    rows = rows.order_by(User.unit_id, User.id).limit(MOST_WATCHERS)
    return [(row[0], row[1]) for row in db.session.execute(rows).unique()]


def counted_by_watcher(projects: sa.Select[Any]) -> dict[int, int]:
    """{person: how many of these projects are his}; `projects` selects ids. Each project has one at a time."""
    rows = (
        sa.select(Watch.person_id, sa.func.count())
        .where(Watch.to_on.is_(None), Watch.project_id.in_(projects))
        .group_by(Watch.person_id)
    )
    return dict(db.session.execute(rows).all())  # type: ignore[arg-type]


SOURCE = contacts.Source(
    NOUN,
    FirmRequest,
    lambda user: requests_visible_to(user),
    FirmRequest.text,
    (joinedload(FirmRequest.unit),),
)
