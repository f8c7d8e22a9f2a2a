"""The verbs of an import: take the file in, say what its columns are, check every row, decide what is done with it.

The check writes to the import's own rows only. What the run does is in writing.py, how it is taken back in
undoing.py.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import IO, Any

import sqlalchemy as sa
from flask import current_app

from crm.audit.trail import record
from crm.db import db
from crm.dedup import Record
from crm.dedup.profile import profile_of
from crm.lib import clock, texts
from crm.lib.errors import Refused
from crm.lib.words import _, joined, keep
from crm.merchants.models import Enterprise
from crm.org.models import User
from crm.web import sheets_in

from . import matching, nouns, plain, queries
from .columns import (
    LOOKED_AT,
    MERCHANTS,
    Proposal,
    header_key,
    is_no_row,
    propose,
    units_of,
    values_of,
    with_units,
)
from .comparing import changes_of, in_words
from .likeness import Finder, Likeness
from .models import Action, BatchState, Finding, ImportBatch, ImportRow, Mode, Outcome
from .nouns import NOUNS, Noun
from .plain import usual_action
from .saying import Entry, entries, kept_changes
from .understanding import Merchant, understand

LOT = 500
EXAMPLES = 3
SHEETS_LOOKED_AT = 10
MOST_SHEETS = 50
Row = tuple[int, list[str]]


# --- taking it in -----------------------------------------------------------------------------------------


def folder() -> Path:
    return Path(current_app.config["CRM_DATA"]) / "imports"


def path_of(batch: ImportBatch) -> Path:
    return folder() / batch.sha256


def upload(
    stream: IO[bytes], name: str, *, unit_id: int, actor: User, noun: Noun = NOUNS["enterprise"]
) -> ImportBatch:
    """Keep an uploaded list and propose what its columns are. Refused: whatever cannot be read as a list."""
    name = texts.clean_line(Path(name.replace("\\", "/")).name)
    if not name:
        raise Refused(_("请选择一个文件"), "file")
    path, digest = _keep(stream)
    batch = ImportBatch(
        noun=noun.key,
        file_name=name[-200:],
        kind="",
        sha256=digest,
        user_id=actor.id,
        unit_id=unit_id,
        uploaded_at=clock.now(),
    )
    try:
        batch.kind = sheets_in.kind_of(path, name)
        batch.sheets = sheets_in.sheets(path, batch.kind)[:MOST_SHEETS]
        sheet, top, proposal = max(
            ((sheet, *_look(path, batch, sheet)) for sheet in batch.sheets[:SHEETS_LOOKED_AT]),
            key=lambda one: (len(one[2].mapping), len(one[1]) > 0),
        )
        if not top:
            raise Refused(_("表格里没有任何内容"), "file")
    except Refused:
        if not queries.uses_file(digest):
            path.unlink(missing_ok=True)
        raise
    _take(batch, sheet, top, proposal)
    db.session.add(batch)
    db.session.flush()
    return batch


def _keep(stream: IO[bytes]) -> tuple[Path, str]:
    folder().mkdir(parents=True, exist_ok=True)
    half = folder() / f"upload.{secrets.token_hex(8)}"
    digest, size = hashlib.sha256(), 0
    try:
        with half.open("wb") as file:
            while piece := stream.read(1 << 20):
                size += len(piece)
                if size > sheets_in.LARGEST_FILE:
                    raise Refused(
                        _("文件超过 %(most)s MB，请拆成几份", most=sheets_in.LARGEST_FILE >> 20), "file"
                    )
                digest.update(piece)
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())
        path = folder() / digest.hexdigest()
        half.replace(path)
    except BaseException:
        half.unlink(missing_ok=True)
        raise
    return path, digest.hexdigest()


def _look(path: Path, batch: ImportBatch, sheet: str) -> tuple[list[Row], Proposal]:
    top = list(islice(sheets_in.rows(path, batch.kind, sheet), LOOKED_AT))
    return top, propose(top, nouns.of(batch).columns)


def _take(batch: ImportBatch, sheet: str, top: Sequence[Row], proposal: Proposal) -> None:
    batch.sheet = sheet
    batch.header_row, batch.headers = proposal.header_row, proposal.headers
    batch.mapping, batch.remarks = proposal.mapping, list(map(keep, proposal.remarks))
    batch.header_key = header_key(batch.headers) if proposal.header_row else ""
    before = queries.mapping_of_before(batch) if batch.header_key else None
    if before and before != batch.mapping and set(before.values()) <= set(nouns.of(batch).columns.by_key):
        batch.mapping = before
        batch.remarks = [*batch.remarks, keep(_("上次同样的表头是这样对应的，已照用；不对的话请改"))]
    below = [cells for number, cells in top if number > proposal.header_row]
    batch.examples = [[cell[:60] for cell in cells] for cells in below[:EXAMPLES]]


def choose_sheet(batch: ImportBatch, sheet: str) -> None:
    """Read another sheet of the file instead."""
    _still_open(batch)
    if sheet not in batch.sheets:
        raise Refused(_("表格里没有名为“%(name)s”的工作表", name=sheet[:40]), "sheet")
    top, proposal = _look(path_of(batch), batch, sheet)
    _take(batch, sheet, top, proposal)


def choose_columns(batch: ImportBatch, mapping: dict[str, str]) -> None:
    """What each column is, as a person says it: {column number as text: field}."""
    _still_open(batch)
    mapping = {
        at: field
        for at, field in mapping.items()
        if field and at.isdecimal() and int(at) < len(batch.headers)
    }
    columns = nouns.of(batch).columns
    if unknown := set(mapping.values()) - set(columns.by_key):
        raise Refused(_("没有“%(field)s”这个栏目", field=min(unknown)[:30]))
    for field in columns.fields:
        if not field.several and list(mapping.values()).count(field.key) > 1:
            raise Refused(_("“%(field)s”只能对应一列，现在有几列", field=field.label))
    if set(columns.needed).isdisjoint(mapping.values()):
        raise Refused(_("请指定哪一列是%(field)s", field=columns.main.label))
    batch.mapping = mapping


def reopen(batch: ImportBatch) -> None:
    """Back to the columns; what the check has found goes."""
    _still_open(batch)
    give_up_check(batch, "")


def _still_open(batch: ImportBatch) -> None:
    if batch.state not in (BatchState.UPLOADED, BatchState.CHECKED):
        raise Refused(_("这份名单正在处理或已经处理过，不能再改；需要时请重新上传"))


# --- the check --------------------------------------------------------------------------------------------


def order_check(batch: ImportBatch, mode: Mode | None = None) -> None:
    """From now on the list is being checked, and stays as it is."""
    _still_open(batch)
    batch.mode = mode or batch.mode or Mode.CREATE
    batch.state = BatchState.CHECKING


def begin_check(batch: ImportBatch) -> None:
    """From the start, whatever an earlier check left."""
    db.session.execute(sa.delete(ImportRow).where(ImportRow.batch_id == batch.id))
    batch.state, batch.counts = BatchState.CHECKING, {}
    batch.known_id = db.session.scalar(sa.select(sa.func.max(Enterprise.id))) or 0


def lots(batch: ImportBatch) -> Iterator[list[Row]]:
    """The rows under the header, LOT by LOT."""
    rows, header_row = sheets_in.rows(path_of(batch), batch.kind, batch.sheet), batch.header_row
    units = units_of(batch.headers, batch.mapping)
    headers = batch.headers if header_row else []
    below = (
        (number, list(with_units(cells, units)))
        for number, cells in rows
        if number > header_row and not is_no_row(cells, headers)
    )
    while lot := list(islice(below, LOT)):
        yield lot


def look_at(
    rows: Sequence[Row], mapping: dict[str, str], finder: Finder, *, mode: Mode, actor: User
) -> list[dict[str, Any]]:
    """What the check says of each row. Reads only; rows without a single cell of a known field are passed over."""
    found = []
    asked: list[tuple[dict[str, Any], Merchant]] = []
    for number, cells in rows:
        values = values_of(cells, mapping)
        if not values:
            continue
        merchant = understand(values)
        row = said_of_cells(number, values, merchant)
        found.append(row)
        if not merchant.errors:
            asked.append((row, merchant))
    records = [merchant.record(row["number"]) for row, merchant in asked]
    answer = Answer([merchant for _row, merchant in asked], finder.look(records), actor=actor)
    for at, (row, merchant) in enumerate(asked):
        like = answer.alike[at]
        record_id = answer.exact[at]
        if (
            record_id is not None
            and (first := finder.told.setdefault(record_id, row["number"])) != row["number"]
        ):
            like = Likeness(1.0, [_("都是库里的同一家")], name=merchant.columns["name"], row=first)
            row |= said_of(like, row["said"])
        elif record_id is not None:
            row |= answer.said_of_record(record_id, merchant, None, row["said"])
        elif like is not None:
            row |= answer.said_of_likeness(like, merchant, row["said"])
    for row in found:
        row["action"] = usual_action(row["finding"], mode)
    return found


def said_of_cells(number: int, values: dict[str, str], merchant: Merchant) -> dict[str, Any]:
    """A row as far as its own cells go: new, or with what is wrong."""
    return {
        "number": number,
        "values": values,
        "finding": Finding.ERROR if merchant.errors else Finding.NEW,
        "said": [*entries(merchant.errors, MERCHANTS, errors=True), *entries(merchant.remarks, MERCHANTS)],
        "wrong": merchant.wrong,
        "match_id": None, "match_name": "", "match_version": None, "match_row": None, "score": None,
        "changes": {}, "action": Action.SKIP,
    }  # fmt: skip


def allowed(batch: ImportBatch, row: ImportRow) -> tuple[Action, ...]:
    """What may be done with a row."""
    if not nouns.of(batch).updates:
        return tuple(one for one in ALLOWED[row.finding] if one in VEILED)
    return ALLOWED[row.finding] if row.finding is not Finding.DUPLICATE or row.match_id else VEILED


ALLOWED: dict[Finding, tuple[Action, ...]] = {
    Finding.NEW: (Action.CREATE, Action.SKIP),
    Finding.UPDATE: (Action.FILL, Action.OVERWRITE, Action.SKIP),
    Finding.UNCHANGED: (Action.SKIP,),
    Finding.DUPLICATE: (Action.CREATE, Action.MERGE, Action.OVERWRITE, Action.SKIP),
    Finding.REPEATED: (Action.CREATE, Action.MERGE, Action.SKIP),
    Finding.ERROR: (Action.SKIP,),
}
VEILED = (Action.CREATE, Action.SKIP)  # of a look-alike that the importer may not see or not change


class Answer:
    """What the base says of some rows, as far as this user may know it."""

    def __init__(
        self, merchants: Sequence[Merchant], alike: Sequence[Likeness | None], *, actor: User
    ) -> None:
        self.alike = list(alike)
        self.exact = matching.exact(merchants)
        ids = {like.record_id for like in alike if like and like.record_id} | {
            one for one in self.exact if one
        }
        seen = matching.seen_by(actor, ids)
        self.records = matching.load(seen)
        self.there = {one: matching.there(record) for one, record in self.records.items()}
        self.mine = {one for one, record in self.records.items() if matching.may_change(actor, record)}
        self.veiled = matching.veiled(ids - seen)

    def said_of_likeness(
        self, like: Likeness, merchant: Merchant, remarks: Sequence[Entry]
    ) -> dict[str, Any]:
        if like.record_id is None:
            return said_of(like, remarks)
        return self.said_of_record(like.record_id, merchant, like, remarks)

    def said_of_record(
        self, record_id: int, merchant: Merchant, like: Likeness | None, remarks: Sequence[Entry]
    ) -> dict[str, Any]:
        """`like` is None where there is no doubt."""
        if record_id not in self.records:
            return self._veil(record_id, remarks)
        record, there = self.records[record_id], self.there[record_id]
        changes = changes_of(there, merchant, overwrite=True)
        told = {
            "match_id": record_id if record_id in self.mine else None,
            "match_name": record.name[:200],
            "match_version": record.version,
            "changes": kept_changes(in_words(there, changes)),
        }
        if like is None and record_id in self.mine:
            finding = Finding.UPDATE if changes else Finding.UNCHANGED
            return told | {"finding": finding, "score": 1.0}
        if like is None:
            like = Likeness(1.0, [_("名称或信用代码相同")], record_id=record_id, name=record.name)
        said = said_of(like, remarks) | told
        if record_id not in self.mine:
            said["said"].insert(1, *entries([("", _("那条记录不归您修改"))], MERCHANTS))
            said["changes"] = {}
        return said

    def _veil(self, record_id: int, remarks: Sequence[Entry]) -> dict[str, Any]:
        other = self.veiled.get(record_id)
        if other is None:
            return {}
        notes = [("", _("%(unit)s有一条记录可能是同一家，您看不到它", unit=other.unit))]
        if other.ask:
            notes.append(("", _("可以先问%(who)s", who=other.ask)))
        return {"finding": Finding.DUPLICATE, "said": [*entries(notes, MERCHANTS), *remarks]}


def said_of(like: Likeness, remarks: Sequence[Entry] = ()) -> dict[str, Any]:
    """A likeness as the row keeps it."""
    reasons = joined(like.reasons, " · ")
    said: dict[str, Any] = {
        "score": round(like.score, 4),
        "match_id": like.record_id,
        "match_name": like.name[:200],
    }
    if like.row is None:
        message = _("与库中“%(name)s”可能是同一家：%(why)s", name=like.name, why=reasons)
        finding = Finding.DUPLICATE
    else:
        message = _(
            "与第 %(row)s 行“%(name)s”可能是同一家：%(why)s", row=like.row, name=like.name, why=reasons
        )
        finding = Finding.REPEATED
        said["match_row"] = like.row
    return said | {"finding": finding, "said": [*entries([("", message)], MERCHANTS), *remarks]}


def keep_rows(batch: ImportBatch, rows: Sequence[dict[str, Any]]) -> None:
    if rows:
        waiting = {"batch_id": batch.id, "outcome": Outcome.WAITING, "record_id": None, "effects": {}}
        db.session.execute(sa.insert(ImportRow), [row | waiting for row in rows])


def end_check(batch: ImportBatch) -> None:
    """Refused: a list without a single row under its header."""
    batch.counts = queries.counts_of(batch)
    if not batch.counts["all"]:
        raise Refused(_("表头下面没有数据"))
    batch.state = BatchState.CHECKED


def give_up_check(batch: ImportBatch, why: str) -> None:
    """Back to where the columns are chosen; nothing of the check stays."""
    db.session.execute(sa.delete(ImportRow).where(ImportRow.batch_id == batch.id))
    batch.state, batch.counts = BatchState.UPLOADED, {}
    if why and keep(why) not in batch.remarks:
        batch.remarks = [*batch.remarks, keep(why)]


# --- what is to be done with each row ---------------------------------------------------------------------


def decide(batch: ImportBatch, action: Action, rows: sa.Select[ImportRow]) -> tuple[int, int]:
    """Choose what the run does with these rows: (chosen, those with which that cannot be done)."""
    _may_decide(batch)
    ids = rows.with_only_columns(ImportRow.id).order_by(None)
    total = db.session.scalar(sa.select(sa.func.count()).select_from(ids.subquery())) or 0
    fits = [finding for finding, actions in ALLOWED.items() if action in actions]
    if not nouns.of(batch).updates and action not in VEILED:
        fits = []
    can: sa.ColumnElement[bool] = ImportRow.finding.in_(fits)
    if action not in VEILED:
        can = sa.and_(can, sa.or_(ImportRow.finding != Finding.DUPLICATE, ImportRow.match_id.is_not(None)))
    chosen: Any = db.session.execute(
        sa.update(ImportRow)
        .where(
            ImportRow.batch_id == batch.id, ImportRow.id.in_(ids), ImportRow.outcome == Outcome.WAITING, can
        )
        .values(action=action)
        .execution_options(synchronize_session=False)
    )
    batch.counts = queries.counts_of(batch)
    return chosen.rowcount, total - chosen.rowcount


def correct(batch: ImportBatch, row: ImportRow, typed: dict[str, str], *, actor: User) -> None:
    """Cells put right by hand: the row is looked at anew, against the base and against the names, codes and
    numbers of the other rows."""
    _may_decide(batch)
    values = dict(row.values)
    fields = set(batch.mapping.values())
    for key, text in typed.items():
        if key in fields:
            values[key] = texts.clean_text(text)[: sheets_in.LONGEST_CELL]
    _look_anew(batch, row, {key: text for key, text in values.items() if text}, actor=actor)
    for other in queries.rows_after(batch, row):  # they were said to repeat what it was before
        _look_anew(batch, other, other.values, actor=actor)
    batch.counts = queries.counts_of(batch)


def _look_anew(batch: ImportBatch, row: ImportRow, values: dict[str, str], *, actor: User) -> None:
    noun = nouns.of(batch)
    said = (
        plain.anew(noun, batch, row, values, actor=actor) if noun.plain else _anew(batch, row, values, actor)
    )
    said["action"] = usual_action(said["finding"], batch.mode)
    for key, value in said.items():
        setattr(row, key, value)
    row.before_said = ""
    db.session.flush()


def _anew(batch: ImportBatch, row: ImportRow, values: dict[str, str], actor: User) -> dict[str, Any]:
    """What the check would say of a merchant's row now: of the base, and of the other rows as they stand."""
    merchant = understand(values)
    said = said_of_cells(row.number, values, merchant)
    if merchant.errors:
        return said
    record = merchant.record(row.number)
    near = {
        other.number: (other, understand(other.values))
        for other in queries.rows_near(batch, row, _found_by(merchant))
    }
    with Finder() as finder:
        finder.look([one.record(number) for number, (_row, one) in near.items()], base=False)
        (like,) = finder.look([record])
    answer = Answer([merchant], [like], actor=actor)
    if answer.exact[0] is not None:
        return said | answer.said_of_record(answer.exact[0], merchant, None, said["said"])
    for other, one in near.values():
        if any(values.get(key) and values[key] == other.values.get(key) for key in ("name", "uscc")):
            name = one.columns["name"]
            like = Likeness(1.0, [_("名称或信用代码相同")], name=name, row=other.number)
            return said | said_of(like, said["said"])
    return said | answer.said_of_likeness(like, merchant, said["said"]) if like else said


