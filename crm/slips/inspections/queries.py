"""Reading inspections: by who entered them, by who sees a project that was spoken of; the office sees all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from crm.db import db
from crm.delivery import queries as delivery
from crm.delivery.models import KeyProject
from crm.org.guard import reaches
from crm.org.models import User
from crm.org.permissions import Permission as P
from crm.org.permissions import Scope
from crm.slips import queries as slips
from crm.slips.models import Inspection, Remark, Slip
from crm.slips.states import OVER, RemarkState


def _is_mine(user: User) -> sa.ColumnElement[bool]:
    scope = user.scope_of(P.SLIP_VIEW)
    if scope is Scope.DISTRICT or (scope is not None and slips.in_office(user)):
        return sa.true()
    return Inspection.unit_id == user.unit_id if scope is not None else sa.false()


def remarks_visible_to(user: User) -> sa.Select[Any]:
    """What was said about projects I see, and all of the inspections my unit has entered."""
    about = Remark.project_id.in_(delivery.ids_of(delivery.visible_to(user)))
    return sa.select(Remark).join(Remark.inspection).where(sa.or_(_is_mine(user), about))


def visible_to(user: User) -> sa.Select[Any]:
    said = remarks_visible_to(user).with_only_columns(Remark.inspection_id).order_by(None)
    return sa.select(Inspection).where(sa.or_(_is_mine(user), Inspection.id.in_(said)))


def with_all(rows: sa.Select[Any]) -> sa.Select[Any]:
    """What a line of the list names."""
    return rows.options(
        joinedload(Remark.inspection).joinedload(Inspection.unit),
        joinedload(Remark.project).joinedload(KeyProject.unit),
        joinedload(Remark.slip),
    )


def remarks_of(user: User, inspection: Inspection) -> Sequence[Remark]:
    rows = with_all(remarks_visible_to(user).where(Remark.inspection_id == inspection.id))
    return db.session.scalars(rows.order_by(Remark.id).limit(200)).unique().all()


def remark_of(user: User, slip: Slip) -> Remark | None:
    """What the slip has come from, if it has come from an inspection that I see."""
    rows = with_all(remarks_visible_to(user).where(Remark.slip_id == slip.id))
    return db.session.scalars(rows.limit(1)).unique().first()


def may(user: User, inspection: Inspection) -> bool:
    return reaches(
        user.scope_of(P.INSPECTION_MANAGE),
        user,
        units=[inspection.unit_id],
        owners=[inspection.entered_by_id],
    )


def is_in(state: RemarkState) -> sa.ColumnElement[bool]:
    """Remark.state as a WHERE."""
    told = Remark.answered_on.is_not(None)
    if state is RemarkState.ANSWERED:
        return told
    referred = Remark.slip_id.is_not(None)
    return sa.and_(sa.not_(told), referred if state is RemarkState.REFERRED else sa.not_(referred))


def ready() -> sa.ColumnElement[bool]:
    """Remark.is_ready as a WHERE."""
    over = sa.select(Slip.id).where(Slip.state.in_(OVER))
    return sa.and_(Remark.answered_on.is_(None), Remark.slip_id.in_(over))
