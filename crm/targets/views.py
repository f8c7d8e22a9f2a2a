"""目标任务: a year's tasks with what each has come to, one target and its parts, the sheet of a unit or a person."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, abort, render_template, request, url_for
from sqlalchemy.orm import joinedload, selectinload

from crm.contacts import queries as contacts
from crm.contacts import telling
from crm.contacts.views import history
from crm.db import db
from crm.indicators import catalogue
from crm.indicators.progress import Against
from crm.lib import clock
from crm.lib.words import N_, _
from crm.lists.page import context
from crm.org import queries as org
from crm.org.guard import me, permit
from crm.org.models import Unit, User
from crm.org.permissions import Permission as P
from crm.org.permissions import Scope
from crm.web import display
from crm.web.forms import commit_and_go

from . import actions, queries, unseen
from .clear import Clear
from .forms import EditTargetForm, EditTaskForm, TargetForm, TaskForm, split_form
from .lists import TARGETS, TASKS, indicator_name
from .models import Target, TaskState, WorkTask

bp = Blueprint("targets", __name__)
Told = tuple[dict[int, Against], unseen.Reasons]  # where each target stands, and why one is not told
VERBS = {
    "work_task.drafted": (N_("草拟任务"), "plus"),
    "work_task.edited": (N_("修改任务"), "pen"),
    "work_task.changed": (N_("变更任务"), "pen"),
    "work_task.issued": (N_("下达任务"), "good"),
    "work_task.closed": (N_("冻结任务"), "lock"),
    "work_task.discarded": (N_("删除草案"), "trash"),
    "target.set": (N_("定目标"), "plus"),
    "target.changed": (N_("变更目标"), "pen"),
    "target.dropped": (N_("取消指标"), "close"),
    "target.split": (N_("分解目标"), "split"),
}
telling.VERBS.update(VERBS)
telling.LABELS["work_task"] = {
    "name": N_("任务名称"), "goal": N_("工作目标"), "focus": N_("工作重点"), "measures": N_("工作措施"), "schedule": N_("进度安排"),
    "owner_id": N_("责任人"), "unit_id": N_("牵头单位"), "document_no": N_("文号"), "first_on": N_("开始"), "last_on": N_("期限"),
    "state": N_("状态"), "issued_on": N_("下达日期"), "closed_on": N_("冻结日期"),
}  # fmt: skip
telling.LABELS["target"] = {
    "amount": N_("目标"), "stretch": N_("力争目标"), "scope": N_("口径说明"), "unit_id": N_("由谁承担"), "parts": N_("分解"),
}  # fmt: skip


# --- a year -------------------------------------------------------------------------------------------------


@bp.get("/targets")
@permit(P.TARGET_VIEW)
def index() -> Any:
    """Every task of a year (`?year=`) with its indicators: target, what there is, the time."""
    year = _year_asked()
    found = queries.tasks_of_year(me(), year)
    roots = [root for task in found for root in task.roots]
    told = _told(roots)
    tasks: list[dict[str, Any]] = [
        {"task": task, "lines": [_line(root, told) for root in task.roots]} for task in found
    ]
    return render_template(
        "targets/index.html",
        year=year, years=queries.years_known(), may_manage=me().may(P.TARGET_MANAGE), tasks=tasks,
        partial=any(line["why"] for one in tasks for line in one["lines"]), unit=me().unit,
    )  # fmt: skip


@bp.get("/targets/tasks")
@permit(P.TARGET_VIEW)
def tasks() -> Any:
    return render_template("targets/tasks.html", listing=context(TASKS, me()))


@bp.get("/targets/rows")
@permit(P.TARGET_VIEW)
def rows() -> Any:
    return render_template("targets/rows.html", listing=context(TARGETS, me()))


@bp.get("/targets/units/<int:id>")
@permit(P.TARGET_VIEW)
def of_unit(id: int) -> Any:
    """指标分解表 of one unit: what it has taken on, and how its people share it."""
    unit = queries.unit_named(id)
    if me().scope_of(P.TARGET_VIEW) is not Scope.DISTRICT and unit.id != me().unit_id:
        abort(404)
    year = _year_asked()
    held = queries.held_by(me(), year, unit_id=unit.id)
    return _sheet(
        unit.name,
        year,
        held,
        [],
        url_for("targets.of_unit", id=id),
        people=queries.people_of(unit.id),
        unit=unit,
    )


@bp.get("/targets/people/<int:id>")
@permit(P.TARGET_VIEW)
def of_person(id: int) -> Any:
    """任务书 of one person: the tasks he answers for, the parts he has taken on."""
    person = db.one_or_404(sa.select(User).filter_by(id=id))
    if me().scope_of(P.TARGET_VIEW) is not Scope.DISTRICT and person.unit_id != me().unit_id:
        abort(404)
    year = _year_asked()
    held = queries.held_by(me(), year, person_id=person.id)
    leads = queries.led_by(me(), year, person.id)
    return _sheet(
        f"{person.name}（{person.unit.name}）",
        year,
        held,
        leads,
        url_for("targets.of_person", id=id),
        person=person,
    )


def _sheet(whose: str, year: int, held: list[Target], leads: Any, here: str, people: Any = (), *,
           unit: Unit | None = None, person: User | None = None) -> Any:  # fmt: skip
    all_of = [*held, *(root for task in leads for root in task.roots)]
    told = _told(all_of)
    return render_template(
        "targets/sheet.html",
        whose=whose, year=year, here=here, years=queries.years_known(), lines=[_line(one, told) for one in held],
        tasks=[{"task": task, "lines": [_line(root, told) for root in task.roots]} for task in leads], people=people,
        five=_five, unit=unit, person=person,
    )  # fmt: skip


# --- one task -----------------------------------------------------------------------------------------------


@bp.get("/targets/tasks/<int:id>")
@permit(P.TARGET_VIEW)
def show_task(id: int) -> Any:
    task = _task(id)
    told = _told(task.roots)
    mine = queries.may_manage(me(), task)
    return render_template(
        "targets/task.html",
        task=task, five=_five(task), lines=[_line(root, told) for root in task.roots], may_manage=mine,
        may_close=_may_close(task), history=_history("work_task", task.id), today_=clock.today(),
    )  # fmt: skip


@bp.route("/targets/tasks/new", methods=["GET", "POST"])
@permit(P.TARGET_MANAGE)
def draft() -> Any:
    year = clock.today().year
    form = TaskForm(unit_id=me().unit_id, first_month=clock.today().replace(year, 1, 1),
                    last_month=clock.today().replace(year, 12, 1))  # fmt: skip
    _offer(form)
    if form.submitted():
        with form.refusals():
            task = actions.draft(form.data, actor=me())
            said = _("已草拟“%(name)s”，请定指标", name=task.name)
            return commit_and_go(form, url_for("targets.show_task", id=task.id), said)
    return form.page("targets/draft.html", task=None)


@bp.route("/targets/tasks/<int:id>/edit", methods=["GET", "POST"])
@permit(P.TARGET_MANAGE)
def edit(id: int) -> Any:
    task = _managed(id)
    form = EditTaskForm.of(task)
    if not form.is_submitted():
        form.first_month.data, form.last_month.data = task.first_on, task.last_on.replace(day=1)
    _offer(form, task)
    if form.submitted():
        with form.refusals():
            actions.edit(task, form.data, form.why.data or "", actor=me())
            return commit_and_go(
                form, url_for("targets.show_task", id=id), _("已保存“%(name)s”", name=task.name)
            )
    return form.page("targets/draft.html", task=task)


@bp.route("/targets/tasks/<int:id>/issue", methods=["GET", "POST"])
@permit(P.TARGET_MANAGE)
def issue(id: int) -> Any:
    """What would be issued, and what stands in the way."""
    task = _managed(id)
    form = EditTaskForm.of(task)
    for name in [name for name in form._fields if name not in ("csrf_token", "once", "version")]:
        del form[name]
    if form.submitted():
        with form.refusals():
            actions.issue(task, actor=me())
            return commit_and_go(
                form, url_for("targets.show_task", id=id), _("已下达“%(name)s”", name=task.name)
            )
    told = _told(task.roots)
    return form.page(
        "targets/issue.html", task=task, five=_five(task), lines=[_line(root, told) for root in task.roots]
    )


@bp.post("/targets/tasks/<int:id>/close")
@permit(P.TARGET_MANAGE)
def close(id: int) -> Any:
    task = _managed(id)
    if not _may_close(task):
        abort(403)
    actions.close(task, actor=me())
    return commit_and_go(
        None, url_for("targets.show_task", id=id), _("已冻结“%(name)s”，完成数不再变", name=task.name)
    )


@bp.post("/targets/tasks/<int:id>/discard")
@permit(P.TARGET_MANAGE)
def discard(id: int) -> Any:
    task = _managed(id)
    name = task.name
    actions.discard(task, actor=me())
    return commit_and_go(None, url_for("targets.tasks"), _("已删除草案“%(name)s”", name=name))


# --- one target ---------------------------------------------------------------------------------------------


@bp.get("/targets/<int:id>")
@permit(P.TARGET_VIEW)
def show(id: int) -> Any:
    """A target, what it has come to, and its parts, which add up to it."""
    target = _target(id)
    user = me()
    parts = [part for part in target.parts if queries.sees(user, part)]
    hidden = len(target.parts) - len(parts)
    told = _told([target, *parts])
    lines = [_line(part, told) for part in parts]
    lines.sort(key=lambda line: (line["against"].percent is None, -(line["against"].percent or 0)))
    one = catalogue.find(target.indicator)
    known = [line["against"].actual for line in lines]
    everything = not hidden and all(value is not None for value in known)
    return render_template(
        "targets/show.html",
        target=target, one=one, line=_line(target, told), lines=lines, hidden=hidden,
        asked_sum=sum((part.amount for part in target.parts), Decimal(0)),
        done_sum=sum((value for value in known if value is not None), Decimal(0)) if everything and known else None,
        may_manage=target.parent_id is None and queries.may_manage(user, target.task),
        may_split=queries.may_split(user, target) and (one is None or one.by_unit or target.unit_id is not None),
        history=_history("target", target.id, with_parts=not hidden), whose=_whose(target),
        basis=one.basis(target.task.last_on.year) if one else "",
        mine=next((part for part in parts if part.unit_id == user.unit_id and part.person_id is None), None),
    )  # fmt: skip


@bp.route("/targets/tasks/<int:id>/add", methods=["GET", "POST"])
@permit(P.TARGET_MANAGE)
def add(id: int) -> Any:
    task = _managed(id)
    form = TargetForm()
    _offer_target(form)
    if form.submitted():
        with form.refusals():
            target = actions.add(task, form.data, form.why.data or "", actor=me())
            return commit_and_go(
                form, url_for("targets.show", id=target.id), _("已定目标，可以分解到单位和个人")
            )
    return form.page("targets/target.html", task=task, target=None)


@bp.route("/targets/<int:id>/change", methods=["GET", "POST"])
@permit(P.TARGET_MANAGE)
def change(id: int) -> Any:
    target = _target(id)
    if target.parent_id is not None or not queries.may_manage(me(), target.task):
        abort(403)
    form = EditTargetForm.of(target)
    _offer_target(form, target)
    if form.submitted():
        with form.refusals():
            actions.change(target, form.data, form.why.data or "", actor=me())
            return commit_and_go(form, url_for("targets.show", id=id), _("已保存"))
    return form.page("targets/target.html", task=target.task, target=target)


@bp.post("/targets/<int:id>/drop")
@permit(P.TARGET_MANAGE)
def drop(id: int) -> Any:
    target = _target(id)
    if target.parent_id is not None or not queries.may_manage(me(), target.task):
        abort(403)
    task_id = target.task_id
    actions.drop(target, request.form.get("why", "")[:200].strip(), actor=me())
    return commit_and_go(None, url_for("targets.show_task", id=task_id), _("已取消这个指标"))


@bp.route("/targets/<int:id>/split", methods=["GET", "POST"])
@permit(P.TARGET_MANAGE)
def split(id: int) -> Any:
    """分解: the whole among units, a unit's part among its people, all at once."""
    target = _target(id)
    if not queries.may_split(me(), target):
        abort(403)
    to_people = target.unit_id is not None
    offered = queries.people_of(target.unit_id) if target.unit_id is not None else org.unit_choices()
    given = {(part.person_id if to_people else part.unit_id): part.amount for part in target.parts}
    form, names = split_form(target, offered, given)  # type: ignore[arg-type]
    if form.submitted():
        with form.refusals():
            parts = [
                ((target.unit_id, one, form[f"part_{one}"].data) if to_people else (one, None, form[f"part_{one}"].data))
                for one, _name in offered
                if form[f"part_{one}"].data
            ]  # fmt: skip
            actions.split(target, form.amount.data, parts, form.why.data or "", actor=me())
            return commit_and_go(form, url_for("targets.show", id=id), _("已分解"))
    one = catalogue.find(target.indicator)
    return form.page(
        "targets/split.html", target=target, one=one, names=names, to_people=to_people, whose=_whose(target)
    )


