"""Secrets that people set: each a file of its own beside the keys of the house, which no backup, page or log holds."""

from __future__ import annotations

import os
from pathlib import Path

PASSWORD, WEBHOOK, SECRET = "smtp_password", "robot_webhook", "robot_secret"
NAMES = (PASSWORD, WEBHOOK, SECRET)


def read(data: Path, name: str) -> str:
    try:
        return (data / "keys" / name).read_text("utf-8")
    except FileNotFoundError:
        return ""


def write(data: Path, name: str, text: str) -> None:
    """For its owner's eyes only; an empty text takes it away. Whole or not at all."""
    path = data / "keys" / name
    if not text:
        path.unlink(missing_ok=True)
        return
    new = path.with_suffix(".new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    new.replace(path)
