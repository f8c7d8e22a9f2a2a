"""The page of the working calendar, for administrators."""

from __future__ import annotations

import calendar as months
import datetime as dt
from typing import Any

from flask import Blueprint, request, url_for

from crm.db import db
from crm.lib import clock
from crm.lib.words import _
from crm.org.guard import me, permit
from crm.org.permissions import Permission as P
from crm.web.forms import commit_and_go

from . import actions, queries
from .forms import TableForm
from .models import Holiday
from .reading import read_table

bp = Blueprint("holidays", __name__)


@bp.route("/admin/holidays", methods=["GET", "POST"])
@permit(P.SETTING_MANAGE)
def index() -> Any:
    year = _year()
    form = TableForm()
    if form.submitted():
        with form.refusals():
            read = read_table(form.text())
            changed = actions.bring_in(read, actor=me())
            said = _("节假日表已更新，改了 %(n)s 天", n=changed)
            return commit_and_go(form, url_for("holidays.index", year=read[0].day.year), said)
    days = queries.of_year(year)
    known = queries.years()
    return form.page(
        "holidays/index.html",
        year=year,
        days=days,
        years=[
            {"label": str(one), "url": url_for("holidays.index", year=one), "active": one == year}
            for one in sorted({*known, clock.today().year, clock.today().year + 1, year})
        ],
        missing=not days,
        working=_working_days(year),
    )


@bp.post("/admin/holidays/<int:id>/drop")
@permit(P.SETTING_MANAGE)
def drop(id: int) -> Any:
    holiday = db.get_or_404(Holiday, id)
    year = holiday.day.year
    actions.drop(holiday, actor=me())
    return commit_and_go(None, url_for("holidays.index", year=year), _("已去掉，这一天按平常的星期算"))


def _year() -> int:
    text = request.args.get("year", "")
    return (
        int(text)
        if text.isascii() and text.isdecimal() and 1990 <= int(text[:5]) <= 2100
        else clock.today().year
    )


def _working_days(year: int) -> list[tuple[int, int]]:
    """(month, its working days), for checking against the wall calendar."""
    work = queries.calendar()
    return [
        (month, sum(work.is_working(dt.date(year, month, day)) for day in range(1, months.monthrange(year, month)[1] + 1)))
        for month in range(1, 13)
    ]  # fmt: skip
