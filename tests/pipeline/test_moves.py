"""Moving a deal: forward through its gates, back, held, lapsed, resumed, undone; who may; two at once."""

from __future__ import annotations

import datetime as dt
import threading
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
import sqlalchemy as sa

from crm.audit.models import Event
from crm.db import db
from crm.deals.models import Deal, StageMove
from crm.deals.stages import AgreementKind, AmountBasis, DealState, MoveKind, Stage
from crm.files.models import StoredFile
from crm.lib import clock
from crm.lib.errors import Refused
from crm.merchants.models import Direction
from crm.pipeline import actions
from tests.deals.make import SIGNING, TODAY, make_contact, make_deal, make_enterprise, ready_to_sign

JSON = {"Accept": "application/json"}


def moves(deal: Deal) -> list[StageMove]:
    return list(db.session.scalars(sa.select(StageMove).filter_by(deal_id=deal.id).order_by(StageMove.id)))


def verbs() -> list[str]:
    return list(db.session.scalars(sa.select(Event.verb).where(Event.noun == "deal").order_by(Event.id)))


def token_of(client: Any) -> str:
    return client.see("/deals/new").all("input", name="csrf_token")[0].get("value")


def drop(client: Any, deal: Deal, to: str, version: int | None = None, **kwargs: Any) -> Any:
    data = {"csrf_token": token_of(client), "to_stage": to, "version": str(version or deal.version)}
    return client.post(f"/deals/{deal.id}/move", data=data, headers=JSON, **kwargs)


# --- forward ----------------------------------------------------------------------------------------------


def test_the_page_asks_only_for_what_is_missing_and_signs_with_it(cast: Any, as_user: Any) -> None:
    deal = ready_to_sign("恒远屿项目", cast.wang)
    deal.agreed_wan = Decimal(9_000)
    wang = as_user(cast.wang)
    url = f"/deals/{deal.id}/advance"
    page = wang.see(url)
    names = {one.get("name") for one in page.all("input") + page.all("select") + page.all("textarea")}
    asked = names & {
        "investor", "content", "direction", "planned_wan", "agreed_wan", "signed_on", "agreement_kind", "admission",
        "local_company", "on_day", "evidence", "files",
    }  # fmt: skip
    assert asked == {"signed_on", "agreement_kind", "evidence", "files"}
    answer = wang.submit(
        url,
        _to=url,
        signed_on="2013-07-20",
        agreement_kind="investment",
        evidence="协议编号 2013-07",
        files=(BytesIO(b"%PDF-1.4 scan"), "协议.pdf"),
    )
    assert answer.went_to == f"/deals/{deal.id}"
    assert (deal.stage, deal.signed_on, deal.stage_since) == (
        Stage.SIGNED,
        dt.date(2013, 7, 20),
        dt.date(2013, 7, 20),
    )
    assert deal.amount_basis is AmountBasis.AGREEMENT
    move = moves(deal)[-1]
    assert (move.kind, move.from_stage, move.to_stage, move.actor_id) == (
        MoveKind.ADVANCED, Stage.NEGOTIATING, Stage.SIGNED, cast.wang.id,
    )  # fmt: skip
    assert move.on_day == dt.date(2013, 7, 20) and move.evidence == "协议编号 2013-07"
    file = db.session.scalars(sa.select(StoredFile)).one()
    assert (file.noun, file.record_id, file.name) == ("stage_move", move.id, "协议.pdf")
    assert verbs()[-1] == "deal.advanced"
    assert "已推进到签约" in wang.get(answer.went_to).said


