"""The log of merges, a merge's own page, old links, and the undo from each place."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from crm.contacts.models import ContactLog
from crm.db import db
from crm.duplicates import history, merging
from crm.duplicates.models import Merge
from crm.merchants import actions as merchants
from crm.merchants.models import Enterprise
from tests.cast import Cast, make_enterprise, make_person
from tests.support.statements import count_statements

from .make import NEW, OLD, base, twins


@pytest.fixture
def done(cast: Cast) -> dict[str, int]:
    """A merge of 陈主任's unit: {merge, old, new}."""
    old, new = twins(cast)
    ids = {"old": old.id, "new": new.id}
    made = merging.merge(merging.plan("enterprise", [old.id, new.id]), actor=cast.chen)
    db.session.commit()
    return ids | {"merge": made.id}


def test_an_old_link_leads_to_the_record_it_became(
    cast: Cast, as_user: Callable[..., Any], done: dict[str, int]
) -> None:
    answer = as_user(cast.wang).get(f"/enterprises/{done['new']}?tab=1")
    assert answer.status_code == 302 and answer.location.endswith(f"/enterprises/{done['old']}?tab=1")
    answer = as_user(cast.wang).get(f"/enterprises/{done['new']}/edit")
    assert answer.location.endswith(f"/enterprises/{done['old']}/edit")


def test_a_chain_of_merges_is_followed_to_its_end(
    cast: Cast, as_user: Callable[..., Any], done: dict[str, int]
) -> None:
    first = make_enterprise(
        "更早的一家",
        by=cast.wang,
        first_reported_at=db.session.get_one(Enterprise, done["old"]).first_reported_at.replace(year=2011),
    )
    db.session.commit()
    merging.merge(merging.plan("enterprise", [first.id, done["old"]]), actor=cast.chen)
    db.session.commit()
    assert as_user(cast.wang).get(f"/enterprises/{done['new']}").location.endswith(f"/enterprises/{first.id}")


def test_who_may_not_see_the_record_learns_nothing_of_the_old_number(
    cast: Cast, as_user: Callable[..., Any], done: dict[str, int]
) -> None:
    li = as_user(cast.li)
    li.see(f"/enterprises/{done['new']}", 404)
    li.see(f"/merges/{done['merge']}", 404)
    assert NEW not in li.get("/merges").said
    answer = li.post(f"/enterprises/{done['new']}/assign", data={"csrf_token": li.token()})
    assert answer.status_code in (403, 404)


def test_what_is_being_written_to_a_record_that_has_gone_is_told_and_not_lost_on_another(
    cast: Cast, as_user: Callable[..., Any], done: dict[str, int]
) -> None:
    chen, before = as_user(cast.chen), base()
    answer = chen.post(
        f"/enterprises/{done['new']}/edit", data={"csrf_token": chen.token(), "name": "别的名字"}
    )
    assert answer.status_code == 409
    assert "已由陈主任于" in answer.said and "打开合并后的记录" in answer.said
    assert base() == before


def test_a_form_opened_for_the_old_number_is_about_what_it_became(
    cast: Cast, as_user: Callable[..., Any], done: dict[str, int]
) -> None:
    wang, old, new = as_user(cast.wang), f"enterprise_id={done['old']}", f"enterprise_id={done['new']}"
    for form in ("/contacts/new", "/deals/new", "/leads/new"):
        for now, then in ((wang.see(f"{form}?{old}"), wang.see(f"{form}?{new}")),):
            assert NEW in then.text or NEW in then.html
            assert then.text.replace(new, old) == now.text, form
    answer = wang.submit(f"/contacts/new?{new}", summary="电话里谈了厂房", next_step="看厂房", next_in="3")
    assert answer.status_code == 303, answer.said
    log = db.session.scalars(sa.select(ContactLog).order_by(ContactLog.id.desc())).first()
    assert log is not None and log.enterprise_id == done["old"]
    wang.see(f"/contacts/timeline?{new}")
    li = as_user(cast.li)
    for form in ("/contacts/new", "/contacts/timeline"):
        li.see(f"{form}?{new}", 404)
    assert NEW not in li.get(f"/deals/new?{new}").said and NEW not in li.get(f"/leads/new?{new}").said


def test_the_timeline_tells_what_was_done_under_the_old_numbers_too(
    cast: Cast, as_user: Callable[..., Any]
) -> None:
    firms = [make_enterprise(f"第{number}家有限公司", by=cast.wang) for number in range(3)]
    for firm in firms:
        merchants.edit(firm, {"name": firm.name, "address": f"{firm.name}的地址"}, actor=cast.wang)
    first, second, third = (firm.id for firm in firms)
    db.session.commit()
    merging.merge(merging.plan("enterprise", [second, third]), actor=cast.chen)
    db.session.commit()
    last = merging.merge(merging.plan("enterprise", [first, second]), actor=cast.chen)
    db.session.commit()
    page = as_user(cast.admin).see(f"/enterprises/{first}")
    for number, note in ((0, ""), (1, f"并入前的 #{second}"), (2, f"并入前的 #{third}")):
        assert f"第{number}家有限公司的地址" in page.text and note in page.text
    assert f"并入前的 #{first}" not in page.text
    merging.undo(last, actor=cast.chen)
    db.session.commit()
    alone = as_user(cast.wang).see(f"/enterprises/{first}").text
    assert "第0家有限公司的地址" in alone and "第1家有限公司的地址" not in alone
    assert "第2家有限公司的地址" in as_user(cast.wang).see(f"/enterprises/{second}").text


