"""到位资金: the register, declaring, the queue of those who judge, closed months; and the panel on a deal's page."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, abort, render_template, request, url_for
from markupsafe import Markup

from crm.contacts import telling
from crm.contacts.views import history_of
from crm.db import db
from crm.deals import queries as deals
from crm.deals.models import Deal
from crm.deals.stages import SourceScope
from crm.files.store import hand_out, hanging_on
from crm.lib import clock, texts
from crm.lib.words import N_, _
from crm.lists.asked import select_for
from crm.lists.page import context
from crm.org import settings
from crm.org.guard import me, permit
from crm.org.permissions import Permission as P
from crm.web import display
from crm.web.forms import ActForm, commit_and_go

from . import actions, foreign, queries, window
from .forms import AdjustForm, DeclareForm, PaidInForm, ReasonsForm, RecogniseForm, SendBackForm, TakeBackForm
from .lists import DEALS, LINES, PAGE, basis_of
from .models import MonthlyReturn, PaidIn, PaidInState, ReturnLine

bp = Blueprint("capital", __name__)
IN_QUEUE = 50
ON_DEAL = 5
VERBS = {
    "paid_in.declared": (N_("申报"), "plus"),
    "paid_in.redeclared": (N_("改后重新申报"), "plus"),
    "paid_in.edited": (N_("修改申报"), "pen"),
    "paid_in.attached": (N_("补充凭证"), "clip"),
    "paid_in.checked": (N_("初审通过"), "check"),
    "paid_in.recognised": (N_("认定"), "good"),
    "paid_in.returned": (N_("退回"), "undo"),
    "paid_in.taken_back": (N_("撤回认定"), "undo"),
    "paid_in.adjusted": (N_("另报调整"), "pen"),
}
telling.VERBS.update(VERBS)
telling.LABELS["paid_in"] = {
    "amount_wan": N_("到位金额"),
    "usd_wan": N_("外资金额（万美元）"),
    "arrived_on": N_("到位日期"),
    "payer": N_("出资方"),
    "origin": N_("资金来源地"),
    "kind": N_("资金用途"),
    "voucher_kind": N_("凭证种类"),
    "voucher_no": N_("凭证号"),
    "note": N_("说明"),
    "state": N_("状态"),
    "reason": N_("不予认定的原因"),
    "reason_note": N_("退回说明"),
    "share_percent": N_("计入比例（%）"),
    "counted_wan": N_("认定金额"),
    "counts_on": N_("计入日期"),
    "files": N_("凭证"),
}


# --- the register -------------------------------------------------------------------------------------------


@bp.get("/capital")
@permit(P.CAPITAL_VIEW)
def index() -> Any:
    user = me()
    listing = context(PAGE, user)
    everything = queries.sees_all(user)
    standing = queries.standing(
        queries.visible_to(user), clock.today(), queries.target_wan() if everything else None
    )
    return render_template(
        "capital/index.html",
        listing=listing,
        sums=queries.sum_of(select_for(PAGE, user, request.args)) if listing["filtered"] else None,
        standing=standing,
        everything=everything,
        basis_words=queries.basis(),
        waiting=queries.number_waiting(user),
        may_declare=user.may(P.CAPITAL_DECLARE),
        since=window.bounds(standing.year, queries.first_month())[0],
    )


@bp.get("/capital/<int:id>")
@permit(P.CAPITAL_VIEW)
def show(id: int) -> Any:
    row = _load(id)
    user = me()
    own = row.declared_by_id == user.id
    waits = row.state.waits and not own
    doubles = queries.doubles_of(row)
    return render_template(
        "capital/show.html",
        row=row,
        basis=basis_of(row),
        files=hanging_on(queries.NOUN, [row.id]).get(row.id, []),
        rate=foreign.rate(row.amount_wan, row.usd_wan),
        rate_is_odd=foreign.is_odd(row.amount_wan, row.usd_wan),
        deal_seen=queries.deal_seen(user, row.deal),
        doubles=doubles,
        seen=_seen([one.row.id for one in doubles]),
        adjustments=queries.adjustments_of(row),
        may_edit=queries.may_edit(user, row),
        may_check=row.state is PaidInState.DECLARED and waits and queries.may_check(user, row),
        may_recognise=row.state is PaidInState.CHECKED and waits and queries.may_recognise(user, row),
        may_send_back=waits and _may_send_back(row),
        may_take_back=_may_take_back(row),
        may_adjust=queries.may_adjust(me(), row),
        is_own=own and row.state.waits,
        history=history_of(queries.NOUN, row.id, began_with="paid_in.declared"),
    )


@bp.get("/capital/deals")
@permit(P.CAPITAL_VIEW)
def of_deals() -> Any:
    """协议与到位 of every signed deal I see."""
    return render_template("capital/of_deals.html", listing=context(DEALS, me()), basis=queries.basis_ever())


@bp.get("/capital/deals/<int:id>")
@permit(P.CAPITAL_VIEW)
def of_deal(id: int) -> Any:
    """协议与到位 of one deal: all its sums and what they come to."""
    deal = db.one_or_404(deals.visible_to(me()).filter_by(id=id))
    rows = db.session.scalars(queries.of_deal(deal.id).limit(200)).unique().all()
    return render_template(
        "capital/of_deal.html",
        deal=deal,
        rows=rows,
        arrived=queries.arrived(deal),
        by_month=_by_month(deal),
        basis=queries.basis_ever(),
        may_declare=queries.may_declare(me(), deal),
        register_url=url_for("capital.index", deal=deal.id),
    )


@bp.get("/capital/files/<int:id>")
@permit(P.CAPITAL_VIEW)
def file(id: int) -> Any:
    """A voucher, for those who may see the row it hangs on."""
    return hand_out(db.one_or_404(queries.files_visible_to(me()).filter_by(id=id)))


# --- declaring ----------------------------------------------------------------------------------------------


@bp.route("/capital/new", methods=["GET", "POST"])
@permit(P.CAPITAL_DECLARE)
def new() -> Any:
    """For `?deal_id=`; without one a list of deals to choose from."""
    text = request.args.get("deal_id", "")
    if not text:
        return _choose()
    if not (text.isascii() and text.isdecimal() and len(text) < 10):
        abort(404)
    deal = db.one_or_404(deals.visible_to(me()).filter_by(id=int(text)))
    if not queries.may_declare(me(), deal):
        abort(403)
    form = DeclareForm(payer=deal.investor, origin=deal.source_scope, arrived_on=clock.today())
    if form.submitted():
        with form.refusals():
            row = actions.declare(deal, form.data, actor=me(), uploads=form.uploads())
            return commit_and_go(
                form,
                url_for("capital.show", id=row.id),
                _("已申报 %(sum)s，等初审", sum=display.wan(row.amount_wan)),
            )
    return form.page("capital/new.html", deal=deal, arrived=queries.arrived(deal))


def _choose() -> Any:
    q = texts.clean_line(request.values.get("q", "")[:120])
    status = 422 if request.method == "POST" else 200
    return (
        render_template(
            "capital/choose.html", q=q, found=queries.deals_to_declare(me(), q), refused=status == 422
        ),
        status,
    )


@bp.route("/capital/<int:id>/edit", methods=["GET", "POST"])
@permit(P.CAPITAL_DECLARE)
def edit(id: int) -> Any:
    row = _load(id)
    if not queries.may_edit(me(), row):
        abort(403)
    again = row.state is PaidInState.RETURNED
    form = PaidInForm.of(row)
    if form.submitted():
        with form.refusals():
            actions.edit(row, form.data, actor=me(), uploads=form.uploads())
            said = _("已重新申报，等初审") if again else _("已保存")
            return commit_and_go(form, url_for("capital.show", id=id), said)
    files = hanging_on(queries.NOUN, [row.id]).get(row.id, [])
    return form.page("capital/edit.html", row=row, files=files, again=again)


@bp.route("/capital/<int:id>/adjust", methods=["GET", "POST"])
@permit(P.CAPITAL_DECLARE)
def adjust(id: int) -> Any:
    row = _load(id)
    if not queries.may_adjust(me(), row):
        abort(403)
    form = AdjustForm.of(row)
    if row.origin is not SourceScope.OVERSEAS:
        del form.change_usd_wan
    if form.submitted():
        with form.refusals():
            change = actions.adjust(row, form.data, actor=me())
            return commit_and_go(
                form, url_for("capital.show", id=change.id), _("已报调整，等初审；原来的月报不变")
            )
    return form.page("capital/adjust.html", row=row, adjusted=queries.adjusted(row))


# --- judging ------------------------------------------------------------------------------------------------


@bp.get("/capital/queue")
@permit(P.CAPITAL_CHECK)
def queue() -> Any:
    """What waits for my check or my recognition, the oldest first."""
    rows = queries.first_waiting(me(), IN_QUEUE)
    return render_template(
        "capital/queue.html",
        rows=rows,
        total=queries.sum_of(queries.waiting_for(me())),
        vouchers=queries.numbers_of_files(row.id for row in rows),
        doubled=queries.doubled_among([row.id for row in rows]),
        shown=IN_QUEUE,
        all_url=url_for("capital.index", mine="1"),
    )


@bp.post("/capital/<int:id>/check")
@permit(P.CAPITAL_CHECK)
def check(id: int) -> Any:
    row = _load(id)
    if not queries.may_check(me(), row):
        abort(403)
    actions.check(row, actor=me())
    return commit_and_go(None, _back(row), _("初审通过：%(name)s", name=row.deal.name))


@bp.route("/capital/<int:id>/recognise", methods=["GET", "POST"])
@permit(P.CAPITAL_RECOGNISE)
def recognise(id: int) -> Any:
    row = _load(id)
    if not queries.may_recognise(me(), row):
        abort(403)
    form = RecogniseForm.of(row)
    if not form.is_submitted():
        form.share_percent.data = queries.usual_share(row)
    if form.submitted():
        with form.refusals():
            actions.recognise(
                row, actor=me(), share_percent=form.share_percent.data, note=form.why.data or ""
            )
            said = _(
                "已认定 %(sum)s，计入 %(month)s",
                sum=display.wan(row.counted_wan),
                month=f"{row.counts_on:%Y-%m}",
            )
            return commit_and_go(form, _back(row), said)
    doubles = queries.doubles_of(row)
    return form.page(
        "capital/recognise.html",
        row=row,
        rate=foreign.rate(row.amount_wan, row.usd_wan),
        rate_is_odd=foreign.is_odd(row.amount_wan, row.usd_wan),
        doubles=doubles,
        seen=_seen([one.row.id for one in doubles]),
        counts_on=queries.counts_on(row.arrived_on, queries.last_closed()),
        files=hanging_on(queries.NOUN, [row.id]).get(row.id, []),
    )


@bp.route("/capital/<int:id>/return", methods=["GET", "POST"])
@permit(P.CAPITAL_CHECK)
def send_back(id: int) -> Any:
    row = _load(id)
    if not _may_send_back(row):
        abort(403)
    form = SendBackForm.of(row)
    year = window.year_of(row.arrived_on, queries.first_month())
    form.offer(queries.reasons(year))
    if form.submitted():
        with form.refusals():
            actions.send_back(row, form.reason.data, form.why.data or "", actor=me())
            return commit_and_go(form, _back(row), _("已退回：%(reason)s", reason=_(row.reason)))
    return form.page("capital/send_back.html", row=row, year=year)


@bp.route("/capital/<int:id>/take-back", methods=["GET", "POST"])
@permit(P.CAPITAL_RECOGNISE)
def take_back(id: int) -> Any:
    row = _load(id)
    if not _may_take_back(row):
        abort(403)
    form = TakeBackForm.of(row)
    if form.submitted():
        with form.refusals():
            actions.take_back(row, form.why.data or "", actor=me())
            return commit_and_go(form, url_for("capital.show", id=id), _("已撤回认定，回到待认定"))
    return form.page("capital/take_back.html", row=row)


# --- closed months ------------------------------------------------------------------------------------------


@bp.get("/capital/returns")
@permit(P.CAPITAL_VIEW)
def returns() -> Any:
    user = me()
    due = queries.next_to_close()
    return render_template(
        "capital/returns.html",
        returns=queries.returns(),
        due=due,
        to_count=queries.sum_of(queries.to_count_in(due)) if due else None,
        waiting=queries.sum_of(queries.waiting_up_to(due)) if due else None,
        may_close=queries.may_close(user),
        everything=queries.sees_all(user),
        office=settings.get("capital.office"),
        office_known=queries.office_id() is not None,
        form=ActForm(formdata=None),
        basis=queries.basis(),
    )


@bp.post("/capital/returns")
@permit(P.CAPITAL_RECOGNISE)
def close_month() -> Any:
    if not queries.may_close(me()):
        abort(403)
    form = ActForm()
    text = request.form.get("month", "")
    try:
        month = dt.date.fromisoformat(f"{text[:7]}-01")
    except ValueError:
        abort(404)
    if not form.submitted():
        abort(400)
    closed = actions.close_month(month, actor=me())
    said = _("%(month)s 已关账，编为 %(label)s", month=closed.name, label=closed.label)
    return commit_and_go(form, url_for("capital.show_return", id=closed.id), said)


@bp.get("/capital/returns/<int:id>")
@permit(P.CAPITAL_VIEW)
def show_return(id: int) -> Any:
    closed = db.one_or_404(sa.select(MonthlyReturn).filter_by(id=id))
    user = me()
    seen = queries.lines_visible_to(user)
    return render_template(
        "capital/show_return.html",
        closed=closed,
        everything=queries.sees_all(user),
        by_unit=queries.parts_of(closed, seen, "unit"),
        by_origin=queries.parts_of(closed, seen, "origin"),
        odd=_odd_lines(closed, seen),
        now=queries.sum_of(
            queries.visible_to(user).where(
                PaidIn.state == PaidInState.RECOGNISED,
                queries.in_days(closed.month, window.last_day(closed.month)),
            )
        ),
        percent=window.percent(closed.year_wan, closed.target_wan),
        gone=(window.gone(window.last_day(closed.month), queries.first_month()) * 100).quantize(_TENTH),
    )


@bp.get("/capital/returns/rows")
@permit(P.CAPITAL_VIEW)
def lines() -> Any:
    listing = context(LINES, me())
    return render_template("capital/lines.html", listing=listing)


# --- reasons ------------------------------------------------------------------------------------------------


@bp.route("/admin/capital/reasons", methods=["GET", "POST"])
@permit(P.SETTING_MANAGE)
def reasons() -> Any:
    """不予认定的原因 of a year (`?year=`)."""
    text = request.args.get("year", "")
    year = int(text) if text.isascii() and text.isdecimal() and len(text) == 4 else queries.this_year()
    if not 2000 <= year <= 2100:
        abort(404)
    form = ReasonsForm(words="\n".join(queries.reasons(year)))
    if form.submitted():
        with form.refusals():
            actions.set_reasons(year, (form.words.data or "").split("\n"), actor=me())
            said = _("%(year)s 年度的原因已保存", year=year)
            return commit_and_go(form, url_for("capital.reasons", year=year), said)
    return form.page(
        "capital/reasons.html",
        year=year,
        own=queries.has_own_reasons(year),
        years=[queries.this_year() + at for at in (-1, 0, 1)],
    )


# --- on a deal's page ---------------------------------------------------------------------------------------


@bp.app_template_global("capital_of")
def capital_of(deal: Deal) -> Markup:
    """The panel on a deal's page: agreed against arrived, the latest sums. Nothing before the deal is signed."""
    user = me()
    if not user.may(P.CAPITAL_VIEW) or deal.signed_on is None:
        return Markup("")
    rows = db.session.scalars(queries.of_deal(deal.id).limit(ON_DEAL)).unique().all()
    return Markup(
        render_template(
            "capital/_of_deal.html",
            deal=deal,
            rows=rows,
            arrived=queries.arrived(deal),
            may_declare=queries.may_declare(user, deal),
            basis=queries.basis_ever(),
        )
    )


