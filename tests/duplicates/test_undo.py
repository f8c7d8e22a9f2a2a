"""Taking a merge back, also late and also after others: what people did since stays, and is told."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import sqlalchemy as sa

from crm.audit.models import Event
from crm.db import db
from crm.deals.models import Deal
from crm.duplicates import actions as deciding
from crm.duplicates import merging, undoing
from crm.duplicates.models import Merge
from crm.lib.errors import Refused
from crm.merchants import actions, identity, queries, suspects
from crm.merchants.models import Enterprise, Handle, Person, Position, Suspect, SuspectState
from crm.search import index
from tests.cast import Cast, make_contact, make_enterprise, make_lead, make_person

from .make import NEW, OLD, base, twins


def merge(cast: Cast, *records: Any, noun: str = "enterprise", **how: Any) -> Merge:
    done = merging.merge(merging.plan(noun, [one.id for one in records], **how), actor=cast.chen)
    db.session.commit()
    return done


def undo(cast: Cast, merge: Merge, by: Any = None) -> undoing.Undone:
    undone = merging.undo(merge, actor=by or cast.chen)
    db.session.commit()
    return undone


def test_the_very_same_records_are_back_with_their_versions_and_first_reports(cast: Cast) -> None:
    old, new = twins(cast)
    actions.edit(new, {"name": NEW, "note": "改过"}, actor=cast.chen)
    db.session.commit()
    was = (new.id, new.version, new.first_reported_at, new.created_at, [one.id for one in new.handles])
    new_id = new.id
    undo(cast, merge(cast, old, new))
    again = db.session.get_one(Enterprise, new_id)
    assert (
        again.id,
        again.version,
        again.first_reported_at,
        again.created_at,
        [h.id for h in again.handles],
    ) == was


def test_the_version_of_the_record_that_stays_never_goes_back(cast: Cast) -> None:
    """A form opened while they were one would else be saved over what came after."""
    old, new = twins(cast)
    versions = [old.version]
    done = merge(cast, old, new)
    versions.append(old.version)
    undo(cast, done)
    versions.append(old.version)
    assert versions == sorted(set(versions))


def test_a_field_edited_since_keeps_the_later_value_and_is_listed(cast: Cast) -> None:
    old, new = twins(cast)
    done = merge(cast, old, new)
    old.website = "new.example"
    old.next_step, old.next_due_on = "再去一次", dt.date(2013, 8, 1)
    db.session.commit()
    ahead = undoing.outlook(done)
    assert [one.what for one in ahead.conflicts] == ["网址"]
    assert "new.example" in ahead.conflicts[0].why and "lanfeng.example" in ahead.conflicts[0].why
    undone = undo(cast, done)
    assert undone.conflicts == ahead.conflicts
    assert old.website == "new.example" and old.name == OLD and old.next_step == "再去一次"
    assert db.session.scalar(sa.select(Enterprise.website).filter_by(name=NEW)) == "lanfeng.example"


def test_of_two_columns_that_belong_together_none_goes_back_alone(cast: Cast) -> None:
    old, new = twins(cast, next_step="打电话", next_due_on=dt.date(2013, 7, 30))
    done = merge(cast, old, new)
    old.next_due_on = dt.date(2013, 9, 1)
    db.session.commit()
    undone = undo(cast, done)
    assert (old.next_step, old.next_due_on) == ("打电话", dt.date(2013, 9, 1))
    assert [one.what for one in undone.conflicts] == ["下一步"]


def test_rows_made_since_stay_and_are_counted(cast: Cast) -> None:
    old, new = twins(cast)
    done = merge(cast, old, new)
    log = make_contact("合并以后的电话", by=cast.wang, enterprise_id=old.id)
    make_lead("合并以后的线索", by=cast.wang, enterprise_id=old.id)
    db.session.commit()
    undone = undo(cast, done)
    assert log.enterprise_id == old.id
    assert dict(undone.newer) == {"沟通记录": 1, "线索": 1}


def test_a_row_that_moved_on_stays_where_it_is(cast: Cast) -> None:
    old, new = twins(cast)
    third = make_enterprise("宁波第三公司", by=cast.wang)
    done = merge(cast, old, new)
    deal = db.session.scalars(sa.select(Deal).filter_by(name=f"{NEW}项目")).one()
    deal.enterprise_id = third.id
    db.session.commit()
    undone = undo(cast, done)
    assert deal.enterprise_id == third.id
    assert [one.what for one in undone.conflicts] == ["项目"]


def test_a_row_deleted_since_does_not_come_back(cast: Cast) -> None:
    old, new = twins(cast)
    done = merge(cast, old, new)
    actions.end_position(next(one for one in old.positions if one.person.name == "钱芳"), actor=cast.chen)
    gone = next(one for one in old.handles if one.digits == "13905700002")
    actions.edit(old, {"name": old.name, "drop_handles": [gone.id]}, actor=cast.chen)
    db.session.commit()
    undone = undo(cast, done)
    assert sorted(one.what for one in undone.conflicts) == ["任职", "联系方式"]
    again = db.session.scalars(sa.select(Enterprise).filter_by(name=NEW)).one()
    assert {one.person.name for one in again.positions} == {"赵明"}  # the one that was joined with another
    assert [one.digits for one in again.handles] == ["13905700001"]


def test_a_new_row_never_gets_the_number_of_a_moved_one(cast: Cast) -> None:
    """It would be taken for the moved row, and be moved away by the undo."""
    old, new = twins(cast)
    done = merge(cast, old, new)
    newest = db.session.scalars(sa.select(Handle).order_by(Handle.id.desc()).limit(1)).one()
    actions.edit(
        old, {"name": old.name, "drop_handles": [newest.id], "phones": "13800000000"}, actor=cast.chen
    )
    db.session.commit()
    undo(cast, done)
    assert "+8613800000000" in [one.digits for one in old.handles]


def test_the_pair_waits_again_and_a_scan_leaves_it_as_the_undo_weighed_it(cast: Cast) -> None:
    old, new = twins(cast)
    a_id, b_id = sorted((old.id, new.id))
    done = merge(cast, old, new)
    pair = db.session.scalars(sa.select(Suspect).filter_by(noun="enterprise", a_id=a_id, b_id=b_id)).one()
    assert pair.state is SuspectState.MERGED and pair.decided_by_id == cast.chen.id
    assert pair.score == 0.97  # the evidence of that moment: a label to learn from
    undo(cast, done)
    assert pair.state is SuspectState.OPEN and pair.decided_by_id is None
    assert pair.kept_reason == ""  # nobody wrote one
    weighed = (pair.score, pair.verdict, pair.levels)
    assert pair.score != 0.97 and pair.levels  # what the records say now
    suspects.scan()
    db.session.commit()
    db.session.refresh(pair)
    assert pair.state is SuspectState.OPEN and (pair.score, pair.verdict, pair.levels) == weighed


def test_the_evidence_is_weighed_anew_when_it_was_edited_while_they_were_one(cast: Cast) -> None:
    """The number both had was mended in the one that stayed."""
    old, new = twins(cast)
    suspects.scan()
    a_id, b_id = sorted((old.id, new.id))
    db.session.commit()
    pair = db.session.scalars(sa.select(Suspect).filter_by(noun="enterprise", a_id=a_id, b_id=b_id)).one()
    before = pair.score
    done = merge(cast, old, new)
    phone = next(one for one in old.handles if one.digits == "13905700001")
    actions.edit(
        old, {"name": old.name, "drop_handles": [phone.id], "phones": "0570-3020001"}, actor=cast.chen
    )
    db.session.commit()
    undo(cast, done)
    told = suspects.weigh("enterprise", [(a_id, b_id)])[a_id, b_id]
    again = db.session.scalars(sa.select(Suspect).filter_by(id=pair.id)).one()
    assert again.score == round(told.score, 4) and again.score < before
    assert again.levels == list(told.levels)


def test_records_that_are_nothing_alike_are_no_pair_after_the_undo(cast: Cast) -> None:
    a, b = make_enterprise("衢州甲公司", by=cast.wang), make_enterprise("温州乙集团", by=cast.wang)
    db.session.commit()
    undo(cast, merge(cast, a, b))
    assert db.session.scalars(sa.select(Suspect).filter_by(a_id=a.id, b_id=b.id)).all() == []


def test_decisions_go_with_the_record_and_come_back(cast: Cast) -> None:
    old, new = twins(cast)
    other = make_enterprise("衢州澜峰物业", by=cast.wang)
    a_id, b_id = sorted((new.id, other.id))
    pair = Suspect(a_id=a_id, b_id=b_id, score=0.6, verdict="ask", reasons=[])
    db.session.add(pair)
    db.session.flush()
    deciding.decide([pair], SuspectState.DIFFERENT, note="物业是另一家", actor=cast.chen)
    db.session.commit()
    done = merge(cast, old, new)
    assert {pair.a_id, pair.b_id} == {old.id, other.id} and pair.state is SuspectState.DIFFERENT
    undo(cast, done)
    assert (pair.a_id, pair.b_id, pair.decision_note) == (a_id, b_id, "物业是另一家")


def test_of_two_pairs_that_become_one_the_decision_stays(cast: Cast) -> None:
    old, new = twins(cast)
    before = base()
    other_id = db.session.scalar(sa.select(Enterprise.id).filter_by(name="杭州澜峰电子有限公司"))
    rows = {
        firm.id: db.session.scalars(
            sa.select(Suspect).filter_by(a_id=min(firm.id, other_id), b_id=max(firm.id, other_id))
        ).one()
        for firm in (old, new)
    }
    rows[old.id].kept_reason = "名字像，先建着"  # else it goes when it is weighed anew: it is not alike
    deciding.decide([rows[new.id]], SuspectState.DIFFERENT, note="杭州的是另一家", actor=cast.chen)
    db.session.commit()
    kept_id, gone_id = rows[old.id].id, rows[new.id].id
    done = merge(cast, old, new)
    kept = db.session.get_one(Suspect, kept_id)
    assert (kept.state, kept.decision_note) == (SuspectState.DIFFERENT, "杭州的是另一家")
    assert db.session.get(Suspect, gone_id) is None
    undo(cast, done)
    assert db.session.get_one(Suspect, kept_id).state is SuspectState.OPEN
    assert db.session.get_one(Suspect, gone_id).state is SuspectState.DIFFERENT
    assert {table: rows for table, rows in base().items() if table != "suspect"} == {
        table: rows for table, rows in before.items() if table != "suspect"
    }


# --- several merges ----------------------------------------------------------------------------------------


def chain(cast: Cast, count: int, model: Any = make_enterprise) -> list[Any]:
    days = [dt.datetime(2012, 1, 1 + at, tzinfo=dt.UTC) for at in range(count)]
    made = [model(f"衢州第{day.day}家公司", by=cast.wang, first_reported_at=day) for day in days]
    db.session.commit()
    return made


def test_a_merge_whose_result_was_merged_again_has_to_wait(cast: Cast) -> None:
    a, b, c = chain(cast, 3)
    c_id, b_id = c.id, b.id
    inner = merge(cast, b, c)
    outer = merge(cast, a, b)
    with pytest.raises(Refused, match=f"请先撤销：第 {outer.id} 号"):
        merging.undo(inner, actor=cast.chen)
    db.session.rollback()
    undo(cast, outer)
    undo(cast, inner)
    assert {one.id for one in db.session.scalars(sa.select(Enterprise))} >= {b_id, c_id}


def test_merges_that_do_not_lie_on_one_another_go_back_in_any_order(cast: Cast) -> None:
    a, b, c, d = chain(cast, 4)
    c.address = "衢州"  # only one of the two merges has something to say about each field
    d.website = "d.example"
    db.session.commit()
    b_id = b.id
    first = merge(cast, a, b)
    second = merge(cast, c, d)
    undo(cast, first)
    assert db.session.get(Enterprise, b_id) is not None and second.undone_at is None
    undo(cast, second)


def test_a_field_that_a_later_merge_set_again_has_to_wait(cast: Cast) -> None:
    a, b, c = chain(cast, 3)
    b.address, c.address = "乙路", "丙路"
    db.session.commit()
    first = merge(cast, a, b, choices={"address": b.id})
    merge(cast, a, c, choices={"address": c.id})
    with pytest.raises(Refused, match="请先撤销"):
        merging.undo(first, actor=cast.chen)


def test_a_position_waits_for_its_person(cast: Cast) -> None:
    """The firm's merge took a position away; the person who held it has been merged into another since."""
    a, b = chain(cast, 2)
    one = make_person("赵明", by=cast.wang)
    two = make_person("赵明", by=cast.wang, first_reported_at=dt.datetime(2011, 1, 1, tzinfo=dt.UTC))
    db.session.add_all([Position(person=one, enterprise=a), Position(person=one, enterprise=b)])
    db.session.commit()
    firms = merge(cast, a, b)
    people = merge(cast, one, two, noun="person")
    with pytest.raises(Refused, match=f"第 {people.id} 号"):
        merging.undo(firms, actor=cast.chen)
    db.session.rollback()
    undo(cast, people)
    undo(cast, firms)
    assert db.session.scalar(sa.select(sa.func.count(Position.id))) == 2


