"""An honour that was granted to a person or a unit."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.db import NEVER_AGAIN, Line, Model, Text, Versioned
from crm.lib import clock
from crm.lib.enums import Labelled
from crm.lib.words import N_
from crm.org.models import Unit, User


class HonourKind(Labelled):
    """「坚持以实效论英雄、凭实绩用干部」"""

    TALENT = "talent", N_("招商能手"), "good"
    MERIT = "merit", N_("项目功臣"), "good"
    FIGHTER = "fighter", N_("攻坚干将"), "good"
    OTHER = "other", N_("其他荣誉"), "info"


class Honour(Versioned, Model):
    """To whom it was granted and for which figure is written once; taken back it stays, and says why."""

    __tablename__ = "honour"
    __final__ = frozenset({"unit_id", "person_id", "evidence"})
    __table_args__ = (
        sa.Index("ix_honour_year", "year", "kind"),
        sa.CheckConstraint("reason <> ''", name="says_why"),
        sa.CheckConstraint("(revoked_on IS NULL) = (revoke_reason = '')", name="revoked_says_why"),
        NEVER_AGAIN,
    )

    kind: Mapped[HonourKind]
    title: Mapped[Line]  # of 其他荣誉 its own, of the others that of its kind
    year: Mapped[int]
    unit_id: Mapped[int] = mapped_column(sa.ForeignKey("unit.id"), index=True)  # of a person the unit then
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"), index=True)
    reason: Mapped[Text]
    evidence: Mapped[dict[str, Any]] = mapped_column(default=dict)  # the figure as it was, and its filter
    document_no: Mapped[Line] = mapped_column(default="")  # 文号
    granted_by: Mapped[Line] = mapped_column(default="")
    granted_on: Mapped[dt.date]
    revoked_on: Mapped[dt.date | None]
    revoke_reason: Mapped[Text] = mapped_column(default="")
    entered_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    created_at: Mapped[dt.datetime] = mapped_column(default=clock.now)

    unit: Mapped[Unit] = relationship()
    person: Mapped[User | None] = relationship(foreign_keys=[person_id])

    @property
    def called(self) -> str:
        """In the reader's language, where the name is not somebody's own."""
        return self.title if self.kind is HonourKind.OTHER else self.kind.label

    @property
    def whose(self) -> str:
        return f"{self.person.name}（{self.unit.name}）" if self.person else self.unit.name

    @property
    def name(self) -> str:
        return f"{self.year} {self.title} {self.whose}"
