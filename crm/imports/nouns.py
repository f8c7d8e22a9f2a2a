"""The nouns that come in as lists, each one declaration.

A new noun is a file beside this one (leads.py is a short one to copy) and a line in NOUNS below. The file has

    COLUMNS   the fields a list may have: key, label, the headers people give them, example, note (columns.py).
    read      rows -> [Read] (reading.py): `one.line(key)`, `one.day(key)`, `one.wan(key)` … read a cell and write down
              what is wrong with it (`one.fault(key, …)`) or odd (`one.remark(key, …)`). It leaves in
                  one.data     all that `create` hands to the noun's verb
                  one.key      two rows of a list with the same key say the same
                  one.same_id  the record of the base that the row is beyond doubt, if the user may see it
    create    (read, batch, user) -> (id, what undoing needs beside): by the noun's own verb
    remove    takes records that were made away again; `naming.removal(Model)` does for most

and, as far as it goes,

    renew     how records that are there are updated (`Renew` below): which columns, who may, by which verb.
              Without it rows are only created. Before and after, the actions, blanks that erase nothing and the undo
              are the house's own (renewing.py).
    alike     what makes a row a possible duplicate of a record or of another row (`Alike`, alike.py). Without it
              only `key` and `same_id` tell.

That is all: check, duplicates, decisions, run, cancel, result and undo, the template with its 说明, the menus and the
tests over every noun (tests/imports/test_every_noun.py) take it from here. Merchants have a flow of their own
(`plain` is None), because they come in hundreds of thousands.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from crm.capital import queries as capital_queries
from crm.capital.models import PaidIn
from crm.contacts import queries as contact_queries
from crm.contacts.models import ContactLog
from crm.deals import queries as deal_queries
from crm.deals.models import Deal
from crm.delivery import queries as delivery_queries
from crm.delivery.models import KeyProject, Milestone
from crm.indicators import queries as indicator_queries
from crm.indicators.models import TypedValue
from crm.land import queries as land_queries
from crm.land.models import Parcel
from crm.leads import queries as lead_queries
from crm.leads.models import Lead
from crm.lib.words import N_, _
from crm.merchants import queries as merchant_queries
from crm.merchants.models import Enterprise, Person
from crm.org.models import User
from crm.org.permissions import Permission
from crm.partners import queries as partner_queries
from crm.partners.models import Partner
from crm.reserve import queries as reserve_queries
from crm.reserve.models import ReserveItem
from crm.slips import queries as slip_queries
from crm.slips.models import Slip
from crm.supervision.commitments import queries as commitment_queries
from crm.supervision.commitments.models import Commitment
from crm.targets import queries as target_queries
from crm.targets.models import WorkTask
from crm.yields import queries as yield_queries
from crm.yields.models import Rating

from . import (
    commitments,
    deals,
    leads,
    logs,
    milestones,
    paid_in,
    parcels,
    partners,
    people,
    projects,
    reserve,
    slips,
    tasks,
    typed,
    yields,
)
from .columns import MERCHANTS, Columns
from .declaring import Plain
from .models import ImportBatch


@dataclass(frozen=True)
class Noun:
    key: str
    msgid: str
    columns: Columns
    permission: Permission  # besides the one to import
    model: Any
    visible_to: Callable[[User], sa.Select[Any]]
    endpoint: str  # of the page of one record, which takes its `id`
    plain: Plain | None = None

    @property
    def label(self) -> str:
        return _(self.msgid)

    @property
    def updates(self) -> bool:
        """Whether a list may change records that are there."""
        return self.plain is None or self.plain.renew is not None


NOUNS: dict[str, Noun] = {
    one.key: one
    for one in (
        Noun("enterprise", N_("企业"), MERCHANTS, Permission.MERCHANT_EDIT, Enterprise, merchant_queries.visible_to,
             "merchants.show"),
        Noun("person", N_("人员（带任职）"), people.COLUMNS, Permission.MERCHANT_EDIT, Person,
             merchant_queries.people_visible_to, "merchants.show_person", people.PLAIN),
        Noun("contact_log", N_("沟通记录"), logs.COLUMNS, Permission.CONTACT_LOG, ContactLog,
             contact_queries.visible_to, "contacts.show", logs.PLAIN),
        Noun("lead", N_("线索"), leads.COLUMNS, Permission.LEAD_REPORT, Lead, lead_queries.visible_to, "leads.show",
             leads.PLAIN),
        Noun("deal", N_("项目"), deals.COLUMNS, Permission.DEAL_EDIT, Deal, deal_queries.visible_to, "deals.show",
             deals.PLAIN),
        Noun("paid_in", N_("到位资金"), paid_in.COLUMNS, Permission.CAPITAL_DECLARE, PaidIn, capital_queries.visible_to,
             "capital.show", paid_in.PLAIN),
        Noun("reserve_item", N_("储备项目"), reserve.COLUMNS, Permission.RESERVE_EDIT, ReserveItem,
             reserve_queries.visible_to, "reserve.show", reserve.PLAIN),
        Noun("partner", N_("合作方"), partners.COLUMNS, Permission.PARTNER_MANAGE, Partner, partner_queries.visible_to,
             "partners.show", partners.PLAIN),
        Noun("yield_rating", N_("亩均评价"), yields.COLUMNS, Permission.YIELD_EDIT, Rating, yield_queries.visible_to,
             "yields.edit", yields.PLAIN),
        Noun("key_project", N_("重点项目（带节点）"), projects.COLUMNS, Permission.PROJECT_EDIT, KeyProject,
             delivery_queries.visible_to, "delivery.show", projects.PLAIN),
        Noun("milestone", N_("重点项目的节点"), milestones.COLUMNS, Permission.PROJECT_EDIT, Milestone,
             delivery_queries.milestones_visible_to, "delivery.edit_milestone", milestones.PLAIN),
        Noun("slip", N_("项目问题（交办单）"), slips.COLUMNS, Permission.SLIP_RAISE, Slip, slip_queries.visible_to,
             "slips.show", slips.PLAIN),
        Noun("commitment", N_("承诺事项"), commitments.COLUMNS, Permission.SUPERVISION_ANSWER, Commitment,
             commitment_queries.visible_to, "commitments.show", commitments.PLAIN),
        Noun("work_task", N_("目标任务"), tasks.COLUMNS, Permission.TARGET_MANAGE, WorkTask, target_queries.visible_to,
             "targets.show_task", tasks.PLAIN),
        Noun("typed_value", N_("填报的统计数"), typed.COLUMNS, Permission.INDICATOR_TYPE, TypedValue,
             indicator_queries.visible_to, "indicators.show_value", typed.PLAIN),
        Noun("parcel", N_("地块"), parcels.COLUMNS, Permission.LAND_MANAGE, Parcel, land_queries.visible_to, "land.show",
             parcels.PLAIN),
    )
}  # fmt: skip


def of(batch: ImportBatch) -> Noun:
    return NOUNS[batch.noun]


def for_user(user: User) -> list[Noun]:
    return [noun for noun in NOUNS.values() if user.may(noun.permission)]
