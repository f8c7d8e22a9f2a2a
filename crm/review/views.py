"""漏斗与分表, the list and the board of a past day, what has changed since another."""

from __future__ import annotations

import datetime as dt
from typing import Any
from urllib.parse import urlencode

import sqlalchemy as sa
from flask import Blueprint, render_template, request, url_for
from werkzeug.datastructures import MultiDict

from crm.db import db
from crm.deals import queries as deals
from crm.deals.models import DealSpan
from crm.deals.stages import EARLY, DealState, Stage
from crm.lib import clock
from crm.lib.money import Band
from crm.lib.words import N_, _
from crm.lists import asked, page
from crm.merchants.models import Direction
from crm.org.guard import me, permit
from crm.org.models import Unit
from crm.org.permissions import Permission as P
from crm.web.display import day as day_text
from crm.web.display import number, wan

from . import queries
from .changes import Change
from .halves import halves_until
from .lists import AS_OF, day_of
from .pace import Pace
from .queries import SIGNED, TOTAL, Figures, Sum

bp = Blueprint("review", __name__)

EACH = 20  # cards of a column of the board of a day
HALVES = 4  # two years: as many columns as fit
LINES = 12  # of each kind of change; all stand in the list behind the number

Pairs = list[tuple[str, str]]


@bp.get("/review")
@permit(P.DEAL_VIEW)
def funnel() -> Any:
    """Stage × unit, × size class, × direction, as they stood on a day; every number leads to its records."""
    day, problem = _day_asked("on")
    signed_from, odd = _day_asked("signed_from", otherwise=dt.date(day.year, 1, 1))
    kept = _kept("stage", "state", "signed_from", "signed_to")
    args = MultiDict([*kept, ("on", day.isoformat())])
    found = queries.figures(asked.select_for(AS_OF, me(), args), day, min(signed_from, day))
    links = _Links(day, min(signed_from, day), _but(kept, "on"))
    return render_template(
        "review/funnel.html",
        tabs=_tabs("funnel", day),
        day=day,
        signed_from=links.signed_from,
        problems=[*([problem] if problem else []), *([odd] if odd else [])],
        narrowed=page.narrowed(AS_OF, me()),
        kept=[pair for pair in kept if pair[0] != "on"],
        days=_usual_days(),
        figures=_headline(found, links),
        funnel=[
            {
                "label": stage.label, "value": found.stages[stage].count, "url": links.cell({}, stage),
                "note": wan(found.stages[stage].wan) if found.stages[stage].count else "",
                "tone": stage.tone if stage.tone != "neutral" else None,
            }
            for stage in Stage
        ],
        tables=[_by_unit(found, links), _by_size(found, links), _by_direction(found, links)],
        empty=not any(one.count for one in found.stages.values()) and not found.units,
    )  # fmt: skip


@bp.get("/review/deals")
@permit(P.DEAL_VIEW)
def as_of() -> Any:
    day, problem = _day_asked("on")
    return render_template(
        "review/as_of.html", listing=page.context(AS_OF, me()), tabs=_tabs("as_of", day), day=day,
        problems=[problem] if problem else [],
    )  # fmt: skip


@bp.get("/review/board")
@permit(P.DEAL_VIEW)
def board() -> Any:
    """The board as it stood: to look at, not to move."""
    day, problem = _day_asked("on")
    kept = _but(_kept("stage"), "on")
    args = MultiDict(
        [*kept, ("on", day.isoformat()), *(() if _has(kept, "state") else [("state", "active")])]
    )
    rows = asked.select_for(AS_OF, me(), args)
    heads, cards = queries.heads(rows, day), queries.first_spans(rows, list(Stage), EACH)
    lanes = []
    for stage in Stage:
        count, total, late = heads[stage]
        url = AS_OF.url([*(pair for pair in args.items(multi=True)), ("stage", stage.value)])
        lanes.append({
            "stage": stage.value, "label": stage.label, "hint": stage.meaning, "count": count,
            "sum": wan(total) if total else "", "overdue": late, "url": url,
            "cards": [_card(span, day) for span in cards[stage]], "more": max(0, count - EACH),
            "idle_limit": deals.idle_limit(stage),
        })  # fmt: skip
    return render_template(
        "review/board.html", lanes=lanes, total=sum(one["count"] for one in lanes), day=day, kept=kept,
        tabs=_tabs("board", day), days=_usual_days(), problems=[problem] if problem else [],
        narrowed=page.narrowed(AS_OF, me()),
    )  # fmt: skip


