"""What is typed: a figure of some months, and an indicator of one's own."""

from __future__ import annotations

from wtforms import BooleanField

from crm.web.fields import (
    ChoiceField,
    LineField,
    MonthField,
    Needed,
    ParagraphField,
    RecordField,
    WanField,
    _l,
)
from crm.web.forms import ActForm, EditForm

from .models import Measure


class _Value:
    first_month = MonthField(_l("月份"), [Needed()])
    last_month = MonthField(_l("到哪个月"), description=_l("只公布了几个月合计的，填最后一个月；单月的不填"))
    unit_id = RecordField(_l("单位"))
    amount = WanField(_l("数值"), [Needed()], render_kw={"inputmode": "decimal"})
    source = LineField(_l("数据来源"), description=_l("哪个部门公布的，文号或报表名"))
    note = ParagraphField(_l("说明"), render_kw={"rows": 2})


class ValueForm(_Value, ActForm):
    pass


class CorrectForm(_Value, EditForm):
    why = LineField(_l("为什么更正"))


class _Own:
    name = LineField(_l("指标名称"), [Needed()], longest=60)
    measure = ChoiceField(_l("计量单位"), of=Measure, default=Measure.COUNT)
    unit_id = RecordField(_l("填报单位"))
    by_unit = BooleanField(_l("各单位分别填报，全区为各单位之和"))
    definition = ParagraphField(_l("口径"), [Needed()], render_kw={"rows": 3},
                                description=_l("算什么、不算什么、哪里来的数"))  # fmt: skip


class OwnForm(_Own, ActForm):
    pass


class EditOwnForm(_Own, EditForm):
    pass
