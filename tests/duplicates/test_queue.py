"""The queue: who has what to decide, what is shown of it, what becomes of a decision."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from crm.audit.models import Event
from crm.db import db
from crm.duplicates import actions, queries
from crm.duplicates.models import Merge
from crm.duplicates.queries import Asked, Heap
from crm.lib import clock
from crm.lib.errors import Refused
from crm.merchants import actions as merchants
from crm.merchants import placing, suspects
from crm.merchants.models import Enterprise, Relation, Suspect, SuspectState
from crm.merchants.signs import Sign
from tests.cast import make_enterprise, make_person

NAME = "上海衢澜精密机械有限公司"
TWIN = "上海衢澜精密机械公司"
PHONE = "15400000001"
FETCH = {"X-Requested-With": "fetch"}
JSON = {"Accept": "application/json"}


def firm(cast: Any, name: str = NAME, *, by: str = "wang", **data: Any) -> Enterprise:
    return merchants.create_enterprise({"name": name, "phones": PHONE, **data}, actor=getattr(cast, by))


def only_pair(session: Any) -> Suspect:
    return session.scalars(sa.select(Suspect).filter_by(noun="enterprise")).one()


@pytest.fixture
def pair(cast: Any, session: Any) -> Suspect:
    """Two records of one unit: its head decides."""
    firm(cast, province="上海市", address="人民路 1 号")
    firm(cast, TWIN, province="上海市")
    session.commit()
    return only_pair(session)


@pytest.fixture
def split(cast: Any, session: Any) -> Suspect:
    """One record here, one there: neither unit's head may decide."""
    firm(cast, province="上海市")
    firm(cast, TWIN, province="上海市", by="li")
    session.commit()
    return only_pair(session)


def plain(a: Any, b: Any, score: float = 0.8, *, noun: str = "enterprise", **columns: Any) -> Suspect:
    """A pair put into the table as it stands."""
    given = {"verdict": "ask", "reasons": [["name:same_core", 3.0, ""]], **columns}
    suspect = Suspect(noun=noun, a_id=min(a.id, b.id), b_id=max(a.id, b.id), score=score, **given)
    db.session.add(suspect)
    db.session.flush()
    return suspect


def press(client: Any, suspect: Suspect, decision: str, **fields: Any) -> Any:
    here = f"/suspects/{suspect.id}"
    return client.submit(here, _to=f"{here}/decide", _button=("decision", decision), **fields)


def merge(client: Any, suspect: Suspect, **fields: Any) -> Any:
    """The same form, sent by its other button."""
    from tests.support.client import find_form, values_of

    here = f"/suspects/{suspect.id}"
    page = client.see(here)
    data = values_of(find_form(page, here, f"{here}/decide"))
    for one in page.all("input", form="pane-form"):
        if one.get("checked") is not None:
            name = one.get("name", "")
            data[name] = [*data[name], one.get("value")] if isinstance(data.get(name), list) else (
                [data[name], one.get("value")] if name in data else one.get("value")
            )  # fmt: skip
    return client.post(f"{here}/merge", data=data | fields)


# --- who decides ------------------------------------------------------------------------------------------------


def test_a_pair_waits_in_the_queue_of_the_unit_that_holds_both_sides(
    cast: Any, session: Any, pair: Suspect
) -> None:
    assert pair.unit_id == cast.chen.unit_id
    assert [queries.waiting(one) for one in (cast.chen, cast.admin)] == [1, 1]
    assert [queries.waiting(one) for one in (cast.li, cast.zhou, cast.zheng)] == [0, 0, 0]
    assert queries.said(cast.chen) == "1" and queries.said(cast.li) == ""


def test_what_nobody_holds_both_sides_of_is_counted_for_the_administrator_alone(
    cast: Any, session: Any, split: Suspect, as_user: Callable[..., Any]
) -> None:
    assert split.unit_id is None
    assert queries.waiting(cast.chen) == 0 and queries.waiting(cast.chen, Heap.ELSEWHERE) == 1
    assert queries.waiting(cast.admin) == 1 and queries.waiting(cast.admin, Heap.ELSEWHERE) == 0
    chen = as_user(cast.chen)
    page = chen.see("/suspects?show=elsewhere")
    assert "需他单位判定 1" in page.text and NAME in page.text
    assert "需他单位判定 1" in chen.see("/suspects").text, "counted from the other tabs as well"


