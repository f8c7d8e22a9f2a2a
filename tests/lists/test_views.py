"""Saved views, remembered columns, tags and acts on many."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

import pytest
import sqlalchemy as sa

from crm.audit.models import Event
from crm.lists.models import ChosenColumns, SavedView, Tag, ViewColumns
from crm.merchants.models import Origin
from tests.cast import make_enterprise


@pytest.fixture
def base(cast: Any, session: Any) -> list[Any]:
    firms = [
        make_enterprise(f"衢州第{n}机械厂", by=cast.wang, origin=Origin.QUSHANG if n < 3 else Origin.OTHER)
        for n in range(5)
    ]
    firms.append(make_enterprise("航埠柑橘合作社", by=cast.li))
    session.commit()
    return firms


def post(client: Any, where: str, **data: Any) -> Any:
    return client.post(f"/lists/enterprises/{where}", data={"csrf_token": client.token()} | data)


def test_a_view_keeps_filter_order_and_columns(
    cast: Any, session: Any, as_user: Callable[..., Any], base: list[Any]
) -> None:
    wang = as_user(cast.wang)
    answer = post(
        wang, "view", query="origin=qushang&sort=-name&page=2&evil=1", view_name="衢商在前", columns=["uscc"]
    )
    assert answer.went_to == "/enterprises?origin=qushang&sort=-name&columns=uscc"
    page = wang.see(answer.went_to)
    assert "信用代码" in page.text and "视图“衢商在前”已保存" in page.text
    assert "/enterprises?origin=qushang&sort=-name&columns=uscc" in wang.see("/enterprises").links
    post(wang, "view", query="origin=other", view_name="衢商在前")
    view = session.scalars(sa.select(SavedView)).one()
    assert view.query == "origin=other"
    assert "衢商在前" not in as_user(cast.chen).see("/enterprises").text


def test_a_shared_view_is_the_units_and_only_its_maker_forgets_it(
    cast: Any, session: Any, as_user: Callable[..., Any], base: list[Any]
) -> None:
    wang, chen = as_user(cast.wang), as_user(cast.chen)
    post(wang, "view", query="origin=qushang", view_name="大家的衢商", shared="1")
    view = session.scalars(sa.select(SavedView)).one()
    assert "大家的衢商" in chen.see("/enterprises").text
    assert "大家的衢商" not in as_user(cast.li).see("/enterprises").text
    assert post(chen, "view/forget", view=view.id).status_code == 404
    assert post(wang, "view/forget", view=view.id).status_code == 303
    assert session.scalars(sa.select(SavedView)).all() == []


@pytest.mark.on("sqlite")
@pytest.mark.parametrize("name", ["", "   ", "很" * 41, "\x00"])
def test_a_view_without_a_good_name_is_refused_with_a_sentence(
    cast: Any, session: Any, as_user: Callable[..., Any], base: list[Any], name: str
) -> None:
    wang = as_user(cast.wang)
    answer = post(wang, "view", query="origin=qushang", view_name=name)
    assert "1 到 40 个字" in wang.follow(answer).said
    assert session.scalars(sa.select(SavedView)).all() == []


def test_columns_chosen_on_a_view_are_the_views(
    cast: Any, session: Any, as_user: Callable[..., Any], base: list[Any]
) -> None:
    """And what it exports by itself; the list without a view keeps its own."""
    wang = as_user(cast.wang)
    post(wang, "view", query="origin=qushang", view_name="衢商")
    post(wang, "view", query="sort=name", view_name="按名称", shared="1")
    answer = post(wang, "columns", query="origin=qushang", columns=["uscc", "kind"])
    assert answer.went_to == "/enterprises?origin=qushang&columns=name&columns=uscc&columns=kind"
    assert "信用代码" in wang.see(answer.went_to).text
    export = "/lists/enterprises/export" + answer.went_to.removeprefix("/enterprises")
    ticked = [
        one.get("value")
        for one in wang.see(export).all("input", name="columns")
        if one.get("checked") is not None
    ]
    assert ticked == ["name", "kind", "uscc"]
    assert "信用代码" not in wang.see("/enterprises?origin=qushang").rows()[0]
    assert session.scalars(sa.select(ChosenColumns)).all() == []
    # Somebody else's shared view stays as it is: the choice is remembered for me and this view.
    post(as_user(cast.chen), "columns", query="sort=name", columns=["uscc"])
    assert session.scalars(sa.select(ViewColumns.user_id)).all() == [cast.chen.id]
    assert session.scalars(sa.select(ChosenColumns)).all() == []
    queries = session.scalars(sa.select(SavedView.query).order_by(SavedView.id)).all()
    assert queries == ["origin=qushang&columns=name&columns=uscc&columns=kind", "sort=name"]


def test_columns_on_a_colleagues_view_are_mine_for_that_view_alone(
    cast: Any, session: Any, as_user: Callable[..., Any], base: list[Any]
) -> None:
    wang, chen = as_user(cast.wang), as_user(cast.chen)
    post(wang, "view", query="origin=qushang", view_name="衢商", shared="1", columns=["name", "uscc"])
    post(wang, "view", query="sort=name", view_name="按名称", shared="1", columns=["name", "kind"])
    his = "/enterprises?origin=qushang&columns=name&columns=uscc"
    assert his in chen.see("/enterprises").links
    answer = post(chen, "columns", query=his.partition("?")[2], columns=["legal_rep", "nonsense"])
    mine = "/enterprises?origin=qushang&columns=name&columns=legal_rep"
    assert answer.went_to == mine
    page = chen.see(mine)
    assert "法定代表人" in page.text and mine in page.links and his not in page.links
    assert "aria-current" in page.html, "it is known as the view whose columns I chose"
    assert "/enterprises?sort=name&columns=name&columns=kind" in page.links, "the other view is as it was"
    assert his in wang.see("/enterprises").links, "and so is his"
    # Chosen again: remembered anew, once; and back to what its maker chose.
    post(chen, "columns", query=mine.partition("?")[2], columns=["address"])
    assert session.scalars(sa.select(ViewColumns.keys)).all() == [["name", "address"]]
    mine = "/enterprises?origin=qushang&columns=name&columns=address"
    assert post(chen, "columns", query=mine.partition("?")[2], usual="1").went_to == his
    assert session.scalars(sa.select(ViewColumns)).all() == []
    # What was remembered goes with the view.
    post(chen, "columns", query=his.partition("?")[2], columns=["address"])
    view = session.scalars(sa.select(SavedView).filter_by(name="衢商")).one()
    post(wang, "view/forget", view=view.id)
    assert session.scalars(sa.select(ViewColumns)).all() == []


def test_columns_are_remembered_for_person_and_list(
    cast: Any, session: Any, as_user: Callable[..., Any], base: list[Any]
) -> None:
    wang = as_user(cast.wang)
    answer = post(wang, "columns", query="origin=qushang&columns=uscc", columns=["legal_rep", "nonsense"])
    assert answer.went_to == "/enterprises?origin=qushang"

    def headings(client: Any) -> list[str]:
        return [
            th.get("data-label") or "".join(th.itertext()).strip()
            for th in client.see("/enterprises").all("th", scope="col")
        ][1:]

    assert headings(wang) == ["名称", "法定代表人"]
    assert len(headings(as_user(cast.chen))) > 2
    post(wang, "columns", query="", usual="1")
    assert session.scalars(sa.select(ChosenColumns)).all() == []


def test_a_chip_takes_away_its_own_filter_only(
    cast: Any, as_user: Callable[..., Any], base: list[Any]
) -> None:
    page = as_user(cast.wang).see("/enterprises?origin=qushang&origin=other&q=衢州&sort=name&size=20&page=3")
    chips = page.all("li", class_="chip")
    assert len(chips) == 3
    links = [link.get("href", "") for chip in chips for link in chip.iter("a")]
    away = [sorted(parse_qsl(link.partition("?")[2])) for link in links]
    kept = [("size", "20"), ("sort", "name")]
    assert sorted([("origin", "other"), ("q", "衢州"), *kept]) in away
    assert sorted([("origin", "qushang"), ("origin", "other"), *kept]) in away


@pytest.mark.on("sqlite")
def test_the_three_empty_lists_differ(cast: Any, session: Any, as_user: Callable[..., Any]) -> None:
    li = as_user(cast.li)
    assert "还没有企业" in li.see("/enterprises").text
    make_enterprise("衢州机械厂", by=cast.wang)
    session.commit()
    assert "属于其他单位" in li.see("/enterprises").text
    assert "没有符合条件的记录" in as_user(cast.wang).see("/enterprises?origin=overseas").text


@pytest.mark.on("sqlite")
@pytest.mark.parametrize(
    "query",
    ["q=" + "长" * 3000, "q=%00%E2%80%AE", "q='%20OR%201=1--", "sort=--name", "sort=id;drop", "page=-1", "page=99999999999",
     "size=0", "columns=x", "ids=1,2,a,99999999999999999999", "tag=%F0%9F%98%80", "origin=", "origin=1&origin=2",
     "follower=999999999999999999999", "unit=%EF%BC%91"],
)  # fmt: skip
def test_whatever_stands_in_the_address_is_answered(
    cast: Any, as_user: Callable[..., Any], base: list[Any], query: str
) -> None:
    as_user(cast.wang).see(f"/enterprises?{query}")


# --- many at once ---------------------------------------------------------------------------------------------


def words(session: Any) -> set[tuple[int, str]]:
    return {(tag.record_id, tag.word) for tag in session.scalars(sa.select(Tag))}


def test_tags_go_on_the_chosen_rows_and_come_off(
    cast: Any, session: Any, as_user: Callable[..., Any], base: list[Any]
) -> None:
    chen = as_user(cast.chen)
    two = [base[0].id, base[1].id]
    answer = post(chen, "bulk", act="tag", value_tag=" 世界浙商大会 ", ids=two, filter_sort="name")
    assert answer.went_to == "/enterprises?sort=name"
    assert "完成 2 条" in chen.follow(answer).said
    assert words(session) == {(one, "世界浙商大会") for one in two}
    events = session.scalars(sa.select(Event).filter_by(verb="enterprise.tagged").order_by(Event.id)).all()
    assert {event.record_id for event in events} == set(two)
    again = chen.follow(post(chen, "bulk", act="tag", value_tag="世界浙商大会", ids=[*two, base[2].id]))
    assert "完成 1 条" in again.said and "跳过 2 条：已有这个标签（2 条）" in again.said
    assert chen.see("/enterprises?tag=世界浙商大会").text.count("衢州第") == 3
    post(chen, "bulk", act="untag", value_tag="世界浙商大会", ids=two)
    assert words(session) == {(base[2].id, "世界浙商大会")}


def test_all_rows_of_the_filter_are_the_filters_rows_and_no_others(
    cast: Any, session: Any, as_user: Callable[..., Any], base: list[Any]
) -> None:
    chen = as_user(cast.chen)
    post(chen, "bulk", act="tag", value_tag="要走访", all="1", filter_origin="qushang", ids=[base[4].id])
    assert words(session) == {(firm.id, "要走访") for firm in base[:3]}


def test_rows_of_other_units_are_not_touched_whatever_is_posted(
    cast: Any, session: Any, as_user: Callable[..., Any], base: list[Any]
) -> None:
    chen = as_user(cast.chen)
    answer = post(chen, "bulk", act="tag", value_tag="偷看", ids=[base[5].id])
    assert "没有选中任何记录" in chen.follow(answer).said
    assert words(session) == set()


@pytest.mark.on("sqlite")
def test_acts_need_their_right_and_a_good_value(
    cast: Any, session: Any, as_user: Callable[..., Any], base: list[Any]
) -> None:
    ids = [base[0].id]
    assert post(as_user(cast.zheng), "bulk", act="tag", value_tag="督查", ids=ids).status_code == 403
    assert post(as_user(cast.wang), "bulk", act="tag", value_tag="王", ids=ids).status_code == 403
    chen = as_user(cast.chen)
    assert post(chen, "bulk", act="explode", ids=ids).status_code == 404
    assert "1 到 32 个字" in chen.follow(post(chen, "bulk", act="tag", value_tag="", ids=ids)).said
    assert "没有选中" in chen.follow(post(chen, "bulk", act="tag", value_tag="好")).said
    assert (
        "没有这个选项" in chen.follow(post(chen, "bulk", act="assign", value_assign=cast.li.id, ids=ids)).said
    )
    assert words(session) == set()
    assert not session.scalars(sa.select(Event).where(Event.noun == "enterprise")).all()


@pytest.mark.on("sqlite")
def test_exporting_the_chosen_rows_leads_to_the_export_page(
    cast: Any, as_user: Callable[..., Any], base: list[Any]
) -> None:
    wang = as_user(cast.wang)
    answer = post(wang, "bulk", act="export", ids=[base[0].id, base[1].id], filter_sort="name")
    page = wang.follow(answer)
    assert "共 2 行" in page.said
    file = wang.submit(answer.went_to, "/lists/enterprises/export", format="csv")
    assert file.status_code == 200 and file.get_data().decode("utf-8-sig").count("\r\n") == 3


@pytest.mark.on("sqlite")
def test_nothing_acts_by_being_opened(cast: Any, as_user: Callable[..., Any], base: list[Any]) -> None:
    chen = as_user(cast.chen)
    for act in ("view", "view/forget", "columns", "bulk"):
        assert chen.get(f"/lists/enterprises/{act}").status_code == 405
