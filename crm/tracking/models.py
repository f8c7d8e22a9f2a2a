"""How complete each firm's record is, and what was said of coming back, with who said it."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.contacts.models import ContactLog
from crm.db import NEVER_AGAIN, Line, Model, Text
from crm.lib import clock
from crm.lib.enums import Labelled
from crm.lib.on_merge import moves, rebuilt
from crm.lib.words import N_
from crm.merchants.models import Enterprise, Intent, Standing
from crm.org.models import Unit, User


class Watch(Labelled):
    """How closely a merchant is followed: each class has a setting that says how often."""

    KEY = "key", N_("重点"), "good"
    ORDINARY = "ordinary", N_("一般"), "neutral"
    DORMANT = "dormant", N_("休眠"), "neutral"

    @property
    def standings(self) -> tuple[Standing, ...]:
        """Those that became deals are followed as deals; what is out of force is not followed."""
        return {
            "key": (Standing.KEY,),
            "ordinary": (Standing.IN_BASE, Standing.UNCHECKED),
            "dormant": (Standing.DORMANT,),
        }[self.value]

    @property
    def setting(self) -> str:
        return f"merchant.{self.value}_days"

    @classmethod
    def of_standing(cls, standing: Standing) -> Watch | None:
        return next((watch for watch in cls if standing in watch.standings), None)


# A plain table: its key is the firm's own number. Made anew with the firm's look-up entry, see completeness.py.
COMPLETENESS = sa.Table(
    "enterprise_completeness",
    Model.metadata,
    sa.Column(
        "enterprise_id",
        sa.ForeignKey("enterprise.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
        info=rebuilt(),
    ),
    sa.Column("follow_unit_id", sa.ForeignKey("unit.id"), nullable=False),
    sa.Column("score", sa.SmallInteger, nullable=False),
    sa.Column("lacks", sa.SmallInteger, nullable=False),  # a bit for each fact, see facts.py
    # Scores and masks are few: with a unit or without, each is one look into its index.
    sa.Index("ix_enterprise_completeness_score", "score", "follow_unit_id"),
    sa.Index("ix_enterprise_completeness_lacks", "lacks", "follow_unit_id"),
)


class ReturnIntent(Model):
    """回归意愿: what was said, on what day, by whom, and what shows it. A later statement takes the place of the one
    before, which stays."""

    __tablename__ = "return_intent"
    __table_args__ = (
        sa.Index("ix_return_intent_list", "until_on", "intent", "said_on"),
        sa.CheckConstraint("evidence <> ''", name="has_evidence"),
        NEVER_AGAIN,
    )
    __final__ = frozenset(
        {"intent", "said_on", "said_by", "evidence", "contact_log_id", "author_id", "written_at"}
    )

    enterprise_id: Mapped[int] = mapped_column(sa.ForeignKey("enterprise.id"), index=True, info=moves())
    intent: Mapped[Intent]
    said_on: Mapped[dt.date]
    said_by: Mapped[Line] = mapped_column(default="")
    evidence: Mapped[Text]
    contact_log_id: Mapped[int | None] = mapped_column(sa.ForeignKey("contact_log.id"), index=True)
    until_on: Mapped[dt.date | None]  # the day a later one took its place
    author_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    unit_id: Mapped[int] = mapped_column(sa.ForeignKey("unit.id"), index=True)
    written_at: Mapped[dt.datetime] = mapped_column(default=clock.business_now)

    enterprise: Mapped[Enterprise] = relationship()
    contact_log: Mapped[ContactLog | None] = relationship()
    author: Mapped[User | None] = relationship()
    unit: Mapped[Unit] = relationship()

    @property
    def name(self) -> str:
        return self.enterprise.name
