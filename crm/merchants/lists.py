"""The two lists of the base, 企业 and 人员: what can be shown, asked, ordered and done to many at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from typing import Any

import sqlalchemy as sa
from flask import url_for
from sqlalchemy.orm import selectinload

from crm.db import db
from crm.lib import clock
from crm.lib.words import N_, _, listed
from crm.lists.table import BulkAct, Column, Filter, ListPage, register
from crm.org.models import Unit, User
from crm.org.permissions import Permission as P
from crm.org.permissions import Scope
from crm.org.queries import colleague_choices, unit_choices
from crm.reference import industries, regions

from .actions import assign
from .card import main_post
from .models import (
    Direction,
    Enterprise,
    FormerName,
    Handle,
    HandleKind,
    Intent,
    OrganisationKind,
    Origin,
    Person,
    Position,
    Standing,
)
from .queries import idle_days, loaded, loaded_in_bulk, people_visible_to, visible_to

MOST_OPTIONS = 2000
IDLE_STEPS = (7, 15, 30, 60, 90, 180)

# --- filters -----------------------------------------------------------------------------------------------


def _region_is(model: Any) -> Callable[[str, User], sa.ColumnElement[bool]]:
    def where(value: str, _user: User) -> sa.ColumnElement[bool]:
        code = value if value.isdecimal() and regions.name(value) else regions.find(value)
        if not code:
            return sa.false()
        if len(code) == 4:
            return model.region_prefix == code
        return model.region_code.startswith(code)

    return where


def _idle_choices(_user: User) -> list[tuple[str, str]]:
    return [(str(days), _("超过 %(days)s 天", days=days)) for days in IDLE_STEPS]


def _idle_more_than(model: Any) -> Callable[[str, User], sa.ColumnElement[bool]]:
    """No contact for more than so many days; never contacted counts from the first report."""

    def where(value: str, _user: User) -> sa.ColumnElement[bool]:
        before = clock.start_of(clock.today() - dt.timedelta(days=int(value)))
        never = sa.and_(model.last_contact_at.is_(None), model.first_reported_at < before)
        return sa.or_(model.last_contact_at < before, never)

    return where


class Due:
    """The words of the filter 下一步."""

    OVERDUE, TODAY, WEEK, NONE = "overdue", "today", "week", "none"


def _due(model: Any) -> Callable[[str, User], sa.ColumnElement[bool]]:
    def where(value: str, _user: User) -> sa.ColumnElement[bool]:
        today = clock.today()
        if value == Due.OVERDUE:
            return model.next_due_on < today
        if value == Due.TODAY:
            return model.next_due_on == today
        if value == Due.WEEK:
            return model.next_due_on.between(today, today + dt.timedelta(days=7))
        if value == Due.NONE:
            return model.next_due_on.is_(None)
        return sa.false()

    return where


def _due_choices(_user: User) -> list[tuple[str, str]]:
    return [
        (Due.OVERDUE, _("已逾期")),
        (Due.TODAY, _("今天到期")),
        (Due.WEEK, _("七天内到期")),
        (Due.NONE, _("没有下一步")),
    ]


def _states(kind: Any, column: Any, empty: str = "") -> dict[str, Any]:
    """A filter by a Labelled column, `empty` being the word for not filled in."""

    def choices(_user: User) -> list[tuple[str, str]]:
        return kind.choices() + ([("none", _(empty))] if empty else [])

    def where(value: str, _user: User) -> sa.ColumnElement[bool]:
        if empty and value == "none":
            return column.is_(None)
        member = kind.of(value)
        return column == member if member else sa.false()

    return {"kind": "choice", "choices": choices, "where": where}


def _units(column: Any) -> dict[str, Any]:
    def choices(_user: User) -> list[tuple[str, str]]:
        rows = db.session.execute(sa.select(Unit.id, Unit.name).order_by(Unit.kind, Unit.code))
        return [(str(unit_id), name) for unit_id, name in rows]

    return {"kind": "choice", "choices": choices, "where": lambda value, _user: column == _id(value)}


def _follower(model: Any) -> dict[str, Any]:
    def choices(user: User) -> list[tuple[str, str]]:
        rows = sa.select(User.id, User.name).where(User.active).order_by(User.name).limit(MOST_OPTIONS)
        if user.scope_of(P.MERCHANT_VIEW) is not Scope.DISTRICT:
            rows = rows.where(User.unit_id == user.unit_id)
        pairs = [(str(user_id), name) for user_id, name in db.session.execute(rows)]
        return [("me", _("我")), ("none", _("未指派")), *pairs]

    def where(value: str, user: User) -> sa.ColumnElement[bool]:
        if value == "none":
            return model.follow_user_id.is_(None)
        return model.follow_user_id == (user.id if value == "me" else _id(value))

    return {"kind": "choice", "choices": choices, "where": where}


def _id(value: str) -> int:
    return int(value) if value.isdecimal() and value.isascii() and len(value) < 10 else 0


def _industry_choices(_user: User) -> list[tuple[str, str]]:
    return [(each.code, f"{each.code} {each.name}") for each in industries.all()]


def _industry_is(value: str, _user: User) -> sa.ColumnElement[bool]:
    code = industries.find(value)
    return Enterprise.industry_code.startswith(code) if code else sa.false()


def _contains(column: Any) -> Callable[[str, User], sa.ColumnElement[bool]]:
    return lambda value, _user: column.contains(value[:100], autoescape=True)


def _common_filters(model: Any) -> list[Filter]:
    return [
        Filter("origin", N_("浙商类型"), **_states(Origin, model.origin)),
        Filter("standing", N_("在库状态"), **_states(Standing, model.standing)),
        Filter("intent", N_("投资意愿"), **_states(Intent, model.intent)),
        Filter("unit", N_("跟进单位"), **_units(model.follow_unit_id)),
        Filter("follower", N_("跟进人"), **_follower(model)),
        Filter("first_unit", N_("首报单位"), **_units(model.first_report_unit_id)),
        Filter("due", N_("下一步"), kind="choice", choices=_due_choices, where=_due(model)),
        Filter("idle", N_("未联系"), kind="choice", choices=_idle_choices, where=_idle_more_than(model)),
        Filter("region", N_("所在地"), where=_region_is(model)),
        Filter("native", N_("籍贯"), where=_contains(model.native_place)),
        Filter("in_chamber", N_("有商会职务"), kind="flag", where=lambda _value, _user: model.chamber != ""),
    ]


# --- columns -----------------------------------------------------------------------------------------------


def _first_contact(enterprise: Enterprise) -> Position | None:
    best = sorted(enterprise.positions, key=lambda position: (not position.is_main, position.id))
    return best[0] if best else None


def phones_of(subject: Any) -> list[str]:
    """Every phone of a record, in full: the list masks the column unless it may not."""
    handles: list[Handle] = list(subject.handles)
    if isinstance(subject, Enterprise):
        handles += [handle for position in subject.positions for handle in position.person.handles]
    return list(dict.fromkeys(handle.shown for handle in handles if handle.is_phone))


def _wechats(person: Person) -> list[str]:
    return [handle.value for handle in person.handles if handle.kind is HandleKind.WECHAT]


def _at_firm(read: Callable[[Position], Any]) -> Callable[[Person], Any]:
    """A column of the list of people that is read from the person's first position."""
    return lambda person: read(post) if (post := main_post(person)) else ""


