"""What one step leaves for the next: files in a folder that all workers reach.

A task that runs as producer 17 leaves one file `17` with a part for each bucket; who works on bucket 3 reads part 3
of every file. So nothing is held in memory between steps, a task whose worker died is simply done again, and the
engine carries nothing but the numbers of the tasks.
"""

from __future__ import annotations

import marshal
import os
from array import array
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

_END = 8  # bytes of one entry in the head of a file: where a part ends


def put(folder: Path, producer: int, buckets: Sequence[Any]) -> int:
    """Write one object for each bucket, of what `marshal` carries; the bytes written. What is empty is left out."""
    parts = [marshal.dumps(bucket) if bucket else b"" for bucket in buckets]
    ends = array("Q", [_END * (len(parts) + 1)])
    for part in parts:
        ends.append(ends[-1] + len(part))
    folder.mkdir(parents=True, exist_ok=True)
    beside = folder / f".{producer}.{os.uname().nodename}.{os.getpid()}"
    with beside.open("wb") as file:
        file.write(ends.tobytes())
        file.writelines(parts)
    beside.replace(folder / str(producer))  # whole or not at all; done twice, it is the same file
    return ends[-1]


def take(folder: Path, bucket: int, producers: int) -> Iterator[tuple[int, Any]]:
    """(producer, what it left for this bucket), in their order.

    They are asked for by number: the listing of a folder on a network may be some seconds old, and whoever is
    missing must be missed.
    """
    for producer in range(producers):
        if left := one(folder, producer, bucket):
            yield producer, left


def one(folder: Path, producer: int, bucket: int) -> Any:
    """What this producer left for this bucket, None if nothing."""
    with (folder / str(producer)).open("rb") as file:
        file.seek(_END * bucket)
        start, end = array("Q", file.read(2 * _END))
        file.seek(start)
        return marshal.loads(file.read(end - start)) if end > start else None
