"""What stands in a person's calendar: the next steps that are his, whom he has to see for the first time, what a visit
left him to do, and the visits and meetings he took part in, the missions he leads or goes on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from crm.contacts import queries as contacts
from crm.contacts.models import ContactKind, ContactLog, contact_colleague
from crm.db import db
from crm.deals import queries as deals
from crm.deals.models import Deal
from crm.leads import queries as leads
from crm.leads.models import Lead
from crm.lib import clock
from crm.lib.words import _
from crm.merchants import queries as merchants
from crm.merchants.models import Enterprise, Person
from crm.missions import queries as missions
from crm.missions.models import Mission, Stop, mission_member
from crm.org.models import User
from crm.partners import queries as partners
from crm.partners.models import Partner
from crm.prospects import queries as prospects
from crm.prospects.models import Progress, Prospect

from .feed import Entry
from .models import CalendarFeed

BACK = dt.timedelta(days=90)
AHEAD = dt.timedelta(days=366)
MOST = 500  # of a kind
KINDS = (ContactKind.VISIT, ContactKind.RECEPTION, ContactKind.MEETING)

Address = Callable[[str, int], str]
"""(noun, id) -> where the record is opened."""


def feed_of(user: User) -> CalendarFeed | None:
    return db.session.scalar(sa.select(CalendarFeed).filter_by(user_id=user.id))


def entries_for(user: User, address: Address) -> Iterator[Entry]:
    """Ten statements. What the user may not see any more is not in it either; phones never are."""
    shown: set[tuple[int | None, str, dt.date]] = set()
    for noun, rows in _steps_of(user):
        for id, name, firm_id, step, due_on in db.session.execute(rows).all():
            same = (firm_id, step, due_on)
            if noun == "enterprise" and same in shown:
                continue  # the deal of this firm has said it already
            shown.add(same)
            title = _("%(step)s：%(name)s", step=step or _("下一步"), name=name)
            yield Entry(f"{noun}-{id}-step", title, due_on, address(noun, id))
    yield from _first_contacts_of(user, address)
    yield from _left_to_do_by(user, address)
    yield from _meetings_of(user, address)
    yield from _missions_of(user, address)


def _steps_of(user: User) -> Iterator[tuple[str, sa.Select[Any]]]:
    mine: list[tuple[str, Any, sa.Select[Any], Any, Any]] = [
        ("deal", Deal, deals.visible_to(user).where(deals.is_open(), Deal.owner_id == user.id), Deal.name,
         Deal.enterprise_id),
        ("lead", Lead, leads.visible_to(user).where(Lead.state.in_(leads.OPEN), Lead.owner_id == user.id),
         Lead.title, sa.null()),
        ("enterprise", Enterprise, merchants.visible_to(user).where(Enterprise.follow_user_id == user.id),
         Enterprise.name, Enterprise.id),
        ("person", Person, merchants.people_visible_to(user).where(Person.follow_user_id == user.id),
         Person.name, sa.null()),
        ("partner", Partner, partners.visible_to(user).where(Partner.ended_on.is_(None), Partner.owner_id == user.id),
         Partner.name, sa.null()),
    ]  # fmt: skip
    for noun, model, rows, name, firm in mine:
        columns = rows.with_only_columns(model.id, name, firm, model.next_step, model.next_due_on)
        yield (
            noun,
            columns.where(_is_near(model.next_due_on)).order_by(model.next_due_on, model.id).limit(MOST),
        )


def _is_near(day: Any) -> sa.ColumnElement[bool]:
    today = clock.today()
    return day.between(today - BACK, today + AHEAD)  # type: ignore[no-any-return]


def _first_contacts_of(user: User, address: Address) -> Iterator[Entry]:
    """三个一批: by when somebody is to be met."""
    rows = prospects.visible_to(user).where(
        Prospect.owner_id == user.id, prospects.is_in(Progress.WAITING), _is_near(Prospect.contact_by)
    )
    columns = rows.with_only_columns(Prospect.id, Prospect.name, Prospect.contact_by)
    for id, name, day in db.session.execute(columns.order_by(Prospect.contact_by, Prospect.id).limit(MOST)):
        title = _("首次接触期限：%(name)s", name=name)
        yield Entry(f"prospect-{id}-contact", title, day, address("prospect", id))


def _left_to_do_by(user: User, address: Address) -> Iterator[Entry]:
    """What a visit left him to do. Its firm is open to him, the mission need not be."""
    rows = missions.stops_visible_to(user).where(
        Stop.follow_user_id == user.id, Stop.follow_done_on.is_(None), _is_near(Stop.follow_due_on)
    )
    loaded = rows.options(joinedload(Stop.enterprise), joinedload(Stop.lead))
    for stop in db.session.scalars(loaded.order_by(Stop.follow_due_on, Stop.id).limit(MOST)):
        page = address("enterprise", stop.enterprise_id) if stop.enterprise_id else ""
        title = _("%(step)s：%(name)s", step=stop.follow_step or _("下一步"), name=stop.name)
        assert stop.follow_due_on  # told by the table itself
        yield Entry(f"stop-{stop.id}-follow", title, stop.follow_due_on, page)


def _meetings_of(user: User, address: Address) -> Iterator[Entry]:
    took_part = sa.select(contact_colleague.c.contact_log_id).where(contact_colleague.c.user_id == user.id)
    rows = contacts.rows_for(user).where(
        ContactLog.kind.in_(KINDS),
        sa.or_(ContactLog.author_id == user.id, ContactLog.id.in_(took_part)),
        ContactLog.happened_at >= clock.start_of(clock.today() - BACK),
    )
    for log in db.session.scalars(rows.order_by(ContactLog.happened_at.desc()).limit(MOST)).unique():
        about = log.deal or log.lead or log.enterprise
        title = f"{log.kind.label}：{about.name}" if about else log.kind.label
        yield Entry(
            f"contact-{log.id}",
            title,
            log.happened_at,
            address("contact_log", log.id),
            log.summary,
            log.place,
        )


def _missions_of(user: User, address: Address) -> Iterator[Entry]:
    goes = sa.select(mission_member.c.mission_id).where(mission_member.c.user_id == user.id)
    rows = missions.visible_to(user).where(
        Mission.cancelled_on.is_(None),
        _is_near(Mission.starts_on),
        sa.or_(Mission.leader_id == user.id, Mission.owner_id == user.id, Mission.id.in_(goes)),
    )
    for mission in db.session.scalars(rows.order_by(Mission.starts_on, Mission.id).limit(MOST)):
        yield Entry(
            f"mission-{mission.id}",
            f"{mission.kind.label}：{mission.title}",
            mission.starts_on,
            address("mission", mission.id),
            mission.purpose,
            "、".join(missions.places(mission)),
            mission.ends_on,
        )
