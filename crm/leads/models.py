"""A lead (有效信息): 「加强招商有效信息的收集、通报、跟踪和整合」. Who reported it first is never lost."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.db import NEVER_AGAIN, Line, Model, Text, Versioned, Wan
from crm.lib import clock
from crm.lib.enums import Labelled
from crm.lib.on_merge import moves
from crm.lib.words import N_
from crm.merchants.models import Direction, Enterprise
from crm.org.models import Unit, User


class LeadState(Labelled):
    REPORTED = "reported", N_("待研判"), "warn"
    FOLLOWED = "followed", N_("跟进"), "info"
    NURTURED = "nurtured", N_("培育"), "neutral"
    CONVERTED = "converted", N_("已转项目"), "good"
    ARCHIVED = "archived", N_("归档"), "neutral"
    DUPLICATE = "duplicate", N_("重复"), "bad"

    @property
    def is_open(self) -> bool:
        return self in (LeadState.REPORTED, LeadState.FOLLOWED, LeadState.NURTURED)


class Conclusion(Labelled):
    """研判结论."""

    FOLLOW = "follow", N_("跟进"), "good"
    NURTURE = "nurture", N_("培育"), "info"
    DROP = "drop", N_("放弃"), "neutral"
    DUPLICATE = "duplicate", N_("重复"), "bad"


class LeadSource(Labelled):
    MERCHANT = "merchant", N_("浙商（衢商）推荐")
    CHAMBER = "chamber", N_("商会推荐")
    FAIR = "fair", N_("展会论坛")
    INCOMING = "incoming", N_("企业来电来访")
    WEB = "web", N_("网络公开信息")
    VISIT = "visit", N_("干部走访")
    OTHER = "other", N_("其他")


class Lead(Versioned, Model):
    __tablename__ = "lead"
    __final__ = frozenset({"report_unit_id", "reported_by_id", "reported_at"})
    __table_args__ = (
        sa.Index("ix_lead_unit_state", "unit_id", "state"),
        sa.Index("ix_lead_state_reported", "state", "reported_at"),
        sa.Index("ix_lead_report_unit", "report_unit_id"),
        sa.CheckConstraint("(state = 'reported') = (judged_at IS NULL)", name="judged_has_a_time"),
        sa.CheckConstraint("state <> 'converted' OR deal_id IS NOT NULL", name="converted_has_a_deal"),
        NEVER_AGAIN,
    )

    title: Mapped[Line]
    content: Mapped[Text] = mapped_column(default="")
    state: Mapped[LeadState] = mapped_column(default=LeadState.REPORTED)
    source: Mapped[LeadSource] = mapped_column(default=LeadSource.OTHER)
    direction: Mapped[Direction | None]
    enterprise_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("enterprise.id"), index=True, info=moves()
    )
    company: Mapped[Line] = mapped_column(default="")  # as reported, before anybody matched it to the base
    contact_name: Mapped[Line] = mapped_column(default="")
    contact_phone: Mapped[Line] = mapped_column(default="")
    region_code: Mapped[str] = mapped_column(sa.String(12), default="")
    planned_wan: Mapped[Decimal | None] = mapped_column(Wan)  # 口径: 客商意向总投资
    land_mu: Mapped[Decimal | None] = mapped_column(sa.Numeric(10, 2))
    report_unit_id: Mapped[int] = mapped_column(sa.ForeignKey("unit.id"))  # who reported: never changed
    reported_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"), index=True)
    reported_at: Mapped[dt.datetime] = mapped_column(default=clock.business_now)
    unit_id: Mapped[int] = mapped_column(sa.ForeignKey("unit.id"))  # who answers for it now
    owner_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"), index=True)
    duplicate_of_id: Mapped[int | None] = mapped_column(sa.ForeignKey("lead.id"))
    judged_at: Mapped[dt.datetime | None]
    judged_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    conclusion: Mapped[Conclusion | None]
    judgement: Mapped[Text] = mapped_column(default="")
    bulletin_no: Mapped[Line] = mapped_column(default="")
    deal_id: Mapped[int | None] = mapped_column(sa.ForeignKey("deal.id", use_alter=True), index=True)
    next_step: Mapped[Line] = mapped_column(default="")
    next_due_on: Mapped[dt.date | None] = mapped_column(index=True)
    last_contact_at: Mapped[dt.datetime | None]
    created_at: Mapped[dt.datetime] = mapped_column(default=clock.now)

    enterprise: Mapped[Enterprise | None] = relationship()
    report_unit: Mapped[Unit] = relationship(foreign_keys=[report_unit_id])
    reported_by: Mapped[User | None] = relationship(foreign_keys=[reported_by_id])
    unit: Mapped[Unit] = relationship(foreign_keys=[unit_id])
    owner: Mapped[User | None] = relationship(foreign_keys=[owner_id])
    judged_by: Mapped[User | None] = relationship(foreign_keys=[judged_by_id])
    duplicate_of: Mapped[Lead | None] = relationship(remote_side="Lead.id")

    @property
    def name(self) -> str:
        return self.title
