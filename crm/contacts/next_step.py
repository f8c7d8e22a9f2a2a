"""What comes next is said while something stands open: 「认真做好跟踪调查」, 「跟踪服务」.

A merchant is followed, not remembered: as long as a deal or a lead is open, or the merchant stands under
重点跟踪, each contact ends with the next step and its day.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from crm.lib.enums import Labelled
from crm.lib.words import N_, _

FURTHEST = dt.timedelta(days=3 * 366)
"""A next step further off is a slip of the finger in the year."""


class In(Labelled):
    """The usual days, one touch each."""

    TOMORROW = "1", N_("明天")
    THREE_DAYS = "3", N_("3 天后")
    A_WEEK = "7", N_("1 周后")
    TWO_WEEKS = "14", N_("2 周后")

    def after(self, day: dt.date) -> dt.date:
        return day + dt.timedelta(days=int(self.value))


class Plan(NamedTuple):
    """A next step and its day; both empty when there is none."""

    step: str = ""
    due_on: dt.date | None = None


@dataclass(frozen=True)
class Surroundings:
    """What stands open around a contact, as far as who logs it may see."""

    deal_open: bool = False  # the deal it is about
    lead_open: bool = False  # the lead it is about
    open_deals: int = 0  # of the firm
    open_leads: int = 0
    key_merchant: bool = False  # 重点跟踪
    superseded: bool = False  # a later contact has already said what comes next


def why_needed(around: Surroundings) -> str:
    """The sentence that asks for a next step; empty when it may be left out."""
    if around.superseded:
        return ""
    if around.deal_open:
        return _("项目还在推进，请写明下一步和日期")
    if around.lead_open:
        return _("线索还没有了结，请写明下一步和日期")
    if around.open_deals:
        return _("这家企业有 %(n)s 个项目还在推进，请写明下一步和日期", n=around.open_deals)
    if around.open_leads:
        return _("这家企业有 %(n)s 条线索还没有了结，请写明下一步和日期", n=around.open_leads)
    if around.key_merchant:
        return _("这是重点跟踪的客商，请写明下一步和日期")
    return ""


def missing_for(plan: Plan, around: Surroundings, contact_on: dt.date) -> Iterator[tuple[str, str]]:
    """(field, sentence) for each thing that still has to be said."""
    why = why_needed(around)
    if not plan.step:
        if why:
            yield "next_step", why
        elif plan.due_on:
            yield "next_step", _("选了日期，请再写下一步做什么")
    if not plan.due_on:
        if plan.step or why:
            yield "next_due_on", _("请选下一步的日期")
    elif plan.due_on < contact_on:
        yield "next_due_on", _("下一步不能早于这次沟通的日期")
    elif plan.due_on > contact_on + FURTHEST:
        yield "next_due_on", _("下一步离这次沟通超过三年，请检查年份")


def after(old: Plan, said: Plan, contact_on: dt.date) -> Plan:
    """A record's next step after a contact: what was said; else the old one if its day is still to come.

    A step that was due by the day of the contact is done by it.
    """
    if said.step:
        return said
    if old.step and (old.due_on is None or old.due_on > contact_on):
        return old
    return Plan()
