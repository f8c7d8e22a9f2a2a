"""What is typed about a task and its targets."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from wtforms import SelectField
from wtforms.validators import StopValidation

from crm.lib.words import _
from crm.web.fields import LineField, MonthField, Needed, ParagraphField, RecordField, WanField, _l
from crm.web.forms import ActForm, EditForm

WHY = _l("变更理由")


class _Task:
    name = LineField(_l("任务名称"), [Needed()])
    unit_id = RecordField(_l("牵头单位"), [Needed()])
    first_month = MonthField(_l("从哪个月"), [Needed()])
    last_month = MonthField(_l("到哪个月"), [Needed()])
    document_no = LineField(_l("文号"))
    goal = ParagraphField(_l("工作目标"), render_kw={"rows": 2}, description=_l("做到什么程度"))
    focus = ParagraphField(_l("工作重点"), render_kw={"rows": 2}, description=_l("抓哪几件事"))
    measures = ParagraphField(_l("工作措施"), render_kw={"rows": 3}, description=_l("怎么做"))
    schedule = ParagraphField(_l("进度安排"), render_kw={"rows": 3}, description=_l("什么时候做到哪一步"))
    owner_id = RecordField(_l("责任人"))


class TaskForm(_Task, ActForm):
    pass


class EditTaskForm(_Task, EditForm):
    why = LineField(WHY, description=_l("已经下达的任务变更时必填"))


class _Target:
    indicator = SelectField(_l("指标"), choices=[])
    unit_id = RecordField(_l("由谁承担"), description=_l("全区的指标选“全区”，再分解到单位"))
    amount = WanField(_l("目标"), [Needed()], render_kw={"inputmode": "decimal"},
                      description=_l("金额单位万元（外资万美元），可写 17.5亿；其他指标直接写数"))  # fmt: skip
    stretch = WanField(_l("力争目标"), render_kw={"inputmode": "decimal"})
    scope = LineField(_l("口径说明"), description=_l("和指标自己的口径不同时写明"))
    why = LineField(WHY, description=_l("已经下达的任务变更时必填"))

    def offer(self, pairs: list[tuple[str, str]]) -> None:
        self.indicator.choices = [("", _("请选择")), *pairs]

    def validate_indicator(self, field: Any) -> None:
        if not field.data:
            raise StopValidation(_("请选择%(what)s", what=field.label.text))


class TargetForm(_Target, ActForm):
    pass


class EditTargetForm(_Target, EditForm):
    pass


class SplitForm(EditForm):
    amount = WanField(_l("总目标"), [Needed()], render_kw={"inputmode": "decimal"})
    why = LineField(WHY, description=_l("已经下达的任务变更时必填"))


def split_form(
    target: Any, offered: Iterable[tuple[int, str]], given: dict[int, Decimal]
) -> tuple[Any, list[str]]:
    """A field for each unit, or each person, that may take on a part."""
    fields = {f"part_{id}": WanField(name, render_kw={"inputmode": "decimal"}) for id, name in offered}
    of_these: Any = type("SplitFormOf", (SplitForm,), fields)
    parts = {f"part_{id}": amount for id, amount in given.items() if f"part_{id}" in fields}
    return of_these.of(target, amount=target.amount, **parts), list(fields)
