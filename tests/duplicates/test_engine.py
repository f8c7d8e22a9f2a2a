"""The engine's page and its lessons: figures that come from records, weights that change by an administrator's act."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from flask import current_app

from crm.audit.models import Event
from crm.db import db
from crm.dedup import Record, compare, learning, scoring
from crm.duplicates import actions as deciding
from crm.duplicates import merging
from crm.duplicates.engine import fan_out, health, lessons, scans, weighing
from crm.duplicates.models import WeightsAdoption
from crm.jobs import queue
from crm.jobs.models import JobRun, JobState
from crm.lib import clock
from crm.merchants import identity, lookup
from crm.merchants.models import Enterprise, Handle, HandleKind, Suspect, SuspectState
from crm.org import settings
from tests.cast import Cast, make_enterprise

from .make import twins

PAGE, LEARNING = "/suspects/engine", "/suspects/engine/learning"
SURE = ["name:same_core", "pair:same_core+1", "place:city", "phone:mobile"]
TYPO = ["name:one_alike", "pair:one_alike+0", "place:county", "industry:same"]


@pytest.fixture(autouse=True)
def shipped_again() -> Iterator[None]:
    """What a test puts to use is the whole process's."""
    yield
    scoring.use(None)
    scoring.use(None, "person")
    weighing._used.clear()


def decided(
    levels: list[str], state: SuspectState, many: int, *, start: int, verdict: str = "ask", days: int = 3
) -> None:
    """Pairs that people have decided, as the queue leaves them."""
    db.session.add_all(
        Suspect(
            a_id=100_000 + start + number, b_id=900_000, score=0.9, verdict=verdict, reasons=[], levels=levels,
            state=state, decided_at=clock.now() - dt.timedelta(days=days),
        )
        for number in range(many)
    )  # fmt: skip
    db.session.commit()


def a_team_that_minds_typos(same: int = 120, typos: int = 120) -> None:
    decided(SURE, SuspectState.MERGED, same, start=0)
    decided(TYPO, SuspectState.DIFFERENT, typos, start=1000)
    decided(TYPO, SuspectState.RELATED, 10, start=5000)


def a_pair_that_waits(cast: Cast) -> tuple[Any, Any]:
    """Two firms one character apart, in the queue."""
    one = make_enterprise("衢州金岚机械有限公司", by=cast.wang, region_code="330803", region_prefix="3308")
    two = make_enterprise("衢州金篮机械有限公司", by=cast.wang, region_code="330803", region_prefix="3308")
    db.session.flush()
    identity.refresh_many("enterprise", [one.id, two.id])
    db.session.commit()
    scanned(cast)
    return one, two


def scanned(cast: Cast) -> None:
    """A scan, in a session of its own as in life."""
    job_id = scans.order(actor=cast.admin).id
    db.session.commit()
    with current_app.app_context():
        queue.carry_out(job_id)
    db.session.expire_all()


def previewed(client: Any, noun: str = "enterprise") -> JobRun:
    assert (
        client.post(f"{LEARNING}/preview", data={"csrf_token": client.token(), "noun": noun}).status_code
        == 303
    )
    job = lessons.newest(noun)
    assert job is not None and job.state is JobState.DONE, job and job.message
    return job


# --- learning ----------------------------------------------------------------------------------------------


def test_a_preview_shows_what_would_change_and_changes_nothing(
    cast: Cast, session: Any, as_user: Callable[..., Any]
) -> None:
    a_team_that_minds_typos()
    admin = as_user(cast.admin)
    before = scoring.weights()
    job = previewed(admin)
    told = job.result
    assert told["refusal"] == "" and told["before"]["decisions"] == 250
    assert told["after"]["loss"] < told["before"]["loss"]
    assert any(one["code"] == "name:one_alike" and one["after"] < one["before"] for one in told["moved"])
    page = admin.see(f"{LEARNING}?noun=enterprise").text
    assert "250" in page and "会动的权重" in page and "采用" in page
    assert scoring.weights() is before and session.scalars(sa.select(WeightsAdoption)).all() == []
    assert session.scalars(sa.select(Event).filter_by(verb="lesson.ordered")).one().actor_id == cast.admin.id


