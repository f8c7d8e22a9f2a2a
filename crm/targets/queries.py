"""Reading tasks and targets, and where each stands: computed by the indicators, never kept."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from crm.capital import queries as capital
from crm.contacts import queries as contacts
from crm.db import db
from crm.indicators import catalogue, counting
from crm.indicators import queries as indicators
from crm.indicators.catalogue import Indicator
from crm.indicators.progress import Against, Window
from crm.lib import clock
from crm.org.guard import reaches, within
from crm.org.models import Unit, User
from crm.org.permissions import Permission as P
from crm.org.permissions import Role, Scope
from crm.reserve import queries as reserve

from .models import Target, TaskState, WorkTask

NOUN, TARGET = "work_task", "target"
MOST_TASKS = 100
STAFF = (Role.PROMOTER, Role.MANAGER)
COMPUTED = {key for key, one in catalogue.CATALOGUE.items() if not one.typed}


# --- who sees and may what ----------------------------------------------------------------------------------


def visible_to(user: User) -> sa.Select[WorkTask]:
    """What was issued is issued to all; a draft is seen by who may change it."""
    if not user.may(P.TARGET_VIEW):
        return sa.select(WorkTask).where(sa.false())
    mine = within(
        user.scope_of(P.TARGET_MANAGE) or Scope.OWN, user, units=[WorkTask.unit_id],
        owners=[WorkTask.created_by_id, WorkTask.owner_id],
    )  # fmt: skip
    return sa.select(WorkTask).where(sa.or_(WorkTask.state != TaskState.DRAFT, mine))


def targets_visible_to(user: User) -> sa.Select[Target]:
    """The whole's targets of tasks I see; of parts those of my unit and mine, all of a task that my unit leads."""
    parts = within(
        user.scope_of(P.TARGET_VIEW),
        user,
        units=[Target.unit_id, WorkTask.unit_id],
        owners=[Target.person_id],
    )
    tasks = visible_to(user).with_only_columns(WorkTask.id)
    rows = sa.select(Target).join(WorkTask, WorkTask.id == Target.task_id)
    return rows.where(Target.task_id.in_(tasks), sa.or_(Target.parent_id.is_(None), parts))


def sees(user: User, target: Target) -> bool:
    """targets_visible_to for a part in hand, of a task that is seen."""
    if target.parent_id is None:
        return True
    units = [target.unit_id, target.task.unit_id]
    return reaches(user.scope_of(P.TARGET_VIEW), user, units=units, owners=[target.person_id])


def may_manage(user: User, task: WorkTask) -> bool:
    """Its unit, and whoever has the whole district."""
    return task.state is not TaskState.CLOSED and reaches(
        user.scope_of(P.TARGET_MANAGE), user, units=[task.unit_id]
    )


def may_split(user: User, target: Target) -> bool:
    """The whole by who has the task; a unit's part among its people also by the unit itself."""
    if target.person_id is not None or target.task.state is TaskState.CLOSED:
        return False
    units = [target.task.unit_id, target.unit_id]
    return reaches(user.scope_of(P.TARGET_MANAGE), user, units=units)


def with_names(rows: sa.Select[Any]) -> sa.Select[Any]:
    return rows.options(joinedload(WorkTask.unit), joinedload(WorkTask.owner))


def with_targets(rows: sa.Select[Any]) -> sa.Select[Any]:
    """A task with its whole tree, in a number of statements that does not grow with it."""
    return with_names(rows).options(
        selectinload(WorkTask.targets).joinedload(Target.unit),
        selectinload(WorkTask.targets).joinedload(Target.person),
        selectinload(WorkTask.targets).joinedload(Target.own_indicator),
        selectinload(WorkTask.targets).selectinload(Target.parts),
    )


def tasks_of_year(user: User, year: int) -> Sequence[WorkTask]:
    """Those whose period touches the year, the issued ones first."""
    rows = visible_to(user).where(
        WorkTask.first_on <= dt.date(year, 12, 31), WorkTask.last_on >= dt.date(year, 1, 1)
    )
    order = sa.case({TaskState.DRAFT.value: 1}, value=WorkTask.state, else_=0)
    return (
        db.session.scalars(with_targets(rows).order_by(order, WorkTask.id).limit(MOST_TASKS)).unique().all()
    )


