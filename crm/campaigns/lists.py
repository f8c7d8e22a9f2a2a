"""The list of what is fought for, over all campaigns; and the act that puts key projects on one."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask import url_for

from crm.db import db
from crm.delivery import lists as project_lists
from crm.delivery.models import KeyProject
from crm.lib import clock
from crm.lib.errors import Refused
from crm.lib.words import N_, _
from crm.lists.table import BulkAct, Column, Filter, ListPage, of_leader, of_unit, register
from crm.org.models import User
from crm.org.permissions import Permission as P
from crm.search import index

from . import actions, queries
from .batches import Batch, Standing
from .models import Campaign, CampaignEntry


def _matching(text: str) -> sa.ColumnElement[bool]:
    """By its own name, and by the project's."""
    of_project = CampaignEntry.project_id.in_(index.matching(KeyProject.__tablename__, text))
    return sa.or_(of_project, CampaignEntry.name.contains(text, autoescape=True))


def _url(entry: Any) -> str:
    if entry.project_id:
        return url_for("delivery.show", id=entry.project_id)
    if entry.clearance_id:
        return url_for("clearance.show", id=entry.clearance_id)
    return url_for("campaigns.show", id=entry.campaign_id)


PAGE = register(
    ListPage(
        name="campaign_entries",
        msgid=N_("攻坚清单"),
        noun="campaign_entry",
        model=CampaignEntry,
        columns=(
            Column("title", N_("项目"), lambda one: one.title, url=_url),
            Column("batch", N_("哪一批"), lambda one: one.batch, "state", sort="batch"),
            Column("goal", N_("目标节点"), lambda one: one.goal, "state"),
            Column("standing", N_("状态"), lambda one: one.standing(clock.today()), "state"),
            Column("due", N_("期限"), lambda one: one.due, "day", sort="due"),
            Column("reached_on", N_("完成日期"), lambda one: one.reached_on, "day", sort="reached"),
            Column("unit", N_("责任单位"), lambda one: one.who.name if one.who else ""),
            Column("leader", N_("挂联领导"), lambda one: one.project.leader.name if one.project and one.project.leader else ""),
            Column("campaign", N_("会战"), lambda one: one.campaign.name,
                   url=lambda one: url_for("campaigns.show", id=one.campaign_id)),
        ),
        filters=(
            Filter("campaign", N_("会战"), "choice", lambda user: [(one.id, one.name) for one in queries.all_of(user)],
                   lambda value, user: CampaignEntry.campaign_id == int(value)),
            Filter("batch", N_("哪一批"), "choice", lambda user: Batch.choices(),
                   lambda value, user: CampaignEntry.batch == Batch(value)),
            Filter("standing", N_("状态"), "choice", lambda user: Standing.choices(),
                   lambda value, user: queries.stands(Standing(value), clock.today())),
            of_leader(N_("挂联领导"), queries.led_by),
            of_unit(N_("责任单位"), queries.answered_by),
        ),
        sorts={
            "id": CampaignEntry.id,
            "batch": CampaignEntry.batch,
            "due": sa.func.coalesce(CampaignEntry.due_on, CampaignEntry.planned_on),
            "reached": CampaignEntry.reached_on,
        },
        default_sort="due",
        base=lambda user: queries.with_names(queries.entries_visible_to(user)),
        belongs=lambda one: {"units": [one.who.id if one.who else None]},
        row_label=lambda one: one.title,
        matching=_matching,
        view_permission=P.PROJECT_VIEW,
        export_permission=P.PROJECT_EXPORT,
        endpoint="campaigns.entries",
        empty_text=N_("先开一个会战，再把项目列进四个一批。"),
    )
)  # fmt: skip


def _fill(project: KeyProject, value: str, user: User) -> None:
    number, _dash, batch = value.partition("-")
    campaign = db.session.get(Campaign, int(number)) if number.isdecimal() else None
    if campaign is None or batch not in {one.value for one in Batch} or not queries.may(user, campaign):
        raise Refused(_("没有这个选项"))
    actions.enter(campaign, Batch(batch), project, actor=user)


def _open(user: User) -> list[tuple[Any, str]]:
    return [
        (f"{one.id}-{batch.value}", f"{one.name}：{batch.label}")
        for one in queries.open_to(user)
        for batch in Batch
        if batch.goals
    ]


project_lists.ACTS.append(
    BulkAct("campaign", N_("列入百日攻坚"), P.CAMPAIGN_MANAGE, _fill, choices=_open, icon="star")
)
