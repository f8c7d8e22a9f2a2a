"""年考核: 「one project assessed once, within two years」.

An item that counts projects leaves out those that counted for it in the appraisal published for the year before, and of
one project with its 增资 all but the first of the year. What was assessed is what that edition has frozen, not what the
records would say of that year today. Amounts are never left out: 增资 counts with what it adds.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from crm.db import db
from crm.deals.models import Deal
from crm.delivery.models import KeyProject
from crm.indicators import counting
from crm.indicators.catalogue import Indicator
from crm.indicators.progress import Window
from crm.lib.masking import mask_text
from crm.lib.words import _, keep
from crm.lists.table import ListPage
from crm.org.models import User
from crm.reserve.models import ReserveItem

from . import appraisal, queries
from .models import Edition
from .periods import ReportKind

PROJECTS = (Deal, KeyProject, ReserveItem)
LEFT = "once:"
"""Before an item's key: the rows that it left out, kept beside those that it counted."""


@dataclass(frozen=True)
class LeftOut:
    id: int
    name: str
    unit_id: int | None
    unit: str
    why: str  # a kept sentence


def last_year(year: int) -> Edition | None:
    """The appraisal in force of the year before."""
    report = queries.of(ReportKind.YEARLY, year - 1, 1)
    return queries.edition(report) if report else None


def left_out(one: Indicator, user: User, window: Window, before: Edition | None) -> list[LeftOut]:
    """Of an item's rows in a year those that do not count; few are looked at: what was assessed before, and what has 增资
    or is one."""
    if one.amount is not None or one.page.model not in PROJECTS:
        return []
    model: Any = one.page.model
    project = sa.func.coalesce(Deal.increases_id, Deal.id) if model is Deal else model.id
    assessed = _projects(model, project, _assessed(one, user, before))
    concerned = [project.in_(assessed)]
    if model is Deal:
        added_to = sa.select(Deal.increases_id).where(Deal.increases_id.is_not(None))
        concerned += [Deal.increases_id.is_not(None), Deal.id.in_(added_to)]
    rows = counting.rows_of(one, user, window).where(sa.or_(*concerned)).order_by(None)
    told = rows.with_only_columns(model.id, project).order_by(
        *([one.day] if one.day is not None else []), model.id
    )
    found = appraisal.again([(row, of) for row, of in db.session.execute(told)], assessed)
    if not found:
        return []
    named = {
        row.id: row for row in db.session.scalars(one.page.select(user).where(model.id.in_(found))).unique()
    }
    return [
        LeftOut(id, mask_text(row.name), row.unit_id, row.unit.name if row.unit else "", _why(before_counts, before))
        for id, before_counts in found.items()
        if (row := named.get(id)) is not None
    ]  # fmt: skip


def kept(page: ListPage, rows: Sequence[LeftOut]) -> dict[str, Any]:
    """As an edition keeps rows, with the reason of each."""
    lines = [[row.name, row.id, row.unit, "", 0] for row in rows]
    return {"list": page.name, "lines": lines, "more": False, "why": {str(row.id): row.why for row in rows}}


def _why(last_year_counts: bool, before: Edition | None) -> str:
    """Without a name: the other one may be another unit's."""
    if last_year_counts:
        return keep(_("%(year)s 年考核已经计过", year=before.report.year if before else ""))
    return keep(_("和另一笔（原投资或增资）是同一个项目，当年只计一次"))


def _assessed(one: Indicator, user: User, before: Edition | None) -> set[int]:
    """The rows that counted for this very item the year before. Of so many that not all were kept, by the records."""
    if before is None or one.key not in {
        item["key"] for item in before.content.get("scores", {}).get("items", ())
    }:
        return set()
    rows = before.rows.get(one.key, {"lines": [], "more": False})
    out = {int(id) for id in before.rows.get(LEFT + one.key, {}).get("why", {})}
    if rows["more"]:
        year = one.of_year(before.report.year)
        return (
            set(db.session.scalars(counting.rows_of(one, user, year).with_only_columns(one.page.key))) - out
        )
    return {line[1] for line in rows["lines"]} - out


def _projects(model: Any, project: Any, ids: Collection[int]) -> set[int]:
    """The projects that those rows are of."""
    return set(db.session.scalars(sa.select(project).where(model.id.in_(ids)))) if ids else set()
