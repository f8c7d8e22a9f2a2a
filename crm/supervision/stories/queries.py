"""Reading stories: a published one is there for everybody who may look at supervision, one that waits for few."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from crm.contacts import queries as contacts
from crm.db import db
from crm.deals.models import Deal
from crm.delivery.models import KeyProject
from crm.files.models import StoredFile
from crm.org import queries as org
from crm.org import settings
from crm.org.guard import reaches
from crm.org.models import Unit, User
from crm.org.permissions import Permission as P
from crm.org.permissions import Role, Scope
from crm.supervision import queries as supervision

from .models import Story
from .states import StoryState

NOUN = Story.__tablename__


def visible_to(user: User) -> sa.Select[Any]:
    """Those that were published; of the others what my unit has written or is told of. Who publishes sees all."""
    rows = sa.select(Story)
    if not user.may(P.SUPERVISION_VIEW):
        return rows.where(sa.false())
    if supervision.sees_all(user) or publishes(user):
        return rows
    mine = sa.or_(Story.entered_unit_id == user.unit_id, Story.unit_id == user.unit_id)
    return rows.where(sa.or_(Story.published_on.is_not(None), mine))


def publishes(user: User) -> bool:
    """宣传: the office that the settings name, and whose right reaches the whole district."""
    scope = user.scope_of(P.STORY_PUBLISH)
    return scope is Scope.DISTRICT or (scope is not None and user.unit.name == settings.get("story.office"))


def may_publish(user: User, story: Story) -> bool:
    return publishes(user)


def may_edit(user: User, story: Story) -> bool:
    """Who has written it as long as it waits; afterwards those who publish, since others have read it."""
    scope = user.scope_of(P.STORY_WRITE)
    mine = reaches(scope, user, units=[story.entered_unit_id], owners=[story.entered_by_id])
    waits = story.state is StoryState.REGISTERED
    return scope is not None and (publishes(user) or (mine and waits))


def publishers() -> Sequence[User]:
    """The office's own people; leaders and administrators look by themselves."""
    rows = org.people().where(
        User.role == Role.MANAGER, User.unit.has(Unit.name == settings.get("story.office"))
    )
    return db.session.scalars(rows).all()


def with_names(rows: sa.Select[Any]) -> sa.Select[Any]:
    return rows.options(joinedload(Story.unit), joinedload(Story.entered_unit), selectinload(Story.person))


def with_all(rows: sa.Select[Any]) -> sa.Select[Any]:
    return with_names(rows).options(joinedload(Story.deal), joinedload(Story.project))


def is_in(state: StoryState) -> sa.ColumnElement[bool]:
    """Story.state as a WHERE."""
    return Story.published_on.is_not(None) if state is StoryState.PUBLISHED else Story.published_on.is_(None)


def of(
    user: User,
    *,
    deal: Deal | None = None,
    project: KeyProject | None = None,
    person: User | None = None,
    unit: Unit | None = None,
) -> Sequence[Story]:
    """What is told of a deal, of a project, of a person, or of a unit and its people."""
    about = {Story.deal_id: deal, Story.project_id: project, Story.person_id: person, Story.unit_id: unit}
    where = [column == one.id for column, one in about.items() if one]
    rows = with_names(visible_to(user).where(*where or [sa.false()]))
    return db.session.scalars(rows.order_by(Story.on_day.desc(), Story.id.desc()).limit(50)).all()


def same(title: str, unit_id: int) -> Story | None:
    rows = sa.select(Story).where(Story.title == title, Story.unit_id == unit_id)
    return db.session.scalar(rows.limit(1))


def files_visible_to(user: User) -> sa.Select[Any]:
    seen = visible_to(user).with_only_columns(Story.id).order_by(None)
    return sa.select(StoredFile).where(StoredFile.noun == NOUN, StoredFile.record_id.in_(seen))


SOURCE = contacts.Source(NOUN, Story, lambda user: visible_to(user), Story.title, (joinedload(Story.unit),))
