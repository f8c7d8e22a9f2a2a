"""What stands in a bulletin: rows and figures as plain values, so that they can be frozen and never change again.

Words are stored by their value (state, conclusion, direction) and said in the reader's language. No telephone and no
person outside the house is named.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from crm.leads.models import Conclusion, Lead, LeadSource, LeadState
from crm.lib import clock
from crm.lib.enums import Labelled
from crm.lib.words import N_
from crm.merchants.models import Direction

Row = dict[str, Any]


class Section(Labelled):
    NEW = "new", N_("新报送"), "info"
    CHANGED = "changed", N_("有进展"), "good"
    CLOSED = "closed", N_("已办结"), "neutral"


def row(section: Section, lead: Lead) -> Row:
    return {
        "section": section.value,
        "lead_id": lead.id,
        "title": lead.title,
        "company": lead.company,
        "unit": lead.report_unit.name,
        "in_charge": lead.unit.name,
        "reported_on": clock.local(lead.reported_at).date().isoformat(),
        "source": lead.source.value,
        "direction": lead.direction.value if lead.direction else "",
        "planned_wan": str(lead.planned_wan) if lead.planned_wan is not None else "",
        "state": lead.state.value,
        "conclusion": lead.conclusion.value if lead.conclusion else "",
        "first_unit": lead.duplicate_of.report_unit.name if lead.duplicate_of else "",
    }


def freeze(
    new: Sequence[Lead], changed: Sequence[Lead], closed: Sequence[Lead]
) -> tuple[dict[str, Any], list[Row]]:
    """(figures, rows) of a bulletin."""
    rows = [row(Section.NEW, one) for one in new]
    rows += [row(Section.CHANGED, one) for one in changed]
    rows += [row(Section.CLOSED, one) for one in closed]
    firsts = [one for one in new if one.duplicate_of_id is None]
    figures = {
        "new": len(new),
        "first": len(firsts),
        "joined": len(new) - len(firsts),
        "changed": len(changed),
        "closed": len(closed),
        "converted": sum(one.state is LeadState.CONVERTED for one in closed),
        "planned_wan": str(sum((one.planned_wan or Decimal(0) for one in firsts), Decimal(0))),
        "units": _by_unit(new),
        "directions": _by_direction(firsts),
    }
    return figures, rows


def _by_unit(new: Iterable[Lead]) -> list[Row]:
    """Each unit's reports, those that were first among them; the busiest first."""
    reports: Counter[str] = Counter()
    firsts: Counter[str] = Counter()
    for lead in new:
        reports[lead.report_unit.name] += 1
        firsts[lead.report_unit.name] += lead.duplicate_of_id is None
    return [
        {"unit": unit, "reports": count, "first": firsts[unit]}
        for unit, count in sorted(reports.items(), key=lambda one: (-one[1], one[0]))
    ]


def _by_direction(firsts: Iterable[Lead]) -> list[Row]:
    """By the five directions, in their order; what has none comes last."""
    counted: Counter[str] = Counter()
    sums: Counter[str] = Counter()
    for lead in firsts:
        key = lead.direction.value if lead.direction else ""
        counted[key] += 1
        sums[key] += lead.planned_wan or Decimal(0)  # type: ignore[assignment]
    order = [*(one.value for one in Direction), ""]
    return [
        {"direction": key, "count": counted[key], "planned_wan": str(sums[key])}
        for key in order
        if key in counted
    ]


WORDS: dict[str, type[Labelled]] = {
    "source": LeadSource,
    "direction": Direction,
    "state": LeadState,
    "conclusion": Conclusion,
}


def said(name: str, value: str) -> str:
    """A stored value in the reader's language; what is no longer known as it was stored."""
    if not value:
        return ""
    try:
        return WORDS[name](value).label
    except ValueError:
        return value


def in_section(rows: Iterable[Row], section: Section) -> list[Row]:
    return [one for one in rows if one["section"] == section.value]
