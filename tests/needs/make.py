"""Needs by the verb."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from crm.needs import actions
from crm.needs.kinds import NeedKind
from crm.needs.models import Need
from crm.org.models import User


def asked_for(subject: Any, kind: NeedKind, title: str, amount: object, by: User, **more: Any) -> Need:
    data = {"title": title, "asked": Decimal(str(amount)), **more}
    return actions.ask(subject, kind, data, actor=by)
