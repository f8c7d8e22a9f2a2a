"""What is typed about people, units and signing in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from wtforms import BooleanField, HiddenField, PasswordField
from wtforms.validators import Regexp

from crm.web.fields import ChoiceField, LineField, Needed, RecordField, _l
from crm.web.forms import ActForm, EditForm

from .models import Unit, UnitKind
from .permissions import Role

LOGIN = Regexp(r"^[A-Za-z0-9][A-Za-z0-9._-]{1,30}$", message=_l("用户名用 2 到 31 个字母、数字或 . _ -"))


class SignInForm(ActForm):
    login = LineField(
        _l("用户名"),
        [Needed()],
        longest=64,
        render_kw={"autocomplete": "username", "autofocus": True, "autocapitalize": "none"},
    )
    password = PasswordField(_l("密码"), [Needed()], render_kw={"autocomplete": "current-password"})
    next = HiddenField()


class PasswordForm(ActForm):
    old = PasswordField(_l("原密码"), [Needed()], render_kw={"autocomplete": "current-password"})
    password = PasswordField(_l("新密码"), [Needed()], render_kw={"autocomplete": "new-password"})
    again = PasswordField(_l("再输一次新密码"), [Needed()], render_kw={"autocomplete": "new-password"})


class ResetPasswordForm(ActForm):
    password = PasswordField(_l("新密码"), [Needed()], render_kw={"autocomplete": "new-password"})


class SetupForm(ActForm):
    """The first administrator of an empty house."""

    token = LineField(
        _l("开箱口令"), [Needed()], description=_l("启动时打印在终端里，也在数据文件夹 keys/setup_token")
    )
    unit_name = LineField(_l("您的单位"), [Needed()], description=_l("例如：区招商局"))
    name = LineField(_l("姓名"), [Needed()])
    login = LineField(_l("用户名"), [Needed(), LOGIN], render_kw={"autocomplete": "username"})
    password = PasswordField(_l("密码"), [Needed()], render_kw={"autocomplete": "new-password"})


class UserForm(EditForm):
    name = LineField(_l("姓名"), [Needed()])
    role = ChoiceField(_l("角色"), of=Role)
    unit_id = RecordField(_l("单位"), [Needed()])
    post = LineField(_l("职务"))
    active = BooleanField(_l("账号可用"), default=True)


class NewUserForm(ActForm):
    login = LineField(_l("用户名"), [Needed(), LOGIN])
    name = LineField(_l("姓名"), [Needed()])
    role = ChoiceField(_l("角色"), of=Role)
    unit_id = RecordField(_l("单位"), [Needed()])
    post = LineField(_l("职务"))
    password = PasswordField(_l("初始密码"), [Needed()], render_kw={"autocomplete": "new-password"})


class UnitForm(EditForm):
    name = LineField(_l("名称"), [Needed()])
    code = LineField(_l("代码"), [Needed()], longest=32)
    kind = ChoiceField(_l("类别"), of=UnitKind)
    is_economic = BooleanField(_l("区直主要经济部门"))
    active = BooleanField(_l("在用"), default=True)


def map_form(units: Sequence[Unit]) -> tuple[Any, list[str]]:
    """One cell for each piece of land."""
    fields = {f"cell_{unit.id}": LineField(unit.name, longest=3, render_kw={"size": 3}) for unit in units}
    cells = {f"cell_{unit.id}": unit.map_cell for unit in units}
    of_these: Any = type("MapFormOf", (ActForm,), fields)
    return of_these.of(None, **cells), list(fields)
