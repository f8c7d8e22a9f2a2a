"""The sentences that a check or a run leaves on a row: stored as what they were made of, told in the reader's
language, each beside the cell it is about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from crm.lib.words import _, joined, keep, told

from .columns import Columns
from .likeness import Likeness

Note = tuple[str, str]  # (field, sentence); the field is "" where it is about the whole row
Entry = list[str]  # [field, its label's msgid, the kept sentence, "error" or ""]


def entries(notes: Sequence[Note], columns: Columns, *, errors: bool = False) -> list[Entry]:
    """As a row keeps them (ImportRow.said)."""
    return [
        [field, columns.by_key[field].msgid if field in columns.by_key else "", keep(sentence),
         "error" if errors else ""]
        for field, sentence in notes
    ]  # fmt: skip


def kept_changes(changes: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """{field: [before, after]} with words that are anew said to each reader."""
    return {field: [keep(before), keep(after)] for field, (before, after) in changes.items()}


def said_of_likeness(like: Likeness) -> str:
    """What is said of a row that may be a record, or another row."""
    why = joined(like.reasons, " · ")
    if like.row is None:
        return _("与库中“%(name)s”可能是同一条：%(why)s", name=like.name, why=why)
    if like.name:
        return _("与第 %(row)s 行“%(name)s”可能是同一条：%(why)s", row=like.row, name=like.name, why=why)
    if like.reasons:
        return _("和第 %(row)s 行一样：%(why)s", row=like.row, why=why)
    return _("和第 %(row)s 行一样", row=like.row)


def told_entry(entry: Entry) -> str:
    """One sentence, with the label of its field in front."""
    _field, label, sentence, _kind = entry
    return _("%(field)s：%(said)s", field=_(label), said=told(sentence)) if label else told(sentence)


def beside(said: Sequence[Entry]) -> dict[str, list[tuple[str, bool]]]:
    """{field: [(sentence, whether it is an error)]}, for showing beside the cells."""
    found: dict[str, list[tuple[str, bool]]] = {}
    for field, _label, sentence, kind in said:
        if field:
            found.setdefault(field, []).append((told(sentence), kind == "error"))
    return found
