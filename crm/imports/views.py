"""导入: upload → columns → check → run → result. Everybody sees their own lists only."""

from __future__ import annotations

import io
import secrets
from typing import Any

from flask import Blueprint, abort, flash, redirect, request, send_file, url_for

from crm.db import db
from crm.jobs import queue
from crm.lib.errors import Refused
from crm.lib.words import _
from crm.org.guard import me, permit
from crm.org.permissions import Permission
from crm.web.forms import ActForm, commit_and_go, safe_next
from crm.web.listing import page_of

from . import actions, jobs, lists, nouns, queries, results, saying, template, undoing
from .forms import CheckForm, SheetForm, UploadForm
from .models import Action, BatchState, Finding, ImportBatch, ImportRow, Mode, Outcome

bp = Blueprint("imports", __name__, url_prefix="/imports")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def mine(id: int) -> ImportBatch:
    return db.one_or_404(queries.own(me()).filter_by(id=id))


@bp.get("")
@permit(Permission.IMPORT_RUN)
def index() -> Any:
    return index_page(UploadForm())


def index_page(form: UploadForm) -> Any:
    form.noun.choices = [(noun.key, noun.label) for noun in nouns.for_user(me())]
    page = page_of(queries.own(me()).order_by(ImportBatch.id.desc()), key=ImportBatch.id, per_page=20)
    return form.page("imports/index.html", page=page, nouns=nouns.for_user(me()), all_nouns=nouns.NOUNS)


@bp.post("")
@permit(Permission.IMPORT_RUN)
def upload() -> Any:
    form = UploadForm()
    if form.submitted():
        with form.refusals():
            file, pasted = form.file.data, (form.cells.data or "").strip("\r\n")
            stream, name = (
                (io.BytesIO(pasted.encode("utf-8", "replace")), _("粘贴的单元格.txt"))
                if pasted
                else (file.stream, file.filename)
            )
            noun = nouns.NOUNS.get(form.noun.data or "") or nouns.NOUNS["enterprise"]
            if not me().may(noun.permission):
                abort(403)
            batch = actions.upload(stream, name, unit_id=me().unit_id, actor=me(), noun=noun)
            return commit_and_go(form, url_for(".show", id=batch.id))
    return index_page(form)


@bp.get("/template/<key>", endpoint="template")
@permit(Permission.IMPORT_RUN)
def get_template(key: str) -> Any:
    """An empty list of this noun, with examples."""
    noun = nouns.NOUNS.get(key) or abort(404)
    path = actions.folder() / f"template.{secrets.token_hex(8)}"
    try:
        template.write(path, noun)
        data = path.read_bytes()
    finally:
        path.unlink(missing_ok=True)
    name = _("%(noun)s名单模板.xlsx", noun=noun.label)
    return send_file(io.BytesIO(data), mimetype=XLSX, as_attachment=True, download_name=name)


@bp.get("/<int:id>")
@permit(Permission.IMPORT_RUN)
def show(id: int) -> Any:
    return show_page(mine(id), ActForm())


UNDER_WAY = (BatchState.CHECKING, BatchState.RUNNING, BatchState.UNDOING)
OPEN = (BatchState.CHECKED, BatchState.CANCELLED, BatchState.FAILED)  # decided about, corrected, run


def show_page(batch: ImportBatch, form: ActForm) -> Any:
    job = queries.job_of(batch)
    if batch.state is BatchState.UPLOADED:
        return columns_page(batch, form, job)
    if batch.state in UNDER_WAY:
        return form.page("imports/progress.html", batch=batch, job=job)
    narrowed = queries.narrowed_by(request.args)
    page = page_of(queries.rows_of(batch, **narrowed), key=ImportRow.id)
    return form.page(
        "imports/rows.html",
        batch=batch,
        page=page,
        findings=Finding,
        outcomes=Outcome,
        actions=[one for one in Action if one in actions.VEILED or nouns.of(batch).updates],
        narrowed=narrowed,
        rows_list=lists.rows_name(nouns.of(batch)),
        at_once=results.at_once(batch),
        is_open=batch.state in OPEN,
        noun=nouns.of(batch),
        fields=results.headings(batch),
        beside=saying.beside,
        brief=[key for key, _label in results.headings(batch) if key != nouns.of(batch).columns.main.key][:2],
        to_do=sum(batch.counts.get(f"to_{one.value}", 0) for one in Action if one is not Action.SKIP),
        linked=queries.still_there(batch, [one.record_id or one.match_id for one in page.items], user=me()),
        job=job,
    )


