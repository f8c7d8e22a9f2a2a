"""Random bases, random merges and undos in any order: what is taken back is back exactly, nothing is ever lost.

Each example is a list of small numbers, so that Hypothesis can shrink it to the few steps that matter.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm.db import db
from crm.deals.models import Deal, Party, PartyRole
from crm.duplicates import merging
from crm.duplicates.models import Merge
from crm.duplicates.references import NOUNS, references
from crm.lib.errors import Refused
from crm.lib.on_merge import Act
from crm.lists.models import Tag
from crm.merchants import identity
from crm.merchants.models import (
    Enterprise,
    FormerName,
    Handle,
    HandleKind,
    Intent,
    Person,
    Position,
    Standing,
    Suspect,
    SuspectState,
)
from tests.cast import (
    Cast,
    gather,
    gathered,
    make_contact,
    make_deal,
    make_enterprise,
    make_lead,
    make_person,
)

from .make import LONG_AGO, base

STEPS = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 10**6)), min_size=4, max_size=14)
EXAMPLES = settings(
    max_examples=6,  # on each database; a body takes most of a second
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def anew(kept: Callable[..., None]) -> Cast:
    kept("cast", gather)
    return gathered()


def a_base(cast: Cast, seed: int) -> None:
    """Five firms and five people tied to one another every way there is, drawn from few words so that they clash."""
    any_of = random.Random(seed)
    wang = cast.wang
    firms, people = [], []
    for number in range(5):
        told = {
            "first_reported_at": LONG_AGO + dt.timedelta(days=any_of.randrange(9)),
            "created_at": LONG_AGO + dt.timedelta(days=any_of.randrange(9)),
            "address": any_of.choice(["", "衢州市柯城区", "杭州市"]),
            "chamber": any_of.choice(["", "衢州商会", "杭州衢商会"]),
            "note": any_of.choice(["", "要地三十亩", "想回乡"]),
            "standing": any_of.choice(list(Standing)),
            "intent": any_of.choice(list(Intent)),
            "last_contact_at": any_of.choice([None, LONG_AGO, LONG_AGO + dt.timedelta(days=40)]),
        }
        firms.append(
            make_enterprise(f"衢州{any_of.choice('澜峰山')}{number % 2}电子有限公司", by=wang, **told)
        )
        people.append(make_person(f"赵{any_of.choice('明芳')}", by=wang, **told))
    for firm in firms:
        for name in any_of.sample(["衢州元件厂", "衢州澜0电子有限公司", "老厂"], any_of.randrange(3)):
            db.session.add(FormerName(enterprise=firm, name=name))
        for person in any_of.sample(people, any_of.randrange(4)):
            title = any_of.choice(["", "总经理"])
            db.session.add(Position(enterprise=firm, person=person, title=title, is_main=False))
    for one in (*firms, *people):
        owner = {"enterprise" if one in firms else "person": one}
        for number in any_of.sample(["13905700001", "13905700002", "057012345678"], any_of.randrange(3)):
            note = any_of.choice(["", "办公室"])
            db.session.add(Handle(kind=HandleKind.MOBILE, value=number, digits=number, note=note, **owner))
        for word in any_of.sample(["重点", "电子", "回归"], any_of.randrange(3)):
            db.session.add(Tag(noun=one.__tablename__, record_id=one.id, word=word))
    for number in range(4):
        make_lead(f"第{number}条线索", by=wang, enterprise_id=any_of.choice(firms).id)
        deal = make_deal(f"第{number}个项目", by=wang, enterprise_id=any_of.choice(firms).id)
        for firm in any_of.sample(firms, 3):
            db.session.add(Party(deal=deal, enterprise=firm, role=PartyRole.PARTNER))
        log = make_contact(
            f"第{number}次电话", by=wang, enterprise_id=any_of.choice(firms).id, deal_id=deal.id
        )
        log.people.extend(any_of.sample(people, 3))
    for noun, records in (("enterprise", firms), ("person", people)):
        for a in records:
            for b in records:
                if a.id < b.id and any_of.random() < 0.6:
                    state = any_of.choice([SuspectState.OPEN] * 6 + [SuspectState.DIFFERENT])
                    at = LONG_AGO if state is SuspectState.DIFFERENT else None
                    db.session.add(Suspect(noun=noun, a_id=a.id, b_id=b.id, score=0.7, verdict="ask", reasons=[],
                                           state=state, decided_at=at))  # fmt: skip
    for noun, model in NOUNS.items():
        identity.refresh_many(noun, list(db.session.scalars(sa.select(model.id).order_by(model.id))))
    db.session.commit()


def merge_some(cast: Cast, draw: int) -> set[tuple[str, int]] | None:
    any_of = random.Random(draw)
    noun = any_of.choice(list(NOUNS))
    ids = list(db.session.scalars(sa.select(NOUNS[noun].id).order_by(NOUNS[noun].id)))
    if len(ids) < 2:
        return None
    some = any_of.sample(ids, min(len(ids), any_of.choice([2, 2, 2, 3])))
    choices = {"address": any_of.choice(some)} if any_of.random() < 0.3 else {}
    try:
        merging.merge(
            merging.plan(noun, some, prefer=any_of.choice([None, *some]), choices=choices), actor=cast.admin
        )
    except Refused:  # decided to be different: the plan has said so
        db.session.rollback()
        return None
    db.session.commit()
    return {(noun, one) for one in some}


def undo_some(cast: Cast, draw: int) -> None:
    standing = list(db.session.scalars(sa.select(Merge).where(Merge.undone_at.is_(None)).order_by(Merge.id)))
    if not standing:
        return
    chosen = standing[draw % len(standing)]
    chosen_id, newest_id = chosen.id, standing[-1].id
    try:
        merging.undo(chosen, actor=cast.admin)
        db.session.commit()
    except Refused as refused:
        db.session.rollback()
        assert chosen_id != newest_id, (
            refused.message
        )  # the newest one lies on top: it can always be taken back
        assert "请先撤销" in refused.message


def undo_all(cast: Cast) -> list[str]:
    told = []
    while newest := db.session.scalar(
        sa.select(Merge).where(Merge.undone_at.is_(None)).order_by(Merge.id.desc()).limit(1)
    ):
        undone = merging.undo(newest, actor=cast.admin)
        told += [f"{one.what}: {one.why}" for one in undone.conflicts]
        db.session.commit()
    return told


def nothing_points_nowhere() -> None:
    for noun, model in NOUNS.items():
        ids = sa.select(model.id)
        for one in references(noun, Act.MOVES, Act.JOINS, Act.REBUILT):
            loose = one.column.not_in(ids)
            if one.rule.noun_in:
                loose = sa.and_(loose, one.table.c[one.rule.noun_in] == noun)
            assert db.session.execute(sa.select(one.table).where(loose)).all() == [], one.name


def first_reports() -> dict[tuple[str, int], Any]:
    return {
        (noun, one.id): (one.first_reported_at, one.first_report_unit_id, one.first_report_user_id)
        for noun, model in NOUNS.items()
        for one in db.session.scalars(sa.select(model))
    }


@EXAMPLES
@given(seed=st.integers(0, 10**6), steps=STEPS)
def test_merges_and_undos_in_any_order_come_back_to_where_they_began(
    kept: Callable[..., None], seed: int, steps: list[tuple[int, int]]
) -> None:
    cast = anew(kept)
    a_base(cast, seed)
    before, reported = base(), first_reports()
    touched: set[tuple[str, int]] = set()
    for kind, draw in steps:
        if kind < 6:
            touched |= merge_some(cast, draw) or set()
        else:
            undo_some(cast, draw)
        nothing_points_nowhere()
        assert first_reports().items() <= reported.items()
    assert undo_all(cast) == []
    after = base()
    for table in before:
        if table == "suspect":
            continue
        assert after[table] == before[table], table
    changed = set(after["suspect"]) ^ set(before["suspect"])
    columns = [one.name for one in Suspect.__table__.columns if one.name != "version"]
    for row in changed:  # only open pairs of what was merged once: they are weighed anew
        said = dict(zip(columns, row, strict=True))
        noun = "enterprise" if "enter" in said["noun"] else "person"
        assert {(noun, int(said[key])) for key in ("a_id", "b_id")} & touched
        assert "OPEN" in said["state"]


def edit_something(cast: Cast, draw: int, addresses: dict[int, str]) -> tuple[type, int] | None:
    """What people do between: (model, id) of a row that was made and must be there for ever after. `addresses`
    learns what was typed last for which firm."""
    any_of = random.Random(draw)
    firms = list(db.session.scalars(sa.select(Enterprise).order_by(Enterprise.id)))
    people = list(db.session.scalars(sa.select(Person).order_by(Person.id)))
    firm, made = any_of.choice(firms), None
    act = any_of.randrange(7)
    if act == 0:
        firm.address = addresses[firm.id] = f"新地址{len(addresses)}之{draw}"
    elif act == 1:
        made = make_contact("又一次电话", by=cast.wang, enterprise_id=firm.id)
        made.people.append(any_of.choice(people))
    elif act == 2:
        deal = any_of.choice(list(db.session.scalars(sa.select(Deal).order_by(Deal.id))))
        deal.enterprise_id = firm.id
    elif act == 3 and firm.positions:
        db.session.delete(any_of.choice(firm.positions))
    elif act == 4:
        number = f"1390570{draw % 10000:04d}"
        made = Handle(enterprise=firm, kind=HandleKind.MOBILE, value=number, digits=number)
        db.session.add(made)
    elif act == 5 and firm.handles:
        db.session.delete(any_of.choice(firm.handles))
    else:
        made = make_lead("新线索", by=cast.wang, enterprise_id=firm.id)
    db.session.commit()
    return (type(made), made.id) if made is not None else None


@EXAMPLES
@given(seed=st.integers(0, 10**6), steps=STEPS)
def test_what_is_done_between_merges_outlives_their_undoing(
    kept: Callable[..., None], seed: int, steps: list[tuple[int, int]]
) -> None:
    cast = anew(kept)
    a_base(cast, seed)
    reported = first_reports()
    made, deleted = set(), False
    addresses: dict[int, str] = {}
    for kind, draw in steps:
        if kind < 4:
            merge_some(cast, draw)
        elif kind < 8:
            made.add(edit_something(cast, draw, addresses))
            deleted = True
        else:
            undo_some(cast, draw)
        nothing_points_nowhere()
    told = undo_all(cast)
    assert deleted or not any("删除" in one for one in told)
    nothing_points_nowhere()
    assert first_reports() == reported  # every record is back, with the credit it had
    for record_id, address in addresses.items():
        assert db.session.get_one(Enterprise, record_id).address == address
    for one in made - {None}:
        model, row_id = one  # type: ignore[misc]
        assert model is Handle or db.session.get(model, row_id) is not None
