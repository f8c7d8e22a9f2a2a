"""Enterprises and people are separate nouns joined by positions: one person may hold several, and so may a firm.

「认真做好跟踪调查，建立充实“浙商资源库”」: every record has a follow unit and a next date, and its first report
(unit, person, time) is written once and changed by nothing later, a merge included.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.db import NEVER_AGAIN, Line, Model, Text, Versioned
from crm.lib import clock, phones
from crm.lib.enums import Labelled
from crm.lib.on_merge import joins, paired, rebuilt, stays
from crm.lib.words import N_, singular
from crm.org.models import Unit, User
from crm.reference import industries, regions


class Origin(Labelled):
    """浙商类型."""

    OUTSIDE = "outside", N_("省外浙商")
    QUSHANG = "qushang", N_("衢商"), "good"
    INSIDE = "inside", N_("省内浙商")
    OVERSEAS = "overseas", N_("境外浙商")
    OTHER = "other", N_("非浙商")


class OrganisationKind(Labelled):
    ENTERPRISE = "enterprise", N_("企业")
    CHAMBER = "chamber", N_("商会")
    INSTITUTE = "institute", N_("科研院所")

    @property
    def label(self) -> str:
        """Of one record: the list is called by the same Chinese word."""
        return singular(self.msgid)


class Direction(Labelled):
    """五个招商方向 (M07)."""

    MANUFACTURING = "manufacturing", N_("先进制造业")
    ELECTRONICS = "electronics", N_("电子信息产业")
    TOURISM = "tourism", N_("文化旅游产业")
    AGRICULTURE = "agriculture", N_("现代高效农业")
    COMMERCE = "commerce", N_("商贸服务业")


class Standing(Labelled):
    """Where a merchant stands in the base (M01)."""

    UNCHECKED = "unchecked", N_("待核实"), "warn"
    IN_BASE = "in_base", N_("在库"), "neutral"
    KEY = "key", N_("重点跟踪"), "good"
    CONVERTED = "converted", N_("已转项目"), "info"
    DORMANT = "dormant", N_("休眠"), "neutral"
    VOID = "void", N_("失效"), "bad"


class Intent(Labelled):
    """回归投资意愿."""

    UNKNOWN = "unknown", N_("未了解")
    NONE = "none", N_("暂无")
    WAITING = "waiting", N_("观望"), "warn"
    ACTIVE = "active", N_("积极"), "good"


class LegalGround(Labelled):
    """On what ground personal data is held (个人信息保护法 art. 13)."""

    DUTY = "duty", N_("履行法定职责")
    CONSENT = "consent", N_("本人同意")
    PUBLIC = "public", N_("本人公开或已合法公开")
    CONTRACT = "contract", N_("订立、履行合同所必需")


class HandleKind(Labelled):
    MOBILE = "mobile", N_("手机")
    LANDLINE = "landline", N_("固定电话")
    WECHAT = "wechat", N_("微信")
    EMAIL = "email", N_("邮箱")
    OTHER = "other", N_("其他")


class Tracked:
    """What enterprises and people have in common: where they come from, who follows them, who reported first."""

    origin: Mapped[Origin] = mapped_column(default=Origin.OTHER)
    native_place: Mapped[Line] = mapped_column(default="")  # 籍贯, as said
    region_code: Mapped[str] = mapped_column(
        sa.String(12), default=""
    )  # 所在地: province, city or county code
    region_prefix: Mapped[str] = mapped_column(sa.String(4), default="")  # its city's 4 digits, for filters
    address: Mapped[Line] = mapped_column(default="")
    chamber: Mapped[Line] = mapped_column(default="")
    chamber_title: Mapped[Line] = mapped_column(default="")
    standing: Mapped[Standing] = mapped_column(default=Standing.UNCHECKED)
    intent: Mapped[Intent] = mapped_column(default=Intent.UNKNOWN)
    intent_note: Mapped[Text] = mapped_column(default="")
    note: Mapped[Text] = mapped_column(default="")
    source: Mapped[Line] = mapped_column(default="")  # where the data came from
    legal_ground: Mapped[LegalGround] = mapped_column(default=LegalGround.DUTY)
    next_step: Mapped[Line] = mapped_column(default="")
    next_due_on: Mapped[dt.date | None]
    last_contact_at: Mapped[dt.datetime | None]
    first_reported_at: Mapped[dt.datetime] = mapped_column(default=clock.business_now)
    created_at: Mapped[dt.datetime] = mapped_column(default=clock.now)
    import_id: Mapped[int | None] = mapped_column(index=True)  # the list it came with, if any

    @orm.declared_attr
    def follow_unit_id(cls) -> Mapped[int]:
        return mapped_column(sa.ForeignKey("unit.id"))

    @orm.declared_attr
    def follow_user_id(cls) -> Mapped[int | None]:
        return mapped_column(sa.ForeignKey("user.id"))

    @orm.declared_attr
    def first_report_unit_id(cls) -> Mapped[int]:
        return mapped_column(sa.ForeignKey("unit.id"))

    @orm.declared_attr
    def first_report_user_id(cls) -> Mapped[int | None]:
        return mapped_column(sa.ForeignKey("user.id"))

    @orm.declared_attr
    def follow_unit(cls) -> Mapped[Unit]:
        return relationship(foreign_keys=[cls.follow_unit_id])  # type: ignore[list-item]

    @orm.declared_attr
    def follow_user(cls) -> Mapped[User | None]:
        return relationship(foreign_keys=[cls.follow_user_id])  # type: ignore[list-item]

    @orm.declared_attr
    def first_report_unit(cls) -> Mapped[Unit]:
        return relationship(foreign_keys=[cls.first_report_unit_id])  # type: ignore[list-item]

    @orm.declared_attr
    def first_report_user(cls) -> Mapped[User | None]:
        return relationship(foreign_keys=[cls.first_report_user_id])  # type: ignore[list-item]

    @property
    def province(self) -> str:
        return regions.path(self.region_code)[0]

    @property
    def city(self) -> str:
        return regions.path(self.region_code)[1]

    @property
    def county(self) -> str:
        return regions.path(self.region_code)[2]

    @property
    def region(self) -> str:
        """浙江省衢州市柯城区, as far as it is known."""
        return regions.full_name(self.region_code)


FIRST_REPORT = ("first_report_unit_id", "first_report_user_id", "first_reported_at")


def _of_somebody(table: str, column: str) -> sa.Index:
    """All four that say whose a record is are indexed, or "mine" would read the whole table. Of an imported base most
    records are nobody's: an index that held those too would tell the planner that everybody has half of all."""
    where = sa.text(f"{column} IS NOT NULL")
    return sa.Index(f"ix_{table}_{column}", column, sqlite_where=where, postgresql_where=where)


