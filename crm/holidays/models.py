"""A day that is not what its place in the week says."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.orm import Mapped, mapped_column

from crm.db import Line, Model


class Holiday(Model):
    __tablename__ = "holiday"

    day: Mapped[dt.date] = mapped_column(unique=True)
    works: Mapped[bool]  # 调休上班; else a day of rest
    name: Mapped[Line] = mapped_column(default="")
