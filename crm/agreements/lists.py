"""协议台账."""

from __future__ import annotations

from flask import url_for

from crm.deals.models import Deal
from crm.deals.stages import AgreementKind
from crm.lib import clock
from crm.lib.words import N_
from crm.lists.table import Column, Filter, ListPage, of_unit, register
from crm.org.permissions import Permission as P

from . import queries
from .models import Agreement

PAGE = register(
    ListPage(
        name="agreements",
        msgid=N_("协议"),
        noun="agreement",
        model=Agreement,
        columns=(
            Column("title", N_("协议名称"), lambda a: a.title, url=lambda a: url_for("agreements.show", id=a.id)),
            Column("kind", N_("协议类型"), lambda a: a.kind, kind="state"),
            Column("deal", N_("项目"), lambda a: a.deal.name),
            Column("unit", N_("责任单位"), lambda a: a.deal.unit.name),
            Column("amount_wan", N_("协议金额"), lambda a: a.amount_wan, kind="wan", sort="amount"),
            Column("signed_on", N_("签订日期"), lambda a: a.signed_on, kind="day", sort="signed"),
            Column("expires_on", N_("到期日期"), lambda a: a.expires_on, kind="day", sort="expires"),
            Column("number", N_("编号"), lambda a: a.number, default=False),
            Column("parties", N_("各方"), lambda a: a.parties.replace("\n", "；"), default=False),
            Column("terms", N_("优惠条款"), lambda a: a.terms, default=False, typed=True),
            Column("reviewed_by", N_("公平竞争审查部门"), lambda a: a.reviewed_by, default=False, typed=True),
            Column("reviewed_on", N_("公平竞争审查日期"), lambda a: a.reviewed_on, kind="day", default=False),
            Column("closed", N_("了结"), lambda a: a.closed_reason, default=False),
        ),
        filters=(
            Filter("kind", N_("协议类型"), "choice", lambda user: AgreementKind.choices(),
                   lambda v, user: Agreement.kind == AgreementKind(v)),
            of_unit(N_("责任单位"), lambda id: Agreement.deal.has(Deal.unit_id == id)),
            Filter("mine", N_("我跟进的项目"), "flag",
                   where=lambda v, user: Agreement.deal.has(Deal.owner_id == user.id)),
            Filter("expiring", N_("快到期或已过期"), "flag", where=lambda v, user: queries.is_expiring(clock.today())),
            Filter("unreviewed", N_("优惠条款没有做公平竞争审查"), "flag", where=lambda v, user: queries.lacks_review()),
            Filter("open", N_("还没有了结"), "flag", where=lambda v, user: Agreement.closed_on.is_(None)),
        ),
        sorts={"signed": Agreement.signed_on, "expires": Agreement.expires_on, "amount": Agreement.amount_wan,
               "id": Agreement.id},
        default_sort="-id",
        base=lambda user: queries.with_names(queries.visible_to(user)),
        view_permission=P.DEAL_VIEW,
        export_permission=P.DEAL_EXPORT,
        belongs=lambda a: {"units": [a.deal.unit_id], "owners": [a.deal.owner_id]},
        endpoint="agreements.index",
        row_label=lambda a: a.title,
        empty_text=N_("协议在项目页上添加。"),
    )
)  # fmt: skip
