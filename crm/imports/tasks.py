"""Work tasks (经济工作项目化) in a list, a row for a task with its five and, if it has one, its first indicator. They come in
as drafts: issuing is an act of its own, and so is giving parts to units and people."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from crm.audit.models import Event
from crm.db import db
from crm.indicators import catalogue
from crm.indicators.progress import month_end
from crm.lib import clock
from crm.lib.dates import parse_month
from crm.lib.errors import Refused
from crm.lib.words import N_, _
from crm.merchants import identity
from crm.org import queries as org
from crm.org.models import User
from crm.org.permissions import Permission
from crm.targets import actions, queries
from crm.targets.models import Target, WorkTask

from . import naming
from .columns import Columns, Known
from .declaring import Change, Plain, Renew, set_back
from .models import ImportBatch
from .reading import Read, read_all

_YEAR = re.compile(r"(20\d\d)\s*年?(?:度)?", re.ASCII)

COLUMNS = Columns((
    Known("name", N_("任务名称"), ("任务名称", "任务", "工作任务", "重点工作", "工作项目", "目标任务", "name"), example="2013年产业招商",
          note=N_("必填")),
    Known("unit", N_("牵头单位"), ("牵头单位", "责任单位", "主办单位", "单位", "unit"), example="区招商局", note=N_("空着就算本单位")),
    Known("owner", N_("责任人"), ("责任人", "责任领导", "负责人", "牵头领导", "owner"), example="陈主任", note=N_("有账号的人的姓名")),
    Known("first", N_("从哪个月"), ("从哪个月", "开始月份", "起始月份", "年度", "年份", "first"), example="2013-01",
          note=N_("空着就是今年一月；只写年份就是全年")),
    Known("last", N_("到哪个月"), ("到哪个月", "完成月份", "结束月份", "完成时限", "期限", "last"), example="2013-12",
          note=N_("空着就到那一年的十二月")),
    Known("goal", N_("工作目标"), ("目标", "工作目标", "任务目标", "目标要求", "goal"), True, "引进亿元以上项目 8 个以上"),
    Known("focus", N_("工作重点"), ("重点", "工作重点", "重点内容", "focus"), True, "十亿元以上的大项目"),
    Known("measures", N_("工作措施"), ("措施", "工作措施", "主要措施", "measures"), True, "区领导带团上门招商"),
    Known("schedule", N_("进度安排"), ("进度", "进度安排", "时间进度", "进度要求", "schedule"), True, "半年过半，年底全部完成"),
    Known("document_no", N_("文号"), ("文号", "文件", "下达文号", "document_no"), example="示例发〔2013〕21号"),
    Known("indicator", N_("指标"), ("指标", "指标名称", "考核指标", "indicator"), example="5亿元以上签约项目",
          note=N_("写指标比较页上的名称；还有别的指标的，导入后在任务页上加")),
    Known("target_wan", N_("目标值"), ("目标值", "目标数", "年度目标", "指标值", "target"), example="3", note=N_("金额不写单位算万元")),
    Known("stretch_wan", N_("力争目标"), ("力争目标", "力争值", "奋斗目标", "stretch")),
))  # fmt: skip


def read(rows: Sequence[Mapping[str, str]], actor: User) -> list[Read]:
    """A task of the same name and the same months is the same."""
    found = read_all(COLUMNS, rows)
    units, people = naming.units(), _people(actor)
    indicators = {label: key for key, label in catalogue.choices(actor)}
    for one in found:
        one.errors.clear()
        _read(one, units, people, actor)
        _measure(one, indicators)
    there: dict[tuple[Any, ...], int] = {}
    mine = queries.visible_to(actor).with_only_columns(
        WorkTask.name, WorkTask.first_on, WorkTask.last_on, WorkTask.id
    )
    for some in identity.chunks(sorted({one.key[0] for one in found} - {""}), naming.CHUNK):
        for name, first_on, last_on, id in db.session.execute(mine.where(WorkTask.name.in_(some))):
            there[name, first_on, last_on] = id
    for one in found:
        one.same_id = there.get(one.key)
    return found


def _people(actor: User) -> dict[str, int]:
    """Whom the form of a task offers as 责任人, by name alone; a name that two of them bear names neither."""
    offered = [*org.colleague_choices(actor, Permission.TARGET_MANAGE), *org.leader_choices()]
    named = [(label.partition("（")[0], id) for id, label in offered]
    names = [name for name, _id in named]
    return {name: id for name, id in named if names.count(name) == 1}


def _read(one: Read, units: Mapping[str, int], people: Mapping[str, int], actor: User) -> None:
    owner = one.line("owner")
    if owner and owner not in people:
        one.remark("owner", _("没有您能选的“%(name)s”，导入后请选责任人", name=owner[:20]))
    first = _month(one, "first", clock.today().replace(month=1, day=1), 1)
    last = _month(one, "last", first.replace(month=12), 12)
    if last < first:
        one.fault("last", _("结束月份早于开始月份"))
    one.data = {
        "name": one.line("name", needed=True),
        "unit_id": naming.unit_of(one, units, actor, Permission.TARGET_MANAGE, _("只能草拟本单位牵头的任务")),
        "owner_id": people.get(owner),
        "first_month": first,
        "last_month": last,
        "document_no": one.line("document_no"),
        **{key: one.long(key) for key in ("goal", "focus", "measures", "schedule")},
    }
    one.key = (one.data["name"], first, month_end(last))


def _month(one: Read, key: str, blank: dt.date, of_a_year: int) -> dt.date:
    text = one.line(key)
    if not text:
        return blank
    if year := _YEAR.fullmatch(text):
        return dt.date(int(year[1]), of_a_year, 1)
    try:
        return parse_month(text)
    except Refused as refused:
        one.fault(key, refused.message)
        return blank


def _measure(one: Read, indicators: Mapping[str, str]) -> None:
    name, amount, stretch = one.line("indicator"), one.wan("target_wan"), one.wan("stretch_wan")
    one.data |= {"indicator": indicators.get(name, ""), "amount": amount, "stretch": stretch}
    if name and name not in indicators:
        one.fault("indicator", _("没有您能用的指标“%(name)s”", name=name[:30]))
    if name and not one.line("target_wan"):
        one.fault("target_wan", _("没有填写"))
    if not name and (amount is not None or stretch is not None):
        one.fault("indicator", _("有目标值就要写是哪个指标"))
    if amount is not None and amount <= 0:
        one.fault("target_wan", _("目标要大于零"))
    if amount is not None and stretch is not None and stretch < amount:
        one.fault("stretch_wan", _("力争目标不能小于目标"))


def create(one: Read, batch: ImportBatch, actor: User) -> tuple[int, dict[str, Any]]:
    task = actions.draft(one.data, actor=actor)
    if one.data["indicator"]:
        asked = {key: one.data[key] for key in ("indicator", "amount", "stretch")}
        actions.add(task, asked, actor=actor)
    return task.id, {}


def _edit(change: Change, actor: User) -> None:
    actions.edit(change.record, change.columns, _("随名单更新"), actor=actor)


def _worked_on(task_id: int) -> set[int]:
    """The task itself, where somebody has set or split a target of it since: then it stays."""
    targets = sa.select(Target.id).where(Target.task_id == task_id)
    acts = sa.select(Event.changes).where(Event.noun == queries.TARGET, Event.record_id.in_(targets))
    return {task_id} if any("import_id" not in changes for changes in db.session.scalars(acts)) else set()


PLAIN = Plain(
    read,
    create,
    naming.removal(WorkTask),
    Renew(
        facts={"owner_id": "owner"}
        | {key: key for key in ("goal", "focus", "measures", "schedule", "document_no")},
        may=queries.may_manage,
        edit=_edit,
        restore=set_back("work_task.edited", actions.put_in_index),
    ),
    leaning=_worked_on,
)
