"""The regions that a setting names."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.partners import areas

USUAL = "杭州、宁波、温州、台州、余杭"


def test_a_region_inside_another_stands_behind_it() -> None:
    found, unknown = areas.read(USUAL)
    assert [(one.code, one.name, one.inside) for one in found] == [
        ("3301", "杭州", False), ("330110", "余杭", True), ("3302", "宁波", False), ("3303", "温州", False),
        ("3310", "台州", False),
    ]  # fmt: skip
    assert not unknown and found[1].label == "其中：余杭"


@pytest.mark.parametrize(
    ("text", "codes", "unknown"),
    [
        ("", [], []),
        ("余杭", ["330110"], []),
        ("杭州 宁波", ["3301", "3302"], []),
        ("杭州,宁波；杭州", ["3301", "3302"], []),
        ("浙江、杭州、余杭", ["33", "3301", "330110"], []),
        ("杭州、火星", ["3301"], ["火星"]),
    ],
)
def test_what_a_setting_says(text: str, codes: list[str], unknown: list[str]) -> None:
    found, strange = areas.read(text)
    assert [one.code for one in found] == codes and strange == unknown


@given(st.permutations(USUAL.split("、")))
def test_whatever_the_order_each_region_is_named_once(names: list[str]) -> None:
    found, _unknown = areas.read("、".join(names))
    assert sorted(one.name for one in found) == sorted(names)
    assert [one.name for one in found].index("余杭") == [one.name for one in found].index("杭州") + 1
