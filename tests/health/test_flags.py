"""The four flags: each at its border, as a rule and as a question to the base, on its page and where it must be seen."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from itertools import product
from typing import Any

import pytest
import sqlalchemy as sa

from crm.capital.models import PaidIn, PaidInState, PaidKind, VoucherKind
from crm.db import db
from crm.deals.models import Deal
from crm.deals.stages import DealState, SourceScope, Stage
from crm.delivery.models import ProjectMove
from crm.delivery.status import Status
from crm.health import queries
from crm.health.flags import Flag, Limits, Standing, months_before, raised, reason
from crm.org import settings
from tests.cast import make_deal
from tests.delivery.make import make_project

TODAY = dt.date(2013, 7, 25)
LIMITS = Limits()
LONG_AGO = dt.date(2011, 3, 1)


def test_months_before_keeps_to_the_end_of_a_short_month() -> None:
    assert months_before(dt.date(2013, 7, 25), 12) == dt.date(2012, 7, 25)
    assert months_before(dt.date(2013, 5, 31), 3) == dt.date(2013, 2, 28)
    assert months_before(dt.date(2013, 1, 15), 1) == dt.date(2012, 12, 15)
    assert months_before(dt.date(2012, 3, 31), 1) == dt.date(2012, 2, 29)


@pytest.mark.parametrize(
    ("deal", "flags"),
    [
        (Standing(dt.date(2012, 7, 25)), []),  # a year to the day is not over a year
        (Standing(dt.date(2012, 7, 24)), [Flag.NOT_STARTED]),
        (Standing(LONG_AGO, started_on=dt.date(2013, 7, 1)), []),
        (Standing(LONG_AGO, started_on=dt.date(2013, 4, 25)), []),  # three months to the day
        (Standing(LONG_AGO, started_on=dt.date(2013, 4, 24)), [Flag.NO_MONEY]),
        (Standing(LONG_AGO, started_on=LONG_AGO, last_paid_on=dt.date(2013, 4, 25)), []),
        (Standing(LONG_AGO, started_on=LONG_AGO, last_paid_on=dt.date(2013, 4, 24)), [Flag.NO_MONEY]),
        (Standing(LONG_AGO, started_on=LONG_AGO, is_built=True), []),  # of what is built no more money is asked
        (Standing(LONG_AGO, started_on=LONG_AGO, is_built=True, base_wan=Decimal(100), paid_wan=Decimal(15)), []),
        (Standing(LONG_AGO, started_on=LONG_AGO, is_built=True, base_wan=Decimal(1000), paid_wan=Decimal(149)),
         [Flag.LITTLE_MONEY]),
        (Standing(LONG_AGO, started_on=dt.date(2013, 1, 25), is_built=True, base_wan=Decimal(100)), []),
        (Standing(TODAY, base_wan=Decimal(100), paid_wan=Decimal(40), works_percent=10.0), []),
        (Standing(TODAY, base_wan=Decimal(100), paid_wan=Decimal(41), works_percent=10.0), [Flag.MISMATCH]),
        (Standing(TODAY, base_wan=Decimal(100), paid_wan=Decimal(10), works_percent=41.0), [Flag.MISMATCH]),
        (Standing(TODAY, works_percent=90.0), []),  # of how much nobody has said
    ],
)  # fmt: skip
def test_each_flag_at_its_border(deal: Standing, flags: list[Flag]) -> None:
    assert raised(deal, LIMITS, TODAY) == flags
    assert all(reason(flag, deal, TODAY) for flag in flags)


def pay(deal: Deal, amount: int, on_day: dt.date, state: PaidInState = PaidInState.RECOGNISED) -> None:
    counts = state is PaidInState.RECOGNISED
    db.session.add(PaidIn(
        deal=deal, unit_id=deal.unit_id, arrived_on=on_day, counts_on=on_day, amount_wan=Decimal(amount), state=state,
        origin=SourceScope.OUT_OF_PROVINCE, kind=PaidKind.CASH, voucher_kind=VoucherKind.BANK, payer="甲",
        share_percent=100 if counts else None, counted_wan=Decimal(amount if counts else 0),
    ))  # fmt: skip


def test_the_base_is_asked_what_the_rule_says(app: Any, cast: Any) -> None:
    """Every mix of signing, start, money and works, on both engines."""
    signed = (dt.date(2012, 7, 24), dt.date(2012, 7, 25))
    starts = (None, dt.date(2013, 1, 24), dt.date(2013, 4, 25), dt.date(2013, 7, 1))
    moneys = ((), ((149, dt.date(2013, 4, 24)),), ((150, dt.date(2013, 4, 25)), (351, dt.date(2013, 2, 1))))
    works = (None, 0, 400, 1000)
    for number, (day, start, money, done) in enumerate(product(signed, starts, moneys, works)):
        started = start is not None
        deal = make_deal(
            f"项目{number}", by=cast.wang, signed_on=day, planned_wan=Decimal(1000),
            stage=Stage.STARTED if started and done is None else Stage.SIGNED, stage_since=start or day,
        )  # fmt: skip
        for amount, on_day in money:
            pay(deal, amount, on_day)
        pay(deal, 900, TODAY, PaidInState.DECLARED)  # nobody has recognised it
        if done is not None:
            project = make_project(
                f"工程{number}", cast.wang, deal=deal,
                status=Status.NOT_STARTED if not started else Status.COMPLETED if done == 1000 else Status.BUILDING,
            )  # fmt: skip
            project.years[0].done_wan = Decimal(done)
            if start:
                project.moves.append(ProjectMove(to_status=Status.BUILDING, on_day=start))
    db.session.commit()
    standings = queries.standings(db.session.scalars(sa.select(Deal.id)).all())
    assert len(standings) == 96
    for flag in Flag:
        by_rule = {id for id, one in standings.items() if flag in raised(one, LIMITS, TODAY)}
        by_base = set(db.session.scalars(
            queries.visible_to(cast.wang).where(queries.raised(flag, LIMITS, TODAY)).with_only_columns(Deal.id)
        ))  # fmt: skip
        assert by_rule and by_base == by_rule, flag
    assert queries.counts(cast.wang)[Flag.NOT_STARTED] == 12


def test_what_was_given_up_or_is_still_talked_about_raises_nothing(app: Any, cast: Any) -> None:
    make_deal(
        "终止的",
        by=cast.wang,
        signed_on=LONG_AGO,
        stage=Stage.SIGNED,
        state=DealState.LAPSED,
        state_reason="散了",
    )
    make_deal("退回在谈的", by=cast.wang, signed_on=LONG_AGO, stage=Stage.NEGOTIATING)
    held = make_deal(
        "暂缓的",
        by=cast.wang,
        signed_on=LONG_AGO,
        stage=Stage.SIGNED,
        state=DealState.HELD,
        state_reason="等",
    )
    assert db.session.scalars(queries.visible_to(cast.wang)).all() == [held]


def test_the_list_the_deal_the_project_the_desk_and_the_file_all_say_it(
    app: Any, cast: Any, as_user: Any
) -> None:
    deal = make_deal("老项目", by=cast.wang, signed_on=LONG_AGO, stage=Stage.SIGNED, sponsor_id=cast.zhou.id)
    make_deal("新项目", by=cast.wang, signed_on=TODAY, stage=Stage.SIGNED)
    project = make_project("老项目工程", cast.wang, deal=deal)
    db.session.commit()
    wang, li = as_user(cast.wang), as_user(cast.li)
    page = wang.see("/health?flag=not_started")
    assert "老项目" in page.text and "新项目" not in page.text
    assert "2011-03-01 签约，已 877 天" in page.text and "签约超过 12 个月还没有开工" in page.text
    assert "签约久未开工" in wang.see(f"/deals/{deal.id}").text
    assert "签约久未开工" in wang.see(f"/projects/{project.id}").text
    assert "体检亮灯" in wang.see("/").text and "我挂联的、体检亮灯的项目" in as_user(cast.zhou).see("/").text
    assert "老项目" not in li.see("/health").text and "没有亮灯的项目" in li.see("/health").text
    assert "老项目" in as_user(cast.zheng).see("/health").text
    assert (
        "导出" in wang.see("/health").text
        and "导出" not in as_user(cast.zheng).see("/health?flag=mismatch").text
    )
    settings.put("health.unstarted_months", 100)
    db.session.commit()
    assert "老项目" not in wang.see("/health").text, "the setting moves the border"


@pytest.mark.usefixtures("district")
@pytest.mark.on("sqlite")
def test_the_demo_district_counts_what_is_signed_and_not_started(district: Any, as_user: Any) -> None:
    """凯泰 and 城市物流综合体 are successes of winning projects and 未开工 at once."""
    counts = queries.counts(district["leader"])
    at = Limits()
    names = {
        flag: {
            deal.name
            for deal in db.session.scalars(
                queries.visible_to(district["leader"]).where(queries.raised(flag, at, TODAY))
            ).unique()
        }
        for flag in Flag
    }
    assert {flag: len(found) for flag, found in names.items()} == counts
    assert {"凯泰汽车商贸综合体", "衢州城市物流综合体"} <= names[Flag.NOT_STARTED]
    assert "普星热电" not in names[Flag.NOT_STARTED]
    assert names[Flag.LITTLE_MONEY] == {"普星热电", "歌瑞新材料"}
    assert names[Flag.NO_MONEY] == {"示例签约项目04(先进制造业)"}
    assert names[Flag.MISMATCH] == {"普星热电", "歌瑞新材料", "示例签约项目04(先进制造业)"}
    text = as_user(district["leader"]).see("/health").text
    assert str(counts[Flag.NOT_STARTED]) in text
