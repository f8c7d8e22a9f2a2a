"""记一笔: three touches and one line; what it is about learns it at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
import sqlalchemy as sa

from crm.audit.models import Event
from crm.contacts.models import ContactKind, ContactLog
from crm.db import db
from crm.deals.models import StageMove
from crm.deals.stages import DealState, MoveKind, Stage
from crm.files import store
from crm.files.models import StoredFile
from crm.leads.models import LeadState
from crm.lib import clock
from crm.merchants.models import Standing
from crm.search import index
from tests.cast import make_deal, make_enterprise, make_lead, make_person

AsUser = Callable[..., Any]


def logs() -> list[ContactLog]:
    return list(db.session.scalars(sa.select(ContactLog).order_by(ContactLog.id)))


def the_log() -> ContactLog:
    found = logs()
    assert len(found) == 1, f"{len(found)} logs, not one"
    return found[0]


def about(record: Any) -> str:
    return f"/contacts/new?{record.__tablename__}_id={record.id}"


@pytest.fixture
def firm(cast: Any) -> Any:
    return make_enterprise("杭州衢澜精密机械有限公司", by=cast.wang)


@pytest.fixture
def deal(cast: Any, firm: Any) -> Any:
    return make_deal("衢澜精密数控机床项目", by=cast.wang, enterprise=firm)


# --- it works -----------------------------------------------------------------------------------------------


def test_a_call_is_logged_from_the_merchants_page(cast: Any, as_user: AsUser, firm: Any) -> None:
    manager = make_person("周明", by=cast.wang, at=firm, title="总经理")
    answer = as_user(cast.wang).submit(
        about(firm),
        summary="周总下周来看地块",
        people=[str(manager.id)],
        next_step="准备地块资料",
        next_in="7",
    )
    assert answer.went_to == f"/enterprises/{firm.id}"
    log = the_log()
    assert (log.kind, log.enterprise_id, log.summary) == (ContactKind.CALL, firm.id, "周总下周来看地块")
    assert log.happened_at == clock.business_now().replace(second=0, microsecond=0)
    assert (log.author_id, log.unit_id) == (cast.wang.id, cast.wang.unit_id)
    assert [one.name for one in log.people] == ["周明"]
    assert [one.name for one in log.colleagues] == ["王专员"]  # me, by default
    assert log.next_due_on == dt.date(2013, 8, 1)
    for record in (firm, manager):
        assert record.last_contact_at == log.happened_at
        assert (record.next_step, record.next_due_on) == ("准备地块资料", dt.date(2013, 8, 1))
    found = db.session.scalars(index.matching("contact_log", "看地块")).all()
    assert found == [log.id]


def test_it_is_recorded_in_the_same_transaction(cast: Any, as_user: AsUser, firm: Any) -> None:
    as_user(cast.wang).submit(about(firm), summary="通了电话", files=(BytesIO(b"%PDF-1.4 x"), "纪要.pdf"))
    event = db.session.scalars(sa.select(Event).where(Event.verb == "contact.logged")).one()
    assert (event.noun, event.record_id, event.actor_id) == ("contact_log", the_log().id, cast.wang.id)
    assert event.changes["summary"] == [None, "通了电话"]
    assert event.note == "纪要.pdf"


def test_from_a_deal_its_enterprise_is_meant_too(cast: Any, as_user: AsUser, firm: Any, deal: Any) -> None:
    version = deal.version
    answer = as_user(cast.wang).submit(
        about(deal), summary="谈妥了用地面积", kind="visit", next_step="起草协议", next_due_on="2013-07-30"
    )
    assert answer.went_to == f"/deals/{deal.id}"
    log = the_log()
    assert (log.deal_id, log.enterprise_id, log.kind) == (deal.id, firm.id, ContactKind.VISIT)
    assert deal.last_contact_at == firm.last_contact_at == log.happened_at
    assert deal.next_step == firm.next_step == "起草协议"
    assert deal.version > version  # a form opened before does not put the old next step back


def test_from_a_lead_its_enterprise_is_meant_too(cast: Any, as_user: AsUser, firm: Any) -> None:
    lead = make_lead("衢澜有意回乡投资", by=cast.wang, enterprise=firm)
    as_user(cast.wang).submit(about(lead), summary="核实属实", next_step="上门", next_in="3")
    assert (the_log().lead_id, the_log().enterprise_id) == (lead.id, firm.id)
    assert lead.next_step == firm.next_step == "上门"


def test_from_a_person_the_main_position_says_the_firm(cast: Any, as_user: AsUser, firm: Any) -> None:
    person = make_person("周明", by=cast.wang, at=firm, title="总经理")
    as_user(cast.wang).submit(about(person), summary="节日问候")
    assert (the_log().enterprise_id, [one.id for one in the_log().people]) == (firm.id, [person.id])
    assert person.last_contact_at == firm.last_contact_at == the_log().happened_at


def test_the_only_open_deal_of_the_firm_is_likely_meant(
    cast: Any, as_user: AsUser, firm: Any, deal: Any
) -> None:
    wang = as_user(cast.wang)
    assert wang.see(about(firm)).one("select", name="deal_id")
    wang.submit(about(firm), summary="谈项目", next_step="再谈", next_in="1")
    assert the_log().deal_id == deal.id
    wang.submit(about(firm), summary="只是问候", deal_id="", next_step="再谈", next_in="1")
    assert logs()[-1].deal_id is None


def test_saving_leads_back_to_where_one_came_from_inside_the_house_only(
    cast: Any, as_user: AsUser, firm: Any
) -> None:
    wang = as_user(cast.wang)
    assert wang.submit(about(firm) + "&next=/?view=mine", summary="甲").went_to == "/?view=mine"
    assert (
        wang.submit(about(firm) + "&next=//evil.example", summary="乙").went_to == f"/enterprises/{firm.id}"
    )


def test_an_older_contact_says_nothing_about_what_comes_next(
    cast: Any, as_user: AsUser, firm: Any, deal: Any
) -> None:
    wang = as_user(cast.wang)
    wang.submit(about(deal), summary="今天谈的", next_step="起草协议", next_in="3")
    wang.submit(about(deal), summary="补记上月的", happened_at="2013-06-20T09:30")  # no next step asked for
    deal_day = clock.local(deal.last_contact_at).date()
    assert (deal_day, deal.next_step) == (dt.date(2013, 7, 25), "起草协议")
    assert [clock.local(log.happened_at).date().isoformat() for log in logs()] == ["2013-07-25", "2013-06-20"]


def test_a_day_is_one_touch_and_a_typed_day_wins(cast: Any, as_user: AsUser, firm: Any) -> None:
    wang = as_user(cast.wang)
    wang.submit(about(firm), summary="一", next_step="回访")  # in a week, unless told otherwise
    wang.submit(about(firm), summary="二", next_step="回访", next_in="1")
    wang.submit(about(firm), summary="三", next_step="回访", next_in="1", next_due_on="2013-09-01")
    wang.submit(about(firm), summary="四", next_in="14")  # a day without a step means nothing
    days = [log.next_due_on and log.next_due_on.isoformat() for log in logs()]
    assert days == ["2013-08-01", "2013-07-26", "2013-09-01", None]


def test_sent_twice_is_logged_once(cast: Any, as_user: AsUser, firm: Any) -> None:
    wang = as_user(cast.wang)
    page = wang.see(about(firm))
    from tests.support.client import find_form, values_of

    data = {**values_of(find_form(page, about(firm), None)), "summary": "一次"}
    assert wang.post(about(firm), data=data).went_to == wang.post(about(firm), data=data).went_to
    assert len(logs()) == 1


def test_opening_the_form_logs_nothing(cast: Any, as_user: AsUser, firm: Any) -> None:
    as_user(cast.wang).see(about(firm) + "&summary=x&kind=call")
    assert not logs()


# --- the rule says no -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("open_by", ["deal", "lead", "deal of the firm", "lead of the firm", "key merchant"])
def test_while_something_is_open_the_next_step_is_asked_for(
    cast: Any, as_user: AsUser, firm: Any, open_by: str
) -> None:
    subject = firm
    if "deal" in open_by:
        deal = make_deal("数控机床项目", by=cast.wang, enterprise=firm)
        subject = deal if open_by == "deal" else firm
    elif "lead" in open_by:
        lead = make_lead("有意投资", by=cast.wang, enterprise=firm)
        subject = lead if open_by == "lead" else firm
    else:
        firm.standing = Standing.KEY
    answer = as_user(cast.wang).submit(about(subject), summary="聊了四十分钟", place="杭州")
    assert answer.status_code == 422
    assert "请写明下一步和日期" in answer.said
    assert answer.page.one("textarea", name="summary").text.strip() == "聊了四十分钟"
    assert answer.page.one("input", name="place").get("value") == "杭州"
    assert not logs()
    assert firm.last_contact_at is None


def test_when_all_is_closed_it_may_be_left_out(cast: Any, as_user: AsUser, firm: Any) -> None:
    make_deal("停了的", by=cast.wang, enterprise=firm, state=DealState.LAPSED, state_reason="用地不足")
    make_lead("归档的", by=cast.wang, enterprise=firm, state=LeadState.ARCHIVED, judged_at=clock.now())
    assert as_user(cast.wang).submit(about(firm), summary="问候").status_code == 303


def test_another_units_deal_asks_nothing_of_me(cast: Any, as_user: AsUser, firm: Any) -> None:
    make_deal("航埠镇的项目", by=cast.li, enterprise=firm)
    page = as_user(cast.wang).see(about(firm))
    assert "航埠镇的项目" not in page.text
    assert not page.all("select", name="deal_id")
    assert as_user(cast.wang).submit(about(firm), summary="问候").status_code == 303


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"summary": ""}, "请填写谈了什么"),
        ({"summary": "\u200b \x00 \u202e"}, "请填写谈了什么"),
        ({"place": "地" * 10_000}, "地点最多 200 个字"),
        ({"summary": "长" * 20_001}, "谈了什么最多 20000 个字"),
        ({"happened_at": "2013-07-27T10:01"}, "沟通时间不能晚于明天"),
        ({"happened_at": "昨天下午"}, "沟通时间请写成"),
        ({"happened_at": "1889-01-01T00:00"}, "年份不对"),
        ({"happened_at": ""}, "沟通时间请写成"),
        ({"kind": "telepathy"}, "没有这个选项"),
        ({"next_step": "回访", "next_due_on": "2013-02-30"}, "没有“2013-02-30”这一天"),
        ({"next_step": "回访", "next_due_on": "2013-07-01"}, "下一步不能早于这次沟通的日期"),
        ({"next_step": "回访", "next_in": ""}, "请选择下一步在什么时候"),
        ({"next_due_on": "2013-07-30"}, "请再写下一步做什么"),
        ({"next_in": "999999999999"}, "没有这个选项"),
        ({"colleagues": ["999999"]}, "有人不在可选的名单里"),
        ({"colleagues": ["１' OR 1=1"]}, "有人不在可选的名单里"),
        ({"files": (b"MZ", "virus.exe")}, "不收这种附件：virus.exe"),
        ({"files": (b"", "空.pdf")}, "附件是空的：空.pdf"),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence_and_nothing_is_lost(
    cast: Any, as_user: AsUser, firm: Any, fields: dict[str, Any], sentence: str
) -> None:
    given = {"summary": "谈了投资", "their_people": "李总", **fields}
    if upload := fields.get("files"):  # a stream is read once; each database gets its own
        given["files"] = (BytesIO(upload[0]), upload[1])
    answer = as_user(cast.wang).submit(about(firm), **given)
    assert answer.status_code == 422
    assert sentence in answer.said
    assert answer.page.one("input", name="their_people").get("value") == "李总"
    if given["summary"] == "谈了投资":
        assert answer.page.one("textarea", name="summary").text.strip() == "谈了投资"
    assert not logs()
    assert not db.session.scalars(sa.select(StoredFile)).all()
    assert firm.last_contact_at is None


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("谈\x00妥\u202e了\u200b", "谈妥了"),
        ("😀 很顺利 👨‍👩‍👧", "😀 很顺利 👨‍👩‍👧"),
        ("㐀䶮𠀀 来访", "㐀䶮𠀀 来访"),
        ("第一行\r\n第二行", "第一行\n第二行"),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("谈" * 10_000, "谈" * 10_000),
        ("' OR 1=1 -- %s %(n)s {{ 7*7 }}", "' OR 1=1 -- %s %(n)s {{ 7*7 }}"),
    ],
)
def test_any_words_are_kept_as_they_were_meant(
    cast: Any, as_user: AsUser, firm: Any, typed: str, kept: str
) -> None:
    wang = as_user(cast.wang)
    assert wang.submit(about(firm), summary=typed).status_code == 303
    assert the_log().summary == kept
    assert wang.see(f"/contacts/{the_log().id}")
    assert wang.see(f"/contacts/timeline?enterprise_id={firm.id}")


# --- who may --------------------------------------------------------------------------------------------------


def test_a_reader_is_refused_and_a_stranger_finds_nothing(
    cast: Any, as_user: AsUser, firm: Any, deal: Any
) -> None:
    for record in (firm, deal):
        as_user(cast.zheng).see(about(record), 403)
        as_user(cast.li).see(about(record), 404)
    assert (
        as_user(cast.li).post(about(firm), data={}).status_code == 400
    )  # without a token nothing is even looked up


@pytest.mark.parametrize("query", ["enterprise_id=0x1", "deal_id=-1", "lead_id=99999999999999999999", "person_id=%00",
                                   "enterprise_id=%EF%BC%91", "deal_id=999999"])  # fmt: skip
def test_an_address_that_means_nothing_is_not_found(cast: Any, as_user: AsUser, query: str) -> None:
    as_user(cast.wang).see(f"/contacts/new?{query}", 404)


def test_people_of_another_firm_cannot_be_slipped_in(cast: Any, as_user: AsUser, firm: Any) -> None:
    elsewhere = make_person("不相干", by=cast.wang)
    make_person("周明", by=cast.wang, at=firm)
    answer = as_user(cast.wang).submit(about(firm), summary="见面", people=[str(elsewhere.id)])
    assert answer.status_code == 422
    assert "有人不在可选的名单里" in answer.said
    assert not logs()


def test_a_deal_of_another_unit_cannot_be_slipped_in(
    cast: Any, as_user: AsUser, firm: Any, deal: Any
) -> None:
    theirs = make_deal("航埠镇的项目", by=cast.li, enterprise=firm)
    answer = as_user(cast.wang).submit(
        about(firm), summary="谈", deal_id=str(theirs.id), next_step="x", next_in="1"
    )
    assert answer.status_code == 422
    assert not logs()


# --- choosing what it is about ------------------------------------------------------------------------------


def test_from_the_desk_one_looks_for_the_merchant_first(
    cast: Any, as_user: AsUser, firm: Any, deal: Any
) -> None:
    from crm.search.tokens import Field, Kind

    index.put("enterprise", firm.id, [Field(Kind.NAME, firm.name)])
    index.put("deal", deal.id, [Field(Kind.NAME, deal.name)])
    wang = as_user(cast.wang)
    page = wang.see("/contacts/new?q=衢澜")
    assert f"/contacts/new?enterprise_id={firm.id}" in page.links
    assert f"/contacts/new?deal_id={deal.id}" in page.links
    fragment = wang.see("/contacts/candidates?q=qljm")
    assert f"/contacts/new?enterprise_id={firm.id}" in fragment.links
    assert not as_user(cast.li).see("/contacts/candidates?q=衢澜").links
    assert "没有找到" in as_user(cast.li).see("/contacts/new?q=衢澜").text


@pytest.mark.parametrize(
    "q",
    [
        "衢栏精密",
        "衢澜精蜜",
        "衢澜精秘机械",
        "衢澜密精",
        "衢澜精密制机械",
        "衢精密",
        "衢澜精密机戒",
        "瞿澜精密机械",
    ],
)
def test_one_slip_in_a_firms_name_is_forgiven(cast: Any, as_user: AsUser, firm: Any, q: str) -> None:
    """A character wrong, too many, missing or before its neighbour."""
    from crm.search.tokens import Field, Kind

    index.put("enterprise", firm.id, [Field(Kind.NAME, firm.name)])
    wang = as_user(cast.wang)
    page = wang.see(f"/contacts/new?q={q}")
    assert f"/contacts/new?enterprise_id={firm.id}" in page.links and f"名称与“{q}”相近" in page.text
    assert f"/contacts/new?enterprise_id={firm.id}" in wang.see(f"/contacts/candidates?q={q}").links
    assert not as_user(cast.li).see(f"/contacts/candidates?q={q}").links


@pytest.mark.parametrize(
    ("q", "found"),
    [("毛启兰", True), ("毛岂岚", True), ("毛启", True), ("茅启岚", True), ("王启山", False), ("毛", True)],
)
def test_one_slip_in_a_persons_name_is_forgiven(
    cast: Any, as_user: AsUser, firm: Any, q: str, found: bool
) -> None:
    from crm.search.tokens import Field, Kind

    person = make_person("毛启岚", by=cast.wang, at=firm)
    index.put("person", person.id, [Field(Kind.PERSON, person.name)])
    db.session.commit()
    assert (
        f"/contacts/new?person_id={person.id}" in as_user(cast.wang).see(f"/contacts/new?q={q}").links
    ) is found


def test_two_slips_are_another_name(cast: Any, as_user: AsUser, firm: Any) -> None:
    from crm.search.tokens import Field, Kind

    index.put("enterprise", firm.id, [Field(Kind.NAME, firm.name)])
    for q in ("衢岭精钢", "湖澜紧密", "精密阀门厂"):
        assert not as_user(cast.wang).see(f"/contacts/candidates?q={q}").links, q


def test_whom_i_met_last_is_one_click_away(cast: Any, as_user: AsUser, firm: Any) -> None:
    wang = as_user(cast.wang)
    wang.submit(about(firm), summary="第一次通话")
    assert f"/contacts/new?enterprise_id={firm.id}" in wang.see("/contacts/new").links
    assert firm.name not in as_user(cast.li).see("/contacts/new").text


@pytest.mark.parametrize("q", ["", "\x00", "%", "'\"", "衢" * 500, "😀", "\u202e"])
def test_odd_words_in_the_search_box_find_nothing_and_break_nothing(
    cast: Any, as_user: AsUser, q: str
) -> None:
    wang = as_user(cast.wang)
    for path in ("/contacts/new", "/contacts/candidates"):
        assert wang.get(path, query_string={"q": q}).status_code == 200


# --- attachments ----------------------------------------------------------------------------------------------


def test_a_file_is_for_those_who_may_see_the_log(cast: Any, as_user: AsUser, firm: Any) -> None:
    wang = as_user(cast.wang)
    wang.submit(
        about(firm),
        summary="签到",
        files=[(BytesIO(b"\x89PNG pic"), "合影.png"), (BytesIO(b"note"), "n.txt")],
    )
    first, second = db.session.scalars(sa.select(StoredFile).order_by(StoredFile.id))
    assert (first.noun, first.record_id, first.name, second.name) == (
        "contact_log",
        the_log().id,
        "合影.png",
        "n.txt",
    )
    for user, status in ((cast.wang, 200), (cast.chen, 200), (cast.zheng, 200), (cast.li, 404)):
        answer = as_user(user).get(f"/contacts/files/{first.id}")
        assert answer.status_code == status
    answer = wang.get(f"/contacts/files/{first.id}")
    assert answer.data == b"\x89PNG pic"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    wang.see("/contacts/files/999999", 404)


def test_evidence_of_a_move_is_for_those_who_may_see_the_deal(cast: Any, as_user: AsUser, deal: Any) -> None:
    move = StageMove(deal=deal, kind=MoveKind.ADVANCED, to_stage=Stage.NEW_TALKS, on_day=clock.today())
    db.session.add(move)
    db.session.flush()
    file = StoredFile(noun="stage_move", record_id=move.id, name="纪要.txt", sha256=store.write(b"x"), size=1,
                      media_type="text/plain")  # fmt: skip
    db.session.add(file)
    db.session.flush()
    url = f"/contacts/files/{file.id}"
    assert url in as_user(cast.wang).see(f"/contacts/timeline?deal_id={deal.id}").links
    assert as_user(cast.wang).get(url).data == b"x"
    assert as_user(cast.li).get(url).status_code == 404


def test_a_file_of_another_noun_is_not_handed_out_here(cast: Any, as_user: AsUser, firm: Any) -> None:
    as_user(cast.wang).submit(about(firm), summary="签到", files=(BytesIO(b"x"), "n.txt"))
    stored = db.session.scalars(sa.select(StoredFile)).one()
    stored.noun = "import_run"
    as_user(cast.wang).see(f"/contacts/files/{stored.id}", 404)


# --- the other language ---------------------------------------------------------------------------------------


def test_all_of_it_in_english(cast: Any, as_user: AsUser, firm: Any, deal: Any) -> None:
    """The client judges each page: nothing on it stands untranslated."""
    cast.wang.locale = "en"
    wang = as_user(cast.wang)
    assert wang.submit(about(deal), summary="谈").status_code == 422
    wang.submit(about(deal), summary="谈", next_step="再谈", place="杭州", files=(BytesIO(b"x"), "n.txt"))
    wang.submit(f"/contacts/{the_log().id}/correct", summary="细谈", kind="visit")
    for url in ("/contacts/new", f"/contacts/{the_log().id}", f"/contacts/{the_log().id}/correct",
                f"/contacts/timeline?deal_id={deal.id}", "/contacts/new?q=衢"):  # fmt: skip
        assert wang.see(url).lang == "en"


def test_anothers_contact_does_not_put_the_units_own_next_step_away(
    cast: Any, as_user: AsUser, firm: Any
) -> None:
    firm.follow_unit_id, firm.follow_user_id = cast.li.unit_id, cast.li.id
    firm.next_step, firm.next_due_on = "镇里请他来看厂房", dt.date(2013, 8, 1)
    db.session.commit()
    answer = as_user(cast.wang).submit(about(firm), summary="路上遇到，聊了聊", next_step="再约")
    assert answer.status_code == 303
    assert (firm.next_step, firm.next_due_on) == ("镇里请他来看厂房", dt.date(2013, 8, 1))
    assert firm.last_contact_at is not None
    assert logs()[-1].next_step == "再约"
