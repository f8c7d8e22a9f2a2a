"""提醒摘要: how it is set up, a test, what was sent, and my own address."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flask import Blueprint, current_app, render_template, request, url_for

from crm.jobs import periodic
from crm.lib.words import _
from crm.lists.page import context
from crm.org.guard import me, permit
from crm.org.permissions import Permission as P
from crm.web.forms import ActForm, commit_and_go

from . import actions, queries, safe
from .forms import AddressForm, SetupForm
from .lists import PAGE
from .models import Channel
from .queries import Setup

bp = Blueprint("digests", __name__)


@bp.get("/admin/digests")
@permit(P.SETTING_MANAGE)
def index() -> Any:
    return render_template("digests/index.html", listing=context(PAGE, me()), channels=Channel)


@bp.route("/admin/digests/setup", methods=["GET", "POST"])
@permit(P.SETTING_MANAGE)
def set_up() -> Any:
    form = SetupForm(obj=queries.setup())
    if form.submitted():
        with form.refusals():
            said = {name: form.data[name] for name in Setup.__dataclass_fields__}
            said["house"] = (said["house"] or "").rstrip("/")
            typed = {
                safe.PASSWORD: form.smtp_password.data or "",
                safe.WEBHOOK: (form.webhook.data or "").strip(),
                safe.SECRET: (form.secret.data or "").strip(),
            }
            plain = {name: getattr(value, "value", value) for name, value in said.items()}
            actions.set_up(Setup(**plain), typed, data=_data(), actor=me())
            return commit_and_go(form, url_for("digests.index"), _("已保存，可以发一次测试"))
    there = [name for name in safe.NAMES if safe.read(_data(), name)]
    return form.page("digests/set_up.html", there=there)


@bp.post("/admin/digests/test")
@permit(P.SETTING_MANAGE)
def test() -> Any:
    """One trial, by the queue: the page of what was sent shows how it went."""
    form = ActForm()
    channel = Channel.ROBOT if request.form.get("channel") == Channel.ROBOT.value else Channel.MAIL
    if form.submitted():
        with form.refusals():
            actions.test(channel, data=_data(), actor=me())
            answer = commit_and_go(form, url_for("digests.index"), _("测试已交给后台，结果马上列在这里"))
            periodic.ask("send_digests")
            return answer
    return form.page("digests/index.html", listing=context(PAGE, me()), channels=Channel)


@bp.route("/reminders/mail", methods=["GET", "POST"])
@permit(P.HOME)
def address() -> Any:
    """Where my own digest goes."""
    there = queries.address_of(me())
    form = AddressForm(email=there.email if there else "")
    if form.submitted():
        with form.refusals():
            email = form.email.data or ""
            actions.ask_for(email, actor=me())
            said = _("以后每个工作日早上发到 %(email)s", email=email) if email else _("不再发邮件给您")
            return commit_and_go(form, url_for("digests.address"), said)
    return form.page("digests/address.html", on=queries.setup().mail_on)


def _data() -> Path:
    return Path(current_app.config["CRM_DATA"])
