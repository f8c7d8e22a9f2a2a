"""What recurs besides jobs: each morning's reminder, and forgetting what is long over."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from crm import recurring
from crm.imports.models import ImportBatch
from crm.jobs import actions
from crm.jobs.models import JobRun, JobState, Notice
from crm.leads.models import LeadState
from crm.lib import clock
from tests.cast import make_deal, make_enterprise, make_lead

TODAY = dt.date(2013, 7, 25)


def bell(client: Any) -> str:
    return str(client.see("/jobs/bell").text)


def test_each_is_told_how_much_of_his_own_is_due(
    cast: Any, session: Any, as_user: Callable[..., Any]
) -> None:
    make_deal("今天的", by=cast.wang, next_step="签约", next_due_on=TODAY)
    make_deal("昨天的", by=cast.wang, next_step="回访", next_due_on=TODAY - dt.timedelta(days=1))
    make_enterprise("前天的厂", by=cast.wang, next_step="回访", next_due_on=TODAY - dt.timedelta(days=2))
    make_deal("明天的", by=cast.wang, next_step="回访", next_due_on=TODAY + dt.timedelta(days=1))
    make_lead("待研判", by=cast.wang, state=LeadState.REPORTED)
    make_deal("挂联的", by=cast.li, sponsor_id=cast.zhou.id, next_step="调度", next_due_on=TODAY)
    session.commit()
    recurring.remind()
    told = set(session.scalars(sa.select(Notice.user_id)))
    due = {cast.wang.id, cast.chen.id, cast.li.id, cast.zhou.id}  # 陈主任's is the lead, which he judges
    assert due <= told and cast.zheng.id not in told, "the auditor has nothing of his own"
    wang = as_user(cast.wang)
    assert "今天到期 1 项；已逾期 2 项" in bell(wang) and "待研判" not in bell(wang)
    assert "待研判线索 1 条" in bell(as_user(cast.chen)) and "逾期" not in bell(as_user(cast.chen))
    assert "今天到期 1 项" in bell(as_user(cast.zhou))
    for nobody in (cast.zheng,):
        assert "到期" not in bell(as_user(nobody))
    news = session.scalars(sa.select(Notice).filter_by(user_id=cast.wang.id)).one()
    answer = wang.post(f"/jobs/news/{news.id}/see", data={"csrf_token": wang.token()})
    assert answer.went_to == "/?view=mine" and "到期" not in bell(wang)
    page = wang.see("/?view=mine").text
    assert "昨天的" in page and "今天的" in page


def test_the_next_morning_says_it_anew_and_only_once(
    cast: Any, session: Any, as_user: Callable[..., Any]
) -> None:
    deal = make_deal("今天的", by=cast.wang, next_step="签约", next_due_on=TODAY)
    session.commit()
    recurring.remind()
    recurring.remind()
    assert len(session.scalars(sa.select(Notice)).all()) == 1
    actions.see_notices(session.scalars(sa.select(Notice)))
    session.commit()
    assert "到期" not in bell(as_user(cast.wang))
    recurring.remind()
    assert "今天到期 1 项" in bell(as_user(cast.wang)), "another morning"
    deal.next_due_on = TODAY + dt.timedelta(days=9)
    session.commit()
    assert recurring.remind() == 0
    assert session.scalars(sa.select(Notice)).all() == [], "nothing is due any more"


@pytest.mark.on("sqlite")
def test_an_english_reader_is_told_in_english(cast: Any, session: Any, as_user: Callable[..., Any]) -> None:
    make_deal("今天的", by=cast.wang, next_step="签约", next_due_on=TODAY)
    cast.wang.locale = "en"
    session.commit()
    recurring.remind()
    assert "1 due today" in bell(as_user(cast.wang))


def test_who_has_left_is_not_reminded(cast: Any, session: Any) -> None:
    make_deal("今天的", by=cast.wang, next_step="签约", next_due_on=TODAY)
    cast.wang.active = False
    session.commit()
    assert recurring.remind() == 0


def test_what_is_long_over_is_forgotten(cast: Any, session: Any) -> None:
    now = clock.now()
    old, young = now - dt.timedelta(days=91), now - dt.timedelta(days=89)
    over = {"kind": "imports.run", "user_id": cast.wang.id, "state": JobState.DONE}
    session.add_all([
        JobRun(title="旧的", ended_at=old, **over),
        JobRun(title="新的", ended_at=young, **over),
        JobRun(title="旧的，导入还用着", ended_at=old, **over),
        JobRun(title="还在跑", kind="imports.run", user_id=cast.wang.id, state=JobState.RUNNING, queued_at=old),
    ])  # fmt: skip
    session.flush()
    named = session.scalar(sa.select(JobRun.id).filter_by(title="旧的，导入还用着"))
    session.add(ImportBatch(file_name="名单.csv", kind="csv", sha256="0" * 64, user_id=cast.wang.id,
                            unit_id=cast.wang.unit_id, job_id=named))  # fmt: skip
    actions.tell([cast.wang], "due", "旧消息", "desk.index")
    session.flush()
    session.execute(sa.update(Notice).values(at=old))
    session.commit()
    assert recurring.forget_old_jobs() == 2
    left = session.scalars(sa.select(JobRun.title).order_by(JobRun.id)).all()
    assert left == ["新的", "旧的，导入还用着", "还在跑"] and not session.scalars(sa.select(Notice)).all()
    assert recurring.forget_old_jobs() == 0


def test_each_night_the_engine_looks_at_what_its_tables_hold(cast: Any, session: Any) -> None:
    assert recurring.gather_statistics() > 100
    known = {
        "sqlite": "SELECT count(*) FROM sqlite_stat1 WHERE tbl = 'user'",
        "postgresql": "SELECT count(*) FROM pg_stats WHERE tablename = 'user' AND schemaname = 'public'",
    }[session.get_bind().dialect.name]
    assert session.scalar(sa.text(known)) > 0