def test_an_adopted_table_weighs_everywhere_at_once_and_the_base_is_scanned_by_it(
    cast: Cast, session: Any, as_user: Callable[..., Any]
) -> None:
    a_pair_that_waits(cast)
    before = session.scalars(sa.select(Suspect).where(Suspect.a_id < 100)).one()
    stored = before.score
    a_team_that_minds_typos(typos=400)
    admin = as_user(cast.admin)
    job = previewed(admin)
    assert job.result["tried"] == 1
    answer = admin.post(
        f"{LEARNING}/{job.id}/adopt", data={"csrf_token": admin.token(), "noun": "enterprise"}
    )
    assert answer.went_to == f"{LEARNING}?noun=enterprise"
    adoption = session.scalars(sa.select(WeightsAdoption)).one()
    assert scoring.weights() == scoring.read_weights(adoption.weights) != scoring.shipped_weights()
    event = session.scalars(sa.select(Event).filter_by(verb="weights.adopted")).one()
    assert event.changes == {"in_force": [0, adoption.id]} and event.actor_id == cast.admin.id
    last = session.scalars(sa.select(JobRun).filter_by(kind=scans.KIND).order_by(JobRun.id.desc())).first()
    assert last.state is JobState.DONE and last.id > job.id
    again = session.scalars(sa.select(Suspect).where(Suspect.a_id < 100)).all()
    assert not again or again[0].score < stored
    # decisions stay as they are
    assert session.scalar(sa.select(sa.func.count(Suspect.id)).filter_by(state=SuspectState.MERGED)) == 120


def test_another_process_takes_it_over_at_its_next_request_or_job(
    cast: Cast, as_user: Callable[..., Any]
) -> None:
    table = json.loads(weighing.shipped("enterprise")) | {"bias": -9.0}
    weighing.adopt("enterprise", json.dumps(table), {}, actor=cast.admin)
    db.session.commit()
    assert scoring.weights().bias != -9.0  # this process has not looked yet
    as_user(cast.wang).see("/")
    assert scoring.weights().bias == -9.0
    scoring.use(None)
    weighing._used.clear()
    scanned(cast)
    assert scoring.weights().bias == -9.0


def test_going_back_to_the_shipped_table_and_to_an_earlier_one(
    cast: Cast, session: Any, as_user: Callable[..., Any]
) -> None:
    tables = [
        json.dumps(json.loads(weighing.shipped("enterprise")) | {"bias": bias}) for bias in (-3.0, -4.0)
    ]
    first, _second = (weighing.adopt("enterprise", table, {}, actor=cast.admin).id for table in tables)
    session.commit()
    admin = as_user(cast.admin)

    def back(number: Any) -> Any:
        return admin.post(
            f"{LEARNING}/back", data={"csrf_token": admin.token(), "noun": "enterprise", "number": number}
        )

    assert back(first).status_code == 303 and scoring.weights().bias == -3.0
    assert back(0).status_code == 303 and scoring.weights() == scoring.shipped_weights()
    assert len(session.scalars(sa.select(WeightsAdoption)).all()) == 4
    assert len(session.scalars(sa.select(Event).filter_by(verb="weights.taken_back")).all()) == 2
    for wrong in (0, 999, "x", ""):
        assert back(wrong).status_code == 422
    assert len(session.scalars(sa.select(WeightsAdoption)).all()) == 4
    assert "第 1 版" in admin.see(LEARNING).text


def test_a_preview_made_over_another_table_is_not_adopted(
    cast: Cast, session: Any, as_user: Callable[..., Any]
) -> None:
    a_team_that_minds_typos()
    admin = as_user(cast.admin)
    job = previewed(admin)
    weighing.adopt("enterprise", weighing.shipped("enterprise"), {}, actor=cast.admin)
    session.commit()
    refused = admin.post(
        f"{LEARNING}/{job.id}/adopt", data={"csrf_token": admin.token(), "noun": "enterprise"}
    )
    assert refused.status_code == 422 and "再做一次预览" in refused.said
    assert len(session.scalars(sa.select(WeightsAdoption)).all()) == 1


