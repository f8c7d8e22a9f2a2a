"""What the verbs of every part share: one more step of a story, and a sentence that has to be there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from werkzeug.datastructures import FileStorage

from crm.audit.trail import Actor, record
from crm.db import db
from crm.files import store
from crm.lib.errors import Refused


def step(
    of: Any, kind: Any, *, actor: Actor, uploads: Sequence[FileStorage] = (), **columns: Any
) -> Any:  # fmt: skip
    """One more step of `of.steps`; what was uploaded hangs on it."""
    model = type(of).steps.property.mapper.class_
    made = model(kind=kind, actor_id=actor.id, unit_id=getattr(actor, "unit_id", None), **columns)
    of.steps.append(made)
    db.session.flush()
    kept = store.attach(uploads, noun=model.__tablename__, record_id=made.id, actor_id=actor.id)
    if kept:
        record(f"{of.__tablename__}.attached", of, actor=actor, note="；".join(one.name for one in kept))
        db.session.flush()
    return made


def needed(text: str, sentence: str, field: str) -> None:
    if not text.strip():
        raise Refused(sentence, field)
