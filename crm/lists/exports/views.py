"""The doors through which lists leave: the page that says what a file will hold, the file, and leave to take it."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlencode

from flask import abort, current_app, flash, g, redirect, render_template, request, send_file, url_for
from markupsafe import Markup
from werkzeug.datastructures import MultiDict

from crm.db import db, reading
from crm.jobs import queue
from crm.jobs.models import JobRun, JobState
from crm.lib.errors import Refused
from crm.lib.words import _
from crm.lists.asked import chosen_columns, filter_in_words, pairs_of, select_for
from crm.lists.table import LISTS, ListPage
from crm.lists.views import back, bp, page_or_404, posted_filters
from crm.org import settings
from crm.org.guard import me, permit
from crm.org.permissions import Permission
from crm.web import listing
from crm.web.forms import ActForm, commit_and_go, safe_next

from . import actions, jobs, making, queries, tables
from .models import ExportRequest
from .order import ASK_LONG, Order, waits_for_leave
from .shapes import Shape

ROWS_AT_ONCE = 5_000  # some two seconds; more are made by the queue
TYPES = {
    ".csv": "text/csv",
    ".html": "text/html",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@bp.route("/lists/<name>/export", methods=["GET", "POST"])
@permit(Permission.HOME)
def export(name: str) -> Any:
    """What the file will hold, then the file: exactly the rows that the list's address asks for."""
    page = exported_page_or_403(name)
    form = ActForm()
    if request.method == "GET":
        return export_page(page, form, MultiDict(pairs_of(page, request.args)))
    args = posted_filters(page)
    args.setlist("columns", [page.columns[0].key, *request.form.getlist("columns")])
    return carry_out(page, form, args) or export_page(page, form, args)


def exported_page_or_403(name: str) -> ListPage:
    page = page_or_404(name)
    if not me().may(page.export_permission):
        abort(403)
    return page


def carry_out(page: ListPage, form: ActForm, args: MultiDict[str, str], shape: Shape | None = None) -> Any:
    """The answer to a posted export form: the file, a job, a request for leave; None when it was refused."""
    if not form.submitted():
        return None
    with form.refusals():
        order = Order.of(
            page, args, format=request.form.get("format", "xlsx"), full=request.form.get("full") == "1",
            reason=request.form.get("reason", ""), user=me(), shape=shape,
        )  # fmt: skip
        rows = listing.count_of(select_for(page, me(), args), key=page.key)
        if waits_for_leave(me(), rows, settings.get(ASK_LONG)):
            asked = actions.ask(order, rows, actor=me())
            said = _("共 %(n)s 行，已提交给负责人批准；批准后在这里下载", n=f"{asked.rows:,}")
            return commit_and_go(form, url_for("lists.exports"), said)
        order.check_rows(rows)
        if rows > ROWS_AT_ONCE:
            return start_job(order)
        return hand_out(order)
    return None


@bp.app_template_global("export_link")
def export_link(
    name: str, total: int, pairs: Sequence[tuple[str, str]] | None = None, fold: str = ""
) -> Markup:
    """The button of a page that draws its rows its own way: to what leaves of it, narrowed as the address in hand
    or by `pairs`. Nothing where there is nothing to take out, or no right to. `fold`: the page's class for buttons
    that are but a sign on a phone."""
    page, user = LISTS[name], me()
    if not total or not (user.may(page.view_permission) and user.may(page.export_permission)):
        return Markup("")
    kept = pairs_of(page, request.args, leave_out=("size",)) if pairs is None else list(pairs)
    url = url_for("lists.export", name=name) + (f"?{urlencode(kept)}" if kept else "")
    return Markup(render_template("lists/_export_link.html", url=url, fold=fold))


def export_page(page: ListPage, form: ActForm, args: MultiDict[str, str]) -> Any:
    total = listing.count_of(select_for(page, me(), args), key=page.key)
    offered = {
        "page": page,
        "rows": {"total": total},
        "filter_words": filter_in_words(page, me(), args),
        "all_columns": page.all_columns(),
        "chosen": [column.key for column in chosen_columns(page, me(), args)],
        **rights(page, total),
        "format": request.form.get("format"),
        "full": request.form.get("full"),
        "reason": request.form.get("reason", "")[:200],
    }
    return form.page(
        "lists/export.html", listing=offered, pairs=pairs_of(page, args), back_url=back(page, args)
    )


