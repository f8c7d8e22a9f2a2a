"""上级资金: works · recorded · refused politely · reader 403 · stranger 404 · and what is no 到位资金."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from crm.audit.models import Event
from crm.capital import actions as capital_verbs
from crm.capital import queries as capital
from crm.capital.models import PaidIn, PaidInState, VoucherKind
from crm.db import db
from crm.deals.models import Deal
from crm.deals.stages import SourceScope, Stage
from crm.financing import actions, queries
from crm.financing.grants import Giver, GrantState
from crm.financing.models import UpperGrant
from crm.lib.errors import Refused
from tests.deals.make import make_deal
from tests.delivery.make import make_project

Login = Callable[..., Any]
DAY = dt.date(2013, 3, 1)


def applied(subject: Any, by: Any, **more: Any) -> UpperGrant:
    data = {
        "title": "省产业调整专项资金",
        "giver": Giver.PROVINCE,
        "applied_on": DAY,
        "applied_wan": Decimal(800),
    }
    return actions.apply(subject, data | more, actor=by)


def got(grant: UpperGrant, by: Any, *, counts: bool = False) -> None:
    data = {
        "told_on": dt.date(2013, 6, 3),
        "got_wan": Decimal(500),
        "counts_as_arrived": counts,
        "basis": "某文件" if counts else "",
    }
    actions.receive(grant, data, actor=by)


def arrived(deal: Deal) -> Decimal:
    return capital.arrived(db.session.get_one(Deal, deal.id)).recognised.counted_wan


@pytest.fixture
def deal(cast: Any) -> Deal:
    return make_deal("精密件厂", cast.wang, stage=Stage.SIGNED, signed_on=dt.date(2013, 1, 5))


@pytest.mark.on("sqlite")
def test_applied_for_and_got(cast: Any, session: Any, as_user: Login, deal: Deal) -> None:
    session.commit()
    wang = as_user(cast.wang)
    door = f"/deals/{deal.id}/grants"
    typed = {"title": "国家技改资金", "giver": "state", "applied_on": "2013-03-01", "applied_wan": "800"}
    for wrong, sentence in (
        ({"applied_wan": "0"}, "大于零"),
        ({"applied_on": "2013-09-01"}, "还没有到"),
        ({"title": ""}, "请填写"),
    ):
        answer = wang.submit(door, note="发改", **(typed | wrong))
        assert (
            answer.status_code == 422 and sentence in answer.said and "发改" in answer.get_data(as_text=True)
        ), wrong
    here = wang.submit(door, **typed).went_to
    grant = session.scalars(sa.select(UpperGrant)).one()
    assert here == f"/financing/{grant.id}" and here in wang.see(f"/deals/{deal.id}").links
    wang.submit(f"{here}/edit", applied_wan="900")
    assert "早于申报" in wang.submit(f"{here}/receive", told_on="2013-01-01").said
    assert "写明口径依据" in wang.submit(f"{here}/receive", counts_as_arrived="y", basis="").said
    wang.submit(f"{here}/receive", told_on="2013-06-03", got_wan="500")
    grant = session.get(UpperGrant, grant.id)
    assert (grant.state, grant.got_wan, grant.counts_as_arrived) == (GrantState.GOT, Decimal(500), False)
    assert "不计入到位资金" in wang.see(here).text and f"{here}/edit" not in wang.see(here).links
    assert wang.get(f"{here}/receive").status_code == 404
    for query, there in (
        ("state=got", True),
        ("counts=1", False),
        ("giver=city", False),
        ("q=技改", True),
        ("unit=mine", True),
    ):
        assert (here in wang.see(f"/financing?{query}").links) is there, query
    assert "500.00万元" in wang.see("/financing").text or "500" in wang.see("/financing").text
    rows = sa.select(Event.verb).where(Event.noun == "upper_grant").order_by(Event.id)
    assert session.scalars(rows).all() == [f"upper_grant.{one}" for one in ("applied", "edited", "got")]
    li, zheng = as_user(cast.li), as_user(cast.zheng)
    assert (
        li.get(here).status_code == 404
        and li.get(door).status_code == 404
        and zheng.get(door).status_code == 403
    )
    zheng.see(here)
    assert here not in li.see("/financing").links


def test_what_is_got_is_no_money_that_arrived_unless_its_basis_says_so(
    cast: Any, session: Any, as_user: Login, deal: Deal
) -> None:
    """「money got is **not** 到位资金 unless its 口径 says so」: and then it goes the way of all money."""
    plain, counting = (
        applied(deal, cast.wang),
        applied(deal, cast.wang, title="国家重大专项", giver=Giver.STATE),
    )
    got(plain, cast.wang)
    got(counting, cast.wang, counts=True)
    session.commit()
    assert arrived(deal) == 0, "neither is money that arrived by itself"
    with pytest.raises(Refused, match="不计入到位资金"):
        actions.declare(plain, actor=cast.wang)
    session.rollback()
    wang = as_user(cast.wang)
    here = f"/financing/{counting.id}"
    assert f"/financing/{plain.id}/declare" not in [
        one.get("action") for one in wang.see(f"/financing/{plain.id}").all("form")
    ]
    assert here in wang.see("/financing?undeclared=1").links
    there = wang.press(here, f"{here}/declare").went_to
    row = session.scalars(sa.select(PaidIn)).one()
    assert there == f"/capital/{row.id}" and (row.state, row.amount_wan, row.origin) == (
        PaidInState.DECLARED, Decimal(500), SourceScope.OUT_OF_PROVINCE,
    )  # fmt: skip
    assert arrived(deal) == 0, "declared is not recognised"
    with pytest.raises(Refused, match="已经申报过"):
        actions.declare(session.get(UpperGrant, counting.id), actor=cast.wang)
    session.rollback()
    row = session.get(PaidIn, row.id)
    capital_verbs.edit(row, {"voucher_kind": VoucherKind.BANK, "voucher_no": "1"}, actor=cast.wang)
    capital_verbs.check(row, actor=cast.chen)
    capital_verbs.recognise(row, actor=cast.admin)
    session.commit()
    assert arrived(deal) == Decimal(500)
    assert there in wang.see(here).links
    session.get(UpperGrant, plain.id).paid_in_id = row.id
    with pytest.raises(IntegrityError):
        session.flush()
    session.rollback()


def test_of_a_project_by_who_gives_and_what_came_to_nothing(cast: Any, session: Any, as_user: Login) -> None:
    project = make_project("一条路", cast.wang)
    city, lost = (
        applied(project, cast.wang, giver=Giver.CITY),
        applied(project, cast.wang, applied_wan=Decimal(100)),
    )
    got(city, cast.wang, counts=True)
    session.commit()
    wang = as_user(cast.wang)
    assert (
        "没有关联招商项目"
        in wang.post(f"/financing/{city.id}/declare", data={"csrf_token": wang.token()}).said
    )
    wang.submit(f"/financing/{lost.id}/refuse", why="额度用完")
    assert session.get(UpperGrant, lost.id).state is GrantState.REFUSED
    assert (
        "额度用完" in wang.see(f"/financing/{lost.id}").text
        and f"/financing/{lost.id}" in wang.see(f"/projects/{project.id}/needs").links
    )
    sums = {
        one.giver: (one.count, one.applied_wan, one.got_wan, one.counted_wan)
        for one in queries.by_giver(cast.zhou, 2013)
    }
    assert (
        sums == {Giver.PROVINCE: (1, 100, 0, 0), Giver.CITY: (1, 800, 500, 500)}
        and queries.by_giver(cast.li, 2013) == []
    )
    zheng = as_user(cast.zheng)
    assert zheng.post(f"/financing/{city.id}/declare", data={"csrf_token": zheng.token()}).status_code == 403
    assert wang.get(f"/financing/{city.id}/declare").status_code == 405
    cast.wang.locale = "en"
    waiting = applied(project, cast.wang, title="再申报")
    session.commit()
    for url in ("/financing", f"/financing/{city.id}", f"/projects/{project.id}/grants", f"/projects/{project.id}/needs",
                *(f"/financing/{waiting.id}/{act}" for act in ("edit", "receive", "refuse"))):  # fmt: skip
        wang.see(url)
