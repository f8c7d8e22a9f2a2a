"""日历订阅: one's own next steps and meetings behind an address that only its owner knows and can end."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import icalendar
import pytest
import sqlalchemy as sa

from crm.audit.models import Event
from crm.calendars import address
from crm.calendars.models import CalendarFeed
from crm.contacts.models import ContactKind
from crm.deals.stages import DealState
from crm.lib import clock
from crm.merchants.models import Handle, HandleKind
from crm.missions.models import Mission, Outcome, Stop
from crm.prospects.models import Prospect, TargetBatch
from tests.cast import make_contact, make_deal, make_enterprise, make_lead, make_person
from tests.partners.make import make_partner

DUE = dt.date(2013, 7, 30)


@pytest.fixture
def work(cast: Any, session: Any) -> None:
    """Wang's steps of every kind, some that are not hers or not due, a visit of hers and one she joined."""
    firm = make_enterprise("远屿电子", by=cast.wang, next_step="看地", next_due_on=DUE)
    firm.handles.append(Handle(kind=HandleKind.MOBILE, value="15400000001", digits="+8615400000001"))
    make_deal("传感器项目", by=cast.wang, enterprise_id=firm.id, next_step="看地", next_due_on=DUE)
    make_deal(
        "停了的", by=cast.wang, state=DealState.HELD, state_reason="等地", next_step="问", next_due_on=DUE
    )
    make_deal("陈主任的", by=cast.chen, next_step="签约", next_due_on=DUE)
    make_lead("一条线索", by=cast.wang, next_step="核实", next_due_on=DUE)
    make_person("周远", by=cast.wang, next_step="致电", next_due_on=DUE)
    make_enterprise("很久以前的", by=cast.wang, next_step="催", next_due_on=dt.date(2012, 1, 1))
    at = dt.datetime(2013, 7, 20, 6, 30, tzinfo=dt.UTC)
    make_contact(
        "看了生产线",
        by=cast.wang,
        kind=ContactKind.VISIT,
        happened_at=at,
        place="杭州",
        enterprise_id=firm.id,
    )
    make_contact("打了电话", by=cast.wang, happened_at=at)
    joined = make_contact("开了会", by=cast.chen, kind=ContactKind.MEETING, happened_at=at)
    joined.colleagues.append(cast.wang)
    make_contact("没有去的会", by=cast.chen, kind=ContactKind.MEETING, happened_at=at)
    make_partner("余杭区", by=cast.wang, next_step="拨打15400000009", next_due_on=DUE)
    make_partner("不再合作的", by=cast.wang, next_step="问", next_due_on=DUE, ended_on=DUE, why_ended="到期")
    given = {"batch": TargetBatch.INDUSTRY, "unit_id": cast.wang.unit_id, "contact_by": DUE}
    session.add(Prospect(name="要见的", owner_id=cast.wang.id, **given))
    session.add(Prospect(name="见过的", owner_id=cast.wang.id, contacted_on=DUE, **given))
    session.add(Prospect(name="陈主任要见的", owner_id=cast.chen.id, **given))
    mission = Mission(title="航埠镇去的", starts_on=at.date(), ends_on=at.date(), results_by=DUE,
                      unit_id=cast.li.unit_id, owner_id=cast.li.id)  # fmt: skip
    left = {"mission": mission, "enterprise_id": firm.id, "outcome": Outcome.FOLLOWED, "told_on": DUE}
    session.add(Stop(follow_user_id=cast.wang.id, follow_step="寄图纸", follow_due_on=DUE, **left))
    session.add(Stop(follow_user_id=cast.li.id, follow_step="再去", follow_due_on=DUE, **left))
    session.commit()


def made(client: Any) -> str:
    """A feed is made; its address as the page shows it, without the host."""
    assert client.post("/calendar/make", data={"csrf_token": client.token()}).went_to == "/calendar"
    page = client.see("/calendar")
    shown = next(word for word in page.html.split('"') if word.endswith(".ics"))
    return urlsplit(shown).path


def entries(answer: Any) -> dict[str, Any]:
    assert answer.status_code == 200 and answer.mimetype == "text/calendar"
    calendar = icalendar.Calendar.from_ical(answer.get_data())
    return {str(event["summary"]): event for event in calendar.walk("VEVENT")}


def test_the_feed_holds_what_is_mine_and_nothing_else(
    cast: Any, as_user: Callable[..., Any], client: Any, work: None
) -> None:
    found = entries(client.get(made(as_user(cast.wang))))
    assert set(found) == {
        "看地：传感器项目", "核实：一条线索", "致电：周远", "外出拜访：远屿电子", "会议活动", "拨打154****0009：余杭区",
        "首次接触期限：要见的", "寄图纸：远屿电子",
    }  # fmt: skip
    step = found["看地：传感器项目"]
    assert (
        step["dtstart"].dt == DUE and str(step["uid"]).startswith("deal-") and "/deals/" in str(step["url"])
    )
    visit = found["外出拜访：远屿电子"]
    assert visit["dtstart"].dt == dt.datetime(2013, 7, 20, 6, 30, tzinfo=dt.UTC)
    assert (str(visit["location"]), str(visit["description"])) == ("杭州", "看了生产线")


