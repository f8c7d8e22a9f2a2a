"""Who watches over a project, and the requests of its firm (企业诉求).

「健全项目管理“个性化”、“全程化”服务制度，整合资源力量，实行专人盯办，着力提高项目的开工率、建成率和投产率」. Both hang on a key
project or, where a signed deal has none yet, on the deal.
"""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, declared_attr, mapped_column, relationship

from crm.db import NEVER_AGAIN, Model, Text, Versioned
from crm.deals.models import Deal
from crm.delivery.models import KeyProject
from crm.lib import clock
from crm.lib.enums import Labelled
from crm.lib.words import N_
from crm.org.models import Unit, User

Subject = KeyProject | Deal
ONE = "(project_id IS NULL) <> (deal_id IS NULL)"


class OnSubject:
    """Hangs on one key project or one deal."""

    project_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("key_project.id", ondelete="CASCADE"), index=True
    )
    deal_id: Mapped[int | None] = mapped_column(sa.ForeignKey("deal.id", ondelete="CASCADE"), index=True)

    @declared_attr
    def project(cls) -> Mapped[KeyProject | None]:
        return relationship(KeyProject)

    @declared_attr
    def deal(cls) -> Mapped[Deal | None]:
        return relationship(Deal)

    @property
    def subject(self) -> Subject:
        found = self.project or self.deal
        assert found is not None
        return found


def _one_now(column: str) -> sa.Index:
    where = sa.text(f"to_on IS NULL AND {column} IS NOT NULL")
    return sa.Index(
        f"ix_watch_one_now_{column}", column, unique=True, sqlite_where=where, postgresql_where=where
    )


class Watch(OnSubject, Model):
    """盯办: one person for a time. `to_on` is the last day; who takes over begins on the next."""

    __tablename__ = "watch"
    __table_args__ = (
        _one_now("project_id"),
        _one_now("deal_id"),
        sa.Index("ix_watch_person", "person_id", "to_on"),
        sa.CheckConstraint(ONE, name="on_one_of_both"),
        sa.CheckConstraint("to_on IS NULL OR to_on >= from_on", name="ends_after_it_begins"),
        NEVER_AGAIN,
    )

    person_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    from_on: Mapped[dt.date]
    to_on: Mapped[dt.date | None]
    note: Mapped[Text] = mapped_column(default="")  # what was handed over, and why

    person: Mapped[User] = relationship()


class RequestKind(Labelled):
    LAND = "land", N_("用地")
    MONEY = "money", N_("融资")
    PEOPLE = "people", N_("用工")
    APPROVAL = "approval", N_("审批")
    UTILITIES = "utilities", N_("水电气路")
    POLICY = "policy", N_("政策兑现")
    OTHER = "other", N_("其他诉求")


class RequestState(Labelled):
    OPEN = "open", N_("待答复"), "info"
    OVERDUE = "overdue", N_("逾期未答复"), "bad"
    ANSWERED = "answered", N_("已答复"), "good"


class FirmRequest(OnSubject, Versioned, Model):
    """企业诉求: what the firm needs, by when it is to be answered, and the answer."""

    __tablename__ = "firm_request"
    __table_args__ = (
        sa.Index("ix_firm_request_due", "answered_on", "due_on"),
        sa.CheckConstraint(ONE, name="on_one_of_both"),
        sa.CheckConstraint("(answered_on IS NULL) = (answer = '')", name="answered_with_words"),
        NEVER_AGAIN,
    )

    kind: Mapped[RequestKind]
    text: Mapped[Text]
    asked_on: Mapped[dt.date]
    due_on: Mapped[dt.date]
    unit_id: Mapped[int] = mapped_column(sa.ForeignKey("unit.id"), index=True)  # 答复单位
    entered_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    answer: Mapped[Text] = mapped_column(default="")
    answered_on: Mapped[dt.date | None]
    answered_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    times_reopened: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[dt.datetime] = mapped_column(default=clock.now)

    unit: Mapped[Unit] = relationship()
    entered_by: Mapped[User | None] = relationship(foreign_keys=[entered_by_id])
    answered_by: Mapped[User | None] = relationship(foreign_keys=[answered_by_id])

    @property
    def name(self) -> str:
        return self.text if len(self.text) <= 40 else self.text[:39] + "…"

    def state(self, today: dt.date) -> RequestState:
        if self.answered_on:
            return RequestState.ANSWERED
        return RequestState.OVERDUE if self.due_on < today else RequestState.OPEN
