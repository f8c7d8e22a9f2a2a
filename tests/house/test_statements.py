"""No page asks the database more often because there is more to show.

Every page without an argument, and every page about record number 1, is opened with few rows and with many; it
must send the same number of statements. Record number 1 of each kind is the hub: all others hang on it.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from crm.campaigns.batches import Batch
from crm.campaigns.models import Campaign, CampaignEntry
from crm.capital import queries as capital
from crm.capital.actions import close_month
from crm.capital.models import PaidIn, PaidInState, PaidKind, VoucherKind
from crm.contests.models import ContestFormula
from crm.db import db
from crm.deals.models import Deal, Party, PartyRole, StageMove
from crm.deals.stages import MoveKind, SourceScope, Stage
from crm.delivery.models import (
    AmendAct,
    Amendment,
    AmendmentChange,
    KeyProject,
    ListEntry,
    ProgressEntry,
    ProjectList,
    ProjectMove,
    ProjectYear,
    SiteVisit,
    Sponsorship,
)
from crm.delivery.status import BuildKind, NodeKind, Status, VisitKind
from crm.financing.grants import Giver
from crm.financing.models import UpperGrant
from crm.indicators.models import OwnIndicator, TypedValue
from crm.land.clearance.models import Clearance
from crm.land.clearance.stages import ClearanceLevel
from crm.land.models import Hold, LandQuota, Parcel, ParcelMove, QuotaKind, Reclamation
from crm.land.states import HoldState, ParcelState
from crm.leads.models import Lead
from crm.lists.models import Tag
from crm.merchants.models import Enterprise, Handle, HandleKind, Intent, Position, Standing, Suspect
from crm.missions.models import Mission, Outcome, Stop
from crm.needs.kinds import NeedKind
from crm.needs.kinds import Step as NeedStep
from crm.needs.models import Approach, Need
from crm.org.models import Unit, User
from crm.partners.models import (
    Exchange,
    ExchangeKind,
    Partner,
    PartnerAgreement,
    PartnerKind,
    PartnerSource,
)
from crm.prospects.models import Prospect, TargetBatch
from crm.referrals.models import Introduction, Tie, TieKind
from crm.reminders.models import Reminder
from crm.reminders.steps import Step
from crm.reserve.models import PlanWay, ReserveItem, ReserveState
from crm.slips.models import Inspection, Remark, Slip, SlipRound, SlipStep
from crm.slips.states import Body, Obstacle, SlipState, StepKind
from crm.supervision.cases.models import CaseStep, SupervisionCase
from crm.supervision.cases.states import StepKind as CaseStepKind
from crm.supervision.commitments.models import Commitment, CommitmentStep
from crm.supervision.commitments.states import StepKind as CommitmentStepKind
from crm.targets.models import Target, TaskState, WorkTask
from crm.tracking.models import ReturnIntent
from crm.watchers.models import FirmRequest, RequestKind, Watch
from crm.yields.grades import CaseState, Grade, Means
from crm.yields.models import Case, Measure, Rating
from tests.approvals.make import grant
from tests.cast import (
    Cast,
    gather,
    gathered,
    make_contact,
    make_deal,
    make_enterprise,
    make_lead,
    make_person,
    make_unit,
    make_user,
)
from tests.delivery.make import TODAY, led, make_list, make_node, make_project
from tests.entry.make import let_in
from tests.supervision.make import make_case, make_commitment, make_honour, make_story
from tests.support.statements import count_statements

FEW, MANY = 5, 12  # both on one page of any list


def take_on(cast: Cast, unit_id: int, person_id: int, number: int) -> None:
    """A figure typed under an indicator of one's own; a task like the first, and a part of the first one's target."""
    own = OwnIndicator(name=f"第{number}个指标", definition="填报", by_unit=True, unit_id=cast.chen.unit_id)
    db.session.add(own)
    db.session.flush()
    db.session.add(TypedValue(indicator=own.key, own_indicator_id=own.id, unit_id=unit_id, amount=Decimal(5),
                              first_on=dt.date(2013, 1, 1), last_on=dt.date(2013, 1, 31)))  # fmt: skip
    task = WorkTask(name=f"第{number}项任务", unit_id=cast.chen.unit_id, owner_id=cast.chen.id, goal="做到", focus="重点",
                    measures="做法", schedule="年底", state=TaskState.ISSUED, issued_on=dt.date(2013, 1, 1),
                    first_on=dt.date(2013, 1, 1), last_on=dt.date(2013, 12, 31))  # fmt: skip
    whole = Target(task=task, indicator="paid_in", scope=f"口径{number}", amount=Decimal(100))
    db.session.add_all(
        [task, whole, Target(task=task, indicator=own.key, own_indicator_id=own.id, amount=Decimal(9))]
    )
    db.session.flush()
    hub = db.session.get(Target, 1)
    part = Target(task=hub.task, parent=hub, indicator="paid_in", unit_id=unit_id, amount=Decimal(1))
    mine = Target(task=hub.task, parent=part, indicator="paid_in", unit_id=unit_id, person_id=person_id,
                  amount=Decimal(1))  # fmt: skip
    db.session.add_all([part, mine])
    db.session.flush()


def fill_house(sets: int) -> None:
    """Many sets come after the few, as they would in life."""
    cast = gather()
    fill(cast, 0, FEW)
    if sets > FEW:
        fill(cast, FEW, sets)


def fill(cast: Cast, start: int, end: int) -> None:
    """Sets of one of everything; the first set's records are the hubs that the later ones hang on."""
    wang = cast.wang
    for number in range(start, end):
        unit = make_unit(f"第{number}局", code=f"U{number}")
        db.session.flush()
        colleague = make_user(f"colleague{number}", f"同事{number}", wang.role, unit)
        db.session.flush()
        firm = make_enterprise(f"衢州第{number}机械有限公司", by=wang, uscc=f"{number:018d}")
        person = make_person(f"赵{number}", by=wang, at=firm, title="总经理")
        hub_firm = db.session.get(type(firm), 1)
        hub_person = db.session.get(type(person), 1)
        firm.handles.append(
            Handle(kind=HandleKind.MOBILE, value=f"1390000{number:04d}", digits=f"1390000{number:04d}")
        )
        hub_firm.handles.append(
            Handle(kind=HandleKind.LANDLINE, value=f"0570-{number:07d}", digits=f"0570{number:07d}")
        )
        if number:
            db.session.add(Position(person=hub_person, enterprise=firm, title="董事"))
            db.session.add(Position(person=person, enterprise=hub_firm, title="顾问"))
            db.session.add(Suspect(a_id=1, b_id=firm.id, score=0.8, verdict="ask", reasons=[]))
        lead = make_lead(f"第{number}条线索", by=wang, enterprise_id=firm.id, company=firm.name)
        make_lead(
            f"旧公司第{number}条线索", by=colleague, enterprise_id=1, owner_id=wang.id, unit_id=wang.unit_id
        )
        stage = (Stage.INTENDED, Stage.NEW_TALKS, Stage.NEGOTIATING)[number % 3]
        deal = make_deal(
            f"第{number}个项目", by=wang, enterprise_id=firm.id, stage=stage, sponsor_id=cast.zhou.id
        )
        make_deal(f"旧公司第{number}个项目", by=wang, enterprise_id=1, stage=stage, sponsor_id=cast.zhou.id)
        hub_deal = db.session.get(type(deal), 1)
        hub_deal.parties.append(Party(enterprise=firm, role=PartyRole.PARTNER))
        hub_deal.moves.append(
            StageMove(kind=MoveKind.CREATED, to_stage=stage, on_day=deal.stage_since, actor_id=colleague.id)
        )
        for author in (wang, colleague):
            log = make_contact(f"第{number}次电话", by=author, enterprise_id=1, deal_id=1, lead_id=1)
            log.people.append(person)
            log.people.append(hub_person) if person is not hub_person else None
            log.colleagues.append(colleague)
        db.session.add(
            ReserveItem(name=f"第{number}个谋划", unit_id=unit.id, year=2013, way=PlanWay.POLICY, planned_wan=Decimal(6_000),
                        state=ReserveState.PROMOTED, deal_id=1)
        )  # fmt: skip
        for author, state in ((wang, PaidInState.DECLARED), (colleague, PaidInState.RECOGNISED)):
            make_paid_in(hub_deal, by=author, state=state, number=number)
        take_on(cast, unit.id, colleague.id, number)
        make_contact(f"第{number}次拜访", by=wang, enterprise_id=firm.id, deal_id=deal.id, lead_id=lead.id)
        for two in (hub_firm, hub_person):
            ends = {"two_noun": two.__tablename__, "two_id": two.id}
            db.session.add(Tie(one_noun="person", one_id=person.id, **ends, kind=TieKind.FRIEND, said="听说",
                               unit_id=wang.unit_id))  # fmt: skip
        db.session.add(Introduction(
            target_noun="enterprise", target_id=1, target_name=hub_firm.name, asked_noun="person", asked_id=person.id,
            asked_name=person.name, due_on=deal.stage_since, unit_id=wang.unit_id, owner_id=wang.id,
        ))  # fmt: skip
        for target, of in ((firm, firm.name), (hub_firm, f"第{number}个目标")):
            db.session.add(Prospect(batch=TargetBatch.INDUSTRY, name=of, enterprise=target, unit_id=wang.unit_id,
                                    owner_id=wang.id, contact_by=deal.stage_since))  # fmt: skip
        mission = Mission(
            title=f"第{number}次外出", starts_on=deal.stage_since, ends_on=deal.stage_since, results_by=deal.stage_since,
            unit_id=wang.unit_id, owner_id=wang.id, leader_id=cast.zhou.id, members=[wang, colleague],
        )  # fmt: skip
        mission.stops.append(Stop(enterprise=firm))
        db.session.add(mission)
        db.session.flush()
        hub_mission = db.session.get_one(Mission, 1)
        hub_mission.members.append(colleague) if colleague not in hub_mission.members else None
        hub_mission.stops.append(
            Stop(enterprise=hub_firm, lead=lead, outcome=Outcome.INTERESTED, told_on=deal.stage_since,
                 follow_user_id=colleague.id, follow_due_on=deal.stage_since)
        )  # fmt: skip
        work_with(cast, hub_deal, lead, number)
        drive(cast, colleague, number)
        supply(firm, deal, colleague, number)
        block(cast, colleague, number)
        promise(cast, colleague, number)
        let_in(cast, unit, number)
        db.session.add(
            Reminder(kind="deal_step", noun="deal", record_id=1, title=f"第{number}次", due_on=deal.stage_since,
                     step=Step.OWNER, user_id=colleague.id, unit_id=wang.unit_id, on_day=deal.stage_since)
        )  # fmt: skip
        for noun, thing in (("enterprise", firm), ("person", person), ("lead", lead), ("deal", deal)):
            db.session.add(Tag(noun=noun, record_id=thing.id, word=f"标签{number}"))
            db.session.add(Tag(noun=noun, record_id=1, word=f"又一个{number}")) if number else None
    close_a_month(cast)
    db.session.commit()


