"""The demo district's base as it is followed: who is watched closely, chambers, and who wants to come back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from crm.db import db
from crm.merchants.models import Enterprise, Intent, Standing
from crm.org.models import User
from crm.tracking.models import ReturnIntent

from .lists import rows


def load_tracking(*, users: Mapping[str, User], merchants: Mapping[str, Enterprise]) -> None:
    """Statements come in the order of their days: a later one takes the place of the one before."""
    for row in rows("tracking"):
        firm = merchants[row["merchant_id"]]
        if row["standing"]:
            firm.standing = next(one for one in Standing if one.msgid == row["standing"])
        firm.chamber, firm.chamber_title = row["chamber"], row["chamber_title"]
    in_force: dict[int, ReturnIntent] = {}
    for row in rows("return_intents"):
        firm, author = merchants[row["merchant_id"]], users[row["author"]]
        intent = Intent.of(row["intent"])
        assert isinstance(intent, Intent)
        stated = ReturnIntent(
            enterprise_id=firm.id,
            intent=intent,
            said_on=dt.date.fromisoformat(row["said_on"]),
            said_by=row["said_by"],
            evidence=row["evidence"],
            author_id=author.id,
            unit_id=author.unit_id,
        )
        if before := in_force.get(firm.id):
            before.until_on = stated.said_on
        in_force[firm.id] = stated
        firm.intent, firm.intent_note = intent, stated.evidence
        db.session.add(stated)
    db.session.flush()
