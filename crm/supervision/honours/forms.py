"""What is typed about an honour."""

from __future__ import annotations

from wtforms import IntegerField, SelectField
from wtforms.validators import InputRequired, NumberRange

from crm.web.fields import ChoiceField, DayField, LineField, Needed, ParagraphField, RecordField, _l
from crm.web.forms import ActForm, EditForm

from .models import HonourKind


class _Facts:
    reason = ParagraphField(_l("事迹、理由"), [Needed()], render_kw={"rows": 4}, longest=4000)
    document_no = LineField(_l("表彰文号"))
    granted_by = LineField(_l("由谁表彰"), description=_l("例如：区委、区政府"))
    granted_on = DayField(_l("表彰日期"), [Needed()])


class GrantForm(_Facts, ActForm):
    kind = ChoiceField(_l("荣誉"), of=HonourKind)
    title = LineField(_l("其他荣誉的名称"))
    year = IntegerField(
        _l("表彰年度"),
        [InputRequired(_l("请填写表彰年度")), NumberRange(2000, 2100, _l("年度请填 2000 到 2100"))],
        render_kw={"inputmode": "numeric"},
    )
    person_id = RecordField(_l("表彰的个人"))
    unit_id = RecordField(_l("表彰的单位"), description=_l("表彰个人的不用选"))
    indicator = SelectField(
        _l("凭哪个指标"), default="", description=_l("按这一年到表彰日期的数记下，以后不变")
    )


class HonourForm(_Facts, EditForm):
    pass


class RevokeForm(ActForm):
    reason = ParagraphField(_l("为什么撤销"), [Needed()], render_kw={"rows": 3}, longest=2000)
