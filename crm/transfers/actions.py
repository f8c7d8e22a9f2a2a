"""The verbs of a transfer: proposed by the one unit, accepted or declined by the other, withdrawn while it waits."""

from __future__ import annotations

from collections.abc import Mapping

from crm.audit.trail import recording
from crm.db import db
from crm.deals.models import Deal
from crm.deals.stages import DealState
from crm.lib import clock
from crm.lib.errors import Refused
from crm.lib.words import _
from crm.org.models import Unit, User

from . import credit, queries
from .models import Share, Transfer, TransferState


def propose(
    deal: Deal, to_unit_id: int, reason: str, shares: Mapping[int, int | None], *, actor: User
) -> Transfer:
    """Offer the deal to another unit. Until it answers nothing changes. Two offers at once wait for each other, so that
    the second finds the first."""
    db.session.refresh(deal, with_for_update={"of": Deal})
    to_unit = db.session.get(Unit, to_unit_id)
    if to_unit is None or not to_unit.active:
        raise Refused(_("请选接收单位"), "to_unit_id")
    if to_unit.id == deal.unit_id:
        raise Refused(_("项目已经在这个单位，请选别的单位"), "to_unit_id")
    if deal.state is DealState.LAPSED:
        raise Refused(_("项目已经终止，请先恢复再流转"))
    if not reason.strip():
        raise Refused(_("请写明流转的原因"), "reason")
    if waiting := queries.open_one(deal):
        raise Refused(_("已经向%(unit)s提出流转，等对方答复或先撤回", unit=waiting.to_unit.name))
    if problem := credit.problem_with(shares):
        raise Refused(problem, "share_new")
    transfer = Transfer(
        deal=deal,
        from_unit_id=deal.unit_id,
        to_unit_id=to_unit.id,
        reason=reason,
        proposed_by_id=actor.id,
        shares=[
            Share(unit_id=unit_id, percent=percent)
            for unit_id, percent in shares.items()
            if percent is not None
        ],
    )
    with recording("transfer.proposed", transfer, actor=actor):
        db.session.add(transfer)
        db.session.flush()
    return transfer


def accept(transfer: Transfer, owner_id: int | None, *, actor: User) -> None:
    """The unit takes the deal, with who follows it; the split stands from now on."""
    _refuse_unless_waiting(transfer)
    deal = transfer.deal
    if deal.unit_id != transfer.from_unit_id:
        raise Refused(_("项目已经不在提出流转的单位，请让对方撤回"))
    owner = db.session.get(User, owner_id) if owner_id else None
    if owner is not None and owner.unit_id != transfer.to_unit_id:
        raise Refused(_("跟进人要是接收单位的人"), "owner_id")
    with recording("deal.transferred", deal, actor=actor, note=transfer.reason):
        deal.unit_id = transfer.to_unit_id
        deal.owner_id = owner.id if owner else None
    _answer(transfer, TransferState.ACCEPTED, "", actor)


def decline(transfer: Transfer, reason: str, *, actor: User) -> None:
    _refuse_unless_waiting(transfer)
    if not reason.strip():
        raise Refused(_("请写明不接收的原因"), "answer")
    _answer(transfer, TransferState.DECLINED, reason, actor)


def withdraw(transfer: Transfer, *, actor: User) -> None:
    _refuse_unless_waiting(transfer)
    _answer(transfer, TransferState.WITHDRAWN, "", actor)


def _refuse_unless_waiting(transfer: Transfer) -> None:
    if transfer.state is not TransferState.PROPOSED:
        raise Refused(_("这次流转%(state)s，不能再答复", state=transfer.state.label))


def _answer(transfer: Transfer, state: TransferState, answer: str, actor: User) -> None:
    with recording(f"transfer.{state.value}", transfer, actor=actor, note=answer):
        transfer.state = state
        transfer.answer = answer
        transfer.answered_by_id = actor.id
        transfer.answered_at = clock.business_now()
