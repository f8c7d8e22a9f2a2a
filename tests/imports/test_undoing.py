"""An import is all or nothing: what is cancelled, fails or is undone is taken back, but for what somebody has used
since; and killing the process at any instant changes nothing of that."""

from __future__ import annotations

import datetime as dt
import signal
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from crm.audit.models import Event
from crm.contacts.models import ContactLog
from crm.db import db
from crm.imports import undoing, writing
from crm.imports.models import BatchState, ImportRow, Outcome
from crm.jobs import queue
from crm.jobs.models import JobRun, JobState
from crm.lib import clock
from crm.lib.words import told
from crm.lists.models import Tag
from crm.merchants import actions as merchants
from crm.merchants import reindex
from crm.merchants.models import (
    DEDUP_ENTRY,
    DEDUP_KEY,
    Enterprise,
    Handle,
    Person,
    Position,
    Suspect,
    SuspectState,
)
from crm.search.models import SearchEntry
from tests.cast import make_deal
from tests.imports.lists import batch, checked, decide, many, rows, run
from tests.support.processes import die, in_a_process

TABLES = (Enterprise, Person, Handle, Position, Suspect, SearchEntry, DEDUP_KEY, DEDUP_ENTRY)
LIST = (
    "企业名称,法人,地址,曾用名,联系人,联系电话\n"
    "上海衢澜精密机械有限公司,,,上海衢澜机械厂,陈晓岚,15400000001\n"
    "杭州余屿软件科技有限公司,郑海潮,新地址 8 号,余屿电脑,吴清和,15400000002；0571-88880001\n"
    "温州恒远屿泵业有限公司,,,,陈晓岚,15400000001\n"
)  # fmt: skip


def counted(session: Any) -> dict[str, int]:
    return {
        str(getattr(one, "__tablename__", None) or one.name): session.scalar(
            sa.select(sa.func.count()).select_from(one)
        )
        for one in TABLES
    }


def undo(client: Any, here: str) -> Any:
    answer = client.press(here, f"{here}/undo")
    assert answer.went_to == here
    return client.see(here)


@pytest.fixture
def known(cast: Any, session: Any) -> Enterprise:
    """Hers, with a person and a number."""
    made = merchants.create_enterprise(
        {"name": "杭州余屿软件科技有限公司", "address": "老地址 1 号", "contact_name": "吴清和",
         "contact_phones": "15400000099", "note": "老客户"}, actor=cast.wang,
    )  # fmt: skip
    session.commit()
    return made


def test_undoing_leaves_the_base_as_it_was(
    cast: Any, session: Any, known: Enterprise, as_user: Callable[..., Any]
) -> None:
    wang, before, was = as_user(cast.wang), counted(session), known.snapshot()
    here = checked(wang, LIST, "both")
    decide(wang, here, "overwrite", 3)
    run(wang, here)
    assert counted(session)["enterprise"] == 3 and known.address == "新地址 8 号"
    page = undo(wang, here)
    assert "这次导入已经撤销" in page.text and "撤销了 3 行；0 行" in page.text
    assert batch().state is BatchState.UNDONE
    assert {row.outcome for row in rows().values()} == {Outcome.UNDONE}
    assert counted(session) == before
    assert known.snapshot() == was
    assert not reindex.check().differences
    # it stands in the trail, and cannot be done twice
    verbs = [
        event.verb for event in session.scalars(sa.select(Event)) if told(event.note).startswith("撤销导入")
    ]
    assert sorted(verbs) == ["enterprise.edited", *["enterprise.import_undone"] * 2, "person.import_undone"]
    assert session.scalars(sa.select(Event).filter_by(verb="import.undone")).one().actor_id == cast.wang.id
    again = wang.post(f"{here}/undo", data={"csrf_token": wang.token()})
    assert again.status_code == 422 and "只有已经导入完的名单可以撤销" in again.said
    assert "衢澜" not in wang.see("/enterprises?q=衢澜").text.replace("q=衢澜", "").split("共")[-1]


