"""Make the .mo files that gettext reads out of the .po files that people read, when the app starts."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po


def compile_catalogues(directory: Path, spare: Path) -> Path:
    """The folder to hand to Flask-Babel: `directory`, its .mo files up to date.

    Where the tree cannot be written to (an image, a package) they go below `spare` instead, and `spare` is
    returned. Processes that start together do no harm: each writes its own file and renames it into place.
    """
    try:
        for source in _sources(directory):
            _compile(source, source.with_suffix(".mo"))
        return directory
    except OSError:
        for source in _sources(directory):
            _compile(source, spare / source.relative_to(directory).with_suffix(".mo"))
        return spare


def _sources(directory: Path) -> list[Path]:
    return sorted(directory.glob("*/LC_MESSAGES/*.po"))


def _compile(source: Path, target: Path) -> None:
    stamp = source.stat()
    try:
        # The target carries the source's time. Equal, not newer: an older commit is a change, too.
        if target.stat().st_mtime_ns == stamp.st_mtime_ns:
            return
    except FileNotFoundError:
        pass
    target.parent.mkdir(parents=True, exist_ok=True)
    with source.open("rb") as file:
        catalogue = read_po(file, locale=source.parent.parent.name)
    handle, half = tempfile.mkstemp(prefix=target.name, dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            write_mo(file, catalogue)
        Path(half).chmod(0o644)
        os.utime(half, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
        Path(half).replace(target)
    except BaseException:
        Path(half).unlink(missing_ok=True)
        raise
