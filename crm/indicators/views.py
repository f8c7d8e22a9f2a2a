"""指标比较: the catalogue, one indicator by month, year on year and between units, and how a figure comes about."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, abort, render_template, request, url_for
from markupsafe import Markup

from crm.audit.models import Event
from crm.contacts import queries as contacts
from crm.contacts import telling
from crm.contacts.views import history
from crm.db import db
from crm.lib import clock
from crm.lib.words import N_, _
from crm.lists.page import context
from crm.org import queries as org
from crm.org.guard import me, permit
from crm.org.models import Unit
from crm.org.permissions import Permission as P
from crm.org.permissions import Scope
from crm.web import display
from crm.web.forms import commit_and_go

from . import actions, catalogue, counting, queries, ranking, saying
from .catalogue import Group, Indicator
from .earlier import recorded_by, unknown
from .forms import CorrectForm, EditOwnForm, OwnForm, ValueForm
from .lists import VALUES, name_of
from .models import OwnIndicator, TypedValue
from .progress import Against, Window, before, growth, is_month_end, month_end, percent, year_before

bp = Blueprint("indicators", __name__)
YEARS_BACK = 10
EARLIEST, LATEST, MOST_YEARS = dt.date(1990, 1, 1), dt.date(2100, 12, 31), 10  # of a window that is asked for
VERBS = {
    "typed_value.typed": (N_("填报"), "plus"),
    "typed_value.corrected": (N_("更正"), "pen"),
    "typed_value.taken_away": (N_("删除填报数"), "trash"),
    "own_indicator.defined": (N_("自设指标"), "plus"),
    "own_indicator.redefined": (N_("修改指标"), "pen"),
}
telling.VERBS.update(VERBS)
telling.LABELS["typed_value"] = {
    "first_on": N_("月份"), "last_on": N_("到哪个月"), "amount": N_("数值"), "source": N_("数据来源"), "note": N_("说明"),
}  # fmt: skip


# --- the catalogue ------------------------------------------------------------------------------------------


@bp.get("/indicators")
@permit(P.INDICATOR_VIEW)
def index() -> Any:
    """Every indicator: this year so far, the same days of the year before, this month, the target."""
    user = me()
    every = catalogue.every(user)
    years = {one.of_year(one.year_now()) for one in every}
    targets = {year: queries.all_targets(year) for year in years}
    typed = queries.typed_since(user, year_before(min(year.first for year in years)))
    told = _so_far(every, typed)
    lines = [_line(one, targets, typed.get(one.key, []), told[one.key]) for one in every]
    groups = [(group, [line for line in lines if line["one"].group is group]) for group in Group]
    return render_template(
        "indicators/index.html",
        groups=[(group, found) for group, found in groups if found],
        own=user.unit if any(_own_unit(one) for one in every) else None,
        may_define=user.may(P.INDICATOR_TYPE),
    )


def _so_far(
    every: Sequence[Indicator], typed: dict[str, list[queries.Typed]]
) -> dict[str, list[counting.Count]]:
    """{indicator: [this year so far, the same days of the year before, this month]}; alike periods and units together."""
    groups: dict[tuple[Window, bool, int | None], list[Indicator]] = defaultdict(list)
    found = {}
    for one in every:
        year, unit = one.of_year(one.year_now()), _own_unit(one)
        until, _known = _known_of(one, year, typed.get(one.key, []))
        window, month = Window(year.first, until), Window(until.replace(day=1), until)
        if one.typed:
            windows = [window, before(window), month]
            found[one.key] = counting.of_typed(
                one, typed.get(one.key, []), windows, unit.id if unit else None
            )
        else:
            groups[window, bool(one.days), unit.id if unit else None].append(one)
    for (window, has_days, unit_id), some in groups.items():
        month_first = window.last.replace(day=1) if has_days else window.first
        parts = [Window(window.first, month_first - dt.timedelta(days=1)), Window(month_first, window.last)]
        told = counting.counts_of_all(some, me(), [*parts, before(window)], unit_id)
        for key, (earlier, month_, then) in told.items():
            found[key] = [counting.total([earlier, month_]), then, month_]
    return found


def _line(
    one: Indicator, targets: dict[Window, Any], typed: list[queries.Typed], told: list[counting.Count]
) -> dict[str, Any]:
    year = one.of_year(one.year_now())
    until, known = _known_of(one, year, typed)
    window = Window(year.first, until)
    then, month = before(window), Window(until.replace(day=1), until)
    unit = _own_unit(one)
    unit_id = unit.id if unit else None
    target = targets[year].get(one.key, {}).get(unit_id)
    actual = told[0].value if known else None
    return {
        "one": one, "now": actual, "then": told[1].value, "until": until,
        "has_then": _has_then(one, then, told[1]), "growth": growth(actual, told[1].value),
        "month": told[2].value if one.days and known else None,
        "against": _against(target, actual, year, until if known else year.last),
        "url": one.url(window, unit_id), "then_url": one.url(then, unit_id), "month_url": one.url(month, unit_id),
    }  # fmt: skip


def _has_then(one: Indicator, then: Window, told: counting.Count) -> bool:
    """Whether the earlier figure is one, and not only nothing that was recorded."""
    return bool(told.rows or told.value) or (not one.typed and recorded_by(one, me(), then.last))


def _known_of(one: Indicator, year: Window, typed: list[queries.Typed]) -> tuple[dt.date, bool]:
    """Up to which day its year is known, and whether anything is; counting.last_known with what was read already."""
    if not one.typed:
        return (min(year.last, clock.today()) if one.days else year.last), True
    known = queries.known_of(typed, year)
    return (known, True) if known else (min(year.first, clock.today()), False)


# --- one indicator ------------------------------------------------------------------------------------------


@bp.get("/indicators/<key>")
@permit(P.INDICATOR_VIEW)
def show(key: str) -> Any:
    """By month, beside the year before and against the pace; between units. `?year=2013&to=2013-06&unit=3`."""
    one = _known(key)
    user = me()
    year_number = _year_asked(one)
    year = one.of_year(year_number)
    last = counting.last_known(one, year) if one.days else year.last
    until, problem = _until(one, year, last)
    unit = _unit_asked(one) or _own_unit(one)
    window = Window(year.first, until)
    unit_id = unit.id if unit else None
    # A year that is over and before the first record is not 0 but unknown; in this year's beginning 0 is the truth.
    known = counting.has_figures(one, window) and (
        year_number == one.year_now() or _has_then(one, window, counting.Count())
    )
    months = counting.months(one, user, year, until, unit_id) if one.days and known else []
    if months and not one.typed:  # what a year of many rows comes to has just been added up, month by month
        told = [
            counting.Count(0, months[-1].now_so_far or Decimal(0)),
            counting.Count(0, months[-1].then_so_far or Decimal(0)),
        ]
    else:
        told = counting.counts(one, user, [window, before(window)], unit_id)
    targets = queries.targets_of(one.key, year)
    target = targets.get(unit_id) if one.sees(user, unit_id) else None
    against = _against(target, told[0].value if known else None, year, until)
    units = _units(one, window, year, targets) if one.by_unit and unit is None else []
    return render_template(
        "indicators/show.html",
        one=one, year=year_number, years=_years(one), until=until, window=window, unit=unit, known=known,
        problem=problem,
        now=told[0] if known else None, then=told[1] if (has_then := _has_then(one, before(window), told[1])) else None,
        growth=growth(told[0].value, told[1].value) if known else None,
        url=one.url(window, unit_id), then_url=one.url(before(window), unit_id),
        against=against,
        lines=_months(one, year, months, unit_id, target),
        has_then=has_then,
        units=units, ranked_by=saying.ranked_by(any(line["against"] for line in units)),
        unit_choices=org.unit_choices() if one.by_unit and user.scope_of(P.INDICATOR_VIEW) is Scope.DISTRICT else [],
        month_choices=[(f"{each.last:%Y-%m}", display.month(each.last)) for each in counting.months_of(Window(year.first, last))] if one.days else [],
        everything=one.sees(user, unit_id),
        may_type=one.typed and (queries.may_type(user, one.key) or (one.by_unit and queries.may_type(user, one.key, user.unit_id))),
        own=queries.own(one.key), may_define=(own := queries.own(one.key)) is not None and queries.may_define(user, own),
        basis=one.basis(year_number),
        explain_url=url_for("indicators.explain", key=key, first=window.first.isoformat(), last=until.isoformat(),
                            unit=unit_id),
    )  # fmt: skip


def _months(
    one: Indicator, year: Window, months: list[counting.Month], unit_id: int | None, target: Decimal | None
) -> list[dict[str, Any]]:
    lines = []
    those = [before(month.window) for month in months]
    none = unknown(one, me(), those, [bool(month.then) for month in months])
    for at, month in enumerate(months):
        so_far = Window(year.first, month.window.last)
        lines.append({
            "label": display.month(month.window.last), "number": f"{month.window.last:%m}", "now": month.now, "then": None if at < none else month.then,
            "growth": growth(month.now, month.then),
            "url": one.url(month.window, unit_id), "then_url": one.url(before(month.window), unit_id),
            "so_far": month.now_so_far, "then_so_far": None if at < none else month.then_so_far, "so_far_url": one.url(so_far, unit_id),
            "then_so_far_url": one.url(before(so_far), unit_id),
            "growth_so_far": growth(month.now_so_far, month.then_so_far),
            "pace": (target * month.gone).quantize(Decimal("0.01")) if target else None,
            "done": percent(month.now_so_far, target),
        })  # fmt: skip
    return lines


def _units(one: Indicator, window: Window, year: Window, targets: Any) -> list[dict[str, Any]]:
    """Between units: each with its figure, growth, target and place; the largest share of its target first."""
    user = me()
    sees = one.seen_by(user)
    now, then = counting.by_unit(one, user, [window, before(window)])
    ids = {unit_id for unit_id in (*now, *then, *targets) if unit_id is not None}
    rows = sa.select(Unit.id, Unit.name, Unit.active).where(Unit.id.in_(ids)).order_by(Unit.code)
    lines: list[dict[str, Any]] = []
    for unit_id, name, active in db.session.execute(rows):
        if not sees(unit_id):
            continue
        value = now.get(unit_id, counting.Count()).value
        was = then.get(unit_id, counting.Count()).value
        target = targets.get(unit_id)
        lines.append({
            "id": unit_id, "name": name if active else _("%(name)s（已停用）", name=name), "now": value, "then": was,
            "growth": growth(value, was), "url": one.url(window, unit_id) if active else None,
            "then_url": one.url(before(window), unit_id) if active else None,
            "against": _against(target, value, year, window.last),
        })  # fmt: skip
    shares = [line["against"].percent if line["against"] else None for line in lines]
    placed = ranking.places({at: (line["now"], shares[at]) for at, line in enumerate(lines)})
    return [{**lines[at], "place": place} for at, place in placed.items()]


@bp.get("/indicators/<key>/explain")
@permit(P.INDICATOR_VIEW)
def explain(key: str) -> Any:
    """这个数是怎么来的: definition, filter, rows, who last changed them. `?first=&last=&unit=&person=`."""
    one = _known(key)
    user = me()
    window = _window_asked(one)
    unit, person_id = _unit_asked(one) or _own_unit(one), _number(request.args.get("person"))
    unit_id = unit.id if unit else None
    told = counting.count(one, user, window, unit_id, person_id)
    rows = counting.rows_of(one, user, window, unit_id, person_id)
    events, is_all = counting.changes(one, rows, told.rows)
    return render_template(
        "indicators/explain.html",
        one=one, window=window, unit=unit, told=told, url=one.url(window, unit_id, person_id),
        filter=counting.filter_words(one, user, window, unit_id, person_id),
        shown=[_shown(one, row) for row in counting.shown(one, user, rows, told.rows)],
        events=[_told(event) for event in events], is_all=is_all, newest=counting.NEWEST_EVENTS,
        basis=one.basis(one.year_of(window.last)), everything=one.sees(user, unit_id),
        back=url_for("indicators.show", key=key, year=one.year_of(window.last)),
    )  # fmt: skip


def _shown(one: Indicator, row: Any) -> dict[str, Any]:
    first = one.page.columns[0]
    return {
        "name": one.page.row_label(row), "url": first.url(row) if first.url else None,
        "amount": None if one.amount is None else getattr(row, one.amount.key),
    }  # fmt: skip


# --- what is typed ------------------------------------------------------------------------------------------


@bp.get("/indicators/values")
@permit(P.INDICATOR_VIEW)
def values() -> Any:
    return render_template("indicators/values.html", listing=context(VALUES, me()))


@bp.get("/indicators/values/<int:id>")
@permit(P.INDICATOR_VIEW)
def show_value(id: int) -> Any:
    value = _value(id)
    one = _known(value.indicator)
    return render_template(
        "indicators/value.html", value=value, one=one, name=name_of(value),
        may_type=queries.may_type(me(), value.indicator, value.unit_id), history=_history(value),
    )  # fmt: skip


@bp.route("/indicators/<key>/values/new", methods=["GET", "POST"])
@permit(P.INDICATOR_TYPE)
def type_value(key: str) -> Any:
    one = _known(key)
    user = me()
    units = _units_to_type(one)
    if not one.typed or not (queries.may_type(user, key) or units):
        abort(403)
    form = ValueForm()
    form.unit_id.offer(units, _("请选择"))
    if form.submitted():
        with form.refusals():
            value = actions.type_value(key, form.data, by_unit=one.by_unit, actor=user)
            return commit_and_go(
                form, url_for("indicators.show", key=key, year=value.first_on.year), _("已填报")
            )
    return form.page("indicators/type.html", one=one)


@bp.route("/indicators/values/<int:id>/correct", methods=["GET", "POST"])
@permit(P.INDICATOR_TYPE)
def correct(id: int) -> Any:
    value = _value_to_change(id)
    one = _known(value.indicator)
    form = CorrectForm.of(value)
    if not form.is_submitted():
        form.first_month.data = value.first_on
        form.last_month.data = (
            None if month_end(value.first_on) == value.last_on else value.last_on.replace(day=1)
        )
    form.unit_id.offer(_units_to_type(one), _("请选择"))
    if form.submitted():
        with form.refusals():
            actions.correct(value, form.data, form.why.data or "", by_unit=one.by_unit, actor=me())
            return commit_and_go(form, url_for("indicators.show_value", id=id), _("已更正"))
    return form.page("indicators/correct.html", value=value, one=one)


@bp.post("/indicators/values/<int:id>/take-away")
@permit(P.INDICATOR_TYPE)
def take_away(id: int) -> Any:
    value = _value_to_change(id)
    key = value.indicator
    actions.take_away(value, actor=me())
    return commit_and_go(
        None, url_for("indicators.values", indicator=key), _("已删除这条填报数，操作记录里有")
    )


@bp.route("/indicators/new", methods=["GET", "POST"])
@permit(P.INDICATOR_TYPE)
def define() -> Any:
    form = OwnForm(unit_id=me().unit_id)
    form.unit_id.offer(_units_to_define())
    if form.submitted():
        with form.refusals():
            own = actions.define(form.data, actor=me())
            return commit_and_go(
                form, url_for("indicators.show", key=own.key), _("已设指标“%(name)s”", name=own.name)
            )
    return form.page("indicators/define.html", own=None)


@bp.route("/indicators/<key>/edit", methods=["GET", "POST"])
@permit(P.INDICATOR_TYPE)
def redefine(key: str) -> Any:
    own: OwnIndicator = queries.own(key) or abort(404)
    if not queries.may_define(me(), own):
        abort(403)
    form = EditOwnForm.of(own)
    form.unit_id.offer(_units_to_define())
    if form.submitted():
        with form.refusals():
            actions.redefine(own, form.data, actor=me())
            return commit_and_go(
                form, url_for("indicators.show", key=key), _("已保存“%(name)s”", name=own.name)
            )
    return form.page("indicators/define.html", own=own)


# --- what the views share -----------------------------------------------------------------------------------


@bp.app_template_global("measured")
def measured(one: Indicator, value: Decimal | None) -> str:
    return saying.measured(value, one.measure.value, one.unit_word)


bp.add_app_template_filter(saying.months, "months_said")


@bp.app_template_global("signed_percent")
def signed_percent(value: Decimal | None) -> Markup:
    """+25.8%."""
    return Markup("—") if value is None else Markup(f"{value:+}%" if value else "0.0%")


def _known(key: str) -> Indicator:
    one: Indicator = catalogue.find(key) or abort(404)
    if not one.may_see(me()):
        abort(403)
    return one


def _value(id: int) -> TypedValue:
    return db.one_or_404(queries.with_names(queries.visible_to(me()).filter_by(id=id)))


def _value_to_change(id: int) -> TypedValue:
    value = _value(id)
    if not queries.may_type(me(), value.indicator, value.unit_id):
        abort(403)
    return value


def _units_to_type(one: Indicator) -> list[tuple[int, str]]:
    return (
        [unit for unit in org.unit_choices() if queries.may_type(me(), one.key, unit[0])]
        if one.by_unit
        else []
    )


def _units_to_define() -> list[tuple[int, str]]:
    everywhere = me().scope_of(P.INDICATOR_TYPE) is Scope.DISTRICT
    return [one for one in org.unit_choices() if everywhere or one[0] == me().unit_id]


def _against(target: Decimal | None, actual: Decimal | None, year: Window, day: dt.date) -> Against | None:
    if not target:
        return None
    return Against(target, actual, year, min(day, clock.today()), margin=queries.margin())


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 10 else None


def _years(one: Indicator) -> list[int]:
    now = one.year_now()
    return list(range(now, now - YEARS_BACK, -1))


def _year_asked(one: Indicator) -> int:
    year = _number(request.args.get("year")) or one.year_now()
    if not 1990 <= year <= one.year_now():
        abort(404)
    return year


def _until(one: Indicator, year: Window, last: dt.date) -> tuple[dt.date, str]:
    """The end of the month asked for, not beyond what is known; and why it is another than was asked."""
    text = request.args.get("to", "")
    if not text or not one.days:
        return last, ""
    try:
        asked = month_end(dt.date.fromisoformat(f"{text[:7]}-01"))
    except ValueError:
        return last, _("看不懂月份“%(text)s”，请写成 2013-06 这样", text=text[:20])
    if not year.first <= asked <= year.last:
        return last, _("%(month)s不在这个年度里", month=text[:7])
    if asked > last and not (last.month == asked.month and last.year == asked.year):
        return last, _("%(month)s还没有数", month=text[:7])
    return min(asked, last) if not is_month_end(last) else asked, ""


def _unit_asked(one: Indicator) -> Unit | None:
    id = _number(request.args.get("unit"))
    if id is None or not one.by_unit:
        return None
    return db.one_or_404(sa.select(Unit).filter_by(id=id))


def _own_unit(one: Indicator) -> Unit | None:
    """Whose figures are shown to one who does not see the district's: his unit's, which he sees whole."""
    return me().unit if one.by_unit and not one.sees_all(me()) else None


def _window_asked(one: Indicator) -> Window:
    ends = []
    for name in ("first", "last"):
        try:
            ends.append(dt.date.fromisoformat(request.args.get(name, "")))
        except ValueError:
            year = one.of_year(one.year_now())
            ends.append(year.first if name == "first" else min(year.last, clock.today()))
    first, last = (min(max(day, EARLIEST), LATEST) for day in ends)
    return Window(first, max(first, min(last, dt.date(first.year + MOST_YEARS - 1, 12, 31))))


def _history(value: TypedValue) -> list[dict[str, Any]]:
    events = contacts.events_of(queries.NOUN, value.id)
    return history(events, began_with=("typed_value.typed",), say=display.said)


def _told(event: Event) -> dict[str, Any]:
    """Who did what and when. What it said is for the record's own page: a note may name what this reader may not see."""
    words, icon = telling.VERBS.get(event.verb, (event.verb, "history"))
    return {
        "id": f"event-{event.id}", "icon": icon, "title": _(words), "when": display.how_long_ago(event.at),
        "exact": display.moment(event.at), "iso": event.at.isoformat(), "who": event.actor_name,
        "text": Markup('<p translate="no">{}</p>').format(event.record_name),
    }  # fmt: skip