@pytest.mark.on("sqlite")
@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"signed_on": ""}, "请填签约日期"),
        ({"signed_on": "2013-07-26"}, "日期还没有到"),
        ({"signed_on": "2013-13-01"}, "没有“2013-13-01”这一天"),
        ({"agreement_kind": "framework"}, "框架协议和补充协议不算签约"),
        ({"agreement_kind": "sorcery"}, "没有这个选项"),
        ({"agreed_wan": "0"}, "请填协议引资"),
        ({"agreed_wan": "-1"}, "金额不能是负数"),
        ({"evidence": ""}, "请写明签约依据"),
        ({"evidence": "长" * 2001}, "最多 2000 个字"),
        ({"evidence": "", "files": (BytesIO(b""), "空.pdf")}, "附件是空的"),
        ({"files": (BytesIO(b"MZ"), "病毒.exe")}, "不收这种附件"),
    ],
)
def test_a_refused_move_keeps_what_was_typed_and_changes_nothing(
    cast: Any, as_user: Any, typed: dict[str, Any], said: str
) -> None:
    deal = ready_to_sign("项目", cast.wang)
    url = f"/deals/{deal.id}/advance"
    good = {
        "signed_on": "2013-07-20",
        "agreement_kind": "investment",
        "agreed_wan": "8888",
        "evidence": "协议编号七",
    }
    answer = as_user(cast.wang).submit(url, _to=url, **(good | typed))
    assert answer.status_code == 422 and said in answer.said
    body = answer.get_data(as_text=True)
    assert ("8888" in body) or "agreed_wan" in typed
    assert deal.stage is Stage.NEGOTIATING and deal.signed_on is None and len(moves(deal)) == 1
    assert db.session.scalar(sa.select(sa.func.count()).select_from(StoredFile)) == 0


def test_all_that_is_missing_is_said_at_once(cast: Any, as_user: Any) -> None:
    deal = make_deal("空项目", cast.wang)
    answer = as_user(cast.wang).submit(f"/deals/{deal.id}/advance?to=signed", _to=f"/deals/{deal.id}/advance")
    assert answer.status_code == 422
    for said in (
        "请填主投资方",
        "还没有沟通记录",
        "请填总投资",
        "请选招商方向",
        "请写项目内容",
        "请填签约日期",
        "请选协议类型",
        "决策咨询还没有准予",
    ):
        assert said in answer.said
    assert deal.stage is Stage.INTENDED


def test_stages_may_be_skipped_when_every_gate_on_the_way_is_met(cast: Any) -> None:
    deal = ready_to_sign("项目", cast.wang, stage=Stage.INTENDED)
    move = actions.advance(deal, Stage.SIGNED, dict(SIGNING), actor=cast.wang)
    assert (move.from_stage, move.to_stage) == (Stage.INTENDED, Stage.SIGNED)


def test_the_whole_way_to_capacity(cast: Any) -> None:
    deal = make_deal("项目", cast.wang)
    firm = make_enterprise("恒远屿", cast.wang)
    make_contact(cast.wang, deal_id=deal.id)
    actions.advance(deal, Stage.NEW_TALKS, {"enterprise_id": firm.id}, actor=cast.wang)
    talks = {"planned_wan": Decimal(500), "direction": Direction.TOURISM, "content": "民宿"}
    with pytest.raises(actions.NotYet, match="再记一次洽谈"):
        actions.advance(deal, Stage.NEGOTIATING, talks, actor=cast.wang)
    make_contact(cast.wang, deal_id=deal.id)
    actions.advance(deal, Stage.NEGOTIATING, talks, actor=cast.wang)
    assert deal.amount_basis is AmountBasis.TALKS
    with pytest.raises(actions.NotYet, match="决策咨询"):
        actions.advance(deal, Stage.SIGNED, dict(SIGNING), actor=cast.wang)
    from crm.deals.stages import Admission

    actions.advance(deal, Stage.SIGNED, {**SIGNING, "admission": Admission.CONDITIONAL}, actor=cast.wang)
    actions.advance(deal, Stage.LANDED, {"local_company": "衢州恒远屿有限公司"}, actor=cast.wang)
    with pytest.raises(actions.NotYet, match="开工依据"):
        actions.advance(deal, Stage.STARTED, {}, actor=cast.wang)
    for stage in (Stage.STARTED, Stage.PRODUCING, Stage.AT_CAPACITY):
        actions.advance(deal, stage, {"evidence": "现场照片"}, actor=cast.wang)
    assert deal.stage is Stage.AT_CAPACITY and not deal.is_open
    assert [move.to_stage for move in moves(deal)] == list(Stage)
    with pytest.raises(Refused):
        actions.advance(deal, Stage.STARTED, {}, actor=cast.wang)