def _found_by(merchant: Merchant) -> dict[str, str]:
    """By what other rows of the list are found that may be the same."""
    columns = merchant.columns
    return {
        "name": profile_of(Record(columns["name"])).core or columns["name"],
        "uscc": columns["uscc"],
        "phones": next((way.digits[-4:] for way in merchant.ways if way.digits), ""),
        "legal_rep": columns["legal_representative"],
    }


def _may_decide(batch: ImportBatch) -> None:
    if batch.state not in (BatchState.CHECKED, BatchState.CANCELLED, BatchState.FAILED):
        raise Refused(_("这份名单正在处理或已经处理过，不能再改；需要时请重新上传"))


# --- the run ----------------------------------------------------------------------------------------------


def begin_run(batch: ImportBatch) -> None:
    """Refused unless it has been checked, or was taken back."""
    if batch.state not in (BatchState.CHECKED, BatchState.CANCELLED, BatchState.FAILED):
        raise Refused(_("请先检查，再导入"))
    batch.state = BatchState.RUNNING


def to_do(batch: ImportBatch) -> int:
    """How many rows a run will deal with in all."""
    return db.session.scalar(
        sa.select(sa.func.count(ImportRow.id)).where(
            ImportRow.batch_id == batch.id, ImportRow.action != Action.SKIP, ImportRow.outcome == Outcome.WAITING
        )
    ) or 0  # fmt: skip


