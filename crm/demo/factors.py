"""The demo district's needs, land, clearance and quotas. Fictional, but for names that the report prints."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal

import sqlalchemy as sa

from crm.db import db
from crm.deals.models import Deal
from crm.delivery.models import KeyProject
from crm.financing.grants import Giver, GrantState
from crm.financing.models import UpperGrant
from crm.land.clearance.models import Clearance
from crm.land.clearance.stages import ClearanceLevel
from crm.land.models import Hold, LandQuota, Parcel, ParcelMove, QuotaKind, Reclamation
from crm.land.states import ParcelState
from crm.merchants.models import Enterprise
from crm.needs.kinds import NeedKind, NeedState, Step
from crm.needs.models import Approach, Need
from crm.org.models import Unit, User
from crm.yields.grades import CaseState, Grade, Means
from crm.yields.models import FIGURES, Case, Measure, Rating

from .lists import rows

RECLAIMED = "垦造耕地"
KEPT_FROM = dt.date(2013, 6, 3)
KEPT_FOR = dt.timedelta(days=40)  # it has run out by the district's day


def load_factors(
    *,
    units: Mapping[str, Unit],
    staff: Mapping[str, User],
    deals: Mapping[str, Deal],
    merchants: Mapping[str, Enterprise],
) -> None:
    projects = {one.name: one for one in db.session.scalars(sa.select(KeyProject))}
    parcels = _load_land(units)
    for row in rows("demolition"):
        db.session.add(
            Clearance(
                name=row["name"],
                level=ClearanceLevel.of(row["level"].replace("(", "（").replace(")", "）")),
                unit_id=units[row["unit"]].id,
                households=int(row["households"]),
                signed=int(row["signed"]),
                vacated=int(row["vacated"]),
                due_mu=Decimal(row["land_mu"]),
                delivered_mu=Decimal(row["delivered_mu"]),
                due_on=dt.date.fromisoformat(row["due_on"]),
                blockers=row["blockers"],
            )
        )
    needs = {}
    for row in rows("needs"):
        kept = row["parcel"]
        need = Need(
            kind=NeedKind(row["kind"]), deal=deals.get(row["of"]), project=projects.get(row["of"]),
            enterprise=merchants.get(row["of"]), title=row["title"], asked=Decimal(row["asked"]), level=row["level"],
            since_on=dt.date.fromisoformat(row["since_on"]), due_on=_day(row["due_on"]), unit_id=units[row["unit"]].id,
            owner=staff.get(row["unit"]), is_livelihood=row["livelihood"] == "1", is_high_tech=row["high_tech"] == "1",
            adopted_on=_day(row["adopted_on"]),
        )  # fmt: skip
        needs[row["of"], row["title"]] = need
        db.session.add(need)
        if kept:
            db.session.add(
                Hold(parcel=parcels[kept], need=need, from_on=KEPT_FROM, until_on=KEPT_FROM + KEPT_FOR)
            )
    for row in rows("approaches"):
        need = needs[row["of"], row["title"]]
        if row["step"] == Step.SOLVED.msgid:
            need.state, need.ended_on = NeedState.MET, dt.date.fromisoformat(row["step_on"])
        db.session.add(
            Approach(
                need=need,
                partner=row["partner"],
                on_day=dt.date.fromisoformat(row["on_day"]),
                step=Step.of(row["step"]),
                step_on=dt.date.fromisoformat(row["step_on"]),
                amount=Decimal(row["amount"]) if row["amount"] else None,
                note=row["note"],
            )
        )
    for row in rows("upper_grants"):
        db.session.add(
            UpperGrant(
                title=row["title"], giver=Giver(row["giver"]), deal=deals.get(row["of"]), project=projects.get(row["of"]),
                applied_on=dt.date.fromisoformat(row["applied_on"]), applied_wan=Decimal(row["applied_wan"]),
                state=GrantState(row["state"]), told_on=_day(row["told_on"]), basis=row["basis"],
                got_wan=Decimal(row["got_wan"]) if row["got_wan"] else None, counts_as_arrived=bool(row["basis"]),
                unit_id=units[row["unit"]].id,
            )
        )  # fmt: skip
    db.session.flush()
    _load_yields(units, merchants)


def _load_yields(units: Mapping[str, Unit], merchants: Mapping[str, Enterprise]) -> None:
    """Classes as the evaluators gave them; one firm is pressed and has given up land."""
    for row in rows("yields"):
        figures = {name: Decimal(row[name]) for name in FIGURES}
        firm = merchants[row["merchant_id"]]
        db.session.add(
            Rating(enterprise=firm, year=int(row["year"]), grade=Grade(row["grade"]), unit_id=units[row["unit"]].id, **figures)
        )  # fmt: skip
    for row in rows("yield_cases"):
        firm, unit = merchants[row["merchant_id"]], units[row["unit"]]
        case = Case(
            enterprise=firm, listed_on=dt.date.fromisoformat(row["listed_on"]), reason=row["reason"], demand=row["demand"],
            due_on=_day(row["due_on"]), unit_id=unit.id, state=CaseState.MENDING if row["due_on"] else CaseState.LISTED,
        )  # fmt: skip
        if row["means"]:
            taken_on, basis = dt.date.fromisoformat(row["on_day"]), row["legal_basis"]
            measure = Measure(means=Means(row["means"]), what=row["what"], on_day=taken_on, legal_basis=basis)
            case.measures.append(measure)
        if freed_on := _day(row["freed_on"]):
            parcel = Parcel(
                name=row["parcel"], mu=Decimal(row["mu"]), state=ParcelState.SUPPLIED, since_on=freed_on, measure="收储",
                source=firm, unit_id=unit.id,
            )  # fmt: skip
            parcel.moves.append(ParcelMove(to_state=ParcelState.SUPPLIED, on_day=freed_on))
            db.session.add(parcel)
        db.session.add(case)
    db.session.flush()


def _load_land(units: Mapping[str, Unit]) -> dict[str, Parcel]:
    parcels = {}
    for row in rows("land"):
        since, unit = dt.date.fromisoformat(row["since"]), units[row["unit"]]
        if row["state"] == RECLAIMED:
            db.session.add(
                Reclamation(
                    on_day=since,
                    mu=Decimal(row["mu"]),
                    place=row["place"],
                    unit_id=unit.id,
                    note=row["parcel"],
                )
            )
            continue
        state = ParcelState.of(row["state"])
        parcel = Parcel(
            name=row["parcel"], mu=Decimal(row["mu"]), place=row["place"], state=state, since_on=since,
            measure=row["measure"], unit_id=unit.id,
        )  # fmt: skip
        parcel.moves.append(ParcelMove(to_state=state, on_day=since))
        parcels[parcel.name] = parcel
        db.session.add(parcel)
    for row in rows("land_quotas"):
        amounts = {name: Decimal(row[name]) for name in ("sought_mu", "got_mu", "used_mu")}
        db.session.add(
            LandQuota(
                year=int(row["year"]), kind=QuotaKind(row["kind"]), unit_id=units[row["unit"]].id, **amounts
            )
        )
    return parcels


def _day(text: str) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None
