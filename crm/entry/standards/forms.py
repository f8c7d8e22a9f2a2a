"""What is typed about a standard."""

from __future__ import annotations

from wtforms import IntegerField
from wtforms.validators import InputRequired, NumberRange

from crm.merchants.models import Direction
from crm.web.fields import ChoiceField, LineField, ParagraphField, RecordField, _l
from crm.web.forms import ActForm, EditForm

from ..forms import number


class _StandardFields:
    year = IntegerField(
        _l("从哪一年起"),
        [InputRequired(_l("请填写年度")), NumberRange(2000, 2100, _l("年度请填 2000 到 2100"))],
        render_kw={"inputmode": "numeric"},
    )
    direction = ChoiceField(_l("行业"), of=Direction, empty=_l("所有行业"))
    place_id = RecordField(_l("平台或乡镇"))
    intensity = number(_l("投资强度不低于"), _l("万元/亩"))
    output = number(_l("亩均产值不低于"), _l("万元/亩"))
    tax = number(_l("亩均税收不低于"), _l("万元/亩"))
    energy = number(_l("单位能耗不高于"), _l("吨标煤/万元产值"))
    emission = number(_l("单位排放不高于"), _l("千克/万元产值"))
    limits = ParagraphField(_l("环保限制"), render_kw={"rows": 3}, longest=2000)
    document_no = LineField(_l("文号"))


class NewStandardForm(_StandardFields, ActForm):
    pass


class StandardForm(_StandardFields, EditForm):
    pass
