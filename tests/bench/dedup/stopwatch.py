"""A command as a process of its own: how long, how much work, how much memory, and whether it ended well."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_LOOK_EVERY_SECONDS = 0.2
_AT_FIRST_SECONDS = 0.03  # who is done in half a second would hardly be seen otherwise


@dataclass(frozen=True, slots=True)
class Run:
    """`failure` is "" or what went wrong. CPU and memory are those of the process and all below it."""

    wall_seconds: float
    cpu_seconds: float
    peak_mb: float
    failure: str = ""


def run(command: Sequence[str], *, limit_seconds: float, folder: Path, environment: Mapping[str, str]) -> Run:
    """Run to its end or to the limit; then the whole family is ended."""
    began = time.perf_counter()
    errors = folder / "stderr.txt"
    with errors.open("wb") as log:
        process = subprocess.Popen(
            command,
            stdout=log,
            stderr=log,
            stdin=subprocess.DEVNULL,
            env=dict(environment),
            cwd=folder,
            start_new_session=True,
        )
    peak_mb, cpu_seconds, status = 0.0, 0.0, None
    while True:
        peak_mb = max(peak_mb, _family_mb(process.pid))
        cpu_seconds = max(
            cpu_seconds, _family_cpu_seconds(process.pid)
        )  # some leave children that nobody waits for
        done, state, used = os.wait4(process.pid, os.WNOHANG)
        if done:
            status = os.waitstatus_to_exitcode(state)
            cpu_seconds = max(cpu_seconds, used.ru_utime + used.ru_stime)
            peak_mb = peak_mb or used.ru_maxrss / 1024  # without /proc: it counts what the fork brought along
            break
        elapsed = time.perf_counter() - began
        if elapsed > limit_seconds:
            os.killpg(process.pid, signal.SIGKILL)
            os.wait4(process.pid, 0)
            break
        time.sleep(_AT_FIRST_SECONDS if elapsed < 3 else _LOOK_EVERY_SECONDS)
    process.returncode = -signal.SIGKILL if status is None else status  # wait4 took it from Popen
    wall = time.perf_counter() - began
    if status is None:
        return Run(wall, cpu_seconds, peak_mb, f"not done after {limit_seconds:.0f} s")
    return Run(wall, cpu_seconds, peak_mb, _last_line(errors) or f"exit status {status}" if status else "")


def _last_line(path: Path) -> str:
    lines = path.read_text(encoding="utf-8", errors="replace").split("\n")
    return next((line.strip()[:100] for line in reversed(lines) if line.strip()), "")


def _family(root: int) -> list[int]:
    """`root` and all below it; only itself where there is no /proc."""
    below: dict[int, list[int]] = {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = entry.read_text(errors="replace").rpartition(")")[2].split()
        except OSError:
            continue  # it ended while we looked
        below.setdefault(int(fields[1]), []).append(int(entry.parent.name))
    family = [root]
    for one in family:
        family.extend(below.get(one, ()))
    return family


def _family_mb(root: int) -> float:
    """Memory of the family, what several of them share counted once (PSS); at least the most that one ever had."""
    together_kib, alone_kib = 0, 0
    for one in _family(root):
        try:
            together_kib += _kib(Path(f"/proc/{one}/smaps_rollup"), "Pss:")
            alone_kib = max(alone_kib, _kib(Path(f"/proc/{one}/status"), "VmHWM:"))
        except OSError:
            continue
    return max(together_kib, alone_kib) / 1024


def _kib(path: Path, title: str) -> int:
    return next((int(line.split()[1]) for line in path.read_text().split("\n") if line.startswith(title)), 0)


def _family_cpu_seconds(root: int) -> float:
    ticks = 0
    for one in _family(root):
        try:
            fields = Path(f"/proc/{one}/stat").read_text(errors="replace").rpartition(")")[2].split()
        except OSError:
            continue
        ticks += sum(map(int, fields[11:15]))  # own and of children already gone, user and system
    return ticks / os.sysconf("SC_CLK_TCK")