def contact_of(enterprise: Enterprise) -> str:
    """The firm's first contact, and what he is there."""
    position = _first_contact(enterprise)
    return f"{position.person.name} {position.title}".strip() if position else ""


def _common_columns(model: Any) -> list[Column]:
    return [
        Column("next_due", N_("下一步日期"), lambda row: row.next_due_on, "day", sort="next_due"),
        Column("next_step", N_("下一步"), lambda row: row.next_step),
        Column("last_contact", N_("最近联系"), lambda row: row.last_contact_at, "day", sort="last_contact"),
        Column("idle", N_("未联系天数"), idle_days, "number", default=False),
        Column("follow_unit", N_("跟进单位"), lambda row: row.follow_unit.name),
        Column("follower", N_("跟进人"), lambda row: row.follow_user.name if row.follow_user else ""),
        Column("standing", N_("在库状态"), lambda row: row.standing, "state"),
        Column("intent", N_("投资意愿"), lambda row: row.intent, "state", default=False),
        Column("first_unit", N_("首报单位"), lambda row: row.first_report_unit.name),
        Column("first_user", N_("首报人"),
               lambda row: row.first_report_user.name if row.first_report_user else "", default=False),
        Column("first_at", N_("首报时间"), lambda row: row.first_reported_at, "day", sort="first_at"),
        Column("native", N_("籍贯"), lambda row: row.native_place, default=False),
        Column("chamber", N_("商会"), lambda row: row.chamber, default=False),
        Column("chamber_title", N_("商会职务"), lambda row: row.chamber_title, default=False),
        Column("note", N_("备注"), lambda row: row.note, default=False),
        Column("source", N_("数据来源"), lambda row: row.source, default=False),
        Column("legal_ground", N_("处理依据"), lambda row: row.legal_ground, "state", default=False),
    ]  # fmt: skip


def _belongs(row: Any) -> dict[str, Iterable[int | None]]:
    return {
        "units": (row.follow_unit_id, row.first_report_unit_id),
        "owners": (row.follow_user_id, row.first_report_user_id),
    }


# --- acts --------------------------------------------------------------------------------------------------


def _assign_person(record: Any, value: str, user: User) -> None:
    assign(record, record.follow_unit_id, _id(value), actor=user, take_unit=True)


def _assign_unit(record: Any, value: str, user: User) -> None:
    assign(record, _id(value), None, actor=user)


ACTS = (
    BulkAct("assign", N_("指派跟进人"), P.MERCHANT_ASSIGN, _assign_person,
            choices=lambda user: colleague_choices(user, P.MERCHANT_ASSIGN)),
    BulkAct("hand_over", N_("交给单位"), P.MERCHANT_ASSIGN, _assign_unit,
            choices=lambda _user: unit_choices()),
)  # fmt: skip


