"""What is typed about a clearance."""

from __future__ import annotations

from wtforms import IntegerField
from wtforms.validators import InputRequired, NumberRange

from crm.web.fields import (
    ChoiceField,
    DayField,
    LineField,
    MuField,
    Needed,
    ParagraphField,
    RecordField,
    _l,
    _one,
)
from crm.web.forms import ActForm, EditForm

from .stages import ClearanceLevel

MU = {"unit": _l("亩"), "inputmode": "decimal"}
COUNT = {"unit": _l("户"), "inputmode": "numeric"}


def _count(label: str) -> IntegerField:
    return IntegerField(
        label,
        [InputRequired(_l("请填写户数")), NumberRange(0, 1_000_000, _l("户数请填 0 到 1000000"))],
        render_kw=COUNT,
    )


class _Cleared:
    name = LineField(_l("征迁项目"), [Needed()])
    level = ChoiceField(_l("类别"), of=ClearanceLevel, default=ClearanceLevel.OWN)
    unit_id = RecordField(_l("负责的乡镇（街道）"), [Needed()])
    project_id = RecordField(_one("重点项目"))
    households = _count(_l("总户数"))
    due_mu = MuField(_l("应交付"), [Needed()], render_kw=MU)
    due_on = DayField(_l("交地期限"))


class OpenForm(_Cleared, ActForm):
    pass


class ClearanceForm(_Cleared, EditForm):
    pass


class TellForm(EditForm):
    signed = _count(_l("已签约"))
    vacated = _count(_l("已腾空"))
    delivered_mu = MuField(_l("已交付"), [Needed()], render_kw=MU)
    blockers = ParagraphField(_l("卡在哪里"), render_kw={"rows": 3})
    note = ParagraphField(_l("说明"), render_kw={"rows": 2}, description=_l("比上次报的少了才要写"))
