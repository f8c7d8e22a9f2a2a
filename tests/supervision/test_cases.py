"""督查核查: what is behind is listed with its figures; verified, explained by its unit, concluded by others."""

from __future__ import annotations

import datetime as dt
import io
from decimal import Decimal as D
from typing import Any

import pytest
import sqlalchemy as sa

from crm.audit.models import Event
from crm.audit.trail import HOUSE
from crm.db import WrittenOnce, db
from crm.delivery.models import KeyProject, ProjectYear
from crm.indicators.progress import Against, Window
from crm.jobs.models import Notice
from crm.lib.errors import Refused
from crm.org import settings
from crm.recurring import propose_cases
from crm.slips.models import Inspection, Remark, Slip
from crm.slips.states import Body
from crm.supervision.cases import actions, queries, triggers
from crm.supervision.cases.models import SupervisionCase
from crm.supervision.cases.states import CaseState, Conclusion, StepKind, Trigger, is_late, why_not_conclude
from crm.targets.models import Target, TaskState, WorkTask
from tests.delivery.make import TODAY, make_project
from tests.supervision.make import make_case, make_commitment, supervises

YEAR = Window(dt.date(2013, 1, 1), dt.date(2013, 12, 31))
DAY = dt.timedelta(days=1)


# --- rules --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("done", "day", "listed"),
    [("45", dt.date(2013, 6, 30), False), ("44.9", dt.date(2013, 6, 30), True), ("100", dt.date(2013, 6, 30), False),
     ("99", dt.date(2013, 12, 31), True), ("0", dt.date(2013, 1, 1), False)],
)  # fmt: skip
def test_a_target_is_listed_beyond_the_margin_or_when_it_was_missed(
    done: str, day: dt.date, listed: bool
) -> None:
    """Half of the year is over, 5 points are let pass."""
    evidence = triggers.of_target(Against(D(100), D(done), YEAR, day, margin=5))
    assert (evidence is not None) is listed
    if evidence and day.month == 6:
        assert (evidence["pace"], evidence["gone"], evidence["day"]) == ("50.00", "50.0", "2013-06-30")


def test_a_target_of_which_nothing_is_known_is_not_behind() -> None:
    assert triggers.of_target(Against(D(100), None, YEAR, TODAY)) is None


@pytest.mark.parametrize(
    ("done", "planned", "listed"),
    [(39, 100, True), (40, 100, False), (100, 100, False), (0, 0, False), (120, 100, False)],
)
def test_a_project_is_listed_beyond_its_own_margin(done: int, planned: int, listed: bool) -> None:
    found = triggers.of_project(D(done), D(planned), gone=D(50), margin=10, year=2013)
    assert (found is not None) is listed
    assert not found or found["percent"] == "39.0"


CLOSES = Conclusion.TRANSFER


@pytest.mark.parametrize(
    ("state", "conclusion", "due", "may"),
    [(CaseState.PROPOSED, Conclusion.NO_ACTION, None, True), (CaseState.PROPOSED, CLOSES, None, False),
     (CaseState.ASKED, CLOSES, TODAY, False), (CaseState.ASKED, CLOSES, TODAY - DAY, True),
     (CaseState.ASKED, Conclusion.NO_ACTION, TODAY, True), (CaseState.EXPLAINED, Conclusion.RECTIFY, None, True),
     (CaseState.EXPLAINED, Conclusion.RECTIFIED, None, False), (CaseState.CLOSED, CLOSES, None, True)],
)  # fmt: skip
def test_the_unit_is_heard_first(
    state: CaseState, conclusion: Conclusion, due: dt.date | None, may: bool
) -> None:
    why = why_not_conclude(state, conclusion, due_on=due, had_to_rectify=False, today=TODAY)
    assert (not why) is may


def test_the_day_itself_is_in_time() -> None:
    assert not is_late(CaseState.ASKED, TODAY, TODAY) and is_late(CaseState.RECTIFYING, TODAY - DAY, TODAY)
    assert not is_late(CaseState.EXPLAINED, TODAY - DAY, TODAY)
    assert not why_not_conclude(
        CaseState.RECTIFYING, Conclusion.RECTIFIED, due_on=TODAY, had_to_rectify=True, today=TODAY
    )  # fmt: skip


# --- finding and listing ------------------------------------------------------------------------------------


