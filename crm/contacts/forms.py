"""What is typed about a contact: three touches and one line in the usual case, the rest folded."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import Any

from flask_wtf.file import MultipleFileField
from wtforms import BooleanField, SelectMultipleField
from wtforms.fields.choices import Choice
from wtforms.validators import StopValidation
from wtforms.widgets import CheckboxInput, ListWidget, RadioInput

from crm.lib import clock
from crm.lib.words import _
from crm.web.fields import (
    ChoiceField,
    DayField,
    LineField,
    MomentField,
    Needed,
    ParagraphField,
    RecordField,
    _l,
)
from crm.web.forms import ActForm, EditForm

from .models import ContactKind
from .next_step import In

PILLS = {"widget": ListWidget(prefix_label=False), "option_widget": RadioInput()}


class TickField(SelectMultipleField):
    """Some of the few records on offer, each a box to tick; `data` is the list of their ids."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()

    def __init__(self, label: Any = None, validators: Any = None, **kwargs: Any):
        self.offered: dict[int, str] = {}
        super().__init__(label, validators, coerce=self._id, **kwargs)

    @staticmethod
    def _id(value: Any) -> int:
        text = str(getattr(value, "id", value))
        return int(text) if text.isdecimal() and text.isascii() and len(text) < 16 else 0

    def offer(self, pairs: Iterable[tuple[int, str]]) -> None:
        self.offered = dict(pairs)

    def process_data(self, value: Any) -> None:
        """From ids, or from records, whose names are then known though nothing is offered yet."""
        super().process_data(value)
        self.offered |= {record.id: record.name for record in value or () if hasattr(record, "name")}

    def iter_choices(self) -> Iterator[Choice]:
        for id, label in self.offered.items():
            yield Choice(str(id), label, id in (self.data or ()), {})

    def pre_validate(self, form: Any) -> None:
        if not set(self.data or ()) <= set(self.offered):
            raise StopValidation(_("有人不在可选的名单里，请重新勾选"))

    def _value(self) -> str:
        """In words, for showing two versions side by side: names without their posts."""
        return "、".join(sorted(self.offered.get(id, "").partition("（")[0] for id in self.data or ()))


class ContactFields:
    kind = ChoiceField(_l("方式"), of=ContactKind, default=ContactKind.CALL, **PILLS)
    summary = ParagraphField(
        _l("谈了什么"),
        [Needed()],
        render_kw={"rows": 3, "placeholder": _l("一句话也行"), "autocapitalize": "sentences"},
    )
    next_step = LineField(_l("下一步做什么"), render_kw={"placeholder": _l("例如：寄送地块资料")})
    next_in = ChoiceField(_l("下一步在什么时候"), of=In, default=In.A_WEEK, **PILLS)
    next_due_on = DayField(_l("或者选一个日期"), description=_l("选了日期就以日期为准"))
    happened_at = MomentField(_l("沟通时间"), [Needed()])
    people = TickField(_l("对方人员"))
    their_people = LineField(_l("对方其他人"), description=_l("不在人员库里的，写姓名和职务"))
    colleagues = TickField(_l("我方人员"))
    place = LineField(_l("地点"))
    leader_led = BooleanField(_l("区领导带队"))
    files = MultipleFileField(
        _l("附件"),
        description=_l("照片、PDF、Office、WPS、录音，每个不超过 20 MB；没存成时要重新选一次"),
        render_kw={"multiple": True},
    )

    def moment(self) -> dt.datetime:
        """When it happened; only of a form that has been found in shape."""
        moment: dt.datetime | None = self.happened_at.data
        assert moment is not None
        return moment

    def due_on(self) -> dt.date | None:
        """The day that was typed, else the one that was touched, which means nothing without a step."""
        typed: dt.date | None = self.next_due_on.data
        touched: Any = self.next_in.data
        return typed or (touched.after(clock.today()) if touched and self.next_step.data else None)

    def said(self) -> dict[str, Any]:
        """The fields as the verbs take them."""
        return {**self.data, "next_due_on": self.due_on()}  # type: ignore[attr-defined]

    def uploads(self) -> list[Any]:
        return [upload for upload in self.files.data or () if getattr(upload, "filename", "")]


class LogForm(ContactFields, ActForm):
    deal_id = RecordField(_l("关于哪个项目"))
    skip_reason = LineField(
        _l("没有研判就上门的理由"),
        description=_l("这条线索还没有研判结论；外出拜访要写明理由，留在线索的动态里"),
    )


class CorrectForm(ContactFields, EditForm):
    pass
