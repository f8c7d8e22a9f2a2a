"""Who sees a log: its unit, who took part, and who may see what it is about; a deal's logs go with the deal."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from crm.contacts import queries
from crm.contacts.models import ContactLog
from crm.db import db
from tests.cast import make_contact, make_deal, make_enterprise, make_lead, make_person


def seen(user: Any) -> set[str]:
    return set(db.session.scalars(queries.visible_to(user).with_only_columns(ContactLog.summary)))


@pytest.fixture
def shared(cast: Any) -> Any:
    """Followed by Wang's bureau, first reported by Li's town: both know the firm."""
    return make_enterprise("两家都认识的公司", by=cast.wang, first_report_unit_id=cast.li.unit_id)


def test_my_units_logs_and_mine(cast: Any) -> None:
    make_contact("招商局记的", by=cast.wang)
    make_contact("镇里记的", by=cast.li)
    make_contact("调走以前记的", by=cast.li, unit_id=cast.wang.unit_id)
    assert seen(cast.wang) == {"招商局记的", "调走以前记的"}
    assert seen(cast.li) == {"镇里记的", "调走以前记的"}
    everything = {"招商局记的", "镇里记的", "调走以前记的"}
    assert seen(cast.zhou) == seen(cast.zheng) == seen(cast.admin) == everything


def test_who_came_along_sees_it(cast: Any) -> None:
    make_contact("一起去的", by=cast.wang, colleagues=[cast.li])
    assert seen(cast.li) == {"一起去的"}


def test_about_a_firm_that_both_know(cast: Any, shared: Any) -> None:
    make_contact("谈公司", by=cast.wang, enterprise=shared)
    assert seen(cast.li) == {"谈公司"}


def test_a_deals_talk_is_not_for_everybody_who_knows_the_firm(cast: Any, shared: Any) -> None:
    deal = make_deal("招商局的项目", by=cast.wang, enterprise=shared)
    lead = make_lead("招商局的线索", by=cast.wang, enterprise=shared)
    make_contact("谈价钱", by=cast.wang, enterprise=shared, deal=deal)
    make_contact("谈线索", by=cast.wang, enterprise=shared, lead=lead)
    assert seen(cast.li) == set()
    deal.unit_id = cast.li.unit_id
    db.session.flush()
    assert seen(cast.li) == {"谈价钱"}


def test_about_a_person_alone(cast: Any) -> None:
    person = make_person("周明", by=cast.wang, first_report_unit_id=cast.li.unit_id)
    stranger = make_person("吴敏", by=cast.wang)
    make_contact("见了周明", by=cast.wang, people=[person])
    make_contact("见了吴敏", by=cast.wang, people=[stranger])
    assert seen(cast.li) == {"见了周明"}


def test_the_pages_keep_to_it(cast: Any, as_user: Callable[..., Any], shared: Any) -> None:
    deal = make_deal("招商局的项目", by=cast.wang, enterprise=shared)
    make_contact("谈公司近况", by=cast.wang, enterprise=shared)
    secret = make_contact("谈价钱", by=cast.wang, enterprise=shared, deal=deal)
    li, wang = as_user(cast.li), as_user(cast.wang)
    li.see(f"/contacts/{secret.id}", 404)
    li.see(f"/contacts/{secret.id}/correct", 404)
    li.see(f"/contacts/timeline?deal_id={deal.id}", 404)
    for url in (f"/contacts/timeline?enterprise_id={shared.id}", "/contacts"):
        assert "谈公司近况" in li.see(url).text
        assert "谈价钱" not in li.see(url).text
        assert "招商局的项目" not in li.see(url).text
        assert "谈价钱" in wang.see(url).text


def test_what_is_seen_is_seen_once(cast: Any, shared: Any) -> None:
    """Many reasons to see a log do not make it many."""
    make_contact("一条", by=cast.wang, enterprise=shared, colleagues=[cast.wang, cast.chen])
    rows = queries.visible_to(cast.wang)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(rows.subquery())) == 1