def behind(cast: Any) -> tuple[Target, KeyProject]:
    """航埠镇 has promised, has a project of which a tenth is done; of what it and 李乡长 have to sign nothing is signed."""
    project = make_project("石华线改建", cast.li)
    project.years[0].done_wan = D(100)
    make_project("有进度的", cast.li).years[0].done_wan = D(900)
    task = WorkTask(name="2013年招商", unit_id=cast.chen.unit_id, owner_id=cast.chen.id, goal="做到", focus="重点",
                    measures="做法", schedule="年底", state=TaskState.ISSUED, issued_on=YEAR.first, first_on=YEAR.first,
                    last_on=YEAR.last)  # fmt: skip
    whole = Target(task=task, indicator="signed_deals", amount=D(8))
    part = Target(task=task, parent=whole, indicator="signed_deals", unit_id=cast.li.unit_id, amount=D(2))
    mine = Target(task=task, parent=part, indicator="signed_deals", unit_id=cast.li.unit_id,
                  person_id=cast.li.id, amount=D(2))  # fmt: skip
    draft = WorkTask(name="草案", unit_id=cast.chen.unit_id, first_on=YEAR.first, last_on=YEAR.last)
    db.session.add_all([task, whole, part, mine, Target(task=draft, indicator="signed_deals", amount=D(9))])
    make_commitment("供电到红线", by=cast.li, due_on=TODAY - 5 * DAY)
    make_commitment("还没有到期的", by=cast.li)
    db.session.commit()
    return part, project


def cases() -> dict[str, SupervisionCase]:
    return {one.subject: one for one in db.session.scalars(sa.select(SupervisionCase))}


def test_the_morning_lists_what_is_behind_once_with_its_figures(cast: Any, as_user: Any) -> None:
    part, project = behind(cast)
    assert propose_cases() == 5 and propose_cases() == 0
    found = cases()
    assert set(found) == {
        "2013年招商：签约项目",
        "2013年招商：签约项目（航埠镇）",
        "2013年招商：签约项目（航埠镇 李乡长）",
        "石华线改建",
        "供电到红线",
    }
    one = found["2013年招商：签约项目（航埠镇）"]
    assert (one.trigger, one.target_id, one.unit_id, one.state) == (
        Trigger.TARGET, part.id, cast.li.unit_id, CaseState.PROPOSED
    )  # fmt: skip
    assert (one.evidence["target"], one.evidence["actual"], one.as_of) == ("2", "0", TODAY)
    assert found["供电到红线"].evidence["days"] == "5"
    assert found["石华线改建"].evidence["percent"] == "10.0"
    assert not db.session.scalars(sa.select(Notice)).all(), "nobody is asked anything by a rule"
    assert {
        row[0] for row in db.session.execute(sa.select(Event.actor_name).where(Event.noun == queries.NOUN))
    } == {HOUSE.name}
    project.years[0].done_wan = D(1000)
    db.session.commit()
    zhou = as_user(cast.zhou)
    page = zhou.see(f"/supervision/{found['石华线改建'].id}")
    assert "10.0%" in page.text and "100万元" in page.text and "2013-07-25" in page.text, "as it was found"
    assert f"/projects/{project.id}" in page.links
    with pytest.raises(WrittenOnce):
        one.evidence = {}
    db.session.rollback()
    rows = next(link for link in zhou.see(f"/supervision/{one.id}").links if link.startswith("/deals?"))
    assert f"unit={cast.li.unit_id}" in rows and "signed_to=2013-07-25" in rows
    zhou.see(rows)
    his = found["2013年招商：签约项目（航埠镇 李乡长）"]
    assert (his.unit_id, his.evidence["actual"]) == (cast.li.unit_id, "0"), "his unit answers for it"
    rows = next(link for link in zhou.see(f"/supervision/{his.id}").links if link.startswith("/deals?"))
    assert (
        f"owner={cast.li.id}" in rows
        and f"/targets/{his.target_id}" in zhou.see(f"/supervision/{his.id}").links
    )
    zhou.submit(f"/supervision/{his.id}/ask", due_on="2013-08-05")
    assert his.person_id == cast.li.id, "who is behind is the nearest to ask"


