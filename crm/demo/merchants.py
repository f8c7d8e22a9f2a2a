"""Firms and their people, and what was talked about with them."""

from __future__ import annotations

import datetime as dt

from crm.contacts.models import ContactKind, ContactLog
from crm.db import db
from crm.lib.phones import parse_phones
from crm.merchants.models import (
    Direction,
    Enterprise,
    FormerName,
    Handle,
    HandleKind,
    LegalGround,
    OrganisationKind,
    Origin,
    Person,
    Position,
    Standing,
)
from crm.org.models import Unit, User
from crm.reference import regions

from .lists import added, moment, rows

KINDS = {"商会": OrganisationKind.CHAMBER, "科研院所": OrganisationKind.INSTITUTE}
CONTACT_KINDS = {
    "电话微信": ContactKind.CALL,
    "外出拜访": ContactKind.VISIT,
    "来访接待": ContactKind.RECEPTION,
    "商会活动": ContactKind.MEETING,
    "跟踪调查": ContactKind.SURVEY,
}


def load_merchants(units: dict[str, Unit]) -> dict[str, Enterprise]:
    merchants = {}
    for row in rows("merchants"):
        code = regions.find(row["domicile_province"] + row["domicile_city"]) or regions.find(
            row["domicile_province"]
        )
        reported_at = moment(row["first_reported_at"], 9)
        enterprise = added(
            Enterprise(
                name=row["name"],
                kind=KINDS.get(row["merchant_kind"], OrganisationKind.ENTERPRISE),
                uscc=row["uscc_demo"],
                origin=Origin.of(row["merchant_kind"]) or Origin.OTHER,
                native_place=row["native_place"],
                region_code=code or "",
                region_prefix=(code or "")[:4],
                direction=Direction.of(row["direction"]),
                industry_code=row["gb4754"],
                standing=Standing.IN_BASE,
                source="示例名录",
                note=row["note"],
                follow_unit_id=units[row["follow_unit"]].id,
                first_report_unit_id=units[row["reported_by_unit"]].id,
                first_reported_at=reported_at,
            )
        )
        if row["former_name"] and row["former_name"] != row["name"]:
            enterprise.former_names.append(FormerName(name=row["former_name"]))
        merchants[row["merchant_id"]] = enterprise
    db.session.flush()
    people: dict[tuple[str, str], Person] = {}
    for row in rows("contacts"):
        enterprise = merchants[row["merchant_id"]]
        phones = parse_phones(row["mobile"])
        key = (row["name"], phones[0].digits if phones else row["contact_id"])
        person = people.get(key)
        if person is None:
            person = people[key] = added(
                Person(
                    name=row["name"],
                    origin=enterprise.origin,
                    native_place=enterprise.native_place,
                    region_code=enterprise.region_code,
                    region_prefix=enterprise.region_prefix,
                    standing=Standing.IN_BASE,
                    source="本人提供名片",
                    legal_ground=LegalGround.DUTY,
                    follow_unit_id=enterprise.follow_unit_id,
                    first_report_unit_id=enterprise.first_report_unit_id,
                    first_reported_at=moment(row["collected_at"], 9),
                )
            )
            for phone in phones:
                person.handles.append(
                    Handle(kind=HandleKind.MOBILE, value=phone.national or phone.raw, digits=phone.digits)
                )
        person.positions.append(Position(enterprise=enterprise, title=row["title"], is_main=True))
    db.session.flush()
    return merchants


def load_contacts(
    units: dict[str, Unit], staff: dict[str, User], merchants: dict[str, Enterprise]
) -> dict[str, ContactLog]:
    logs: dict[str, ContactLog] = {}
    for row in rows("interactions"):
        enterprise = merchants[row["merchant_id"]]
        author = staff.get(row["unit"])
        log = added(
            ContactLog(
                kind=CONTACT_KINDS[row["kind"]],
                happened_at=moment(row["date"], 15),
                enterprise_id=enterprise.id,
                summary=row["summary"],
                next_step=row["next_step"],
                next_due_on=dt.date.fromisoformat(row["next_due"]),
                leader_led=row["leader_led"] == "1",
                unit_id=units[row["unit"]].id,
                author_id=author.id if author else None,
            )
        )
        logs[row["ix_id"]] = log
        log.people = [position.person for position in enterprise.positions]
        if not enterprise.last_contact_at or log.happened_at > enterprise.last_contact_at:
            enterprise.last_contact_at = log.happened_at
            enterprise.next_step, enterprise.next_due_on = log.next_step, log.next_due_on
    db.session.flush()
    return logs
