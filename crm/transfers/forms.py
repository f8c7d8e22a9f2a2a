"""What is typed when a deal is handed over."""

from __future__ import annotations

from wtforms import IntegerField
from wtforms.validators import NumberRange, Optional

from crm.web.fields import Needed, ParagraphField, RecordField, _l
from crm.web.forms import ActForm, EditForm


class Percent(IntegerField):
    """A whole number of percent; what is none is refused with our own sentence."""

    def process_formdata(self, valuelist: list[str]) -> None:
        text = (valuelist[0] if valuelist else "").strip().removesuffix("%")
        self.data = int(text) if text.isascii() and text.isdecimal() and len(text) <= 3 else None


class ProposeForm(EditForm):
    to_unit_id = RecordField(_l("接收单位"), [Needed()])
    reason = ParagraphField(_l("原因"), [Needed()], render_kw={"rows": 3}, longest=2000)
    share_new = Percent(
        _l("接收单位的份额"),
        [Optional(), NumberRange(0, 100, message=_l("每个单位的份额请填 0 到 100 的整数"))],
        default=50,
        render_kw={"unit": "%", "inputmode": "numeric"},
    )


class AcceptForm(ActForm):
    owner_id = RecordField(_l("跟进人"))


class DeclineForm(ActForm):
    answer = ParagraphField(_l("不接收的原因"), [Needed()], render_kw={"rows": 2}, longest=2000)