def test_an_address_that_names_no_heap_opens_the_first_that_has_some(
    cast: Any, session: Any, split: Suspect, as_user: Callable[..., Any]
) -> None:
    chen = as_user(cast.chen)
    page = chen.see("/suspects")
    assert NAME in page.text and "由航埠镇跟进的一条记录" in page.text, (
        "nothing waits for her: what others decide"
    )
    assert NAME not in chen.see("/suspects?show=open").text, "the tab itself says what is in it"
    alone = chen.get("/suspects", headers={"X-Requested-With": "fetch"}).get_data(as_text=True)
    assert NAME not in alone, "the list that is counted anew stays where it is"
    admin = as_user(cast.admin).see("/suspects")
    assert "待判定 1" in admin.text


def test_of_another_units_record_one_learns_that_it_exists_its_unit_and_whom_to_ask(
    cast: Any, session: Any, split: Suspect, as_user: Callable[..., Any]
) -> None:
    chen = as_user(cast.chen)
    for address in ("/suspects?show=elsewhere", f"/suspects/{split.id}"):
        page = chen.see(address)
        assert NAME in page.text and TWIN not in page.html
        assert "由航埠镇跟进的一条记录" in page.text and "李乡长" in page.text
        pane = page.html.split("data-pane-room", 1)[1].split("<dialog")[0]
        for secret in ("同手机", "154****", "%</strong>", "名称", "很可能", f"/enterprises/{split.b_id}"):
            assert secret not in pane, secret
        assert not page.all("button", name="decision")
    for act in ("decide", "merge", "reopen"):
        assert chen.post(f"/suspects/{split.id}/{act}", data={"csrf_token": chen.token()}).status_code == 403
    whole = as_user(cast.admin).see("/suspects")
    assert TWIN in whole.text and "同手机" in whole.text and "154****0001" in whole.text
    assert PHONE not in whole.html


def test_a_record_that_changes_hands_takes_its_pairs_along(cast: Any, session: Any, split: Suspect) -> None:
    theirs = session.get_one(Enterprise, split.b_id)
    merchants.assign(theirs, cast.chen.unit_id, None, actor=cast.admin)
    session.commit()
    assert split.unit_id == cast.chen.unit_id and queries.waiting(cast.chen) == 1
    merchants.assign(theirs, cast.li.unit_id, None, actor=cast.admin)
    session.commit()
    assert split.unit_id is None and queries.waiting(cast.chen) == 0


def test_what_is_kept_with_the_pairs_is_what_the_records_say(cast: Any, session: Any) -> None:
    users = [cast.wang, cast.li, cast.zhou]
    for noun, make in (("enterprise", make_enterprise), ("person", make_person)):
        made = [
            make(
                f"甲{follow.id}乙{first.id}{whose}",
                by=cast.wang,
                follow_unit_id=follow.unit_id,
                first_report_unit_id=first.unit_id,
                follow_user_id=follow.id if whose else None,
                first_report_user_id=first.id,
            )
            for follow in users
            for first in users
            for whose in (True, False)
        ]
        for at, one in enumerate(made):
            for other in made[at + 1 :]:
                suspect = plain(one, other, noun=noun)
                common = {one.follow_unit_id, one.first_report_unit_id} & {
                    other.follow_unit_id,
                    other.first_report_unit_id,
                }
                assert suspect.unit_id in common if common else suspect.unit_id is None
                own = {one.follow_user_id, one.first_report_user_id} & {
                    other.follow_user_id,
                    other.first_report_user_id,
                } - {None}
                assert suspect.user_id in own if own else suspect.user_id is None
        assert placing.place(noun) == 0, "the statement and the session tell the same"
        session.execute(sa.update(Suspect.__table__).values(unit_id=None, user_id=cast.zheng.id))
        assert placing.place(noun) > 0
        session.expire_all()


def test_who_may_not_decide_sees_what_waits_and_no_buttons(
    cast: Any, session: Any, pair: Suspect, as_user: Callable[..., Any]
) -> None:
    for user in (cast.zhou, cast.zheng):
        client = as_user(user)
        page = client.see("/suspects")
        assert "待负责人判定 1" in page.text and TWIN in page.text and "同手机" in page.text
        assert not page.all("button", name="decision")
        for act in ("decide", "merge", "reopen"):
            answer = client.post(f"/suspects/{pair.id}/{act}", data={"csrf_token": client.token()})
            assert answer.status_code == 403
        assert client.post("/suspects/undo", data={"csrf_token": client.token()}).status_code == 403
    stranger = as_user(cast.li)
    stranger.see(f"/suspects/{pair.id}", 404)
    for act in ("decide", "merge", "reopen"):
        assert as_user(cast.chen).get(f"/suspects/{pair.id}/{act}").status_code == 405
        assert as_user(cast.chen).post(f"/suspects/999/{act}", data={"csrf_token": ""}).status_code in (
            400,
            404,
        )


# --- deciding ---------------------------------------------------------------------------------------------------


