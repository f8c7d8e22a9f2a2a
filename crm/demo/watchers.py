"""Who watches over the demo district's projects: somebody of the unit that answers for each; requests are invented."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa

from crm.db import db
from crm.deals.models import Deal
from crm.deals.stages import Stage
from crm.delivery.models import KeyProject
from crm.org.models import User
from crm.watchers.models import FirmRequest, RequestKind, Watch

from .lists import rows

SINCE = dt.date(2013, 1, 15)
RECENT = dt.date(2013, 6, 1)  # deals signed since then have nobody yet
ASKED = (
    ("普星热电", RequestKind.UTILITIES, "示例：供热管网接入点需要尽快确定", dt.date(2013, 7, 8), "示例：已会同区住建局定点，8月施工"),
    ("石华线", RequestKind.LAND, "示例：二标段还有三户没有腾空，影响进场", dt.date(2013, 7, 10), ""),
    ("中联重科项目", RequestKind.APPROVAL, "示例：施工图审查排队，请协调加快", dt.date(2013, 7, 23), ""),
)  # fmt: skip
TERM = dt.timedelta(days=7)


def load_watchers(staff: dict[str, User], deals: dict[str, Deal], today: dt.date) -> None:
    projects = {one.name: one for one in db.session.scalars(sa.select(KeyProject))}
    for row in rows("key_projects"):
        watch = Watch(project=projects[row["name"]], person=staff[row["responsible_unit"]], from_on=SINCE)
        db.session.add(watch)
    with_project = {one.deal_id for one in projects.values()}
    for deal in deals.values():
        signed = deal.stage is Stage.SIGNED and deal.signed_on and deal.signed_on < RECENT
        if signed and deal.id not in with_project and deal.owner_id:
            db.session.add(Watch(deal=deal, person_id=deal.owner_id, from_on=deal.signed_on))
    for name, kind, text, asked_on, answer in ASKED:
        project = projects[name]
        db.session.add(
            FirmRequest(
                project=project, kind=kind, text=text, asked_on=asked_on, due_on=asked_on + TERM,
                unit_id=project.unit_id or project.entered_unit_id, answer=answer,
                answered_on=asked_on + dt.timedelta(days=4) if answer else None,
            )
        )  # fmt: skip
    db.session.flush()
