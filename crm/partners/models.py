"""Whom one works with (合作方), what was agreed, who visited whom, and which leads and deals it brought.

「加强两地政府之间、商会之间、企业之间的合作交流，吸引更多企业来山海协作产业园投资兴业」
"""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, column_property, mapped_column, relationship

from crm.db import NEVER_AGAIN, Line, Model, Text, Versioned
from crm.deals.models import Deal
from crm.leads.models import Lead
from crm.lib import clock
from crm.lib.enums import Labelled
from crm.lib.on_merge import moves
from crm.lib.words import N_, singular
from crm.merchants.models import Enterprise
from crm.missions.models import Mission
from crm.org.models import Unit, User
from crm.reference import regions


class PartnerKind(Labelled):
    GOVERNMENT = "government", N_("政府"), "info"
    CHAMBER = "chamber", N_("商会"), "good"
    FIRM = "firm", N_("企业"), "neutral"

    @property
    def label(self) -> str:
        return singular(self.msgid)


class ExchangeKind(Labelled):
    """互访活动: who went to whom."""

    WENT = "went", N_("我方去访"), "info"
    CAME = "came", N_("对方来访"), "good"
    TOGETHER = "together", N_("共同活动"), "neutral"


class Exchange(Versioned, Model):
    __tablename__ = "partner_exchange"
    __table_args__ = (
        sa.Index("ix_partner_exchange_partner", "partner_id", "on_day"),
        sa.Index("ix_partner_exchange_day", "on_day"),
        NEVER_AGAIN,
    )

    partner_id: Mapped[int] = mapped_column(sa.ForeignKey("partner.id"))
    kind: Mapped[ExchangeKind]
    on_day: Mapped[dt.date]
    place: Mapped[Line] = mapped_column(default="")
    led_by: Mapped[Line] = mapped_column(default="")  # 带队, by role or name
    theirs: Mapped[Line] = mapped_column(default="")  # who was there on the other side
    said: Mapped[Text]
    agreed: Mapped[Text] = mapped_column(default="")  # what both undertook
    mission_id: Mapped[int | None] = mapped_column(sa.ForeignKey("mission.id"), index=True)
    author_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    written_at: Mapped[dt.datetime] = mapped_column(default=clock.business_now)

    partner: Mapped[Partner] = relationship(back_populates="exchanges")
    mission: Mapped[Mission | None] = relationship()
    author: Mapped[User | None] = relationship()

    @property
    def name(self) -> str:
        return f"{self.partner.name} {self.on_day.isoformat()}"


class PartnerAgreement(Versioned, Model):
    """合作协议: between places, chambers or firms. None of it is a deal's: those are crm/agreements."""

    __tablename__ = "partner_agreement"
    __table_args__ = (
        sa.Index("ix_partner_agreement_expires", "closed_on", "expires_on"),
        sa.CheckConstraint("(closed_on IS NULL) = (closed_reason = '')", name="closed_has_a_reason"),
        NEVER_AGAIN,
    )

    partner_id: Mapped[int] = mapped_column(sa.ForeignKey("partner.id"), index=True)
    title: Mapped[Line]
    signed_on: Mapped[dt.date]
    expires_on: Mapped[dt.date | None]
    content: Mapped[Text] = mapped_column(default="")
    closed_on: Mapped[dt.date | None]
    closed_reason: Mapped[Line] = mapped_column(default="")

    partner: Mapped[Partner] = relationship(back_populates="agreements")

    @property
    def name(self) -> str:
        return self.title


class PartnerSource(Model):
    """来源标记: a lead or a deal that a partner has brought. Several may have; it is one lead or deal all the same."""

    __tablename__ = "partner_source"
    __table_args__ = (
        sa.UniqueConstraint("partner_id", "lead_id"),
        sa.UniqueConstraint("partner_id", "deal_id"),
        sa.CheckConstraint("(lead_id IS NULL) <> (deal_id IS NULL)", name="one_of_them"),
    )

    partner_id: Mapped[int] = mapped_column(sa.ForeignKey("partner.id"))
    lead_id: Mapped[int | None] = mapped_column(sa.ForeignKey("lead.id", ondelete="CASCADE"), index=True)
    deal_id: Mapped[int | None] = mapped_column(sa.ForeignKey("deal.id", ondelete="CASCADE"), index=True)
    marked_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    marked_at: Mapped[dt.datetime] = mapped_column(default=clock.business_now)

    partner: Mapped[Partner] = relationship()
    lead: Mapped[Lead | None] = relationship()
    deal: Mapped[Deal | None] = relationship()


class Partner(Versioned, Model):
    __tablename__ = "partner"
    __table_args__ = (
        sa.Index("ix_partner_unit", "unit_id", "next_due_on"),
        sa.Index("ix_partner_owner", "owner_id", "next_due_on"),
        sa.Index("ix_partner_region", "region_code"),
        sa.CheckConstraint("(ended_on IS NULL) = (why_ended = '')", name="ended_with_a_reason"),
        NEVER_AGAIN,
    )

    id: Mapped[int] = mapped_column(primary_key=True)  # as everywhere; named here for the two counts below
    kind: Mapped[PartnerKind]
    name: Mapped[Line] = mapped_column(index=True)
    region_code: Mapped[str] = mapped_column(sa.String(12), default="")
    enterprise_id: Mapped[int | None] = mapped_column(  # a chamber's or firm's own record in the base
        sa.ForeignKey("enterprise.id"), index=True, info=moves()
    )
    is_shanhai: Mapped[bool] = mapped_column(default=False)  # 山海协作
    site: Mapped[Line] = mapped_column(default="")  # 合作载体: the park that both build
    liaison: Mapped[Line] = mapped_column(default="")  # who is asked there: name and post, no number
    content: Mapped[Text] = mapped_column(default="")
    unit_id: Mapped[int] = mapped_column(sa.ForeignKey("unit.id"))
    owner_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    next_step: Mapped[Line] = mapped_column(default="")
    next_due_on: Mapped[dt.date | None]
    ended_on: Mapped[dt.date | None]
    why_ended: Mapped[Line] = mapped_column(default="")
    listed_at: Mapped[dt.datetime] = mapped_column(default=clock.business_now)

    enterprise: Mapped[Enterprise | None] = relationship()
    unit: Mapped[Unit] = relationship()
    owner: Mapped[User | None] = relationship(foreign_keys=[owner_id])
    exchanges: Mapped[list[Exchange]] = relationship(
        back_populates="partner", order_by="Exchange.on_day.desc(), Exchange.id.desc()"
    )
    agreements: Mapped[list[PartnerAgreement]] = relationship(
        back_populates="partner", order_by="PartnerAgreement.signed_on.desc(), PartnerAgreement.id.desc()"
    )

    # Asked with the row, from an index each.
    last_exchange_on: Mapped[dt.date | None] = column_property(
        sa.select(sa.func.max(Exchange.on_day)).where(Exchange.partner_id == id)
        .correlate_except(Exchange).scalar_subquery()
    )  # fmt: skip
    brought: Mapped[int] = column_property(
        sa.select(sa.func.count()).where(PartnerSource.partner_id == id)
        .correlate_except(PartnerSource).scalar_subquery()
    )  # fmt: skip

    @property
    def is_open(self) -> bool:
        return self.ended_on is None

    @property
    def region(self) -> str:
        return regions.full_name(self.region_code)