def years_known() -> list[int]:
    first, last = db.session.execute(
        sa.select(sa.func.min(WorkTask.first_on), sa.func.max(WorkTask.last_on))
    ).one()
    now = clock.today().year
    if first is None:
        return [now]
    return list(range(max(last.year, now), min(first.year, now) - 1, -1))[:20]


def held_by(
    user: User, year: int, *, unit_id: int | None = None, person_id: int | None = None
) -> list[Target]:
    """What a unit or a person has taken on in a year, of tasks that are issued."""
    whose = (
        Target.person_id == person_id
        if person_id
        else sa.and_(Target.unit_id == unit_id, Target.person_id.is_(None))
    )
    rows = (
        targets_visible_to(user)
        .where(whose, WorkTask.state != TaskState.DRAFT, WorkTask.first_on <= dt.date(year, 12, 31),
               WorkTask.last_on >= dt.date(year, 1, 1))
        .options(joinedload(Target.task).joinedload(WorkTask.unit), joinedload(Target.task).joinedload(WorkTask.owner),
                 joinedload(Target.unit), joinedload(Target.person), joinedload(Target.own_indicator), selectinload(Target.parts))
        .order_by(Target.task_id, Target.id)
        .limit(200)
    )  # fmt: skip
    return list(db.session.scalars(rows).unique())


def led_by(user: User, year: int, person_id: int) -> Sequence[WorkTask]:
    """The tasks that a person answers for."""
    rows = visible_to(user).where(
        WorkTask.owner_id == person_id, WorkTask.state != TaskState.DRAFT,
        WorkTask.first_on <= dt.date(year, 12, 31), WorkTask.last_on >= dt.date(year, 1, 1),
    )  # fmt: skip
    return db.session.scalars(with_targets(rows).order_by(WorkTask.id).limit(MOST_TASKS)).unique().all()


def people_of(unit_id: int) -> list[tuple[int, str]]:
    """Who of a unit may take on a part of its target."""
    rows = sa.select(User.id, User.name).where(User.unit_id == unit_id, User.active, User.role.in_(STAFF))
    return [(row[0], row[1]) for row in db.session.execute(rows.order_by(User.name, User.id))]


def issued_already(target: Target) -> WorkTask | None:
    """Another issued task that asks the same of the same in the same time: two targets for one figure."""
    rows = (
        sa.select(WorkTask)
        .join(Target, Target.task_id == WorkTask.id)
        .where(
            WorkTask.state == TaskState.ISSUED, WorkTask.id != target.task_id, Target.parent_id.is_(None),
            Target.indicator == target.indicator, Target.scope == target.scope,
            Target.unit_id.is_(None) if target.unit_id is None else Target.unit_id == target.unit_id,
            WorkTask.first_on == target.task.first_on, WorkTask.last_on == target.task.last_on,
        )
    )  # fmt: skip
    return db.session.scalar(rows.limit(1))


# --- where it stands ----------------------------------------------------------------------------------------


def day_of(one: Indicator, period: Window, typed: Sequence[indicators.Typed]) -> dt.date:
    """The day a figure is held against the time of: today, of what is typed the end of its last month."""
    known = indicators.known_of(typed, period) if one.typed else None
    return min(known or clock.today(), period.last)


def asked(period: Window) -> Window:
    """A period as far as it has come."""
    return Window(period.first, min(period.last, clock.today()))


def standings(user: User, targets: Iterable[Target]) -> dict[int, Against]:
    """{target: where it stands}; actual is None where this user does not see all that counts. A few statements for each
    indicator and period, however many parts there are."""
    found: dict[int, Against] = {}
    margin = indicators.margin()
    groups: dict[tuple[str, Window], list[Target]] = defaultdict(list)
    for target in targets:
        groups[target.indicator, target.task.period].append(target)
    first = min((period.first for key, period in groups if key not in COMPUTED), default=None)
    typed = indicators.typed_since(user, first) if first else {}
    for (key, period), some in groups.items():
        one = catalogue.find(key)
        said = typed.get(key, [])
        actual: Mapping[int, Decimal | None] = {}
        if one and one.may_see(user):
            actual = (
                _typed(user, one, period, some, said) if one.typed else _computed(user, one, period, some)
            )
        for target in some:
            closed = target.task.state is TaskState.CLOSED
            value = target.closed_actual if closed else actual.get(target.id)
            day = period.last if closed or one is None else day_of(one, period, said)
            found[target.id] = Against(target.amount, value, period, day, target.stretch, margin)
    return found


