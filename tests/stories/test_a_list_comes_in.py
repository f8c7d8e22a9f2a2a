"""A list from the clipboard to the base and back, and long work that is watched and heard of."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from crm.db import db
from crm.jobs.models import JobRun, JobState
from crm.lib import clock
from crm.merchants import actions as merchants
from crm.merchants.models import Enterprise
from tests.stories.conftest import until

LIST = (
    "企业名称\t法人\t联系电话\n"
    "衢州衢澜机械有限公司\t周海\t0570-3020000\n"
    "杭州余屿软件科技有限公司\t郑海潮\t电话不详\n"
)  # fmt: skip


def test_pasted_put_right_imported_and_undone(
    cast: Any, open_as: Callable[..., Any], look: Callable[..., Any]
) -> None:
    merchants.create_enterprise({"name": "衢州衢澜机械有限公司"}, actor=cast.wang)
    db.session.commit()
    page = open_as(cast.wang, "/imports")
    page.fill("#cells", LIST)
    page.get_by_role("button", name="上传").click()
    page.get_by_label("要做什么").select_option("both")
    page.get_by_role("button", name="检查", exact=True).click()
    page.get_by_text("还没有写入任何内容").wait_for()
    page.get_by_text("覆盖会改").click()
    page.get_by_text("周海").first.wait_for()
    page.locator("form.row-fix").get_by_label("联系电话").fill("15400000002")
    page.get_by_role("button", name="改好并检查").click()
    page.get_by_role("button", name="导入 2 行").click()
    page.get_by_text("新增 1 条，更新 1 条").wait_for()
    with look() as session:
        firms = {firm.name: firm.legal_representative for firm in session.scalars(sa.select(Enterprise))}
    assert firms == {"衢州衢澜机械有限公司": "周海", "杭州余屿软件科技有限公司": "郑海潮"}
    page.get_by_text("撤销本次导入").click()
    page.get_by_role("button", name="撤销", exact=True).click()
    page.get_by_text("这次导入已经撤销").wait_for()
    with look() as session:
        assert [firm.legal_representative for firm in session.scalars(sa.select(Enterprise))] == [""]


def test_rows_are_picked_with_a_thumb(
    cast: Any, open_as: Callable[..., Any], look: Callable[..., Any]
) -> None:
    page = open_as(cast.wang, "/imports", phone=True)
    page.fill("#cells", LIST)
    page.get_by_role("button", name="上传").click()
    page.get_by_role("button", name="检查", exact=True).click()
    page.locator("tbody input[name=ids]").first.check()
    page.get_by_text("已选 1 项").wait_for()
    page.locator("[data-bulk]").get_by_role("button", name="跳过").click()
    page.get_by_text("1 行改为“跳过”").wait_for()


@pytest.mark.parametrize("phone", [False, True])
def test_the_bell_rings_for_who_looked_away_and_not_for_who_watched(
    cast: Any, open_as: Callable[..., Any], look: Callable[..., Any], phone: bool
) -> None:
    now = clock.now()
    job = JobRun(kind="lists.export", title="导出企业", params={}, user_id=cast.wang.id, state=JobState.RUNNING,
                 done=200, total=1_000, began_at=now, paced_at=now, beat_at=now)  # fmt: skip
    db.session.add(job)
    db.session.commit()
    job_id = job.id

    def end() -> None:
        db.session.execute(sa.update(JobRun).values(state=JobState.DONE, ended_at=now, done=1_000))
        db.session.commit()

    def seen() -> bool:
        with look() as session:
            return session.get_one(JobRun, job_id).seen_at is not None

    watched = open_as(cast.wang, "/exports", phone=phone)
    watched.get_by_text("200 / 1,000").wait_for()
    end()
    watched.get_by_text("1,000 / 1,000").wait_for()
    until(watched, seen)
    db.session.execute(sa.update(JobRun).values(state=JobState.RUNNING, ended_at=None, seen_at=None))
    db.session.commit()
    away = open_as(cast.wang, "/jobs", phone=phone)
    away.get_by_text("进行中").first.wait_for()
    end()
    away.get_by_label("后台任务：1 项有了结果").click()
    away.locator(".bell").get_by_text("导出企业").wait_for()
    away.get_by_role("button", name="都知道了").click()
    away.get_by_label("后台任务", exact=True).wait_for()
    until(away, seen)
