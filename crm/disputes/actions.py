"""Raising a dispute about who was first, and ruling on it."""

from __future__ import annotations

import sqlalchemy as sa

from crm.audit.trail import record, recording
from crm.db import db
from crm.leads import actions as leads
from crm.leads.models import Lead
from crm.lib.errors import Refused
from crm.lib.words import _
from crm.org.models import User

from . import queries
from .models import Dispute, DisputeState, Ruling


def raise_dispute(lead: Lead, grounds: str, *, actor: User) -> Dispute:
    """Say that one's report, which was taken for a 协报, was the first, and why."""
    first = lead.duplicate_of
    if first is None:
        raise Refused(_("这条线索没有算作别人的重复，不用提争议"))
    open_one = sa.select(Dispute.id).where(
        Dispute.lead_id == lead.id, Dispute.first_id == first.id, Dispute.state == DisputeState.OPEN
    )
    if db.session.scalar(open_one.limit(1)):
        raise Refused(_("这条线索的争议已经提出，正在等待裁定"))
    dispute = Dispute(lead=lead, first=first, unit_id=actor.unit_id, raised_by_id=actor.id, grounds=grounds)
    db.session.add(dispute)
    with recording("dispute.raised", dispute, actor=actor):
        db.session.flush()
    record("lead.disputed", lead, actor=actor, note=grounds)
    return dispute


def decide(dispute: Dispute, holder: Lead, reason: str, *, actor: User) -> Ruling:
    """Rule whose report counts as the first. Who reported what and when stays as it was written; what changes is which
    of the two goes on and which joins it. An earlier ruling stays in the log and stands no more."""
    if queries.is_party(actor, dispute):
        raise Refused(_("您是当事人，不能裁定这项争议，请由别的管理员裁定"))
    if holder.id not in (dispute.lead_id, dispute.first_id):
        raise Refused(_("首报只能归这两条报送中的一条"), "holder_id")
    if dispute.standing and dispute.standing.holder_id == holder.id:
        raise Refused(_("现在的裁定就是这样，不用重复裁定"), "holder_id")
    other = dispute.first if holder.id == dispute.lead_id else dispute.lead
    ruling = Ruling(holder=holder, decided_by_id=actor.id, reason=reason)
    with recording("dispute.decided", dispute, actor=actor, note=reason):
        dispute.rulings.append(ruling)
        dispute.state = DisputeState.DECIDED
        db.session.flush()
    leads.make_first(holder, other, reason, actor=actor)
    return ruling
