"""The nouns that come in as lists, each one declaration: its columns, how a row is read and matched, how a record is
made and taken away again.

Merchants have a flow of their own (`plain` is None), because they come in hundreds of thousands and are updated;
the others are made by the verbs that people use, one by one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from crm.contacts import queries as contact_queries
from crm.contacts.models import ContactLog
from crm.deals import queries as deal_queries
from crm.deals.models import Deal
from crm.leads import queries as lead_queries
from crm.leads.models import Lead
from crm.lib.words import N_, _
from crm.merchants import queries as merchant_queries
from crm.merchants.models import Enterprise, Person
from crm.org.models import User
from crm.org.permissions import Permission

from . import deals, leads, logs, people
from .columns import MERCHANTS, Columns
from .models import ImportBatch
from .reading import Read


@dataclass(frozen=True)
class Plain:
    read: Callable[[Sequence[Mapping[str, str]], User], list[Read]]
    create: Callable[[Read, ImportBatch, User], tuple[int, dict[str, Any]]]  # (record, what undoing needs)
    remove: Callable[[Sequence[int], Mapping[int, dict[str, Any]], ImportBatch, User], None]


@dataclass(frozen=True)
class Noun:
    key: str
    msgid: str
    columns: Columns
    permission: Permission  # besides the one to import
    model: Any
    visible_to: Callable[[User], sa.Select[Any]]
    endpoint: str
    plain: Plain | None = None

    @property
    def label(self) -> str:
        return _(self.msgid)


NOUNS: dict[str, Noun] = {
    one.key: one
    for one in (
        Noun("enterprise", N_("企业"), MERCHANTS, Permission.MERCHANT_EDIT, Enterprise, merchant_queries.visible_to,
             "merchants.show"),
        Noun("person", N_("人员（带任职）"), people.COLUMNS, Permission.MERCHANT_EDIT, Person,
             merchant_queries.people_visible_to, "merchants.show_person",
             Plain(people.read, people.create, people.remove)),
        Noun("contact_log", N_("沟通记录"), logs.COLUMNS, Permission.CONTACT_LOG, ContactLog,
             contact_queries.visible_to, "contacts.show", Plain(logs.read, logs.create, logs.remove)),
        Noun("lead", N_("线索"), leads.COLUMNS, Permission.LEAD_REPORT, Lead, lead_queries.visible_to, "leads.show",
             Plain(leads.read, leads.create, leads.remove)),
        Noun("deal", N_("项目"), deals.COLUMNS, Permission.DEAL_EDIT, Deal, deal_queries.visible_to, "deals.show",
             Plain(deals.read, deals.create, deals.remove)),
    )
}  # fmt: skip


def of(batch: ImportBatch) -> Noun:
    return NOUNS[batch.noun]


def for_user(user: User) -> list[Noun]:
    return [noun for noun in NOUNS.values() if user.may(noun.permission)]