def test_a_later_stage_does_not_count_for_a_day_before_the_signing(cast: Any) -> None:
    deal = ready_to_sign("项目", cast.wang)
    actions.advance(deal, Stage.SIGNED, dict(SIGNING), actor=cast.wang)
    early = {"local_company": "公司", "on_day": TODAY - dt.timedelta(days=1)}
    with pytest.raises(Refused, match="不能早于签约日期") as refused:
        actions.advance(deal, Stage.LANDED, early, actor=cast.wang)
    assert refused.value.field == "on_day"


def test_landing_without_a_code_is_warned_about_and_done(cast: Any, as_user: Any) -> None:
    deal = ready_to_sign("项目", cast.wang)
    actions.advance(deal, Stage.SIGNED, dict(SIGNING), actor=cast.wang)
    url = f"/deals/{deal.id}/advance"
    wang = as_user(cast.wang)
    answer = wang.submit(url, _to=url, local_company="衢州恒远屿有限公司")
    assert "还没有填项目公司的统一社会信用代码" in wang.follow(answer).said
    assert deal.stage is Stage.LANDED


def test_a_contact_about_its_lead_or_its_investor_counts(cast: Any) -> None:
    firm = make_enterprise("恒远屿", cast.wang)
    deal = make_deal("项目", cast.wang, enterprise_id=firm.id)
    other = make_deal("别的项目", cast.wang)
    make_contact(cast.wang, enterprise_id=firm.id, deal_id=other.id)
    with pytest.raises(actions.NotYet, match="沟通记录"):
        actions.advance(deal, Stage.NEW_TALKS, {}, actor=cast.wang)
    make_contact(cast.wang, enterprise_id=firm.id)
    actions.advance(deal, Stage.NEW_TALKS, {}, actor=cast.wang)


# --- back, hold, lapse, resume -----------------------------------------------------------------------------


def test_back_before_the_signing_the_signing_no_longer_stands(cast: Any, as_user: Any) -> None:
    deal = ready_to_sign("项目", cast.wang)
    actions.advance(deal, Stage.SIGNED, dict(SIGNING), actor=cast.wang)
    url = f"/deals/{deal.id}/return"
    wang = as_user(cast.wang)
    refused = wang.submit(url, _to=url, reason="  ")
    assert refused.status_code == 422 and "请填写原因" in refused.said and deal.stage is Stage.SIGNED
    forward = wang.submit(url, _to=url, to_stage="new_talks", reason="对方要重谈条款")
    assert forward.status_code == 303
    assert (deal.stage, deal.signed_on, deal.agreement_kind) == (Stage.NEW_TALKS, None, None)
    assert moves(deal)[-1].reason == "对方要重谈条款" and verbs()[-1] == "deal.returned"


@pytest.mark.on("sqlite")
def test_back_to_a_later_stage_is_not_on_offer(cast: Any, as_user: Any) -> None:
    deal = make_deal("项目", cast.wang, stage=Stage.NEW_TALKS)
    url = f"/deals/{deal.id}/return"
    answer = as_user(cast.wang).submit(url, _to=url, to_stage="signed", reason="不对")
    assert answer.status_code == 422 and deal.stage is Stage.NEW_TALKS