def work_with(cast: Cast, hub_deal: Deal, lead: Lead, number: int) -> None:
    """A partner who brought the hub deal, and one more of all that hangs on the first one."""
    partner = Partner(kind=PartnerKind.FIRM, name=f"第{number}家合作方", region_code="3301", unit_id=cast.wang.unit_id,
                      owner_id=cast.wang.id, enterprise_id=1)  # fmt: skip
    db.session.add(partner)
    db.session.flush()
    hub = db.session.get_one(Partner, 1)
    db.session.add(Exchange(partner=hub, kind=ExchangeKind.WENT, on_day=TODAY, said="谈了", mission_id=1,
                            author_id=cast.wang.id))  # fmt: skip
    db.session.add(PartnerAgreement(partner=hub, title=f"第{number}份", signed_on=TODAY))
    db.session.add(PartnerSource(partner=partner, deal=hub_deal))
    db.session.add(PartnerSource(partner=hub, lead=lead))
    if number:
        db.session.add(PartnerSource(partner=partner, lead_id=1))
    db.session.add(ReturnIntent(enterprise_id=1, intent=Intent.ACTIVE, said_on=TODAY, evidence=f"第{number}次说",
                                unit_id=cast.wang.unit_id))  # fmt: skip
    firm = db.session.get_one(Enterprise, lead.enterprise_id)
    firm.chamber, firm.standing = f"第{number}商会", Standing.KEY
    firm.region_code, firm.region_prefix = "3301", "3301"