@bp.get("/review/changes")
@permit(P.DEAL_VIEW)
def changes() -> Any:
    """What is new, has moved, is gone, and what the amounts were, between two days."""
    day, problem = _day_asked("on")
    since, odd = _day_asked("since", otherwise=day - dt.timedelta(days=7))
    since = min(since, day)
    kept = _but(_but(_kept("change"), "on"), "since")
    args = MultiDict(kept)
    found = queries.changed(_rows_any_day(args), since, day, LINES)
    base = [*kept, ("on", day.isoformat()), ("since", since.isoformat())]
    return render_template(
        "review/changes.html",
        tabs=_tabs("changes", day),
        day=day, since=since, kept=kept, days=_usual_days(),
        problems=[one for one in (problem, odd) if one],
        narrowed=page.narrowed(AS_OF, me()),
        kinds=[
            {
                "kind": one.kind, "count": one.count, "url": AS_OF.url([*base, ("change", one.kind.value)]),
                "note": _money_note(one), "more": one.count - len(one.lines),
                "lines": [_change_line(one.kind, now, then) for now, then in one.lines],
            }
            for one in found
        ],
        late=queries.late_moves(me(), since, LINES),
        passed=queries.passes(me(), since, day, LINES),
        total=sum(one.count for one in found),
    )  # fmt: skip


@bp.get("/review/pace")
@permit(P.DEAL_VIEW)
def pace() -> Any:
    """转化与速度: who came into each stage in a period, how many went on, and how long they took."""
    last, problem = _day_asked("on")
    first, odd = _day_asked("since", otherwise=dt.date(last.year, 1, 1))
    by = request.args.get("by", "all")
    by = by if by in queries.GROUPS else "all"
    kept = _but(_but(_kept("stage", "change"), "on"), "since")
    found, is_all = queries.paces_of(me(), _asked_any_day(MultiDict(kept)), min(first, last), last, by)
    few = "" if is_all else _("这段时间进入阶段太多次，只算了最近的 %(n)s 次", n=number(queries.MOST_STAYS))
    names = _group_names(by, {group for group, _stage in found})
    links = _Links(last, min(first, last), kept)
    lines = [
        _pace_line(name, stage, found[group, stage.value], links, filter_)
        for name, group, filter_ in names
        for stage in Stage
        if (group, stage.value) in found
    ]
    return render_template(
        "review/pace.html", tabs=_tabs("pace", last), day=last, since=min(first, last), by=by, lines=lines,
        groups=[(key, _(msgid)) for key, msgid in GROUPED_BY.items()], kept=[*kept, ("by", by)],
        days=_usual_days(), problems=[one for one in (problem, odd, few) if one],
        narrowed=page.narrowed(AS_OF, me()),
    )  # fmt: skip


def _pace_line(group: str, stage: Stage, pace: Pace, links: _Links, filters: Pairs) -> dict[str, str]:
    """One stage of a group in words, and the list of those that are still there."""
    median, mean, expected = pace.median_days, pace.mean_days, deals.expected_days(stage)
    return {
        "group": group, "stage": stage.label, "came": number(pace.came), "went": number(pace.went_on),
        "share": f"{pace.share:.1f}%", "stopped": number(pace.stopped), "waiting": number(pace.waiting),
        "median": "" if median is None else f"{median:g}", "mean": "" if mean is None else f"{mean:.1f}",
        "expected": "" if expected is None else number(expected),
        "url": links.still_there(stage, filters) if pace.waiting else "",
    }  # fmt: skip


# --- what the views share -----------------------------------------------------------------------------------


