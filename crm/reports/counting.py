"""What a report tells, counted from records and put into plain values, so that it can be frozen.

Each figure is an address of a list (as crm/indicators has it): its rows are frozen with it, and the same address opens
what they are today. Words are kept as they stand in the source and said in the reader's language.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from werkzeug.datastructures import MultiDict

from crm.db import db
from crm.deals import lists as deal_lists
from crm.deals.stages import DealState, Stage
from crm.delivery import lists as project_lists
from crm.delivery import queries as projects
from crm.delivery.models import KeyProject
from crm.delivery.rates import rates
from crm.delivery.status import NodeKind
from crm.indicators import catalogue, counting, progress, ranking
from crm.indicators import queries as indicators
from crm.indicators.catalogue import Indicator
from crm.indicators.progress import Against, Window
from crm.lib.masking import mask_text
from crm.lists.asked import select_for
from crm.lists.table import ListPage
from crm.org import queries as org
from crm.org.models import User
from crm.org.permissions import Scope
from crm.review.lists import AS_OF
from crm.slips import queries as slips

from . import appraisal, once, queries
from .appraisal import Scheme
from .models import Section

MOST_FROZEN = 5_000
"""Rows kept behind one figure. Of more the figure is kept, and that there were more."""
LARGE_TALKS_WAN = 10_000
"""亿元: 「在谈 ≥1亿」 of a monthly report (domain notes 3.11)."""
Pairs = Sequence[tuple[str, str]]
Line = list[Any]


@dataclass
class Told:
    """`content` is what is read, `rows` what stands behind each of its figures: kept for what is published only."""

    content: dict[str, Any]
    keeps_rows: bool
    rows: dict[str, Any] = field(default_factory=dict)


def sees_everything(user: User, keys: Iterable[str]) -> bool:
    """A report is of the district: whoever tells it must see all that it counts."""
    pages = (deal_lists.PAGE, project_lists.PAGE)
    if any(user.scope_of(page.view_permission) is not Scope.DISTRICT for page in pages):
        return False
    return all(one.sees_all(user) for one in map(catalogue.find, keys) if one)


def tell(
    window: Window,
    sections: Sequence[str],
    keys: Sequence[str],
    ranked: Sequence[str],
    user: User,
    *,
    keep_rows: bool,
) -> Told:
    """Everything of a period, as the records say it now."""
    told = Told(
        {"first": window.first.isoformat(), "last": window.last.isoformat(), "sections": list(sections)},
        keep_rows,
    )
    known = [one for one in map(catalogue.find, keys) if one and one.may_see(user)]
    content = told.content
    content["figures"] = [_figure(one, window, user, told) for one in known]
    if Section.RANKS in sections:
        content["ranks"] = [_ranks(one, window, user) for one in known if one.key in ranked and one.by_unit]
    if Section.SCORES in sections:
        content["scores"] = _scores(queries.scheme(), window, user, told)
    if Section.STAGES in sections:
        content["stages"] = [_stage(stage, window.last, user, told) for stage in Stage]
    if Section.SIGNED in sections:
        signed = [("signed_from", window.first.isoformat()), ("signed_to", window.last.isoformat())]
        content["signed"] = [
            [mask_text(one.name), mask_text(one.investor), one.unit.name, _text(one.planned_wan), one.signed_on.isoformat()]
            for one in _some(deal_lists.PAGE, signed, user)
        ]  # fmt: skip
    if Section.TALKS in sections:
        talks = [("on", window.last.isoformat()), ("stage", Stage.NEGOTIATING.value), ("state", DealState.ACTIVE.value),
                 ("planned_from", str(LARGE_TALKS_WAN))]  # fmt: skip
        content["talks"] = [
            [
                mask_text(one.name),
                mask_text(one.deal.investor),
                one.unit.name,
                _text(one.planned_wan),
                mask_text(one.next_step),
            ]
            for one in _some(AS_OF, talks, user)
        ]
    if Section.STARTS in sections:
        content |= _starts(window.last, user, told)
    return told


# --- the parts ----------------------------------------------------------------------------------------------


def _year(one: Indicator, window: Window) -> Window:
    """The year a period is told in, which for money need not be the calendar's: that of most of its days."""
    return one.of_year(one.year_of(window.first + (window.last - window.first) / 2))


