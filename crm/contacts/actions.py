"""Logging a contact, and correcting one. Nothing here deletes: the trail keeps what was said before."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa
from werkzeug.datastructures import FileStorage

from crm.audit.trail import record, recording
from crm.db import db
from crm.deals.models import Deal
from crm.files import store
from crm.leads import queries as leads
from crm.leads.models import Lead, LeadState
from crm.lib import clock, texts
from crm.lib.errors import Refused
from crm.lib.words import _
from crm.merchants.models import Enterprise, Person
from crm.org.models import User
from crm.org.permissions import Permission, Scope
from crm.search import index
from crm.search.tokens import Field, Kind

from . import next_step
from .models import ContactKind, ContactLog
from .next_step import Plan, Surroundings
from .queries import About

NOUN = ContactLog.__tablename__
AHEAD = dt.timedelta(days=1)
EARLIEST = dt.date(1990, 1, 1)
SAID = (
    "kind", "happened_at", "place", "their_people", "summary", "next_step", "next_due_on", "leader_led",
)  # fmt: skip


def log(
    about: About,
    data: dict[str, Any],
    around: Surroundings,
    *,
    people: Sequence[Person] = (),
    colleagues: Sequence[User] = (),
    uploads: Sequence[FileStorage] = (),
    actor: User,
    author: User | None = None,
    import_id: int | None = None,
    excused: str = "",
) -> ContactLog:
    """Write a contact down; what it is about learns its last contact and its next step with it. `author` and
    `import_id` are given where somebody brings a list of what others have logged; `excused` is the reason, asked for
    elsewhere, why a lead is visited before its judgement."""
    if not (about.enterprise or about.person or about.lead or about.deal):
        raise Refused(_("请先选客商、人员、线索或项目"))
    _check(data, around)
    if not excused:
        _visit_before_judgement(about.lead, data, actor)
    new = ContactLog(
        enterprise=about.enterprise,
        deal=about.deal,
        lead=about.lead,
        unit_id=(author or actor).unit_id,
        author_id=(author or actor).id,
        import_id=import_id,
        people=list(people),
        colleagues=list(colleagues),
        **{name: data[name] for name in SAID},
    )
    with recording("contact.logged", new, actor=actor, note=_names(uploads)):
        db.session.add(new)
        db.session.flush()
        store.attach(uploads, noun=NOUN, record_id=new.id, actor_id=actor.id)
    for model, ids in _subjects(new):
        _catch_up(model, ids, new)
    index.put(NOUN, new.id, search_fields(new))
    return new


def correct(
    old: ContactLog,
    data: dict[str, Any],
    around: Surroundings,
    *,
    people: Sequence[Person],
    colleagues: Sequence[User],
    uploads: Sequence[FileStorage] = (),
    actor: User,
) -> None:
    """Say it better. What it is about stays; what was said before stays in the trail."""
    _check(data, around)
    if old.kind is not data["kind"]:
        _visit_before_judgement(old.lead, data, actor)
    before = old.happened_at, Plan(old.next_step, old.next_due_on)
    subjects_before = dict(_subjects(old))
    with recording("contact.corrected", old, actor=actor):
        for name in SAID:
            setattr(old, name, data[name])
        old.people = list(people)
        old.colleagues = list(colleagues)
        db.session.flush()
    if store.attach(uploads, noun=NOUN, record_id=old.id, actor_id=actor.id):
        record("contact.attached", old, actor=actor, note=_names(uploads))
    for model, ids in _subjects(old):
        every = sorted({*ids, *subjects_before.get(model, ())})
        _put_right(model, every, old, *before)
    index.put(NOUN, old.id, search_fields(old))


def search_fields(log: ContactLog) -> list[Field]:
    """What a log is found by: its own text. Names of firms and deals are found under their own nouns."""
    return [
        Field(Kind.TEXT, log.summary),
        Field(Kind.TEXT, log.next_step),
        Field(Kind.TEXT, log.place),
        Field(Kind.TEXT, log.their_people),
    ]


def _check(data: dict[str, Any], around: Surroundings) -> None:
    happened_at = data["happened_at"]
    if happened_at > clock.business_now() + AHEAD:
        raise Refused(_("沟通时间不能晚于明天；还没发生的事请写在“下一步”里"), "happened_at")
    contact_on = clock.local(happened_at).date()
    if contact_on < EARLIEST:
        raise Refused(_("沟通时间早于 1990 年，请检查年份"), "happened_at")
    plan = Plan(data["next_step"], data["next_due_on"])
    for field, sentence in next_step.missing_for(plan, around, contact_on):
        raise Refused(sentence, field)


def _visit_before_judgement(lead: Lead | None, data: dict[str, Any], actor: User) -> None:
    """「线索未经研判不上门」: first what a department says, then the visit. Who holds the right may go first, and says
    why; the reason stays with the lead."""
    if lead is None or data["kind"] is not ContactKind.VISIT or lead.state is not LeadState.REPORTED:
        return
    if not leads.may(actor, Permission.LEAD_SKIP, lead):
        raise Refused(
            _("这条线索还没有研判结论，研判后再上门。确实要先去的，由单位负责人写明理由后记录"), "kind"
        )
    reason = data.get("skip_reason") or ""
    if not reason:
        raise Refused(_("这条线索还没有研判结论，先上门请写明理由"), "skip_reason")
    record("lead.visited_unjudged", lead, actor=actor, note=reason)


def _names(uploads: Iterable[FileStorage]) -> str:
    return "、".join(texts.clean_line(upload.filename) for upload in uploads if upload and upload.filename)


def _subjects(log: ContactLog) -> list[tuple[Any, list[int]]]:
    """Always in this order, so that two logs saved at once wait for each other and do not lock up."""
    return [
        (Enterprise, [log.enterprise_id] if log.enterprise_id else []),
        (Person, sorted(person.id for person in log.people)),
        (Lead, [log.lead_id] if log.lead_id else []),
        (Deal, [log.deal_id] if log.deal_id else []),
    ]


def _standing(model: Any, ids: Sequence[int]) -> Sequence[Any]:
    """How the records stand now, held until the transaction ends."""
    if not ids:
        return []
    unit = (model.follow_unit_id if hasattr(model, "follow_unit_id") else model.unit_id).label("unit_id")
    rows = sa.select(model.id, model.last_contact_at, model.next_step, model.next_due_on, unit)
    return db.session.execute(
        rows.where(model.id.in_(ids)).order_by(model.id).with_for_update()
    ).all()  # fmt: skip


def _may_plan(log: ContactLog, row: sa.Row[Any]) -> bool:
    """Whose plan a record carries: its own unit's. Somebody else's contact is a contact, and says in the log
    what he means to do; it does not put the unit's own next step away."""
    scope = log.author.scope_of(Permission.CONTACT_LOG) if log.author else None
    return row.unit_id == log.unit_id or scope is Scope.DISTRICT or not row.next_step


