"""python -m crm.dedup"""

from __future__ import annotations

import csv
import gzip
import io
import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from crm.dedup.__main__ import main
from crm.dedup.tables import write_rows

HERE = Path(__file__).parent
ROWS = (
    "rec_id,cluster_id,name,uscc,phone,region\n"
    "1,x,上海衢澜精密机械有限公司,,15400000001,上海\n"
    "2,x,上海衢澜精密机械公司,,154-0000-0001,上海\n"
    "3,y,温州瓯柯鞋业有限公司,,15400000031,温州\n"
)


def written(path: Path) -> dict[str, str]:
    raw = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    rows = list(csv.reader(raw.decode("utf-8").splitlines()))
    assert rows[0] == ["id", "cluster_id"]
    return {row[0]: row[1] for row in rows[1:]}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
@pytest.mark.parametrize(("source", "target"), [("in.csv", "out.csv"), ("in.csv.gz", "out.csv.gz")])
def test_cluster_reads_and_writes_csv_and_gz(tmp_path: Path, encoding: str, source: str, target: str):
    data = ROWS.encode(encoding)
    (tmp_path / source).write_bytes(gzip.compress(data) if source.endswith("gz") else data)
    assert main(["-q", "cluster", str(tmp_path / source), str(tmp_path / target)]) == 0
    homes = written(tmp_path / target)
    assert homes == {"1": "1", "2": "1", "3": "3"}
    assert not list(tmp_path.glob("*.part"))


def test_cluster_never_reads_the_labels_and_ignores_the_order_of_rows(tmp_path: Path):
    lines = (HERE / "labelled.csv").read_text(encoding="utf-8").splitlines()
    rows = list(csv.reader(lines))
    label = rows[0].index("cluster_id")
    first = tmp_path / "a.csv"
    first.write_text("\n".join(lines) + "\n", encoding="utf-8")
    with (tmp_path / "b.csv").open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle)
        writer.writerow(rows[0])
        for row in reversed(rows[1:]):
            writer.writerow([*row[:label], "same for all", *row[label + 1 :]])
    for name in ("a", "b"):
        assert main(["-q", "cluster", str(tmp_path / f"{name}.csv"), str(tmp_path / f"{name}.out.csv")]) == 0
    assert written(tmp_path / "a.out.csv") == written(tmp_path / "b.out.csv")


def test_evaluate_prints_the_measures(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    (tmp_path / "in.csv").write_text(ROWS, encoding="utf-8")
    assert main(["-q", "evaluate", str(tmp_path / "in.csv")]) == 0
    out = capsys.readouterr().out
    assert out.startswith("records 3  precision 1.0000  recall 1.0000  F1 1.0000  seconds ")
    assert "peak MB" in out


def test_train_writes_weights_that_can_be_read(tmp_path: Path):
    target = tmp_path / "weights.json"
    assert main(["-q", "train", str(HERE / "labelled.csv"), str(target)]) == 0
    table = json.loads(target.read_text(encoding="utf-8"))
    assert table["levels"]["phone"]["mobile"] > 0 > table["levels"]["phone"]["other"]


def test_a_name_column_and_nothing_else_is_enough(tmp_path: Path):
    (tmp_path / "in.csv").write_text("企业名称\n燕京啤酒\n燕京啤酒\n传化物流\n", encoding="utf-8")
    assert main(["-q", "cluster", str(tmp_path / "in.csv"), str(tmp_path / "out.csv")]) == 0
    assert written(tmp_path / "out.csv") == {"1": "1", "2": "1", "3": "3"}


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "the file is empty"),
        (b"\xef\xbb\xbf", "the file is empty"),
        (b"id,phone\n1,2\n", "row 1: no column for the name"),
        ("id,name\n1,甲\n1,乙\n".encode(), "row 3: id 1 stands in row 2 already"),
        ("id,name\n,甲\n".encode(), "row 2: the id is empty"),
        ("id,name\n1,甲,乙\n".encode(), "row 2: 1 cells more than the header has"),
        ("id,name\n1,甲\n2,衢州\n".encode("gbk"), "not UTF-8"),
        (gzip.compress(b"id,name\n1,a\n")[:-9], "gz file is damaged"),
    ],
    ids=["0 bytes", "only a mark", "no name", "id twice", "no id", "long row", "gbk", "cut gz"],
)
def test_a_bad_table_is_named_and_nothing_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], data: bytes, sentence: str
):
    source, target = tmp_path / "in.csv", tmp_path / "out.csv"
    source.write_bytes(data)
    assert main(["-q", "cluster", str(source), str(target)]) == 2
    assert sentence in capsys.readouterr().err
    assert not target.exists()


