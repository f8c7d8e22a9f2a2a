"""The report's figures come out of the demo district's rows, and each leads to the names behind it."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from crm.db import db
from crm.delivery import actions, queries
from crm.delivery.models import KeyProject, ListEntry, Milestone, ProjectList, ProjectYear, Seat
from crm.delivery.status import BuildKind, NodeKind, Status
from crm.delivery.timetable import Paper

pytestmark = pytest.mark.usefixtures("district")


def roll(kind: str) -> ProjectList:
    return db.session.scalars(sa.select(ProjectList).filter_by(kind=kind, year=2013)).one()


def count(*where: Any) -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(KeyProject).where(*where)) or 0


NEW = queries.built_as(2013, BuildKind.NEW)


def test_sixty_six_projects_of_the_year_forty_six_of_them_new() -> None:
    assert count(queries.built_as(2013)) == 66
    assert count(NEW) == 46


@pytest.mark.parametrize(
    ("kind", "projects"),
    [("省重点", 4), ("市重点", 25), ("区重点建设", 37), ("区重点工业", 29), ("互看互学", 10)],
)
def test_the_lists_hold_as_many_as_the_report_says(kind: str, projects: int) -> None:
    assert count(queries.on_list(roll(kind).id)) == projects


def test_the_plans_of_the_citys_key_projects_sum_to_two_thousand_three_hundred_forty_million(
    district: Any,
) -> None:
    everything, seen, cents = queries.sums_of(district["leader"], [roll("市重点").id])[roll("市重点").id]
    assert (everything, seen, Decimal(cents) / 100 / 10_000) == (25, 25, Decimal("23.40"))


def test_a_project_on_three_lists_counts_once() -> None:
    on_any = sa.select(ListEntry.project_id).group_by(ListEntry.project_id).having(sa.func.count() >= 3)
    several = db.session.scalars(on_any).all()
    assert several
    entries = db.session.scalar(sa.select(sa.func.count()).select_from(ListEntry))
    assert entries == 4 + 25 + 37 + 29 + 10
    assert count(KeyProject.id.in_(sa.select(ListEntry.project_id))) == 66
    planned = db.session.scalar(
        sa.select(sa.func.sum(ProjectYear.planned_wan)).where(ProjectYear.year == 2013)
    )
    on_lists = db.session.scalar(sa.select(sa.func.sum(ListEntry.planned_wan)))
    assert planned < on_lists


def test_the_start_rate_is_31_of_46_with_fifteen_names(district: Any, as_user: Any) -> None:
    assert count(NEW, KeyProject.status == Status.NOT_STARTED) == 15
    page = as_user(district["auditor"]).see("/projects/rates")
    assert "31/46 = 67.4%" in page.text
    names = {
        row.name
        for row in db.session.scalars(
            sa.select(KeyProject).where(NEW, KeyProject.status == Status.NOT_STARTED)
        )
    }
    assert len(names) == 15 and all(name in page.text for name in names)
    assert "中联重科项目" in names and "万灵电缆项目" in names


def test_of_the_citys_key_projects_12_of_16_have_started(district: Any, as_user: Any) -> None:
    page = as_user(district["leader"]).see("/projects/rates")
    assert "12/16 = 75.0%" in page.text
    here = next(
        url for url in page.links if f"list={roll('市重点').id}" in url and "status=not_started" in url
    )
    assert as_user(district["leader"]).see(here).text.count("未开工") >= 4
    assert count(NEW, queries.on_list(roll("市重点").id), KeyProject.status == Status.NOT_STARTED) == 4


def test_the_outlook_says_80_per_cent_after_august_and_all_after_the_third_quarter(
    district: Any, as_user: Any
) -> None:
    text = as_user(district["leader"]).see("/projects/rates").text
    assert "37/46 = 80.4%" in text and "市重点 16/16 = 100.0%" in text and "46/46 = 100.0%" in text


def test_when_the_six_august_starts_have_happened_the_rates_are_37_of_46_and_16_of_16(
    district: Any, as_user: Any
) -> None:
    until = (dt.date(2013, 8, 1), dt.date(2013, 8, 31))
    six = db.session.scalars(sa.select(KeyProject).where(queries.planned(NodeKind.START, until))).all()
    assert len(six) == 6
    for project in six:
        actions.advance(project, on_day=dt.date(2013, 7, 25), actor=district["admin"])
    page = as_user(district["leader"]).see("/projects/rates")
    assert "37/46 = 80.4%" in page.text and "16/16 = 100.0%" in page.text


def test_twenty_four_of_the_districts_construction_projects_are_being_built() -> None:
    assert count(queries.on_list(roll("区重点建设").id), KeyProject.status == Status.BUILDING) == 24


def test_every_ninth_project_lacks_its_roadmap_and_nothing_else() -> None:
    lacking = set(db.session.scalars(sa.select(KeyProject.id).where(queries.lacking(Paper.ROADMAP))))
    rows = db.session.scalars(
        sa.select(KeyProject).where(queries.built_as(2013)).order_by(KeyProject.id)
    ).all()
    of_the_year = [row.id for row in rows]
    assert {of_the_year.index(id) + 1 for id in lacking & set(of_the_year)} == {9, 18, 27, 36, 45, 54, 63}
    for paper in (Paper.TIMETABLE, Paper.PLEDGE):
        assert not count(queries.built_as(2013), queries.lacking(paper))


def test_all_sixty_six_have_their_four_seats_filled() -> None:
    assert not count(queries.built_as(2013), sa.or_(*(queries.empty_seat(seat) for seat in Seat)))


def test_each_leader_leads_five_or_six(district: Any) -> None:
    led = {user.name: n for user, n in queries.leaders_with_projects(district["leader"])}
    assert sum(led.values()) == 66 and set(led.values()) <= {5, 6} and len(led) == 12


def test_what_is_built_produces_unless_it_is_not_meant_to(district: Any, as_user: Any) -> None:
    text = as_user(district["leader"]).see("/projects/rates").text
    assert "投产率" in text and "2/3 = 66.7%" in text, "普星热电 is built and does not produce yet"
    assert count(KeyProject.name == "省市重点项目安置工程", ~KeyProject.is_productive) == 1


def test_milestones_are_reached_when_the_rows_say_so() -> None:
    early = sa.select(Milestone).where(Milestone.kind == NodeKind.START, Milestone.actual_on.is_(None))
    assert len(db.session.scalars(early).all()) == 15
