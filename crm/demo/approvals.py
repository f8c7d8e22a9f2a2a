"""The demo district's approvals: the six items of each of the fifteen projects that are not started."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa

from crm.approvals.models import (
    Agency,
    AgencyNote,
    Approval,
    Correction,
    JointMeeting,
    JointRuling,
    Template,
    TemplateItem,
)
from crm.approvals.steps import Level, Step
from crm.db import db
from crm.delivery.models import KeyProject
from crm.org.models import Unit, User
from crm.org.permissions import Role

from .lists import rows

CENTRE = "区行政审批服务中心"
MET = dt.date(2013, 7, 18)


def load_approvals(units: dict[str, Unit], leaders: dict[str, User]) -> None:
    """After the projects: items hang on them by name."""
    templates = _catalogue(units)
    items = {one.name: one for one in next(iter(templates.values())).items}
    agents = {
        name: User(login=f"agent-{number}", name=name, role=Role.PROMOTER, unit_id=units[CENTRE].id, is_demo=True)
        for number, name in enumerate(sorted({row["agent"] for row in rows("approvals")} - {""}), 1)
    }  # fmt: skip
    db.session.add_all(agents.values())
    projects = {one.name: one for one in db.session.scalars(sa.select(KeyProject))}
    made: dict[tuple[str, str], Approval] = {}
    for row in rows("approvals"):
        item, key = items[row["name"]], (row["project"], row["name"])
        made[key] = one = Approval(
            project=projects[row["project"]],
            position=item.position,
            name=item.name,
            level=item.level,
            authority=item.authority,
            unit_id=item.unit_id,
            days=item.days,
            plan_on=day(row["plan_on"]),
            step=Step(row["step"]),
            accepted_on=day(row["accepted_on"]),
            decided_on=day(row["decided_on"]),
            early_reason=row["early"],
        )
        one.after = [made[row["project"], before.name] for before in item.after]
        if begun := day(row["corrected_from"]):
            one.corrections.append(
                Correction(from_on=begun, to_on=day(row["corrected_to"]), what=row["corrected"])
            )
        if row["agent"]:
            agent = agents[row["agent"]]
            one.agencies.append(Agency(agent=agent, from_on=dt.date(2013, 3, 1), reason="统一代办（示例）"))
            if one.step is Step.HANDLING:
                one.notes.append(
                    AgencyNote(on_day=MET, text="示例：到市里对接，材料已齐，等上会。", author=agent)
                )
        db.session.add(one)
    _meeting([one for one in made.values() if one.step is Step.HANDLING][:3], units, leaders)
    db.session.flush()


def _catalogue(units: dict[str, Unit]) -> dict[str, Template]:
    templates: dict[str, Template] = {}
    for row in rows("approval_items"):
        kind = templates.setdefault(
            row["template"], Template(name=row["template"], note="事项和承诺期是示例")
        )
        unit = units.get(row["by"])
        item = TemplateItem(
            position=len(kind.items) + 1,
            name=row["name"],
            level=Level.of(row["level"]) or Level.LOCAL,
            authority="" if unit else row["by"],
            unit_id=unit.id if unit else None,
            days=int(row["days"]),
        )
        wanted = row["after"].split("、") if row["after"] else []
        item.after = [one for one in kind.items if one.name in wanted]
        kind.items.append(item)
    db.session.add_all(templates.values())
    db.session.flush()
    return templates


def _meeting(stuck: list[Approval], units: dict[str, Unit], leaders: dict[str, User]) -> None:
    """One joint meeting about what was stuck then."""
    meeting = JointMeeting(
        held_on=MET,
        place="区行政审批服务中心（示例）",
        chair_id=leaders["常务副区长"].id,
        present="区发改局、区环保局、区住建局、市国土局（示例）",
        unit_id=units[CENTRE].id,
    )
    for number, one in enumerate(stuck):
        meeting.rulings.append(
            JointRuling(
                approval=one,
                decision="示例：一周内出具意见，缺的资料边办边补。",
                who=(one.unit_id and next(unit.name for unit in units.values() if unit.id == one.unit_id)) or one.authority,
                due_on=MET + dt.timedelta(days=7 * (number + 1)),
                done_on=MET + dt.timedelta(days=5) if number == 0 else None,
                result="已出具（示例）" if number == 0 else "",
            )
        )  # fmt: skip
    db.session.add(meeting)


def day(text: str) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None
