"""流转: proposing, answering, the book of all of them, and the panel on a deal's page."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, abort, render_template, request, url_for
from markupsafe import Markup

from crm.db import db
from crm.deals import queries as deals
from crm.deals.models import Deal
from crm.lib.words import _
from crm.lists.page import context
from crm.org import queries as org
from crm.org.guard import me, permit
from crm.org.models import Unit, User
from crm.org.permissions import Permission as P
from crm.org.permissions import Role, Scope
from crm.web.forms import ActForm, commit_and_go

from . import actions, queries
from .credit import part, sum_of
from .forms import AcceptForm, DeclineForm, ProposeForm
from .lists import PAGE
from .models import Transfer, TransferState

bp = Blueprint("transfers", __name__)


@bp.get("/transfers")
@permit(P.DEAL_VIEW)
def index() -> Any:
    return render_template("transfers/index.html", listing=context(PAGE, me()))


@bp.get("/transfers/credit")
@permit(P.DEAL_VIEW)
def credit() -> Any:
    """折算: what was signed in a year, by the shares of the units; of one unit, deal by deal."""
    years = queries.years_of_signing(me())
    asked = request.args.get("year", "")
    year = int(asked) if asked in {str(one) for one in years} else years[0]
    first, last = dt.date(year, 1, 1), dt.date(year, 12, 31)
    units = {unit.id: unit for unit in db.session.scalars(sa.select(Unit))}
    number = request.args.get("unit", "")
    unit = units.get(int(number)) if number.isascii() and number.isdecimal() else None
    if number and unit is None:
        abort(404)
    here: dict[str, Any] = {"year": year, "years": years, "unit": unit,
                            "everything": me().scope_of(P.DEAL_VIEW) is Scope.DISTRICT}  # fmt: skip
    if unit:
        lines, together = queries.credited_to(me(), unit.id, first, last)
        return render_template("transfers/credit_of.html", lines=lines, together=together, part=part, **here)
    found = queries.credit_by_unit(me(), first, last)
    rows = sorted(((units[id], one) for id, one in found.items()), key=lambda row: (-row[1].wan, row[0].code))
    return render_template("transfers/credit.html", rows=rows, whole=sum_of(found.values()), **here)


@bp.get("/transfers/<int:id>")
@permit(P.DEAL_VIEW)
def show(id: int) -> Any:
    return _page(_load(id))


@bp.route("/deals/<int:id>/transfer", methods=["GET", "POST"])
@permit(P.DEAL_ASSIGN)
def propose(id: int) -> Any:
    deal = db.one_or_404(deals.visible_to(me()).filter_by(id=id))
    if not deals.may(me(), P.DEAL_ASSIGN, deal):
        abort(403)
    form = ProposeForm.of(deal)
    form.to_unit_id.offer([one for one in org.unit_choices() if one[0] != deal.unit_id], _("请选择"))
    holders = _holders(deal)
    if form.submitted():
        with form.refusals():
            shares = {unit.id: percent for unit, percent in holders}
            target = int(str(form.to_unit_id.data or 0))
            shares[target] = (shares.get(target) or 0) + (form.share_new.data or 0)
            made = actions.propose(deal, target, form.reason.data or "", shares, actor=me())
            said = _("已向%(unit)s提出流转，等对方答复", unit=made.to_unit.name)
            return commit_and_go(form, url_for("deals.show", id=id), said)
    return form.page("transfers/propose.html", deal=deal, holders=holders)


@bp.post("/transfers/<int:id>/accept")
@permit(P.DEAL_ASSIGN)
def accept(id: int) -> Any:
    transfer = _load(id)
    if not queries.may_answer(me(), transfer):
        abort(403)
    form = AcceptForm()
    form.owner_id.offer(_people_of(transfer.to_unit_id), _("暂时没有"))
    if form.submitted():
        with form.refusals():
            owner = int(str(form.owner_id.data)) if form.owner_id.data else None
            actions.accept(transfer, owner, actor=me())
            said = _("已接收“%(name)s”", name=transfer.deal.name)
            return commit_and_go(form, url_for("deals.show", id=transfer.deal_id), said)
    return _page(_load(id), accept=form)


@bp.post("/transfers/<int:id>/decline")
@permit(P.DEAL_ASSIGN)
def decline(id: int) -> Any:
    transfer = _load(id)
    if not queries.may_answer(me(), transfer):
        abort(403)
    form = DeclineForm()
    if form.submitted():
        with form.refusals():
            actions.decline(transfer, form.answer.data or "", actor=me())
            return commit_and_go(form, url_for("transfers.index"), _("已答复不接收"))
    return _page(_load(id), decline=form)


@bp.post("/transfers/<int:id>/withdraw")
@permit(P.DEAL_ASSIGN)
def withdraw(id: int) -> Any:
    transfer = _load(id)
    if not queries.may_withdraw(me(), transfer):
        abort(403)
    form = ActForm()
    if form.submitted():
        with form.refusals():
            actions.withdraw(transfer, actor=me())
            return commit_and_go(form, url_for("transfers.show", id=id), _("已撤回"))
    return _page(_load(id), withdraw=form)


@bp.app_template_global("transfers_of")
def transfers_of(deal: Deal) -> Markup:
    """The panel on a deal's page: what was handed over, and whose the credit is."""
    found = queries.of_deal(deal)
    if not found:
        return Markup("")
    return Markup(render_template("transfers/_of.html", transfers=found, words=queries.split_in_words))


@bp.app_template_global("transfers_waiting")
def transfers_waiting() -> int:
    return queries.waiting(me()) if me().may(P.DEAL_ASSIGN) else 0


def _load(id: int) -> Transfer:
    return db.one_or_404(queries.with_names(queries.visible_to(me()).where(Transfer.id == id)))


def _page(transfer: Transfer, **forms: ActForm) -> Any:
    waits = transfer.state is TransferState.PROPOSED
    may_answer = waits and queries.may_answer(me(), transfer)
    accepting = forms.get("accept")
    if may_answer and accepting is None:
        accepting = AcceptForm(formdata=None)
        accepting.owner_id.offer(_people_of(transfer.to_unit_id), _("暂时没有"))
    refused = next(iter(forms.values()), None)
    status = refused.status if refused is not None else 200
    return render_template(
        "transfers/show.html", transfer=transfer, deal_seen=bool(deals.seen_by(me(), [transfer.deal])),
        words=queries.split_in_words(transfer), may_answer=may_answer,
        may_withdraw=waits and queries.may_withdraw(me(), transfer), accept=accepting,
        decline=forms.get("decline") or (DeclineForm(formdata=None) if may_answer else None), refused=refused,
    ), status  # fmt: skip


def _holders(deal: Deal) -> list[tuple[Unit, int | None]]:
    """Who has credit now, with what is typed for each, or half of what it had."""
    found: list[tuple[Unit, int | None]] = []
    for unit_id, percent in queries.credit_of(deal).items():
        unit = db.session.get_one(Unit, unit_id)
        typed = request.form.get(f"share_{unit_id}")
        if typed is None:
            found.append((unit, percent - percent // 2 if len(found) == 0 else percent // 2))
        else:
            text = typed.strip()
            found.append(
                (unit, int(text) if text.isascii() and text.isdecimal() and len(text) <= 3 else None)
            )
    return found


def _people_of(unit_id: int) -> list[tuple[int, str]]:
    rows = org.people().where(User.unit_id == unit_id, User.role.in_([Role.PROMOTER, Role.MANAGER]))
    return [(one.id, one.name) for one in db.session.scalars(rows)]
