"""Loading the demo district into an empty house.

It lives on its own business day, 2013-07-25, so that what is due and what is counted makes sense; audit times
stay real. Rows are written as a list that was handed over would be: with its own units, dates and first reports.
"""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterable, Iterator
from decimal import Decimal
from importlib import resources
from typing import Any

import sqlalchemy as sa

from crm.audit.trail import HOUSE, record
from crm.bulletins import content, periods
from crm.bulletins.models import Bulletin
from crm.capital import actions as capital
from crm.capital import window
from crm.capital.models import PaidIn, PaidInState, PaidKind, VoucherKind
from crm.contacts.models import ContactKind, ContactLog
from crm.db import db
from crm.deals.models import Deal, StageMove
from crm.deals.stages import (
    Admission,
    AgreementKind,
    AmountBasis,
    DealState,
    MoveKind,
    SourceScope,
    Stage,
)
from crm.disputes.models import Dispute
from crm.holidays.models import Holiday
from crm.leads.models import Conclusion, Judgement, Lead, LeadSource, LeadState
from crm.leads.sameness import company_key
from crm.lib import clock
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
from crm.org import demo, sessions, settings
from crm.org.models import Unit, UnitKind, User
from crm.org.permissions import Role
from crm.reference import regions
from crm.reserve.models import Depth, PlanWay, ReserveItem, ReserveState

from .approvals import load_approvals
from .campaigns import load_campaign
from .entry import load_entry
from .factors import load_factors
from .indexing import index_everything
from .indicators import load_indicators
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
from .watchers import load_watchers

DAY = dt.date(2013, 7, 25)
HOME_UNIT = "区招商局"

ACCOUNTS = (
    ("promoter", "王专员", Role.PROMOTER, HOME_UNIT, "招商专员"),
    ("manager", "陈主任", Role.MANAGER, HOME_UNIT, "招商局局长"),
    ("admin", "系统管理员", Role.ADMINISTRATOR, HOME_UNIT, ""),
    ("auditor", "郑督查", Role.AUDITOR, "区督查室", "督查员"),
)
LEADER_ACCOUNT = "区政府主要领导"
LEADER_UNIT = ("L00", "区四套班子")

UNIT_KINDS = {
    "街道": UnitKind.TOWNSHIP,
    "镇": UnitKind.TOWNSHIP,
    "乡": UnitKind.TOWNSHIP,
    "部门": UnitKind.DEPARTMENT,
    "平台": UnitKind.PLATFORM,
}
KINDS = {"商会": OrganisationKind.CHAMBER, "科研院所": OrganisationKind.INSTITUTE}
CONTACT_KINDS = {
    "电话微信": ContactKind.CALL,
    "外出拜访": ContactKind.VISIT,
    "来访接待": ContactKind.RECEPTION,
    "商会活动": ContactKind.MEETING,
    "跟踪调查": ContactKind.SURVEY,
}
PAID_FOR = {
    VoucherKind.BANK: PaidKind.CASH,
    VoucherKind.LAND: PaidKind.LAND,
    VoucherKind.WORKS: PaidKind.WORKS,
    VoucherKind.EQUIPMENT: PaidKind.EQUIPMENT,
    VoucherKind.NONE: PaidKind.CASH,
}
REASONS = {"本地": "本地资金", "凭证重复": "重复凭证", "住宅": "住宅部分", "无凭证": "无凭证"}
TARGET_WAN = 175_000  # 「完成招商引资实际到位资金17.5亿元」
CLOSED_UNTIL = dt.date(2013, 5, 1)  # June is left for whoever tries the demo to close

LEAD_STATES = {
    "待核实": (LeadState.REPORTED, None),
    "已通报": (LeadState.NURTURED, Conclusion.NURTURE),
    "已分派": (LeadState.FOLLOWED, Conclusion.FOLLOW),
    "已转新谈": (LeadState.FOLLOWED, Conclusion.FOLLOW),
    "已归档": (LeadState.ARCHIVED, Conclusion.DROP),
}


EXAMPLE_OPINIONS = {
    Conclusion.FOLLOW: {
        "industry": "符合本区产业方向，可与现有企业配套",
        "policy": "可享受重大项目扶持政策",
        "resources": "用地指标可以保障",
    }
}


