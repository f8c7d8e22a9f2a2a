"""What people type about how somebody is reached is masked wherever a log is told, and shown in return for a line."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from crm.audit.models import Event
from crm.audit.trail import recording
from crm.contacts.actions import search_fields
from crm.db import db
from crm.deals.models import StageMove
from crm.deals.stages import MoveKind, Stage
from crm.lib import clock
from crm.search import index
from tests.cast import make_contact, make_deal, make_enterprise, make_lead

AsUser = Callable[..., Any]
FULL = ("13957000001", "zhou_ming88", "zhou@quzhou.example")
HALF = "139****0001"


@pytest.fixture
def log(cast: Any) -> Any:
    firm = make_enterprise("杭州衢澜精密机械有限公司", by=cast.wang)
    deal = make_deal("数控机床项目", by=cast.wang, enterprise=firm)
    one = make_contact(
        f"要三十亩地，周总手机{FULL[0]}，微信 {FULL[1]}", by=cast.wang, enterprise=firm, deal=deal,
        place=f"听电话 {FULL[0]}", their_people=f"周总 {FULL[0]}", next_step=f"发材料到 {FULL[2]}",
    )  # fmt: skip
    db.session.add(StageMove(deal=deal, kind=MoveKind.HELD, from_stage=Stage.INTENDED, to_stage=Stage.INTENDED,
                             on_day=clock.today(), actor=cast.wang, reason=f"等周总 {FULL[0]} 的回话"))  # fmt: skip
    with recording("contact.corrected", one, actor=cast.wang):
        one.summary += "。"
    index.put("contact_log", one.id, search_fields(one))
    db.session.commit()
    return one


def shows(page: Any) -> list[bool]:
    return [word in page.html for word in FULL]


def revealed(page: Any, answer: Any, client: Any) -> list[bool]:
    assert not any(shows(page)) and HALF in page.text
    return shows(client.follow(answer).page)


def trail() -> list[tuple[str, int, str]]:
    rows = sa.select(Event).where(Event.verb == "handle.revealed").order_by(Event.id)
    return [(one.noun, one.record_id, one.actor_name) for one in db.session.scalars(rows)]


def test_the_log_is_masked_until_it_is_asked_for(cast: Any, as_user: AsUser, log: Any) -> None:
    wang, here = as_user(cast.wang), f"/contacts/{log.id}"
    assert not any(shows(wang.see(here))) and trail() == []
    answer = wang.press(here, f"{here}/reveal")
    shown = wang.follow(answer).page
    assert shows(shown) == [True] * 3 and HALF not in shown.text
    assert trail() == [("contact_log", log.id, "王专员")]
    assert not any(shows(as_user(cast.chen).see(answer.went_to)))  # the ticket is hers alone
    with clock.freeze(clock.now() + clock.dt.timedelta(minutes=6)):
        assert not any(shows(wang.see(answer.went_to)))
    for forged in ("0", "999999", "x", "１", "1" * 30):
        assert not any(shows(wang.see(f"{here}?revealed={forged}")))


@pytest.mark.parametrize("noun", ["deal", "enterprise"])
def test_the_timeline_is_masked_and_shown_on_the_records_page(
    cast: Any, as_user: AsUser, log: Any, noun: str
) -> None:
    record_id = getattr(log, f"{noun}_id")
    wang, here = as_user(cast.wang), f"/{noun}s/{record_id}"
    act = f"/contacts/timeline/reveal?{noun}_id={record_id}"
    assert revealed(wang.see(here), wang.press(here, act), wang) == [True] * 3
    whole = f"/contacts/timeline?{noun}_id={record_id}"
    assert revealed(wang.see(whole), wang.press(whole, f"{act}&whole=1"), wang) == [True] * 3
    assert trail() == [(noun, record_id, "王专员")] * 2


def test_another_units_log_stays_masked_on_a_record_of_mine(cast: Any, as_user: AsUser, log: Any) -> None:
    log.deal.unit_id, log.deal.owner_id = cast.li.unit_id, cast.li.id
    lis = make_contact(f"镇里也打了{FULL[0]}", by=cast.wang, enterprise=log.enterprise)
    lis.unit_id, lis.author_id = cast.li.unit_id, cast.li.id
    db.session.commit()
    wang = as_user(cast.wang)
    page = wang.follow(
        wang.press(
            f"/enterprises/{log.enterprise_id}",
            f"/contacts/timeline/reveal?enterprise_id={log.enterprise_id}",
        )
    ).page
    assert f"镇里也打了{HALF}" in page.text and f"周总手机{FULL[0]}" in page.text
    assert wang.post(f"/contacts/{lis.id}/reveal", data={"csrf_token": wang.token()}).status_code == 403


def test_who_may_not_is_refused_and_a_stranger_finds_nothing(cast: Any, as_user: AsUser, log: Any) -> None:
    acts = (f"/contacts/{log.id}/reveal", f"/contacts/timeline/reveal?deal_id={log.deal_id}")
    for user, status in ((cast.zheng, 403), (cast.li, 404)):
        client = as_user(user)
        token = client.token()
        for act in acts:
            assert client.post(act, data={"csrf_token": token}).status_code == status, (user.name, act)
            assert client.get(act).status_code in (404, 405)
    page = as_user(cast.zheng).see(f"/contacts/{log.id}")
    assert "显示隐去的联系方式" not in page.text and not any(shows(page))
    assert trail() == []


def test_nothing_to_hide_asks_nothing(cast: Any, as_user: AsUser, log: Any) -> None:
    plain = make_contact("谈了土地", by=cast.wang, lead=make_lead("有意投资", by=cast.wang))
    db.session.commit()
    wang = as_user(cast.wang)
    for url in (f"/contacts/{plain.id}", f"/leads/{plain.lead_id}"):
        assert "显示隐去的联系方式" not in wang.see(url).text


@pytest.mark.parametrize("url", ["/find?q=三十亩", "/suggest?q=三十亩", "/find?q=材料", "/contacts/new"])
def test_a_snippet_is_masked(cast: Any, as_user: AsUser, log: Any, url: str) -> None:
    page = as_user(cast.wang).see(url)
    assert not any(shows(page)) and ("****" in page.text), page.text
