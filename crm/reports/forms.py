"""What is typed about a report: which period, its words, why it comes back; and the outline of a kind."""

from __future__ import annotations

from collections.abc import Sequence

from wtforms import BooleanField, IntegerField, SelectMultipleField
from wtforms.validators import InputRequired, NumberRange, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from crm.web.fields import ChoiceField, Needed, ParagraphField, _l
from crm.web.forms import ActForm, EditForm

from .models import Section
from .periods import ReportKind

NUMERIC = {"inputmode": "numeric"}


class DraftForm(ActForm):
    kind = ChoiceField(_l("种类"), of=ReportKind)
    year = IntegerField(
        _l("年度"),
        [InputRequired(_l("请填写年度")), NumberRange(2000, 2100, _l("年度请填 2000 到 2100"))],
        render_kw=NUMERIC,
    )
    number = IntegerField(
        _l("第几期"),
        [
            InputRequired(_l("请填写第几期")),
            NumberRange(1, 53, _l("月通报填月份，季公示填季度，快报填第几周，年考核填 1")),
        ],
        render_kw=NUMERIC,
        description=_l("月通报填月份，季公示填季度，快报填第几周，年考核填 1"),
    )


class WordsForm(EditForm):
    opening = ParagraphField(_l("导语"), render_kw={"rows": 3})
    problems = ParagraphField(_l("存在问题"), render_kw={"rows": 5})
    next_steps = ParagraphField(_l("下一步打算"), render_kw={"rows": 5})


class ReasonForm(EditForm):
    reason = ParagraphField(_l("原因"), [Needed()], render_kw={"rows": 3})


class ManyField(SelectMultipleField):
    """Boxes to tick."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class SchemeForm(ActForm):
    cap = IntegerField(
        _l("单项封顶"),
        [InputRequired(_l("请填写单项封顶")), NumberRange(100, 1000, _l("封顶请填 100 到 1000"))],
        render_kw={**NUMERIC, "unit": "%"},
        description=_l("完成目标的百分之几以上不再多得分"),
    )
    each_once = BooleanField(_l("一个项目两年内只考核一次"))
    reason = ParagraphField(_l("为什么改"), [Needed()], render_kw={"rows": 3})

    @classmethod
    def weighing(cls, indicators: Sequence[tuple[str, str]]) -> type[SchemeForm]:
        """With a weight for each indicator; a field's name is the indicator's key with _ for what no name may have."""
        fields = {
            f"weight_{at}": IntegerField(
                label, [Optional(), NumberRange(0, 100, _l("权重请填 0 到 100"))], render_kw=NUMERIC
            )
            for at, (_key, label) in enumerate(indicators)
        }
        return type("Weighed", (cls,), fields)


class OutlineForm(ActForm):
    sections = ManyField(_l("内容"))
    indicators = ManyField(_l("列出的指标"))
    ranked = ManyField(_l("按单位列出的指标"))

    def offer(self, indicators: list[tuple[str, str]]) -> None:
        self.sections.choices = Section.choices()
        self.indicators.choices = indicators
        self.ranked.choices = indicators
