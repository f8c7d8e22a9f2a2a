"""What stands in a form so far, as questions to the look-up: the forms and the API ask through here.

A lead, and the deal that may grow out of one, names a firm and a person beside its own name: both are looked up and
weighed together (across.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crm.org.models import User

from . import across, actions, identity
from .models import Enterprise

NOUNS = ("enterprise", "person", "lead")
LONGEST = 5000  # of one field
SHOWN = 5


def look_alikes(
    user: User,
    noun: str,
    typed: Mapping[str, Any],
    *,
    firm: Enterprise | None = None,
    leave_out: int | None = None,
) -> list[identity.Candidate]:
    """At most five. `noun` is that of the form; `firm` is where a person that is typed takes a position;
    `leave_out` the record whose form it is. Nothing typed is stored or logged."""
    given = {key: str(value)[:LONGEST] for key, value in typed.items() if value is not None}
    if noun == "person":
        record = actions.person_record(given, [firm.name] if firm else ())
        return identity.likely(user, record, noun="person", leave_out=leave_out)
    if noun != "lead":
        return identity.likely(user, actions.enterprise_record(given), noun="enterprise", leave_out=leave_out)
    company = given.get("company") or given.get("investor") or ""
    phones = given.get("contact_phones") or given.get("contact_phone") or ""
    asked = actions.enterprise_record({**given, "name": company, "contact_phones": phones})
    name = given.get("contact_name", "")
    if not (name.strip() or phones.strip()):
        return identity.likely(user, asked, noun="lead")
    person = actions.person_record({"name": name, "phones": phones, "company": company})
    return identity.seen_by(user, across.matches(asked, person, limit=SHOWN))
