"""What is typed about an inspection."""

from __future__ import annotations

from crm.slips.forms import ProblemFields
from crm.slips.states import Body
from crm.web.fields import ChoiceField, DayField, LineField, NamedField, Needed, ParagraphField, _l
from crm.web.forms import ActForm, EditForm


class Facts:
    body = ChoiceField(_l("哪一类"), of=Body)
    title = LineField(_l("名称"), [Needed()], description=_l("例如：区人大代表视察重点工业项目"))
    on_day = DayField(_l("日期"), [Needed()])
    present = ParagraphField(_l("参加的代表、委员和单位"), render_kw={"rows": 2}, longest=2000)


class RegisterForm(Facts, ActForm):
    pass


class InspectionForm(Facts, EditForm):
    pass


class RemarkForm(ActForm):
    text = ParagraphField(_l("意见"), [Needed()], render_kw={"rows": 3}, longest=4000)
    project = NamedField(
        _l("说到的重点项目"), names="delivery.names", description=_l("写几个字就有提示；没有就空着")
    )


class ReferForm(ProblemFields, ActForm):
    pass


class FeedBackForm(ActForm):
    answer = ParagraphField(_l("反馈"), [Needed()], render_kw={"rows": 4}, longest=4000)
