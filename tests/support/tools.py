"""The checkers of the source. `make check` runs them here in a row; the suite runs each as a test."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

TOOLS: dict[str, list[str]] = {
    "ruff": ["-m", "ruff", "check", "--quiet", "."],
    "layers": ["-c", "from importlinter.cli import lint_imports_command; lint_imports_command()"],
    "djlint": ["-m", "djlint", "templates", "--lint", "--quiet"],
    "mypy": ["-m", "mypy", "--no-error-summary"],
}
"""Through this interpreter, not through the programs in .venv/bin: those die when the checkout is moved."""


def run(name: str) -> tuple[bool, str]:
    """Whether the checker is content, and all it said."""
    done = subprocess.run([sys.executable, *TOOLS[name]], cwd=ROOT, capture_output=True, text=True)
    return done.returncode == 0, (done.stdout + done.stderr).strip()


def main() -> int:
    bad = 0
    for name in TOOLS:
        content, said = run(name)
        print(f"{name}: {'ok' if content else 'not content'}", flush=True)
        if not content:
            print(said, flush=True)
            bad += 1
    return 1 if bad else 0


if __name__ == "__main__":
    raise SystemExit(main())
