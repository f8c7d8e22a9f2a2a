"""先进典型: written down by a unit, published by who publishes, on the page of what and whom it tells of."""

from __future__ import annotations

import datetime as dt
import io
from typing import Any

import pytest
import sqlalchemy as sa

from crm.audit.models import Event
from crm.db import WrittenOnce, db
from crm.jobs.models import Notice
from crm.lib.errors import Refused
from crm.org import settings
from crm.supervision.stories import actions
from crm.supervision.stories.models import Story
from crm.supervision.stories.states import StoryKind, StoryState, is_address
from tests.cast import make_deal
from tests.delivery.make import TODAY, make_project
from tests.supervision.make import make_story

NEW = {
    "title": "二十天签完五十三户",
    "kind": "clearance",
    "on_day": "2013-07-02",
    "text": "分片包户\n一个标准",
}
OUT = {"published_on": "2013-07-10", "published_in": "区电视台", "link": "https://news.example.cn/53.html"}


def the_one() -> Story:
    return db.session.scalars(sa.select(Story)).one()


@pytest.mark.parametrize(
    ("text", "so"),
    [("https://news.example.cn/a?b=1", True), ("http://a.cn", True), ("javascript:alert(1)", False), ("//a.cn", False),
     ("www.a.cn", False), ("ftp://a.cn/x", False), ("http://", False), ("http://[", False), ("", False)],
)  # fmt: skip
def test_an_address_is_somewhere_on_the_web(text: str, so: bool) -> None:
    assert is_address(text) is so


def test_a_story_is_written_down_published_and_found_where_it_belongs(cast: Any, as_user: Any) -> None:
    project, deal = make_project("石华线改建", cast.li), make_deal("阀门项目", by=cast.li)
    settings.put("story.office", cast.chen.unit.name)
    db.session.commit()
    li, chen, wang = as_user(cast.li), as_user(cast.chen), as_user(cast.wang)
    about = {"project": "石华线改建", "deal": "阀门项目", "person_id": str(cast.li.id), "unit_id": ""}
    url = li.submit("/stories/new", **NEW, **about, files=(io.BytesIO(b"%PDF-1.4 x"), "照片.pdf")).went_to
    made = the_one()
    assert url == f"/stories/{made.id}" and made.state is StoryState.REGISTERED
    assert (made.unit_id, made.project_id, made.deal_id) == (cast.li.unit_id, project.id, deal.id)
    assert db.session.scalars(sa.select(Notice.user_id)).all() == [cast.chen.id], "who publishes is told"
    wang.see(url, 404)
    assert url in chen.see("/stories?state=registered").links
    chen.submit(f"{url}/publish", **OUT)
    assert made.state is StoryState.PUBLISHED and "新闻" not in made.published_in
    page = wang.see(url)
    assert OUT["link"] in page.links and "区电视台" in page.text
    assert f"/projects/{project.id}" not in page.links, (
        "a reader of another unit sees the story, not the record"
    )
    assert wang.get(next(one for one in page.links if one.startswith("/stories/files/"))).status_code == 200
    for where in (f"/projects/{project.id}", f"/deals/{deal.id}", f"/targets/people/{cast.li.id}",
                  f"/targets/units/{cast.li.unit_id}"):  # fmt: skip
        assert url in li.see(where).links, where
    assert {f"/projects/{project.id}", f"/deals/{deal.id}"} <= set(li.see(url).links)
    begun = f"/stories/new?project={project.id}"
    assert begun in li.see(f"/projects/{project.id}").links and "石华线改建" in li.see(begun).html
    for asked in (
        "kind=clearance",
        f"unit={cast.li.unit_id}",
        "published_from=2013-07-10",
        "day_to=2013-07-02",
        "q=分片",
    ):
        assert url in wang.see(f"/stories?{asked}").links, asked
    assert url not in wang.see("/stories?kind=works").links
    assert "二十天签完" in wang.see("/find?q=二十天签完").text
    with pytest.raises(WrittenOnce):
        made.entered_unit_id = cast.wang.unit_id
    db.session.rollback()


