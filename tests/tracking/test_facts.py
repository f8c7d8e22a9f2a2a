"""How complete a record is, and what it lacks."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.tracking import facts
from crm.tracking.facts import EVERY_MASK, WEIGHTS, Band, Fact

MASKS = st.integers(0, EVERY_MASK - 1)


def test_the_weights_of_all_facts_are_a_hundred() -> None:
    assert sum(WEIGHTS.values()) == 100 and set(WEIGHTS) == set(Fact)


@pytest.mark.parametrize(
    ("missing", "is_firm", "score"),
    [
        ([], True, 100),
        ([Fact.PHONE], True, 85),
        ([Fact.PHONE, Fact.CONTACT, Fact.USCC], True, 60),
        (list(Fact), True, 0),
        ([], False, 100),
        ([Fact.PHONE], False, 78),  # 55 of 70
        ([one for one in Fact if one not in facts.OF_FIRMS], False, 0),
    ],
)
def test_the_score_is_the_weight_of_what_is_known(missing: list[Fact], is_firm: bool, score: int) -> None:
    assert facts.score(facts.mask(missing), is_firm) == score


@given(MASKS, st.booleans())
def test_a_hundred_is_only_said_of_what_lacks_nothing(lacks: int, is_firm: bool) -> None:
    asked = facts.mask(facts.asked_of(is_firm))
    score = facts.score(lacks & asked, is_firm)
    assert 0 <= score <= 100 and (score == 100) == (lacks & asked == 0)
    assert score in facts.band_of(score).scores


@given(st.sets(st.sampled_from(list(Fact))))
def test_a_mask_says_what_it_was_made_of_the_weightiest_first(missing: set[Fact]) -> None:
    told = facts.missing(facts.mask(missing))
    assert set(told) == missing
    assert [WEIGHTS[one] for one in told] == sorted((WEIGHTS[one] for one in told), reverse=True)


@given(MASKS, st.sampled_from(list(Fact)))
def test_a_mask_is_among_those_of_each_fact_it_lacks(lacks: int, fact: Fact) -> None:
    assert (lacks in facts.masks_lacking(fact)) == (fact in facts.missing(lacks))


def test_the_bands_hold_every_score_once() -> None:
    assert sorted(score for band in Band for score in band.scores) == list(range(101))
