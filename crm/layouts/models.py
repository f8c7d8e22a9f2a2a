"""A layout of the house's own: copied from an official one or from another, then changed in the browser."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from crm.db import Line, Model, Text, Versioned
from crm.lib import clock


class Layout(Versioned, Model):
    __tablename__ = "layout"

    name: Mapped[Line]
    page: Mapped[str] = mapped_column(sa.String(32))  # the list whose rows it shows
    query: Mapped[Text] = mapped_column(default="")  # its usual filter and order, as an address has them
    shape: Mapped[dict[str, Any]]  # crm.lists.exports.shapes.Shape as JSON
    copied_from: Mapped[Line] = mapped_column(default="")
    in_use: Mapped[bool] = mapped_column(default=False)  # before that only those who manage layouts see it
    created_at: Mapped[dt.datetime] = mapped_column(default=clock.now)