def test_no_such_file_and_no_labels(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["-q", "cluster", str(tmp_path / "none.csv"), str(tmp_path / "out.csv")]) == 2
    assert "no such file" in capsys.readouterr().err
    (tmp_path / "in.csv").write_text("id,name\n1,甲\n", encoding="utf-8")
    assert main(["-q", "evaluate", str(tmp_path / "in.csv")]) == 2
    assert "no column cluster_id" in capsys.readouterr().err


def test_odd_rows_survive(tmp_path: Path):
    odd = ["", "甲" * 10_000, "乙\0丙贸易", "😀😀", "‮浙江", "㐀䶮机械有限公司", '"引号,逗号"', " "]
    with (tmp_path / "in.csv").open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle)
        writer.writerow(["id", "name"])
        writer.writerows(enumerate(odd))
    assert main(["-q", "cluster", str(tmp_path / "in.csv"), str(tmp_path / "out.csv")]) == 0
    assert len(written(tmp_path / "out.csv")) == len(odd)


def test_workers_write_the_same_file(tmp_path: Path):
    for number in (1, 2):
        target = tmp_path / f"{number}.csv"
        assert main(["-q", "cluster", "--workers", str(number), str(HERE / "labelled.csv"), str(target)]) == 0
    assert (tmp_path / "1.csv").read_bytes() == (tmp_path / "2.csv").read_bytes()


def test_the_plan_says_what_to_merge_what_to_ask_and_what_to_link(tmp_path: Path):
    rows = (
        "rec_id,name,uscc,phone,region,address\n"
        "1,上海衢澜精密机械有限公司,,15400000001,上海,上海市嘉定区兰景路8号201室\n"
        "2,上海衢澜精密机械公司,,154-0000-0001,上海,\n"
        "3,温州瓯柯鞋业有限公司,,15400000031,温州,\n"
        "4,温州瓯柯鞋业有限公司瑞安分公司,,15400000031,温州,\n"
        "5,宁波朗煜塑料有限公司,,15400000077,宁波,\n"
        "6,朗煜塑料,,,,\n"
    )
    (tmp_path / "in.csv").write_text(rows, encoding="utf-8")
    paths = [str(tmp_path / name) for name in ("in.csv", "out.csv", "plan.csv")]
    assert main(["-q", "cluster", paths[0], paths[1], "--plan", paths[2]]) == 0
    with (tmp_path / "plan.csv").open(encoding="utf-8", newline="") as handle:
        plan = {row["members"]: row for row in csv.DictReader(handle)}
    assert plan["1 2"]["what"] == "merge"
    assert plan["1 2"]["survivor"] == "1"  # it says more
    assert "同手机" in plan["1 2"]["why"]
    assert plan["3 4"]["what"] == "related"
    assert "分支机构" in plan["3 4"]["why"]
    assert plan["5 6"]["what"] == "ask"
    homes = written(tmp_path / "out.csv")
    assert all(row["cluster"] == homes[members.split()[0]] for members, row in plan.items())


def test_explain_draws_names_and_rows_of_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["explain", "上海衢澜精密机械有限公司", "衢澜精密机械"]) == 0
    assert "字号与行业相同" in capsys.readouterr().out
    (tmp_path / "in.csv").write_text(ROWS, encoding="utf-8")
    assert main(["explain", "1", "2", "--in", str(tmp_path / "in.csv")]) == 0
    out = capsys.readouterr().out
    assert "SAME" in out and "同手机" in out and "█" in out
    sums = [float(line.split()[1]) for line in out.splitlines() if "│" in line]
    steps = [float(line.split()[0]) for line in out.splitlines() if "│" in line]
    assert sums[-1] == pytest.approx(sum(steps), abs=0.05)
    assert main(["explain", "1", "9", "--in", str(tmp_path / "in.csv")]) == 2
    assert "no row has the id 9" in capsys.readouterr().err


def test_bench_says_what_each_step_cost(capsys: pytest.CaptureFixture[str]):
    assert main(["-q", "bench", str(HERE / "labelled.csv")]) == 0
    out = capsys.readouterr().out
    assert [line.split()[0] for line in out.splitlines()] == [
        "parsing", "proposing", "weighing", "clustering", "all",
    ]  # fmt: skip
    assert "records 400" in out


