"""People, contact logs and leads in lists: understood as people write them, made by their own verbs, undone."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
import sqlalchemy as sa

from crm.agreements.models import Agreement
from crm.audit.models import Event
from crm.contacts import actions as contacts
from crm.contacts.models import ContactKind, ContactLog
from crm.contacts.next_step import Surroundings
from crm.contacts.queries import About
from crm.db import db
from crm.deals.models import Deal, StageMove
from crm.deals.stages import AgreementKind, Stage
from crm.imports import nouns, plain
from crm.imports.models import BatchState, Finding, ImportRow, Outcome
from crm.imports.reading import read_all
from crm.leads.models import Lead, LeadSource
from crm.lib import clock
from crm.meetings.models import Meeting, MeetingItem, MeetingKind
from crm.merchants import actions as merchants
from crm.merchants import reindex
from crm.merchants.models import Enterprise, Person, Position
from crm.org import settings
from crm.search.models import SearchEntry
from crm.transfers.models import Transfer
from tests.cast import make_deal, make_lead
from tests.delivery.make import make_project
from tests.imports.lists import batch, rows, run

PEKING = dt.timezone(dt.timedelta(hours=8))


def checked(client: Any, noun: str, text: str) -> str:
    here = client.submit("/imports", noun=noun, file=(io.BytesIO(text.encode()), "名单.csv")).went_to
    assert client.submit(here, f"{here}/check").went_to == here
    return str(here)


def undo(client: Any, here: str) -> Any:
    assert client.press(here, f"{here}/undo").went_to == here
    return client.see(here)


def findings() -> dict[int, Finding]:
    return {number: row.finding for number, row in rows().items()}


@pytest.fixture
def firm(cast: Any, session: Any) -> Enterprise:
    made = merchants.create_enterprise({"name": "上海衢澜精密机械有限公司"}, actor=cast.wang)
    merchants.create_enterprise({"name": "航埠镇砖瓦有限公司"}, actor=cast.li)
    session.commit()
    return made


# --- people ---------------------------------------------------------------------------------------------------

PEOPLE = """上海市衢州商会会员名单,,,,,
姓名,手机,单位,职务,籍贯,浙商类型
陈晓岚,15400000001；15400000011,上海衢澜精密机械有限公司,总经理,浙江衢州柯城,衢商
吴清和,15400000002,没有这家公司,董事,,
陈晓岚,15400000011；15400000001,,,,
郑海潮,1540,,,,火星人
,15400000009,,,,
"""


def test_people_come_with_their_positions(
    cast: Any, session: Any, firm: Enterprise, as_user: Callable[..., Any]
) -> None:
    wang = as_user(cast.wang)
    here = checked(wang, "person", PEOPLE)
    assert findings() == {
        3: Finding.NEW, 4: Finding.NEW, 5: Finding.REPEATED, 6: Finding.ERROR, 7: Finding.ERROR,
    }  # fmt: skip
    assert rows()[6].wrong == ["phones", "origin"] and "没有“火星人”这一种" in rows()[6].message
    assert "库里没有您能修改的“没有这家公司”" in rows()[4].message
    assert session.scalar(sa.select(sa.func.count(Person.id))) == 0
    wang.submit(f"{here}/rows/{rows()[6].id}", cell_phones="15400000003", cell_origin="衢商")
    assert rows()[6].finding is Finding.NEW
    run(wang, here)
    people = {person.name: person for person in session.scalars(sa.select(Person))}
    assert set(people) == {"陈晓岚", "吴清和", "郑海潮"}
    (position,) = session.scalars(sa.select(Position))
    assert (position.person, position.enterprise, position.title) == (people["陈晓岚"], firm, "总经理")
    assert [one.value for one in people["陈晓岚"].handles] == ["15400000001", "15400000011"]
    assert "没有这家公司 董事" in people["吴清和"].note
    assert people["陈晓岚"].first_report_user_id == cast.wang.id
    assert f"/people/{people['陈晓岚'].id}" in wang.see("/people?q=陈晓岚").links
    # the same list again makes nobody
    checked(wang, "person", PEOPLE)
    assert findings() == {
        3: Finding.UNCHANGED, 4: Finding.UNCHANGED, 5: Finding.REPEATED, 6: Finding.ERROR, 7: Finding.ERROR,
    }  # fmt: skip
    assert "都是库里的同一条" in rows()[5].message
    assert f"/people/{people['陈晓岚'].id}" in wang.see(f"/imports/{batch().id}").links
    page = undo(wang, here)
    assert "撤销了 3 条" in page.text or "撤销了 3 行" in page.text
    assert session.scalar(sa.select(sa.func.count(Person.id))) == 0 and not firm.positions
    assert not reindex.check().differences


def test_a_person_somebody_has_worked_with_stays(
    cast: Any, session: Any, firm: Enterprise, as_user: Callable[..., Any]
) -> None:
    wang = as_user(cast.wang)
    here = checked(wang, "person", "姓名,手机\n陈晓岚,15400000001\n吴清和,15400000002\n郑海潮,15400000003\n")
    run(wang, here)
    made = {row.values["name"]: session.get_one(Person, row.record_id) for row in rows().values()}
    merchants.edit(made["陈晓岚"], {"name": "陈晓岚", "address": "改过"}, actor=cast.chen)
    merchants.add_position(firm, made["吴清和"], "董事", actor=cast.wang)
    session.commit()
    undo(wang, here)
    kept = {row.values["name"]: row.message for row in rows().values() if row.outcome is Outcome.KEPT}
    assert "陈主任后来改过" in kept["陈晓岚"] and "郑海潮" not in kept


# --- contact logs ---------------------------------------------------------------------------------------------

LOGS = """企业名称,沟通时间,方式,沟通内容,记录人,联系人,下一步,下一步日期,领导带队
上海衢澜精密机械有限公司,2013年7月5日 下午2:30,拜访,看了新厂房,陈主任,陈晓岚,寄资料,2013-08-01,√
上海衢澜精密机械有限公司,2013.7.1,,打电话约时间,早就走了的人,,,,
上海衢澜精密机械有限公司,2013-07-05 14:30,外出拜访,看了新厂房,陈主任,,,,
航埠镇砖瓦有限公司,2013-07-02,电话,别的单位的企业,,,,,
,2013-07-02,电话,没有写是谁,,,,,
上海衢澜精密机械有限公司,2023-07-02,传真,明年的事,,,,,
上海衢澜精密机械有限公司,不记得了,电话,哪天,,,,,
"""


def test_contact_logs_keep_who_logged_them_and_when(
    cast: Any, session: Any, firm: Enterprise, as_user: Callable[..., Any]
) -> None:
    wang = as_user(cast.wang)
    here = checked(wang, "contact_log", LOGS)
    assert findings() == {
        2: Finding.NEW, 3: Finding.NEW, 4: Finding.REPEATED, 5: Finding.ERROR, 6: Finding.ERROR, 7: Finding.ERROR,
        8: Finding.ERROR,
    }  # fmt: skip
    assert rows()[5].wrong == ["company"] and rows()[6].wrong == ["company"]
    assert rows()[7].wrong == ["kind", "happened_at"] and "不能晚于明天" in rows()[7].message
    assert "没有叫“早就走了的人”的同事" in rows()[3].message
    run(wang, here)
    first, second = session.scalars(sa.select(ContactLog).order_by(ContactLog.id))
    assert (first.author, first.unit_id, first.kind) == (cast.chen, cast.chen.unit_id, ContactKind.VISIT)
    assert first.happened_at == dt.datetime(2013, 7, 5, 14, 30, tzinfo=PEKING) and first.leader_led
    assert (first.their_people, first.next_step, first.next_due_on) == (
        "陈晓岚",
        "寄资料",
        dt.date(2013, 8, 1),
    )
    assert second.author is cast.wang and second.summary == "打电话约时间\n原记录人：早就走了的人"
    assert second.happened_at == dt.datetime(2013, 7, 1, tzinfo=PEKING)
    assert firm.last_contact_at == first.happened_at and firm.next_step == "寄资料"
    event = session.scalars(sa.select(Event).filter_by(verb="contact.logged", record_id=first.id)).one()
    assert event.actor_id == cast.wang.id, "the trail says who brought it"
    assert f"/contacts/{first.id}" in wang.see(f"{here}?outcome=created").links
    checked(wang, "contact_log", LOGS)
    assert findings()[2] is Finding.UNCHANGED and findings()[3] is Finding.UNCHANGED
    undo(wang, here)
    assert session.scalar(sa.select(sa.func.count(ContactLog.id))) == 0
    assert (firm.last_contact_at, firm.next_step, firm.next_due_on) == (None, "", None)
    entries = sa.select(sa.func.count(SearchEntry.id)).where(SearchEntry.noun == "contact_log")
    assert session.scalar(entries) == 0


def test_undoing_logs_leaves_what_the_firm_has_learned_since(
    cast: Any, session: Any, firm: Enterprise, as_user: Callable[..., Any]
) -> None:
    wang = as_user(cast.wang)
    deal = make_deal("精密机械项目", by=cast.wang, enterprise_id=firm.id)
    here = checked(
        wang,
        "contact_log",
        "项目,时间,内容\n精密机械项目,2013-07-05,看了地\n精密机械项目,2013-07-06,又看了地\n",
    )
    run(wang, here)
    assert {row.outcome for row in rows().values()} == {Outcome.CREATED}
    assert deal.last_contact_at == firm.last_contact_at == dt.datetime(2013, 7, 6, tzinfo=PEKING)
    now = clock.business_now()
    said = {"kind": ContactKind.CALL, "happened_at": now, "place": "", "their_people": "", "summary": "刚打的",
            "next_step": "", "next_due_on": None, "leader_led": False}  # fmt: skip
    contacts.log(About(enterprise=firm, deal=deal), said, Surroundings(), actor=cast.wang)
    session.commit()
    undo(wang, here)
    assert firm.last_contact_at == now == deal.last_contact_at
    assert [log.summary for log in session.scalars(sa.select(ContactLog))] == ["刚打的"]


# --- leads ----------------------------------------------------------------------------------------------------

LEADS = """线索名称,投资方,联系人,电话,来源,总投资,用地,招商方向,备注
投资阀门生产线,上海衢澜精密机械有限公司,陈晓岚,15400000001,商会推荐,1.2亿,30亩,先进制造业,要标准厂房
投资阀门生产线,上海衢澜精密机械有限公司,,,,,,,
建民宿,杭州柯山旅游公司,,,自己想的,很多,,,
"""


def test_leads_are_reported(cast: Any, session: Any, firm: Enterprise, as_user: Callable[..., Any]) -> None:
    wang = as_user(cast.wang)
    here = checked(wang, "lead", LEADS)
    assert findings() == {2: Finding.NEW, 3: Finding.REPEATED, 4: Finding.ERROR}
    assert rows()[4].wrong == ["source", "planned_wan"]
    run(wang, here)
    (lead,) = session.scalars(sa.select(Lead))
    assert (lead.planned_wan, lead.land_mu, lead.source) == (Decimal(12_000), Decimal(30), LeadSource.CHAMBER)
    assert (lead.enterprise_id, lead.reported_by_id, lead.content) == (firm.id, cast.wang.id, "要标准厂房")
    assert f"/leads/{lead.id}" in wang.see(here).links
    checked(wang, "lead", LEADS)
    assert findings()[2] is Finding.UNCHANGED
    undo(wang, here)
    assert session.scalar(sa.select(sa.func.count(Lead.id))) == 0
    assert batch().noun == "lead"


def test_a_lead_that_is_named_elsewhere_stays(
    cast: Any, session: Any, firm: Enterprise, as_user: Callable[..., Any]
) -> None:
    wang = as_user(cast.wang)
    here = checked(wang, "lead", "线索名称,投资方\n一号线索,甲公司\n二号线索,乙公司\n")
    run(wang, here)
    first = session.get_one(Lead, rows()[2].record_id)
    make_lead("三号线索", by=cast.wang, duplicate_of_id=first.id)
    undo(wang, here)
    assert batch().state is BatchState.UNDONE
    assert [rows()[number].outcome for number in (2, 3)] == [Outcome.KEPT, Outcome.UNDONE]
    assert "已经有别的记录用到它" in rows()[2].message


# --- deals ----------------------------------------------------------------------------------------------------

DEALS = """项目名称,投资主体,总投资,固定资产投资,用地需求,阶段,浙商回归,责任人,下步打算,完成时限
阀门生产线,上海衢澜精密机械有限公司,1.2亿,8000万,30,签约,√,王专员,请来看地块,2013-08-01
二期仓库,上海衢澜精密机械有限公司,3000,,,,,,请来看地块,2013-08-02
建民宿,没有这家公司,500,900,,,,李乡长,,2013-07-01
"""


def test_deals_are_opened_at_the_first_stage(
    cast: Any, session: Any, firm: Enterprise, as_user: Callable[..., Any]
) -> None:
    wang = as_user(cast.wang)
    here = checked(wang, "deal", DEALS)
    assert findings() == {2: Finding.NEW, 3: Finding.NEW, 4: Finding.ERROR}
    assert set(rows()[4].wrong) == {"fixed_asset_wan", "owner", "next_due_on", "next_step"}
    run(wang, here)
    deal, second = session.scalars(sa.select(Deal).order_by(Deal.id))
    assert (deal.stage, deal.planned_wan, deal.fixed_asset_wan) == (
        Stage.INTENDED,
        Decimal(12_000),
        Decimal(8_000),
    )
    assert (deal.enterprise_id, deal.owner_id, deal.is_return) == (firm.id, cast.wang.id, True)
    assert "名单上的阶段：签约" in deal.content and deal.first_report_user_id == cast.wang.id
    assert [move.to_stage for move in deal.moves] == [Stage.INTENDED] and second.enterprise_id == firm.id
    assert f"/deals/{deal.id}" in wang.see(here).links and f"/deals/{deal.id}" in wang.see("/deals").links
    again = checked(wang, "deal", DEALS.replace("二期仓库", "三期仓库"))
    assert findings()[2] is Finding.UNCHANGED and findings()[3] is Finding.DUPLICATE
    assert "已有正在推进的项目" in wang.see(again).text
    second.next_step = "已经在用"
    contact = {"kind": ContactKind.CALL, "happened_at": clock.business_now(), "place": "", "their_people": "",
               "summary": "刚打的", "next_step": "再打", "next_due_on": dt.date(2013, 8, 9), "leader_led": False}  # fmt: skip
    contacts.log(About(enterprise=firm, deal=second), contact, Surroundings(), actor=cast.wang)
    session.commit()
    undo(wang, here)
    assert [one.name for one in session.scalars(sa.select(Deal))] == ["二期仓库"]
    assert "已经有别的记录用到它" in rows_of(here)[3]
    assert session.scalar(sa.select(sa.func.count(StageMove.id))) == 1


@pytest.mark.parametrize("work", ["agreement", "transfer", "meeting_item"])
def test_a_deal_with_an_agreement_a_transfer_or_a_meeting_stays(
    cast: Any, session: Any, firm: Enterprise, as_user: Callable[..., Any], work: str
) -> None:
    wang = as_user(cast.wang)
    here = checked(wang, "deal", DEALS)
    run(wang, here)
    _first, second = session.scalars(sa.select(Deal).order_by(Deal.id))
    made: dict[str, Any] = {
        "agreement": Agreement(kind=AgreementKind.FRAMEWORK, title="框架协议"),
        "transfer": Transfer(from_unit_id=cast.wang.unit_id, to_unit_id=cast.li.unit_id, reason="地块在航埠",
                             proposed_by_id=cast.wang.id),
        "meeting_item": MeetingItem(position=1, stage=second.stage),
    }  # fmt: skip
    kept = made[work]
    kept.deal = second
    if work == "meeting_item":
        kept.meeting = Meeting(unit_id=cast.wang.unit_id, created_by_id=cast.wang.id, title="例会", kind=MeetingKind.WEEKLY,
                               on_day=dt.date(2013, 7, 1))  # fmt: skip
    session.add(kept)
    session.commit()
    undo(wang, here)
    assert [one.id for one in session.scalars(sa.select(Deal))] == [second.id]
    assert "已经有别的记录用到它" in rows_of(here)[3]
    session.expire_all()
    assert kept.deal_id == second.id


def rows_of(here: str) -> dict[int, str]:
    """What the rows of that import say."""
    mine = sa.select(ImportRow).where(ImportRow.batch_id == int(here.rpartition("/")[2]))
    return {row.number: row.message for row in db.session.scalars(mine)}


def test_every_column_that_names_a_record_is_known(app: Any) -> None:
    named = {
        key: {str(one) for one in plain.naming(noun.model.__table__)} for key, noun in nouns.NOUNS.items()
    }
    assert {"contact_log.lead_id", "lead.duplicate_of_id", "tag.record_id", "stored_file.record_id"} <= named[
        "lead"
    ]
    assert "contact_person.contact_log_id" not in named["contact_log"], "it goes with the log"


# --- all of them ----------------------------------------------------------------------------------------------


@pytest.mark.on("sqlite")
@pytest.mark.parametrize("key", list(nouns.NOUNS))
def test_every_nouns_template_is_itself_a_list_that_is_taken(
    cast: Any, session: Any, firm: Enterprise, as_user: Callable[..., Any], key: str
) -> None:
    wang, noun = as_user(cast.wang), nouns.NOUNS[key]
    if key == "paid_in":  # what the examples of money and of milestones belong to
        make_deal("衢澜精密阀门生产线项目", by=cast.wang, stage=Stage.SIGNED, signed_on=dt.date(2013, 1, 3),
                  enterprise_id=firm.id)  # fmt: skip
    if key == "yield_rating":
        merchants.create_enterprise({"name": "衢州云峙轴承有限公司"}, actor=cast.wang)
    if key in ("milestone", "slip"):
        make_project("石华线改建工程", cast.wang)
    if key == "typed_value":
        settings.put("indicator.office", cast.chen.unit.name)
    if key in ("typed_value", "work_task"):
        wang = as_user(cast.chen)
    session.commit()
    data = wang.get(f"/imports/template/{key}").get_data()
    book = openpyxl.load_workbook(io.BytesIO(data))
    assert book.sheetnames[1] == "说明" and book.worksheets[0].max_column == len(noun.columns.fields)
    here = wang.submit("/imports", noun=key, file=(io.BytesIO(data), "模板.xlsx")).went_to
    assert set(batch().mapping.values()) == set(noun.columns.by_key) and not batch().remarks
    wang.submit(here, f"{here}/check")
    assert set(findings().values()) <= {Finding.NEW, Finding.UPDATE}, [row.message for row in rows().values()]


@pytest.mark.on("sqlite")
def test_a_noun_is_its_own_right(cast: Any, session: Any, as_user: Callable[..., Any]) -> None:
    wang = as_user(cast.wang)
    page = wang.see("/imports")
    choices = [option.get("value") for option in page.one("select", name="noun").iter("option")]
    assert choices == [
        "enterprise", "person", "contact_log", "lead", "deal", "paid_in", "reserve_item", "partner",
        "yield_rating", "key_project", "milestone", "slip", "commitment", "parcel",
    ]  # fmt: skip
    assert wang.get("/imports/template/nothing").status_code == 404
    wrong = wang.submit("/imports", noun="lead", file=(io.BytesIO("单位\n某厂\n".encode()), "a.csv")).went_to
    answer = wang.submit(wrong, f"{wrong}/check")
    assert answer.status_code == 422 and "请指定哪一列是线索标题" in answer.said


@pytest.mark.on("sqlite")
@pytest.mark.parametrize(
    ("said", "hour"),
    [
        ("2013-07-05 14:30", 14),
        ("2013年7月5日下午2点", 14),
        ("2013/7/5", 0),
        ("2013.7.5 晚8点", 20),
        ("20130705", 0),
    ],
)
def test_moments_are_read_as_people_write_them(app: Any, said: str, hour: int) -> None:
    (read,) = read_all(nouns.NOUNS["contact_log"].columns, [{"happened_at": said}])
    moment = read.moment("happened_at")
    assert moment and clock.local(moment).date() == dt.date(2013, 7, 5) and clock.local(moment).hour == hour