@pytest.mark.parametrize(("act", "state"), [("hold", DealState.HELD), ("lapse", DealState.LAPSED)])
def test_a_deal_stops_with_a_reason_and_goes_on_with_a_next_step(
    cast: Any, as_user: Any, act: str, state: DealState
) -> None:
    deal = make_deal("项目", cast.wang)
    wang = as_user(cast.wang)
    url = f"/deals/{deal.id}/{act}"
    assert wang.submit(url, _to=url, reason="").status_code == 422
    assert wang.submit(url, _to=url, reason="等土地指标").status_code == 303
    assert (deal.state, deal.state_reason, deal.state_since, deal.stage) == (
        state,
        "等土地指标",
        TODAY,
        Stage.INTENDED,
    )
    assert "等土地指标" in wang.see(f"/deals/{deal.id}").text
    advance = wang.get(f"/deals/{deal.id}/advance")
    assert advance.went_to == f"/deals/{deal.id}", "it has to be resumed first"
    url = f"/deals/{deal.id}/resume"
    assert wang.submit(url, _to=url, next_step="").status_code == 422
    assert wang.submit(url, _to=url, next_step="再约时间", next_due_on="2013-07-01").status_code == 422
    assert wang.submit(url, _to=url, next_step="再约时间", next_due_on="2013-08-01").status_code == 303
    assert (deal.state, deal.state_reason, deal.next_step) == (DealState.ACTIVE, "", "再约时间")
    assert verbs()[-2:] == [f"deal.{state.value}", "deal.resumed"]
    assert [move.kind for move in moves(deal)] == [MoveKind.CREATED, MoveKind(state.value), MoveKind.RESUMED]


# --- undo -------------------------------------------------------------------------------------------------


def test_undoing_restores_stage_days_and_facts_and_deletes_nothing(cast: Any, as_user: Any) -> None:
    deal = ready_to_sign("项目", cast.wang)
    before = deal.snapshot()
    move = actions.advance(deal, Stage.SIGNED, dict(SIGNING), actor=cast.wang)
    db.session.commit()
    wang = as_user(cast.wang)
    wang.press(f"/deals/{deal.id}", f"/moves/{move.id}/undo")
    assert deal.snapshot() == before
    assert [one.kind for one in moves(deal)] == [MoveKind.CREATED, MoveKind.ADVANCED, MoveKind.UNDONE]
    assert move.undone and verbs()[-2:] == ["deal.advanced", "deal.undone"]
    again = wang.post(f"/moves/{move.id}/undo", data={"csrf_token": token_of(wang)}, headers=JSON)
    assert again.status_code == 422 and "不是最后一步" in again.json["message"]


@pytest.mark.parametrize("act", ["hold", "lapse", "return_", "resume"])
def test_every_kind_of_move_can_be_undone(cast: Any, act: str) -> None:
    deal = make_deal("项目", cast.wang, stage=Stage.NEW_TALKS, stage_since=dt.date(2013, 7, 1))
    if act == "resume":
        actions.hold(deal, "等", actor=cast.wang)
    before = deal.snapshot()
    if act == "return_":
        move = actions.return_(deal, Stage.INTENDED, "重来", actor=cast.wang)
    elif act == "resume":
        move = actions.resume(deal, "再约", dt.date(2013, 8, 1), actor=cast.wang)
    else:
        move = getattr(actions, act)(deal, "有原因", actor=cast.wang)
    assert deal.snapshot() != before
    actions.undo(move, actor=cast.wang)
    assert deal.snapshot() == before


def test_only_the_last_move_by_whoever_made_it_within_a_day(cast: Any) -> None:
    deal = ready_to_sign("项目", cast.wang)
    first = actions.advance(deal, Stage.SIGNED, dict(SIGNING), actor=cast.wang)
    with pytest.raises(Refused, match="移动的人自己"):
        actions.undo(first, actor=cast.chen)
    with (
        clock.freeze(clock.now() + dt.timedelta(days=1, minutes=1)),
        pytest.raises(Refused, match="过了一天"),
    ):
        actions.undo(first, actor=cast.wang)
    actions.advance(deal, Stage.LANDED, {"local_company": "公司"}, actor=cast.wang)
    with pytest.raises(Refused, match="不是最后一步"):
        actions.undo(first, actor=cast.wang)


def test_undoing_leaves_what_somebody_has_changed_since(cast: Any) -> None:
    deal = ready_to_sign("项目", cast.wang)
    move = actions.advance(deal, Stage.SIGNED, dict(SIGNING), actor=cast.wang)
    deal.agreed_wan = Decimal(7_777)
    actions.undo(move, actor=cast.wang)
    assert (deal.stage, deal.signed_on, deal.agreed_wan) == (Stage.NEGOTIATING, None, Decimal(7_777))


