"""Ties, the ways they open, and introductions that are asked for."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import sqlalchemy as sa

from crm.audit.models import Event
from crm.db import db
from crm.deals.stages import Stage
from crm.duplicates import actions as duplicates
from crm.duplicates import merging
from crm.merchants.models import OrganisationKind
from crm.referrals import queries
from crm.referrals.chains import Node
from crm.referrals.models import Asking, Introduction, Tie, TieKind
from tests.cast import make_contact, make_deal, make_enterprise, make_person
from tests.support.statements import count_statements

TODAY = dt.date(2013, 7, 25)


def events(verb: str) -> list[Event]:
    return list(db.session.scalars(sa.select(Event).filter_by(verb=verb).order_by(Event.id)))


def make_tie(one: Any, two: Any, by: Any, kind: TieKind = TieKind.FRIEND, said: str = "听说") -> Tie:
    tie = Tie(one_noun=one.__tablename__, one_id=one.id, two_noun=two.__tablename__, two_id=two.id, kind=kind,
              said=said, unit_id=by.unit_id, author_id=by.id)  # fmt: skip
    db.session.add(tie)
    db.session.commit()
    return tie


def names(user: Any, target: Any) -> list[str]:
    return [way.words for way in queries.ways(user, Node(target.__tablename__, target.id))]


# --- the ways -----------------------------------------------------------------------------------------------


def test_whom_we_have_met_leads_on_by_posts_and_ties(cast: Any, session: Any) -> None:
    target = make_enterprise("想见的企业", by=cast.wang)
    boss = make_person("董事长", by=cast.wang, at=target, title="董事长")
    friend = make_person("老朋友", by=cast.wang)
    log = make_contact("谈过", by=cast.chen)
    log.people.append(friend)
    make_tie(friend, boss, cast.wang, said="老朋友自己说的")
    assert names(cast.wang, target) == ["陈主任 — 老朋友 — 董事长 — 想见的企业"]
    way = queries.ways(cast.wang, Node("enterprise", target.id))[0]
    assert [step.kind for step in way.steps] == ["met", "friend", "works"]
    assert way.ask and way.ask.name == "董事长"
    assert "朋友：老朋友自己说的" in way.steps[1].said


def test_a_colleague_who_came_along_knows_them_too(cast: Any, session: Any) -> None:
    boss = make_person("董事长", by=cast.wang)
    log = make_contact("一起去的", by=cast.wang)
    log.people.append(boss)
    log.colleagues.append(cast.chen)
    db.session.commit()
    assert set(names(cast.wang, boss)) == {"王专员 — 董事长", "陈主任 — 董事长"}


def test_firms_that_are_here_open_the_way_through_chamber_group_and_deals(cast: Any, session: Any) -> None:
    chamber = make_enterprise("上海市衢州商会", by=cast.wang, kind=OrganisationKind.CHAMBER)
    target = make_enterprise("会员企业", by=cast.wang, chamber="上海市衢州商会")
    here = make_enterprise("已经落户的会员", by=cast.wang, chamber="上海市衢州商会")
    make_enterprise("没有落户的会员", by=cast.wang, chamber="上海市衢州商会")
    make_deal("已签约", by=cast.wang, enterprise_id=here.id, stage=Stage.SIGNED, signed_on=TODAY)
    db.session.commit()
    assert names(cast.wang, target) == [f"已经落户的会员 — {chamber.name} — 会员企业"]
    way = queries.ways(cast.wang, Node("enterprise", target.id))[0]
    assert [step.kind for step in way.steps] == ["chamber", "chamber"]


def test_of_what_i_may_not_see_i_learn_only_the_unit_and_whom_to_ask(cast: Any, as_user: Any) -> None:
    target = make_enterprise("想见的企业", by=cast.wang)
    boss = make_person("董事长", by=cast.wang, at=target)
    secret = make_person("航埠的客商", by=cast.li)
    secret.name = "不该看见的名字"
    log = make_contact("谈过", by=cast.li)
    log.people.append(secret)
    make_tie(secret, boss, cast.li, said="不该看见的依据")
    page = as_user(cast.wang).see(f"/enterprise/{target.id}/ways")
    assert "不该看见的名字" not in page.html and f"/people/{secret.id}" not in page.html
    assert "航埠镇的客商" in page.text and "李乡长" in page.text
    assert "不该看见的依据" not in page.html
    stranger = make_person("不在路上的人", by=cast.li)
    db.session.commit()
    ask_url = f"/enterprise/{target.id}/introduction?asked=person-"
    assert as_user(cast.wang).get(f"{ask_url}{stranger.id}").status_code == 404
    assert as_user(cast.wang).get(f"{ask_url}{secret.id}").status_code == 200
    assert "不该看见的名字" in as_user(cast.zhou).see(f"/enterprise/{target.id}/ways").text


def test_no_way_says_what_to_do(cast: Any, as_user: Any) -> None:
    target = make_enterprise("谁也不认识", by=cast.wang)
    db.session.commit()
    assert "四步以内没有找到路" in as_user(cast.wang).see(f"/enterprise/{target.id}/ways").text


def test_the_net_grows_in_a_bounded_number_of_statements(cast: Any, session: Any) -> None:
    target = make_enterprise("想见的企业", by=cast.wang)
    for number in range(40):
        person = make_person(f"人{number}", by=cast.wang, at=target)
        firm = make_enterprise(f"企业{number}", by=cast.wang)
        make_tie(person, firm, cast.wang, TieKind.COLLEAGUE)
        make_person(f"又一人{number}", by=cast.wang, at=firm)
    with count_statements() as statements:
        queries.ways(cast.wang, Node("enterprise", target.id))
    assert len(statements) < 60


# --- ties ---------------------------------------------------------------------------------------------------


def test_a_tie_is_noted_with_its_ground_and_taken_back(cast: Any, as_user: Any) -> None:
    firm = make_enterprise("甲公司", by=cast.wang)
    friend = make_person("毛启兰", by=cast.wang)
    db.session.commit()
    wang, url = as_user(cast.wang), f"/enterprise/{firm.id}/ties"
    assert "毛启兰" in wang.see(f"{url}?q=毛启兰").text
    form = f"{url}?other=person-{friend.id}"
    answer = wang.submit(form, _to=url, kind="friend", said="商会年会上说的")
    assert answer.went_to == f"/enterprises/{firm.id}"
    tie = db.session.scalars(sa.select(Tie)).one()
    assert (tie.one_id, tie.two_noun, tie.kind, tie.author_id) == (
        friend.id,
        "enterprise",
        TieKind.FRIEND,
        cast.wang.id,
    )
    assert events("tie.noted")[0].record_id == tie.id
    assert "商会年会上说的" in wang.see(f"/enterprises/{firm.id}").text
    again = wang.submit(form, _to=url, kind="friend", said="又说一遍")
    assert again.status_code == 422 and "已经记过了" in again.page.text
    wang.submit(f"/enterprises/{firm.id}", _to=f"/ties/{tie.id}/remove")
    assert not db.session.scalars(sa.select(Tie)).all()
    assert events("tie.removed")[0].changes["said"] == ["商会年会上说的", None]


@pytest.mark.parametrize(
    ("kind", "sentence"), [("kin", "两边都要是人"), ("", "请填写什么关系"), ("nonsense", "没有这个选项")]
)
def test_a_tie_that_cannot_be_is_refused(cast: Any, as_user: Any, kind: str, sentence: str) -> None:
    firm = make_enterprise("甲公司", by=cast.wang)
    friend = make_person("毛启兰", by=cast.wang)
    db.session.commit()
    url = f"/enterprise/{firm.id}/ties"
    answer = as_user(cast.wang).submit(f"{url}?other=person-{friend.id}", _to=url, kind=kind, said="听说")
    assert answer.status_code == 422 and sentence in answer.page.text and "听说" in answer.page.html
    assert not db.session.scalars(sa.select(Tie)).all()


def test_a_tie_with_somebody_hidden_or_unknown_is_not_found(cast: Any, as_user: Any) -> None:
    firm, hidden = make_enterprise("甲公司", by=cast.wang), make_person("航埠的人", by=cast.li)
    db.session.commit()
    wang = as_user(cast.wang)
    for other in (f"person-{hidden.id}", "person-999", "deal-1"):
        status = 200 if other == "deal-1" else 404  # what names nobody asks again for whom
        assert wang.get(f"/enterprise/{firm.id}/ties?other={other}").status_code == status, other


def test_ties_go_with_a_merge_and_come_back(cast: Any, session: Any) -> None:
    firms = [make_enterprise(name, by=cast.wang) for name in ("甲有限公司", "甲公司")]
    friend = make_person("毛启兰", by=cast.wang)
    ties = [make_tie(friend, firm, cast.wang) for firm in firms]
    merged = merging.merge(merging.plan("enterprise", [firm.id for firm in firms]), actor=cast.chen)
    db.session.commit()
    assert {tie.two_id for tie in queries.ties_of(Node("enterprise", merged.survivor_id))} == {
        merged.survivor_id
    }
    duplicates.undo_merge(merged, actor=cast.chen)
    db.session.commit()
    for tie in ties:
        db.session.refresh(tie)
    assert [tie.two_id for tie in ties] == [firm.id for firm in firms]


# --- introductions ------------------------------------------------------------------------------------------


@pytest.fixture
def chain(cast: Any) -> tuple[Any, Any]:
    """(whom we want to reach, who can lead us there)."""
    target = make_enterprise("想见的企业", by=cast.wang)
    friend = make_person("老朋友", by=cast.wang)
    log = make_contact("谈过", by=cast.wang)
    log.people.append(friend)
    make_tie(friend, target, cast.wang)
    return target, friend


def ask(client: Any, target: Any, asked: Any, **typed: Any) -> Any:
    url = f"/enterprise/{target.id}/introduction"
    given = {"wish": "约一次见面", "due_on": "2013-08-10"} | typed
    return client.submit(f"{url}?asked=person-{asked.id}", _to=url, **given)


def test_an_introduction_is_asked_for_stands_on_the_desk_and_ends_in_a_tie(
    cast: Any, as_user: Any, chain: tuple[Any, Any]
) -> None:
    target, friend = chain
    wang = as_user(cast.wang)
    answer = ask(as_user(cast.chen), target, friend, owner_id=cast.wang.id)
    new = db.session.scalars(sa.select(Introduction)).one()
    assert answer.went_to == f"/introductions/{new.id}"
    assert (new.owner_id, new.unit_id, new.way) == (
        cast.wang.id,
        cast.chen.unit_id,
        "王专员 — 老朋友 — 想见的企业",
    )
    assert events("introduction.asked")[0].record_id == new.id
    assert "由我去请的引荐" in wang.see("/").text
    assert "约一次见面" in wang.see("/introductions?mine=1").text
    assert "老朋友" in wang.see(f"/enterprise/{target.id}/ways").text
    twice = ask(wang, target, friend)
    assert twice.status_code == 422 and "已经在请老朋友引荐了" in twice.page.text
    end = f"/introductions/{new.id}/end"
    wang.submit(end, _to=end, state="done", outcome="下周见面")
    db.session.refresh(new)
    assert (new.state, new.ended_on, new.outcome) == (Asking.DONE, TODAY, "下周见面")
    kinds = {tie.kind for tie in queries.ties_of(Node("enterprise", target.id))}
    assert kinds == {TieKind.FRIEND, TieKind.INTRODUCED}
    again = wang.submit(end, _to=end, state="declined", outcome="不见")
    assert again.status_code == 422 and "已经有了结果" in again.page.text


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"due_on": "2013-07-01"}, "日期已经过了"),
        ({"due_on": "2019-01-01"}, "日期超过一年"),
        ({"wish": ""}, "请填写请他做什么"),
    ],
)
def test_what_cannot_be_asked_is_refused_and_kept(
    cast: Any, as_user: Any, chain: tuple[Any, Any], typed: dict[str, str], sentence: str
) -> None:
    answer = ask(as_user(cast.wang), *chain, **typed)
    assert answer.status_code == 422 and sentence in answer.page.text
    assert not db.session.scalars(sa.select(Introduction)).all()


def test_others_see_nothing_and_readers_change_nothing(
    cast: Any, as_user: Any, chain: tuple[Any, Any]
) -> None:
    target, friend = chain
    ask(as_user(cast.wang), target, friend)
    new = db.session.scalars(sa.select(Introduction)).one()
    li, zheng, chen = as_user(cast.li), as_user(cast.zheng), as_user(cast.chen)
    for url in (f"/enterprise/{target.id}/ways", f"/enterprise/{target.id}/ties", f"/introductions/{new.id}",
                f"/introductions/{new.id}/end", f"/enterprise/{target.id}/introduction?asked=person-{friend.id}"):  # fmt: skip
        assert li.get(url).status_code == 404, url
    assert zheng.get(f"/introductions/{new.id}").status_code == 200
    assert zheng.get(f"/introductions/{new.id}/end").status_code == 403
    assert zheng.get(f"/enterprise/{target.id}/ties").status_code == 403
    assert chen.get(f"/introductions/{new.id}/end").status_code == 200  # the head of the unit
    assert "想见的企业" not in li.see("/introductions").text
