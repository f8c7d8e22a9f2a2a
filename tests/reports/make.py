"""Reports for tests: what is signed, what is published, what a page says line by line."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from crm.audit.models import Event
from crm.db import db
from crm.deals.models import Deal
from crm.deals.stages import Stage
from crm.reports import actions
from crm.reports.models import Edition, Report
from crm.reports.periods import ReportKind
from tests.deals.make import make_deal

D = dt.date.fromisoformat


def signed(name: str, by: Any, day: str, wan: int) -> Deal:
    deal = make_deal(name, by, stage=Stage.SIGNED, signed_on=D(day), planned_wan=Decimal(wan))
    db.session.commit()
    return deal


def published(cast: Any, kind: ReportKind = ReportKind.MONTHLY, number: int = 6) -> Report:
    report = actions.draft(kind, 2013, number, actor=cast.admin)
    actions.write(
        report, {"problems": "进度慢，请联系 13800001234", "next_steps": "抓开工"}, actor=cast.admin
    )
    actions.submit(report, actor=cast.admin)
    actions.check(report, actor=cast.zhou)
    actions.publish(report, actor=cast.zhou)
    db.session.commit()
    return report


def send(client: Any, url: str) -> Any:
    """A POST without its page: what somebody tries who has no button for it."""
    return client.post(url, data={"csrf_token": client.token()})


def lines_of(page: Any) -> dict[str, str]:
    """{first cell: the whole line} of the tables of a page."""
    lines = [[" ".join("".join(cell.itertext()).split()) for cell in row] for row in page.all("tr")]
    return {line[0]: " ".join(line) for line in lines}


def figure(edition: Edition, key: str) -> dict[str, Any]:
    found: dict[str, Any] = next(one for one in edition.content["figures"] if one["key"] == key)
    return found


def verbs() -> list[str]:
    rows = sa.select(Event.verb).where(Event.noun == "report").order_by(Event.id)
    return list(db.session.scalars(rows))
