"""Keeping the index right, in the transaction that changes the record, and asking it.

index.put("enterprise", 12, fields)          fields as `tokens.Field`
select.where(Enterprise.id.in_(index.matching("enterprise", "衢澜")))
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from crm.db import db

from . import tokens
from .models import SearchEntry

FTS = sa.table("search_fts", sa.column("rowid"), sa.column("id"), sa.column("tokens"))


def _on_sqlite() -> bool:
    return db.session.get_bind().dialect.name == "sqlite"


def put(noun: str, record_id: int, fields: Iterable[tokens.Field]) -> None:
    """Index one record anew."""
    remove(noun, [record_id])
    put_many(noun, [(record_id, fields)])


def put_many(noun: str, records: Sequence[tuple[int, Iterable[tokens.Field]]]) -> None:
    """Index records that are not in the index yet: two statements, however many."""
    _put_documents(noun, [(record_id, tokens.document(fields)) for record_id, fields in records])


def _put_documents(noun: str, records: Sequence[tuple[int, list[str]]]) -> None:
    if not records:
        return
    ids = db.session.scalars(
        sa.insert(SearchEntry).returning(SearchEntry.id, sort_by_parameter_order=True),
        [{"noun": noun, "record_id": record_id} for record_id, _document in records],
    ).all()
    if _on_sqlite():
        statement = "INSERT INTO search_fts (rowid, tokens) VALUES (:id, :tokens)"
        write = tokens.fts5_document
    else:
        statement = "INSERT INTO search_fts (id, tokens) VALUES (:id, CAST(:tokens AS tsvector))"
        write = tokens.tsvector_literal
    rows = [
        {"id": entry_id, "tokens": write(document)}
        for entry_id, (_record_id, document) in zip(ids, records, strict=True)
    ]
    db.session.execute(sa.text(statement), rows)


def put_changed(noun: str, records: Sequence[tuple[int, Sequence[tokens.Field]]]) -> int:
    """Index anew those whose entry is missing or says something else; how many."""
    documents = {one: tokens.document(fields) for one, fields in records}
    wrong = _changed(noun, documents)
    remove(noun, wrong)
    _put_documents(noun, [(one, documents[one]) for one in wrong])
    return len(wrong)


def changed(noun: str, records: Mapping[int, Sequence[tokens.Field]]) -> list[int]:
    """Which of these records the index does not hold with exactly these fields: two statements."""
    return _changed(noun, {one: tokens.document(fields) for one, fields in records.items()})


def _changed(noun: str, documents: Mapping[int, list[str]]) -> list[int]:
    here = sa.select(SearchEntry.id, SearchEntry.record_id)
    here = here.where(SearchEntry.noun == noun, SearchEntry.record_id.in_(documents))
    entries: dict[int, int] = dict(db.session.execute(here).all())  # type: ignore[arg-type]
    if not entries:
        return list(documents)
    if _on_sqlite():
        stored = sa.text("SELECT rowid, tokens FROM search_fts WHERE rowid IN :ids")
        rows = db.session.execute(stored.bindparams(sa.bindparam("ids", list(entries), expanding=True)))
        same = {entries[at] for at, text in rows if text == tokens.fts5_document(documents[entries[at]])}
    else:
        stored = sa.text(
            "SELECT f.id FROM search_fts AS f JOIN unnest(CAST(:ids AS int[]), CAST(:texts AS text[])) AS w(id, said)"
            " ON w.id = f.id WHERE f.tokens = CAST(w.said AS tsvector)"
        )
        texts = [tokens.tsvector_literal(documents[one]) for one in entries.values()]
        same = {entries[at] for at in db.session.scalars(stored, {"ids": list(entries), "texts": texts})}
    return [one for one in documents if one not in same]


def remove(noun: str, record_ids: Sequence[int]) -> None:
    """Take records out of the index."""
    gone = sa.select(SearchEntry.id).where(SearchEntry.noun == noun, SearchEntry.record_id.in_(record_ids))
    ids = db.session.scalars(gone).all()
    if not ids:
        return
    column = "rowid" if _on_sqlite() else "id"
    db.session.execute(
        sa.text(f"DELETE FROM search_fts WHERE {column} IN :ids").bindparams(
            sa.bindparam("ids", list(ids), expanding=True)
        )
    )
    db.session.execute(sa.delete(SearchEntry).where(SearchEntry.id.in_(ids)))


def without_entry(noun: str, model: Any) -> sa.Select[Any]:
    """The records of a table that the index does not know."""
    known = sa.select(SearchEntry.record_id).where(SearchEntry.noun == noun)
    return sa.select(model).where(model.id.not_in(known)).order_by(model.id)


def clear() -> None:
    """Empty the whole index, before it is built anew."""
    db.session.execute(sa.text("DELETE FROM search_fts"))
    db.session.execute(sa.delete(SearchEntry))


def matching(noun: str, text: str) -> sa.Select[int]:
    """The ids of the records of `noun` that hold every word of `text`. Nothing searchable finds nothing."""
    return _found(noun, tokens.query(text))


def nearly(noun: str, text: str) -> sa.Select[int]:
    """Those that hold the one word of `text` with a slip in it; some more: see `texts.slipped`."""
    return _found(noun, tokens.nearly(text))


def sharing(noun: str, text: str) -> sa.Select[int]:
    """Those that share some characters on end with a word of `text`."""
    return _found(noun, tokens.sharing(text))


def _found(noun: str, asked: tokens.Query | None) -> sa.Select[int]:
    ids = sa.select(SearchEntry.record_id).where(SearchEntry.noun == noun)
    if asked is None:
        return ids.where(sa.false())
    if _on_sqlite():
        hits = sa.text("SELECT rowid FROM search_fts WHERE search_fts MATCH :asked").bindparams(
            asked=tokens.fts5_match(asked)
        )
    else:
        hits = sa.text("SELECT id FROM search_fts WHERE tokens @@ CAST(:asked AS tsquery)").bindparams(
            asked=tokens.tsquery_literal(asked)
        )
    return ids.where(SearchEntry.id.in_(hits.columns(sa.column("id", sa.Integer)).scalar_subquery()))