@bp.app_template_global("export_rights")
def rights(page: ListPage, total: int) -> dict[str, Any]:
    """What the export form has to know of the user before it is sent."""
    full = page.export_full_permission
    return {
        "may_export_full": bool(full and me().may(full)),
        "waits": waits_for_leave(me(), total, settings.get(ASK_LONG)),
    }


def hand_out(order: Order) -> Any:
    """Make the file, commit its line in the log, and only then let it go."""
    user = me()
    db.session.commit()  # the write lock is not held while rows are read
    made = making.make_file(order, user=user)
    db.session.commit()
    actions.note_export(order, made, actor=user)
    if order.format == "print":  # a page is opened by a GET, and again when it is reloaded
        job_id = jobs.done_already(order, made, actor=user).id
        db.session.commit()
        return redirect(url_for("lists.export_file", id=job_id), 303)
    db.session.commit()
    return send(made.path, made.name, keep=False)


def start_job(order: Order) -> Any:
    job_id = actions.order_job(order, actor=me(), came_from=url_for("lists.exports")).id
    db.session.commit()
    queue.start(job_id)
    flash(_("行数较多，正在后台生成，好了可以在这里下载"), "info")
    return redirect(url_for("lists.exports"), 303)


def send(path: Path, name: str, *, keep: bool) -> Any:
    """A file to keep; a page for the printer is opened."""
    file = path.open("rb")
    if not keep:
        path.unlink()
    to_keep = path.suffix != ".html"
    return send_file(file, mimetype=TYPES[path.suffix], as_attachment=to_keep, download_name=name)


# --- the tables of a page that is no list -------------------------------------------------------------------


@bp.app_template_global("tables_out")
def tables_out(permission: str) -> Markup:
    """The button of a page of sums, rankings or rates: to its tables as they stand there, by this right."""
    g.tables_leave_by = Permission(permission)
    if not me().may(g.tables_leave_by):
        return Markup("")
    return Markup(render_template("lists/_tables_out.html", address=request.full_path.rstrip("?")))


@bp.post("/lists/tables")
@permit(Permission.HOME)
def export_tables() -> Any:
    """The file of the tables that the page behind this address shows to me."""
    address, form, user = safe_next(request.form.get("page"), "") or abort(404), ActForm(), me()
    if not form.submitted():
        return redirect(address, 303)
    db.session.commit()  # the write lock is not held while the page is drawn
    with reading():
        title, page = _drawn(address)
        db.session.rollback()
    try:
        made = tables.make_file(title, tables.read(page), address=address, user=user)
    except Refused as refused:
        flash(refused.message, "bad")
        return redirect(address, 303)
    if waits_for_leave(user, made.rows, settings.get(ASK_LONG)):
        made.path.unlink()
        flash(_("这一页有 %(n)s 行，要负责人批准；请从清单导出", n=f"{made.rows:,}"), "bad")
        return redirect(address, 303)
    actions.note_tables(made, title, address, actor=user)
    db.session.commit()
    return send(made.path, made.name, keep=False)


def _drawn(address: str) -> tuple[str, str]:
    """(title, whole page), as the page itself answers me now: what it hides it hides here. 404 for pages that do not
    offer their tables, 403 without the right that they ask for."""
    path, _mark, query = address.partition("?")
    asked = request.environ | {
        "REQUEST_METHOD": "GET", "PATH_INFO": unquote(path).encode().decode("latin-1"), "QUERY_STRING": query,
        "CONTENT_TYPE": "", "CONTENT_LENGTH": "0", "wsgi.input": BytesIO(),
    }  # fmt: skip
    asked = {key: value for key, value in asked.items() if not key.startswith("werkzeug.")}
    g.pop("tables_leave_by", None)
    g.whole = True
    with current_app.request_context(asked):
        answer = current_app.full_dispatch_request()
        page = answer.get_data(as_text=True) if answer.status_code == 200 else ""
    permission, _whole = g.pop("tables_leave_by", None), g.pop("whole")
    if not page or permission is None:
        abort(answer.status_code if answer.status_code in (403, 404) else 404)
    if not me().may(permission):
        abort(403)
    return tables.title_of(page), page


