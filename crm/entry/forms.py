"""What is typed about a review."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal

from flask_wtf.file import MultipleFileField
from wtforms import BooleanField, IntegerField
from wtforms.validators import NumberRange, Optional

from crm.delivery.forms import PickManyField
from crm.lib.errors import Refused
from crm.lib.words import _
from crm.merchants.models import Direction
from crm.web.fields import (
    ChoiceField,
    DayField,
    LineField,
    MuField,
    Needed,
    ParagraphField,
    RecordField,
    WanField,
    _l,
    _TypedField,
)
from crm.web.forms import ActForm, EditForm

from .steps import Assessment, CheckState, Conclusion, Stance, Voice

WAN = {"unit": _l("万元"), "inputmode": "decimal"}


class NumberField(_TypedField):
    """A number with at most two decimals. `data` is a Decimal."""

    def parse(self, text: str) -> Decimal:
        line = unicodedata.normalize("NFKC", text).replace(",", "").strip()
        if not re.fullmatch(r"\d{1,9}(\.\d{1,2})?", line, re.ASCII):
            raise Refused(_("%(what)s请填数字，最多两位小数", what=self.label.text))
        return Decimal(line)

    def say(self, value: Decimal) -> str:
        text = f"{Decimal(value):f}"
        return text.rstrip("0").rstrip(".") if "." in text else text


def number(label: str, unit: str) -> NumberField:
    return NumberField(label, render_kw={"unit": unit, "inputmode": "decimal"})


class ValueFields:
    """The year's values that measures are worked out of."""

    fixed_wan = WanField(_l("固定资产投资"), render_kw=WAN, description=_l("可写 5000 或 1.2亿"))
    land_mu = MuField(_l("用地"), render_kw={"unit": _l("亩"), "inputmode": "decimal"})
    output_wan = WanField(_l("年产值"), render_kw=WAN)
    tax_wan = WanField(_l("年税收"), render_kw=WAN)
    energy_tce = number(_l("年综合能耗"), _l("吨标煤"))
    emission_t = number(_l("年主要污染物排放"), _l("吨"))


class ReviewFields(ValueFields):
    direction = ChoiceField(_l("招商方向"), of=Direction, empty=_l("暂未确定"))
    place_id = RecordField(_l("落地平台或乡镇"))
    is_major = BooleanField(
        _l("涉及民生的重大项目"), description=_l("要有专家和民众代表论证，并先做社会稳定风险评估")
    )
    eia = ChoiceField(_l("环评情况"), of=Assessment)
    energy = ChoiceField(_l("能评情况"), of=Assessment)
    note = ParagraphField(_l("说明"), render_kw={"rows": 3}, longest=2000)
    files = MultipleFileField(_l("附件"))


class ApplyForm(ReviewFields, ActForm):
    pass


class ReviewForm(ReviewFields, EditForm):
    pass


class AskForm(ActForm):
    units = PickManyField(_l("征求哪些部门的意见"))


class AnswerForm(ActForm):
    stance = ChoiceField(_l("意见"), of=Stance)
    text = ParagraphField(_l("条件或理由"), render_kw={"rows": 3}, longest=2000)


class HearForm(ActForm):
    voice = ChoiceField(_l("谁的意见"), of=Voice, default=Voice.EXPERT)
    who = LineField(_l("姓名和单位"), [Needed()], description=_l("不必写电话"))
    stance = ChoiceField(_l("意见"), of=Stance)
    text = ParagraphField(_l("条件或理由"), render_kw={"rows": 3}, longest=2000)


class Votes(IntegerField):
    """Votes; what is no number is refused with our own sentence."""

    def process_formdata(self, valuelist: list[str]) -> None:
        text = (valuelist[0] if valuelist else "").strip()
        self.data = int(text) if text.isascii() and text.isdecimal() and len(text) <= 4 else -1 if text else 0


def votes(label: str) -> Votes:
    ok = NumberRange(0, 1000, _l("票数请填 0 到 1000 的整数"))
    return Votes(label, [Optional(), ok], default=0, render_kw={"inputmode": "numeric"})


class ConcludeForm(EditForm):
    conclusion = ChoiceField(_l("结论"), of=Conclusion)
    conditions = ParagraphField(
        _l("条件"), render_kw={"rows": 2}, longest=2000, description=_l("有条件准予时写")
    )
    reason = ParagraphField(_l("理由"), render_kw={"rows": 2}, longest=2000, description=_l("否决、补充时写"))
    votes_for = votes(_l("赞成票"))
    votes_against = votes(_l("反对票"))
    votes_abstained = votes(_l("弃权票"))
    files = MultipleFileField(_l("会议纪要等附件"))


class CheckForm(EditForm):
    is_needed = BooleanField(_l("需要做"))
    state = ChoiceField(_l("结果"), of=CheckState)
    on_day = DayField(_l("评定日期"))
    who = LineField(_l("责任单位"))
    result = ParagraphField(
        _l("意见"), render_kw={"rows": 3}, longest=2000, description=_l("要整改的写明整改什么")
    )
    files = MultipleFileField(_l("附件"))


class AllowForm(ActForm):
    approver_id = RecordField(_l("批准人"), [Needed()])
    on_day = DayField(_l("批准日期"), [Needed()])
    document_no = LineField(_l("文号"))
    reason = ParagraphField(_l("理由"), [Needed()], render_kw={"rows": 3}, longest=2000)


class RecheckForm(ValueFields, ActForm):
    on_day = DayField(_l("复核日期"), [Needed()])
    measure = ParagraphField(
        _l("措施"), render_kw={"rows": 3}, longest=2000, description=_l("没有达到承诺的，写明怎么办")
    )