def test_what_somebody_has_used_since_stays_and_is_listed(
    cast: Any, session: Any, as_user: Callable[..., Any]
) -> None:
    wang = as_user(cast.wang)
    here = checked(wang, many(9))
    run(wang, here)
    made = {row.number: session.get_one(Enterprise, row.record_id) for row in rows().values()}
    with clock.freeze(clock.now() + dt.timedelta(hours=1)):
        merchants.edit(made[2], {"name": made[2].name, "address": "改过"}, actor=cast.chen)
        make_deal("用上了", by=cast.wang, enterprise_id=made[3].id)
        session.add(Tag(noun="enterprise", record_id=made[4].id, word="重点"))
        session.add(ContactLog(summary="打过电话", author_id=cast.wang.id, unit_id=cast.wang.unit_id,
                               enterprise_id=made[5].id, kind="call", happened_at=clock.now()))  # fmt: skip
        session.add(
            Suspect(noun="enterprise", a_id=made[6].id, b_id=made[7].id, score=0.7, verdict="ask", reasons=[],
                    state=SuspectState.DIFFERENT)
        )  # fmt: skip
        merchants.reveal(made[8], actor=cast.wang)  # looking is not using
        session.commit()
        page = undo(wang, here)
    kept = {number: row.message for number, row in rows().items() if row.outcome is Outcome.KEPT}
    assert set(kept) == {2, 3, 4, 5, 6, 7}
    assert "陈主任后来改过" in kept[2] and "已经有了项目" in kept[3] and "已经有了标签" in kept[4]
    assert "已经有了沟通记录" in kept[5] and "判定过" in kept[6]
    assert "3 行；6 行后来有人改过或用过" in page.text
    listed = wang.see(f"{here}?outcome=kept").text
    assert (
        "陈主任后来改过" in listed and f"/enterprises/{made[2].id}" in wang.see(f"{here}?outcome=kept").links
    )
    assert counted(session)["enterprise"] == 6 == counted(session)["person"]
    assert not reindex.check().differences


def test_an_update_that_was_changed_since_stays(
    cast: Any, session: Any, known: Enterprise, as_user: Callable[..., Any]
) -> None:
    wang = as_user(cast.wang)
    here = checked(wang, LIST, "update")
    run(wang, here)
    merchants.edit(known, {"name": known.name, "website": "yuyu.example"}, actor=cast.chen)
    session.commit()
    undo(wang, here)
    assert rows()[3].outcome is Outcome.KEPT and known.legal_representative == "郑海潮"


def test_two_imports_are_undone_the_later_first(cast: Any, session: Any, as_user: Callable[..., Any]) -> None:
    wang, before = as_user(cast.wang), counted(session)
    more = LIST.replace("上海衢澜精密机械有限公司,", "上海衢澜精密机械有限公司,周海")
    first = checked(wang, LIST)
    run(wang, first)
    second = checked(wang, more, "update")
    run(wang, second)
    assert rows()[2].outcome is Outcome.UPDATED
    undo(wang, second)
    assert "撤销了 3 行；0 行" in undo(wang, first).text
    assert counted(session) == before
    first = checked(wang, LIST)
    run(wang, first)
    run(wang, checked(wang, more, "update"))
    assert "撤销了 2 行；1 行" in undo(wang, first).text, "what the later one has changed stays"


def test_people_that_came_with_the_list_and_work_elsewhere_now_stay(
    cast: Any, session: Any, as_user: Callable[..., Any]
) -> None:
    wang = as_user(cast.wang)
    here = checked(wang, LIST)
    run(wang, here)
    chen = session.scalars(sa.select(Person).filter_by(name="陈晓岚")).one()
    other = merchants.create_enterprise({"name": "衢州别家有限公司"}, actor=cast.wang)
    merchants.add_position(other, chen, "董事", actor=cast.wang)
    session.commit()
    page = undo(wang, here)
    assert "人员“陈晓岚”没有撤销：在别的企业任职" in page.text
    assert [person.name for person in session.scalars(sa.select(Person))] == ["陈晓岚"]
    assert session.scalars(sa.select(Enterprise)).one() is other


