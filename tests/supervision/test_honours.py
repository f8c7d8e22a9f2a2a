"""表彰: granted with a figure that stays as it was, shown on the page of who got it, taken back with a reason."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import sqlalchemy as sa

from crm.audit.models import Event
from crm.db import WrittenOnce, db
from crm.deals.stages import Stage
from crm.supervision.honours.models import Honour, HonourKind
from tests.cast import make_deal
from tests.delivery.make import TODAY
from tests.supervision.make import supervises

NEW = {"kind": "talent", "year": "2013", "reason": "引进三个项目", "document_no": "柯委〔2013〕36号",
       "granted_on": "2013-07-20", "indicator": "signed_deals"}  # fmt: skip


def the_one() -> Honour:
    return db.session.scalars(sa.select(Honour)).one()


def test_an_honour_keeps_the_figure_it_was_granted_for(cast: Any, as_user: Any) -> None:
    signed = make_deal("阀门项目", by=cast.wang, stage=Stage.SIGNED, signed_on=dt.date(2013, 7, 20))
    make_deal("另一个", by=cast.wang, stage=Stage.SIGNED, signed_on=dt.date(2013, 7, 21))
    db.session.commit()
    zhou = as_user(cast.zhou)
    url = zhou.submit("/honours/new", **NEW, person_id=str(cast.wang.id)).went_to
    made = the_one()
    assert url == f"/honours/{made.id}" and (made.unit_id, made.person_id) == (
        cast.wang.unit_id,
        cast.wang.id,
    )
    assert (made.title, made.evidence["value"], made.evidence["last"]) == ("招商能手", "1", "2013-07-20")
    signed.signed_on = dt.date(2013, 7, 22)
    db.session.commit()
    page = zhou.see(url)
    assert "签约项目" in page.text and "1 个" in page.text, "as it was then"
    rows = next(link for link in page.links if link.startswith("/deals?"))
    assert f"owner={cast.wang.id}" in rows and "signed_to=2013-07-20" in rows
    assert url in as_user(cast.wang).see(f"/targets/people/{cast.wang.id}").links
    assert url in as_user(cast.wang).see(f"/targets/units/{cast.wang.unit_id}").links
    assert "招商能手" in as_user(cast.li).see("/find?q=招商能手").text
    with pytest.raises(WrittenOnce):
        made.evidence = {}
    db.session.rollback()


@pytest.mark.on("sqlite")
def test_a_unit_is_commended_as_a_whole_put_right_and_taken_back(cast: Any, as_user: Any) -> None:
    zhou = as_user(cast.zhou)
    typed = NEW | {"kind": "other", "title": "开放型经济先进单位", "indicator": "reserve_items"}
    url = zhou.submit("/honours/new", **typed, unit_id=str(cast.li.unit_id)).went_to
    made = the_one()
    assert (made.kind, made.title, made.whose) == (HonourKind.OTHER, "开放型经济先进单位", "航埠镇")
    zhou.submit(f"{url}/edit", reason="谋划项目多")
    assert made.reason == "谋划项目多"
    bare = zhou.submit(f"{url}/revoke", reason=" ")
    assert bare.status_code == 422 and made.revoked_on is None
    zhou.submit(f"{url}/revoke", reason="材料不实")
    assert made.revoked_on == TODAY and "材料不实" in as_user(cast.li).see(url).text
    assert url not in as_user(cast.li).see(f"/targets/units/{cast.li.unit_id}").links
    assert url in as_user(cast.li).see("/honours?revoked=1").links
    verbs = db.session.scalars(sa.select(Event.verb).where(Event.noun == "honour").order_by(Event.id)).all()
    assert verbs == ["honour.granted", "honour.edited", "honour.revoked"]


@pytest.mark.on("sqlite")
def test_what_is_refused_and_who_may_not(cast: Any, as_user: Any) -> None:
    zhou, wang = as_user(cast.zhou), {"person_id": str(cast.wang.id)}
    for typed, said in (
        (wang | {"granted_on": "2013-07-26"}, "不能晚于今天"),
        (wang | {"kind": "other"}, "荣誉的名称"),
        (wang | {"indicator": "reserve_items"}, "不落到个人"),
        ({}, "个人或者单位"),
    ):
        answer = zhou.submit("/honours/new", **(NEW | typed))
        assert (
            answer.status_code == 422
            and said in answer.said
            and "引进三个项目" in answer.get_data(as_text=True)
        )
    zhou.submit("/honours/new", **NEW, **wang)
    again = zhou.submit("/honours/new", **NEW, **wang)
    assert again.status_code == 422 and "已经记过了" in again.said
    url = f"/honours/{the_one().id}"
    for door in ("/honours/new", f"{url}/edit", f"{url}/revoke"):
        as_user(cast.zheng).see(door, 403)
        as_user(cast.chen).see(door, 403)
    supervises(cast.chen)
    own = as_user(cast.chen).submit("/honours/new", **NEW, unit_id=str(cast.chen.unit_id))
    assert own.status_code == 422 and "没有这个选项" in own.said, "nobody commends his own unit"
    as_user(cast.chen).see(f"{url}/revoke", 403)
    as_user(cast.li).see(url)
    as_user(cast.zheng).see(url)
    assert the_one().revoked_on is None, "GET does not act"


def test_the_demo_district_commends_a_person_and_a_unit(district: Any, as_user: Any) -> None:
    found = db.session.scalars(sa.select(Honour).order_by(Honour.id)).all()
    assert [one.title for one in found] == ["招商能手", "攻坚干将"]
    manager = as_user(district["manager"])
    for one in found:
        assert one.evidence["value"] not in ("", "0"), "a figure of the records, and there is one"
        manager.see(f"/honours/{one.id}")
