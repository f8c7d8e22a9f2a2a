"""The verbs of the merchant base. Each keeps look-up keys and search entry in its own transaction.

Who reported a record first is written when it is made, by the server, and by nothing else ever again.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from crm.audit.models import Event
from crm.audit.trail import record, recording
from crm.db import Model, db
from crm.dedup import Person as PersonRecord
from crm.dedup import Record
from crm.lib import clock, texts
from crm.lib.errors import Refused
from crm.lib.masking import mask_text
from crm.lib.words import _, _n, keep, listed
from crm.org.models import Unit, User
from crm.org.permissions import Permission
from crm.reference import industries, regions

from . import handles, identity, queries, suspects, uscc
from .models import (
    Direction,
    Enterprise,
    FormerName,
    Handle,
    Intent,
    LegalGround,
    OrganisationKind,
    Origin,
    Person,
    Position,
    Standing,
    Suspect,
)

Merchant = Enterprise | Person
REVEALED_FOR = dt.timedelta(minutes=5)
MOST_FORMER_NAMES = 20
_COMMON = ("origin", "native_place", "address", "chamber", "chamber_title", "intent", "intent_note", "note",
           "source", "legal_ground", "next_step", "next_due_on")  # fmt: skip
_OF_ENTERPRISES = ("kind", "direction", "legal_representative", "main_business", "website")
_DEFAULTS: dict[str, Any] = {
    "origin": Origin.OTHER, "intent": Intent.UNKNOWN, "legal_ground": LegalGround.DUTY,
    "kind": OrganisationKind.ENTERPRISE,
}  # fmt: skip


@dataclass(frozen=True)
class FirstReport:
    """Who reported first and when: given only by loaders of older lists, else it is the actor, now."""

    unit_id: int
    user_id: int | None
    at: dt.datetime


# --- making and changing -----------------------------------------------------------------------------------


def create_enterprise(
    data: dict[str, Any], *, actor: User, first_report: FirstReport | None = None, kept_reason: str = ""
) -> Enterprise:
    """A new enterprise, with its first contact person when one is named. `kept_reason` says why it was made
    although it looks like others; those pairs are kept as open suspects."""
    enterprise = Enterprise(name=_name(data), **_first(data, actor, first_report))
    _fill(enterprise, data)
    db.session.add(enterprise)
    with recording("enterprise.created", enterprise, actor=actor, note=kept_reason):
        _follow(enterprise, data, actor)
        _rename(enterprise, data.get("former_lines") or "")
        _reach(enterprise, data)
        db.session.flush()
    if texts.clean_line(data.get("contact_name")):
        _first_person(enterprise, data, actor)
    identity.refresh(enterprise)
    suspects.note("enterprise", enterprise.id, kept_reason=kept_reason)
    return enterprise


def create_person(
    data: dict[str, Any], *, actor: User, first_report: FirstReport | None = None, kept_reason: str = ""
) -> Person:
    person = Person(name=_name(data), **_first(data, actor, first_report))
    _fill(person, data)
    db.session.add(person)
    with recording("person.created", person, actor=actor, note=kept_reason):
        _follow(person, data, actor)
        _reach(person, data)
        db.session.flush()
    identity.refresh(person)
    suspects.note("person", person.id, kept_reason=kept_reason)
    return person


def edit(subject: Merchant, data: dict[str, Any], *, actor: User) -> list[Suspect]:
    """Change what is known. The first report, the follower and the standing have verbs of their own or none.
    Answers the suspicions that the change has raised."""
    noun = subject.__tablename__
    with recording(f"{noun}.edited", subject, actor=actor):
        before = subject.next_due_on
        subject.name = _name(data)
        _fill(subject, data)
        if isinstance(subject, Enterprise) and "former_lines" in data:
            _rename(subject, data["former_lines"] or "")
        if subject.next_due_on and subject.next_due_on != before and subject.next_due_on < clock.today():
            raise Refused(_("下一步的日期不能早于今天"), "next_due_on")
        _reach(subject, data)
    _refresh(subject)
    return suspects.note(noun, subject.id)


def supplement(subject: Merchant, data: dict[str, Any], *, actor: User) -> list[str]:
    """Add to a record what was typed for a new one: phones, names, people, and what was empty so far.
    Nothing that is there is changed. Answers what was added, in words."""
    noun = subject.__tablename__
    added: list[str] = []
    with recording(f"{noun}.supplemented", subject, actor=actor):
        name = texts.clean_line(data.get("name"))
        if isinstance(subject, Enterprise):
            known = {subject.name, *(former.name for former in subject.former_names)}
            former = [one for one in _names(data.get("former_lines") or "") if one not in known]
            subject.former_names += [FormerName(name=one) for one in former]
            if former:
                added.append(_("曾用名 %(names)s", names=listed(former)))
        ways = _ways(data)
        if count := _add_ways(subject, ways):
            added.append(_n("联系方式 %(n)s 个", count))
        added += _fill_gaps(subject, data)
        if name and name != subject.name and name not in subject.note:
            line = _("另一写法：%(name)s", name=name)
            subject.note = f"{subject.note}\n{line}".strip()
            added.append(line)
    if isinstance(subject, Enterprise) and texts.clean_line(data.get("contact_name")):
        person = _first_person(subject, data, actor, main=not subject.positions)
        added.append(_("人员 %(name)s", name=person.name))
    _refresh(subject)
    return added


def _fill_gaps(subject: Merchant, data: dict[str, Any]) -> list[str]:
    labels = {
        "uscc": _("信用代码"), "legal_representative": _("法定代表人"), "address": _("地址"),
        "native_place": _("籍贯"), "chamber": _("商会"), "chamber_title": _("商会职务"),
        "main_business": _("主营业务"), "website": _("网址"), "industry_code": _("行业"),
        "direction": _("招商方向"),
    }  # fmt: skip
    given = dict(data) | {"uscc": uscc.tidy(data.get("uscc"))}
    added = []
    for key, label in labels.items():
        if hasattr(subject, key) and not getattr(subject, key) and given.get(key):
            setattr(subject, key, given[key])
            added.append(label)
    if not subject.region_code and (code := region_code(data)):
        _place(subject, code)
        added.append(_("所在地"))
    return added


def _first(data: dict[str, Any], actor: User, report: FirstReport | None) -> dict[str, Any]:
    report = report or FirstReport(actor.unit_id, actor.id, clock.business_now())
    if (due := data.get("next_due_on")) and due < clock.today() and report.user_id == actor.id:
        raise Refused(_("下一步的日期不能早于今天"), "next_due_on")
    return {
        "first_report_unit_id": report.unit_id,
        "first_report_user_id": report.user_id,
        "first_reported_at": report.at,
        "follow_unit_id": data.get("follow_unit_id") or actor.unit_id,
        "standing": data.get("standing") or Standing.UNCHECKED,
    }


def _follow(subject: Merchant, data: dict[str, Any], actor: User) -> None:
    """Who follows a new record: whom the form names, else whoever makes it, in the unit that follows."""
    user_id = data.get("follow_user_id")
    if user_id is None and "follow_user_id" not in data and subject.follow_unit_id == actor.unit_id:
        user_id = actor.id
    subject.follow_unit_id, subject.follow_user_id = _checked_follower(subject.follow_unit_id, user_id)


def _name(data: dict[str, Any]) -> str:
    name = texts.clean_line(data.get("name"))
    if not name:
        raise Refused(_("请填写名称"), "name")
    if complaint := texts.too_long(name, 200):
        raise Refused(complaint, "name")
    if not any(texts.searchable(char) for char in name):
        raise Refused(_("名称里没有一个字，请重新填写"), "name")
    return name


def _fill(subject: Merchant, data: dict[str, Any]) -> None:
    """The plain columns that `data` names; an empty choice falls back to its default."""
    names = _COMMON + (_OF_ENTERPRISES if isinstance(subject, Enterprise) else ())
    for key in names:
        if key in data:
            value = data[key]
            if value is None and key not in ("next_due_on", "direction"):
                value = _DEFAULTS.get(key, "")
            setattr(subject, key, value)
    if subject.next_step and not subject.next_due_on:
        raise Refused(_("写了下一步，请定一个日期"), "next_due_on")
    if subject.next_due_on and not subject.next_step:
        raise Refused(_("定了日期，请写明下一步做什么"), "next_step")
    if {"province", "city", "county", "region_code"} & set(data):
        _place(subject, region_code(data))
        _keep_foreign_place(subject, data)
    if isinstance(subject, Enterprise):
        if "uscc" in data:
            subject.uscc = _code(data["uscc"])
        if "industry_code" in data:
            subject.industry_code = _industry(data["industry_code"])
        if isinstance(data.get("direction"), str) and not isinstance(data["direction"], Direction):
            subject.direction = Direction(data["direction"])


def _place(subject: Merchant, code: str) -> None:
    subject.region_code, subject.region_prefix = code, code[:4]


def _keep_foreign_place(subject: Merchant, data: dict[str, Any]) -> None:
    """A city abroad is in no table: it is kept at the head of the address."""
    if subject.region_code != regions.ABROAD:
        return
    words = [texts.clean_line(data.get(level)) for level in ("province", "city", "county")]
    words = [word for word in words if word and word != regions.name(regions.ABROAD)]
    fresh = [word for word in words if word not in (subject.address or "")]
    address = " ".join([*fresh, subject.address or ""]).strip()
    if complaint := texts.too_long(address, 200):
        raise Refused(complaint, "address")
    subject.address = address


def region_code(data: dict[str, Any]) -> str:
    """The code of the place that province, city and county name together; refused when there is none such."""
    if data.get("region_code"):
        return str(data["region_code"])
    code = ""
    for level in ("province", "city", "county"):
        name = texts.clean_line(data.get(level))
        if not name or name in ("市辖区", "县"):  # what stands between a municipality and its districts
            continue
        if code == regions.ABROAD:
            break  # the table ends at the border; see _keep_foreign_place
        below = next((one.code for one in regions.children(code) if one.name == name), None)
        below = below or regions.find(name, code) or None
        if not below or (code and code not in regions.lineage(below)):
            raise Refused(_("没有找到“%(name)s”，请从列表里选", name=name[:30]), level)
        code = below
    return code


def _code(text: str | None) -> str:
    code = uscc.tidy(texts.clean_line(text))
    if len(code) > uscc.LONGEST:
        raise Refused(_("信用代码最多 %(most)s 位", most=uscc.LONGEST), "uscc")
    return code


def _industry(text: str | None) -> str:
    if not text:
        return ""
    if code := industries.find(text):
        return code
    raise Refused(_("没有这个行业代码"), "industry_code")


def _names(lines: str) -> list[str]:
    parts = [texts.clean_line(part) for part in lines.replace("；", "\n").replace(";", "\n").splitlines()]
    return list(dict.fromkeys(part for part in parts if part))


def _rename(enterprise: Enterprise, lines: str) -> None:
    """The former names are exactly these lines; rows that stay keep their identity."""
    wanted = [name for name in _names(lines) if name != enterprise.name]
    if len(wanted) > MOST_FORMER_NAMES:
        raise Refused(_("曾用名最多 %(most)s 个", most=MOST_FORMER_NAMES), "former_lines")
    if longest := next((name for name in wanted if len(name) > 200), None):
        raise Refused(texts.too_long(longest, 200), "former_lines")
    there = {former.name: former for former in enterprise.former_names}
    enterprise.former_names = [there.get(name) or FormerName(name=name) for name in wanted]


# --- ways to reach them ------------------------------------------------------------------------------------


def _ways(data: dict[str, Any]) -> list[handles.Way]:
    return [
        *handles.phones_in(data.get("phones")),
        *handles.wechats_in(data.get("wechat")),
        *handles.emails_in(data.get("email")),
    ]


def _reach(subject: Merchant, data: dict[str, Any]) -> None:
    """Take away what was ticked, add what was typed."""
    dropped = set(data.get("drop_handles") or ())
    if dropped:
        subject.handles = [handle for handle in subject.handles if handle.id not in dropped]
    _add_ways(subject, _ways(data))


def _add_ways(subject: Merchant, ways: Sequence[handles.Way]) -> int:
    there = {_identity(handle) for handle in subject.handles}
    fresh = [way for way in ways if way.identity not in there]
    if len(subject.handles) + len(fresh) > 2 * handles.MOST:
        raise Refused(_("一条记录最多 %(most)s 个联系方式", most=2 * handles.MOST), "phones")
    subject.handles += [
        Handle(kind=way.kind, value=way.value, digits=way.digits, extension=way.extension) for way in fresh
    ]
    return len(fresh)


def _identity(handle: Handle) -> tuple[str, str]:
    return handles.Way(handle.kind, handle.value, handle.digits, handle.extension).identity


def reveal(subject: Merchant, *, actor: User, note: str = "") -> Event:
    """The full numbers of one record, in return for a line in the trail. The event is the ticket: the page
    shows them to this user for five minutes."""
    shown = sum(len(one.handles) for one in revealable(subject, actor))
    if not shown and not has_typed_numbers(subject):
        raise Refused(_("这条记录没有联系方式"))
    note = keep(
        note or (_n("查看了 %(n)s 个联系方式", shown) if shown else _("查看了备注等文字里的联系方式"))
    )
    event = record("handle.revealed", subject, actor=actor, note=note)
    db.session.flush()
    return event


def has_typed_numbers(subject: Merchant) -> bool:
    """Whether a page masks something that was typed into one of its texts."""
    texts_ = (subject.note, subject.next_step, subject.intent_note, subject.address)
    return any(mask_text(text) != text for text in texts_)


def revealable(subject: Merchant, user: User) -> list[Merchant]:
    """Whose numbers a page about `subject` may show in full: its own, and its people's where I reach them."""
    people = [position.person for position in subject.positions] if isinstance(subject, Enterprise) else []
    return [one for one in (subject, *people) if queries.may(user, Permission.MERCHANT_REVEAL, one)]