def _figure(one: Indicator, window: Window, user: User, told: Told) -> dict[str, Any]:
    """An indicator from the beginning of its year to the end of the period, beside its target and the year before."""
    year = _year(one, window)
    so_far = Window(year.first, min(window.last, year.last))
    total, period, then = counting.counts(one, user, [so_far, window, progress.before(so_far)])
    target = indicators.targets_of(one.key, year).get(None)
    within = set(_ids(one, user, window)) if one.days and told.keeps_rows else set()
    _freeze(told, one.key, one.page, one.pairs(so_far), user, amount=one.amount, within=within)
    known = not one.typed or total.rows > 0
    return {
        "key": one.key,
        "msgid": one.msgid,
        "definition": one.definition_msgid,
        "unit": one.unit_word,
        "measure": one.measure.value,
        "value": _text(total.value) if known else "",
        "period": _text(period.value) if one.days and (not one.typed or period.rows) else "",
        "then": _text(then.value) if then.rows else "",
        "growth": _text(progress.growth(total.value, then.value)) if then.rows and known else "",
        "target": _text(target),
        "percent": _text(progress.percent(total.value, target)) if known else "",
        "gone": _text((progress.gone(year, window.last) * 100).quantize(progress.TENTH)),
        "list": one.page.name,
        "args": one.pairs(so_far),
    }


def _ids(one: Indicator, user: User, window: Window) -> Sequence[int]:
    rows = counting.rows_of(one, user, window).with_only_columns(one.page.key).limit(MOST_FROZEN)
    return db.session.scalars(rows).all()


def _ranks(one: Indicator, window: Window, user: User) -> dict[str, Any]:
    """Unit by unit with its growth and its verdict against the time, in their places."""
    year = _year(one, window)
    so_far = Window(year.first, min(window.last, year.last))
    found, then = counting.by_unit(one, user, [so_far, progress.before(so_far)])
    targets, margin = indicators.targets_of(one.key, year), indicators.margin()
    names = {unit.id: unit.name for unit in org.units(only_active=False)}
    lines: dict[str, Line] = {}
    for unit_id in {*found, *targets}:
        if unit_id is None:
            continue
        value = found[unit_id].value if unit_id in found else Decimal(0)
        target = targets.get(unit_id)
        against = Against(target, value, year, so_far.last, margin=margin) if target else None
        more = progress.growth(value, then[unit_id].value) if unit_id in then else None
        share, verdict = (against.percent, against.verdict.value) if against else (None, "")
        lines[names[unit_id]] = [value, target, share, more, verdict]
    placed = ranking.places({name: (line[0], line[2]) for name, line in sorted(lines.items())})
    return {
        "key": one.key,
        "msgid": one.msgid,
        "unit": one.unit_word,
        "measure": one.measure.value,
        "gone": _text((progress.gone(year, window.last) * 100).quantize(progress.TENTH)),
        "lines": [[name, *map(_text, lines[name][:-1]), lines[name][-1]] for name in placed],
    }


LeftOut = dict[str, list[once.LeftOut]]
"""Of each item, by its key, the rows that do not count again."""


def _scored(
    scheme: Scheme, window: Window, user: User
) -> Iterator[tuple[appraisal.Item, Indicator, Window, Window]]:
    """(item, indicator, its year, that year as far as it is told) of those that this user may see."""
    for item in scheme.items:
        one = catalogue.find(item.key)
        if one is not None and one.may_see(user):
            year = _year(one, window)
            yield item, one, year, Window(year.first, min(window.last, year.last))


