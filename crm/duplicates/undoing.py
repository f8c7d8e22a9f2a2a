"""Taking a merge back: every step backwards, each only as far as it still stands.

What people did since is not undone. A field that was edited since keeps the later value; a row that has gone on
to another record stays there; a row that was made since stays with the record that it was made for. All of it is
listed before and after, and the records that had gone come back exactly as they were.

Merges may be taken back in any order where they do not lie on one another. Where a later one does (it took in
the record that stayed, or touched the same row) it is named: that one first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

import sqlalchemy as sa

from crm.audit.trail import record, recording
from crm.db import db, plain
from crm.lib import clock
from crm.lib.errors import Refused
from crm.lib.on_merge import Act
from crm.lib.words import _, keep, listed
from crm.merchants import identity, placing
from crm.org.guard import reaches
from crm.org.models import User
from crm.org.permissions import Permission
from crm.web import display

from . import choosing, pairs
from .models import Merge, MergeStep, StepKind, Tombstone, merge_row
from .references import LABELS, NOUNS, kept, key_of, references, restored, table_of
from .searching import refresh_around


@dataclass(frozen=True)
class Kept:
    """Something the undo leaves as it finds it, in words."""

    what: str  # 地址, 沟通记录
    why: str


@dataclass
class Outlook:
    """What taking a merge back would do now."""

    back: list[tuple[str, int]] = field(default_factory=list)  # (what, how many rows go back)
    conflicts: list[Kept] = field(default_factory=list)  # what was changed since and stays as it is
    newer: list[tuple[str, int]] = field(default_factory=list)  # rows made since, which stay
    first: list[Merge] = field(default_factory=list)  # later merges that have to be taken back before


@dataclass(frozen=True)
class Undone:
    """What became of it: the records that are back, what was left as it was found."""

    merge: Merge
    restored_ids: list[int]
    conflicts: list[Kept]
    newer: list[tuple[str, int]]


# --- looking ahead -----------------------------------------------------------------------------------------


def outlook(merge: Merge) -> Outlook:
    """Only reads."""
    seen = Outlook(first=_later(merge))
    if not seen.first:
        for kind, run in _runs(_steps(merge)):
            _LOOK[kind](run, seen)
        seen.newer = _newer(merge)
        totals: dict[str, int] = {}
        for what, rows in seen.back:
            totals[what] = totals.get(what, 0) + rows
        seen.back = list(totals.items())
    return seen


def _steps(merge: Merge) -> list[MergeStep]:
    steps = sa.select(MergeStep).filter_by(merge_id=merge.id).order_by(MergeStep.id.desc())
    return list(db.session.scalars(steps))


def _runs(steps: Sequence[MergeStep]) -> Iterator[tuple[StepKind, list[MergeStep]]]:
    """Steps of one kind in one table that follow one another: a thousand rows are put back by one statement."""
    for (kind, _table), run in groupby(steps, key=lambda step: (step.kind, step.table_name)):
        yield kind, list(run)


def _label(table: str) -> str:
    return _(LABELS.get(table, table))


def _still(step: MergeStep) -> sa.ColumnElement[bool]:
    """The rows of a MOVED step that are where the merge put them."""
    table = table_of(step.table_name)
    listed = sa.select(merge_row.c.row_id).where(merge_row.c.step_id == step.id)
    key = key_of(table, step.column_name)
    return sa.and_(table.c[step.column_name] == step.after, key.in_(listed))


def _look_moved(step: MergeStep, seen: Outlook) -> None:
    table = table_of(step.table_name)
    here = db.session.scalar(sa.select(sa.func.count()).select_from(table).where(_still(step))) or 0
    if here:
        seen.back.append((_label(step.table_name), here))
    if gone := step.count - here:
        seen.conflicts.append(
            Kept(_label(step.table_name), _("%(count)s 条后来又转走或删除了，留在现在的地方", count=gone))
        )


def _row(table: sa.Table, row_id: int | None) -> dict[str, Any] | None:
    found = db.session.execute(sa.select(table).where(table.c.id == row_id)).mappings().first()
    return dict(found) if found is not None else None


_TOLD_BY_ANOTHER = {"region_prefix", "follow_user_id", "next_due_on"}


def _look_changed(step: MergeStep, seen: Outlook) -> None:
    row = _row(table_of(step.table_name), step.row_id)
    if row is None:
        return  # deleted since; where that is news, the step that moved it tells
    edited = _edited_since(step, row)
    told: set[str] = set()
    for name in edited:
        label = _column_label(step.table_name, name)
        if label in told or (len(edited) > 1 and name in _TOLD_BY_ANOTHER):
            continue
        told.add(label)
        now = plain(row[name])
        seen.conflicts.append(
            Kept(
                label,
                _(
                    "合并前是“%(before)s”，合并时改为“%(after)s”，后来又改为“%(now)s”，保留后来的",
                    before=_shown(step.before[name]),
                    after=_shown(step.after[name]),
                    now=_shown(now),
                ),
            )
        )


def _edited_since(step: MergeStep, row: Mapping[str, Any] | None) -> list[str]:
    """The columns that no longer say what the merge made them say, and those that are decided with them."""
    edited = {name for name, value in step.after.items() if row is None or plain(row.get(name)) != value}
    for one in choosing.FIELDS.get(step.table_name, ()):
        if edited & set(one.columns):
            edited |= set(one.columns) & set(step.after)
    return sorted(edited)


def _column_label(table: str, column: str) -> str:
    for one in choosing.FIELDS.get(table, ()):
        if column in one.columns:
            return _(one.label)
    return _label(table)


def _shown(value: Any) -> str:
    return "" if value is None else str(value)[:80]


def _look_removed(steps: list[MergeStep], seen: Outlook) -> None:
    missing = _parents_missing(steps)
    seen.conflicts += [
        Kept(_label(step.table_name), missing[step.id]) for step in steps if step.id in missing
    ]
    if back := len(steps) - len(missing):
        seen.back.append((_label(steps[0].table_name), back))


def _parents_missing(steps: Sequence[MergeStep]) -> dict[int, str]:
    """{step: why its row cannot come back}: what it hung on has been deleted since. The records of the merge
    itself are back by then: a step that is undone earlier restores them."""
    missing: dict[int, str] = {}
    merge_id = steps[0].merge_id
    for column in table_of(steps[0].table_name).columns:
        for key in column.foreign_keys:
            target = key.column.table
            wanted = {step.before[column.name] for step in steps if step.before.get(column.name) is not None}
            there = _still_there(target, sorted(wanted)) | _returning(merge_id, target.name)
            for step in steps:
                value = step.before.get(column.name)
                if value is not None and value not in there:
                    missing[step.id] = _(
                        "它所属的%(what)s已经不存在，内容保留在合并日志里", what=_label(target.name)
                    )
    return missing


def _still_there(table: sa.Table, ids: Sequence[int]) -> set[int]:
    found: set[int] = set()
    for some in identity.chunks(ids, 500):
        found |= set(db.session.scalars(sa.select(table.c.id).where(table.c.id.in_(some))))
    return found


def _returning(merge_id: int, noun: str) -> set[int]:
    if noun not in NOUNS:
        return set()
    mine = sa.select(Tombstone.old_id).where(Tombstone.merge_id == merge_id, Tombstone.noun == noun)
    return set(db.session.scalars(mine))


def _look_added(step: MergeStep, seen: Outlook) -> None:
    row = _row(table_of(step.table_name), step.row_id)
    if row is not None and kept(row) != step.after:
        seen.conflicts.append(Kept(_label(step.table_name), _("合并时新增，后来改过，保留")))


def _each(look: Callable[..., None]) -> Callable[..., None]:
    """A way to look at, or to take back, one step after the other."""

    def go(steps: list[MergeStep], *more: Any) -> None:
        for step in steps:
            look(step, *more)

    return go


_LOOK: dict[StepKind, Callable[[list[MergeStep], Outlook], None]] = {
    StepKind.MOVED: _each(_look_moved),
    StepKind.CHANGED: _each(_look_changed),
    StepKind.REMOVED: _look_removed,
    StepKind.ADDED: _each(_look_added),
}


def _newer(merge: Merge) -> list[tuple[str, int]]:
    """Rows that were made for the surviving record since: they stay with it."""
    asked = []
    for one in references(merge.noun, Act.MOVES, Act.JOINS):
        since = merge.newest.get(one.table.name)
        if since is not None:
            added = sa.select(MergeStep.row_id).where(
                MergeStep.merge_id == merge.id,
                MergeStep.kind == StepKind.ADDED,
                MergeStep.table_name == one.table.name,
            )
            asked.append(
                sa.select(sa.literal(one.table.name), sa.func.count()).where(
                    one.names(merge.survivor_id), one.key > since, one.key.not_in(added)
                )
            )
    rows = db.session.execute(sa.union_all(*asked)) if asked else ()
    return [(_label(table), count) for table, count in rows if count]


# --- what has to be taken back first -----------------------------------------------------------------------


def _later(merge: Merge) -> list[Merge]:
    """Later merges, still standing, that lie on this one. The newest first: that is the order to go."""
    later = sa.select(Merge).where(Merge.id > merge.id, Merge.undone_at.is_(None))
    ids = set(db.session.scalars(later.with_only_columns(Merge.id)))
    if not ids:
        return []
    took_in = sa.select(Tombstone.merge_id).where(
        Tombstone.noun == merge.noun, Tombstone.old_id == merge.survivor_id, Tombstone.standing
    )
    found = set(db.session.scalars(took_in))
    for rows in _touching(merge):
        found |= set(db.session.scalars(rows))
    found |= _parents_taken(merge)
    if not found & ids:
        return []
    return list(db.session.scalars(later.where(Merge.id.in_(found & ids)).order_by(Merge.id.desc())))


def _touching(merge: Merge) -> Iterable[sa.Select[Any]]:
    """Merges that touched a row this one touched, by any of the ways in which a step names rows."""
    mine, theirs = sa.orm.aliased(MergeStep), sa.orm.aliased(MergeStep)
    my_rows, their_rows = merge_row.alias("my_rows"), merge_row.alias("their_rows")
    same_table = sa.and_(
        mine.merge_id == merge.id,
        theirs.merge_id > merge.id,
        theirs.table_name == mine.table_name,
        # Two columns of one row may go two ways: a position's person, its firm.
        sa.or_(theirs.column_name == mine.column_name, theirs.column_name == "", mine.column_name == ""),
        _one_owner(merge, mine, theirs),
    )
    ask = sa.select(theirs.merge_id).distinct().where(same_table)
    changed_apart = sa.and_(mine.kind == StepKind.CHANGED, theirs.kind == StepKind.CHANGED)
    singles = sa.or_(
        sa.and_(theirs.row_id == mine.row_id, sa.not_(changed_apart)),
        theirs.into_id == mine.row_id,
        theirs.row_id == mine.into_id,
    )
    # The survivor itself is where every later merge goes on; only its columns can collide (`_same_columns`).
    yield ask.where(singles, mine.table_name != merge.noun)
    yield ask.where(sa.or_(theirs.row_id == my_rows.c.row_id, theirs.into_id == my_rows.c.row_id)).where(
        my_rows.c.step_id == mine.id
    )
    yield ask.where(sa.or_(their_rows.c.row_id == mine.row_id, their_rows.c.row_id == mine.into_id)).where(
        their_rows.c.step_id == theirs.id
    )
    yield ask.where(
        my_rows.c.step_id == mine.id,
        their_rows.c.step_id == theirs.id,
        my_rows.c.row_id == their_rows.c.row_id,
    )
    yield _same_columns(merge)


def _one_owner(merge: Merge, mine: Any, theirs: Any) -> sa.ColumnElement[bool]:
    """In a table of pairs a number alone names no row: only merges into the same record can mean the same."""
    paired = [table.name for table in Merge.metadata.sorted_tables if "id" not in table.c]
    same = sa.select(Merge.id).where(Merge.noun == merge.noun, Merge.survivor_id == merge.survivor_id)
    return sa.or_(mine.table_name.not_in(paired), theirs.merge_id.in_(same))


def _same_columns(merge: Merge) -> sa.Select[Any]:
    """Later steps that changed the same columns of the same row. There are few: they are looked through here."""
    mine = sa.select(MergeStep).where(MergeStep.merge_id == merge.id, MergeStep.kind == StepKind.CHANGED)
    columns: dict[tuple[str, int | None], set[str]] = {}
    for step in db.session.scalars(mine):
        columns.setdefault((step.table_name, step.row_id), set()).update(step.after)
    found = []
    if columns:
        theirs = sa.select(MergeStep).where(
            MergeStep.merge_id > merge.id,
            MergeStep.kind == StepKind.CHANGED,
            MergeStep.row_id.in_({row_id for _table, row_id in columns}),
        )
        for step in db.session.scalars(theirs):
            if columns.get((step.table_name, step.row_id), set()) & set(step.after):
                found.append(step.merge_id)
    return sa.select(Merge.id).where(Merge.id.in_(found))


def _parents_taken(merge: Merge) -> set[int]:
    """Later merges that took in a record which a row names that would come back: a position's person, the other
    side of a pair."""
    named = {
        (one.table.name, one.column.name): one.noun
        for noun in NOUNS
        for one in references(noun, Act.MOVES, Act.JOINS, Act.PAIRED)
        if not one.rule.noun_in or noun == merge.noun
    }
    steps = sa.select(MergeStep.table_name, MergeStep.before).where(
        MergeStep.merge_id == merge.id, MergeStep.kind.in_((StepKind.REMOVED, StepKind.CHANGED))
    )
    wanted: dict[str, set[int]] = {noun: set() for noun in NOUNS}
    for table, before in db.session.execute(steps):
        for name, value in before.items():
            if (noun := named.get((table, name))) and value:
                wanted[noun].add(value)
    found: set[int] = set()
    for noun, ids in wanted.items():
        gone = sa.select(Tombstone.merge_id).where(
            Tombstone.noun == noun,
            Tombstone.old_id.in_(ids),
            Tombstone.standing,
            Tombstone.merge_id > merge.id,
        )
        found |= set(db.session.scalars(gone)) if ids else set()
    return found


# --- the act -----------------------------------------------------------------------------------------------


def refusal(merge: Merge, user: User, first: Sequence[Merge] | None = None) -> str:
    """Why this user cannot take it back now; empty when he can."""
    if merge.undone_at is not None:
        who = merge.undone_by.name if merge.undone_by else "CRM"
        return _("%(who)s已于%(when)s撤销了这次合并", who=who, when=display.moment(merge.undone_at))
    if not may_undo(merge, user):
        return _("您没有权限撤销这次合并，请找合并的人、负责人或管理员")
    if first := _later(merge) if first is None else first:
        names = listed(_("第 %(id)s 号（%(name)s）", id=one.id, name=one.survivor_name) for one in first)
        return _("后来的合并用到了这次合并的结果，请先撤销：%(merges)s", merges=names)
    return ""


def may_undo(merge: Merge, user: User) -> bool:
    """Whoever has the right on all of them as they were; and whoever merged them, for his own slip."""
    scope = user.scope_of(Permission.MERCHANT_MERGE)
    if scope is None:
        return False
    if merge.merged_by_id == user.id:
        return True
    model = NOUNS[merge.noun]
    survivor = db.session.get(model, merge.survivor_id)
    was = [step.before for step in _steps(merge)
           if step.kind is StepKind.REMOVED and step.table_name == merge.noun]  # fmt: skip
    if survivor is not None:
        was.append(survivor.snapshot())
    return all(
        reaches(
            scope,
            user,
            units=(one["follow_unit_id"], one["first_report_unit_id"]),
            owners=(one["follow_user_id"], one["first_report_user_id"]),
        )
        for one in was
    )


def undo(merge: Merge, *, actor: User) -> Undone:
    """Take the merge back in one transaction. Refused when it was taken back already, or others come first."""
    db.session.flush()
    locked = sa.select(Merge).where(Merge.id == merge.id).with_for_update()
    merge = db.session.scalars(locked.execution_options(populate_existing=True)).one()
    ahead = outlook(merge) if merge.undone_at is None else Outlook()
    if said := refusal(merge, actor, ahead.first):
        raise Refused(said)
    noun, model = merge.noun, NOUNS[merge.noun]
    table: Any = table_of(noun)
    db.session.execute(sa.select(table.c.id).where(table.c.id == merge.survivor_id).with_for_update())
    survivor: Any = db.session.get_one(model, merge.survivor_id)
    back = [tombstone.old_id for tombstone in merge.tombstones]
    names = listed(tombstone.name for tombstone in merge.tombstones)
    with recording(f"{noun}.unmerged", survivor, actor=actor, note=keep(names)):
        for kind, run in _runs(_steps(merge)):
            _UNDO[kind](run)
        db.session.execute(  # a form opened meanwhile does not know what has gone from the record
            sa.update(table).where(table.c.id == survivor.id).values(version=table.c.version + 1)
        )
        for tombstone in merge.tombstones:
            tombstone.standing = False
        merge.undone_at, merge.undone_by_id = clock.now(), actor.id
        merge.kept = [[keep(one.what), keep(one.why)] for one in ahead.conflicts]
        db.session.flush()
        db.session.expire_all()
        pairs.open_inside(noun, [survivor.id, *back])
        identity.refresh(survivor)
        identity.refresh_many(noun, back)
    again: Any = sa.select(model).where(model.id.in_(back)).order_by(model.id)
    for one in db.session.scalars(again):
        record(f"{noun}.brought_back", one, actor=actor, note=f"{survivor.name} #{survivor.id}")
    refresh_around(noun, [survivor.id, *back])
    placing.place(noun, [survivor.id, *back])
    pairs.weigh_again(noun, [survivor.id, *back])
    return Undone(merge, back, ahead.conflicts, ahead.newer)


def _undo_moved(step: MergeStep) -> None:
    table = table_of(step.table_name)
    values: dict[Any, Any] = {table.c[step.column_name]: step.before}
    if "version" in table.c:
        values[table.c.version] = table.c.version + 1
    db.session.execute(sa.update(table).where(_still(step)).values(values))


def _undo_changed(step: MergeStep) -> None:
    table = table_of(step.table_name)
    row = _row(table, step.row_id)
    edited = _edited_since(step, row)
    values = {name: value for name, value in step.before.items() if name not in edited}
    if row is None or not values:
        return
    real: dict[str, Any] = restored(table, values)
    if "version" in table.c:
        real["version"] = table.c.version + 1
    db.session.execute(sa.update(table).where(table.c.id == step.row_id).values(real))


def _undo_removed(steps: list[MergeStep]) -> None:
    missing = _parents_missing(steps)
    table = table_of(steps[0].table_name)
    back = [restored(table, step.before) for step in steps if step.id not in missing]
    if back:
        db.session.execute(sa.insert(table), back)


def _undo_added(step: MergeStep) -> None:
    table = table_of(step.table_name)
    row = _row(table, step.row_id)
    if row is not None and kept(row) == step.after:
        db.session.execute(sa.delete(table).where(table.c.id == step.row_id))


_UNDO: dict[StepKind, Callable[[list[MergeStep]], None]] = {
    StepKind.MOVED: _each(_undo_moved),
    StepKind.CHANGED: _each(_undo_changed),
    StepKind.REMOVED: _undo_removed,
    StepKind.ADDED: _each(_undo_added),
}
