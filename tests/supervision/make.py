"""Commitments, cases, honours and stories for tests, as they stand: no verb, no event. 陈主任's bureau supervises where a test says so."""

from __future__ import annotations

import datetime as dt
from typing import Any

from crm.db import db
from crm.org import settings
from crm.org.models import Unit, User
from crm.supervision.cases.models import SupervisionCase
from crm.supervision.cases.states import Trigger
from crm.supervision.commitments.models import Commitment
from crm.supervision.honours.models import Honour, HonourKind
from crm.supervision.stories.models import Story
from crm.supervision.stories.states import StoryKind
from tests.delivery.make import TODAY


def make_commitment(name: str, *, by: User, **columns: Any) -> Commitment:
    """Promised by `by`'s unit a month ago, due in ten days unless `due_on` says otherwise."""
    given = {"unit_id": by.unit_id, "entered_by_id": by.id, "to_whom": "某公司",
             "promised_on": TODAY - dt.timedelta(days=30), "due_on": TODAY + dt.timedelta(days=10)}  # fmt: skip
    made = Commitment(name=name, **(given | columns))
    db.session.add(made)
    db.session.flush()
    return made


def make_case(subject: str, *, by: User, **columns: Any) -> SupervisionCase:
    """`by`'s unit has to explain why a project is slow; listed today, nobody has verified it."""
    given = {"trigger": Trigger.PROJECT, "unit_id": by.unit_id, "open_key": f"project:{subject}",
             "evidence": {"planned_wan": "1000", "done_wan": "100", "percent": "10.0", "gone": "50.0", "margin": "10",
                          "year": "2013"}}  # fmt: skip
    made = SupervisionCase(subject=subject, **(given | columns))
    db.session.add(made)
    db.session.flush()
    return made


def make_honour(*, unit: Unit, **columns: Any) -> Honour:
    given = {"kind": HonourKind.TALENT, "title": HonourKind.TALENT.msgid, "year": 2013, "reason": "引进三个项目",
             "granted_on": TODAY}  # fmt: skip
    made = Honour(unit_id=unit.id, **(given | columns))
    db.session.add(made)
    db.session.flush()
    return made


def make_story(title: str, *, by: User, **columns: Any) -> Story:
    """Written down by `by`'s unit, of itself; not out yet unless `published_on` says so."""
    given = {"kind": StoryKind.CLEARANCE, "text": "二十天签完", "on_day": TODAY - dt.timedelta(days=3),
             "unit_id": by.unit_id, "entered_unit_id": by.unit_id, "entered_by_id": by.id,
             "published_in": "区电视台" if columns.get("published_on") else ""}  # fmt: skip
    made = Story(title=title, **(given | columns))
    db.session.add(made)
    db.session.flush()
    return made


def supervises(user: User) -> None:
    settings.put("supervision.office", user.unit.name)
    db.session.commit()
