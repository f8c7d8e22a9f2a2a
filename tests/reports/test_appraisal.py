"""年考核: points of an item, and of a unit over what it has targets for."""

from decimal import Decimal as D

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm.reports.appraisal import FIRST, Item, Scheme, item_score, unit_score

SCHEME = Scheme(1, (Item("a", 60), Item("b", 40)), 120)


@pytest.mark.parametrize(
    ("value", "target", "points"),
    [("5", "10", "50.00"), ("10", "10", "100.00"), ("11", "10", "110.00"), ("30", "10", "120.00"), ("0", "10", "0.00"),
     ("1", "3", "33.33"), ("5", "0", None), ("5", None, None)],
)  # fmt: skip
def test_an_item_is_its_result_against_its_target_up_to_the_cap(value, target, points):
    found = item_score(D(value), D(target) if target else None, 120)
    assert found == (D(points) if points else None)


@pytest.mark.parametrize(
    ("scores", "total"),
    [({"a": D(100), "b": D(50)}, "80.00"), ({"a": D(100)}, "100.00"), ({"b": D(50)}, "50.00"), ({}, None),
     ({"a": None, "b": D(10)}, "10.00"), ({"a": D(0), "b": D(0)}, "0.00"), ({"c": D(90)}, None)],
)  # fmt: skip
def test_what_a_unit_has_no_target_for_counts_neither_way(scores, total):
    assert unit_score(SCHEME, scores) == (D(total) if total else None)


@given(st.dictionaries(st.sampled_from("ab"), st.decimals(0, 120, places=2)))
@settings(suppress_health_check=[HealthCheck.too_slow])
def test_a_total_lies_between_its_least_and_its_best_item(scores):
    total = unit_score(SCHEME, scores)
    assert (total is None) == (not scores)
    if total is not None:
        assert min(scores.values()) - D("0.01") <= total <= max(scores.values()) + D("0.01")


def test_the_first_scheme_weighs_a_hundred():
    assert sum(one.weight for one in FIRST.items) == 100
    assert Scheme.of(1, 120, FIRST.plain()) == FIRST
