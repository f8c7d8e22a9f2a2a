"""The bench itself: what it measures is right, and nobody drops out of its table unseen."""

from __future__ import annotations

import os
import random
import sys
from collections import Counter
from itertools import combinations
from pathlib import Path

import pytest

from crm.dedup import normalise
from crm.dedup.record import COLUMNS
from tests.bench.dedup import families, invented, lists, quality, rules, stopwatch
from tests.bench.dedup.__main__ import PEERS, TOOLS, Line, main, table


def by_hand(homes: list[int], truth: list[str]) -> tuple[float, float, float]:
    """Precision, recall and B-cubed F1, straight from their definitions."""
    every = list(combinations(range(len(truth)), 2))
    found = {pair for pair in every if homes[pair[0]] == homes[pair[1]]}
    true = {pair for pair in every if truth[pair[0]] == truth[pair[1]]}
    shares = []
    for at in range(len(truth)):
        mates = {other for other in range(len(truth)) if homes[other] == homes[at]}
        kin = {other for other in range(len(truth)) if truth[other] == truth[at]}
        shares.append((len(mates & kin) / len(mates), len(mates & kin) / len(kin)))
    pure, whole = (sum(column) / len(shares) for column in zip(*shares, strict=True))
    right = len(found & true)
    return (
        right / len(found) if found else 1,
        right / len(true) if true else 1,
        2 * pure * whole / (pure + whole),
    )


@pytest.mark.parametrize("seed", range(5))
def test_quality_is_what_its_definition_says(seed: int):
    dice = random.Random(seed)
    homes = [dice.randrange(12) for _ in range(40)]
    truth = [f"k{dice.randrange(12)}" for _ in range(40)]
    got = quality.of_clusters(homes, truth)
    assert (got.precision, got.recall, got.b_cubed) == pytest.approx(by_hand(homes, truth))


@pytest.mark.parametrize("seed", range(5))
def test_no_threshold_does_better_than_the_best(seed: int):
    dice = random.Random(seed)
    truth = [f"k{dice.randrange(12)}" for _ in range(30)]
    pairs = [
        (one, two, round(dice.random() + (truth[one] == truth[two]), 1))
        for one, two in combinations(range(30), 2)
        if dice.random() < 0.3
    ]
    best, at = quality.at_best_threshold(iter(pairs), truth)
    tried = {}
    for threshold in {score for _one, _two, score in pairs}:
        home = list(range(30))
        for one, two, score in pairs:
            if score >= threshold:
                old, new = home[one], home[two]
                home = [new if where == old else where for where in home]
        tried[threshold] = quality.of_clusters(home, truth).f1
    assert best.f1 == pytest.approx(max(tried.values())) == pytest.approx(tried[at])


def test_invented_lists_are_the_same_each_time_and_can_be_read():
    for kind, fields in (("enterprises", invented.ENTERPRISES), ("people", invented.PEOPLE)):
        rows = list(invented.rows(kind, 500, 7))
        assert rows == list(invented.rows(kind, 500, 7)) != list(invented.rows(kind, 500, 8))
        assert rows[0] == ["rec_id", "cluster_id", *fields]
        assert [row[0] for row in rows[1:]] == [str(number) for number in range(1, 501)]
        sizes = Counter(row[1] for row in rows[1:])
        assert sizes.most_common(1)[0][1] <= 5 and 200 < len(sizes) < 400
    known = {word for words in COLUMNS.values() for word in words}
    assert set(invented.ENTERPRISES) - {"source"} <= known


def test_a_tool_that_fails_or_does_not_end_is_said_to(tmp_path: Path):
    def run(code: str, limit: float = 20) -> stopwatch.Run:
        return stopwatch.run(
            [sys.executable, "-c", code], limit_seconds=limit, folder=tmp_path, environment=os.environ
        )

    assert run("raise SystemExit('no such column')").failure == "no such column"
    assert "-9" in run("import os; os.kill(os.getpid(), 9)").failure
    endless = run("while True: pass", 1.0)
    assert endless.failure == "not done after 1 s" and endless.cpu_seconds > 0
    good = run(
        "import subprocess, sys; subprocess.run([sys.executable, '-c',"
        "'import time; held = bytearray(90_000_000); [i for i in range(6_000_000)]; time.sleep(.8)'])"
    )
    assert not good.failure and good.cpu_seconds > 0.1 and 90 < good.peak_mb < 600


def test_a_failure_stands_in_the_table():
    run = stopwatch.Run(900.0, 800.0, 9000.0, "not done after 900 s")
    assert "| splink | **not done after 900 s** |" in list(table(Path("x.csv"), 3, [Line("splink", run)]))[-1]


def test_whole_clusters_keep_every_row_of_theirs():
    rows = [{"rec_id": str(at), "cluster_id": str(at % 7), "name": ""} for at in range(70)]
    chosen = lists.whole_clusters(rows, 25)
    assert len(chosen) == 30 and set(Counter(row["cluster_id"] for row in chosen).values()) == {10}


def test_the_rules_put_exact_agreement_together_and_nothing_else():
    rows = [
        {"rec_id": "1", "name": "衢州澄澜轴承有限公司", "phone": "13400000001", "uscc": ""},
        {"rec_id": "2", "name": "衢州澄瀾軸承公司", "phone": "", "uscc": ""},
        {"rec_id": "3", "name": "某某", "phone": "+86 134 0000 0001", "uscc": ""},
        {"rec_id": "4", "name": "某某轴承", "phone": "", "uscc": ""},
    ]
    assert [pair[:2] for pair in rules.pairs("exact-name", rows)] == [("1", "2")]
    assert [pair[:2] for pair in rules.pairs("name-code-or-phone", rows)] == [("1", "2"), ("1", "3")]


def test_the_bench_runs_without_the_peers(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    source = invented.write(tmp_path / "small.csv.gz", "enterprises", 300, 7)
    assert main([str(source), "--only", "exact-name,ours"]) == 0
    shown = capsys.readouterr().out
    assert "small.csv.gz: 300 rows" in shown
    f1 = {
        line.split("|")[1].strip(): float(line.split("|")[4]) for line in shown.split("\n") if "| 0." in line
    }
    assert f1["ours"] > f1["exact-name"] > 0


def test_every_peer_has_its_program():
    assert set(PEERS) < set(TOOLS)
    programs = {path.name for path in (Path(__file__).parent / "dedup" / "peers").glob("*_*.py")}
    assert programs == set(PEERS.values())


@pytest.mark.parametrize("kind", ["enterprises", "people"])
@pytest.mark.parametrize("family", families.FAMILIES)
def test_a_family_is_the_same_for_the_same_seed_and_damaged_in_its_own_way(family: str, kind: str):
    rows = list(invented.rows(kind, 300, 5, family))
    assert rows == list(invented.rows(kind, 300, 5, family))
    assert rows[1:] != list(invented.rows(kind, 300, 6, family))[1:]
    assert len(rows) == 301
    labels = Counter(row[1] for row in rows[1:])
    assert 100 < len(labels) < 300  # some are written once, some again
    assert all(row[2] for row in rows[1:])


def test_no_family_has_the_invented_trade_names_of_another():
    made: dict[str, set[str]] = {}
    for family in families.FAMILIES:
        scribe = families.FamilyScribe(3, family)
        made[family] = {scribe.brand() for _turn in range(400)} - normalise.common_brands()
    assert all(len(brands) > 100 for brands in made.values())
    for one, other in combinations(made.values(), 2):
        assert not one & other
