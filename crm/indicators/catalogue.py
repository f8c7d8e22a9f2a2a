"""The indicators that this house knows. Each is an address of a list: which one, narrowed to what, counted how.

So a figure is never a second way of counting: what it counts are the rows of that address (counting.py), its link opens
them, and they leave as the list's export. To add one, say its list, its fixed filters, and which filters of the list mean
the days, the unit and the person.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa

from crm.capital import lists as capital_lists
from crm.capital import queries as capital
from crm.capital import window as capital_year
from crm.capital.models import PaidIn, PaidInState
from crm.contacts import lists as contact_lists
from crm.contacts.models import ContactKind, ContactLog
from crm.deals import lists as deal_lists
from crm.deals.models import Deal
from crm.deals.stages import SourceScope
from crm.delivery import lists as project_lists
from crm.delivery.models import KeyProject
from crm.land import lists as land_lists
from crm.land.models import Reclamation
from crm.leads import lists as lead_lists
from crm.leads.models import Conclusion, Lead, LeadState
from crm.lib import clock
from crm.lib.enums import Labelled
from crm.lib.words import N_, _
from crm.lists.table import ListPage
from crm.org.models import User
from crm.org.permissions import Permission as P
from crm.org.permissions import Scope
from crm.reserve import lists as reserve_lists
from crm.reserve import queries as reserve
from crm.reserve.models import ReserveItem

from . import queries
from .lists import VALUES
from .models import FIXED_ASSETS, HOUSE_NAMES, Measure, OwnIndicator, TypedValue
from .progress import Window

Pairs = list[tuple[str, str]]


class Group(Labelled):
    MONEY = "money", N_("资金")
    DEALS = "deals", N_("项目")
    NEWS = "news", N_("线索与走访")
    RESERVE = "reserve", N_("储备")
    BUILDING = "building", N_("建设")
    TYPED = "typed", N_("填报的统计数")


@dataclass(frozen=True)
class Indicator:
    """`amount` is the column added up, none: rows are counted. Of `days` and `year` it has one: what is known only by its
    year (储备 of a 谋划年度) has no months. `day` is the column that the filter `days` asks, where it holds a
    day and no moment. `person` is empty where the list says of no row whose work it is."""

    key: str
    msgid: str
    group: Group
    definition_msgid: str
    page: ListPage
    unit_column: Any
    fixed: tuple[tuple[str, str], ...] = ()
    amount: Any = None
    measure: Measure = Measure.COUNT
    unit_word: str = N_("个")
    days: str = ""
    day: Any = None
    year: str = ""
    unit: str = "unit"
    person: str = ""
    person_column: Any = None
    first_month: Callable[[], int] = lambda: 1
    basis_of: Callable[[int], str] | None = None
    all_seen: Callable[[User], bool] | None = None
    typed: bool = False
    by_unit: bool = True

    @property
    def label(self) -> str:
        return _(self.msgid)

    @property
    def definition(self) -> str:
        return _(self.definition_msgid)

    @property
    def unit_label(self) -> str:
        """万元, 个, 条 …: behind its numbers."""
        return _(self.unit_word)

    def basis(self, year: int) -> str:
        """口径, beside its amounts."""
        return self.basis_of(year) if self.basis_of else ""

    def may_see(self, user: User) -> bool:
        return user.may(self.page.view_permission)

    def sees_all(self, user: User) -> bool:
        """Whether what he sees is the whole district's, so that it may be held against a target of the district."""
        if self.all_seen:
            return self.all_seen(user)
        return user.scope_of(self.page.view_permission) is Scope.DISTRICT

    def seen_by(self, user: User) -> Callable[[int | None], bool]:
        """The same of any unit, asked once for all: one's own unit everybody sees whole."""
        everything = self.sees_all(user)
        own = user.unit_id if user.scope_of(self.page.view_permission) is Scope.UNIT else None
        return lambda unit_id: everything or (unit_id is not None and unit_id == own)

    def sees(self, user: User, unit_id: int | None) -> bool:
        return self.seen_by(user)(unit_id)

    def is_among(self, other: Indicator) -> bool:
        """Whether its rows are some of the other's: the same list and days, narrowed further by other filters (其中…)."""
        same = self.page is other.page and (self.days, self.year) == (other.days, other.year)
        further = {key for key, _value in self.fixed[len(other.fixed) :]}
        return (
            same and not self.typed and self.fixed[: len(other.fixed)] == other.fixed
            and further.isdisjoint(key for key, _value in other.fixed)
        )  # fmt: skip

    def year_now(self) -> int:
        return capital_year.year_of(clock.today(), self.first_month())

    def of_year(self, year: int) -> Window:
        """Its year, which for money need not be the calendar's."""
        return Window(*capital_year.bounds(year, self.first_month()))

    def year_of(self, day: dt.date) -> int:
        return capital_year.year_of(day, self.first_month())

    def pairs(self, window: Window, unit_id: int | None = None, person_id: int | None = None) -> Pairs:
        """The filter itself: the arguments of the list's address."""
        found: Pairs = list(self.fixed)
        if self.days:
            found += [
                (f"{self.days}_from", window.first.isoformat()),
                (f"{self.days}_to", window.last.isoformat()),
            ]
        else:
            found += [(self.year, str(year)) for year in range(window.first.year, window.last.year + 1)]
        if unit_id is not None and self.by_unit:
            found.append((self.unit, str(unit_id)))
        if person_id is not None and self.person:
            found.append((self.person, str(person_id)))
        return found

    def url(self, window: Window, unit_id: int | None = None, person_id: int | None = None) -> str:
        """The rows behind the figure, all of them counted: the list says the same number."""
        counted = [("count", "all")] if self.page.many else []
        return self.page.url([*self.pairs(window, unit_id, person_id), *counted])