@bp.get("/review/traits")
@permit(P.DEAL_VIEW)
def traits() -> Any:
    """What was signed in each half-year, and how much of it is 高新产业, 民间投资 …; every number leads to its deals."""
    day, problem = _day_asked("on")
    halves, words = halves_until(day, HALVES), deals.traits()
    found = deals.signed_by_half_year(me(), halves, words)
    return render_template(
        "review/traits.html", tabs=_tabs("traits", day), halves=halves, words=words, found=found,
        problems=[problem] if problem else [],
    )  # fmt: skip


def _day_asked(name: str, otherwise: dt.date | None = None) -> tuple[dt.date, str]:
    """The day, and the sentence that says why it is another than was asked for."""
    if otherwise is not None and not request.args.get(name, "").strip():
        return otherwise, ""
    day = day_of(request.args, name)
    if day is None:
        shown = request.args.get(name, "")[:30]
        return otherwise or clock.today(), _("看不懂日期“%(text)s”，请写成 2013-07-05 这样", text=shown)
    if day > clock.today():
        return clock.today(), _("%(day)s还没有到，这里按今天算", day=day.isoformat())
    return day, ""


def _kept(*leave_out: str) -> Pairs:
    return asked.pairs_of(AS_OF, request.args, leave_out=("sort", "size", "columns", "ids", *leave_out))


def _rows_any_day(args: MultiDict[str, str]) -> sa.Select[Any]:
    """What I may see, narrowed by everything but the day."""
    return AS_OF.select(me()).where(*_asked_any_day(args))


def _asked_any_day(args: MultiDict[str, str]) -> list[Any]:
    return [one.where for one in asked.asked_for(AS_OF, me(), args)]


def _tabs(here: str, day: dt.date) -> list[dict[str, Any]]:
    on: dict[str, Any] = {} if day == clock.today() else {"on": day.isoformat()}
    pages = (
        ("funnel", N_("漏斗与分表")), ("pace", N_("转化与速度")), ("as_of", N_("当日清单")), ("board", N_("当日看板")), ("changes", N_("有什么变化")), ("traits", N_("签约质量")),
    )  # fmt: skip
    return [
        *(
            {"label": _(msgid), "url": url_for(f"review.{name}", **on), "active": name == here}
            for name, msgid in pages
        ),
    ]


def _usual_days() -> list[dict[str, str]]:
    """Today, a week ago, the ends of the last month, half-year and year."""
    today = clock.today()
    half = dt.date(today.year, 6, 30) if today.month > 6 else dt.date(today.year - 1, 12, 31)
    days = {
        _("今天"): today,
        _("一周前"): today - dt.timedelta(days=7),
        _("上月末"): today.replace(day=1) - dt.timedelta(days=1),
        _("上个半年末"): half,
    }
    return [{"label": label, "day": day.isoformat()} for label, day in days.items()]


GROUPED_BY = {
    "all": N_("全部"),
    "unit": N_("责任单位"),
    "direction": N_("招商方向"),
    "band": N_("总投资规模"),
}


def _group_names(by: str, groups: set[Any]) -> list[tuple[str, Any, Pairs]]:
    """(name, group, the filter that shows it) in the usual order."""
    if by == "unit":
        rows = sa.select(Unit.id, Unit.name).where(Unit.id.in_(groups)).order_by(Unit.code)
        return [(name, id, [("unit", str(id))]) for id, name in db.session.execute(rows)]
    if by == "direction":
        known = [
            (one.label, one.value, [("direction", one.value)]) for one in Direction if one.value in groups
        ]
        return [*known, *([(_("暂未确定"), None, [("direction", "none")])] if None in groups else [])]
    if by == "band":
        sizes = [
            (one.label, one.value, [("band", one.value)]) for one in reversed(Band) if one.value in groups
        ]
        return [*sizes, *([(_("未填金额"), "none", [("band", "none")])] if "none" in groups else [])]
    return [("", "", [])]