@pytest.mark.on("sqlite")
def test_the_margins_and_the_rest_after_a_conclusion_are_settings(cast: Any, as_user: Any) -> None:
    behind(cast)
    settings.put("supervision.project_margin", 60)
    db.session.commit()
    zhou = as_user(cast.zhou)
    assert "还没有检查过" in zhou.see("/supervision").text
    answer = zhou.post("/supervision/check", data={"csrf_token": zhou.token()})
    assert answer.status_code == 303 and {one.trigger for one in cases().values()} == {
        Trigger.TARGET, Trigger.COMMITMENT
    }  # fmt: skip
    page = zhou.see("/supervision").text
    assert "上一次检查：" in page and f"新列入核查 {len(cases())} 件" in page
    late = cases()["供电到红线"]
    actions.conclude(late, Conclusion.NO_ACTION, "企业自己推迟", actor=cast.zhou)
    db.session.commit()
    assert propose_cases() == 0, "concluded today"
    late.concluded_on = TODAY - 30 * DAY
    db.session.commit()
    assert propose_cases() == 1
    with pytest.raises(Refused, match="又列入了核查"):
        actions.conclude(late, Conclusion.RECTIFY, "还是要改", TODAY, actor=cast.zhou)


# --- asked, explained, concluded ----------------------------------------------------------------------------


@pytest.mark.on("sqlite")
def test_a_case_is_verified_explained_with_evidence_and_concluded_by_others(cast: Any, as_user: Any) -> None:
    behind(cast)
    propose_cases()
    supervises(cast.chen)
    case = cases()["石华线改建"]
    url, chen, li = f"/supervision/{case.id}", as_user(cast.chen), as_user(cast.li)
    assert "等着核实的事项" in chen.see("/").text
    early = chen.submit(f"{url}/conclude", conclusion="transfer", text="移交")
    assert early.status_code == 422 and "先要求责任单位说明" in early.said
    chen.submit(f"{url}/ask", person_id=str(cast.li.id), due_on="2013-08-05", text="为什么慢")
    assert (case.state, case.due_on, case.person_id) == (CaseState.ASKED, dt.date(2013, 8, 5), cast.li.id)
    assert "要本单位说明、整改的核查件" in li.see("/").text
    assert db.session.scalars(sa.select(Notice.user_id)).all() == [cast.li.id]
    li.see(f"{url}/conclude", 403)
    li.submit(f"{url}/explain", text="三户没有签", files=(io.BytesIO(b"%PDF-1.4 x"), "协议.pdf"))
    assert case.state is CaseState.EXPLAINED and case.due_on is None
    proof = next(one for one in chen.see(url).links if one.startswith("/supervision/files/"))
    assert chen.get(proof).status_code == 200
    bare = chen.submit(f"{url}/conclude", conclusion="rectify", text="限期签完")
    assert (
        bare.status_code == 422 and "写明整改期限" in bare.said and "限期签完" in bare.get_data(as_text=True)
    )
    chen.submit(f"{url}/conclude", conclusion="rectify", text="限期签完", until_on="2013-08-20")
    assert (case.state, case.conclusion, case.due_on) == (
        CaseState.RECTIFYING, Conclusion.RECTIFY, dt.date(2013, 8, 20)
    )  # fmt: skip
    li.submit(f"{url}/explain", text="都签了")
    chen.submit(f"{url}/conclude", conclusion="rectified", text="现场核过")
    assert (case.state, case.concluded_on, case.open_key) == (CaseState.CLOSED, TODAY, None)
    as_user(cast.zhou).submit(f"{url}/conclude", conclusion="transfer", text="材料不实，移交纪检")
    said = [one.conclusion for one in case.steps if one.kind is StepKind.CONCLUDED]
    assert said == [Conclusion.RECTIFY, Conclusion.RECTIFIED, Conclusion.TRANSFER], "none is overwritten"
    text = li.see(url).text
    assert text.count("已被后来的结论取代") == 2 and "材料不实" in text
    verbs = db.session.scalars(
        sa.select(Event.verb).where(Event.noun == queries.NOUN, Event.record_id == case.id).order_by(Event.id)
    ).all()
    assert [one.rpartition(".")[2] for one in verbs] == [
        "proposed", "asked", "explained", "attached", "concluded", "explained", "concluded", "concluded"
    ]  # fmt: skip


