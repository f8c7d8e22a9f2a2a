"""Key projects in a list, with the milestones that stand in the same row. Each is made by the verbs of its page: the
status is walked day by day, a sheet cannot jump it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from crm.db import db
from crm.deals.models import Deal
from crm.delivery import actions, queries
from crm.delivery.models import KeyProject
from crm.delivery.status import STARTED, BuildKind, NodeKind, Status
from crm.lib import clock
from crm.lib.words import N_, _
from crm.merchants import identity
from crm.merchants.models import Direction
from crm.org import queries as org
from crm.org.models import User
from crm.org.permissions import Permission

from . import naming
from .columns import Columns, Known
from .declaring import Change, Plain, Renew, set_back
from .models import ImportBatch
from .reading import Read, read_all

COLUMNS = Columns((
    Known("name", N_("项目名称"), ("项目名称", "项目", "name"), example="石华线改建工程", note=N_("必填；同名的算同一个项目")),
    Known("build_kind", N_("建设性质"), ("建设性质", "新建续建", "新续建", "build_type"), example="新建", note=N_("新建、续建；算本年的")),
    Known("year_planned", N_("年度计划投资"), ("年度计划投资", "本年计划投资", "年度计划", "计划投资", "年度投资计划", "plan_wan"),
          example="6500", note=N_("不写单位算万元")),
    Known("year_done", N_("年度完成投资"), ("年度完成投资", "本年完成投资", "完成投资", "累计完成", "done_wan"), example="1200"),
    Known("planned_wan", N_("计划总投资"), ("计划总投资", "总投资", "投资总额", "概算总投资"), example="1.8亿"),
    Known("content", N_("建设内容"), ("建设内容", "建设规模", "建设规模及内容", "主要建设内容", "项目内容", "content")),
    Known("place", N_("建设地点"), ("建设地点", "建设地址", "地点", "place")),
    Known("direction", N_("产业方向"), ("产业方向", "招商方向", "产业类别", "direction")),
    Known("productive", N_("适用投产"), ("适用投产", "是否投产"), note=N_("道路、学校、安置房等写“否”")),
    Known("leader", N_("挂联领导"), ("挂联领导", "联系领导", "责任领导", "分管领导", "区领导", "leader_role"), note=N_("区领导账户的姓名")),
    Known("unit", N_("责任单位"), ("责任单位", "牵头单位", "主管单位", "responsible_unit"), note=N_("空着算本单位")),
    Known("task_force", N_("工作专班"), ("工作专班", "专班", "工作班子", "work_team")),
    Known("task_force_members", N_("专班成员"), ("专班成员", "班子成员"), True),
    Known("owner_body", N_("项目业主"), ("项目业主", "业主", "业主单位", "建设单位", "项目主体", "owner_body")),
    Known("deal", N_("招商项目"), ("招商项目", "对应招商项目"), note=N_("由招商项目落地的，写它的全称")),
    Known("person", N_("责任人"), ("责任人", "项目责任人", "节点责任人")),
    Known("signed_on", N_("责任书签订日期"), ("责任书签订日期", "签订日期", "责任书签订时间")),
    Known("status", N_("状态"), ("状态", "项目状态", "目前状态", "status"), note=N_("要和实际时间对得上；只写实际时间也可以")),
    Known("start_plan", N_("计划开工"), ("计划开工", "计划开工时间", "拟开工时间", "start_plan"), example="2099-08-31"),
    Known("start_actual", N_("实际开工"), ("实际开工", "实际开工时间", "开工时间", "start_actual")),
    Known("structure_plan", N_("计划主体完成"), ("计划主体完成", "主体完成时间", "计划主体结顶")),
    Known("complete_plan", N_("计划建成"), ("计划建成", "计划竣工", "计划竣工时间", "计划建成时间")),
    Known("complete_actual", N_("实际建成"), ("实际建成", "实际竣工", "竣工时间", "实际竣工时间", "built_on")),
    Known("produce_plan", N_("计划投产"), ("计划投产", "计划投产时间")),
    Known("produce_actual", N_("实际投产"), ("实际投产", "投产时间", "实际投产时间", "producing_on")),
    Known("capacity_actual", N_("实际达产"), ("实际达产", "达产时间", "full_capacity_on")),
))  # fmt: skip
NODES = (NodeKind.START, NodeKind.STRUCTURE, NodeKind.COMPLETE, NodeKind.PRODUCE, NodeKind.CAPACITY)
NO = {"否", "no", "n", "false", "0", "×", "不适用"}


def read(rows: Sequence[Mapping[str, str]], actor: User) -> list[Read]:
    """A project of the same name is the same: one project is one record, however many lists it stands on."""
    found = read_all(COLUMNS, rows)
    deals = naming.deals_named({one.line("deal") for one in found}, actor)
    units = naming.units()
    leaders = {name: id for id, name in org.leader_choices()}
    for one in found:
        one.errors.clear()
        one.lacks.clear()
        _read(one, deals, units, leaders, actor)
        one.key = (one.data["name"],)
    there: dict[str, int] = {}
    mine = (
        queries.visible_to(actor)
        .with_only_columns(KeyProject.name, KeyProject.id)
        .order_by(KeyProject.id.desc())
    )
    for some in identity.chunks(sorted({one.data["name"] for one in found} - {""}), naming.CHUNK):
        there |= dict(db.session.execute(mine.where(KeyProject.name.in_(some))).all())  # type: ignore[arg-type]
    for one in found:
        one.same_id = there.get(one.data["name"])
    return found


def _read(
    one: Read, deals: Mapping[str, Deal], units: Mapping[str, int], leaders: Mapping[str, int], actor: User
) -> None:
    deal_name = one.line("deal")
    deal = deals.get(deal_name) if deal_name else None
    if deal_name and deal is None:
        one.fault("deal", _("没有您看得到的项目“%(name)s”，或者不止一个", name=deal_name[:30]))
    signed_on, person = one.day("signed_on"), one.line("person")
    if signed_on and not person:
        one.fault("person", _("有签订日期就要有责任人"))
    if signed_on and signed_on > clock.today():
        one.fault("signed_on", _("签订日期不能晚于今天"))
    one.data = {
        "name": one.line("name", needed=True),
        "content": one.long("content"),
        "place": one.line("place"),
        "direction": one.choice("direction", Direction, None),
        "is_productive": one.line("productive").lower() not in NO,
        "planned_wan": one.wan("planned_wan"),
        "unit_id": naming.unit_of(one, units, actor, Permission.PROJECT_EDIT, _("您只能导入本单位的项目")),
        "task_force": one.line("task_force"),
        "task_force_members": one.long("task_force_members"),
        "owner_body": one.line("owner_body"),
        "deal_id": deal.id if deal else None,
        "build_kind": one.choice("build_kind", BuildKind, None),
        "year_planned": one.wan("year_planned"),
        "year_done": one.wan("year_done"),
        "leader_id": _leader(one, leaders, actor),
        "person": person,
        "signed_on": signed_on,
        "plans": {kind: one.day(f"{kind.value}_plan") for kind in NODES if kind is not NodeKind.CAPACITY},
    }
    one.data["reached"] = _reached(one)


def _leader(one: Read, leaders: Mapping[str, int], actor: User) -> int | None:
    name = one.line("leader")
    if not name:
        return None
    if name not in leaders:
        one.fault("leader", _("没有叫“%(name)s”的区领导", name=name[:30]))
    elif not actor.may(Permission.PROJECT_SPONSOR):
        one.remark("leader", _("您不能确定挂联领导，导入后请负责人填写"))
        return None
    return leaders.get(name)


def _reached(one: Read) -> dict[Status, dt.date]:
    """The days on which the steps of the line were reached: none left out, each not before the last, none to come."""
    fields = {Status.BUILDING: "start_actual", Status.COMPLETED: "complete_actual",
              Status.PRODUCING: "produce_actual", Status.AT_CAPACITY: "capacity_actual"}  # fmt: skip
    reached: dict[Status, dt.date] = {}
    last: dt.date | None = None
    missing = ""
    for status in STARTED:
        field = fields[status]
        on = one.day(field)
        if on is None:
            missing = missing or field
            continue
        if missing:
            one.fault(missing, _("后面的时间有了，这一步的时间也要写"))
        if on > clock.today():
            one.fault(field, _("实际时间不能晚于今天；还没有到的请写在计划里"))
        if last and on < last:
            one.fault(field, _("不能早于上一步的 %(day)s", day=last.isoformat()))
        if status in (Status.PRODUCING, Status.AT_CAPACITY) and not one.data["is_productive"]:
            one.fault(field, _("不适用投产的项目没有这一步"))
        reached[status] = last = on
    now = max(reached, key=lambda status: status.order, default=Status.NOT_STARTED)
    if (said := one.choice("status", Status, now)) is not now:
        one.lack(
            "status",
            _("写的是“%(said)s”，按实际时间是“%(now)s”：请补实际时间", said=said.label, now=now.label),
        )
    return reached


def create(one: Read, batch: ImportBatch, actor: User) -> tuple[int, dict[str, Any]]:
    """The project, its year, its leader, its milestones in the order of the line, and the steps it has gone."""
    data = one.data
    project = actions.create(data, actor=actor)
    if data["year_planned"] is not None or data["build_kind"] is not None:
        actions.plan_year(
            project,
            clock.today().year,
            build_kind=data["build_kind"] or BuildKind.NEW,
            planned_wan=data["year_planned"] or Decimal(0),
            done_wan=data["year_done"] or Decimal(0),
            actor=actor,
        )
    if data["leader_id"]:
        leader = db.session.get_one(User, data["leader_id"])
        actions.change_leader(project, leader, from_on=clock.today(), actor=actor)
    before: list[int] = []
    for kind in NODES:
        on = data["reached"].get(kind.status) if kind.status else None
        plan = data["plans"].get(kind)
        if plan or on:
            node = actions.add_milestone(
                project,
                {"name": kind.msgid, "kind": kind, "plan_on": plan or on, "person": data["person"],
                 "signed_on": data["signed_on"], "after": before},
                actor=actor,
            )  # fmt: skip
            before = [node.id]
    for on in sorted(data["reached"].values()):
        actions.advance(
            project, on_day=on, reason=_("随名单导入：%(name)s", name=batch.file_name[-100:]), actor=actor
        )
    return project.id, {}


def _may(user: User, project: KeyProject) -> bool:
    return queries.may(user, Permission.PROJECT_EDIT, project)


def _edit(change: Change, actor: User) -> None:
    as_it_is = {name: getattr(change.record, name) for name in actions.FACTS}
    actions.edit(change.record, {**as_it_is, **change.columns}, actor=actor)


PLAIN = Plain(
    read,
    create,
    naming.removal(KeyProject),
    Renew(
        facts={
            "content": "content", "place": "place", "direction": "direction", "planned_wan": "planned_wan",
            "unit_id": "unit", "task_force": "task_force", "task_force_members": "task_force_members",
            "owner_body": "owner_body", "deal_id": "deal",
        },
        may=_may,
        edit=_edit,
        restore=set_back("project.edited", actions.put_in_index),
        added=frozenset({"content", "task_force_members"}),
    ),
)  # fmt: skip