def test_a_decision_is_recorded_remembered_and_can_be_taken_back(
    cast: Any, session: Any, pair: Suspect, as_user: Callable[..., Any]
) -> None:
    chen = as_user(cast.chen)
    assert press(chen, pair, "different", decision_note="两家都有执照").went_to == "/suspects"
    assert pair.state is SuspectState.DIFFERENT and pair.decided_by_id == cast.chen.id and pair.decided_at
    event = session.scalars(sa.select(Event).filter_by(verb="suspect.decided")).one()
    assert event.changes["state"] == ["open", "different"] and event.note == "两家都有执照"
    assert queries.waiting(cast.chen) == 0
    evidence = (pair.score, list(pair.reasons))
    # Neither a scan nor an edit proposes it again, and what it was decided on stays.
    suspects.scan()
    merchants.edit(
        session.get_one(Enterprise, pair.a_id), {"name": NAME, "address": "和平路 2 号"}, actor=cast.wang
    )
    session.commit()
    assert pair.state is SuspectState.DIFFERENT and (pair.score, list(pair.reasons)) == evidence
    told = chen.see("/suspects")
    assert "已判定：不是同一家" in told.text and f"/suspects/{pair.id}/reopen" in told.html
    decided = chen.see("/suspects?show=different")
    assert "陈主任" in decided.text and "两家都有执照" in decided.text
    back = chen.submit("/suspects?show=different", _to=f"/suspects/{pair.id}/reopen")
    assert back.went_to == f"/suspects/{pair.id}"
    assert pair.state is SuspectState.OPEN and pair.decided_by_id is None
    assert session.scalars(sa.select(Event).filter_by(verb="suspect.reopened")).one().actor_id == cast.chen.id


@pytest.mark.parametrize("relation", list(Relation))
def test_related_says_in_what_way(
    cast: Any, session: Any, pair: Suspect, as_user: Callable[..., Any], relation: Relation
) -> None:
    chen = as_user(cast.chen)
    assert press(chen, pair, f"related:{relation.value}").status_code == 303
    assert (pair.state, pair.relation) == (SuspectState.RELATED, relation)
    assert relation.label in chen.see("/suspects?show=related").text
    one, other = session.get(Enterprise, pair.a_id), session.get(Enterprise, pair.b_id)
    for mine, theirs in ((one, other), (other, one)):
        said = chen.see(f"/enterprises/{mine.id}").text.split("有关联")[-1]
        assert theirs.name in said and relation.label in said, "both pages say so"


@pytest.mark.on("sqlite")
@pytest.mark.parametrize("decision", ["", "open", "merged", "related", "related:cousin", "x" * 5000])
def test_what_is_no_decision_changes_nothing(
    cast: Any, session: Any, pair: Suspect, as_user: Callable[..., Any], decision: str
) -> None:
    answer = press(as_user(cast.chen), pair, decision)
    assert answer.status_code == 422 and "请选择" in answer.said
    assert pair.state is SuspectState.OPEN


def test_of_two_at_the_same_pair_one_wins_and_the_other_is_told_who_and_what(
    cast: Any, session: Any, pair: Suspect, as_user: Callable[..., Any]
) -> None:
    chen, admin = as_user(cast.chen), as_user(cast.admin)
    fields = {
        "csrf_token": admin.token(),
        "once": "a-key",
        "pairs": f"{pair.id}.{pair.version}",
        "decision": "related:branch",
    }
    press(chen, pair, "different")
    late = admin.post(f"/suspects/{pair.id}/decide", data=fields)
    assert late.status_code == 409
    assert "陈主任" in late.said and "不是同一家" in late.said and f"/suspects/{pair.id}" in late.page.links
    told = admin.post(f"/suspects/{pair.id}/decide", data=fields, headers=JSON)
    assert told.status_code == 409 and told.json["url"] == f"/suspects/{pair.id}"
    assert "陈主任" in told.json["message"] and not told.json["ok"]
    assert merge_by_hand(admin, pair).status_code == 409
    assert pair.state is SuspectState.DIFFERENT and pair.relation is None


def merge_by_hand(client: Any, suspect: Suspect, **fields: Any) -> Any:
    seen = {
        "csrf_token": client.token(),
        "once": secrets.token_urlsafe(9),
        "pairs": f"{suspect.id}.{suspect.version}",
        "records": f"{suspect.a_id}.1 {suspect.b_id}.1",
    }
    return client.post(f"/suspects/{suspect.id}/merge", data=seen | fields)


