"""核查名单: columns, filters."""

from __future__ import annotations

import sqlalchemy as sa
from flask import url_for

from crm.lib import clock
from crm.lib.words import N_, _
from crm.lists.table import Column, Filter, ListPage, between, of_unit, register
from crm.org.models import Unit
from crm.org.permissions import Permission as P
from crm.supervision.queries import runs

from . import queries, triggers
from .models import SupervisionCase
from .states import WITH_UNIT, CaseState, Conclusion, Trigger

PAGE = register(
    ListPage(
        name="supervision_cases",
        msgid=N_("核查名单"),
        noun=queries.NOUN,
        model=SupervisionCase,
        columns=(
            Column("subject", N_("核查事项"), lambda c: c.subject, typed=True,
                   url=lambda c: url_for("supervision.show", id=c.id)),
            Column("trigger", N_("列入的原因"), lambda c: c.trigger, kind="state", sort="trigger"),
            Column("unit", N_("责任单位"), lambda c: c.unit.name, sort="unit"),
            Column("evidence", N_("依据"), lambda c: triggers.in_short(c.evidence)),
            Column("as_of", N_("列入日期"), lambda c: c.as_of, kind="day", sort="as_of"),
            Column("state", N_("状态"), lambda c: c.state, kind="state", sort="state"),
            Column("due_on", N_("期限"), lambda c: c.due_on, kind="day", sort="due"),
            Column("conclusion", N_("结论"), lambda c: c.conclusion, kind="state"),
            Column("concluded_on", N_("结论日期"), lambda c: c.concluded_on, kind="day", sort="concluded", default=False),
            Column("person", N_("说明人"), lambda c: c.person.name if c.person else "", typed=True, default=False),
            Column("slip", N_("交办单"), lambda c: _("有") if c.slip_id else "", default=False),
        ),
        filters=(
            Filter("state", N_("状态"), "choice", lambda user: CaseState.choices(),
                   lambda v, user: SupervisionCase.state == CaseState(v)),
            Filter("trigger", N_("列入的原因"), "choice", lambda user: Trigger.choices(),
                   lambda v, user: SupervisionCase.trigger == Trigger(v)),
            of_unit(N_("责任单位"), lambda id: SupervisionCase.unit_id == id),
            Filter("conclusion", N_("结论"), "choice", lambda user: Conclusion.choices(),
                   lambda v, user: SupervisionCase.conclusion == Conclusion(v)),
            Filter("late", N_("已过期限"), "flag", where=lambda v, user: queries.late(clock.today())),
            Filter("answer", N_("等责任单位说明、整改"), "flag", where=lambda v, user: SupervisionCase.state.in_(WITH_UNIT)),
            Filter("run", N_("由我核实、作结论"), "flag", where=lambda v, user: queries.to_run(user)),
            Filter("as_of", N_("列入日期"), "days", where=lambda v, user: between(SupervisionCase.as_of, v)),
        ),
        sorts={
            "id": SupervisionCase.id,
            "trigger": SupervisionCase.trigger,
            "unit": sa.select(Unit.code).where(Unit.id == SupervisionCase.unit_id).scalar_subquery(),
            "as_of": SupervisionCase.as_of,
            "state": SupervisionCase.state,
            "due": SupervisionCase.due_on,
            "concluded": SupervisionCase.concluded_on,
        },
        default_sort="-id",
        base=lambda user: queries.with_names(queries.visible_to(user)),
        view_permission=P.SUPERVISION_VIEW,
        export_permission=P.SUPERVISION_EXPORT,
        belongs=lambda c: {"units": [c.unit_id], "owners": [c.person_id]},
        endpoint="supervision.index",
        empty_text=N_("指标落后、项目进度慢、承诺逾期的，每天早上列到这里，附上依据；列入只是提请核查，不是处理。"),
        empty_actions=lambda user: [(_("承诺台账"), url_for("commitments.index"))] if runs(user) else [],
    )
)  # fmt: skip
