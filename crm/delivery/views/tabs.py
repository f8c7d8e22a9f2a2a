"""What stands round every page of a key project: the blueprint, who may open it, the tabs.

Upper features import from here: `TABS`, `load`, `frame`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, abort, url_for

from crm.db import db
from crm.delivery import queries
from crm.delivery.models import KeyProject
from crm.delivery.status import next_of
from crm.lib import clock
from crm.lib.words import _
from crm.org.guard import me
from crm.org.permissions import Permission as P
from crm.org.permissions import Scope

bp = Blueprint("delivery", __name__)

Tab = tuple[str, str, int | None]
TABS: list[Callable[[KeyProject], Tab | None]] = []
"""Upper features hang their tab on a project: (endpoint that takes its `id`, label, count), None for nothing to see."""


def load(id: int, permission: P | None = None) -> KeyProject:
    """The project, if I may see it (404) and, when asked, change it so (403)."""
    rows = queries.visible_to(me()).filter_by(id=id)
    project: KeyProject = db.one_or_404(queries.with_story(queries.with_milestones(queries.with_names(rows))))
    if permission and not queries.may(me(), permission, project):
        abort(403)
    return project


def frame(project: KeyProject, here: str) -> dict[str, Any]:
    """What stands round every tab of a project; `here` is the endpoint of the tab that is open."""
    tabs: list[Tab] = [
        ("delivery.show", _("概况"), None),
        ("delivery.show_timetable", _("时间表"), len(project.milestones)),
        ("delivery.visits", _("一线记录"), None),
        ("delivery.progress", _("周报"), None),
        *(tab for more in TABS if (tab := more(project))),
    ]
    return {
        "project": project,
        "today": clock.today(),
        "target": next_of(project.status, productive=project.is_productive),
        "may_edit": queries.may(me(), P.PROJECT_EDIT, project),
        "may_sponsor": queries.may(me(), P.PROJECT_SPONSOR, project),
        "may_visit": me().scope_of(P.PROJECT_VISIT) is Scope.DISTRICT
        or queries.may(me(), P.PROJECT_VISIT, project),
        "tabs": [
            {
                "label": label,
                "url": url_for(endpoint, id=project.id),
                "active": endpoint == here,
                "count": count,
            }
            for endpoint, label, count in tabs
        ],
    }
