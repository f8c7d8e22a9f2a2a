"""互看互学: the three groups, the tables by class, line and area, and the formula they are ranked by."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, abort, render_template, request, url_for

from crm.delivery import queries as delivery
from crm.delivery.forms import day_of
from crm.delivery.models import ProjectList
from crm.delivery.weeks import Pace
from crm.lib import clock
from crm.lib.words import N_, _
from crm.org.guard import me, permit
from crm.org.models import UnitKind
from crm.org.permissions import Permission as P
from crm.org.permissions import Scope
from crm.web.forms import commit_and_go

from . import actions, queries
from .forms import FormulaForm
from .scoring import FIRST, Entry, Formula, Row, ranked

bp = Blueprint("contests", __name__, url_prefix="/contest")
NAMESAKE = "互看互学"  # the kind of list the city's contest is about, in the settings
WAYS = (("class", N_("分类")), ("line", N_("分线")), ("area", N_("分区域")))
"""「分类、分线、分区域开展竞赛，形成乡镇与乡镇、部门与部门、村与村之间重点项目大比拼格局」"""


@bp.get("")
@permit(P.PROJECT_VIEW)
def index() -> Any:
    today = clock.today()
    rolls = delivery.rolls(today.year)
    roll = _roll_asked(rolls)
    way = request.args.get("by", "class")
    if way not in dict(WAYS):
        abort(404)
    formula = _formula_asked(today)
    found = queries.entries(me(), today, roll.id if roll else None)
    within = {"list": str(roll.id)} if roll else {}
    here = str(roll.id) if roll else "all"
    narrow = {"built": [f"{today.year}-new", f"{today.year}-continued"], **within}
    return render_template(
        "contests/index.html",
        today=today,
        time_progress=delivery.time_progress(today),
        rolls=_tabs(rolls, roll, way),
        groups=_groups(found, narrow),
        quiet=[one for one in found if one.is_quiet],
        quiet_url=_list_url({**within, "quiet": "1"}),
        weeks=queries.told_by_week(found, today),
        ways=[
            {"label": _(msgid), "url": url_for(".index", roll=here, by=key) + "#tables", "active": key == way}
            for key, msgid in WAYS
        ],
        tables=[
            (title, [_told(row, narrow) for row in ranked(rows, formula)])
            for title, rows in _tables(way, found, roll, today)
        ],
        formula=formula,
        in_force=queries.formula_on(today),
        everything=me().scope_of(P.PROJECT_VIEW) is Scope.DISTRICT,
        unplanned=sum(not one.planned for one in found),
        paces=list(Pace),
    )


@bp.get("/formulas")
@permit(P.PROJECT_VIEW)
def formulas() -> Any:
    """Every version there was, with who set it and why."""
    return render_template(
        "contests/formulas.html",
        versions=queries.versions(),
        first=FIRST,
        in_force=queries.formula_on(clock.today()),
        may_set=me().may(P.CONTEST_MANAGE),
    )


@bp.route("/formulas/new", methods=["GET", "POST"])
@permit(P.CONTEST_MANAGE)
def set_formula() -> Any:
    now = queries.newest()
    form = FormulaForm(
        investment=now.investment, weekly=now.weekly, milestones=now.milestones, from_on=clock.today()
    )
    if form.submitted():
        with form.refusals():
            row = actions.set_formula(
                investment=form.investment.data or 0, weekly=form.weekly.data or 0,
                milestones=form.milestones.data or 0, from_on=day_of(form.from_on), reason=form.reason.data or "",
                actor=me(),
            )  # fmt: skip
            return commit_and_go(form, url_for(".formulas"), _("已定下第 %(n)s 版计分办法", n=row.number))
    return form.page("contests/new.html", now=now)


# --- what the page is made of -------------------------------------------------------------------------------


def _roll_asked(rolls: Sequence[ProjectList]) -> ProjectList | None:
    """The list of the address; else the one the contest has its name from; None is every project of the year."""
    text = request.args.get("roll", "")
    if text == "all":
        return None
    if not text:
        return next((one for one in rolls if one.kind == NAMESAKE), None)
    found = next((one for one in rolls if str(one.id) == text), None)
    return found or abort(404)


def _formula_asked(today: dt.date) -> Formula:
    text = request.args.get("formula", "")
    if not text:
        return queries.formula_on(today)
    found = (
        queries.formula_numbered(int(text)) if text.isascii() and text.isdecimal() and len(text) < 6 else None
    )
    return found or abort(404)


def _tabs(rolls: Sequence[ProjectList], roll: ProjectList | None, way: str) -> list[dict[str, Any]]:
    every = {"label": _("全部重点项目"), "url": url_for(".index", roll="all", by=way), "active": roll is None}
    return [
        *(
            {"label": one.kind, "url": url_for(".index", roll=one.id, by=way), "active": one is roll}
            for one in rolls
        ),
        every,
    ]


def _groups(found: Sequence[Entry], narrow: dict[str, Any]) -> list[dict[str, Any]]:
    """The best first, but of those that are behind whoever is furthest: the page shows the first few of each."""
    best_first = sorted(found, key=lambda one: one.ratio or 0, reverse=True)
    return [
        {
            "pace": pace,
            "entries": [
                one for one in (best_first[::-1] if pace is Pace.BEHIND else best_first) if one.pace is pace
            ],
            "url": _list_url({**narrow, "pace": pace.value}),
        }
        for pace in Pace
    ]


def _tables(
    way: str, found: Sequence[Entry], roll: ProjectList | None, today: dt.date
) -> Iterable[tuple[str, list[Row]]]:
    if way == "line":
        return [(_("分线：挂联领导"), _by_leader(found))]
    if way == "area":
        return [
            (_("%(kind)s与%(kind)s", kind=kind.label), rows)
            for kind in (UnitKind.TOWNSHIP, UnitKind.DEPARTMENT, UnitKind.PLATFORM)
            if (rows := _by_unit(one for one in found if one.project.unit and one.project.unit.kind is kind))
        ]
    if roll is None:
        return [(_("分类：名单"), _by_list(found, today))]
    return [(_("分类：建设性质"), _by_kind(found, today))]


def _by_leader(found: Iterable[Entry]) -> list[Row]:
    rows: dict[int | None, Row] = {}
    for one in found:
        leader = one.project.leader
        row = rows.setdefault(
            leader.id if leader else None,
            Row(
                leader.name if leader else _("还没有人"),
                args={"leader": str(leader.id) if leader else "none"},
            ),
        )
        row.entries.append(one)
    return list(rows.values())


def _by_unit(found: Iterable[Entry]) -> list[Row]:
    rows: dict[int, Row] = {}
    for one in found:
        unit = one.project.unit
        rows.setdefault(unit.id, Row(unit.name, args={"unit": str(unit.id)})).entries.append(one)
    return list(rows.values())


def _by_list(found: Iterable[Entry], today: dt.date) -> list[Row]:
    """A project on three lists competes in three classes; the whole counts it once."""
    rows: dict[int, Row] = {}
    for one in found:
        for place in one.project.lists_now:
            if place.project_list.year == today.year:
                row = Row(place.project_list.kind, args={"list": str(place.list_id)})
                rows.setdefault(place.list_id, row).entries.append(one)
    return list(rows.values())


def _by_kind(found: Iterable[Entry], today: dt.date) -> list[Row]:
    rows: dict[str, Row] = {}
    for one in found:
        kind = one.project.in_year(today.year).build_kind
        row = Row(kind.label, args={"built": f"{today.year}-{kind.value}"})
        rows.setdefault(kind.value, row).entries.append(one)
    return list(rows.values())


def _told(row: Row, narrow: dict[str, Any]) -> dict[str, Any]:
    args = {**narrow, **row.args}
    return {
        "row": row,
        "id": row.label,
        "url": _list_url(args),
        "paces": {pace.value: (row.paces[pace], _list_url({**args, "pace": pace.value})) for pace in Pace},
    }


def _list_url(args: dict[str, Any]) -> str:
    return url_for("delivery.index") + "?" + urlencode(args, doseq=True)
