"""What is typed about a list of key projects."""

from __future__ import annotations

from typing import Any

from wtforms import FieldList, Form, FormField, SelectField

from crm.delivery.models import AmendAct
from crm.lib.words import _
from crm.web.fields import ChoiceField, DayField, LineField, Needed, ParagraphField, RecordField, WanField, _l
from crm.web.forms import ActForm, EditForm

ROWS = 3  # at hand without script
MOST = 30


class BeginForm(ActForm):
    kind = SelectField(_l("名单种类"), validators=[Needed()])
    year = RecordField(_l("年度"), [Needed()])


class AddForm(ActForm):
    name = LineField(
        _l("重点项目名称"), [Needed()], render_kw={"list": "known-projects", "autocomplete": "off"}
    )


class IssueForm(EditForm):
    on_day = DayField(_l("下达日期"), [Needed()])
    document_no = LineField(_l("文号"))


class ChangeForm(Form):
    act = ChoiceField(_l("调整方式"), of=AmendAct)
    name = LineField(_l("重点项目名称"), render_kw={"list": "known-projects", "autocomplete": "off"})
    planned_wan = WanField(_l("调整后年度计划（万元）"), render_kw={"inputmode": "decimal"})


class AmendForm(ActForm):
    on_day = DayField(_l("调整日期"), [Needed()])
    document_no = LineField(_l("文号"))
    reason = ParagraphField(_l("原因"), [Needed()], render_kw={"rows": 2})
    changes = FieldList(FormField(ChangeForm), label=_l("调整内容"), min_entries=ROWS, max_entries=MOST)

    def typed(self) -> list[dict[str, Any]]:
        """The rows that name a project."""
        return [row.form.data for row in self.changes if row.form.name.data]

    def not_found(self, name: str) -> None:
        """Say beside the row that there is no such project."""
        for row in self.changes:
            if row.form.name.data == name:
                row.form.name.errors = [
                    *row.form.name.errors, _("没有正好叫这个名字、您又能看到的重点项目"),
                ]  # fmt: skip
        self.status = 422