def rows(name: str) -> Iterator[dict[str, str]]:
    path = resources.files(__package__) / "data" / f"{name}.csv"
    with path.open(encoding="utf-8-sig") as file:
        yield from csv.DictReader(file)


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
    load_ties(rows, users=users, merchants=merchants)
    load_missions(rows, units=units, users=users, merchants=merchants, leads=leads, logs=logs)
    load_agreements(deals.values(), users["manager"])
    load_traits(deals.values())
    load_meeting(deals.values(), users["manager"])
    load_transfer(deals["P016"], staff["区商务局"], staff["区经信局"])
    load_entry(rows, deals, units, leaders)
    load_partners(rows, units=units, users=users, merchants=merchants, leads=leads, deals=deals)
    load_tracking(rows, users=users, merchants=merchants)
    load_funds(staff, deals)
    load_projects(rows, units, leaders, deals, DAY)
    load_slips(rows, units, leaders, units[HOME_UNIT])
    load_watchers(rows, staff, deals, DAY)
    load_approvals(rows, units, leaders)
    load_reserve(units, staff)
    load_factors(rows, units=units, staff=staff, deals=deals, merchants=merchants)
    load_prospects(rows, units=units, users=users, merchants=merchants)
    load_campaign(units)
    own = load_indicators(rows, units=units)
    load_targets(rows, units=units, users=users, own=own)
    load_supervision(rows, units=units, users=users)
    db.session.flush()
    load_reminders(DAY)
    load_reports(users["admin"], leaders[LEADER_ACCOUNT])
    index_everything()
    record("demo.loaded", actor=HOUSE, noun="demo", name="demo")


def added(row: Any) -> Any:
    db.session.add(row)
    return row


def load_holidays() -> None:
    """The year's rest days and the weekends worked instead, as the State Council announced them for 2013."""
    for row in rows("holidays"):
        first, last = dt.date.fromisoformat(row["first"]), dt.date.fromisoformat(row["last"])
        for step in range((last - first).days + 1):
            db.session.add(
                Holiday(day=first + dt.timedelta(days=step), works=row["works"] == "1", name=row["name"])
            )


def load_units() -> dict[str, Unit]:
    units = {
        row["name"]: added(
            Unit(
                code=row["unit_code"],
                name=row["name"],
                kind=UNIT_KINDS[row["type"]],
                is_economic=row["is_econ_dept"] == "1",
            )
        )
        for row in rows("units")
    }
    code, name = LEADER_UNIT
    units[name] = added(Unit(code=code, name=name, kind=UnitKind.DEPARTMENT))
    db.session.flush()
    return units


def load_people(units: dict[str, Unit]) -> tuple[dict[str, User], dict[str, User]]:
    """(unit name -> who works its deals, role title -> leader). Only the named accounts have a password."""
    password = sessions.hasher().hash(demo.PASSWORD)
    staff = {}
    for login, name, role, unit, post in ACCOUNTS:
        user = added(
            User(login=login, name=name, role=role, unit_id=units[unit].id, post=post, password_hash=password,
                 is_demo=True)
        )  # fmt: skip
        if role is Role.PROMOTER:
            staff[unit] = user
    leaders = {}
    for row in rows("leaders"):
        title = row["role_title"]
        is_account = title == LEADER_ACCOUNT
        leaders[title] = added(
            User(
                login="leader" if is_account else row["leader_code"].lower(),
                name=title,
                role=Role.LEADER,
                unit_id=units[LEADER_UNIT[1]].id,
                password_hash=password if is_account else "",
                is_demo=True,
            )
        )
    working = {row["owner_unit"] for row in rows("deals")}
    working |= {row["responsible_unit"] for row in rows("key_projects")}
    for name in sorted(working - {HOME_UNIT}):
        home = units[name]
        staff[name] = added(
            User(
                login=f"staff-{home.code.lower()}",
                name=f"{name}招商员",
                role=Role.PROMOTER,
                unit_id=home.id,
                is_demo=True,
            )
        )
    db.session.flush()
    return staff, leaders


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


