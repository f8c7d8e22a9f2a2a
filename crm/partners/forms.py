"""What is typed about a partner, an agreement, a visit, a source."""

from __future__ import annotations

from typing import Any

from wtforms import BooleanField, MultipleFileField

from crm.deals.forms import InvestorFields, PickField
from crm.lib.words import _
from crm.reference import regions
from crm.web.fields import ChoiceField, DayField, LineField, Needed, ParagraphField, RecordField, _l
from crm.web.forms import ActForm, EditForm

from .models import ExchangeKind, PartnerKind


class _PartnerFields(InvestorFields):
    kind = ChoiceField(_l("类型"), of=PartnerKind, default=PartnerKind.GOVERNMENT)
    name = LineField(_l("合作方"), [Needed()], description=_l("对方单位的全称"))
    region = LineField(
        _l("所在地区"),
        [Needed()],
        description=_l("写到市或区县，例如：杭州余杭"),
        render_kw={"autocomplete": "off"},
    )
    investor = LineField(
        _l("资源库里的企业或商会"),
        description=_l("商会、企业在资源库里有记录的，填全称；政府部门空着"),
        render_kw={"autocomplete": "off", "list": "investors", "data-duplicates-url": "1"},
    )
    which = PickField(_l("是下面哪一家"))
    is_shanhai = BooleanField(_l("山海协作"))
    site = LineField(_l("合作载体"), description=_l("共建的园区，例如：柯城-余杭山海协作产业园"))
    liaison = LineField(_l("对方联系人"), description=_l("姓名和职务；电话请记在人员里"))
    content = ParagraphField(_l("合作内容"), render_kw={"rows": 3}, longest=5000)
    unit_id = RecordField(_l("牵头单位"), [Needed()])
    owner_id = RecordField(_l("负责人"))
    next_step = LineField(_l("下一步"))
    next_due_on = DayField(_l("下一步日期"))

    def place(self) -> bool:
        """Whether the place that was typed is one; says so beside the field when not."""
        if regions.find(self.region.data):
            return True
        self.region.errors = [*self.region.errors, _("没有认出这个地区，请写成“浙江杭州余杭”的样子")]
        return False

    @property
    def facts(self) -> dict[str, Any]:
        return {
            **self.data,  # type: ignore[attr-defined]
            "region_code": regions.find(self.region.data) or "",
            "enterprise_id": self.which.data if self.investor.data else None,
        }


class NewPartnerForm(_PartnerFields, ActForm):
    pass


class PartnerForm(_PartnerFields, EditForm):
    pass


class EndForm(ActForm):
    why = LineField(_l("为什么不再合作"), [Needed()])


class _PaperFields:
    title = LineField(_l("协议名称"), [Needed()])
    signed_on = DayField(_l("签订日期"), [Needed()])
    expires_on = DayField(_l("到期日期"), description=_l("没有期限的空着"))
    content = ParagraphField(_l("主要内容"), render_kw={"rows": 4}, longest=5000)
    files = MultipleFileField(_l("文件"), description=_l("新传的是新的一版，以前的都留着"))


class NewPaperForm(_PaperFields, ActForm):
    pass


class PaperForm(_PaperFields, EditForm):
    pass


class ClosePaperForm(ActForm):
    why = LineField(_l("怎么了结的"), [Needed()], description=_l("例如：已续签、已终止、作废"))


class _ExchangeFields:
    kind = ChoiceField(_l("怎么互访"), of=ExchangeKind, default=ExchangeKind.WENT)
    on_day = DayField(_l("日期"), [Needed()])
    place = LineField(_l("地点"))
    led_by = LineField(_l("我方带队"), description=_l("领导职务或姓名"))
    theirs = LineField(_l("对方参加人"))
    said = ParagraphField(_l("谈了什么"), [Needed()], render_kw={"rows": 4}, longest=5000)
    agreed = ParagraphField(_l("商定的事"), render_kw={"rows": 3}, longest=5000)
    mission_id = RecordField(_l("哪次招商活动"))


class NewExchangeForm(_ExchangeFields, ActForm):
    next_step = LineField(_l("下一步"))
    next_due_on = DayField(_l("下一步日期"))


class ExchangeForm(_ExchangeFields, EditForm):
    pass


class SourceForm(ActForm):
    partner_id = RecordField(_l("是哪个合作方带来的"), [Needed()])
