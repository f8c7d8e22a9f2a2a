"""What a merge did, kept so exactly that it can be taken back; and where the numbers that are gone lead."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.db import Line, Model, Text, Versioned
from crm.lib import clock
from crm.lib.enums import Labelled
from crm.lib.on_merge import stays
from crm.lib.words import N_
from crm.org.models import User


class Merge(Versioned, Model):
    """合并: several records became the one of them that was reported first."""

    __tablename__ = "merge"
    __table_args__ = (sa.Index("ix_merge_survivor", "noun", "survivor_id"),)

    noun: Mapped[str] = mapped_column(sa.String(16))  # enterprise, person
    survivor_id: Mapped[int] = mapped_column(info=stays("it tells what was merged into what"))
    survivor_name: Mapped[Line]
    merged_at: Mapped[dt.datetime] = mapped_column(default=clock.now, index=True)
    merged_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"), index=True)
    choices: Mapped[dict[str, Any]] = mapped_column(default=dict)  # {field: the record whose value was taken}
    moved: Mapped[dict[str, Any]] = mapped_column(default=dict)  # {table.column: rows that changed hands}
    newest: Mapped[dict[str, Any]] = mapped_column(default=dict)  # {table: its newest row at that moment}
    undone_at: Mapped[dt.datetime | None]
    undone_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    kept: Mapped[list[Any]] = mapped_column(
        default=list
    )  # what the undo left as it found it: sentences that are kept

    merged_by: Mapped[User | None] = relationship(foreign_keys=[merged_by_id])
    undone_by: Mapped[User | None] = relationship(foreign_keys=[undone_by_id])
    tombstones: Mapped[list[Tombstone]] = relationship(back_populates="merge", order_by="Tombstone.id")

    @property
    def name(self) -> str:
        return self.survivor_name

    @property
    def rows(self) -> int:
        """How many rows changed hands."""
        return sum(self.moved.values())


class Tombstone(Model):
    """A number that is no record any more leads to the one it was merged into. After an undo it leads nowhere
    (`standing` is false) and stays as the merge's memory of whom it was about."""

    __tablename__ = "tombstone"
    __table_args__ = (
        sa.Index(
            "ix_tombstone_standing",
            "noun",
            "old_id",
            unique=True,
            sqlite_where=sa.text("standing"),
            postgresql_where=sa.text("standing"),
        ),
        sa.Index("ix_tombstone_survivor", "noun", "survivor_id"),
    )

    merge_id: Mapped[int] = mapped_column(sa.ForeignKey("merge.id", ondelete="CASCADE"), index=True)
    noun: Mapped[str] = mapped_column(sa.String(16))
    old_id: Mapped[int] = mapped_column(info=stays("this is the number that is gone"))
    name: Mapped[Line]
    survivor_id: Mapped[int] = mapped_column(
        info=stays("chains are followed when asked, so undoing is simple")
    )
    standing: Mapped[bool] = mapped_column(default=True)

    merge: Mapped[Merge] = relationship(back_populates="tombstones")


class StepKind(Labelled):
    MOVED = "moved", N_("转到保留的记录")
    CHANGED = "changed", N_("改了内容")
    REMOVED = "removed", N_("并入另一行")
    ADDED = "added", N_("新增")


class MergeStep(Model):
    """One thing the merge did, in its order. Undoing goes through them backwards.

    moved    `column_name` of the rows listed in merge_row went from the record `before` to the record `after`
    changed  the columns in `before` of row `row_id` got the values in `after`
    removed  the row `before` is gone; what it said is in row `into_id`, if in any
    added    the row `after` is new
    """

    __tablename__ = "merge_step"
    __table_args__ = (sa.Index("ix_merge_step_row", "table_name", "row_id"),)

    merge_id: Mapped[int] = mapped_column(sa.ForeignKey("merge.id", ondelete="CASCADE"), index=True)
    kind: Mapped[StepKind]
    table_name: Mapped[str] = mapped_column(sa.String(64))
    column_name: Mapped[str] = mapped_column(sa.String(64), default="")
    row_id: Mapped[int | None] = mapped_column(info=stays("a row of any table"))
    into_id: Mapped[int | None] = mapped_column(info=stays("a row of any table"))
    before: Mapped[Any] = mapped_column(sa.JSON)
    after: Mapped[Any] = mapped_column(sa.JSON)
    count: Mapped[int] = mapped_column(default=1)


merge_row = sa.Table(
    "merge_row",
    Model.metadata,
    sa.Column("step_id", sa.ForeignKey("merge_step.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("row_id", sa.Integer, primary_key=True, index=True, info=stays("a row of any table")),
)
"""Which rows a step moved: filled by INSERT … SELECT, so that ten thousand logs are one statement."""


class WeightsAdoption(Model):
    """From this moment on a noun is weighed by this table. Going back is one more row."""

    __tablename__ = "weights_adoption"
    __table_args__ = (sa.Index("ix_weights_adoption_noun", "noun", "id"),)

    noun: Mapped[str] = mapped_column(sa.String(16))  # enterprise, person
    weights: Mapped[Text] = mapped_column(default="")  # as in weights.json; empty: the shipped table
    again_id: Mapped[int | None] = mapped_column(
        sa.ForeignKey("weights_adoption.id")
    )  # the one it goes back to
    figures: Mapped[dict[str, Any]] = mapped_column(default=dict)  # what the preview had said
    adopted_at: Mapped[dt.datetime] = mapped_column(default=clock.now)
    adopted_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))

    adopted_by: Mapped[User | None] = relationship()

    @property
    def name(self) -> str:
        return f"{self.noun} #{self.id}"

    def snapshot(self) -> dict[str, Any]:
        """The trail tells which table, not its two hundred numbers."""
        told = super().snapshot()
        return told | {"weights": f"{len(self.weights)} characters" if self.weights else ""}
