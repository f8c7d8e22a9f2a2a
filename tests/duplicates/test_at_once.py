"""Two people at once, ten thousand rows, and a process that is killed in the middle."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from crm.contacts.models import ContactLog, contact_person
from crm.db import db
from crm.duplicates import merging
from crm.duplicates.models import Merge, MergeStep, Tombstone
from crm.lib import clock
from crm.lib.errors import Refused
from crm.merchants.models import Enterprise
from crm.org.models import User
from tests.cast import Cast, make_contact, make_enterprise, make_person
from tests.support.processes import die, in_a_process
from tests.support.statements import count_statements
from tests.support.threads import in_threads

from .make import base, twins


def test_of_eight_who_merge_the_same_two_exactly_one_wins(app: Any, cast: Cast) -> None:
    old, new = twins(cast)
    ids, by = [old.id, new.id], cast.chen.id
    db.session.remove()
    start = threading.Barrier(8)

    def merge() -> int:
        start.wait(120)
        actor = db.session.get_one(User, by)
        return merging.merge(merging.plan("enterprise", ids, user=actor), actor=actor).id

    answers = in_threads(app, [merge] * 8)
    won = [one for one in answers if isinstance(one, int)]
    lost = [one for one in answers if isinstance(one, Refused)]
    assert len(won) == 1 and len(lost) == 7, answers
    # On PostgreSQL a loser may have planned on what the winner had not yet committed: told so all the same.
    assert all(isinstance(one, merging.AlreadyMerged) and "陈主任" in one.message for one in lost), lost
    assert db.session.scalar(sa.select(sa.func.count(Merge.id))) == 1


def test_of_two_who_take_it_back_exactly_one_does(app: Any, cast: Cast) -> None:
    old, new = twins(cast)
    before = base()
    done = merging.merge(merging.plan("enterprise", [old.id, new.id]), actor=cast.chen)
    db.session.commit()
    merge_id, by = done.id, cast.chen.id
    db.session.remove()
    start = threading.Barrier(2)

    def undo() -> str:
        start.wait(120)
        merging.undo(db.session.get_one(Merge, merge_id), actor=db.session.get_one(User, by))
        return "done"

    answers = in_threads(app, [undo, undo])
    assert sorted(isinstance(one, Refused) for one in answers) == [False, True], answers
    assert base()["enterprise"] == before["enterprise"]


def test_two_merges_that_share_a_record_leave_one_record(app: Any, cast: Cast) -> None:
    """A with B and B with C, at once: whatever comes first, nothing is lost and nothing points nowhere."""
    firms = [make_enterprise(f"衢州第{number}家公司", by=cast.wang) for number in range(3)]
    db.session.commit()
    ids, by = [one.id for one in firms], cast.chen.id
    db.session.remove()
    start = threading.Barrier(2)

    def merge(some: list[int]) -> Any:
        def work() -> int:
            start.wait(120)
            actor = db.session.get_one(User, by)
            return merging.merge(merging.plan("enterprise", some), actor=actor).id

        return work

    answers = in_threads(app, [merge(ids[:2]), merge(ids[1:])])
    won = sum(isinstance(one, int) for one in answers)
    assert won >= 1 and all(isinstance(one, int | Refused) for one in answers), answers
    assert db.session.scalar(sa.select(sa.func.count(Enterprise.id))) == 3 - won


def test_ten_thousand_logs_are_a_few_statements_there_and_back(app: Any, cast: Cast) -> None:
    old, new = twins(cast)
    log = {
        "kind": "call", "happened_at": clock.now(), "enterprise_id": new.id, "summary": "电话",
        "unit_id": cast.wang.unit_id, "author_id": cast.wang.id, "place": "", "their_people": "", "next_step": "",
        "leader_led": False, "logged_at": clock.now(), "version": 1,
    }  # fmt: skip
    table: Any = ContactLog.__table__

    def asked(rows: int) -> tuple[int, int, float]:
        if rows:
            db.session.execute(table.insert(), [log] * rows)
            db.session.commit()
        began = time.process_time()
        with count_statements() as there:
            done = merging.merge(merging.plan("enterprise", [old.id, new.id]), actor=cast.chen)
            db.session.commit()
        with count_statements() as back:
            merging.undo(done, actor=cast.chen)
            db.session.commit()
        return len(there), len(back), time.process_time() - began

    log["kind"] = table.c.kind.type.enum_class("call")
    asked(0)  # the first time finds a pair that was still open
    few = asked(0)
    many = asked(10_000)
    assert (many[0], many[1]) == few[:2]
    assert (
        db.session.scalar(sa.select(sa.func.count(table.c.id)).where(table.c.enterprise_id == new.id))
        == 10_001
    )
    assert many[2] < 20, f"{many[2]:.1f} s"


def test_a_thousand_shared_meetings_of_two_people_come_back_at_once(app: Any, cast: Cast) -> None:
    one, two = make_person("赵明", by=cast.wang), make_person("赵明", by=cast.wang)
    log = make_contact("会议", by=cast.wang)
    db.session.commit()
    table: Any = ContactLog.__table__
    row = dict(db.session.execute(sa.select(table).where(table.c.id == log.id)).mappings().one())
    row.pop("id")
    db.session.execute(table.insert(), [row] * 1_000)
    ids = db.session.scalars(sa.select(table.c.id)).all()
    both = [{"contact_log_id": each, "person_id": person.id} for each in ids for person in (one, two)]
    db.session.execute(contact_person.insert(), both)
    db.session.commit()
    done = merging.merge(merging.plan("person", [one.id, two.id]), actor=cast.chen)
    db.session.commit()
    assert db.session.scalar(sa.select(sa.func.count()).select_from(contact_person)) == len(ids)
    with count_statements() as seen:
        merging.undo(done, actor=cast.chen)
        db.session.commit()
    assert db.session.scalar(sa.select(sa.func.count()).select_from(contact_person)) == len(both)
    assert len(seen) < 150, len(seen)


def test_killed_at_any_statement_nothing_is_half_done(app: Any, cast: Cast) -> None:
    """kill -9 while the merge runs, at several places, the last one just before its commit."""
    old, new = twins(cast)
    ids, by, before = [old.id, new.id], cast.chen.id, base()

    def merging_until(statement: int) -> Callable[[], None]:
        def work() -> None:
            seen = []

            def count(*_words: Any) -> None:
                seen.append(1)
                if len(seen) == statement:
                    die()

            actor = db.session.get_one(User, by)
            plan = merging.plan("enterprise", ids)
            sa.event.listen(sa.Engine, "after_cursor_execute", count)
            merging.merge(plan, actor=actor)
            die()

        return work

    for at in (5, 25, 60, 10**6):
        assert in_a_process(app, merging_until(at)) == -signal.SIGKILL
        assert base() == before, at
        for model in (Merge, MergeStep, Tombstone):
            assert db.session.scalar(sa.select(sa.func.count()).select_from(model)) == 0
    actor = db.session.get_one(User, by)
    merging.merge(merging.plan("enterprise", ids), actor=actor)
    db.session.commit()
