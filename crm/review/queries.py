"""The pipeline of a day, counted. Everything narrows the rows of one list (lists.AS_OF), which the cells link to."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import chain, islice
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased, joinedload

from crm.db import db
from crm.deals import queries as deals
from crm.deals.models import Deal, DealSpan, StageMove
from crm.deals.spans import FOREVER
from crm.deals.stages import EARLY, DealState, MoveKind, Stage
from crm.lib import clock
from crm.lib.money import Band
from crm.org.models import User
from crm.org.permissions import Permission as P
from crm.org.permissions import Scope

from .changes import Change
from .pace import Pace, paces

LARGE_WAN = Decimal(50_000)
"""5亿元, the size the half-year report counts by: 「其中5亿元以上项目2个」."""

BEFORE = aliased(DealSpan, name="before")
"""The same deal on the earlier day."""


def seen_by(user: User, deal_id: Any) -> sa.ColumnElement[bool]:
    """Who may open a deal now may see how it stood. Over the whole district nothing has to be looked up."""
    if user.scope_of(P.DEAL_VIEW) is Scope.DISTRICT:
        return sa.true()
    found: sa.ColumnElement[bool] = deal_id.in_(deals.visible_to(user).with_only_columns(Deal.id))
    return found


# --- conditions -------------------------------------------------------------------------------------------


def covers(span: Any, day: dt.date) -> sa.ColumnElement[bool]:
    """What stood on this day. Of today it is one value in the index, not a range."""
    if day >= clock.today():
        return sa.and_(span.until_on == FOREVER, span.from_on <= day)
    return sa.and_(span.until_on > day, span.from_on <= day)


def is_open() -> sa.ColumnElement[bool]:
    return sa.and_(DealSpan.state == DealState.ACTIVE, DealSpan.stage != Stage.AT_CAPACITY)


def is_overdue(day: dt.date) -> sa.ColumnElement[bool]:
    return sa.and_(is_open(), DealSpan.next_due_on < day)


def is_long_idle(day: dt.date, stages: Iterable[Stage] = Stage) -> sa.ColumnElement[bool]:
    """deals.is_long_idle on that day, of deals in these stages."""
    return sa.and_(is_open(), _is_past_limit(day, stages))


def _is_past_limit(day: dt.date, stages: Iterable[Stage]) -> sa.ColumnElement[bool]:
    """Without contact for as many days as their stage allows, each its own; NULL for other stages."""
    last = sa.func.coalesce(DealSpan.last_contact_on, DealSpan.stage_since)
    latest = {stage: day - dt.timedelta(days=min(deals.idle_limit(stage), 10**5)) for stage in stages}
    found: sa.ColumnElement[bool] = last <= sa.case(latest, value=DealSpan.stage)
    return found


def _order(stage: Any) -> sa.ColumnElement[int]:
    return sa.case({one.value: one.order for one in Stage}, value=stage)


def _happened(kind: Change) -> sa.ColumnElement[bool]:
    """The difference between BEFORE and now that makes a change of this kind."""
    then, now = BEFORE, DealSpan
    return {
        Change.NEW: then.id.is_(None),
        Change.FORWARD: _order(now.stage) > _order(then.stage),
        Change.BACK: _order(now.stage) < _order(then.stage),
        Change.STOPPED: sa.and_(then.state == DealState.ACTIVE, now.state != DealState.ACTIVE),
        Change.RESUMED: sa.and_(then.state != DealState.ACTIVE, now.state == DealState.ACTIVE),
        Change.AMOUNT: sa.and_(
            then.id.is_not(None),
            sa.func.coalesce(now.planned_wan, -1) != sa.func.coalesce(then.planned_wan, -1),
        ),
        Change.HANDED: now.unit_id != then.unit_id,
    }[kind]


def has_changed(kinds: Iterable[Change], since: dt.date, day: dt.date) -> sa.ColumnElement[bool]:
    """One of these has happened after `since`. What begins no span after it has not changed: an index range."""
    then = sa.and_(BEFORE.deal_id == DealSpan.deal_id, covers(BEFORE, since))
    wanted = []
    for kind in kinds:
        if kind is Change.NEW:
            wanted.append(~sa.exists().where(then))
        else:
            wanted.append(sa.exists().where(then, _happened(kind)))
    return sa.and_(DealSpan.from_on > since, DealSpan.from_on <= day, sa.or_(*wanted))


# --- the tables of a day ------------------------------------------------------------------------------------


@dataclass
class Sum:
    """How many, and what they are planned to cost, 万元."""

    count: int = 0
    wan: Decimal = Decimal(0)

    def add(self, count: int, wan: Decimal | None) -> None:
        self.count += count
        self.wan += wan or 0


@dataclass
class Figures:
    """Everything that the tables of a day say."""

    stages: dict[Stage, Sum] = field(default_factory=lambda: {stage: Sum() for stage in Stage})
    cells: dict[tuple[str, Any, Any], Sum] = field(
        default_factory=dict
    )  # (table, row, column) -> what is there
    units: set[int] = field(default_factory=set)
    idle: int = 0
    overdue: int = 0

    def at(self, table: str, row: Any, column: Any) -> Sum:
        return self.cells.setdefault((table, row, column), Sum())


SIGNED = "signed_in"
"""The column of what was signed in the period, beside the columns of the stages."""

TOTAL = "total"


TABLES = {"unit": DealSpan.unit_id, "direction": DealSpan.direction, "band": DealSpan.band}
"""What the tables set against the stages."""

SUMS = ("count", "wan", "signed", "signed_wan", "idle", "overdue")


def figures(rows: sa.Select[Any], day: dt.date, signed_from: dt.date) -> Figures:
    """Stage × unit, × size class, × direction, what was signed, idle and overdue: one walk over an index in whose order it
    is grouped, and the groups put together once for each table (a walk for each took the engines twice as long).

    Stages count what is moving; what was signed counts whatever became of it, as the list of signings does.
    """

    def counted(which: sa.ColumnElement[bool], **sums: Any) -> sa.Select[Any]:
        cells = (sums.get(name, sa.literal_column("0")).label(name) for name in SUMS)
        grouped: list[Any] = [DealSpan.stage, *TABLES.values()]
        return rows.order_by(None).where(which).with_only_columns(*grouped, *cells).group_by(*grouped)

    number, wan = sa.func.count(), sa.func.sum(sa.type_coerce(DealSpan.planned_wan, sa.BigInteger))
    talks = DealSpan.stage.in_(EARLY)
    idle, overdue = sa.and_(talks, _is_past_limit(day, EARLY)), sa.and_(talks, DealSpan.next_due_on < day)
    moving = counted(
        DealSpan.state == DealState.ACTIVE,
        count=number,
        wan=wan,
        idle=_number(idle),
        overdue=_number(overdue),
    )
    signed = counted(DealSpan.signed_on.between(signed_from, day), signed=number, signed_wan=wan)
    groups = sa.union_all(moving, signed).cte("groups").c
    told = sa.union_all(*(
        sa.select(sa.literal(table), groups.stage, sa.cast(groups[column.key], sa.String).label("row"),
                  *(sa.func.coalesce(sa.func.sum(groups[name]), 0) for name in SUMS))
        .group_by(groups.stage, groups[column.key])
        for table, column in TABLES.items()
    ))  # fmt: skip
    found = Figures()
    for (
        table,
        stage,
        row,
        count,
        hundredths,
        n_signed,
        hundredths_signed,
        n_idle,
        n_overdue,
    ) in db.session.execute(told):
        total, total_signed = Decimal(hundredths) / 100, Decimal(hundredths_signed) / 100
        lines: list[Any] = [row, TOTAL]
        if table == "unit":
            lines[0] = int(row)
            found.units.add(lines[0])
            found.stages[stage].add(count, total)
            found.idle += n_idle
            found.overdue += n_overdue
        if table == "band" and row != "none":
            lines += [at for at, lower in CUMULATIVE.items() if lower <= Band(row).from_wan]
        for line in lines:
            found.at(table, line, stage).add(count, total)
            found.at(table, line, TOTAL).add(count, total)
            found.at(table, line, SIGNED).add(n_signed, total_signed)
    return found


CUMULATIVE = {f"from_{one.from_wan}": one.from_wan for one in Band if one.from_wan}
"""The lines 以上, each with its lower bound, which belongs to it."""


def _number(condition: Any) -> Any:
    return sa.func.sum(sa.case((condition, 1), else_=0))


# --- the board of a day -------------------------------------------------------------------------------------


def first_spans(rows: sa.Select[Any], stages: Sequence[Stage], each: int) -> dict[Stage, list[DealSpan]]:
    """The top of every column of the board of a day, the last moved first."""
    place = sa.func.row_number().over(
        partition_by=DealSpan.stage, order_by=(DealSpan.stage_since.desc(), DealSpan.id.desc())
    )
    placed = (
        rows.where(DealSpan.stage.in_(stages))
        .order_by(None)
        .with_only_columns(DealSpan.id, place.label("place"))
        .subquery()
    )
    ids = sa.select(placed.c.id).where(placed.c.place <= each)
    loaded = (
        sa.select(DealSpan)
        .where(DealSpan.id.in_(ids))
        .options(joinedload(DealSpan.deal).joinedload(Deal.enterprise), joinedload(DealSpan.owner))
        .order_by(DealSpan.stage_since.desc(), DealSpan.id.desc())
    )
    found: dict[Stage, list[DealSpan]] = {stage: [] for stage in stages}
    for span in db.session.scalars(loaded):
        found[span.stage].append(span)
    return found


def heads(rows: sa.Select[Any], day: dt.date) -> dict[Stage, tuple[int, Decimal, int]]:
    """Count, sum and overdue of each column."""
    counted = rows.order_by(None).with_only_columns(
        DealSpan.stage, sa.func.count(), sa.func.sum(DealSpan.planned_wan), _number(is_overdue(day))
    )
    found = dict.fromkeys(Stage, (0, Decimal(0), 0))
    for stage, count, total, late in db.session.execute(counted.group_by(DealSpan.stage)):
        found[stage] = (count, total or Decimal(0), int(late or 0))
    return found


# --- what has changed ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Changed:
    """What happened of one kind between two days: how many, the money before and after, the first lines."""

    kind: Change
    count: int
    wan_before: Decimal
    wan_now: Decimal
    lines: list[tuple[DealSpan, DealSpan | None]]


def changed(rows: sa.Select[Any], since: dt.date, day: dt.date, lines: int) -> list[Changed]:
    """All kinds, in their order; two statements for each, bounded by what has changed."""
    seen = rows.whereclause
    joined = (
        sa.select(DealSpan)
        .where(sa.true() if seen is None else seen, covers(DealSpan, day), DealSpan.from_on > since)
        .outerjoin(BEFORE, sa.and_(BEFORE.deal_id == DealSpan.deal_id, covers(BEFORE, since)))
        .order_by(None)
    )
    sums = []
    for kind in Change:
        happened = _happened(kind)
        sums += [
            _number(happened),
            sa.func.sum(sa.case((happened, BEFORE.planned_wan))),
            sa.func.sum(sa.case((happened, DealSpan.planned_wan))),
        ]
    totals = db.session.execute(joined.with_only_columns(*sums)).one()
    found = []
    for at, kind in enumerate(Change):
        count, before, now = totals[3 * at : 3 * at + 3]
        few: list[tuple[DealSpan, DealSpan | None]] = []
        if count:
            shown = joined.where(_happened(kind)).add_columns(BEFORE).options(
                joinedload(DealSpan.deal), joinedload(DealSpan.unit), joinedload(BEFORE.unit)
            )  # fmt: skip
            shown = shown.order_by(sa.nulls_last(DealSpan.planned_wan.desc()), DealSpan.deal_id).limit(lines)
            few = [(now_, then) for now_, then in db.session.execute(shown)]
        found.append(Changed(kind, int(count or 0), before or Decimal(0), now or Decimal(0), few))
    return found


def late_moves(user: User, since: dt.date, lines: int) -> list[StageMove]:
    """补记: moves that count for a day up to `since` and were written down only after it.

    The figures of that day hold them now; when it was looked at they did not.
    """
    rows = (
        sa.select(StageMove)
        .where(
            StageMove.at >= clock.start_of(since + dt.timedelta(days=1)),
            StageMove.on_day <= since,
            StageMove.kind.not_in((MoveKind.CREATED, MoveKind.UNDONE)),
            ~StageMove.undone,
            seen_by(user, StageMove.deal_id),
        )
        .options(joinedload(StageMove.deal), joinedload(StageMove.actor))
        .order_by(StageMove.at.desc(), StageMove.id.desc())
        .limit(lines)
    )
    return list(db.session.scalars(rows))


def passes(user: User, since: dt.date, day: dt.date, lines: int) -> list[StageMove]:
    """Moves between the two days that went on though a gate wanted more, each with its reason."""
    rows = (
        sa.select(StageMove)
        .where(
            StageMove.kind == MoveKind.ADVANCED,
            StageMove.on_day > since,
            StageMove.on_day <= day,
            StageMove.reason != "",
            ~StageMove.undone,
            seen_by(user, StageMove.deal_id),
        )
        .options(joinedload(StageMove.deal), joinedload(StageMove.actor))
        .order_by(StageMove.on_day.desc(), StageMove.id.desc())
        .limit(lines)
    )
    return list(db.session.scalars(rows))


# --- how fast it goes ---------------------------------------------------------------------------------------

AT_ONCE = 1_000
MOST_STAYS = 50_000
"""Stays looked at for one page: the newest, and the page says so. A district of a hundred thousand deals has some fifty
thousand a year."""

GROUPS = {
    "all": sa.literal(""),
    "unit": DealSpan.unit_id,
    "direction": sa.type_coerce(DealSpan.direction, sa.String),
    "band": DealSpan.band,
}


def paces_of(
    user: User, narrowed: Sequence[sa.ColumnElement[bool]], first: dt.date, last: dt.date, group: str
) -> tuple[dict[tuple[Any, str], Pace], bool]:
    """How those who came into a stage between two days fared, by the unit, direction or size they had then; and whether
    these are all.

    A span that begins on the day its stage began is a turn; a return is another. All turns since the first day are read
    once from their own index, as plain values and never all at once: forty thousand are walked through here in less time
    than the engines take to put each beside the one after it.
    """
    begins = sa.and_(DealSpan.from_on >= first, DealSpan.stage_since == DealSpan.from_on)
    counts = sa.and_(DealSpan.from_on <= last, *narrowed).label("counts")
    grouped: sa.ColumnElement[Any] = GROUPS[group].label("of")
    turns = (
        sa.select(
            DealSpan.deal_id, DealSpan.from_on, sa.type_coerce(DealSpan.stage, sa.String), grouped, counts
        )
        .where(begins, seen_by(user, DealSpan.deal_id))
        .order_by(DealSpan.from_on.desc())
        .limit(MOST_STAYS + 1)
    )
    still = [state for state in DealState if state is not DealState.ACTIVE]
    standing = sa.select(DealSpan.deal_id, DealSpan.stage_since).where(
        DealSpan.until_on == FOREVER, DealSpan.state.in_(still), DealSpan.stage_since >= first
    )
    stopped = {(deal_id, since) for deal_id, since in db.session.execute(standing)}
    order = {stage.value: stage.order for stage in Stage}
    rows = chain.from_iterable(db.session.execute(turns).partitions(AT_ONCE))
    found = paces(islice(rows, MOST_STAYS), order, stopped)
    return found, next(rows, None) is None
