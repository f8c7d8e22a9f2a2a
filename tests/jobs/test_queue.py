"""Long work: claimed once, reported, cancelled, found again after its process died; seen by its owner."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from crm.audit.models import Event
from crm.db import db
from crm.jobs import queue
from crm.jobs.models import JobRun, JobState
from crm.lib import clock
from crm.lib.errors import Refused


@pytest.fixture
def work(app: Any) -> Iterator[list[int]]:
    """A kind of job that writes down each run, and does what `params` says."""
    runs: list[int] = []

    @queue.handler("tests.work")
    def run(job: JobRun) -> dict[str, Any]:
        runs.append(job.id)
        for done in range(1, 4):
            queue.beat(job, done, 3)
            db.session.commit()
        if job.params.get("refuse"):
            raise Refused("名单里没有数据")
        if job.params.get("break"):
            raise ZeroDivisionError
        return {"said": "做完了"}

    yield runs
    del queue.HANDLERS["tests.work"]


def job(cast: Any, **params: Any) -> JobRun:
    made = queue.new("tests.work", title="一件长活", params=params, user_id=cast.wang.id)
    db.session.commit()
    return made


def run(one: JobRun) -> JobRun:
    job_id = one.id
    db.session.rollback()
    queue.carry_out(job_id)
    db.session.expire_all()
    return db.session.get_one(JobRun, job_id)


def test_a_job_is_carried_out_once(cast: Any, work: list[int]) -> None:
    done = run(job(cast))
    assert (done.state, done.done, done.total, done.result) == (JobState.DONE, 3, 3, {"said": "做完了"})
    assert done.began_at and done.ended_at
    run(done)
    assert work == [done.id]


def test_a_refusal_is_told_and_a_surprise_is_not_spelt_out(cast: Any, work: list[int]) -> None:
    refused = run(job(cast, refuse=True))
    assert refused.state is JobState.FAILED and refused.message == "名单里没有数据"
    broken = run(job(cast, **{"break": True}))
    assert broken.state is JobState.FAILED and "ZeroDivision" not in broken.message and broken.message


def test_a_cancelled_job_stops_at_its_next_beat(
    cast: Any, work: list[int], as_user: Callable[..., Any], session: Any
) -> None:
    one = job(cast)
    first = one.id
    wang = as_user(cast.wang)
    token = {"csrf_token": wang.token(), "next": "/exports"}
    assert wang.post(f"/jobs/{one.id}/cancel", data=token).went_to == "/exports"
    assert one.state is JobState.CANCELLED, "it had not begun: it stops at once"
    one = job(cast)
    one.cancel_asked = True
    db.session.commit()
    stopped = run(one)
    assert stopped.state is JobState.CANCELLED and stopped.done == 0
    assert session.scalars(sa.select(Event).filter_by(verb="job.cancelled")).one().record_id == first
    # cancelling what is over changes nothing, and leads nowhere else
    token["next"] = "https://evil.example/"
    assert wang.post(f"/jobs/{one.id}/cancel", data=token).went_to == "/jobs"
    assert len(session.scalars(sa.select(Event).filter_by(verb="job.cancelled")).all()) == 1


def test_what_a_dead_process_left_is_found_again(
    cast: Any, work: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue, "start", lambda job_id: None)
    dead, alive, over = job(cast), job(cast), job(cast)
    now = clock.now()
    dead.state, dead.beat_at = JobState.RUNNING, now - dt.timedelta(minutes=10)
    alive.state, alive.beat_at = JobState.RUNNING, now
    over.state = JobState.DONE
    db.session.commit()
    ids = [dead.id, alive.id, over.id]
    assert queue.resume(everything=False) == ids[:1]
    assert queue.resume(everything=True) == ids[:2]
    assert run(db.session.get_one(JobRun, ids[0])).state is JobState.DONE


def test_reading_jobs_report_beside_their_reading(cast: Any, work: list[int]) -> None:
    one = job(cast)
    job_id = one.id
    db.session.rollback()
    queue.report(job_id, 7, 9)
    assert (one.done, one.total) == (7, 9)
    one.cancel_asked = True
    db.session.commit()
    with pytest.raises(queue.Cancelled):
        queue.report(job_id, 8, 9)


@pytest.mark.on("sqlite")
@pytest.mark.parametrize("state", list(JobState))
def test_every_state_is_shown_to_its_owner_only(
    cast: Any, session: Any, as_user: Callable[..., Any], state: JobState
) -> None:
    one = job(cast)
    one.state, one.done, one.total, one.message = state, 1_200, 5_000, "名单里没有数据"
    session.commit()
    page = as_user(cast.wang).see(f"/jobs/{one.id}/progress")
    assert state.label in page.text and "1,200 / 5,000" in page.text
    assert bool(page.all("form")) is not state.is_over
    other = as_user(cast.chen)
    assert other.get(f"/jobs/{one.id}/progress").status_code == 404
    assert other.post(f"/jobs/{one.id}/cancel", data={"csrf_token": other.token()}).status_code == 404
    assert "王专员 下达" in as_user(cast.admin).see(f"/jobs/{one.id}/progress").text
    assert as_user(cast.wang).get(f"/jobs/{one.id}/cancel").status_code == 405