# --- my files, and leave to take many rows out ------------------------------------------------------------


@bp.get("/exports")
@permit(Permission.HOME)
def exports() -> Any:
    """My large exports of the last 24 hours, my requests, and those that wait for me."""
    return exports_page(ActForm(), {})


def exports_page(form: ActForm, typed: dict[int, str]) -> Any:
    user = me()
    waiting = db.session.scalars(queries.waiting_for(user)).all()
    return form.page(
        "lists/exports.html",
        typed=typed,
        jobs=db.session.scalars(queries.my_files(user).order_by(JobRun.id.desc())).all(),
        waiting=[_told(one) for one in waiting],
        mine=[_told(one) for one in queries.mine(user)],
        most_alone=settings.get(ASK_LONG),
    )


def _told(asked: ExportRequest) -> dict[str, Any]:
    page = LISTS[asked.params["page"]]
    query = asked.params["query"]
    return {
        "request": asked,
        "name": asked.name if asked.params["shape"] else page.label,
        "url": page.url(query) if me().may(page.view_permission) else "",
        "full": asked.params["full"],
        "reason": asked.params["reason"],
        "columns": "、".join(_columns(page, asked.params)),
        "format": asked.params["format"],
    }


def _columns(page: ListPage, params: dict[str, Any]) -> list[str]:
    """What the file will hold, in words."""
    if params["shape"]:
        return [part["heading"] for part in params["shape"]["parts"]]
    asked = {value for name, value in parse_qsl(params["query"]) if name == "columns"}
    return [column.title for column in page.all_columns() if column.key in asked]


@bp.get("/exports/<int:id>")
@permit(Permission.HOME)
def export_file(id: int) -> Any:
    job = db.one_or_404(queries.my_files(me()).filter_by(id=id, state=JobState.DONE))
    path = making.folder() / str(job.result["file"])
    if not path.is_file():
        abort(404)
    return send(path, str(job.result["name"]), keep=True)


@bp.post("/exports/requests/<int:id>/approve")
@permit(Permission.EXPORT_APPROVE)
def approve_export(id: int) -> Any:
    asked, form = _decidable(id), ActForm()
    if form.submitted():
        with form.refusals():
            job = actions.approve(asked, actor=me(), came_from=url_for("lists.exports"))
            job_id = job.id
            answer = commit_and_go(
                form, url_for("lists.exports"), _("已批准%(name)s的导出", name=asked.user.name)
            )
            queue.start(job_id)
            return answer
    return exports_page(form, {})


@bp.post("/exports/requests/<int:id>/refuse")
@permit(Permission.EXPORT_APPROVE)
def refuse_export(id: int) -> Any:
    asked, form = _decidable(id), ActForm()
    if form.submitted():
        with form.refusals():
            actions.refuse(asked, request.form.get("note", ""), actor=me())
            return commit_and_go(
                form, url_for("lists.exports"), _("没有批准%(name)s的导出", name=asked.user.name)
            )
    return exports_page(form, {id: request.form.get("note", "")[:200]})


@bp.post("/exports/requests/<int:id>/withdraw")
@permit(Permission.HOME)
def withdraw_export(id: int) -> Any:
    asked = db.one_or_404(queries.visible_to(me()).where(ExportRequest.id == id))
    form = ActForm()
    if asked.user_id != me().id:
        abort(403)
    if form.submitted():
        with form.refusals():
            actions.withdraw(asked, actor=me())
            return commit_and_go(form, url_for("lists.exports"), _("申请已撤回"))
    return exports_page(form, {})


def _decidable(id: int) -> ExportRequest:
    """A request that I may see (404) and decide: not my own (403)."""
    asked: ExportRequest = db.one_or_404(queries.visible_to(me()).where(ExportRequest.id == id))
    if not queries.may_decide(me(), asked.user):
        abort(403)
    return asked