def test_a_pair_that_was_weighed_anew_meanwhile_is_looked_at_again(
    cast: Any, session: Any, pair: Suspect, as_user: Callable[..., Any]
) -> None:
    chen = as_user(cast.chen)
    fields = {
        "csrf_token": chen.token(),
        "once": "a-key",
        "pairs": f"{pair.id}.{pair.version}",
        "decision": "different",
    }
    pair.score = 0.5
    session.commit()
    answer = chen.post(f"/suspects/{pair.id}/decide", data=fields)
    assert answer.status_code == 422 and "别人刚刚改过这一对" in answer.said
    assert pair.state is SuspectState.OPEN


def test_a_form_sent_twice_decides_once(
    cast: Any, session: Any, pair: Suspect, as_user: Callable[..., Any]
) -> None:
    from tests.support.client import find_form, values_of

    chen = as_user(cast.chen)
    here = f"/suspects/{pair.id}"
    data = values_of(find_form(chen.see(here), here, f"{here}/decide")) | {"decision": "different"}
    first = chen.post(f"{here}/decide", data=data)
    assert chen.post(f"{here}/decide", data=data).went_to == first.went_to
    assert len(session.scalars(sa.select(Event).filter_by(verb="suspect.decided")).all()) == 1


def test_the_last_decision_is_taken_back_and_then_the_one_before(cast: Any, session: Any) -> None:
    firms = [make_enterprise(f"衢州第{number}机械有限公司", by=cast.wang) for number in range(4)]
    one, other = plain(firms[0], firms[1]), plain(firms[2], firms[3], noun="enterprise")
    with pytest.raises(Refused, match="没有可以撤销的判定"):
        actions.undo_last(actor=cast.chen)
    with clock.freeze(clock.now()):
        actions.decide([one], SuspectState.DIFFERENT, actor=cast.chen)
    with clock.freeze(clock.now() + dt.timedelta(seconds=5)):
        actions.decide([other], SuspectState.RELATED, relation=Relation.GROUP, actor=cast.chen)
        session.flush()
        undone = actions.undo_last(actor=cast.chen)
        assert undone.suspect is other and "有关联（同一集团）" in undone.said
        assert (one.state, other.state) == (SuspectState.DIFFERENT, SuspectState.OPEN)
        with pytest.raises(Refused):
            actions.undo_last(actor=cast.admin)
        assert actions.undo_last(actor=cast.chen).suspect is one
        assert one.state is SuspectState.OPEN


# --- merging from the queue -------------------------------------------------------------------------------------


def test_a_merge_takes_the_values_that_were_chosen_and_can_be_undone_by_one_key(
    cast: Any, session: Any, as_user: Callable[..., Any]
) -> None:
    old = firm(cast, province="上海市", address="人民路 1 号", legal_representative="沈予安")
    new = firm(cast, TWIN, province="上海市", address="和平路 2 号", legal_representative="沈予岸")
    session.commit()
    pair = only_pair(session)
    old_id, new_id = old.id, new.id
    chen = as_user(cast.chen)
    page = chen.see(f"/suspects/{pair.id}")
    assert "首报，保留编号" in page.text and "人民路 1 号" in page.text and "和平路 2 号" in page.text
    answer = merge(
        chen, pair, prefer=str(old_id), **{"choice-name": str(old_id), "choice-address": str(new_id),
                                           "choice-legal_representative": str(old_id)}
    )  # fmt: skip
    assert answer.went_to == "/suspects"
    stays = session.get_one(Enterprise, old_id)
    assert (stays.name, stays.address, stays.legal_representative) == (NAME, "和平路 2 号", "沈予安")
    assert session.get(Enterprise, new_id) is None and pair.state is SuspectState.MERGED
    done = session.scalars(sa.select(Merge)).one()
    assert done.choices == {"address": new_id}, "what the plan would have chosen is no choice by hand"
    assert "已合并为" in chen.see("/suspects").text
    undone = chen.post("/suspects/undo", data={"csrf_token": chen.token()}, headers=JSON)
    assert undone.json["ok"] and undone.json["id"] == pair.id
    assert session.get_one(Enterprise, new_id).name == TWIN and pair.state is SuspectState.OPEN


def test_somebody_elses_change_between_look_and_merge_stops_it(
    cast: Any, session: Any, pair: Suspect, as_user: Callable[..., Any]
) -> None:
    chen = as_user(cast.chen)
    first = session.get_one(Enterprise, pair.a_id)
    fields = {"records": f"{first.id}.{first.version} {pair.b_id}.1"}
    merchants.edit(first, {"name": NAME, "address": "和平路 2 号"}, actor=cast.wang)
    session.commit()
    answer = merge_by_hand(chen, pair, **fields)
    assert answer.status_code == 422 and "别人刚刚改过" in answer.said
    assert session.get(Enterprise, pair.b_id) is not None and pair.state is SuspectState.OPEN


