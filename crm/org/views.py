"""Signing in and out, my password and language; people, units, settings, rights and the trail for administrators."""

from __future__ import annotations

import hmac
from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, request, session, url_for
from flask_login import current_user

from crm.audit.models import Event
from crm.db import db
from crm.lib.errors import Refused
from crm.lib.words import _
from crm.web.forms import ActForm, commit_and_go, safe_next
from crm.web.listing import page_of

from . import actions, demo, district_map, queries, sessions, settings
from .forms import (
    NewUserForm,
    PasswordForm,
    ResetPasswordForm,
    SetupForm,
    SignInForm,
    UnitForm,
    UserForm,
    map_form,
)
from .guard import me, permit, public
from .models import Unit, User
from .permissions import GRANTS, Permission, Role

bp = Blueprint("org", __name__)


@bp.route("/sign-in", methods=["GET", "POST"])
@public
def sign_in() -> Any:
    if current_user.is_authenticated:
        return redirect(url_for("desk.index"), 303)
    if queries.nobody_yet():
        return redirect(url_for("org.setup"), 303)
    form = SignInForm(next=request.args.get("next"))
    if form.submitted():
        with form.refusals():
            chosen = session.get("locale")  # by hand, on this very page: it stays theirs
            user = sessions.check(form.login.data, form.password.data)
            sessions.begin(user, request.user_agent.string)
            user.locale = chosen or user.locale
            return commit_and_go(None, safe_next(form.next.data, url_for("desk.index")))
    return form.page("org/sign_in.html", demo_accounts=demo.accounts(), demo_password=demo.PASSWORD)


@bp.post("/sign-out")
@permit(Permission.HOME)
def sign_out() -> Any:
    sessions.end(me())
    db.session.commit()
    response = redirect(url_for("org.sign_in"), 303)
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


@bp.post("/language")
@public
def language() -> Any:
    chosen = "en" if request.form.get("lang") == "en" else "zh_CN"
    session["locale"] = chosen
    if current_user.is_authenticated:
        me().locale = chosen
    return commit_and_go(None, safe_next(request.form.get("next"), url_for("desk.index")))


@bp.route("/setup", methods=["GET", "POST"])
@public
def setup() -> Any:
    """The first administrator, made by whoever can read the server's own folder or terminal."""
    if not queries.nobody_yet():
        return redirect(url_for("org.sign_in"), 303)
    form = SetupForm(token=request.args.get("token"))
    if form.submitted():
        with form.refusals():
            if not hmac.compare_digest(form.token.data.encode(), setup_token().encode()):
                raise Refused(_("开箱口令不对"), "token")
            user = actions.first_administrator(
                form.login.data, form.name.data, form.password.data, form.unit_name.data
            )
            sessions.begin(user, request.user_agent.string)
            return commit_and_go(
                form, url_for("desk.index"), _("欢迎，%(name)s。先添加单位和人员。", name=user.name)
            )
    return form.page("org/setup.html")


def setup_token() -> str:
    return demo.setup_token(current_app.config["CRM_DATA"])


@bp.route("/password", methods=["GET", "POST"])
@permit(Permission.HOME)
def password() -> Any:
    form = PasswordForm()
    if form.submitted():
        with form.refusals():
            if form.password.data != form.again.data:
                raise Refused(_("两次输入的新密码不一样"), "again")
            actions.change_password(me(), form.old.data, form.password.data)
            return commit_and_go(form, url_for("desk.index"), _("密码已改，其他地方的登录已全部退出"))
    return form.page("org/password.html")


@bp.get("/admin/users")
@permit(Permission.USER_MANAGE)
def users() -> Any:
    found = page_of(queries.people(only_active=False), key=User.id, per_page=100)
    return render_template("org/users.html", page=found, units=queries.units(only_active=False))


@bp.route("/admin/users/new", methods=["GET", "POST"])
@permit(Permission.USER_MANAGE)
def new_user() -> Any:
    form = NewUserForm()
    form.unit_id.offer(queries.unit_choices(), _("请选择"))
    if form.submitted():
        with form.refusals():
            user = actions.create_user(form.data, actor=me())
            return commit_and_go(form, url_for("org.users"), _("已添加 %(name)s", name=user.name))
    return form.page("org/new_user.html")


