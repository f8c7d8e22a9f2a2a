"""协议: on the deal's page, as a book, one by one; files with who opened them."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, render_template, request, url_for
from markupsafe import Markup

from crm.db import db
from crm.deals import queries as deals
from crm.deals.models import Deal
from crm.files.models import StoredFile
from crm.files.store import hand_out
from crm.lib import clock
from crm.lib.words import _
from crm.lists.page import context
from crm.org import settings
from crm.org.guard import me, permit
from crm.org.permissions import Permission as P
from crm.web.forms import ActForm, commit_and_go

from . import actions, queries
from .forms import AgreementForm, CloseForm, NewForm
from .lists import PAGE
from .models import Agreement

bp = Blueprint("agreements", __name__)


@bp.get("/agreements")
@permit(P.DEAL_VIEW)
def index() -> Any:
    return render_template("agreements/index.html", listing=context(PAGE, me()))


@bp.get("/agreements/<int:id>")
@permit(P.DEAL_VIEW)
def show(id: int) -> Any:
    return _page(_load(id))


@bp.route("/deals/<int:id>/agreements/new", methods=["GET", "POST"])
@permit(P.DEAL_EDIT)
def new(id: int) -> Any:
    deal = db.one_or_404(deals.with_names(deals.visible_to(me()).filter_by(id=id)))
    if not deals.may(me(), P.DEAL_EDIT, deal):
        abort(403)
    parties = [settings.get("district.name"), deal.investor]
    form = NewForm(
        title=_("%(name)s 投资协议", name=deal.name), kind="investment", amount_wan=deal.agreed_wan,
        parties="\n".join(one for one in parties if one),
    )  # fmt: skip
    if form.submitted():
        with form.refusals():
            made = actions.add(deal, form.data, actor=me(), uploads=request.files.getlist("files"))
            return commit_and_go(
                form, url_for("agreements.show", id=made.id), _("已添加“%(name)s”", name=made.title)
            )
    return form.page("agreements/edit.html", deal=deal, agreement=None)


@bp.route("/agreements/<int:id>/edit", methods=["GET", "POST"])
@permit(P.DEAL_EDIT)
def edit(id: int) -> Any:
    agreement = _load(id, P.DEAL_EDIT)
    form = AgreementForm.of(agreement)
    if form.submitted():
        with form.refusals():
            actions.edit(agreement, form.data, actor=me(), uploads=request.files.getlist("files"))
            return commit_and_go(
                form, url_for("agreements.show", id=id), _("已保存“%(name)s”", name=agreement.title)
            )
    return form.page("agreements/edit.html", deal=agreement.deal, agreement=agreement)


@bp.post("/agreements/<int:id>/close")
@permit(P.DEAL_EDIT)
def close(id: int) -> Any:
    agreement = _load(id, P.DEAL_EDIT)
    form = CloseForm()
    if form.submitted():
        with form.refusals():
            actions.close(agreement, form.closed_reason.data or "", actor=me())
            return commit_and_go(form, url_for("agreements.show", id=id), _("已了结，不再提醒"))
    return _page(_load(id), form)


@bp.post("/agreements/<int:id>/files/<int:file_id>")
@permit(P.DEAL_VIEW)
def read(id: int, file_id: int) -> Any:
    """The file, and that I opened it: an act, therefore a POST."""
    agreement = _load(id)
    file = db.one_or_404(
        db.select(StoredFile).filter_by(id=file_id, noun=queries.NOUN, record_id=agreement.id)
    )
    if not ActForm().submitted():
        abort(400)
    actions.read(agreement, file, actor=me())
    db.session.commit()
    return hand_out(file)


@bp.app_template_global("agreements_of")
def agreements_of(deal: Deal) -> Markup:
    """The panel on a deal's page."""
    may = deals.may(me(), P.DEAL_EDIT, deal)
    found = queries.of_deal(deal)
    if not found and not may:
        return Markup("")
    return Markup(
        render_template("agreements/_of.html", deal=deal, agreements=found, may=may, today=clock.today(),
                        soon=settings.get("agreement.remind_days"))
    )  # fmt: skip


def _load(id: int, permission: P | None = None) -> Agreement:
    found = db.one_or_404(queries.with_names(queries.visible_to(me()).where(Agreement.id == id)))
    if permission and not deals.may(me(), permission, found.deal):
        abort(403)
    return found


def _page(agreement: Agreement, form: CloseForm | None = None) -> Any:
    files = queries.files_of([agreement]).get(agreement.id, [])
    may = deals.may(me(), P.DEAL_EDIT, agreement.deal)
    closing = (form or CloseForm(formdata=None)) if may and not agreement.closed_on else None
    return render_template(
        "agreements/show.html", agreement=agreement, files=list(enumerate(files, 1))[::-1], may=may,
        reads=queries.reads_of(files), closing=closing, refused=form, today=clock.today(),
    ), form.status if form else 200  # fmt: skip
