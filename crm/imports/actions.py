"""The verbs of an import: take the file in, say what its columns are, check every row, create what is new.

The check writes to the import's own rows only. The run works lot by lot; what became of a row is written in the
transaction that created it, so a killed run goes on where it was and nothing is there twice.
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

from crm.audit.models import Event
from crm.audit.trail import client_address, record
from crm.db import db
from crm.lib import clock, texts
from crm.lib.errors import Refused
from crm.lib.words import _
from crm.merchants import identity, suspects
from crm.merchants.handles import Way
from crm.merchants.models import Enterprise, FormerName, Handle, Person, Position
from crm.org.models import User
from crm.web import sheets_in

from . import queries
from .columns import BY_KEY, LOOKED_AT, Proposal, propose, values_of
from .likeness import Finder, Likeness, in_base
from .models import BatchState, Finding, ImportBatch, ImportRow, Outcome
from .understanding import Merchant, understand

LOT = 500
EXAMPLES = 3
SHEETS_LOOKED_AT = 10
MOST_SHEETS = 50
TAKEN = (Finding.NEW, Finding.DUPLICATE, Finding.REPEATED)
Row = tuple[int, list[str]]


# --- taking it in -----------------------------------------------------------------------------------------


def folder() -> Path:
    return Path(current_app.config["CRM_DATA"]) / "imports"


def path_of(batch: ImportBatch) -> Path:
    return folder() / batch.sha256


def upload(stream: IO[bytes], name: str, *, unit_id: int, actor: User) -> ImportBatch:
    """Keep an uploaded list and propose what its columns are. Refused: whatever cannot be read as a list."""
    name = texts.clean_line(Path(name.replace("\\", "/")).name)
    if not name:
        raise Refused(_("请选择一个文件"), "file")
    path, digest = _keep(stream)
    batch = ImportBatch(
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
            ((sheet, *_look(path, batch.kind, sheet)) for sheet in batch.sheets[:SHEETS_LOOKED_AT]),
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


def _look(path: Path, kind: str, sheet: str) -> tuple[list[Row], Proposal]:
    top = list(islice(sheets_in.rows(path, kind, sheet), LOOKED_AT))
    return top, propose(top)


def _take(batch: ImportBatch, sheet: str, top: Sequence[Row], proposal: Proposal) -> None:
    batch.sheet = sheet
    batch.header_row, batch.headers = proposal.header_row, proposal.headers
    batch.mapping, batch.remarks = proposal.mapping, proposal.remarks
    below = [cells for number, cells in top if number > proposal.header_row]
    batch.examples = [[cell[:60] for cell in cells] for cells in below[:EXAMPLES]]


def choose_sheet(batch: ImportBatch, sheet: str) -> None:
    """Read another sheet of the file instead."""
    _still_open(batch)
    if sheet not in batch.sheets:
        raise Refused(_("表格里没有名为“%(name)s”的工作表", name=sheet[:40]), "sheet")
    top, proposal = _look(path_of(batch), batch.kind, sheet)
    _take(batch, sheet, top, proposal)


def choose_columns(batch: ImportBatch, mapping: dict[str, str]) -> None:
    """What each column is, as a person says it: {column number as text: field}."""
    _still_open(batch)
    mapping = {
        at: field
        for at, field in mapping.items()
        if field and at.isdecimal() and int(at) < len(batch.headers)
    }
    if unknown := set(mapping.values()) - set(BY_KEY):
        raise Refused(_("没有“%(field)s”这个栏目", field=min(unknown)[:30]))
    for field in BY_KEY.values():
        if not field.several and list(mapping.values()).count(field.key) > 1:
            raise Refused(_("“%(field)s”只能对应一列，现在有几列", field=field.label))
    if "name" not in mapping.values():
        raise Refused(_("请指定哪一列是企业名称"))
    batch.mapping = mapping


def reopen(batch: ImportBatch) -> None:
    """Back to the columns; what the check has found goes."""
    _still_open(batch)
    give_up_check(batch, "")


def _still_open(batch: ImportBatch) -> None:
    if batch.state not in (BatchState.UPLOADED, BatchState.CHECKED):
        raise Refused(_("这份名单正在处理或已经处理过，不能再改；需要时请重新上传"))


# --- the check --------------------------------------------------------------------------------------------


def order_check(batch: ImportBatch) -> None:
    """From now on the list is being checked, and stays as it is."""
    _still_open(batch)
    batch.state = BatchState.CHECKING


def begin_check(batch: ImportBatch) -> None:
    """From the start, whatever an earlier check left."""
    db.session.execute(sa.delete(ImportRow).where(ImportRow.batch_id == batch.id))
    batch.state, batch.counts = BatchState.CHECKING, {}
    batch.known_id = db.session.scalar(sa.select(sa.func.max(Enterprise.id))) or 0


def lots(batch: ImportBatch) -> Iterator[list[Row]]:
    """The rows under the header, LOT by LOT."""
    rows, header_row = sheets_in.rows(path_of(batch), batch.kind, batch.sheet), batch.header_row
    below = (row for row in rows if row[0] > header_row)
    while lot := list(islice(below, LOT)):
        yield lot


def look_at(rows: Sequence[Row], mapping: dict[str, str], finder: Finder) -> list[dict[str, Any]]:
    """What the check says of each row. Reads only; rows without a single cell of a known field are passed over."""
    found = []
    asked: list[tuple[dict[str, Any], Merchant]] = []
    for number, cells in rows:
        values = values_of(cells, mapping)
        if not values:
            continue
        merchant = understand(values)
        row: dict[str, Any] = {
            "number": number, "values": values, "finding": Finding.NEW, "message": "；".join(merchant.remarks),
            "match_id": None, "match_name": "", "score": None,
        }  # fmt: skip
        found.append(row)
        if merchant.errors:
            row["finding"] = Finding.ERROR
            row["message"] = "；".join([*merchant.errors, *merchant.remarks])
        else:
            asked.append((row, merchant))
    records = [merchant.record(row["number"]) for row, merchant in asked]
    for (row, _merchant), like in zip(asked, finder.look(records), strict=True):
        if like:
            row |= said_of(like, row["message"])
    return found


def said_of(like: Likeness, remarks: str = "") -> dict[str, Any]:
    """A likeness as the row keeps it."""
    reasons = " · ".join(like.reasons)
    said = {"score": round(like.score, 4), "match_id": like.record_id, "match_name": like.name[:200]}
    if like.row is None:
        message = _("与库中“%(name)s”可能是同一家：%(why)s", name=like.name, why=reasons)
        finding = Finding.DUPLICATE
    else:
        message = _(
            "与第 %(row)s 行“%(name)s”可能是同一家：%(why)s", row=like.row, name=like.name, why=reasons
        )
        finding = Finding.REPEATED
    return said | {"finding": finding, "message": "；".join(part for part in (message, remarks) if part)}


def keep_rows(batch: ImportBatch, rows: Sequence[dict[str, Any]]) -> None:
    if rows:
        waiting = {"batch_id": batch.id, "outcome": Outcome.WAITING, "record_id": None}
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
    if why and why not in batch.remarks:
        batch.remarks = [*batch.remarks, why]


# --- the run ----------------------------------------------------------------------------------------------


def begin_run(batch: ImportBatch, *, take_duplicates: bool) -> None:
    """Refused unless it has been checked, or was stopped on the way."""
    if batch.state not in (BatchState.CHECKED, BatchState.CANCELLED, BatchState.FAILED):
        raise Refused(_("请先检查，再导入"))
    if batch.state is BatchState.CHECKED:
        batch.take_duplicates = take_duplicates
    batch.state = BatchState.RUNNING


def dealt_with(batch: ImportBatch) -> int:
    return queries.counts_of(batch).get(Outcome.CREATED.value, 0)


def to_create(batch: ImportBatch) -> int:
    """How many rows a run will deal with in all."""
    wanted = TAKEN if batch.take_duplicates else (Finding.NEW,)
    return sum(batch.counts.get(finding.value, 0) for finding in wanted)


def next_rows(batch: ImportBatch) -> list[ImportRow]:
    """The rows to create that still wait."""
    wanted = TAKEN if batch.take_duplicates else (Finding.NEW,)
    rows = queries.rows_of(batch, outcome=Outcome.WAITING).where(ImportRow.finding.in_(wanted))
    return list(db.session.scalars(rows.limit(LOT)))


def look_again(
    batch: ImportBatch, rows: Sequence[ImportRow], merchants: Sequence[Merchant]
) -> dict[int, Likeness]:
    """{row id: likeness} of rows that became duplicates since the check, by what others have added meanwhile."""
    newer = sa.select(Enterprise.id).where(
        Enterprise.id > batch.known_id, sa.func.coalesce(Enterprise.import_id, 0) != batch.id
    )
    if db.session.scalar(newer.limit(1)) is None:
        return {}

    def among(ids: set[int]) -> set[int]:
        late = [one for one in ids if one > batch.known_id]
        return {
            one
            for some in identity.chunks(late, LOT)
            for one in db.session.scalars(newer.where(Enterprise.id.in_(some)))
        }

    records = [merchant.record(row.number) for row, merchant in zip(rows, merchants, strict=True)]
    found = in_base(records, among=among)
    return {row.id: like for row, like in zip(rows, found, strict=True) if like}


def create(
    batch: ImportBatch, rows: Sequence[ImportRow], merchants: Sequence[Merchant], again: dict[int, Likeness]
) -> None:
    """Create one lot, with people, positions, numbers, look-up keys, search entries and a line in the trail each.

    Rows in `again` are kept back as duplicates unless duplicates were asked for.
    """
    for row in rows:
        if (like := again.get(row.id)) and row.finding is Finding.NEW:
            said = said_of(like, row.message)
            row.finding, row.message = said["finding"], said["message"]
            row.match_id, row.match_name, row.score = said["match_id"], said["match_name"], said["score"]
    pairs = [
        (row, merchant)
        for row, merchant in zip(rows, merchants, strict=True)
        if row.finding is Finding.NEW or batch.take_duplicates
    ]
    db.session.flush()
    if not pairs:
        return
    common = _common(batch)
    ids = _insert(Enterprise, [
        {**merchant.columns, "source": merchant.columns["source"] or common.source, **common.columns}
        for _row, merchant in pairs
    ])  # fmt: skip
    made = [(enterprise_id, row, merchant) for enterprise_id, (row, merchant) in zip(ids, pairs, strict=True)]
    _add(FormerName, [
        {"enterprise_id": enterprise_id, "name": name}
        for enterprise_id, _row, merchant in made for name in merchant.former_names
    ])  # fmt: skip
    handles = [
        _handle(way, enterprise_id=enterprise_id)
        for enterprise_id, _row, merchant in made for way in merchant.split_ways()[0]
    ]  # fmt: skip
    new_people, known_people = _people(batch, common, made, handles)
    _add(Handle, handles)
    _record(
        batch,
        "enterprise.created",
        [(one, row.number, merchant.columns["name"]) for one, row, merchant in made],
    )
    _record(batch, "person.created", new_people)
    for enterprise_id, row, _merchant in made:
        row.outcome, row.record_id = Outcome.CREATED, enterprise_id
    identity.refresh_many("enterprise", ids, fresh=True)
    identity.refresh_many("person", [one for one, _number, _name in new_people], fresh=True)
    identity.refresh_many("person", sorted(known_people))
    for enterprise_id, row, _merchant in made:
        if row.finding is not Finding.NEW:
            suspects.note("enterprise", enterprise_id, kept_reason=_("导入名单时选择了新增疑似重复的行"))


class _common:
    """What all records of one import share: who reported, who follows, where it came from."""

    def __init__(self, batch: ImportBatch):
        self.source = _("导入：%(name)s", name=batch.file_name[-150:])
        self.columns: dict[str, Any] = {
            "first_report_unit_id": batch.unit_id,
            "first_report_user_id": batch.user_id,
            "first_reported_at": clock.business_now(),
            "follow_unit_id": batch.unit_id,
            "import_id": batch.id,
        }


def _insert(model: Any, rows: Sequence[dict[str, Any]]) -> list[int]:
    """Insert many at once; their ids in the order of `rows`."""
    if not rows:
        return []
    statement = sa.insert(model).returning(model.id, sort_by_parameter_order=True)
    return list(db.session.scalars(statement, rows))


def _add(model: Any, rows: Sequence[dict[str, Any]]) -> None:
    """Insert many whose ids nobody asks for: one statement."""
    if rows:
        db.session.execute(sa.insert(model), rows)


def _handle(way: Way, *, enterprise_id: int | None = None, person_id: int | None = None) -> dict[str, Any]:
    return {"enterprise_id": enterprise_id, "person_id": person_id, "kind": way.kind, "value": way.value,
            "digits": way.digits, "extension": way.extension}  # fmt: skip


def _people(
    batch: ImportBatch,
    common: _common,
    made: Sequence[tuple[int, ImportRow, Merchant]],
    handles: list[dict[str, Any]],
) -> tuple[list[tuple[int, int, str]], set[int]]:
    """The contact persons, each with a position; somebody of the unit's own with the same name and number is the
    same person. Answers (id, row number, name) of the new ones, and the ids of the others. Adds to `handles`."""
    with_contact = [
        (one, row, merchant, merchant.split_ways()[1]) for one, row, merchant in made if merchant.contact
    ]
    digits = sorted({way.digits for *_rest, ways in with_contact for way in ways if way.digits})
    known: dict[tuple[str, str], int] = {}
    for some in identity.chunks(digits, LOT):
        rows = sa.select(Person.name, Handle.digits, Person.id).join(Handle, Handle.person_id == Person.id).where(
            Handle.digits.in_(some), Person.follow_unit_id == batch.unit_id
        )  # fmt: skip
        for name, number, person_id in db.session.execute(rows.order_by(Person.id.desc())):
            known[name, number] = person_id
    there: set[tuple[int, tuple[str, str]]] = set()
    stored = sorted(set(known.values()))
    for some_ids in identity.chunks(stored, LOT):
        for handle in db.session.scalars(sa.select(Handle).where(Handle.person_id.in_(some_ids))):
            way = Way(handle.kind, handle.value, handle.digits, handle.extension)
            there.add((handle.person_id or 0, way.identity))
    people: list[tuple[int, Merchant, list[Way]]] = []  # new: row number, merchant, all ways
    whose: list[tuple[int, int, str]] = []  # (enterprise, person id or minus the place in `people`, title)
    fresh: dict[tuple[str, str], int] = {}
    for enterprise_id, row, merchant, ways in with_contact:
        names = [(merchant.contact, way.digits) for way in ways if way.digits]
        person = next((known[name] for name in names if name in known), None)
        at = next((fresh[name] for name in names if name in fresh), None)
        if person is not None:
            for way in ways:
                if (person, way.identity) not in there:
                    there.add((person, way.identity))
                    handles.append(_handle(way, person_id=person))
        elif at is not None:
            have = {way.identity for way in people[at][2]}
            people[at][2].extend(way for way in ways if way.identity not in have)
            person = -1 - at
        else:
            at = len(people)
            people.append((row.number, merchant, list(ways)))
            person = -1 - at
        if person < 0:
            fresh |= dict.fromkeys(names, -1 - person)
        whose.append((enterprise_id, person, merchant.contact_title))
    ids = _insert(Person, [
        {**_person(merchant), "source": merchant.columns["source"] or common.source, **common.columns}
        for _number, merchant, _ways in people
    ])  # fmt: skip
    for person_id, (_number, _merchant, ways) in zip(ids, people, strict=True):
        handles += [_handle(way, person_id=person_id) for way in ways]
    _add(Position, [
        {"enterprise_id": enterprise_id, "person_id": ids[-1 - person] if person < 0 else person, "title": title,
         "is_main": True}
        for enterprise_id, person, title in whose
    ])  # fmt: skip
    new = [
        (person_id, number, merchant.contact)
        for person_id, (number, merchant, _ways) in zip(ids, people, strict=True)
    ]
    return new, {person for _enterprise, person, _title in whose if person > 0}


def _person(merchant: Merchant) -> dict[str, Any]:
    copied = ("origin", "native_place", "chamber", "chamber_title", "region_code", "region_prefix")
    return {"name": merchant.contact, **{key: merchant.columns[key] for key in copied}}


def _record(batch: ImportBatch, verb: str, made: Sequence[tuple[int, int, str]]) -> None:
    """The trail's lines of one lot, in one statement: the same that `recording` would write, one each."""
    actor = db.session.get_one(User, batch.user_id)
    now = clock.now()
    _add(Event, [
        {"at": now, "actor_id": actor.id, "actor_name": actor.name, "verb": verb, "noun": verb.split(".")[0],
         "record_id": record_id, "record_name": name, "changes": {"import_id": [None, batch.id], "name": [None, name]},
         "note": _("导入 %(file)s 第 %(row)s 行", file=batch.file_name[-100:], row=number),
         "address": client_address.get()}
        for record_id, number, name in made
    ])  # fmt: skip


def end_run(batch: ImportBatch, *, actor: User, state: BatchState = BatchState.DONE) -> None:
    """Say how it ended. When all is done, the rows that were not taken are skipped for good."""
    if state is BatchState.DONE:
        waiting = sa.update(ImportRow).where(
            ImportRow.batch_id == batch.id, ImportRow.outcome == Outcome.WAITING
        )
        db.session.execute(waiting.values(outcome=Outcome.SKIPPED))
    batch.state, batch.ended_at = state, clock.now()
    batch.counts = queries.counts_of(batch)
    counts = {key: [None, count] for key, count in batch.counts.items()}
    record(
        "import.run",
        batch,
        actor=actor,
        name=batch.file_name,
        changes={"state": [None, state.value], **counts},
    )


def drop_file(batch: ImportBatch) -> None:
    """The upload itself is not kept once everything in it has been dealt with."""
    if not queries.uses_file(batch.sha256):
        path_of(batch).unlink(missing_ok=True)
