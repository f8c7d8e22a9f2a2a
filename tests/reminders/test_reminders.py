"""逐级提醒: owner, head, sponsor, each once for a thing; on the bell, the desk, the list and the record's own page."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from crm import recurring
from crm.agreements.models import Agreement
from crm.audit.models import Event
from crm.db import db
from crm.deals.models import Deal
from crm.deals.stages import AgreementKind
from crm.digests.queries import lines_for
from crm.jobs.models import Notice
from crm.leads.models import LeadState
from crm.lib import clock
from crm.missions.models import Mission
from crm.org import settings
from crm.org.permissions import Role
from crm.reminders import queries
from crm.reminders.kinds import BY_KEY, KINDS
from crm.reminders.models import Reminder
from crm.reminders.steps import Step
from crm.slips.states import SlipState
from crm.supervision.cases.states import CaseState
from tests.cast import make_deal, make_lead, make_user
from tests.conftest import MOMENT
from tests.delivery.make import make_project
from tests.slips.make import make_slip
from tests.supervision.make import make_case, make_commitment

TODAY = MOMENT.date()


def ago(days: int) -> dt.date:
    return TODAY - dt.timedelta(days=days)


def morning(days: int) -> int:
    """The morning so many days from now."""
    with clock.freeze(MOMENT + dt.timedelta(days=days)):
        return recurring.escalate()


def said() -> list[tuple[str, str, str]]:
    rows = db.session.scalars(sa.select(Reminder).order_by(Reminder.on_day, Reminder.id))
    return [(one.kind, one.step.value, one.user.name) for one in rows]


def overdue(cast: Any, **columns: Any) -> Deal:
    made = make_deal(
        "逾期的项目", by=cast.wang, sponsor_id=cast.zhou.id, next_step="回访", next_due_on=ago(1), **columns
    )
    db.session.commit()
    return made


def test_a_thing_climbs_from_its_owner_to_its_sponsor_and_each_hears_it_once(
    cast: Any, as_user: Callable[..., Any]
) -> None:
    deal = overdue(cast)
    assert morning(0) == 1 and morning(0) == 0, "said once, however often it is run"
    assert morning(5) == 0 and morning(6) == 1 and morning(6) == 0 and morning(13) == 1 and morning(29) == 0
    assert said() == [
        ("deal_step", "owner", "王专员"), ("deal_step", "head", "陈主任"), ("deal_step", "sponsor", "周区长"),
    ]  # fmt: skip
    told = {one.user_id: one for one in db.session.scalars(sa.select(Notice).filter_by(about="reminders"))}
    assert set(told) == {cast.wang.id, cast.chen.id, cast.zhou.id}
    chen = as_user(cast.chen)
    assert "今天新提醒您 1 件事；其中 1 件升级到您" in chen.see("/jobs/bell").text
    assert "提醒过我、还没有办的事" in chen.see("/").text
    went = chen.post(f"/jobs/news/{told[cast.chen.id].id}/see", data={"csrf_token": chen.token()}).went_to
    assert went == "/reminders?mine=1&open=1" and "逾期的项目" in chen.see(went).text
    panel = as_user(cast.zheng).see(f"/deals/{deal.id}").text
    assert "提醒过" in panel and panel.index("周区长") < panel.index("陈主任")


def test_another_day_of_the_next_step_is_another_thing_and_what_was_done_is_settled(
    cast: Any, as_user: Any
) -> None:
    deal = overdue(cast)
    morning(0)
    wang = as_user(cast.wang)
    assert "逾期的项目" in wang.see("/reminders?mine=1&open=1").text
    deal = db.session.get_one(Deal, deal.id)
    deal.next_due_on = TODAY + dt.timedelta(days=3)
    db.session.commit()
    assert "逾期的项目" not in wang.see("/reminders?mine=1&open=1").text, (
        "known at once, not the next morning"
    )
    assert "提醒过我" not in wang.see("/").text
    assert morning(1) == 0
    assert db.session.scalars(sa.select(Reminder.settled_on)).all() == [TODAY + dt.timedelta(days=1)]
    assert morning(4) == 1, "the new day went by too"
    assert said()[-1] == ("deal_step", "owner", "王专员") and len(said()) == 2
    deal = db.session.get_one(Deal, deal.id)
    deal.next_due_on = ago(1)
    db.session.commit()
    assert morning(5) == 0, "the old day again: its owner heard of it, and its head has time from then on"
    assert db.session.scalars(sa.select(Reminder.due_on).where(Reminder.settled_on.is_(None))).all() == [
        ago(1)
    ]


def test_what_was_handed_on_is_told_of_to_whom_has_it_now(cast: Any, as_user: Any) -> None:
    """To another colleague: he hears of it, and it stands open with him only. To another unit: whoever may not open the
    deal any more reads its name nowhere, neither on the desk nor in the list nor in the morning's letter."""
    other = make_user("sun", "孙专员", Role.PROMOTER, cast.wang.unit)
    deal = overdue(cast, first_report_unit_id=cast.li.unit_id)
    morning(0)
    deal = db.session.get_one(Deal, deal.id)
    deal.owner_id = other.id
    db.session.commit()
    assert open_of(cast.wang) == [] and morning(1) == 1 and said()[-1] == ("deal_step", "owner", "孙专员")
    assert open_of(other) == ["逾期的项目"] and open_of(cast.wang) == []
    wang = as_user(cast.wang)
    assert "逾期的项目" in wang.see("/reminders?mine=1").text, (
        "the unit's own deal: that he was told stays written"
    )
    deal = db.session.get_one(Deal, deal.id)
    deal.unit_id, deal.owner_id = cast.li.unit_id, cast.li.id
    db.session.commit()
    for who in (cast.wang, other):
        assert "逾期的项目" not in as_user(who).see("/reminders").text and open_of(who) == []
        assert lines_for(who, lambda endpoint, id: "") == ([], 0)
    assert morning(2) == 1 and said()[-1] == ("deal_step", "owner", "李乡长")
    assert "逾期的项目" in as_user(cast.zhou).see("/reminders").text