class _Links:
    """The address behind a number: the list of that day, narrowed to exactly what was counted."""

    def __init__(self, day: dt.date, signed_from: dt.date, kept: Pairs):
        self.day, self.signed_from = day, signed_from
        on = [] if day == clock.today() else [("on", day.isoformat())]
        self.start = AS_OF.url([*kept, *on])  # said once for the hundreds of numbers of a page

    def to(self, *pairs: tuple[str, str]) -> str:
        return f"{self.start}{'&' if '?' in self.start else '?'}{urlencode(pairs)}"

    def still_there(self, stage: Stage, filters: Pairs) -> str:
        since = ("stage_since_from", self.signed_from.isoformat())
        return self.to(*filters, ("stage", stage.value), ("state", DealState.ACTIVE.value), since)

    def cell(self, row: dict[str, str], column: Any) -> str:
        pairs = list(row.items())
        if column == SIGNED:
            period = [("signed_from", self.signed_from.isoformat()), ("signed_to", self.day.isoformat())]
            return self.to(*pairs, *period)
        pairs.append(("state", DealState.ACTIVE.value))
        return self.to(*pairs, *([] if column == TOTAL else [("stage", column.value)]))


def _headline(found: Figures, links: _Links) -> list[dict[str, Any]]:
    talks = [("stage", stage.value) for stage in EARLY]
    large = f"from_{queries.LARGE_WAN}"
    signed, big = found.at("band", TOTAL, SIGNED), found.at("band", large, SIGNED)
    rows: list[tuple[str, int, str, str, str | None]] = [
        (stage.label, found.stages[stage].count, links.cell({}, stage), wan(found.stages[stage].wan), None)
        for stage in EARLY
    ]
    limits = {deals.idle_limit(stage) - 1 for stage in EARLY}
    idle_note = (
        _("洽谈中，超过 %(n)s 天", n=limits.pop()) if len(limits) == 1 else _("洽谈中，按各阶段的天数")
    )
    rows += [
        (_("本期签约"), signed.count, links.cell({}, SIGNED), wan(signed.wan), None),
        (_("其中 5 亿元以上"), big.count, links.cell({"planned_from": str(queries.LARGE_WAN)}, SIGNED),
         _("按总投资，含 5 亿元"), None),
        (_("久未联系"), found.idle, links.to(*talks, ("long_idle", "1")), idle_note, "warn"),
        (_("逾期的下一步"), found.overdue, links.to(*talks, ("overdue", "1")), _("洽谈中的项目"), "bad"),
    ]  # fmt: skip
    return [
        {"label": label, "number": number(count), "url": url, "note": note, "tone": tone if count else None}
        for label, count, url, note, tone in rows
    ]


def _columns(links: _Links, first: str) -> list[dict[str, Any]]:
    signed = _("%(start)s 至 %(end)s 签约", start=day_text(links.signed_from), end=day_text(links.day))
    return [
        {"key": "name", "label": first},
        *({"key": stage, "label": stage.label, "numeric": True, "hint": stage.meaning} for stage in Stage),
        {"key": TOTAL, "label": _("在推进合计"), "numeric": True},
        {"key": SIGNED, "label": _("本期签约"), "numeric": True, "hint": signed},
    ]


def _table(
    id: str,
    what: str,
    found: Figures,
    links: _Links,
    lines: list[tuple[str, Any, dict[str, str]]],
    note: str = "",
) -> dict[str, Any]:
    """One table of stages by `what`: `lines` are (name, row of the figures, the filters of its links)."""
    rows = []
    for name, row, filters in [*lines, (_("合计"), TOTAL, {})]:
        cells: dict[Any, Any] = {"name": name, "is_total": row == TOTAL}
        for column in (*Stage, TOTAL, SIGNED):
            cells[column] = _cell(found.at(id, row, column), links, filters, column)
        rows.append(cells)
    return {
        "id": id,
        "title": _("阶段 × %(what)s", what=what),
        "columns": _columns(links, what),
        "rows": rows,
        "note": note,
    }


def _cell(sum_: Sum, links: _Links, filters: dict[str, str], column: Any) -> dict[str, Any] | None:
    if not sum_.count:
        return None
    return {"count": number(sum_.count), "wan": wan(sum_.wan), "url": links.cell(filters, column)}


