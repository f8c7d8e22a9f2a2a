"""Moving many deals from their list: each through its own gate, as by hand; what is missing is said of each."""

from __future__ import annotations

from crm.deals import lists as deal_lists
from crm.deals import queries as deals
from crm.deals.models import Deal
from crm.deals.stages import ORDER
from crm.lib.errors import Refused
from crm.lib.words import N_, _
from crm.lists.table import BulkAct
from crm.org.models import User
from crm.org.permissions import Permission as P

from . import actions

KEY = "advance"


def _advance(deal: Deal, value: str, user: User) -> None:
    if not deals.may(user, P.DEAL_ADVANCE, deal):
        raise Refused(_("您不能推进这个项目"))
    target = next((stage for stage in ORDER if stage.value == value), None)
    if target is None:
        raise Refused(_("没有这个阶段"))
    actions.advance(deal, target, {}, actor=user)


def offer() -> None:
    """Put the act on the list of deals, which stands on a lower floor. Twice is once."""
    if all(act.key != KEY for act in deal_lists.ACTS):
        act = BulkAct(KEY, N_("推进到"), P.DEAL_ADVANCE, _advance, choices=_stages, icon="stage")
        deal_lists.ACTS.append(act)


def _stages(user: User) -> list[tuple[str, str]]:
    return [(stage.value, stage.label) for stage in ORDER[1:]]
