"""The doors of every list: views, columns, acts on many. What leaves the house has its own: exports/views.py."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlencode

from flask import Blueprint, abort, flash, redirect, request, url_for
from werkzeug.datastructures import MultiDict

from crm.db import db
from crm.lib.errors import Refused
from crm.lib.words import _
from crm.org.guard import me, permit
from crm.org.permissions import Permission
from crm.web.forms import ActForm, commit_and_go

from . import actions, lists, queries
from .actions import Done
from .asked import pairs_of, select_for
from .models import SavedView
from .table import LISTS, ListPage

bp = Blueprint("lists", __name__)
OF_LOWER_FLOORS = (lists.USERS, lists.UNITS, lists.EVENTS, lists.JOBS)


def page_or_404(name: str) -> ListPage:
    """The list, for those who may open it."""
    page = LISTS.get(name) or abort(404)
    if not me().may(page.view_permission):
        abort(403)
    return page


def posted_filters(page: ListPage) -> MultiDict[str, str]:
    """The list's address as a bulk bar or an export form carries it along."""
    carried = MultiDict(
        (name.removeprefix("filter_"), value)
        for name, values in request.form.lists()
        for value in values
        if name.startswith("filter_")
    )
    return MultiDict(pairs_of(page, carried))


def posted_query(page: ListPage) -> MultiDict[str, str]:
    asked = MultiDict(parse_qsl(request.form.get("query", "")[:4000], max_num_fields=200))
    return MultiDict(pairs_of(page, asked))


def back(page: ListPage, args: MultiDict[str, str]) -> str:
    return page.url(pairs_of(page, args))


@bp.post("/lists/<name>/view")
@permit(Permission.HOME)
def save_view(name: str) -> Any:
    page, form = page_or_404(name), ActForm()
    args = posted_query(page)
    if not form.submitted():
        return redirect(back(page, args), 303)
    try:
        view = actions.save_view(
            page,
            request.form.get("view_name", ""),
            args,
            request.form.getlist("columns"),
            shared=request.form.get("shared") == "1",
            actor=me(),
        )
    except Refused as refused:
        return refuse(refused, back(page, args))
    location = page.url(queries.pairs_of_view(view))
    return commit_and_go(form, location, _("视图“%(name)s”已保存", name=view.name))


@bp.post("/lists/<name>/view/forget")
@permit(Permission.HOME)
def forget_view(name: str) -> Any:
    page, form = page_or_404(name), ActForm()
    number = request.form.get("view", "")
    wanted = int(number) if number.isascii() and number.isdecimal() and len(number) < 10 else 0
    view = db.one_or_404(queries.own_views(me()).where(SavedView.id == wanted, SavedView.page == page.name))
    if form.submitted():
        db.session.delete(view)
        return commit_and_go(form, back(page, posted_query(page)), _("视图“%(name)s”已删除", name=view.name))
    return redirect(back(page, posted_query(page)), 303)


@bp.post("/lists/<name>/columns")
@permit(Permission.HOME)
def choose_columns(name: str) -> Any:
    """Remember the columns; the address then need not name them. On a saved view of mine they are the view's; on one
    that a colleague shares they are mine for that view."""
    page, form = page_or_404(name), ActForm()
    args = posted_query(page)
    view = queries.view_at(me(), page.name, list(args.items(multi=True)))
    args.poplist("columns")
    if form.submitted():
        keys = [] if request.form.get("usual") else [page.columns[0].key, *request.form.getlist("columns")]
        if view is not None and view.user_id == me().id:
            actions.save_view(page, view.name, args, keys, shared=view.unit_id is not None, actor=me())
            return commit_and_go(form, page.url(queries.pairs_of_view(view)))
        chosen = actions.choose_columns(page, keys, actor=me(), view=view)
        if view is not None:
            return commit_and_go(form, page.url(queries.pairs_of_view(view, chosen)))
        return commit_and_go(form, back(page, args))
    return redirect(back(page, args), 303)


@bp.post("/lists/<name>/bulk")
@permit(Permission.HOME)
def bulk(name: str) -> Any:
    """One act on the chosen rows, or on all rows of the filter."""
    page, form = page_or_404(name), ActForm()
    args = posted_filters(page)
    location = back(page, args)
    if not form.submitted():
        return redirect(location, 303)
    act = request.form.get("act", "")
    wanted = args
    if not request.form.get("all"):
        ids = [one for one in request.form.getlist("ids") if one.isascii() and one.isdecimal()]
        wanted = MultiDict(
            [("ids", ",".join(ids)), *((n, v) for n, v in args.items(multi=True) if n == "sort")]
        )
        if not ids:
            return refuse(Refused(_("没有选中任何记录")), location)
    if act == "export":
        return redirect(url_for(".export", name=name) + "?" + urlencode(list(wanted.items(multi=True))), 303)
    try:
        label, done = carry_out(page, act, select_for(page, me(), wanted))
    except Refused as refused:
        return refuse(refused, location)
    answer = commit_and_go(form, location)
    flash(done.sentence(label), "warn" if done.skipped else "good")
    return answer


def carry_out(page: ListPage, act: str, rows: Any) -> tuple[str, Done]:
    user = me()
    if act in ("tag", "untag") and page.tag_permission:
        if not user.may(page.tag_permission):
            abort(403)
        word = actions.checked_word(request.form.get("value_tag", ""))
        label = _("去掉标签“%(word)s”", word=word) if act == "untag" else _("打标签“%(word)s”", word=word)
        return label, actions.on_each(
            page, rows, lambda row: actions.tag(page, row, word, actor=user, take_away=act == "untag")
        )
    found = next((one for one in page.acts if one.key == act), None) or abort(404)
    if not user.may(found.permission):
        abort(403)
    value = request.form.get(f"value_{act}", "")
    if found.choices and value not in {str(choice) for choice, _label in found.choices(user)}:
        raise Refused(_("没有这个选项"))
    return found.label, actions.on_each(page, rows, lambda row: found.run(row, value, user))


def refuse(refused: Refused, location: str) -> Any:
    """Nothing was done; say why on the list the person came from."""
    db.session.rollback()
    flash(refused.message, "bad")
    return redirect(location, 303)
