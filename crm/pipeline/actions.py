"""The verbs that move a deal. Each writes one StageMove and one Event, in the caller's transaction."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from werkzeug.datastructures import FileStorage

from crm.audit.trail import record, recording
from crm.db import db, plain
from crm.deals import actions as deals
from crm.deals import queries as deal_queries
from crm.deals.models import Deal, StageMove
from crm.deals.stages import Admission, AgreementKind, AmountBasis, DealState, MoveKind, Stage
from crm.files import store
from crm.lib import clock
from crm.lib.errors import Refused
from crm.lib.words import _
from crm.merchants.models import Direction
from crm.org import settings
from crm.org.models import User
from crm.org.permissions import Permission

from . import gates, queries

UNDO_WITHIN = dt.timedelta(days=1)
SIGNING = {"signed_on", "enterprise_id"}
"""What it depends on whether a deal may add to another one (增资)."""


class NotYet(Refused):
    """A gate still wants something; `missing` says all of it, the sentence only the first."""

    def __init__(self, missing: Sequence[gates.Missing]):
        super().__init__(missing[0].sentence, missing[0].field)
        self.missing = list(missing)


def advance(
    deal: Deal, target: Stage, data: dict[str, Any], *, actor: User, uploads: Sequence[FileStorage] = ()
) -> StageMove:
    """Forward to `target`, over several stages when the gates on the way want nothing more.

    `data` may bring the facts a gate asks for, `on_day` it counts for (signing counts for the day signed),
    `evidence` in words. NotYet when something is missing, unless `data` says why it goes on all the same
    (`passing`) and the actor has that right: then the move keeps the reason and what was missing.
    """
    _refuse_unless_moving(deal)
    if target.order <= deal.stage.order:
        raise Refused(
            _("项目已经到了%(stage)s，不能再推进到%(target)s", stage=deal.stage.label, target=target.label)
        )
    typed = {name: data[name] for name in queries.GATE_FIELDS if data.get(name) not in (None, "")}
    if target.order >= Stage.SIGNED.order:
        typed = queries.agreed(deal)[0] | typed
    evidence = data.get("evidence") or ""
    proof = bool(evidence) or any(upload and upload.filename for upload in uploads)
    dossier = queries.dossier_of(deal, typed, evidence=proof)
    missing = gates.missing_on_the_way(target, dossier, queries.gates_in_force())
    passing = (data.get("passing") or "").strip()
    if missing and not passing:
        raise NotYet(missing)
    if missing and not may_pass(deal, actor):
        raise Refused(_("您没有越过门槛的权限，请先补齐，或请有权限的人推进"), "passing")
    if firm := [one for one in missing if gates.is_firm(target, deal.stage, one)]:
        raise NotYet(firm)
    _refuse_future(typed.get("signed_on"), "signed_on")
    signed_on = typed.get("signed_on") or deal.signed_on
    on_day = data.get("on_day") or clock.today()
    if target is Stage.SIGNED and signed_on:
        on_day = signed_on
    _refuse_future(on_day, "on_day")
    if target.order > Stage.SIGNED.order and signed_on and on_day < signed_on:
        raise Refused(_("不能早于签约日期 %(day)s", day=signed_on.isoformat()), "on_day")
    changes = {**typed, **_basis(deal, target), "stage": target, "stage_since": on_day}
    return _move(
        deal, MoveKind.ADVANCED, changes, actor=actor, on_day=on_day, evidence=evidence, uploads=uploads,
        reason=passing if missing else "", passed=[one.key for one in missing],
    )  # fmt: skip


def may_pass(deal: Deal, user: User) -> bool:
    """Whether this person may move the deal though its gate is not met, with a reason."""
    return deal_queries.may(user, Permission.GATE_PASS, deal)


def set_gates(wanted: Mapping[Stage, Sequence[str]], *, actor: User) -> None:
    """What each stage asks for from now on. What is firm stays; what is unknown is no requirement."""
    before, after = queries.gates_in_force(), gates.as_set({one.value: keys for one, keys in wanted.items()})
    changes = {
        stage.value: [list(before[stage]), list(after[stage])]
        for stage in after
        if before[stage] != after[stage]
    }
    if not changes:
        return
    settings.put(queries.GATES, {stage.value: list(keys) for stage, keys in after.items()})
    record("gate.changed", actor=actor, changes=changes, noun="setting", name=_("阶段门槛"))


def return_(
    deal: Deal,
    target: Stage,
    reason: str,
    *,
    actor: User,
    on_day: dt.date | None = None,
    uploads: Sequence[FileStorage] = (),
) -> StageMove:
    """One stage back or more, with a reason. Back before the signing, the signing no longer stands:
    refused while other deals add to it (增资)."""
    _refuse_unless_moving(deal)
    if target.order >= deal.stage.order:
        raise Refused(_("项目现在是%(stage)s，只能退回到更前面的阶段", stage=deal.stage.label), "to_stage")
    on_day = on_day or clock.today()
    _refuse_future(on_day, "on_day")
    changes: dict[str, Any] = {"stage": target, "stage_since": on_day}
    if target.order < Stage.SIGNED.order:
        changes |= {"signed_on": None, "agreement_kind": None}
    reason = _needed(reason, _("请写明退回的原因"))
    return _move(deal, MoveKind.RETURNED, changes, actor=actor, on_day=on_day, reason=reason, uploads=uploads)


def hold(deal: Deal, reason: str, *, actor: User, uploads: Sequence[FileStorage] = ()) -> StageMove:
    """暂缓: nothing is due and nothing is idle until it is resumed."""
    _refuse_unless_moving(deal)
    return _stop(deal, MoveKind.HELD, DealState.HELD, _needed(reason, _("请写明暂缓的原因")), actor, uploads)


def lapse(deal: Deal, reason: str, *, actor: User, uploads: Sequence[FileStorage] = ()) -> StageMove:
    """终止: the deal is over, with the reason why."""
    if deal.state is DealState.LAPSED:
        raise Refused(_("项目已经终止了"))
    return _stop(
        deal, MoveKind.LAPSED, DealState.LAPSED, _needed(reason, _("请写明终止的原因")), actor, uploads
    )


def resume(
    deal: Deal, next_step: str, next_due_on: dt.date | None, *, actor: User, reason: str = ""
) -> StageMove:
    """恢复: it goes on from where it stood, with a next step."""
    if deal.state is DealState.ACTIVE:
        raise Refused(_("项目正在推进，不用恢复"))
    goes_on = deal.stage is not Stage.AT_CAPACITY
    if goes_on and not next_step:
        raise Refused(_("恢复后要接着推进，请写明下一步"), "next_step")
    if goes_on and next_due_on is None:
        raise Refused(_("请写明下一步的日期"), "next_due_on")
    if next_due_on and next_due_on < clock.today():
        raise Refused(_("下一步的日期已经过了，请填今天或以后"), "next_due_on")
    changes = {
        "state": DealState.ACTIVE, "state_reason": "", "state_since": None, "next_step": next_step,
        "next_due_on": next_due_on,
    }  # fmt: skip
    return _move(deal, MoveKind.RESUMED, changes, actor=actor, reason=reason)


def undo(move: StageMove, *, actor: User) -> StageMove:
    """Take back the deal's last move, by whoever made it, within a day: stage, days and facts as before.

    Nothing is deleted: the move is marked and a second one says that it was undone. Facts that somebody has
    changed since stay as they are now.
    """
    deal = move.deal
    last = queries.last_move(deal)
    if move.undone or move.kind in (MoveKind.CREATED, MoveKind.UNDONE) or last is None or last.id != move.id:
        raise Refused(_("这已经不是最后一步，不能撤销"))
    if move.actor_id != actor.id:
        raise Refused(_("只有移动的人自己可以撤销，请改用“退回”并写明原因"))
    if clock.now() - move.at > UNDO_WITHIN:
        raise Refused(_("已经过了一天，不能撤销，请改用“退回”并写明原因"))
    was = deal.stage
    back = {
        name: _READ[name](old) if old is not None else None
        for name, (old, new) in _pairs(move)
        if getattr(deal, name) == (None if new is None else _READ[name](new))
    }
    if not back.keys() & {"stage", "state"}:
        raise Refused(_("这已经不是最后一步，不能撤销"))
    with recording("deal.undone", deal, actor=actor, note=move.kind.label):
        for name, value in back.items():
            setattr(deal, name, value)
        if back.keys() & SIGNING:
            deals.check_increases(deal)
    move.undone = True
    undone = StageMove(
        deal_id=deal.id, kind=MoveKind.UNDONE, from_stage=was, to_stage=deal.stage, on_day=clock.today(),
        actor_id=actor.id,
    )  # fmt: skip
    db.session.add(undone)
    deals.put_in_index(deal)
    return undone


def may_undo(move: StageMove | None, user: User) -> bool:
    """Whether to offer it."""
    return (
        move is not None
        and not move.undone
        and move.kind not in (MoveKind.CREATED, MoveKind.UNDONE)
        and move.actor_id == user.id
        and clock.now() - move.at <= UNDO_WITHIN
        and bool(move.before)
    )


def _move(
    deal: Deal,
    kind: MoveKind,
    changes: dict[str, Any],
    *,
    actor: User,
    on_day: dt.date | None = None,
    reason: str = "",
    evidence: str = "",
    uploads: Sequence[FileStorage] = (),
    passed: Sequence[str] = (),
) -> StageMove:
    was = deal.stage
    before = {
        name: [plain(getattr(deal, name)), plain(value)]
        for name, value in changes.items()
        if getattr(deal, name) != value
    }
    with recording(f"deal.{kind.value}", deal, actor=actor, note=reason or evidence):
        for name, value in changes.items():
            setattr(deal, name, value)
        if before.keys() & SIGNING:
            deals.check_increases(deal)
    move = StageMove(
        deal_id=deal.id, kind=kind, from_stage=was, to_stage=deal.stage, on_day=on_day or clock.today(),
        actor_id=actor.id, reason=reason, evidence=evidence, before=before, passed=list(passed),
    )  # fmt: skip
    db.session.add(move)
    db.session.flush()
    store.attach(uploads, noun=StageMove.__tablename__, record_id=move.id, actor_id=actor.id)
    deals.put_in_index(deal)
    return move


def _stop(
    deal: Deal, kind: MoveKind, state: DealState, reason: str, actor: User, uploads: Sequence[FileStorage]
) -> StageMove:
    changes = {"state": state, "state_reason": reason, "state_since": clock.today()}
    return _move(deal, kind, changes, actor=actor, reason=reason, uploads=uploads)


def _basis(deal: Deal, target: Stage) -> dict[str, Any]:
    """The 口径 of the amounts follows the stage: under talk they are no longer a wish, signed they are agreed."""
    if deal.stage.order < Stage.SIGNED.order <= target.order:
        return {"amount_basis": AmountBasis.AGREEMENT}
    if target is Stage.NEGOTIATING and deal.amount_basis is AmountBasis.WISH:
        return {"amount_basis": AmountBasis.TALKS}
    return {}


def _refuse_unless_moving(deal: Deal) -> None:
    if deal.state is not DealState.ACTIVE:
        raise Refused(_("项目现在是“%(state)s”，请先恢复", state=deal.state.label))


def _refuse_future(day: dt.date | None, field: str) -> None:
    if day and day > clock.today():
        raise Refused(_("日期还没有到，请填今天或以前"), field)


def _needed(reason: str, sentence: str) -> str:
    if not reason.strip():
        raise Refused(sentence, "reason")
    return reason


def _pairs(move: StageMove) -> list[tuple[str, tuple[Any, Any]]]:
    return [
        (name, (pair[0], pair[1]))
        for name, pair in move.before.items()
        if name in _READ and isinstance(pair, list) and len(pair) == 2
    ]


_READ: dict[str, Callable[[Any], Any]] = {
    "stage": Stage,
    "stage_since": dt.date.fromisoformat,
    "state": DealState,
    "state_reason": str,
    "state_since": dt.date.fromisoformat,
    "enterprise_id": int,
    "content": str,
    "direction": Direction,
    "planned_wan": Decimal,
    "agreed_wan": Decimal,
    "amount_basis": AmountBasis,
    "signed_on": dt.date.fromisoformat,
    "agreement_kind": AgreementKind,
    "admission": Admission,
    "local_company": str,
    "local_uscc": str,
    "next_step": str,
    "next_due_on": dt.date.fromisoformat,
}
"""How a value kept in StageMove.before is read back."""
