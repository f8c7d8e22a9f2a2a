"""What the records of this feature have in common: a story that is only ever added to."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, declared_attr, mapped_column, relationship

from crm.db import Text
from crm.lib import clock
from crm.org.models import Unit, User


class Told:
    """One step of a story, as it was said then. Evidence hangs on the step that it came with."""

    on_day: Mapped[dt.date] = mapped_column(default=clock.today)
    actor_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))  # None: the house, by its rule
    unit_id: Mapped[int | None] = mapped_column(sa.ForeignKey("unit.id"))
    text: Mapped[Text] = mapped_column(default="")
    until_on: Mapped[dt.date | None]  # the term that came with it
    at: Mapped[dt.datetime] = mapped_column(default=clock.business_now)

    @declared_attr
    def actor(cls) -> Mapped[User | None]:
        return relationship(User)

    @declared_attr
    def unit(cls) -> Mapped[Unit | None]:
        return relationship(Unit)
