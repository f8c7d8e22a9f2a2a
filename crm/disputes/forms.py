"""What is typed about a dispute."""

from __future__ import annotations

from crm.web.fields import Needed, ParagraphField, RecordField, _l
from crm.web.forms import ActForm


class RaiseForm(ActForm):
    grounds = ParagraphField(
        _l("理由"),
        [Needed()],
        description=_l("什么时候、和谁联系的，有什么凭证；附件请放在线索里"),
        render_kw={"rows": 5},
    )


class DecideForm(ActForm):
    holder_id = RecordField(_l("首报归"), [Needed()])
    reason = ParagraphField(_l("裁定理由"), [Needed()], render_kw={"rows": 4})
