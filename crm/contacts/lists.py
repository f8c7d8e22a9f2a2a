"""The list of contact logs: columns and filters."""

from __future__ import annotations

from flask import url_for
from sqlalchemy.orm import selectinload

from crm.lib.words import N_, _, listed
from crm.lists.table import Column, Filter, ListPage, of_unit, register
from crm.merchants.models import Person
from crm.org.permissions import Permission as P

from . import queries
from .models import ContactKind, ContactLog

PAGE = register(
    ListPage(
        name="contacts",
        msgid=N_("沟通记录"),
        noun=queries.NOUN,
        model=ContactLog,
        columns=(
            Column("happened", N_("时间"), lambda log: log.happened_at, "moment", sort="happened",
                   url=lambda log: url_for("contacts.show", id=log.id)),
            Column("kind", N_("方式"), lambda log: log.kind, "state"),
            Column("enterprise", N_("企业"), lambda log: log.enterprise and log.enterprise.name,
                   url=lambda log: log.enterprise and url_for("merchants.show", id=log.enterprise_id)),
            Column("deal", N_("项目"), lambda log: log.deal and log.deal.name,
                   url=lambda log: log.deal and url_for("deals.show", id=log.deal_id)),
            Column("lead", N_("线索"), lambda log: log.lead and log.lead.title, default=False,
                   url=lambda log: log.lead and url_for("leads.show", id=log.lead_id)),
            Column("theirs", N_("对方人员"), queries.theirs),
            Column("summary", N_("内容"), lambda log: log.summary),
            Column("next_step", N_("下一步"), lambda log: log.next_step),
            Column("next_due", N_("下一步日期"), lambda log: log.next_due_on, "day"),
            Column("ours", N_("我方人员"), lambda log: listed(one.name for one in log.colleagues), default=False),
            Column("unit", N_("单位"), lambda log: log.unit.name),
            Column("author", N_("记录人"), lambda log: log.author and log.author.name),
            Column("place", N_("地点"), lambda log: log.place, default=False),
            Column("leader_led", N_("区领导带队"), lambda log: _("是") if log.leader_led else "", default=False),
            Column("theirs_titled", N_("对方人员及职务"), queries.theirs_titled, default=False,
                   options=(selectinload(ContactLog.people).selectinload(Person.positions),)),
            Column("led_by", N_("带队领导"), queries.led_by, default=False),
            Column("day", N_("日期"), lambda log: log.happened_at, "day", default=False),
            Column("logged", N_("记录时间"), lambda log: log.logged_at, "moment", default=False),
        ),
        filters=(
            Filter("kind", N_("方式"), "choice", lambda user: ContactKind.choices(),
                   lambda value, user: ContactLog.kind == ContactKind(value)),
            Filter("enterprise", N_("企业"), where=queries.with_enterprise),
            of_unit(N_("单位"), lambda id: ContactLog.unit_id == id),
            Filter("author", N_("记录人"), "choice", queries.author_choices, queries.by_author),
            Filter("period", N_("时间"), "days", where=queries.in_period),
            Filter("leader_led", N_("区领导带队"), "flag", where=lambda value, user: ContactLog.leader_led),
        ),
        sorts={"happened": ContactLog.happened_at},
        default_sort="-happened",
        base=queries.rows_for,
        many=True,
        view_permission=P.CONTACT_VIEW,
        export_permission=P.CONTACT_EXPORT,
        export_full_permission=P.MERCHANT_EXPORT_FULL,
        endpoint="contacts.index",
        empty_actions=lambda user: [(_("记一笔"), url_for("contacts.new"))] if user.may(P.CONTACT_LOG) else [],
    )
)  # fmt: skip
