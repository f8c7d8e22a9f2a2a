"""What is typed about higher-level funds."""

from __future__ import annotations

from wtforms import BooleanField

from crm.web.fields import ChoiceField, DayField, LineField, Needed, ParagraphField, WanField, _l
from crm.web.forms import ActForm, EditForm

from .grants import Giver

WAN = {"unit": _l("万元"), "inputmode": "decimal"}


class _Applied:
    title = LineField(_l("资金名称"), [Needed()], description=_l("例如：省产业结构调整专项资金"))
    giver = ChoiceField(_l("哪一级的"), of=Giver, default=Giver.PROVINCE)
    applied_on = DayField(_l("申报日期"), [Needed()])
    applied_wan = WanField(_l("申报金额"), [Needed()], render_kw=WAN)
    note = ParagraphField(_l("备注"), render_kw={"rows": 3})


class ApplyForm(_Applied, ActForm):
    pass


class GrantForm(_Applied, EditForm):
    pass


class ReceiveForm(EditForm):
    told_on = DayField(_l("到手日期"), [Needed()])
    got_wan = WanField(_l("到手金额"), [Needed()], render_kw=WAN)
    counts_as_arrived = BooleanField(_l("口径：可以计入到位资金"))
    basis = LineField(_l("口径依据"), description=_l("计入到位资金的要写明按哪个文件"))


class RefuseForm(EditForm):
    told_on = DayField(_l("日期"), [Needed()])
    why = ParagraphField(_l("说明"), render_kw={"rows": 3})