def columns_page(batch: ImportBatch, form: ActForm, job: Any) -> Any:
    sheet = SheetForm(formdata=None, data={"sheet": batch.sheet})
    sheet.sheet.choices = [(name, name) for name in batch.sheets]
    typed = {at: request.form.get(f"column_{at}", "") for at in map(str, range(len(batch.headers)))}
    chosen = typed if form.is_submitted() else batch.mapping
    check = CheckForm(formdata=None, data={"mode": request.form.get("mode") or batch.mode.value})
    check.mode.choices = Mode.choices() if nouns.of(batch).updates else Mode.choices()[:1]
    return form.page(
        "imports/columns.html",
        batch=batch,
        fields=nouns.of(batch).columns.fields,
        chosen=chosen,
        sheet=sheet,
        job=job,
        check=check,
    )


@bp.post("/<int:id>/sheet")
@permit(Permission.IMPORT_RUN)
def sheet(id: int) -> Any:
    """Another sheet of the same file."""
    batch, form = mine(id), SheetForm()
    if form.submitted():
        with form.refusals():
            actions.choose_sheet(batch, form.sheet.data or "")
            return commit_and_go(form, url_for(".show", id=batch.id))
    return show_page(mine(id), form)


@bp.post("/<int:id>/check")
@permit(Permission.IMPORT_RUN)
def check(id: int) -> Any:
    """Take the columns as the person has set them, and look at every row."""
    batch, form = mine(id), ActForm()
    if form.submitted():
        with form.refusals():
            columns = {at: request.form.get(f"column_{at}", "") for at in map(str, range(len(batch.headers)))}
            actions.choose_columns(batch, columns)
            mode = Mode.of(request.form.get("mode")) or Mode.CREATE
            actions.order_check(batch, Mode(mode))
            return start(form, batch, jobs.CHECK, _("检查 %(name)s", name=batch.file_name))
    return show_page(mine(id), form)


@bp.post("/<int:id>/columns")
@permit(Permission.IMPORT_RUN)
def columns(id: int) -> Any:
    """Back from the check to the columns."""
    batch, form = mine(id), ActForm()
    if form.submitted():
        with form.refusals():
            actions.reopen(batch)
            return commit_and_go(form, url_for(".show", id=batch.id))
    return show_page(mine(id), form)


@bp.post("/<int:id>/decide")
@permit(Permission.IMPORT_RUN)
def decide(id: int) -> Any:
    """What the run is to do with the chosen rows, or with all of the filter."""
    batch, form = mine(id), ActForm()
    narrowed = queries.narrowed_by(request.form)
    here = url_for(".show", id=id, **{key: value.value for key, value in narrowed.items() if value})
    if form.submitted():
        with form.refusals():
            action = Action.of(request.form.get("act"))
            if not isinstance(action, Action):
                raise Refused(_("没有这个选项"))
            rows = queries.rows_of(batch, **narrowed)
            if not request.form.get("all"):
                ids = [int(one) for one in request.form.getlist("ids") if one.isascii() and one.isdecimal()][
                    :1000
                ]
                if not ids:
                    raise Refused(_("没有选中任何行"))
                rows = queries.rows_of(batch).where(ImportRow.id.in_(ids))
            chosen, others = actions.decide(batch, action, rows)
            answer = commit_and_go(form, here)
            said = _("%(n)s 行改为“%(what)s”", n=f"{chosen:,}", what=action.label)
            if others:
                said += "，" + _("%(n)s 行不能这样处理", n=f"{others:,}")
            flash(said, "warn" if others else "good")
            return answer
    return show_page(mine(id), form)


