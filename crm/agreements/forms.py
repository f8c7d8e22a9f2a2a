"""What is typed about an agreement."""

from __future__ import annotations

from wtforms import MultipleFileField

from crm.deals.stages import AgreementKind
from crm.web.fields import ChoiceField, DayField, LineField, Needed, ParagraphField, WanField, _l
from crm.web.forms import ActForm, EditForm


class Facts:
    kind = ChoiceField(_l("协议类型"), of=AgreementKind)
    title = LineField(_l("协议名称"), [Needed()])
    number = LineField(_l("编号"))
    parties = ParagraphField(_l("各方"), render_kw={"rows": 3}, longest=2000, description=_l("每行一方"))
    amount_wan = WanField(_l("协议金额"), render_kw={"unit": _l("万元"), "inputmode": "decimal"})
    signed_on = DayField(_l("签订日期"), description=_l("还没有签的先空着"))
    effective_on = DayField(_l("生效日期"))
    expires_on = DayField(_l("到期日期"))
    terms = ParagraphField(
        _l("优惠条款"),
        render_kw={"rows": 3},
        longest=5000,
        description=_l("没有优惠的空着；有的要先做公平竞争审查"),
    )
    reviewed_by = LineField(_l("公平竞争审查部门"))
    reviewed_on = DayField(_l("公平竞争审查日期"), description=_l("还没有审查的先空着"))
    note = ParagraphField(_l("说明"), render_kw={"rows": 2}, longest=5000)
    files = MultipleFileField(_l("文件"), description=_l("新传的是新的一版，以前的都留着"))


class NewForm(Facts, ActForm):
    pass


class AgreementForm(Facts, EditForm):
    pass


class CloseForm(ActForm):
    closed_reason = LineField(_l("怎么了结的"), [Needed()], description=_l("例如：已续签、已终止、作废"))
