"""要素需求: works · recorded · refused politely · reader 403 · stranger 404 · GET does not act."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from crm.audit.models import Event
from crm.capital import queries as capital
from crm.db import db
from crm.deals.stages import DealState
from crm.needs import queries
from crm.needs.kinds import NeedKind, NeedState, Step
from crm.needs.models import Approach, Need
from crm.org import settings
from crm.search import index
from tests.cast import make_deal, make_enterprise
from tests.delivery.make import make_project
from tests.needs.make import asked_for

Login = Callable[..., Any]


def verbs(noun: str) -> list[str]:
    return list(db.session.scalars(sa.select(Event.verb).where(Event.noun == noun).order_by(Event.id)))


def read(id: int) -> Need:
    rows = queries.with_figures(sa.select(Need).where(Need.id == id))
    return db.session.scalars(rows, execution_options={"populate_existing": True}).one()


@pytest.mark.on("sqlite")
def test_a_need_is_raised_once_and_seen_where_it_belongs(cast: Any, session: Any, as_user: Login) -> None:
    deal = make_deal("精密件厂", by=cast.wang, planned_wan=Decimal(12_000), land_mu=Decimal("35.5"))
    project = make_project("精密件厂一期", cast.wang, deal_id=deal.id)
    session.commit()
    wang = as_user(cast.wang)
    door = f"/deals/{deal.id}/needs/land"
    assert wang.see(door).one("input", name="asked").get("value") == "35.5", "what the deal says it needs"
    here = wang.submit(door, title="一期厂房", due_on="2013-08-01", level="工业用地").went_to
    need = read(session.scalars(sa.select(Need.id)).one())
    assert (need.kind, need.asked, need.owner_id, need.investment_wan) == (
        NeedKind.LAND, Decimal("35.5"), cast.wang.id, Decimal(12_000),
    )  # fmt: skip
    assert here == f"/needs/{need.id}" and need.id in session.scalars(index.matching("need", "精密件")).all()
    for url in (
        f"/deals/{deal.id}",
        "/needs?kind=land&lacking=1&mine=1",
        "/needs?q=厂房",
        "/needs/unmet",
        "/find?q=一期厂房",
    ):
        assert here in wang.see(url).links, url
    assert "提出要素需求" in wang.see(f"/deals/{deal.id}").text
    answer = wang.submit(f"/projects/{project.id}/needs/land", title="厂房用地", asked="40", detail="临路")
    assert (
        answer.status_code == 422
        and "已经提过这项需求" in answer.said
        and "临路" in answer.get_data(as_text=True)
    )
    there = wang.submit(f"/projects/{project.id}/needs/talent", title="工程师", asked="3").went_to
    page = wang.see(f"/projects/{project.id}/needs")
    assert there in page.links and there in wang.see("/needs?kind=talent&state=open").links
    for typed, sentence in (
        ({"asked": "0"}, "大于零"),
        ({"asked": "许多"}, "看不懂"),
        ({"title": ""}, "请填写"),
    ):
        assert (
            sentence
            in wang.submit(
                f"/projects/{project.id}/needs/talent", **({"title": "技工", "asked": "2"} | typed)
            ).said
        )
    assert wang.get(f"/deals/{deal.id}/needs/gold").status_code == 404
    assert f"/deals/{deal.id}/needs/finance" in wang.see("/needs/new?q=精密").links
    li, zheng = as_user(cast.li), as_user(cast.zheng)
    assert li.get(here).status_code == 404 and here not in li.see("/needs").links
    assert li.get(door).status_code == 404 and zheng.get(door).status_code == 403
    zheng.see(here)
    for act in ("edit", "meet", "drop"):
        assert zheng.get(f"{here}/{act}").status_code == 403 and li.get(f"{here}/{act}").status_code == 404, (
            act
        )
    assert verbs("need") == ["need.asked", "need.asked"]


@pytest.mark.on("sqlite")
def test_the_office_that_provides_a_kind_sees_all_of_it(cast: Any, session: Any, as_user: Login) -> None:
    deal = make_deal("精密件厂", by=cast.wang)
    land, money = (
        asked_for(deal, kind, kind.label, 9, cast.wang) for kind in (NeedKind.LAND, NeedKind.FINANCE)
    )
    settings.put("need.office.land", "航埠镇")
    session.commit()
    li = as_user(cast.li)
    page = li.see(f"/needs/{land.id}")
    assert "精密件厂" in page.text and f"/deals/{deal.id}" not in page.links, (
        "of what it is for it learns the name"
    )
    assert li.get(f"/needs/{money.id}").status_code == 404
    li.submit(f"/needs/{land.id}/edit", measure="争取指标")
    assert read(land.id).measure == "争取指标"
    assert (
        "要本单位解决的要素需求" in li.see("/").text
        and f"/needs/{land.id}" in li.see("/needs?asked_of_us=1").links
    )


@pytest.mark.on("sqlite")
def test_met_dropped_and_taken_up_again(cast: Any, session: Any, as_user: Login) -> None:
    need = asked_for(make_deal("精密件厂", by=cast.wang), NeedKind.FINANCE, "设备贷款", 6000, cast.wang)
    session.commit()
    wang, here = as_user(cast.wang), f"/needs/{need.id}"
    wang.see(f"{here}/meet")
    assert read(need.id).is_open
    assert "还差 6000 万元" in wang.submit(f"{here}/meet").said
    wang.submit(f"{here}/meet", note="改用自有资金")
    assert read(need.id).state is NeedState.MET and "改用自有资金" in wang.see(here).text
    assert wang.submit(f"{here}/edit", measure="再谈").status_code == 422
    wang.press(here, f"{here}/reopen")
    assert "请写明" in wang.submit(f"{here}/drop").said
    wang.submit(f"{here}/drop", note="不上设备了")
    assert read(need.id).gap == 0 and here not in wang.see("/needs?lacking=1").links
    asked_for(session.get(Need, need.id).deal, NeedKind.FINANCE, "设备贷款", 5000, cast.wang)
    session.commit()
    answer = wang.post(f"{here}/reopen", data={"csrf_token": wang.token()})
    assert answer.status_code == 422 and "已经另外提了" in answer.said
    assert verbs("need")[:4] == ["need.asked", "need.met", "need.reopened", "need.dropped"]


def test_a_bank_is_told_and_pays_out_and_none_of_it_is_money_that_arrived(
    cast: Any, session: Any, as_user: Login
) -> None:
    deal = make_deal("精密件厂", by=cast.wang, signed_on=dt.date(2013, 1, 1))
    need = asked_for(deal, NeedKind.FINANCE, "设备贷款", 6000, cast.wang)
    session.commit()
    wang, here = as_user(cast.wang), f"/needs/{need.id}"
    assert "银行、民间资本" in wang.see(f"{here}/approach").text
    assert "还没有到" in wang.submit(f"{here}/approach", partner="工商银行", on_day="2013-08-01").said
    wang.submit(f"{here}/approach", partner="工商银行", on_day="2013-06-01")
    wang.submit(f"{here}/approach", partner="农业银行", on_day="2013-06-02")
    one, two = session.scalars(sa.select(Approach).order_by(Approach.id)).all()
    tell = f"/needs/approaches/{one.id}"
    assert [field.get("value") for field in wang.see(tell).all("input", name="step")] == ["credit", "failed"]
    assert "请填写金额" in wang.submit(tell, step="credit", step_on="2013-06-20", amount="").said
    wang.submit(tell, step="credit", step_on="2013-06-20", amount="4000")
    assert read(need.id).met == 0, "a credit is not yet paid out"
    assert "早于上一步" in wang.submit(tell, step="drawn", step_on="2013-06-01", amount="3000").said
    assert "超过了授信" in wang.submit(tell, step="drawn", step_on="2013-07-01", amount="5000").said
    wang.submit(tell, step="drawn", step_on="2013-07-01", amount="3500")
    assert (read(need.id).met, read(need.id).gap) == (Decimal(3500), Decimal(2500))
    assert wang.get(tell).status_code == 404, "nothing follows an end"
    wang.submit(f"/needs/approaches/{two.id}", step="failed", step_on="2013-06-10", note="额度用完")
    banks = {
        one.name: (one.told, one.open, one.ended_well, one.ended_badly, one.amount)
        for one in queries.by_partner(cast.zhou, NeedKind.FINANCE)
    }
    assert banks == {"工商银行": (1, 0, 1, 0, Decimal(3500)), "农业银行": (1, 0, 0, 1, Decimal(0))}
    assert "3,500" in wang.see("/needs/banks").text and "不计入到位资金" in wang.see("/needs/banks").text
    assert here in wang.see("/needs/approaches?kind=finance&partner=工商银行&step=drawn").links
    assert capital.arrived(session.get(type(deal), deal.id)).recognised.counted_wan == 0
    assert verbs("need_approach") == ["need_approach.made"] * 2 + ["need_approach.told"] * 3
    li, zheng = as_user(cast.li), as_user(cast.zheng)
    for url in (f"{here}/approach", tell):
        assert li.get(url).status_code == 404 and zheng.get(url).status_code == 403, url
    assert "工商银行" not in li.see("/needs/banks").text


def test_a_firm_raises_the_government_adopts_somebody_solves(cast: Any, session: Any, as_user: Login) -> None:
    """「企业出题、政府立题、协同解题」"""
    firm = make_enterprise("云峙轴承", by=cast.wang)
    settings.put("need.office.technology", "航埠镇")
    session.commit()
    wang, li = as_user(cast.wang), as_user(cast.li)
    here = wang.submit(f"/enterprises/{firm.id}/needs/technology", title="热处理变形", level="材料").went_to
    id = int(here.rsplit("/", 1)[1])
    assert "立题以后才对接" in wang.submit(f"{here}/approach", partner="浙江大学").said
    assert wang.post(f"{here}/adopt", data={"csrf_token": wang.token()}).status_code == 403, (
        "who asks does not adopt"
    )
    assert queries.problems(cast.zhou).raised == 1
    assert li.press(here, f"{here}/adopt").went_to == here and read(id).adopted_on == dt.date(2013, 7, 25)
    assert li.post(f"{here}/adopt", data={"csrf_token": li.token()}).status_code == 422
    wang.submit(f"{here}/approach", partner="浙江大学")
    assert "立题 0 · 对接 1" in wang.see("/needs/unmet").text
    one = session.scalars(sa.select(Approach)).one()
    result = f"/needs/{id}/result"
    assert wang.get(result).status_code == 404 and result not in wang.see(here).links, "nothing is solved yet"
    wang.submit(f"/needs/approaches/{one.id}", step="solved")
    assert read(id).gap == 0 and queries.problems(cast.zhou).solved == 1
    assert result in wang.see(here).links, "what solved it may go on the third batch"
    refused = wang.submit(result, contact_by="2013-07-01")
    assert refused.status_code == 422 and "日期已经过了" in refused.said
    listed = wang.submit(result, contact_by="2013-08-01", why="可以小批生产").went_to
    assert "科技成果" in wang.see(listed).text and here in wang.see(listed).links
    assert listed in wang.see(here).links and result not in wang.see(here).links
    assert "已经列入三个一批" in wang.submit(result, contact_by="2013-08-01").said
    assert wang.submit(f"{listed}/edit", batch="industry").status_code == 422
    assert as_user(cast.zheng).get(result).status_code == 403
    wang.submit(f"{here}/meet")
    assert read(id).state is NeedState.MET
    assert as_user(cast.zheng).get(here).status_code == 200


@pytest.mark.on("sqlite")
def test_people_are_hired_one_after_the_other(cast: Any, session: Any, as_user: Login) -> None:
    need = asked_for(make_deal("精密件厂", by=cast.wang), NeedKind.TALENT, "工程师", 3, cast.wang)
    session.commit()
    wang = as_user(cast.wang)
    for name, step, amount in (("甲", "hired", ""), ("乙团队", "hired", "2"), ("丙", "failed", "")):
        wang.submit(f"/needs/{need.id}/approach", partner=name)
        one = session.scalars(sa.select(Approach).order_by(Approach.id.desc())).first()
        wang.submit(f"/needs/approaches/{one.id}", step=step, amount=amount)
    assert (read(need.id).met, read(need.id).gap) == (Decimal(3), Decimal(0))


def test_unmet_needs_of_every_kind_by_the_investment_they_hold_up(
    cast: Any, session: Any, as_user: Login
) -> None:
    small, large = (
        make_deal(name, by=cast.wang, planned_wan=Decimal(sum_))
        for name, sum_ in (("小项目", 900), ("大项目", 90_000))
    )
    road = make_project("一条路", cast.wang, planned_wan=Decimal(5_000))
    other = make_deal("别的单位的", by=cast.li, planned_wan=Decimal(500_000))
    for subject, kind, amount in (
        (small, NeedKind.TALENT, 2),
        (large, NeedKind.LAND, 60),
        (large, NeedKind.FINANCE, 800),
        (road, NeedKind.LAND, 9),
    ):
        asked_for(subject, kind, kind.label, amount, cast.wang)
    asked_for(other, NeedKind.LAND, "用地", 99, cast.li)
    paid = asked_for(small, NeedKind.FINANCE, "流动资金", 100, cast.wang)
    session.add(
        Approach(
            need=paid,
            partner="某行",
            on_day=dt.date(2013, 1, 1),
            step=Step.DRAWN,
            step_on=dt.date(2013, 2, 1),
            amount=Decimal(100),
        )
    )
    session.commit()
    assert [one.subject.name for one in queries.ranked(cast.wang)] == ["大项目", "大项目", "一条路", "小项目"]
    lacks = {one.kind: (one.count, one.gap, one.investment_wan) for one in queries.lacks(cast.wang)}
    assert lacks[NeedKind.LAND] == (2, Decimal(69), Decimal(95_000)) and lacks[NeedKind.FINANCE][:2] == (
        1,
        Decimal(800),
    )
    assert lacks[NeedKind.TECHNOLOGY] == (0, 0, 0)
    assert queries.ranked(cast.zhou)[0].subject.name == "别的单位的"
    rows = as_user(cast.wang).see("/needs/unmet").rows()
    assert [line[0] for line in rows] == ["大项目", "大项目", "一条路", "小项目"]
    asked_for(large, NeedKind.TALENT, "技工", 5, cast.wang)
    asked_for(large, NeedKind.TALENT, "工程师", 5, cast.wang)
    grown = make_project("大项目一期", cast.wang, deal_id=large.id)
    asked_for(grown, NeedKind.TALENT, "普工", 5, cast.wang)
    lacks = {one.kind: (one.count, one.gap, one.investment_wan) for one in queries.lacks(cast.wang)}
    assert lacks[NeedKind.TALENT] == (4, Decimal(17), Decimal(90_900)), "a deal waits once, whatever it lacks"
    large.state, large.state_reason = DealState.LAPSED, "散了"
    session.commit()
    assert [one.subject.name for one in queries.ranked(cast.wang)] == ["一条路", "小项目"]


@pytest.mark.on("sqlite")
def test_two_at_a_time(cast: Any, session: Any, as_user: Login) -> None:
    need = asked_for(make_deal("精密件厂", by=cast.wang), NeedKind.LAND, "厂房", 6, cast.wang)
    session.commit()
    wang, edit = as_user(cast.wang), f"/needs/{need.id}/edit"
    version = wang.see(edit).one("input", name="version").get("value")
    wang.submit(edit, measure="同事改的")
    answer = wang.submit(edit, measure="我改的", version=version)
    assert answer.status_code == 409 and "同事改的" in answer.said
