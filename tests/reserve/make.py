"""Planned projects by the verb."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from crm.org.models import User
from crm.reserve import actions
from crm.reserve.models import Depth, PlanWay, ReserveItem


def planned(name: str, by: User, **columns: Any) -> ReserveItem:
    data = {
        "name": name, "year": 2013, "planned_wan": Decimal(5_200), "way": PlanWay.INDUSTRY, "depth": Depth.SCHEME,
        "content": "", "direction": None, "in_city": False, "city_registered_on": None, "city_number": "", **columns,
    }  # fmt: skip
    return actions.plan(data, actor=by)
