"""Whatever changes a deal, its days say so: the span of today is the deal's own row, and a past day stays as it was."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from crm.contacts import actions as contact_verbs
from crm.contacts.models import ContactKind
from crm.contacts.next_step import Surroundings
from crm.contacts.queries import About
from crm.db import db
from crm.deals import actions as deal_verbs
from crm.deals import history, spans
from crm.deals.models import Deal, DealSpan
from crm.deals.spans import FOREVER
from crm.deals.stages import DealState, Stage
from crm.lib import clock, money
from crm.pipeline import actions as moves
from tests.deals.make import SIGNING, TODAY, make_deal, ready_to_sign


def days_ago(days: int) -> dt.date:
    return TODAY - dt.timedelta(days=days)


def spans_of(deal: Deal) -> list[DealSpan]:
    db.session.commit()
    return list(db.session.scalars(sa.select(DealSpan).filter_by(deal_id=deal.id).order_by(DealSpan.from_on)))


def on(deal: Deal, day: dt.date) -> DealSpan:
    return next(span for span in spans_of(deal) if span.from_on <= day < span.until_on)


def assert_today_is_the_deal(deal: Deal) -> None:
    span = on(deal, TODAY)
    assert span.until_on == FOREVER
    db.session.refresh(deal)
    assert {name: getattr(span, name) for name in history.SAME} == {
        name: getattr(deal, name) for name in history.SAME
    }
    assert span.band == (size.value if (size := money.band(deal.planned_wan)) else spans.NO_BAND)
    last = deal.last_contact_at
    assert span.last_contact_on == (clock.local(last).date() if last else None)
    ends = [one.until_on for one in spans_of(deal)]
    assert [one.from_on for one in spans_of(deal)][1:] == ends[:-1], "no day without a span, none with two"


def test_every_verb_is_followed(cast: Any) -> None:
    deal = ready_to_sign("项目", cast.wang, stage_since=days_ago(40))
    assert_today_is_the_deal(deal)
    moves.advance(deal, Stage.SIGNED, {**SIGNING, "signed_on": days_ago(5)}, actor=cast.wang)
    assert_today_is_the_deal(deal)
    assert on(deal, days_ago(6)).stage is Stage.NEGOTIATING and on(deal, days_ago(5)).stage is Stage.SIGNED
    assert on(deal, days_ago(6)).signed_on is None
    moves.hold(deal, "等土地指标", actor=cast.wang)
    assert_today_is_the_deal(deal)
    assert on(deal, days_ago(1)).state is DealState.ACTIVE and on(deal, TODAY).state is DealState.HELD
    moves.resume(deal, "接着谈", TODAY, actor=cast.wang)
    moves.return_(deal, Stage.NEGOTIATING, "协议作废", actor=cast.wang)
    assert_today_is_the_deal(deal)
    deal_verbs.assign(deal, {"owner_id": None, "unit_id": cast.li.unit_id}, actor=cast.chen)
    assert_today_is_the_deal(deal)
    assert on(deal, days_ago(1)).unit_id == cast.wang.unit_id


def test_an_undone_move_has_never_been(cast: Any) -> None:
    deal = ready_to_sign("项目", cast.wang, stage_since=days_ago(40))
    move = moves.advance(deal, Stage.SIGNED, {**SIGNING, "signed_on": days_ago(5)}, actor=cast.wang)
    db.session.commit()
    moves.undo(move, actor=cast.wang)
    assert_today_is_the_deal(deal)
    assert on(deal, days_ago(3)).stage is Stage.NEGOTIATING


def test_a_contact_is_heard_though_it_writes_past_the_object(cast: Any) -> None:
    deal = make_deal("项目", cast.wang, stage_since=days_ago(60))
    db.session.commit()
    contact_verbs.log(
        About(deal=deal),
        {"kind": ContactKind.CALL, "happened_at": clock.start_of(days_ago(9)), "summary": "电话", "place": "",
         "their_people": "", "leader_led": False, "next_step": "看地", "next_due_on": TODAY},
        Surroundings(), actor=cast.wang,
    )  # fmt: skip
    assert_today_is_the_deal(deal)
    assert on(deal, days_ago(10)).last_contact_on is None
    assert on(deal, days_ago(9)).last_contact_on == days_ago(9)
    assert on(deal, days_ago(9)).next_step != "看地", "what comes next was said today"
    assert on(deal, TODAY).next_step == "看地"


def test_an_update_of_many_is_heard(cast: Any) -> None:
    deals = [make_deal(f"项目{n}", cast.wang, stage_since=days_ago(9)) for n in range(3)]
    db.session.commit()
    db.session.execute(sa.update(Deal).where(Deal.id.in_([deals[0].id, deals[2].id])).values(planned_wan=500))
    assert [on(deal, TODAY).planned_wan for deal in deals] == [Decimal(500), None, Decimal(500)]
    by_id = {"id": deals[1].id, "planned_wan": Decimal(7), "version": deals[1].version}
    db.session.execute(sa.update(Deal), [by_id])
    assert on(deals[1], TODAY).planned_wan == Decimal(7) and on(deals[1], days_ago(1)).planned_wan is None


@pytest.mark.parametrize(
    ("wan", "band"),
    [(None, "none"), (0, "below_10m"), ("999.99", "below_10m"), (1000, "from_10m"), (5000, "from_50m"), ("9999.99", "from_50m"),
     (10_000, "from_100m"), (50_000, "from_500m"), (100_000, "from_1b"), (500_000, "from_5b"), (10**9, "from_5b")],
)  # fmt: skip
def test_a_span_stands_in_the_class_of_its_amount(cast: Any, wan: Any, band: str) -> None:
    amount = None if wan is None else Decimal(wan)
    deal = make_deal("项目", cast.wang, planned_wan=amount)
    assert spans_of(deal)[-1].band == band == spans.band_of(amount)


def test_no_span_can_stand_in_another_class(cast: Any) -> None:
    deal = make_deal("项目", cast.wang, planned_wan=Decimal(20_000))
    db.session.commit()
    with pytest.raises(sa.exc.IntegrityError, match="band_is_of_wan"):
        db.session.execute(sa.update(DealSpan).filter_by(deal_id=deal.id).values(planned_wan=Decimal(5)))


def test_a_deal_that_goes_takes_its_days_along(cast: Any) -> None:
    deal = make_deal("项目", cast.wang)
    assert spans_of(deal)
    id = deal.id
    db.session.execute(sa.delete(Deal).where(Deal.id == id))
    db.session.commit()
    assert not db.session.scalars(sa.select(DealSpan).filter_by(deal_id=id)).all()


def test_rows_written_past_the_session_are_made_up_for(cast: Any) -> None:
    deal = make_deal("项目", cast.wang)
    db.session.commit()
    db.session.execute(sa.delete(DealSpan))
    assert history.fill_gaps() == 1
    assert_today_is_the_deal(deal)
    assert history.fill_gaps() == 0


@pytest.mark.on("sqlite")
def test_the_migration_tells_the_days_of_an_old_house(cast: Any, app: Any) -> None:
    """Down before the table of days and up again: moves, contacts and the trail tell what it held."""
    import flask_migrate

    from tests.conftest import MOMENT, ROOT

    with clock.freeze(MOMENT - dt.timedelta(days=20)):
        deal = ready_to_sign("老项目", cast.wang, stage_since=days_ago(40))
        db.session.commit()
        deal_verbs.edit(deal, {"planned_wan": Decimal(20_000), "next_step": "谈价", "next_due_on": TODAY},
                        actor=cast.wang)  # fmt: skip
        db.session.commit()
    with clock.freeze(MOMENT - dt.timedelta(days=10)):
        moves.advance(deal, Stage.SIGNED, {**SIGNING, "signed_on": days_ago(12)}, actor=cast.wang)
        db.session.commit()
    moves.hold(deal, "停一停", actor=cast.wang)
    wanted = _told(deal)
    db.session.remove()
    flask_migrate.downgrade(directory=str(ROOT / "migrations"), revision="0013")
    flask_migrate.upgrade(directory=str(ROOT / "migrations"))
    assert _told(db.session.get_one(Deal, 1)) == wanted


def _told(deal: Deal) -> dict[dt.date, Any]:
    days = (days_ago(n) for n in (39, 21, 20, 13, 12, 11, 1, 0))
    told = {}
    for day in days:
        span = on(deal, day)
        told[day] = (span.stage, span.state, span.planned_wan, span.next_step, span.signed_on, span.unit_id)
    return told
