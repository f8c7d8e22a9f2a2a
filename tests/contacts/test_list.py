"""The list of contact logs: every filter lets through what it says, and nothing else."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from werkzeug.datastructures import MultiDict

from crm.contacts.actions import search_fields
from crm.contacts.lists import PAGE
from crm.contacts.models import ContactKind
from crm.db import db
from crm.lib import clock
from crm.lists.asked import select_for
from crm.search import index
from crm.search.tokens import Field, Kind
from tests.cast import make_contact, make_enterprise
from tests.support.statements import count_statements

AsUser = Callable[..., Any]


@pytest.fixture
def logs(cast: Any) -> None:
    firm = make_enterprise("杭州衢澜精密机械有限公司", by=cast.wang)
    index.put("enterprise", firm.id, [Field(Kind.NAME, firm.name)])
    day = dt.datetime(2013, 6, 30, 23, 30, tzinfo=clock.HOME)
    for log in (
        make_contact("看了地块", by=cast.wang, enterprise=firm, kind=ContactKind.VISIT, leader_led=True),
        make_contact("通了电话", by=cast.chen, happened_at=day),
        make_contact("镇里的会", by=cast.li, kind=ContactKind.MEETING),
    ):
        index.put("contact_log", log.id, search_fields(log))


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ({}, {"看了地块", "通了电话"}),
        ({"q": "地块"}, {"看了地块"}),
        ({"kind": "call"}, {"通了电话"}),
        ({"kind": ["call", "visit"]}, {"看了地块", "通了电话"}),
        ({"unit": "mine"}, {"看了地块", "通了电话"}),
        ({"author": "me"}, {"看了地块"}),
        ({"enterprise": "衢澜"}, {"看了地块"}),
        ({"enterprise": "qljm"}, {"看了地块"}),
        ({"period_to": "2013-06-30"}, {"通了电话"}),
        ({"period_from": "2013-07-01", "period_to": "2013-07-25"}, {"看了地块"}),
        ({"leader_led": "1"}, {"看了地块"}),
        ({"kind": "telepathy"}, set()),
        ({"unit": "x"}, set()),
        ({"author": "' OR 1=1"}, set()),
        ({"period_from": "2013-02-30"}, set()),
        ({"q": "没有的话"}, set()),
    ],
)
def test_a_filter_lets_through_what_it_says(
    cast: Any, as_user: AsUser, logs: None, query: Any, wanted: Any
) -> None:
    rows = select_for(PAGE, cast.wang, MultiDict(query))
    assert {log.summary for log in db.session.scalars(rows).unique()} == wanted
    answer = as_user(cast.wang).get("/contacts", query_string=query)
    assert answer.status_code == 200
    assert {
        text for text in ("看了地块", "通了电话", "镇里的会") if text in answer.said.split("导出")[-1]
    } <= wanted


def test_the_leader_sees_the_district(cast: Any, as_user: AsUser, logs: None) -> None:
    assert len(list(db.session.scalars(select_for(PAGE, cast.zhou, MultiDict())).unique())) == 3
    assert "镇里的会" in as_user(cast.zhou).see("/contacts").text


def test_the_latest_stands_first(cast: Any, logs: None) -> None:
    found = list(db.session.scalars(select_for(PAGE, cast.wang, MultiDict())).unique())
    assert [log.summary for log in found] == ["看了地块", "通了电话"]


def test_a_long_list_costs_no_more_statements(cast: Any, as_user: AsUser, logs: None) -> None:
    wang = as_user(cast.wang)

    def cost() -> int:
        db.session.commit()
        with count_statements() as seen:
            wang.see("/contacts")
        return len(seen)

    few = cost()
    for number in range(15):
        firm = make_enterprise(f"企业{number}", by=cast.wang)
        make_contact(f"第{number}次", by=cast.wang, enterprise=firm, colleagues=[cast.wang])
    assert cost() == few


def test_both_languages(cast: Any, as_user: AsUser, logs: None) -> None:
    cast.wang.locale = "en"
    assert "看了地块" in as_user(cast.wang).see("/contacts").text
