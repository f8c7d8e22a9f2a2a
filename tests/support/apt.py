"""Install Debian packages when the account may: as root, or by a sudo that asks no password."""

from __future__ import annotations

import os
import shutil
import subprocess
import time

PATIENCE_S = 600
"""How long to wait for somebody else's apt to let go of its lock."""


def install(*packages: str) -> bool:
    """True when apt has installed all packages; False when there is no apt, no right, or it failed."""
    prefix = _prefix()
    if prefix is None:
        return False
    install = ["install", "-y", "--no-install-recommends", *packages]
    # First with the lists as they are: on most machines that is enough and saves the refresh.
    return _apt(prefix, install) or (_apt(prefix, ["update"]) and _apt(prefix, install))


def _prefix() -> list[str] | None:
    if shutil.which("apt-get") is None:
        return None
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo") is None:
        return None
    asked = subprocess.run(["sudo", "-n", "true"], capture_output=True)
    return ["sudo", "-n"] if asked.returncode == 0 else None


def _apt(prefix: list[str], words: list[str]) -> bool:
    command = [
        *prefix,
        "env",
        "DEBIAN_FRONTEND=noninteractive",
        "apt-get",
        "-qq",
        "-o",
        f"DPkg::Lock::Timeout={PATIENCE_S}",
        "-o",
        "Acquire::Retries=3",
        *words,
    ]
    until = time.monotonic() + PATIENCE_S
    while True:
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode == 0:
            return True
        # The lock on the package lists is not covered by DPkg::Lock::Timeout.
        if "Could not get lock" not in done.stderr or time.monotonic() > until:
            return False
        time.sleep(3)