def _by_unit(found: Figures, links: _Links) -> dict[str, Any]:
    units = db.session.execute(
        sa.select(Unit.id, Unit.name).where(Unit.id.in_(found.units)).order_by(Unit.code)
    ).all()
    lines = [(name, id, {"unit": str(id)}) for id, name in units]
    return _table("unit", _("单位"), found, links, lines)


def _by_size(found: Figures, links: _Links) -> dict[str, Any]:
    """Each class by itself, then the cumulative lines that reports count by: 以上 includes the number."""
    lines: list[tuple[str, Any, dict[str, str]]] = [
        (one.label, one.value, {"band": one.value}) for one in reversed(Band)
    ]
    if found.at("band", "none", TOTAL).count or found.at("band", "none", SIGNED).count:
        lines.append((_("未填金额"), "none", {"band": "none"}))
    for one in reversed(Band):
        if one.from_wan:
            lines.append(
                (_(OR_MORE[one.from_wan]), f"from_{one.from_wan}", {"planned_from": str(one.from_wan)})
            )
    note = _("“以上”含本数；累计各行互相包含，不能相加。")
    return _table("band", _("总投资规模"), found, links, lines, note)


OR_MORE = {
    1_000: N_("累计 1000万元以上"),
    5_000: N_("累计 5000万元以上"),
    10_000: N_("累计 1亿元以上"),
    50_000: N_("累计 5亿元以上"),
    100_000: N_("累计 10亿元以上"),
    500_000: N_("累计 50亿元以上"),
}
"""The cumulative lines by their lower bound, 万元."""


def _by_direction(found: Figures, links: _Links) -> dict[str, Any]:
    lines: list[tuple[str, Any, dict[str, str]]] = [
        (one.label, one.value, {"direction": one.value}) for one in Direction
    ]
    if found.at("direction", None, TOTAL).count or found.at("direction", None, SIGNED).count:
        lines.append((_("暂未确定"), None, {"direction": "none"}))
    return _table("direction", _("招商方向"), found, links, lines)


def _card(span: DealSpan, day: dt.date) -> dict[str, Any]:
    return {
        "id": span.deal_id,
        "name": span.name,
        "url": url_for("deals.show", id=span.deal_id),
        "investor": span.deal.investor,
        "amount": wan(span.planned_wan) if span.planned_wan is not None else "",
        "owner": span.owner.name if span.owner else "",
        "next": span.next_step,
        "next_on": day_text(span.next_due_on) if span.next_due_on else "",
        "next_days": (span.next_due_on - day).days if span.next_due_on else None,
        "idle_days": span.idle_days(day) if span.is_open else None,
        "held": span.state is DealState.HELD,
    }


def _money_note(one: queries.Changed) -> str:
    if not one.count:
        return ""
    if one.kind in (Change.NEW, Change.HANDED):
        return _("总投资 %(sum)s", sum=wan(one.wan_now))
    if one.wan_before == one.wan_now:
        return _("总投资 %(sum)s", sum=wan(one.wan_now))
    return _("总投资 %(before)s → %(now)s", before=wan(one.wan_before), now=wan(one.wan_now))


def _change_line(kind: Change, now: DealSpan, then: DealSpan | None) -> dict[str, Any]:
    """One deal of one kind: before and after, in words."""
    pair = {
        Change.NEW: ("", now.stage.label),
        Change.AMOUNT: (wan(then.planned_wan) if then else "", wan(now.planned_wan)),
        Change.STOPPED: (then.state.label if then else "", now.state.label),
        Change.RESUMED: (then.state.label if then else "", now.state.label),
        Change.HANDED: (then.unit.name if then else "", now.unit.name),
    }.get(kind, (then.stage.label if then else "", now.stage.label))
    return {
        "name": now.name, "url": url_for("deals.show", id=now.deal_id), "before": pair[0], "now": pair[1],
        "unit": now.unit.name, "wan": wan(now.planned_wan),
    }  # fmt: skip


def _but(pairs: Pairs, name: str) -> Pairs:
    return [(key, value) for key, value in pairs if key != name]


def _has(pairs: Pairs, name: str) -> bool:
    return any(key == name for key, _value in pairs)