# --- what the views share -----------------------------------------------------------------------------------


def _task(id: int) -> WorkTask:
    return db.session.scalars(
        queries.with_targets(queries.visible_to(me()).filter_by(id=id))
    ).unique().one_or_none() or abort(404)


def _managed(id: int) -> WorkTask:
    """404 for what I may not see, 403 for what is another unit's."""
    task = _task(id)
    if not queries.may_manage(me(), task):
        abort(403)
    return task


def _target(id: int) -> Target:
    rows = queries.targets_visible_to(me()).where(Target.id == id).options(
        joinedload(Target.task).joinedload(WorkTask.unit), joinedload(Target.task).joinedload(WorkTask.owner),
        joinedload(Target.unit), joinedload(Target.person), joinedload(Target.parent).joinedload(Target.unit),
        joinedload(Target.own_indicator), selectinload(Target.parts).joinedload(Target.unit),
        selectinload(Target.parts).joinedload(Target.person), selectinload(Target.parts).selectinload(Target.parts),
        selectinload(Target.parts).joinedload(Target.own_indicator),
    )  # fmt: skip
    return db.session.scalars(rows).unique().one_or_none() or abort(404)


def _may_close(task: WorkTask) -> bool:
    """It freezes the whole district's figures: only who sees them all."""
    return task.state is TaskState.ISSUED and me().scope_of(P.TARGET_MANAGE) is Scope.DISTRICT


