"""The demo district: its figures come out, it is locked out of a real house, and one click takes it away."""

import datetime as dt

import pytest
import sqlalchemy as sa

from crm import cli
from crm.agreements.models import Agreement
from crm.db import db
from crm.deals.models import Deal
from crm.deals.stages import DealState, Stage
from crm.demo import loader
from crm.leads.models import Lead
from crm.lib import clock
from crm.meetings.models import Meeting, MeetingTask
from crm.merchants.models import Enterprise, Person, Suspect
from crm.org import demo
from crm.org.models import User


def count(*conditions):
    return db.session.scalar(sa.select(sa.func.count()).where(*conditions))


def test_it_lives_on_its_own_day_while_the_trail_stays_real(district):
    assert clock.today() == loader.DAY
    assert clock.now().date() == dt.date(2013, 7, 25)  # the tests' own frozen moment
    with clock.freeze(dt.datetime(2026, 11, 22, 8, tzinfo=dt.UTC)):
        assert clock.today() == loader.DAY
        assert clock.now().year == 2026


def test_sixty_merchants_and_one_person_at_two_firms(district):
    assert count(Enterprise.id > 0) == 60
    double = db.session.scalar(sa.select(Person).filter_by(name="詹亦然").where(Person.positions.any()))
    people = db.session.scalars(sa.select(Person).filter_by(name="詹亦然")).all()
    assert any(len(person.positions) == 2 for person in people), double


@pytest.mark.parametrize(("stage", "wanted"), [("intended", 12), ("new_talks", 9), ("negotiating", 10)])
def test_open_deals_by_stage_as_the_report_counts_them(district, stage, wanted):
    assert count(Deal.stage == Stage(stage), Deal.state == DealState.ACTIVE) == wanted


def test_the_two_named_firms_are_under_talk_for_a_billion_each(district):
    """M05: 「主动深化与燕京啤酒、传化物流等大企业对接」"""
    large = sa.select(Deal.name).where(Deal.stage == Stage.NEGOTIATING, Deal.planned_wan >= 100_000)
    named = set(db.session.scalars(large.where(Deal.state == DealState.ACTIVE)))
    assert {"燕京啤酒对接项目", "传化物流对接项目"} <= named


def test_twenty_three_signed_in_the_half_year_two_of_them_large(district):
    half = (Deal.signed_on >= dt.date(2013, 1, 1), Deal.signed_on <= dt.date(2013, 6, 30))
    assert count(*half) == 23
    assert count(*half, Deal.planned_wan >= 50000) == 2
    assert count(*half, Deal.planned_wan >= 100000) == 0


def test_each_deal_signed_by_agreement_has_its_paper_and_a_meeting_is_over_without_a_task_left(district):
    signed = count(Deal.signed_on.is_not(None), Deal.agreement_kind.is_not(None))
    assert count(Agreement.id > 0) == signed == 29
    assert count(Meeting.closed_at.is_(None)) == 0
    assert (count(MeetingTask.id > 0), count(MeetingTask.done_on.is_(None))) == (1, 0)


def test_the_duplicates_of_the_district_are_on_the_list(district):
    """All eleven true pairs wait for a decision; the three that must be kept apart do not."""
    names = dict(db.session.execute(sa.select(Enterprise.id, Enterprise.name)).all())
    asked = {
        frozenset((names[pair.a_id], names[pair.b_id]))
        for pair in db.session.scalars(sa.select(Suspect).filter_by(noun="enterprise"))
        if pair.verdict in ("same", "ask")
    }
    for one, other in TRUE_PAIRS:
        assert frozenset((one, other)) in asked
    for one, other in KEEP_APART:
        assert frozenset((one, other)) not in asked


