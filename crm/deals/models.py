"""A deal (招商项目): what is planned, who answers for it, where it stands, and every move it made."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from crm.db import NEVER_AGAIN, Line, Model, Text, Versioned, Wan
from crm.leads.models import Lead
from crm.lib import clock
from crm.lib.enums import Labelled
from crm.lib.money import Band
from crm.lib.on_merge import joins, moves
from crm.lib.words import N_
from crm.merchants.models import Direction, Enterprise
from crm.org.models import Unit, User

from . import spans
from .stages import Admission, AgreementKind, AmountBasis, DealState, MoveKind, SourceScope, Stage


class PartyRole(Labelled):
    INVESTOR = "investor", N_("投资方"), "info"
    PARTNER = "partner", N_("合作方")
    COMPANY = "company", N_("项目公司")
    INTRODUCER = "introducer", N_("引荐方")


class Deal(Versioned, Model):
    __tablename__ = "deal"
    __final__ = frozenset({"first_report_unit_id", "first_report_user_id", "first_reported_at"})
    __table_args__ = (
        sa.Index("ix_deal_board", "state", "stage", "stage_since", "id"),
        sa.Index("ix_deal_lanes", "state", "stage", "planned_wan", "next_due_on"),  # heads of the board
        sa.Index("ix_deal_unit", "unit_id", "state", "stage"),
        sa.Index(
            "ix_deal_signed",
            "signed_on",
            "planned_wan",
            "agreed_wan",
            "unit_id",
            "owner_id",
            "contract_usd_wan",
        ),  # what was signed in a year, counted
        sa.Index("ix_deal_due", "state", "next_due_on"),
        sa.Index("ix_deal_contact", "state", "last_contact_at"),
        sa.Index("ix_deal_idle", "state", "stage", "last_contact_at", "stage_since", "next_due_on"),
        sa.Index("ix_deal_first_report_unit", "first_report_unit_id"),
        sa.Index(  # few have one: a planner that counts the others in thinks them as many as a unit's
            "ix_deal_sponsor_id",
            "sponsor_id",
            sqlite_where=sa.text("sponsor_id IS NOT NULL"),
            postgresql_where=sa.text("sponsor_id IS NOT NULL"),
        ),
        sa.Index(  # few add to another
            "ix_deal_increases_id",
            "increases_id",
            sqlite_where=sa.text("increases_id IS NOT NULL"),
            postgresql_where=sa.text("increases_id IS NOT NULL"),
        ),
        sa.CheckConstraint(
            "stage IN ('intended', 'new_talks', 'negotiating') OR signed_on IS NOT NULL",
            name="signed_has_a_day",
        ),
        sa.CheckConstraint("state = 'active' OR state_reason <> ''", name="stopped_has_a_reason"),
        sa.CheckConstraint("planned_wan IS NULL OR planned_wan >= 0", name="planned_not_negative"),
        sa.CheckConstraint("fixed_asset_wan IS NULL OR fixed_asset_wan >= 0", name="fixed_not_negative"),
        sa.CheckConstraint("contract_usd_wan IS NULL OR contract_usd_wan > 0", name="contract_usd_is_some"),
        NEVER_AGAIN,
    )

    name: Mapped[Line] = mapped_column(index=True)
    content: Mapped[Text] = mapped_column(default="")
    stage: Mapped[Stage] = mapped_column(default=Stage.INTENDED)
    stage_since: Mapped[dt.date] = mapped_column(default=clock.today)
    state: Mapped[DealState] = mapped_column(default=DealState.ACTIVE)
    state_reason: Mapped[Text] = mapped_column(default="")
    state_since: Mapped[dt.date | None]

    planned_wan: Mapped[Decimal | None] = mapped_column(Wan)  # 总投资
    fixed_asset_wan: Mapped[Decimal | None] = mapped_column(Wan)  # 其中固定资产投资
    agreed_wan: Mapped[Decimal | None] = mapped_column(Wan)  # 协议引资
    contract_usd_wan: Mapped[Decimal | None] = mapped_column(
        Wan
    )  # 合同外资, 万美元 as contracted; never converted
    amount_basis: Mapped[AmountBasis] = mapped_column(default=AmountBasis.WISH)
    source_scope: Mapped[SourceScope] = mapped_column(default=SourceScope.OUT_OF_PROVINCE)
    direction: Mapped[Direction | None] = mapped_column(index=True)
    industry_code: Mapped[str] = mapped_column(sa.String(4), default="")
    land_mu: Mapped[Decimal | None] = mapped_column(sa.Numeric(10, 2))
    is_return: Mapped[bool] = mapped_column(default=False)  # 浙商回归
    is_shanhai: Mapped[bool] = mapped_column(default=False)  # 山海协作

    enterprise_id: Mapped[int | None] = mapped_column(  # 主投资方
        sa.ForeignKey("enterprise.id"), index=True, info=moves()
    )
    lead_id: Mapped[int | None] = mapped_column(sa.ForeignKey("lead.id"), index=True)
    increases_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("deal.id")
    )  # 增资的原项目: see increases.py
    unit_id: Mapped[int] = mapped_column(sa.ForeignKey("unit.id"))  # 责任单位
    owner_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"), index=True)  # 跟进人
    sponsor_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))  # 挂联领导
    first_report_unit_id: Mapped[int] = mapped_column(sa.ForeignKey("unit.id"))  # 首报单位: never changed
    first_report_user_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    first_reported_at: Mapped[dt.datetime] = mapped_column(default=clock.business_now)

    admission: Mapped[Admission] = mapped_column(default=Admission.NONE)  # 决策咨询
    admission_note: Mapped[Line] = mapped_column(default="")
    expected_sign_on: Mapped[dt.date | None]
    signed_on: Mapped[dt.date | None]
    agreement_kind: Mapped[AgreementKind | None]
    local_company: Mapped[Line] = mapped_column(default="")  # 本地注册的项目公司
    local_uscc: Mapped[str] = mapped_column(sa.String(18), default="")

    next_step: Mapped[Line] = mapped_column(default="")
    next_due_on: Mapped[dt.date | None]
    last_contact_at: Mapped[dt.datetime | None]
    created_at: Mapped[dt.datetime] = mapped_column(default=clock.now)

    enterprise: Mapped[Enterprise | None] = relationship()
    lead: Mapped[Lead | None] = relationship(foreign_keys=[lead_id])
    increases: Mapped[Deal | None] = relationship(foreign_keys=[increases_id], remote_side="Deal.id")
    unit: Mapped[Unit] = relationship(foreign_keys=[unit_id])
    owner: Mapped[User | None] = relationship(foreign_keys=[owner_id])
    sponsor: Mapped[User | None] = relationship(foreign_keys=[sponsor_id])
    first_report_unit: Mapped[Unit] = relationship(foreign_keys=[first_report_unit_id])
    first_report_user: Mapped[User | None] = relationship(foreign_keys=[first_report_user_id])
    parties: Mapped[list[Party]] = relationship(
        back_populates="deal", cascade="all, delete-orphan", order_by="Party.id"
    )
    moves: Mapped[list[StageMove]] = relationship(back_populates="deal", order_by="StageMove.id")

    @property
    def is_open(self) -> bool:
        """Still asks for a next step."""
        return self.state is DealState.ACTIVE and self.stage is not Stage.AT_CAPACITY

    @property
    def investor(self) -> str:
        """The main investor's name."""
        return self.enterprise.name if self.enterprise else ""

    def idle_days(self, today: dt.date) -> int:
        """Days since the last contact; since the stage began when there was none."""
        last = clock.local(self.last_contact_at).date() if self.last_contact_at else self.stage_since
        return max(0, (today - last).days)


