"""What is typed about a planned project."""

from __future__ import annotations

from wtforms import BooleanField, IntegerField
from wtforms.validators import InputRequired, NumberRange

from crm.merchants.models import Direction
from crm.web.fields import ChoiceField, DayField, LineField, Needed, ParagraphField, RecordField, WanField, _l
from crm.web.forms import ActForm, EditForm

from .models import YEARS, Depth, PlanWay

WAN = {"unit": _l("万元"), "inputmode": "decimal"}


class _Planned:
    name = LineField(_l("名称"), [Needed()])
    content = ParagraphField(_l("项目内容"), render_kw={"rows": 4})
    year = IntegerField(
        _l("谋划年度"),
        [InputRequired(_l("请填写谋划年度")), NumberRange(*YEARS, _l("年度请填 2000 到 2100"))],
        render_kw={"inputmode": "numeric"},
    )
    planned_wan = WanField(_l("谋划总投资"), [Needed()], render_kw=WAN, description=_l("可写 5000 或 1.2亿"))
    way = ChoiceField(_l("谋划方式"), of=PlanWay, default=PlanWay.INDUSTRY)
    depth = ChoiceField(_l("前期深度"), of=Depth, default=Depth.CONCEPT)
    direction = ChoiceField(_l("招商方向"), of=Direction, empty=_l("暂未确定"))
    in_city = BooleanField(_l("已列入市级储备库"))
    city_registered_on = DayField(_l("市级入库日期"))
    city_number = LineField(_l("市级入库编号"))


class PlanForm(_Planned, ActForm):
    unit_id = RecordField(_l("谋划单位"), [Needed()], description=_l("谋划单位记下后不再改变"))


class ReserveForm(_Planned, EditForm):
    pass


class DropForm(EditForm):
    reason = ParagraphField(_l("为什么退出"), [Needed()], render_kw={"rows": 3})


class UnlinkForm(EditForm):
    reason = ParagraphField(_l("为什么取消关联"), [Needed()], render_kw={"rows": 3})


class PromoteForm(ActForm):
    name = LineField(_l("项目名称"), [Needed()])
    owner_id = RecordField(_l("跟进人"))
    next_step = LineField(_l("下一步"), [Needed()], description=_l("例如：请对方来看地块"))
    next_due_on = DayField(_l("下一步日期"), [Needed()])
