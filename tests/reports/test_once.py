"""年考核: 「one project assessed once, within two years」."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm.db import db
from crm.deals.models import Deal
from crm.deals.stages import Stage
from crm.indicators import queries as indicator_queries
from crm.lib import clock
from crm.reports import actions, counting, queries
from crm.reports.appraisal import FIRST, again
from crm.reports.models import Edition
from crm.reports.periods import ReportKind
from tests.deals.make import make_deal
from tests.reports.test_reports import lines_of

D = dt.date.fromisoformat


@pytest.mark.parametrize(
    ("rows", "assessed", "left"),
    [
        ([], set(), {}),
        ([(1, 1), (2, 2)], set(), {}),
        ([(1, 1), (2, 2)], {2}, {2: True}),
        ([(1, 1), (2, 1), (3, 1)], set(), {2: False, 3: False}),
        ([(2, 1), (3, 1)], set(), {3: False}),  # the first deal is of another year: the first increase counts
        ([(2, 1), (3, 1)], {1}, {2: True, 3: True}),
        ([(5, 5), (2, 1)], {9}, {}),
    ],
)
def test_the_first_of_a_project_counts_unless_it_was_assessed(rows, assessed, left) -> None:
    assert again(rows, assessed) == left


@given(
    st.lists(st.tuples(st.integers(1, 9), st.integers(1, 4)), unique_by=lambda row: row[0]),
    st.sets(st.integers(1, 4)),
)
@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
def test_a_project_never_counts_twice(rows, assessed) -> None:
    left = again(rows, assessed)
    counted = [project for row, project in rows if row not in left]
    assert len(counted) == len(set(counted)) and not assessed & set(counted)
    assert {project for _row, project in rows} - assessed == set(counted)


def signed(name: str, by: Any, day: str, **columns: Any) -> Deal:
    deal = make_deal(
        name, by, stage=Stage.SIGNED, signed_on=D(day), **{"planned_wan": Decimal(3_000), **columns}
    )
    db.session.commit()
    return deal


@pytest.fixture
def goals(cast: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    told = {"signed_deals": {cast.wang.unit_id: Decimal(4), cast.li.unit_id: Decimal(4)}}
    monkeypatch.setattr(indicator_queries, "TARGETS", [lambda period: told])


def yearly(cast: Any, year: int) -> Edition:
    with clock.freeze(dt.datetime(year + 1, 1, 9, 2, tzinfo=dt.UTC)):
        report = actions.draft(ReportKind.YEARLY, year, 1, actor=cast.admin)
        actions.submit(report, actor=cast.admin)
        actions.check(report, actor=cast.zhou)
        edition = actions.publish(report, actor=cast.zhou)
        db.session.commit()
    return edition


def points(edition: Edition) -> dict[str, str]:
    return {name: cells["signed_deals"][0] for name, _total, cells in edition.content["scores"]["lines"]}


def test_what_the_year_before_has_assessed_does_not_count_again(cast: Any, goals: None, as_user: Any) -> None:
    old, more, new = (signed("去年的项目", cast.wang, "2012-06-05"), signed("去年另一个", cast.wang, "2012-07-05"),
                      signed("今年的项目", cast.wang, "2013-02-01"))  # fmt: skip
    assert points(yearly(cast, 2012))["区招商局"] == "2"
    old.signed_on = D("2013-03-01")  # put right later, into the next year
    increase = signed("去年另一个的增资", cast.wang, "2013-04-01", increases_id=more.id)
    db.session.commit()
    with clock.freeze(dt.datetime(2014, 1, 9, 2, tzinfo=dt.UTC)):
        draft = actions.draft(ReportKind.YEARLY, 2013, 1, actor=cast.admin)
        db.session.commit()
        drafted = as_user(cast.admin).see(f"/reports/{draft.id}").text
        assert "没有再计的项目" in drafted and "2012 年考核已经计过" in drafted, "before it is published too"
        actions.drop(draft, actor=cast.admin)
        db.session.commit()
    edition = yearly(cast, 2013)
    assert points(edition)["区招商局"] == "1" and edition.content["scores"]["left_out"] == {"signed_deals": 2}
    assert [line[1] for line in edition.rows["once:signed_deals"]["lines"]] == [old.id, increase.id]
    url = f"/reports/{edition.report_id}/versions/1"
    page = as_user(cast.zhou).see(url)
    assert "没有再计的项目" in page.text and "2012 年考核已经计过" in page.text
    assert "按“两年内只考核一次”没有再计的：签约项目 2 个" in page.text
    behind = as_user(cast.zhou).see(f"{url}/rows?figure=signed_deals&unit=区招商局")
    told = lines_of(behind)
    marked = {name for name in told if "不计分" in told[name]}
    assert len(told) == 4 and len(marked) == 2 and not any(new.name in name for name in marked)
    admin = as_user(cast.admin)
    assert admin.post(f"{url}/excel", data={"csrf_token": admin.token()}).status_code == 200
    assert as_user(cast.zhou).get(f"{url}/word").status_code == 200
    # A year later neither is barred any more by 2012, and what 2013 counted is.
    new.signed_on = old.signed_on = D("2014-05-01")
    db.session.commit()
    assert points(yearly(cast, 2014))["区招商局"] == "1"


def test_what_stays_with_another_unit_is_left_out_of_what_its_reader_sees(
    cast: Any, goals: None, as_user: Any
) -> None:
    old = signed("镇里的项目", cast.li, "2012-06-05")
    yearly(cast, 2012)
    old.signed_on = D("2013-03-01")
    db.session.commit()
    edition = yearly(cast, 2013)
    page = as_user(cast.wang).see(f"/reports/{edition.report_id}/versions/1").text
    assert "没有再计的：签约项目 1 个" in page and "镇里的项目" not in page
    assert "镇里的项目" in as_user(cast.li).see(f"/reports/{edition.report_id}/versions/1").text


@pytest.mark.on("sqlite")
def test_one_project_and_its_increase_of_the_same_year_count_once_and_with_all_their_money(
    cast: Any, goals: None, as_user: Any
) -> None:
    first = signed("甲项目", cast.wang, "2013-02-01")
    signed("甲项目增资", cast.wang, "2013-05-01", increases_id=first.id)
    admin = as_user(cast.admin)
    page = admin.see("/reports/appraisal").text
    assert "1 个 / 4 个" in page and "和另一笔（原投资或增资）是同一个项目" in page and "25.00" in page
    cast.admin.locale = "en"
    db.session.commit()
    assert "the same project as" in as_user(cast.admin).see("/reports/appraisal").text
    cast.admin.locale = "zh"
    db.session.commit()
    keys = [
        field.get("name")
        for field in admin.see("/reports/appraisal/scheme").all("input")
        if "weight_" in (field.get("name") or "")
    ]
    weights = dict.fromkeys(keys, "0") | {keys[_at("signed_wan", cast)]: "100"}
    admin.submit("/reports/appraisal/scheme", **weights, cap="100", reason="只看金额")
    assert queries.scheme().once and counting.left_out(queries.scheme(), _year(), cast.admin) == {}


@pytest.mark.on("sqlite")
def test_a_version_may_do_without_and_says_so(cast: Any, goals: None, as_user: Any) -> None:
    first = signed("甲项目", cast.wang, "2013-02-01")
    signed("甲项目增资", cast.wang, "2013-05-01", increases_id=first.id)
    assert FIRST.once
    actions.set_scheme({"signed_deals": 100}, 100, "重复也算", actor=cast.admin, once=False)
    db.session.commit()
    assert not queries.scheme().once
    page = as_user(cast.admin).see("/reports/appraisal").text
    assert "2 个 / 4 个" in page and "没有再计的项目" not in page and "数项目的指标里" not in page


def _year() -> Any:
    return counting.Window(D("2013-01-01"), D("2013-12-31"))


def _at(key: str, cast: Any) -> int:
    from crm.indicators import catalogue

    return [one for one, _label in catalogue.choices(cast.admin)].index(key)