def is_revealed(subject: Model, event_id: int | None, user: User) -> bool:
    """Whether this event lets this user see the numbers of this record now."""
    event = db.session.get(Event, event_id) if event_id else None
    return bool(
        event
        and event.verb == "handle.revealed"
        and (event.noun, event.record_id, event.actor_id) == (subject.__tablename__, subject.id, user.id)
        and clock.now() - event.at < REVEALED_FOR
    )


# --- positions ---------------------------------------------------------------------------------------------


def add_position(
    enterprise: Enterprise, person: Person, title: str, *, main: bool = False, actor: User
) -> Position:
    """任职: this person at this firm."""
    there = sa.select(Position.id).filter_by(enterprise_id=enterprise.id, person_id=person.id)
    if db.session.scalar(there):
        raise Refused(_("%(name)s 已经在这家企业任职", name=person.name), "name")
    if main:
        for other in enterprise.positions:
            other.is_main = False
    position = Position(enterprise=enterprise, person=person, title=texts.clean_line(title), is_main=main)
    db.session.add(position)
    record(
        "enterprise.person_added",
        enterprise,
        actor=actor,
        changes={"person": [None, person.name], "title": [None, position.title]},
    )
    _refresh(enterprise)
    identity.refresh(person)
    return position


def end_position(position: Position, *, actor: User) -> None:
    """The person no longer holds it; both records stay."""
    enterprise, person = position.enterprise, position.person
    record(
        "enterprise.person_removed",
        enterprise,
        actor=actor,
        changes={"person": [person.name, None], "title": [position.title, None]},
    )
    db.session.delete(position)
    db.session.flush()
    db.session.expire(enterprise, ["positions"])
    db.session.expire(person, ["positions"])
    _refresh(enterprise)
    identity.refresh(person)


