"""What is typed about a key project."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from flask_wtf.file import MultipleFileField
from wtforms import BooleanField, SelectMultipleField, widgets

from crm.merchants.models import Direction
from crm.web.fields import (
    ChoiceField,
    DayField,
    LineField,
    NamedField,
    Needed,
    ParagraphField,
    RecordField,
    WanField,
    _l,
)
from crm.web.forms import ActForm, EditForm

from .status import BuildKind, NodeKind, VisitKind


def day_of(field: DayField) -> dt.date:
    """The day of a field that must be filled; only of a form that has been found in shape."""
    day: dt.date | None = field.data
    assert day is not None
    return day


WAN = {"unit": _l("万元"), "inputmode": "decimal"}


class ProjectFields:
    name = LineField(_l("重点项目名称"), [Needed()])
    content = ParagraphField(_l("建设内容"), render_kw={"rows": 4})
    place = LineField(_l("建设地点"))
    direction = ChoiceField(_l("产业方向"), of=Direction, empty=_l("不属于招商方向"))
    is_productive = BooleanField(_l("适用投产"), description=_l("道路、学校、安置房等不投产，走到竣工为止"))
    planned_wan = WanField(_l("计划总投资"), render_kw=WAN, description=_l("可写 5000 或 1.2亿"))
    unit_id = RecordField(_l("责任单位"))
    task_force = LineField(_l("工作专班"), description=_l("例如：石华线项目工作专班"))
    task_force_members = ParagraphField(
        _l("专班成员"), render_kw={"rows": 2}, description=_l("姓名和分工，不必写电话")
    )
    owner_body = LineField(_l("项目业主"), description=_l("负责建设的单位或企业全称"))
    deal = NamedField(
        _l("对应的招商项目"),
        names="deals.names",
        description=_l("由招商项目落地而来的才填，写项目全称"),
    )
    same_reason = LineField(_l("为什么另建一条"))

    @property
    def facts(self) -> dict[str, Any]:
        """What the verbs take: the deal by its id."""
        return {**self.data, "deal_id": self.deal.record.id if self.deal.record else None}  # type: ignore[attr-defined]


class NewProjectForm(ProjectFields, ActForm):
    build_kind = ChoiceField(_l("本年建设性质"), of=BuildKind)
    year_planned_wan = WanField(_l("本年计划投资"), render_kw=WAN)
    leader_id = RecordField(_l("挂联领导"))


class ProjectForm(ProjectFields, EditForm):
    pass


class YearForm(ActForm):
    year = RecordField(_l("年度"), [Needed()])
    build_kind = ChoiceField(_l("建设性质"), of=BuildKind)
    planned_wan = WanField(_l("年度计划投资"), [Needed()], render_kw=WAN)
    done_wan = WanField(_l("年度完成投资"), render_kw=WAN)

    @property
    def amounts(self) -> dict[str, Any]:
        return {
            "build_kind": self.build_kind.data,
            "planned_wan": self.planned_wan.data,
            "done_wan": self.done_wan.data or Decimal(0),
        }


class AdvanceForm(EditForm):
    on_day = DayField(_l("日期"), [Needed()])
    reason = LineField(_l("依据"), description=_l("例如：施工许可证号、竣工验收文号"))


class StepBackForm(EditForm):
    on_day = DayField(_l("日期"), [Needed()])
    reason = LineField(_l("原因"), [Needed()])


class LeaderForm(ActForm):
    leader_id = RecordField(_l("挂联领导"))
    from_on = DayField(_l("从哪一天起"), [Needed()])
    reason = LineField(_l("原因"), description=_l("例如：领导分工调整"))


class PickManyField(SelectMultipleField):
    """Several records by id out of those on offer, as boxes to tick."""

    widget = widgets.ListWidget(prefix_label=False)
    option_widget = widgets.CheckboxInput()

    def __init__(self, label: Any = None, validators: Any = None, **kwargs: Any):
        super().__init__(label, validators, coerce=lambda value: int(value) if str(value).isdecimal() else 0,
                         **{"choices": [], **kwargs})  # fmt: skip


class MilestoneFields:
    name = LineField(_l("节点名称"), [Needed()], description=_l("例如：主体结顶"))
    kind = ChoiceField(_l("类别"), of=NodeKind)
    plan_on = DayField(_l("计划时间"))
    person = LineField(_l("责任人"))
    signed_on = DayField(_l("责任书签订日期"))
    after = PickManyField(_l("接在哪些节点之后"))


class NewMilestoneForm(MilestoneFields, ActForm):
    pass


class MilestoneForm(MilestoneFields, EditForm):
    forecast_on = DayField(_l("预计时间"), description=_l("计划不变，只是估计会提前或拖后时填"))
    actual_on = DayField(_l("完成时间"))
    reason = LineField(_l("改变计划的原因"))


class ReachForm(ActForm):
    on_day = DayField(_l("完成日期"), [Needed()])


class VisitForm(ActForm):
    kind = ChoiceField(_l("方式"), of=VisitKind)
    on_day = DayField(_l("日期"), [Needed()])
    place = LineField(_l("地点"))
    leader_id = RecordField(_l("带队领导"), description=_l("不选就记在当日的挂联领导名下"))
    present = LineField(_l("参加单位和人员"))
    decision = ParagraphField(_l("议定事项"), [Needed()], render_kw={"rows": 4})


class ReportForm(ActForm):
    progress = ParagraphField(_l("形象进度"), [Needed()], render_kw={"rows": 3})
    done_wan = WanField(_l("本年累计完成投资"), [Needed()], render_kw=WAN)
    problem = ParagraphField(_l("存在问题"), render_kw={"rows": 2}, description=_l("没有就空着"))
    files = MultipleFileField(_l("照片"), render_kw={"accept": "image/*", "capture": "environment"})