def test_a_person_picked_by_the_old_number_takes_the_position(
    cast: Cast, as_user: Callable[..., Any]
) -> None:
    one, two = make_person("赵明", by=cast.wang), make_person("赵明", by=cast.wang)
    firm = make_enterprise("新的一家", by=cast.wang)
    db.session.commit()
    ids, firm_id = (one.id, two.id), firm.id
    merging.merge(merging.plan("person", ids), actor=cast.chen)
    db.session.commit()
    answer = as_user(cast.wang).submit(f"/enterprises/{firm_id}/people?person_id={ids[1]}", title="厂长")
    assert answer.went_to == f"/enterprises/{firm_id}"
    assert [one.person_id for one in db.session.get_one(Enterprise, firm_id).positions] == [ids[0]]


def test_people_lead_on_too(cast: Cast, as_user: Callable[..., Any]) -> None:
    one, two = make_person("赵明", by=cast.wang), make_person("赵明", by=cast.wang)
    db.session.commit()
    ids = (one.id, two.id)
    merging.merge(merging.plan("person", ids), actor=cast.chen)
    db.session.commit()
    assert as_user(cast.wang).get(f"/people/{ids[1]}").location.endswith(f"/people/{ids[0]}")


def test_the_log_tells_who_what_and_how_much(
    cast: Cast, as_user: Callable[..., Any], done: dict[str, int]
) -> None:
    for user in (cast.wang, cast.chen, cast.zhou, cast.zheng, cast.admin):
        said = as_user(user).get("/merges").said
        assert "陈主任" in said and NEW in said and f"#{done['new']}" in said
    chen = as_user(cast.chen)
    assert NEW in chen.get("/merges?show=mine").said
    assert NEW not in chen.get("/merges?show=undone").said
    assert NEW in chen.get(f"/merges?noun=enterprise&about={done['old']}").said
    assert NEW in chen.get(f"/merges?noun=enterprise&about={done['new']}").said
    assert NEW not in as_user(cast.admin).get("/merges?show=mine").said


def test_a_merges_page_says_what_went_where_and_shows_nobodys_number(
    cast: Cast, as_user: Callable[..., Any], done: dict[str, int]
) -> None:
    said = as_user(cast.chen).get(f"/merges/{done['merge']}").said
    for words in (OLD, NEW, "沟通记录", "线索", "任职", "联系方式", "撤销合并", "会还回去"):
        assert words in said, words
    assert "13905700002" not in said
    assert "撤销合并" not in as_user(cast.zheng).get(f"/merges/{done['merge']}").page.text


def test_the_record_says_what_became_it(
    cast: Cast, as_user: Callable[..., Any], done: dict[str, int]
) -> None:
    page = as_user(cast.chen).get(f"/enterprises/{done['old']}").said
    assert "曾合并 1 条" in page and "合并重复记录" in page  # its panel, its timeline


def test_undo_from_the_merges_page(cast: Cast, as_user: Callable[..., Any], done: dict[str, int]) -> None:
    chen = as_user(cast.chen)
    assert "undo-form" in chen.get(f"/merges/{done['merge']}").get_data(as_text=True)
    answer = chen.post(
        f"/suspects/merges/{done['merge']}/undo", data={"csrf_token": chen.token(), "next": "log"}
    )
    assert answer.went_to == f"/merges/{done['merge']}"
    assert db.session.get_one(Merge, done["merge"]).undone_by_id == cast.chen.id
    assert "全部恢复到了合并前" in chen.get(f"/merges/{done['merge']}").said
    chen.see(f"/enterprises/{done['new']}")
    again = chen.post(
        f"/suspects/merges/{done['merge']}/undo", data={"csrf_token": chen.token(), "next": "log"}
    )
    assert again.status_code == 422 and "陈主任已于" in again.said


def test_a_later_merge_is_named_on_the_page(
    cast: Cast, as_user: Callable[..., Any], done: dict[str, int]
) -> None:
    early = db.session.get_one(Enterprise, done["old"]).first_reported_at.replace(year=2011)
    first = make_enterprise("更早的一家", by=cast.wang, first_reported_at=early)
    db.session.commit()
    later = merging.merge(merging.plan("enterprise", [first.id, done["old"]]), actor=cast.chen)
    db.session.commit()
    later_id = later.id
    chen = as_user(cast.chen)
    said = chen.get(f"/merges/{done['merge']}").said
    assert "请先撤销" in said and f"第 {later_id} 号" in said
    answer = chen.post(
        f"/suspects/merges/{done['merge']}/undo", data={"csrf_token": chen.token(), "next": "log"}
    )
    assert answer.status_code == 422 and "请先撤销" in answer.said


