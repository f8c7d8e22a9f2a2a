"""All that happened to a record, newest first: contacts, stage moves, recorded acts, files."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from flask import render_template_string

from crm.audit.trail import record, recording
from crm.contacts import happenings
from crm.db import db
from crm.deals.models import StageMove
from crm.deals.stages import MoveKind, Stage
from crm.lib import clock
from crm.merchants.models import Handle, HandleKind, Standing
from tests.cast import make_contact, make_deal, make_enterprise, make_lead, make_person
from tests.support.statements import count_statements

AsUser = Callable[..., Any]


@pytest.fixture
def firm(cast: Any) -> Any:
    return make_enterprise("杭州衢澜精密机械有限公司", by=cast.wang)


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=clock.HOME)


def titles(happened: list[happenings.Happening]) -> list[str]:
    return [
        one.record.summary if one.kind == "logs" else one.record.to_stage.value if one.kind == "moves"
        else one.record.verb
        for one in happened
    ]  # fmt: skip


def test_an_enterprise_tells_its_deals_and_leads_too(cast: Any, firm: Any) -> None:
    deal = make_deal("数控机床项目", by=cast.wang, enterprise=firm)
    lead = make_lead("有意投资", by=cast.wang, enterprise=firm)
    make_contact("问候", by=cast.wang, enterprise=firm, happened_at=at("2013-07-01T09:00"))
    make_contact("谈项目", by=cast.wang, deal=deal, happened_at=at("2013-07-10T09:00"))
    make_contact("谈线索", by=cast.wang, lead=lead, happened_at=at("2013-06-10T09:00"))
    make_contact("别的公司", by=cast.wang, happened_at=at("2013-07-11T09:00"))
    db.session.add(StageMove(deal=deal, kind=MoveKind.ADVANCED, from_stage=Stage.INTENDED, to_stage=Stage.NEW_TALKS,
                             on_day=dt.date(2013, 7, 5), actor=cast.wang))  # fmt: skip
    with clock.freeze(at("2013-07-03T09:00")):
        record("lead.reported", lead, actor=cast.wang)
        record("enterprise.created", firm, actor=cast.wang)
        record("list.exported", firm, actor=cast.wang)  # no news on a timeline
    happened, rest = happenings.of(cast.wang, firm)
    assert titles(happened) == [
        "谈项目",
        "new_talks",
        "enterprise.created",
        "lead.reported",
        "问候",
        "谈线索",
    ] or titles(happened) == ["谈项目", "new_talks", "lead.reported", "enterprise.created", "问候", "谈线索"]
    assert rest is None
    assert titles(happenings.of(cast.wang, deal)[0]) == ["谈项目", "new_talks"]
    assert titles(happenings.of(cast.wang, lead)[0]) == ["lead.reported", "谈线索"]
    assert titles(happenings.of(cast.wang, firm, kind="moves")[0]) == ["new_talks"]
    assert len(happenings.of(cast.wang, firm, kind="logs")[0]) == 3


def test_a_person_tells_what_they_took_part_in(cast: Any, firm: Any) -> None:
    person = make_person("周明", by=cast.wang, at=firm)
    make_contact("见了周总", by=cast.wang, enterprise=firm, people=[person])
    make_contact("见了别人", by=cast.wang, enterprise=firm)
    assert titles(happenings.of(cast.wang, person)[0]) == ["见了周总"]


def test_a_deal_tells_of_the_lead_it_grew_from(cast: Any, firm: Any) -> None:
    lead = make_lead("有意投资", by=cast.wang)
    deal = make_deal("数控机床项目", by=cast.wang, lead=lead)
    make_contact("最初的电话", by=cast.wang, lead=lead)
    assert titles(happenings.of(cast.wang, deal)[0]) == ["最初的电话"]


def test_another_units_deal_is_not_told_on_the_firms_page(cast: Any, firm: Any) -> None:
    theirs = make_deal("航埠镇的项目", by=cast.li, enterprise=firm)
    make_contact("镇里谈的", by=cast.li, deal=theirs, enterprise=firm)
    db.session.add(
        StageMove(deal=theirs, kind=MoveKind.CREATED, to_stage=Stage.INTENDED, on_day=clock.today())
    )
    assert happenings.of(cast.wang, firm) == ([], None)


def test_page_by_page_everything_comes_once(cast: Any, firm: Any) -> None:
    for number in range(23):
        moment = at("2013-07-01T09:00") + dt.timedelta(hours=number // 3)  # three at the very same moment
        make_contact(f"第{number}条", by=cast.wang, enterprise=firm, happened_at=moment)
    told: list[str] = []
    before: dt.datetime | None = None
    while True:
        happened, before = happenings.of(cast.wang, firm, before=before, limit=5)
        told += titles(happened)
        if before is None:
            break
    assert sorted(told) == sorted(f"第{number}条" for number in range(23))
    assert told[0] == "第22条"


def test_changes_are_told_in_words_and_phones_are_masked(cast: Any, as_user: AsUser, firm: Any) -> None:
    with recording("enterprise.edited", firm, actor=cast.wang):
        firm.standing = Standing.KEY
        firm.follow_user_id = cast.chen.id
        firm.next_due_on = dt.date(2013, 8, 1)
        firm.handles.append(Handle(kind=HandleKind.MOBILE, value="13957000001", digits="13957000001"))
    page = as_user(cast.wang).see(f"/contacts/timeline?enterprise_id={firm.id}&kind=changes")
    assert "待核实 → 重点跟踪" in page.text
    assert "王专员 → 陈主任" in page.text
    assert "— → 2013-08-01" in page.text
    assert "139****0001" in page.text and "13957000001" not in page.html
    cast.wang.locale = "en"
    assert "待核实" not in as_user(cast.wang).see(f"/contacts/timeline?enterprise_id={firm.id}").text


def test_the_panel_stands_on_any_record_page(app: Any, cast: Any, as_user: AsUser, firm: Any) -> None:
    """`timeline_of` is a global of every template."""
    from flask_login import login_user

    make_contact("通过电话", by=cast.wang, enterprise=firm)
    db.session.commit()
    for user, may in ((cast.wang, True), (cast.zheng, False)):
        with app.test_request_context(f"/enterprises/{firm.id}"):
            login_user(user)
            html = render_template_string("{{ timeline_of(firm) }}", firm=firm)
        assert "通过电话" in html
        assert (f"/contacts/new?enterprise_id={firm.id}" in html) is may
        assert f"/enterprises/{firm.id}?timeline=logs#timeline" in html


def test_it_costs_the_same_with_few_and_with_many(cast: Any, as_user: AsUser, firm: Any) -> None:
    wang = as_user(cast.wang)

    def cost() -> int:
        db.session.commit()
        with count_statements() as seen:
            wang.see(f"/contacts/timeline?enterprise_id={firm.id}")
        return len(seen)

    deal = make_deal("数控机床项目", by=cast.wang, enterprise=firm)
    person = make_person("周明", by=cast.wang, at=firm)

    def more(number: int) -> None:
        for one in range(number):
            log = make_contact(f"第{one}条", by=cast.wang, enterprise=firm, deal=deal, people=[person],
                               colleagues=[cast.wang, cast.chen])  # fmt: skip
            record(
                "enterprise.edited", firm, actor=cast.chen, changes={"follow_user_id": [log.author_id, None]}
            )
            db.session.add(StageMove(deal=deal, kind=MoveKind.ADVANCED, to_stage=Stage.NEW_TALKS, actor=cast.wang,
                                     on_day=clock.today()))  # fmt: skip

    more(1)
    wang.submit(f"/contacts/new?deal_id={deal.id}", summary="有附件", next_step="x", next_in="1",
                files=(BytesIO(b"x"), "n.txt"))  # fmt: skip
    few = cost()
    more(12)
    assert cost() == few


@pytest.mark.parametrize("query", ["", "enterprise_id=x", "enterprise_id=999999", "deal_id=999999999999"])
def test_an_address_that_means_nothing_is_not_found(cast: Any, as_user: AsUser, query: str) -> None:
    as_user(cast.wang).see(f"/contacts/timeline?{query}", 404)


@pytest.mark.parametrize("query", ["kind=nonsense", "before=yesterday", "before=9999-12-31T23:59:59%2B00:00",
                                   "before=2013-07-25T10:00:00", "kind=logs&kind=moves", "before=%00"])  # fmt: skip
def test_odd_arguments_break_nothing(cast: Any, as_user: AsUser, firm: Any, query: str) -> None:
    as_user(cast.wang).see(f"/contacts/timeline?enterprise_id={firm.id}&{query}")
