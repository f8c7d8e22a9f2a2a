"""导入: upload → columns → check → run → result. Everybody sees their own lists only."""

from __future__ import annotations

import io
import secrets
from typing import Any

from flask import Blueprint, flash, redirect, request, send_file, url_for

from crm.db import db
from crm.jobs import queue
from crm.lib.words import _
from crm.org.guard import me, permit
from crm.org.permissions import Permission
from crm.web.forms import ActForm, commit_and_go
from crm.web.listing import page_of

from . import actions, jobs, queries, results, template
from .columns import FIELDS
from .forms import RunForm, SheetForm, UploadForm
from .models import BatchState, Finding, ImportBatch, ImportRow, Outcome

bp = Blueprint("imports", __name__, url_prefix="/imports")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def mine(id: int) -> ImportBatch:
    return db.one_or_404(queries.own(me()).filter_by(id=id))


@bp.get("")
@permit(Permission.IMPORT_RUN)
def index() -> Any:
    return index_page(UploadForm())


def index_page(form: UploadForm) -> Any:
    page = page_of(queries.own(me()).order_by(ImportBatch.id.desc()), key=ImportBatch.id, per_page=20)
    return form.page("imports/index.html", page=page)


@bp.post("")
@permit(Permission.IMPORT_RUN)
def upload() -> Any:
    form = UploadForm()
    if form.submitted():
        with form.refusals():
            file = form.file.data
            batch = actions.upload(file.stream, file.filename, unit_id=me().unit_id, actor=me())
            return commit_and_go(form, url_for(".show", id=batch.id))
    return index_page(form)


@bp.get("/template", endpoint="template")
@permit(Permission.IMPORT_RUN)
def get_template() -> Any:
    path = actions.folder() / f"template.{secrets.token_hex(8)}"
    try:
        template.write(path)
        data = path.read_bytes()
    finally:
        path.unlink(missing_ok=True)
    name = _("企业名单模板.xlsx")
    return send_file(io.BytesIO(data), mimetype=XLSX, as_attachment=True, download_name=name)


@bp.get("/<int:id>")
@permit(Permission.IMPORT_RUN)
def show(id: int) -> Any:
    return show_page(mine(id), ActForm())


def show_page(batch: ImportBatch, form: ActForm) -> Any:
    job = queries.job_of(batch)
    if batch.state is BatchState.UPLOADED:
        sheet = SheetForm(formdata=None, data={"sheet": batch.sheet})
        sheet.sheet.choices = [(name, name) for name in batch.sheets]
        typed = {at: request.form.get(f"column_{at}", "") for at in map(str, range(len(batch.headers)))}
        chosen = typed if form.is_submitted() else batch.mapping
        return form.page(
            "imports/columns.html", batch=batch, fields=FIELDS, chosen=chosen, sheet=sheet, job=job
        )
    if batch.state in (BatchState.CHECKING, BatchState.RUNNING):
        return form.page("imports/progress.html", batch=batch, job=job)
    finding = Finding.of(request.args.get("finding"))
    outcome = Outcome.of(request.args.get("outcome"))
    rows = queries.rows_of(batch, finding=finding, outcome=outcome)  # type: ignore[arg-type]
    return form.page(
        "imports/rows.html",
        batch=batch,
        page=page_of(rows, key=ImportRow.id),
        findings=Finding,
        outcomes=Outcome,
        finding=finding,
        outcome=outcome,
        run=RunForm(formdata=None),
        mapped=results.headings(batch)[:4],
        job=job,
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
            actions.order_check(batch)
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


@bp.post("/<int:id>/run")
@permit(Permission.IMPORT_RUN)
def run(id: int) -> Any:
    batch, form = mine(id), RunForm()
    if form.submitted():
        with form.refusals():
            actions.begin_run(batch, take_duplicates=form.take_duplicates.data)
            total = actions.to_create(batch)
            return start(form, batch, jobs.RUN, _("导入 %(name)s", name=batch.file_name), total)
    return show_page(mine(id), form)


def start(form: ActForm, batch: ImportBatch, kind: str, title: str, total: int = 0) -> Any:
    here = url_for(".show", id=batch.id)
    params = {
        "batch": batch.id,
        "from": here,
        "then": {"endpoint": "imports.show", "values": {"id": batch.id}},
    }
    job = queue.new(kind, title=title[:200], params=params, user_id=me().id)
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
    if batch.state in (BatchState.UPLOADED, BatchState.CHECKING, BatchState.RUNNING):
        flash(_("还没有结果，请等处理完"), "warn")
        return redirect(url_for(".show", id=id), 303)
    path = actions.folder() / f"result.{secrets.token_hex(8)}"
    try:
        results.write(batch, path)
        file = path.open("rb")
    finally:
        path.unlink(missing_ok=True)
    name = _("%(name)s-导入结果.xlsx", name=batch.file_name.rsplit(".", 1)[0][:100])
    return send_file(file, mimetype=XLSX, as_attachment=True, download_name=name)
