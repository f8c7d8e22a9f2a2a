"""The lists of the demo district as they were handed over, what their cells say, and a record made of a row."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from importlib import resources
from typing import Any

from crm.db import db
from crm.lib import clock

DAY = dt.date(2013, 7, 25)
"""The demo's own business day."""


def rows(name: str) -> Iterator[dict[str, str]]:
    path = resources.files(__package__) / "data" / f"{name}.csv"
    with path.open(encoding="utf-8-sig") as file:
        yield from csv.DictReader(file)


def moment(day: str, hour: int, time: str = "") -> dt.datetime:
    if time:
        hour, minute = (int(part) for part in time.split(":"))
        return clock.start_of(dt.date.fromisoformat(day)) + dt.timedelta(hours=hour, minutes=minute)
    return clock.start_of(dt.date.fromisoformat(day)) + dt.timedelta(hours=hour)


def wan(yi: str) -> Decimal | None:
    return Decimal(yi) * 10000 if yi else None


def added(row: Any) -> Any:
    db.session.add(row)
    return row