def drive(cast: Cast, colleague: User, number: int) -> None:
    """A key project, and one more of all that hangs on the first one."""
    project = make_project(f"第{number}条路", cast.wang, status=Status.BUILDING, deal_id=1)
    led(project, cast.zhou)
    hub = db.session.get_one(KeyProject, 1)
    last = hub.milestones[-1] if hub.milestones else None
    node = make_node(hub, f"第{number}个节点", TODAY, person=colleague.name)
    node.after = [last] if last else []
    day = dt.date(1990, 1, 1) + dt.timedelta(days=7 * number)
    hub.sponsorships.append(Sponsorship(leader=colleague, from_on=day, to_on=day))
    hub.visits.append(SiteVisit(kind=VisitKind.TACKLE, on_day=day, decision="现场定了", leader=colleague))
    hub.moves.append(ProjectMove(to_status=Status.BUILDING, on_day=day, actor=colleague))
    hub.years.append(ProjectYear(year=2020 + number, build_kind=BuildKind.CONTINUED))
    db.session.add(
        ProgressEntry(project=hub, week_on=day, progress="一周", done_wan=Decimal(1), author=colleague)
    )
    fight(cast, project, hub, number)
    grant(cast, hub, colleague, number)
    roll = db.session.get(ProjectList, 1) or make_list("市重点", cast.chen, issued_on=TODAY)
    roll.entries.append(ListEntry(project=project, planned_wan=Decimal(10)))
    change = AmendmentChange(project=project, act=AmendAct.ADD, after_wan=Decimal(10))
    roll.amendments.append(
        Amendment(number=number + 1, on_day=TODAY, reason="调整", actor=colleague, changes=[change])
    )
    hub.places.append(ListEntry(project_list=make_list(f"第{number}种", cast.chen, issued_on=TODAY)))


