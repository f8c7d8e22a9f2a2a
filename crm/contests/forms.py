"""What is typed about the formula."""

from __future__ import annotations

from wtforms import IntegerField
from wtforms.validators import InputRequired, NumberRange

from crm.web.fields import DayField, Needed, ParagraphField, _l
from crm.web.forms import ActForm

WHOLE = _l("请填 0 到 100 的整数")


class Weight(IntegerField):
    """A whole number of a hundred parts; what is none is refused with our own sentence."""

    def process_formdata(self, valuelist: list[str]) -> None:
        text = (valuelist[0] if valuelist else "").strip().removesuffix("%")
        self.data = int(text) if text.isascii() and text.isdecimal() and len(text) <= 3 else None


def _weight(label: str) -> Weight:
    given = {"unit": "%", "inputmode": "numeric"}
    return Weight(label, [InputRequired(WHOLE), NumberRange(0, 100, message=WHOLE)], render_kw=given)


class FormulaForm(ActForm):
    investment = _weight(_l("年度投资完成率"))
    weekly = _weight(_l("近四周周报率"))
    milestones = _weight(_l("节点按时完成率"))
    from_on = DayField(_l("从哪天起执行"), [Needed()])
    reason = ParagraphField(_l("为什么改"), [Needed()], render_kw={"rows": 3}, longest=2000)