def end_run(batch: ImportBatch, *, actor: User) -> None:
    """All is done; the rows that were not taken are skipped for good."""
    waiting = sa.update(ImportRow).where(ImportRow.batch_id == batch.id, ImportRow.outcome == Outcome.WAITING)
    db.session.execute(waiting.values(outcome=Outcome.SKIPPED))
    ended(batch, BatchState.DONE, "import.run", actor=actor)


def ended(batch: ImportBatch, state: BatchState, verb: str, *, actor: User) -> None:
    """Write down how it ended, in the batch and in the trail."""
    batch.state, batch.ends_as, batch.ended_at = state, None, clock.now()
    db.session.flush()
    batch.counts = queries.counts_of(batch)
    counts = {key: [None, count] for key, count in batch.counts.items()}
    record(verb, batch, actor=actor, name=batch.file_name, changes={"state": [None, state.value], **counts})


def begin_undo(batch: ImportBatch) -> None:
    """Refused unless it is one that has run to its end."""
    if batch.state is not BatchState.DONE:
        raise Refused(_("只有已经导入完的名单可以撤销"))
    batch.state, batch.ends_as = BatchState.UNDOING, BatchState.UNDONE


def drop_file(batch: ImportBatch) -> None:
    """The upload itself is not kept once everything in it has been dealt with."""
    if not queries.uses_file(batch.sha256):
        path_of(batch).unlink(missing_ok=True)
