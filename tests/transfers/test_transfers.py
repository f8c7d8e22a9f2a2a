"""流转: proposed with a split of a hundred, taken or not by the other unit, seen by both."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from crm.audit.models import Event
from crm.db import db
from crm.deals.models import Deal
from crm.deals.stages import DealState, Stage
from crm.lib.errors import Refused
from crm.org.permissions import Role
from crm.transfers import actions, credit, queries
from crm.transfers.credit import Credit
from crm.transfers.models import Transfer, TransferState
from tests.cast import make_deal, make_user
from tests.conftest import MOMENT

TODAY = MOMENT.date()


@pytest.fixture
def deal(cast: Any) -> Deal:
    made = make_deal("恒远屿项目", by=cast.wang)
    cast.mayor = make_user("mayor", "吴镇长", Role.MANAGER, cast.li.unit)
    db.session.commit()
    return made


def offered(
    client: Any, deal: Deal, to: int, *, keeps: str = "40", gets: str = "60", why: str = "地块在航埠"
) -> Any:
    url = f"/deals/{deal.id}/transfer"
    return client.submit(
        url, _to=url, to_unit_id=str(to), reason=why, share_new=gets, **{f"share_{deal.unit_id}": keeps}
    )


def the_transfer() -> Transfer:
    return db.session.scalars(sa.select(Transfer)).one()


@pytest.mark.parametrize(
    ("shares", "good"),
    [({1: 100}, True), ({1: 40, 2: 60}, True), ({1: 0, 2: 100}, True), ({1: 50, 2: 49}, False), ({1: 101}, False),
     ({1: -1, 2: 101}, False), ({1: None, 2: 100}, False), ({}, False)],
)  # fmt: skip
def test_a_split_adds_to_a_hundred(shares: dict[int, int | None], good: bool) -> None:
    assert (credit.problem_with(shares) == "") is good


def test_a_deal_is_offered_and_taken_and_both_go_on_seeing_it(cast: Any, as_user: Any, deal: Deal) -> None:
    town, bureau = cast.li.unit_id, cast.wang.unit_id
    li = as_user(cast.li)
    assert li.get(f"/deals/{deal.id}").status_code == 404
    chen, mayor = as_user(cast.chen), as_user(cast.mayor)
    assert offered(chen, deal, town).went_to == f"/deals/{deal.id}"
    made = the_transfer()
    assert made.state is TransferState.PROPOSED and deal.unit_id == bureau, (
        "nothing changes before the answer"
    )
    assert li.get(f"/deals/{deal.id}").status_code == 200, "who is asked sees what it is about"
    assert "有 1 个项目等您接收" in mayor.see("/").text
    url = f"/transfers/{made.id}"
    assert mayor.submit(url, _to=f"{url}/accept", owner_id=str(cast.li.id)).went_to == f"/deals/{deal.id}"
    assert (deal.unit_id, deal.owner_id, deal.first_report_unit_id) == (town, cast.li.id, bureau)
    assert queries.credit_of(deal) == {bureau: 40, town: 60}
    verbs = db.session.scalars(sa.select(Event.verb).order_by(Event.id)).all()
    assert [one for one in verbs if "transfer" in one] == [
        "transfer.proposed", "deal.transferred", "transfer.accepted",
    ]  # fmt: skip
    for client in (chen, li):
        page = client.see(f"/deals/{deal.id}").text
        assert "区招商局 40%" in page and "航埠镇 60%" in page
        assert "恒远屿项目" in client.see("/transfers").text


def test_an_offer_looks_at_the_deal_as_it_is_now(cast: Any, deal: Deal) -> None:
    town, bureau = cast.li.unit_id, cast.wang.unit_id
    assert deal.state is DealState.ACTIVE
    gone_on = sa.update(Deal).values(state=DealState.LAPSED, state_reason="投资方放弃")
    db.session.execute(gone_on, execution_options={"synchronize_session": False})
    assert deal.state is DealState.ACTIVE, "as it was read"
    with pytest.raises(Refused, match="已经终止"):
        actions.propose(deal, town, "地块", {bureau: 40, town: 60}, actor=cast.chen)


def test_the_credit_is_split_again_among_three(cast: Any, deal: Deal) -> None:
    town, bureau, office = cast.li.unit_id, cast.wang.unit_id, cast.zhou.unit_id
    first = actions.propose(deal, town, "地块", {bureau: 40, town: 60}, actor=cast.chen)
    actions.accept(first, None, actor=cast.mayor)
    second = actions.propose(deal, office, "统筹", {bureau: 30, town: 30, office: 40}, actor=cast.mayor)
    actions.accept(second, None, actor=cast.admin)
    assert queries.credit_of(deal) == {bureau: 30, town: 30, office: 40} and deal.owner_id is None
    assert [one.percent for one in first.shares] == [40, 60], "what was agreed before stays as it was"


def test_what_was_declined_is_read_no_more(cast: Any, as_user: Any, deal: Deal) -> None:
    offered(as_user(cast.chen), deal, cast.li.unit_id)
    mayor, url = as_user(cast.mayor), f"/transfers/{the_transfer().id}"
    deal.planned_wan = 4321
    db.session.commit()
    assert "4,321" in mayor.see(url).text and f"/deals/{deal.id}" in mayor.see(url).links, "while he is asked"
    mayor.submit(url, _to=f"{url}/decline", answer="没有合适的地")
    page = mayor.see(url)
    assert "恒远屿项目" in page.text and "4,321" not in page.text and deal.stage.label not in page.text
    assert f"/deals/{deal.id}" not in page.links
    assert "4,321" in as_user(cast.chen).see(url).text


def test_it_is_declined_with_a_reason_and_stays(cast: Any, as_user: Any, deal: Deal) -> None:
    offered(as_user(cast.chen), deal, cast.li.unit_id)
    mayor, url = as_user(cast.mayor), f"/transfers/{the_transfer().id}"
    assert mayor.submit(url, _to=f"{url}/decline").status_code == 422
    assert mayor.submit(url, _to=f"{url}/decline", answer="没有合适的地").went_to == "/transfers"
    assert the_transfer().state is TransferState.DECLINED and deal.unit_id == cast.wang.unit_id
    assert as_user(cast.li).get(f"/deals/{deal.id}").status_code == 404
    assert "没有合适的地" in as_user(cast.chen).see(url).text


def test_it_is_withdrawn_while_it_waits_and_answered_once(cast: Any, as_user: Any, deal: Deal) -> None:
    chen = as_user(cast.chen)
    offered(chen, deal, cast.li.unit_id)
    url = f"/transfers/{the_transfer().id}"
    assert chen.press(url, f"{url}/withdraw").went_to == url
    mayor = as_user(cast.mayor)
    answer = mayor.post(f"{url}/accept", data={"csrf_token": mayor.token(), "owner_id": ""})
    assert answer.status_code == 422 and "不能再答复" in answer.said
    assert deal.unit_id == cast.wang.unit_id


@pytest.mark.on("sqlite")
@pytest.mark.parametrize(
    ("typed", "said"),
    [({"keeps": "50"}, "现在是 110"), ({"keeps": "", "gets": "100"}, "0 到 100 的整数"), ({"gets": "x"}, "0 到 100 的整数"),
     ({"why": ""}, "原因"), ({"why": "   "}, "原因")],
)  # fmt: skip
def test_a_refused_offer_keeps_what_was_typed(
    cast: Any, as_user: Any, deal: Deal, typed: dict[str, str], said: str
) -> None:
    answer = offered(as_user(cast.chen), deal, cast.li.unit_id, **typed)
    assert answer.status_code == 422 and said in answer.said
    assert ("地块在航埠" in answer.get_data(as_text=True)) == ("why" not in typed)
    assert not db.session.scalars(sa.select(Transfer)).all()


@pytest.mark.on("sqlite")
def test_one_offer_at_a_time(cast: Any, as_user: Any, deal: Deal) -> None:
    chen = as_user(cast.chen)
    offered(chen, deal, cast.li.unit_id)
    answer = offered(chen, deal, cast.zhou.unit_id)
    assert answer.status_code == 422 and "已经向航埠镇提出流转" in answer.said


@pytest.mark.on("sqlite")
def test_who_may(cast: Any, as_user: Any, deal: Deal) -> None:
    offered(as_user(cast.chen), deal, cast.li.unit_id)
    id = the_transfer().id
    for name in ("wang", "li", "zhou", "zheng"):
        client = as_user(getattr(cast, name))
        assert client.get(f"/deals/{deal.id}/transfer").status_code == 403
        for act in ("accept", "decline", "withdraw"):
            answer = client.post(f"/transfers/{id}/{act}", data={"csrf_token": client.token()})
            assert answer.status_code == 403, (name, act)
    mayor, chen = as_user(cast.mayor), as_user(cast.chen)
    assert chen.post(f"/transfers/{id}/accept", data={"csrf_token": chen.token()}).status_code == 403
    assert mayor.post(f"/transfers/{id}/withdraw", data={"csrf_token": mayor.token()}).status_code == 403
    other = make_user("stranger", "外单位", Role.MANAGER, cast.zhou.unit)
    stranger = as_user(other)
    assert stranger.get(f"/transfers/{id}").status_code == 404
    assert stranger.get(f"/deals/{deal.id}/transfer").status_code == 404
    for act in ("accept", "decline", "withdraw"):
        assert chen.get(f"/transfers/{id}/{act}").status_code == 405
    assert the_transfer().state is TransferState.PROPOSED


def test_what_was_signed_is_shared_out_and_adds_up_to_the_whole(cast: Any, as_user: Any) -> None:
    town, bureau, office = (one.unit_id for one in (cast.li, cast.wang, cast.zhou))
    mayor = make_user("mayor", "吴镇长", Role.MANAGER, cast.li.unit)
    signed = {"stage": Stage.SIGNED, "signed_on": TODAY}
    make_deal("没有流转的", by=cast.wang, planned_wan=Decimal("1000.01"), **signed)
    make_deal("没有填金额的", by=cast.li, **signed)
    shared = make_deal("流转过两次的", by=cast.wang, planned_wan=Decimal(1000), **signed)
    last_year = TODAY.replace(year=TODAY.year - 1)
    make_deal("去年签的", by=cast.wang, planned_wan=Decimal(7), stage=Stage.SIGNED, signed_on=last_year)
    make_deal("还没有签的", by=cast.wang, planned_wan=Decimal(9))
    db.session.commit()
    actions.accept(
        actions.propose(shared, town, "地块", {bureau: 40, town: 60}, actor=cast.chen), None, actor=mayor
    )
    again = actions.propose(shared, office, "统筹", {bureau: 33, town: 0, office: 67}, actor=mayor)
    year = (TODAY.replace(month=1, day=1), TODAY.replace(month=12, day=31))
    before = queries.credit_by_unit(cast.zhou, *year)
    assert before[town] == Credit(answers=2, has_part=2, deals=Decimal("1.6"), wan=Decimal(600))
    actions.accept(again, None, actor=cast.admin)
    db.session.commit()
    found = queries.credit_by_unit(cast.zhou, *year)
    assert found == {
        bureau: Credit(1, 2, Decimal("1.33"), Decimal("1330.01")),
        town: Credit(1, 1, Decimal(1), Decimal(0)),
        office: Credit(1, 1, Decimal("0.67"), Decimal(670)),
    }
    assert credit.sum_of(found.values()) == Credit(3, 4, Decimal(3), Decimal("2000.01")), "the whole, once"
    zhou = as_user(cast.zhou)
    page = zhou.see("/transfers/credit")
    assert "1,330.01" in page.text and "2,000.01" in page.text
    for url in page.links:
        if "unit=" in url and url.startswith("/transfers"):
            assert zhou.get(url).status_code == 200
    of = zhou.see(f"/transfers/credit?year={TODAY.year}&unit={bureau}").text
    assert "流转过两次的" in of and "330" in of and "1,330.01" in of and "折算 1.33 个" in of
    assert "去年签的" in zhou.see(f"/transfers/credit?year={last_year.year}&unit={bureau}").text
    assert credit.sum_of(queries.credit_by_unit(cast.li, *year).values()).answers == 2, "of what one sees"
    assert (
        zhou.get("/transfers/credit?unit=999999").status_code
        == zhou.get("/transfers/credit?unit=x").status_code
        == 404
    )
