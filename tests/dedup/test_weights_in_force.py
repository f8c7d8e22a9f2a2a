"""Which table the core weighs by: the shipped one, one put to use for the process, one on trial for a moment."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from importlib import resources

import pytest

from crm.dedup import Record, compare, scoring

A = Record(name="上海衢澜精密机械有限公司", phones=("15400000001",))
B = Record(name="上海衢澜精密机械公司", phones=("15400000001",))
SHIPPED = resources.files("crm.dedup").joinpath("weights.json").read_text("utf-8")


@pytest.fixture(autouse=True)
def shipped_again() -> Iterator[None]:
    yield
    scoring.use(None)


def colder() -> str:
    return json.dumps(json.loads(SHIPPED) | {"bias": -12.0})


def test_a_table_put_to_use_weighs_until_it_is_taken_back() -> None:
    before = compare(A, B).score
    scoring.use(colder())
    assert compare(A, B).score < before / 2
    scoring.use(None)
    assert compare(A, B).score == before


def test_a_table_on_trial_is_seen_by_nobody_else() -> None:
    before, seen = compare(A, B).score, []
    with scoring.trying(scoring.read_weights(colder())):
        assert compare(A, B).score < before / 2
        other = threading.Thread(target=lambda: seen.append(compare(A, B).score))
        other.start()
        other.join()
    assert seen == [before] and compare(A, B).score == before


def test_each_noun_has_a_table_of_its_own() -> None:
    before = compare(A, B).score
    scoring.use(colder(), "person")
    try:
        assert compare(A, B).score == before
    finally:
        scoring.use(None, "person")
