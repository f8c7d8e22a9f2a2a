"""表彰: columns, filters."""

from __future__ import annotations

import sqlalchemy as sa
from flask import url_for

from crm.lib.words import N_, _
from crm.lists.table import Column, Filter, ListPage, between, of_unit, register
from crm.org.models import Unit
from crm.org.permissions import Permission as P
from crm.supervision.queries import runs

from . import queries
from .models import Honour, HonourKind

PAGE = register(
    ListPage(
        name="honours",
        msgid=N_("表彰"),
        noun=queries.NOUN,
        model=Honour,
        columns=(
            Column("whose", N_("个人或单位"), lambda h: h.person.name if h.person else h.unit.name, typed=True,
                   url=lambda h: url_for("honours.show", id=h.id)),
            Column("title", N_("荣誉"), lambda h: h.called, sort="title", typed=True),
            Column("year", N_("表彰年度"), lambda h: str(h.year), sort="year"),
            Column("unit", N_("所在单位"), lambda h: h.unit.name, sort="unit"),
            Column("reason", N_("事迹、理由"), lambda h: h.reason, typed=True),
            Column("document_no", N_("表彰文号"), lambda h: h.document_no, kind="code"),
            Column("granted_on", N_("表彰日期"), lambda h: h.granted_on, kind="day", sort="granted"),
            Column("granted_by", N_("由谁表彰"), lambda h: h.granted_by, typed=True, default=False),
            Column("revoked_on", N_("撤销日期"), lambda h: h.revoked_on, kind="day", default=False),
        ),
        filters=(
            Filter("kind", N_("荣誉"), "choice", lambda user: HonourKind.choices(),
                   lambda v, user: Honour.kind == HonourKind(v)),
            Filter("year", N_("表彰年度"), "choice", lambda user: [(str(one), str(one)) for one in queries.years()],
                   lambda v, user: Honour.year == int(v)),
            of_unit(N_("所在单位"), lambda id: Honour.unit_id == id),
            Filter("granted", N_("表彰日期"), "days", where=lambda v, user: between(Honour.granted_on, v)),
            Filter("revoked", N_("已经撤销的"), "flag", where=lambda v, user: Honour.revoked_on.is_not(None)),
        ),
        sorts={
            "id": Honour.id,
            "title": Honour.title,
            "year": Honour.year,
            "unit": sa.select(Unit.code).where(Unit.id == Honour.unit_id).scalar_subquery(),
            "granted": Honour.granted_on,
        },
        default_sort="-granted",
        base=lambda user: queries.with_names(queries.visible_to(user)),
        view_permission=P.SUPERVISION_VIEW,
        export_permission=P.SUPERVISION_EXPORT,
        belongs=lambda h: {"units": [h.unit_id], "owners": [h.person_id]},
        endpoint="honours.index",
        empty_text=N_("招商能手、项目功臣、攻坚干将记在这里，写明事迹，连着当时的数。"),
        empty_actions=lambda user: [(_("记一项表彰"), url_for("honours.grant"))] if runs(user) else [],
    )
)  # fmt: skip
