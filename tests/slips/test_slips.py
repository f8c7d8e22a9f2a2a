"""A slip's acts: works, recorded, refused politely, 403 for readers, 404 for strangers, GET does not act."""

from __future__ import annotations

import datetime as dt
import io
import re
from typing import Any

import pytest
import sqlalchemy as sa
from docx import Document

from crm.audit.models import Event
from crm.db import db
from crm.desk import queries as desk
from crm.jobs.models import Notice
from crm.lib.errors import Refused
from crm.org.permissions import Role
from crm.slips import actions, queries
from crm.slips.models import Slip, SlipRound
from crm.slips.rounds import actions as rounds
from crm.slips.states import Level, Obstacle, SlipState, StepKind
from tests.cast import make_deal, make_unit, make_user
from tests.delivery.make import TODAY, led, make_project
from tests.slips.make import assigned, make_slip, paper, stands_for_the_district


def verbs() -> list[str]:
    return list(db.session.scalars(sa.select(Event.verb).where(Event.noun == "slip").order_by(Event.id)))


def the_slip() -> Slip:
    return db.session.scalars(sa.select(Slip).order_by(Slip.id.desc())).first()  # type: ignore[return-value]


def listed(client: Any, query: str) -> list[int]:
    """The slips that the list shows, by their numbers."""
    links = {one for one in client.see(f"/slips?{query}").links if re.fullmatch(r"/slips/\d+", one)}
    return sorted(int(one.rpartition("/")[2]) for one in links)


def kinds(slip: Slip) -> list[StepKind]:
    return [one.kind for one in slip.steps]


# --- raised -----------------------------------------------------------------------------------------------------


@pytest.mark.on("sqlite")
def test_a_problem_is_raised_on_a_project_and_stands_in_its_tab(cast: Any, as_user: Any) -> None:
    project = make_project("石华线改建", cast.wang)
    wang = as_user(cast.wang)
    tab = f"/projects/{project.id}/slips"
    assert tab in wang.see(f"/projects/{project.id}").links
    answer = wang.submit(f"{tab}/new", obstacle="clearance", problem="三户未签约\n补偿有争议", wanted="请镇里做工作",
                         unit_id=str(cast.li.unit_id))  # fmt: skip
    slip = the_slip()
    assert answer.went_to == f"/slips/{slip.id}"
    assert (slip.state, slip.obstacle, slip.subject, slip.unit_id) == (
        SlipState.RAISED, Obstacle.CLEARANCE, "石华线改建", cast.li.unit_id,
    )  # fmt: skip
    assert verbs() == ["slip.raised"] and kinds(slip) == [StepKind.RAISED]
    assert "三户未签约" in wang.see(tab).text
    assert listed(wang, "q=石华线") == listed(wang, f"project={project.id}") == [slip.id]
    assert "石华线" in wang.see("/find?q=补偿有争议").text
    wang.submit(f"/slips/{slip.id}/edit", problem="两户未签约")
    assert slip.problem == "两户未签约" and verbs()[-1] == "slip.edited"
    refused = wang.submit(f"/slips/{slip.id}/edit", problem="", wanted="留着这句")
    assert refused.status_code == 422 and "请填写存在的问题" in refused.said
    assert "留着这句" in refused.get_data(as_text=True) and slip.problem == "两户未签约"


@pytest.mark.on("sqlite")
def test_a_deal_raises_problems_too_and_says_who_may_not(cast: Any, as_user: Any) -> None:
    deal = make_deal("阀门生产线", by=cast.wang)
    project = make_project("石华线改建", cast.wang)
    wang = as_user(cast.wang)
    url = f"/deals/{deal.id}/slips/new"
    assert url in wang.see(f"/deals/{deal.id}").links
    wang.submit(url, obstacle="money", problem="融资未到位")
    slip = the_slip()
    assert (slip.deal_id, slip.project_id) == (deal.id, None)
    assert "融资未到位" in wang.see(f"/deals/{deal.id}").text
    for door in (url, f"/projects/{project.id}/slips/new"):
        as_user(cast.li).see(door, 404)
        as_user(cast.zheng).see(door, 403)
    as_user(cast.li).see(f"/slips/{slip.id}", 404)
    as_user(cast.zheng).see(f"/slips/{slip.id}")
    as_user(cast.zheng).see(f"/slips/{slip.id}/edit", 403)