_MONEY = Indicator(
    "paid_in", N_("实际到位资金"), Group.MONEY,
    N_("已认定的到位资金按计入比例相加，按到位日期计入；关账后补认定的计入认定当月"),
    capital_lists.PAGE, PaidIn.unit_id, fixed=(("state", PaidInState.RECOGNISED.value),), amount=PaidIn.counted_wan,
    measure=Measure.WAN, unit_word=N_("万元"), days="counts", day=PaidIn.counts_on, person="owner",
    person_column=sa.select(Deal.owner_id).where(Deal.id == PaidIn.deal_id).correlate(PaidIn).scalar_subquery(), first_month=capital.first_month,
    basis_of=capital.basis, all_seen=capital.sees_all,
)  # fmt: skip

_SIGNED = Indicator(
    "signed_deals", N_("签约项目"), Group.DEALS,
    N_("签了投资协议的项目，按签约日期和责任单位计，后来怎样不影响；框架协议不算签约"),
    deal_lists.PAGE, Deal.unit_id, days="signed", day=Deal.signed_on, person="owner", person_column=Deal.owner_id,
)  # fmt: skip


def _signed_from(key: str, name: str, wan: int) -> Indicator:
    definition = N_("签约项目中总投资达到这个数的；“以上”含本数，各档互相包含，不能相加")
    return replace(
        _SIGNED, key=key, msgid=name, definition_msgid=definition, fixed=(("planned_from", str(wan)),)
    )


_LEADS = Indicator(
    "new_leads", N_("新报线索"), Group.NEWS, N_("报送的线索，按首报单位和报送时间计；判为重复的不计"),
    lead_lists.PAGE, Lead.report_unit_id, days="reported", unit="report_unit", person="reporter",
    person_column=Lead.reported_by_id, unit_word=N_("条信息"),
    fixed=tuple(("state", state.value) for state in LeadState if state is not LeadState.DUPLICATE),
)  # fmt: skip

_VISITS = Indicator(
    "visits", N_("拜访与接待"), Group.NEWS, N_("沟通记录中的外出拜访和来访接待，按发生时间和记录单位计"),
    contact_lists.PAGE, ContactLog.unit_id, days="period", person="author", person_column=ContactLog.author_id, unit_word=N_("次"),
    fixed=(("kind", ContactKind.VISIT.value), ("kind", ContactKind.RECEPTION.value)),
)  # fmt: skip

_RESERVE = Indicator(
    "reserve_items", N_("谋划的项目"), Group.RESERVE, N_("储备库里这个谋划年度的项目，退出的不计，转成项目的照计"),
    reserve_lists.PAGE, ReserveItem.unit_id, fixed=(("counts", "1"),), year="year",
    basis_of=lambda year: reserve.basis(),
)  # fmt: skip

_STARTED = Indicator(
    "starts", N_("开工项目"), Group.BUILDING, N_("重点项目中“开工”节点在这段时间完成的，按责任单位计"),
    project_lists.PAGE, KeyProject.unit_id, days="started",
)  # fmt: skip

_RECLAIMED = Indicator(
    "reclaimed_mu", N_("垦造耕地面积"), Group.BUILDING, N_("登记的垦造耕地面积相加，按日期和登记单位计"),
    land_lists.RECLAIMED, Reclamation.unit_id, amount=Reclamation.mu, measure=Measure.MU, unit_word=N_("亩"), days="period",
    all_seen=lambda user: user.may(P.LAND_VIEW),
)  # fmt: skip

_TYPED = Indicator(
    FIXED_ASSETS, HOUSE_NAMES[FIXED_ASSETS], Group.TYPED,
    N_("统计部门公布的数，按月填报；从不由项目或到位资金相加而来"),
    VALUES, TypedValue.unit_id, fixed=(("indicator", FIXED_ASSETS), ("unit", "none")), amount=TypedValue.amount,
    measure=Measure.WAN, unit_word=N_("万元"), days="period", typed=True, by_unit=False,
    all_seen=lambda user: True,
)  # fmt: skip

