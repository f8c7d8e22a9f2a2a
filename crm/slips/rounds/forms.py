"""What is typed about a round."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from crm.slips.models import Slip
from crm.web.fields import DayField, LineField, Needed, ParagraphField, _l
from crm.web.forms import ActForm, EditForm


class DrawUpForm(ActForm):
    last_on = DayField(
        _l("汇总到哪一天"), [Needed()], description=_l("这一天以前提出、还没有汇总的问题都列入")
    )


class MeetingForm(EditForm):
    met_on = DayField(_l("协调会日期"), [Needed()])
    place = LineField(_l("地点"))
    chair = LineField(_l("主持"), [Needed()])
    present = ParagraphField(_l("参加单位和人员"), render_kw={"rows": 2}, longest=2000)
    minutes = ParagraphField(_l("会议纪要"), [Needed()], render_kw={"rows": 6}, longest=20_000)


def meeting_form(slips: Iterable[Slip]) -> type[Any]:
    """The same with one field for each slip: what was decided about it."""
    fields = {
        note_name(slip): ParagraphField(f"{slip.number} {slip.subject}", render_kw={"rows": 2}, longest=4000)
        for slip in slips
    }
    return type("RoundMeetingForm", (MeetingForm,), fields)


def note_name(slip: Slip) -> str:
    return f"note_{slip.id}"