# --- 交办, replies, 销号 -----------------------------------------------------------------------------------------


@pytest.mark.on("sqlite")
def test_issued_answered_proved_and_settled_by_the_leader(cast: Any, as_user: Any) -> None:
    slip = assigned(cast, SlipState.COLLECTED, unit_id=None, issued_on=None)
    chen, li, zhou = as_user(cast.chen), as_user(cast.li), as_user(cast.zhou)
    helper, url = make_unit("区住建局"), f"/slips/{slip.id}"
    li.see(url, 404)
    answer = chen.submit(f"{url}/issue", unit_id=str(cast.li.unit_id), demand="月底前办妥", due_on="2013-07-30",
                         co_units=[str(helper.id)])  # fmt: skip
    assert answer.went_to == url
    assert (slip.state, slip.issued_on, slip.first_due_on) == (SlipState.ISSUED, TODAY, dt.date(2013, 7, 30))
    assert slip.co_units == [helper]
    assert db.session.scalars(sa.select(Notice.user_id)).all() == [cast.li.id], "the unit's bell rings"
    assert "本单位在办的交办单" in li.see("/").text
    li.see(f"/projects/{slip.project_id}")  # of whom something is asked sees the project
    li.submit(f"{url}/reply", text="已和两户谈")
    assert slip.state is SlipState.WORKING
    bare = li.submit(f"{url}/claim", result="已全部签约")
    assert (
        bare.status_code == 422
        and "销号要有佐证" in bare.said
        and "已全部签约" in bare.get_data(as_text=True)
    )
    assert slip.state is SlipState.WORKING and StepKind.CLAIMED not in kinds(slip)
    li.submit(f"{url}/claim", result="已全部签约", files=paper())
    assert (slip.state, slip.result) == (SlipState.CLAIMED, "已全部签约")
    page = zhou.see("/")
    assert "等我决定的交办单" in page.text
    assert listed(zhou, "decide=1") == [slip.id]
    evidence = next(one for one in zhou.see(url).links if one.startswith("/slips/files/"))
    assert zhou.get(evidence).get_data() == b"%PDF-1.4 approved"
    as_user(make_user("sun", "孙乡长", Role.PROMOTER, cast.li.unit)).see(f"{url}/settle", 403)
    zhou.submit(f"{url}/return-claim", reason="还有一户")
    assert slip.state is SlipState.WORKING
    li.submit(f"{url}/claim", result="全部签约")  # what was proved once stays proved
    assert zhou.submit(f"{url}/settle").went_to == url
    assert (slip.state, slip.settled_on) == (SlipState.SETTLED, TODAY)
    assert verbs() == ["slip.issued", "slip.replied", "slip.claimed", "slip.attached", "slip.claim_returned",
                       "slip.claimed", "slip.settled"]  # fmt: skip
    assert "准予销号" in li.see(url).text and not [one for one in li.see(url).links if one.endswith("/claim")]


@pytest.mark.on("sqlite")
def test_the_unit_itself_never_settles_whoever_of_it_asks(cast: Any, as_user: Any) -> None:
    """Enforced in the verb: not by its promoter, its head, its helper's head, nor a leader who belongs to it."""
    slip = assigned(cast, SlipState.CLAIMED, unit_id=cast.wang.unit_id)  # the office itself has to solve it
    slip.co_units = [cast.zhou.unit]
    db.session.commit()
    stands_for_the_district(cast.zhou)
    for actor in (cast.wang, cast.chen, cast.zhou):
        for act in (
            lambda who: actions.settle(slip, "同意", actor=who),
            lambda who: actions.return_claim(slip, "再办", actor=who),
        ):
            with pytest.raises(Refused, match="责任单位"):
                act(actor)
        as_user(actor).see(f"/slips/{slip.id}/settle", 403)
    slip.state, slip.asked_until_on = SlipState.WORKING, TODAY + dt.timedelta(days=30)
    db.session.commit()
    with pytest.raises(Refused, match="责任单位不能给自己延期"):
        actions.answer_postponement(slip, True, "同意", actor=cast.chen)
    for actor in (cast.li, cast.admin):  # nor anybody who is on nobody's side
        with pytest.raises(Refused):
            actions.answer_postponement(slip, True, "同意", actor=actor)
    assert slip.state is SlipState.WORKING and slip.asked_until_on and not verbs()


