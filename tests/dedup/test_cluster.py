"""Whole lists."""

from __future__ import annotations

import marshal
import random
import time
from collections import Counter
from pathlib import Path

import pytest

from crm.dedup import Record, cluster, compare
from crm.dedup.candidates import candidate_pairs
from crm.dedup.evaluate import Quality, quality
from crm.dedup.nouns import ENTERPRISES
from crm.dedup.profile import profile_of
from crm.dedup.tables import read_records

LABELLED = Path(__file__).parent / "labelled.csv"


@pytest.fixture(scope="module")
def labelled() -> tuple[list[Record], list[str]]:
    return read_records(LABELLED, labels=True)


def test_families_with_sisters_branches_and_namesakes_come_apart(labelled):
    records, truth = labelled
    measured = quality(cluster(records), truth)
    assert measured.precision >= 0.96
    assert measured.f1 >= 0.95


def test_both_directions_of_a_pair_weigh_the_same(labelled):
    records, _truth = labelled
    profiles = [profile_of(record) for record in records]
    for one, other in sorted(candidate_pairs(profiles, ENTERPRISES)):
        there, back = compare(records[one], records[other]), compare(records[other], records[one])
        assert (there.verdict, there.score) == (back.verdict, back.score)


def test_candidates_hold_nearly_all_true_pairs_and_stay_few(labelled):
    records, truth = labelled
    pairs = candidate_pairs([profile_of(record) for record in records], ENTERPRISES)
    true = {(i, j) for i in range(len(truth)) for j in range(i + 1, len(truth)) if truth[i] == truth[j]}
    assert len(true & pairs) >= 0.985 * len(true)
    assert len(pairs) <= 6 * len(records)


def test_the_order_of_rows_changes_nothing(labelled):
    records, _truth = labelled
    expected = dict(zip((record.id for record in records), cluster(records), strict=True))
    shuffled = records[:]
    for seed in (1, 2):
        random.Random(seed).shuffle(shuffled)
        again = cluster([Record(r.name, r.id, r.former_names, r.uscc, r.region, r.industry, r.legal_rep, r.contacts,
                                r.phones, r.address, r.chamber) for r in shuffled])  # fmt: skip
        assert dict(zip((record.id for record in shuffled), again, strict=True)) == expected


def test_no_cluster_holds_two_valid_codes_or_two_branch_marks(labelled):
    records, _truth = labelled
    codes: dict[str, set[str]] = {}
    marks: dict[str, set[str]] = {}
    for record, home in zip(records, cluster(records), strict=True):
        profile = profile_of(record)
        marks.setdefault(home, set()).add(profile.branch)
        if profile.code_ok:
            codes.setdefault(home, set()).add(profile.organisation)
    assert max(map(len, codes.values())) == 1
    assert max(map(len, marks.values())) == 1


def test_a_chain_cannot_join_two_codes():
    one, other = "91330182MA42HB9W8Y", "91330110MA5ETGJL30"
    shared = {"phones": "13800001111", "region": "上海", "legal_rep": "沈予安"}
    records = [
        Record("上海衢澜精密机械有限公司", id="1", uscc=one, **shared),
        Record("上海衢澜精密机械有限公司", id="2", **shared),
        Record("上海衢澜精密机械有限公司", id="3", uscc=other, **shared),
    ]
    homes = cluster(records)
    assert homes[0] != homes[2]
    assert len(set(homes)) == 2


def test_a_thousand_copies_are_one_cluster_and_quick():
    records = [
        Record("温州兰景服饰有限公司", id=str(n), phones="13800001111", region="温州") for n in range(1000)
    ]
    started = time.process_time()
    assert set(cluster(records)) == {"0"}
    assert time.process_time() - started < 5


def test_one_phone_shared_by_all_does_not_grow_quadratically():
    brands = "衡岳澜屿柯烂弈石溪岩峰澄晖朗煜泽"

    def pairs(count: int) -> int:
        rows = [
            Record(
                f"{brands[n % 16]}{brands[n // 16 % 16]}{brands[n // 256 % 16]}贸易有限公司",
                id=n,
                phones="057188880000",
            )
            for n in range(count)
        ]
        return len(candidate_pairs([profile_of(row) for row in rows], ENTERPRISES))

    small, large = pairs(500), pairs(4000)
    assert large <= 8 * small * 2.5
    assert large <= 4000 * 40


def test_nothing_and_nameless_rows():
    assert cluster([]) == []
    assert (
        len(set(cluster([Record("", id="a"), Record("  ", id="b", phones="1"), Record("有限公司", id="c")])))
        == 3
    )


def test_quality_counts_pairs():
    measured = quality(["a", "a", "a", "b"], ["x", "x", "y", "y"])
    assert measured == Quality(found=3, right=1, true=2)
    assert (round(measured.precision, 3), measured.recall, round(measured.f1, 3)) == (0.333, 0.5, 0.4)
    assert quality(["a", "b"], ["x", "y"]).f1 == 1.0


def test_clusters_are_named_by_their_smallest_id():
    rows = [
        Record("上海衢澜精密机械有限公司", id=i, phones="13800001111", region="上海")
        for i in ("M10", "M9", "M2")
    ]
    rows[1].name = "上海衢澜精密机械公司"
    assert Counter(cluster(rows)) == {"M2": 3}


def test_a_profile_survives_packing(labelled):
    records, _truth = labelled
    for record in records:
        profile = ENTERPRISES.profile(record)
        there = marshal.loads(marshal.dumps(ENTERPRISES.packed(profile)))
        back = ENTERPRISES.unpacked(there)
        assert ENTERPRISES.packed(back) == there
        assert list(ENTERPRISES.sightings(back)) == list(ENTERPRISES.sightings(profile))
        assert ENTERPRISES.levels(back, profile, ENTERPRISES.around([])) == ENTERPRISES.levels(
            profile, back, ENTERPRISES.around([])
        )