class Party(Model):
    """Another firm in the deal, beside its main investor."""

    __tablename__ = "deal_party"
    __table_args__ = (sa.UniqueConstraint("deal_id", "enterprise_id", "role"), NEVER_AGAIN)

    deal_id: Mapped[int] = mapped_column(sa.ForeignKey("deal.id", ondelete="CASCADE"))
    enterprise_id: Mapped[int] = mapped_column(sa.ForeignKey("enterprise.id"), index=True, info=joins())
    role: Mapped[PartyRole]

    deal: Mapped[Deal] = relationship(back_populates="parties")
    enterprise: Mapped[Enterprise] = relationship()


class StageMove(Model):
    """One move, written once: who, when, from, to, with what evidence. Undoing one adds another."""

    __tablename__ = "stage_move"
    __table_args__ = (
        sa.Index("ix_stage_move_stage", "to_stage", "on_day"),
        sa.Index("ix_stage_move_at", "at"),
        sa.Index("ix_stage_move_kind", "kind", "on_day"),
    )

    deal_id: Mapped[int] = mapped_column(sa.ForeignKey("deal.id", ondelete="CASCADE"), index=True)
    kind: Mapped[MoveKind]
    from_stage: Mapped[Stage | None]
    to_stage: Mapped[Stage]
    on_day: Mapped[dt.date]  # the day it counts for
    at: Mapped[dt.datetime] = mapped_column(default=clock.now)  # the moment it was recorded
    actor_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    reason: Mapped[Text] = mapped_column(default="")
    evidence: Mapped[Text] = mapped_column(default="")
    before: Mapped[dict[str, object]] = mapped_column(sa.JSON, default=dict)  # what undoing restores
    passed: Mapped[list[str]] = mapped_column(
        default=list
    )  # what its gate still wanted; the reason says why it went on
    undone: Mapped[bool] = mapped_column(default=False)

    deal: Mapped[Deal] = relationship(back_populates="moves")
    actor: Mapped[User | None] = relationship()


