"""三率: what 开工率, 建成率 and 投产率 are shares of, and the names behind each."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import sqlalchemy as sa
from flask import render_template, request, url_for
from werkzeug.datastructures import MultiDict

from crm.db import db
from crm.delivery import queries
from crm.delivery.lists import PAGE
from crm.delivery.models import ProjectList, Seat
from crm.delivery.rates import Args, Rate, month_ends, rates
from crm.delivery.timetable import Paper
from crm.delivery.weeks import percent
from crm.lib import clock
from crm.lib.words import _
from crm.lists.asked import select_for
from crm.org.guard import me, permit
from crm.org.permissions import Permission as P
from crm.org.permissions import Scope

from .tabs import bp

AHEAD = 6  # months that the outlook of starts looks forward


@bp.get("/projects/rates")
@permit(P.PROJECT_VIEW)
def show_rates() -> Any:
    """开工率, 建成率, 投产率: what they are shares of, and the names behind each."""
    today = clock.today()
    year = _year_asked(today.year)
    found = rates(year, today)
    counted = [(one, _counted(one.there), _counted(one.whole), _counted(one.missing)) for one in found]
    rolls = queries.rolls(year)
    by_list: list[dict[str, Any]] = [
        {"roll": roll, "cells": [_cell(*four, roll_id=roll.id) for four in counted]} for roll in rolls
    ]
    return render_template(
        "delivery/rates.html",
        year=year,
        years=sorted({*queries.years(), today.year}, reverse=True),
        today=today,
        rates=[_cell(*four) for four in counted],
        by_list=[one for one in by_list if any(cell["whole"] for cell in one["cells"])],
        everything=me().scope_of(P.PROJECT_VIEW) is Scope.DISTRICT,
        outlook=_outlook(*counted[0], today, rolls) if year == today.year else [],
        names=_names(found[0].missing),
        gaps=_gaps(),
    )


@dataclass(frozen=True)
class Counted:
    """How many projects an address of the list holds, and how many of them stand on each list."""

    total: int
    on: dict[int, int]

    def of(self, roll_id: int | None) -> int:
        return self.total if roll_id is None else self.on.get(roll_id, 0)


def _counted(args: Args) -> Counted:
    """Two statements beside the filters' own, however many lists there are."""
    return Counted(count(args), queries.counted_by_list(_ids(args)))


def _cell(
    rate: Rate, there: Counted, whole: Counted, missing: Counted, *, roll_id: int | None = None
) -> dict[str, Any]:
    more = {} if roll_id is None else {"list": str(roll_id)}
    n, base = there.of(roll_id), whole.of(roll_id)
    return {
        "rate": rate,
        "there": n,
        "whole": base,
        "missing": missing.of(roll_id),
        "percent": percent(n, base),
        "there_url": address({**rate.there, **more}),
        "whole_url": address({**rate.whole, **more}),
        "missing_url": address({**rate.missing, **more}),
    }


def _outlook(
    rate: Rate, there: Counted, whole: Counted, missing: Counted, today: dt.date, rolls: Sequence[ProjectList]
) -> list[dict[str, Any]]:
    """倒排: how the start rate goes on if every planned start happens, month by month while any is left."""
    found: list[dict[str, Any]] = []
    before = 0
    for end in month_ends(today, AHEAD):
        until = {**rate.missing, "starts_to": end.isoformat()}
        to_start = _counted(until)
        if to_start.total > before:
            month = {**until, "starts_from": end.replace(day=1).isoformat()} if found else until
            n = there.total + to_start.total
            found.append(
                {
                    "end": end,
                    "starting": to_start.total - before,
                    "url": address(month),
                    "there": n,
                    "whole": whole.total,
                    "percent": percent(n, whole.total),
                    "lists": [
                        (roll, done, base, percent(done, base))
                        for roll in rolls
                        if (base := whole.of(roll.id)) and (done := there.of(roll.id) + to_start.of(roll.id))
                    ],
                }
            )
            before = to_start.total
        if to_start.total == missing.total:
            break
    return found


def _names(args: Args, most: int = 60) -> list[dict[str, Any]]:
    rows = queries.with_milestones(select_for(PAGE, me(), MultiDict(args))).limit(most)
    return [
        {
            "project": project,
            "start": next((one for one in project.milestones if one.kind.value == "start"), None),
        }
        for project in db.session.scalars(rows).unique()
    ]


def _gaps() -> list[dict[str, Any]]:
    """What stands in the way of driving projects at all: each a figure that opens its list."""
    asked: list[tuple[str, Args, str]] = [
        (_("四位一体不全"), {"seat": [one.value for one in Seat]}, _("领导、责任单位、专班、业主缺一不可")),
        (_("三位一体不全"), {"lacks": [one.value for one in Paper]}, _("时间表、责任书、路线图缺一不可")),
        (_("有超期的节点"), {"overdue": "1"}, _("过了计划时间还没有完成")),
        (_("本周无进展"), {"quiet": "1"}, _("在建，本周没有报进度")),
    ]
    return [
        {"label": label, "number": count(args), "url": address(args), "note": note}
        for label, args, note in asked
    ]


def _ids(args: Args) -> sa.Select[Any]:
    return queries.ids_of(select_for(PAGE, me(), MultiDict(args)))


def count(args: Args) -> int:
    """How many projects of mine an address of the list holds."""
    return db.session.scalar(sa.select(sa.func.count()).select_from(_ids(args).subquery())) or 0


def address(args: Args) -> str:
    """The list of projects, filtered so."""
    return url_for(".index") + "?" + urlencode(args, doseq=True)


def _year_asked(default: int) -> int:
    text = request.args.get("year", "")
    return (
        int(text)
        if text.isascii() and text.isdecimal() and len(text) == 4 and 2000 <= int(text) <= 2100
        else default
    )
