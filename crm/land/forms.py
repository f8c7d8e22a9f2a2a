"""What is typed about parcels, for whom they are kept, quotas and reclaimed land."""

from __future__ import annotations

from wtforms import IntegerField
from wtforms.validators import InputRequired, NumberRange

from crm.web.fields import (
    ChoiceField,
    DayField,
    LineField,
    MuField,
    Needed,
    ParagraphField,
    RecordField,
    _l,
    _one,
)
from crm.web.forms import ActForm, EditForm

from .models import QuotaKind
from .states import ParcelState

MU = {"unit": _l("亩"), "inputmode": "decimal"}


class _Parcel:
    name = LineField(_one("地块"), [Needed()])
    mu = MuField(_l("面积"), [Needed()], render_kw=MU)
    place = LineField(_l("位置"))
    land_use = LineField(_l("规划用途"), description=_l("例如：工业用地"))
    measure = LineField(_l("盘活措施"), description=_l("例如：加快征收、限期供地、收储、转让、合作"))
    note = ParagraphField(_l("备注"), render_kw={"rows": 3})


class EnterForm(_Parcel, ActForm):
    unit_id = RecordField(_l("管理单位"), [Needed()])
    state = ChoiceField(_l("状态"), of=ParcelState, default=ParcelState.APPROVED)
    since_on = DayField(_l("从哪天起是这个状态"), [Needed()])


class ParcelForm(_Parcel, EditForm):
    pass


class MoveForm(EditForm):
    on_day = DayField(_l("日期"), [Needed()])
    reason = ParagraphField(_l("说明"), render_kw={"rows": 2})


class KeepForm(ActForm):
    until_on = DayField(_l("预留到哪天"), [Needed()])


class ReleaseForm(EditForm):
    reason = ParagraphField(_l("为什么释放"), [Needed()], render_kw={"rows": 3})


class _Amounts:
    sought_mu = MuField(_l("争取"), [Needed()], render_kw=MU)
    got_mu = MuField(_l("到手"), [Needed()], render_kw=MU)
    used_mu = MuField(_l("已用"), [Needed()], render_kw=MU)
    note = ParagraphField(_l("备注"), render_kw={"rows": 2})


class NewQuotaForm(ActForm):
    year = IntegerField(
        _l("年度"), [InputRequired(_l("请填写年度")), NumberRange(2000, 2100, _l("年度请填 2000 到 2100"))],
        render_kw={"inputmode": "numeric"},
    )  # fmt: skip
    kind = ChoiceField(_l("指标类别"), of=QuotaKind, default=QuotaKind.PLAN)
    sought_mu, got_mu, used_mu, note = _Amounts.sought_mu, _Amounts.got_mu, _Amounts.used_mu, _Amounts.note


class QuotaForm(_Amounts, EditForm):
    pass


class _Reclaimed:
    on_day = DayField(_l("日期"), [Needed()])
    mu = MuField(_l("垦造面积"), [Needed()], render_kw=MU)
    place = LineField(_l("位置"))
    note = ParagraphField(_l("备注"), render_kw={"rows": 2})


class NewReclaimedForm(_Reclaimed, ActForm):
    pass


class ReclaimedForm(_Reclaimed, EditForm):
    pass
