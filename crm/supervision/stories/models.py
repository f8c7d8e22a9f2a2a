"""A story of somebody whose work is held up to others."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.db import NEVER_AGAIN, Line, Model, Text, Versioned
from crm.deals.models import Deal
from crm.delivery.models import KeyProject
from crm.lib import clock
from crm.org.models import Unit, User

from .states import StoryKind, StoryState


class Story(Versioned, Model):
    """先进典型. Whose unit has written it down is written once. Taken back, it is registered again; the trail says why."""

    __tablename__ = "story"
    __final__ = frozenset({"entered_unit_id"})
    __table_args__ = (
        sa.Index("ix_story_published", "published_on", "kind"),
        sa.CheckConstraint("title <> '' AND text <> ''", name="tells_something"),
        sa.CheckConstraint("(published_on IS NULL) = (published_in = '')", name="published_says_where"),
        sa.CheckConstraint("published_on IS NOT NULL OR link = ''", name="link_of_what_is_published"),
        NEVER_AGAIN,
    )

    title: Mapped[Line]
    kind: Mapped[StoryKind]
    text: Mapped[Text]
    on_day: Mapped[dt.date]  # when it happened
    unit_id: Mapped[int] = mapped_column(sa.ForeignKey("unit.id"), index=True)  # whom it tells of
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"), index=True)
    deal_id: Mapped[int | None] = mapped_column(sa.ForeignKey("deal.id"), index=True)
    project_id: Mapped[int | None] = mapped_column(sa.ForeignKey("key_project.id"), index=True)
    published_on: Mapped[dt.date | None]
    published_in: Mapped[Line] = mapped_column(default="")  # the paper, the station, the site
    link: Mapped[Text] = mapped_column(default="")  # where it can be read there
    entered_unit_id: Mapped[int] = mapped_column(sa.ForeignKey("unit.id"), index=True)
    entered_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    created_at: Mapped[dt.datetime] = mapped_column(default=clock.now)

    unit: Mapped[Unit] = relationship(foreign_keys=[unit_id])
    entered_unit: Mapped[Unit] = relationship(foreign_keys=[entered_unit_id])
    person: Mapped[User | None] = relationship(foreign_keys=[person_id])
    deal: Mapped[Deal | None] = relationship()
    project: Mapped[KeyProject | None] = relationship()

    @property
    def name(self) -> str:
        return self.title

    @property
    def state(self) -> StoryState:
        return StoryState.PUBLISHED if self.published_on else StoryState.REGISTERED

    @property
    def whose(self) -> str:
        return f"{self.person.name}（{self.unit.name}）" if self.person else self.unit.name
