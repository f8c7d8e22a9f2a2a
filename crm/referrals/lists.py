"""The list of introductions that were asked for."""

from __future__ import annotations

import sqlalchemy as sa
from flask import url_for

from crm.lib import clock
from crm.lib.words import N_, _
from crm.lists.table import Column, Filter, ListPage, between, of_unit, register
from crm.org.permissions import Permission as P

from . import queries
from .models import Asking, Introduction

PAGES = {"person": "merchants.show_person", "enterprise": "merchants.show"}


def _url(noun: str, id: int) -> str | None:
    return url_for(PAGES[noun], id=id) if noun in PAGES else None


PAGE = register(
    ListPage(
        name="introductions",
        msgid=N_("引荐"),
        noun="introduction",
        model=Introduction,
        columns=(
            Column("target", N_("想见谁"), lambda one: one.target_name,
                   url=lambda one: url_for("referrals.show", id=one.id)),
            Column("asked", N_("请谁引荐"), lambda one: one.asked_name, url=lambda one: _url(one.asked_noun, one.asked_id)),
            Column("state", N_("状态"), lambda one: one.state, "state"),
            Column("way", N_("路径"), lambda one: one.way, default=False),
            Column("wish", N_("请他做什么"), lambda one: one.wish),
            Column("owner", N_("由谁去请"), lambda one: one.owner.name),
            Column("due_on", N_("什么时候以前"), lambda one: one.due_on, "day", sort="due"),
            Column("ended_on", N_("办结日期"), lambda one: one.ended_on, "day", default=False),
            Column("outcome", N_("怎么样"), lambda one: one.outcome),
            Column("unit", N_("单位"), lambda one: one.unit.name, default=False),
        ),
        filters=(
            Filter("state", N_("状态"), "choice", lambda user: Asking.choices(),
                   lambda value, user: Introduction.state == Asking(value)),
            Filter("mine", N_("由我去请"), "flag", where=lambda value, user: Introduction.owner_id == user.id),
            Filter("overdue", N_("已逾期"), "flag",
                   where=lambda value, user: sa.and_(Introduction.state == Asking.ASKED,
                                                     Introduction.due_on < clock.today())),
            of_unit(N_("单位"), lambda id: Introduction.unit_id == id),
            Filter("due", N_("什么时候以前"), "days", where=lambda value, user: sa.and_(Introduction.state == Asking.ASKED,
                                                     between(Introduction.due_on, value))),
        ),
        sorts={"id": Introduction.id, "due": Introduction.due_on},
        default_sort="due",
        base=lambda user: queries.introductions_loaded(queries.introductions_visible_to(user)),
        view_permission=P.CONTACT_VIEW,
        export_permission=P.CONTACT_EXPORT,
        searched=False,
        endpoint="referrals.index",
        empty_text=N_("在企业或人员的页面点“谁能引荐”，看看谁离他最近，再请他引荐。"),
        empty_actions=lambda user: [(_("打开企业库"), url_for("merchants.index"))],
    )
)  # fmt: skip
