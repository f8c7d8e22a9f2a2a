"""What became of a report, told to whoever made it: true, and no more of others' business than that.

A report that joined another unit's is told how that one fares, by its state and unit; names, amounts and texts of
others are theirs to tell.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from crm.deals.models import Deal, StageMove
from crm.deals.stages import MoveKind
from crm.leads.models import Judgement, Lead, LeadState
from crm.lib import clock
from crm.lib.words import _


@dataclass(frozen=True)
class Step:
    """One thing that happened: `at` None is how things stand now."""

    at: dt.datetime | None
    what: str
    who: str = ""
    text: str = ""
    tone: str = "neutral"
    whole_day: bool = False  # the hour says nothing


@dataclass(frozen=True)
class DealNow:
    """As much of the deal as may be told to somebody who may not see it."""

    stage: str
    unit: str
    over: bool


def steps(
    lead: Lead, judgements: list[Judgement], deal: DealNow | None, first_deal: DealNow | None
) -> Iterator[Step]:
    """In the order they happened, the present last. `judgements` oldest first."""
    reporter = lead.reported_by.name if lead.reported_by else ""
    yield Step(lead.reported_at, _("报送"), _join(lead.report_unit.name, reporter), tone="info")
    if lead.duplicate_of is not None and not lead.judged_by_id:
        yield _joined(lead)
    if lead.answered_at and lead.answered_by_id:
        asked = _("请%(unit)s研判", unit=lead.judge_unit.name) if lead.judge_unit else ""
        yield Step(lead.answered_at, _("答复"), asked, lead.answer, "info")
    for one in judgements:
        proposed = _("建议%(name)s带队", name=one.leader.name) if one.leader else ""
        who = _join(one.unit.name, one.judged_by.name if one.judged_by else "")
        yield Step(one.at, _("研判：%(said)s", said=one.conclusion.label), who, proposed, one.conclusion.tone)
    if lead.duplicate_of is not None and lead.judged_by_id:
        yield _joined(lead)
    if lead.feedback and lead.fed_back_at:
        yield Step(lead.fed_back_at, _("反馈报送人"), "", lead.feedback, "info")
    yield from _now(lead, deal, first_deal)


def first(deal: Deal) -> Step:
    """Of a deal that came from no lead one may see: who has the credit stands on it too."""
    reporter = deal.first_report_user.name if deal.first_report_user else ""
    return Step(deal.first_reported_at, _("首报"), _join(deal.first_report_unit.name, reporter), tone="info")


def moved(moves: Iterable[StageMove]) -> Iterator[Step]:
    """What became of it as a deal, each move by the day it counts for."""
    for one in moves:
        if one.undone or one.kind is MoveKind.UNDONE:
            continue
        what = one.to_stage.label
        if one.kind not in (MoveKind.CREATED, MoveKind.ADVANCED):
            what = _("%(kind)s：%(said)s", kind=one.kind.label, said=what)
        tone = "good" if one.kind is MoveKind.ADVANCED else one.kind.tone
        who = one.actor.name if one.actor else ""
        yield Step(_moment(one), what, who, one.reason or one.evidence, tone, whole_day=True)


def _moment(move: StageMove) -> dt.datetime:
    """Within its day the moves stand as they were made."""
    at = clock.local(move.at)
    return at if at.date() == move.on_day else clock.start_of(move.on_day)


def in_order(steps: Iterable[Step]) -> list[Step]:
    """By day, as they were told within one; how things stand now comes last."""
    return sorted(steps, key=lambda one: (one.at is None, clock.local(one.at).date() if one.at else None))


def _joined(lead: Lead) -> Step:
    first: Any = lead.duplicate_of
    return Step(
        lead.judged_at,
        _("与%(unit)s的首报重复，作为协报", unit=first.report_unit.name),
        tone="warn",
    )


def _now(lead: Lead, deal: DealNow | None, first_deal: DealNow | None) -> Iterator[Step]:
    if lead.state is LeadState.DUPLICATE and lead.duplicate_of is not None:
        first = lead.duplicate_of
        state = _("首报那一条：%(state)s", state=first.state.label)
        yield Step(first.closed_at, state, first.unit.name, _deal(first_deal), first.state.tone)
        return
    if lead.state is LeadState.CONVERTED:
        yield Step(lead.closed_at, _("转成项目"), deal.unit if deal else lead.unit.name, _deal(deal), "good")
        return
    unit = lead.unit.name
    given = _("现在由%(unit)s负责", unit=unit) if lead.unit_id != lead.report_unit_id else unit
    yield Step(None, lead.state.label, given, lead.next_step, lead.state.tone)


def _deal(deal: DealNow | None) -> str:
    if deal is None:
        return ""
    return _("项目已终止") if deal.over else _("项目现在：%(stage)s", stage=deal.stage)


def _join(*parts: str) -> str:
    return " · ".join(part for part in parts if part)