class Enterprise(Versioned, Tracked, Model):
    __tablename__ = "enterprise"
    __final__ = frozenset(FIRST_REPORT)
    __table_args__ = (
        _of_somebody("enterprise", "follow_user_id"),
        _of_somebody("enterprise", "first_report_user_id"),
        sa.Index("ix_enterprise_follow", "follow_unit_id", "next_due_on"),
        sa.Index("ix_enterprise_first_report", "first_report_unit_id"),
        sa.Index("ix_enterprise_due", "next_due_on"),
        sa.Index("ix_enterprise_contact", "last_contact_at"),
        sa.Index("ix_enterprise_region", "region_prefix"),
        sa.Index("ix_enterprise_standing", "standing"),
        sa.Index("ix_enterprise_origin", "origin"),
        # Who is to be contacted, in a unit or in the district: one range each, see crm/tracking/queries.py
        sa.Index("ix_enterprise_tracked", "standing", "last_contact_at", "first_reported_at"),
        sa.Index(
            "ix_enterprise_unit_tracked", "follow_unit_id", "standing", "last_contact_at", "first_reported_at"
        ),
        sa.Index("ix_enterprise_unit_region", "follow_unit_id", "region_prefix"),
        sa.Index("ix_enterprise_direction", "direction"),
        sa.Index("ix_enterprise_chamber", "chamber"),
        sa.Index("ix_enterprise_first_reported", "first_reported_at"),
        NEVER_AGAIN,
    )

    name: Mapped[Line] = mapped_column(index=True)
    kind: Mapped[OrganisationKind] = mapped_column(default=OrganisationKind.ENTERPRISE)
    uscc: Mapped[str] = mapped_column(sa.String(32), default="", index=True)  # as given, right or wrong
    direction: Mapped[Direction | None]
    industry_code: Mapped[str] = mapped_column(sa.String(4), default="")  # GB/T 4754-2017
    legal_representative: Mapped[Line] = mapped_column(default="")
    main_business: Mapped[Text] = mapped_column(default="")
    website: Mapped[Line] = mapped_column(default="")

    former_names: Mapped[list[FormerName]] = relationship(
        back_populates="enterprise", cascade="all, delete-orphan", order_by="FormerName.id"
    )
    handles: Mapped[list[Handle]] = relationship(
        back_populates="enterprise", cascade="all, delete-orphan", order_by="Handle.id"
    )
    positions: Mapped[list[Position]] = relationship(
        back_populates="enterprise", cascade="all, delete-orphan", order_by="Position.id"
    )

    def snapshot(self) -> dict[str, Any]:
        return super().snapshot() | {
            "former_names": [former.name for former in self.former_names],
            "handles": [handle.trace for handle in self.handles],
        }

    @property
    def former_lines(self) -> str:
        """The former names as a form shows them, one a line."""
        return "\n".join(former.name for former in self.former_names)

    @property
    def industry(self) -> str:
        return industries.name(self.industry_code)