def test_looking_does_not_undo(cast: Cast, as_user: Callable[..., Any], done: dict[str, int]) -> None:
    before = base()
    as_user(cast.chen).see(f"/merges/{done['merge']}")
    assert as_user(cast.chen).get(f"/suspects/merges/{done['merge']}/undo").status_code == 405
    assert base() == before


def test_readers_and_strangers_cannot_undo(
    cast: Cast, as_user: Callable[..., Any], done: dict[str, int]
) -> None:
    for user, status in ((cast.zhou, 403), (cast.zheng, 403), (cast.li, 404), (cast.wang, 422)):
        client = as_user(user)
        url = f"/suspects/merges/{done['merge']}/undo"
        answer = client.post(url, data={"csrf_token": client.token(), "next": "log"})
        if user is cast.wang:  # both records are his own: he may
            assert answer.status_code == 303
        else:
            assert answer.status_code == status, user.name


def test_its_pages_are_good_ones_in_english_too(
    cast: Cast, as_user: Callable[..., Any], done: dict[str, int]
) -> None:
    cast.chen.locale = "en"
    chen = as_user(cast.chen)
    for url in ("/merges", f"/merges/{done['merge']}", f"/enterprises/{done['old']}"):
        assert chen.see(url).lang == "en"
    chen.post(f"/suspects/merges/{done['merge']}/undo", data={"csrf_token": chen.token(), "next": "log"})
    assert chen.see(f"/merges/{done['merge']}").lang == "en"


def test_what_the_undo_left_and_the_names_are_told_in_the_readers_language(
    cast: Cast, as_user: Callable[..., Any], done: dict[str, int]
) -> None:
    db.session.get_one(Enterprise, done["old"]).website = "new.example"
    db.session.commit()
    chen = as_user(cast.chen)
    chen.post(f"/suspects/merges/{done['merge']}/undo", data={"csrf_token": chen.token(), "next": "log"})
    page = chen.get(f"/merges/{done['merge']}").said
    assert "网址" in page and "后来又改为“new.example”，保留后来的" in page
    assert f"{NEW}（编号 {done['new']}）" in chen.get(f"/enterprises/{done['old']}").said
    cast.chen.locale = "en"
    db.session.commit()
    chen = as_user(cast.chen)
    page = chen.get(f"/merges/{done['merge']}").said
    assert "Website" in page and "new.example" in page and "保留" not in page
    assert f"（编号 {done['new']}）" not in chen.get(f"/enterprises/{done['old']}").said


def test_the_log_asks_no_more_often_for_more_merges(cast: Cast, as_user: Callable[..., Any]) -> None:
    admin = as_user(cast.admin)

    def asked(count: int) -> int:
        for _ in range(count):
            firms = [
                make_enterprise(f"衢州澜峰{part}", by=cast.wang).id for part in ("公司", "有限公司", "厂")
            ]
            db.session.commit()
            merging.merge(merging.plan("enterprise", firms), actor=cast.chen)
        db.session.commit()
        admin.get("/merges")
        with count_statements() as seen:
            admin.get("/merges")
        return len(seen)

    assert asked(2) == asked(8)


def test_a_name_that_became_a_former_name_is_told_as_a_change(cast: Cast) -> None:
    firms = [make_enterprise(name, by=cast.wang) for name in ("衢州甲公司", "衢州乙公司")]
    db.session.commit()
    made = merging.merge(merging.plan("enterprise", [one.id for one in firms]), actor=cast.chen)
    [gone] = {"衢州甲公司", "衢州乙公司"} - {made.survivor_name}
    db.session.commit()
    assert ("曾用名", "", gone) in [
        (one.label, one.before, one.after) for one in history.account(made).changes
    ]


def test_the_log_shows_each_by_the_name_it_had_before(cast: Cast, as_user: Callable[..., Any]) -> None:
    old, new = twins(cast)
    ids = (old.id, new.id)
    made = merging.merge(merging.plan("enterprise", ids, choices={"name": ids[1]}), actor=cast.chen)
    db.session.commit()
    assert made.survivor_name == NEW
    listed = as_user(cast.chen).see("/merges").text
    for said in (f"{OLD} #{ids[0]}", f"{NEW} #{ids[1]}", f"合并后叫“{NEW}”"):
        assert said in listed, said
    page = as_user(cast.chen).see(f"/merges/{made.id}").text
    assert f"{OLD} #{ids[0]}" in page and f"{NEW} #{ids[1]}" in page
