"""A contact log (沟通记录): one call, visit or reception, who on both sides, and what comes next."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.db import NEVER_AGAIN, Line, Model, Text, Versioned
from crm.deals.models import Deal
from crm.leads.models import Lead
from crm.lib import clock
from crm.lib.enums import Labelled
from crm.lib.on_merge import joins, moves
from crm.lib.words import N_
from crm.merchants.models import Enterprise, Person
from crm.org.models import Unit, User


class ContactKind(Labelled):
    CALL = "call", N_("电话")
    VISIT = "visit", N_("外出拜访")
    RECEPTION = "reception", N_("来访接待")
    WECHAT = "wechat", N_("微信")
    MEETING = "meeting", N_("会议活动")
    SURVEY = "survey", N_("跟踪调查")


contact_person = sa.Table(
    "contact_person",
    Model.metadata,
    sa.Column("contact_log_id", sa.ForeignKey("contact_log.id", ondelete="CASCADE"), primary_key=True),
    sa.Column(
        "person_id",
        sa.ForeignKey("person.id", ondelete="CASCADE"),
        primary_key=True,
        index=True,
        info=joins(),
    ),
)

contact_colleague = sa.Table(
    "contact_colleague",
    Model.metadata,
    sa.Column("contact_log_id", sa.ForeignKey("contact_log.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("user_id", sa.ForeignKey("user.id"), primary_key=True, index=True),
)


class ContactLog(Versioned, Model):
    __tablename__ = "contact_log"
    __table_args__ = (
        sa.Index("ix_contact_log_enterprise", "enterprise_id", "happened_at"),
        sa.Index("ix_contact_log_deal", "deal_id", "happened_at"),
        sa.Index("ix_contact_log_lead", "lead_id", "happened_at"),
        sa.Index("ix_contact_log_unit", "unit_id", "happened_at", "kind", "leader_led"),
        sa.Index("ix_contact_log_unit_kind", "unit_id", "kind", "happened_at", "leader_led"),  # visits, unit by unit
        sa.Index("ix_contact_log_author", "author_id", "happened_at", "kind"),
        sa.Index(  # what visits are counted by, and all that decides who sees them
            "ix_contact_log_kind", "kind", "happened_at", "unit_id", "leader_led", "author_id", "deal_id", "lead_id",
            "enterprise_id", "id",
        ),
        # In the order of the list, with all that decides who sees a log: queries.visible_to walks it alone.
        sa.Index(
            "ix_contact_log_happened",
            "happened_at",
            "unit_id",
            "author_id",
            "enterprise_id",
            "deal_id",
            "lead_id",
        ),
        NEVER_AGAIN,
    )  # fmt: skip

    kind: Mapped[ContactKind]
    happened_at: Mapped[dt.datetime]
    enterprise_id: Mapped[int | None] = mapped_column(sa.ForeignKey("enterprise.id"), info=moves())
    deal_id: Mapped[int | None] = mapped_column(sa.ForeignKey("deal.id"))
    lead_id: Mapped[int | None] = mapped_column(sa.ForeignKey("lead.id"))
    place: Mapped[Line] = mapped_column(default="")
    their_people: Mapped[Line] = mapped_column(default="")  # those who are not in the base
    summary: Mapped[Text]
    next_step: Mapped[Line] = mapped_column(default="")
    next_due_on: Mapped[dt.date | None]
    leader_led: Mapped[bool] = mapped_column(default=False)  # 区领导带队
    unit_id: Mapped[int] = mapped_column(sa.ForeignKey("unit.id"))
    author_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    logged_at: Mapped[dt.datetime] = mapped_column(default=clock.now)
    import_id: Mapped[int | None] = mapped_column(index=True)

    enterprise: Mapped[Enterprise | None] = relationship()
    deal: Mapped[Deal | None] = relationship()
    lead: Mapped[Lead | None] = relationship()
    unit: Mapped[Unit] = relationship()
    author: Mapped[User | None] = relationship(foreign_keys=[author_id])
    people: Mapped[list[Person]] = relationship(secondary=contact_person, order_by="Person.id")
    colleagues: Mapped[list[User]] = relationship(secondary=contact_colleague, order_by="User.id")

    @property
    def name(self) -> str:
        return self.summary[:60]

    def snapshot(self) -> dict[str, Any]:
        """With who took part, by name: a correction of them is told like any other."""
        return super().snapshot() | {
            "people": [person.name for person in self.people],
            "colleagues": [colleague.name for colleague in self.colleagues],
        }
