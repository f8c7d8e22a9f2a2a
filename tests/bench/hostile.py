"""What the files cost that would take the house down: seconds of the processor and memory until the sentence.

    python -m tests.bench.hostile

The files are those of tests/imports/test_bad_input.py, which holds each to ten seconds and 300 MiB. Each is read in a
process of its own; the time on the wall includes that process's start.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

from tests.imports.test_bad_input import REFUSED, TAKEN, reading


def main() -> None:
    argparse.ArgumentParser(prog="python -m tests.bench.hostile", description=__doc__).parse_args()
    print(f"{'':24}{'MB':>7}{'processor s':>13}{'wall s':>8}{'MiB over idle':>15}{'in all':>8}  answer")
    files = {what: (name, make) for what, (name, make, _said) in REFUSED.items()} | TAKEN
    with tempfile.TemporaryDirectory(prefix="crm-bench-") as folder:
        path = Path(folder) / "upload"
        for what, (name, make) in files.items():
            path.write_bytes(make())
            began = time.monotonic()
            found = reading(path, name)
            wall = time.monotonic() - began
            said = found["said"] or f"read: {found['rows']:,} rows"
            print(
                f"{what:24}{path.stat().st_size / 1e6:7.1f}{found['seconds']:13.2f}{wall:8.1f}{found['mib']:15.0f}{found['peak']:8.0f}"
                f"  {said}",
                flush=True,
            )


if __name__ == "__main__":
    main()
