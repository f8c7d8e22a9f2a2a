"""Several records become one: the plan that a person looks at, and the act, in one transaction.

    plan = merging.plan("enterprise", [12, 40], user=me())
    merge = merging.merge(plan, actor=me())
    undone = merging.undo(merge, actor=me())

The record reported first stays, with its number. What hangs on the others goes over to it by one statement for
each column that names a merchant, as `references` reads them from the models; each step is written down so
exactly that `undoing` can take it back. The others' numbers become tombstones that lead to the one that stays.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from crm.audit.trail import record, recording
from crm.db import db
from crm.dedup.profile import profile_of
from crm.lib import texts
from crm.lib.errors import Refused
from crm.lib.on_merge import Act
from crm.lib.words import _, keep, listed
from crm.merchants import identity, placing, queries
from crm.merchants.models import Enterprise, FormerName, Handle, HandleKind, Person, Position, SuspectState
from crm.merchants.uscc import warning
from crm.org.models import User
from crm.org.permissions import Permission
from crm.reference import industries, regions
from crm.web import display

from . import choosing, pairs, tombstones
from .choosing import Choice
from .models import Merge, MergeStep, StepKind, Tombstone, merge_row
from .references import LABELS, NOUNS, Reference, kept, references, table_of
from .searching import refresh_around
from .undoing import Undone, undo

__all__ = ["AlreadyMerged", "Plan", "Undone", "merge", "plan", "undo"]

STEPS: Any = MergeStep.__table__
MOST = 20  # records in one merge: what one person can look at
Merchant = Enterprise | Person


class AlreadyMerged(Refused):
    """Somebody was quicker. `merge` says who and when, and where the record is now."""

    def __init__(self, tombstone: Tombstone):
        self.merge = tombstone.merge
        super().__init__(tombstones.sentence(tombstone))


# --- the plan ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class FieldPlan:
    """One field of the merged record, ready to be shown. `source` is none when several are joined."""

    key: str
    label: str
    shown: dict[int, str]  # what each record says
    result: str
    source: int | None
    differs: bool
    by_hand: bool


@dataclass(frozen=True)
class Moving:
    """How many rows of one kind hang on each record."""

    label: str
    name: str  # table.column
    counts: dict[int, int]


@dataclass
class Plan:
    """What merging these would do. Nothing has been done yet; `refusals` say why it cannot be."""

    noun: str
    survivor_id: int
    loser_ids: list[int]
    prefer: int
    records: dict[int, Merchant]
    versions: dict[int, int]
    decided: list[Choice]
    fields: list[FieldPlan]
    moves: list[Moving]
    former_names: list[str]  # names that become former names
    refusals: list[str] = field(default_factory=list)

    @property
    def ids(self) -> list[int]:
        return [self.survivor_id, *self.loser_ids]

    @property
    def survivor(self) -> Merchant:
        return self.records[self.survivor_id]

    @property
    def losers(self) -> list[Merchant]:
        return [self.records[one] for one in self.loser_ids]

    @property
    def moving(self) -> int:
        """How many rows go over to the record that stays."""
        return sum(count for one in self.moves for record_id, count in one.counts.items()
                   if record_id != self.survivor_id)  # fmt: skip

    @property
    def values(self) -> dict[str, Any]:
        """{column: value} of the merged record."""
        return {
            column: value
            for choice in self.decided
            for column, value in zip(choice.field.columns, choice.value, strict=True)
        }


def plan(
    noun: str,
    ids: Iterable[int],
    *,
    prefer: int | None = None,
    choices: Mapping[str, int] | None = None,
    user: User | None = None,
) -> Plan:
    """What would become of these records. Only reads; `user`: the refusals include what he may not do.

    `prefer`: whose values are believed (the fuller, then the newer record); `choices`: {field: record} where a
    person chose otherwise. Raises `Refused` when there is nothing to plan: fewer than two, or gone meanwhile.
    """
    wanted = list(dict.fromkeys(ids))
    if len(wanted) < 2:
        raise Refused(_("请至少选择两条记录"))
    if len(wanted) > MOST:
        raise Refused(_("一次最多合并 %(most)s 条记录", most=MOST))
    model = NOUNS[noun]
    rows = queries.loaded(sa.select(model).where(model.id.in_(wanted)), model)
    records: dict[int, Merchant] = {one.id: one for one in db.session.scalars(rows).unique()}
    if missing := [one for one in wanted if one not in records]:
        raise _gone(noun, missing)
    survivor_id = choosing.survivor_of({one.id: one.first_reported_at for one in records.values()})
    loser_ids = sorted(one for one in wanted if one != survivor_id)
    values = {one.id: _values(one) for one in records.values()}
    moves = _moves(noun, wanted)
    if prefer not in records:
        children = {one: sum(each.counts.get(one, 0) for each in moves) for one in wanted}
        prefer = choosing.fullest(values, noun, children)
    decided = choosing.decide(noun, values, survivor_id, prefer, choices or {})
    decided, former = _names_kept(noun, records, survivor_id, decided)
    said = _Words(records.values())
    return Plan(
        noun=noun,
        survivor_id=survivor_id,
        loser_ids=loser_ids,
        prefer=prefer,
        records=records,
        versions={one.id: one.version for one in records.values()},
        decided=decided,
        fields=[_field_plan(choice, values, said) for choice in decided],
        moves=moves,
        former_names=former,
        refusals=_refusals(noun, records, user),
    )


def _gone(noun: str, missing: Sequence[int]) -> Refused:
    tombstone = db.session.scalar(
        sa.select(Tombstone).where(Tombstone.noun == noun, Tombstone.old_id.in_(missing), Tombstone.standing)
    )
    return AlreadyMerged(tombstone) if tombstone else Refused(_("有一条记录已经不存在了，请返回刷新"))


def _values(subject: Merchant) -> dict[str, Any]:
    return {
        column.key: getattr(subject, column.key) for column in sa.orm.class_mapper(type(subject)).column_attrs
    }


def _moves(noun: str, ids: Sequence[int]) -> list[Moving]:
    """How many rows hang on each: one statement for all tables."""
    found = list(references(noun, Act.MOVES, Act.JOINS))
    asked = [
        sa.select(
            sa.literal(one.name), one.column.label("record_id"), sa.func.count().label("rows")
        ).where(one.names(*ids)).group_by(one.column)
        for one in found
    ]  # fmt: skip
    counts: dict[str, dict[int, int]] = {one.name: {} for one in found}
    for name, record_id, number in db.session.execute(sa.union_all(*asked)):
        counts[name][record_id] = number
    return [
        Moving(_(LABELS.get(one.table.name, one.table.name)), one.name, counts[one.name])
        for one in found
        if counts[one.name]
    ]


def _names_kept(
    noun: str, records: Mapping[int, Merchant], survivor_id: int, decided: list[Choice]
) -> tuple[list[Choice], list[str]]:
    """The names that lose are not lost: a firm's become former names, a person's stand in the note."""
    name = decided[_at(decided, "name")].value[0]
    order = [survivor_id, *sorted(set(records) - {survivor_id})]
    others = list(dict.fromkeys(records[one].name for one in order if records[one].name != name))
    if noun == "enterprise":
        there = {former.name for one in records.values() for former in getattr(one, "former_names", ())}
        return decided, [one for one in others if one not in there]
    at = _at(decided, "note")
    note = decided[at].value[0]
    lines = [_("另一写法：%(name)s", name=one) for one in others if one not in note]
    if lines:
        decided[at] = Choice(decided[at].field, ("\n".join([note, *lines]).strip(),), None, True)
    return decided, []


def _at(decided: Sequence[Choice], key: str) -> int:
    return next(at for at, choice in enumerate(decided) if choice.field.key == key)


class _Words:
    """Values as people read them."""

    def __init__(self, records: Iterable[Merchant]):
        self.units = {one.follow_unit_id: one.follow_unit.name for one in records}
        self.users = {one.follow_user_id: one.follow_user.name for one in records if one.follow_user}

    def __call__(self, key: str, value: tuple[Any, ...]) -> str:
        first = value[0]
        if key == "region_code":
            return regions.full_name(first)
        if key == "industry_code":
            return industries.name(first)
        if key == "follow_unit_id":
            return " · ".join(one for one in (self.units.get(first), self.users.get(value[1])) if one)
        if key == "next_step":
            return " · ".join(one for one in (first, display.day(value[1]) if value[1] else "") if one)
        if key == "last_contact_at":
            return display.day(first) if first else ""
        return str(getattr(first, "label", None) or first or "")


def _field_plan(choice: Choice, values: Mapping[int, Mapping[str, Any]], said: _Words) -> FieldPlan:
    key, columns = choice.field.key, choice.field.columns
    return FieldPlan(
        key=key,
        label=_(choice.field.label),
        shown={one: said(key, tuple(row[column] for column in columns)) for one, row in values.items()},
        result=said(key, choice.value),
        source=choice.source,
        differs=choice.differs,
        by_hand=choice.by_hand,
    )


# --- what speaks against it --------------------------------------------------------------------------------


def _refusals(noun: str, records: Mapping[int, Merchant], user: User | None) -> list[str]:
    found = _rights(noun, records, user) if user is not None else []
    if noun == "enterprise":
        found += _not_one_entity([one for one in records.values() if isinstance(one, Enterprise)])
    for one in pairs.contradictions(noun, list(records)):
        names = {"a": records[one.a_id].name, "b": records[one.b_id].name}
        if one.state is SuspectState.RELATED:
            found.append(_("“%(a)s”和“%(b)s”已判定为有关联的两家，要合并请先撤销那个判定", **names))
        else:
            found.append(_("“%(a)s”和“%(b)s”已判定不是同一家，要合并请先撤销那个判定", **names))
    return found


def _rights(noun: str, records: Mapping[int, Merchant], user: User) -> list[str]:
    """A merge changes every record in it, so one needs the right on every one."""
    model = NOUNS[noun]
    visible = queries.rows_of(noun, user).with_only_columns(model.id).where(model.id.in_(records))
    seen = set(db.session.scalars(visible))
    found = []
    for one in records.values():
        unit = one.follow_unit.name
        if one.id not in seen:
            found.append(_("其中一条由%(unit)s掌握，您看不到，请与他们或管理员商量", unit=unit))
        elif not queries.may(user, Permission.MERCHANT_MERGE, one):
            found.append(
                _("“%(name)s”由%(unit)s跟进，您不能合并它，请找负责人或管理员", name=one.name, unit=unit)
            )
    return list(dict.fromkeys(found))


def _not_one_entity(firms: Sequence[Enterprise]) -> list[str]:
    """What the law says are two: another code, another kind of body, a branch and its company."""
    found = []
    codes = {one.uscc: one.name for one in firms if one.uscc and not warning(one.uscc)}
    if len(codes) > 1:
        said = _("；").join(f"{name} {code}" for code, name in codes.items())
        found.append(_("信用代码不同，是不同的主体，不能合并：%(codes)s", codes=said))
    kinds = {one.kind: one.kind.label for one in firms}
    if len(kinds) > 1:
        found.append(_("它们不是同一类（%(kinds)s），不能合并，请先核对类型", kinds=listed(kinds.values())))
    profiles = {one.id: profile_of(known.record) for one, known in _known(firms)}
    for at, one in enumerate(firms):
        for other in firms[at + 1 :]:
            mine, theirs = profiles[one.id], profiles[other.id]
            if mine.branch != theirs.branch:
                found.append(
                    _(
                        "“%(a)s”和“%(b)s”是不同的机构（分支机构与本部），不能合并，请判定为有关联",
                        a=one.name,
                        b=other.name,
                    )
                )
    return found


def _known(firms: Sequence[Enterprise]) -> list[tuple[Enterprise, identity.Known]]:
    loaded = identity.load("enterprise", [one.id for one in firms])
    return [(one, loaded[one.id]) for one in firms]


# --- the act -----------------------------------------------------------------------------------------------


def merge(plan: Plan, *, actor: User, seen: Mapping[int, int] | None = None) -> Merge:
    """Carry the plan out, all of it or nothing. `seen`: {record: version} that the person had before his eyes;
    without it those of the plan count. Of two people at once one wins; the other gets `AlreadyMerged`."""
    noun = plan.noun
    _lock(plan, dict(seen or {}) or plan.versions)
    if refusals := _refusals(noun, plan.records, actor):
        raise Refused(_("；").join(refusals))
    survivor = plan.survivor
    done = Merge(
        noun=noun,
        survivor_id=survivor.id,
        survivor_name=str(plan.values["name"]),
        merged_by_id=actor.id,
        choices={one.field.key: one.source for one in plan.decided if one.by_hand},
        newest=_newest(noun),
    )
    done.tombstones = [
        Tombstone(noun=noun, old_id=one.id, name=one.name, survivor_id=survivor.id) for one in plan.losers
    ]
    db.session.add(done)
    db.session.flush()
    names = listed(_("%(name)s（编号 %(id)s）", name=one.name, id=one.id) for one in plan.losers)
    for loser in plan.losers:
        record(f"{noun}.merged_away", loser, actor=actor, note=f"{survivor.name} #{survivor.id}")
    with recording(f"{noun}.merged", survivor, actor=actor, note=keep(names)):
        pairs.settle_inside(noun, survivor.id, plan.loser_ids, actor)
        work = _Work(plan, done)
        work.carry_out()
        done.moved = work.moved
        db.session.flush()
        for loser in plan.losers:
            db.session.expunge(loser)
        db.session.expire_all()
        identity.forget(noun, plan.loser_ids)
        identity.refresh(survivor)
    refresh_around(noun, [survivor.id])
    placing.place(noun, [survivor.id])
    return done


def _lock(plan: Plan, seen: Mapping[int, int]) -> None:
    """Nobody else changes these until we are done; and they are what the plan was made of."""
    db.session.flush()
    table = table_of(plan.noun)
    rows = sa.select(table.c.id, table.c.version).where(table.c.id.in_(plan.ids)).order_by(table.c.id)
    there = dict(db.session.execute(rows.with_for_update()).all())
    if missing := [one for one in plan.ids if one not in there]:
        raise _gone(plan.noun, missing)
    changed = [plan.records[one].name for one in plan.ids if seen.get(one, there[one]) != there[one]
               or plan.versions[one] != there[one]]  # fmt: skip
    if changed:
        raise Refused(_("别人刚刚改过“%(name)s”，请核对后再合并一次", name=listed(changed)))


def _newest(noun: str) -> dict[str, int]:
    """The newest row of each table whose rows may hang on a record: what is newer later came after the merge."""
    tables = {one.table.name: one.key for one in references(noun, Act.MOVES, Act.JOINS)}
    asked = [
        sa.select(sa.literal(name), sa.func.coalesce(sa.func.max(key), 0)) for name, key in tables.items()
    ]
    return dict(db.session.execute(sa.union_all(*asked)).all())


class _Work:
    """The steps, carried out and written down."""

    def __init__(self, plan: Plan, done: Merge):
        self.plan, self.done, self.noun = plan, done, plan.noun
        self.moved: dict[str, int] = {}
        self._steps: list[dict[str, Any]] = []
        self._counts = _moves(plan.noun, plan.loser_ids)

    def carry_out(self) -> None:
        mains = self._mains([self.plan.survivor_id])
        if self.noun == "enterprise":
            self._current_name()
        for reference in references(self.noun, Act.MOVES, Act.JOINS):
            for loser_id in self._holders(reference):
                if reference.act is Act.JOINS:
                    self._join(reference, loser_id)
                self._move(reference, loser_id)
        self._pairs()
        if self.noun == "enterprise":
            self._one_main(mains)
            self._former_names()
        self._survivor()
        table = table_of(self.noun)
        rows = sa.select(table).where(table.c.id.in_(self.plan.loser_ids)).order_by(table.c.id)
        for row in db.session.execute(rows).mappings().all():
            self._remove(table, dict(row), row["id"], self.plan.survivor_id)
        db.session.execute(table.delete().where(table.c.id.in_(self.plan.loser_ids)))
        self.write_down()

    def _holders(self, reference: Reference) -> list[int]:
        """The losers that hold rows of this kind: most hold none."""
        counts = next((one.counts for one in self._counts if one.name == reference.name), {})
        return [one for one in self.plan.loser_ids if counts.get(one)]

    # --- what a step is

    def _step(self, kind: StepKind, table: str, **said: Any) -> None:
        blank = {
            "column_name": "",
            "row_id": None,
            "into_id": None,
            "before": None,
            "after": None,
            "count": 1,
        }
        self._steps.append({"merge_id": self.done.id, "kind": kind, "table_name": table, **blank, **said})

    def write_down(self) -> None:
        """Their numbers are their order."""
        if self._steps:
            db.session.execute(sa.insert(STEPS), self._steps)
            self._steps = []

    def _move(self, reference: Reference, loser_id: int) -> None:
        survivor_id, table = self.plan.survivor_id, reference.table
        about = reference.names(loser_id)
        count = db.session.scalar(sa.select(sa.func.count()).select_from(table).where(about)) or 0
        if not count:
            return
        self._step(
            StepKind.MOVED, table.name, column_name=reference.column.name, before=loser_id, after=survivor_id,
            count=count,
        )  # fmt: skip
        self.write_down()
        step_id = sa.select(sa.func.max(STEPS.c.id)).where(STEPS.c.merge_id == self.done.id).scalar_subquery()
        rows = sa.select(step_id, reference.key).where(about)
        db.session.execute(sa.insert(merge_row).from_select(["step_id", "row_id"], rows))
        values: dict[Any, Any] = {reference.column: survivor_id}
        if "version" in table.c:  # whoever has the row open in a form is told that it changed
            values[table.c.version] = table.c.version + 1
        db.session.execute(sa.update(table).where(about).values(values))
        self._count(reference.name, count)

    def _count(self, name: str, rows: int) -> None:
        self.moved[name] = self.moved.get(name, 0) + rows

    def _remove(self, table: sa.Table, row: dict[str, Any], row_id: int, into_id: int | None) -> None:
        """Write down that a row goes; the caller deletes it."""
        self._step(StepKind.REMOVED, table.name, row_id=row_id, into_id=into_id, before=kept(row), after=None)

    def _change(self, table: sa.Table, row: Mapping[str, Any], values: Mapping[str, Any]) -> None:
        changed = {name: value for name, value in values.items() if row[name] != value}
        if not changed:
            return
        before = {name: row[name] for name in changed}
        self._step(StepKind.CHANGED, table.name, row_id=row["id"], before=kept(before), after=kept(changed))
        if "version" in table.c:
            changed["version"] = table.c.version + 1
        db.session.execute(sa.update(table).where(table.c.id == row["id"]).values(changed))

    # --- rows that would be there twice

    def _join(self, reference: Reference, loser_id: int) -> None:
        """Rows the survivor has already become one with its own; the rest is left to `_move`."""
        twins = self._twins(reference, loser_id)
        for row, twin in twins:
            row_id = row[reference.key.name]
            self._remove(reference.table, row, row_id, twin[reference.key.name])
            if "id" in reference.table.c:
                self._complete(reference, row, twin)
        gone = [row[reference.key.name] for row, _twin in twins]
        for some in identity.chunks(gone, 500):
            db.session.execute(
                sa.delete(reference.table).where(reference.names(loser_id), reference.key.in_(some))
            )
        if gone:
            self._count(reference.name, len(gone))

    def _twins(self, reference: Reference, loser_id: int) -> list[tuple[dict[str, Any], dict[str, Any]]]:
        """(the loser's row, the survivor's row that says the same)"""
        table, survivor_id = reference.table, self.plan.survivor_id
        if same := SAME_BY.get(table.name):
            rows = sa.select(table).where(reference.names(loser_id, survivor_id)).order_by(reference.key)
            found = [dict(row) for row in db.session.execute(rows).mappings()]
            mine = {same(row): row for row in reversed(found) if row[reference.column.name] == survivor_id}
            theirs = [row for row in found if row[reference.column.name] == loser_id]
            return [(row, mine[same(row)]) for row in theirs if same(row) in mine]
        other = table.alias("other")
        alike = [other.c[column.name] == column for column in reference.twins_by]
        rows = (
            sa.select(table, *[column.label(f"twin_{column.name}") for column in other.columns])
            .join(other, sa.and_(other.c[reference.column.name] == survivor_id, *alike))
            .where(reference.names(loser_id))
            .order_by(reference.key)
        )
        return [
            (
                {column.name: row[column.name] for column in table.columns},
                {column.name: row[f"twin_{column.name}"] for column in table.columns},
            )
            for row in db.session.execute(rows).mappings()
        ]

    def _complete(self, reference: Reference, row: dict[str, Any], twin: dict[str, Any]) -> None:
        """What the row that stays does not say, the other one says; of two titles neither is lost."""
        fixed = {"id", reference.column.name, *(column.name for column in reference.twins_by)}
        values = {
            name: value for name, value in row.items() if name not in fixed and value and not twin[name]
        }
        if reference.table.name == Position.__tablename__ and row["title"] and twin["title"]:
            column: Any = reference.table.c.title
            values["title"] = _both_titles(twin["title"], row["title"], column.type.length)
        self._change(reference.table, twin, values)
        twin.update(values)

    # --- what is particular

    def _mains(self, firms: Sequence[int]) -> list[int]:
        if self.noun != "enterprise":
            return []
        held = sa.select(Position.id).where(Position.enterprise_id.in_(firms), Position.is_main)
        return list(db.session.scalars(held.order_by(Position.id)))

    def _one_main(self, own: Sequence[int]) -> None:
        """A firm has one first contact: the survivor's own, else that of the record that was there longest."""
        now = self._mains([self.plan.survivor_id])
        stays = next((one for one in now if one in own), now[0] if now else None)
        table: Any = Position.__table__
        for one in now:
            if one != stays:
                self._change(table, {"id": one, "is_main": True}, {"is_main": False})

    def _current_name(self) -> None:
        """What it is called from now on is no former name of any of them."""
        table: Any = FormerName.__table__
        about = sa.and_(table.c.enterprise_id.in_(self.plan.ids), table.c.name == self.plan.values["name"])
        for row in db.session.execute(sa.select(table).where(about).order_by(table.c.id)).mappings().all():
            self._remove(table, dict(row), row["id"], None)
        db.session.execute(sa.delete(table).where(about))

    def _former_names(self) -> None:
        table: Any = FormerName.__table__
        for former in self.plan.former_names:
            new = {"enterprise_id": self.plan.survivor_id, "name": former}
            row_id = db.session.scalar(sa.insert(table).values(new).returning(table.c.id))
            self._step(StepKind.ADDED, table.name, row_id=row_id, before=None, after={"id": row_id, **new})

    def _survivor(self) -> None:
        table = table_of(self.noun)
        row = db.session.execute(sa.select(table).where(table.c.id == self.plan.survivor_id)).mappings().one()
        before = dict(row)
        self._change(table, before, self.plan.values)
        if all(before[name] == value for name, value in self.plan.values.items()):
            # Nothing of its own changed, but a form opened before does not know what hangs on it now.
            db.session.execute(
                sa.update(table).where(table.c.id == before["id"]).values(version=table.c.version + 1)
            )

    def _pairs(self) -> None:
        """Pairs with somebody else go to the survivor; see pairs.py."""
        survivor_id, inside = self.plan.survivor_id, set(self.plan.ids)
        rows = pairs.about(self.noun, inside)
        mine = {_other(row, survivor_id): row for row in rows if survivor_id in (row["a_id"], row["b_id"])}
        for row in rows:
            loser_id = row["a_id"] if row["a_id"] in inside else row["b_id"]
            if loser_id == survivor_id:
                continue
            other = _other(row, loser_id)
            if twin := mine.get(other):
                if pairs.outlives(row, twin):
                    said = {name: row[name] for name in pairs.DECISION}
                    self._change(pairs.TABLE, twin, said)
                    twin.update(said)
                self._remove(pairs.TABLE, row, row["id"], twin["id"])
                db.session.execute(sa.delete(pairs.TABLE).where(pairs.TABLE.c.id == row["id"]))
            else:
                self._change(pairs.TABLE, row, pairs.in_order(survivor_id, other))
                mine[other] = row
            self._count("suspect.pair", 1)


def _other(pair: Mapping[str, Any], one: int) -> int:
    return pair["b_id"] if pair["a_id"] == one else pair["a_id"]


def _same_way(row: Mapping[str, Any]) -> Any:
    """Two ways to reach somebody are one: the same number and extension, or the same WeChat name."""
    if row["digits"]:
        return row["digits"], row["extension"]
    kind = row["kind"]
    return (kind.value if isinstance(kind, HandleKind) else kind), texts.fold(row["value"])


def _both_titles(mine: str, theirs: str, longest: int) -> str:
    """董事长、总经理: each once, the own first, as many as the column has room for."""
    said = mine
    for one in dict.fromkeys(theirs.split("、")):
        more = f"{said}、{one}"
        if one and one not in said.split("、") and len(more) <= longest:
            said = more
    return said


SAME_BY = {Handle.__tablename__: _same_way, FormerName.__tablename__: lambda row: row["name"]}
"""Where no unique key says which rows are the same."""