def load_deals(
    units: dict[str, Unit],
    staff: dict[str, User],
    leaders: dict[str, User],
    merchants: dict[str, Enterprise],
) -> dict[str, Deal]:
    deals = {}
    for row in rows("deals"):
        lapsed = row["stage"] == "终止"
        stage = Stage.NEGOTIATING if lapsed else Stage.of(row["stage"])
        assert isinstance(stage, Stage)
        since = dt.date.fromisoformat(row["stage_since"])
        signed = stage is Stage.SIGNED
        last_contact = moment(row["last_contact"], 10) if row["last_contact"] else None
        leader = leaders.get(row["lead_leader"])
        unit = units[row["owner_unit"]]
        deal = added(
            Deal(
                name=row["name"],
                stage=stage,
                stage_since=since,
                state=DealState.LAPSED if lapsed else DealState.ACTIVE,
                state_reason=row["decision"] if lapsed else "",
                state_since=since if lapsed else None,
                planned_wan=wan(row["invest_yi"]),
                fixed_asset_wan=wan(row["fixed_yi"]),
                agreed_wan=wan(row["invest_yi"]) if signed else None,
                amount_basis=AmountBasis.AGREEMENT if signed else AmountBasis.WISH,
                source_scope=SourceScope.of(row["source_scope"]) or SourceScope.OUT_OF_PROVINCE,
                direction=Direction.of(row["direction"]),
                land_mu=Decimal(row["land_mu"]) if row["land_mu"] else None,
                is_return=row["is_return"] == "1",
                is_shanhai=row["is_shanhai"] == "1",
                enterprise_id=merchants[row["merchant_id"]].id if row["merchant_id"] else None,
                unit_id=unit.id,
                owner_id=staff[row["owner_unit"]].id,
                sponsor_id=leader.id if leader else None,
                first_report_unit_id=units[row["first_report_unit"]].id,
                first_reported_at=clock.start_of(since) + dt.timedelta(hours=9),
                admission=admission(row["decision"]),
                admission_note="" if row["decision"].startswith("准予") else row["decision"],
                signed_on=since if signed else None,
                agreement_kind=AgreementKind.of(row["agreement_type"]),
                next_step="示例下一步" if row["next_action_due"] else "",
                next_due_on=dt.date.fromisoformat(row["next_action_due"]) if row["next_action_due"] else None,
                last_contact_at=last_contact,
            )
        )
        deal.moves.append(
            StageMove(
                kind=MoveKind.LAPSED if lapsed else MoveKind.CREATED,
                from_stage=stage if lapsed else None,
                to_stage=stage,
                on_day=since,
                reason=row["decision"] if lapsed else "",
                evidence="示例区数据",
                at=clock.start_of(since) + dt.timedelta(hours=17),
            )
        )
        deals[row["deal_id"]] = deal
    db.session.flush()
    return deals


def load_leads(
    units: dict[str, Unit], merchants: dict[str, Enterprise], deals: dict[str, Deal]
) -> dict[str, Lead]:
    leads: dict[str, Lead] = {}
    reported: set[int] = set()
    by_merchant: dict[int | None, Deal] = {}
    for known in deals.values():
        by_merchant.setdefault(known.enterprise_id, known)
    for row in rows("leads"):
        state, conclusion = LEAD_STATES[row["status"]]
        enterprise = merchants[row["merchant_id"]]
        reported_at = moment(row["collected_at"].split(" ")[0], 0, row["collected_at"].split(" ")[1])
        if row["duplicate_of"]:
            state, conclusion = LeadState.DUPLICATE, Conclusion.DUPLICATE
        deal = by_merchant.get(enterprise.id) if row["status"] == "已转新谈" else None
        judged_at = reported_at + dt.timedelta(days=1) if conclusion else None
        if row["duplicate_of"]:
            judged_at = reported_at  # the server's own word, at the moment of the report
        is_open = conclusion in (None, Conclusion.FOLLOW, Conclusion.NURTURE) and deal is None
        lead = added(
            Lead(
                title=row["title"],
                state=LeadState.CONVERTED if deal else state,
                source=LeadSource.of(row["source_type"].replace("(", "（").replace(")", "）"))
                or LeadSource.OTHER,
                direction=enterprise.direction,
                enterprise_id=enterprise.id,
                company=enterprise.name,
                company_key=company_key(enterprise.name),
                other_matter="示例：同一客商的另一个项目"
                if enterprise.id in reported and not row["duplicate_of"]
                else "",
                planned_wan=wan(row["est_invest_yi"]),
                report_unit_id=units[row["collected_by_unit"]].id,
                reported_at=reported_at,
                unit_id=units[row["collected_by_unit"]].id,
                answered_at=judged_at,
                judged_at=judged_at,
                fed_back_at=judged_at,
                closed_at=None if is_open else judged_at,
                conclusion=conclusion,
                bulletin_no=row["bulletin_no"],
                deal_id=deal.id if deal else None,
                duplicate_of_id=leads[row["duplicate_of"]].id if row["duplicate_of"] else None,
            )
        )
        db.session.flush()
        if deal and deal.lead_id is None:
            deal.lead_id = lead.id
        if judged_at and conclusion and not row["duplicate_of"]:
            db.session.add(
                Judgement(
                    lead_id=lead.id,
                    at=judged_at,
                    unit_id=units[HOME_UNIT].id,
                    conclusion=conclusion,
                    opinion="示例研判意见",
                    **EXAMPLE_OPINIONS.get(conclusion, {}),
                )
            )
        reported.add(enterprise.id)
        leads[row["lead_id"]] = lead
    load_dispute(leads["X022"])
    load_bulletins(units, leads.values())
    return leads


