"""Leads in a list. Reported by whoever brings the list: who reported first is the server's word."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from crm.db import db
from crm.leads import actions
from crm.leads import queries as leads
from crm.leads.models import Lead, LeadSource
from crm.lib.words import N_
from crm.merchants import identity
from crm.merchants.models import Direction
from crm.org.models import User
from crm.search import index

from . import naming
from .columns import Columns, Known
from .models import ImportBatch
from .reading import Read, read_all

COLUMNS = Columns((
    Known("title", N_("线索标题"), ("线索标题", "线索名称", "信息标题", "标题", "项目名称", "投资意向", "title"),
          example="衢澜精密拟投资建设阀门生产线", note=N_("必填，一句话：谁、想投什么")),
    Known("company", N_("企业名称"), ("企业名称", "公司名称", "投资方", "投资方名称", "公司", "企业", "单位名称", "客商", "company"),
          example="上海衢澜精密机械有限公司", note=N_("必填")),
    Known("contact_name", N_("联系人"), ("联系人", "对接人", "姓名", "contact"), example="陈晓岚"),
    Known("contact_phone", N_("联系电话"), ("联系电话", "联系方式", "电话", "手机", "phone"), example="15400000001"),
    Known("source", N_("来源"), ("来源", "信息来源", "线索来源", "source"), example="商会推荐",
          note=N_("可以写“浙商（衢商）推荐、商会推荐、展会论坛、企业来电来访、网络公开信息、干部走访、其他”")),
    Known("planned_wan", N_("意向总投资"), ("意向总投资", "总投资", "投资额", "拟投资额", "计划投资", "投资规模", "investment"),
          example="1.2亿", note=N_("不写单位算万元")),
    Known("land_mu", N_("用地"), ("用地", "用地面积", "用地需求", "亩数"), note=N_("亩")),
    Known("direction", N_("招商方向"), ("招商方向", "产业方向", "产业类别", "方向"), example="先进制造业"),
    Known("region", N_("企业所在地"), ("企业所在地", "所在地", "地区", "region"), example="上海市"),
    Known("content", N_("情况"), ("情况", "情况说明", "内容", "项目内容", "主要内容", "备注", "content"), True),
), needed=("title",))  # fmt: skip


def read(rows: Sequence[Mapping[str, str]], actor: User) -> list[Read]:
    """A lead of the same company under the same title is there already."""
    found = read_all(COLUMNS, rows)
    firms = naming.enterprises({one.line("company") for one in found}, actor)
    for one in found:
        one.errors.clear()
        one.wrong.clear()
        company = one.line("company", needed=True)
        one.data = {
            "title": one.line("title", needed=True),
            "company": company,
            "enterprise_id": firms[company].id if company in firms else None,
            "contact_name": one.line("contact_name", longest=50),
            "contact_phone": "、".join(way.value for way in one.phones("contact_phone"))[:200],
            "source": one.choice("source", LeadSource, LeadSource.OTHER),
            "planned_wan": one.wan("planned_wan"),
            "land_mu": one.number("land_mu"),
            "direction": one.choice("direction", Direction, None),
            "region_code": one.place("region"),
            "content": one.long("content"),
        }
        one.key = (one.data["title"], company)
    there: dict[tuple[Any, ...], int] = {}
    for some in identity.chunks(sorted({one.data["title"] for one in found} - {""}), naming.CHUNK):
        for lead in db.session.scalars(leads.visible_to(actor).where(Lead.title.in_(some)).order_by(None)):
            there[lead.title, lead.company] = lead.id
    for one in found:
        one.same_id = there.get(one.key)
    return found


def create(one: Read, batch: ImportBatch, actor: User) -> tuple[int, dict[str, Any]]:
    return actions.report(one.data, actor=actor).id, {}


def remove(
    ids: Sequence[int], effects: Mapping[int, dict[str, Any]], batch: ImportBatch, actor: User
) -> None:
    index.remove("lead", ids)
    db.session.execute(sa.delete(Lead).where(Lead.id.in_(ids)), execution_options=naming.QUIETLY)
    db.session.expire_all()