def test_undoing_takes_back_amounts_that_the_database_writes_with_its_own_digits(cast: Any) -> None:
    """Typed and kept as "10000.00", read again as 10000: the same amount."""
    deal = ready_to_sign("项目", cast.wang, agreed_wan=Decimal(8_000))
    typed = SIGNING | {"agreed_wan": Decimal("10000.00")}
    move = actions.advance(deal, Stage.SIGNED, typed, actor=cast.wang)
    db.session.commit()
    db.session.expire_all()
    assert str(deal.agreed_wan) != move.before["agreed_wan"][1], "else this tests nothing"
    actions.undo(move, actor=cast.wang)
    assert (deal.stage, deal.agreed_wan) == (Stage.NEGOTIATING, Decimal(8_000))


def test_a_deal_that_was_never_moved_has_nothing_to_undo(cast: Any) -> None:
    deal = make_deal("项目", cast.wang)
    with pytest.raises(Refused):
        actions.undo(moves(deal)[0], actor=cast.wang)


# --- the card is dropped -------------------------------------------------------------------------------------


def test_a_card_with_all_its_facts_moves_at_once_and_offers_undo(cast: Any, as_user: Any) -> None:
    deal = ready_to_sign("项目", cast.wang, stage=Stage.INTENDED)
    wang = as_user(cast.wang)
    answer = drop(wang, deal, "new_talks")
    assert answer.status_code == 200 and answer.json["ok"]
    assert deal.stage is Stage.NEW_TALKS
    assert answer.json["lanes"]["new_talks"] == {"count": 1, "sum": "1.20亿元", "overdue": ""}
    assert answer.json["lanes"]["intended"]["count"] == 0
    assert (
        f'id="deal-{deal.id}"' in answer.json["html"]
        and f'data-version="{deal.version}"' in answer.json["html"]
    )
    undone = wang.post(answer.json["undo_url"], data={"csrf_token": token_of(wang)}, headers=JSON)
    assert undone.json["ok"] and deal.stage is Stage.INTENDED


def test_a_card_that_lacks_something_is_led_to_the_page_that_asks(cast: Any, as_user: Any) -> None:
    deal = make_deal("项目", cast.wang)
    wang = as_user(cast.wang)
    answer = drop(wang, deal, "signed", query_string={"owner": "me"})
    assert not answer.json["ok"] and deal.stage is Stage.INTENDED and len(moves(deal)) == 1
    page = wang.see(answer.json["needs_url"])
    assert page.h1 == "推进到签约"
    assert any("/board?owner=me" in link for link in page.links), "cancelling leads back to the same board"
    later = make_deal("后面的", cast.wang, stage=Stage.NEGOTIATING)
    back = drop(wang, later, "intended")
    assert wang.see(back.json["needs_url"]).h1 == "退回"


@pytest.mark.on("sqlite")
@pytest.mark.parametrize(
    ("to", "version", "status", "said"),
    [
        ("nowhere", None, 422, "没有这个阶段"),
        ("intended", None, 422, "已经在意向"),
        ("new_talks", 99, 409, "别人刚刚改过"),
    ],
)
def test_a_drop_that_cannot_be_is_refused_in_words(
    cast: Any, as_user: Any, to: str, version: int | None, status: int, said: str
) -> None:
    deal = make_deal("项目", cast.wang)
    answer = drop(as_user(cast.wang), deal, to, version)
    assert answer.status_code == status and said in answer.json["message"] and answer.json["ok"] is False


def test_the_menu_of_a_card_works_without_script(cast: Any, as_user: Any) -> None:
    deal = ready_to_sign("项目", cast.wang, stage=Stage.INTENDED)
    wang = as_user(cast.wang)
    answer = wang.submit("/board?owner=me", _to=f"/deals/{deal.id}/move", _button=("to_stage", "new_talks"))
    assert answer.went_to == "/board?owner=me"
    assert deal.stage is Stage.NEW_TALKS
    assert "已从意向移到新谈" in wang.follow(answer).said


