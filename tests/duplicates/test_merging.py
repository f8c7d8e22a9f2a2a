"""Several records become one: nothing is lost, the first report stays, and nothing points to what is gone."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from crm.audit.models import Event
from crm.db import db
from crm.duplicates import merging
from crm.duplicates.references import references
from crm.lib.on_merge import Act
from crm.merchants.models import Enterprise, Suspect, SuspectState
from tests.cast import Cast

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
    opened = [row for row in after["suspect"] if row not in before["suspect"]]
    assert len(opened) == 1 and "合并后又撤销了" in str(opened)
    for table in before:
        if table != "suspect":
            assert after[table] == before[table], table


def test_it_is_recorded_on_both(cast: Cast) -> None:
    old, new = twins(cast)
    old_id, new_id = old.id, new.id
    merged(cast, old_id, new_id)
    told = {(one.verb, one.record_id): one for one in db.session.scalars(sa.select(Event))}
    assert told["enterprise.merged", old_id].changes["name"] == [OLD, NEW]
    assert told["enterprise.merged_away", new_id].actor_name == cast.chen.name