def _typed(
    user: User, one: Indicator, period: Window, targets: Sequence[Target], typed: Sequence[indicators.Typed]
) -> Mapping[int, Decimal | None]:
    """Of what is typed: nobody says whose work it is, and without any figure there is none."""
    if indicators.known_of(typed, period) is None:
        return {}
    found: dict[int, Decimal | None] = {}
    sees = one.seen_by(user)
    for target in targets:
        seen = sees(None) if target.unit_id is None else one.by_unit and sees(target.unit_id)
        if seen and target.person_id is None:
            found[target.id] = counting.of_typed(one, typed, [period], target.unit_id)[0].value
    return found


def _computed(
    user: User, one: Indicator, period: Window, targets: Sequence[Target]
) -> Mapping[int, Decimal | None]:
    window = asked(period) if one.days else period
    units = {t.unit_id for t in targets if t.unit_id is not None and t.person_id is None}
    homes = {
        target.unit_id for target in targets if target.person_id is not None and target.unit_id is not None
    }
    whole = counting.count(one, user, window).value if any(t.unit_id is None for t in targets) else Decimal(0)
    of_unit = counting.by_unit(one, user, [window])[0] if units and one.by_unit else {}
    of_person = counting.by_person(one, user, window, sorted(homes)) if homes and one.person else {}
    nothing = counting.Count()
    found: dict[int, Decimal | None] = {}
    sees = one.seen_by(user)
    for target in targets:
        if target.person_id is not None:
            mine = one.person and sees(target.unit_id)
            found[target.id] = (
                of_person.get((target.unit_id, target.person_id), nothing).value if mine else None
            )
        elif target.unit_id is not None:
            seen = one.by_unit and sees(target.unit_id)
            found[target.id] = of_unit.get(target.unit_id, nothing).value if seen else None
        else:
            found[target.id] = whole if sees(None) else None
    return found


def rows_url(one: Indicator, target: Target) -> str | None:
    """The rows behind a figure; none where the list does not say whose they are."""
    if target.person_id is not None and not one.person:
        return None
    return one.url(
        asked(target.task.period) if one.days else target.task.period, target.unit_id, target.person_id
    )


# --- what lower floors ask ----------------------------------------------------------------------------------


def _issued(period: Window) -> dict[str, dict[int | None, Decimal]]:
    """The issued targets for just this period, of the whole and of each unit."""
    rows = (
        sa.select(Target.indicator, Target.unit_id, Target.amount)
        .join(WorkTask, WorkTask.id == Target.task_id)
        .where(
            Target.person_id.is_(None), Target.scope == "", WorkTask.state != TaskState.DRAFT,
            WorkTask.first_on == period.first, WorkTask.last_on == period.last,
        )
        .order_by(WorkTask.id, Target.id)
    )  # fmt: skip
    found: dict[str, dict[int | None, Decimal]] = defaultdict(dict)
    for key, unit_id, amount in db.session.execute(rows):
        found[key][unit_id] = amount
    return found


def _money(first: dt.date, last: dt.date) -> Decimal | None:
    return indicators.targets_of("paid_in", Window(first, last)).get(None)


def _of_reserve(key: str, year: int) -> Decimal | None:
    return indicators.targets_of(key, Window(dt.date(year, 1, 1), dt.date(year, 12, 31))).get(None)


indicators.TARGETS.append(_issued)
capital.TARGETS.append(_money)
reserve.TARGETS.append(_of_reserve)


SOURCE = contacts.Source(
    NOUN, WorkTask, lambda user: visible_to(user), WorkTask.name, (joinedload(WorkTask.unit),)
)


def unit_named(unit_id: int) -> Unit:
    return db.one_or_404(sa.select(Unit).filter_by(id=unit_id))