# --- who may ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("act", ["advance", "return", "hold", "lapse"])
def test_a_promoter_moves_his_own_a_manager_the_units_others_none(cast: Any, as_user: Any, act: str) -> None:
    mine = make_deal("我的", cast.wang, stage=Stage.NEW_TALKS)
    his = make_deal("他的", cast.chen, stage=Stage.NEW_TALKS)
    assert as_user(cast.wang).get(f"/deals/{mine.id}/{act}").status_code == 200
    assert as_user(cast.wang).get(f"/deals/{his.id}/{act}").status_code == 403
    assert as_user(cast.chen).get(f"/deals/{mine.id}/{act}").status_code == 200
    assert as_user(cast.admin).get(f"/deals/{mine.id}/{act}").status_code == 200
    for reader in (cast.zheng, cast.zhou):
        assert as_user(reader).get(f"/deals/{mine.id}/{act}").status_code == 403
    assert as_user(cast.li).get(f"/deals/{mine.id}/{act}").status_code == 404
    assert mine.stage is Stage.NEW_TALKS and len(moves(mine)) == 1, "opening a page moves nothing"


def test_a_drop_and_an_undo_ask_for_the_same_right(cast: Any, as_user: Any) -> None:
    deal = ready_to_sign("项目", cast.wang, stage=Stage.INTENDED)
    move = actions.advance(deal, Stage.NEW_TALKS, {}, actor=cast.wang)
    db.session.commit()
    li = as_user(cast.li)
    assert drop(li, deal, "negotiating").status_code == 404
    assert (
        li.post(f"/moves/{move.id}/undo", data={"csrf_token": token_of(li)}, headers=JSON).status_code == 404
    )
    chen = as_user(cast.chen)
    refused = chen.post(f"/moves/{move.id}/undo", data={"csrf_token": token_of(chen)}, headers=JSON)
    assert refused.status_code == 422 and deal.stage is Stage.NEW_TALKS


# --- two at once ------------------------------------------------------------------------------------------


def test_two_people_move_the_same_deal_at_once_and_exactly_one_wins(cast: Any, as_user: Any) -> None:
    deal = ready_to_sign("项目", cast.wang, stage=Stage.INTENDED)
    make_contact(cast.wang, deal_id=deal.id, summary="第二轮洽谈")
    people = [as_user(cast.wang), as_user(cast.chen)]
    requests = [
        (client, {"csrf_token": token_of(client), "to_stage": to, "version": str(deal.version)})
        for client, to in zip(people, ("new_talks", "negotiating"), strict=True)
    ]
    id, url = deal.id, f"/deals/{deal.id}/move"
    db.session.commit()
    gate, statuses = threading.Barrier(2), []

    def run(client: Any, data: dict[str, str]) -> None:
        gate.wait()
        statuses.append(client.post(url, data=data, headers=JSON).status_code)

    threads = [threading.Thread(target=run, args=request) for request in requests]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [200, 409]
    db.session.expire_all()
    moved = db.session.get_one(Deal, id)
    assert moved.stage in (Stage.NEW_TALKS, Stage.NEGOTIATING)
    assert len(moves(moved)) == 2


def test_a_form_opened_before_somebody_else_moved_it_is_stale(cast: Any, as_user: Any) -> None:
    from tests.support.client import find_form, values_of

    deal = ready_to_sign("项目", cast.wang)
    wang = as_user(cast.wang)
    url = f"/deals/{deal.id}/advance"
    data = values_of(find_form(wang.see(url), url, url)) | {
        "signed_on": "2013-07-20", "agreement_kind": AgreementKind.INVESTMENT.value, "agreed_wan": "1", "evidence": "协议",
    }  # fmt: skip
    deal.content = "别人改过的内容"
    db.session.commit()
    answer = wang.post(f"{url}?to=signed", data=data)
    assert answer.status_code == 409 and "别人" in answer.said and deal.stage is Stage.NEGOTIATING