def block(cast: Cast, colleague: User, number: int) -> None:
    """A slip of the first project and one of the first deal, in a round of their own and in the first one."""
    rounds = [
        db.session.get(SlipRound, 1),
        SlipRound(
            first_on=dt.date(2000, 1, 1), last_on=TODAY - dt.timedelta(days=number + 1), drawn_up_by=colleague
        ),
    ]
    for at, round_ in enumerate(one or rounds[1] for one in rounds):
        state = (SlipState.COLLECTED, SlipState.WORKING)[at]
        slip = Slip(
            project_id=1, deal_id=1, subject="第一条路", obstacle=list(Obstacle)[number % 8], problem=f"第{number}个问题",
            raised_unit_id=cast.wang.unit_id, raised_by=colleague, state=state, round=round_, unit_id=colleague.unit_id,
            leader_id=cast.zhou.id, issued_on=TODAY, due_on=TODAY, first_due_on=TODAY, co_units=[colleague.unit],
            number=f"{number}-{at}",
        )  # fmt: skip
        db.session.add(slip)
        db.session.flush()
        seen = db.session.get(Inspection, 1) or Inspection(
            on_day=TODAY, body=Body.PUBLIC, title="第一次视察", unit_id=cast.chen.unit_id
        )
        seen.remarks.append(Remark(text=f"第{number}条意见", project_id=1, slip=slip))
        db.session.add(seen)
        db.session.add(
            SlipStep(slip_id=1, kind=StepKind.REPLIED, actor=colleague, unit=colleague.unit, text="又一次")
        )


def promise(cast: Cast, colleague: User, number: int) -> None:
    """A commitment about the first deal and project and a case about the first project; one more step of the first."""
    make_case(f"第{number}件", by=colleague, project_id=1, person_id=colleague.id, remark_id=1)
    review = db.session.get_one(SupervisionCase, 1)
    review.steps.append(CaseStep(kind=CaseStepKind.EXPLAINED, actor=colleague, unit=colleague.unit))
    make_commitment(f"第{number}项承诺", by=colleague, deal_id=1, project_id=1, person_id=colleague.id)
    make_honour(unit=colleague.unit, person_id=colleague.id)
    make_story(
        f"第{number}个典型", by=colleague, deal_id=1, project_id=1, person_id=colleague.id, published_on=TODAY
    )
    make_honour(unit=db.session.get_one(Unit, 1), person_id=1, year=1900 + number)
    hub = db.session.get_one(Commitment, 1)
    hub.steps.append(CommitmentStep(kind=CommitmentStepKind.PUT_OFF, actor=colleague, unit=colleague.unit))


