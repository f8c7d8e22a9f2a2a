"""What every page of a slip begins and ends with: it is loaded for who may see it, an act is carried out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, url_for

from crm.org.guard import load_mine, me, reaches
from crm.org.models import User
from crm.org.permissions import Permission as P
from crm.slips import queries
from crm.slips.models import Slip
from crm.slips.states import SlipState
from crm.web.forms import ActForm

bp = Blueprint("slips", __name__)


def load(id: int, may: Callable[[User, Slip], bool] | None = None) -> Slip:
    """The slip, if I may see it (404) and, when asked, do this to it (403)."""
    return load_mine(queries.with_story(queries.visible_to(me()).where(Slip.id == id)), may)


def carry_out(
    slip: Slip, form: ActForm, title: str, act: Callable[[], None], said: str, hint: str = ""
) -> Any:
    return form.act_page(
        "slips/act.html", act, title=title, back=url_for("slips.show", id=slip.id), said=f"{said}：{slip.name}",
        hint=hint, slip=slip,
    )  # fmt: skip


def may_edit(user: User, slip: Slip) -> bool:
    return reaches(user.scope_of(P.SLIP_RAISE), user, units=[slip.raised_unit_id], owners=[slip.raised_by_id])


def may_turn_down(user: User, slip: Slip) -> bool:
    """The office at any time before 交办; who raised it as long as it is not on a list."""
    return queries.runs(user) or (slip.state is SlipState.RAISED and may_edit(user, slip))


def address(**args: Any) -> str:
    return url_for("slips.index", **args)
