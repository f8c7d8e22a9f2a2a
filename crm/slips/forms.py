"""What is typed about a slip."""

from __future__ import annotations

from typing import Any

from wtforms import MultipleFileField

from crm.delivery.forms import PickManyField
from crm.web.fields import ChoiceField, DayField, Needed, ParagraphField, RecordField, _l
from crm.web.forms import ActForm, EditForm

from .states import Answer, Level, Obstacle

FEW = {"rows": 3}


class ProblemFields:
    obstacle = ChoiceField(_l("卡在哪里"), of=Obstacle)
    problem = ParagraphField(_l("存在的问题"), [Needed()], render_kw=FEW, longest=4000)
    wanted = ParagraphField(_l("建议怎么解决"), render_kw=FEW, longest=4000)
    unit_id = RecordField(_l("建议责任单位"))


class RaiseForm(ProblemFields, ActForm):
    pass


class ProblemForm(ProblemFields, EditForm):
    pass


class IssueForm(EditForm):
    unit_id = RecordField(_l("责任单位"), [Needed()])
    leader_id = RecordField(_l("牵头领导"), [Needed()])
    due_on = DayField(_l("办理期限"), [Needed()])
    level = ChoiceField(_l("交办层级"), of=Level)
    demand = ParagraphField(_l("交办要求"), render_kw=FEW, longest=4000)
    co_units = PickManyField(_l("协办单位"))


class ReasonForm(ActForm):
    reason = ParagraphField(_l("原因"), [Needed()], render_kw=FEW, longest=2000)


class ReplyForm(ActForm):
    text = ParagraphField(_l("办理情况"), [Needed()], render_kw={"rows": 4}, longest=4000)
    files = MultipleFileField(_l("佐证材料"), description=_l("批复、会议纪要、现场照片等"))


class InstructForm(ActForm):
    text = ParagraphField(_l("批示"), [Needed()], render_kw={"rows": 4}, longest=2000)


class ClaimForm(ActForm):
    result = ParagraphField(_l("办理结果"), [Needed()], render_kw={"rows": 4}, longest=4000)
    files = MultipleFileField(_l("佐证材料"), description=_l("没有佐证不能销号；以前报过的也算"))


class WordForm(ActForm):
    word = ParagraphField(
        _l("核准意见"), render_kw=FEW, longest=2000, description=_l("代领导办理的，请写明是哪位领导的意见")
    )


class PostponeForm(ActForm):
    until_on = DayField(_l("延期到"), [Needed()])
    reason = ParagraphField(_l("原因"), [Needed()], render_kw=FEW, longest=2000)


class AnswerForm(ActForm):
    answer = ChoiceField(_l("答复"), of=Answer)
    word = ParagraphField(
        _l("意见"),
        render_kw=FEW,
        longest=2000,
        description=_l("不同意要写明原因；代领导办理的，请写明是哪位领导的意见"),
    )


def uploads(form: Any) -> list[Any]:
    return [one for one in form.files.data or () if getattr(one, "filename", "")]
