"""互看互学: each against its own plan; the formula is seen, and kept in versions."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal as D
from typing import Any

import pytest
import sqlalchemy as sa

from crm.audit.models import Event
from crm.contests import queries, scoring
from crm.contests.models import ContestFormula
from crm.contests.scoring import Entry, Formula, Row, ranked, score_of, streak_of
from crm.db import db
from crm.delivery import queries as delivery
from crm.delivery.models import KeyProject, ProgressEntry, ProjectYear
from crm.delivery.status import BuildKind, Status
from crm.delivery.weeks import Pace, pace_of, time_progress
from tests.delivery.make import TODAY, make_list, make_node, make_project

MONDAY = dt.date(2013, 7, 22)
NEW = {
    "investment": "50",
    "weekly": "30",
    "milestones": "20",
    "from_on": "2013-08-01",
    "reason": "周报要重些",
}


def test_time_goes_by_in_days_or_in_whole_months() -> None:
    assert time_progress(dt.date(2013, 6, 30)) == D("49.6")
    assert time_progress(dt.date(2013, 6, 30), by_months=True) == D(50)
    assert time_progress(dt.date(2013, 6, 29), by_months=True) == D("41.7")
    assert time_progress(dt.date(2013, 1, 30), by_months=True) == D(0)
    assert time_progress(dt.date(2013, 12, 31), by_months=True) == D(100)


@pytest.mark.parametrize(
    ("done", "planned", "pace"),
    [(100, 100, Pace.DONE), (120, 100, Pace.DONE), (99, 100, Pace.ON_TIME), (50, 100, Pace.ON_TIME),
     (49, 100, Pace.BEHIND), (0, 100, Pace.BEHIND), (10, 0, None)],
)  # fmt: skip
def test_the_three_groups_hold_their_borders(done: int, planned: int, pace: Pace | None) -> None:
    assert pace_of(D(done), D(planned), D(50)) is pace


def entry(planned: int, done: int, **more: int) -> Entry:
    return Entry(None, D(planned), D(done), None, **more)


def test_the_score_weighs_three_parts_and_leaves_out_what_there_is_nothing_of() -> None:
    formula = Formula(1, 60, 20, 20, TODAY)
    full = entry(100, 50, weeks_due=4, weeks_told=3, nodes_due=2, nodes_kept=1)
    assert score_of(full, formula) == D("55.0")  # 50 * .6 + 75 * .2 + 50 * .2
    assert score_of(entry(100, 50), formula) == D("50.0")
    assert score_of(entry(100, 250), formula) == D("100.0"), "more than the plan is the plan"
    assert score_of(entry(0, 250, weeks_due=4, weeks_told=4), formula) == D("100.0")
    assert score_of(entry(0, 0), formula) is None
    assert score_of(entry(100, 50, nodes_due=1, nodes_kept=1), Formula(2, 0, 0, 100, TODAY)) == D("100.0")


def test_a_big_one_and_a_small_one_are_each_held_to_their_own_plan() -> None:
    rows = [
        Row("大镇", [entry(10_000, 4_000), entry(0, 9_999)]),
        Row("小乡", [entry(100, 90)]),
        Row("平乡", [entry(200, 180)]),
        Row("空", []),
    ]
    found = ranked(rows, scoring.FIRST)
    assert [(row.label, row.rank) for row in found] == [("小乡", 1), ("平乡", 1), ("大镇", 3), ("空", None)]
    assert found[2].ratio == D(40), "what has no plan does not lift the share"


def test_a_streak_runs_to_this_week_or_to_the_last_while_this_one_is_open() -> None:
    weeks = {MONDAY - dt.timedelta(weeks=n) for n in (1, 2, 4)}
    assert streak_of(weeks, MONDAY) == 2
    assert streak_of(weeks | {MONDAY}, MONDAY) == 3
    assert streak_of({MONDAY - dt.timedelta(weeks=2)}, MONDAY) == 0


def test_the_list_of_projects_asks_the_base_what_the_rule_says(app: Any, cast: Any) -> None:
    amounts = [(100, 100), (100, 99), (100, 57), (100, 56), (1000, 564), (1000, 563), (3, 0), (0, 0), (0, 5)]
    for number, (planned, done) in enumerate(amounts):
        year = make_project(f"项目{number}", cast.wang).years[0]
        year.planned_wan, year.done_wan = D(planned), D(done)
    db.session.flush()
    time = delivery.time_progress(TODAY)
    assert time == D("56.4")
    for pace in Pace:
        asked = sa.select(KeyProject.name).where(delivery.at_pace(pace, TODAY))
        want = {f"项目{n}" for n, (p, d) in enumerate(amounts) if pace_of(D(d), D(p), time) is pace}
        assert want and set(db.session.scalars(asked)) == want


def test_weeks_and_milestones_count_for_those_who_had_some_due(app: Any, cast: Any) -> None:
    busy = make_project("在建", cast.wang, status=Status.BUILDING)
    make_project("新开的", cast.wang, status=Status.BUILDING, status_since=MONDAY)
    make_project("没开工", cast.wang)
    for weeks_ago in (0, 1, 2, 9):
        week = MONDAY - dt.timedelta(weeks=weeks_ago)
        db.session.add(ProgressEntry(project=busy, week_on=week, progress="主体", done_wan=D(1)))
    make_node(busy, "按时", dt.date(2013, 5, 1), actual_on=dt.date(2013, 5, 1))
    make_node(busy, "晚了", dt.date(2013, 6, 1), actual_on=dt.date(2013, 6, 2))
    make_node(busy, "去年的", dt.date(2012, 6, 1), actual_on=dt.date(2012, 6, 1))
    make_node(busy, "以后的", dt.date(2013, 9, 1))
    busy.years.append(ProjectYear(year=2014, build_kind=BuildKind.CONTINUED, planned_wan=D(7)))
    db.session.flush()
    assert [one.planned for one in queries.entries(cast.wang, dt.date(2014, 1, 1))] == [D(7)], "a Wednesday"
    first, second, third = queries.entries(cast.wang, TODAY)
    assert (first.weeks_due, first.weeks_told, first.streak, first.is_quiet) == (4, 2, 3, False)
    assert (first.nodes_due, first.nodes_kept) == (2, 1)
    assert (second.weeks_due, second.is_quiet) == (0, True)
    assert (third.weeks_due, third.is_quiet) == (0, False)
    assert queries.told_by_week([first], TODAY, weeks=3) == [
        (MONDAY - dt.timedelta(weeks=2), 1), (MONDAY - dt.timedelta(weeks=1), 1), (MONDAY, 1),
    ]  # fmt: skip


def test_everybody_sees_the_table_of_what_he_may_see_and_the_formula(
    app: Any, cast: Any, as_user: Any
) -> None:
    ahead, behind = make_project("快的", cast.wang), make_project("慢的", cast.li)
    ahead.years[0].done_wan, behind.years[0].done_wan = D(1000), D(1)
    roll = make_list("互看互学", cast.chen, ahead, behind, issued_on=TODAY)
    db.session.commit()
    page = as_user(cast.zheng).see("/contest")
    assert "快的" in page.text and "慢的" in page.text and "100.0%" in page.text
    assert "第 1 版" in page.text and "得分 =" in page.text
    assert f"/projects?built=2013-new&built=2013-continued&list={roll.id}&pace=behind" in " ".join(page.links)
    assert "慢的" not in as_user(cast.wang).see("/contest").text
    for way, shown in (("area", "乡镇街道与乡镇街道"), ("line", "还没有人"), ("class", "新建")):
        assert shown in as_user(cast.zhou).see(f"/contest?by={way}").text
    assert "互看互学" in as_user(cast.zhou).see("/contest?roll=all").text
    for wrong in ("by=zzz", "roll=99", "roll=x", "formula=7", "formula=x"):
        as_user(cast.zhou).see(f"/contest?{wrong}", 404)


def test_a_new_version_follows_and_the_old_one_can_still_be_asked(app: Any, cast: Any, as_user: Any) -> None:
    answer = as_user(cast.zhou).submit("/contest/formulas/new", **NEW)
    assert answer.went_to == "/contest/formulas"
    row = db.session.scalars(sa.select(ContestFormula)).one()
    assert (row.number, row.investment, row.from_on) == (2, 50, dt.date(2013, 8, 1))
    event = db.session.scalars(sa.select(Event).filter_by(verb="contest_formula.set")).one()
    assert event.note == "周报要重些" and event.actor_id == cast.zhou.id
    assert queries.formula_on(TODAY).number == 1 and queries.formula_on(dt.date(2013, 8, 1)).number == 2
    text = as_user(cast.zheng).see("/contest/formulas").text
    assert "第 2 版" in text and "第 1 版" in text and "周报要重些" in text
    make_project("一个", cast.wang)
    db.session.commit()
    assert "这里是按旧版或将来的版本试算" in as_user(cast.zheng).see("/contest?formula=2").text


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"weekly": "40"}, "加起来要等于 100，现在是 110"),
        ({"weekly": "三十"}, "请填 0 到 100 的整数"),
        ({"from_on": "2013-07-01"}, "不能改已经过去的排名"),
        ({"investment": "60", "weekly": "20"}, "和第 1 版一样"),
        ({"reason": ""}, "请填写为什么改"),
    ],
)
@pytest.mark.on("sqlite")
def test_what_does_not_hold_is_refused_and_kept(
    app: Any, cast: Any, as_user: Any, typed: dict[str, str], sentence: str
) -> None:
    answer = as_user(cast.admin).submit("/contest/formulas/new", **(NEW | typed))
    assert answer.status_code == 422 and sentence in answer.said
    assert not db.session.scalars(sa.select(ContestFormula)).all()


@pytest.mark.on("sqlite")
def test_only_who_answers_for_the_district_sets_it_and_looking_sets_nothing(
    app: Any, cast: Any, as_user: Any
) -> None:
    for user in (cast.wang, cast.chen, cast.zheng):
        as_user(user).see("/contest/formulas/new", 403)
    as_user(cast.zhou).see("/contest/formulas/new?investment=10")
    assert not db.session.scalars(sa.select(ContestFormula)).all()


@pytest.mark.on("sqlite")
def test_the_ten_of_the_demo_district_stand_in_groups_of_two_four_and_four(
    district: Any, as_user: Any
) -> None:
    """At the end of June by days (49.6) and on the demo's own day by whole months (50.0)."""
    roll = next(one for one in delivery.rolls(2013) if one.kind == "互看互学")
    for day in (dt.date(2013, 6, 30), dt.date(2013, 7, 25)):
        found = queries.entries(district["leader"], day, roll.id)
        assert [sum(one.pace is pace for one in found) for pace in Pace] == [2, 4, 4], day
    assert all(
        pace_of(one.done, one.planned, time_progress(dt.date(2013, 6, 30))) is one.pace for one in found
    )
    page = as_user(district["leader"]).see("/contest")
    for pace, n in zip(Pace, (2, 4, 4), strict=True):
        assert f"{pace.label}{n}" in page.text.replace(" ", "").replace("\n", "")
    assert "石华线" in page.text and "51.0%" in page.text and "本周无进展" in page.text
    everything = queries.entries(district["leader"], dt.date(2013, 7, 25))
    assert len(everything) == 66
    assert sum(one.is_quiet for one in found) == 2