def supply(firm: Any, deal: Any, colleague: User, number: int) -> None:
    """Needs of every kind on the hub deal, project and firm, and one more of all that hangs on the first of each."""
    for kind, of in ((NeedKind.LAND, {"deal": deal}), (NeedKind.FINANCE, {"deal_id": 1}), (NeedKind.TALENT, {"project_id": 1}),
                     (NeedKind.TECHNOLOGY, {"enterprise": firm}), (NeedKind.LAND, {"enterprise_id": 1})):  # fmt: skip
        need = Need(
            kind=kind, title=f"第{number}项", asked=Decimal(9), unit=colleague.unit, owner=colleague, **of
        )
        db.session.add(need)
    db.session.flush()
    kinds = {"name": f"第{number}块地", "mu": Decimal(7), "since_on": TODAY, "state": ParcelState.SUPPLIED}
    parcel = Parcel(**kinds, unit=colleague.unit, source=firm)
    parcel.moves.append(ParcelMove(to_state=ParcelState.SUPPLIED, on_day=TODAY, actor=colleague))
    parcel.holds.append(Hold(need=need, until_on=TODAY))
    free = Parcel(**{**kinds, "name": f"第{number}块空地"}, unit=colleague.unit, source=firm)
    db.session.add_all((parcel, free))
    db.session.flush()
    hub = db.session.get_one(Parcel, 1)
    released = {"state": HoldState.RELEASED, "reason": "不要了", "ended_on": TODAY, "until_on": TODAY}
    hub.holds.append(Hold(need_id=1, author=colleague, **released))
    hub.moves.append(ParcelMove(to_state=ParcelState.SUPPLIED, on_day=TODAY, actor=colleague))
    bank = {"on_day": TODAY, "step": NeedStep.PITCHED, "step_on": TODAY, "author": colleague}
    db.session.add(Approach(need_id=2, partner=f"第{number}家银行", **bank))
    db.session.add(Approach(need=need, partner=f"第{number}家", **bank))
    db.session.add(
        Clearance(
            name=f"第{number}片",
            level=ClearanceLevel.OWN,
            unit=colleague.unit,
            project_id=1,
            households=9,
            due_mu=Decimal(9),
        )
    )
    db.session.add(Reclamation(on_day=TODAY, mu=Decimal(1), unit=colleague.unit))
    money = {"giver": Giver.CITY, "applied_on": TODAY, "applied_wan": Decimal(9), "unit": colleague.unit}
    db.session.add_all(
        (UpperGrant(title="技改", deal_id=1, **money), UpperGrant(title="专项", project_id=1, **money))
    )
    db.session.add(Rating(enterprise=firm, year=2012, grade=Grade.D, unit=colleague.unit))
    db.session.add(Rating(enterprise_id=1, year=1950 + number, grade=Grade.D, unit=colleague.unit))
    for of in ({"enterprise": firm}, {"enterprise_id": 1}):
        case = Case(listed_on=TODAY, reason="低", unit=colleague.unit, state=CaseState.LISTED, **of)
        db.session.add(case)
    db.session.flush()
    what = {"what": "断电", "on_day": TODAY, "legal_basis": "某法", "author": colleague}
    db.session.add_all(
        (Measure(case=case, means=Means.LEGAL, **what), Measure(case_id=1, means=Means.LEGAL, **what))
    )
    db.session.add(
        LandQuota(year=2013, kind=QuotaKind.PLAN, unit=colleague.unit, sought_mu=1, got_mu=1, used_mu=1)
    )