def test_a_bar_is_drawn_on_a_terminal_and_lines_elsewhere(monkeypatch: pytest.MonkeyPatch):
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    drawn = {}
    for kind in (Terminal, io.StringIO):
        monkeypatch.setattr(sys, "stderr", drawn.setdefault(kind, kind()))
        assert main(["bench", "--records", "50"]) == 0
    assert "[####" in drawn[Terminal].getvalue()
    assert "parsing 50: " in drawn[io.StringIO].getvalue()


def test_bench_invents_firms_where_no_file_is_given(capsys: pytest.CaptureFixture[str]):
    assert main(["-q", "bench", "--records", "300"]) == 0
    out = capsys.readouterr().out
    assert "records 300" in out
    clusters = int(out.split("clusters ")[1])
    assert 150 < clusters < 300
    with pytest.raises(SystemExit):
        main(["bench", "--people"])


def test_a_row_that_is_not_utf8_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    good = "".join(f"{n},衢州第{n}纸业有限公司\n" for n in range(2, 3000)).encode()
    (tmp_path / "in.csv").write_bytes(b"id,name\n" + good + "3000,衢州\n".encode("gbk") + b"3001,a\n")
    assert main(["-q", "cluster", str(tmp_path / "in.csv"), str(tmp_path / "out.csv")]) == 2
    assert "row 3000: not UTF-8" in capsys.readouterr().err


def test_a_missing_column_is_no_error_and_a_short_row_is_blank_behind(tmp_path: Path):
    (tmp_path / "in.csv").write_text("id,name,phone\n1,传化物流\n2,传化物流,\n", encoding="utf-8")
    assert main(["-q", "cluster", str(tmp_path / "in.csv"), str(tmp_path / "out.csv")]) == 0
    assert written(tmp_path / "out.csv") == {"1": "1", "2": "1"}


def test_killed_in_the_middle_leaves_no_half_file(tmp_path: Path):
    target = tmp_path / "out.csv"
    lines = "".join(f"{n},衢州第{n}纸业有限公司\n" for n in range(20_000))
    (tmp_path / "in.csv").write_text("id,name\n" + lines, encoding="utf-8")
    command = [sys.executable, "-m", "crm.dedup", "-q", "cluster", str(tmp_path / "in.csv"), str(target)]
    run = subprocess.Popen(command, cwd=HERE.parents[1], stderr=subprocess.PIPE)
    with pytest.raises(subprocess.TimeoutExpired):
        run.wait(1.5)
    run.terminate()
    assert run.wait(120) != 0
    run.stderr.close()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.csv"]


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="looks for the workers in /proc")
def test_workers_do_not_outlive_who_started_them(tmp_path: Path):
    lines = "".join(f"{n},衢州第{n}纸业有限公司\n" for n in range(40_000))
    (tmp_path / "in.csv").write_text("id,name\n" + lines, encoding="utf-8")
    command = [sys.executable, "-m", "crm.dedup", "-q", "cluster", "--workers", "2"]
    run = subprocess.Popen(
        [*command, str(tmp_path / "in.csv"), str(tmp_path / "out.csv")], cwd=HERE.parents[1]
    )
    children: list[str] = []
    while len(children) < 2 and run.poll() is None:
        time.sleep(0.05)
        children = Path(f"/proc/{run.pid}/task/{run.pid}/children").read_text().split()
    time.sleep(0.5)  # they have read their orders
    run.kill()
    run.wait()
    ends = time.monotonic() + 60
    while any(Path(f"/proc/{child}/cmdline").exists() for child in children) and time.monotonic() < ends:
        time.sleep(0.2)
    assert len(children) == 2
    assert not [child for child in children if Path(f"/proc/{child}/cmdline").exists()]
    assert not (tmp_path / "out.csv").exists()


def test_what_fails_while_it_is_written_leaves_the_old_file(tmp_path: Path):
    target = tmp_path / "out.csv"
    target.write_text("as it was", encoding="utf-8")

    def rows():
        yield ("1", "1")
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        write_rows(target, ("id", "cluster_id"), rows())
    assert target.read_text(encoding="utf-8") == "as it was"
    assert [path.name for path in tmp_path.iterdir()] == ["out.csv"]


def test_the_core_loads_no_web_framework_no_database_and_no_numpy():
    code = (
        "import sys, crm.dedup, crm.dedup.__main__;"
        "print([m for m in ('flask', 'sqlalchemy', 'numpy', 'babel', 'werkzeug') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=HERE.parents[1]
    )
    assert done.stdout.strip() == "[]"