class Person(Versioned, Tracked, Model):
    __tablename__ = "person"
    __final__ = frozenset(FIRST_REPORT)
    __table_args__ = (
        _of_somebody("person", "follow_user_id"),
        _of_somebody("person", "first_report_user_id"),
        sa.Index("ix_person_follow", "follow_unit_id", "next_due_on"),
        sa.Index("ix_person_first_report", "first_report_unit_id"),
        sa.Index("ix_person_contact", "last_contact_at"),
        sa.Index("ix_person_tracked", "standing", "last_contact_at", "first_reported_at"),
        sa.Index(
            "ix_person_unit_tracked", "follow_unit_id", "standing", "last_contact_at", "first_reported_at"
        ),
        sa.Index("ix_person_chamber", "chamber"),
        sa.Index("ix_person_first_reported", "first_reported_at"),
        NEVER_AGAIN,
    )

    name: Mapped[Line] = mapped_column(index=True)

    handles: Mapped[list[Handle]] = relationship(
        back_populates="person", cascade="all, delete-orphan", order_by="Handle.id"
    )
    positions: Mapped[list[Position]] = relationship(
        back_populates="person", cascade="all, delete-orphan", order_by="Position.id"
    )

    def snapshot(self) -> dict[str, Any]:
        return super().snapshot() | {"handles": [handle.trace for handle in self.handles]}


class FormerName(Model):
    """曾用名."""

    __tablename__ = "former_name"
    __table_args__ = (NEVER_AGAIN,)

    enterprise_id: Mapped[int] = mapped_column(
        sa.ForeignKey("enterprise.id", ondelete="CASCADE"), index=True, info=joins()
    )
    name: Mapped[Line] = mapped_column(index=True)
    enterprise: Mapped[Enterprise] = relationship(back_populates="former_names")


class Handle(Model):
    """A way to reach a firm or a person: a phone, a WeChat name, an address. Exactly one owner."""

    __tablename__ = "handle"
    __table_args__ = (
        sa.CheckConstraint("(enterprise_id IS NULL) <> (person_id IS NULL)", name="one_owner"),
        sa.Index("ix_handle_digits", "digits"),
        NEVER_AGAIN,
    )

    enterprise_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("enterprise.id", ondelete="CASCADE"), index=True, info=joins()
    )
    person_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("person.id", ondelete="CASCADE"), index=True, info=joins()
    )
    kind: Mapped[HandleKind]
    value: Mapped[Line]  # as people read it
    digits: Mapped[str] = mapped_column(sa.String(32), default="")  # phones: normalised; else empty
    extension: Mapped[str] = mapped_column(sa.String(16), default="")
    note: Mapped[Line] = mapped_column(default="")

    enterprise: Mapped[Enterprise | None] = relationship(back_populates="handles")
    person: Mapped[Person | None] = relationship(back_populates="handles")

    @property
    def is_phone(self) -> bool:
        return self.kind in (HandleKind.MOBILE, HandleKind.LANDLINE) or bool(self.digits)

    @property
    def masked(self) -> str:
        """Enough to recognise, not to dial."""
        return phones.mask(self.value) if self.is_phone else phones.mask_handle(self.value)

    @property
    def shown(self) -> str:
        """In full, the extension behind it."""
        return f"{self.value} 转 {self.extension}" if self.extension else self.value

    @property
    def trace(self) -> str:
        """What the audit trail keeps: the mask, and the row's number so that two alike are told apart."""
        return f"{self.masked} #{self.id}" if self.id else self.masked


class Position(Model):
    """任职: a person at a firm."""

    __tablename__ = "position"
    __table_args__ = (sa.UniqueConstraint("person_id", "enterprise_id"), NEVER_AGAIN)

    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id", ondelete="CASCADE"), info=joins())
    enterprise_id: Mapped[int] = mapped_column(
        sa.ForeignKey("enterprise.id", ondelete="CASCADE"), index=True, info=joins()
    )
    title: Mapped[Line] = mapped_column(default="")
    is_main: Mapped[bool] = mapped_column(default=False)  # the firm's first contact

    person: Mapped[Person] = relationship(back_populates="positions")
    enterprise: Mapped[Enterprise] = relationship(back_populates="positions")


