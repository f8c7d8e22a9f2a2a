"""Several records become one: nothing is lost, the first report stays, and nothing points to what is gone."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from crm.audit.models import Event
from crm.db import db
from crm.duplicates import merging
from crm.duplicates.references import references
from crm.lib.on_merge import Act
from crm.merchants.models import Enterprise, Position, Suspect, SuspectState
from tests.cast import Cast, make_enterprise, make_person

from .make import NEW, OLD, base, twins


def merged(cast: Cast, *ids: int, **how: Any) -> Any:
    done = merging.merge(merging.plan("enterprise", ids, user=cast.chen, **how), actor=cast.chen)
    db.session.commit()
    return done


def test_the_record_reported_first_stays_and_takes_over_what_hangs_on_the_other(cast: Cast) -> None:
    old, new = twins(cast)
    first = (old.first_reported_at, old.first_report_unit_id, old.first_report_user_id)
    old_id, new_id = old.id, new.id
    done = merged(cast, new_id, old_id)
    stays = db.session.get_one(Enterprise, old_id)
    assert (stays.first_reported_at, stays.first_report_unit_id, stays.first_report_user_id) == first
    assert db.session.get(Enterprise, new_id) is None
    assert stays.name == NEW and stays.address == "衢州市柯城区" and stays.legal_representative == "赵明"
    assert [one.name for one in stays.former_names] == [OLD, "衢州澜峰元件厂"]
    assert sorted(one.digits for one in stays.handles) == ["13905700001", "13905700002"]
    assert {(one.person.name, one.title) for one in stays.positions} == {("赵明", "董事长"), ("钱芳", "财务")}
    assert sum(one.is_main for one in stays.positions) == 1
    assert done.moved["contact_log.enterprise_id"] == 1 and done.moved["lead.enterprise_id"] == 1


def test_no_column_names_a_record_that_is_gone(cast: Cast) -> None:
    old, new = twins(cast)
    old_id, new_id = old.id, new.id
    merged(cast, old_id, new_id)
    for one in references("enterprise"):
        left = db.session.scalar(sa.select(sa.func.count()).where(one.names(new_id)))
        if one.act is Act.STAYS:
            continue
        if one.act is Act.PAIRED:
            states = set(db.session.scalars(sa.select(Suspect.state).where(one.names(new_id))))
            assert states <= {SuspectState.MERGED}, one.name
        else:
            assert left == 0, one.name


def test_taking_it_back_restores_every_row(cast: Cast) -> None:
    old, new = twins(cast)
    before = base()
    done = merged(cast, old.id, new.id)
    assert base() != before
    undone = merging.undo(done, actor=cast.chen)
    db.session.commit()
    assert undone.conflicts == [] and undone.newer == []
    after = base()
    assert all("OPEN" in str(row) for row in after["suspect"])  # weighed anew; see test_undo.py
    for table in before:
        if table != "suspect":
            assert after[table] == before[table], table


def test_it_is_recorded_on_both(cast: Cast) -> None:
    old, new = twins(cast)
    old_id, new_id = old.id, new.id
    merged(cast, old_id, new_id)
    told = {(one.verb, one.record_id): one for one in db.session.scalars(sa.select(Event).order_by(Event.id))}
    assert told["enterprise.merged", old_id].changes["name"] == [OLD, NEW]
    assert told["enterprise.merged_away", new_id].actor_name == cast.chen.name


def _two_at(cast: Cast, *titles: str, main: int = 1) -> tuple[Any, Any, Any]:
    """One firm, one name twice, each with a title there."""
    firm = make_enterprise("衢州澜峰电子有限公司", by=cast.wang)
    found = [make_person("赵明", by=cast.wang, at=firm, title=title) for title in titles]
    for at, one in enumerate(found):
        one.positions[0].is_main = at == main
    db.session.commit()
    return firm, found[0], found[1]


def _held(person_id: int) -> list[tuple[str, bool]]:
    rows = sa.select(Position.title, Position.is_main).where(Position.person_id == person_id)
    return [(title, is_main) for title, is_main in db.session.execute(rows)]


def test_two_titles_at_one_firm_are_both_kept_and_come_back_apart(cast: Cast) -> None:
    _firm, one, other = _two_at(cast, "董事长", "总经理、董事长")
    one_id, other_id = one.id, other.id
    plan = merging.plan("person", [one_id, other_id])
    stays, gone = plan.survivor_id, plan.loser_ids[0]
    before = {number: _held(number) for number in (stays, gone)}
    done = merging.merge(plan, actor=cast.chen)
    db.session.commit()
    [(title, is_main)] = _held(stays)
    assert sorted(title.split("、")) == ["总经理", "董事长"] and is_main
    merging.undo(done, actor=cast.chen)
    db.session.commit()
    assert {number: _held(number) for number in (stays, gone)} == before


def test_a_title_of_a_person_at_both_firms_is_kept_when_the_firms_become_one(cast: Cast) -> None:
    old, new = twins(cast)
    position = next(one for one in old.positions if one.person.name == "赵明")
    position.title, zhao_id = "经理", position.person_id
    db.session.commit()
    merging.merge(merging.plan("enterprise", [old.id, new.id]), actor=cast.chen)
    db.session.commit()
    assert [title for title, _main in _held(zhao_id)] == ["经理、董事长"]


def test_titles_stop_at_the_end_of_the_column(cast: Cast) -> None:
    column: Any = Position.__table__.c.title
    longest = column.type.length
    _firm, one, other = _two_at(cast, "甲" * (longest - 2), "乙丙丁")
    plan = merging.plan("person", [one.id, other.id])
    merging.merge(plan, actor=cast.chen)
    db.session.commit()
    [(title, _main)] = _held(plan.survivor_id)
    assert title in ("甲" * (longest - 2), "乙丙丁") and len(title) <= longest
