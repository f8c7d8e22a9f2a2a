"""报告对照: one page with every figure of the report, ours beside it, and what does not go together."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, render_template

from crm.org.guard import me, permit
from crm.org.permissions import Permission as P

from . import queries

bp = Blueprint("report_table", __name__)


@bp.get("/reports/2013-half-year")
@permit(P.REPORT_VIEW)
def show() -> Any:
    if not queries.is_there(me()):
        abort(404)
    lines = queries.table(me())
    return render_template(
        "report_table/show.html",
        lines=lines,
        agree=sum(line.agrees is True for line in lines),
        differ=sum(line.agrees is False for line in lines),
        conflicts=[line for line in lines if line.row.conflict],
    )
