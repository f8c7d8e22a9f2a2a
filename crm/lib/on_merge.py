"""What merging does with a column that names an enterprise or a person: said beside the column itself.

    enterprise_id = mapped_column(ForeignKey("enterprise.id"), info=moves())
    record_id = mapped_column(info=joins(noun_in="noun"))

`crm.duplicates` reads these from the metadata; there is no second list of tables. A column that says nothing
fails tests/house/test_on_merge.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

KEY = "on_merge"


class Act(StrEnum):
    MOVES = "moves"  # the row goes to the record that stays
    JOINS = "joins"  # it goes there too, unless that record has the same already: then the two become one
    STAYS = "stays"  # it goes on naming the record it was about: history, or not about one record at all
    REBUILT = "rebuilt"  # made from the record; made anew
    PAIRED = "paired"  # a pair of look-alikes: see crm.duplicates.pairs


@dataclass(frozen=True)
class OnMerge:
    act: Act
    noun_in: str = ""  # the column beside it that says which noun is meant; empty: the foreign key says it
    why: str = ""


def moves(*, noun_in: str = "") -> dict[str, Any]:
    return {KEY: OnMerge(Act.MOVES, noun_in)}


def joins(*, noun_in: str = "") -> dict[str, Any]:
    """Two rows are the same when all other columns of the table's unique key are."""
    return {KEY: OnMerge(Act.JOINS, noun_in)}


def stays(why: str) -> dict[str, Any]:
    return {KEY: OnMerge(Act.STAYS, why=why)}


def rebuilt(*, noun_in: str = "") -> dict[str, Any]:
    return {KEY: OnMerge(Act.REBUILT, noun_in)}


def paired(*, noun_in: str = "noun") -> dict[str, Any]:
    return {KEY: OnMerge(Act.PAIRED, noun_in)}
