"""What is typed about a joint meeting."""

from __future__ import annotations

from wtforms.validators import NumberRange, Optional

from crm.web.fields import DayField, LineField, Needed, ParagraphField, RecordField, _l
from crm.web.forms import ActForm, EditForm

from ..forms import DAYS, Days


class MeetingFields:
    held_on = DayField(_l("会议日期"), [Needed()])
    place = LineField(_l("地点"))
    chair_id = RecordField(_l("主持的领导"))
    present = ParagraphField(_l("参加单位和人员"), render_kw={"rows": 2}, longest=2000)
    note = ParagraphField(_l("纪要"), render_kw={"rows": 4})


class NewMeetingForm(MeetingFields, ActForm):
    pass


class MeetingForm(MeetingFields, EditForm):
    pass


class RuleForm(ActForm):
    approval_id = RecordField(_l("审批事项"), [Needed()])
    decision = ParagraphField(_l("议定"), [Needed()], render_kw={"rows": 3}, longest=2000)
    who = LineField(_l("落实单位"))
    due_on = DayField(_l("期限"))
    days = Days(
        _l("议定承诺期"),
        [Optional(), NumberRange(1, 1000, _l("承诺期请填 1 到 1000 的整数，单位工作日"))],
        render_kw=DAYS,
        description=_l("会上压缩了承诺期才填，事项按它重新计算"),
    )


class SettleForm(EditForm):
    done_on = DayField(_l("落实日期"), [Needed()])
    result = LineField(_l("落实结果"), [Needed()])
