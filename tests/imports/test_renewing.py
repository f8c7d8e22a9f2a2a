"""Lists of people, logs, leads and deals change what is there: field by field, as chosen, and back again."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import openpyxl
import pytest
import sqlalchemy as sa

from crm.audit.models import Event
from crm.contacts import actions as contacts
from crm.contacts.models import ContactKind, ContactLog
from crm.contacts.next_step import Surroundings
from crm.contacts.queries import About
from crm.deals import actions as deals
from crm.deals.models import Deal
from crm.imports import jobs, results
from crm.imports.models import Action, Finding, ImportRow, Outcome
from crm.jobs.models import JobRun, JobState
from crm.leads import actions as leads
from crm.leads.models import Lead, LeadSource
from crm.lib.words import told
from crm.merchants import actions as merchants
from crm.merchants import reindex
from crm.merchants.models import Enterprise, Person
from crm.search import index
from tests.cast import make_deal
from tests.imports.lists import batch, decide, rows, run

FIRM = "上海衢澜精密机械有限公司"


def checked(client: Any, noun: str, text: str, mode: str = "both") -> str:
    here = client.submit("/imports", noun=noun, file=(io.BytesIO(text.encode()), "名单.csv")).went_to
    assert client.submit(here, f"{here}/check", mode=mode).went_to == here
    return str(here)


def undo(client: Any, here: str) -> Any:
    assert client.press(here, f"{here}/undo").went_to == here
    return client.see(here)


def said_of(row: ImportRow) -> dict[str, list[str]]:
    """Before and after, as people read it."""
    return {field: [told(one) for one in pair] for field, pair in row.changes.items()}


@dataclass
class Case:
    """One noun: a record of hers, and a list that says something new, something else and nothing about it."""

    record: Any
    text: str
    filled: dict[str, Any]  # columns that were empty, and what they say after
    overwritten: dict[str, Any]  # columns that said something else
    blank: dict[str, Any]  # columns of which the list has a blank cell
    change: Callable[[], Any]  # what somebody else does to it afterwards


@pytest.fixture
def firm(cast: Any, session: Any) -> Enterprise:
    made = merchants.create_enterprise({"name": FIRM}, actor=cast.wang)
    session.commit()
    return made


def person(cast: Any, firm: Enterprise) -> Case:
    made = merchants.create_person(
        {"name": "陈晓岚", "phones": "15400000001", "chamber": "上海商会", "address": "老地址"},
        actor=cast.wang,
    )
    return Case(
        made,
        "姓名,手机,微信,单位,职务,籍贯,商会,地址,备注\n"
        f"陈晓岚,15400000001；15400000022,chenxl,{FIRM},总经理,浙江衢州,温州商会,,爱下围棋\n",
        {"native_place": "浙江衢州", "note": "爱下围棋"},
        {"chamber": "温州商会"},
        {"address": "老地址"},
        lambda: merchants.edit(made, {"name": "陈晓岚", "chamber_title": "会长"}, actor=cast.chen),
    )


def lead(cast: Any, firm: Enterprise) -> Case:
    made = leads.report(
        {"title": "投资阀门生产线", "company": FIRM, "contact_name": "陈晓岚", "content": "原来的情况"},
        actor=cast.wang,
    )
    return Case(
        made,
        f"线索名称,投资方,联系人,电话,来源,总投资,备注\n投资阀门生产线,{FIRM},吴清和,15400000009,商会推荐,1.2亿,\n",
        {"planned_wan": 12_000, "source": LeadSource.CHAMBER, "contact_phone": "15400000009",
         "enterprise_id": firm.id},
        {"contact_name": "吴清和"},
        {"content": "原来的情况"},
        lambda: leads.edit(made, {"region_code": "330803"}, actor=cast.chen),
    )  # fmt: skip


def deal(cast: Any, firm: Enterprise) -> Case:
    made = make_deal("精密阀门项目", by=cast.wang, enterprise_id=firm.id, planned_wan=500, content="老内容",
                     next_step="再约", next_due_on=dt.date(2099, 8, 1))  # fmt: skip

    def change() -> None:
        now = {name: getattr(made, name) for name in deals.FACTS}
        deals.edit(made, {**now, "local_company": "衢州项目公司"}, actor=cast.chen)

    return Case(
        made,
        f"项目名称,投资方,总投资,用地,浙商回归,项目内容\n精密阀门项目,{FIRM},8000,30,√,\n",
        {"land_mu": 30, "is_return": True},
        {"planned_wan": 8_000},
        {"content": "老内容"},
        change,
    )


def log(cast: Any, firm: Enterprise) -> Case:
    at = dt.datetime(2013, 7, 5, 14, 30, tzinfo=dt.timezone(dt.timedelta(hours=8)))
    said = {"kind": ContactKind.CALL, "happened_at": at, "place": "", "their_people": "陈晓岚", "summary": "谈了用地",
            "next_step": "", "next_due_on": None, "leader_led": False}  # fmt: skip
    made = contacts.log(About(enterprise=firm), said, Surroundings(), actor=cast.wang)

    def change() -> None:
        now = {name: getattr(made, name) for name in contacts.SAID}
        again = {**now, "summary": "谈了用地和税收"}
        contacts.correct(made, again, Surroundings(), people=[], colleagues=[], actor=cast.chen)

    return Case(
        made,
        f"企业名称,时间,内容,方式,地点,对方,下一步,下一步日期\n{FIRM},2013-07-05 14:30,谈了用地,拜访,对方公司,,寄资料,2013-08-01\n",
        {"place": "对方公司", "next_step": "寄资料", "next_due_on": dt.date(2013, 8, 1)},
        {"kind": ContactKind.VISIT},
        {"their_people": "陈晓岚"},
        change,
    )


CASES = {"person": person, "lead": lead, "deal": deal, "contact_log": log}


@pytest.mark.parametrize("noun", list(CASES))
def test_what_is_there_is_changed_as_chosen_and_set_back(
    cast: Any, session: Any, firm: Enterprise, as_user: Callable[..., Any], noun: str
) -> None:
    wang, case = as_user(cast.wang), CASES[noun](cast, firm)
    session.commit()
    before = case.record.snapshot()
    here = checked(wang, noun, case.text)
    (row,) = rows().values()
    assert (row.finding, row.action, row.match_id) == (Finding.UPDATE, Action.FILL, case.record.id), (
        row.message
    )
    assert case.record.snapshot() == before, "the check writes nothing"
    assert len(row.changes) >= len(case.filled) + len(case.overwritten)
    page = wang.see(here)
    assert all(after in page.text for _before, after in said_of(row).values())
    run(wang, here)
    assert rows()[row.number].outcome is Outcome.UPDATED, rows()[row.number].message
    now = {column: getattr(case.record, column) for column in (*case.filled, *case.overwritten, *case.blank)}
    was = {column: now[column] for column in case.overwritten}
    assert now == {**case.filled, **was, **case.blank} and was != case.overwritten
    event = session.scalars(sa.select(Event).where(Event.noun == noun).order_by(Event.id.desc())).first()
    assert event.actor_id == cast.wang.id and event.changes["import_id"] == [None, batch().id]
    assert "导入 名单.csv 第 2 行" in told(event.note)
    undo(wang, here)
    assert rows()[row.number].outcome is Outcome.UNDONE, rows()[row.number].message
    assert case.record.snapshot() == before
    # and overwritten
    here = checked(wang, noun, case.text)
    decide(wang, here, "overwrite", finding="update")
    run(wang, here)
    assert {column: getattr(case.record, column) for column in case.overwritten} == case.overwritten
    assert {column: getattr(case.record, column) for column in case.blank} == case.blank
    # the same again changes nothing
    checked(wang, noun, case.text)
    assert [one.finding for one in rows().values()] == [Finding.UNCHANGED]
    undo(wang, here)
    assert case.record.snapshot() == before
    assert not reindex.check().differences


@pytest.mark.parametrize("noun", list(CASES))
def test_an_update_stays_when_somebody_has_changed_the_record_since(
    cast: Any, session: Any, firm: Enterprise, as_user: Callable[..., Any], noun: str
) -> None:
    wang, case = as_user(cast.wang), CASES[noun](cast, firm)
    session.commit()
    here = checked(wang, noun, case.text)
    run(wang, here)
    case.change()
    session.commit()
    page = undo(wang, here)
    (row,) = rows().values()
    assert row.outcome is Outcome.KEPT and "后来改过" in row.message and "1 行后来有人改过" in page.text
    assert {column: getattr(case.record, column) for column in case.filled} == case.filled


@pytest.mark.on("sqlite")
@pytest.mark.parametrize("noun", list(CASES))
def test_the_mode_says_what_is_done_with_what_is_there(
    cast: Any, session: Any, firm: Enterprise, as_user: Callable[..., Any], noun: str
) -> None:
    wang, case = as_user(cast.wang), CASES[noun](cast, firm)
    session.commit()
    before = case.record.snapshot()
    here = checked(wang, noun, case.text, "create")
    (row,) = rows().values()
    assert (row.finding, row.action) == (Finding.UPDATE, Action.SKIP)
    run(wang, here)
    assert case.record.snapshot() == before
    checked(wang, noun, case.text, "update")
    assert [one.action for one in rows().values()] == [Action.FILL]


@pytest.mark.on("sqlite")
@pytest.mark.parametrize("noun", list(CASES))
def test_a_record_of_another_unit_is_nobodys_to_change(
    cast: Any, session: Any, firm: Enterprise, as_user: Callable[..., Any], noun: str
) -> None:
    case = CASES[noun](cast, firm)
    session.commit()
    before = case.record.snapshot()
    li = as_user(cast.li)
    here = checked(li, noun, case.text)
    (row,) = rows().values()
    assert (
        row.finding in (Finding.DUPLICATE, Finding.ERROR, Finding.NEW)
        and not row.match_id
        and not row.changes
    )
    run(li, here)
    assert case.record.snapshot() == before


@pytest.mark.on("sqlite")
def test_a_lead_set_back_is_the_lead_of_its_company_again(
    cast: Any, session: Any, as_user: Callable[..., Any]
) -> None:
    wang = as_user(cast.wang)
    made = leads.report(
        {"title": "阀门生产线投资意向", "company": "上海旧名机械有限公司", "contact_phone": "15400000009", "unconfirmed": True},
        actor=cast.wang,
    )  # fmt: skip
    session.commit()
    before, key = made.snapshot(), made.company_key
    here = checked(wang, "lead", f"线索名称,投资方,电话\n阀门生产线投资意向,{FIRM},15400000009\n")
    decide(wang, here, "overwrite", 2)
    run(wang, here)
    assert made.company == FIRM and made.company_key != key and not made.unconfirmed
    undo(wang, here)
    assert made.snapshot() == before and made.unconfirmed and made.company_key == key
    assert made.id in session.scalars(index.matching("lead", "旧名机械")).all()
    assert made.id not in session.scalars(index.matching("lead", "衢澜精密")).all()


def test_a_line_is_added_unless_that_whole_line_is_there(
    cast: Any, session: Any, firm: Enterprise, as_user: Callable[..., Any]
) -> None:
    made = make_deal("精密阀门项目", by=cast.wang, enterprise_id=firm.id, content="一期用地30亩\n二期待定",
                     next_step="再约", next_due_on=dt.date(2099, 8, 1))  # fmt: skip
    session.commit()
    wang = as_user(cast.wang)
    text = f'项目名称,投资方,项目内容\n精密阀门项目,{FIRM},"用地30亩\n二期待定"\n'
    here = checked(wang, "deal", text)
    run(wang, here)
    assert rows()[2].outcome is Outcome.UPDATED, rows()[2].message
    assert made.content == "一期用地30亩\n二期待定\n用地30亩"
    checked(wang, "deal", text)
    assert rows()[2].finding is Finding.UNCHANGED


@pytest.mark.on("sqlite")
def test_a_person_changed_since_the_check_is_passed_over(
    cast: Any, session: Any, firm: Enterprise, as_user: Callable[..., Any]
) -> None:
    wang, case = as_user(cast.wang), person(cast, firm)
    session.commit()
    here = checked(wang, "person", case.text)
    case.change()
    session.commit()
    run(wang, here)
    (row,) = rows().values()
    assert row.outcome is Outcome.SKIPPED and "检查之后有人改过" in row.message


# --- what may be the same -----------------------------------------------------------------------------------


@pytest.mark.on("sqlite")
def test_people_who_are_alike_are_told_with_score_and_reasons(
    cast: Any, session: Any, firm: Enterprise, as_user: Callable[..., Any]
) -> None:
    wang = as_user(cast.wang)
    made = merchants.create_person({"name": "欧阳清和", "native_place": "浙江衢州柯城"}, actor=cast.wang)
    merchants.add_position(firm, made, "董事", actor=cast.wang)
    theirs = merchants.create_person({"name": "司徒海潮", "phones": "15400000077"}, actor=cast.li)
    session.commit()
    text = (
        f"姓名,手机,单位,职务\n欧阳清和,15400000031,{FIRM},总经理\n欧阳清和,,{FIRM},总经理\n"
        "司徒海潮,15400000077,,\n郑大海,15400000055,,\n郑大海,1540000 0055,,副总\n"
    )
    here = checked(wang, "person", text)
    found = rows()
    assert (found[2].finding, found[2].match_id) == (Finding.DUPLICATE, made.id)
    assert found[2].score and found[2].score > 0.5 and "姓名相同" in found[2].message
    assert "同一单位" in found[2].message and said_of(found[2])["title"] == ["董事", "总经理"]
    assert found[4].finding is Finding.DUPLICATE and not found[4].match_id, "another unit's record is veiled"
    assert "航埠镇有一条记录可能就是它" in found[4].message and theirs.name not in found[4].match_name
    assert (found[6].finding, found[6].match_row) == (Finding.REPEATED, 5)
    decide(wang, here, "merge", 2, 6)
    run(wang, here)
    assert made.handles[0].value == "15400000031" and made.positions[0].title == "董事"
    (zheng,) = session.scalars(sa.select(Person).filter_by(name="郑大海"))
    assert rows()[6].record_id == zheng.id and zheng.note == "任职：副总"
    undo(wang, here)
    assert not made.handles and not session.scalars(sa.select(Person).filter_by(name="郑大海")).all()
    assert {row.outcome for row in rows().values()} == {Outcome.UNDONE, Outcome.SKIPPED}


@pytest.mark.on("sqlite")
def test_leads_that_are_alike_are_told_also_those_of_other_units(
    cast: Any, session: Any, firm: Enterprise, as_user: Callable[..., Any]
) -> None:
    wang = as_user(cast.wang)
    first = leads.report({"title": "阀门生产线投资意向", "company": FIRM}, actor=cast.wang)
    leads.report(
        {"title": "民宿", "company": "杭州柯山旅游开发有限公司", "contact_phone": "15400000088"},
        actor=cast.li,
    )
    make_deal("已经在谈的", by=cast.chen, enterprise_id=firm.id, stage="negotiating")
    session.commit()
    text = (
        "线索名称,投资方,联系人,电话\n"
        f"拟投资阀门生产线,{FIRM},,\n"
        "建民宿,没听说过的公司,,15400000088\n"
        "建物流园,宁波远航物流有限公司,陆远,\n"
        "宁波远航拟建物流园,宁波远航物流公司,陆远,\n"
        "完全另一件事,杭州陌生科技有限公司,,\n"
    )
    here = checked(wang, "lead", text)
    found = rows()
    assert (found[2].finding, found[2].match_id) == (Finding.DUPLICATE, first.id), found[2].message
    assert "同一家企业" in found[2].message and "标题相近" in found[2].message and found[2].score == 1.0
    assert "已有在谈的项目" in found[2].message
    assert found[3].finding is Finding.DUPLICATE and not found[3].match_id
    assert "航埠镇有一条记录可能就是它" in found[3].message and "民宿" not in found[3].match_name
    assert (found[5].finding, found[5].match_row) == (Finding.REPEATED, 4), found[5].message
    assert "企业名称相近" in found[5].message and found[6].finding is Finding.NEW
    page = wang.see(f"{here}?finding=duplicate")
    assert "相似度 100%" in page.text and f"/leads/{first.id}" in page.links
    assert session.scalar(sa.select(sa.func.count(Lead.id))) == 2


@pytest.mark.on("sqlite")
def test_deals_that_are_alike_are_told(
    cast: Any, session: Any, firm: Enterprise, as_user: Callable[..., Any]
) -> None:
    wang = as_user(cast.wang)
    known = make_deal("衢澜精密阀门生产线项目", by=cast.wang, enterprise_id=firm.id)
    deals.put_in_index(known)
    session.commit()
    step = "请来看地块,2099-08-01"
    text = (
        "项目名称,投资方,下一步,下一步日期\n"
        f"年产阀门基地,{FIRM},{step}\n"
        f"衢澜精密阀门生产线,,{step}\n"
        f"石梁民宿,,{step}\n"
        f"石梁民宿项目,,{step}\n"
    )
    checked(wang, "deal", text)
    found = rows()
    assert (found[2].finding, found[2].match_id) == (Finding.DUPLICATE, known.id)
    assert "已有正在推进的项目“衢澜精密阀门生产线项目”" in found[2].message
    assert (found[3].finding, found[3].match_id) == (Finding.DUPLICATE, known.id), found[3].message
    assert found[4].finding is Finding.NEW
    assert session.scalar(sa.select(sa.func.count(Deal.id))) == 1


@pytest.mark.on("sqlite")
def test_a_log_of_the_same_day_in_other_words_is_asked_about(
    cast: Any, session: Any, firm: Enterprise, as_user: Callable[..., Any]
) -> None:
    wang, case = as_user(cast.wang), log(cast, firm)
    session.commit()
    text = f"企业名称,时间,内容\n{FIRM},2013-07-05,谈了用地的事\n{FIRM},2013-07-05,送来合同\n{FIRM},2013-07-06,谈了用地\n"
    checked(wang, "contact_log", text)
    found = rows()
    assert (found[2].finding, found[2].match_id) == (Finding.DUPLICATE, case.record.id), found[2].message
    assert found[3].finding is found[4].finding is Finding.NEW
    assert session.scalar(sa.select(sa.func.count(ContactLog.id))) == 1


# --- put right in place --------------------------------------------------------------------------------------


@pytest.mark.on("sqlite")
def test_a_row_put_right_is_compared_with_the_other_rows_as_the_check_does(
    cast: Any, session: Any, firm: Enterprise, as_user: Callable[..., Any]
) -> None:
    wang = as_user(cast.wang)
    text = (
        "企业名称,联系人,联系电话\n"
        "宁波远航物流有限公司,陆远,15400000066\n"
        ",陆远,15400000067\n"
        "杭州余屿软件科技有限公司,吴清和,15400000068\n"
        "杭州余屿软件科技有限公司,吴清和,15400000068\n"
    )
    here = checked(wang, "enterprise", text)
    assert rows()[3].finding is Finding.ERROR and rows()[5].match_row == 4
    wang.submit(f"{here}/rows/{rows()[3].id}", cell_name="宁波市远航物流公司", cell_phones="154 0000 0066")
    row = rows()[3]
    assert (row.finding, row.match_row) == (Finding.REPEATED, 2), row.message
    assert row.score and "远航物流" in row.message
    # who repeated what the row was before is looked at anew
    wang.submit(
        f"{here}/rows/{rows()[4].id}", cell_name="温州恒远屿泵业有限公司", cell_phones="", cell_contact=""
    )
    assert rows()[4].finding is rows()[5].finding is Finding.NEW and rows()[5].match_row is None
    here = checked(
        wang,
        "lead",
        f"线索名称,投资方\n拟建物流园,宁波远航物流有限公司\n,宁波远航物流公司\n另一件事,{FIRM}\n",
    )
    wang.submit(f"{here}/rows/{rows()[3].id}", cell_title="建设物流园")
    assert (rows()[3].finding, rows()[3].match_row) == (Finding.REPEATED, 2), rows()[3].message


@pytest.mark.on("sqlite")
def test_a_row_is_not_blind_for_the_record_of_its_own_number(
    cast: Any, session: Any, as_user: Callable[..., Any]
) -> None:
    wang = as_user(cast.wang)
    for n in range(4):
        made = merchants.create_enterprise({"name": f"{'甲乙丙丁'[n]}方电子有限公司", "phones": f"1540000004{n}"},
                                           actor=cast.wang)  # fmt: skip
        session.commit()
        if made.id < 2:  # the header stands there
            continue
        checked(
            wang, "enterprise", "\n" * (made.id - 2) + f"企业名称,电话\n{made.name[:-4]}公司,1540000004{n}\n"
        )
        assert rows()[made.id].finding is Finding.DUPLICATE and rows()[made.id].match_id == made.id


# --- in the reader's language -----------------------------------------------------------------------------------


@pytest.mark.on("sqlite")
def test_what_the_check_says_is_read_in_the_readers_language(
    cast: Any, session: Any, firm: Enterprise, as_user: Callable[..., Any]
) -> None:
    wang = as_user(cast.wang)
    leads.report({"title": "阀门生产线", "company": FIRM, "source": LeadSource.CHAMBER}, actor=cast.wang)
    session.commit()
    here = checked(
        wang, "lead", f"线索名称,投资方,总投资,来源\n阀门生产线,{FIRM},很多,\n新阀门生产线,{FIRM},,展会论坛\n"
    )
    chinese = wang.see(here).text
    assert "不是一个确定的数" in chinese and "可能是同一条" in chinese and "同一家企业" in chinese
    cast.wang.locale = "en"
    session.commit()
    english = wang.see(here).text
    assert "May be the same as" in english and "same company" in english
    assert "可能是同一条" not in english and "不是一个确定的数" not in english
    detail = wang.see(f"{here}/rows/{rows()[3].id}").text
    assert "May be the same as" in detail and "商会推荐" not in detail, "also what would be overwritten"


@pytest.mark.on("sqlite")
def test_every_cell_of_a_bad_row_is_put_right_where_it_stands(
    cast: Any, session: Any, firm: Enterprise, as_user: Callable[..., Any]
) -> None:
    wang = as_user(cast.wang)
    text = "线索名称,投资方,总投资,来源,备注\n阀门生产线,杭州陌生科技有限公司,很多,天上掉的,好\n"
    here = checked(wang, "lead", text)
    (row,) = rows().values()
    page = wang.see(here)
    fixed = page.one("form", action=f"{here}/rows/{row.id}")
    names = {one.get("name") for one in fixed.iter() if one.get("name", "").startswith("cell_")}
    assert names == {"cell_title", "cell_company", "cell_planned_wan", "cell_source", "cell_content"}
    about = page.one("small", id=f"row-{row.id}-planned_wan-about")
    assert "“很多”不是一个确定的数" in "".join(about.itertext())
    answer = wang.submit(here, f"{here}/rows/{row.id}", cell_planned_wan="5000万", cell_source="展会论坛",
                         cell_company="杭州另一家科技有限公司", cell_content="更好")  # fmt: skip
    assert answer.went_to == here
    assert rows()[2].finding is Finding.NEW and rows()[2].values["company"] == "杭州另一家科技有限公司"
    detail = wang.see(f"{here}/rows/{row.id}")
    assert detail.one("input", name="cell_planned_wan").get("value") == "5000万"


@pytest.mark.on("sqlite")
def test_the_result_of_a_long_list_is_made_by_the_queue(
    cast: Any, session: Any, as_user: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    wang, li = as_user(cast.wang), as_user(cast.li)
    here = checked(wang, "lead", "线索名称,投资方\n" + "".join(f"第{n}件,第{n}厂\n" for n in range(30)))
    run(wang, here)
    monkeypatch.setattr(results, "AT_ONCE", 10)
    monkeypatch.setattr(results, "CHUNK", 7)
    assert wang.get(f"{here}/result").went_to == here
    assert wang.press(here, f"{here}/result").went_to.startswith("/jobs")
    job = session.scalars(sa.select(JobRun).filter_by(kind=jobs.RESULT)).one()
    assert (job.state, job.done, job.total) == (JobState.DONE, 28, 30)
    file = f"{here}/result/{job.id}"
    book = openpyxl.load_workbook(io.BytesIO(wang.get(file).get_data()))
    assert book.worksheets[0].max_row == 31 and book.worksheets[0]["B2"].value == "已新增"
    assert f"/jobs/{job.id}/see" in wang.see("/jobs").links or "下载结果表" in wang.see("/jobs").text
    assert li.get(file).status_code == 404 and wang.get(f"{here}/result/999").status_code == 404