def test_too_few_decisions_teach_nothing_and_say_so(
    cast: Cast, session: Any, as_user: Callable[..., Any]
) -> None:
    a_team_that_minds_typos(same=learning.LEAST_OF_EACH - 1, typos=100)
    admin = as_user(cast.admin)
    job = previewed(admin)
    assert job.result["refusal"] == "few"
    assert "判定还不够" in admin.see(LEARNING).text
    refused = admin.post(
        f"{LEARNING}/{job.id}/adopt", data={"csrf_token": admin.token(), "noun": "enterprise"}
    )
    assert refused.status_code == 422 and not session.scalars(sa.select(WeightsAdoption)).all()


def test_a_merge_that_was_taken_back_teaches_nothing_until_it_is_decided(cast: Cast, session: Any) -> None:
    old, new = twins(cast)
    identity.refresh_many("enterprise", [old.id, new.id])
    session.execute(sa.update(Suspect).values(levels=SURE))
    session.commit()
    a_id, b_id = old.id, new.id
    done = merging.merge(merging.plan("enterprise", [a_id, b_id], user=cast.chen), actor=cast.chen)
    session.commit()
    assert (tuple(SURE), True) in [(one.levels, one.same) for one in lessons.labels("enterprise")]
    merging.undo(done, actor=cast.chen)
    session.commit()
    assert lessons.labels("enterprise") == []
    pair = session.scalars(sa.select(Suspect).filter_by(noun="enterprise", a_id=a_id, b_id=b_id)).one()
    deciding.decide([pair], SuspectState.DIFFERENT, actor=cast.chen)
    session.commit()
    assert [(one.levels, one.same) for one in lessons.labels("enterprise")] == [(tuple(pair.levels), False)]


def test_the_evidence_of_the_day_of_the_decision_is_kept(cast: Cast, session: Any) -> None:
    one, two = a_pair_that_waits(cast)
    pair = session.scalars(sa.select(Suspect)).one()
    kept = list(pair.levels)
    assert kept and kept[0].startswith("name:")
    pair.state, pair.decided_at = SuspectState.DIFFERENT, clock.now()
    two.name = "衢州金岚机械有限公司"
    session.commit()
    identity.refresh_many("enterprise", [one.id, two.id])
    session.commit()
    scanned(cast)
    assert session.scalars(sa.select(Suspect)).one().levels == kept


@pytest.mark.parametrize("name", ["wang", "chen", "zhou", "zheng"])
def test_only_administrators_change_what_all_are_weighed_by(
    cast: Cast, as_user: Callable[..., Any], session: Any, name: str
) -> None:
    client = as_user(getattr(cast, name))
    assert client.get(LEARNING).status_code == 403
    for act in ("preview", "1/adopt", "back"):
        answer = client.post(f"{LEARNING}/{act}", data={"csrf_token": client.token(), "noun": "enterprise"})
        assert answer.status_code == 403
    assert not session.scalars(sa.select(JobRun)).all()


def test_learning_gets_do_not_act_and_what_is_not_there_is_not_found(
    cast: Cast, as_user: Callable[..., Any], session: Any
) -> None:
    admin = as_user(cast.admin)
    for act in ("preview", "1/adopt", "back"):
        assert admin.get(f"{LEARNING}/{act}").status_code == 405
    token = {"csrf_token": admin.token()}
    assert admin.post(f"{LEARNING}/77/adopt", data=token).status_code == 404
    assert admin.post(f"{LEARNING}/preview", data={**token, "noun": "deal"}).status_code == 422
    assert not session.scalars(sa.select(JobRun)).all()


# --- health ------------------------------------------------------------------------------------------------


def test_the_share_decided_the_same_is_told_by_month(cast: Cast, as_user: Callable[..., Any]) -> None:
    decided(SURE, SuspectState.MERGED, 8, start=0, verdict="same", days=0)
    decided(SURE, SuspectState.DIFFERENT, 2, start=20, verdict="same", days=0)
    decided(TYPO, SuspectState.RELATED, 10, start=40, days=0)
    decided(SURE, SuspectState.MERGED, 3, start=60, days=40)
    decided(SURE, SuspectState.MERGED, 5, start=80, verdict="related", days=0)  # was not put to anybody
    decided(SURE, SuspectState.MERGED, 9, start=100, days=800)
    months = health.months()
    assert len(months) == 12 and months[-1].first == clock.today().replace(day=1)
    assert (months[-1].decided, months[-1].same, months[-1].sure, months[-1].sure_same) == (20, 8, 10, 8)
    assert months[-1].share == 0.4
    assert sum(month.decided for month in months) == 23
    page = as_user(cast.chen).get(PAGE)
    assert "7 40%" in page.get_data(as_text=True) and '<svg class="chart-line"' in page.get_data(as_text=True)
    assert [many for _monday, many in health.weeks()][-1] == 25


