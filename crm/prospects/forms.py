"""What is typed about a target."""

from __future__ import annotations

from typing import Any

from crm.deals.forms import InvestorFields
from crm.merchants.models import Direction
from crm.web.fields import (
    ChoiceField,
    DayField,
    LineField,
    Needed,
    ParagraphField,
    RecordField,
    WanField,
    _l,
)
from crm.web.forms import ActForm, EditForm

from .models import GroupKind, TargetBatch


class _ProspectFields(InvestorFields):
    batch = ChoiceField(_l("哪一批"), of=TargetBatch, default=TargetBatch.MAJOR_GROUPS)
    group_kind = ChoiceField(_l("哪一类"), of=GroupKind, empty=_l("不是大集团大企业"))
    name = LineField(_l("目标"), [Needed()], description=_l("企业、项目或成果的名称"))
    direction = ChoiceField(_l("招商方向"), of=Direction, empty=_l("暂未确定"))
    why = ParagraphField(_l("为什么找他"), render_kw={"rows": 3})
    plan = ParagraphField(
        _l("对接计划"), render_kw={"rows": 3}, description=_l("谁牵线、什么时候上门、谈什么")
    )
    team = LineField(_l("组团单位"), description=_l("一起去的部门，例如：区经信局、区招商局"))
    unit_id = RecordField(_l("牵头单位"), [Needed()])
    owner_id = RecordField(_l("负责人"))
    contact_by = DayField(_l("首次接触期限"), [Needed()])

    @property
    def facts(self) -> dict[str, Any]:
        return {**self.data, "enterprise_id": self.which.data if self.investor.data else None}  # type: ignore[attr-defined]


class NewProspectForm(_ProspectFields, ActForm):
    pass


class ProspectForm(_ProspectFields, EditForm):
    pass


class ConvertForm(ActForm):
    name = LineField(_l("项目名称"), [Needed()])
    planned_wan = WanField(
        _l("总投资"),
        render_kw={"unit": _l("万元"), "inputmode": "decimal"},
        description=_l("可写 5000 或 1.2亿"),
    )
    next_step = LineField(_l("下一步"), [Needed()])
    next_due_on = DayField(_l("下一步日期"), [Needed()])
    duplicate_reason = LineField(_l("已有项目时，另开一个的理由"))


class DropForm(ActForm):
    why = LineField(_l("放弃的原因"), [Needed()])
