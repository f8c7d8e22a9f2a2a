"""Tables of units, people, their sessions, failed sign-ins, settings, and what has been sent once already."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.db import Line, Model, Versioned
from crm.lib import clock
from crm.lib.enums import Labelled
from crm.lib.words import N_

from .permissions import Permission, Role, Scope, reach


class UnitKind(Labelled):
    DEPARTMENT = "department", N_("区直部门")
    TOWNSHIP = "township", N_("乡镇街道")
    PLATFORM = "platform", N_("平台园区")


class Unit(Versioned, Model):
    __tablename__ = "unit"

    code: Mapped[str] = mapped_column(sa.String(32), unique=True)
    name: Mapped[Line] = mapped_column(unique=True)
    kind: Mapped[UnitKind]
    is_economic: Mapped[bool] = mapped_column(default=False)  # 区直主要经济部门: has a reserve quota
    map_cell: Mapped[str] = mapped_column(
        sa.String(3), default=""
    )  # C4: where its tile lies (district_map.py)
    active: Mapped[bool] = mapped_column(default=True)


class User(Versioned, Model):
    __tablename__ = "user"
    __unrecorded__ = frozenset({"password_hash"})

    login: Mapped[str] = mapped_column(sa.String(64), unique=True)
    name: Mapped[Line]
    role: Mapped[Role]
    unit_id: Mapped[int] = mapped_column(sa.ForeignKey("unit.id"), index=True)
    post: Mapped[Line] = mapped_column(default="")  # 职务, e.g. 副区长（工业）
    password_hash: Mapped[str] = mapped_column(sa.String(200), default="")  # empty: cannot sign in
    active: Mapped[bool] = mapped_column(default=True)
    locale: Mapped[str] = mapped_column(sa.String(8), default="zh_CN")
    is_demo: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[dt.datetime] = mapped_column(default=clock.now)

    unit: Mapped[Unit] = relationship(lazy="joined")

    session_token: str = ""  # set at sign-in and by the loader; never stored in the clear

    # The four names Flask-Login asks for. Its UserMixin is not used: it compares people by get_id().
    is_authenticated = True
    is_anonymous = False

    @property
    def is_active(self) -> bool:
        return self.active

    def get_id(self) -> str:
        """What Flask-Login keeps in the cookie: the session's token, so that a copied cookie dies with it."""
        return self.session_token

    def scope_of(self, permission: Permission) -> Scope | None:
        return reach(self.role, permission)

    def may(self, permission: Permission | str) -> bool:
        return self.scope_of(Permission(permission)) is not None


class SignedIn(Model):
    """A session: made at sign-in, gone at sign-out, password change or when the account is closed."""

    __tablename__ = "signed_in"

    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id", ondelete="CASCADE"), index=True)
    began_at: Mapped[dt.datetime]
    seen_at: Mapped[dt.datetime]
    address: Mapped[str] = mapped_column(sa.String(64), default="")
    browser: Mapped[Line] = mapped_column(default="")

    user: Mapped[User] = relationship(lazy="joined", innerjoin=True)


class FailedSignIn(Model):
    __tablename__ = "failed_sign_in"
    __table_args__ = (sa.Index("ix_failed_sign_in_login_at", "login", "at"),)

    login: Mapped[str] = mapped_column(sa.String(64))
    address: Mapped[str] = mapped_column(sa.String(64))
    at: Mapped[dt.datetime]


class Setting(Model):
    __tablename__ = "setting"

    key: Mapped[str] = mapped_column(sa.String(64), unique=True)
    value: Mapped[Any] = mapped_column(sa.JSON)