def open_of(user: Any) -> list[str]:
    found, number = queries.open_of(user, 10)
    assert len(found) == number
    return [one.title for one in found]


def test_every_kind_finds_what_it_is_about(cast: Any) -> None:
    make_deal("久未联系的", by=cast.wang, stage_since=ago(200))
    make_lead("没人管的线索", by=cast.li, state=LeadState.REPORTED, judge_unit_id=cast.wang.unit_id, owner_id=None,
              reported_at=MOMENT - dt.timedelta(days=30))  # fmt: skip
    signed = make_deal("有协议的", by=cast.wang)
    db.session.add(
        Agreement(deal_id=signed.id, kind=AgreementKind.INVESTMENT, title="快到期的协议", expires_on=TODAY)
    )
    db.session.add(
        Mission(title="没交结果的活动", starts_on=ago(40), ends_on=ago(39), results_by=ago(20), unit_id=cast.wang.unit_id,
                owner_id=cast.wang.id, leader_id=cast.zhou.id)
    )  # fmt: skip
    make_slip(make_project("堵点的项目", cast.wang), by=cast.wang, state=SlipState.ISSUED, unit_id=cast.wang.unit_id,
              leader_id=cast.zhou.id, due_on=ago(10))  # fmt: skip
    make_commitment("没有兑现的承诺", by=cast.wang, person_id=cast.wang.id, due_on=ago(10))
    make_case("没有说明的", by=cast.wang, state=CaseState.ASKED, due_on=ago(10), person_id=cast.wang.id)
    overdue(cast)
    morning(0)
    rows = {one.kind: one for one in db.session.scalars(sa.select(Reminder))}
    assert set(rows) == {kind.key for kind in KINDS}
    assert {rows[key].user_id for key in rows if key.startswith(("lead", "slip"))} == {cast.chen.id}, (
        "the head judges"
    )
    assert rows["deal_idle"].due_on == ago(200 - 31) and rows["agreement_expiring"].due_on == ago(30)
    assert rows["mission_results"].due_on == ago(20)
    assert rows["lead_answer"].due_on < rows["lead_judge"].due_on < rows["lead_feedback"].due_on
    morning(60)
    steps = {
        (one.kind, one.user_id) for one in db.session.scalars(sa.select(Reminder).filter_by(step=Step.HEAD))
    }
    assert steps == {(key, cast.chen.id) for key in rows if not key.startswith(("lead", "slip"))}


