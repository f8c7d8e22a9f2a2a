"""流转台账: every handing over that was proposed, with its answer and its split."""

from __future__ import annotations

from flask import url_for

from crm.lib.words import N_
from crm.lists.table import Column, Filter, ListPage, of_unit, register
from crm.org.permissions import Permission as P

from . import queries
from .models import Transfer, TransferState

PAGE = register(
    ListPage(
        name="transfers",
        msgid=N_("流转"),
        noun="transfer",
        model=Transfer,
        columns=(
            Column("deal", N_("项目"), lambda t: t.deal.name, url=lambda t: url_for("transfers.show", id=t.id)),
            Column("from_unit", N_("原单位"), lambda t: t.from_unit.name),
            Column("to_unit", N_("接收单位"), lambda t: t.to_unit.name),
            Column("state", N_("状态"), lambda t: t.state, kind="state"),
            Column("reason", N_("原因"), lambda t: t.reason),
            Column("shares", N_("份额"), queries.split_in_words),
            Column("proposed_by", N_("提出人"), lambda t: t.proposed_by.name, default=False),
            Column("proposed_at", N_("提出时间"), lambda t: t.proposed_at, kind="moment", sort="proposed"),
            Column("answered_by", N_("答复人"), lambda t: t.answered_by.name if t.answered_by else "", default=False),
            Column("answered_at", N_("答复时间"), lambda t: t.answered_at, kind="moment", default=False),
            Column("answer", N_("答复"), lambda t: t.answer, default=False),
        ),
        filters=(
            Filter("state", N_("状态"), "choice", lambda user: TransferState.choices(),
                   lambda v, user: Transfer.state == TransferState(v)),
            of_unit(N_("原单位"), lambda id: Transfer.from_unit_id == id, key="from_unit"),
            of_unit(N_("接收单位"), lambda id: Transfer.to_unit_id == id, key="to_unit"),
        ),
        sorts={"proposed": Transfer.proposed_at},
        default_sort="-proposed",
        base=lambda user: queries.with_names(queries.visible_to(user)),
        view_permission=P.DEAL_VIEW,
        export_permission=P.DEAL_EXPORT,
        belongs=lambda t: {"units": [t.from_unit_id, t.to_unit_id], "owners": [t.proposed_by_id]},
        endpoint="transfers.index",
        searched=False,
        empty_text=N_("在项目页的“更多”里提出流转。"),
    )
)  # fmt: skip
