"""One place for all that takes long: who sees what, stopping it, the bell, and what recurs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from crm import recurring
from crm.audit.models import Event
from crm.db import db
from crm.jobs import pace, periodic, queries, queue
from crm.jobs.models import JobRun, JobState, PeriodicRun
from crm.jobs.periodic import Periodic
from crm.lib import clock

PEKING = dt.timezone(dt.timedelta(hours=8))


def job(by: Any, title: str = "一件长活", **columns: Any) -> JobRun:
    made = JobRun(kind="imports.run", title=title, params={}, user_id=by.id if by else None, **columns)
    db.session.add(made)
    db.session.commit()
    return made


def ended(by: Any, title: str, state: JobState = JobState.DONE, **columns: Any) -> JobRun:
    now = clock.now()
    return job(by, title, state=state, began_at=now, ended_at=now, **columns)


# --- the page ----------------------------------------------------------------------------------------------


def test_everybody_sees_his_own_and_who_looks_after_the_house_sees_all(
    cast: Any, as_user: Callable[..., Any]
) -> None:
    ended(cast.wang, "王的名单", result={"said": "新增 3 家"}, done=1_234)
    ended(cast.li, "李的名单", JobState.FAILED, message="表头下面没有数据")
    job(cast.li, "李的导出", state=JobState.RUNNING, done=20, total=50)
    wang = as_user(cast.wang).see("/jobs")
    assert "王的名单" in wang.text and "新增 3 家" in wang.text and "1,234" in wang.text
    assert "李的" not in wang.text and "/jobs/recurring" not in wang.links
    assert "李的" not in as_user(cast.wang).see("/jobs?who=all").text
    admin = as_user(cast.admin)
    assert "李的" not in admin.see("/jobs").text
    everything = admin.see("/jobs?who=all").text
    assert "李乡长" in everything and "表头下面没有数据" in everything and "20 / 50" in everything
    assert "还没有后台任务" in as_user(cast.zhou).see("/jobs").text


def test_who_waits_is_told_how_many_go_before_him(cast: Any, as_user: Callable[..., Any]) -> None:
    job(cast.li, state=JobState.RUNNING)
    job(cast.li)
    mine = job(cast.wang)
    assert "前面还有 2 项" in as_user(cast.wang).see(f"/jobs/{mine.id}/progress").text
    assert "前面还有 2 项" in as_user(cast.wang).see("/jobs/under-way").text


def test_speed_and_time_left_are_told_from_this_attempt(cast: Any, as_user: Callable[..., Any]) -> None:
    now = clock.now()
    running = job(
        cast.wang, state=JobState.RUNNING, done=3_000, total=9_000, paced_from=1_000,
        began_at=now - dt.timedelta(hours=9), paced_at=now - dt.timedelta(seconds=20), beat_at=now,
    )  # fmt: skip
    assert (running.rate, running.seconds_left) == (100, 60)
    page = as_user(cast.wang).see(f"/jobs/{running.id}/progress").text
    assert "3,000 / 9,000" in page and "每秒 100 条" in page and "还要约 1 分钟" in page
    running.done = 500  # begun anew
    assert running.rate == 25


@pytest.mark.on("sqlite")
@pytest.mark.parametrize(
    ("seconds", "words"),
    [(3, "马上就好"), (31, "还要约 30 秒"), (58, "还要约 1 分钟"), (600, "还要约 10 分钟"), (4_800, "还要约 1 小时 20 分钟")],
)  # fmt: skip
def test_time_left_is_told_in_words(app: Any, seconds: float, words: str) -> None:
    assert pace.left_in_words(seconds) == words


def test_too_early_for_a_speed(app: Any) -> None:
    assert pace.rate(5, 0.2) is None and pace.rate(0, 9) is None and pace.left(5, 5, 1.0) is None
    assert pace.rate_in_words(0.5) == "每分钟 30 条"


# --- stopping ----------------------------------------------------------------------------------------------


def test_a_job_that_waits_stops_at_once_and_puts_back_what_was_ordered(
    cast: Any, session: Any, as_user: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    put_back: list[int] = []
    monkeypatch.setitem(queue.DROPPED, "imports.run", lambda one: put_back.append(one.id))
    waiting = job(cast.wang)
    assert as_user(cast.wang).press("/jobs", f"/jobs/{waiting.id}/cancel").went_to == "/jobs"
    assert waiting.state is JobState.CANCELLED and waiting.ended_at and put_back == [waiting.id]
    queue.carry_out(waiting.id)  # the queue still holds its number: nobody runs it
    assert session.scalar(sa.select(JobRun.attempt)) == 0
    assert session.scalars(sa.select(Event).filter_by(verb="job.cancelled")).one().actor_id == cast.wang.id
    assert "新的结果" in as_user(cast.wang).see("/jobs/bell").text, "his own cancelling is no news to him"


def test_others_jobs_are_stopped_by_who_looks_after_the_house_only(
    cast: Any, session: Any, as_user: Callable[..., Any]
) -> None:
    running = job(cast.wang, state=JobState.RUNNING, began_at=clock.now())
    for user in (cast.li, cast.chen, cast.zhou, cast.zheng):
        stranger = as_user(user)
        for act in ("cancel", "see"):
            data = {"csrf_token": stranger.token()}
            assert stranger.post(f"/jobs/{running.id}/{act}", data=data).status_code == 404
        assert stranger.get(f"/jobs/{running.id}/progress").status_code == 404
    admin = as_user(cast.admin)
    assert as_user(cast.wang).get(f"/jobs/{running.id}/cancel").status_code == 405
    assert not running.cancel_asked
    assert admin.press("/jobs?who=all", f"/jobs/{running.id}/cancel").went_to == "/jobs"
    session.expire_all()
    assert running.cancel_asked and running.state is JobState.RUNNING


# --- whose a job is ----------------------------------------------------------------------------------------


@pytest.fixture
def kind(app: Any) -> Iterator[list[Callable[[JobRun], None]]]:
    """A kind of job that does what the test puts into the list."""
    acts: list[Callable[[JobRun], None]] = []

    @queue.handler("tests.stolen")
    def run(one: JobRun) -> dict[str, Any]:
        acts.pop(0)(one)
        return {"said": "做完了"}

    yield acts
    for table in (queue.HANDLERS, queue.LABELS):
        del table["tests.stolen"]


def test_a_worker_that_was_believed_dead_finds_its_job_gone(
    cast: Any, session: Any, kind: list[Callable[[JobRun], None]]
) -> None:
    one = queue.new("tests.stolen", title="", params={}, user_id=cast.wang.id)
    session.commit()
    reached: list[str] = []

    def slept_too_long(running: JobRun) -> None:
        """Meanwhile the job was put back, claimed and ended by somebody else."""
        session.execute(sa.update(JobRun).values(state=JobState.QUEUED))
        session.commit()
        queue.carry_out(running.id)
        reached.append(session.get_one(JobRun, running.id).state)
        queue.beat(session.get_one(JobRun, running.id), 7, 9)
        reached.append("the chunk of a dead worker was committed")
        session.commit()

    kind += [slept_too_long, lambda running: (queue.beat(running, 2, 2), session.commit())]  # type: ignore[list-item]
    job_id = one.id
    session.rollback()
    queue.carry_out(job_id)
    session.expire_all()
    ended_by_the_second = session.get_one(JobRun, job_id)
    assert reached == [JobState.DONE]
    assert (ended_by_the_second.state, ended_by_the_second.done, ended_by_the_second.attempt) == (
        JobState.DONE, 2, 2,
    )  # fmt: skip


# --- the bell ----------------------------------------------------------------------------------------------


def test_the_bell_rings_until_the_result_is_seen(
    cast: Any, session: Any, as_user: Callable[..., Any]
) -> None:
    wang = as_user(cast.wang)
    done = ended(cast.wang, "导出企业", result={"endpoint": "lists.exports", "values": {}, "label": "下载"})
    ended(cast.wang, "坏了的", JobState.FAILED)
    ended(cast.li, "李的名单")
    page = wang.see("/jobs/bell")
    assert "后台任务：2 项有了结果" in page.html and "李的" not in page.text
    assert "2 项有了结果" in wang.see("/").html, "it stands on every page"
    for _round in range(2):
        wang.see("/jobs/bell")
    session.expire_all()
    assert done.seen_at is None, "looking at the bell is not looking at the result"
    assert wang.press("/", f"/jobs/{done.id}/see").went_to == "/exports"
    assert "1 项有了结果" in wang.see("/").html
    answer = wang.press("/", "/jobs/see")
    assert answer.went_to == "/?" or answer.went_to == "/"
    assert "没有新的结果" in wang.see("/").text
    assert queries.bell(cast.li).count == 1, "what others have not seen still rings"
    assert wang.get("/jobs/see").status_code == 405


def test_the_bell_says_what_is_under_way(cast: Any, as_user: Callable[..., Any]) -> None:
    job(cast.wang, state=JobState.RUNNING)
    assert "1 项正在进行" in as_user(cast.wang).see("/jobs/bell").html
    assert "正在进行" not in as_user(cast.li).see("/jobs/bell").html


def test_the_bell_costs_a_page_one_statement(cast: Any, session: Any) -> None:
    from tests.support.statements import count_statements

    for number in range(30):
        ended(cast.wang, f"第{number}份", seen_at=clock.now())
    cast.wang.id  # noqa: B018 - loaded before we count
    with count_statements() as sent:
        assert queries.bell(cast.wang).count == 0
    assert len(sent) == 1


# --- what recurs -------------------------------------------------------------------------------------------


@pytest.fixture
def line(app: Any, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """A line of the table that does what the test puts into the list."""
    acts: list[Any] = []

    def verb() -> int | None:
        return acts.pop(0)()  # type: ignore[no-any-return]

    made = Periodic("tests.line", "一件例行的事", {"hour": "2", "minute": "30"}, verb, "做了 %(n)s 件")
    monkeypatch.setitem(app.extensions["periodic"], made.name, made)
    return acts


def test_hours_are_those_of_this_place(app: Any) -> None:
    night = periodic.lines()["look_for_duplicates"]
    assert night.is_due(dt.datetime(2013, 7, 26, 2, 30, tzinfo=PEKING))
    assert not night.is_due(dt.datetime(2013, 7, 26, 2, 30, tzinfo=dt.UTC)), "that is in the working morning"
    assert night.next_after(clock.now()) == dt.datetime(2013, 7, 26, 2, 30, tzinfo=PEKING)
    scheduled = dt.datetime(2013, 7, 25, 18, 30, tzinfo=dt.UTC).replace(tzinfo=None)
    each = app.extensions["huey"]._registry.periodic_tasks
    due = {task.name for task in each if task.validate_datetime(scheduled)}
    assert "look_for_duplicates" in due, "the queue's scheduler asks in UTC, without saying so"


def test_what_recurs_is_run_once_each_minute_whoever_comes(
    app: Any, cast: Any, session: Any, line: list[Any]
) -> None:
    line += [lambda: 3, lambda: 4]
    assert periodic.run("tests.line") and not periodic.run("tests.line")
    row = session.scalars(queries.runs_of("tests.line")).one()
    assert (row.count, row.failed, row.ended_at) == (3, False, clock.now())
    with clock.freeze(clock.now() + dt.timedelta(minutes=1)):
        assert periodic.run("tests.line")
    session.expire_all()
    assert row.count == 4


def test_a_run_that_goes_on_is_not_run_beside_itself(app: Any, cast: Any, line: list[Any]) -> None:
    began = clock.now()

    def meanwhile() -> int:
        with clock.freeze(began + dt.timedelta(minutes=1)):
            assert not periodic.run("tests.line")
        return 1

    line += [meanwhile, lambda: 2]
    assert periodic.run("tests.line")


def test_a_run_that_died_is_run_again_later(app: Any, cast: Any, session: Any, line: list[Any]) -> None:
    line.append(lambda: 5)
    dead = PeriodicRun(name="tests.line", claimed_for=clock.now(), began_at=clock.now())
    session.add(dead)
    session.commit()
    with clock.freeze(clock.now() + dt.timedelta(minutes=5)):
        assert not periodic.run("tests.line")
    with clock.freeze(clock.now() + dt.timedelta(minutes=20)):
        assert periodic.run("tests.line")
    session.expire_all()
    assert dead.count == 5


def test_the_table_shows_last_and_next_run_and_runs_one_now(
    app: Any, cast: Any, session: Any, as_user: Callable[..., Any], line: list[Any]
) -> None:
    admin = as_user(cast.admin)
    page = admin.see("/jobs/recurring").text
    assert "一件例行的事" in page and "还没有运行过" in page and "2013-07-26 02:30" in page
    line += [lambda: 1 / 0, lambda: 12]
    assert admin.press("/jobs/recurring", "/jobs/recurring/tests.line/run").went_to == "/jobs/recurring"
    assert "失败，已记入日志" in admin.see("/jobs/recurring").text
    assert session.scalars(sa.select(Event).filter_by(verb="periodic.asked")).one().actor_id == cast.admin.id
    with clock.freeze(clock.now() + dt.timedelta(seconds=30)):
        admin.press("/jobs/recurring", "/jobs/recurring/tests.line/run")
        assert "做了 12 件" in admin.see("/jobs/recurring").text
    session.scalars(queries.runs_of("tests.line")).one().ended_at = None
    refused = admin.press("/jobs/recurring", "/jobs/recurring/tests.line/run")
    assert refused.status_code == 422 and "正在运行" in refused.said
    assert admin.post("/jobs/recurring/none/run", data={"csrf_token": admin.token()}).status_code == 404
    assert admin.get("/jobs/recurring/tests.line/run").status_code == 405
    for user in (cast.wang, cast.chen, cast.zhou, cast.zheng):
        other = as_user(user)
        assert other.get("/jobs/recurring").status_code == 403
        token = {"csrf_token": other.token()}
        assert other.post("/jobs/recurring/tests.line/run", data=token).status_code == 403


def test_every_line_of_the_table_works(app: Any, cast: Any, session: Any) -> None:
    for each in recurring.RECURRING:
        assert periodic.run(each.name), each.name
        session.expire_all()
        row = session.scalars(queries.runs_of(each.name)).one()
        assert not row.failed and row.ended_at and each.said(row), each.name
