"""The list of items, and of what joint meetings have settled."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask import url_for

from crm.delivery import queries as projects
from crm.delivery.models import KeyProject
from crm.delivery.status import Status
from crm.lib import clock
from crm.lib.words import N_, _
from crm.lists.table import Column, Filter, ListPage, between, of_leader, of_unit, register
from crm.org.models import User
from crm.org.permissions import Permission as P
from crm.search import index

from . import queries
from .models import Approval, JointMeeting, JointRuling
from .steps import OPEN, Level, Step, WaitsFor


def _agent(value: str, user: User) -> sa.ColumnElement[bool]:
    return queries.run_by(user.id if value == "me" else int(value))


def _waits(value: str, user: User) -> sa.ColumnElement[bool]:
    return queries.ids_where(user, lambda line: line.approval.waits_for is WaitsFor(value), who=True)


def _of_projects(where: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    return Approval.project_id.in_(sa.select(KeyProject.id).where(where))


def _matching(text: str) -> Any:
    """By its own name, and by the project's."""
    found = Approval.project_id.in_(index.matching(projects.NOUN, text))
    return sa.or_(found, Approval.name.contains(text, autoescape=True))


def _late(one: Approval) -> int | None:
    return queries.line_of(one).over or None


PROJECT_NAME = sa.select(KeyProject.name).where(KeyProject.id == Approval.project_id).scalar_subquery()

PAGE = register(
    ListPage(
        name="approvals",
        msgid=N_("审批事项"),
        noun=queries.NOUN,
        model=Approval,
        columns=(
            Column("name", N_("事项名称"), lambda a: a.name, sort="name", url=lambda a: url_for("approvals.show", id=a.id)),
            Column("project", N_("重点项目"), lambda a: a.project.name, sort="project",
                   url=lambda a: url_for("approvals.of_project", id=a.project_id)),
            Column("step", N_("状态"), lambda a: a.step, "state", sort="step"),
            Column("waits_for", N_("等谁"), lambda a: a.waits_for, "state"),
            Column("whom", N_("等的单位或人"), lambda a: a.waits_for_whom),
            Column("level", N_("级别"), lambda a: a.level, "state"),
            Column("by", N_("审批部门"), lambda a: a.by),
            Column("agent", N_("代办员"), lambda a: a.agent.name if a.agent else _("没有") if a.lacks_agent else ""),
            Column("accepted", N_("受理日期"), lambda a: a.accepted_on, "day", sort="accepted"),
            Column("days", N_("承诺期（工作日）"), lambda a: a.days, "number", sort="days"),
            Column("taken", N_("已用（工作日）"), lambda a: queries.line_of(a).taken, "number"),
            Column("over", N_("超承诺（工作日）"), _late, "number"),
            Column("promised", N_("承诺办结"), lambda a: queries.line_of(a).promised_on, "day", default=False),
            Column("plan", N_("要求办结"), lambda a: a.plan_on, "day", sort="plan"),
            Column("decided", N_("办结日期"), lambda a: a.decided_on, "day", sort="decided"),
            Column("document", N_("批复文号"), lambda a: a.document_no, default=False),
            Column("early", N_("容缺受理"), lambda a: a.early_reason, default=False),
            Column("corrections", N_("补正次数"), lambda a: len(a.corrections) or None, "number", default=False),
            Column("project_status", N_("项目状态"), lambda a: a.project.status, "state", default=False),
        ),
        filters=(
            Filter("step", N_("状态"), "choice", lambda user: Step.choices(), lambda v, user: Approval.step == Step(v)),
            Filter("open", N_("还没有办结"), "flag", where=lambda v, user: Approval.step.in_(OPEN)),
            Filter("holding", N_("卡住项目的那一项"), "flag", where=lambda v, user: queries.holding(user)),
            Filter("late", N_("超过承诺期"), "flag", where=lambda v, user: queries.ids_where(user, lambda one: one.is_late)),
            Filter("behind", N_("过了要求办结的日期"), "flag",
                   where=lambda v, user: sa.and_(Approval.step.in_(OPEN), Approval.plan_on < clock.today())),
            Filter("waits", N_("等谁"), "choice", lambda user: WaitsFor.choices(), _waits),
            Filter("name", N_("事项名称"), "choice", lambda user: [(one, one) for one in queries.names(user)],
                   lambda v, user: Approval.name == v),
            Filter("level", N_("级别"), "choice", lambda user: Level.choices(), lambda v, user: Approval.level == Level(v)),
            Filter("unagented", N_("没有代办员的上级事项"), "flag", where=lambda v, user: queries.lacking_agent()),
            Filter("agent", N_("代办员"), "choice", lambda user: [("me", _("我")), *queries.agents(user)], _agent),
            of_unit(N_("本区审批部门"), lambda id: Approval.unit_id == id),
            of_unit(N_("项目责任单位"), lambda id: _of_projects(KeyProject.unit_id == id), key="project_unit"),
            of_leader(N_("挂联领导"), lambda id: _of_projects(projects.led_by(id))),
            Filter("status", N_("项目状态"), "choice", lambda user: Status.choices(),
                   lambda v, user: _of_projects(KeyProject.status == Status(v))),
            Filter("early", N_("容缺受理"), "flag", where=lambda v, user: Approval.early_reason != ""),
            Filter("accepted", N_("受理日期"), "days", where=lambda v, user: between(Approval.accepted_on, v)),
            Filter("decided", N_("办结日期"), "days", where=lambda v, user: between(Approval.decided_on, v)),
        ),
        sorts={
            "project": (PROJECT_NAME, Approval.position),
            "name": Approval.name,
            "step": sa.case({one.value: at for at, one in enumerate(Step)}, value=Approval.step),
            "accepted": Approval.accepted_on,
            "days": Approval.days,
            "plan": Approval.plan_on,
            "decided": Approval.decided_on,
            "id": Approval.id,
        },
        default_sort="id",
        base=lambda user: queries.with_all(queries.visible_to(user)),
        matching=_matching,
        view_permission=P.APPROVAL_VIEW,
        export_permission=P.APPROVAL_EXPORT,
        belongs=lambda a: {"units": [a.project.unit_id, a.project.entered_unit_id], "owners": [a.project.entered_by_id]},
        endpoint="approvals.index",
        empty_text=N_("打开一个重点项目的“审批”，按项目类型排出事项，就能看到在等谁。"),
        empty_actions=lambda user: [(_("打开重点项目"), url_for("delivery.index"))],
    )
)  # fmt: skip

