"""What is typed about a mission, a stop and its result."""

from __future__ import annotations

import re
from typing import Any

from flask_wtf import FlaskForm
from wtforms import BooleanField, IntegerField
from wtforms.validators import NumberRange, Optional

from crm.contacts.forms import PILLS, ContactFields, TickField
from crm.lib.errors import Refused
from crm.lib.words import _
from crm.merchants.models import Direction
from crm.reference import regions
from crm.web.fields import ChoiceField, DayField, LineField, Needed, ParagraphField, RecordField, _l
from crm.web.forms import ActForm, EditForm

from .models import Mission, MissionKind, Outcome
from .queries import Wanted

MOST_PLACES = 10
_BETWEEN = re.compile(r"[、,，;；\s]+")


def codes_of(text: str | None, field: str) -> list[str]:
    """The places somebody typed, by their codes; refused with the one that is not known."""
    found: list[str] = []
    for word in filter(None, _BETWEEN.split(text or "")):
        code = regions.find(word)
        if code is None:
            raise Refused(
                _("不知道“%(text)s”在哪里，请写省、市或县的名字，例如：杭州、上海", text=word[:30]), field
            )
        if code not in found:
            found.append(code)
    if len(found) > MOST_PLACES:
        raise Refused(_("地点最多写 %(n)s 个", n=MOST_PLACES), field)
    return found


class _MissionFields:
    kind = ChoiceField(_l("类型"), of=MissionKind, default=MissionKind.OUTGOING, **PILLS)
    title = LineField(_l("活动名称"), [Needed()], description=_l("例如：赴杭州拜访电子信息企业"))
    starts_on = DayField(_l("开始日期"), [Needed()])
    ends_on = DayField(_l("结束日期"), [Needed()])
    places = LineField(_l("去哪里"), description=_l("可写几个，用顿号隔开：杭州、上海；来访接待可以不填"))
    direction = ChoiceField(_l("招商方向"), of=Direction, empty=_l("不限"))
    leader_id = RecordField(_l("带队区领导"))
    owner_id = RecordField(_l("负责人"), [Needed()])
    members = TickField(_l("同去的同事"))
    guests = TickField(_l("其他单位同去的人"))
    others = LineField(_l("其他同去的人"), description=_l("没有账号的，写姓名和职务"))
    purpose = ParagraphField(_l("目的"), render_kw={"rows": 3})

    @property
    def facts(self) -> dict[str, Any]:
        """What the verbs take: the places by their codes."""
        data: dict[str, Any] = self.data  # type: ignore[attr-defined]
        return {**data, "region_codes": codes_of(self.places.data, "places")}


class PlanForm(_MissionFields, ActForm):
    pass


class MissionForm(_MissionFields, EditForm):
    def begin(self, mission: Mission) -> None:
        names = "、".join(regions.full_name(code) for code in mission.region_codes)
        self.places.object_data = names
        if not self.is_submitted():
            self.places.data = names


class TellForm(ContactFields, ActForm):
    """A contact log with a result: thirty seconds on a phone in front of the door."""

    outcome = ChoiceField(_l("结果"), of=Outcome, default=Outcome.FOLLOWED, **PILLS)
    follow_user_id = RecordField(_l("由谁去办"))


class FollowUpForm(ActForm):
    said = LineField(_l("办得怎么样"), [Needed()])


class CloseForm(EditForm):
    summary = ParagraphField(_l("活动总结"), [Needed()], render_kw={"rows": 5})


class ReasonForm(ActForm):
    why = LineField(_l("原因"), [Needed()])


class AddLeadForm(ActForm):
    mission_id = RecordField(_l("列入哪次活动"), [Needed()])
    why = LineField(_l("拟谈事项"), description=_l("还没有研判的线索，请写明为什么先去"))


class WantedForm(FlaskForm):
    """Whom to see, out of the base: asked by the address, so that it can be sent to a colleague."""

    class Meta:
        csrf = False  # it only reads

    place = LineField(_l("所在地"))
    direction = ChoiceField(_l("招商方向"), of=Direction, empty=_l("不限"))
    idle = IntegerField(_l("多少天没有联系"), [Optional(), NumberRange(0, 3650)])
    key = BooleanField(_l("只看重点跟踪"))
    q = LineField(_l("名称、业务"))

    def wanted(self) -> Wanted | None:
        """None where something cannot be read: the form says what."""
        if not self.validate():
            return None
        try:
            codes = codes_of(self.place.data, "place")
        except Refused as refused:
            self.place.errors = [refused.message]
            return None
        return Wanted(
            region_codes=tuple(codes),
            direction=self.direction.data,  # type: ignore[arg-type]
            idle_days=self.idle.data,
            only_key=bool(self.key.data),
            words=self.q.data or "",
        )
