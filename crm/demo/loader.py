"""Loading the demo district into an empty house.

It lives on its own business day, 2013-07-25, so that what is due and what is counted makes sense; audit times
stay real. Rows are written as a list that was handed over would be: with its own units, dates and first reports.
"""

from __future__ import annotations

import sqlalchemy as sa

from crm.audit.trail import HOUSE, record
from crm.db import db
from crm.org import settings
from crm.org.models import User

from .approvals import load_approvals
from .campaigns import load_campaign
from .deals import load_deals, load_funds, load_reserve
from .entry import load_entry
from .factors import load_factors
from .indexing import index_everything
from .indicators import load_indicators
from .leads import load_leads
from .lists import DAY
from .merchants import load_contacts, load_merchants
from .missions import load_missions
from .papers import load_agreements, load_meeting, load_traits, load_transfer
from .partners import load_partners
from .projects import load_projects
from .prospects import load_prospects
from .referrals import load_ties
from .reminders import load_reminders
from .reports import load_reports
from .slips import load_slips
from .supervision import load_supervision
from .targets import load_targets
from .tracking import load_tracking
from .units import HOME_UNIT, LEADER_ACCOUNT, load_holidays, load_people, load_units
from .watchers import load_watchers


def load() -> None:
    """Everything, in the caller's transaction."""
    settings.put(settings.BUSINESS_DAY, DAY.isoformat())
    settings.put("project.time_by_months", 1)  # its amounts are those of the end of June
    load_holidays()
    units = load_units()
    staff, leaders = load_people(units)
    merchants = load_merchants(units)
    deals = load_deals(units, staff, leaders, merchants)
    leads = load_leads(units, merchants, deals)
    logs = load_contacts(units, staff, merchants)
    users = {user.login: user for user in db.session.scalars(sa.select(User))} | leaders
    load_ties(users=users, merchants=merchants)
    load_missions(units=units, users=users, merchants=merchants, leads=leads, logs=logs)
    load_agreements(deals.values(), users["manager"])
    load_traits(deals.values())
    load_meeting(deals.values(), users["manager"])
    load_transfer(deals["P016"], staff["区商务局"], staff["区经信局"])
    load_entry(deals, units, leaders)
    load_partners(units=units, users=users, merchants=merchants, leads=leads, deals=deals)
    load_tracking(users=users, merchants=merchants)
    load_funds(staff, deals)
    load_projects(units, leaders, deals, DAY)
    load_slips(units, leaders, units[HOME_UNIT])
    load_watchers(staff, deals, DAY)
    load_approvals(units, leaders)
    load_reserve(units, staff)
    load_factors(units=units, staff=staff, deals=deals, merchants=merchants)
    load_prospects(units=units, users=users, merchants=merchants)
    load_campaign(units)
    load_indicators(units=units)
    load_targets(units=units, users=users)
    load_supervision(units=units, users=users)
    db.session.flush()
    load_reminders(DAY)
    load_reports(users["admin"], leaders[LEADER_ACCOUNT])
    index_everything()
    record("demo.loaded", actor=HOUSE, noun="demo", name="demo")