RULINGS = register(
    ListPage(
        name="joint_rulings",
        msgid=N_("联席会议议定事项"),
        noun=JointRuling.__tablename__,
        model=JointRuling,
        columns=(
            Column("decision", N_("议定"), lambda r: r.decision, url=lambda r: url_for("joint.settle", id=r.id)),
            Column("held", N_("会议日期"), lambda r: r.meeting.held_on, "day", sort="held",
                   url=lambda r: url_for("joint.show", id=r.meeting_id)),
            Column("project", N_("重点项目"), lambda r: r.approval.project.name,
                   url=lambda r: url_for("approvals.of_project", id=r.approval.project_id)),
            Column("item", N_("事项名称"), lambda r: r.approval.name, url=lambda r: url_for("approvals.show", id=r.approval_id)),
            Column("who", N_("落实单位"), lambda r: r.who),
            Column("due", N_("期限"), lambda r: r.due_on, "day", sort="due"),
            Column("days", N_("议定承诺期（工作日）"), lambda r: r.days, "number", default=False),
            Column("done", N_("落实日期"), lambda r: r.done_on, "day", sort="done"),
            Column("result", N_("落实结果"), lambda r: r.result, default=False),
        ),
        filters=(
            Filter("open", N_("还没有落实"), "flag", where=lambda v, user: JointRuling.done_on.is_(None)),
            Filter("overdue", N_("过了期限"), "flag",
                   where=lambda v, user: sa.and_(JointRuling.done_on.is_(None), JointRuling.due_on < clock.today())),
            Filter("mine", N_("本单位项目或本单位审批的"), "flag",
                   where=lambda v, user: JointRuling.approval_id.in_(sa.select(Approval.id).where(sa.or_(
                       Approval.unit_id == user.unit_id, _of_projects(KeyProject.unit_id == user.unit_id))))),
            Filter("due", N_("期限"), "days", where=lambda v, user: between(JointRuling.due_on, v)),
        ),
        sorts={
            "held": sa.select(JointMeeting.held_on).where(JointMeeting.id == JointRuling.meeting_id).scalar_subquery(),
            "due": JointRuling.due_on,
            "done": JointRuling.done_on,
            "id": JointRuling.id,
        },
        default_sort="-id",
        base=lambda user: queries.rulings_with_names(queries.rulings_visible_to(user)),
        searched=False,
        view_permission=P.APPROVAL_VIEW,
        export_permission=P.APPROVAL_EXPORT,
        belongs=lambda r: {"units": [r.approval.project.unit_id, r.approval.project.entered_unit_id], "owners": []},
        endpoint="joint.rulings",
        row_label=lambda r: str(r.decision)[:40],
        empty_text=N_("开一次联席会议，把卡住的事项摆出来，议定的就在这里跟踪到落实。"),
    )
)  # fmt: skip
