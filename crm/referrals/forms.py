"""What is typed about a tie and an introduction."""

from __future__ import annotations

from crm.web.fields import ChoiceField, DayField, LineField, Needed, ParagraphField, RecordField, _l
from crm.web.forms import ActForm

from .models import Asking, TieKind


class TieForm(ActForm):
    kind = ChoiceField(_l("什么关系"), of=TieKind, empty=_l("请选择"), validators=[Needed()])
    said = LineField(_l("依据"), [Needed()], description=_l("谁说的，或者怎么知道的"))


class AskForm(ActForm):
    wish = ParagraphField(
        _l("请他做什么"),
        [Needed()],
        render_kw={"rows": 3, "placeholder": _l("例如：约一次见面，带我们去看工厂")},
    )
    owner_id = RecordField(_l("由谁去请"), [Needed()])
    due_on = DayField(_l("什么时候以前"), [Needed()])


class EndForm(ActForm):
    state = ChoiceField(_l("结果"), of=Asking, default=Asking.DONE)
    outcome = LineField(_l("怎么样"), [Needed()], description=_l("例如：已约定下周见面；对方说暂时不便"))
