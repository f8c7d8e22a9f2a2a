"""What is typed about a sum: by the unit that declares it, by those who judge it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from flask_wtf.file import MultipleFileField
from wtforms import IntegerField, SelectField
from wtforms.validators import InputRequired, NumberRange, StopValidation

from crm.deals.stages import SourceScope
from crm.lib.errors import Refused
from crm.lib.numerals import parse_usd_wan, parse_wan
from crm.lib.words import _
from crm.web.fields import ChoiceField, DayField, LineField, Needed, ParagraphField, UsdField, WanField, _l
from crm.web.forms import ActForm, EditForm

from .models import PaidKind, VoucherKind

WAN = {"unit": _l("万元"), "inputmode": "decimal"}
USD = {"unit": _l("万美元"), "inputmode": "decimal"}
ACCEPT = "image/*,.pdf,.ofd,.doc,.docx,.xls,.xlsx,.wps,.et,.zip"


class _Declared:
    amount_wan = WanField(_l("到位金额"), [Needed()], render_kw=WAN, description=_l("可写 5000 或 1.2亿"))
    arrived_on = DayField(_l("到位日期"), [Needed()])
    payer = LineField(_l("出资方"), [Needed()], description=_l("照凭证上的名称写"))
    origin = ChoiceField(_l("资金来源地"), of=SourceScope, default=SourceScope.OUT_OF_PROVINCE)
    usd_wan = UsdField(
        _l("外资金额"),
        render_kw=USD,
        description=_l("只有境外资金要填：照外商投资信息报告或银行单据，不要折算"),
    )
    kind = ChoiceField(_l("资金用途"), of=PaidKind, default=PaidKind.CASH)
    voucher_kind = ChoiceField(_l("凭证种类"), of=VoucherKind, default=VoucherKind.BANK)
    voucher_no = LineField(_l("凭证号"))
    files = MultipleFileField(
        _l("凭证"),
        description=_l("可以直接拍照；PDF、图片、Office，每个不超过 20 MB；没存成时要重新选一次"),
        render_kw={"multiple": True, "accept": ACCEPT},
    )
    note = ParagraphField(_l("说明"), render_kw={"rows": 2})
    duplicate_reason = LineField(_l("为什么不是重复"))

    def uploads(self) -> list[Any]:
        return [upload for upload in self.files.data or () if getattr(upload, "filename", "")]


class DeclareForm(_Declared, ActForm):
    pass


class PaidInForm(_Declared, EditForm):
    pass


class RecogniseForm(EditForm):
    share_percent = IntegerField(
        _l("计入比例"),
        [InputRequired(_l("请填写计入比例")), NumberRange(1, 100, _l("计入比例请填 1 到 100"))],
        render_kw={"unit": "%", "inputmode": "numeric"},
        description=_l("合资等情况按市外股权比例计入时，改这里并写明依据"),
    )
    why = LineField(_l("依据或说明"))


class SendBackForm(EditForm):
    reason = SelectField(_l("不予认定的原因"), choices=[])
    why = ParagraphField(_l("说明"), render_kw={"rows": 3})

    def offer(self, words: list[str]) -> None:
        self.reason.choices = [("", _("请选择")), *((word, _(word)) for word in words)]

    def validate_reason(self, field: Any) -> None:
        if not field.data:
            raise StopValidation(_("请选择%(what)s", what=field.label.text))


class TakeBackForm(EditForm):
    why = ParagraphField(_l("为什么撤回"), [Needed()], render_kw={"rows": 3})


class SignedWanField(WanField):
    """More, or with a minus less."""

    reads = staticmethod(parse_wan)

    def parse(self, text: str) -> Decimal:
        line = text.replace("－", "-").replace("−", "-").strip()
        less = line.startswith("-")
        amount: Decimal = self.reads(line.lstrip("+-").strip())
        if not amount:
            raise Refused(_("调整金额不能是零"))
        return -amount if less else amount


class SignedUsdField(SignedWanField):
    reads = staticmethod(parse_usd_wan)


class AdjustForm(EditForm):
    change_wan = SignedWanField(_l("调整金额"), render_kw=WAN, description=_l("调减写负数，例如 -200"))
    change_usd_wan = SignedUsdField(
        _l("调整外资金额"), render_kw=USD, description=_l("外资金额不变的空着；只改外资金额的，上面空着")
    )
    why = ParagraphField(_l("为什么调整"), [Needed()], render_kw={"rows": 3})


class ReasonsForm(ActForm):
    words = ParagraphField(
        _l("原因"), [Needed()], render_kw={"rows": 14, "translate": "no"}, description=_l("一行一个")
    )