@pytest.mark.on("sqlite")
def test_the_office_settles_only_on_a_leaders_word_and_only_what_was_claimed(cast: Any, as_user: Any) -> None:
    slip = assigned(cast, SlipState.CLAIMED)
    chen = as_user(cast.chen)
    url = f"/slips/{slip.id}/settle"
    refused = chen.submit(url)
    assert refused.status_code == 422 and "是哪位领导的意见" in refused.said and slip.settled_on is None
    assert as_user(cast.wang).get(url).status_code == 403
    chen.submit(url, word="周区长 7 月 25 日同意")
    assert slip.state is SlipState.SETTLED
    again = chen.submit(url, word="再一次")
    assert again.status_code == 422 and "还没有申请销号" in again.said


@pytest.mark.on("sqlite")
def test_a_postponement_is_asked_and_answered_and_the_first_term_stays(cast: Any, as_user: Any) -> None:
    slip = assigned(cast)
    li, zhou = as_user(cast.li), as_user(cast.zhou)
    url, first = f"/slips/{slip.id}", slip.due_on
    early = li.submit(f"{url}/ask-postponement", until_on="2013-07-20", reason="等批复")
    assert early.status_code == 422 and "晚于现在的期限" in early.said and slip.asked_until_on is None
    li.submit(f"{url}/ask-postponement", until_on="2013-08-20", reason="等批复")
    assert (slip.asked_until_on, slip.due_on) == (dt.date(2013, 8, 20), first)
    assert listed(zhou, "decide=1") == [slip.id]
    twice = li.submit(f"{url}/ask-postponement", until_on="2013-08-25", reason="再等")
    assert twice.status_code == 422 and "还没有答复" in twice.said
    no = zhou.submit(f"{url}/answer-postponement", answer="no")
    assert no.status_code == 422 and "不同意的原因" in no.said
    zhou.submit(f"{url}/answer-postponement", answer="no", word="抓紧办")
    assert (slip.asked_until_on, slip.due_on) == (None, first)
    li.submit(f"{url}/ask-postponement", until_on="2013-08-20", reason="等批复")
    zhou.submit(f"{url}/answer-postponement", answer="yes")
    assert (slip.due_on, slip.first_due_on) == (dt.date(2013, 8, 20), first)
    assert "原定期限" in li.see(url).text
    assert kinds(slip)[-4:] == [StepKind.POSTPONEMENT_ASKED, StepKind.POSTPONEMENT_REFUSED,
                                StepKind.POSTPONEMENT_ASKED, StepKind.POSTPONED]  # fmt: skip


@pytest.mark.on("sqlite")
def test_what_is_handed_back_is_assigned_anew_under_its_number(cast: Any, as_user: Any) -> None:
    slip = assigned(cast)
    number, url = slip.number, f"/slips/{slip.id}"
    as_user(cast.li).submit(f"{url}/hand-back", reason="属区国土分局职责")
    assert (slip.state, slip.number, slip.issued_on) == (SlipState.COLLECTED, number, None)
    assert "汇总了还没有交办的" in as_user(cast.chen).see("/").text
    as_user(cast.chen).submit(f"{url}/turn-down", reason="与 02 号重复")
    assert slip.state is SlipState.TURNED_DOWN and "与 02 号重复" in as_user(cast.wang).see(url).text


# --- going up ---------------------------------------------------------------------------------------------------


@pytest.mark.on("sqlite")
def test_what_waits_to_be_assigned_is_nobodys_late_duty(cast: Any) -> None:
    slip = assigned(cast, due_on=TODAY - dt.timedelta(days=2))
    late = [duty for duty in desk.DUTIES if duty.asked.args.get("overdue") and duty.asked.page == "slips"]
    rows = sa.select(Slip.id).where(queries.late_with_unit(TODAY))
    for state, number in ((SlipState.ISSUED, 1), (SlipState.CLAIMED, 1), (SlipState.COLLECTED, 0)):
        slip.state = state
        db.session.flush()
        counted = desk.counts([duty.asked for duty in late if duty.asked.args.get("unit")], cast.li)
        assert (counted, len(db.session.scalars(rows).all())) == ([number], number)


