"""Partners in a list: the book of those one works with. One of the same name is the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from crm.db import db
from crm.lib.words import N_, _
from crm.merchants import identity
from crm.org.models import User
from crm.org.permissions import Permission
from crm.partners import actions, queries
from crm.partners.models import Partner, PartnerKind

from . import naming
from .columns import Columns, Known
from .declaring import Change, Plain, Renew, set_back
from .models import ImportBatch
from .reading import Read, read_all

COLUMNS = Columns((
    Known("name", N_("合作方"), ("合作方", "合作单位", "对方单位", "协作单位", "合作方名称", "name"), example="余杭区经济合作局",
          note=N_("必填，写全称")),
    Known("kind", N_("类型"), ("类型", "合作方类型", "单位类型", "kind"), example="政府", note=N_("可以写“政府、商会、企业”")),
    Known("region", N_("所在地区"), ("所在地区", "地区", "合作地区", "协作地区", "所在地", "region"), example="浙江杭州余杭",
          note=N_("必填，写到市或区县")),
    Known("is_shanhai", N_("山海协作"), ("山海协作", "是否山海协作"), example="是", note=N_("写“是”、√ 或 Y")),
    Known("site", N_("合作载体"), ("合作载体", "合作园区", "共建园区", "载体"), example="柯城-余杭山海协作产业园"),
    Known("enterprise", N_("资源库里的企业或商会"), ("资源库里的企业或商会", "企业名称", "商会名称")),
    Known("liaison", N_("对方联系人"), ("对方联系人", "联系人", "联系人及职务"), example="合作科科长"),
    Known("unit", N_("牵头单位"), ("牵头单位", "责任单位", "对接单位", "我方单位", "unit"), example="区招商局",
          note=N_("空着就算本单位")),
    Known("content", N_("合作内容"), ("合作内容", "内容", "主要内容", "备注", "content"), True, "共建园区，互通企业外迁信息"),
))  # fmt: skip


def read(rows: Sequence[Mapping[str, str]], actor: User) -> list[Read]:
    found = read_all(COLUMNS, rows)
    units = naming.units()
    firms = naming.enterprises({one.line("enterprise") for one in found}, actor)
    for one in found:
        one.errors.clear()
        unit_id = naming.unit_of(
            one, units, actor, Permission.PARTNER_MANAGE, _("只能录入本单位牵头的合作方")
        )
        firm = one.line("enterprise")
        if firm and firm not in firms:
            one.remark("enterprise", _("资源库里没有正好叫“%(name)s”的", name=firm[:60]))
        if not one.line("region"):
            one.lack("region", _("没有填写"))
        one.data = {
            "name": one.line("name", needed=True),
            "kind": one.choice("kind", PartnerKind, PartnerKind.GOVERNMENT),
            "region_code": one.place("region"),
            "is_shanhai": one.yes("is_shanhai"),
            "site": one.line("site"),
            "enterprise_id": firms[firm].id if firm in firms else None,
            "liaison": one.line("liaison"),
            "unit_id": unit_id,
            "owner_id": actor.id if unit_id == actor.unit_id else None,
            "content": one.long("content"),
        }
        one.key = (one.data["name"],)
    _known(found, actor)
    return found


def _known(found: list[Read], actor: User) -> None:
    """Which of them are there; one that another unit works with is not mine to change, and not a second one."""
    for some in identity.chunks(sorted({one.key[0] for one in found} - {""}), naming.CHUNK):
        rows = sa.select(Partner.name, Partner.id).where(Partner.name.in_(some), Partner.ended_on.is_(None))
        there = {row[0]: row[1] for row in db.session.execute(rows)}
        seen = queries.seen_among(actor, list(there.values()))
        for one in found:
            if (id := there.get(one.key[0])) in seen:
                one.same_id = id
            elif id is not None:
                one.fault("name", _("别的单位已经记了这个合作方"))


def create(one: Read, batch: ImportBatch, actor: User) -> tuple[int, dict[str, Any]]:
    return actions.take_up(one.data, actor=actor).id, {}


def _edit(change: Change, actor: User) -> None:
    actions.edit(change.record, change.columns, actor=actor)


PLAIN = Plain(
    read,
    create,
    naming.removal(Partner),
    Renew(
        facts={"region_code": "region", "enterprise_id": "enterprise"}
        | {key: key for key in ("kind", "is_shanhai", "site", "liaison", "content")},
        may=lambda user, partner: partner.is_open and queries.may(user, partner),
        edit=_edit,
        restore=set_back("partner.edited", actions.put_in_index),
        added=frozenset({"content"}),
    ),
)
