"""准入标准: everybody who judges by them may read them, administrators keep them."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, url_for

from crm.db import db
from crm.lib import clock
from crm.lib.words import _
from crm.org import queries as org
from crm.org.guard import me, permit
from crm.org.permissions import Permission as P
from crm.web.forms import ActForm, commit_and_go

from .. import queries
from ..models import EntryStandard
from ..permu import Measure
from ..views import tabs
from . import actions
from .forms import NewStandardForm, StandardForm

bp = Blueprint("standards", __name__)


@bp.get("/entry/standards")
@permit(P.ENTRY_VIEW)
def index() -> Any:
    return render_template(
        "entry/standards/index.html",
        standards=queries.standards(),
        measures=list(Measure),
        tabs=tabs("standards.index"),
    )


@bp.route("/entry/standards/new", methods=["GET", "POST"])
@permit(P.ENTRY_STANDARD)
def new() -> Any:
    form = NewStandardForm(year=clock.today().year)
    form.place_id.offer(org.unit_choices(), _("全区"))
    if form.submitted():
        with form.refusals():
            actions.set_standard(form.data, actor=me())
            return commit_and_go(form, url_for(".index"), _("已定下标准"))
    return form.page("entry/standards/edit.html", standard=None)


@bp.route("/entry/standards/<int:id>", methods=["GET", "POST"])
@permit(P.ENTRY_STANDARD)
def edit(id: int) -> Any:
    standard = db.get_or_404(EntryStandard, id)
    form = StandardForm.of(standard)
    form.place_id.offer(org.unit_choices(), _("全区"))
    if form.submitted():
        with form.refusals():
            actions.edit(standard, form.data, actor=me())
            return commit_and_go(form, url_for(".index"), _("已保存；已经作出的结论不变"))
    return form.page("entry/standards/edit.html", standard=standard)


@bp.post("/entry/standards/<int:id>/drop")
@permit(P.ENTRY_STANDARD)
def drop(id: int) -> Any:
    standard = db.get_or_404(EntryStandard, id)
    form = ActForm()
    if form.submitted():
        actions.drop(standard, actor=me())
        return commit_and_go(form, url_for(".index"), _("已去掉这条标准；已经作出的结论不变"))
    return index()
