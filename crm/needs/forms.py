"""What is typed about a need and about those who were told of it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from wtforms import BooleanField, RadioField
from wtforms.validators import InputRequired

from crm.web.fields import DayField, LineField, MuField, Needed, ParagraphField, RecordField, WanField, _l
from crm.web.forms import ActForm, EditForm

from .kinds import NeedKind, Step


class _What:
    title = LineField(_l("需求"), [Needed()])


ASKED: dict[NeedKind, Any] = {
    NeedKind.LAND: MuField(_l("需要多少亩"), [Needed()], render_kw={"unit": _l("亩"), "inputmode": "decimal"}),
    NeedKind.FINANCE: WanField(
        _l("需要多少资金"), [Needed()], render_kw={"unit": _l("万元"), "inputmode": "decimal"},
        description=_l("可写 5000 或 1.2亿"),
    ),
    NeedKind.TALENT: MuField(_l("需要多少人"), [Needed()], render_kw={"unit": _l("人"), "inputmode": "numeric"}),
    NeedKind.TECHNOLOGY: MuField(_l("难题数"), [Needed()], default=Decimal(1), render_kw={"unit": _l("项"), "inputmode": "numeric"}),
}  # fmt: skip
TITLES = {
    NeedKind.LAND: (_l("用途"), _l("例如：一期厂房")),
    NeedKind.FINANCE: (_l("资金用途"), _l("例如：设备采购贷款")),
    NeedKind.TALENT: (_l("岗位"), _l("例如：氟硅材料研发工程师")),
    NeedKind.TECHNOLOGY: (_l("难题"), _l("例如：轴承热处理变形超差")),
}
LEVELS = {
    NeedKind.LAND: _l("用地性质"),
    NeedKind.FINANCE: _l("融资方式"),
    NeedKind.TALENT: _l("人才层次"),
    NeedKind.TECHNOLOGY: _l("技术领域"),
}


class _More:
    level = LineField(_l("类别"))
    due_on = DayField(_l("最迟要在哪天解决"))
    owner_id = RecordField(_l("责任人"))
    detail = ParagraphField(_l("具体要求"), render_kw={"rows": 3})
    measure = ParagraphField(_l("拟采取的措施"), render_kw={"rows": 3})
    is_livelihood = BooleanField(_l("民生项目"))
    is_high_tech = BooleanField(_l("高新产业项目"))


def forms_of(kind: NeedKind) -> tuple[type[ActForm], type[EditForm]]:
    """(to raise, to put right): the words and the unit are those of the kind."""
    asked = {"asked": ASKED[kind]}
    return type("AskForm", (_What, _More, ActForm), asked), type("NeedForm", (_What, _More, EditForm), asked)


def worded(form: Any, kind: NeedKind) -> Any:
    form.title.label.text, form.title.description = TITLES[kind]
    form.level.label.text = LEVELS[kind]
    return form


class EndForm(EditForm):
    note = ParagraphField(_l("说明"), render_kw={"rows": 3})


class ApproachForm(ActForm):
    partner = LineField(_l("对接谁"), [Needed()])
    on_day = DayField(_l("日期"), [Needed()])
    note = ParagraphField(_l("说明"), render_kw={"rows": 3})


class ResultForm(EditForm):
    step = RadioField(
        _l("结果"), [InputRequired(_l("请选择结果"))], coerce=lambda text: Step(text) if text else None
    )
    step_on = DayField(_l("日期"), [Needed()])
    amount = WanField(_l("金额或人数"), render_kw={"inputmode": "decimal"})
    note = ParagraphField(_l("说明"), render_kw={"rows": 3})
