"""回归意愿清单; and what the list of firms offers besides: who is to be contacted, what is missing, how complete."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask import url_for

from crm.lib.words import N_, _
from crm.lists.table import Column, Filter, ListPage, between, of_unit, register
from crm.merchants.lists import ENTERPRISES, PEOPLE
from crm.merchants.models import Enterprise, Intent, Person
from crm.org.permissions import Permission as P

from . import queries
from .facts import Band, Fact
from .models import ReturnIntent, Watch


def _of_tracking(of: queries.Noun) -> tuple[Filter, ...]:
    return (
        Filter("late", N_("该联系没有联系"), "choice", lambda user: Watch.choices(),
               lambda value, user: queries.is_late(Watch(value), of)),
        Filter("to_sleep", N_("该转休眠的"), "flag", where=lambda value, user: queries.should_sleep(of)),
        Filter("never_met", N_("从未联系"), "flag", where=lambda value, user: queries.never_met(of)),
    )  # fmt: skip


PEOPLE.also_filtered_by(*_of_tracking(Person))
ENTERPRISES.also_filtered_by(
    *_of_tracking(Enterprise),
    Filter("lacks", N_("缺什么"), "choice", lambda user: Fact.choices(),
           lambda value, user: queries.lacks(Fact(value))),
    Filter("complete", N_("资料完整度"), "choice", lambda user: Band.choices(),
           lambda value, user: queries.is_in(Band(value))),
    Filter("chamber", N_("商会"), where=lambda value, user: Enterprise.chamber == value),
)  # fmt: skip


def _shown_until_replaced(args: Any) -> Any:
    return sa.true() if args.get("all") == "1" else ReturnIntent.until_on.is_(None)


INTENTS = register(
    ListPage(
        name="return_intents",
        msgid=N_("回归意愿"),
        noun=queries.NOUN,
        model=ReturnIntent,
        columns=(
            Column("enterprise", N_("企业"), lambda one: one.enterprise.name,
                   url=lambda one: url_for("merchants.show", id=one.enterprise_id)),
            Column("intent", N_("投资意愿"), lambda one: one.intent, "state", sort="intent"),
            Column("said_on", N_("哪一天说的"), lambda one: one.said_on, "day", sort="said"),
            Column("said_by", N_("谁说的"), lambda one: one.said_by),
            Column("evidence", N_("依据"), lambda one: one.evidence),
            Column("region", N_("所在地"), lambda one: one.enterprise.region, default=False),
            Column("unit", N_("记录单位"), lambda one: one.unit.name),
            Column("author", N_("记录人"), lambda one: one.author.name if one.author else "", default=False),
            Column("until_on", N_("后来改说"), lambda one: one.until_on, "day", default=False),
        ),
        filters=(
            Filter("intent", N_("投资意愿"), "choice",
                   lambda user: [(one.value, one.label) for one in Intent if one is not Intent.UNKNOWN],
                   lambda value, user: ReturnIntent.intent == Intent(value)),
            Filter("said", N_("哪一天说的"), "days", where=lambda value, user: between(ReturnIntent.said_on, value)),
            of_unit(N_("记录单位"), lambda id: ReturnIntent.unit_id == id),
            Filter("mine", N_("我跟进的"), "flag", where=lambda value, user: ReturnIntent.enterprise_id.in_(
                sa.select(Enterprise.id).where(Enterprise.follow_user_id == user.id))),
            Filter("ours", N_("本单位跟进的"), "flag", where=lambda value, user: ReturnIntent.enterprise_id.in_(
                sa.select(Enterprise.id).where(Enterprise.follow_unit_id == user.unit_id))),
            Filter("all", N_("连同以前说的"), "flag"),
        ),
        also=_shown_until_replaced,
        sorts={"said": ReturnIntent.said_on, "intent": ReturnIntent.intent, "id": ReturnIntent.id},
        default_sort="-said",
        base=lambda user: queries.intents_loaded(queries.intents_visible_to(user)),
        view_permission=P.MERCHANT_VIEW,
        export_permission=P.MERCHANT_EXPORT,
        belongs=lambda one: {"units": [one.unit_id], "owners": [one.author_id]},
        endpoint="tracking.intents",
        searched=False,
        empty_text=N_("在企业的页面上“记回归意愿”，谁想回来、凭什么这样说，都在这里。"),
        empty_actions=lambda user: [(_("企业"), url_for("merchants.index"))],
    )
)  # fmt: skip