def _first_person(enterprise: Enterprise, data: dict[str, Any], actor: User, main: bool = True) -> Person:
    """The contact named with a new enterprise: somebody known by the same name and number, else a new person."""
    name = texts.clean_line(data.get("contact_name"))
    if len(name) > 50:
        raise Refused(_("联系人姓名最多 %(most)s 个字", most=50), "contact_name")
    ways = handles.phones_in(data.get("contact_phones"), "contact_phones")
    digits = [way.digits for way in ways if way.digits]
    person: Person | None = None
    if digits:
        known = queries.people_visible_to(actor).where(
            Person.name == name, Person.id.in_(sa.select(Handle.person_id).where(Handle.digits.in_(digits)))
        )
        person = db.session.scalars(known.order_by(Person.id).limit(1)).first()
    if person is None:
        person = create_person(
            {
                "name": name,
                "phones": data.get("contact_phones"),
                "origin": enterprise.origin,
                "source": enterprise.source,
                "legal_ground": enterprise.legal_ground,
                "follow_unit_id": enterprise.follow_unit_id,
                "follow_user_id": enterprise.follow_user_id,
            },
            actor=actor,
            first_report=FirstReport(
                enterprise.first_report_unit_id, enterprise.first_report_user_id, enterprise.first_reported_at
            )
            if enterprise.first_reported_at
            else None,
        )
    held = sa.select(Position.id).filter_by(enterprise_id=enterprise.id, person_id=person.id)
    if not db.session.scalar(held):
        add_position(enterprise, person, data.get("contact_title") or "", main=main, actor=actor)
    return person