def test_twice_is_refused_and_says_who_was_first(cast: Cast) -> None:
    a, b = chain(cast, 2)
    done = merge(cast, a, b)
    undo(cast, done)
    with pytest.raises(Refused, match="陈主任已于"):
        merging.undo(done, actor=cast.admin)


def test_a_group_of_four_comes_back_whole(cast: Cast) -> None:
    before_ids = {one.id for one in chain(cast, 4)}
    firms = list(db.session.scalars(sa.select(Enterprise).order_by(Enterprise.id)))
    before = base()
    done = merge(cast, *firms)
    assert db.session.scalar(sa.select(sa.func.count(Enterprise.id))) == 1
    assert len(firms[0].former_names) == 3
    undo(cast, done)
    assert {one.id for one in db.session.scalars(sa.select(Enterprise))} == before_ids
    assert base()["enterprise"] == before["enterprise"]


# --- people ------------------------------------------------------------------------------------------------


def test_people_with_the_same_position_and_the_same_meetings(cast: Cast) -> None:
    firm = make_enterprise("衢州甲公司", by=cast.wang)
    early = dt.datetime(2012, 1, 1, tzinfo=dt.UTC)
    one = make_person("赵明", by=cast.wang, at=firm, title="", first_reported_at=early)
    two = make_person("趙明", by=cast.wang, at=firm, title="总经理")
    both = make_contact("两人都在", by=cast.wang, enterprise_id=firm.id)
    both.people.extend([one, two])
    alone = make_contact("只有后一位", by=cast.wang, enterprise_id=firm.id)
    alone.people.append(two)
    identity.refresh_many("enterprise", [firm.id])
    identity.refresh_many("person", [one.id, two.id])
    db.session.commit()
    before, two_id = base(), two.id
    done = merge(cast, one, two, noun="person")
    assert db.session.get(Person, two_id) is None
    assert [(held.title, held.is_main) for held in one.positions] == [("总经理", True)]
    assert [p.id for p in both.people] == [p.id for p in alone.people] == [one.id]
    assert "另一写法：" in one.note
    undo(cast, done)
    assert {t: r for t, r in base().items() if t != "suspect"} == {
        t: r for t, r in before.items() if t != "suspect"
    }