@pytest.mark.on("sqlite")
def test_what_is_refused_and_who_may_not(cast: Any, as_user: Any) -> None:
    case = make_case("石华线改建", by=cast.wang)
    db.session.commit()
    supervises(cast.chen)
    url = f"/supervision/{case.id}"
    for own in ("ask", "conclude"):
        as_user(cast.chen).see(f"{url}/{own}", 403)  # of the office, and it is her own bureau
    with pytest.raises(Refused, match="不能核查本单位"):
        actions.conclude(case, Conclusion.NO_ACTION, "没事", actor=cast.chen)
    with pytest.raises(Refused, match="现在是“待核实”"):
        actions.explain(case, "说", actor=cast.wang)
    past = as_user(cast.zhou).submit(f"{url}/ask", due_on="2013-07-24", text="快说")
    assert past.status_code == 422 and "已经过了" in past.said and "快说" in past.get_data(as_text=True)
    with pytest.raises(Refused, match="请写明结论的理由"):
        actions.conclude(case, Conclusion.NO_ACTION, " ", actor=cast.zhou)
    as_user(cast.li).see(url, 404)
    as_user(cast.zheng).see(url)
    as_user(cast.wang).see(url)
    for door in ("ask", "explain", "conclude", "refer"):
        as_user(cast.zheng).see(f"{url}/{door}", 403)
    for user in (cast.zheng, cast.wang):
        client = as_user(user)
        assert client.post("/supervision/check", data={"csrf_token": client.token()}).status_code == 403
        assert "/supervision/check" not in client.see("/supervision").html
    as_user(cast.zhou).see(f"{url}/ask")
    as_user(cast.zhou).see(f"{url}/refer", 403)  # about no project
    assert case.state is CaseState.PROPOSED and len(case.steps) == 0, "GET does not act"


@pytest.mark.on("sqlite")
def test_a_case_comes_from_a_remark_and_becomes_a_slip(cast: Any, as_user: Any) -> None:
    project = make_project("石华线改建", cast.wang)
    seen = Inspection(on_day=TODAY, body=Body.CONGRESS, title="代表视察", unit_id=cast.chen.unit_id)
    seen.remarks.append(Remark(text="便道不通", project_id=project.id))
    db.session.add(seen)
    db.session.commit()
    zhou, door = as_user(cast.zhou), f"/supervision/remarks/{seen.remarks[0].id}/propose"
    assert door in zhou.see(f"/inspections/{seen.id}").links
    assert door not in as_user(cast.chen).see(f"/inspections/{seen.id}").links
    as_user(cast.chen).see(door, 403)
    url = zhou.submit(door, text="说了两次没有改").went_to
    case = db.session.scalars(sa.select(SupervisionCase)).one()
    assert (case.trigger, case.unit_id, case.remark_id) == (
        Trigger.REMARK, cast.wang.unit_id, seen.remarks[0].id
    )  # fmt: skip
    again = zhou.submit(door, text="再来一次")
    assert again.status_code == 422 and "已经列入核查" in again.said
    assert url in zhou.see(f"/inspections/{seen.id}").links
    assert f"/inspections/{seen.id}" in zhou.see(url).links
    went = zhou.submit(f"{url}/refer", obstacle="works", problem="便道没有修通").went_to
    assert went == url and case.slip == db.session.scalars(sa.select(Slip)).one()
    assert f"/slips/{case.slip_id}" in zhou.see(url).links and f"{url}/refer" not in zhou.see(url).links
    with pytest.raises(Refused, match="已经转了"):
        actions.refer(case, {}, actor=cast.zhou)
    assert url in zhou.see(f"/projects/{project.id}").links
    assert "石华线" in zhou.see("/find?q=便道不通").text or "便道不通" in zhou.see("/find?q=便道不通").text


def test_the_demo_district_has_all_that_is_behind_and_cases_in_each_state(
    district: Any, as_user: Any
) -> None:
    found = db.session.scalars(sa.select(SupervisionCase).order_by(SupervisionCase.id)).all()
    assert {one.state for one in found} == set(CaseState) and {one.trigger for one in found} == set(Trigger)
    slow = found[0]  # the one of the manager's own unit
    year = db.session.scalars(sa.select(ProjectYear).filter_by(project_id=slow.project_id, year=2013)).one()
    assert (slow.evidence["planned_wan"], slow.evidence["percent"]) == (
        str(year.planned_wan),
        str(year.percent),
    )
    leader = as_user(district["leader"])
    assert "已作说明、等结论的核查件" in leader.see("/").text
    assert "要本单位说明、整改的核查件" in as_user(district["manager"]).see("/").text
    page = leader.see("/supervision").text
    waiting = sum(one.state is CaseState.PROPOSED for one in found)
    assert "上一次检查：" in page and f"新列入核查 {waiting} 件" in page
    leader.post("/supervision/check", data={"csrf_token": leader.token()})
    assert db.session.scalar(sa.select(sa.func.count(SupervisionCase.id))) == len(found), "nothing is missing"
    told = leader.see("/reports/1/versions/1")
    assert {"/slips?overdue=1", "/supervision"} <= set(told.links), (
        "from what is said to what is done about it"
    )
