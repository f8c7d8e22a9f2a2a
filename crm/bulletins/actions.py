"""Issuing a bulletin. There is no verb that changes one."""

from __future__ import annotations

import datetime as dt

from crm.audit.trail import recording
from crm.db import db
from crm.lib import clock
from crm.lib.errors import Refused
from crm.lib.words import _
from crm.org.models import User

from . import content, queries
from .models import Bulletin, name_of

LONGEST = 366  # days of a period: a longer one is a slip of the year


def refuse_period(first_on: dt.date, last_on: dt.date) -> None:
    """Say why this period cannot be told, if it cannot."""
    if last_on < first_on:
        raise Refused(_("截止日期早于开始日期"), "last_on")
    if (last_on - first_on).days >= LONGEST:
        raise Refused(_("一期通报最多一年，请检查年份"), "first_on")
    if last_on > clock.today():
        raise Refused(_("截止日期还没有到，只能通报到今天"), "last_on")
    if told := queries.overlapping(first_on, last_on):
        raise Refused(
            _("这段时间和《%(name)s》重叠，每一天只通报一次，请从 %(day)s 起", name=told.title,
              day=(told.last_on + dt.timedelta(days=1)).isoformat()),
            "first_on",
        )  # fmt: skip


def issue(first_on: dt.date, last_on: dt.date, note: str, *, actor: User) -> Bulletin:
    """Number it, freeze what the records say now, and write the number on each lead it tells for the first time."""
    refuse_period(first_on, last_on)
    new = queries.reported(first_on, last_on)
    changed, closed = queries.changed(first_on, last_on), queries.closed(first_on, last_on)
    if not (new or changed or closed):
        raise Refused(_("这段时间没有新报送、有进展或办结的线索，没有可以通报的内容"))
    figures, rows = content.freeze(new, changed, closed)
    year = last_on.year
    number = queries.next_number(year)
    bulletin = Bulletin(
        year=year, number=number, first_on=first_on, last_on=last_on, issued_by_id=actor.id, unit_id=actor.unit_id,
        note=note, figures=figures, rows=rows,
    )  # fmt: skip
    db.session.add(bulletin)
    with recording("bulletin.issued", bulletin, actor=actor):
        db.session.flush()
    for lead in new:
        with recording("lead.bulletined", lead, actor=actor):
            lead.bulletin_no = name_of(year, number)
    return bulletin