def load_bulletins(units: dict[str, Unit], leads: Iterable[Lead]) -> None:
    """The half-monthly issues of the year so far, as the list of leads names them."""
    issues: dict[str, list[Lead]] = {}
    for lead in leads:
        if lead.bulletin_no:
            issues.setdefault(lead.bulletin_no, []).append(lead)
    for number, told in enumerate((issues[name] for name in sorted(issues)), 1):
        first_on, last_on = periods.nth_of(DAY.year, number)
        figures, lines = content.freeze(told, [], [lead for lead in told if lead.closed_at])
        issue = added(
            Bulletin(
                year=DAY.year,
                number=number,
                first_on=first_on,
                last_on=last_on,
                issued_at=clock.start_of(last_on + dt.timedelta(days=1)) + dt.timedelta(hours=9),
                unit_id=units[HOME_UNIT].id,
                figures=figures,
                rows=lines,
            )
        )
        for lead in told:
            lead.bulletin_no = issue.name


def load_dispute(lead: Lead) -> None:
    """区经信局 was told at 16:30 what 航埠镇 had reported at 10:05, and says it had met the firm before."""
    db.session.add(
        Dispute(
            lead_id=lead.id,
            first_id=lead.duplicate_of_id,
            unit_id=lead.report_unit_id,
            raised_at=moment("2013-07-23", 9),
            grounds="示例：我局 3 月 28 日已在上海拜访过该企业，有会议纪要",
        )
    )


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


def load_funds(staff: dict[str, User], deals: dict[str, Deal]) -> None:
    """Money that arrived, and the first five months closed, each on the fifth day of the next."""
    head = db.session.query(User).filter_by(login="manager").one()
    db.session.flush()
    for row in rows("funds"):
        deal = deals[row["deal_id"]]
        voucher = VoucherKind.of(row["voucher"]) or VoucherKind.NONE
        assert isinstance(voucher, VoucherKind)
        recognised = row["recognised"] == "1"
        why = row["reject_reason"]
        by_unit = staff[deal.unit.name]
        declared_at = moment(row["arrived_on"], 16)
        added(
            PaidIn(
                deal=deal,
                unit_id=deal.unit_id,
                arrived_on=dt.date.fromisoformat(row["arrived_on"]),
                counts_on=dt.date.fromisoformat(row["arrived_on"]),
                amount_wan=Decimal(row["amount_wan"]),
                payer=deal.investor,
                origin=SourceScope.of(row["scope"]),
                kind=PAID_FOR[voucher],
                voucher_kind=voucher,
                state=PaidInState.RECOGNISED if recognised else PaidInState.RETURNED,
                reason=next((reason for word, reason in REASONS.items() if word in why), ""),
                reason_note=why,
                share_percent=100 if recognised else None,
                counted_wan=Decimal(row["amount_wan"]) if recognised else Decimal(0),
                declared_by_id=by_unit.id,
                declared_at=declared_at,
                checked_by_id=head.id,
                checked_at=declared_at + dt.timedelta(days=1),
                decided_by_id=head.id,
                decided_at=declared_at + dt.timedelta(days=2),
            )
        )
    settings.put("capital.target_wan", TARGET_WAN)
    db.session.flush()
    for month in window.months(dt.date(2013, 1, 1), CLOSED_UNTIL):
        settings.put(settings.BUSINESS_DAY, (window.next_month(month) + dt.timedelta(days=4)).isoformat())
        capital.close_month(month, actor=head)
    settings.put(settings.BUSINESS_DAY, DAY.isoformat())


def load_reserve(units: dict[str, Unit], staff: dict[str, User]) -> None:
    """What units plan this year. The list says of some that they are in the city's library or have become a deal, but
    neither when nor which."""
    for row in rows("reserve"):
        depth = Depth.of(row["maturity"])
        by_unit = staff.get(row["unit"])
        added(
            ReserveItem(
                name=row["name"],
                unit_id=units[row["unit"]].id,
                year=int(row["year"]),
                planned_wan=wan(row["invest_yi"]),
                way=PlanWay.of(row["method"]),
                depth=depth or Depth.EARLY_WORK,
                state=ReserveState.PLANNED if depth else ReserveState.PROMOTED,
                in_city=row["in_city_library"] == "1",
                created_by_id=by_unit.id if by_unit else None,
            )
        )


def moment(day: str, hour: int, time: str = "") -> dt.datetime:
    if time:
        hour, minute = (int(part) for part in time.split(":"))
        return clock.start_of(dt.date.fromisoformat(day)) + dt.timedelta(hours=hour, minutes=minute)
    return clock.start_of(dt.date.fromisoformat(day)) + dt.timedelta(hours=hour)


def wan(yi: str) -> Decimal | None:
    return Decimal(yi) * 10000 if yi else None


def admission(decision: str) -> Admission:
    if decision.startswith("准予"):
        return Admission.APPROVED
    return Admission.REJECTED if decision.startswith("否决") else Admission.NONE
