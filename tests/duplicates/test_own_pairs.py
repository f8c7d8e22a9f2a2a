"""A promoter's own double entries: he need not wait for his head, and decides about nobody else's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from crm.audit.models import Event
from crm.duplicates import queries
from crm.duplicates.models import Merge
from crm.duplicates.queries import Heap
from crm.merchants import actions as merchants
from crm.merchants.models import Suspect, SuspectState
from tests.cast import make_enterprise, make_user

from .test_queue import PHONE, TWIN, firm, merge, only_pair, plain, press


@pytest.fixture
def own(cast: Any, session: Any) -> Suspect:
    """王专员 has entered one firm twice."""
    firm(cast, province="上海市")
    firm(cast, TWIN, province="上海市")
    session.commit()
    return only_pair(session)


@pytest.fixture
def sun(cast: Any, session: Any) -> Any:
    """A colleague of 王专员."""
    user = make_user("sun", "孙专员", cast.wang.role, cast.wang.unit)
    session.commit()
    return user


@pytest.fixture
def shared(cast: Any, session: Any, sun: Any) -> Suspect:
    """One record is 王专员's, the other his colleague's."""
    firm(cast, province="上海市")
    merchants.create_enterprise({"name": TWIN, "phones": PHONE, "province": "上海市"}, actor=sun)
    session.commit()
    return only_pair(session)


def test_ones_own_double_entries_wait_for_oneself_and_for_the_head(
    cast: Any, session: Any, own: Suspect, sun: Any, as_user: Callable[..., Any]
) -> None:
    assert own.user_id == cast.wang.id and own.unit_id == cast.wang.unit_id
    assert [queries.said(one) for one in (cast.wang, cast.chen, cast.admin)] == ["1", "1", "1"]
    assert [queries.said(one) for one in (sun, cast.li, cast.zhou, cast.zheng)] == ["", "", "", ""]
    wang = as_user(cast.wang)
    assert "有 1 对记录可能是同一家" in wang.see("/").text
    page = wang.see("/suspects")
    assert "待判定 1" in page.text and page.all("button", name="decision")
    assert "/suspects/engine" not in page.links, "the engine is looked after by others"


def test_he_decides_it_is_recorded_and_he_may_change_his_mind(
    cast: Any, session: Any, own: Suspect, as_user: Callable[..., Any]
) -> None:
    wang = as_user(cast.wang)
    assert press(wang, own, "different").went_to == "/suspects"
    assert own.state is SuspectState.DIFFERENT and own.decided_by_id == cast.wang.id
    assert session.scalars(sa.select(Event).filter_by(verb="suspect.decided")).one().actor_id == cast.wang.id
    wang.post("/suspects/undo", data={"csrf_token": wang.token()})
    assert own.state is SuspectState.OPEN
    merge(wang, own)
    done = session.scalars(sa.select(Merge)).one()
    assert done.merged_by_id == cast.wang.id and own.state is SuspectState.MERGED
    wang.post(f"/suspects/merges/{done.id}/undo", data={"csrf_token": wang.token()})
    assert done.undone_at and own.state is SuspectState.OPEN and own.user_id == cast.wang.id


def test_a_colleagues_half_is_for_the_head_to_decide(
    cast: Any, session: Any, shared: Suspect, sun: Any, as_user: Callable[..., Any]
) -> None:
    assert shared.user_id is None and shared.unit_id == cast.wang.unit_id
    for user in (cast.wang, sun):
        client = as_user(user)
        assert queries.waiting(user) == 0 and queries.waiting(user, Heap.ELSEWHERE) == 1
        assert "待负责人判定 1" in client.see("/suspects").text
        page = client.see(f"/suspects/{shared.id}")
        assert "这一对由区招商局判定" in page.text and "陈主任" in page.text
        assert not page.all("button", name="decision")
        for act in ("decide", "merge", "reopen"):
            answer = client.post(f"/suspects/{shared.id}/{act}", data={"csrf_token": client.token()})
            assert answer.status_code == 403
    assert shared.state is SuspectState.OPEN and not session.scalars(sa.select(Merge)).all()
    assert press(as_user(cast.chen), shared, "different").status_code == 303


def test_a_stranger_finds_nothing_and_looking_decides_nothing(
    cast: Any, session: Any, own: Suspect, as_user: Callable[..., Any]
) -> None:
    li, wang = as_user(cast.li), as_user(cast.wang)
    li.see(f"/suspects/{own.id}", 404)
    for act in ("decide", "merge", "reopen"):
        assert (
            li.post(f"/suspects/{own.id}/{act}", data={"csrf_token": li.token(), "decision": "different"})
        ).status_code == 404
        assert wang.get(f"/suspects/{own.id}/{act}").status_code == 405
    for door in ("/suspects/engine", "/suspects/engine/key/1"):
        assert wang.get(door).status_code == 403
    assert wang.post("/suspects/engine/scan", data={"csrf_token": wang.token()}).status_code == 403
    assert own.state is SuspectState.OPEN


def test_what_somebody_else_follows_now_is_no_longer_ones_own(cast: Any, session: Any, sun: Any) -> None:
    one, other = (make_enterprise(f"衢州{number}机械有限公司", by=sun) for number in "甲乙")
    for record in (one, other):
        merchants.assign(record, cast.wang.unit_id, cast.wang.id, actor=cast.chen)
    pair = plain(one, other)
    session.commit()
    assert pair.user_id == cast.wang.id
    merchants.assign(one, cast.wang.unit_id, sun.id, actor=cast.chen)
    session.commit()
    assert pair.user_id == sun.id, "who reported the one and follows the other"


def test_of_a_group_one_decides_the_part_that_is_ones_own(
    cast: Any, session: Any, sun: Any, as_user: Callable[..., Any]
) -> None:
    mine = [make_enterprise(f"衢州{number}机械有限公司", by=cast.wang) for number in "甲乙"]
    theirs = make_enterprise("衢州丙机械有限公司", by=sun)
    pair, across = plain(*mine, 0.7), plain(mine[1], theirs, 0.9)
    session.commit()
    item = queries.item_of(pair, cast.wang)
    assert item.pairs == (pair.id,) and theirs.id not in item.members
    assert set(queries.item_of(pair, cast.chen).pairs) == {pair.id, across.id}
    wang = as_user(cast.wang)
    fields = {
        "pairs": f"{pair.id}.{pair.version} {across.id}.{across.version}",
        "decision": "different",
        "once": "a-key",
    }
    answer = wang.post(f"/suspects/{pair.id}/decide", data=fields | {"csrf_token": wang.token()})
    assert answer.status_code == 403
    assert {pair.state, across.state} == {SuspectState.OPEN}