# The look-up side of 查重, see lookup.py. Two plain tables: the keys of a large base are most of its rows, and a row
# number of their own would cost more than they do.
DEDUP_KEY = sa.Table(
    "dedup_key",
    Model.metadata,
    # noun, hash and kind in one number
    sa.Column("key", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column(
        "record_id",
        sa.Integer,
        primary_key=True,
        autoincrement=False,
        info=stays("the key itself says which noun is meant; made anew with the entry"),
    ),
    sqlite_with_rowid=False,
)
DEDUP_ENTRY = sa.Table(
    "dedup_entry",
    Model.metadata,
    sa.Column("noun", sa.String(16), primary_key=True, autoincrement=False),
    sa.Column("record_id", sa.Integer, primary_key=True, autoincrement=False, info=rebuilt(noun_in="noun")),
    sa.Column("said", sa.Text, nullable=False),  # all that the core is told of the record
    sa.Column("numbers", sa.LargeBinary, nullable=False),  # its keys: sorted int64, little-endian
    sa.Column("parsed", sa.LargeBinary, nullable=True),  # what the core makes of `said`, see crm.dedup.kept
)


class DedupIndex(Model):
    """The one row that says whether the look-up is complete, by which rules it was made, and how far a
    rebuild has come."""

    __tablename__ = "dedup_index"

    rules: Mapped[str] = mapped_column(sa.String(32), default="")  # `dedup.rules()`; empty: an empty base
    complete: Mapped[bool] = mapped_column(default=True)  # nothing is missing from it, old rules or new
    stage: Mapped[str] = mapped_column(sa.String(16), default="")  # of a rebuild that was begun
    done_to: Mapped[int] = mapped_column(sa.BigInteger, default=0)


class SuspectState(Labelled):
    OPEN = "open", N_("待判定"), "warn"
    DIFFERENT = "different", N_("不是同一家"), "neutral"
    RELATED = "related", N_("有关联"), "info"
    MERGED = "merged", N_("已合并"), "good"


class Relation(Labelled):
    """In what way two records that are not one hang together."""

    BRANCH = "branch", N_("分支机构")
    GROUP = "group", N_("同一集团")
    FORMER_NAME = "former_name", N_("前身或改名前后")
    CONTROLLER = "controller", N_("同一控制人")
    OTHER = "other", N_("其他关联")


class Suspect(Versioned, Model):
    """疑似重复: two records that may be one; what people decide is remembered for good. a_id < b_id."""

    __tablename__ = "suspect"
    __table_args__ = (
        sa.UniqueConstraint("noun", "a_id", "b_id"),
        sa.CheckConstraint("a_id < b_id", name="in_order"),
        # A queue is read likeliest first, and counted, from the index alone: a unit's, a person's, the district's.
        sa.Index("ix_suspect_queue", "state", "unit_id", "score", "id", "verdict"),
        sa.Index("ix_suspect_own", "state", "user_id", "score", "id", "verdict"),
        sa.Index("ix_suspect_state", "state", "score", "id", "verdict"),
        sa.Index("ix_suspect_settled", "state", "decided_at", "id"),
        sa.Index("ix_suspect_decided_by", "decided_by_id", "decided_at"),
        sa.Index("ix_suspect_decided", "decided_at"),
        NEVER_AGAIN,
    )

    noun: Mapped[str] = mapped_column(sa.String(16), default="enterprise")
    a_id: Mapped[int] = mapped_column(index=True, info=paired())
    b_id: Mapped[int] = mapped_column(index=True, info=paired())
    score: Mapped[float]
    verdict: Mapped[str] = mapped_column(sa.String(16))  # crm.dedup.Verdict: same, ask, related
    reasons: Mapped[list[Any]]  # [[code, weight, detail], …] as crm.dedup gives them
    # all the evidence there was, the level of the name first: what is learned from when people have decided
    levels: Mapped[list[str]] = mapped_column(default=list, server_default="[]")
    signs: Mapped[int] = mapped_column(default=0)  # what kinds of evidence: crm.merchants.signs
    unit_id: Mapped[int | None] = mapped_column(sa.ForeignKey("unit.id"))  # who decides: placing
    user_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("user.id")
    )  # whose own records both are: placing
    state: Mapped[SuspectState] = mapped_column(default=SuspectState.OPEN)
    relation: Mapped[Relation | None]  # of a pair that was decided to be RELATED
    found_at: Mapped[dt.datetime] = mapped_column(default=clock.now)
    kept_reason: Mapped[Text] = mapped_column(default="")  # why it was created all the same
    decided_at: Mapped[dt.datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    decision_note: Mapped[Text] = mapped_column(default="")