def fight(cast: Cast, project: KeyProject, hub: KeyProject, number: int) -> None:
    """A campaign, and one more entry of the first; a watcher and a request of the new project and of the hub's."""
    unit_id, day = cast.chen.unit_id, TODAY - dt.timedelta(days=20)
    campaign = Campaign(name=f"第{number}次会战", from_on=day, unit_id=unit_id)
    db.session.add(campaign)
    first = db.session.get(Campaign, 1) or campaign
    for one, goal in ((first, NodeKind.COMPLETE), (campaign, NodeKind.STRUCTURE)):
        one.entries.append(CampaignEntry(batch=Batch.PUSH, project=project, goal=goal))
    campaign.entries.append(CampaignEntry(batch=Batch.FINISH, project=hub, goal=NodeKind.PRODUCE))
    first.entries.append(CampaignEntry(batch=Batch.CLEAR, name=f"第{number}块地", unit_id=unit_id))
    db.session.add(
        ContestFormula(number=number + 2, investment=50, weekly=25, milestones=25, from_on=day, reason="改")
    )
    before = dt.date(2000, 1, 1) + dt.timedelta(days=number)
    db.session.add(Watch(project=project, person=cast.wang, from_on=day))
    for subject in ({"project": hub}, {"deal_id": 1}):
        db.session.add(Watch(person=cast.chen, from_on=before, to_on=before, **subject))
        db.session.add(FirmRequest(kind=RequestKind.LAND, text=f"第{number}件", asked_on=day, due_on=day, unit_id=unit_id,
                                   **subject))  # fmt: skip


def make_paid_in(deal: Deal, *, by: User, state: PaidInState, number: int) -> None:
    """A sum of the hub deal in a closed month's days; recognised ones count."""
    counts = state is PaidInState.RECOGNISED
    day = dt.date(2013, 5, 1 + number % 28)
    db.session.add(
        PaidIn(
            deal=deal, unit_id=by.unit_id, arrived_on=day, counts_on=day, amount_wan=Decimal(100), payer=f"出资方{number % 3}",
            origin=SourceScope.OUT_OF_PROVINCE, kind=PaidKind.CASH, voucher_kind=VoucherKind.BANK, state=state,
            share_percent=100 if counts else None, counted_wan=Decimal(100 if counts else 0), declared_by_id=by.id,
        )
    )  # fmt: skip


def close_a_month(cast: Cast) -> None:
    """The next one: what was recognised since stands in it, as late entries."""
    db.session.flush()
    if month := capital.next_to_close():
        close_month(month, actor=cast.admin)


def addresses(app: Any) -> list[str]:
    """Every page that can be asked for with nothing, or with the number 1."""
    found = []
    for rule in app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()) or rule.endpoint == "static":
            continue
        if all(type(rule._converters[name]).__name__ == "IntegerConverter" for name in rule.arguments):
            with app.test_request_context():
                found.append(app.url_for(rule.endpoint, **dict.fromkeys(rule.arguments, 1)))
    return sorted(found)


def asked(client: Any, urls: list[str]) -> dict[str, list[str]]:
    """{address: statements} of the pages that open."""
    client.judges_pages = False  # tests/house/test_pages.py does
    counted = {}
    for url in urls:
        with count_statements() as statements:
            answer = client.get(url)
            answer.get_data()
        if answer.status_code == 200:
            counted[url] = list(statements)
    return counted


@pytest.mark.on("sqlite")
@pytest.mark.parametrize("name", ["chen", "admin"])
def test_no_page_asks_more_often_for_more_rows(
    app: Any, kept: Callable[..., None], as_user: Callable[..., Any], name: str
) -> None:
    """Whose page it is changes what is asked; the statements are the same on both databases. It is the longest test, so
    each reader has one of his own, and most of the four hundred pages are opened once with few rows and once with many.
    What the house reads once and remembers is read for whichever page comes first, so a page that asked more often than
    the other time is opened again with both."""

    def asked_with(sets: int, urls: list[str], times: int = 1) -> dict[str, list[str]]:
        kept(f"everything_{sets}", lambda: fill_house(sets))
        client = as_user(getattr(gathered(), name))
        return [asked(client, urls) for _time in range(times)][-1]

    def differing(one: dict[str, list[str]], other: dict[str, list[str]]) -> list[str]:
        return [url for url in one if len(one[url]) != len(other.get(url, ()))]

    urls = addresses(app)
    now = asked_with(MANY, urls)
    before = asked_with(FEW, urls)
    before |= asked_with(FEW, differing(before, now), 2)
    now |= asked_with(MANY, differing(now, before), 2)
    assert before.keys() == now.keys() and len(now) > 1
    told = []
    for url in now:
        if len(now[url]) > len(before[url]):
            more = [one for one, times in (Counter(now[url]) - Counter(before[url])).most_common(2)]
            told.append(f"{name}, {url}: {len(before[url])} -> {len(now[url])}, e.g. {more}")
    assert not told, "load with the rows what the template shows (selectinload):\n" + "\n".join(told)
