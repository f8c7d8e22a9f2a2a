"""事项目录: the kinds of projects and the items of each, for administrators."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, url_for

from crm.db import db
from crm.lib.words import _
from crm.org import queries as org
from crm.org.guard import me, permit
from crm.org.permissions import Permission as P
from crm.web.forms import ActForm, commit_and_go

from .. import queries
from ..models import Template, TemplateItem
from ..views import tabs
from . import actions
from .forms import NewTemplateForm, NewTemplateItemForm, TemplateForm, TemplateItemForm

bp = Blueprint("catalogue", __name__)


@bp.get("/admin/approvals")
@permit(P.APPROVAL_CATALOGUE)
def index() -> Any:
    return render_template(
        "approvals/catalogue/index.html",
        templates=queries.templates(only_active=False),
        tabs=tabs("catalogue.index"),
    )


@bp.get("/admin/approvals/<int:id>")
@permit(P.APPROVAL_CATALOGUE)
def show(id: int) -> Any:
    return render_template("approvals/catalogue/show.html", kind=_load(id))


@bp.route("/admin/approvals/new", methods=["GET", "POST"])
@permit(P.APPROVAL_CATALOGUE)
def new() -> Any:
    form = NewTemplateForm()
    there = {one.id: one for one in queries.templates(only_active=False)}
    form.copied_id.offer([(one.id, one.name) for one in there.values()], _("从空白开始"))
    if form.submitted():
        with form.refusals():
            copied = there.get(form.copied_id.data or 0)
            made = actions.create(form.data, copied=copied, actor=me())
            return commit_and_go(form, url_for(".show", id=made.id), _("已新建“%(name)s”", name=made.name))
    return form.page("approvals/catalogue/edit.html", kind=None)


@bp.route("/admin/approvals/<int:id>/edit", methods=["GET", "POST"])
@permit(P.APPROVAL_CATALOGUE)
def edit(id: int) -> Any:
    template = _load(id)
    form = TemplateForm.of(template)
    if form.submitted():
        with form.refusals():
            actions.edit(template, form.data, actor=me())
            return commit_and_go(form, url_for(".show", id=id), _("已保存“%(name)s”", name=template.name))
    return form.page("approvals/catalogue/edit.html", kind=template)


@bp.route("/admin/approvals/<int:id>/items/new", methods=["GET", "POST"])
@permit(P.APPROVAL_CATALOGUE)
def add_item(id: int) -> Any:
    template = _load(id)
    form = NewTemplateItemForm(days=20)
    _offer(form, template)
    if form.submitted():
        with form.refusals():
            made = actions.add_item(template, form.data, actor=me())
            return commit_and_go(form, url_for(".show", id=id), _("已新增“%(name)s”", name=made.name))
    return form.page("approvals/catalogue/item.html", kind=template, item=None)


@bp.route("/admin/approvals/items/<int:id>", methods=["GET", "POST"])
@permit(P.APPROVAL_CATALOGUE)
def edit_item(id: int) -> Any:
    item = db.get_or_404(TemplateItem, id)
    template = _load(item.template_id)
    form = TemplateItemForm.of(item)
    _offer(form, template, item)
    if not form.is_submitted():
        form.after.data = [one.id for one in item.after]
    if form.submitted():
        with form.refusals():
            actions.edit_item(item, form.data, actor=me())
            return commit_and_go(
                form, url_for(".show", id=template.id), _("已保存“%(name)s”", name=item.name)
            )
    return form.page("approvals/catalogue/item.html", kind=template, item=item)


@bp.post("/admin/approvals/items/<int:id>/drop")
@permit(P.APPROVAL_CATALOGUE)
def drop_item(id: int) -> Any:
    item = db.get_or_404(TemplateItem, id)
    template_id, name = item.template_id, item.name
    form = ActForm()
    if form.submitted():
        actions.drop_item(item, actor=me())
        return commit_and_go(form, url_for(".show", id=template_id), _("已去掉“%(name)s”", name=name))
    return form.page("approvals/catalogue/show.html", kind=_load(template_id))


def _load(id: int) -> Template:
    return next((one for one in queries.templates(only_active=False) if one.id == id), None) or db.get_or_404(
        Template, id
    )


def _offer(form: Any, template: Template, item: TemplateItem | None = None) -> None:
    form.unit_id.offer(org.unit_choices(), _("不是本区单位"))
    form.after.choices = [(one.id, one.name) for one in template.items if one is not item]
