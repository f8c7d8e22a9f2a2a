"""A bulletin as it was issued. Nothing in it changes afterwards: what was wrong is said in the next one."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.db import Model, Text
from crm.lib import clock
from crm.lib.words import N_, _
from crm.org.models import Unit, User


class Bulletin(Model):
    __tablename__ = "bulletin"
    __final__ = frozenset(
        {
            "year",
            "number",
            "first_on",
            "last_on",
            "issued_at",
            "issued_by_id",
            "unit_id",
            "note",
            "figures",
            "rows",
        }
    )
    __unrecorded__ = frozenset({"rows"})
    __table_args__ = (
        sa.UniqueConstraint("year", "number"),
        sa.CheckConstraint("first_on <= last_on", name="in_order"),
    )

    year: Mapped[int]
    number: Mapped[int]
    first_on: Mapped[dt.date]
    last_on: Mapped[dt.date] = mapped_column(index=True)
    issued_at: Mapped[dt.datetime] = mapped_column(default=clock.business_now)
    issued_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))
    unit_id: Mapped[int] = mapped_column(sa.ForeignKey("unit.id"))  # who issues it
    note: Mapped[Text] = mapped_column(default="")
    figures: Mapped[dict[str, Any]]
    rows: Mapped[list[Any]]

    unit: Mapped[Unit] = relationship()
    issued_by: Mapped[User | None] = relationship()

    @property
    def name(self) -> str:
        return name_of(self.year, self.number)

    @property
    def title(self) -> str:
        return title_of(self.year, self.number)


def name_of(year: int, number: int) -> str:
    """As officers cite it, and leads and the trail keep it: the same for everybody."""
    return TITLE % _places(year, number)


def title_of(year: int, number: int) -> str:
    """As the reader's language has it."""
    return _(TITLE, **_places(year, number))


def _places(year: int, number: int) -> dict[str, str]:
    return {"year": str(year), "number": f"{number:02d}"}


TITLE = N_("招商信息通报%(year)s第%(number)s期")