def _first_steps(new: str) -> Callable[[User], list[tuple[str, str]]]:
    def steps(user: User) -> list[tuple[str, str]]:
        found = []
        if user.may(P.MERCHANT_EDIT):
            found.append((_("新建"), url_for(new)))
        if user.may(P.IMPORT_RUN):
            found.append((_("导入名单"), url_for("imports.index")))
        return found

    return steps


def _alike(model: Any, see: Callable[[User], sa.Select[Any]]) -> dict[str, Any]:
    """What the two lists have in common but their columns."""
    return {
        "sorts": {"name": model.name, "next_due": model.next_due_on, "last_contact": model.last_contact_at,
                  "first_at": model.first_reported_at},
        "default_sort": "-first_at",
        "base": lambda user: loaded(see(user), model),
        "in_bulk": lambda user: loaded_in_bulk(see(user), model),
        "many": True,
        "view_permission": P.MERCHANT_VIEW,
        "export_permission": P.MERCHANT_EXPORT,
        "export_full_permission": P.MERCHANT_EXPORT_FULL,
        "tag_permission": P.MERCHANT_ASSIGN,
        "belongs": _belongs,
        "acts": ACTS,
    }  # fmt: skip


# --- the lists ---------------------------------------------------------------------------------------------


ENTERPRISES = register(ListPage(
    name="enterprises",
    msgid=N_("企业"),
    noun="enterprise",
    model=Enterprise,
    columns=[
        Column("name", N_("名称"), lambda row: row.name, sort="name",
               url=lambda row: url_for("merchants.show", id=row.id)),
        Column("origin", N_("浙商类型"), lambda row: row.origin, "state"),
        Column("region", N_("所在地"), lambda row: row.region),
        Column("direction", N_("招商方向"), lambda row: row.direction, "state"),
        Column("contact", N_("联系人"), contact_of),
        Column("phones", N_("联系电话"), phones_of, "phones"),
        *_common_columns(Enterprise),
        Column("kind", N_("类别"), lambda row: row.kind, "state", default=False),
        Column("uscc", N_("信用代码"), lambda row: row.uscc, "code", default=False),
        Column("industry", N_("行业"), lambda row: row.industry, default=False),
        Column("former", N_("曾用名"), lambda row: listed(one.name for one in row.former_names), default=False,
               options=(selectinload(Enterprise.former_names),)),
        Column("legal_rep", N_("法定代表人"), lambda row: row.legal_representative, default=False),
        Column("address", N_("地址"), lambda row: row.address, default=False),
        Column("business", N_("主营业务"), lambda row: row.main_business, default=False),
    ],
    filters=[
        *_common_filters(Enterprise),
        Filter("direction", N_("招商方向"), **_states(Direction, Enterprise.direction, N_("未填写"))),
        Filter("industry", N_("行业"), kind="choice", choices=_industry_choices, where=_industry_is),
        Filter("kind", N_("类别"), **_states(OrganisationKind, Enterprise.kind)),
        Filter("former", N_("曾用名"), where=lambda value, _user: Enterprise.id.in_(
            sa.select(FormerName.enterprise_id).where(FormerName.name.contains(value[:100], autoescape=True)))),
    ],
    **_alike(Enterprise, visible_to),
    endpoint="merchants.index",
    empty_actions=_first_steps("merchants.new"),
))  # fmt: skip

PEOPLE = register(ListPage(
    name="people",
    msgid=N_("人员"),
    noun="person",
    model=Person,
    columns=[
        Column("name", N_("姓名"), lambda row: row.name, sort="name",
               url=lambda row: url_for("merchants.show_person", id=row.id)),
        Column("companies", N_("任职"), lambda row: listed(
            f"{one.enterprise.name} {one.title}".strip() for one in row.positions)),
        Column("origin", N_("浙商类型"), lambda row: row.origin, "state"),
        Column("region", N_("所在地"), lambda row: row.region),
        Column("phones", N_("联系电话"), phones_of, "phones"),
        *_common_columns(Person),
        Column("address", N_("地址"), lambda row: row.address, default=False),
        Column("company", N_("单位"), _at_firm(lambda post: post.enterprise.name), default=False),
        Column("post", N_("职务"), _at_firm(lambda post: post.title), default=False),
        Column("industry", N_("行业"), _at_firm(lambda post: post.enterprise.industry), default=False),
        Column("business", N_("主营业务"), _at_firm(lambda post: post.enterprise.main_business), default=False),
        Column("wechat", N_("微信"), _wechats, "phones", default=False),
        Column("intent_note", N_("意愿说明"), lambda row: row.intent_note, default=False),
    ],
    filters=_common_filters(Person),
    **_alike(Person, people_visible_to),
    endpoint="merchants.people",
    empty_actions=_first_steps("merchants.new_person"),
))  # fmt: skip
