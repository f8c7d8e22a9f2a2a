"""Correcting a log: by its author or who answers for the unit; before and after stay readable."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
import sqlalchemy as sa

from crm.audit.models import Event
from crm.contacts.models import ContactKind, ContactLog
from crm.db import db
from crm.files.models import StoredFile
from crm.lib import clock
from crm.search import index
from tests.cast import make_deal, make_enterprise, make_person

AsUser = Callable[..., Any]


@pytest.fixture
def firm(cast: Any) -> Any:
    return make_enterprise("杭州衢澜精密机械有限公司", by=cast.wang)


@pytest.fixture
def log(cast: Any, as_user: AsUser, firm: Any) -> ContactLog:
    """Wang's call of this morning, logged as she logs it."""
    make_person("周明", by=cast.wang, at=firm)
    as_user(cast.wang).submit(
        f"/contacts/new?enterprise_id={firm.id}", summary="投资三千万", next_step="回访", next_in="3"
    )
    return db.session.scalars(sa.select(ContactLog)).one()


def events(verb: str) -> list[Event]:
    return list(db.session.scalars(sa.select(Event).where(Event.verb == verb).order_by(Event.id)))


def test_the_author_corrects_and_both_versions_stay(cast: Any, as_user: AsUser, firm: Any, log: Any) -> None:
    wang = as_user(cast.wang)
    person = log.enterprise.positions[0].person
    answer = wang.submit(
        f"/contacts/{log.id}/correct", summary="投资三亿", kind="visit", people=[str(person.id)], next_step="上门",
        next_due_on="2013-08-05",
    )  # fmt: skip
    assert answer.went_to == f"/contacts/{log.id}"
    assert (log.summary, log.kind, log.next_step) == ("投资三亿", ContactKind.VISIT, "上门")
    changes = events("contact.corrected")[0].changes
    assert changes["summary"] == ["投资三千万", "投资三亿"]
    assert changes["kind"] == ["call", "visit"]
    assert changes["people"] == [[], ["周明"]]
    page = wang.see(f"/contacts/{log.id}")
    assert "投资三千万 → 投资三亿" in page.text
    assert "电话 → 外出拜访" in page.text


def test_what_it_is_about_follows_the_correction(cast: Any, as_user: AsUser, firm: Any, log: Any) -> None:
    as_user(cast.wang).submit(
        f"/contacts/{log.id}/correct",
        happened_at="2013-07-20T15:00",
        next_step="上门",
        next_due_on="2013-08-05",
    )
    assert clock.local(firm.last_contact_at).isoformat()[:16] == "2013-07-20T15:00"
    assert (firm.next_step, firm.next_due_on) == ("上门", dt.date(2013, 8, 5))
    assert db.session.scalars(index.matching("contact_log", "上门")).all() == [log.id]
    assert not db.session.scalars(index.matching("contact_log", "回访")).all()


def test_a_later_contact_keeps_its_say(cast: Any, as_user: AsUser, firm: Any, log: Any) -> None:
    wang = as_user(cast.wang)
    wang.submit(f"/contacts/new?enterprise_id={firm.id}", summary="又通话", happened_at="2013-07-25T18:00",
                next_step="签约", next_due_on="2013-09-01")  # fmt: skip
    wang.submit(f"/contacts/{log.id}/correct", next_step="别的", next_due_on="2013-08-01")
    assert (firm.next_step, firm.next_due_on) == ("签约", dt.date(2013, 9, 1))
    assert clock.local(firm.last_contact_at).hour == 18


def test_a_next_step_that_somebody_changed_since_is_left_alone(
    cast: Any, as_user: AsUser, firm: Any, log: Any
) -> None:
    firm.next_step = "主任另有安排"
    as_user(cast.wang).submit(f"/contacts/{log.id}/correct", next_step="别的", next_due_on="2013-08-01")
    assert firm.next_step == "主任另有安排"


def test_the_rule_holds_for_corrections_too(cast: Any, as_user: AsUser, firm: Any) -> None:
    deal = make_deal("数控机床项目", by=cast.wang, enterprise=firm)
    wang = as_user(cast.wang)
    wang.submit(f"/contacts/new?deal_id={deal.id}", summary="谈", next_step="再谈", next_in="1")
    log = db.session.scalars(sa.select(ContactLog)).one()
    answer = wang.submit(f"/contacts/{log.id}/correct", summary="改过", next_step="", next_due_on="")
    assert answer.status_code == 422
    assert "请写明下一步" in answer.said
    assert answer.page.one("textarea", name="summary").text.strip() == "改过"
    assert (log.summary, deal.next_step) == ("谈", "再谈")


def test_a_stale_correction_shows_both_and_keeps_what_was_typed(
    cast: Any, as_user: AsUser, firm: Any, log: Any
) -> None:
    from tests.support.client import find_form, values_of

    url = f"/contacts/{log.id}/correct"
    wang, chen = as_user(cast.wang), as_user(cast.chen)
    mine = {**values_of(find_form(wang.see(url), url, None)), "summary": "投资五千万"}
    person = log.enterprise.positions[0].person
    chen.submit(url, summary="投资四千万", people=[str(person.id)])
    answer = wang.post(url, data=mine)
    assert answer.status_code == 409
    assert answer.page.rows(0) == [["谈了什么", "投资四千万", "投资五千万"], ["对方人员", "周明", "—"]]
    assert "投资四千万" in answer.said and "投资五千万" in answer.said
    assert answer.page.one("textarea", name="summary").text.strip() == "投资五千万"
    assert log.summary == "投资四千万"
    assert wang.post(url, data=values_of(find_form(answer.page, url, None))).status_code == 303
    assert log.summary == "投资五千万"


def test_nothing_changed_is_nothing_recorded(cast: Any, as_user: AsUser, log: Any) -> None:
    as_user(cast.wang).submit(f"/contacts/{log.id}/correct")
    assert not events("contact.corrected")


def test_files_are_added_never_taken_away(cast: Any, as_user: AsUser, log: Any) -> None:
    wang = as_user(cast.wang)
    for name in ("一.txt", "二.txt"):
        wang.submit(f"/contacts/{log.id}/correct", files=(BytesIO(b"x"), name))
    assert [one.name for one in db.session.scalars(sa.select(StoredFile).order_by(StoredFile.id))] == [
        "一.txt",
        "二.txt",
    ]
    assert [event.note for event in events("contact.attached")] == ["一.txt", "二.txt"]


def test_who_may_correct(cast: Any, as_user: AsUser, log: Any) -> None:
    """The author and her manager; a colleague and a reader see it but may not; another unit finds nothing."""
    from tests.cast import make_user

    colleague = make_user("sun", "孙专员", cast.wang.role, cast.wang.unit)
    url = f"/contacts/{log.id}/correct"
    for user, status in ((cast.wang, 200), (cast.chen, 200), (cast.admin, 200), (colleague, 403), (cast.zhou, 403),
                         (cast.zheng, 403), (cast.li, 404)):  # fmt: skip
        as_user(user).see(url, status)
    assert f"/contacts/{log.id}/correct" not in as_user(colleague).see(f"/contacts/{log.id}").links
    assert log.version == 1


def test_opening_it_changes_nothing(cast: Any, as_user: AsUser, log: Any) -> None:
    as_user(cast.wang).see(f"/contacts/{log.id}/correct?summary=x")
    assert (log.summary, log.version) == ("投资三千万", 1)