TRUE_PAIRS = [
    ("上海衢澜精密机械有限公司", "上海衢澜精密机械公司"),
    ("深圳市烂柯智能装备有限公司", "深圳烂柯智能装备有限公司"),
    ("香港嘉衢国际集团有限公司", "香港嘉衢國際集團有限公司"),
    ("北京三衢文旅投资有限公司", "北京三衢文旅投资（集团）有限公司"),
    ("江苏弈石新材料股份有限公司", "苏州弈石新材料有限公司"),
    ("山东浮石物流有限公司", "山东孚石物流有限公司"),
    ("示例央企甲装备集团有限公司", "示例央企甲装备集团"),
    ("杭州余屿软件科技有限公司", "余屿软件科技(杭州)有限公司"),
    ("天津弈谷棋文化传播有限公司", "天津奕谷棋文化传播有限公司"),
]
"""Nine of the eleven; the other two pairs carry exactly the same name and are counted below."""
KEEP_APART = [
    ("宁波恒远屿机械有限公司", "温州恒远屿机械有限公司"),
    ("示例·上海市衢州商会", "示例·杭州市衢州商会"),
    ("示例大学氟硅材料研究所", "示例工业大学衢州技术转移中心"),
    ("宁波恒远屿机械有限公司", "宁波恒远屿机械有限公司余姚分公司"),
]


@pytest.mark.parametrize("name", ["安徽石梁溪轴承有限公司", "台州椒柯泵业有限公司"])
def test_the_two_pairs_of_one_name_are_on_the_list(district, name):
    ids = sorted(db.session.scalars(sa.select(Enterprise.id).filter_by(name=name)))
    assert len(ids) == 2
    pair = db.session.scalar(sa.select(Suspect).filter_by(noun="enterprise", a_id=ids[0], b_id=ids[1]))
    assert pair and pair.verdict in ("same", "ask")


def test_a_house_that_is_not_the_demo_does_not_open_with_its_passwords(district, app):
    app.config["CRM_DEMO"] = False
    with pytest.raises(SystemExit, match="demo district"):
        cli.refuse_demo_accounts(app)
    app.config["CRM_DEMO"] = True
    cli.refuse_demo_accounts(app)


def test_its_accounts_stand_on_the_sign_in_page_only_while_it_is_loaded(district, client):
    assert demo.PASSWORD in client.see("/sign-in").text
    assert client.submit("/sign-in", login="promoter", password=demo.PASSWORD).went_to == "/"


def test_one_click_takes_it_away_and_leaves_an_empty_house(district, app, client, database):
    client.submit("/sign-in", login="admin", password=demo.PASSWORD)
    answer = client.press("/password", "/demo/remove")
    assert answer.went_to.startswith("/setup?token=")
    assert count(User.id > 0) == count(Enterprise.id > 0) == count(Deal.id > 0) == 0
    assert demo.PASSWORD not in client.see(answer.went_to).text
    if database.name == "sqlite":
        assert list((app.config["CRM_DATA"] / "backups").glob("before-demo-removed-*.db"))


def test_only_an_administrator_removes_it(district, client):
    client.submit("/sign-in", login="manager", password=demo.PASSWORD)
    assert client.post("/demo/remove", data={"csrf_token": client.token()}).status_code == 403
    assert count(Enterprise.id > 0) == 60


def test_thirty_leads_two_of_them_joined_to_a_first_report(district):
    assert count(Lead.id > 0) == 30
    joined = db.session.scalars(
        sa.select(Lead).where(Lead.duplicate_of_id.is_not(None)).order_by(Lead.id)
    ).all()
    assert [(one.title, one.duplicate_of.title) for one in joined] == [
        ("示例线索13:椒柯泵业迁建", "示例线索12:泵业扩产项目"),
        ("示例线索22:精密机械项目", "示例线索21:精密机械回归项目"),
    ]
    second = joined[1]
    times = [f"{clock.local(one.reported_at):%Y-%m-%d %H:%M}" for one in (second.duplicate_of, second)]
    assert times == ["2013-04-02 10:05", "2013-04-02 16:30"]
    assert second.duplicate_of.report_unit.name == "航埠镇"