CATALOGUE: dict[str, Indicator] = {
    one.key: one
    for one in (
        _MONEY,
        replace(_MONEY, key="paid_in_overseas", msgid=N_("其中境外资金"),
                definition_msgid=N_("实际到位资金中来源地为境外的"),
                fixed=(*_MONEY.fixed, ("origin", SourceScope.OVERSEAS.value))),
        replace(_MONEY, key="used_usd", msgid=N_("实际使用外资"),
                definition_msgid=N_("已认定的境外资金的外资金额（万美元）相加，照外商投资信息报告的到账数，不折算，也不按计入比例打折"),
                # Not "其中" of the money: these few have an index of their own.
                fixed=(("usd", "1"), *_MONEY.fixed), amount=PaidIn.usd_wan, measure=Measure.USD, unit_word=N_("万美元"),
                basis_of=None),
        _SIGNED,
        _signed_from("signed_1yi", N_("亿元以上签约项目"), 10_000),
        _signed_from("signed_5yi", N_("5亿元以上签约项目"), 50_000),
        _signed_from("signed_10yi", N_("10亿元以上签约项目"), 100_000),
        _signed_from("signed_50yi", N_("50亿元以上签约项目"), 500_000),
        replace(_SIGNED, key="signed_wan", msgid=N_("签约总投资"), definition_msgid=N_("签约项目的总投资相加"),
                amount=Deal.planned_wan, measure=Measure.WAN, unit_word=N_("万元")),
        replace(_SIGNED, key="agreed_wan", msgid=N_("协议引资"), definition_msgid=N_("签约项目的协议引资相加"),
                amount=Deal.agreed_wan, measure=Measure.WAN, unit_word=N_("万元")),
        replace(_SIGNED, key="contract_usd", msgid=N_("合同外资"),
                definition_msgid=N_("签约项目的合同外资（万美元）相加，不折算"), fixed=(("foreign", "1"),),
                amount=Deal.contract_usd_wan, measure=Measure.USD, unit_word=N_("万美元")),
        _LEADS,
        replace(_LEADS, key="valid_leads", msgid=N_("有效线索"),
                definition_msgid=N_("报送的线索中研判为跟进或培育的，按首报单位和报送时间计"),
                fixed=(("conclusion", Conclusion.FOLLOW.value), ("conclusion", Conclusion.NURTURE.value))),
        _VISITS,
        replace(_VISITS, key="led_visits", msgid=N_("区领导带队拜访与接待"),
                definition_msgid=N_("拜访与接待中由区领导带队的"), fixed=(*_VISITS.fixed, ("leader_led", "1"))),
        _RESERVE,
        replace(_RESERVE, key="reserve_city", msgid=N_("列入市级储备库的项目"),
                definition_msgid=N_("谋划项目中已列入市级储备库的"), fixed=(*_RESERVE.fixed, ("in_city", "1"))),
        replace(_RESERVE, key="reserve_wan", msgid=N_("谋划总投资"), definition_msgid=N_("谋划项目的总投资相加"),
                amount=ReserveItem.planned_wan, measure=Measure.WAN, unit_word=N_("万元")),
        _STARTED,
        replace(_STARTED, key="completions", msgid=N_("建成项目"), days="completed",
                definition_msgid=N_("重点项目中“建成”节点在这段时间完成的，按责任单位计")),
        _RECLAIMED,
        _TYPED,
    )
}  # fmt: skip

# What a district counts for itself need not be projects.
UNIT_WORDS = {
    Measure.WAN: N_("万元"),
    Measure.USD: N_("万美元"),
    Measure.COUNT: N_("项"),
    Measure.MU: N_("亩"),
}


def of_own(own: OwnIndicator) -> Indicator:
    fixed: tuple[tuple[str, str], ...] = (("indicator", own.key),)
    if not own.by_unit:
        fixed += (("unit", "none"),)
    return replace(
        _TYPED, key=own.key, msgid=own.name, definition_msgid=own.definition, fixed=fixed, measure=own.measure,
        unit_word=UNIT_WORDS[own.measure], by_unit=own.by_unit,
        all_seen=None if own.by_unit else lambda user: True,
    )  # fmt: skip


def find(key: str) -> Indicator | None:
    if key in CATALOGUE:
        return CATALOGUE[key]
    own = queries.own(key)
    return of_own(own) if own else None


def of_value(value: TypedValue) -> Indicator:
    """What a typed figure is a figure of."""
    return of_own(value.own_indicator) if value.own_indicator else CATALOGUE[value.indicator]


def every(user: User) -> Sequence[Indicator]:
    """Those that this user may see, in their order."""
    known = [one for one in CATALOGUE.values() if one.may_see(user)]
    return [*known, *(of_own(own) for own in queries.owns() if user.may(VALUES.view_permission))]


def choices(user: User) -> list[tuple[str, str]]:
    return [(one.key, one.label) for one in every(user)]