def test_who_comes_second_to_a_merge_is_led_to_it(
    cast: Any, session: Any, pair: Suspect, as_user: Callable[..., Any]
) -> None:
    chen, admin = as_user(cast.chen), as_user(cast.admin)
    assert merge(chen, pair).status_code == 303
    late = merge_by_hand(admin, pair)
    assert late.status_code == 409 and "陈主任" in late.said and "已合并" in late.said


@pytest.mark.parametrize("act", ["decide", "merge"])
def test_a_head_who_comes_second_is_told_who_was_quicker_not_that_he_may_not(
    cast: Any, session: Any, pair: Suspect, as_user: Callable[..., Any], act: str
) -> None:
    chen, admin = as_user(cast.chen), as_user(cast.admin)
    fields = {
        "csrf_token": chen.token(),
        "once": "a-key",
        "pairs": f"{pair.id}.{pair.version}",
        "decision": "different",
    }
    assert merge(admin, pair).status_code == 303
    session.refresh(pair)
    pair.unit_id = None  # a merged pair waits in nobody's queue
    session.commit()
    late = chen.post(f"/suspects/{pair.id}/{act}", data=fields, headers=JSON)
    assert late.status_code == 409 and late.json["url"] == f"/suspects/{pair.id}"
    assert cast.admin.name in late.json["message"] and "已合并" in late.json["message"]
    assert pair.state is SuspectState.MERGED and pair.decided_by_id == cast.admin.id


def test_who_may_not_is_told_so_in_the_servers_words_by_the_script_too(
    cast: Any, session: Any, split: Suspect, as_user: Callable[..., Any]
) -> None:
    chen = as_user(cast.chen)
    answer = chen.post(f"/suspects/{split.id}/merge", data={"csrf_token": chen.token()}, headers=JSON)
    assert answer.status_code == 403 and not answer.json["ok"] and "您的角色不能" in answer.json["message"]


def test_two_valid_codes_are_refused_before_the_button(
    cast: Any, session: Any, as_user: Callable[..., Any]
) -> None:
    firm(cast, uscc="91330000MA27X0001A", province="上海市")
    firm(cast, TWIN, uscc="91330800MA27X0002B", province="上海市")
    from crm.merchants.uscc import warning

    one, other = session.scalars(sa.select(Enterprise).order_by(Enterprise.id))
    one.uscc, other.uscc = _valid("91330000MA27X0001"), _valid("91330800MA27X0002")
    assert not warning(one.uscc) and not warning(other.uscc)
    session.execute(sa.delete(Suspect))
    suspect = plain(one, other)
    session.commit()
    page = as_user(cast.chen).see(f"/suspects/{suspect.id}")
    assert "不能合并" in page.text and "信用代码不同" in page.text
    assert "合并 M" not in page.text and "不是同一家" in page.text


def _valid(first: str) -> str:
    """A credit code with its check character."""
    letters = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    total = sum(letters.index(char) * 3**at for at, char in enumerate(first))
    return first + letters[(31 - total % 31) % 31]


# --- groups -----------------------------------------------------------------------------------------------------


@pytest.fixture
def three(cast: Any, session: Any) -> list[Any]:
    firms = [make_enterprise(f"衢州三合机械{number}有限公司", by=cast.wang) for number in range(3)]
    plain(firms[0], firms[1], 0.7)
    plain(firms[1], firms[2], 0.9)
    session.commit()
    return firms


def test_pairs_about_one_merchant_are_one_line_and_one_decision(
    cast: Any, session: Any, three: list[Any], as_user: Callable[..., Any]
) -> None:
    chen = as_user(cast.chen)
    page = chen.see("/suspects")
    assert len([one for one in page.all("li") if one.get("data-item")]) == 1
    assert "3 条一组" in page.text and all(one.name in page.text for one in three)
    weak, strong = session.scalars(sa.select(Suspect).order_by(Suspect.score))
    assert chen.see(f"/suspects/{weak.id}").text.count("3 条一组") >= 1, "any of its pairs leads to the group"
    assert press(chen, strong, "different").status_code == 303
    assert {one.state for one in session.scalars(sa.select(Suspect))} == {SuspectState.DIFFERENT}
    assert weak.decided_at == strong.decided_at
    undone = chen.post("/suspects/undo", data={"csrf_token": chen.token()}, headers=JSON)
    assert undone.json["id"] == strong.id
    assert {one.state for one in session.scalars(sa.select(Suspect))} == {SuspectState.OPEN}


