"""The secret address of a feed: the feed's number and a seal that only the house can make.

A copy of the database alone opens no calendar, and the page can show the address whenever its owner asks.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re

SHAPE = re.compile(r"(\d{1,9})-([A-Za-z0-9_-]{43})", re.ASCII)


def token(secret: str, number: int, nonce: str) -> str:
    return f"{number}-{_seal(secret, number, nonce)}"


def number_of(text: str) -> int | None:
    """The feed that a token speaks of, before its seal is looked at."""
    found = SHAPE.fullmatch(text)
    return int(found[1]) if found else None


def is_genuine(text: str, secret: str, number: int, nonce: str) -> bool:
    return hmac.compare_digest(text.encode(), token(secret, number, nonce).encode())


def _seal(secret: str, number: int, nonce: str) -> str:
    made = hmac.new(secret.encode(), f"calendar:{number}:{nonce}".encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(made).decode().rstrip("=")
