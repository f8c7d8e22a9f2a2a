"""What stands in a form so far, as questions to the look-up: the forms and the API ask through here.

A lead, and the deal that may grow out of one, names a firm and a person beside its own name: both are looked up,
each among its own kind.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crm.org.models import User

from . import actions, identity
from .models import Enterprise

NOUNS = ("enterprise", "person", "lead")
LONGEST = 5000  # of one field
SHOWN = 5
FIRMS_OF_A_LEAD = 3  # so that its person is seen too


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
    firms = identity.likely(
        user,
        actions.enterprise_record({**given, "name": company, "contact_phones": phones}),
        noun="lead",
    )
    people: list[identity.Candidate] = []
    if given.get("contact_name", "").strip() or phones.strip():
        person = {"name": given.get("contact_name", ""), "phones": phones, "company": company}
        people = identity.likely(user, actions.person_record(person), noun="person")
    return _once(firms, people)


def _once(firms: list[identity.Candidate], people: list[identity.Candidate]) -> list[identity.Candidate]:
    """Firms first, each record as its own kind found it; a phone alone leads from one kind to the other last."""
    own = [one for one in firms if one.noun == "enterprise"]
    theirs = [one for one in people if one.noun == "person"]
    most = FIRMS_OF_A_LEAD if theirs else SHOWN
    ordered = [*own[:most], *theirs, *own[most:], *firms, *people]
    once: dict[tuple[str, int], identity.Candidate] = {}
    for one in ordered:
        once.setdefault((one.noun, one.id), one)
    return list(once.values())[:SHOWN]
