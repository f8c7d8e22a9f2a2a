"""Find a Chromium-family browser for the stories, or provide one.

`python -m tests.support.browser` looks, in this order, at CRM_BROWSER, at chromium / chrome / edge on the
PATH and in their usual places, and at playwright's own download. What is missing (browser, Chinese fonts, the
one library that playwright's driver lacks on a minimal system) is installed by apt when we are root or may
`sudo -n`; failing that by `playwright install chromium`. If there is still no browser it ends with 1 and says
what to do: a suite that quietly leaves the stories out would be a lie.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.support import apt

NAMES = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "microsoft-edge",
    "microsoft-edge-stable",
    "chrome",
)
PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe",
)
FLAGS = (
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-quic",
    "--disable-dev-shm-usage",
)

PLAYWRIGHTS_OWN = ""
"""An empty path means: let playwright start the Chromium it downloaded itself."""


def flags() -> list[str]:
    """The switches to start with; the sandbox is given up only where Chromium refuses to have one (root)."""
    as_root = hasattr(os, "geteuid") and os.geteuid() == 0
    return [*FLAGS, *(["--no-sandbox"] if as_root else [])]


def find() -> str | None:
    """The browser's path, PLAYWRIGHTS_OWN for playwright's download, None when there is none."""
    if chosen := os.environ.get("CRM_BROWSER"):
        if shutil.which(chosen) is None:
            raise SystemExit(f"CRM_BROWSER names {chosen}, which is not a program on this machine.")
        return chosen
    for name in NAMES:
        path = shutil.which(name)
        # Ubuntu's /usr/bin/chromium-browser is a script that only says "install the snap": ask it.
        if path and _answers(path):
            return path
    for place in PLACES:
        if Path(place).exists():
            return place
    return PLAYWRIGHTS_OWN if _playwright_has_one() else None


def _answers(path: str) -> bool:
    try:
        asked = subprocess.run([path, "--version"], capture_output=True, text=True, timeout=60)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return asked.returncode == 0 and any(character.isdigit() for character in asked.stdout)


def _playwright_has_one() -> bool:
    folder = os.environ.get("PLAYWRIGHT_BROWSERS_PATH")
    if folder:
        root = Path(folder)
    elif sys.platform == "darwin":
        root = Path.home() / "Library/Caches/ms-playwright"
    elif sys.platform == "win32":
        root = Path.home() / "AppData/Local/ms-playwright"
    else:
        root = Path.home() / ".cache/ms-playwright"
    return any(root.glob("chromium*-*"))


def has_chinese_fonts() -> bool:
    """Without them every character is a box, and a screenshot or a width measured in a test means nothing."""
    if not sys.platform.startswith("linux"):
        return True
    if shutil.which("fc-list") is None:
        return False
    return bool(subprocess.run(["fc-list", ":lang=zh"], capture_output=True, text=True).stdout.strip())


def driver_starts() -> bool:
    """Playwright's bundled node needs libatomic.so.1, which a minimal Debian does not have."""
    import playwright

    name = "node.exe" if os.name == "nt" else "node"
    node = Path(playwright.__file__).parent / "driver" / name
    return subprocess.run([node, "--version"], capture_output=True).returncode == 0


def missing_packages() -> list[str]:
    packages = [] if find() is not None else ["chromium"]
    if not has_chinese_fonts():
        packages += ["fonts-noto-cjk", "fontconfig"]
    if not driver_starts():
        packages += ["libatomic1"]
    return packages


def provide() -> str:
    """The browser's path after installing whatever is missing. SystemExit with a sentence when that fails."""
    if packages := missing_packages():
        print("The browser stories need:", *packages, "(installing)", file=sys.stderr, flush=True)
        apt.install(*packages)
        if find() is None:
            subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False)
    if find() is None:
        raise SystemExit(
            "No browser for the stories. Install Chromium, Chrome or Edge, or set CRM_BROWSER=/path/to/one; "
            "`make check` runs the part of the suite that needs none."
        )
    if not driver_starts():
        raise SystemExit("Playwright's driver does not start: install libatomic1 and try again.")
    if not has_chinese_fonts():
        raise SystemExit("There is no Chinese font: install fonts-noto-cjk and fontconfig (Debian, Ubuntu).")
    return find() or PLAYWRIGHTS_OWN


if __name__ == "__main__":
    print("browser:", provide() or "playwright's own Chromium")
