"""What the report says, figure by figure, and where its figures do not go together.

The report is the address of Kecheng's party secretary on the half year of 2013. `RECORDS`: our rows add up to it.
`STATISTIC`: published by others, typed here. `ARITHMETIC`: follows from other figures of the report alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from crm.lib.enums import Labelled
from crm.lib.words import N_


class Source(Labelled):
    RECORDS = "records", N_("由记录得出"), "good"
    STATISTIC = "statistic", N_("外部统计数"), "info"
    ARITHMETIC = "arithmetic", N_("由报告的数推算"), "neutral"


@dataclass(frozen=True)
class Row:
    """`said` is as the report prints it; `conflict` says with what it does not go together."""

    number: int
    key: str
    msgid: str
    period: str
    said: str
    source: Source
    conflict: str = ""


S = Source
ROWS = (
    Row(1, "fixed_2012", N_("全社会固定资产投资"), "2012", "59.55亿元", S.STATISTIC),
    Row(2, "fixed_half", N_("全社会固定资产投资，同比"), "2013-01 – 06", "30.16亿元，+25.8%", S.STATISTIC),
    Row(3, "fixed_goals", N_("固定资产投资年均增长四分之一、三年翻一番、投资超百亿"), "2013 – 2015", "25%，119.1亿元，100亿元", S.ARITHMETIC,
        N_("三个说法不相等：年均增长四分之一到 2015 年是 116.31 亿元，翻一番要 119.10 亿元；超百亿则 2015 年才到")),
    Row(4, "fixed_pace", N_("上半年占全年目标（59.55 亿元增长四分之一）"), "2013-06-30", "40.5%", S.ARITHMETIC),
    Row(5, "ten_yi", N_("引进 10 亿元以上项目"), "2009 – 2013-06", "6", S.RECORDS),
    Row(6, "paid_in_all", N_("引进项目累计到位资金"), "2009 – 2013-06", "70多亿元", S.RECORDS,
        N_("与第 7 行不合：按全年 17.5 亿元、年增两成倒推，前四年每年最多 14.58 亿元，四年最多 58.3 亿元，上半年要到位 11.67 亿元才够 70 亿元；大概是两种口径（全部项目与市外资金）")),
    Row(7, "paid_in", N_("招商引资实际到位资金（全年任务）"), "2013", "17.5亿元", S.RECORDS, N_("与第 6 行不合，见第 6 行")),
    Row(8, "one_yi", N_("引进亿元以上项目（全年任务）"), "2013", "8", S.RECORDS),
    Row(9, "large", N_("新引进 50 亿元以上、10 亿元以上项目（三年任务）"), "2013 – 2015", "2，6", S.RECORDS,
        N_("没有说 6 个里含不含 50 亿元以上的 2 个")),
    Row(10, "half_year", N_("引进各类项目，其中 5 亿元以上"), "2013-01 – 06", "23，2", S.RECORDS),
    Row(11, "city_list", N_("列入市重点的项目、年度计划投资"), "2013", "25，23.40亿元（占全市 7.6%、6.3%）", S.RECORDS),
    Row(12, "province_list", N_("列入省重点的项目"), "2013", "4（占全省 0.4%）", S.RECORDS),
    Row(13, "start_rate", N_("新建项目未开工、开工率"), "2013-06-30", "15，67.4%", S.RECORDS),
    Row(14, "city_start_rate", N_("市重点项目开工率"), "2013-06-30", "75%", S.RECORDS,
        N_("25 个项目的四分之三不是整数，分母只能是其中新建的 16 个")),
    Row(15, "others", N_("其他 5 个县（市、区）开工率最低的"), "2013-06-30", "90.9%", S.STATISTIC,
        N_("固定资产投资增速全市第一，开工率却低于其他县（市、区）中最低的一个")),
    Row(16, "august", N_("8 月开工 6 个、三季度全部开工以后的开工率"), "2013-08 – 09", "80.4%，16/16，46/46", S.RECORDS),
    Row(17, "under_way", N_("“石华线、区委党校培训中心等24个在建项目”"), "2013-07", "24", S.RECORDS,
        N_("与第 13 行不合：已开工的新建项目就有 31 个，在建不会只有 24 个；24 恰好是 37 个重点建设项目减去未开工的 13 个")),
    Row(18, "lists", N_("重点建设、重点工业、互看互学项目"), "2013", "37，29，10", S.RECORDS),
    Row(19, "reclaimed", N_("垦造耕地任务、力争"), "2013", "6500亩，8500亩", S.RECORDS),
    Row(20, "reserve", N_("全年谋划项目、列入市级储备库，一镇一个、一部门一个"), "2013", "100，30，每单位 1", S.RECORDS,
        N_("各单位的任务加起来远少于 100 个，其余的没有说由谁谋划")),
    Row(21, "rhythm", N_("交办半月一次、通报每月一次"), "2013", "半月，月", S.RECORDS),
)  # fmt: skip

FIXED_2012_WAN = Decimal(595_500)
GROWTH = Decimal("0.25")
MONEY_GROWTH = Decimal("0.20")  # 「实现招商引资到位资金年均增长20%以上」
TENTH = Decimal("0.1")


def growing(base: Decimal, years: int, rate: Decimal = GROWTH) -> Decimal:
    """`base` after so many years, two decimals."""
    return (base * (1 + rate) ** years).quantize(Decimal("0.01"), ROUND_HALF_UP)


def share(part: Decimal, whole: Decimal) -> Decimal:
    return (100 * part / whole).quantize(TENTH, ROUND_HALF_UP)
