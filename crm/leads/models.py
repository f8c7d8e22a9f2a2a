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
    __unrecorded__ = frozenset({"company_key"})
    __table_args__ = (
        sa.Index("ix_lead_unit_state", "unit_id", "state"),
        sa.Index("ix_lead_state_reported", "state", "reported_at"),
        sa.Index("ix_lead_report_unit", "report_unit_id"),
        sa.Index("ix_lead_company_key", "company_key"),
        sa.Index("ix_lead_duplicate_of", "duplicate_of_id"),
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
    company_key: Mapped[Line] = mapped_column(default="")  # what two spellings of one name share: sameness.py
    unconfirmed: Mapped[bool] = mapped_column(
        default=False
    )  # read out of a text, and looked at by nobody yet
    other_matter: Mapped[Line] = mapped_column(
        default=""
    )  # why it is no 重复 though the merchant was reported before
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
    duplicate_of_id: Mapped[int | None] = mapped_column(sa.ForeignKey("lead.id"))  # 协报: joins that one
    answered_at: Mapped[dt.datetime | None]  # 首次答复
    answered_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    answer: Mapped[Text] = mapped_column(default="")
    judge_unit_id: Mapped[int | None] = mapped_column(sa.ForeignKey("unit.id"), index=True)  # 请哪个部门研判
    judged_at: Mapped[dt.datetime | None]
    judged_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    conclusion: Mapped[Conclusion | None]
    judgement: Mapped[Text] = mapped_column(default="")
    fed_back_at: Mapped[dt.datetime | None]  # 反馈报送人
    fed_back_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    feedback: Mapped[Text] = mapped_column(default="")
    closed_at: Mapped[dt.datetime | None]  # since when it is a deal, filed away or a 重复
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
    judge_unit: Mapped[Unit | None] = relationship(foreign_keys=[judge_unit_id])
    duplicate_of: Mapped[Lead | None] = relationship(remote_side="Lead.id")
    judgements: Mapped[list[Judgement]] = relationship(back_populates="lead", order_by="Judgement.id")

    @property
    def name(self) -> str:
        return self.title


class Judgement(Model):
    """研判单: one department's answer about a lead. Another one is written beside it, never over it."""

    __tablename__ = "judgement"

    lead_id: Mapped[int] = mapped_column(sa.ForeignKey("lead.id", ondelete="CASCADE"), index=True)
    at: Mapped[dt.datetime] = mapped_column(default=clock.business_now, index=True)
    unit_id: Mapped[int] = mapped_column(sa.ForeignKey("unit.id"))  # whose answer it is
    judged_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    conclusion: Mapped[Conclusion]
    industry: Mapped[Line] = mapped_column(default="")  # 产业
    policy: Mapped[Line] = mapped_column(default="")  # 政策
    resources: Mapped[Line] = mapped_column(default="")  # 要素
    opinion: Mapped[Text] = mapped_column(default="")
    leader_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))  # 建议带队领导
    reason: Mapped[Text] = mapped_column(default="")  # why it was judged again

    lead: Mapped[Lead] = relationship(back_populates="judgements")
    unit: Mapped[Unit] = relationship()
    judged_by: Mapped[User | None] = relationship(foreign_keys=[judged_by_id])
    leader: Mapped[User | None] = relationship(foreign_keys=[leader_id])