def _whose(target: Target) -> str:
    if target.person:
        return target.person.name
    return target.unit.name if target.unit else _("全区")


def _told(targets: Iterable[Target]) -> Told:
    return queries.standings(me(), targets), unseen.Reasons(me())


def _line(target: Target, told: Told) -> dict[str, Any]:
    one = catalogue.find(target.indicator)
    standings, reasons = told
    against, why = standings[target.id], reasons.of(one, target)
    told_here = one is not None and not why and against.actual is not None
    return {
        "target": target, "one": one, "name": one.label if one else indicator_name(target), "against": against,
        "whose": _whose(target), "why": why if against.actual is None else "",
        "url": queries.rows_url(one, target) if one and told_here else None,
        "explain_url": _explain(one, target) if one and told_here else None,
        "gap": target.gap, "frozen": target.task.state is TaskState.CLOSED,
    }  # fmt: skip


def _explain(one: catalogue.Indicator, target: Target) -> str:
    window = queries.asked(target.task.period) if one.days else target.task.period
    return url_for("indicators.explain", key=one.key, first=window.first.isoformat(), last=window.last.isoformat(),
                   unit=target.unit_id, person=target.person_id)  # fmt: skip


def _five(task: WorkTask) -> list[tuple[Clear, str]]:
    """What it says of each of the five."""
    said = {
        Clear.GOAL: task.goal, Clear.FOCUS: task.focus, Clear.MEASURES: task.measures, Clear.SCHEDULE: task.schedule,
        Clear.PERSON: task.owner.name if task.owner else "",
    }  # fmt: skip
    return [(one, said[one]) for one in Clear]


