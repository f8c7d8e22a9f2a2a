"""The verbs of 亩均: enter a class, list a firm, make it mend, take a measure, let it leave; take over its land."""

from __future__ import annotations

from typing import Any

from crm.audit.trail import record, recording
from crm.db import db
from crm.land import actions as land
from crm.land.models import Parcel
from crm.lib import clock
from crm.lib.errors import Refused
from crm.lib.words import _
from crm.merchants.models import Enterprise
from crm.org.models import User

from . import queries
from .grades import CaseState
from .models import FIGURES, Case, Measure, Rating

YEARS = (2000, 2100)


def rate(firm: Enterprise, data: dict[str, Any], *, actor: User) -> Rating:
    """The class of a year, as the evaluators gave it. One for each year."""
    year = data["year"]
    if not YEARS[0] <= year <= min(YEARS[1], clock.today().year):
        raise Refused(_("年度请填 %(low)s 到 %(high)s", low=YEARS[0], high=clock.today().year), "year")
    if queries.of_year(firm.id, year):
        raise Refused(_("%(year)s 年的亩均评价已经录入，请修改那一条", year=year), "year")
    rating = Rating(enterprise=firm, year=year, unit_id=actor.unit_id, author_id=actor.id)
    _fill(rating, data)
    db.session.add(rating)
    with recording("yield_rating.entered", rating, actor=actor):
        db.session.flush()
    record("enterprise.rated", firm, actor=actor, note=f"{year} {rating.grade.value.upper()}")
    return rating


def edit(rating: Rating, data: dict[str, Any], *, actor: User) -> None:
    with recording("yield_rating.edited", rating, actor=actor):
        _fill(rating, data)


def list_firm(firm: Enterprise, data: dict[str, Any], *, actor: User) -> Case:
    """列入 the firms that are pressed."""
    if queries.open_case(firm.id):
        raise Refused(_("这家企业已经在名单上"))
    _refuse_to_come(data["listed_on"], "listed_on")
    case = Case(
        enterprise=firm,
        listed_on=data["listed_on"],
        reason=data["reason"],
        unit_id=actor.unit_id,
        author_id=actor.id,
    )
    db.session.add(case)
    with recording("yield_case.listed", case, actor=actor):
        db.session.flush()
    record("enterprise.pressed", firm, actor=actor, note=case.reason)
    return case


def demand(case: Case, data: dict[str, Any], *, actor: User) -> None:
    """整改: what is demanded by when; also to change either later."""
    _refuse_left(case)
    if data["due_on"] < case.listed_on:
        raise Refused(_("整改期限早于列入的日期"), "due_on")
    with recording("yield_case.mending", case, actor=actor):
        case.state, case.demand, case.due_on = CaseState.MENDING, data["demand"], data["due_on"]


def take_measure(case: Case, data: dict[str, Any], *, actor: User) -> Measure:
    """A measure without a legal basis is none."""
    _refuse_left(case)
    if not (data.get("legal_basis") or "").strip():
        raise Refused(_("请填写法律或文件依据"), "legal_basis")
    _refuse_to_come(data["on_day"], "on_day")
    names = ("means", "what", "on_day", "legal_basis")
    measure = Measure(case=case, author_id=actor.id, **{name: data[name] for name in names})
    db.session.add(measure)
    with recording("yield_measure.taken", measure, actor=actor):
        db.session.flush()
    return measure


def leave(case: Case, data: dict[str, Any], *, actor: User) -> None:
    """退出名单, and how."""
    _refuse_left(case)
    _refuse_to_come(data["left_on"], "left_on")
    if data["left_on"] < case.listed_on:
        raise Refused(_("退出的日期早于列入的日期"), "left_on")
    with recording("yield_case.left", case, actor=actor, note=data.get("left_note") or ""):
        case.state, case.left_on, case.leaving = CaseState.LEFT, data["left_on"], data["leaving"]
        case.left_note = data.get("left_note") or ""


def come_back(case: Case, *, actor: User) -> None:
    """恢复: it left by mistake."""
    if case.is_open:
        raise Refused(_("它还在名单上"))
    if queries.open_case(case.enterprise_id):
        raise Refused(_("这家企业已经在名单上"))
    with recording("yield_case.come_back", case, actor=actor):
        case.state = CaseState.MENDING if case.due_on else CaseState.LISTED
        case.left_on = case.leaving = None
        case.left_note = ""


def free_land(firm: Enterprise, data: dict[str, Any], *, actor: User) -> Parcel:
    """腾退: the land it gives up goes into the book of parcels, with its source."""
    return land.enter(data, actor=actor, source=firm)


def _fill(rating: Rating, data: dict[str, Any]) -> None:
    for name in ("grade", "note", *FIGURES):
        if name in data:
            setattr(rating, name, data[name])


def _refuse_left(case: Case) -> None:
    if not case.is_open:
        raise Refused(_("它已经退出名单"))


def _refuse_to_come(day: Any, field: str) -> None:
    if day > clock.today():
        raise Refused(_("这一天还没有到"), field)