def left_out(scheme: Scheme, window: Window, user: User) -> LeftOut:
    """一个项目两年内只考核一次, where the scheme says so."""
    if not scheme.once:
        return {}
    before = once.last_year(window.last.year)
    found = {
        one.key: once.left_out(one, user, so_far, before)
        for _item, one, _year, so_far in _scored(scheme, window, user)
    }
    return {key: rows for key, rows in found.items() if rows}


def kept(left: LeftOut) -> dict[str, Any]:
    """These as an edition keeps rows."""
    pages = {key: one.page for key in left if (one := catalogue.find(key))}
    return {once.LEFT + key: once.kept(pages[key], rows) for key, rows in left.items()}


def scores(scheme: Scheme, window: Window, user: User, left: LeftOut) -> dict[str, Any]:
    """年考核: each unit's items against their targets, the best first; a unit without any target is left out."""
    names = {unit.id: unit.name for unit in org.units(only_active=False)}
    items: list[dict[str, Any]] = []
    units: dict[int, dict[str, Any]] = {}
    for item, one, year, so_far in _scored(scheme, window, user):
        found = counting.by_unit(one, user, [so_far])[0]
        again = Counter(row.unit_id for row in left.get(one.key, ()))
        targets = indicators.targets_of(one.key, year)
        items.append({"key": one.key, "msgid": one.msgid, "weight": item.weight, "unit": one.unit_word,
                      "measure": one.measure.value})  # fmt: skip
        for unit_id, target in targets.items():
            if unit_id is not None and target:
                value = (found[unit_id].value if unit_id in found else Decimal(0)) - again[unit_id]
                units.setdefault(unit_id, {})[one.key] = (
                    value,
                    target,
                    appraisal.item_score(value, target, scheme.cap),
                )
    lines: list[tuple[str, str, dict[str, Any]]] = []
    for unit_id, cells in units.items():
        total = appraisal.unit_score(scheme, {key: score for key, (_value, _target, score) in cells.items()})
        told = {
            key: [_text(value), _text(target), _text(score)] for key, (value, target, score) in cells.items()
        }
        lines.append((names.get(unit_id, ""), _text(total), told))
    lines.sort(key=lambda line: (-Decimal(line[1] or 0), line[0]))
    return {
        "number": scheme.number, "cap": scheme.cap, "once": scheme.once, "items": items, "lines": lines,
        "left_out": {key: len(rows) for key, rows in left.items()},
    }  # fmt: skip


def _scores(scheme: Scheme, window: Window, user: User, told: Told) -> dict[str, Any]:
    """The same with the rows behind each item, which are the evidence, and those that were left out with the reason."""
    left = left_out(scheme, window, user)
    if told.keeps_rows:
        for _item, one, _year, so_far in _scored(scheme, window, user):
            if one.key not in told.rows:
                _freeze(told, one.key, one.page, one.pairs(so_far), user, amount=one.amount)
        told.rows |= kept(left)
    return scores(scheme, window, user, left)


def _stage(stage: Stage, day: dt.date, user: User, told: Told) -> dict[str, Any]:
    """How many deals stood in a stage at the end of a day, and what they are to cost."""
    key = f"stage:{stage.value}"
    args = [("on", day.isoformat()), ("stage", stage.value), ("state", DealState.ACTIVE.value)]
    rows = select_for(AS_OF, user, MultiDict(args)).order_by(None)
    planned = sa.type_coerce(AS_OF.model.planned_wan, sa.BigInteger)
    count, hundredths = db.session.execute(
        rows.with_only_columns(sa.func.count(AS_OF.key), sa.func.coalesce(sa.func.sum(planned), 0))
    ).one()
    _freeze(told, key, AS_OF, args, user, amount=AS_OF.model.planned_wan)
    return {"key": key, "stage": stage.value, "count": count, "wan": _text(Decimal(int(hundredths)) / 100),
            "list": AS_OF.name, "args": args}  # fmt: skip


