"""What is typed when a deal moves: only what its gates still want."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from wtforms import HiddenField, MultipleFileField, SelectField

from crm.deals.forms import WAN, InvestorFields
from crm.deals.stages import AgreementKind, Stage
from crm.merchants.models import Direction
from crm.web.fields import ChoiceField, DayField, LineField, Needed, ParagraphField, WanField, _l
from crm.web.forms import ActForm, EditForm

from .gates import Missing

STANDS_IN = {"enterprise_id": "investor"}
"""Where a person puts in what the gate calls by its column."""


class MoveFields:
    on_day = DayField(_l("日期"), [Needed()])
    evidence = ParagraphField(_l("依据"), render_kw={"rows": 3}, longest=2000)
    files = MultipleFileField(_l("附件"), description=_l("PDF、图片、Office、WPS 等，每个不超过 20 MB"))


class AdvanceForm(InvestorFields, MoveFields, EditForm):
    passing = ParagraphField(
        _l("不齐也推进的理由"),
        render_kw={"rows": 2},
        longest=2000,
        description=_l("填了这里，缺的内容可以先空着；理由和缺什么都会留痕，列入例会"),
    )
    direction = ChoiceField(_l("招商方向"), of=Direction, empty=_l("请选择"))
    planned_wan = WanField(_l("总投资"), render_kw=WAN, description=_l("可写 5000 或 1.2亿"))
    content = ParagraphField(_l("项目内容"), render_kw={"rows": 4})
    signed_on = DayField(_l("签约日期"))
    agreement_kind = ChoiceField(_l("协议类型"), of=AgreementKind, empty=_l("请选择"))
    agreed_wan = WanField(_l("协议引资"), render_kw=WAN)
    local_company = LineField(_l("项目公司"), description=_l("在本区注册的公司全称"))
    local_uscc = LineField(
        _l("统一社会信用代码"), longest=18, render_kw={"class": "code", "spellcheck": "false"}
    )

    def ask_only(self, missing: Sequence[Missing], target: Stage, *, may_pass: bool = False) -> None:
        """Leave the fields that something is missing in, with the day and the evidence."""
        wanted = {STANDS_IN.get(one.field, one.field) for one in missing} | {"evidence", "files"}
        if missing and may_pass:
            wanted.add("passing")
        if "investor" in wanted:
            wanted.add("which")
        if target is not Stage.SIGNED:  # a signing counts for the day it was signed
            wanted.add("on_day")
        if "local_company" in wanted:
            wanted.add("local_uscc")
        for name in list(self._fields):
            if (
                name not in wanted
                and not isinstance(self._fields[name], HiddenField)
                and name != "csrf_token"
            ):
                del self[name]
        for one in missing:
            field = self._fields.get(STANDS_IN.get(one.field, one.field))
            if field is not None and one.field != "evidence":  # words or a file: neither alone is needed
                field.flags.required = True

    def blame(self, missing: Iterable[Missing]) -> None:
        """Each thing that is still missing, in words beside its field; above all fields where it has none."""
        self.status = 422
        for one in missing:
            field = self._fields.get(STANDS_IN.get(one.field, one.field))
            if field is None:
                self.refusal.append(one.sentence)
            elif one.sentence not in field.errors:
                field.errors = [*field.errors, one.sentence]

    def asks_investor(self) -> bool:
        return "investor" in self._fields

    @property
    def facts(self) -> dict[str, Any]:
        if not self.asks_investor():
            return dict(self.data)
        return super().facts


class ReturnForm(EditForm):
    to_stage = SelectField(_l("退回到"))
    reason = ParagraphField(_l("原因"), [Needed()], render_kw={"rows": 3}, longest=2000)
    files = MultipleFileField(_l("附件"))


class StopForm(EditForm):
    reason = ParagraphField(_l("原因"), [Needed()], render_kw={"rows": 3}, longest=2000)
    files = MultipleFileField(_l("附件"))


class ResumeForm(EditForm):
    next_step = LineField(_l("下一步"), [Needed()])
    next_due_on = DayField(_l("下一步日期"), [Needed()])
    reason = LineField(_l("说明"))


class BareForm(ActForm):
    """Only the keys: for acts that are one button."""
