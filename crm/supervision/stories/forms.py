"""What is typed about a story, and about where it came out."""

from __future__ import annotations

from wtforms import MultipleFileField

from crm.supervision.forms import About
from crm.web.fields import (
    ChoiceField,
    DayField,
    LineField,
    Needed,
    ParagraphField,
    RecordField,
    _l,
)
from crm.web.forms import ActForm, EditForm

from .states import StoryKind


class _Facts(About):
    title = LineField(_l("标题"), [Needed()])
    kind = ChoiceField(_l("哪方面的典型"), of=StoryKind)
    on_day = DayField(_l("事迹日期"), [Needed()])
    text = ParagraphField(_l("事迹"), [Needed()], render_kw={"rows": 8}, longest=20_000)
    unit_id = RecordField(_l("讲的单位"), description=_l("选了个人的不用选"))
    person_id = RecordField(_l("讲的个人"))
    files = MultipleFileField(
        _l("照片、材料"),
        description=_l("照片、PDF、Office、WPS、录音，每个不超过 20 MB；没存成时要重新选一次"),
    )


class RegisterForm(_Facts, ActForm):
    pass


class StoryForm(_Facts, EditForm):
    pass


class PublishForm(EditForm):
    published_on = DayField(_l("发布日期"), [Needed()])
    published_in = LineField(_l("发布在哪里"), [Needed()], description=_l("例如：日报、电视台、区政府网站"))
    link = LineField(_l("网址"), description=_l("能看到原文的网页；没有就空着"), longest=1000)


class TakeBackForm(ActForm):
    reason = ParagraphField(_l("为什么撤下"), [Needed()], render_kw={"rows": 3}, longest=2000)
