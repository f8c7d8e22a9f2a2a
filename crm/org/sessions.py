"""Signing in and out: argon2, and a row per session so that a copied cookie is worth nothing after sign-out."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from functools import lru_cache

import sqlalchemy as sa
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from flask import current_app, session
from flask_login import login_user, logout_user

from crm.audit.trail import client_address, record
from crm.db import db, reading
from crm.lib import clock
from crm.lib.errors import Refused
from crm.lib.words import _

from . import settings, throttle
from .guard import login_manager
from .models import FailedSignIn, SignedIn, User

SEEN_EVERY = dt.timedelta(minutes=1)

COMMON = frozenset(
    [
        "password",
        "passw0rd",
        "123456789012",
        "qwertyuiop",
        "kecheng",
        "quzhou",
        "zhaoshang",
        "admin",
        "administrator",
        "111111111111",
        "000000000000",
        "abcdefghijkl",
    ]
)


@lru_cache
def _hasher(time_cost: int, memory_kib: int) -> PasswordHasher:
    return PasswordHasher(time_cost=time_cost, memory_cost=memory_kib, parallelism=1)


def hasher() -> PasswordHasher:
    return _hasher(current_app.config["ARGON2_TIME_COST"], current_app.config["ARGON2_MEMORY_KIB"])


@lru_cache
def _nobody(time_cost: int, memory_kib: int) -> str:
    return _hasher(time_cost, memory_kib).hash(secrets.token_hex())


def digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


@login_manager.user_loader
def load(token: str) -> User | None:
    """The user behind a cookie's token; None when the session ended, idled out or the account is closed."""
    row = _session_of(token)
    if row is None or not row.user.active:
        return None
    now = clock.now()
    if now - row.seen_at > dt.timedelta(minutes=settings.get("session.idle_minutes")):
        return None
    if now - row.seen_at > SEEN_EVERY:
        row_id = row.id
        # Nothing has been done yet; a request that may write holds SQLite's write lock all the same, and the
        # touch would wait for it, that is for itself.
        db.session.rollback()
        _touch(row_id, now)
        if (row := _session_of(token)) is None:
            return None
    row.user.session_token = token
    return row.user


def _session_of(token: str) -> SignedIn | None:
    return db.session.scalar(sa.select(SignedIn).filter_by(token_hash=digest(token)))


def _touch(row_id: int, now: dt.datetime) -> None:
    """In a short transaction of its own: a page that only reads must not hold the write lock."""
    with reading(), db.engine.connect() as connection:  # so that BEGIN asks for no lock; the UPDATE does
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("PRAGMA busy_timeout=0")  # not worth a wait: the next page does it
        try:
            connection.execute(sa.update(SignedIn).where(SignedIn.id == row_id).values(seen_at=now))
            connection.commit()
        except sa.exc.OperationalError:
            connection.rollback()
        finally:
            if connection.dialect.name == "sqlite":
                connection.exec_driver_sql("PRAGMA busy_timeout=30000")
                connection.rollback()


def check(login: str, password: str) -> User:
    """The user of these two words, or Refused. Costs the same for a name that does not exist."""
    now, address = clock.now(), client_address.get()
    login = login.strip().lower()
    since = sa.select(FailedSignIn).where(
        FailedSignIn.login == login, FailedSignIn.at > now - throttle.WINDOW
    )
    anywhere = db.session.scalars(since).all()
    here = [row.at for row in anywhere if row.address == address]
    if until := throttle.wait_until(here, [row.at for row in anywhere], now):
        seconds = int((until - now).total_seconds()) + 1
        raise Refused(_("登录失败次数太多，请 %(seconds)s 秒后再试", seconds=seconds))
    user = db.session.scalar(sa.select(User).filter_by(login=login))
    stored = user.password_hash if user and user.active else ""
    db.session.rollback()  # hashing takes long: hold no lock meanwhile
    if not matches(stored, password) or user is None:
        db.session.add(FailedSignIn(login=login[:64], address=address, at=now))
        record("user.sign_in_failed", actor=None, noun="user", name=login)
        db.session.commit()
        raise Refused(_("用户名或密码不对"))
    return db.session.get_one(User, user.id)


def matches(stored: str, password: str) -> bool:
    config = current_app.config
    against = stored or _nobody(config["ARGON2_TIME_COST"], config["ARGON2_MEMORY_KIB"])
    try:
        return hasher().verify(against, password) and bool(stored)
    except (VerificationError, InvalidHashError):
        return False


def begin(user: User, browser: str) -> None:
    """A new session with a new token; what was in the cookie before is thrown away."""
    now, token = clock.now(), secrets.token_urlsafe(32)
    session.clear()
    db.session.execute(
        sa.delete(SignedIn).where(SignedIn.seen_at < now - current_app.config["PERMANENT_SESSION_LIFETIME"])
    )
    db.session.execute(sa.delete(FailedSignIn).where(FailedSignIn.at < now - throttle.WINDOW))
    db.session.add(
        SignedIn(
            token_hash=digest(token),
            user_id=user.id,
            began_at=now,
            seen_at=now,
            address=client_address.get(),
            browser=browser[:200],
        )
    )
    record("user.signed_in", user, actor=user)
    user.session_token = token
    session.permanent = True
    login_user(user)


def end(user: User) -> None:
    """Sign out here."""
    db.session.execute(sa.delete(SignedIn).where(SignedIn.token_hash == digest(user.session_token)))
    record("user.signed_out", user, actor=user)
    logout_user()
    session.clear()


def end_others(user: User, keep: str = "") -> None:
    """Sign the user out everywhere, but for the session whose token is `keep`."""
    db.session.execute(
        sa.delete(SignedIn).where(SignedIn.user_id == user.id, SignedIn.token_hash != digest(keep))
    )


def hashed(password: str, *, login: str) -> str:
    """The stored form of a good enough password, or Refused with what is wrong with it."""
    shortest = settings.get("password.shortest")
    if len(password) < shortest:
        raise Refused(_("密码至少 %(count)s 位", count=shortest), "password")
    if len(password) > 256:
        raise Refused(_("密码最长 256 位"), "password")
    if password.lower() in COMMON or login.lower() in password.lower() or len(set(password)) < 4:
        raise Refused(_("密码太容易猜到：不要用常见的词、用户名或重复的字符"), "password")
    return hasher().hash(password)
