"""What lies in the repository: ours, small, and true on every machine."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.conftest import ROOT

LARGEST = {".po": 1_500_000}  # one catalogue holds every sentence of the house, with its places
OTHERWISE = 500_000
DRAWERS = {"util", "utils", "helper", "helpers", "common", "misc", "tools_misc", "stuff"}
TEXTS = {".py", ".md", ".html", ".css", ".js", ".svg", ".txt", ".in", ".toml", ".cfg", ".ini", ".po", ".csv",
         ".json", ".yml", ".yaml", ".sh", ".mako", ""}  # fmt: skip
# Put together here, so that this file does not have what it looks for.
FOREIGN = {
    "a path of somebody's machine": r"(?<![\w.~-])/(?:" + "|".join(("work", "root", "home/[a-z]", "Users/[A-Za-z]")) + ")/",
    "a temporary path": r"(?<![\w.~-])/" + "tmp/",
    "a package registry's host": "|".join(
        re.escape(f"{host}.{ending}")
        for host, ending in (("pypi", "org"), ("python" + "hosted", "org"), ("npmjs", "org"), ("npmjs", "com"),
                             ("unpkg", "com"), ("jsdelivr", "net"), ("cdnjs", "com"))
    ),
}  # fmt: skip


def files() -> list[Path]:
    """What git keeps; in an unpacked archive, all that a clone would have."""
    if (ROOT / ".git").exists():
        names = subprocess.run(
            ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
        )
        return [ROOT / name for name in names.stdout.split("\0") if name and (ROOT / name).is_file()]
    left_out = {".venv", "data", "__pycache__", "test-results"}
    return [
        path
        for path in ROOT.rglob("*")
        if path.is_file()
        and path.suffix not in (".mo", ".pyc")
        and not left_out & set(path.relative_to(ROOT).parts)
        and not any(part.endswith("_cache") or part == ".hypothesis" for part in path.parts)
    ]


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def texts() -> list[tuple[str, str]]:
    return [(name_of(path), path.read_text("utf-8")) for path in files() if path.suffix in TEXTS]


@pytest.mark.parametrize("what", FOREIGN)
def test_no_file_names(what: str) -> None:
    found = [
        f"{name}: {match.group()}"
        for name, text in texts()
        if (match := re.search(FOREIGN[what], text, re.I))
    ]
    assert not found, f"{what} in {found}"


def test_no_commit_message_names_a_machine() -> None:
    if not (ROOT / ".git").exists():
        pytest.skip("an unpacked archive has no history that could be wrong")
    log = subprocess.run(["git", "log", "--format=%B"], cwd=ROOT, capture_output=True, text=True, check=True)
    for what, pattern in FOREIGN.items():
        assert not re.search(pattern, log.stdout, re.I), f"the history has {what}"


def test_git_ignores_nothing_that_the_house_needs() -> None:
    """A file that is here but in no clone: the suite would pass here and fail everywhere else."""
    if not (ROOT / ".git").exists():
        pytest.skip("an unpacked archive ignores nothing")
    words = ["git", "ls-files", "-z", "--others", "--ignored", "--exclude-standard"]
    places = ["crm", "templates", "static", "migrations", "tests", "docs", "scripts"]
    done = subprocess.run([*words, *places], cwd=ROOT, capture_output=True, text=True, check=True)
    found = [name for name in done.stdout.split("\0") if name and not name.endswith((".pyc", ".mo"))]
    assert not found, f"ignored by .gitignore: {found}"


def test_no_file_is_large() -> None:
    sizes = {path: path.stat().st_size for path in files()}
    large = {
        name_of(path): size for path, size in sizes.items() if size > LARGEST.get(path.suffix, OTHERWISE)
    }
    assert not large, f"too many bytes: {large}"


def test_nothing_of_third_parties_is_copied_in() -> None:
    """Their code comes by requirements.txt, with its hash and its licence."""
    for path in files():
        name = name_of(path)
        assert not {"vendor", "node_modules", "third_party", "dist"} & set(Path(name).parts), name
        assert ".min." not in path.name, name
        if path.suffix in (".js", ".css"):
            text = path.read_text("utf-8")
            assert "sourceMappingURL" not in text, name
            assert not re.search(r"/\*!|@license|\(c\) ?\d{4}|copyright ", text, re.I), (
                f"{name}: whose is it?"
            )
            assert max(map(len, text.splitlines()), default=0) < 500, f"{name} has been made by a machine"


def test_there_are_no_drawers() -> None:
    """utils, helpers, common, misc: a thing without a home tells us that a name is missing."""
    found = [name_of(path) for path in files() if DRAWERS & {path.stem, *path.relative_to(ROOT).parts}]
    assert not found, found


def test_nothing_is_left_half_done() -> None:
    conflict = re.compile("^(" + "<" * 7 + "|" + ">" * 7 + ") ", re.M)
    found = [name for name, text in texts() if conflict.search(text)]
    assert not found, f"marks of a merge in {found}"


def test_the_licence_is_there() -> None:
    text = (ROOT / "LICENSE").read_text()
    assert "Apache License" in text and "Version 2.0" in text
    assert "Apache-2.0" in (ROOT / "README.md").read_text("utf-8")


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-batch.txt", "requirements-dev.txt"])
def test_every_requirement_is_pinned_with_its_hash(name: str) -> None:
    text = (ROOT / name).read_text()
    wishes = [line for line in text.splitlines() if re.match(r"[A-Za-z0-9]", line)]
    assert wishes
    for line in wishes:
        assert re.match(r"[A-Za-z0-9_.\[\]-]+==[\w.]+( ;.*)? \\$", line), f"{name}: {line}"
    assert len(re.findall(r"--hash=sha256:[0-9a-f]{64}", text)) >= len(wishes)
    assert not re.search(r"https?:|--(index|find|extra|trusted)", text), f"{name} says where to fetch from"


@pytest.mark.parametrize("name", [".ci/run", "scripts/venv"])
def test_what_is_run_can_be_run(name: str) -> None:
    assert os.access(ROOT / name, os.X_OK), f"chmod +x {name}"
