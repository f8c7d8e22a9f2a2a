"""视察意见: each remark with its slip and its answer."""

from __future__ import annotations

from flask import url_for

from crm.lib.words import N_, _
from crm.lists.table import Column, Filter, ListPage, between, register
from crm.org.permissions import Permission as P
from crm.slips.models import Inspection, Remark
from crm.slips.states import Body, RemarkState

from . import queries

PAGE = register(
    ListPage(
        name="remarks",
        msgid=N_("视察意见"),
        noun="inspection_remark",
        model=Remark,
        columns=(
            Column("text", N_("意见"), lambda r: r.text, url=lambda r: url_for("inspections.show", id=r.inspection_id)),
            Column("project", N_("所在项目"), lambda r: r.project.name if r.project else ""),
            Column("on_day", N_("日期"), lambda r: r.inspection.on_day, kind="day", sort="day"),
            Column("body", N_("哪一类"), lambda r: r.inspection.body, kind="state"),
            Column("title", N_("视察、督查"), lambda r: r.inspection.title),
            Column("state", N_("状态"), lambda r: r.state, kind="state"),
            Column("slip", N_("交办单"), lambda r: r.slip.number or _("待汇总") if r.slip else "",
                   url=lambda r: url_for("slips.show", id=r.slip_id) if r.slip_id else None),
            Column("slip_state", N_("交办单状态"), lambda r: r.slip.state if r.slip else None, kind="state"),
            Column("answer", N_("反馈"), lambda r: r.answer),
            Column("answered_on", N_("反馈日期"), lambda r: r.answered_on, kind="day", sort="answered"),
            Column("unit", N_("登记单位"), lambda r: r.inspection.unit.name, default=False),
        ),
        filters=(
            Filter("state", N_("状态"), "choice", lambda user: RemarkState.choices(),
                   lambda v, user: queries.is_in(RemarkState(v))),
            Filter("body", N_("哪一类"), "choice", lambda user: Body.choices(),
                   lambda v, user: Inspection.body == Body(v)),
            Filter("mine", N_("本单位登记的"), "flag", where=lambda v, user: Inspection.unit_id == user.unit_id),
            Filter("ready", N_("交办单办完、等着反馈"), "flag", where=lambda v, user: queries.ready()),
            Filter("day", N_("日期"), "days", where=lambda v, user: between(Inspection.on_day, v)),
        ),
        sorts={"id": Remark.id, "day": Inspection.on_day, "answered": Remark.answered_on},
        default_sort="-id",
        base=lambda user: queries.with_all(queries.remarks_visible_to(user)),
        view_permission=P.SLIP_VIEW,
        export_permission=P.SLIP_EXPORT,
        belongs=lambda r: {"units": [r.inspection.unit_id, r.project.unit_id if r.project else None],
                           "owners": [r.inspection.entered_by_id]},
        endpoint="inspections.index",
        searched=False,
        empty_text=N_("人大代表、政协委员视察和督查提出的意见登记在这里，转成交办单办理，办完反馈。"),
        empty_actions=lambda user: [(_("登记一次视察"), url_for("inspections.register"))]
        if user.may(P.INSPECTION_MANAGE) else [],
    )
)  # fmt: skip