@pytest.mark.on("sqlite")
def test_what_is_late_goes_up_by_the_rule_once_and_lands_on_the_higher_desk(cast: Any, as_user: Any) -> None:
    from crm import recurring

    slip = assigned(cast, SlipState.WORKING, due_on=TODAY - dt.timedelta(days=7))
    assert "等我决定的交办单" not in as_user(cast.zhou).see("/").text
    assert [recurring.escalate_slips(), recurring.escalate_slips()] == [1, 0]
    db.session.refresh(slip)
    assert (slip.level, slip.up_on, verbs()) == (Level.LEADER, TODAY, ["slip.escalated"])
    assert db.session.scalars(
        sa.select(Event.actor_name).where(Event.verb == "slip.escalated").order_by(Event.id)
    ).all() == ["CRM"]
    zhou = as_user(cast.zhou)
    assert "等我决定的交办单" in zhou.see("/").text and "升级" in zhou.see(f"/slips/{slip.id}").text
    zhou.submit(f"/slips/{slip.id}/instruct", text="本周五前拿出办法")
    assert kinds(slip)[-1] is StepKind.INSTRUCTED and verbs()[-1] == "slip.instructed"
    assert "本周五前拿出办法" in as_user(cast.li).see(f"/slips/{slip.id}").text
    zhou.submit(f"/slips/{slip.id}/escalate", reason="要区里统筹指标")
    assert slip.level is Level.DISTRICT and not queries.is_leaders_side(cast.zhou, slip), (
        "it is above him now"
    )
    top = make_user("top", "区长", Role.LEADER, cast.zhou.unit)
    stands_for_the_district(top)
    assert listed(as_user(top), "decide=1") == [slip.id]
    assert listed(as_user(cast.zhou), "decide=1") == []
    with pytest.raises(Refused, match="不能再升级"):
        actions.escalate(slip, "还要", actor=top)


# --- paper and list ---------------------------------------------------------------------------------------------


@pytest.mark.on("sqlite")
def test_the_printed_form_says_the_same_on_the_page_and_in_word(cast: Any, as_user: Any) -> None:
    slip = assigned(cast, SlipState.WORKING, problem="请联系 13905700001 的业主", demand="限期签约")
    chen = as_user(cast.chen)
    page = chen.see(f"/slips/{slip.id}/sheet")
    file = Document(io.BytesIO(chen.get(f"/slips/{slip.id}/word").get_data()))
    cells = [cell.text for row in file.tables[0].rows for cell in row.cells]
    for words in (slip.number, "限期签约", "航埠镇", "周区长", "2013"):
        assert words in page.text and any(words in one for one in [*cells, file.paragraphs[1].text])
    assert "13905700001" not in page.text + "".join(cells), "paper leaves the house: numbers are masked"


def test_each_figure_of_what_blocks_us_opens_what_it_counts(cast: Any, as_user: Any) -> None:
    project = make_project("石华线改建", cast.wang)
    late = {"due_on": TODAY - dt.timedelta(days=3), "unit_id": cast.li.unit_id}
    day = {"settled_on": TODAY, "unit_id": cast.li.unit_id}
    for state, obstacle, more in (
        (SlipState.WORKING, Obstacle.LAND, late),
        (SlipState.WORKING, Obstacle.LAND, {**late, "up_on": TODAY, "level": Level.LEADER}),
        (SlipState.CLAIMED, Obstacle.LAND, {"unit_id": cast.li.unit_id}),
        (SlipState.COLLECTED, Obstacle.MONEY, {}),
        (SlipState.SETTLED, Obstacle.MONEY, day),
        (SlipState.TURNED_DOWN, Obstacle.OWNER, {}),
        (SlipState.RAISED, Obstacle.LAND, {}),
    ):
        make_slip(project, by=cast.wang, state=state, obstacle=obstacle, **more)
    chen = as_user(cast.chen)
    page = chen.see("/slips/obstacles")
    found = {
        one.obstacle: (one.open, one.late, one.up, one.claimed, one.settled)
        for one in queries.by_obstacle(cast.chen)
    }
    assert found == {Obstacle.LAND: (3, 2, 1, 1, 0), Obstacle.MONEY: (1, 0, 0, 0, 1)}
    cells = [one for one in page.all("a") if "/slips?" in one.get("href", "") and not one.get("class")]
    told = [("".join(one.itertext()), one.get("href")) for one in cells]
    assert len(told) == 7, "open, late, up and claimed of land; open, settled and days of money"
    for number, link in told:
        if number != "10":
            assert f"共 {number} 条" in chen.see(link).text, link


