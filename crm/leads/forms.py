"""What is typed about a lead: thirty seconds, few things required."""

from __future__ import annotations

from typing import Any

from flask_wtf.file import MultipleFileField

from crm.lib import phones
from crm.lib.errors import Refused
from crm.lib.words import _
from crm.merchants.models import Direction
from crm.reference import regions
from crm.web.fields import (
    ChoiceField,
    DayField,
    LineField,
    MuField,
    Needed,
    ParagraphField,
    RecordField,
    WanField,
    _l,
    _one,
)
from crm.web.forms import ActForm, EditForm

from .models import Conclusion, Lead, LeadSource

LOOKED_UP = {"data-duplicates-url": "1"}


class LeadFields:
    title = LineField(_l("线索标题"), [Needed()], description=_l("一句话：谁、想投什么"))
    company = LineField(_l("企业名称"), [Needed()], render_kw={**LOOKED_UP, "autocomplete": "off"})
    contact_name = LineField(_l("联系人"), render_kw={**LOOKED_UP, "autocomplete": "off"})
    contact_phone = LineField(
        _l("联系电话"), render_kw={**LOOKED_UP, "autocomplete": "off", "inputmode": "tel"}
    )
    source = ChoiceField(_l("来源"), of=LeadSource)
    planned_wan = WanField(
        _l("意向总投资"),
        render_kw={"unit": _l("万元"), "inputmode": "decimal"},
        description=_l("可写 5000 或 1.2亿"),
    )
    direction = ChoiceField(_l("招商方向"), of=Direction, empty=_l("暂未确定"))
    region = LineField(_l("企业所在地"), description=_l("例如：浙江杭州余杭、上海"))
    land_mu = MuField(_l("用地"), render_kw={"unit": _l("亩"), "inputmode": "decimal"})
    content = ParagraphField(_l("情况"), render_kw={"rows": 4})

    @property
    def facts(self) -> dict[str, Any]:
        """What the verbs take: the place by its code. Refused when the place cannot be read."""
        return {**self.data, "region_code": region_code_of(self.region.data)}  # type: ignore[attr-defined]


class ReportForm(LeadFields, ActForm):
    other_matter = LineField(
        _l("同一客商的另一件事"),
        description=_l("这家企业别的单位报过、但不是同一个项目时，写明理由，由研判人认定"),
    )


class LeadForm(LeadFields, EditForm):
    """A telephone number that comes back as it was shown, masked, has not been changed."""

    def begin(self, lead: Lead) -> None:
        self.region.object_data = regions.full_name(lead.region_code)
        if not self.is_submitted():
            self.region.data = regions.full_name(lead.region_code)
            self.contact_phone.data = phones.mask(lead.contact_phone)
        elif self.contact_phone.data == phones.mask(lead.contact_phone):
            self.contact_phone.data = lead.contact_phone


class JudgeForm(EditForm):
    conclusion = ChoiceField(_l("结论"), of=Conclusion, empty=_l("请选择"), validators=[Needed()])
    industry = LineField(_l("产业"), description=_l("是否符合本区产业方向，能配套哪些企业"))
    policy = LineField(_l("政策"), description=_l("适用哪些政策，有没有限制"))
    resources = LineField(_one("要素"), description=_l("土地、用能、用工、资金能否保障"))
    judgement = ParagraphField(_l("研判意见"), [Needed()], render_kw={"rows": 4})
    leader_id = RecordField(_l("建议带队领导"))
    duplicate_of_id = RecordField(_l("是哪一条的重复"))
    unit_id = RecordField(_l("责任单位"), [Needed()])
    owner_id = RecordField(_l("跟进人"))
    next_step = LineField(_l("下一步"))
    next_due_on = DayField(_l("下一步日期"))
    again_reason = LineField(_l("重新研判的原因"))
    feedback = ParagraphField(
        _l("反馈报送人"),
        description=_l("报送人在“我报的信息”里看到；现在不写，研判后再反馈也行"),
        render_kw={"rows": 2},
    )


class AttachForm(ActForm):
    files = MultipleFileField(
        _l("照片和附件"),
        description=_l("名片、现场照片、PDF、Office、录音，每个不超过 20 MB"),
        render_kw={"multiple": True},
    )

    def uploads(self) -> list[Any]:
        return [upload for upload in self.files.data or () if getattr(upload, "filename", "")]


class AnswerForm(EditForm):
    judge_unit_id = RecordField(_l("请哪个部门研判"))
    answer = ParagraphField(_l("答复"), description=_l("例如：已收到，请经信局研判"), render_kw={"rows": 3})


class FeedBackForm(EditForm):
    feedback = ParagraphField(_l("反馈报送人"), [Needed()], render_kw={"rows": 4})


def region_code_of(text: str | None) -> str:
    """The code of a place as it was typed; refused beside the field when it cannot be read."""
    if not text:
        return ""
    code = regions.find(text)
    if code is None:
        raise Refused(
            _("看不懂所在地“%(text)s”，请写到省、市或县，例如：浙江杭州余杭", text=text[:30]), "region"
        )
    return code