def test_no_phone_is_in_the_feed_and_it_speaks_its_owners_language(
    cast: Any, session: Any, as_user: Callable[..., Any], client: Any, work: None
) -> None:
    cast.wang.locale = "en"
    session.commit()
    body = client.get(made(as_user(cast.wang))).get_data(as_text=True)
    assert "1540000" not in body and "Investment" in body and "招商引资 ·" not in body


def test_the_address_is_secret_shown_to_its_owner_and_kept_nowhere(
    cast: Any, session: Any, as_user: Callable[..., Any], client: Any, work: None
) -> None:
    path = made(as_user(cast.wang))
    feed = session.scalars(sa.select(CalendarFeed)).one()
    seal = path.removeprefix(f"/calendar/{feed.id}-").removesuffix(".ics")
    assert len(seal) == 43 and seal not in feed.nonce
    events = session.scalars(sa.select(Event).where(Event.noun == "calendar_feed").order_by(Event.id)).all()
    assert [one.verb for one in events] == ["calendar.made"]
    assert seal not in str(events[0].changes) and feed.nonce not in str(events[0].changes)
    assert seal not in as_user(cast.chen).see("/calendar").html
    wrong = [
        "x",
        f"{feed.id}-{'A' * 43}",
        f"{feed.id + 1}-{seal}",
        f"{feed.id}-{seal[:-1]}",
        f"0{feed.id}-{seal}",
    ]
    for guess in wrong:
        assert client.get(f"/calendar/{guess}.ics").status_code == 404


def test_a_new_address_ends_the_old_one_and_revoking_ends_both(
    cast: Any, session: Any, as_user: Callable[..., Any], client: Any, work: None
) -> None:
    wang = as_user(cast.wang)
    old = made(wang)
    new = made(wang)
    assert old != new and client.get(old).status_code == 404 and client.get(new).status_code == 200
    wang.post("/calendar/revoke", data={"csrf_token": wang.token()})
    assert client.get(new).status_code == 404
    assert not session.scalars(sa.select(CalendarFeed)).all()
    verbs = session.scalars(
        sa.select(Event.verb).where(Event.noun == "calendar_feed").order_by(Event.id)
    ).all()
    assert verbs == ["calendar.made", "calendar.made", "calendar.revoked"]
    again = wang.post("/calendar/revoke", data={"csrf_token": wang.token()})
    assert again.status_code == 422 and "还没有订阅地址" in again.said


def test_the_feed_ends_with_the_account_and_shrinks_with_the_rights(
    cast: Any, session: Any, as_user: Callable[..., Any], client: Any, work: None
) -> None:
    path = made(as_user(cast.wang))
    cast.wang.active = False
    session.commit()
    assert client.get(path).status_code == 404
    cast.wang.active = True
    session.commit()
    assert client.get(path).status_code == 200
    assert not as_user(cast.li).see("/calendar").all("p", class_="feed-address")


@pytest.mark.on("sqlite")
def test_reading_a_feed_writes_nothing(
    cast: Any, session: Any, as_user: Callable[..., Any], client: Any, work: None
) -> None:
    wang = as_user(cast.wang)
    path = made(wang)
    before = session.scalar(sa.select(sa.func.count()).select_from(Event))
    entries(client.get(path))
    assert wang.get("/calendar/make").status_code in (404, 405)
    assert session.scalar(sa.select(sa.func.count()).select_from(Event)) == before


@pytest.mark.on("sqlite")
def test_a_feed_sends_as_many_statements_for_many_rows_as_for_few(
    cast: Any, session: Any, as_user: Callable[..., Any], client: Any, work: None
) -> None:
    from tests.support.statements import count_statements

    path = made(as_user(cast.wang))
    client.get(path)
    with count_statements() as few:
        client.get(path)
    for n in range(30):
        firm = make_enterprise(f"第{n}家", by=cast.wang, next_step="看", next_due_on=DUE)
        make_partner(f"第{n}处", by=cast.wang, next_step="谈", next_due_on=DUE)
        make_deal(f"第{n}个", by=cast.wang, enterprise_id=firm.id, next_step="谈", next_due_on=DUE)
        make_contact(
            f"第{n}次", by=cast.wang, kind=ContactKind.VISIT, happened_at=clock.now(), enterprise_id=firm.id
        )
    session.commit()
    with count_statements() as many:
        assert len(entries(client.get(path))) > 60
    assert len(many) == len(few)


def test_a_seal_is_worth_nothing_elsewhere() -> None:
    token = address.token("secret", 7, "nonce")
    assert address.number_of(token) == 7 and address.is_genuine(token, "secret", 7, "nonce")
    for secret, number, nonce in (("other", 7, "nonce"), ("secret", 8, "nonce"), ("secret", 7, "new")):
        assert not address.is_genuine(token, secret, number, nonce)
    assert address.number_of("7") is None and address.number_of("x" * 50) is None
