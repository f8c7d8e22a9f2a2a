"""Slips for tests, as they stand: no verb, no event. 陈主任's bureau is the office; 航埠镇 (李乡长) has to solve."""

from __future__ import annotations

import datetime as dt
import io
from typing import Any

from crm.db import db
from crm.delivery.models import KeyProject
from crm.org import settings
from crm.org.models import User
from crm.slips.models import Slip, SlipRound
from crm.slips.states import Level, Obstacle, SlipState
from tests.delivery.make import TODAY, led, make_project

TOP = "区长"


def make_slip(project: KeyProject, *, by: User, state: SlipState = SlipState.RAISED, **columns: Any) -> Slip:
    """`by` has raised it. Assigned ones are 李乡长's unless `unit_id` says otherwise, due in five days."""
    given: dict[str, Any] = {
        "project": project,
        "subject": project.name,
        "obstacle": Obstacle.LAND,
        "problem": "用地指标未落实",
        "raised_unit_id": by.unit_id,
        "raised_by_id": by.id,
        "raised_on": TODAY - dt.timedelta(days=1),
        "state": state,
    }
    if state is not SlipState.RAISED:
        due = TODAY + dt.timedelta(days=5)
        given |= {"due_on": due, "first_due_on": due, "issued_on": TODAY - dt.timedelta(days=10)}
    slip = Slip(**(given | columns))
    db.session.add(slip)
    db.session.flush()
    return slip


def make_round(last_on: dt.date, *slips: Slip) -> SlipRound:
    made = SlipRound(first_on=last_on.replace(day=1), last_on=last_on)
    db.session.add(made)
    for serial, slip in enumerate(slips, 1):
        slip.round, slip.year, slip.serial, slip.number = (
            made,
            last_on.year,
            serial,
            f"柯项交〔{last_on.year}〕{serial:02d}号",
        )
    db.session.flush()
    return made


def assigned(cast: Any, state: SlipState = SlipState.ISSUED, **columns: Any) -> Slip:
    """A slip of a project of 区招商局 that 航埠镇 has to solve, led by 周区长."""
    project = make_project("石华线改建", cast.wang)
    led(project, cast.zhou)
    given = {"unit_id": cast.li.unit_id, "leader_id": cast.zhou.id, "level": Level.UNIT}
    slip = make_slip(project, by=cast.wang, state=state, **(given | columns))
    make_round(dt.date(2013, 7, 15), slip)
    db.session.commit()
    return slip


def stands_for_the_district(user: User) -> None:
    settings.put("slip.top_leaders", user.name)
    db.session.commit()


def paper(name: str = "批复.pdf") -> tuple[io.BytesIO, str]:
    return io.BytesIO(b"%PDF-1.4 approved"), name