def test_a_round_is_drawn_up_frozen_issued_and_coordinated(cast: Any, as_user: Any) -> None:
    project = make_project("石华线改建", cast.wang)
    led(project, cast.zhou)
    first = make_slip(project, by=cast.wang, unit_id=cast.li.unit_id)
    other = make_project("城市物流综合体", cast.wang)
    led(other, cast.zhou)
    second = make_slip(other, by=cast.wang, problem="供电增容")
    later = make_slip(project, by=cast.wang, raised_on=TODAY, problem="今天才提的")
    chen = as_user(cast.chen)
    assert "供电增容" in chen.see("/slips/rounds/new").text
    yesterday = TODAY - dt.timedelta(days=1)
    answer = chen.submit("/slips/rounds/new", last_on=yesterday.isoformat())
    drawn = db.session.scalars(sa.select(SlipRound)).one()
    assert answer.went_to == f"/slips/rounds/{drawn.id}"
    assert (first.number, second.number, later.number) == ("柯项交〔2013〕01号", "柯项交〔2013〕02号", "")
    assert first.due_on == yesterday + dt.timedelta(days=15) and first.leader_id == cast.zhou.id
    assert later.state is SlipState.RAISED
    frozen = as_user(cast.wang).submit(f"/slips/{later.id}/edit", problem="改得动")
    assert frozen.status_code == 303
    with pytest.raises(Refused, match="已经列入 2013-07-24 的汇总"):
        actions.edit(first, {"problem": "改不动"}, actor=cast.wang)
    again = chen.submit("/slips/rounds/new", last_on=yesterday.isoformat())
    assert again.status_code == 422 and "已经汇总过了" in again.said
    url = f"/slips/rounds/{drawn.id}"
    chen.press(url, f"{url}/issue")
    assert (first.state, second.state) == (SlipState.ISSUED, SlipState.COLLECTED), (
        "the second has no unit yet"
    )
    assert (
        chen.submit(f"{url}/coordinate", met_on="2013-07-01", chair="周区长", minutes="x").status_code == 422
    )
    chen.submit(f"{url}/coordinate", met_on=TODAY.isoformat(), chair="周区长", minutes="逐件明确，找 13800001234",
                **{f"note_{first.id}": "国土分局一周内报批"})  # fmt: skip
    assert kinds(first)[-1] is StepKind.COORDINATED and "国土分局一周内报批" in as_user(cast.li).see(url).text
    other_unit = as_user(cast.li).see(url).text
    assert "供电增容" not in other_unit and "逐件明确" not in other_unit, "not asked of this unit"
    paper_of_li = Document(io.BytesIO(as_user(cast.li).get(f"{url}/word").get_data()))
    assert not any("逐件明确" in one.text for one in paper_of_li.paragraphs)
    assert "逐件明确" in chen.see(url).text and "13800001234" not in chen.see(url).text
    text = Document(io.BytesIO(chen.get(f"{url}/word").get_data()))
    assert any("逐件明确" in one.text for one in text.paragraphs) and len(text.tables[0].rows) == 3
    assert not any("13800001234" in one.text for one in text.paragraphs)
    said = db.session.scalars(
        sa.select(Event.verb).where(Event.noun == "slip_round").order_by(Event.id)
    ).all()
    assert said == ["slip_round.drawn_up", "slip_round.issued", "slip_round.coordinated"]
    for door in ("/slips/rounds/new", f"{url}/coordinate", f"/slips/{second.id}/issue"):
        for who in (cast.wang, cast.zheng, cast.zhou):
            as_user(who).see(door, 403)


def test_the_house_draws_up_a_half_month_by_itself_and_once(cast: Any, app: Any) -> None:
    from crm import recurring

    project = make_project("石华线改建", cast.wang)
    assert recurring.draw_up_slips() == 0, "nothing was raised"
    in_time = make_slip(project, by=cast.wang, raised_on=dt.date(2013, 7, 15))
    too_late = make_slip(project, by=cast.wang, raised_on=dt.date(2013, 7, 16))
    db.session.commit()
    assert [recurring.draw_up_slips(), recurring.draw_up_slips()] == [1, 0]
    drawn = db.session.scalars(sa.select(SlipRound)).one()
    assert (drawn.last_on, drawn.drawn_up_by_id) == (dt.date(2013, 7, 15), None)
    assert (in_time.state, too_late.state) == (SlipState.COLLECTED, SlipState.RAISED)
    assert rounds.proposed() == (dt.date(2013, 7, 16), TODAY)
