"""One page in pictures, and the same for a big screen."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, render_template, request, url_for

from crm.indicators import catalogue, saying
from crm.indicators.catalogue import Indicator
from crm.indicators.progress import gone
from crm.lib import clock
from crm.lib.words import _
from crm.org.guard import me, permit
from crm.org.permissions import Permission as P

from . import queries, whose
from .queries import Look
from .whose import Whose

bp = Blueprint("dashboards", __name__, url_prefix="/dashboards")


@bp.get("")
@permit(P.INDICATOR_VIEW)
def show() -> Any:
    """`?whose=unit&of=signed_deals`: whose figures, and of which indicator trend, rank, months and map are."""
    return render_template("dashboards/show.html", **_picture())


@bp.get("/wall")
@permit(P.INDICATOR_VIEW)
def wall() -> Any:
    """For a screen in a hall: it loads itself anew each minute, without a script."""
    return render_template("dashboards/wall.html", **_picture(), now=clock.business_now()), {"Refresh": "60"}


def _picture() -> dict[str, Any]:
    look, problem = _look()
    known = queries.choices(look)
    one, odd = _asked(look, known)
    window = queries.so_far(one)
    lines = queries.units(look, one) if look.whose is Whose.DISTRICT and one.by_unit else []
    figures = queries.figures(look)
    if look.whose is Whose.DISTRICT:
        rank = [line for line in lines if line.whole.value > 0 or line.done is not None]
    else:
        rank = queries.people(look, one)
    ranked = rank[: queries.MOST_RANKED]
    return {
        "look": look, "one": one, "window": window, "problems": [text for text in (problem, odd) if text],
        "known": known, "figures": figures, "gauges": queries.gauges(look),
        "trend": (trend := queries.trend(look, one)), "has_then": any(month.then is not None for month in trend),
        "rank": ranked, "more": len(rank) - len(ranked), "by_share": (by_share := any(line.done is not None for line in rank)),
        "ranked_by": saying.ranked_by(by_share),
        "rows": [line for line in lines if any(cell.value for cell in line.months)][: queries.MOST_ROWS],
        "tiles": queries.map_of(lines), "funnel": queries.funnel(look),
        "months": [month.last for month in queries.months_of(window)] if one.days else [],
        "own_months": [month.last for month in queries.months_of(queries.so_far(figures[0].one))] if figures else [],
        "partial": not look.sees_whole(one) or not all(look.sees_whole(figure.one) for figure in figures),
        "gone": 100 * gone(one.of_year(one.year_now()), clock.today()),
        "explain_url": url_for("indicators.explain", key=one.key, first=window.first.isoformat(), last=window.last.isoformat(),
                               unit=look.unit_id, person=look.person_id),
        "basis": one.basis(one.year_now()), "tabs": _tabs(look, one), "name": _name(look),
    }  # fmt: skip


def _offered() -> list[Whose]:
    return whose.offered(me().role, me().scope_of(P.INDICATOR_VIEW))


def _look() -> tuple[Look, str]:
    """What was asked for, else what is theirs; and the sentence that says why it is another."""
    offered = _offered()
    text = request.args.get("whose", "")
    if text in offered:
        return Look(me(), Whose(text)), ""
    problem = _("这个范围的数您看不到，下面是%(whose)s的", whose=offered[0].label) if text else ""
    return Look(me(), offered[0]), problem


def _asked(look: Look, known: list[Indicator]) -> tuple[Indicator, str]:
    usual = next((one for one in known if one.key == whose.FIGURES[look.whose][0]), known[0])
    key = request.args.get("of", "")
    if not key:
        return usual, ""
    one: Indicator = catalogue.find(key) or abort(404)
    if not one.may_see(me()):
        abort(403)
    if look.may_show(one):
        return one, ""
    return usual, _("“%(name)s”分不到这个范围，下面是“%(other)s”", name=one.label, other=usual.label)


def _tabs(look: Look, one: Indicator) -> list[dict[str, Any]]:
    return [
        {
            "label": each.label, "active": each is look.whose,
            "url": url_for(".show", whose=each.value, of=one.key if Look(look.user, each).may_show(one) else None),
        }
        for each in _offered()
    ]  # fmt: skip


def _name(look: Look) -> str:
    """Whose page it is, by name; the district's is said by the house."""
    if look.whose is Whose.MINE:
        return look.user.name
    return look.user.unit.name if look.whose is Whose.UNIT else ""
