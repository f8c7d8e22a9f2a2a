"""Our side of the report's table: each figure counted by the list that its link opens."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import partial

import sqlalchemy as sa
from werkzeug.datastructures import MultiDict

from crm.db import db
from crm.deals import lists as deal_lists
from crm.delivery import lists as project_lists
from crm.delivery import queries as projects
from crm.delivery.models import ListEntry
from crm.indicators import catalogue, counting
from crm.indicators import queries as indicators
from crm.indicators.models import FIXED_ASSETS
from crm.indicators.progress import Window, before, growth
from crm.land import queries as land
from crm.lib.words import _
from crm.lists.asked import select_for
from crm.lists.table import ListPage
from crm.org import demo
from crm.org.models import User
from crm.reports import counting as reports
from crm.reports import lists as report_lists
from crm.reserve import queries as reserve
from crm.reserve.quotas import Group
from crm.slips import queries as slips
from crm.web import display

from .rows import FIXED_2012_WAN, GROWTH, MONEY_GROWTH, ROWS, Row, growing, share

JUNE_30 = dt.date(2013, 6, 30)
YEAR = Window(dt.date(2013, 1, 1), dt.date(2013, 12, 31))
HALF = Window(dt.date(2013, 1, 1), JUNE_30)
CITY = "市重点"
PROVINCE = "省重点"
BUILDING = "区重点建设"
INDUSTRY = "区重点工业"
PEERS = "互看互学"
"""Lists of the demo district, by the kinds in its settings."""
HISTORY_NAME = "引进项目累计到位资金（2009—2012年）"
CITY_TOTAL, CITY_WAN = 329, Decimal(3_714_000)  # 「占全市 7.6%、6.3%」 leads to these
PROVINCE_TOTAL = 1000


Address = Callable[[], str]


@dataclass(frozen=True)
class Ours:
    """One figure of ours, whether it is what the report says (None: the report gives only a task), and where its rows
    are: an indicator's or a list's own `address`, or the page at `endpoint`."""

    text: str
    address: Address | None = None
    agrees: bool | None = None
    endpoint: str = ""


@dataclass(frozen=True)
class Line:
    row: Row
    ours: list[Ours]

    @property
    def agrees(self) -> bool | None:
        told = [one.agrees for one in self.ours if one.agrees is not None]
        return all(told) if told else None


def is_there(user: User) -> bool:
    """Only while the demo district is, and for who sees all of it."""
    return bool(demo.accounts()) and reports.sees_everything(user, ["paid_in", "signed_deals"])


def table(user: User) -> list[Line]:
    figures = _Figures(user)
    return [Line(row, list(getattr(figures, row.key)())) for row in ROWS]


def _url(page: ListPage, args: Iterable[tuple[str, str]]) -> Address:
    return partial(page.url, list(args))


class _Figures:
    """A method for each row of the report's table."""

    def __init__(self, user: User) -> None:
        self.user = user
        self.roll_ids = {roll.kind: roll.id for roll in projects.rolls(2013)}

    def _count(self, page: ListPage, args: list[tuple[str, str]]) -> int:
        rows = select_for(page, self.user, MultiDict(args)).order_by(None)
        return db.session.scalar(rows.with_only_columns(sa.func.count(sa.distinct(page.key)))) or 0

    def _rows(
        self, page: ListPage, args: list[tuple[str, str]], wanted: int | None = None, said: str = "%(n)s"
    ) -> Ours:
        n = self._count(page, args)
        return Ours(said % {"n": n}, _url(page, args), None if wanted is None else n == wanted)

    def _indicator(self, key: str, window: Window) -> tuple[Decimal, Address | None]:
        one = catalogue.find(key)
        assert one is not None
        value = counting.count(one, self.user, window).value
        return value, partial(one.url, window)

    def _projects(self, *args: tuple[str, str], wanted: int | None = None) -> Ours:
        return self._rows(project_lists.PAGE, list(args), wanted)

    def _on(self, kind: str) -> tuple[str, str]:
        return ("list", str(self.roll_ids.get(kind, 0)))

    # --- 固定资产投资 ---------------------------------------------------------------------------------------

    def fixed_2012(self) -> Iterable[Ours]:
        value, url = self._indicator(FIXED_ASSETS, Window(dt.date(2012, 1, 1), dt.date(2012, 12, 31)))
        yield Ours(display.wan(value), url, value == FIXED_2012_WAN)

    def fixed_half(self) -> Iterable[Ours]:
        value, url = self._indicator(FIXED_ASSETS, HALF)
        then, then_url = self._indicator(FIXED_ASSETS, before(HALF))
        more = growth(value, then)
        yield Ours(display.wan(value), url, value == 301_600)
        yield Ours(f"{more:+}%" if more is not None else "—", then_url, more == Decimal("25.8"))

    def fixed_goals(self) -> Iterable[Ours]:
        for years in (1, 2, 3):
            yield Ours(f"{2012 + years}: {display.wan(growing(FIXED_2012_WAN, years))}")
        yield Ours(_("翻一番 %(wan)s", wan=display.wan(FIXED_2012_WAN * 2)), agrees=False)

    def fixed_pace(self) -> Iterable[Ours]:
        value, url = self._indicator(FIXED_ASSETS, HALF)
        done = share(value, FIXED_2012_WAN * (1 + GROWTH))
        yield Ours(f"{done}%", url, done == Decimal("40.5"))
        yield Ours(_("下半年还要 %(wan)s", wan=display.wan(growing(FIXED_2012_WAN, 1) - value)))

    # --- deals and money ------------------------------------------------------------------------------------

    def _signed(self, first: str, last: str, least_wan: int | None = None, wanted: int | None = None) -> Ours:
        args = [("signed_from", first), ("signed_to", last)]
        if least_wan:
            args.append(("planned_from", str(least_wan)))
        return self._rows(deal_lists.PAGE, args, wanted)

    def ten_yi(self) -> Iterable[Ours]:
        yield self._signed("2009-01-01", "2013-06-30", 100_000, 6)

    def paid_in_all(self) -> Iterable[Ours]:
        half, url = self._indicator("paid_in", HALF)
        own = next((one for one in indicators.owns() if one.name == HISTORY_NAME), None)
        typed, typed_url = (
            self._indicator(own.key, Window(dt.date(2009, 1, 1), dt.date(2012, 12, 31)))
            if own
            else (Decimal(0), None)
        )
        total = half + typed
        yield Ours(_("2009 至 2012 年 %(wan)s", wan=display.wan(typed)), typed_url)
        yield Ours(_("2013 年上半年 %(wan)s", wan=display.wan(half)), url)
        yield Ours(display.wan(total), None, Decimal(700_000) <= total < Decimal(800_000))

    def paid_in(self) -> Iterable[Ours]:
        half, url = self._indicator("paid_in", HALF)
        yield Ours(display.wan(half), url)
        yield Ours(_("完成 %(share)s%%", share=share(half, Decimal(175_000))), url)
        for years in (1, 2):
            yield Ours(f"{2013 + years}: {display.wan(growing(Decimal(175_000), years, MONEY_GROWTH))}")

    def one_yi(self) -> Iterable[Ours]:
        yield self._signed("2013-01-01", "2013-06-30", 10_000)

    def large(self) -> Iterable[Ours]:
        yield self._signed("2013-01-01", "2013-06-30", 500_000)
        yield self._signed("2013-01-01", "2013-06-30", 100_000)

    def half_year(self) -> Iterable[Ours]:
        signed = self._signed("2013-01-01", "2013-06-30", None, 23)
        large = self._signed("2013-01-01", "2013-06-30", 50_000, 2)
        part = share(Decimal(large.text), Decimal(signed.text)) if signed.text != "0" else Decimal(0)
        yield from (signed, large, Ours(_("占 %(share)s%%", share=part)))

    # --- key projects ---------------------------------------------------------------------------------------

    def city_list(self) -> Iterable[Ours]:
        on = self._on(CITY)
        yield self._projects(on, wanted=25)
        planned = sa.select(sa.func.sum(sa.type_coerce(ListEntry.planned_wan, sa.BigInteger))).where(
            ListEntry.list_id == int(on[1]), sa.not_(ListEntry.is_dropped)
        )
        wan = Decimal(int(db.session.scalar(planned) or 0)) / 100
        yield Ours(display.wan(wan), _url(project_lists.PAGE, [on]), wan == 234_000)
        yield Ours(f"{share(Decimal(25), Decimal(CITY_TOTAL))}%，{share(wan, CITY_WAN)}%")

    def province_list(self) -> Iterable[Ours]:
        yield self._projects(self._on(PROVINCE), wanted=4)

    def _rate(self, *more: tuple[str, str], until: str = "2013-06-30") -> tuple[int, int]:
        new = [("built", "2013-new"), *more]
        whole = self._count(project_lists.PAGE, new)
        return self._count(project_lists.PAGE, [*new, ("started_to", until)]), whole

    def start_rate(self) -> Iterable[Ours]:
        there, whole = self._rate()
        new = [("built", "2013-new")]
        yield Ours(
            str(whole - there),
            _url(project_lists.PAGE, [*new, ("status", "not_started")]),
            whole - there == 15,
        )
        percent = share(Decimal(there), Decimal(whole)) if whole else Decimal(0)
        yield Ours(f"{there}/{whole} = {percent}%", _url(project_lists.PAGE, new), percent == Decimal("67.4"))

    def city_start_rate(self) -> Iterable[Ours]:
        on = self._on(CITY)
        there, whole = self._rate(on)
        percent = share(Decimal(there), Decimal(whole)) if whole else Decimal(0)
        yield Ours(
            f"{there}/{whole} = {percent}%",
            _url(project_lists.PAGE, [("built", "2013-new"), on]),
            percent == 75,
        )

    def others(self) -> Iterable[Ours]:
        return ()

    def august(self) -> Iterable[Ours]:
        for until, more, wanted in (
            ("2013-08-31", (), (37, 46)), ("2013-08-31", (self._on(CITY),), (16, 16)), ("2013-09-30", (), (46, 46)),
        ):  # fmt: skip
            there, whole = self._rate(*more)
            left = [("built", "2013-new"), ("status", "not_started"), ("starts_to", until), *more]
            there += self._count(project_lists.PAGE, left)
            percent = share(Decimal(there), Decimal(whole)) if whole else Decimal(0)
            yield Ours(
                f"{there}/{whole} = {percent}%", _url(project_lists.PAGE, left), (there, whole) == wanted
            )

    def under_way(self) -> Iterable[Ours]:
        yield self._projects(self._on(BUILDING), ("status", "building"), wanted=24)

    def lists(self) -> Iterable[Ours]:
        for kind, wanted in ((BUILDING, 37), (INDUSTRY, 29), (PEERS, 10)):
            yield self._projects(self._on(kind), wanted=wanted)

    # --- the rest -------------------------------------------------------------------------------------------

    def reclaimed(self) -> Iterable[Ours]:
        done = land.reclaimed(2013)
        at = "land.quotas"
        yield Ours(_("%(mu)s亩", mu=display.number(done.mu)), endpoint=at)
        yield Ours(_("任务的 %(a)s%%，力争的 %(b)s%%", a=done.of_task, b=done.of_stretch), endpoint=at)

    def reserve(self) -> Iterable[Ours]:
        found = reserve.progress(self.user, 2013)
        at = "reserve.progress"
        towns, departments = found.groups[Group.TOWNSHIP], found.groups[Group.DEPARTMENT]
        for meter in (found.planned, found.in_city, towns, departments):
            yield Ours(f"{meter.done}/{meter.task}", endpoint=at)

    def _rounds(self) -> int:
        return db.session.scalar(sa.select(sa.func.count()).select_from(slips.rounds().subquery())) or 0

    def rhythm(self) -> Iterable[Ours]:
        at = "slip_rounds.index"
        yield Ours(_("交办 %(n)s 轮", n=self._rounds()), endpoint=at)
        published = [("state", "published"), ("kind", "monthly")]
        yield self._rows(report_lists.PAGE, published, None, _("月通报 %(n)s 期"))
