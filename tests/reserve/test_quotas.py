"""「每个乡镇(街道)力争每年谋划出一个5000万以上的重大投资项目」: “以上”含本数."""

from __future__ import annotations

from decimal import Decimal

import pytest

from crm.reserve.models import name_key
from crm.reserve.quotas import Meter, Quota, Verdict, verdict

TOWN, DEPARTMENT = Quota(Decimal(5_000)), Quota(Decimal(10_000))


@pytest.mark.parametrize(
    ("quota", "amounts", "met"),
    [
        (TOWN, [5_200], True),
        (TOWN, [3_500], False),
        (TOWN, [5_000], True),
        (TOWN, ["4999.99", None], False),
        (TOWN, [], False),
        (DEPARTMENT, [10_500], True),
        (DEPARTMENT, [9_000, 9_000], False),
        (Quota(Decimal(5_000), 2), [6_000, 5_000], True),
        (Quota(Decimal(5_000), 2), [60_000], False),
    ],
)
def test_one_project_of_at_least_so_much(quota: Quota, amounts: list[object], met: bool) -> None:
    assert quota.reached_by(None if one is None else Decimal(str(one)) for one in amounts) is met


def test_a_unit_without_a_quota_has_no_verdict() -> None:
    assert [verdict(None, 3), verdict(TOWN, 0), verdict(TOWN, 1)] == [
        Verdict.NONE,
        Verdict.NOT_MET,
        Verdict.MET,
    ]
    meter = Meter(48, 100)
    assert (meter.lacking, meter.verdict, Meter(31, 30).lacking, Meter(30, 30).verdict) == (
        52,
        Verdict.NOT_MET,
        0,
        Verdict.MET,
    )


@pytest.mark.parametrize(
    "name",
    [
        "衢化片区（新材料）产业园",
        "衢化片区 新材料 产业园",
        "衢化片区(新材料)產業園",
        "衢化片区·新材料·产业园",
    ],
)
def test_one_name_however_it_is_written(name: str) -> None:
    assert name_key(name) == name_key("衢化片区新材料产业园")