def _refresh(subject: Merchant) -> None:
    """Keys and search entry; a person's numbers are also found at their firms, a firm's name at its people."""
    if isinstance(subject, Person):
        identity.refresh_many("enterprise", [position.enterprise_id for position in subject.positions])
        identity.refresh(subject)
    else:
        identity.refresh(subject)
        identity.refresh_many("person", [position.person_id for position in subject.positions])


# --- who follows, where it stands, how it is marked ---------------------------------------------------------


def assign(
    subject: Merchant, unit_id: int | None, user_id: int | None, *, actor: User, take_unit: bool = False
) -> None:
    """Who follows from now on. `take_unit`: the unit becomes the person's own. The first report stays."""
    if take_unit and user_id:
        user = db.session.get(User, user_id)
        unit_id = user.unit_id if user else unit_id
    unit_id, user_id = _checked_follower(unit_id, user_id)
    with recording(f"{subject.__tablename__}.assigned", subject, actor=actor):
        subject.follow_unit_id, subject.follow_user_id = unit_id, user_id
    db.session.flush()
    identity.keep_beside(subject.__tablename__, [subject.id])


def _checked_follower(unit_id: int | None, user_id: int | None) -> tuple[int, int | None]:
    unit = db.session.get(Unit, unit_id) if unit_id else None
    if unit is None or not unit.active:
        raise Refused(_("没有这个单位，或者已经停用"), "follow_unit_id")
    if user_id:
        user = db.session.get(User, user_id)
        if user is None or not user.active:
            raise Refused(_("没有这个人，或者账号已经停用"), "follow_user_id")
        if user.unit_id != unit.id:
            raise Refused(
                _("%(name)s 不是%(unit)s的人，请先选对单位", name=user.name, unit=unit.name), "follow_user_id"
            )
    return unit.id, user_id or None


