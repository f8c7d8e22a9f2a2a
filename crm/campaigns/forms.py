"""What is typed about a campaign."""

from __future__ import annotations

from wtforms import IntegerField
from wtforms.validators import InputRequired, NumberRange

from crm.delivery.status import NodeKind
from crm.web.fields import ChoiceField, DayField, LineField, Needed, ParagraphField, RecordField, _l, _one
from crm.web.forms import ActForm, EditForm

from .batches import Batch
from .models import DAYS

LASTS = _l("请填 1 到 400 的整数")


class Days(IntegerField):
    """A whole number of days; what is none is refused with our own sentence."""

    def process_formdata(self, valuelist: list[str]) -> None:
        text = (valuelist[0] if valuelist else "").strip()
        self.data = int(text) if text.isascii() and text.isdecimal() and len(text) <= 3 else None


class _CampaignFields:
    name = LineField(_l("会战名称"), [Needed()], description=_l("例如：项目攻坚百日会战"))
    from_on = DayField(_l("开始日期"), [Needed()])
    days = Days(
        _l("多少天"), [InputRequired(LASTS), NumberRange(1, 400, message=LASTS)], default=DAYS,
        render_kw={"unit": _l("天"), "inputmode": "numeric"},
    )  # fmt: skip
    unit_id = RecordField(_l("牵头单位"), [Needed()])
    summary = ParagraphField(_l("要求"), render_kw={"rows": 3})


class NewCampaignForm(_CampaignFields, ActForm):
    pass


class CampaignForm(_CampaignFields, EditForm):
    pass


class EnterForm(ActForm):
    batch = ChoiceField(_l("哪一批"), of=Batch, default=Batch.START)
    name = LineField(
        _one("项目"), [Needed()], description=_l("重点项目的名称；征迁用征迁台账里的名称"),
        render_kw={"list": "known-projects", "autocomplete": "off"},
    )  # fmt: skip
    goal = ChoiceField(_l("攻坚到哪个节点"), of=NodeKind, empty=_l("还没有做到的下一个"))
    due_on = DayField(_l("期限"), description=_l("不填就按项目的时间表，没有就按会战结束的日期"))
    unit_id = RecordField(_l("责任单位"), description=_l("只有台账里没有的征迁要填"))


class FinishForm(ActForm):
    on_day = DayField(_l("完成日期"), [Needed()])


class TakeOffForm(ActForm):
    reason = LineField(_l("原因"), [Needed()])