BAND_OF_WAN = " ".join([
    f"CASE WHEN planned_wan IS NULL THEN '{spans.NO_BAND}'",
    *(f"WHEN planned_wan >= {one.from_wan * 100} THEN '{one.value}'" for one in reversed(Band) if one.from_wan),
    f"ELSE '{Band.BELOW_10M.value}' END",
])  # fmt: skip
"""What a span's band must be, in the database's own words: amounts are stored in hundredths."""


class DealSpan(Model):
    """How a deal stood from one day until before another: what lists, boards and figures of a past day are made of.

    Written by history.py alone. Names (of the deal, its investor, its unit) are those of today.
    """

    __tablename__ = "deal_span"
    __table_args__ = (
        sa.UniqueConstraint("deal_id", "from_on"),
        sa.Index("ix_deal_span_from_on", "from_on"),
        sa.Index("ix_deal_span_owner", "owner_id", "until_on"),
        sa.Index(  # all that the tables of a day count, in the order in which they group it
            "ix_deal_span_day", "until_on", "state", "stage", "unit_id", "direction", "band", "planned_wan", "from_on",
            "next_due_on", "last_contact_on", "stage_since", "deal_id",
        ),
        sa.Index(  # the same of what was signed, whatever became of it
            "ix_deal_span_signed", "until_on", "signed_on", "stage", "unit_id", "direction", "band", "planned_wan",
            "from_on", "deal_id",
            sqlite_where=sa.text("signed_on IS NOT NULL"), postgresql_where=sa.text("signed_on IS NOT NULL"),
        ),
        sa.Index(  # where a deal came into a stage: how fast they go on is read from it alone
            "ix_deal_span_stay", "from_on", "deal_id", "stage", "stage_since", "unit_id", "direction", "band",
            sqlite_where=sa.text("stage_since = from_on"), postgresql_where=sa.text("stage_since = from_on"),
        ),
        sa.CheckConstraint("until_on > from_on", name="has_a_day"),
        sa.CheckConstraint(f"band = {BAND_OF_WAN}", name="band_is_of_wan"),
    )  # fmt: skip

    deal_id: Mapped[int] = mapped_column(sa.ForeignKey("deal.id", ondelete="CASCADE"))
    from_on: Mapped[dt.date]
    until_on: Mapped[dt.date]  # the first day on which it is no longer so; spans.FOREVER for what still is
    stage: Mapped[Stage]
    stage_since: Mapped[dt.date]
    state: Mapped[DealState]
    unit_id: Mapped[int] = mapped_column(sa.ForeignKey("unit.id"))
    owner_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    sponsor_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    direction: Mapped[Direction | None]
    planned_wan: Mapped[Decimal | None] = mapped_column(Wan)
    agreed_wan: Mapped[Decimal | None] = mapped_column(Wan)
    signed_on: Mapped[dt.date | None]
    next_step: Mapped[Line] = mapped_column(default="")
    next_due_on: Mapped[dt.date | None]
    last_contact_on: Mapped[dt.date | None]
    # The class of planned_wan, "none" without one: a day's deals stand in an index by it and need not be sorted. No
    # generated column, for which SQLite would not let an index stand for the rows.
    band: Mapped[str] = mapped_column(sa.String(32), default=spans.NO_BAND)

    deal: Mapped[Deal] = relationship()
    unit: Mapped[Unit] = relationship()
    owner: Mapped[User | None] = relationship(foreign_keys=[owner_id])
    sponsor: Mapped[User | None] = relationship(foreign_keys=[sponsor_id])

    @validates("planned_wan")
    def _classed(self, _key: str, wan: Decimal | None) -> Decimal | None:
        self.band = spans.band_of(wan)
        return wan

    @property
    def name(self) -> str:
        return self.deal.name

    @property
    def is_open(self) -> bool:
        return self.state is DealState.ACTIVE and self.stage is not Stage.AT_CAPACITY

    def idle_days(self, day: dt.date) -> int:
        """Days without contact by then; since the stage began when there was none."""
        return max(0, (day - (self.last_contact_on or self.stage_since)).days)
