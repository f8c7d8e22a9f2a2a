"""What is typed about a case."""

from __future__ import annotations

from wtforms import MultipleFileField

from crm.slips.forms import ProblemFields
from crm.web.fields import ChoiceField, DayField, Needed, ParagraphField, RecordField, _l
from crm.web.forms import ActForm

from .states import Conclusion

FEW = {"rows": 3}


class AskForm(ActForm):
    person_id = RecordField(_l("请谁说明"))
    due_on = DayField(_l("说明期限"), [Needed()])
    text = ParagraphField(_l("要说明什么"), render_kw=FEW, longest=2000)


class ExplainForm(ActForm):
    text = ParagraphField(
        _l("情况说明"), [Needed()], render_kw={"rows": 6}, longest=4000, description=_l("原因、已经采取的措施、下一步打算")
    )  # fmt: skip
    files = MultipleFileField(_l("佐证材料"))


class ConcludeForm(ActForm):
    conclusion = ChoiceField(_l("结论"), of=Conclusion)
    until_on = DayField(_l("整改期限"), description=_l("限期整改的填写"))
    text = ParagraphField(
        _l("理由"),
        [Needed()],
        render_kw={"rows": 4},
        longest=4000,
        description=_l("移交的，写明移交哪个部门"),
    )


class ReferForm(ProblemFields, ActForm):
    pass


class RemarkForm(ActForm):
    unit_id = RecordField(_l("由哪个单位说明"), [Needed()])
    text = ParagraphField(_l("为什么列入核查"), render_kw=FEW, longest=2000)
