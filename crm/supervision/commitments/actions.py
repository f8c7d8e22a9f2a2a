"""The verbs of a commitment: promised, reported kept or withdrawn by the unit, confirmed or sent back by others."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from werkzeug.datastructures import FileStorage

from crm.audit.trail import recording
from crm.db import db
from crm.jobs import actions as bell
from crm.lib import clock
from crm.lib.errors import Refused
from crm.lib.words import _
from crm.org.models import User
from crm.search import index
from crm.search.tokens import Field, Kind
from crm.supervision import queries as supervision
from crm.supervision.actions import needed, step

from . import queries
from .models import Commitment
from .states import CLAIMED, Claim, CommitmentState, StepKind

FACTS = (
    "name",
    "content",
    "person_id",
    "post",
    "to_whom",
    "occasion",
    "promised_on",
    "deal_id",
    "project_id",
)


def register(data: dict[str, Any], *, actor: User) -> Commitment:
    """A promise that was made. Refused when it stands in the register already."""
    unit_id = data.get("unit_id") or actor.unit_id
    _check_days(data["promised_on"], data["due_on"])
    with db.session.no_autoflush:
        if queries.same(data["name"], unit_id, data["due_on"]):
            raise Refused(_("这个单位同一天到期的同一承诺已经登记过了"), "name")
    made = Commitment(unit_id=unit_id, due_on=data["due_on"], entered_by_id=actor.id)
    _fill(made, data)
    db.session.add(made)
    with recording("commitment.registered", made, actor=actor):
        db.session.flush()
    step(made, StepKind.MADE, actor=actor, text=made.content, until_on=made.due_on)
    put_in_index(made)
    return made


def edit(commitment: Commitment, data: dict[str, Any], *, actor: User) -> None:
    """Put right what was written down; the term by the supervisors alone, or nothing would ever be late."""
    _only(commitment, CommitmentState.OPEN)
    due_on: dt.date = data["due_on"]
    _check_days(data["promised_on"], due_on)
    moved = due_on != commitment.due_on
    if moved and not queries.may_confirm(actor, commitment):
        raise Refused(_("期限要由督查部门或者领导调整，承诺的一方自己不能改"), "due_on")
    with recording("commitment.edited", commitment, actor=actor):
        _fill(commitment, data)
        commitment.due_on = due_on
    if moved:
        step(commitment, StepKind.PUT_OFF, actor=actor, until_on=due_on)
    put_in_index(commitment)


def report(
    commitment: Commitment, claim: Claim, text: str, *, uploads: Sequence[FileStorage] = (), actor: User
) -> None:
    """The unit says that it was kept, and proves it, or that it cannot be and why. Whether so, others say."""
    _only(commitment, CommitmentState.OPEN)
    needed(text, _("请写明兑现的情况或者撤销的原因"), "text")
    with recording("commitment.reported", commitment, actor=actor, note=text):
        commitment.state, commitment.claim = CommitmentState.CLAIMED, claim
        commitment.claimed_by_id = actor.id
    step(commitment, CLAIMED[claim], actor=actor, text=text, uploads=uploads)
    if claim is Claim.KEPT and not queries.has_proof(commitment):
        raise Refused(_("报兑现要有佐证：请附上批文、凭证、照片等材料"), "files")
    _tell(
        commitment,
        supervision.supervisors(commitment.unit_id),
        _("等您确认承诺：%(name)s", name=commitment.name),
    )


def confirm(commitment: Commitment, text: str, *, actor: User) -> None:
    """By somebody else than who promised."""
    claim = _waiting(commitment, actor)
    with recording("commitment.confirmed", commitment, actor=actor, note=text):
        commitment.state, commitment.claim, commitment.ended_on = claim.outcome, None, clock.today()
    step(commitment, StepKind(claim.value), actor=actor, text=text)
    _tell(
        commitment, supervision.people_of(commitment.unit_id), _("承诺已确认：%(name)s", name=commitment.name)
    )


def send_back(commitment: Commitment, reason: str, *, actor: User) -> None:
    """It is not kept yet, or there is no cause to drop it: the promise goes on, with its term as it was."""
    _waiting(commitment, actor)
    needed(reason, _("请写明不予确认的原因"), "reason")
    with recording("commitment.sent_back", commitment, actor=actor, note=reason):
        commitment.state, commitment.claim = CommitmentState.OPEN, None
    step(commitment, StepKind.SENT_BACK, actor=actor, text=reason)
    _tell(
        commitment,
        supervision.people_of(commitment.unit_id),
        _("承诺没有确认，退回：%(name)s", name=commitment.name),
    )


def search_fields(commitment: Commitment) -> list[Field]:
    """What a commitment is found by."""
    return [
        Field(Kind.NAME, commitment.name),
        Field(Kind.NAME, commitment.to_whom),
        Field(Kind.TEXT, commitment.content),
        Field(Kind.TEXT, commitment.occasion),
    ]


def put_in_index(commitment: Commitment) -> None:
    db.session.flush()
    index.put(queries.NOUN, commitment.id, search_fields(commitment))


def _fill(commitment: Commitment, data: dict[str, Any]) -> None:
    for name in FACTS:
        if name in data:
            setattr(commitment, name, data[name])


def _waiting(commitment: Commitment, actor: User) -> Claim:
    """What the unit said, if it waits for an answer that this user may give."""
    _only(commitment, CommitmentState.CLAIMED)
    if why := queries.why_not(actor, commitment):
        raise Refused(why)
    assert commitment.claim
    return commitment.claim


def _only(commitment: Commitment, state: CommitmentState) -> None:
    if commitment.state is not state:
        raise Refused(_("现在是“%(state)s”，不能这样办", state=commitment.state.label))


def _check_days(promised_on: dt.date, due_on: dt.date) -> None:
    if promised_on > clock.today():
        raise Refused(_("承诺日期不能晚于今天"), "promised_on")
    if due_on < promised_on:
        raise Refused(_("兑现期限不能早于承诺日期"), "due_on")


def _tell(commitment: Commitment, people: Sequence[User], said: str) -> None:
    bell.tell(people, f"commitment:{commitment.id}", said, "commitments.show", id=commitment.id)
