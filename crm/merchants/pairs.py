"""The page of suspects: which pairs it shows, and each pair side by side with what differs first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask import url_for

from crm.db import db
from crm.dedup.reasons import WORDS
from crm.lib.words import N_, _
from crm.org.guard import reaches
from crm.org.models import User
from crm.org.permissions import Permission as P
from crm.reference import industries
from crm.web import display

from .identity import Likeness, likeness
from .models import Enterprise, Person, Suspect, SuspectState
from .queries import TO_LOOK_AT, loaded, rows_of, suspects_visible_to

SHOWS = {
    "open": N_("待判定"),
    "relations": N_("关联线索"),
    "different": N_("不是同一家"),
    "related": N_("有关联"),
}
BANDS = (Likeness.VERY_LIKELY, Likeness.LIKELY, Likeness.POSSIBLE)
FLOORS = {Likeness.VERY_LIKELY: (0.95, 2.0), Likeness.LIKELY: (0.6, 0.95), Likeness.POSSIBLE: (-1.0, 0.6)}


@dataclass(frozen=True)
class View:
    """What the address asks for."""

    show: str
    band: Likeness | None
    noun: str
    about: int = 0  # only pairs of this record; with a noun


def view_of(args: Mapping[str, str]) -> View:
    show = args.get("show", "open")
    band = Likeness.of(args.get("band"))
    noun, about = args.get("noun", ""), args.get("about", "")
    return View(
        show if show in SHOWS else "open",
        band if band in BANDS else None,  # type: ignore[arg-type]
        noun if noun in ("enterprise", "person") else "",
        int(about) if about.isascii() and about.isdecimal() and len(about) < 10 else 0,
    )


def select_for(user: User, view: View) -> sa.Select[Suspect]:
    """The pairs of a view, likeliest first."""
    rows = suspects_visible_to(user).where(_shown(view.show))
    if view.band is not None:
        low, high = FLOORS[view.band]
        rows = rows.where(Suspect.score >= low, Suspect.score < high)
    if view.noun:
        rows = rows.where(Suspect.noun == view.noun)
        if view.about:
            rows = rows.where(sa.or_(Suspect.a_id == view.about, Suspect.b_id == view.about))
    return rows.order_by(Suspect.score.desc(), Suspect.id.desc())


def _shown(show: str) -> sa.ColumnElement[bool]:
    if show == "open":
        return sa.and_(Suspect.state == SuspectState.OPEN, Suspect.verdict.in_(TO_LOOK_AT))
    if show == "relations":
        return sa.and_(Suspect.state == SuspectState.OPEN, Suspect.verdict.not_in(TO_LOOK_AT))
    return Suspect.state == SuspectState(show)


def tabs(user: User, view: View) -> list[dict[str, Any]]:
    """The four heaps with how many pairs lie in each: one statement."""
    counts = [sa.func.count(sa.case((_shown(show), 1))) for show in SHOWS]
    seen = suspects_visible_to(user).with_only_columns(*counts)
    numbers = db.session.execute(seen).one()
    return [
        {
            "label": _(label),
            "url": url_for("merchants.suspects", show=show),
            "active": show == view.show,
            "count": number,
        }
        for (show, label), number in zip(SHOWS.items(), numbers, strict=True)
    ]


# --- a pair ------------------------------------------------------------------------------------------------


@dataclass
class Side:
    """One record of a pair; masked: unit and name only."""

    id: int
    name: str
    unit: str
    url: str
    masked: bool
    values: dict[str, str]


@dataclass
class Pair:
    suspect: Suspect
    band: Likeness
    a: Side
    b: Side
    rows: list[tuple[str, str, str, bool]]  # label, a, b, differs: what differs first
    reasons: list[tuple[str, float]]
    decidable: bool
    masked: bool


def dressed(suspects: Sequence[Suspect], user: User) -> list[Pair]:
    """Pairs ready to be shown: some statements for each noun, however many pairs."""
    records: dict[tuple[str, int], Any] = {}
    seen: set[tuple[str, int]] = set()
    for noun, model in (("enterprise", Enterprise), ("person", Person)):
        ids = {one for suspect in suspects if suspect.noun == noun for one in (suspect.a_id, suspect.b_id)}
        if not ids:
            continue
        rows = loaded(sa.select(model).where(model.id.in_(ids)), model)
        records |= {(noun, record.id): record for record in db.session.scalars(rows).unique()}
        visible = rows_of(noun, user).with_only_columns(model.id).where(model.id.in_(ids))
        seen |= {(noun, record_id) for record_id in db.session.scalars(visible)}
    found = []
    for suspect in suspects:
        a, b = records.get((suspect.noun, suspect.a_id)), records.get((suspect.noun, suspect.b_id))
        if a is not None and b is not None:
            found.append(_pair(suspect, a, b, seen, user))
    return found


def _pair(suspect: Suspect, a: Any, b: Any, seen: set[tuple[str, int]], user: User) -> Pair:
    masked = [(suspect.noun, one.id) not in seen for one in (a, b)]
    left, right = _side(a, masked[0]), _side(b, masked[1])
    rows = []
    if not any(masked):
        for label, value in left.values.items():
            other = right.values[label]
            if value or other:
                rows.append((label, value, other, value != other))
        rows.sort(key=lambda row: not row[3])
    scope = user.scope_of(P.SUSPECT_DECIDE)
    decidable = any(
        reaches(
            scope,
            user,
            units=(one.follow_unit_id, one.first_report_unit_id),
            owners=(one.follow_user_id, one.first_report_user_id),
        )
        for one in (a, b)
    )
    return Pair(
        suspect=suspect,
        band=likeness(suspect.verdict, suspect.score),
        a=left,
        b=right,
        rows=rows,
        reasons=[(_(WORDS[code]), weight) for code, weight, _detail in suspect.reasons if code in WORDS],
        decidable=decidable,
        masked=any(masked),
    )


def _side(record: Any, masked: bool) -> Side:
    is_person = isinstance(record, Person)
    url = "" if masked else url_for("merchants.show_person" if is_person else "merchants.show", id=record.id)
    values = {} if masked else (_of_person(record) if is_person else _of_enterprise(record))
    return Side(record.id, record.name, record.follow_unit.name, url, masked, values)


def _of_enterprise(record: Enterprise) -> dict[str, str]:
    people = [f"{one.person.name} {one.title}".strip() for one in record.positions]
    phones = [handle.masked for handle in record.handles]
    phones += [handle.masked for one in record.positions for handle in one.person.handles]
    return {
        _("名称"): record.name,
        _("曾用名"): "、".join(one.name for one in record.former_names),
        _("信用代码"): record.uscc,
        _("所在地"): record.region,
        _("地址"): record.address,
        _("行业"): industries.name(record.industry_code),
        _("法定代表人"): record.legal_representative,
        _("人员"): "、".join(people),
        _("联系电话"): "、".join(dict.fromkeys(phones)),
        **_common(record),
    }


def _of_person(record: Person) -> dict[str, str]:
    return {
        _("姓名"): record.name,
        _("任职"): "、".join(f"{one.enterprise.name} {one.title}".strip() for one in record.positions),
        _("联系电话"): "、".join(handle.masked for handle in record.handles),
        _("所在地"): record.region,
        **_common(record),
    }


def _common(record: Any) -> dict[str, str]:
    return {
        _("浙商类型"): record.origin.label,
        _("籍贯"): record.native_place,
        _("商会"): record.chamber,
        _("在库状态"): record.standing.label,
        _("跟进单位"): record.follow_unit.name,
        _("首报单位"): record.first_report_unit.name,
        _("首报时间"): display.day(record.first_reported_at),
        _("最近联系"): display.day(record.last_contact_at),
    }
