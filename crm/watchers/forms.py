"""What is typed about a watcher and about a request."""

from __future__ import annotations

from crm.web.fields import ChoiceField, DayField, Needed, ParagraphField, RecordField, _l, _one
from crm.web.forms import ActForm

from .models import RequestKind


class AssignForm(ActForm):
    person_id = RecordField(_l("盯办人"))
    from_on = DayField(_l("从哪天起"), [Needed()])
    note = ParagraphField(
        _l("交接说明"),
        render_kw={"rows": 3},
        longest=2000,
        description=_l("换人时必填：手上的事交到哪一步、为什么换"),
    )


class AskForm(ActForm):
    kind = ChoiceField(_l("哪方面"), of=RequestKind, default=RequestKind.OTHER)
    text = ParagraphField(_one("企业诉求"), [Needed()], render_kw={"rows": 4}, longest=4000)
    asked_on = DayField(_l("提出日期"), [Needed()])
    due_on = DayField(_l("答复期限"), description=_l("不填就按设置里的工作日计算"))
    unit_id = RecordField(_l("答复单位"), [Needed()])


class AnswerForm(ActForm):
    text = ParagraphField(_l("答复"), [Needed()], render_kw={"rows": 4}, longest=4000)
    on_day = DayField(_l("答复日期"), [Needed()])


class ReopenForm(ActForm):
    reason = ParagraphField(_l("企业为什么不满意"), [Needed()], render_kw={"rows": 3}, longest=2000)
