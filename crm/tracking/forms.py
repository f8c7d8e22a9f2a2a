"""What is typed about a firm's wish to come back."""

from __future__ import annotations

from wtforms import MultipleFileField

from crm.merchants.models import Intent
from crm.web.fields import ChoiceField, DayField, LineField, Needed, ParagraphField, RecordField, _l
from crm.web.forms import ActForm


class IntentForm(ActForm):
    intent = ChoiceField(_l("投资意愿"), of=Intent, default=Intent.ACTIVE)
    said_on = DayField(_l("哪一天说的"), [Needed()])
    said_by = LineField(_l("谁说的"), description=_l("姓名和职务"))
    evidence = ParagraphField(
        _l("依据"),
        [Needed()],
        render_kw={"rows": 4},
        longest=5000,
        description=_l("原话、来函、考察记录，写清楚凭什么这样判断"),
    )
    contact_log_id = RecordField(_l("哪次沟通说的"))
    files = MultipleFileField(_l("附件"), description=_l("来函、照片等，可以不传"))
