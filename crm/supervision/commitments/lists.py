"""承诺台账: columns, filters."""

from __future__ import annotations

import sqlalchemy as sa
from flask import url_for

from crm.lib import clock
from crm.lib.words import N_, _
from crm.lists.table import Column, Filter, ListPage, between, of_unit, register
from crm.org.models import Unit
from crm.org.permissions import Permission as P

from . import queries
from .models import Commitment
from .states import CommitmentState

PAGE = register(
    ListPage(
        name="commitments",
        msgid=N_("承诺台账"),
        noun=queries.NOUN,
        model=Commitment,
        columns=(
            Column("name", N_("承诺事项"), lambda c: c.name, sort="name", typed=True,
                   url=lambda c: url_for("commitments.show", id=c.id)),
            Column("unit", N_("承诺单位"), lambda c: c.unit.name, sort="unit"),
            Column("person", N_("承诺人"), lambda c: c.person.name if c.person else "", typed=True),
            Column("post", N_("承诺人职务"), lambda c: c.post, typed=True, default=False),
            Column("to_whom", N_("向谁承诺"), lambda c: c.to_whom, typed=True),
            Column("promised_on", N_("承诺日期"), lambda c: c.promised_on, kind="day", sort="promised"),
            Column("due_on", N_("兑现期限"), lambda c: c.due_on, kind="day", sort="due"),
            Column("state", N_("状态"), lambda c: c.state, kind="state", sort="state"),
            Column("days_late", N_("逾期天数"), queries.days_late, kind="number"),
            Column("occasion", N_("场合或文件"), lambda c: c.occasion, typed=True, default=False),
            Column("content", N_("具体内容"), lambda c: c.content, typed=True, default=False),
            Column("deal", N_("相关招商项目"), lambda c: c.deal.name if c.deal else "", typed=True, default=False),
            Column("project", N_("相关重点项目"), lambda c: c.project.name if c.project else "", typed=True, default=False),
            Column("ended_on", N_("确认日期"), lambda c: c.ended_on, kind="day", sort="ended", default=False),
        ),
        filters=(
            Filter("state", N_("状态"), "choice", lambda user: CommitmentState.choices(),
                   lambda v, user: Commitment.state == CommitmentState(v)),
            of_unit(N_("承诺单位"), lambda id: Commitment.unit_id == id),
            Filter("mine", N_("我承诺的"), "flag", where=lambda v, user: Commitment.person_id == user.id),
            Filter("overdue", N_("已经逾期"), "flag", where=lambda v, user: queries.overdue(clock.today())),
            Filter("confirm", N_("等我确认"), "flag", where=lambda v, user: queries.to_confirm(user)),
            Filter("due", N_("兑现期限"), "days", where=lambda v, user: between(Commitment.due_on, v)),
            Filter("promised", N_("承诺日期"), "days", where=lambda v, user: between(Commitment.promised_on, v)),
        ),
        sorts={
            "id": Commitment.id,
            "name": Commitment.name,
            "unit": sa.select(Unit.code).where(Unit.id == Commitment.unit_id).scalar_subquery(),
            "promised": Commitment.promised_on,
            "due": Commitment.due_on,
            "state": Commitment.state,
            "ended": Commitment.ended_on,
        },
        default_sort="-due",
        base=lambda user: queries.with_names(queries.visible_to(user)),
        view_permission=P.SUPERVISION_VIEW,
        export_permission=P.SUPERVISION_EXPORT,
        belongs=lambda c: {"units": [c.unit_id], "owners": [c.person_id, c.entered_by_id]},
        endpoint="commitments.index",
        empty_text=N_("对企业、对上级作出的承诺登记在这里：谁承诺、向谁承诺、什么时候兑现；兑现由别人确认。"),
        empty_actions=lambda user: [(_("登记承诺"), url_for("commitments.register"))]
        if user.may(P.SUPERVISION_ANSWER) else [],
    )
)  # fmt: skip
