"""What is typed about an item."""

from __future__ import annotations

from flask_wtf.file import MultipleFileField
from wtforms import IntegerField
from wtforms.validators import InputRequired, NumberRange

from crm.delivery.forms import PickManyField
from crm.web.fields import ChoiceField, DayField, LineField, Needed, ParagraphField, RecordField, _l
from crm.web.forms import ActForm, EditForm

from .steps import Level


class Days(IntegerField):
    """A number of working days; what is none is refused with our own sentence."""

    def process_formdata(self, valuelist: list[str]) -> None:
        text = (valuelist[0] if valuelist else "").strip()
        self.data = int(text) if text.isascii() and text.isdecimal() and len(text) <= 4 else None


DAYS = {"unit": _l("工作日"), "inputmode": "numeric"}


class ItemFields:
    """What an item of a project and one of the catalogue have in common."""

    name = LineField(_l("事项名称"), [Needed()], description=_l("例如：环评"))
    level = ChoiceField(_l("本级还是上级"), of=Level)
    unit_id = RecordField(_l("本区审批部门"))
    authority = LineField(_l("上级审批部门"), description=_l("不是本区单位的，写它的名称"))
    days = Days(
        _l("承诺期"),
        [
            InputRequired(_l("请填写承诺期")),
            NumberRange(1, 1000, _l("承诺期请填 1 到 1000 的整数，单位工作日")),
        ],
        render_kw=DAYS,
        description=_l("从受理次日算起的工作日，补正的时间不算"),
    )
    after = PickManyField(_l("前置事项"), description=_l("要等哪些办结才能受理；不选就并联办理"))


class NewItemForm(ItemFields, ActForm):
    plan_on = DayField(_l("要求办结"), description=_l("项目倒排的时间"))


class ItemForm(ItemFields, EditForm):
    plan_on = DayField(_l("要求办结"), description=_l("项目倒排的时间"))
    reason = LineField(_l("改承诺期的原因"))


class LayOutForm(ActForm):
    template_id = RecordField(_l("项目类型"), [Needed()])


class AcceptForm(EditForm):
    on_day = DayField(_l("受理日期"), [Needed()])
    early_reason = LineField(_l("容缺受理的理由"), description=_l("前置事项没有办结时才填"))


class CorrectForm(EditForm):
    on_day = DayField(_l("要求补正的日期"), [Needed()])
    what = ParagraphField(_l("要补什么"), [Needed()], render_kw={"rows": 3}, longest=2000)


class ResumeForm(EditForm):
    on_day = DayField(_l("补正完成的日期"), [Needed()])


class DecideForm(EditForm):
    on_day = DayField(_l("办结日期"), [Needed()])
    document_no = LineField(_l("批复文号"))
    files = MultipleFileField(_l("批复文件"))


class StepBackForm(EditForm):
    reason = LineField(_l("原因"), [Needed()])


class EntrustForm(EditForm):
    agent_id = RecordField(_l("代办员"))
    from_on = DayField(_l("从哪一天起"), [Needed()])
    reason = LineField(_l("原因"))


class NoteForm(ActForm):
    on_day = DayField(_l("日期"), [Needed()])
    text = ParagraphField(_l("做了什么"), [Needed()], render_kw={"rows": 3}, longest=2000)