# --- cancelled, failed ----------------------------------------------------------------------------------------


def ordered(client: Any, here: str, monkeypatch: pytest.MonkeyPatch) -> int:
    """The run is in the queue, and nobody has begun it."""
    with monkeypatch.context() as patch:
        patch.setattr(queue, "start", lambda job_id: None)
        run(client, here)
    job_id = batch().job_id
    db.session.commit()
    assert job_id
    return job_id


def test_a_run_that_is_cancelled_on_its_way_is_taken_back_and_can_be_run_again(
    cast: Any, session: Any, as_user: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "LOT", 4)
    wang, before = as_user(cast.wang), counted(session)
    here = checked(wang, many(17))
    new = batch().counts["new"]
    job_id = ordered(wang, here, monkeypatch)
    real, lots = writing.write, []

    def somebody_cancels(*args: Any, **more: Any) -> int:
        lots.append(1)
        if len(lots) == 3:
            db.session.execute(sa.update(JobRun).where(JobRun.id == job_id).values(cancel_asked=True))
        return real(*args, **more)

    with monkeypatch.context() as patch:
        patch.setattr(writing, "write", somebody_cancels)
        queue.carry_out(job_id)
    session.expire_all()
    assert session.get_one(JobRun, job_id).state is JobState.CANCELLED and len(lots) == 3
    assert batch().state is BatchState.CANCELLED
    assert counted(session) == before and {row.outcome for row in rows().values()} == {Outcome.WAITING}
    assert "已经写入的都撤回了" in wang.see(here).text
    run(wang, here)
    assert batch().state is BatchState.DONE and counted(session)["enterprise"] == new


def test_check_and_run_say_of_how_many_rows(cast: Any, session: Any, as_user: Callable[..., Any]) -> None:
    wang = as_user(cast.wang)
    run(wang, checked(wang, many(7)))
    told = {job.kind: (job.done, job.total) for job in session.scalars(sa.select(JobRun))}
    assert told["imports.check"] == (7, 7) and told["imports.run"] == (batch().counts["created"],) * 2
    cast.wang.locale = "en"
    session.commit()
    assert "Check 名单.csv" in wang.see("/jobs").text, "a title is said in the reader's language"


