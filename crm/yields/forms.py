"""What is typed about classes, cases, measures and the land that is given up."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from wtforms import IntegerField
from wtforms.validators import InputRequired, NumberRange

from crm.land.states import ParcelState
from crm.lib.errors import Refused
from crm.lib.words import _
from crm.web.fields import (
    ChoiceField,
    DayField,
    LineField,
    MuField,
    Needed,
    ParagraphField,
    WanField,
    _l,
    _one,
)
from crm.web.forms import ActForm, EditForm

from .grades import Grade, Leaving, Means


class RatioField(WanField):
    """A figure of the evaluation with two decimals. It may be negative: added value can be."""

    def parse(self, text: str) -> Decimal:
        try:
            figure = Decimal(text.replace(",", "").removesuffix("%")).quantize(Decimal("0.01"))
        except InvalidOperation:
            raise Refused(_("看不懂数字“%(text)s”，请写成 12.5 这样", text=text[:30])) from None
        if not figure.is_finite() or abs(figure) >= 10_000_000:
            raise Refused(_("%(what)s太大了，请检查单位", what=self.label.text))
        return figure


def _ratio(label: Any, unit: Any) -> RatioField:
    return RatioField(label, render_kw={"unit": unit, "inputmode": "decimal"})


class _Rated:
    grade = ChoiceField(_l("类别"), of=Grade, default=Grade.B)
    land_mu = MuField(_l("用地"), render_kw={"unit": _l("亩"), "inputmode": "decimal"})
    tax_per_mu = _ratio(_l("亩均税收"), _l("万元/亩"))
    added_per_mu = _ratio(_l("亩均增加值"), _l("万元/亩"))
    productivity = _ratio(_l("全员劳动生产率"), _l("万元/人"))
    added_per_energy = _ratio(_l("单位能耗增加值"), _l("万元/吨标煤"))
    added_per_emission = _ratio(_l("单位排放增加值"), _l("万元/吨"))
    rd_percent = _ratio(_l("研发经费占比"), _l("百分数"))
    note = ParagraphField(_l("备注"), render_kw={"rows": 2})


class RateForm(ActForm):
    year = IntegerField(
        _l("评价年度"),
        [InputRequired(_l("请填写评价年度")), NumberRange(2000, 2100, _l("年度请填 2000 到 2100"))],
        render_kw={"inputmode": "numeric"},
    )
    grade, land_mu, tax_per_mu, added_per_mu = (
        _Rated.grade,
        _Rated.land_mu,
        _Rated.tax_per_mu,
        _Rated.added_per_mu,
    )
    productivity, added_per_energy = _Rated.productivity, _Rated.added_per_energy
    added_per_emission, rd_percent, note = _Rated.added_per_emission, _Rated.rd_percent, _Rated.note


class RatingForm(_Rated, EditForm):
    pass


class ListForm(ActForm):
    listed_on = DayField(_l("列入日期"), [Needed()])
    reason = ParagraphField(_l("为什么列入"), [Needed()], render_kw={"rows": 3})


class DemandForm(EditForm):
    demand = ParagraphField(_l("整改要求"), [Needed()], render_kw={"rows": 3})
    due_on = DayField(_l("整改期限"), [Needed()])


class MeasureForm(ActForm):
    means = ChoiceField(_l("手段"), of=Means, default=Means.ADMINISTRATIVE)
    what = ParagraphField(_l("措施"), [Needed()], render_kw={"rows": 3})
    on_day = DayField(_l("日期"), [Needed()])
    legal_basis = LineField(
        _l("法律或文件依据"), [Needed()], description=_l("写明法规、文件的名称和条款；没有依据的不能作为措施")
    )


class LeaveForm(EditForm):
    leaving = ChoiceField(_l("怎么退出的"), of=Leaving, default=Leaving.IMPROVED)
    left_on = DayField(_l("退出日期"), [Needed()])
    left_note = ParagraphField(_l("说明"), render_kw={"rows": 3})


class FreeLandForm(ActForm):
    name = LineField(_one("地块"), [Needed()])
    mu = MuField(_l("面积"), [Needed()], render_kw={"unit": _l("亩"), "inputmode": "decimal"})
    place = LineField(_l("位置"))
    land_use = LineField(_l("规划用途"))
    state = ChoiceField(_l("状态"), of=ParcelState, default=ParcelState.SUPPLIED)
    since_on = DayField(_l("从哪天起是这个状态"), [Needed()])
    measure = LineField(_l("盘活措施"), description=_l("例如：收储、转让、合作"))
    note = ParagraphField(_l("备注"), render_kw={"rows": 2})
