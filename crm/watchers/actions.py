"""The verbs: who watches, the hand-over, what the firm asks for and how it was answered."""

from __future__ import annotations

import datetime as dt
from typing import Any

from crm.audit.trail import Actor, record, recording
from crm.db import db
from crm.delivery.models import KeyProject
from crm.lib import clock
from crm.lib.errors import Refused
from crm.lib.words import _
from crm.org.models import User
from crm.search import index
from crm.search.tokens import Field, Kind

from . import queries
from .models import FirmRequest, Subject, Watch


def assign(
    subject: Subject, person: User | None, *, from_on: dt.date, note: str = "", actor: Actor
) -> Watch | None:
    """From this day on it is this person's; who had it until then keeps what he did, to the day before. None ends it."""
    now = queries.watch_of(subject)
    if person and not queries.is_to_watch(subject):
        raise Refused(_("签约以后、达产以前的项目才指定专人盯办"))
    if person is None and now is None:
        raise Refused(_("请选择盯办人"), "person_id")
    if person and now and now.person_id == person.id:
        raise Refused(_("已经由%(name)s盯办", name=person.name), "person_id")
    if from_on > clock.today():  # it takes effect at once: nobody would watch over it until that day
        raise Refused(_("日期不能晚于今天"), "from_on")
    former = queries.watches_of(subject)
    last = former[0] if former else None
    if last and from_on <= (last.to_on or last.from_on):
        since = (last.to_on or last.from_on) + dt.timedelta(days=1)
        raise Refused(_("交接的日期请不早于 %(since)s", since=since.isoformat()), "from_on")
    if now and not note.strip():
        raise Refused(_("请写明交接了什么、为什么"), "note")
    before = now.person.name if now else None
    if now:
        now.to_on = from_on - dt.timedelta(days=1)
        db.session.flush()  # the index that allows one at a time is asked row by row
    new = None
    if person:
        new = Watch(person=person, from_on=from_on, note=note, **_key(subject))
        db.session.add(new)
        db.session.flush()
    changes = {"watcher": [before, person.name if person else None], "from_on": [None, from_on.isoformat()]}
    record(f"{_noun(subject)}.watched", subject, actor=actor, changes=changes, note=note)
    return new


def ask(subject: Subject, data: dict[str, Any], *, actor: User) -> FirmRequest:
    """What the firm needs; to be answered within so many working days unless a day was agreed."""
    if data["asked_on"] > clock.today():
        raise Refused(_("日期不能晚于今天"), "asked_on")
    due = data.get("due_on") or queries.due_on(data["asked_on"])
    if due < data["asked_on"]:
        raise Refused(_("答复期限不能早于提出的日期"), "due_on")
    request = FirmRequest(
        kind=data["kind"], text=data["text"], asked_on=data["asked_on"], due_on=due, unit_id=data["unit_id"],
        entered_by_id=actor.id, **_key(subject),
    )  # fmt: skip
    db.session.add(request)
    with recording("firm_request.asked", request, actor=actor):
        db.session.flush()
    index.put(queries.NOUN, request.id, search_fields(request))
    return request


def answer(request: FirmRequest, *, text: str, on_day: dt.date, actor: User) -> None:
    if request.answered_on:
        raise Refused(_("已经答复过了"))
    if on_day > clock.today():
        raise Refused(_("日期不能晚于今天"), "on_day")
    if on_day < request.asked_on:
        raise Refused(_("答复不能早于提出的日期"), "on_day")
    with recording("firm_request.answered", request, actor=actor):
        request.answer, request.answered_on, request.answered_by_id = text, on_day, actor.id
    index.put(queries.NOUN, request.id, search_fields(request))


def reopen(request: FirmRequest, *, reason: str, actor: Actor) -> None:
    """The firm is not content: it waits for another answer, with a new term; the former answer stays in the log."""
    if request.answered_on is None:
        raise Refused(_("还没有答复"))
    with recording("firm_request.reopened", request, actor=actor, note=reason):
        request.answer, request.answered_on, request.answered_by_id = "", None, None
        request.due_on = queries.due_on(clock.today())
        request.times_reopened += 1
    index.put(queries.NOUN, request.id, search_fields(request))


def search_fields(request: FirmRequest) -> list[Field]:
    """What a request is found by."""
    return [
        Field(Kind.NAME, request.subject.name),
        Field(Kind.TEXT, request.text),
        Field(Kind.TEXT, request.answer),
    ]


def _key(subject: Subject) -> dict[str, Any]:
    return {"project": subject} if isinstance(subject, KeyProject) else {"deal": subject}


def _noun(subject: Subject) -> str:
    return "project" if isinstance(subject, KeyProject) else "deal"
