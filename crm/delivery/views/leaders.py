"""领导挂联: who leads what, and one leader's page."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask import render_template

from crm.db import db
from crm.delivery import queries
from crm.delivery.models import Seat
from crm.lib import clock
from crm.org.guard import me, permit
from crm.org.models import User
from crm.org.permissions import Permission as P

from .rates import address, count
from .tabs import bp


@bp.get("/projects/leaders")
@permit(P.PROJECT_VIEW)
def leaders() -> Any:
    """领导挂联一览: who leads how many, and which projects nobody leads."""
    without = {"seat": Seat.LEADER.value}
    return render_template(
        "delivery/leaders.html",
        leaders=queries.leaders_with_projects(me()),
        without=count(without),
        without_url=address(without),
    )


@bp.get("/projects/leaders/<int:id>")
@permit(P.PROJECT_VIEW)
def show_leader(id: int) -> Any:
    """The leader's page: his projects, what is late in them, when he was last on site."""
    leader = db.one_or_404(sa.select(User).where(User.id == id))
    found = queries.led(me(), leader)
    today = clock.today()
    last = queries.last_visits([one.id for one in found])
    rows = [
        {
            "id": one.id,
            "project": one,
            "year": one.in_year(today.year),
            "late": [
                node
                for node in one.milestones
                if not node.actual_on and node.plan_on and node.plan_on < today
            ],
            "next": next((node for node in one.route if not node.actual_on), None),
            "visited": last.get(one.id),
        }
        for one in found
    ]
    return render_template(
        "delivery/leader_page.html",
        leader=leader,
        rows=rows,
        today=today,
        visits=queries.visits_of_leader(me(), leader),
        list_url=address({"leader": str(leader.id)}),
        is_me=leader.id == me().id,
    )
