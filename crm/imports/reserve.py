"""Planned projects in a list. One of the same name is the same, whoever planned it: one project counts once."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from crm.db import db
from crm.lib import clock
from crm.lib.words import N_, _
from crm.merchants import identity
from crm.merchants.models import Direction
from crm.org.models import User
from crm.org.permissions import Permission
from crm.reserve import actions, queries
from crm.reserve.models import Depth, PlanWay, ReserveItem, name_key

from . import naming
from .columns import Columns, Known
from .declaring import Change, Plain, Renew, set_back
from .models import ImportBatch
from .reading import Read, read_all

_YEAR = re.compile(r"(20\d\d)\s*年?(?:度)?", re.ASCII)
TURNED = "已转招商"

COLUMNS = Columns((
    Known("name", N_("名称"), ("项目名称", "项目", "谋划项目", "储备项目", "name"), example="衢化片区新材料产业园", note=N_("必填，全区不重名")),
    Known("unit", N_("谋划单位"), ("谋划单位", "储备单位", "责任单位", "申报单位", "单位", "unit"), example="区招商局",
          note=N_("空着就算本单位")),
    Known("year", N_("谋划年度"), ("谋划年度", "年度", "年份", "谋划年份", "year"), example="2013", note=N_("空着就算今年")),
    Known("planned_wan", N_("谋划总投资"), ("谋划总投资", "总投资", "投资额", "估算投资", "计划总投资", "投资估算", "invest_wan"),
          example="1.2亿", note=N_("必填，不写单位算万元")),
    Known("way", N_("谋划方式"), ("谋划方式", "谋划途径", "method", "way"), example="立足产业规划",
          note=N_("可以写“立足产业规划、围绕政策导向、依托资源开发”")),
    Known("depth", N_("前期深度"), ("前期深度", "深度", "前期工作深度", "工作深度", "maturity"), example="方案",
          note=N_("可以写“概念、方案、可研、前期”")),
    Known("direction", N_("招商方向"), ("招商方向", "产业方向", "产业类别", "方向"), example="先进制造业"),
    Known("city_registered_on", N_("市级入库日期"), ("市级入库日期", "入库日期", "入库时间", "列入市级储备库时间"), example="2013-05-10"),
    Known("city_number", N_("市级入库编号"), ("市级入库编号", "入库编号", "市级编号", "储备库编号"), example="衢储2013-018"),
    Known("content", N_("项目内容"), ("项目内容", "建设内容", "主要建设内容", "建设规模及内容", "主要内容", "备注", "content"), True,
          "建标准厂房 6 万平方米"),
))  # fmt: skip


def read(rows: Sequence[Mapping[str, str]], actor: User) -> list[Read]:
    found = read_all(COLUMNS, rows)
    units = naming.units()
    for one in found:
        one.errors.clear()
        unit_id = naming.unit_of(one, units, actor, Permission.RESERVE_EDIT, _("只能录入本单位谋划的项目"))
        if one.line("depth") == TURNED:
            one.remark("depth", _("导入后请在项目页关联招商项目"))
            one.said = {**one.said, "depth": ""}
        registered_on = one.day("city_registered_on")
        if registered_on and registered_on > clock.today():
            one.fault("city_registered_on", _("入库日期还没有到"))
        number = one.line("city_number")
        if number and registered_on is None:
            one.lack("city_registered_on", _("列入市级储备库的，请填写入库日期"))
        name = one.line("name", needed=True)
        if name and not name_key(name):
            one.fault("name", _("项目名称里要有字"))
        if not one.line("planned_wan"):
            one.lack("planned_wan", _("没有填写"))
        one.data = {
            "name": name,
            "unit_id": unit_id,
            "year": _year(one),
            "planned_wan": one.wan("planned_wan"),
            "way": one.choice("way", PlanWay, PlanWay.INDUSTRY),
            "depth": one.choice("depth", Depth, Depth.CONCEPT),
            "direction": one.choice("direction", Direction, None),
            "in_city": bool(number or registered_on),
            "city_registered_on": registered_on,
            "city_number": number,
            "content": one.long("content"),
        }
        one.key = (name_key(name),)
    there: dict[str, int] = {}
    for some in identity.chunks(sorted({one.key[0] for one in found} - {""}), naming.CHUNK):
        same = sa.select(ReserveItem.name_key, ReserveItem.id).where(ReserveItem.name_key.in_(some))
        there |= dict(db.session.execute(same).all())  # type: ignore[arg-type]
    for one in found:
        one.same_id = there.get(one.key[0])
    return found


def _year(one: Read) -> int:
    text = one.line("year")
    if not text:
        return clock.today().year
    told = _YEAR.fullmatch(text)
    if told is None:
        one.fault("year", _("年度请写成 2013 的样子"))
        return clock.today().year
    return int(told[1])


def create(one: Read, batch: ImportBatch, actor: User) -> tuple[int, dict[str, Any]]:
    return actions.plan(one.data, actor=actor).id, {}


def _edit(change: Change, actor: User) -> None:
    actions.edit(change.record, change.columns, actor=actor)


PLAIN = Plain(
    read,
    create,
    naming.removal(ReserveItem),
    Renew(
        facts={"in_city": "city_registered_on"} | {key: key for key in ("year", "planned_wan", "way", "depth", "direction", "city_registered_on",
                                    "city_number", "content")},
        may=queries.may_edit,
        edit=_edit,
        restore=set_back("reserve_item.edited", actions.put_in_index),
        added=frozenset({"content"}),
    ),
)  # fmt: skip
