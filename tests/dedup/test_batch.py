"""Lists of any size: the same clusters whatever the rows' order, the number of processes and the library."""

from __future__ import annotations

import os
import signal
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm.dedup import Record
from crm.dedup.batch import Crew, Stopped, cluster
from crm.dedup.candidates import candidate_pairs
from crm.dedup.nouns import ENTERPRISES
from crm.dedup.portions import number_of, numbers_of
from crm.dedup.profile import profile_of
from crm.dedup.sharing import BLOCK, NEAREST
from crm.dedup.tables import read_records

LABELLED = Path(__file__).parent / "labelled.csv"
CHARACTERS = "衡岳澜屿柯烂弈石溪岩峰澄晖朗煜泽"


def fresh(record: Record) -> Record:
    return Record(**{each.name: getattr(record, each.name) for each in fields(Record) if each.init})


def many(count: int, **shared: str) -> list[Record]:
    """Firms whose 字号 differ in one to three characters."""
    return [
        Record(
            f"{CHARACTERS[n % 16]}{CHARACTERS[n // 16 % 16]}{CHARACTERS[n // 256 % 16]}贸易有限公司",
            id=n,
            **shared,
        )
        for n in range(count)
    ]


@pytest.fixture(scope="module")
def rows() -> list[Record]:
    return read_records(LABELLED)[0]


@pytest.mark.parametrize(
    "shared", [{}, {"phones": "057188880000"}, {"region": "温州", "legal_rep": "沈予安"}]
)
def test_arrays_propose_the_same_pairs_as_plain_python(rows: list[Record], shared: dict[str, str]):
    profiles = [profile_of(record) for record in (*rows, *many(700, **shared))]
    plain = candidate_pairs(profiles, ENTERPRISES, arrays=False)
    assert plain == candidate_pairs(profiles, ENTERPRISES, arrays=True)
    assert len(plain) > len(rows)


def test_a_list_without_keys_has_no_pairs():
    profiles = [profile_of(Record("", id=n)) for n in range(3)]
    for arrays in (False, True):
        assert candidate_pairs(profiles, ENTERPRISES, arrays) == set()
        assert candidate_pairs([], ENTERPRISES, arrays) == set()


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("arrays", [False, True])
def test_neither_processes_nor_arrays_change_the_clusters(rows: list[Record], workers: int, arrays: bool):
    expected = cluster([fresh(row) for row in rows], arrays=False)
    assert len(set(expected)) < len(rows)
    assert cluster([fresh(row) for row in rows], workers=workers, arrays=arrays) == expected


@given(st.lists(st.text(alphabet=st.characters(codec=None))))
def test_numbers_of_texts_are_those_of_each(texts: list[str]):
    assert numbers_of(texts) == {number_of(text) for text in texts}
    assert all(0 <= number < 2**61 for number in numbers_of(texts))


def test_where_processes_cannot_be_forked_they_are_started_anew(rows: list[Record], monkeypatch):
    expected = cluster([fresh(row) for row in rows[:120]])
    monkeypatch.setattr("multiprocessing.get_all_start_methods", lambda: ["spawn"])
    assert cluster([fresh(row) for row in rows[:120]], workers=2) == expected


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_neither_order_nor_copies_of_rows_change_the_clusters(rows: list[Record], data: st.DataObject):
    some = rows[:80]
    expected = dict(zip((row.id for row in some), cluster([fresh(row) for row in some]), strict=True))
    order = data.draw(st.permutations(some))
    copies = [fresh(row) for row in data.draw(st.lists(st.sampled_from(some), max_size=5))]
    for number, copy in enumerate(copies):
        copy.id = f"{copy.id}-copy-{number}"
    homes = cluster([*map(fresh, order), *copies])
    assert dict(zip((row.id for row in order), homes, strict=False)) == expected
    for copy, home in zip(copies, homes[len(order) :], strict=True):
        assert home == expected[copy.id.split("-copy-")[0]]


@pytest.mark.parametrize("shared", [{"phones": "057188880000"}, {"legal_rep": "沈予安", "region": "温州"}])
def test_what_all_share_costs_no_more_than_what_ten_share(shared: dict[str, str]):
    for count in (BLOCK, 500, 4000):
        pairs = candidate_pairs([profile_of(row) for row in many(count, **shared)], ENTERPRISES)
        assert len(pairs) <= NEAREST * count


def test_one_name_on_every_row_is_weighed_in_proportion_to_the_rows():
    def weighed(count: int) -> int:
        asked = 0

        def levels(a: Any, b: Any, around: Any) -> list[tuple[str, str]]:
            nonlocal asked
            asked += 1
            return ENTERPRISES.levels(a, b, around)

        rows = [
            Record("温州兰景服饰有限公司", id=n, phones=f"138{n:08}", address=f"兰景路{n}号")
            for n in range(count)
        ]
        cluster(rows, noun=replace(ENTERPRISES, levels=levels))
        return asked

    small, large = weighed(200), weighed(2000)
    assert 0 < large <= 10 * small * 1.2


def test_a_worker_that_is_killed_is_reported_and_not_waited_for():
    with pytest.raises(Stopped, match="memory"), Crew(2, None) as crew:
        list(crew.each(_end_yourself, range(8)))


def _end_yourself(_context: None, _portion: int) -> None:
    os.kill(os.getpid(), signal.SIGKILL)
