"""名片: a vCard and its QR code are a reveal; without right and log line there is neither."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

import pytest
import sqlalchemy as sa

from crm.audit.models import Event
from crm.lib import clock
from crm.lib.words import told
from crm.merchants import card
from crm.merchants.models import Handle, HandleKind, Person
from tests.cast import make_enterprise, make_person

PHONE, DESK, WECHAT = "15400000001", "0570-1234567", "zhouyuan_88"


@pytest.fixture
def boss(cast: Any, session: Any) -> Person:
    firm = make_enterprise("杭州远屿电子有限公司; 分部", by=cast.wang)
    person = make_person("周远", by=cast.wang, at=firm, title="董事长", address="杭州市西湖区1号")
    person.handles += [
        Handle(kind=HandleKind.MOBILE, value=PHONE, digits=f"+86{PHONE}"),
        Handle(kind=HandleKind.LANDLINE, value=DESK, digits="+865701234567", extension="8001"),
        Handle(kind=HandleKind.EMAIL, value="zhou@example.com"),
        Handle(kind=HandleKind.WECHAT, value=WECHAT),
    ]
    session.commit()
    return person


def take(client: Any, person: Person) -> Any:
    return client.post(f"/people/{person.id}/card", data={"csrf_token": client.token()})


def reveals(session: Any) -> list[Event]:
    return list(session.scalars(sa.select(Event).filter_by(verb="handle.revealed").order_by(Event.id)))


def test_a_card_is_taken_shown_and_loaded_and_the_trail_says_so(
    cast: Any, session: Any, as_user: Callable[..., Any], boss: Person
) -> None:
    wang = as_user(cast.wang)
    assert PHONE not in wang.see(f"/people/{boss.id}").html
    answer = take(wang, boss)
    page = wang.follow(answer).page
    assert PHONE in page.text and "董事长" in page.text
    picture = page.one("img", alt="名片的二维码，用手机相机扫一扫存进通讯录")
    assert unquote(picture.get("src", "")).startswith("data:image/svg+xml")
    event = reveals(session)[0]
    assert (event.actor_name, event.record_id, event.noun) == ("王专员", boss.id, "person")
    assert told(event.note) == "取了名片（vCard、二维码），含 4 个联系方式"
    assert PHONE not in str(event.changes) + event.note
    link = next(one for one in page.links if one.startswith(f"/people/{boss.id}/card.vcf"))
    file = wang.get(link)
    assert file.mimetype == "text/vcard" and "attachment" in file.headers["Content-Disposition"]
    lines = file.get_data().decode("utf-8").split("\r\n")
    assert lines[:4] == ["BEGIN:VCARD", "VERSION:3.0", "N:周远", "FN:周远"] and lines[-2] == "END:VCARD"
    assert "ORG:杭州远屿电子有限公司\\; 分部" in lines and "TITLE:董事长" in lines
    assert f"TEL;TYPE=CELL:+86{PHONE}" in lines and "TEL;TYPE=WORK:+865701234567\\,8001" in lines
    assert "EMAIL:zhou@example.com" in lines and f"NOTE:微信：{WECHAT}" in lines
    assert len(reveals(session)) == 1


def test_a_card_without_its_line_in_the_trail_is_not_to_be_had(
    cast: Any, session: Any, as_user: Callable[..., Any], boss: Person
) -> None:
    """No ticket, another's ticket, one of another record, an old one."""
    wang, chen = as_user(cast.wang), as_user(cast.chen)
    other = make_person("吴另", by=cast.wang)
    other.handles.append(Handle(kind=HandleKind.MOBILE, value="15400000002", digits="+8615400000002"))
    session.commit()
    take(wang, other)
    take(chen, boss)
    of_other, of_chen = sorted(event.id for event in reveals(session))
    for ticket in ("", "0", "x", "99999999999", str(of_other), str(of_chen)):
        assert wang.get(f"/people/{boss.id}/card?revealed={ticket}").went_to == f"/people/{boss.id}"
        assert "名片看过五分钟就收起" in wang.get(f"/people/{boss.id}").said
        assert wang.get(f"/people/{boss.id}/card.vcf?revealed={ticket}").status_code == 403
    take(wang, boss)
    mine = max(event.id for event in reveals(session))
    assert wang.get(f"/people/{boss.id}/card.vcf?revealed={mine}").status_code == 200
    session.get_one(Event, mine).at = clock.now() - dt.timedelta(minutes=6)
    session.commit()
    assert wang.get(f"/people/{boss.id}/card.vcf?revealed={mine}").status_code == 403


@pytest.mark.on("sqlite")
def test_who_may_not_reveal_takes_no_card(
    cast: Any, session: Any, as_user: Callable[..., Any], boss: Person
) -> None:
    for reader in (cast.zhou, cast.zheng):
        client = as_user(reader)
        assert take(client, boss).status_code == 403
        refused = client.get(f"/people/{boss.id}/card")
        assert refused.status_code == 403 and "没有这项权限" in refused.said
        assert not [
            one for one in client.see(f"/people/{boss.id}").all("form") if "/card" in one.get("action", "")
        ]
    assert take(as_user(cast.li), boss).status_code == 404
    assert as_user(cast.li).get(f"/people/{boss.id}/card.vcf").status_code == 404
    nobody = make_person("没有号码的", by=cast.wang)
    session.commit()
    refused = take(as_user(cast.wang), nobody)
    assert refused.status_code == 422 and "没有联系方式" in refused.said
    assert not reveals(session)


@pytest.mark.on("sqlite")
def test_the_code_holds_what_one_calls_by_and_gives_up_politely(app: Any, boss: Person) -> None:
    small = card.vcard(boss, numbers=card.MOST_IN_CODE)
    assert PHONE in small and "西湖区" not in small and WECHAT not in small
    assert "西湖区" in card.vcard(boss)
    boss.positions[0].enterprise.name = "很长的名字" * 400
    assert card.code(boss) == ""