def test_how_long_the_middle_pair_has_waited(cast: Cast, session: Any) -> None:
    now = clock.now()
    for number, (score, days) in enumerate([(0.99, 1), (0.98, 5), (0.97, 30), (0.7, 2), (0.3, 9)]):
        session.add(Suspect(a_id=number + 1, b_id=50, score=score, verdict="ask", reasons=[],
                            found_at=now - dt.timedelta(days=days)))  # fmt: skip
    session.add(Suspect(a_id=9, b_id=50, score=0.99, verdict="related", reasons=[]))
    session.commit()
    bands, more = health.open_pairs()
    assert [(one.many, one.median_days) for one in bands] == [(3, 5), (1, 2), (1, 9)] and not more


def test_the_widest_keys_are_shown_without_giving_a_phone_away(
    cast: Cast, session: Any, as_user: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    from crm.merchants import suspects

    monkeypatch.setattr(suspects, "WIDEST", 3)
    for number in range(6):
        firm = make_enterprise(f"衢州{'东南西北高低'[number] * 2}厂", by=cast.wang if number < 4 else cast.li)
        firm.handles.append(Handle(kind=HandleKind.MOBILE, value="15400000001", digits="15400000001"))
    session.flush()
    identity.refresh_many("enterprise", list(session.scalars(sa.select(Enterprise.id))))
    session.commit()
    scanned(cast)
    wide = next(one for one in fan_out.dressed(scans.last_done().result["widest"]) if one.kind == "电话号码")
    assert (wide.many, wide.shown) == (6, "154****0001")
    chen, admin = as_user(cast.chen), as_user(cast.admin)
    page = chen.get(PAGE)
    assert "154****0001" in page.said and "15400000001" not in page.get_data(as_text=True)
    mine, all_ = chen.get(f"{PAGE}/key/{wide.number}"), admin.get(f"{PAGE}/key/{wide.number}")
    assert "15400000001" not in all_.get_data(as_text=True) and "衢州低低厂" in all_.said
    assert "衢州东东厂" in mine.said and "衢州低低厂" not in mine.said
    assert chen.get(f"{PAGE}/key/{lookup.number_of('enterprise', 'p:15400000002')}").status_code == 404
    assert chen.get(f"{PAGE}/key/x").status_code == 404


def test_the_page_says_when_the_queue_was_weighed_by_other_weights(
    cast: Cast, session: Any, as_user: Callable[..., Any]
) -> None:
    chen = as_user(cast.chen)
    assert "按旧权重算的" not in chen.see(PAGE).text
    weighing.adopt("enterprise", weighing.shipped("enterprise"), {}, actor=cast.admin)
    session.commit()
    assert "按旧权重算的" in chen.see(PAGE).text
    with clock.freeze(clock.now() + dt.timedelta(minutes=1)):
        scanned(cast)
    assert "按旧权重算的" not in chen.see(PAGE).text


def test_an_estimate_of_duplicates_rests_on_pairs_and_on_what_people_said(cast: Cast, session: Any) -> None:
    a_pair_that_waits(cast)
    verdict = session.scalars(sa.select(Suspect.verdict)).one()
    last = scans.last_done()
    assert last.result["surplus"] == {f"enterprise:{verdict}": 1}
    assert health.rate(last, health.months(), health.sizes())["enterprise"] == (
        0.25 if verdict == "ask" else 0.5
    )
    assert health.rate(None, [], health.sizes()) == {}


def test_weights_that_cannot_be_read_are_not_adopted(cast: Cast, session: Any) -> None:
    with pytest.raises((KeyError, ValueError)):
        weighing.adopt("enterprise", "{}", {}, actor=cast.admin)
    session.rollback()
    assert settings.everything().get("duplicates.weights.enterprise") is None
    assert compare(Record(name="衢州金岚机械有限公司"), Record(name="衢州金岚机械有限公司")).score > 0.5
