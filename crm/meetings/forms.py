"""What is typed about a meeting."""

from __future__ import annotations

from crm.web.fields import ChoiceField, DayField, LineField, Needed, ParagraphField, RecordField, _l
from crm.web.forms import ActForm, EditForm

from .models import MeetingKind


class OpenForm(ActForm):
    title = LineField(_l("会议名称"), [Needed()])
    kind = ChoiceField(_l("类型"), of=MeetingKind)
    on_day = DayField(_l("日期"), [Needed()])
    chair = LineField(_l("主持"))
    present = ParagraphField(_l("参加人员"), render_kw={"rows": 2}, longest=2000)


class NoteForm(EditForm):
    note = ParagraphField(_l("记录"), render_kw={"rows": 5}, longest=5000)
    next_step = LineField(_l("下一步"))
    next_due_on = DayField(_l("下一步日期"))
    what = LineField(_l("交办什么"))
    assignee_id = RecordField(_l("由谁办"))
    due_on = DayField(_l("什么时候办好"))


class DoneForm(EditForm):
    done_note = LineField(_l("办得怎么样"), [Needed()])
