"""Scans: the same result however often they are stopped, killed and begun again; decisions stay; nobody waits."""

from __future__ import annotations

import signal
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from crm import recurring
from crm.audit.models import Event
from crm.audit.trail import HOUSE
from crm.db import db, reading
from crm.duplicates.engine import jobs, scans
from crm.jobs import queue
from crm.jobs.models import JobRun, JobState
from crm.lib.errors import Refused
from crm.merchants import identity, suspects
from crm.merchants.models import Enterprise, Handle, HandleKind, Person, Suspect, SuspectState
from tests.cast import Cast
from tests.support.processes import die, in_a_process

PAGE = "/suspects/engine"


def base(cast: Cast, many: int = 60) -> list[int]:
    """Firms of which every third is there twice, the second time misspelt; and a person twice."""
    common = {"follow_unit_id": cast.wang.unit_id, "first_report_unit_id": cast.wang.unit_id}
    firms = []
    for number in range(many):
        brand = (
            "锦瑞鼎华晟博远恒泰嘉源丰盛宏达启航新越明德"[number % 20]
            + "衢澜峰屿岚弈谷川岳松"[number // 3 % 10]
        )
        firms.append(
            Enterprise(name=f"衢州{brand}{'精密机械' if number % 2 else '新材料'}有限公司", **common)
        )
        if number % 3 == 0:
            firms.append(Enterprise(name=f"{brand}{'精密机械' if number % 2 else '新材料'}公司", **common))
    people = [Person(name="沈予安", **common) for _ in range(2)]
    for person in people:
        person.handles.append(Handle(kind=HandleKind.MOBILE, value="15400000001", digits="15400000001"))
    db.session.add_all([*firms, *people])
    db.session.flush()
    ids = [firm.id for firm in firms]
    identity.refresh_many("enterprise", ids, fresh=True)
    identity.refresh_many("person", [person.id for person in people], fresh=True)
    db.session.commit()
    return ids


def pairs() -> list[tuple[Any, ...]]:
    columns = (
        Suspect.noun, Suspect.a_id, Suspect.b_id, Suspect.score, Suspect.verdict, Suspect.state, Suspect.kept_reason,
    )  # fmt: skip
    rows = db.session.execute(sa.select(*columns).order_by(Suspect.noun, Suspect.a_id, Suspect.b_id)).all()
    db.session.rollback()
    return [tuple(row) for row in rows]


def ordered() -> int:
    job_id = scans.order(actor=HOUSE).id
    db.session.commit()
    return job_id


def job(job_id: int) -> JobRun:
    """As it stands; who only looks must not keep others from writing."""
    db.session.rollback()
    with reading():
        return db.session.get_one(JobRun, job_id, populate_existing=True)


@pytest.fixture(autouse=True)
def nobody_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """So a scan need not rest after each lot as long as it worked."""
    monkeypatch.setattr(scans, "LONGEST_PAUSE", 0.0)


@pytest.fixture
def small_lots(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(suspects, "LOT", 7)


# --- what it finds -----------------------------------------------------------------------------------------


def test_a_scan_finds_what_is_there_twice_and_says_how_far_it_has_come(cast: Cast) -> None:
    ids = base(cast)
    job_id = ordered()
    queue.carry_out(job_id)
    done = job(job_id)
    assert done.state is JobState.DONE and done.done == done.total == len(ids) + 2
    assert done.result["found"] == len(pairs()) >= 21 and "新增" in done.result["said"]
    assert ("person", 1, 2) in {row[:3] for row in pairs()}
    found = db.session.scalars(sa.select(Suspect).filter_by(noun="enterprise")).first()
    assert found is not None and found.levels[0].startswith("name:")


def test_a_second_scan_changes_nothing(cast: Cast, small_lots: None) -> None:
    base(cast)
    queue.carry_out(ordered())
    before, second = pairs(), ordered()
    queue.carry_out(second)
    told = job(second).result
    assert (told["found"], told["changed"], told["gone"]) == (0, 0, 0) and pairs() == before


def test_a_pair_weighs_the_same_in_whatever_lot_it_comes_up(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    base(cast)
    results = []
    for size in (1, 7, 500):
        monkeypatch.setattr(suspects, "LOT", size)
        db.session.execute(sa.delete(Suspect))
        db.session.commit()
        queue.carry_out(ordered())
        results.append(pairs())
    assert results[0] == results[1] == results[2]


def test_decisions_stay_and_what_is_no_longer_alike_goes(cast: Cast) -> None:
    base(cast)
    queue.carry_out(ordered())
    before = pairs()
    decided, kept, gone = db.session.scalars(
        sa.select(Suspect).filter_by(noun="enterprise", verdict="ask").order_by(Suspect.id).limit(3)
    )
    decided.state, decided.score = SuspectState.DIFFERENT, 0.1
    kept.kept_reason = "新建时写了理由"
    renamed = [kept.b_id, gone.b_id]
    keys = [(one.a_id, one.b_id) for one in (decided, kept, gone)]
    for number, record_id in enumerate(renamed):
        db.session.get_one(Enterprise, record_id).name = f"毫不相干第{number}号食品厂"
    identity.refresh_many("enterprise", renamed)
    db.session.commit()
    last = ordered()
    queue.carry_out(last)
    there = {row[1:3]: row for row in pairs() if row[0] == "enterprise"}
    assert there[keys[0]][3:6] == (0.1, "ask", SuspectState.DIFFERENT)
    assert keys[1] in there and keys[2] not in there
    assert job(last).result["gone"] == len({row[1:3] for row in before} - {row[1:3] for row in pairs()})


def test_what_is_decided_between_looking_and_writing_stays_decided(cast: Cast) -> None:
    base(cast)
    queue.carry_out(ordered())
    pair = db.session.scalars(sa.select(Suspect).filter_by(noun="enterprise").order_by(Suspect.id)).first()
    assert pair is not None
    looked = suspects.look("enterprise", [pair.a_id, pair.b_id])
    looked.unlike, looked.alike = [(pair.a_id, pair.b_id)], {}
    pair.state = SuspectState.DIFFERENT
    db.session.commit()
    assert suspects.settle(looked)["gone"] == 0
    db.session.commit()
    assert (pair.a_id, pair.b_id) in {row[1:3] for row in pairs()}


def test_a_record_that_goes_between_looking_and_writing_leaves_no_pair(cast: Cast) -> None:
    ids = base(cast)
    looked = suspects.look("enterprise", ids)
    one, other = next(iter(looked.alike))
    db.session.delete(db.session.get_one(Enterprise, other))
    db.session.commit()
    suspects.settle(looked)
    db.session.commit()
    assert other not in {number for row in pairs() if row[0] == "enterprise" for number in row[1:3]}
    assert one in {number for row in looked.alike for number in row}


def test_a_phone_that_a_hundred_thousand_share_costs_no_more(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not one pair of those that have nothing but the wide key in common is weighed."""
    common = {"follow_unit_id": cast.wang.unit_id, "first_report_unit_id": cast.wang.unit_id}
    monkeypatch.setattr(suspects, "WIDEST", 5)
    signs = "东南西北高低前后左右大小多少远近红黑山川"
    firms = [Enterprise(name=f"{one}{one}{one}", **common) for one in signs]
    for firm in firms:
        firm.handles.append(Handle(kind=HandleKind.MOBILE, value="15400000009", digits="15400000009"))
    db.session.add_all(firms)
    db.session.flush()
    identity.refresh_many("enterprise", [firm.id for firm in firms], fresh=True)
    db.session.commit()
    memory = suspects.Memory()
    looked = suspects.look("enterprise", [firm.id for firm in firms], memory)
    assert looked.weighed == 0 and max(memory.wide.values()) == len(signs)


# --- stopped, killed, begun again --------------------------------------------------------------------------


class Killed(BaseException):
    """Nothing in the house catches it: as if the process had ended."""


@pytest.mark.parametrize("after", [1, 3, 8])
@pytest.mark.parametrize("where", ["look", "settle"])
def test_killed_at_any_lot_and_begun_again_it_finds_the_same(
    cast: Cast, small_lots: None, monkeypatch: pytest.MonkeyPatch, after: int, where: str
) -> None:
    base(cast)
    queue.carry_out(ordered())
    whole = pairs()
    db.session.execute(sa.delete(Suspect))
    db.session.commit()
    real, calls = getattr(suspects, where), [0]

    def dies(*args: Any, **kwargs: Any) -> Any:
        calls[0] += 1
        if calls[0] == after:
            raise Killed
        return real(*args, **kwargs)

    job_id = ordered()
    monkeypatch.setattr(suspects, where, dies)
    with pytest.raises(Killed):
        queue.carry_out(job_id)
    db.session.rollback()
    had = job(job_id)
    assert had.state is JobState.RUNNING and had.done < had.total if after > 1 else True
    looked_at, calls[0] = had.done, 100
    monkeypatch.setattr(queue, "start", lambda _job_id: None)
    queue.resume(everything=True)
    queue.carry_out(job_id)
    done = job(job_id)
    assert done.state is JobState.DONE and pairs() == whole
    assert done.result["records"] == done.total, "records looked at before the end are not looked at again"
    assert looked_at == (after - 1) * 7 if where == "look" and after == 1 else looked_at >= 0


def test_a_real_process_killed_with_9_again_and_again(app: Any, cast: Cast, small_lots: None) -> None:
    base(cast)
    queue.carry_out(ordered())
    whole = pairs()
    db.session.execute(sa.delete(Suspect))
    db.session.commit()
    job_id, seen = ordered(), []

    def scanning_until(lot: int) -> Callable[[], None]:
        def work() -> None:
            real, lots = suspects.settle, []

            def dies(looked: Any) -> Any:
                counts = real(looked)
                lots.append(1)
                if len(lots) == lot:
                    db.session.flush()
                    die()  # all of the lot is written, nothing of it is committed
                return counts

            suspects.settle = dies  # in this process only
            queue.resume(everything=True)
            queue.carry_out(job_id)

        return work

    for lot in (3, 2, 4):
        assert in_a_process(app, scanning_until(lot)) == -signal.SIGKILL
        seen.append(job(job_id).done)
    assert seen == [14, 21, 42], "what was committed before the end, each time"
    assert in_a_process(app, scanning_until(0)) == 0
    done = job(job_id)
    assert done.state is JobState.DONE and pairs() == whole and done.result["records"] == done.total


def test_a_scan_that_somebody_stops_keeps_what_it_found(
    cast: Cast, small_lots: None, as_user: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    base(cast)
    job_id = ordered()
    real, calls = suspects.settle, [0]

    def asked_to_stop(looked: Any) -> Any:
        calls[0] += 1
        if calls[0] == 3:
            db.session.execute(sa.update(JobRun).values(cancel_asked=True))
        return real(looked)

    monkeypatch.setattr(suspects, "settle", asked_to_stop)
    queue.carry_out(job_id)
    stopped = job(job_id)
    assert stopped.state is JobState.CANCELLED and stopped.done == 14 and pairs()


def test_a_scan_lets_the_jobs_go_first_that_wait(
    cast: Cast, small_lots: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    base(cast)
    job_id, handed = ordered(), []
    other = queue.new("lists.export", title="导出", params={}, user_id=cast.wang.id).id
    db.session.commit()
    monkeypatch.setattr(scans, "TURN", 0)
    monkeypatch.setattr(queue, "start", handed.append)
    queue.carry_out(job_id)
    waits = job(job_id)
    total = waits.total
    assert waits.state is JobState.QUEUED and 0 < waits.done < total and handed == [job_id]
    db.session.get_one(JobRun, other).state = JobState.DONE
    db.session.commit()
    queue.carry_out(job_id)
    assert job(job_id).state is JobState.DONE and job(job_id).result["records"] == total


def test_of_two_processes_at_one_scan_the_second_leaves_it_to_the_first(cast: Cast, small_lots: None) -> None:
    base(cast)
    job_id = ordered()
    real, calls = suspects.settle, [0]

    def the_other_was_quicker(looked: Any) -> Any:
        calls[0] += 1
        return real(looked)

    row = db.session.get_one(JobRun, job_id)
    row.state = JobState.RUNNING
    db.session.commit()
    course = scans.begun(row)
    db.session.rollback()
    look = suspects.look

    def meanwhile(*args: Any, **kwargs: Any) -> Any:
        looked = look(*args, **kwargs)
        db.session.rollback()
        mine = db.session.get_one(JobRun, job_id)
        mine.result = {**course, "records": 35, "last": 35}
        db.session.commit()
        return looked

    suspects.look, suspects.settle = meanwhile, the_other_was_quicker
    try:
        with pytest.raises(queue.NotMine):
            jobs.scan(db.session.get_one(JobRun, job_id))
    finally:
        suspects.look, suspects.settle = look, real
    db.session.rollback()
    assert calls == [0] and job(job_id).result["records"] == 35


# --- who orders it -----------------------------------------------------------------------------------------


def test_a_manager_orders_a_scan_and_sees_it_through(
    cast: Cast, as_user: Callable[..., Any], session: Any
) -> None:
    base(cast)
    chen = as_user(cast.chen)
    assert chen.submit(PAGE, _to=f"{PAGE}/scan").went_to == PAGE
    done = session.scalars(sa.select(JobRun).filter_by(kind=scans.KIND)).one()
    assert done.state is JobState.DONE and done.user_id == cast.chen.id
    event = session.scalars(sa.select(Event).filter_by(verb="scan.ordered")).one()
    assert event.actor_id == cast.chen.id
    page = chen.see(PAGE)
    assert f"{done.result['found']:,}" in page.text
    assert done.state.label in chen.see(f"{PAGE}/scan/{done.id}/progress").text


def test_one_scan_of_the_base_at_a_time(cast: Cast, as_user: Callable[..., Any], session: Any) -> None:
    job_id = ordered()
    token = as_user(cast.chen)
    refused = token.post(f"{PAGE}/scan", data={"csrf_token": token.token()})
    assert refused.status_code == 422 and "查重正在进行" in refused.said
    with pytest.raises(Refused):
        scans.order(actor=HOUSE)
    token.post(f"{PAGE}/scan/{job_id}/cancel", data={"csrf_token": token.token()})
    assert session.get_one(JobRun, job_id).cancel_asked
    assert session.scalars(sa.select(Event).filter_by(verb="scan.cancelled")).one()


@pytest.mark.parametrize("name", ["wang", "li", "zhou", "zheng"])
def test_who_may_not_decide_does_not_order_scans(cast: Cast, as_user: Callable[..., Any], name: str) -> None:
    client = as_user(getattr(cast, name))
    assert client.get(PAGE).status_code == 403
    assert client.post(f"{PAGE}/scan", data={"csrf_token": client.token()}).status_code == 403
    assert db.session.scalar(sa.select(sa.func.count(JobRun.id))) == 0


def test_get_does_not_act(cast: Cast, as_user: Callable[..., Any]) -> None:
    chen = as_user(cast.chen)
    assert chen.get(f"{PAGE}/scan").status_code == 405
    chen.see(PAGE)
    assert db.session.scalar(sa.select(sa.func.count(JobRun.id))) == 0


def test_the_night_scans_once(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    base(cast)
    recurring.look_for_duplicates()
    assert pairs()
    ordered()
    recurring.look_for_duplicates()
    assert db.session.scalar(sa.select(sa.func.count(JobRun.id)).filter_by(kind=scans.KIND)) == 2


def test_after_an_import_its_own_records_are_looked_at(cast: Cast) -> None:
    ids = base(cast)
    db.session.execute(sa.update(Enterprise).where(Enterprise.id.in_(ids[-3:])).values(import_id=7))
    db.session.commit()
    job_id = scans.order(actor=cast.wang, import_id=7, file_name="名单.xlsx").id
    db.session.commit()
    queue.carry_out(job_id)
    done = job(job_id)
    assert done.state is JobState.DONE and done.result["records"] == 3
    assert all(set(row[1:3]) & set(ids[-3:]) for row in pairs())
    assert "widest" not in done.result and scans.last_done() is None


def test_a_scan_sets_right_who_decides_where_the_records_went_past_the_verbs(cast: Cast) -> None:
    ids = base(cast)
    home, unit_id, user_id = cast.wang.unit_id, cast.li.unit_id, cast.li.id
    queue.carry_out(ordered())
    assert {one.unit_id for one in db.session.scalars(sa.select(Suspect))} == {home}
    firm: Any = Enterprise.__table__
    theirs = {"follow_unit_id": unit_id, "first_report_unit_id": unit_id, "first_report_user_id": user_id}
    db.session.execute(sa.update(firm).where(firm.c.id.in_(ids)).values(theirs))
    db.session.commit()
    queue.carry_out(ordered())
    found = db.session.scalars(sa.select(Suspect).where(Suspect.noun == "enterprise")).all()
    assert found and {(one.unit_id, one.user_id) for one in found} == {(unit_id, user_id)}


# --- from the command line ---------------------------------------------------------------------------------


def command(app: Any) -> Any:
    return app.test_cli_runner().invoke(args=["merchants", "scan"])


def test_the_command_is_a_job_like_any_other(app: Any, cast: Cast) -> None:
    base(cast)
    said = command(app)
    assert said.exit_code == 0 and f"{len(pairs())} found" in said.output
    done = db.session.scalars(scans.of_base()).one()
    assert done.state is JobState.DONE and done.result["found"] == len(pairs()) and done.user_id is None
    assert scans.last_done() is not None, "the engine's page has its figures from it"
    assert "0 found" in command(app).output
    assert db.session.scalar(sa.select(sa.func.count(JobRun.id))) == 2


@pytest.mark.on("sqlite")
def test_the_command_finds_nothing_in_an_empty_base(app: Any, session: Any) -> None:
    assert "0 weighed, 0 found" in command(app).output


def test_the_command_does_not_run_beside_another_scan(app: Any, cast: Cast) -> None:
    ordered()
    said = command(app)
    assert said.exit_code == 1 and "查重正在进行" in said.output
    assert db.session.scalar(sa.select(sa.func.count(JobRun.id))) == 1


def test_a_command_that_is_interrupted_leaves_no_scan_running(
    app: Any, cast: Cast, small_lots: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    base(cast)
    real, calls = suspects.settle, [0]

    def interrupted(looked: Any) -> Any:
        calls[0] += 1
        if calls[0] == 3:
            raise KeyboardInterrupt
        return real(looked)

    monkeypatch.setattr(suspects, "settle", interrupted)
    assert command(app).exit_code == 1
    assert db.session.scalars(scans.of_base()).one().state is JobState.CANCELLED
    monkeypatch.setattr(suspects, "settle", real)
    assert command(app).exit_code == 0


def test_the_command_goes_on_after_it_has_let_others_go_first(
    app: Any, cast: Cast, small_lots: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    base(cast)
    other = queue.new("lists.export", title="导出", params={}, user_id=cast.wang.id).id
    db.session.commit()

    def carried_out(job_id: int) -> None:
        row = db.session.get(JobRun, other)
        assert row is not None
        row.state = JobState.DONE
        db.session.commit()

    monkeypatch.setattr(scans, "TURN", 0)
    monkeypatch.setattr(queue, "start", carried_out)
    assert command(app).exit_code == 0
    assert db.session.scalars(scans.of_base()).one().state is JobState.DONE
