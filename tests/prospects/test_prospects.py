"""The three batches: listed with an owner and a day, met, turned into a deal or given up."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import sqlalchemy as sa

from crm.audit.models import Event
from crm.db import db
from crm.deals.models import Deal
from crm.deals.stages import Stage
from crm.lib import clock
from crm.missions.models import Mission, Outcome, Stop
from crm.prospects import queries
from crm.prospects.models import GroupKind, Progress, Prospect, TargetBatch
from tests.cast import make_contact, make_deal, make_enterprise

TODAY = dt.date(2013, 7, 25)
LISTED = {
    "batch": "major_groups",
    "group_kind": "listed",
    "name": "上市公司乙新工厂",
    "contact_by": "2013-08-20",
}


def prospects() -> list[Prospect]:
    return list(db.session.scalars(sa.select(Prospect).order_by(Prospect.id)))


def events(verb: str) -> list[Event]:
    return list(db.session.scalars(sa.select(Event).filter_by(verb=verb).order_by(Event.id)))


def make_prospect(name: str, by: Any, **columns: Any) -> Prospect:
    given = {
        "batch": TargetBatch.INDUSTRY,
        "unit_id": by.unit_id,
        "owner_id": by.id,
        "contact_by": TODAY,
        "listed_at": clock.start_of(TODAY - dt.timedelta(days=30)),
    } | columns
    prospect = Prospect(name=name, **given)
    db.session.add(prospect)
    db.session.commit()
    return prospect


def convert(client: Any, prospect: Prospect, **typed: Any) -> Any:
    url = f"/prospects/{prospect.id}/convert"
    given = {"planned_wan": "1.2亿", "next_step": "上门洽谈", "next_due_on": "2013-08-01"} | typed
    return client.submit(url, _to=url, **given)


def test_a_target_is_listed_with_who_goes_and_by_when(cast: Any, as_user: Any) -> None:
    firm = make_enterprise("乙股份有限公司", by=cast.wang)
    db.session.commit()
    answer = as_user(cast.wang).submit("/prospects/new", **LISTED, investor=firm.name, plan="八月上门")
    new = prospects()[0]
    assert answer.went_to == f"/prospects/{new.id}"
    assert (new.group_kind, new.enterprise_id, new.unit_id, new.owner_id) == (
        GroupKind.LISTED, firm.id, cast.wang.unit_id, cast.wang.id,
    )  # fmt: skip
    assert events("prospect.listed")[0].record_id == new.id
    wang = as_user(cast.wang)
    assert "上市公司乙新工厂" in wang.see("/prospects?q=新工厂").text
    assert "上市公司乙新工厂" in wang.see("/find?q=新工厂").text
    assert "三个一批" in wang.see(f"/enterprises/{firm.id}").text


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"contact_by": "2013-07-01"}, "日期已经过了"),
        ({"group_kind": ""}, "大集团大企业请选是哪一类"),
        ({"name": ""}, "请填写目标"),
        ({"investor": "没有这家公司"}, "资源库里没有"),
    ],
)
def test_what_cannot_be_listed_is_refused_and_kept(
    cast: Any, as_user: Any, typed: dict[str, str], sentence: str
) -> None:
    answer = as_user(cast.wang).submit("/prospects/new", **LISTED | typed, plan="八月上门")
    assert answer.status_code == 422 and sentence in answer.page.text and "八月上门" in answer.page.html
    assert not prospects()


def test_a_kind_is_only_of_large_groups(cast: Any, as_user: Any) -> None:
    as_user(cast.wang).submit("/prospects/new", **LISTED | {"batch": "research"})
    assert prospects()[0].group_kind is None


@pytest.mark.on("sqlite")
def test_the_second_batch_is_filtered_by_its_four_kinds(cast: Any, as_user: Any) -> None:
    """M06: 「央企、强企、高新技术企业和上市公司等大集团、大企业」"""
    for kind in GroupKind:
        make_prospect(f"甲{kind.value}", cast.wang, batch=TargetBatch.MAJOR_GROUPS, group_kind=kind)
    make_prospect("产业的", cast.wang)
    wang = as_user(cast.wang)
    assert "共 4 条" in wang.see("/prospects?batch=major_groups").text
    for kind in GroupKind:
        page = wang.see(f"/prospects?batch=major_groups&group_kind={kind.value}").text
        assert "共 1 条" in page and f"甲{kind.value}" in page


def test_a_contact_of_the_firm_since_it_was_listed_is_a_contact(cast: Any, session: Any) -> None:
    firm = make_enterprise("乙股份有限公司", by=cast.wang)
    make_contact("以前谈过", by=cast.wang, enterprise_id=firm.id,
                 happened_at=clock.start_of(TODAY - dt.timedelta(days=60)))  # fmt: skip
    prospect = make_prospect("乙", cast.wang, enterprise_id=firm.id)
    assert prospect.progress is Progress.WAITING
    make_contact("又谈过", by=cast.wang, enterprise_id=firm.id)
    db.session.commit()
    db.session.refresh(prospect)
    assert prospect.progress is Progress.CONTACTED


@pytest.mark.parametrize("progress", list(Progress))
def test_the_filter_says_what_the_badge_says(cast: Any, session: Any, progress: Progress) -> None:
    firm = make_enterprise("谈过的", by=cast.wang)
    make_contact("谈过", by=cast.wang, enterprise_id=firm.id)
    deal = make_deal("项目", by=cast.wang)
    for columns in (
        {}, {"enterprise_id": firm.id}, {"contacted_on": TODAY}, {"deal_id": deal.id},
        {"dropped_on": TODAY, "why_dropped": "没有意向"},
    ):  # fmt: skip
        make_prospect("目标", cast.wang, **columns)
    chosen = set(db.session.scalars(sa.select(Prospect.id).where(queries.is_in(progress))))
    assert chosen == {one.id for one in prospects() if one.progress is progress} and chosen


def test_planned_visits_and_visits_made_are_counted(cast: Any, session: Any) -> None:
    firm = make_enterprise("乙股份有限公司", by=cast.wang)
    mission = Mission(
        title="赴杭州", starts_on=TODAY, ends_on=TODAY, results_by=TODAY, unit_id=cast.wang.unit_id
    )
    mission.stops = [Stop(enterprise=firm), Stop(enterprise=firm, outcome=Outcome.FOLLOWED, told_on=TODAY)]
    db.session.add(mission)
    prospect = make_prospect("乙", cast.wang, enterprise_id=firm.id)
    assert (prospect.visits_planned, prospect.visits_done) == (1, 1)


def test_it_becomes_a_deal_and_keeps_the_link(cast: Any, as_user: Any) -> None:
    firm = make_enterprise("乙股份有限公司", by=cast.wang)
    prospect = make_prospect("乙新工厂", cast.wang, enterprise_id=firm.id, why="扩产")
    wang = as_user(cast.wang)
    answer = convert(wang, prospect)
    deal = db.session.scalars(sa.select(Deal)).one()
    assert answer.went_to == f"/deals/{deal.id}"
    assert (deal.name, deal.enterprise_id, deal.stage, deal.owner_id) == (
        "乙新工厂",
        firm.id,
        Stage.INTENDED,
        cast.wang.id,
    )
    db.session.refresh(prospect)
    assert prospect.deal_id == deal.id and prospect.progress is Progress.CONVERTED
    assert f"/deals/{deal.id}" in wang.see(f"/prospects/{prospect.id}").links
    assert convert(wang, prospect).status_code == 422  # once
    assert events("prospect.converted")[0].record_id == prospect.id


def test_a_firm_with_a_deal_already_needs_a_reason_for_another(cast: Any, as_user: Any) -> None:
    firm = make_enterprise("乙股份有限公司", by=cast.wang)
    make_deal("旧项目", by=cast.wang, enterprise_id=firm.id)
    prospect = make_prospect("乙新工厂", cast.wang, enterprise_id=firm.id)
    answer = convert(as_user(cast.wang), prospect)
    assert answer.status_code == 422 and "已有正在推进的项目" in answer.page.text
    assert prospects()[0].deal_id is None


def test_given_up_with_a_reason_and_taken_up_again(cast: Any, as_user: Any) -> None:
    prospect = make_prospect("乙", cast.wang)
    wang, url = as_user(cast.wang), f"/prospects/{prospect.id}"
    wang.submit(f"{url}/drop", _to=f"{url}/drop", why="已与外地签约")
    assert (
        prospects()[0].progress is Progress.DROPPED and events("prospect.dropped")[0].note == "已与外地签约"
    )
    assert convert_refused(wang, url)
    wang.submit(url, _to=f"{url}/take-up")
    assert prospects()[0].progress is Progress.WAITING
    wang.submit(url, _to=f"{url}/contacted")
    assert prospects()[0].contacted_on == TODAY and events("prospect.contacted")


def convert_refused(client: Any, url: str) -> bool:
    answer = client.submit(
        f"{url}/convert", _to=f"{url}/convert", name="甲", next_step="谈", next_due_on="2013-08-01"
    )
    return bool(answer.status_code == 422 and "已经放弃" in answer.page.text)


def test_counts_lead_to_their_targets_and_late_ones_stand_on_the_desk(cast: Any, as_user: Any) -> None:
    make_prospect("逾期的", cast.wang, contact_by=TODAY - dt.timedelta(days=1))
    make_prospect("还早的", cast.wang, batch=TargetBatch.RESEARCH, contact_by=TODAY + dt.timedelta(days=9))
    counted = {one.batch: (one.total, one.waiting, one.converted) for one in queries.counts(cast.wang)}
    assert counted[TargetBatch.INDUSTRY] == (1, 1, 0) == counted[TargetBatch.RESEARCH]
    assert counted[TargetBatch.MAJOR_GROUPS] == (0, 0, 0)
    wang = as_user(cast.wang)
    assert "我负责的、过了期限还没有接触的目标" in wang.see("/").text
    late = wang.see("/prospects?owner=me&late=1").text
    assert "逾期的" in late and "还早的" not in late


def test_others_see_nothing_and_readers_change_nothing(cast: Any, as_user: Any) -> None:
    firm = make_enterprise("别的单位的企业", by=cast.li)
    prospect = make_prospect("乙", cast.wang, enterprise_id=firm.id)
    li, zheng, wang = as_user(cast.li), as_user(cast.zheng), as_user(cast.wang)
    assert wang.get(f"/enterprises/{firm.id}").status_code == 200  # whoever is to win a firm reads of it
    assert zheng.get(f"/prospects/{prospect.id}").status_code == 200
    for way in ("", "/edit", "/drop", "/convert"):
        assert li.get(f"/prospects/{prospect.id}{way}").status_code == 404, way
    for way in ("/edit", "/drop", "/convert"):
        assert zheng.get(f"/prospects/{prospect.id}{way}").status_code == 403, way
    other = make_prospect("陈主任的", cast.chen)
    assert wang.get(f"/prospects/{other.id}").status_code == 200
    assert wang.get(f"/prospects/{other.id}/edit").status_code == 403
