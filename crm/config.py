"""What the environment decides, read once. One folder (`CRM_DATA`) holds database, uploads, backups, keys.

Weak secrets are refused rather than warned about: there is no default secret key at all. Without
`SECRET_KEY` a random one is made at the first start and kept in the data folder, readable by its owner only.
"""

from __future__ import annotations

import datetime as dt
import os
import secrets
from pathlib import Path
from typing import Any

WEAK_SECRETS = ("secret", "changeme", "change-me", "dev", "test", "password", "default", "example")
SHORTEST_SECRET = 32


class BadConfiguration(SystemExit):
    """Ends the start with a sentence that says what to set."""


def from_environment(environ: dict[str, str] | os._Environ[str] = os.environ) -> dict[str, Any]:
    data = Path(environ.get("CRM_DATA") or "data").resolve()
    make_folders(data)
    return {
        "CRM_DATA": data,
        "CRM_DEMO": environ.get("CRM_DEMO") == "1",
        "SECRET_KEY": secret_key(environ.get("SECRET_KEY"), data),
        "SQLALCHEMY_DATABASE_URI": database_url(environ.get("DATABASE_URL"), data),
        "PROXY_HOPS": whole_number(environ.get("CRM_PROXY_HOPS"), "CRM_PROXY_HOPS", 0),
        "SESSION_COOKIE_SECURE": environ.get("CRM_HTTPS") == "1",
    }


DEFAULTS: dict[str, Any] = {
    "SESSION_COOKIE_NAME": "crm",
    "SESSION_COOKIE_HTTPONLY": True,
    "SESSION_COOKIE_SAMESITE": "Lax",
    "PERMANENT_SESSION_LIFETIME": dt.timedelta(hours=12),
    "WTF_CSRF_TIME_LIMIT": None,  # as long as the session: nothing typed is lost because a page was open long
    "MAX_CONTENT_LENGTH": 64 * 1024 * 1024,
    "MAX_FORM_MEMORY_SIZE": 2 * 1024 * 1024,
    "BABEL_DEFAULT_LOCALE": "zh_CN",
    "BABEL_DEFAULT_TIMEZONE": "Asia/Shanghai",
    "HUEY_IMMEDIATE": False,
    "ARGON2_TIME_COST": 3,
    "ARGON2_MEMORY_KIB": 65536,
    "PROXY_HOPS": 0,
    "CRM_DEMO": False,
    "JSON_AS_ASCII": False,
}


def make_folders(data: Path) -> None:
    for name in ("uploads", "backups", "keys", "exports", "imports"):
        (data / name).mkdir(parents=True, exist_ok=True)
    (data / "keys").chmod(0o700)


def secret_key(given: str | None, data: Path) -> str:
    if given:
        if len(given) < SHORTEST_SECRET or any(given.lower().startswith(word) for word in WEAK_SECRETS):
            raise BadConfiguration(
                f"SECRET_KEY is weak: give at least {SHORTEST_SECRET} random characters, e.g. the output of\n"
                "  python -c 'import secrets; print(secrets.token_urlsafe(48))'\n"
                "or unset it, and one is made and kept in the data folder."
            )
        return given
    return kept_secret(data / "keys" / "secret_key", 48)


def kept_secret(path: Path, strength: int) -> str:
    """The random word kept in this file, made at the first asking, for its owner's eyes only."""
    try:
        # Path.open knows no mode for a new file.
        handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:
        pass  # made earlier, or by a process that starts beside us
    else:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(strength))
    return path.read_text("ascii")


def database_url(given: str | None, data: Path) -> str:
    """SQLite in the data folder, or PostgreSQL in the spelling SQLAlchemy wants."""
    if not given:
        return f"sqlite:///{data / 'crm.db'}"
    for prefix in ("postgresql://", "postgres://"):
        if given.startswith(prefix):
            return "postgresql+psycopg://" + given.removeprefix(prefix)
    return given


def whole_number(given: str | None, name: str, default: int) -> int:
    try:
        return int(given) if given else default
    except ValueError:
        raise BadConfiguration(f"{name} must be a whole number, not {given!r}.") from None