def _write(model: Any, id: int, last_contact_at: dt.datetime | None, plan: Plan) -> None:
    """By a statement of its own, not through the record's version: two people may log at the same moment.

    The version goes up all the same, so that a form opened before does not put the old next step back.
    """
    db.session.execute(
        sa.update(model)
        .where(model.id == id)
        .values(
            last_contact_at=last_contact_at,
            next_step=plan.step,
            next_due_on=plan.due_on,
            version=model.version + 1,
        )
    )


def _catch_up(model: Any, ids: Sequence[int], log: ContactLog) -> None:
    """Only the latest contact says what comes next."""
    said = Plan(log.next_step, log.next_due_on)
    for row in _standing(model, ids):
        if row.last_contact_at is None or row.last_contact_at <= log.happened_at:
            old = Plan(row.next_step, row.next_due_on)
            plan = next_step.after(old, said, clock.local(log.happened_at).date())
            if not _may_plan(log, row):
                plan = old
            _write(model, row.id, log.happened_at, plan)


def _put_right(model: Any, ids: Sequence[int], log: ContactLog, was_at: dt.datetime, was_said: Plan) -> None:
    """After a correction: records that had their dates from this log take them from the latest one anew."""
    column = {Enterprise: ContactLog.enterprise_id, Lead: ContactLog.lead_id, Deal: ContactLog.deal_id}
    for row in _standing(model, ids):
        about_it = ContactLog.people.any(Person.id == row.id) if model is Person else column[model] == row.id
        latest = db.session.scalar(
            sa.select(ContactLog).where(about_it).order_by(
                ContactLog.happened_at.desc(), ContactLog.id.desc()).limit(1)
        )  # fmt: skip
        last_at, plan = row.last_contact_at, Plan(row.next_step, row.next_due_on)
        if last_at is None or last_at == was_at or (latest and latest.happened_at > last_at):
            last_at = latest.happened_at if latest else None
        if latest is log and plan in (was_said, Plan()) and _may_plan(log, row):
            plan = Plan(log.next_step, log.next_due_on)
        if (last_at, plan) != (row.last_contact_at, Plan(row.next_step, row.next_due_on)):
            _write(model, row.id, last_at, plan)
