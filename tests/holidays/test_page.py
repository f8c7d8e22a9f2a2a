"""The working calendar's page: brought in by an administrator, recorded, and in force at once."""

from __future__ import annotations

import io
from typing import Any

import pytest
import sqlalchemy as sa

from crm.audit.models import Event
from crm.db import db
from crm.holidays import queries
from crm.holidays.models import Holiday
from tests.cast import make_lead

PAGE = "/admin/holidays"


def verbs() -> list[str]:
    return list(db.session.scalars(sa.select(Event.verb).where(Event.noun == "holiday").order_by(Event.id)))


def test_a_pasted_table_is_in_force_at_once_and_recorded(cast: Any, as_user: Any) -> None:
    lead = make_lead("线索", by=cast.wang)
    admin = as_user(cast.admin)
    assert "还有 3 个工作日研判" in admin.see(f"/leads/{lead.id}").text
    answer = admin.submit(f"{PAGE}?year=2013", table="2013-07-26 休 运动会\n2013-07-27 班")
    assert answer.went_to == f"{PAGE}?year=2013" and "改了 2 天" in admin.follow(answer).said
    assert verbs() == ["holiday.brought_in"]
    page = admin.see(f"{PAGE}?year=2013")
    assert "运动会" in page.text and "放假" in page.text
    work = queries.calendar()
    assert {day.isoformat() for day in work.off} == {"2013-07-26"} and len(work.on) == 1
    assert admin.submit(f"{PAGE}?year=2013", table="2013-07-26 休 运动会").status_code == 303
    assert verbs() == ["holiday.brought_in"], "nothing changed, nothing recorded"


def test_a_file_is_read_too_in_either_encoding(cast: Any, as_user: Any) -> None:
    admin = as_user(cast.admin)
    for year, encoding in ((2014, "utf-8-sig"), (2015, "gb18030")):
        table = f"日期,类型,名称\r\n{year}-10-01,休,国庆节\r\n".encode(encoding)
        admin.submit(PAGE, file=(io.BytesIO(table), "放假安排.csv"))
    assert [one.name for one in db.session.scalars(sa.select(Holiday).order_by(Holiday.day))] == [
        "国庆节"
    ] * 2


def test_a_day_is_taken_out_again(cast: Any, as_user: Any) -> None:
    admin = as_user(cast.admin)
    admin.submit(PAGE, table="2013-07-26 休 运动会")
    one = db.session.scalars(sa.select(Holiday)).one()
    admin.press(f"{PAGE}?year=2013", f"{PAGE}/{one.id}/drop")
    assert db.session.scalars(sa.select(Holiday)).all() == [] and verbs()[-1] == "holiday.dropped"


@pytest.mark.on("sqlite")
def test_a_slip_changes_nothing_and_keeps_what_was_typed(cast: Any, as_user: Any) -> None:
    answer = as_user(cast.admin).submit(PAGE, table="2013-07-26 休\n国庆七天")
    assert answer.status_code == 422 and "第 2 行看不懂" in answer.said
    assert "国庆七天" in answer.get_data(as_text=True) and not db.session.scalars(sa.select(Holiday)).all()


@pytest.mark.on("sqlite")
def test_others_have_no_business_there(cast: Any, as_user: Any) -> None:
    for user in (cast.wang, cast.chen, cast.zhou, cast.zheng):
        as_user(user).see(PAGE, 403)
