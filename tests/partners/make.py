"""Partners put into the database as they stand."""

from __future__ import annotations

import datetime as dt
from typing import Any

from crm.db import db
from crm.partners.models import Exchange, ExchangeKind, Partner, PartnerAgreement, PartnerKind, PartnerSource

TODAY = dt.date(2013, 7, 25)


def make_partner(name: str, by: Any, **columns: Any) -> Partner:
    given = {
        "kind": PartnerKind.GOVERNMENT, "region_code": "330110", "unit_id": by.unit_id, "owner_id": by.id,
    } | columns  # fmt: skip
    return added(Partner(name=name, **given))


def make_paper(partner: Partner, **columns: Any) -> PartnerAgreement:
    return added(PartnerAgreement(partner=partner, **{"title": "共建协议", "signed_on": TODAY} | columns))


def make_exchange(partner: Partner, **columns: Any) -> Exchange:
    given = {"kind": ExchangeKind.WENT, "on_day": TODAY, "said": "谈园区"} | columns
    return added(Exchange(partner=partner, **given))


def bring(partner: Partner, **what: Any) -> PartnerSource:
    return added(PartnerSource(partner=partner, **what))


def added(one: Any) -> Any:
    db.session.add(one)
    db.session.commit()
    return one