@bp.route("/admin/users/<int:id>", methods=["GET", "POST"])
@permit(Permission.USER_MANAGE)
def edit_user(id: int) -> Any:
    user = db.get_or_404(User, id)
    form = UserForm.of(user)
    form.unit_id.offer(queries.unit_choices(), _("请选择"))
    if form.submitted():
        with form.refusals():
            actions.edit_user(user, form.data, actor=me())
            return commit_and_go(form, url_for("org.users"), _("已保存 %(name)s", name=user.name))
    return form.page("org/edit_user.html", user=user, reset=ResetPasswordForm(formdata=None))


@bp.post("/admin/users/<int:id>/password")
@permit(Permission.USER_MANAGE)
def reset_password(id: int) -> Any:
    user = db.get_or_404(User, id)
    reset = ResetPasswordForm()
    if reset.submitted():
        with reset.refusals():
            actions.set_password(user, reset.password.data, actor=me())
            return commit_and_go(reset, url_for("org.users"), _("已为 %(name)s 设了新密码", name=user.name))
    form = UserForm(formdata=None, obj=user)
    form.unit_id.offer(queries.unit_choices(), _("请选择"))
    return render_template("org/edit_user.html", user=user, form=form, reset=reset), reset.status


@bp.route("/admin/units/new", methods=["GET", "POST"])
@permit(Permission.USER_MANAGE)
def new_unit() -> Any:
    form = UnitForm()
    if form.submitted():
        with form.refusals():
            unit = actions.create_unit(form.data, actor=me())
            return commit_and_go(form, url_for("org.users"), _("已添加 %(name)s", name=unit.name))
    return form.page("org/edit_unit.html", unit=None)


@bp.route("/admin/units/<int:id>", methods=["GET", "POST"])
@permit(Permission.USER_MANAGE)
def edit_unit(id: int) -> Any:
    unit = db.get_or_404(Unit, id)
    form = UnitForm.of(unit)
    if form.submitted():
        with form.refusals():
            actions.edit_unit(unit, form.data, actor=me())
            return commit_and_go(form, url_for("org.users"), _("已保存 %(name)s", name=unit.name))
    return form.page("org/edit_unit.html", unit=unit)


@bp.route("/admin/units/map", methods=["GET", "POST"])
@permit(Permission.USER_MANAGE)
def place_units() -> Any:
    """Where the tiles of the district's map lie, all on one page."""
    units = queries.pieces_of_land()
    tiles = district_map.drawn((unit.map_cell, unit) for unit in units)
    form, names = map_form(units)
    if form.submitted():
        with form.refusals():
            cells = [
                (unit, district_map.tidied(form[name].data)) for unit, name in zip(units, names, strict=True)
            ]
            actions.place_units(cells, actor=me())
            return commit_and_go(form, url_for("org.place_units"), _("地图已保存"))
    return form.page("org/place_units.html", names=names, tiles=tiles)


@bp.route("/admin/settings", methods=["GET", "POST"])
@permit(Permission.SETTING_MANAGE)
def show_settings() -> Any:
    form = ActForm()
    typed = {key: request.form.get(key, str(settings.get(key))) for key in settings.KNOWN}
    wrong: dict[str, str] = {}
    if form.submitted():
        try:
            actions.change_settings(typed, actor=me())
            return commit_and_go(form, url_for("org.show_settings"), _("设置已保存"))
        except Refused as refused:
            db.session.rollback()
            form.status, wrong = 422, {refused.field or "": refused.message}
    return form.page("org/settings.html", known=settings.KNOWN, typed=typed, wrong=wrong)


@bp.get("/admin/rights")
@permit(Permission.AUDIT_VIEW)
def rights() -> Any:
    return render_template("org/rights.html", grants=GRANTS, roles=Role, permissions=Permission)


@bp.get("/admin/events")
@permit(Permission.AUDIT_VIEW)
def events() -> Any:
    wanted = queries.events_asked(request.args)
    return render_template(
        "org/events.html", page=page_of(queries.events(**wanted), key=Event.id), wanted=wanted
    )


@bp.get("/styleguide")
@permit(Permission.HOME)
def styleguide() -> Any:
    """Every part of the design system, for people who build pages."""
    return render_template("styleguide.html")


@bp.post("/demo/remove")
@permit(Permission.SETTING_MANAGE)
def remove_demo() -> Any:
    """Take the whole demo district away; what stands behind is an empty house with its setup page."""
    form = ActForm()
    if form.submitted() and settings.business_day():
        demo.remove(current_app.config["CRM_DATA"])
        db.session.commit()
        session.clear()
        flash(_("示例区已移除，下面建立第一个管理员。SQLite 数据库另存了一份，在 backups 文件夹里。"), "good")
        return redirect(url_for("org.setup", token=setup_token()), 303)
    return redirect(url_for("desk.index"), 303)
