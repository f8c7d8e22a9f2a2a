"""Entering, changing and showing enterprises; whose they are; who reported them first."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from crm.audit.models import Event
from crm.db import WrittenOnce
from crm.lib import clock
from crm.merchants import actions
from crm.merchants.models import (
    FIRST_REPORT,
    Enterprise,
    Handle,
    Person,
    Position,
    Standing,
)
from tests.pages import words

NAME = "上海衢澜精密机械有限公司"


def made(cast: Any, name: str = NAME, **data: Any) -> Enterprise:
    by = data.pop("by", cast.wang)
    return actions.create_enterprise({"name": name, **data}, actor=by)


def verbs(session: Any, subject: Any) -> list[str]:
    rows = (
        sa.select(Event.verb).filter_by(noun=subject.__tablename__, record_id=subject.id).order_by(Event.id)
    )
    return list(session.scalars(rows))


# --- new ---------------------------------------------------------------------------------------------------


def test_a_name_and_a_phone_are_enough_to_enter_an_enterprise(
    cast: Any, session: Any, as_user: Callable[..., Any]
) -> None:
    answer = as_user(cast.wang).submit(
        "/enterprises/new",
        name=NAME,
        contact_name="沈予安",
        contact_title="董事长",
        contact_phones="＋86 154-0000-0001 / 0571-88886666转8001",
        province="上海市",
        city="市辖区",
        county="浦东新区",
        former_lines="上海衢澜机械厂\n衢澜五金",
    )
    enterprise = session.scalars(sa.select(Enterprise)).one()
    assert answer.went_to == f"/enterprises/{enterprise.id}"
    assert enterprise.follow_unit_id == cast.wang.unit_id and enterprise.follow_user_id == cast.wang.id
    assert enterprise.region == "上海市浦东新区" and enterprise.region_prefix == "3101"
    assert [one.name for one in enterprise.former_names] == ["上海衢澜机械厂", "衢澜五金"]
    position = enterprise.positions[0]
    assert (position.person.name, position.title, position.is_main) == ("沈予安", "董事长", True)
    assert [one.shown for one in position.person.handles] == ["15400000001", "0571-88886666 转 8001"]
    assert verbs(session, enterprise) == ["enterprise.created", "enterprise.person_added"]


def test_the_first_report_is_the_servers_whatever_the_form_says(
    cast: Any, session: Any, as_user: Callable[..., Any]
) -> None:
    wang = as_user(cast.wang)
    page = wang.see("/enterprises/new")
    token = page.all("input", name="csrf_token")[0].get("value")
    data = {
        "csrf_token": token, "name": NAME, "follow_unit_id": str(cast.wang.unit_id), "follow_user_id": "",
        "origin": "qushang", "kind": "enterprise", "intent": "unknown", "legal_ground": "duty",
        "first_report_unit_id": str(cast.li.unit_id), "first_report_user_id": str(cast.li.id),
        "first_reported_at": "2001-01-01T00:00",
    }  # fmt: skip
    assert wang.post("/enterprises/new", data=data).status_code == 303
    enterprise = session.scalars(sa.select(Enterprise)).one()
    assert enterprise.first_report_unit_id == cast.wang.unit_id
    assert enterprise.first_report_user_id == cast.wang.id
    assert clock.local(enterprise.first_reported_at).date() == clock.today()


def test_an_auditor_may_not_enter_or_change_and_a_stranger_finds_nothing(
    cast: Any, session: Any, as_user: Callable[..., Any]
) -> None:
    enterprise = made(cast)
    zheng, li = as_user(cast.zheng), as_user(cast.li)
    zheng.see(f"/enterprises/{enterprise.id}")
    for page in (
        "/enterprises/new",
        f"/enterprises/{enterprise.id}/edit",
        f"/enterprises/{enterprise.id}/people",
    ):
        zheng.see(page, 403)
    for page in ("", "/edit", "/people", "/standing"):
        li.see(f"/enterprises/{enterprise.id}{page}", 404)


@pytest.mark.on("sqlite")
def test_opening_the_form_enters_nothing(cast: Any, session: Any, as_user: Callable[..., Any]) -> None:
    as_user(cast.wang).see(f"/enterprises/new?name={NAME}")
    assert session.scalar(sa.select(sa.func.count(Enterprise.id))) == 0


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"name": ""}, "请填写企业名称"),
    ({"name": "衢" * 10_000}, "最多 200 个字"),
    ({"name": "\u202e\x00  "}, "请填写企业名称"),
    ({"name": "……"}, "名称里没有一个字"),
    ({"phones": "请打总机"}, "不像电话号码"),
    ({"phones": "、".join(f"138{n:08}" for n in range(30))}, "一次最多 20 个"),
    ({"email": "someone at example"}, "不像邮箱地址"),
    ({"next_step": "约见面"}, "请定一个日期"),
    ({"next_due_on": "2013-07-30"}, "请写明下一步做什么"),
    ({"next_step": "约见面", "next_due_on": "2013-02-30"}, "2013-02-30"),
    ({"next_step": "约见面", "next_due_on": "2013-07-24"}, "不能早于今天"),
    ({"province": "江西省", "city": "杭州市"}, "没有找到“杭州市”"),
    ({"former_lines": "旧" * 300}, "最多 200 个字"),
    ({"contact_name": "沈予安", "contact_phones": "无"}, "不像电话号码"),
    ({"uscc": "9" * 40}, "最多 32 位"),
    ({"note": "长" * 6000}, "最多 5000 个字"),
]


@pytest.mark.on("sqlite")
@pytest.mark.parametrize(("typed", "sentence"), WRONG, ids=[sentence for _typed, sentence in WRONG])
def test_what_cannot_be_meant_is_refused_beside_the_field_and_kept(
    cast: Any, session: Any, as_user: Callable[..., Any], typed: dict[str, Any], sentence: str
) -> None:
    fields = {"name": NAME, "main_business": "㐀䶮 👩‍💻", **typed}
    answer = as_user(cast.wang).submit("/enterprises/new", **fields)
    assert answer.status_code == 422 and sentence in answer.said
    kept = answer.page.one("textarea", id="main_business").text or ""
    assert kept.strip() == "㐀䶮 👩‍💻"
    for model in (Enterprise, Person, Event):
        counted = sa.select(sa.func.count(model.id))
        if model is Event:
            counted = counted.where(Event.verb.startswith("enterprise"))
        assert session.scalar(counted) == 0


@pytest.mark.on("sqlite")
@pytest.mark.parametrize(
    "field", ["follow_unit_id", "follow_user_id", "industry_code", "origin", "direction"]
)
def test_ids_and_choices_that_were_not_offered_are_refused(
    cast: Any, session: Any, as_user: Callable[..., Any], field: str
) -> None:
    elsewhere = {"follow_unit_id": str(cast.li.unit_id), "follow_user_id": str(cast.li.id)}
    value = elsewhere.get(field, "no such thing")
    answer = as_user(cast.wang).submit("/enterprises/new", name=NAME, **{field: value})
    assert answer.status_code == 422
    assert session.scalar(sa.select(sa.func.count(Enterprise.id))) == 0


def test_an_odd_code_is_kept_and_warned_about(cast: Any, session: Any, as_user: Callable[..., Any]) -> None:
    wang = as_user(cast.wang)
    answer = wang.submit("/enterprises/new", name=NAME, uscc="９1350100m0001tgqxm ", _follow=True)
    enterprise = session.scalars(sa.select(Enterprise)).one()
    assert enterprise.uscc == "91350100M0001TGQXM"
    assert "校验位对不上" in answer.said
    assert "校验位对不上" in wang.see(f"/enterprises/{enterprise.id}/edit").text


# --- edit --------------------------------------------------------------------------------------------------


def test_an_edit_changes_what_was_typed_and_says_so_in_the_trail(
    cast: Any, session: Any, as_user: Callable[..., Any]
) -> None:
    enterprise = made(cast, phones="15400000001 15400000002", former_lines="旧名")
    old = enterprise.handles[0].id
    as_user(cast.wang).submit(
        f"/enterprises/{enterprise.id}/edit",
        name="上海衢澜精密机械股份有限公司",
        former_lines=NAME,
        phones="021-66668888",
        drop_handles=[str(old)],
        industry_code="C34",
        direction="manufacturing",
    )
    session.expire_all()
    assert enterprise.name == "上海衢澜精密机械股份有限公司"
    assert [one.name for one in enterprise.former_names] == [NAME]
    assert sorted(one.value for one in enterprise.handles) == ["021-66668888", "15400000002"]
    event = session.scalars(sa.select(Event).filter_by(verb="enterprise.edited")).one()
    assert event.changes["name"] == [NAME, "上海衢澜精密机械股份有限公司"]
    assert "15400000001" not in str(event.changes), "the trail holds masks, not numbers"


def test_a_stale_edit_shows_both_values_and_keeps_what_was_typed(
    cast: Any, session: Any, as_user: Callable[..., Any]
) -> None:
    enterprise = made(cast)
    wang = as_user(cast.wang)
    url = f"/enterprises/{enterprise.id}/edit"
    page = wang.see(url)
    from tests.support.client import find_form, values_of

    data = values_of(find_form(page, url, None)) | {"address": "人民路 2 号"}
    as_user(cast.chen).submit(url, address="人民路 1 号")
    answer = wang.post(url, data=data)
    assert answer.status_code == 409
    assert "人民路 1 号" in answer.said and "人民路 2 号" in answer.get_data(as_text=True)
    session.expire_all()
    assert enterprise.address == "人民路 1 号"


# --- the first report --------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", FIRST_REPORT)
def test_nothing_changes_the_first_report_of_a_stored_record(cast: Any, session: Any, key: str) -> None:
    enterprise = made(cast)
    session.commit()
    other = {"first_report_unit_id": cast.li.unit_id, "first_report_user_id": cast.li.id,
             "first_reported_at": clock.now() - dt.timedelta(days=9)}[key]  # fmt: skip
    with pytest.raises(WrittenOnce):
        setattr(enterprise, key, other)
    with pytest.raises(WrittenOnce):
        session.execute(sa.update(Enterprise).where(Enterprise.id == enterprise.id).values({key: other}))
    session.rollback()


def test_nor_do_the_relations_behind_it(cast: Any, session: Any) -> None:
    person = actions.create_person({"name": "沈予安"}, actor=cast.wang)
    session.commit()
    person.first_report_unit = cast.li.unit
    with pytest.raises(WrittenOnce):
        session.flush()
    session.rollback()


def test_assigning_to_another_unit_leaves_the_first_report(
    cast: Any, session: Any, as_user: Callable[..., Any]
) -> None:
    enterprise = made(cast)
    answer = as_user(cast.chen).submit(
        f"/enterprises/{enterprise.id}/assign", follow_unit_id=str(cast.li.unit_id), follow_user_id=""
    )
    assert answer.status_code == 303
    session.expire_all()
    assert enterprise.follow_unit_id == cast.li.unit_id and enterprise.follow_user_id is None
    assert enterprise.first_report_unit_id == cast.wang.unit_id
    assert verbs(session, enterprise)[-1] == "enterprise.assigned"
    as_user(cast.li).see(f"/enterprises/{enterprise.id}")
    as_user(cast.wang).see(f"/enterprises/{enterprise.id}")  # the unit that reported still sees it


@pytest.mark.on("sqlite")
def test_a_promoter_does_not_assign_and_a_person_of_another_unit_is_refused(
    cast: Any, session: Any, as_user: Callable[..., Any]
) -> None:
    enterprise = made(cast)
    as_user(cast.wang).see(f"/enterprises/{enterprise.id}/assign", 403)
    answer = as_user(cast.admin).submit(
        f"/enterprises/{enterprise.id}/assign",
        follow_unit_id=str(cast.li.unit_id),
        follow_user_id=str(cast.wang.id),
    )
    assert answer.status_code == 422 and "王专员" in answer.said
    session.expire_all()
    assert enterprise.follow_unit_id == cast.wang.unit_id


# --- standing, tags ----------------------------------------------------------------------------------------


def test_going_to_sleep_needs_a_reason(cast: Any, session: Any, as_user: Callable[..., Any]) -> None:
    enterprise = made(cast)
    wang, url = as_user(cast.wang), f"/enterprises/{enterprise.id}/standing"
    assert wang.submit(url, standing="dormant").status_code == 422
    assert wang.submit(url, standing="dormant", reason="三次联系没有回音").status_code == 303
    session.expire_all()
    assert enterprise.standing is Standing.DORMANT
    event = session.scalars(sa.select(Event).filter_by(verb="enterprise.standing_changed")).one()
    assert event.note == "三次联系没有回音"


def test_tags_are_exactly_the_words_typed(cast: Any, session: Any, as_user: Callable[..., Any]) -> None:
    enterprise = made(cast)
    chen, url = as_user(cast.chen), f"/enterprises/{enterprise.id}/tags"
    chen.submit(url, words="链主, 500强、链主")
    assert chen.submit(url, words="链主 隐形冠军").status_code == 303
    page = chen.see(f"/enterprises/{enterprise.id}")
    shown = [words(one) for one in page.all("ul", class_="tags")[0]]
    assert sorted(shown) == sorted(["链主", "隐形冠军"])
    assert chen.submit(url, words="长" * 33).status_code == 422


# --- numbers are masked until asked for ---------------------------------------------------------------------


def test_numbers_are_masked_until_asked_for_and_asking_is_recorded(
    cast: Any, session: Any, as_user: Callable[..., Any]
) -> None:
    enterprise = made(cast, contact_name="沈予安", contact_phones="15400000001", phones="0571-88886666")
    wang, url = as_user(cast.wang), f"/enterprises/{enterprise.id}"
    page = wang.see(url)
    assert "154****0001" in page.text and "15400000001" not in page.html
    answer = wang.press(url, to=f"{url}/reveal")
    shown = wang.see(answer.went_to)
    assert "15400000001" in shown.text and "0571-88886666" in shown.text
    event = session.scalars(sa.select(Event).filter_by(verb="handle.revealed")).one()
    assert (event.actor_id, event.record_id) == (cast.wang.id, enterprise.id)
    # Somebody else with the same address, and the same user later, see masks.
    assert "15400000001" not in as_user(cast.chen).see(answer.went_to).html
    with clock.freeze(clock.now() + actions.REVEALED_FOR):
        assert not actions.is_revealed(enterprise, event.id, cast.wang)


@pytest.mark.on("sqlite")
def test_who_may_not_reveal_cannot(cast: Any, session: Any, as_user: Callable[..., Any]) -> None:
    enterprise = made(cast, phones="15400000001")
    url = f"/enterprises/{enterprise.id}"
    for user, status in ((cast.zheng, 403), (cast.zhou, 403), (cast.li, 404)):
        client = as_user(user)
        token = client.see("/").all("input", name="csrf_token")[0].get("value")
        assert client.post(f"{url}/reveal", data={"csrf_token": token}).status_code == status
    assert session.scalar(sa.select(sa.func.count(Event.id)).filter_by(verb="handle.revealed")) == 0


# --- people and positions ----------------------------------------------------------------------------------


def test_one_person_at_two_enterprises_is_shown_on_all_three_pages(
    cast: Any, session: Any, as_user: Callable[..., Any]
) -> None:
    one, two = made(cast), made(cast, "杭州余屿软件有限公司")
    wang = as_user(cast.wang)
    wang.submit(f"/enterprises/{one.id}/people", name="沈予安", title="董事长", phones="15400000001")
    person = session.scalars(sa.select(Person)).one()
    found = wang.see(f"/enterprises/{two.id}/people?q=shenyuan")
    assert f"/enterprises/{two.id}/people?person_id={person.id}" in found.links
    wang.submit(f"/enterprises/{two.id}/people?person_id={person.id}", title="董事", is_main="y")
    assert "沈予安" in wang.see(f"/enterprises/{one.id}").text
    assert "沈予安" in wang.see(f"/enterprises/{two.id}").text
    about = wang.see(f"/people/{person.id}").text
    assert one.name in about and two.name in about
    again = wang.submit(f"/enterprises/{two.id}/people?person_id={person.id}", title="监事")
    assert again.status_code == 422 and "已经在这家企业任职" in again.said


def test_a_position_ends_and_both_records_stay(cast: Any, session: Any, as_user: Callable[..., Any]) -> None:
    enterprise = made(cast, contact_name="沈予安", contact_phones="15400000001")
    position = enterprise.positions[0]
    answer = as_user(cast.wang).press(f"/enterprises/{enterprise.id}", to=f"/positions/{position.id}/end")
    assert answer.status_code == 303
    assert session.scalar(sa.select(sa.func.count(Position.id))) == 0
    assert session.scalar(sa.select(sa.func.count(Person.id))) == 1
    assert verbs(session, enterprise)[-1] == "enterprise.person_removed"


def test_a_contact_known_by_name_and_number_is_not_made_twice(cast: Any, session: Any) -> None:
    made(cast, contact_name="沈予安", contact_phones="15400000001")
    made(cast, "杭州余屿软件有限公司", contact_name="沈予安", contact_phones="+86 154 0000 0001")
    assert session.scalar(sa.select(sa.func.count(Person.id))) == 1
    assert session.scalar(sa.select(sa.func.count(Position.id))) == 2


def test_a_person_is_entered_changed_and_shown(cast: Any, session: Any, as_user: Callable[..., Any]) -> None:
    wang = as_user(cast.wang)
    wang.submit(
        "/people/new", name="尉迟恭", phones="15400000009", wechat="yuchi_gong", email="y@example.com"
    )
    person = session.scalars(sa.select(Person)).one()
    assert [one.kind.value for one in person.handles] == ["mobile", "wechat", "email"]
    assert "yuchi_gong" not in wang.see(f"/people/{person.id}").html
    wang.submit(f"/people/{person.id}/edit", chamber="上海市衢州商会", chamber_title="会长")
    session.expire_all()
    assert person.chamber_title == "会长" and session.scalar(sa.select(sa.func.count(Handle.id))) == 3
    as_user(cast.li).see(f"/people/{person.id}", 404)


@pytest.mark.on("sqlite")
def test_regions_answer_the_level_below(cast: Any, as_user: Callable[..., Any]) -> None:
    wang = as_user(cast.wang)
    provinces = wang.get("/regions?under=").json
    assert {"code": "33", "name": "浙江省"} in provinces
    assert {"code": "330802", "name": "柯城区"} in wang.get("/regions?under=3308").json
    assert wang.get("/regions?under=no%00such").json == []


@pytest.mark.on("sqlite")
def test_pages_are_complete_in_english(cast: Any, session: Any, as_user: Callable[..., Any]) -> None:
    enterprise = made(cast, contact_name="沈予安", contact_phones="15400000001", uscc="123")
    cast.chen.locale = "en"
    chen = as_user(cast.chen)
    person = enterprise.positions[0].person_id
    for page in ("/enterprises", "/people", "/suspects", "/enterprises/new", "/people/new",
                 f"/enterprises/{enterprise.id}", f"/enterprises/{enterprise.id}/edit", f"/people/{person}",
                 f"/enterprises/{enterprise.id}/people", f"/enterprises/{enterprise.id}/assign",
                 f"/people/{person}/edit", f"/people/{person}/standing"):  # fmt: skip
        assert chen.see(page).lang == "en"