def test_of_a_group_only_the_ticked_are_merged_and_the_rest_waits(
    cast: Any, session: Any, three: list[Any], as_user: Callable[..., Any]
) -> None:
    ids = [one.id for one in three]
    strong = session.scalars(sa.select(Suspect).order_by(Suspect.score.desc())).first()
    answer = merge(as_user(cast.chen), strong, member=[str(ids[1]), str(ids[2])])
    assert answer.status_code == 303
    assert {one.id for one in session.scalars(sa.select(Enterprise))} == {ids[0], ids[1]}
    left = session.scalars(sa.select(Suspect).filter_by(state=SuspectState.OPEN)).one()
    assert (left.a_id, left.b_id, left.unit_id) == (ids[0], ids[1], cast.chen.unit_id)


def test_a_whole_group_becomes_one(
    cast: Any, session: Any, three: list[Any], as_user: Callable[..., Any]
) -> None:
    strong = session.scalars(sa.select(Suspect).order_by(Suspect.score.desc())).first()
    assert merge(as_user(cast.chen), strong).status_code == 303
    assert session.scalar(sa.select(sa.func.count(Enterprise.id))) == 1
    assert queries.waiting(cast.chen) == 0


# --- the list ---------------------------------------------------------------------------------------------------


def test_pages_follow_by_key_and_leave_nothing_out(cast: Any, session: Any) -> None:
    firms = [make_enterprise(f"衢州第{number}机械有限公司", by=cast.wang) for number in range(70)]
    for number in range(0, 60, 2):
        plain(firms[number], firms[number + 1], 0.5 + number % 7 / 20)
    for number in range(0, 50, 10):  # some hang together, over the edges of pages
        plain(firms[number], firms[number + 7], 0.45)
    session.commit()
    seen: list[int] = []
    asked = Asked.of({})
    for _page in range(40):
        found = queries.page(cast.chen, asked, size=6)
        seen += [pair for item in found.items for pair in item.pairs]
        scores = [item.suspect.score for item in found.items]
        assert scores == sorted(scores, reverse=True)
        if not found.after:
            break
        asked = Asked.of({"after": found.after})
    assert sorted(seen) == sorted(session.scalars(sa.select(Suspect.id))) and len(seen) == 35


@pytest.mark.on("sqlite")
@pytest.mark.parametrize("after", ["x", "0.5", "~1", "nan~x", "0.5~" + "9" * 30, "2013-01-01~4", "\x00~1"])
def test_a_key_that_makes_no_sense_begins_at_the_top(
    cast: Any, session: Any, pair: Suspect, after: str
) -> None:
    for show in ("open", "different"):
        assert queries.page(cast.chen, Asked.of({"after": after, "show": show})).after == ""
    assert len(queries.page(cast.chen, Asked.of({"after": after})).items) == 1


def test_each_filter_narrows_the_queue_and_its_count(
    cast: Any, session: Any, as_user: Callable[..., Any]
) -> None:
    hangzhou = make_enterprise("杭州一机械有限公司", by=cast.wang, region_code="330106", region_prefix="3301")
    mine = make_enterprise("杭州二机械有限公司", by=cast.wang, follow_user_id=cast.chen.id)
    third = make_enterprise("丙机械有限公司", by=cast.wang, follow_user_id=None, first_report_user_id=None)
    fourth = make_enterprise("丁机械有限公司", by=cast.wang, follow_user_id=None, first_report_user_id=None)
    people = [make_person("沈予安", by=cast.wang) for _number in range(2)]
    sure = plain(hangzhou, mine, 0.99, reasons=[["phone:mobile", 4.0, ""], ["code:same", 5.0, ""]])
    unsure = plain(
        third, fourth, 0.4, reasons=[["name:sound", 2.0, ""]], found_at=clock.now() - dt.timedelta(60)
    )
    person = plain(*people, 0.7, noun="person", reasons=[["person:same", 3.0, ""]])
    session.commit()

    def found(**args: str) -> set[int]:
        asked = Asked.of(args)
        items = queries.page(cast.chen, asked).items
        assert queries.counted(cast.chen, asked) == sum(len(item.pairs) for item in items)
        return {item.suspect.id for item in items}

    assert found() == {sure.id, unsure.id, person.id}
    assert found(band="very_likely") == {sure.id} and found(band="possible") == {unsure.id}
    assert found(sign=Sign.PHONE.value) == {sure.id} == found(sign="code")
    assert found(sign="sound") == {unsure.id} and found(sign="former") == set()
    assert found(noun="person") == {person.id}
    assert found(noun="enterprise", about=str(mine.id)) == {sure.id}
    assert found(city="杭州") == {sure.id} == found(city="浙江") and found(city="北京") == set()
    assert found(city="没有这个地方") == set()
    assert found(found="7") == {sure.id, person.id} and found(found="older") == {unsure.id}
    assert found(mine="1") == {sure.id}
    assert found(unit=str(cast.wang.unit_id)) == {sure.id, unsure.id, person.id}
    assert found(unit=str(cast.li.unit_id)) == set() == found(unit="across")
    page = as_user(cast.chen).see(
        "/suspects?band=possible&city=杭州&sign=sound&found=7&mine=1&noun=enterprise"
    )
    assert "没有符合条件的记录" in page.text and "有些相像" in page.text
    odd = "band=x&sign=x&found=x&unit=x&noun=x&about=x&show=x&after=x&mine=x"
    assert "沈予安" in as_user(cast.chen).see(f"/suspects?{odd}").text, "what makes no sense narrows nothing"
    assert "没有符合条件的记录" in as_user(cast.chen).see("/suspects?city=" + "长" * 300).text


