"""What is typed about a commitment."""

from __future__ import annotations

from wtforms import MultipleFileField

from crm.supervision.forms import About
from crm.web.fields import (
    ChoiceField,
    DayField,
    LineField,
    Needed,
    ParagraphField,
    RecordField,
    _l,
    _one,
)
from crm.web.forms import ActForm, EditForm

from .states import Claim


class _Facts(About):
    name = LineField(_one("承诺事项"), [Needed()], description=_l("例如：8 月底前供电到厂区红线"))
    content = ParagraphField(_l("具体内容"), render_kw={"rows": 3}, longest=4000)
    person_id = RecordField(_l("承诺人"))
    post = LineField(_l("承诺人职务"), description=_l("例如：区挂联领导、镇长"))
    to_whom = LineField(_l("向谁承诺"), [Needed()], description=_l("企业、项目业主、群众或者上级"))
    occasion = LineField(_l("场合或文件"), description=_l("例如：7 月 10 日现场办公会、责任书"))
    promised_on = DayField(_l("承诺日期"), [Needed()])
    due_on = DayField(_l("兑现期限"), [Needed()])


class RegisterForm(_Facts, ActForm):
    unit_id = RecordField(_l("承诺单位"), [Needed()], description=_l("记下后不再改变"))


class CommitmentForm(_Facts, EditForm):
    pass


class ReportForm(ActForm):
    claim = ChoiceField(_l("怎么样了"), of=Claim)
    text = ParagraphField(_l("情况说明"), [Needed()], render_kw={"rows": 4}, longest=4000)
    files = MultipleFileField(_l("佐证材料"), description=_l("报兑现要有佐证：批文、凭证、现场照片等"))


class ConfirmForm(ActForm):
    text = ParagraphField(_l("确认意见"), render_kw={"rows": 3}, longest=2000)


class SendBackForm(ActForm):
    reason = ParagraphField(_l("原因"), [Needed()], render_kw={"rows": 3}, longest=2000)
