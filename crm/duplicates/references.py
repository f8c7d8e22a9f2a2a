"""Every column that names an enterprise or a person, and what a merge does with it, as the models say."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from crm.db import Model, Moment, Wan, plain
from crm.lib.on_merge import KEY, Act, OnMerge
from crm.lib.words import N_
from crm.merchants.models import Enterprise, Person

NOUNS: dict[str, type[Enterprise] | type[Person]] = {"enterprise": Enterprise, "person": Person}

LABELS = {
    "contact_log": N_("沟通记录"),
    "contact_person": N_("参加的沟通"),
    "deal": N_("项目"),
    "deal_party": N_("参与的项目"),
    "enterprise": N_("企业"),
    "former_name": N_("曾用名"),
    "handle": N_("联系方式"),
    "introduction": N_("引荐"),
    "lead": N_("线索"),
    "mission_stop": N_("走访"),
    "need": N_("要素需求"),
    "yield_case": N_("倒逼名单"),
    "yield_rating": N_("亩均评价"),
    "parcel": N_("腾退的地块"),
    "partner": N_("合作方"),
    "person": N_("人员"),
    "position": N_("任职"),
    "prospect": N_("三个一批的目标"),
    "return_intent": N_("回归意愿"),
    "stored_file": N_("附件"),
    "suspect": N_("疑似重复"),
    "tie": N_("关系"),
    "tag": N_("标签"),
}
"""What people call the rows of a table that a merge may touch."""


@dataclass(frozen=True)
class Reference:
    """A column that names a record of `noun`."""

    noun: str
    column: sa.Column[Any]
    rule: OnMerge

    @property
    def table(self) -> sa.Table:
        return self.column.table

    @property
    def name(self) -> str:
        return f"{self.table.name}.{self.column.name}"

    @property
    def act(self) -> Act:
        return self.rule.act

    @property
    def key(self) -> sa.Column[Any]:
        """The number of a row; in a table of pairs, which has none, the other one of the two."""
        return key_of(self.table, self.column.name)

    def names(self, *record_ids: int) -> sa.ColumnElement[bool]:
        """Rows that name one of these records."""
        one = self.column == record_ids[0] if len(record_ids) == 1 else self.column.in_(record_ids)
        return sa.and_(one, self.table.c[self.rule.noun_in] == self.noun) if self.rule.noun_in else one

    @property
    def twins_by(self) -> list[sa.Column[Any]]:
        """The other columns of the unique key this column is part of: rows alike in them would be the same."""
        for constraint in self.table.constraints:
            if isinstance(constraint, sa.UniqueConstraint | sa.PrimaryKeyConstraint):
                columns = list(constraint.columns)
                if self.column in columns and len(columns) > 1:
                    return [one for one in columns if one is not self.column]
        return []


def key_of(table: sa.Table, column: str) -> sa.Column[Any]:
    if "id" in table.c:
        return table.c.id
    return next(one for one in table.primary_key.columns if one.name != column)


def references(noun: str, *acts: Act) -> Iterator[Reference]:
    """In the order of the tables; only those with one of `acts`, if any are given."""
    for table in Model.metadata.sorted_tables:
        for column in table.columns:
            rule: OnMerge | None = column.info.get(KEY)
            if rule is None or (acts and rule.act not in acts):
                continue
            if rule.noun_in or any(key.column.table.name == noun for key in column.foreign_keys):
                yield Reference(noun, column, rule)


def table_of(name: str) -> sa.Table:
    return Model.metadata.tables[name]


# --- rows as JSON can hold them, and back --------------------------------------------------------------------


def kept(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: plain(value) for name, value in row.items()}


def restored(table: sa.Table, row: Mapping[str, Any]) -> dict[str, Any]:
    """What `kept` has kept, with the types of the columns; a column that is gone meanwhile is left out."""
    return {name: _real(table.c[name], value) for name, value in row.items() if name in table.c}


def _real(column: sa.Column[Any], value: Any) -> Any:
    if value is None or isinstance(column.type, sa.JSON):
        return value
    if isinstance(column.type, sa.Enum) and column.type.enum_class is not None:
        return column.type.enum_class(value)
    if isinstance(column.type, Moment | sa.DateTime):
        return dt.datetime.fromisoformat(value)
    if isinstance(column.type, sa.Date):
        return dt.date.fromisoformat(value)
    return Decimal(value) if isinstance(column.type, Wan | sa.Numeric) else value