# --- what the views share -----------------------------------------------------------------------------------

_TENTH = Decimal("0.1")


def _load(id: int) -> PaidIn:
    return db.one_or_404(queries.with_names(queries.visible_to(me()).filter_by(id=id)))


def _seen(ids: list[int]) -> set[int]:
    if not ids:
        return set()
    rows = queries.visible_to(me()).with_only_columns(PaidIn.id).where(PaidIn.id.in_(ids))
    return set(db.session.scalars(rows))


def _back(row: PaidIn) -> str:
    """Those who work off the queue go on with it."""
    return (
        url_for("capital.queue")
        if request.args.get("from") == "queue"
        else url_for("capital.show", id=row.id)
    )


def _may_send_back(row: PaidIn) -> bool:
    """At the first check whoever checks, afterwards whoever recognises."""
    judge = queries.may_check if row.state is PaidInState.DECLARED else queries.may_recognise
    return row.state.waits and judge(me(), row)


def _may_take_back(row: PaidIn) -> bool:
    is_open = row.state is PaidInState.RECOGNISED and row.monthly_return_id is None
    return is_open and row.declared_by_id != me().id and queries.may_recognise(me(), row)


def _by_month(deal: Deal) -> list[dict[str, Any]]:
    """What counts of a deal's money, month by month: bars that lead to their rows."""
    rows = sa.select(PaidIn.counts_on, PaidIn.counted_wan).where(
        PaidIn.deal_id == deal.id, PaidIn.state == PaidInState.RECOGNISED
    )
    sums: dict[str, Any] = {}
    for day, counted in db.session.execute(rows.order_by(PaidIn.counts_on)):
        sums[f"{day:%Y-%m}"] = sums.get(f"{day:%Y-%m}", 0) + counted
    return [
        {
            "label": display.iso_day(month),
            "value": float(max(total, 0)),
            "text": display.wan(total),
            "url": url_for("capital.index", deal=deal.id, month=month, state=PaidInState.RECOGNISED.value),
        }
        for month, total in list(sums.items())[-24:]
    ]


def _odd_lines(closed: MonthlyReturn, seen: Any) -> dict[str, int]:
    """How many rows of a return came late, how many adjust earlier ones; the 外资 among them in 万美元, None for none."""
    late = sa.func.sum(sa.case((ReturnLine.counts_on != ReturnLine.arrived_on, 1), else_=0))
    adjusting = sa.func.sum(sa.case((ReturnLine.is_adjustment, 1), else_=0))
    rows = seen.where(ReturnLine.monthly_return_id == closed.id).with_only_columns(
        sa.func.count(), late, adjusting, sa.func.sum(ReturnLine.counted_wan), sa.func.sum(ReturnLine.usd_wan)
    )
    count, late_count, adjusted, total, usd = db.session.execute(rows).one()
    return {"rows": count, "late": late_count or 0, "adjusted": adjusted or 0, "wan": total or 0, "usd": usd}
