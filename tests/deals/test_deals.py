"""A deal's pages: works, recorded, refused politely, 403 for those who may not, 404 for strangers."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from crm.audit.models import Event
from crm.db import WrittenOnce, db
from crm.deals import queries
from crm.deals.models import Deal, PartyRole, StageMove
from crm.deals.stages import Admission, DealState, MoveKind, Stage
from crm.leads.models import LeadState
from crm.search import index
from tests.deals.make import TODAY, make_deal, make_enterprise, make_lead
from tests.support.statements import count_statements

NEXT = {"next_step": "看地块", "next_due_on": "2013-08-01"}


def events(verb: str) -> list[Event]:
    return list(db.session.scalars(sa.select(Event).filter_by(verb=verb).order_by(Event.id)))


def deals() -> list[Deal]:
    return list(db.session.scalars(sa.select(Deal).order_by(Deal.id)))


def test_a_new_deal_begins_at_intended_and_is_first_reported_by_who_opens_it(cast: Any, as_user: Any) -> None:
    firm = make_enterprise("杭州恒远屿科技有限公司", cast.wang)
    wang = as_user(cast.wang)
    answer = wang.submit(
        "/deals/new",
        name="恒远屿精密项目",
        investor="杭州恒远屿科技有限公司",
        planned_wan="1.2亿",
        land_mu="６０",
        **NEXT,
    )
    deal = deals()[0]
    assert answer.went_to == f"/deals/{deal.id}"
    assert (deal.stage, deal.enterprise_id, deal.planned_wan, deal.land_mu) == (
        Stage.INTENDED, firm.id, Decimal(12_000), Decimal(60),
    )  # fmt: skip
    assert (deal.owner_id, deal.unit_id, deal.first_report_unit_id) == (
        cast.wang.id, cast.wang.unit_id, cast.wang.unit_id,
    )  # fmt: skip
    assert [move.kind for move in deal.moves] == [MoveKind.CREATED]
    assert events("deal.created")[0].record_id == deal.id
    page = wang.see(answer.went_to)
    assert "恒远屿精密项目" in page.text and "1.20亿元" in page.text and "客商意向" in page.text
    assert deal.id in db.session.scalars(index.matching("deal", "hyyjm")).all()
    assert deal.id in db.session.scalars(index.matching("deal", "远屿科技")).all(), (
        "by its investor's name too"
    )


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"name": ""}, "请填写项目名称"),
        ({"name": "  \u3000 "}, "请填写项目名称"),
        ({"name": "长" * 10_000}, "最多 200 个字"),
        ({"planned_wan": "-5"}, "金额不能是负数"),
        ({"planned_wan": "甲乙丙"}, "看不懂金额"),
        ({"planned_wan": "100", "fixed_asset_wan": "101"}, "固定资产投资不能大于总投资"),
        ({"land_mu": "-3"}, "不能是负数"),
        ({"land_mu": "NaN"}, "看不懂面积"),
        ({"next_step": ""}, "请填写下一步"),
        ({"next_due_on": ""}, "请填写下一步日期"),
        ({"next_due_on": "2013-02-30"}, "没有“2013-02-30”这一天"),
        ({"next_due_on": "2013-07-24"}, "下一步的日期已经过了"),
        ({"expected_sign_on": "0000-00-00"}, "没有“0000-00-00”这一天"),
        ({"investor": "没有这家企业"}, "资源库里没有这家企业"),
        ({"direction": "魔法"}, "没有这个选项"),
        ({"unit_id": "999999"}, "没有这个选项"),
        ({"owner_id": "abc"}, None),
    ],
)
@pytest.mark.on("sqlite")
def test_bad_input_is_named_kept_and_changes_nothing(
    cast: Any, as_user: Any, typed: dict[str, str], said: str | None
) -> None:
    wang = as_user(cast.wang)
    wang_values = {"name": "㐀䶮项目😀", **NEXT, **typed}
    answer = wang.submit("/deals/new", **wang_values)
    if said is None:
        assert answer.status_code == 303, "a word instead of an id is nobody"
        return
    assert answer.status_code == 422
    assert said in answer.said
    assert not deals()
    if len(wang_values["name"].strip()) and "name" not in typed:
        assert wang_values["name"] in answer.get_data(as_text=True)


def test_control_and_direction_marks_are_taken_out_of_what_is_typed(cast: Any, as_user: Any) -> None:
    as_user(cast.wang).submit("/deals/new", name="\u202e恒\x00远屿\u200b项目", **NEXT)
    assert deals()[0].name == "恒远屿项目"


def test_another_units_id_is_not_on_offer(cast: Any, as_user: Any) -> None:
    wang = as_user(cast.wang)
    page = wang.see("/deals/new")
    token = page.one("input", name="once").get("value")
    answer = wang.post(
        "/deals/new",
        data={
            "csrf_token": wang.token() if hasattr(wang, "token") else page.all("input", name="csrf_token")[0].get("value"),
            "once": token, "name": "偷换单位", "unit_id": str(cast.li.unit_id), "amount_basis": "wish",
            "source_scope": "out_of_province", **NEXT,
        },
    )  # fmt: skip
    assert answer.status_code == 422 and not deals()


def test_a_name_that_is_nearly_an_enterprises_offers_the_ones_that_come_near(cast: Any, as_user: Any) -> None:
    firm = make_enterprise("杭州恒远屿科技有限公司", cast.wang)
    make_enterprise("温州恒远屿科技有限公司", cast.li)  # not Wang's to see
    wang = as_user(cast.wang)
    answer = wang.submit("/deals/new", name="项目", investor="恒远屿", **NEXT)
    assert answer.status_code == 422
    offered = [one.get("value") for one in answer.page.one("select", name="which").iter("option")]
    assert offered == ["", str(firm.id)]
    token = answer.page.one("input", name="once").get("value")
    data = {
        "once": token, "csrf_token": answer.page.all("input", name="csrf_token")[0].get("value"), "name": "项目",
        "investor": "恒远屿", "which": str(firm.id), "unit_id": str(cast.wang.unit_id), "amount_basis": "wish",
        "source_scope": "out_of_province", **NEXT,
    }  # fmt: skip
    assert wang.post("/deals/new", data=data).status_code == 303
    assert deals()[0].enterprise_id == firm.id


def test_sent_twice_is_done_once(cast: Any, as_user: Any) -> None:
    wang = as_user(cast.wang)
    page = wang.see("/deals/new")
    data = {
        "once": page.one("input", name="once").get("value"),
        "csrf_token": page.all("input", name="csrf_token")[0].get("value"),
        "name": "只有一个", "unit_id": str(cast.wang.unit_id), "amount_basis": "wish",
        "source_scope": "out_of_province", **NEXT,
    }  # fmt: skip
    first, second = wang.post("/deals/new", data=data), wang.post("/deals/new", data=data)
    assert first.went_to == second.went_to
    assert len(deals()) == 1


@pytest.mark.parametrize("key", ["a\x00b", "x" * 65, "<svg>"])
def test_a_key_that_is_none_of_ours_is_no_key(cast: Any, as_user: Any, key: str) -> None:
    assert as_user(cast.wang).submit("/deals/new", name="有钥匙", once=key, **NEXT).status_code == 303
    assert len(deals()) == 1


def test_what_is_asked_of_the_investors_may_be_anything(cast: Any, as_user: Any) -> None:
    assert as_user(cast.wang).get("/deals/investors?q=a%00b").status_code == 200


def test_a_second_open_deal_of_the_same_investor_needs_a_reason(cast: Any, as_user: Any) -> None:
    firm = make_enterprise("杭州恒远屿科技有限公司", cast.wang)
    make_deal("一期", cast.wang, enterprise_id=firm.id)
    wang = as_user(cast.wang)
    answer = wang.submit("/deals/new", name="二期", investor=firm.name, **NEXT)
    assert answer.status_code == 422 and "已有正在推进的项目" in answer.said and "一期" in answer.said
    data = {
        "once": answer.page.one("input", name="once").get("value"),
        "csrf_token": answer.page.all("input", name="csrf_token")[0].get("value"), "name": "二期",
        "investor": firm.name, "duplicate_reason": "另一块地上的新厂", "unit_id": str(cast.wang.unit_id),
        "amount_basis": "wish", "source_scope": "out_of_province", **NEXT,
    }  # fmt: skip
    assert wang.post("/deals/new", data=data).status_code == 303
    assert events("deal.created")[0].note == "另一块地上的新厂"


def test_an_edit_is_recorded_and_the_first_report_never_moves(cast: Any, as_user: Any) -> None:
    deal = make_deal("旧名", cast.wang)
    first = (deal.first_report_unit_id, deal.first_report_user_id, deal.first_reported_at)
    answer = as_user(cast.wang).submit(f"/deals/{deal.id}/edit", name="新名", local_uscc="12345")
    assert answer.status_code == 303
    assert deal.name == "新名" and events("deal.edited")[0].changes["name"] == ["旧名", "新名"]
    assert (deal.first_report_unit_id, deal.first_report_user_id, deal.first_reported_at) == first
    assert "信用代码应为 18 位" in as_user(cast.wang).see(f"/deals/{deal.id}").text, "warned, not refused"


def test_an_open_deal_cannot_lose_its_next_step(cast: Any, as_user: Any) -> None:
    deal = make_deal("项目", cast.wang)
    answer = as_user(cast.wang).submit(f"/deals/{deal.id}/edit", next_step="", next_due_on="")
    assert answer.status_code == 422 and "请填写下一步" in answer.said
    assert deal.next_step == "请对方来看地块"
    deal.state, deal.state_reason = DealState.HELD, "等土地指标"
    assert (
        as_user(cast.wang).submit(f"/deals/{deal.id}/edit", next_step="", next_due_on="").status_code == 303
    )
    assert deal.next_step == ""


def test_an_old_due_day_that_stays_does_not_stand_in_the_way(cast: Any, as_user: Any) -> None:
    deal = make_deal("项目", cast.wang, next_due_on=TODAY - dt.timedelta(days=9))
    assert as_user(cast.wang).submit(f"/deals/{deal.id}/edit", content="新内容").status_code == 303


def test_a_stale_edit_shows_both_values_and_keeps_what_was_typed(cast: Any, as_user: Any) -> None:
    deal = make_deal("原名", cast.wang)
    wang = as_user(cast.wang)
    page = wang.see(f"/deals/{deal.id}/edit")
    from tests.support.client import find_form, values_of

    data = values_of(find_form(page, f"/deals/{deal.id}/edit", None)) | {"name": "王的名字"}
    deal.name = "陈的名字"
    db.session.commit()
    answer = wang.post(f"/deals/{deal.id}/edit", data=data)
    assert answer.status_code == 409
    assert "陈的名字" in answer.said and "王的名字" in answer.said
    assert deal.name == "陈的名字"


def test_assigning_changes_people_and_never_the_stage(cast: Any, as_user: Any) -> None:
    deal = make_deal("项目", cast.wang, stage=Stage.NEGOTIATING)
    chen = as_user(cast.chen)
    url = f"/deals/{deal.id}/assign"
    assert chen.submit(url, owner_id=str(cast.chen.id), sponsor_id=str(cast.zhou.id)).status_code == 303
    assert (deal.owner_id, deal.sponsor_id, deal.stage) == (cast.chen.id, cast.zhou.id, Stage.NEGOTIATING)
    assert events("deal.assigned")[0].changes["sponsor_id"] == [None, cast.zhou.id]
    admin = as_user(cast.admin)
    answer = admin.submit(url, owner_id=str(cast.li.id))
    assert answer.status_code == 422 and "不在责任单位里" in answer.said and deal.owner_id == cast.chen.id
    assert admin.submit(url, owner_id=str(cast.li.id), unit_id=str(cast.li.unit_id)).status_code == 303


def test_parties_come_and_go(cast: Any, as_user: Any) -> None:
    deal, firm = make_deal("项目", cast.wang), make_enterprise("衢州示例商会", cast.wang)
    wang = as_user(cast.wang)
    assert wang.submit(f"/deals/{deal.id}/parties", investor=firm.name, role="introducer").status_code == 303
    assert [(one.enterprise_id, one.role) for one in deal.parties] == [(firm.id, PartyRole.INTRODUCER)]
    again = wang.submit(f"/deals/{deal.id}/parties", investor=firm.name, role="introducer")
    assert again.status_code == 422 and "已经是引荐方" in again.said
    party_id = deal.parties[0].id
    wang.press(f"/deals/{deal.id}", f"/deals/{deal.id}/parties/{party_id}/drop")
    assert deal.parties == []
    assert len(events("deal.edited")) == 2


def test_who_may_not_change_reads_and_who_may_not_read_finds_nothing(cast: Any, as_user: Any) -> None:
    deal = make_deal("项目", cast.wang, sponsor_id=cast.zhou.id)
    paths = ("edit", "assign", "parties")
    zheng = as_user(cast.zheng)
    zheng.see(f"/deals/{deal.id}")
    for path in paths:
        zheng.see(f"/deals/{deal.id}/{path}", 403)
    li = as_user(cast.li)
    li.see(f"/deals/{deal.id}", 404)
    li.see(f"/deals/{deal.id}/edit", 404)
    assert li.see("/deals").text.count("项目1") == 0


def test_who_only_reported_it_first_reads_but_does_not_change(cast: Any, as_user: Any) -> None:
    deal = make_deal("项目", cast.wang, first_report_unit_id=cast.li.unit_id)
    li = as_user(cast.li)
    li.see(f"/deals/{deal.id}")
    li.see(f"/deals/{deal.id}/edit", 403)


def test_access_to_a_deal_is_access_to_its_investor(cast: Any, as_user: Any) -> None:
    from crm.merchants import queries as merchants

    firm = make_enterprise("温州恒远屿科技有限公司", cast.li)
    assert db.session.scalar(merchants.visible_to(cast.wang).filter_by(id=firm.id)) is None
    make_deal("项目", cast.wang, enterprise_id=firm.id)
    assert db.session.scalar(merchants.visible_to(cast.wang).filter_by(id=firm.id)) is firm


def test_a_lead_becomes_a_deal_and_hands_on_its_first_report(cast: Any, as_user: Any) -> None:
    lead = make_lead(
        "恒远屿想建厂", cast.li, unit_id=cast.wang.unit_id, owner_id=cast.wang.id, planned_wan=Decimal(33_200),
        state=LeadState.FOLLOWED, judged_at=dt.datetime(2013, 7, 20, tzinfo=dt.UTC), company="",
    )  # fmt: skip
    wang = as_user(cast.wang)
    answer = wang.get(f"/leads/{lead.id}/convert")
    assert answer.went_to == f"/deals/new?lead_id={lead.id}"
    answer = wang.submit(answer.went_to, **NEXT)
    deal = deals()[0]
    assert answer.went_to == f"/deals/{deal.id}"
    assert (deal.name, deal.planned_wan, deal.lead_id) == ("恒远屿想建厂", Decimal(33_200), lead.id)
    assert (deal.first_report_unit_id, deal.first_report_user_id) == (cast.li.unit_id, cast.li.id)
    assert deal.first_reported_at == lead.reported_at
    assert (lead.state, lead.deal_id) == (LeadState.CONVERTED, deal.id)
    assert events("lead.converted") and events("deal.created")
    assert wang.get(f"/leads/{lead.id}/convert").status_code == 422, "once"


@pytest.mark.on("sqlite")
def test_an_unjudged_lead_cannot_become_a_deal(cast: Any, as_user: Any) -> None:
    lead = make_lead("还没研判", cast.wang)
    answer = as_user(cast.wang).get(f"/deals/new?lead_id={lead.id}")
    assert answer.status_code == 422 and "还没有研判" in answer.said


@pytest.mark.parametrize(
    ("state", "stage", "contact", "since", "idle"),
    [
        (DealState.ACTIVE, Stage.INTENDED, TODAY - dt.timedelta(days=31), TODAY, True),
        (DealState.ACTIVE, Stage.INTENDED, TODAY - dt.timedelta(days=30), TODAY, False),
        (DealState.ACTIVE, Stage.INTENDED, None, TODAY - dt.timedelta(days=31), True),
        (DealState.ACTIVE, Stage.INTENDED, None, TODAY - dt.timedelta(days=30), False),
        (DealState.HELD, Stage.INTENDED, None, TODAY - dt.timedelta(days=99), False),
        (DealState.ACTIVE, Stage.AT_CAPACITY, None, TODAY - dt.timedelta(days=99), False),
    ],
)
def test_idle_is_more_than_so_many_days_without_contact(
    cast: Any, as_user: Any, state: DealState, stage: Stage, contact: Any, since: dt.date, idle: bool
) -> None:
    at = dt.datetime.combine(contact, dt.time(1), dt.UTC) if contact else None
    deal = make_deal(
        "项目", cast.wang, state=state, state_reason="等" if state is DealState.HELD else "", stage=stage,
        last_contact_at=at, stage_since=since,
    )  # fmt: skip
    found = db.session.scalars(sa.select(Deal.id).where(queries.is_idle(30, TODAY))).all()
    assert (deal.id in found) is idle
    assert (deal.is_open and deal.idle_days(TODAY) > 30) is idle, "the row says what the query says"


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("stage=signed", ["丙"]),
        ("stage=signed&stage=intended", ["丁", "丙", "乙", "甲"]),
        ("state=held", ["乙"]),
        ("band=from_100m", ["丙"]),
        ("planned_from=5000&planned_to=9000", ["乙"]),
        ("overdue=1", ["甲"]),
        ("no_step=1", ["丁"]),
        ("idle=30", ["甲"]),
        ("idle=many", []),
        ("signed_from=2013-07-01&signed_to=2013-07-31", ["丙"]),
        ("is_return=1", ["丙"]),
        ("owner=me", ["丁", "丙", "乙", "甲"]),
        ("q=丙", ["丙"]),
        ("stage=nonsense", []),
    ],
)
def test_the_list_is_narrowed_by_its_address(cast: Any, as_user: Any, query: str, names: list[str]) -> None:
    make_deal(
        "甲", cast.wang, next_due_on=TODAY - dt.timedelta(days=1), stage_since=TODAY - dt.timedelta(days=40)
    )
    make_deal("乙", cast.wang, state=DealState.HELD, state_reason="等", planned_wan=Decimal(9000))
    make_deal("丙", cast.wang, stage=Stage.SIGNED, planned_wan=Decimal(10_000), is_return=True)
    make_deal("丁", cast.wang, next_due_on=None, next_step="")
    page = as_user(cast.wang).see(f"/deals?{query}")
    assert [row[1] for row in page.rows()] == names if names else "没有符合条件的记录" in page.text


@pytest.mark.on("sqlite")
def test_the_list_asks_the_same_number_of_questions_for_any_number_of_rows(cast: Any, as_user: Any) -> None:
    wang, counts = as_user(cast.wang), []
    for round_ in range(2):
        for number in range(1 + 11 * round_):
            firm = make_enterprise(f"企业{round_}{number}", cast.wang)
            make_deal(f"项目{round_}{number}", cast.wang, enterprise_id=firm.id, sponsor_id=cast.zhou.id)
        db.session.commit()
        with count_statements() as seen:
            wang.see("/deals")
        counts.append(len(seen))
    assert counts[0] == counts[1], counts


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("planned_wan", Decimal(-1)),
        ("fixed_asset_wan", Decimal(-1)),
        ("stage", Stage.SIGNED),
        ("state", DealState.HELD),
    ],
)
def test_the_database_itself_keeps_the_last_rules(cast: Any, column: str, value: Any) -> None:
    deal = make_deal("项目", cast.wang)
    setattr(deal, column, value)
    with pytest.raises(sa.exc.IntegrityError):
        db.session.flush()
    db.session.rollback()


def test_the_panel_on_an_enterprises_page_shows_mine_and_counts_the_others(
    cast: Any, as_user: Any, app: Any
) -> None:
    firm = make_enterprise("杭州恒远屿科技有限公司", cast.wang)
    make_deal("我们的", cast.wang, enterprise_id=firm.id)
    make_deal("他们的", cast.li, enterprise_id=firm.id)
    page = as_user(cast.wang).see(f"/enterprises/{firm.id}")
    assert "我们的" in page.text and "他们的" not in page.text and "其他单位还有 1 个项目" in page.text


def test_evidence_is_handed_to_those_who_see_the_deal(cast: Any, as_user: Any) -> None:
    from crm.files import store

    deal = make_deal("项目", cast.wang, admission=Admission.APPROVED)
    move = db.session.scalars(sa.select(StageMove).filter_by(deal_id=deal.id)).one()
    from io import BytesIO

    from werkzeug.datastructures import FileStorage

    upload = FileStorage(BytesIO(b"%PDF-1.4"), "协议.pdf")
    kept = store.attach([upload], noun="stage_move", record_id=move.id, actor_id=cast.wang.id)[0]
    db.session.commit()
    url = f"/contacts/files/{kept.id}"
    wang = as_user(cast.wang)
    assert url in wang.see(f"/deals/{deal.id}").links, "on the timeline, beside its move"
    answer = wang.get(url)
    assert answer.get_data() == b"%PDF-1.4" and "attachment" in answer.headers["Content-Disposition"]
    assert as_user(cast.li).get(url).status_code == 404


def test_nothing_changes_who_reported_a_deal_first(cast: Any) -> None:
    deal = make_deal("项目", cast.wang)
    db.session.commit()
    with pytest.raises(WrittenOnce):
        deal.first_report_unit_id = cast.li.unit_id
    with pytest.raises(WrittenOnce):
        db.session.execute(sa.update(Deal).values(first_report_unit_id=cast.li.unit_id))
    db.session.rollback()