# --- who may, and what is told -----------------------------------------------------------------------------


def test_another_unit_cannot_take_it_back_and_the_unit_can(cast: Cast) -> None:
    a, b = chain(cast, 2)
    done = merge(cast, a, b)
    for user in (cast.li, cast.zheng, cast.zhou):
        with pytest.raises(Refused, match="没有权限"):
            merging.undo(done, actor=user)
        db.session.rollback()
    undo(cast, done, by=cast.admin)


def test_both_sides_are_found_again_and_the_trail_says_so(cast: Cast) -> None:
    old, new = twins(cast)
    old_id, new_id = old.id, new.id
    done = merge(cast, old, new)

    def found(words: str) -> set[int]:
        return set(db.session.scalars(index.matching("enterprise", words)))

    assert found("澜峰电子科技") == {old_id} and found("13905700002") >= {old_id}
    undo(cast, done)
    assert found("澜峰电子科技") == {new_id} and found("13905700002") >= {new_id}
    assert old_id not in found("13905700002")
    verbs = {(one.verb, one.record_id) for one in db.session.scalars(sa.select(Event))}
    assert {("enterprise.unmerged", old_id), ("enterprise.brought_back", new_id)} <= verbs


def test_a_deal_is_found_by_its_investors_name_before_and_after(cast: Cast) -> None:
    old, new = twins(cast)
    mine = db.session.scalar(sa.select(Deal.id).filter_by(name=f"{OLD}项目"))
    done = merge(cast, old, new)
    assert mine in set(db.session.scalars(index.matching("deal", "澜峰电子科技")))
    undo(cast, done)
    assert mine not in set(db.session.scalars(index.matching("deal", "澜峰电子科技")))


def test_whoever_sees_the_unit_sees_the_record_again(cast: Cast) -> None:
    old, new = twins(cast)
    new_id = new.id
    done = merge(cast, old, new)
    undo(cast, done)
    assert new_id in set(db.session.scalars(queries.visible_to(cast.wang).with_only_columns(Enterprise.id)))
