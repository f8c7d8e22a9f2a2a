"""The demo district's partners: 余杭 and the four cities, what was signed, who visited whom, what they brought."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from crm.db import db
from crm.deals.models import Deal
from crm.leads.models import Lead
from crm.merchants.models import Enterprise
from crm.org.models import Unit, User
from crm.partners.models import (
    Exchange,
    ExchangeKind,
    Partner,
    PartnerAgreement,
    PartnerKind,
    PartnerSource,
)
from crm.reference import regions

from .lists import rows


def load_partners(
    *,
    units: Mapping[str, Unit],
    users: Mapping[str, User],
    merchants: Mapping[str, Enterprise],
    leads: Mapping[str, Lead],
    deals: Mapping[str, Deal],
) -> None:
    """`users` by login; `merchants`, `leads` and `deals` by the keys of their lists."""
    found: dict[str, Partner] = {}
    for row in rows("partners"):
        firm = merchants.get(row["merchant_id"])
        found[row["partner_id"]] = partner = Partner(
            kind=PartnerKind(row["kind"]),
            name=row["name"],
            region_code=regions.find(row["region"]) or "",
            enterprise_id=firm.id if firm else None,
            is_shanhai=row["is_shanhai"] == "1",
            site=row["site"],
            liaison=row["liaison"],
            content=row["content"],
            unit_id=units[row["unit"]].id,
            owner_id=users[row["owner"]].id if row["owner"] else None,
            next_step=row["next_step"],
            next_due_on=dt.date.fromisoformat(row["next_due"]) if row["next_due"] else None,
        )
        db.session.add(partner)
    for row in rows("partner_agreements"):
        db.session.add(
            PartnerAgreement(
                partner=found[row["partner_id"]],
                title=row["title"],
                signed_on=dt.date.fromisoformat(row["signed_on"]),
                expires_on=dt.date.fromisoformat(row["expires_on"]) if row["expires_on"] else None,
                content=row["content"],
            )
        )
    for row in rows("partner_exchanges"):
        author = users.get(row["author"])
        db.session.add(
            Exchange(
                partner=found[row["partner_id"]],
                kind=ExchangeKind(row["kind"]),
                on_day=dt.date.fromisoformat(row["on_day"]),
                place=row["place"],
                led_by=row["led_by"],
                theirs=row["theirs"],
                said=row["said"],
                agreed=row["agreed"],
                author_id=author.id if author else None,
            )
        )
    for row in rows("partner_sources"):
        db.session.add(
            PartnerSource(
                partner=found[row["partner_id"]],
                lead=leads.get(row["lead_id"]),
                deal=deals.get(row["deal_id"]),
            )
        )
    db.session.flush()
