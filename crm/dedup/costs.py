"""What a run costs: seconds, CPU seconds and memory of this process and those it started."""

from __future__ import annotations

import multiprocessing
import os
import resource
import sys
import time
from pathlib import Path

EVERY = 0.5  # seconds between two looks at the memory


class Costs:
    """Counts from when it is made; `look` as often as there is an occasion."""

    def __init__(self) -> None:
        self._started, self._cpu_before = time.perf_counter(), _cpu()
        self._peak, self._looked = 0.0, -EVERY

    @property
    def seconds(self) -> float:
        return time.perf_counter() - self._started

    @property
    def cpu(self) -> float:
        return _cpu() - self._cpu_before

    @property
    def peak_mb(self) -> float:
        """Memory at the highest look, of all processes together, what they share counted once."""
        self.look(always=True)
        return max(self._peak, _largest_mb())

    def look(self, *, always: bool = False) -> None:
        now = self.seconds
        if always or now - self._looked >= EVERY:
            self._looked = now
            those = [os.getpid(), *(child.pid for child in multiprocessing.active_children() if child.pid)]
            self._peak = max(self._peak, sum(map(_share_mb, those)))


def _cpu() -> float:
    return sum(
        used.ru_utime + used.ru_stime
        for used in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    ) + sum(_running_cpu(child.pid) for child in multiprocessing.active_children() if child.pid)


def _running_cpu(pid: int) -> float:
    """CPU seconds of a child that still runs; 0 where the system does not say."""
    try:
        cells = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except (OSError, IndexError):
        return 0.0
    return (int(cells[11]) + int(cells[12])) / os.sysconf("SC_CLK_TCK")


def _share_mb(pid: int) -> float:
    """Memory of one process, pages shared with others counted in proportion; 0 where the system does not say."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


def _largest_mb() -> float:
    """Largest resident memory of this process so far."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1024 * 1024 if sys.platform == "darwin" else 1024)