@pytest.mark.on("sqlite")
def test_the_script_gets_the_list_and_the_pair_alone(
    cast: Any, session: Any, pair: Suspect, as_user: Callable[..., Any]
) -> None:
    chen = as_user(cast.chen)
    listed = chen.get("/suspects", headers=FETCH).get_data(as_text=True)
    assert "data-queue-tabs" in listed and f'data-item="{pair.id}"' in listed and "<html" not in listed
    alone = chen.get(f"/suspects/{pair.id}", headers=FETCH).get_data(as_text=True)
    assert f'data-pane="{pair.id}"' in alone and "<html" not in alone and "data-item" not in alone
    fields = {
        "csrf_token": chen.token(),
        "once": "a-key",
        "pairs": f"{pair.id}.{pair.version}",
        "decision": "different",
    }
    answer = chen.post(f"/suspects/{pair.id}/decide", data=fields, headers=JSON)
    assert answer.json == {
        "ok": True, "message": "已判定：不是同一家。以后不再提示", "undo_url": f"/suspects/{pair.id}/reopen",
        "touched": [],
    }  # fmt: skip


def test_the_waterfall_is_read_in_words_and_ends_at_the_score(
    cast: Any, session: Any, pair: Suspect, as_user: Callable[..., Any]
) -> None:
    page = as_user(cast.chen).see(f"/suspects/{pair.id}")
    (fall,) = page.all("ol", class_="waterfall") or [
        one for one in page.all("ol") if one.get("class") == "waterfall"
    ]
    from tests.pages import words

    said = words(fall)
    assert "同手机 +" in said and "至此" in said
    last = [one for one in page.all("span") if "fall-share" in one.get("class", "")][-1]
    shown = float(words(last).removeprefix("至此").strip("<>% "))
    assert shown == pytest.approx(100 * pair.score, abs=0.6)


# --- on the page of a record ------------------------------------------------------------------------------------


def test_a_record_lists_what_looks_like_it_and_leads_to_the_queue_about_it(
    cast: Any, session: Any, pair: Suspect, as_user: Callable[..., Any]
) -> None:
    firm(cast, "北京三衢文旅投资有限公司", phones="15400000009")
    firm(cast, "北京三衢文旅投资公司", phones="15400000009")
    session.commit()
    chen = as_user(cast.chen)
    page = chen.see(f"/enterprises/{pair.a_id}")
    link = f"/suspects?noun=enterprise&about={pair.a_id}"
    assert link in page.links and "可能重复 1" in page.text and "去判定" in page.text and TWIN in page.text
    about = chen.see(link)
    assert TWIN in about.text and "三衢文旅" not in about.text
    press(chen, pair, "different")
    assert "不是同一家" in chen.see(link).text, "decided: the address leads to where it lies now"


def test_on_a_record_another_units_look_alike_is_masked(
    cast: Any, session: Any, split: Suspect, as_user: Callable[..., Any]
) -> None:
    page = as_user(cast.chen).see(f"/enterprises/{split.a_id}")
    assert "航埠镇有一条相近的记录" in page.text and "李乡长" in page.text and TWIN not in page.html
    about = as_user(cast.chen).see(f"/suspects?noun=enterprise&about={split.a_id}")
    assert "由航埠镇跟进的一条记录" in about.text and TWIN not in about.html


def test_the_desk_and_the_menu_count_what_one_can_decide(
    cast: Any, session: Any, pair: Suspect, as_user: Callable[..., Any]
) -> None:
    firm(cast, "上海衢澜精密机械（集团）有限公司", province="上海市", by="li")
    session.commit()
    assert queries.waiting(cast.chen) == 1 and queries.waiting(cast.admin) > 1
    assert "有 1 对记录可能是同一家" in as_user(cast.chen).see("/").text
    assert "有 1 对记录可能是同一家" in as_user(cast.wang).see("/").text
    assert "疑似重复" not in as_user(cast.zheng).see("/").text


