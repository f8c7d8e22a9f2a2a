"""People in a list, with the position each holds at a firm of the base."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from crm.audit.trail import record
from crm.db import db
from crm.lib.words import N_, _
from crm.merchants import actions, handles, identity, queries
from crm.merchants.models import Enterprise, Handle, Intent, Origin, Person, Position
from crm.org.models import User
from crm.org.permissions import Permission

from . import naming
from .columns import Columns, Known
from .models import ImportBatch
from .reading import Read, read_all

COLUMNS = Columns((
    Known("name", N_("姓名"), ("姓名", "名字", "客商姓名", "联系人", "人员", "name"), example="陈晓岚", note=N_("必填")),
    Known("phones", N_("联系电话"), ("联系电话", "联系方式", "电话", "手机", "手机号", "手机号码", "移动电话", "座机", "phone",
          "mobile"), True, "15400000001", N_("几个之间用分号隔开")),
    Known("wechat", N_("微信"), ("微信", "微信号", "wechat"), True),
    Known("email", N_("邮箱"), ("邮箱", "电子邮箱", "email", "e-mail"), True),
    Known("company", N_("所在企业"), ("所在企业", "企业名称", "公司", "单位", "工作单位", "任职单位", "公司名称", "单位名称", "company"),
          example="上海衢澜精密机械有限公司", note=N_("库里已有的企业写全称，就会记上任职；没有的写进备注")),
    Known("title", N_("职务"), ("职务", "职位", "title", "position"), example="总经理"),
    Known("native_place", N_("籍贯"), ("籍贯", "祖籍", "原籍", "native_place"), example="浙江衢州柯城"),
    Known("region", N_("所在地"), ("所在地", "现居地", "居住地", "地区", "region"), example="上海市闵行区"),
    Known("origin", N_("浙商类型"), ("浙商类型", "客商类型", "origin"), example="衢商"),
    Known("chamber", N_("商会"), ("商会", "所属商会", "所在商会", "chamber"), example="上海市衢州商会"),
    Known("chamber_title", N_("商会职务"), ("商会职务", "商会任职"), example="副会长"),
    Known("intent", N_("投资意愿"), ("投资意愿", "投资意向", "回归意愿", "意愿"), example="积极"),
    Known("address", N_("地址"), ("地址", "通讯地址", "住址")),
    Known("source", N_("数据来源"), ("来源", "数据来源", "信息来源", "source")),
    Known("note", N_("备注"), ("备注", "说明", "note", "remark"), True),
))  # fmt: skip


def read(rows: Sequence[Mapping[str, str]], actor: User) -> list[Read]:
    """Somebody whose name and number are there already may be the same person."""
    found = read_all(COLUMNS, rows)
    firms = naming.enterprises({one.line("company") for one in found}, actor)
    digits: dict[int, list[str]] = {}
    for at, one in enumerate(found):
        one.errors.clear()
        one.wrong.clear()
        ways = one.phones("phones")
        digits[at] = [way.digits for way in ways if way.digits]
        _read(one, firms, actor)
        if digits[at]:
            one.key = (one.data["name"], *sorted(digits[at]))
        else:
            one.key = (one.data["name"], one.line("company"), one.line("title"), one.data["native_place"])
    known = _known({number for each in digits.values() for number in each}, actor)
    for at, one in enumerate(found):
        for number in digits[at]:
            if person_id := known.get((one.data["name"], number)):
                one.like_id, one.why = person_id, _("同名同电话")
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
            parse(one.data[key], key)
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


def _known(digits: set[str], actor: User) -> dict[tuple[str, str], int]:
    known: dict[tuple[str, str], int] = {}
    mine = queries.people_visible_to(actor).with_only_columns(Person.id).order_by(None)
    for some in identity.chunks(sorted(digits), 300):
        rows = sa.select(Person.name, Handle.digits, Person.id).join(Handle, Handle.person_id == Person.id)
        for name, number, person_id in db.session.execute(
            rows.where(Handle.digits.in_(some), Person.id.in_(mine))
        ):
            known[name, number] = person_id
    return known


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
