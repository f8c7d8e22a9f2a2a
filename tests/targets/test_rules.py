"""五明确, and parts that add up."""

from __future__ import annotations

from decimal import Decimal
from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from crm.targets.clear import Clear, lacking
from crm.targets.parts import gap


def test_a_task_says_all_five_or_lacks_what_it_does_not() -> None:
    for said in product(("", "写明了", "  \n"), repeat=4):
        for person in (None, 7):
            told = dict(zip(("goal", "focus", "measures", "schedule"), said, strict=True))
            missing = [one for one, text in zip(Clear, said, strict=False) if not text.strip()]
            assert lacking(**told, person=person) == missing + ([Clear.PERSON] if person is None else [])


@settings(max_examples=50, deadline=None)
@given(st.lists(st.integers(0, 10**8), min_size=1, max_size=8), st.integers(-(10**4), 10**4))
def test_the_gap_is_what_the_parts_are_short_of_the_whole(hundredths: list[int], short: int) -> None:
    parts = [Decimal(one) / 100 for one in hundredths]
    assert gap(sum(parts, Decimal(0)) + short, parts) == short


def test_what_is_not_split_has_no_gap() -> None:
    assert gap(Decimal(5), []) == 0
