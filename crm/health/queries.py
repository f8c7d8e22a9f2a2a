"""Reading 项目体检: the facts of many deals in four statements, and each flag as a condition."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from crm.capital.models import PaidIn, PaidInState
from crm.db import Wan, db
from crm.deals import queries as deals
from crm.deals.models import Deal, StageMove
from crm.deals.stages import EARLY, DealState, Stage
from crm.delivery.models import KeyProject, ProjectMove, ProjectYear
from crm.delivery.status import BUILT, Status
from crm.lib import clock
from crm.org import settings
from crm.org.models import User

from .flags import Flag, Limits, Standing, months_before
from .flags import raised as flags_of

BUILDING = (Stage.STARTED, Stage.PRODUCING, Stage.AT_CAPACITY)
PRODUCING = (Stage.PRODUCING, Stage.AT_CAPACITY)


def limits() -> Limits:
    return Limits(**{name: int(settings.get(f"health.{name}")) for name in Limits.__dataclass_fields__})


def visible_to(user: User) -> sa.Select[Deal]:
    """The signed deals I may see that are not given up: those that can raise a flag at all."""
    return deals.visible_to(user).where(
        Deal.signed_on.is_not(None), Deal.stage.not_in(EARLY), Deal.state != DealState.LAPSED
    )


# --- the facts, of each deal in a statement of many ---------------------------------------------------------

_of_deal = KeyProject.deal_id == Deal.id


def _project_started_on() -> Any:
    """The day its key project last went over to 在建."""
    moved = (
        sa.select(sa.func.max(ProjectMove.on_day))
        .where(ProjectMove.project_id == KeyProject.id, ProjectMove.to_status == Status.BUILDING)
        .correlate(KeyProject)
        .scalar_subquery()
    )
    return sa.func.coalesce(moved, KeyProject.status_since)


def _started_on() -> Any:
    by_project = (
        sa.select(sa.func.min(_project_started_on()))
        .where(_of_deal, KeyProject.status != Status.NOT_STARTED)
        .correlate(Deal)
        .scalar_subquery()
    )
    moved = (
        sa.select(sa.func.max(StageMove.on_day))
        .where(StageMove.deal_id == Deal.id, StageMove.to_stage == Stage.STARTED, ~StageMove.undone)
        .correlate(Deal)
        .scalar_subquery()
    )
    by_stage = sa.case((Deal.stage.in_(BUILDING), sa.func.coalesce(moved, Deal.stage_since)))
    return sa.type_coerce(sa.func.coalesce(by_project, by_stage), sa.Date)


def _paid(column: Any) -> Any:
    rows = sa.select(column).where(PaidIn.deal_id == Deal.id, PaidIn.state == PaidInState.RECOGNISED)
    return rows.correlate(Deal).scalar_subquery()


_last_paid_on = _paid(sa.func.max(PaidIn.arrived_on))
_paid_cents = _paid(sa.func.coalesce(sa.func.sum(sa.type_coerce(PaidIn.amount_wan, sa.BigInteger)), 0))
_base = sa.type_coerce(sa.func.coalesce(Deal.agreed_wan, Deal.planned_wan), sa.BigInteger)


def _projects(column: Any, *where: Any) -> Any:
    return sa.select(column).where(_of_deal, *where).correlate(Deal).scalar_subquery()


_count = _projects(sa.func.count())
_unbuilt = _projects(sa.func.count(), KeyProject.status.not_in(BUILT))
_cost = sa.func.coalesce(
    _projects(sa.func.sum(sa.type_coerce(KeyProject.planned_wan, sa.BigInteger))),
    sa.type_coerce(Deal.planned_wan, sa.BigInteger),
)
_done = (
    sa.select(sa.func.coalesce(sa.func.sum(sa.type_coerce(ProjectYear.done_wan, sa.BigInteger)), 0))
    .join(KeyProject, KeyProject.id == ProjectYear.project_id)
    .where(_of_deal)
    .correlate(Deal)
    .scalar_subquery()
)
_is_built = sa.or_(Deal.stage.in_(PRODUCING), sa.and_(_count > 0, _unbuilt == 0))


def _percent(part: Any, whole: Any) -> Any:
    return 100.0 * sa.cast(part, sa.Float) / sa.cast(sa.func.nullif(whole, 0), sa.Float)


_paid_percent = _percent(_paid_cents, _base)
_works_percent = sa.case(
    (_count == 0, None), (_unbuilt == 0, 100.0), else_=_percent(_done, _cost)
)  # more done than planned is told as it is


def standings(ids: Sequence[int]) -> dict[int, Standing]:
    """{deal: what is known of it}, in one statement."""
    rows = sa.select(
        Deal.id,
        Deal.signed_on,
        _started_on(),
        _is_built,
        sa.type_coerce(_paid_cents, Wan),
        sa.type_coerce(_last_paid_on, sa.Date),
        sa.type_coerce(_base, Wan),
        _works_percent,
    ).where(Deal.id.in_(ids), Deal.signed_on.is_not(None))
    return {
        id: Standing(signed or dt.date.min, started, bool(built), paid or Decimal(0), last, base, works)
        for id, signed, started, built, paid, last, base, works in db.session.execute(rows)
    }


def flags_of_deal(user: User, deal: Deal) -> tuple[Standing, list[Flag]] | None:
    """What one deal raises; None when it is not signed, given up, or not mine to see."""
    seen = db.session.scalar(visible_to(user).where(Deal.id == deal.id).with_only_columns(Deal.id))
    if seen is None or (standing := standings([deal.id]).get(deal.id)) is None:
        return None
    return standing, flags_of(standing, limits(), clock.today())


# --- the flags as conditions --------------------------------------------------------------------------------


def raised(flag: Flag, at: Limits, today: dt.date) -> sa.ColumnElement[bool]:
    """flags.raised as a WHERE over signed deals; what costs least and decides most is asked first."""
    started = _started_on()
    if flag is Flag.NOT_STARTED:
        return sa.and_(Deal.signed_on < months_before(today, at.unstarted_months), started.is_(None))
    if flag is Flag.NO_MONEY:
        since = months_before(today, at.unpaid_months)
        recent = sa.exists().where(
            PaidIn.deal_id == Deal.id, PaidIn.state == PaidInState.RECOGNISED, PaidIn.arrived_on >= since
        )
        return sa.and_(~_is_built, ~recent, started < since)
    if flag is Flag.LITTLE_MONEY:
        late = started < months_before(today, at.little_months)
        return sa.and_(late, _paid_percent < at.little_percent)
    return sa.and_(_count > 0, sa.func.abs(_paid_percent - _works_percent) > at.gap_points)


def any_raised(at: Limits, today: dt.date) -> sa.ColumnElement[bool]:
    return sa.or_(*(raised(flag, at, today) for flag in Flag))


def counts(user: User) -> dict[Flag, int]:
    """How many of my deals raise each, in one statement."""
    at, today = limits(), clock.today()
    told = [sa.func.count(sa.case((raised(flag, at, today), 1))) for flag in Flag]
    rows = visible_to(user).with_only_columns(*told).order_by(None)
    return dict(zip(Flag, db.session.execute(rows).one(), strict=True))
