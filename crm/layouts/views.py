"""Pages of the official sheets: which there are, how one will look, the file; copying and changing one."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlencode

from flask import Blueprint, abort, redirect, render_template, request, url_for
from markupsafe import Markup
from werkzeug.datastructures import MultiDict

from crm.db import db
from crm.lib.errors import Refused
from crm.lib.words import _
from crm.lists.asked import filter_in_words, pairs_of
from crm.lists.exports import making, shapes
from crm.lists.exports import views as exports
from crm.lists.exports.order import Order
from crm.lists.table import ListPage
from crm.lists.views import posted_filters
from crm.org.guard import me, permit
from crm.org.permissions import Permission as P
from crm.web.forms import ActForm, commit_and_go

from . import actions, queries
from .forms import LayoutForm
from .models import Layout
from .queries import Sheet

bp = Blueprint("layouts", __name__, url_prefix="/layouts")


@bp.get("")
@permit(P.HOME)
def index() -> Any:
    return render_template("layouts/index.html", sheets=queries.sheets_for(me()))


@bp.route("/<key>", methods=["GET", "POST"])
@permit(P.HOME)
def show(key: str) -> Any:
    """How the sheet will look over the list's filter (its own unless the address has one), and the file of it."""
    sheet, form = _sheet(key), ActForm()
    if request.method == "POST":
        args = posted_filters(sheet.page)
        answer = exports.carry_out(sheet.page, form, args, sheet.shape)
        return answer or _page(sheet, form, args)
    args = MultiDict(pairs_of(sheet.page, request.args))
    return _page(sheet, form, args or MultiDict(parse_qsl(sheet.query)))


def _page(sheet: Sheet, form: ActForm, args: MultiDict[str, str]) -> Any:
    looks = _preview(sheet, args)
    page = sheet.page
    offered = {
        "page": page,
        "rows": {"total": looks.total if looks else 0},
        "filter_words": filter_in_words(page, me(), args),
        "format": request.form.get("format"),
        "full": request.form.get("full"),
        "reason": request.form.get("reason", "")[:200],
    }
    pairs = pairs_of(page, args)
    return form.page(
        "layouts/show.html", sheet=sheet, looks=looks, listing=offered, pairs=pairs, list_url=page.url(pairs)
    )


def _preview(sheet: Sheet, args: MultiDict[str, str]) -> making.Preview | None:
    """None when there are more rows than a sheet holds: then the page says so."""
    order = Order(sheet.page, args, "xlsx", False, "", sheet.shape)
    try:
        return making.preview(order, user=me())
    except Refused:
        return None


def _sheet(key: str) -> Sheet:
    sheet = queries.sheet_for(me(), key) or abort(404)
    if not me().may(sheet.page.export_permission):
        abort(403)
    return sheet


@bp.app_template_global("layouts_of")
def layouts_of(page: ListPage, pairs: list[tuple[str, str]]) -> Markup:
    """On the export form of a list: the sheets that its rows can be put into, over the filter in hand."""
    kept = [(name, value) for name, value in pairs if name != "columns"]
    sheets = [
        {
            "name": one.name,
            "url": url_for("layouts.show", key=one.key) + (f"?{urlencode(kept)}" if kept else ""),
        }
        for one in queries.sheets_for(me())
        if one.page is page
    ]
    return Markup(render_template("layouts/_of.html", sheets=sheets)) if sheets else Markup("")


# --- one's own --------------------------------------------------------------------------------------------


@bp.post("/<key>/copy")
@permit(P.LAYOUT_MANAGE)
def copy(key: str) -> Any:
    sheet, form = queries.sheet_for(me(), key) or abort(404), ActForm()
    if form.submitted():
        with form.refusals():
            layout = actions.copy(sheet, actor=me())
            return commit_and_go(
                form, url_for(".edit", id=layout.id), _("已复制“%(name)s”，改好后再启用", name=sheet.name)
            )
    return _page(sheet, form, MultiDict(parse_qsl(sheet.query)))


@bp.route("/<int:id>/edit", methods=["GET", "POST"])
@permit(P.LAYOUT_MANAGE)
def edit(id: int) -> Any:
    """The form, and below it how the sheet looks as it was last saved."""
    layout = _ours(id)
    sheet = queries.sheet_for(me(), str(id)) or abort(404)
    form = LayoutForm.about(layout, sheet.page)
    if form.submitted():
        with form.refusals():
            actions.change(
                layout, form.name.data or "", form.query.data or "", form.shape(), bool(form.in_use.data),
                actor=me(),
            )  # fmt: skip
            return commit_and_go(form, url_for(".edit", id=id) + "#looks", _("已保存，下面是新的样子"))
    args = MultiDict(parse_qsl(sheet.query))
    return form.page(
        "layouts/edit.html",
        sheet=sheet,
        looks=_preview(sheet, args),
        list_url=sheet.page.url(sheet.query),
        filter_words=filter_in_words(sheet.page, me(), args),
        examples=(*shapes.PLAIN, *shapes.EXAMPLES),
        labels=[column.msgid for column in sheet.page.all_columns()],
    )


@bp.post("/<int:id>/remove")
@permit(P.LAYOUT_MANAGE)
def remove(id: int) -> Any:
    layout, form = _ours(id), ActForm()
    if form.submitted():
        name = layout.name
        actions.remove(layout, actor=me())
        return commit_and_go(form, url_for(".index"), _("表式“%(name)s”已删除", name=name))
    return redirect(url_for(".edit", id=id), 303)


def _ours(id: int) -> Layout:
    return db.one_or_404(db.select(Layout).filter_by(id=id))
