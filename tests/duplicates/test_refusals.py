"""What is not one stays two, and the sentence says why; nothing has changed then."""

from __future__ import annotations

from typing import Any

import pytest

from crm.db import db
from crm.duplicates import actions, merging
from crm.lib.errors import Refused
from crm.merchants.models import OrganisationKind, Relation, Suspect, SuspectState
from tests.cast import Cast, make_enterprise, make_person

from .make import base, twins


def two(cast: Cast, first: dict[str, Any], second: dict[str, Any], **names: str) -> list[int]:
    a = make_enterprise(names.get("a", "衢州甲公司"), by=cast.wang, **first)
    b = make_enterprise(names.get("b", "衢州甲有限公司"), by=cast.wang, **second)
    db.session.commit()
    return [a.id, b.id]


def valid_codes() -> tuple[str, str]:
    from stdnum.cn import uscc

    made = [code + uscc.calc_check_digit(code) for code in ("91330000704220001", "91330800147749834")]
    return made[0], made[1]


def refused(cast: Cast, ids: list[int], because: str, noun: str = "enterprise", by: Any = None) -> None:
    before = base()
    plan = merging.plan(noun, ids, user=by or cast.admin)
    assert any(because in one for one in plan.refusals), plan.refusals
    with pytest.raises(Refused, match=because):
        merging.merge(plan, actor=by or cast.admin)
    db.session.rollback()
    assert base() == before


def test_two_valid_codes_are_two_firms(cast: Cast) -> None:
    one, other = valid_codes()
    refused(cast, two(cast, {"uscc": one}, {"uscc": other}), "信用代码不同")


def test_a_code_with_a_wrong_check_character_gives_way_to_the_right_one(cast: Cast) -> None:
    good, _other = valid_codes()
    wrong = good[:-1] + ("0" if good[-1] != "0" else "1")
    ids = two(cast, {"uscc": wrong, "address": "衢州", "website": "a.example"}, {"uscc": good})
    plan = merging.plan("enterprise", ids, user=cast.admin)
    assert not plan.refusals and plan.values["uscc"] == good


def test_a_branch_is_not_its_company(cast: Cast) -> None:
    refused(cast, two(cast, {}, {}, a="衢州甲电子有限公司", b="衢州甲电子有限公司杭州分公司"), "分支机构")


def test_a_chamber_is_not_a_firm(cast: Cast) -> None:
    refused(cast, two(cast, {}, {"kind": OrganisationKind.CHAMBER}), "不是同一类")


@pytest.mark.parametrize("state", [SuspectState.DIFFERENT, SuspectState.RELATED])
def test_a_decision_has_to_be_taken_back_first(cast: Cast, state: SuspectState) -> None:
    ids = two(cast, {}, {})
    pair = Suspect(a_id=min(ids), b_id=max(ids), score=0.9, verdict="ask", reasons=[])
    db.session.add(pair)
    db.session.flush()
    relation = Relation.BRANCH if state is SuspectState.RELATED else None
    actions.decide([pair], state, relation=relation, actor=cast.chen)
    db.session.commit()
    refused(cast, ids, "请先撤销那个判定")
    actions.reopen([pair], actor=cast.chen)
    assert merging.plan("enterprise", ids, user=cast.chen).refusals == []


def test_another_units_record_needs_a_right_on_both(cast: Cast) -> None:
    mine = make_enterprise("衢州甲公司", by=cast.wang)
    theirs = make_enterprise("衢州甲有限公司", by=cast.li)
    db.session.commit()
    refused(cast, [mine.id, theirs.id], "航埠镇", by=cast.chen)
    assert merging.plan("enterprise", [mine.id, theirs.id], user=cast.admin).refusals == []


def test_a_promoter_may_merge_what_is_his_own_and_not_a_colleagues(cast: Cast) -> None:
    mine = [make_enterprise(name, by=cast.wang).id for name in ("衢州甲公司", "衢州甲有限公司")]
    colleagues = make_enterprise("衢州甲", by=cast.chen)
    db.session.commit()
    assert merging.plan("enterprise", mine, user=cast.wang).refusals == []
    refused(cast, [mine[0], colleagues.id], "您不能合并它", by=cast.wang)


@pytest.mark.parametrize("name", ["zhou", "zheng"])
def test_readers_merge_nothing(cast: Cast, name: str) -> None:
    refused(cast, two(cast, {}, {}), "您不能合并它", by=getattr(cast, name))


def test_one_record_is_no_merge(cast: Cast) -> None:
    ids = two(cast, {}, {})
    for wrong in ([], ids[:1], [ids[0], ids[0]]):
        with pytest.raises(Refused, match="至少选择两条"):
            merging.plan("enterprise", wrong)
    with pytest.raises(Refused, match="最多合并"):
        merging.plan("enterprise", range(1, 100))
    with pytest.raises(Refused, match="已经不存在"):
        merging.plan("enterprise", [ids[0], 10**6])


def test_somebody_changed_one_meanwhile(cast: Cast) -> None:
    ids = two(cast, {}, {})
    plan = merging.plan("enterprise", ids, user=cast.chen)
    seen = dict(plan.versions)
    with pytest.raises(Refused, match="别人刚刚改过"):
        merging.merge(plan, actor=cast.chen, seen=seen | {ids[1]: seen[ids[1]] - 1})
    db.session.rollback()
    plan.records[ids[0]].address = "改了"
    with pytest.raises(Refused, match="别人刚刚改过"):
        merging.merge(plan, actor=cast.chen)


def test_merged_before_says_who_and_where_it_is_now(cast: Cast) -> None:
    ids = two(cast, {}, {})
    done = merging.merge(merging.plan("enterprise", ids), actor=cast.chen)
    db.session.commit()
    with pytest.raises(merging.AlreadyMerged, match=r"已由陈主任于.*合并到") as said:
        merging.plan("enterprise", ids)
    assert said.value.merge.id == done.id


def test_people_of_two_units_too(cast: Cast) -> None:
    ids = [make_person("赵明", by=cast.wang).id, make_person("赵明", by=cast.li).id]
    db.session.commit()
    refused(cast, ids, "航埠镇", noun="person", by=cast.chen)


def test_the_plan_only_reads(cast: Cast) -> None:
    old, new = twins(cast)
    before = base()
    plan = merging.plan(
        "enterprise", [old.id, new.id], prefer=old.id, choices={"website": old.id}, user=cast.chen
    )
    assert plan.moving > 0 and plan.values["website"] == ""
    assert not db.session.dirty and not db.session.new
    db.session.commit()
    assert base() == before


def test_blank_never_wins_unless_chosen_by_hand(cast: Cast) -> None:
    old, new = twins(cast)
    assert merging.plan("enterprise", [old.id, new.id], prefer=old.id).values["website"] == "lanfeng.example"
