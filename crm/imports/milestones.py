"""The second sheet of key projects: their milestones, one a row, with plan, person, signature and what goes before."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from crm.db import db, plain
from crm.delivery import actions, queries
from crm.delivery.models import KeyProject, Milestone, milestone_after
from crm.delivery.status import NodeKind
from crm.lib import clock
from crm.lib.errors import Refused
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
    Known("name", N_("节点名称"), ("节点名称", "节点", "工作节点", "milestone"), example="主体结顶", note=N_("必填")),
    Known("project", N_("项目名称"), ("项目名称", "项目", "重点项目", "project"), example="石华线改建工程", note=N_("必填，库里重点项目的全称")),
    Known("kind", N_("类别"), ("类别", "节点类别", "节点类型"), example="主体", note=N_("开工、主体、建成、投产、达产、其他")),
    Known("plan_on", N_("计划时间"), ("计划时间", "计划完成时间", "计划完成", "完成时限"), example="2099-08-31"),
    Known("forecast_on", N_("预计时间"), ("预计时间", "预计完成时间")),
    Known("actual_on", N_("完成时间"), ("完成时间", "实际完成时间", "实际完成")),
    Known("person", N_("责任人"), ("责任人", "节点责任人")),
    Known("signed_on", N_("责任书签订日期"), ("责任书签订日期", "签订日期")),
    Known("after", N_("接在哪些节点之后"), ("接在哪些节点之后", "接在", "前置节点", "紧前工作"), example="开工", note=N_("同一项目的节点名称，几个之间用顿号")),
), needed=("name", "project"))  # fmt: skip

KEPT = ("name", "kind", "plan_on", "forecast_on", "actual_on", "person", "signed_on", "after_ids")
"""What is compared before a milestone is taken away again: the trail keeps its acts with its project."""


def read(rows: Sequence[Mapping[str, str]], actor: User) -> list[Read]:
    """A milestone of the same name in the same project is the same."""
    found = read_all(COLUMNS, rows)
    projects: dict[str, KeyProject] = {}
    twice: set[str] = set()
    mine = queries.visible_to(actor)
    for some in identity.chunks(sorted({one.line("project") for one in found} - {""}), naming.CHUNK):
        for project in db.session.scalars(mine.where(KeyProject.name.in_(some)).order_by(None)).unique():
            twice |= {project.name} & projects.keys()
            projects[project.name] = project
    for one in found:
        one.errors.clear()
        _read(one, {name: row for name, row in projects.items() if name not in twice}, actor)
        one.key = (one.line("project"), one.data["name"])
    _match(found)
    return found


def _read(one: Read, projects: Mapping[str, KeyProject], actor: User) -> None:
    name = one.line("project", needed=True)
    project = projects.get(name)
    if name and project is None:
        one.fault("project", _("没有您看得到的重点项目“%(name)s”，或者不止一个", name=name[:30]))
    elif project and not queries.may(actor, Permission.PROJECT_EDIT, project):
        one.fault("project", _("这个项目不由您的单位管"))
    if project:
        one.links["project"] = project.id
    title = one.line("name", needed=True)
    kind = one.choice("kind", NodeKind, NodeKind.of(title) or NodeKind.OTHER)
    actual_on, signed_on, person = one.day("actual_on"), one.day("signed_on"), one.line("person")
    if actual_on and actual_on > clock.today():
        one.fault("actual_on", _("完成日期不能晚于今天"))
    if actual_on and project and kind.status and kind.status.order > project.status.order:
        one.fault("actual_on", _("项目还是“%(status)s”，请先在项目页上推进", status=project.status.label))
    if signed_on and signed_on > clock.today():
        one.fault("signed_on", _("签订日期不能晚于今天"))
    if signed_on and not person:
        one.fault("person", _("有签订日期就要有责任人"))
    one.data = {
        "name": title,
        "kind": kind,
        "plan_on": one.day("plan_on"),
        "forecast_on": one.day("forecast_on"),
        "actual_on": actual_on,
        "person": person,
        "signed_on": signed_on,
        "before": [part for part in re.split(r"[、，,；;]", one.line("after")) if part.strip()],
    }


def _match(found: Sequence[Read]) -> None:
    ids = sorted({one.links["project"] for one in found if "project" in one.links})
    there: dict[tuple[int, str], int] = {}
    for some in identity.chunks(ids, naming.CHUNK):
        rows = sa.select(Milestone.project_id, Milestone.name, Milestone.id).where(
            Milestone.project_id.in_(some)
        )
        there |= {(row[0], row[1]): row[2] for row in db.session.execute(rows)}
    for one in found:
        one.same_id = there.get((one.links.get("project", 0), one.data["name"]))


def create(one: Read, batch: ImportBatch, actor: User) -> tuple[int, dict[str, Any]]:
    """What it comes after must stand above it in the list, or be there already."""
    project = db.session.get_one(KeyProject, one.links["project"])
    known = {node.name: node.id for node in project.milestones}
    before = [name.strip() for name in one.data["before"]]
    if unknown := next((name for name in before if name not in known), None):
        raise Refused(_("项目里还没有“%(name)s”这个节点，请把它排在前面", name=unknown[:30]))
    node = actions.add_milestone(
        project, {**one.data, "after": [known[name] for name in before]}, actor=actor
    )
    db.session.refresh(node)
    return node.id, {"columns": {name: [None, plain(getattr(node, name))] for name in KEPT}}


def _may(user: User, node: Milestone) -> bool:
    return queries.may(user, Permission.PROJECT_EDIT, node.project)


def _edit(change: Change, actor: User) -> dict[str, Any]:
    """The first plan becomes the baseline."""
    beside = {"baseline_on": plain(change.record.baseline_on)}
    actions.edit_milestone(change.record, {**change.columns, "reason": _("随名单更新")}, actor=actor)
    return beside


def _leaning(node_id: int) -> set[int]:
    """The milestones that come after this one."""
    after = sa.select(milestone_after.c.milestone_id).where(milestone_after.c.after_id == node_id)
    return set(db.session.scalars(after))


PLAIN = Plain(
    read,
    create,
    naming.removal(Milestone),
    Renew(
        facts={key: key for key in ("plan_on", "forecast_on", "actual_on", "person", "signed_on")},
        may=_may,
        edit=_edit,
        restore=set_back("project.milestone_edited", lambda _node: None),
    ),
    leaning=_leaning,
)