@bp.route("/<int:id>/rows/<int:row_id>", methods=["GET", "POST"])
@permit(Permission.IMPORT_RUN)
def correct(id: int, row_id: int) -> Any:
    """One row: what the check says of it, each of its cells to be put right, what is to be done with it."""
    batch, form = mine(id), ActForm()
    row = db.one_or_404(queries.rows_of(batch).where(ImportRow.id == row_id))
    if form.submitted():
        with form.refusals():
            typed = {
                key.removeprefix("cell_"): text for key, text in request.form.items() if key[:5] == "cell_"
            }
            was = row.action
            if any((row.values.get(key) or "") != text.strip() for key, text in typed.items()):
                actions.correct(batch, row, typed, actor=me())
            action = Action.of(request.form.get("action"))
            # What the page offered before the cells were put right is no choice about the row as it is now.
            if isinstance(action, Action) and action is not was and action in actions.allowed(batch, row):
                actions.decide(batch, action, queries.rows_of(batch).where(ImportRow.id == row.id))
            here = safe_next(request.form.get("next"), url_for(".correct", id=id, row_id=row_id))
            return commit_and_go(form, here, _("第 %(n)s 行：%(what)s", n=row.number, what=row.finding.label))
    return form.page(
        "imports/row.html",
        batch=batch,
        row=row,
        fields=results.headings(batch),
        allowed=actions.allowed(batch, row),
        is_open=batch.state in OPEN,
        noun=nouns.of(batch),
        beside=saying.beside,
        linked=queries.still_there(batch, [row.record_id or row.match_id], user=me()),
    )


@bp.post("/<int:id>/run")
@permit(Permission.IMPORT_RUN)
def run(id: int) -> Any:
    batch, form = mine(id), ActForm()
    if form.submitted():
        with form.refusals():
            actions.begin_run(batch)
            total = actions.to_do(batch)
            return start(form, batch, jobs.RUN, _("导入 %(name)s", name=batch.file_name), total)
    return show_page(mine(id), form)


@bp.post("/<int:id>/undo")
@permit(Permission.IMPORT_RUN)
def undo(id: int) -> Any:
    """撤销本次导入."""
    batch, form = mine(id), ActForm()
    if form.submitted():
        with form.refusals():
            actions.begin_undo(batch)
            total = undoing.left(batch)
            return start(form, batch, jobs.UNDO, _("撤销导入 %(name)s", name=batch.file_name), total)
    return show_page(mine(id), form)


def start(form: ActForm, batch: ImportBatch, kind: str, title: str, total: int = 0) -> Any:
    here = url_for(".show", id=batch.id)
    params = {
        "batch": batch.id,
        "from": here,
        "then": {"endpoint": "imports.show", "values": {"id": batch.id}},
    }
    job = queue.new(kind, title=title, params=params, user_id=me().id)
    job_id = batch.job_id = job.id
    job.total = total
    answer = commit_and_go(form, here)
    queue.start(job_id)
    return answer


@bp.get("/<int:id>/result")
@permit(Permission.IMPORT_RUN)
def result(id: int) -> Any:
    """Every row of the list with what became of it, as xlsx."""
    batch = mine(id)
    if not has_result(batch):
        flash(_("还没有结果，请等处理完"), "warn")
        return redirect(url_for(".show", id=id), 303)
    if not results.at_once(batch):
        flash(_("这份名单很长，结果表由后台生成，请按“生成结果表”"), "warn")
        return redirect(url_for(".show", id=id), 303)
    path = actions.folder() / f"result.{secrets.token_hex(8)}"
    try:
        results.write(batch, path)
        file = path.open("rb")
    finally:
        path.unlink(missing_ok=True)
    return send_file(file, mimetype=XLSX, as_attachment=True, download_name=results.name_of(batch))


def has_result(batch: ImportBatch) -> bool:
    return batch.state is not BatchState.UPLOADED and batch.state not in UNDER_WAY


@bp.post("/<int:id>/result")
@permit(Permission.IMPORT_RUN)
def order_result(id: int) -> Any:
    """The same of a long list: made by the queue, kept for a day."""
    batch, form = mine(id), ActForm()
    if form.submitted():
        with form.refusals():
            if not has_result(batch):
                raise Refused(_("还没有结果，请等处理完"))
            params = {"batch": batch.id, "from": url_for("jobs.index")}
            title = _("结果表 %(name)s", name=batch.file_name)
            job_id = queue.new(jobs.RESULT, title=title, params=params, user_id=me().id).id
            said = _("正在后台生成结果表，好了可以在这里下载")
            answer = commit_and_go(form, url_for("jobs.index", _anchor=f"job-{job_id}"), said)
            queue.start(job_id)
            return answer
    return show_page(mine(id), form)


@bp.get("/<int:id>/result/<int:job_id>")
@permit(Permission.IMPORT_RUN)
def result_file(id: int, job_id: int) -> Any:
    """What the queue has made of it."""
    batch = mine(id)
    path = jobs.result_path(batch.id, job_id)
    if not path.is_file():
        abort(404)
    return send_file(path.open("rb"), mimetype=XLSX, as_attachment=True, download_name=results.name_of(batch))
