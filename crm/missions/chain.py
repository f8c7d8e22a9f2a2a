"""Which leader went, in the chain of a lead or deal: the visits of missions, and talks that a leader led without one."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from crm.contacts import queries as contacts
from crm.contacts.models import ContactLog
from crm.db import db
from crm.deals.models import Deal
from crm.leads.models import Lead
from crm.lib import clock
from crm.lib.words import _
from crm.org.models import User
from crm.org.permissions import Permission as P
from crm.reporting.fate import Step

from . import queries
from .models import Stop

MOST = 10  # of each; the others stand in the panel of missions and in the timeline


def went(user: User, record: Lead | Deal) -> list[Step]:
    """Four statements, however often somebody went."""
    stops, _others = queries.stops_about(user, _of(record), MOST) if user.may(P.MISSION_VIEW) else ([], 0)
    return [*map(_visit, stops), *map(_talk, _led(record))]


def _of(record: Lead | Deal) -> sa.ColumnElement[bool]:
    if isinstance(record, Lead):
        return queries.of_lead(record.id)
    about = [queries.of_lead(record.lead_id)] if record.lead_id else []
    about += [queries.of_enterprise(record.enterprise_id)] if record.enterprise_id else []
    return sa.or_(sa.false(), *about)


def _visit(stop: Stop) -> Step:
    mission, kind = stop.mission, stop.mission.kind.label
    led = _("%(name)s带队", name=mission.led_by) if mission.led_by else mission.unit.name
    outcome = stop.outcome
    what = kind if mission.starts_on <= clock.today() else _("安排%(kind)s", kind=kind)
    if outcome:
        what = _("%(kind)s：%(said)s", kind=kind, said=outcome.label)
    tone = outcome.tone if outcome else "neutral"
    return Step(clock.start_of(mission.starts_on), what, led, stop.result or stop.why, tone, whole_day=True)


def _led(record: Lead | Deal) -> list[ContactLog]:
    """Talks about the record itself: who sees it sees them."""
    about = ContactLog.lead_id if isinstance(record, Lead) else ContactLog.deal_id
    of_stops = sa.select(Stop.contact_log_id).where(Stop.contact_log_id.is_not(None))
    rows = sa.select(ContactLog).where(
        about == record.id, ContactLog.leader_led, ContactLog.id.not_in(of_stops)
    )
    named = rows.options(selectinload(ContactLog.colleagues), joinedload(ContactLog.author))
    newest = named.order_by(ContactLog.happened_at.desc(), ContactLog.id.desc()).limit(MOST)
    return list(db.session.scalars(newest).unique())


def _talk(log: ContactLog) -> Step:
    led = _("%(name)s带队", name=contacts.led_by(log))
    return Step(log.happened_at, log.kind.label, led, log.summary, "info", whole_day=True)
