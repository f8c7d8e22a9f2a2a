"""The decisions about pairs: not the same, related, and changing one's mind. Merging is `merging`.

A decision is remembered for good, with who made it, when, and on what evidence: a later scan leaves a decided
pair as it is. All pairs that one keystroke decided carry the same moment, and are taken back together.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from crm.audit.trail import record
from crm.db import db
from crm.lib import clock, texts
from crm.lib.errors import Refused
from crm.lib.words import _, _n
from crm.merchants import identity
from crm.merchants.models import Relation, Suspect, SuspectState
from crm.org.models import User
from crm.web import display

from . import merging
from .grouping import Edge, webs
from .models import Merge

UNDONE_WITHIN = dt.timedelta(hours=12)  # what "the last one" still means


class AlreadyDecided(Refused):
    """Somebody was quicker: says who, when and what."""

    def __init__(self, suspect: Suspect):
        self.suspect = suspect
        who = db.session.get(User, suspect.decided_by_id) if suspect.decided_by_id else None
        super().__init__(
            _(
                "%(who)s已在%(when)s判定：%(what)s",
                who=who.name if who else "CRM",
                when=display.moment(suspect.decided_at),
                what=told(suspect),
            )
        )


def told(suspect: Suspect) -> str:
    """What was decided, in words: 有关联（分支机构）."""
    if suspect.relation:
        return _("%(state)s（%(relation)s）", state=suspect.state.label, relation=suspect.relation.label)
    return suspect.state.label


def decide(
    pairs: Sequence[Suspect],
    state: SuspectState,
    *,
    relation: Relation | None = None,
    note: str = "",
    actor: User,
) -> None:
    """Not the same, or related in some way: each of these pairs, together or not at all."""
    if state not in (SuspectState.DIFFERENT, SuspectState.RELATED):
        raise Refused(_("请选择“不是同一家”或“有关联”"))
    if state is SuspectState.RELATED and relation is None:
        raise Refused(_("请选择是什么关联"))
    note = texts.clean_text(note)
    if complaint := texts.too_long(note, 200):
        raise Refused(complaint, "decision_note")
    if settled := next((pair for pair in pairs if pair.state is not SuspectState.OPEN), None):
        raise AlreadyDecided(settled)
    now = clock.now()
    for pair in pairs:
        before = _said(pair)
        pair.state, pair.relation = state, relation if state is SuspectState.RELATED else None
        pair.decided_at, pair.decided_by_id, pair.decision_note = now, actor.id, note
        _record("suspect.decided", pair, before, actor, note)


def reopen(pairs: Sequence[Suspect], *, note: str = "", actor: User) -> None:
    """Take a decision back: the pairs wait again."""
    for pair in pairs:
        if pair.state is SuspectState.OPEN:
            raise Refused(_("这一对还没有判定"))
        if pair.state is SuspectState.MERGED:
            raise Refused(_("这一对已经合并，请到合并记录里撤销"))
        before = _said(pair)
        pair.state, pair.relation = SuspectState.OPEN, None
        pair.decided_at, pair.decided_by_id, pair.decision_note = None, None, ""
        _record("suspect.reopened", pair, before, actor, texts.clean_text(note))


def decided_with(suspect: Suspect) -> list[Suspect]:
    """The pairs that were decided in the same act, this one among them: of one moment, and hanging together."""
    if suspect.decided_at is None:
        return [suspect]
    rows = sa.select(Suspect).where(
        Suspect.decided_by_id == suspect.decided_by_id,
        Suspect.decided_at == suspect.decided_at,
        Suspect.state == suspect.state,
        Suspect.noun == suspect.noun,
    )
    found = {one.id: one for one in db.session.scalars(rows)}
    edges = [Edge(one.id, one.a_id, one.b_id, one.score) for one in found.values()]
    web = next(web for web in webs(edges, []) if suspect.id in {edge.id for edge in web})
    return [found[edge.id] for edge in web]


@dataclass
class Undone:
    """What was taken back, and the pair to look at again."""

    said: str
    suspect: Suspect | None


def undo_last(*, actor: User) -> Undone:
    """Take back the newest thing this person decided and that still stands; once more: the one before."""
    since = clock.now() - UNDONE_WITHIN
    decided = db.session.scalars(
        sa.select(Suspect)
        .where(
            Suspect.decided_by_id == actor.id,
            Suspect.decided_at >= since,
            Suspect.state.in_((SuspectState.DIFFERENT, SuspectState.RELATED)),
        )
        .order_by(Suspect.decided_at.desc(), Suspect.score.desc(), Suspect.id.desc())
        .limit(1)
    ).first()
    merged = db.session.scalars(
        sa.select(Merge)
        .where(Merge.merged_by_id == actor.id, Merge.merged_at >= since, Merge.undone_at.is_(None))
        .order_by(Merge.merged_at.desc(), Merge.id.desc())
        .limit(1)
    ).first()
    if merged is not None and (decided is None or merged.merged_at > (decided.decided_at or since)):
        return undo_merge(merged, actor=actor)
    if decided is None:
        raise Refused(_("没有可以撤销的判定；更早的请到已判定的分页里放回"))
    what = told(decided)
    reopen(decided_with(decided), actor=actor)
    return Undone(_("已撤销：%(what)s", what=what), decided)


def undo_merge(merged: Merge, *, actor: User) -> Undone:
    """Apart again; the pair waits for another look."""
    ids = [merged.survivor_id, *(one.old_id for one in merged.tombstones)]
    name = merged.survivor_name
    undone = merging.undo(merged, actor=actor)
    suspect = db.session.scalars(
        sa.select(Suspect)
        .where(Suspect.noun == merged.noun, Suspect.a_id.in_(ids), Suspect.b_id.in_(ids))
        .where(Suspect.state == SuspectState.OPEN)
        .order_by(Suspect.score.desc(), Suspect.id.desc())
        .limit(1)
    ).first()
    said = _("已撤销合并：%(name)s", name=name)
    if undone.conflicts:
        said += "。" + _n("有 %(n)s 处合并以后改过，保留了现在的样子", len(undone.conflicts))
    return Undone(said, suspect)


def _said(pair: Suspect) -> list[str | None]:
    return [pair.state.value, pair.relation.value if pair.relation else None]


def _record(verb: str, pair: Suspect, before: list[str | None], actor: User, note: str) -> None:
    now = _said(pair)
    changes = {
        key: [was, is_now]
        for key, was, is_now in zip(("state", "relation"), before, now, strict=True)
        if was != is_now
    }
    names = [known.name for known in identity.load(pair.noun, [pair.a_id, pair.b_id]).values()]
    record(verb, pair, actor=actor, changes=changes, note=note, name=" / ".join(names))