def change_standing(subject: Merchant, standing: Standing, reason: str, *, actor: User) -> None:
    """在库状态; going to sleep or out of force says why."""
    reason = texts.clean_text(reason)
    if standing in (Standing.DORMANT, Standing.VOID) and not reason:
        raise Refused(_("改为“%(state)s”请写明原因", state=standing.label), "reason")
    if standing is subject.standing:
        raise Refused(_("现在就是“%(state)s”", state=standing.label), "standing")
    with recording(f"{subject.__tablename__}.standing_changed", subject, actor=actor, note=reason):
        subject.standing = standing


# --- what is typed, as the dedup core sees it ---------------------------------------------------------------


_BRACKETS = str.maketrans("（）", "()")


def enterprise_record(data: dict[str, Any]) -> Record:
    """Never refuses: it is asked while somebody types."""
    try:
        code = region_code(data)
    except Refused:
        code = ""
    name = texts.clean_line(data.get("name"))[:199]
    if "(" in (tail := name.translate(_BRACKETS).rpartition(")")[2]):
        name += ")" * tail.count("(")  # 天墙（绍 is on its way to 天墙（绍兴）机械
    return Record(
        name=name,
        former_names=tuple(_names((data.get("former_lines") or "")[:2000])),
        uscc=uscc.tidy((data.get("uscc") or "")[:60]),
        region=regions.full_name(code),
        industry=industries.name(data.get("industry_code")),
        legal_rep=texts.clean_line(data.get("legal_representative"))[:50],
        contacts=_several(data.get("contact_name")),
        phones=_several(data.get("phones")) + _several(data.get("contact_phones")),
        address=texts.clean_line(data.get("address"))[:200],
        chamber=texts.clean_line(data.get("chamber"))[:100],
    )


def person_record(data: dict[str, Any], companies: Sequence[str] = ()) -> PersonRecord:
    return PersonRecord(
        name=texts.clean_line(data.get("name"))[:50],
        phones=_several(data.get("phones")),
        companies=tuple(companies) or _several(data.get("company")),
        native_place=texts.clean_line(data.get("native_place"))[:60],
        chamber=texts.clean_line(data.get("chamber"))[:100],
    )


def _several(text: str | None) -> tuple[str, ...]:
    from crm.dedup.record import several

    return several((text or "")[:500])[:10]