def test_a_thousand_things_are_a_few_statements(cast: Any) -> None:
    from tests.support.statements import count_statements

    unit, wang = cast.wang.unit_id, cast.wang.id
    db.session.execute(sa.insert(Deal), [
        {"name": f"第{n}个", "unit_id": unit, "owner_id": wang, "first_report_unit_id": unit, "next_due_on": ago(n % 50 + 1),
         "last_contact_at": MOMENT}
        for n in range(1200)
    ])  # fmt: skip
    db.session.commit()
    with count_statements() as statements:
        assert morning(0) == 1200
    assert len(statements) < 60
    assert len(db.session.scalars(sa.select(Notice).filter_by(about="reminders")).all()) == 1, (
        "one news for all"
    )


@pytest.mark.on("sqlite")
def test_who_has_left_is_passed_over(cast: Any) -> None:
    overdue(cast)
    cast.wang.active = False
    db.session.commit()
    morning(0)
    assert said() == [("deal_step", "owner", "陈主任")], "in the owner's place"
    morning(30)
    assert said()[-1] == ("deal_step", "sponsor", "周区长")


@pytest.mark.on("sqlite")
def test_administrators_say_after_how_many_days(cast: Any, as_user: Any) -> None:
    admin, url = as_user(cast.admin), "/admin/reminders"
    page = admin.see(url)
    assert page.one("input", name="deal_step.head").get("value") == "7"
    wrong = admin.submit(url, **{"deal_step.head": "很快"})
    assert (
        wrong.status_code == 422
        and "请填 0 到 365 的整数" in wrong.said
        and "很快" in wrong.get_data(as_text=True)
    )
    assert "不能比下一级少" in admin.submit(url, **{"deal_step.owner": "9"}).said
    assert settings.everything().get("reminder.days") is None
    answer = admin.submit(url, **{"deal_step.owner": "", "deal_step.head": "0", "deal_step.sponsor": "3"})
    assert answer.went_to == url
    event = db.session.scalars(sa.select(Event).filter_by(verb="reminder.terms_changed")).one()
    assert event.changes == {"deal_step": [[1, 7, 14], [None, 0, 3]]} and event.actor_id == cast.admin.id
    overdue(cast)
    morning(0)
    assert said() == [("deal_step", "head", "陈主任")]


@pytest.mark.on("sqlite")
def test_who_may_see_which(cast: Any, as_user: Any) -> None:
    overdue(cast)
    morning(0)
    for name, sees in (
        ("wang", True),
        ("chen", True),
        ("zhou", True),
        ("zheng", True),
        ("admin", True),
        ("li", False),
    ):
        assert ("逾期的项目" in as_user(getattr(cast, name)).see("/reminders").text) is sees, name
    for name in ("wang", "chen", "zhou", "zheng"):
        client = as_user(getattr(cast, name))
        assert client.get("/admin/reminders").status_code == 403
        assert client.post("/admin/reminders", data={"csrf_token": client.token()}).status_code == 403
    assert settings.everything().get("reminder.days") is None


def test_a_kind_is_known_by_its_key() -> None:
    assert len(BY_KEY) == len(KINDS) and all(len(kind.key) <= 32 and len(kind.days) == 3 for kind in KINDS)
