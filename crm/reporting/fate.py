"""What became of a report, told to whoever made it: true, and no more of others' business than that.

A report that joined another unit's is told how that one fares, by its state and unit; names, amounts and texts of
others are theirs to tell.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from crm.leads.models import Judgement, Lead, LeadState
from crm.lib.words import _


@dataclass(frozen=True)
class Step:
    """One thing that happened: `at` None is how things stand now."""

    at: dt.datetime | None
    what: str
    who: str = ""
    text: str = ""
    tone: str = "neutral"


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
