"""The log of merges: which a user may read, and what each did, in words.

A merge is as open as the record it led to; numbers and addresses of people are in no word of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from crm.db import db
from crm.lib.words import _
from crm.merchants.models import Enterprise, FormerName, Person
from crm.merchants.queries import rows_of
from crm.org.models import Unit, User
from crm.org.permissions import Permission as P
from crm.org.permissions import Scope
from crm.reference import industries, regions
from crm.web import display

from . import choosing
from .models import Merge, MergeStep, StepKind, Tombstone
from .references import LABELS, NOUNS, restored, table_of
from .tombstones import ways


def visible_to(user: User) -> sa.Select[Any]:
    """Merges into records I may see, also when those have been merged on since; and my own."""
    rows = sa.select(Merge)
    if user.scope_of(P.MERCHANT_VIEW) is Scope.DISTRICT:
        return rows
    seen = [Merge.merged_by_id == user.id]
    for noun, model in NOUNS.items():
        ids = rows_of(noun, user).with_only_columns(model.id)
        way = ways(noun)
        led = sa.select(way.c.start).where(way.c.now.in_(ids))
        about = sa.or_(Merge.survivor_id.in_(ids), Merge.survivor_id.in_(led))
        seen.append(sa.and_(Merge.noun == noun, about))
    return rows.where(sa.or_(*seen))


def loaded(rows: sa.Select[Any]) -> sa.Select[Any]:
    return rows.options(
        orm.joinedload(Merge.merged_by), orm.joinedload(Merge.undone_by), orm.selectinload(Merge.tombstones)
    )


def about(rows: sa.Select[Any], noun: str, record_id: int) -> sa.Select[Any]:
    """Those that this record, or a number that has become it, had a part in."""
    way = ways(noun)
    became = sa.select(way.c.start).where(way.c.now == record_id)
    part = sa.select(Tombstone.merge_id).where(Tombstone.noun == noun, Tombstone.old_id == record_id)
    into = sa.or_(Merge.survivor_id == record_id, Merge.survivor_id.in_(became))
    return rows.where(Merge.noun == noun, sa.or_(into, Merge.id.in_(part)))


def merged_into(subject: Enterprise | Person) -> list[Merge]:
    """The standing merges that made this record what it is, the newest first."""
    rows = about(sa.select(Merge).where(Merge.undone_at.is_(None)), subject.__tablename__, subject.id)
    return list(db.session.scalars(loaded(rows).order_by(Merge.id.desc())))


def there(noun: str, ids: Sequence[int], user: User) -> dict[int, Enterprise | Person]:
    """Those of these numbers that are records today and that this user may see."""
    model = NOUNS[noun]
    rows = rows_of(noun, user).where(model.id.in_(ids))
    rows = rows.options(orm.joinedload(model.first_report_unit), orm.joinedload(model.first_report_user))
    return {one.id: one for one in db.session.scalars(rows)}


def names_before(merges: Sequence[Merge]) -> dict[int, str]:
    """{merge: what the record that stays was called before it}: the chosen name may be one of the others'."""
    asked = {one.id: one for one in merges}
    rows = sa.select(MergeStep.merge_id, MergeStep.table_name, MergeStep.row_id, MergeStep.before).where(
        MergeStep.merge_id.in_(asked), MergeStep.kind == StepKind.CHANGED, MergeStep.table_name.in_(NOUNS)
    )
    names = {one.id: one.survivor_name for one in merges}
    for merge_id, table, row_id, before in db.session.execute(rows):
        done = asked[merge_id]
        if (table, row_id) == (done.noun, done.survivor_id) and "name" in before:
            names[merge_id] = before["name"]
    return names


# --- what one merge did ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Was:
    """A record as it was before it became another."""

    id: int
    name: str
    unit: str
    first_reported: str
    by: str


@dataclass(frozen=True)
class Line:
    """One of the records in a merge, as the page lists it."""

    id: int
    name: str
    state: str
    first: str
    url: str


@dataclass(frozen=True)
class Change:
    """A field of the record that stayed."""

    label: str
    before: str
    after: str
    source: str  # whose value it is, where somebody chose it by hand


@dataclass(frozen=True)
class Carried:
    """Rows of one kind: how many went over, how many became one with a row that was there."""

    label: str
    moved: int
    joined: int


@dataclass(frozen=True)
class Account:
    """What one merge did. `name`: of the record that stayed, before it."""

    name: str
    records: list[Was]
    changes: list[Change]
    carried: list[Carried]