def _starts(day: dt.date, user: User, told: Told) -> dict[str, Any]:
    """开工率 of the year's new projects on that day, of all and of each list, and those that have not started with why."""
    page = project_lists.PAGE
    rate = next(one for one in rates(day.year, day) if one.key == "start")
    lines, missing = [], set[int]()
    scopes = [("starts", "", ()), *((f"starts:{roll.id}", roll.name, (("list", str(roll.id)),))
                                    for roll in projects.rolls(day.year))]  # fmt: skip
    for key, name, more in scopes:
        args = [*_pairs(rate.whole), *more]
        base, done = _keys(page, args, user), _keys(page, [*args, ("started_to", day.isoformat())], user)
        if not base:
            continue
        missing = missing or base - done  # the first are all of them
        share = progress.percent(Decimal(len(done)), Decimal(len(base)))
        _freeze(told, key, page, args, user, within=done)
        lines.append({"key": key, "roll": name, "whole": len(base), "there": len(done), "missing": len(base) - len(done),
                      "percent": _text(share), "args": args})  # fmt: skip
    return {"starts": lines, "not_started": _not_started(missing, day, user), "starts_list": page.name}


def _not_started(missing: set[int], day: dt.date, user: User) -> list[Line]:
    """未开工项目 with why: the problems that were open on that day, else what the last weekly report said."""
    rows = project_lists.PAGE.select(user).where(KeyProject.id.in_(sorted(missing)[:500]))
    found = db.session.scalars(projects.with_milestones(rows)).unique().all()
    ids = [project.id for project in found]
    said = projects.last_problems(ids, day)
    said |= slips.open_problems(user, ids, day)
    lines = []
    for project in found:
        start = next((one for one in project.milestones if one.kind is NodeKind.START), None)
        lines.append([
            mask_text(project.name), project.unit.name if project.unit else "", project.leader.name if project.leader else "",
            start.plan_on.isoformat() if start and start.plan_on else "", mask_text(said.get(project.id, "")),
        ])  # fmt: skip
    return lines


# --- rows ---------------------------------------------------------------------------------------------------


def _freeze(
    told: Told,
    key: str,
    page: ListPage,
    args: Pairs,
    user: User,
    *,
    amount: Any = None,
    within: set[int] | None = None,
) -> None:
    """Keep the rows behind a figure: name, number, unit, amount, whether they are of the part that `within` names (those of
    the period itself, those that have started)."""
    if not told.keeps_rows:
        return
    rows = select_for(page, user, MultiDict(args))
    found = db.session.scalars(rows.limit(MOST_FROZEN + 1)).unique().all()
    lines = [
        [
            mask_text(page.row_label(row)),
            row.id,
            unit.name if (unit := getattr(row, "unit", None)) else "",
            _text(getattr(row, amount.key)) if amount is not None else "",
            int(within is None or row.id in within),
        ]
        for row in found[:MOST_FROZEN]
    ]
    told.rows[key] = {"list": page.name, "lines": lines, "more": len(found) > MOST_FROZEN}


def _some(page: ListPage, args: Pairs, user: User, most: int = 500) -> Sequence[Any]:
    return db.session.scalars(select_for(page, user, MultiDict(args)).limit(most)).unique().all()


def _keys(page: ListPage, args: Pairs, user: User) -> set[int]:
    return set(db.session.scalars(projects.ids_of(select_for(page, user, MultiDict(args)))))


def _pairs(args: dict[str, Any]) -> list[tuple[str, str]]:
    return [
        (name, text)
        for name, value in args.items()
        for text in ([value] if isinstance(value, str) else value)
    ]


def _text(value: Decimal | None) -> str:
    """A number as JSON keeps it without loss; "" for none."""
    return "" if value is None else format(value.normalize(), "f")