def _year_asked() -> int:
    text = request.args.get("year", "")
    year = int(text) if text.isascii() and text.isdecimal() and len(text) == 4 else 0
    return year if 1990 <= year <= 2100 else clock.today().year


def _offer(form: Any, task: WorkTask | None = None) -> None:
    everywhere = me().scope_of(P.TARGET_MANAGE) is Scope.DISTRICT
    units = [one for one in org.unit_choices() if everywhere or one[0] == me().unit_id]
    people = [*org.colleague_choices(me(), P.TARGET_MANAGE), *org.leader_choices()]
    if task and task.owner and task.owner.id not in {one[0] for one in people}:
        people.append((task.owner.id, task.owner.name))
    form.unit_id.offer(units)
    form.owner_id.offer(people, _("还没有定"))


def _offer_target(form: Any, target: Target | None = None) -> None:
    pairs = catalogue.choices(me())
    if target:
        pairs = [one for one in pairs if one[0] == target.indicator] or [(target.indicator, target.indicator)]
    form.offer(pairs)
    everywhere = me().scope_of(P.TARGET_MANAGE) is Scope.DISTRICT
    units = [one for one in org.unit_choices() if everywhere or one[0] == me().unit_id]
    form.unit_id.offer(units, _("全区"))


def _history(noun: str, id: int, *, with_parts: bool = True) -> list[dict[str, Any]]:
    """What another unit has taken on is not told by who changed it either."""
    return history(
        contacts.events_of(noun, id), began_with=("work_task.drafted", "target.set"), say=display.said,
        hidden=() if with_parts else (_("分解"),),
    )  # fmt: skip
