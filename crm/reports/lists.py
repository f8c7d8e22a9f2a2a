"""The list of reports."""

from __future__ import annotations

from flask import url_for

from crm.lib.words import N_, _
from crm.lists.table import Column, Filter, ListPage, between, register
from crm.org.permissions import Permission as P

from . import queries
from .models import Report, ReportState
from .periods import ReportKind

PAGE = register(
    ListPage(
        name="reports",
        msgid=N_("通报公示"),
        noun=queries.NOUN,
        model=Report,
        columns=(
            Column("name", N_("名称"), lambda r: r.title, url=lambda r: url_for("reports.show", id=r.id)),
            Column("kind", N_("种类"), lambda r: r.kind, kind="state"),
            Column("last_on", N_("截至"), lambda r: r.last_on, kind="day", sort="last"),
            Column("state", N_("状态"), lambda r: r.standing, kind="state"),
            Column("editions", N_("已发布的版本"), lambda r: len(r.editions), kind="number"),
            Column("correcting", N_("更正进度"), lambda r: r.correcting, kind="state"),
            Column("published", N_("发布时间"), lambda r: r.editions[-1].published_at if r.editions else None, kind="moment"),
            Column("unit", N_("编印单位"), lambda r: r.unit.name, default=False),
            Column("drafted_by", N_("起草人"), lambda r: r.drafted_by.name, default=False),
            Column("checked_by", N_("审核人"), lambda r: r.checked_by.name if r.checked_by else "", default=False),
        ),
        filters=(
            Filter("kind", N_("种类"), "choice", lambda user: ReportKind.choices(),
                   lambda v, user: Report.kind == ReportKind(v)),
            Filter("state", N_("状态"), "choice", lambda user: ReportState.choices(),
                   lambda v, user: queries.in_state(ReportState(v))),
            Filter("last", N_("截至"), "days", where=lambda v, user: between(Report.last_on, v)),
            Filter("correcting", N_("正在更正"), "flag", where=lambda v, user: queries.is_correcting()),
            Filter("to_check", N_("等我审核"), "flag", where=lambda v, user: queries.waits_for_check(user)),
            Filter("to_publish", N_("等我发布"), "flag", where=lambda v, user: queries.waits_for_publication(user)),
            Filter("returned", N_("退回给我的"), "flag", where=lambda v, user: queries.came_back(user)),
        ),
        sorts={"last": Report.last_on},
        default_sort="-last",
        base=lambda user: queries.with_names(queries.visible_to(user)),
        view_permission=P.REPORT_VIEW,
        export_permission=P.DEAL_EXPORT,
        belongs=lambda r: {"units": [r.unit_id], "owners": [r.drafted_by_id]},
        endpoint="reports.index",
        searched=False,
        empty_text=N_("月通报、季公示、快报由记录生成，审核后发布，发布后不再改动。"),
        empty_actions=lambda user: [(_("起草一期"), url_for("reports.new"))] if queries.drafts(user) else [],
    )
)  # fmt: skip
