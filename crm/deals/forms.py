"""What is typed about a deal."""

from __future__ import annotations

from typing import Any

from wtforms import BooleanField

from crm.leads.models import Lead
from crm.lib.words import _
from crm.merchants.models import Direction, Enterprise
from crm.org.models import User
from crm.web.fields import (
    ChoiceField,
    DayField,
    LineField,
    MuField,
    NamedField,
    Needed,
    ParagraphField,
    RecordField,
    UsdField,
    WanField,
    _l,
    _one,
)
from crm.web.forms import ActForm, EditForm

from . import queries
from .models import PartyRole
from .stages import AmountBasis, SourceScope

WAN = {"unit": _l("万元"), "inputmode": "decimal"}
USD = {"unit": _l("万美元"), "inputmode": "decimal"}


class PickField(RecordField):
    """One of the few look-alikes on offer; one that is no longer on offer counts as none."""

    def pre_validate(self, form: Any) -> None:
        if str(self.data or "") not in {value for value, _label in self.choices}:
            self.data = None


class InvestorFields:
    """A firm by its name; when there is none of exactly that name, the ones that come near are offered."""

    investor = LineField(
        _l("主投资方"),
        description=_l("填企业全称，须已在资源库里；意向阶段可以先空着"),
        render_kw={"autocomplete": "off", "list": "investors", "data-duplicates-url": "1"},
    )
    which = PickField(_l("是下面哪一家"))

    def look_up(self, user: User) -> None:
        """Offer what the typed name may mean. Before `submitted()`."""
        text = self.investor.data or ""
        exact = queries.investors_named(user, text)
        found = exact if len(exact) == 1 else queries.investors_like(user, text)
        self.which.offer([(one.id, one.name) for one in found], _("都不是"))
        if len(exact) == 1:
            self.which.data = exact[0].id  # type: ignore[assignment]

    def chosen(self, now: Enterprise | None = None) -> bool:
        """Whether a name that was typed has found its enterprise; says so beside the field when not.

        `now` is the enterprise it has: left as it stands it may be one that this user does not see.
        """
        if now and self.investor.data == now.name and not self.which.data:
            self.which.data = now.id  # type: ignore[assignment]
        if not self.investor.data or self.which.data:
            return True
        offered = len(self.which.choices) > 1
        said = (
            _("资源库里没有正好叫这个名字的企业，请在下面选一家，或先新建企业")
            if offered
            else _("资源库里没有这家企业，请先新建企业")
        )
        self.investor.errors = [*self.investor.errors, said]
        return False

    @property
    def facts(self) -> dict[str, Any]:
        """What the verbs take: the enterprise by its id."""
        return {**self.data, "enterprise_id": self.which.data if self.investor.data else None}  # type: ignore[attr-defined]


class DealFields(InvestorFields):
    name = LineField(
        _l("项目名称"), [Needed()], render_kw={"autocomplete": "off", "data-duplicates-url": "1"}
    )
    increases = NamedField(
        _l("增资的原项目"),
        names="deals.names",
        description=_l(
            "在已签约项目上追加投资的，填原项目的名称，金额只填增加的部分；换了股东或所有者的是新项目，不填"
        ),
    )
    content = ParagraphField(_l("项目内容"), render_kw={"rows": 4})
    direction = ChoiceField(_l("招商方向"), of=Direction, empty=_l("暂未确定"))
    planned_wan = WanField(_l("总投资"), render_kw=WAN, description=_l("可写 5000 或 1.2亿"))
    fixed_asset_wan = WanField(_l("其中固定资产投资"), render_kw=WAN)
    agreed_wan = WanField(_l("协议引资"), render_kw=WAN)
    contract_usd_wan = UsdField(
        _l("合同外资"),
        render_kw=USD,
        description=_l("有外资的才填，照合同的美元数，可写 500 或 500万美元，不要折算"),
    )
    amount_basis = ChoiceField(_l("金额口径"), of=AmountBasis)
    source_scope = ChoiceField(_l("资金来源地"), of=SourceScope)
    land_mu = MuField(_l("用地"), render_kw={"unit": _l("亩"), "inputmode": "decimal"})
    is_return = BooleanField(_l("浙商回归"))
    is_shanhai = BooleanField(_l("山海协作"))
    expected_sign_on = DayField(_l("预计签约"))
    next_step = LineField(_l("下一步"), [Needed()], description=_l("例如：请对方来看地块"))
    next_due_on = DayField(_l("下一步日期"), [Needed()])

    @property
    def facts(self) -> dict[str, Any]:
        first = self.increases.record
        return {**super().facts, "increases_id": first.id if first else None}


class NewDealForm(DealFields, ActForm):
    unit_id = RecordField(_l("责任单位"), [Needed()])
    owner_id = RecordField(_l("跟进人"))
    sponsor_id = RecordField(_l("挂联领导"))
    duplicate_reason = LineField(_l("为什么另立一个项目"))
    new_firm = BooleanField(_l("资源库里还没有这家企业，按线索一并新建"))

    def offer_new_firm(self, lead: Lead | None) -> None:
        """A lead about a firm nobody knew brings the firm along: ticked at first when nothing is like it."""
        if lead is None or lead.enterprise or not lead.company:
            del self.new_firm
        elif not self.is_submitted():
            self.new_firm.data = len(self.which.choices) < 2

    @property
    def brings_firm(self) -> bool:
        return "new_firm" in self and bool(self.new_firm.data and self.investor.data and not self.which.data)


class DealForm(DealFields, EditForm):
    local_company = LineField(_l("项目公司"), description=_l("在本区注册的公司全称"))
    local_uscc = LineField(
        _l("统一社会信用代码"), longest=18, render_kw={"class": "code", "spellcheck": "false"}
    )


class TagsForm(ActForm):
    words = LineField(_l("其他标签"), longest=500, description=_l("用逗号或空格隔开，每个最多 32 个字"))


class AssignForm(EditForm):
    unit_id = RecordField(_l("责任单位"), [Needed()])
    owner_id = RecordField(_l("跟进人"))
    sponsor_id = RecordField(_l("挂联领导"))
    reason = LineField(_l("原因"))


class PartyForm(InvestorFields, ActForm):
    investor = LineField(
        _one("企业"),
        [Needed()],
        description=_l("填企业全称，须已在资源库里"),
        render_kw={"autocomplete": "off", "list": "investors"},
    )
    role = ChoiceField(_l("角色"), of=PartyRole)
