"""Commitments for tests, as they stand: no verb, no event. 陈主任's bureau supervises where a test says so."""

from __future__ import annotations

import datetime as dt
from typing import Any

from crm.db import db
from crm.org import settings
from crm.org.models import User
from crm.supervision.commitments.models import Commitment
from tests.delivery.make import TODAY


def make_commitment(name: str, *, by: User, **columns: Any) -> Commitment:
    """Promised by `by`'s unit a month ago, due in ten days unless `due_on` says otherwise."""
    given = {"unit_id": by.unit_id, "entered_by_id": by.id, "to_whom": "某公司",
             "promised_on": TODAY - dt.timedelta(days=30), "due_on": TODAY + dt.timedelta(days=10)}  # fmt: skip
    made = Commitment(name=name, **(given | columns))
    db.session.add(made)
    db.session.flush()
    return made


def supervises(user: User) -> None:
    settings.put("supervision.office", user.unit.name)
    db.session.commit()