@pytest.mark.on("sqlite")
def test_the_page_is_complete_in_english(
    cast: Any, session: Any, pair: Suspect, three: list[Any], as_user: Callable[..., Any]
) -> None:
    cast.chen.locale = cast.wang.locale = "en"
    session.commit()
    chen = as_user(cast.chen)
    for show in ("open", "elsewhere", "relations", "different", "related"):
        chen.see(f"/suspects?show={show}&band=likely&sign=phone&city=x&found=7&mine=1")
        chen.see(f"/suspects?show={show}")
    press(chen, pair, "related:branch")
    chen.see("/suspects?show=related")
    as_user(cast.wang).see(f"/suspects/{pair.id}")


# --- what was decided -------------------------------------------------------------------------------------------


def test_what_was_decided_in_some_days_is_a_list_of_its_own(
    cast: Any, session: Any, as_user: Callable[..., Any]
) -> None:
    firms = [make_enterprise(f"衢州{number}机械有限公司", by=cast.wang) for number in "甲乙丙丁戊己"]
    made = [plain(firms[at], firms[at + 1]) for at in (0, 2, 4)]
    session.commit()
    taken_in = firms[1].name
    for day, suspect, act in ((3, made[0], "merge"), (9, made[1], "different"), (20, made[2], "different")):
        with clock.freeze(dt.datetime(2026, 5, day, 3, tzinfo=dt.UTC)):
            client = as_user(cast.chen)
            assert (
                merge(client, suspect) if act == "merge" else press(client, suspect, act)
            ).status_code == 303
    chen = as_user(cast.chen)
    page = chen.see("/suspects?show=decided&since=2026-05-01&until=2026-05-09")
    assert "共 2 对" in page.text and "判定时间" in page.text and "已判定" in page.text
    assert taken_in in page.text, "what a merge took in has a name still"
    assert "戊机械" not in page.text
    assert "共 3 对" in chen.see("/suspects?show=decided").text
    assert "共 3 对" in chen.see("/suspects?show=decided&since=99&until=2026-13-40").text
    assert "已判定" not in [one.text for one in chen.see("/suspects").all("nav a")]
    li = as_user(cast.li).see("/suspects?show=decided")
    assert "机械有限公司" not in li.text
    for suspect in made:
        as_user(cast.zheng).see(f"/suspects/{suspect.id}")


@pytest.mark.on("sqlite")
@pytest.mark.parametrize("missing", ["once", "pairs", "records"])
def test_what_nobody_has_looked_at_is_neither_merged_nor_decided(
    cast: Any, session: Any, pair: Suspect, as_user: Callable[..., Any], missing: str
) -> None:
    chen = as_user(cast.chen)
    seen = {
        "once": "a-key",
        "pairs": f"{pair.id}.{pair.version}",
        "records": f"{pair.a_id}.1 {pair.b_id}.1",
        "decision": "different",
        "csrf_token": chen.token(),
    }
    seen.pop(missing)
    answer = chen.post(f"/suspects/{pair.id}/merge", data=seen)
    assert answer.status_code == 422 and "再" in answer.said
    if missing != "records":
        assert chen.post(f"/suspects/{pair.id}/decide", data=seen).status_code == 422
    assert pair.state is SuspectState.OPEN and session.scalars(sa.select(Merge)).first() is None


@pytest.mark.on("sqlite")
def test_a_record_that_came_into_the_group_meanwhile_is_not_merged_unseen(
    cast: Any, session: Any, as_user: Callable[..., Any]
) -> None:
    firms = [make_enterprise(f"衢州{number}机械有限公司", by=cast.wang) for number in "甲乙丙"]
    pair = plain(firms[0], firms[1])
    session.commit()
    fields = {"records": " ".join(f"{one.id}.{one.version}" for one in firms[:2])}
    plain(firms[1], firms[2], 0.9)
    session.commit()
    answer = merge_by_hand(as_user(cast.chen), pair, **fields)
    assert answer.status_code == 422 and "这一组刚刚变了" in answer.said
    assert session.scalars(sa.select(Merge)).first() is None


@pytest.mark.on("sqlite")
def test_the_numbers_above_the_list_agree_with_its_lines(
    cast: Any, session: Any, as_user: Callable[..., Any]
) -> None:
    firms = [make_enterprise(f"衢州{number}机械有限公司", by=cast.wang) for number in "甲乙丙丁戊"]
    plain(firms[0], firms[1], 0.9), plain(firms[1], firms[2], 0.8), plain(firms[3], firms[4], 0.7)
    session.commit()
    page = as_user(cast.chen).see("/suspects")
    assert "共 3 对，合为 2 组" in page.text and "3 条，2 对" in page.text
    assert "没有这个单位" in as_user(cast.admin).see("/suspects?unit=999999").text
