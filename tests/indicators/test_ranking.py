"""名次: one order of units and people, wherever they stand in one."""

from decimal import Decimal as D
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm.indicators.ranking import places


@pytest.mark.parametrize(
    ("standings", "told"),
    [
        ({"a": (D(9), None), "b": (D(10), None)}, {"b": 1, "a": 2}),
        ({"a": (D(900), D(10)), "b": (D(1), D(50))}, {"b": 1, "a": 2}),  # by the share, not by the amount
        ({"a": (D(900), None), "b": (D(0), D(0))}, {"b": 1, "a": 2}),  # who has a target is held to it
        ({"a": (D(1), D(50)), "b": (D(3), D(50)), "c": (D(9), D(40))}, {"b": 1, "a": 1, "c": 3}),
        ({"a": (D(2), None), "b": (D(2), None), "c": (D(1), None)}, {"a": 1, "b": 1, "c": 3}),
        ({"a": (D(50), D(120)), "b": (D(50), None)}, {"a": 1, "b": 2}),  # a figure is no share
        ({}, {}),
    ],
)  # fmt: skip
def test_by_the_share_of_the_target_where_there_is_one_else_by_the_figure(standings, told):
    assert list(places(standings).items()) == list(told.items())


STANDING = st.tuples(st.integers(0, 5).map(D), st.none() | st.integers(0, 4).map(D))


@given(st.dictionaries(st.sampled_from("abcdef"), STANDING))
@settings(max_examples=60)
def test_whoever_stands_ahead_has_no_less(standings):
    found = list(places(standings).items())
    assert [place for _who, place in found] == sorted(place for _who, place in found)
    assert {who for who, _place in found} == set(standings)
    for (one, at), (other, behind) in pairwise(found):
        (figure, share), (less, its_share) = standings[one], standings[other]
        assert its_share is None or (share is not None and share >= its_share)
        same = share == its_share and (share is not None or figure == less)
        assert (at == behind) is same
