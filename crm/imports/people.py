"""People in a list, with the position each holds at a firm of the base."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from crm.audit.trail import record, recording
from crm.db import db
from crm.dedup import Person as PersonRecord
from crm.lib.words import N_, _, listed
from crm.merchants import actions, handles, identity, queries
from crm.merchants.models import Enterprise, Handle, HandleKind, Intent, Origin, Person, Position
from crm.org.models import User
from crm.org.permissions import Permission

from . import naming
from .columns import Columns, Known
from .declaring import Change, Plain, Renew, Words
from .likeness import Finder
from .models import ImportBatch
from .reading import Read, read_all

WAYS = {
    "phones": (HandleKind.MOBILE, HandleKind.LANDLINE, HandleKind.OTHER),
    "wechat": (HandleKind.WECHAT,),
    "email": (HandleKind.EMAIL,),
}
COLUMNS = Columns((
    Known("name", N_("姓名"), ("姓名", "名字", "客商姓名", "联系人", "人员", "name"), example="陈晓岚", note=N_("必填")),
    Known("phones", N_("联系电话"), ("联系电话", "联系方式", "电话", "手机", "手机号", "手机号码", "移动电话", "座机", "phone",
          "mobile"), True, "15400000001", N_("几个之间用分号隔开")),
    Known("wechat", N_("微信"), ("微信", "微信号", "wechat"), True),
    Known("email", N_("邮箱"), ("邮箱", "电子邮箱", "email", "e-mail"), True),
    Known("company", N_("所在企业"), ("所在企业", "工作单位及职务", "单位及职务", "企业名称", "公司", "单位", "工作单位", "任职单位", "公司名称", "单位名称", "company"),
          example="上海衢澜精密机械有限公司", note=N_("库里已有的企业写全称，就会记上任职；没有的写进备注")),
    Known("title", N_("职务"), ("职务", "职位", "title", "position"), example="总经理"),
    Known("native_place", N_("籍贯"), ("籍贯", "祖籍", "原籍", "native_place"), example="浙江衢州柯城"),
    Known("region", N_("所在地"), ("所在地", "现居地", "居住地", "地区", "region"), example="上海市闵行区"),
    Known("origin", N_("浙商类型"), ("浙商类型", "类型", "客商类型", "origin"), example="衢商"),
    Known("chamber", N_("商会"), ("商会", "所属商会", "所在商会", "chamber"), example="上海市衢州商会"),
    Known("chamber_title", N_("商会职务"), ("商会职务", "商会任职"), example="副会长"),
    Known("intent", N_("投资意愿"), ("投资意愿", "投资意向", "回归意愿", "意愿"), example="积极"),
    Known("address", N_("地址"), ("地址", "通讯地址", "住址")),
    Known("source", N_("数据来源"), ("来源", "数据来源", "信息来源", "source")),
    Known("note", N_("备注"), ("备注", "说明", "note", "remark"), True),
))  # fmt: skip


def read(rows: Sequence[Mapping[str, str]], actor: User) -> list[Read]:
    """Somebody of the same name with the same mobile is the same person; whoever is alike is asked about."""
    found = read_all(COLUMNS, rows)
    firms = naming.enterprises({one.line("company") for one in found}, actor)
    digits: dict[int, list[str]] = {}
    for at, one in enumerate(found):
        one.errors.clear()
        one.ways = one.phones("phones")
        digits[at] = [way.digits for way in one.ways if way.digits]
        _read(one, firms, actor)
        if digits[at]:
            one.key = (one.data["name"], *sorted(digits[at]))
        else:
            one.key = (one.data["name"], one.line("company"), one.line("title"), one.data["native_place"])
    known = _known({way.digits for one in found for way in one.ways if way.kind is HandleKind.MOBILE})
    for at, one in enumerate(found):
        same = {known.get((one.data["name"], number)) for number in digits[at]} - {None}
        if len(same) == 1:
            one.same_id = same.pop()
    return found


def _read(one: Read, firms: Mapping[str, Enterprise], actor: User) -> None:
    one.data = {
        "name": one.line("name", needed=True, longest=50),
        "phones": one.line("phones", longest=2_000),
        "wechat": one.line("wechat"),
        "email": one.line("email"),
        "native_place": one.line("native_place"),
        "origin": one.choice("origin", Origin, Origin.OTHER),
        "chamber": one.line("chamber"),
        "chamber_title": one.line("chamber_title"),
        "intent": one.choice("intent", Intent, Intent.UNKNOWN),
        "address": one.line("address"),
        "source": one.line("source"),
        "region_code": one.place("region"),
    }
    for key, parse in (("wechat", handles.wechats_in), ("email", handles.emails_in)):
        try:
            one.ways += parse(one.data[key], key)
        except naming.Refused as refused:
            one.fault(key, refused.message)
    company, title = one.line("company"), one.line("title")
    note = one.long("note")
    firm = firms.get(company) if company else None
    if firm is not None and queries.may(actor, Permission.MERCHANT_EDIT, firm):
        one.links["company"] = firm.id
    elif company or title:
        note = "\n".join(
            part for part in (note, _("任职：%(what)s", what=f"{company} {title}".strip())) if part
        )
        if company:
            one.remark("company", _("库里没有您能修改的“%(name)s”，已写入备注", name=company[:30]))
    one.data["note"] = note


def _known(digits: set[str]) -> dict[tuple[str, str], int]:
    """(name, number) -> the one person who has both; whoever may see them."""
    known: dict[tuple[str, str], int] = {}
    several: set[tuple[str, str]] = set()
    for some in identity.chunks(sorted(digits), 300):
        rows = sa.select(Person.name, Handle.digits, Person.id).join(Handle, Handle.person_id == Person.id)
        for name, number, person_id in db.session.execute(rows.where(Handle.digits.in_(some))):
            if known.setdefault((name, number), person_id) != person_id:
                several.add((name, number))
    return {what: person_id for what, person_id in known.items() if what not in several}


class PeopleFinder(Finder):
    """Rows of a list of people, weighed by the dedup core."""

    def __init__(self) -> None:
        super().__init__("person")

    def look(self, rows: Sequence[tuple[int, Read]], *, base: bool = True) -> None:  # type: ignore[override]
        records = [_record(number, one) for number, one in rows]
        for (_number, one), like in zip(rows, super().look(records, base=base), strict=True):
            one.like = like


def _record(number: int, one: Read) -> PersonRecord:
    return PersonRecord(
        id=number,
        name=one.data["name"],
        phones=tuple(way.value for way in one.ways if way.digits),
        companies=tuple(filter(None, [one.line("company")])),
        native_place=one.data["native_place"],
        chamber=one.data["chamber"],
    )


def _found_by(one: Read) -> dict[str, str]:
    return {"name": one.data["name"], "phones": next((way.digits[-4:] for way in one.ways if way.digits), "")}


def create(one: Read, batch: ImportBatch, actor: User) -> tuple[int, dict[str, Any]]:
    person = actions.create_person(
        {**one.data, "source": one.data["source"] or _("导入：%(name)s", name=batch.file_name[-150:])},
        actor=actor,
    )
    person.import_id = batch.id
    if enterprise_id := one.links.get("company"):
        firm = db.session.get_one(Enterprise, enterprise_id)
        actions.add_position(firm, person, one.line("title"), actor=actor)
    db.session.flush()
    return person.id, {}


# --- those that are there -----------------------------------------------------------------------------------


def _may(user: User, person: Person) -> bool:
    return queries.may(user, Permission.MERCHANT_EDIT, person)


def _new_ways(change: Change) -> list[handles.Way]:
    there = {
        handles.Way(one.kind, one.value, one.digits, one.extension).identity for one in change.record.handles
    }
    return [way for way in change.one.ways if way.identity not in there]


def _position(change: Change) -> Position | None:
    """The one held at the firm that the row names."""
    firm_id = change.one.links.get("company")
    return next((one for one in change.record.positions if one.enterprise_id == firm_id), None)


def _retitles(change: Change, held: Position) -> bool:
    title = change.one.line("title")
    return bool(title) and title != held.title and (change.overwrite or not held.title)


def _more(change: Change) -> Words:
    told: Words = {}
    fresh = _new_ways(change)
    for key, kinds in WAYS.items():
        if added := [way.value for way in fresh if way.kind in kinds]:
            told[key] = ["", listed("+ " + value for value in added)]
    if (firm_id := change.one.links.get("company")) is None:
        return told
    held, title = _position(change), change.one.line("title")
    if held is None:
        firm = db.session.get_one(Enterprise, firm_id)
        told["company"] = ["", "+ " + f"{firm.name} {title}".strip()]
    elif _retitles(change, held):
        told["title"] = [held.title, title]
    return told


def _edit(change: Change, actor: User) -> dict[str, Any]:
    person, one = change.record, change.one
    ways = _new_ways(change)
    data = {
        key: "；".join(
            " 转 ".join(filter(None, (way.value, way.extension))) for way in ways if way.kind in kinds
        )
        for key, kinds in WAYS.items()
    }
    columns = {key: value for key, value in change.columns.items() if value is not None}
    actions.edit(person, {"name": person.name, **columns, **data}, actor=actor)
    effects: dict[str, Any] = {
        "ways": [[way.kind.value, way.value, way.digits, way.extension] for way in ways]
    }
    if firm_id := one.links.get("company"):
        held, title = _position(change), one.line("title")
        if held is None:
            firm = db.session.get_one(Enterprise, firm_id)
            actions.add_position(firm, person, title, actor=actor)
            effects["position"] = firm_id
        elif _retitles(change, held):
            effects["title"] = [firm_id, held.title, title]
            _retitle(held, title, actor)
    return effects


def _retitle(held: Position, title: str, actor: User) -> None:
    was, held.title = held.title, title
    said = [f"{held.person.name} {one}".strip() for one in (was, title)]
    record("enterprise.edited", held.enterprise, actor=actor, changes={"person": said})


def _restore(person: Person, before: dict[str, Any], more: Any, actor: User) -> None:
    added = {tuple(way) for way in more.get("ways", ())}
    with recording("person.edited", person, actor=actor):
        for column, value in before.items():
            setattr(person, column, value)
        if "region_code" in before:
            person.region_prefix = before["region_code"][:4]
        person.handles = [
            one
            for one in person.handles
            if (one.kind.value, one.value, one.digits, one.extension) not in added
        ]
    for held in list(person.positions):
        if held.enterprise_id == more.get("position"):
            actions.end_position(held, actor=actor)
        elif more.get("title") and [held.enterprise_id, held.title] == [more["title"][0], more["title"][2]]:
            _retitle(held, more["title"][1], actor)
    identity.refresh_many("enterprise", [held.enterprise_id for held in person.positions])
    identity.refresh(person)


def remove(
    ids: Sequence[int], effects: Mapping[int, dict[str, Any]], batch: ImportBatch, actor: User
) -> None:
    held = db.session.execute(
        sa.select(Position.enterprise_id, Person.name).join(Person, Position.person_id == Person.id)
        .where(Person.id.in_(ids))
    ).all()  # fmt: skip
    identity.forget("person", ids)
    naming.drop_suspects("person", ids)
    db.session.execute(sa.delete(Person).where(Person.id.in_(ids)), execution_options=naming.QUIETLY)
    db.session.expire_all()
    for enterprise_id, name in held:
        firm = db.session.get_one(Enterprise, enterprise_id)
        record("enterprise.person_removed", firm, actor=actor, changes={"person": [name, None]})
    identity.refresh_many("enterprise", {enterprise_id for enterprise_id, _name in held})


PLAIN = Plain(
    read,
    create,
    remove,
    Renew(
        facts={
            "native_place": "native_place", "origin": "origin", "chamber": "chamber",
            "chamber_title": "chamber_title", "intent": "intent", "address": "address", "source": "source",
            "region_code": "region", "note": "",
        },
        may=_may,
        edit=_edit,
        restore=_restore,
        added=frozenset({"note"}),
        empty=frozenset({Origin.OTHER, Intent.UNKNOWN}),
        more=_more,
    ),
    finder=PeopleFinder,
    found_by=_found_by,
)  # fmt: skip
