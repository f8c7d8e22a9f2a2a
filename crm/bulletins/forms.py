"""What is typed about a bulletin: its period and a word in front."""

from __future__ import annotations

from crm.web.fields import DayField, Needed, ParagraphField, _l
from crm.web.forms import ActForm


class IssueForm(ActForm):
    first_on = DayField(_l("从"), [Needed()])
    last_on = DayField(_l("到"), [Needed()])
    note = ParagraphField(_l("编者按"), description=_l("印在最前面，可以不写"), render_kw={"rows": 3})
