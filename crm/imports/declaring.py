"""What a noun says of itself to come in as a list; see nouns.py."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from crm.audit.trail import recording
from crm.db import db
from crm.duplicates.references import restored
from crm.org.models import User

from .models import ImportBatch
from .reading import Read

Words = dict[str, list[str]]  # {field of the list: [before, after]} as people read it


@dataclass
class Change:
    """What one row changes on one record."""

    record: Any
    one: Read
    columns: dict[str, Any] = field(default_factory=dict)  # {column: what it is to say}
    overwrite: bool = False  # else only what is empty so far


def nothing_more(_change: Change) -> Words:
    return {}


@dataclass(frozen=True)
class Renew:
    """How records that are there already are updated."""

    facts: Mapping[str, str]
    """{column of the record: field of the list that says it}. Read.data has the value under the column's name. A
    cell that is blank or was not understood changes nothing; a field "" means: whatever the data say."""
    may: Callable[[User, Any], bool]
    """Whether this user may change this record."""
    edit: Callable[[Change, User], Any]
    """The noun's own verb, which records: given `change.columns`. What it answers (JSON) is handed to `restore`."""
    restore: Callable[[Any, dict[str, Any], Any, User], None]
    """(record, {column: what it said before}, what `edit` answered, user): the undo. See `set_back`."""
    added: frozenset[str] = frozenset()
    """Columns to which new lines are added; nothing that stands there goes."""
    empty: frozenset[Any] = frozenset()
    """Values that say nothing besides "" and None: the defaults of a choice."""
    more: Callable[[Change], Words] = nothing_more
    """What `edit` will do besides columns (phones, positions, milestones), in words; {} means nothing."""


@dataclass(frozen=True)
class Alike:
    """What makes a row a possible duplicate. Both sides are told as signs, {"title": …, "company": …, "phone": …},
    and what agrees is added up: see alike.py."""

    weights: Mapping[str, float]
    signs: Callable[[Read], dict[str, str]]
    near: Callable[[Sequence[dict[str, str]]], list[list[Any]]]
    """For each row's signs the records of the base that may be it, of whatever unit."""
    signs_of: Callable[[Any], dict[str, str]]
    fields: Mapping[str, str]  # {sign: field of the list}: by which rows of the list are found again
    must: tuple[str, ...] = ()  # signs without which the others say nothing


@dataclass(frozen=True)
class Plain:
    read: Callable[[Sequence[Mapping[str, str]], User], list[Read]]
    create: Callable[[Read, ImportBatch, User], tuple[int, dict[str, Any]]]
    remove: Callable[[Sequence[int], Mapping[int, dict[str, Any]], ImportBatch, User], None]
    renew: Renew | None = None
    alike: Alike | None = None
    finder: Callable[[], Any] | None = None
    """Instead of `alike`, a finder of its own: see people.py."""
    found_by: Callable[[Read], dict[str, str]] | None = None
    """With it: {field: text} by which other rows of the list are found that may be the same."""
    leaning: Callable[[int], set[int]] | None = None
    """The records of this noun that need this one: it stays when one of them does."""


def set_back(verb: str, index: Callable[[Any], None]) -> Callable[[Any, dict[str, Any], Any, User], None]:
    """A `restore` that writes the columns and recalls `index` for the search entry. What the verb changed beside them
    is put back too, where `edit` has answered it: {column: what it said before, as JSON}."""

    def restore(record: Any, before: dict[str, Any], more: Any, actor: User) -> None:
        beside = restored(type(record).__table__, more or {})
        with recording(verb, record, actor=actor):
            for column, value in (beside | before).items():
                setattr(record, column, value)
        db.session.flush()
        index(record)

    return restore