def test_a_run_that_waits_is_cancelled_at_once(
    cast: Any, session: Any, as_user: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    wang = as_user(cast.wang)
    here = checked(wang, many(5))
    job_id = ordered(wang, here, monkeypatch)
    assert "排队中" in wang.see(here).text
    assert wang.press(here, f"/jobs/{job_id}/cancel").went_to == here
    assert batch().state is BatchState.CHECKED and session.get_one(JobRun, job_id).state is JobState.CANCELLED
    run(wang, here)
    assert batch().state is BatchState.DONE


def test_a_run_that_fails_is_taken_back_and_says_so(
    cast: Any, session: Any, as_user: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "LOT", 4)
    wang, before = as_user(cast.wang), counted(session)
    here = checked(wang, many(17))
    job_id = ordered(wang, here, monkeypatch)
    real, lots = writing.write, []

    def breaks(*args: Any, **more: Any) -> int:
        lots.append(1)
        return real(*args, **more) if len(lots) < 3 else 1 // 0

    monkeypatch.setattr(writing, "write", breaks)
    queue.carry_out(job_id)
    session.expire_all()
    job = session.get_one(JobRun, job_id)
    assert job.state is JobState.FAILED and "已经撤回" in job.message
    assert batch().state is BatchState.FAILED and counted(session) == before


def test_an_undo_is_not_stopped_half_way(
    cast: Any, session: Any, as_user: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(undoing, "LOT", 3)
    wang, before = as_user(cast.wang), counted(session)
    here = checked(wang, many(9))
    run(wang, here)
    with monkeypatch.context() as patch:
        patch.setattr(queue, "start", lambda job_id: None)
        wang.press(here, f"{here}/undo")
    job = session.get_one(JobRun, batch().job_id)
    job.began_at, job_id = clock.now(), job.id  # by a worker that died
    session.commit()
    wang.post(f"/jobs/{job_id}/cancel", data={"csrf_token": wang.token()})
    assert "不能停在中途" in wang.see("/jobs").text
    session.execute(sa.update(JobRun).values(cancel_asked=True))
    session.commit()
    queue.carry_out(job_id)
    session.expire_all()
    assert batch().state is BatchState.UNDONE
    assert counted(session) == before


# --- killed ---------------------------------------------------------------------------------------------------


def killed(app: Any, job_id: int, room: Any, verb: str, after: int) -> None:
    """A worker of its own carries the job out, and is killed in the middle of a lot."""

    def work() -> None:
        writing.LOT = undoing.LOT = 4  # in this process only
        real, times = getattr(room, verb), []

        def dies(*args: Any, **more: Any) -> Any:
            times.append(1)
            done = real(*args, **more)
            if len(times) == after:
                db.session.flush()
                die()  # all of the lot is written, nothing of it is committed
            return done

        setattr(room, verb, dies)
        queue.carry_out(job_id)

    assert in_a_process(app, work) == -signal.SIGKILL


def restarted() -> None:
    """As `serve` does: what a dead process left is put back in the queue, and carried out."""
    db.session.rollback()
    queue.resume(everything=True)
    db.session.expire_all()


def test_a_killed_run_goes_on_and_everything_is_there_once(
    app: Any, cast: Any, session: Any, as_user: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    wang = as_user(cast.wang)
    here = checked(wang, many(17))
    new = batch().counts["new"]
    job_id = ordered(wang, here, monkeypatch)
    killed(app, job_id, writing, "write", 3)
    assert counted(session)["enterprise"] == 8 and session.get_one(JobRun, job_id).state is JobState.RUNNING
    restarted()
    assert batch().state is BatchState.DONE and session.get_one(JobRun, job_id).state is JobState.DONE
    assert counted(session)["enterprise"] == new == counted(session)["person"]
    assert len(set(session.scalars(sa.select(Enterprise.name)))) == new
    created = session.scalar(sa.select(sa.func.count()).where(ImportRow.outcome == Outcome.CREATED))
    assert created == new and session.get_one(JobRun, job_id).attempt == 2
    assert not reindex.check().differences


def test_a_killed_undo_goes_on_until_nothing_is_left(
    app: Any, cast: Any, session: Any, as_user: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    wang, before = as_user(cast.wang), counted(session)
    here = checked(wang, many(17))
    run(wang, here)
    with monkeypatch.context() as patch:
        patch.setattr(queue, "start", lambda job_id: None)
        wang.press(here, f"{here}/undo")
    job_id = batch().job_id
    assert job_id
    killed(app, job_id, undoing, "take_back", 2)
    assert before["enterprise"] < counted(session)["enterprise"] < 17
    restarted()
    assert batch().state is BatchState.UNDONE and counted(session) == before
    assert not reindex.check().differences


def test_a_run_killed_while_it_was_being_taken_back_is_still_taken_back(
    app: Any, cast: Any, session: Any, as_user: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    wang, before = as_user(cast.wang), counted(session)
    here = checked(wang, many(17))
    job_id = ordered(wang, here, monkeypatch)
    killed(app, job_id, writing, "write", 4)
    session.execute(
        sa.update(JobRun).where(JobRun.id == job_id).values(cancel_asked=True, state=JobState.QUEUED)
    )
    session.commit()
    killed(app, job_id, undoing, "take_back", 2)
    assert batch().state is BatchState.UNDOING
    restarted()
    assert batch().state is BatchState.CANCELLED and counted(session) == before
    assert session.get_one(JobRun, job_id).state is JobState.CANCELLED
