"""Who supervises, and who is told."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from crm.db import db
from crm.deals import queries as deals
from crm.deals.models import Deal
from crm.delivery import queries as delivery
from crm.delivery.models import KeyProject
from crm.org import queries as org
from crm.org import settings
from crm.org.models import User
from crm.org.permissions import Permission as P
from crm.org.permissions import Role, Scope


def in_office(user: User) -> bool:
    return bool(user.unit.name == settings.get("supervision.office"))


def runs(user: User) -> bool:
    """督查岗: the office named in the settings, and whose right reaches the whole district."""
    scope = user.scope_of(P.SUPERVISION_RUN)
    return scope is Scope.DISTRICT or (scope is not None and in_office(user))


def sees_all(user: User) -> bool:
    scope = user.scope_of(P.SUPERVISION_VIEW)
    return scope is Scope.DISTRICT or (scope is not None and in_office(user))


def people_of(unit_id: int) -> Sequence[User]:
    """Who of a unit is told of what is asked of it: its heads, where there is none those who follow its records."""
    rows = org.people().where(User.unit_id == unit_id)
    heads = db.session.scalars(rows.where(User.role == Role.MANAGER)).all()
    return heads or db.session.scalars(rows.where(User.role == Role.PROMOTER)).all()


def supervisors(but_unit_id: int) -> Sequence[User]:
    """The office's own people who may decide about another unit; leaders and administrators look by themselves."""
    office = sa.and_(User.role == Role.MANAGER, User.unit_id != but_unit_id)
    return [one for one in db.session.scalars(org.people().where(office)) if in_office(one)]


def deal_of_id(user: User, id: int | None) -> Deal | None:
    """What something is about, if the user sees it."""
    return db.session.scalar(deals.visible_to(user).filter_by(id=id)) if id else None


def project_of_id(user: User, id: int | None) -> KeyProject | None:
    return db.session.scalar(delivery.visible_to(user).filter_by(id=id)) if id else None