def account(merge: Merge) -> Account:
    """In four statements, however much was moved."""
    steps = list(db.session.scalars(sa.select(MergeStep).filter_by(merge_id=merge.id).order_by(MergeStep.id)))
    snapshots = [
        step.before for step in steps if step.kind is StepKind.REMOVED and step.table_name == merge.noun
    ]
    units = dict(db.session.execute(sa.select(Unit.id, Unit.name)).all())
    users = dict(db.session.execute(sa.select(User.id, User.name)).all())
    return Account(
        name=names_before([merge])[merge.id],
        records=[_was(merge.noun, row, units, users) for row in snapshots],
        changes=[
            change
            for step in steps
            if step.kind is StepKind.CHANGED
            and (step.table_name, step.row_id) == (merge.noun, merge.survivor_id)
            for change in _changes(merge, step, units, users)
        ]
        + [
            Change(label=_("曾用名"), before="", after=step.after["name"], source="")
            for step in steps
            if step.kind is StepKind.ADDED and step.table_name == FormerName.__tablename__
        ],
        carried=_carried(merge, steps),
    )


def _was(noun: str, row: Mapping[str, Any], units: Mapping[int, str], users: Mapping[int, str]) -> Was:
    real = restored(table_of(noun), row)
    return Was(
        id=real["id"],
        name=real["name"],
        unit=units.get(real["first_report_unit_id"], ""),
        first_reported=display.day(real["first_reported_at"]),
        by=users.get(real["first_report_user_id"], ""),
    )


def records(merge: Merge, told: Account, stays: Any, urls: Mapping[int, str]) -> list[Line]:
    """The record that stayed, then those that went into it; those that are records today lead to their pages."""
    first = ""
    if stays is not None:
        user = stays.first_report_user
        first = _first(
            stays.first_report_unit.name, user.name if user else "", display.day(stays.first_reported_at)
        )
    way = urls.get(merge.survivor_id, "")
    lines = [Line(merge.survivor_id, told.name, _("保留"), first, way)]
    gone = _("已恢复") if merge.undone_at else _("并入")
    for one in told.records:
        first = _first(one.unit, one.by, one.first_reported)
        lines.append(Line(one.id, one.name, gone, first, urls.get(one.id, "")))
    return lines


def _first(*parts: str) -> str:
    return " · ".join(part for part in parts if part)


def _changes(
    merge: Merge, step: MergeStep, units: Mapping[int, str], users: Mapping[int, str]
) -> list[Change]:
    table = table_of(step.table_name)
    before, after = restored(table, step.before), restored(table, step.after)
    names = {one.old_id: one.name for one in merge.tombstones}
    found = []
    for one in choosing.FIELDS[merge.noun]:
        keys = [column for column in one.columns if column in after]
        if not keys:
            continue
        source = merge.choices.get(one.key)
        found.append(
            Change(
                label=_(one.label),
                before=_said(keys, before, units, users),
                after=_said(keys, after, units, users),
                source=names.get(source, "") if source else "",
            )
        )
    return found


def _said(
    keys: Sequence[str], row: Mapping[str, Any], units: Mapping[int, str], users: Mapping[int, str]
) -> str:
    words = [word_for(key, row[key], units, users) for key in keys if key != "region_prefix"]
    return " · ".join(word for word in words if word)


def word_for(key: str, value: Any, units: Mapping[int, str], users: Mapping[int, str]) -> str:
    """A column's value as people read it."""
    if value in (None, ""):
        return ""
    if key == "region_code":
        return regions.full_name(value)
    if key == "industry_code":
        return industries.name(value)
    if key == "follow_unit_id":
        return units.get(value, "")
    if key == "follow_user_id":
        return users.get(value, "")
    return display.said(getattr(value, "label", value))


def _carried(merge: Merge, steps: Sequence[MergeStep]) -> list[Carried]:
    counts: dict[str, list[int]] = {}
    for step in steps:
        if step.table_name == merge.noun:
            continue
        moved, joined = counts.setdefault(step.table_name, [0, 0])
        if step.kind is StepKind.MOVED or (step.kind is StepKind.CHANGED and step.table_name == "suspect"):
            moved += step.count
        elif step.kind is StepKind.REMOVED:
            joined += 1
        counts[step.table_name] = [moved, joined]
    return [
        Carried(_(LABELS.get(table, table)), moved, joined)
        for table, (moved, joined) in counts.items()
        if moved or joined
    ]
