"""Parcels of land in a list, as offices keep them. A parcel has its name once in the district; how it goes on from the
state it comes in with is told on its page, step by step, and never by a list.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from crm.db import db
from crm.land import actions, queries
from crm.land.models import Parcel
from crm.land.states import ParcelState
from crm.lib import clock
from crm.lib.words import N_, _
from crm.merchants import identity
from crm.org.models import User
from crm.org.permissions import Permission

from . import naming
from .columns import Columns, Known
from .declaring import Change, Plain, Renew, set_back
from .models import ImportBatch
from .reading import Read, read_all

COLUMNS = Columns((
    Known("name", N_("地块"), ("地块", "地块名称", "宗地名称", "宗地", "名称", "parcel"), example="东港三路北侧地块", note=N_("必填，全区不重名")),
    Known("mu", N_("面积"), ("面积", "面积（亩）", "土地面积", "用地面积", "亩数", "mu"), example="59", note=N_("必填，亩")),
    Known("state", N_("状态"), ("状态", "土地状态", "处置状态", "闲置类型", "state"), example="供而未用",
          note=N_("可以写“批而未征、征而未供、供而未用、已用”，空着算批而未征")),
    Known("since_on", N_("从哪天起"), ("从哪天起", "起始日期", "批准日期", "供地日期", "认定日期", "since"), example="2011-03-12",
          note=N_("必填，从哪天起是这个状态")),
    Known("place", N_("位置"), ("位置", "坐落", "地块位置", "地点", "place"), example="东港三路北"),
    Known("land_use", N_("规划用途"), ("规划用途", "用途", "土地用途", "用地性质"), example="工业用地"),
    Known("measure", N_("盘活措施"), ("盘活措施", "处置措施", "措施", "处置意见", "measure"), example="收储"),
    Known("unit", N_("管理单位"), ("管理单位", "责任单位", "所在乡镇", "单位", "unit"), example="区招商局", note=N_("空着就算本单位")),
    Known("note", N_("备注"), ("备注", "说明", "note"), True),
), needed=("name",))  # fmt: skip
ALSO_SAID = {"已批未征": "批而未征", "已征未供": "征而未供", "已供未用": "供而未用", "闲置": "供而未用"}


def read(rows: Sequence[Mapping[str, str]], actor: User) -> list[Read]:
    found = read_all(COLUMNS, rows)
    units = naming.units()
    for one in found:
        one.errors.clear()
        said = one.line("state")
        one.said = {**one.said, "state": ALSO_SAID.get(said, said)}
        _read(one, units, actor)
    there: dict[str, Parcel] = {}
    for some in identity.chunks(sorted({one.key[0] for one in found} - {""}), naming.CHUNK):
        same = db.session.scalars(sa.select(Parcel).where(Parcel.name.in_(some)))
        there |= {parcel.name: parcel for parcel in same}
    for one in found:
        parcel = there.get(one.key[0])
        one.same_id = parcel.id if parcel else None
        if parcel and one.gives("state") and one.data["state"] is not parcel.state:
            one.remark("state", _("状态请在地块的页面上推进，名单不改"))
    return found


def _read(one: Read, units: Mapping[str, int], actor: User) -> None:
    name = one.line("name", needed=True)
    mu = one.number("mu")
    if mu is not None and mu <= 0:
        one.fault("mu", _("面积要大于零"))
    since_on = one.day("since_on")
    if since_on and since_on > clock.today():
        one.fault("since_on", _("这一天还没有到"))
    for key in ("mu", "since_on"):
        one.line(key, to_create=True)
    unit_id = naming.unit_of(one, units, actor, Permission.LAND_MANAGE, _("只能登记本单位管理的地块"))
    one.data = {
        "name": name, "mu": mu, "since_on": since_on, "unit_id": unit_id, "note": one.long("note"),
        "state": one.choice("state", ParcelState, ParcelState.APPROVED),
        **{key: one.line(key) for key in ("place", "land_use", "measure")},
    }  # fmt: skip
    one.key = (name,)


def create(one: Read, batch: ImportBatch, actor: User) -> tuple[int, dict[str, Any]]:
    return actions.enter(one.data, actor=actor).id, {}


def _edit(change: Change, actor: User) -> None:
    actions.edit(change.record, {"name": change.record.name, **change.columns}, actor=actor)


PLAIN = Plain(
    read,
    create,
    naming.removal(Parcel),
    Renew(
        facts={key: key for key in ("mu", "place", "land_use", "measure", "note")},
        may=lambda user, parcel: queries.may_manage(user, parcel.unit_id),
        edit=_edit,
        restore=set_back("parcel.edited", actions.put_in_index),
        added=frozenset({"note"}),
    ),
)
