"""The one table of `make bench`: whatever a command found, in lines that can stand under one another."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

WHERE = "BENCH_LINES"  # the file that a command adds its lines to, when it is one of the lot


@dataclass(frozen=True)
class Line:
    """`times`: how many times `what_of` it takes, in the same run; a blank where a figure makes no sense."""

    what: str
    p50_ms: float | None = None
    p95_ms: float | None = None
    longest_ms: float | None = None
    per_second: float | None = None
    mib: float | None = None  # at most, over what the process had before
    times: float | None = None
    what_of: str = ""


def add(line: Line) -> None:
    if path := os.environ.get(WHERE):
        with Path(path).open("a", encoding="utf-8") as file:
            file.write(json.dumps(asdict(line), ensure_ascii=False) + "\n")


def read(path: Path) -> list[Line]:
    return (
        [Line(**json.loads(text)) for text in path.read_text("utf-8").splitlines()] if path.exists() else []
    )


def show(lines: Iterable[Line]) -> str:
    heads = ("p50 ms", "p95 ms", "longest", "rows/s", "MiB more", "times")
    shown = [f"{'':50}" + "".join(f"{head:>10}" for head in heads)]
    for line in lines:
        figures = (line.p50_ms, line.p95_ms, line.longest_ms, line.per_second, line.mib, line.times)
        shown.append(f"{line.what:50}" + "".join(map(_figure, figures)) + f"  {line.what_of}")
    return "\n".join(shown)


def _figure(value: float | None) -> str:
    if value is None:
        return " " * 10
    return f"{value:10,.0f}" if value >= 100 else f"{value:10.1f}"