@pytest.mark.on("sqlite")
def test_it_is_put_right_and_taken_back_and_each_act_is_recorded(cast: Any, as_user: Any) -> None:
    admin, li = as_user(cast.admin), as_user(cast.li)
    url = li.submit("/stories/new", **NEW, unit_id=str(cast.li.unit_id)).went_to
    made = the_one()
    li.submit(f"{url}/edit", title="二十天签完", kind="works")
    assert (made.title, made.kind, made.text) == ("二十天签完", StoryKind.WORKS, "分片包户\n一个标准")
    other = li.submit("/stories/new", **(NEW | {"title": "另一件"}), unit_id=str(cast.li.unit_id)).went_to
    again = li.submit(f"{other}/edit", title="二十天签完")
    assert again.status_code == 422 and "同一标题" in again.text
    admin.submit(f"{other}/edit", title="第三件")
    admin.submit(f"{url}/publish", **OUT)
    li.see(f"{url}/edit", 403)
    admin.submit(f"{url}/publish", **(OUT | {"published_in": "省报"}))
    assert (made.published_in, made.published_on) == ("省报", dt.date(2013, 7, 10))
    bare = admin.submit(f"{url}/take-back", reason=" ")
    assert bare.status_code == 422 and made.state is StoryState.PUBLISHED
    admin.submit(f"{url}/take-back", reason="数不实")
    assert (made.state, made.link, made.published_in) == (StoryState.REGISTERED, "", "")
    with pytest.raises(Refused, match="还没有发布"):
        actions.take_back(made, "再来", actor=cast.admin)
    events = db.session.execute(
        sa.select(Event.verb, Event.note)
        .where(Event.noun == "story", Event.record_id == made.id)
        .order_by(Event.id)
    ).all()
    assert [verb.rpartition(".")[2] for verb, _note in events] == [
        "registered", "edited", "published", "published", "taken_back"
    ]  # fmt: skip
    assert events[-1].note == "数不实"
    assert f"/admin/events?noun=story&record_id={made.id}" in admin.see(url).links


@pytest.mark.on("sqlite")
def test_what_is_refused_and_who_may_not(cast: Any, as_user: Any) -> None:
    mine = make_story("老典型", by=cast.wang)
    db.session.commit()
    wang, zhou, url = as_user(cast.wang), as_user(cast.zhou), f"/stories/{mine.id}"
    unit = {"unit_id": str(cast.wang.unit_id)}
    for typed, said in (
        ({"on_day": "2013-07-26"} | unit, "不能晚于今天"),
        ({"title": "老典型"} | unit, "已经登记过了"),
        ({"unit_id": ""}, "哪个单位或者哪个人"),
        ({"title": " "} | unit, "请填写标题"),
    ):
        answer = wang.submit("/stories/new", **(NEW | typed))
        assert answer.status_code == 422 and said in answer.said, said
        assert "分片包户" in answer.get_data(as_text=True), "what was typed stays"
    for typed, said in (
        ({"published_on": "2013-07-26"}, "不能晚于今天"),
        ({"published_on": "2013-07-01"}, "不能早于"),
        ({"published_in": ""}, "请填写发布在哪里"),
        ({"link": "javascript:alert(1)"}, "网址要写全"),
    ):
        answer = zhou.submit(f"{url}/publish", **(OUT | {"published_on": "2013-07-24"} | typed))
        assert answer.status_code == 422 and said in answer.said, said
    as_user(cast.li).see(url, 404)
    as_user(cast.zheng).see(url)
    for user in (cast.zheng, cast.wang, cast.chen):
        for door in ("publish", "take-back"):
            as_user(user).see(f"{url}/{door}", 403)
    for door in ("/stories/new", f"{url}/edit"):
        as_user(cast.zheng).see(door, 403)
    zhou.see(f"{url}/publish")
    zhou.see(f"{url}/take-back")
    assert mine.published_on is None, "GET does not act"
    assert mine.on_day < TODAY


def test_the_demo_district_tells_a_story_of_each_kind(district: Any, as_user: Any) -> None:
    found = db.session.scalars(sa.select(Story)).all()
    assert {one.kind for one in found} == set(StoryKind) and {one.state for one in found} == set(StoryState)
    leader = as_user(district["leader"])
    for one in found:
        leader.see(f"/stories/{one.id}")
        assert f"/stories/{one.id}" in leader.see(f"/projects/{one.project_id}").links
