"""Commitments in a list, as units keep them in sheets. What became of them is never imported: others confirm that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from crm.db import db
from crm.lib import clock
from crm.lib.words import N_, _
from crm.merchants import identity
from crm.org.models import User
from crm.org.permissions import Permission
from crm.supervision.commitments import actions
from crm.supervision.commitments.models import Commitment

from . import naming
from .columns import Columns, Known
from .declaring import Plain
from .models import ImportBatch
from .reading import Read, read_all

COLUMNS = Columns((
    Known("name", N_("承诺事项"), ("承诺事项", "承诺内容", "承诺", "事项", "name"), example="8 月底前供电到厂区红线", note=N_("必填")),
    Known("unit", N_("承诺单位"), ("承诺单位", "责任单位", "牵头单位", "单位", "unit"), example="区招商局",
          note=N_("空着就算本单位")),
    Known("post", N_("承诺人职务"), ("承诺人职务", "承诺人", "责任人", "承诺领导", "post"), example="局长"),
    Known("to_whom", N_("向谁承诺"), ("向谁承诺", "承诺对象", "企业", "项目业主", "to_whom"), example="某新材料公司", note=N_("必填")),
    Known("occasion", N_("场合或文件"), ("场合或文件", "承诺场合", "来源", "依据", "文件", "occasion"), example="7 月 10 日现场办公会"),
    Known("promised_on", N_("承诺日期"), ("承诺日期", "承诺时间", "日期", "promised_on"), example="2013-07-10", note=N_("必填")),
    Known("due_on", N_("兑现期限"), ("兑现期限", "兑现时限", "完成时限", "完成时间", "期限", "due_on"), example="2013-08-31", note=N_("必填")),
    Known("content", N_("具体内容"), ("具体内容", "具体要求", "备注", "content"), True, "10 千伏专线一回"),
), needed=("name", "due_on"))  # fmt: skip


def read(rows: Sequence[Mapping[str, str]], actor: User) -> list[Read]:
    """The same promise of the same unit for the same day is the same."""
    found = read_all(COLUMNS, rows)
    units = naming.units()
    for one in found:
        one.errors.clear()
        unit_id = naming.unit_of(one, units, actor, Permission.SUPERVISION_ANSWER, _("只能登记本单位的承诺"))
        promised_on, due_on = _day(one, "promised_on"), _day(one, "due_on")
        if promised_on and promised_on > clock.today():
            one.fault("promised_on", _("承诺日期不能晚于今天"))
        if promised_on and due_on and due_on < promised_on:
            one.fault("due_on", _("兑现期限不能早于承诺日期"))
        one.data = {
            "name": one.line("name", needed=True),
            "unit_id": unit_id,
            "post": one.line("post"),
            "to_whom": one.line("to_whom", needed=True),
            "occasion": one.line("occasion"),
            "promised_on": promised_on,
            "due_on": due_on,
            "content": one.long("content"),
        }
        one.key = (one.data["name"], str(unit_id), str(due_on))
    there: dict[tuple[str, str, str], int] = {}
    for some in identity.chunks(sorted({one.key[0] for one in found} - {""}), naming.CHUNK):
        same = sa.select(Commitment.name, Commitment.unit_id, Commitment.due_on, Commitment.id)
        for name, unit_id, due_on, id in db.session.execute(same.where(Commitment.name.in_(some))):
            there[name, str(unit_id), str(due_on)] = id
    for one in found:
        one.same_id = there.get(one.key)
    return found


def _day(one: Read, key: str) -> Any:
    if not one.line(key):
        one.lack(key, _("没有填写"))
    return one.day(key)


def create(one: Read, batch: ImportBatch, actor: User) -> tuple[int, dict[str, Any]]:
    return actions.register(one.data, actor=actor).id, {}


PLAIN = Plain(read, create, naming.removal(Commitment))
