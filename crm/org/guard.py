"""The lock on every door: the one room that sees both the user and the request.

Every view says `@permit(...)` or `@public`; a view that says nothing is refused, and a test names it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any, TypeVar, cast

import sqlalchemy as sa
from flask import abort, current_app, has_request_context, redirect, request, url_for
from flask_login import LoginManager, current_user

from crm.db import db

from .models import User
from .permissions import Permission, Scope

View = TypeVar("View", bound=Callable[..., Any])
login_manager = LoginManager()
login_manager.session_protection = None  # our session is a row of its own; see sessions.py


def me() -> User:
    """Who is signed in. Only for views behind `@permit`."""
    return cast(User, current_user._get_current_object())  # type: ignore[attr-defined]


def permit(permission: Permission) -> Callable[[View], View]:
    """Only a role that holds `permission`: others get 403, nobody signed in goes to the sign-in page."""

    def lock(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            if not me().may(permission):
                abort(403)
            return view(*args, **kwargs)

        guarded.permission = permission  # type: ignore[attr-defined]
        return cast(View, guarded)

    return lock


def public(view: View) -> View:
    """Open to everybody, signed in or not."""
    view.permission = None  # type: ignore[attr-defined]
    return view


def deny_by_default() -> Any:
    """Before each request: a route that says nothing is closed; one that needs a user asks for one."""
    if request.endpoint is None:
        return None  # no such address: Flask answers 404
    view = current_app.view_functions[request.endpoint]
    if request.endpoint == "static" or getattr(view, "permission", abort) is None:
        return None
    if not hasattr(view, "permission"):
        abort(403)
    if not current_user.is_authenticated:
        if request.accept_mimetypes.best == "application/json":
            abort(401)
        back = request.full_path.rstrip("?") if request.method == "GET" else None
        return redirect(url_for("org.sign_in", next=back), 303)
    return None


def once_a_request(see: Callable[[User], sa.Select[Any]]) -> Callable[[User], sa.Select[Any]]:
    """What a user may see of something, as a statement. Each figure and filter of a page asks for it anew, and to put
    it together costs more than to run it: one request does it once. (Kept with the request and not in `g`, which
    requests within one application context share.)"""

    @wraps(see)
    def seen(user: User) -> sa.Select[Any]:
        if not has_request_context():
            return see(user)
        kept, key = request.environ.setdefault("crm.seen", {}), (see, user.id, user.unit_id, user.role)
        if key not in kept:
            kept[key] = see(user)
        return cast(sa.Select[Any], kept[key])

    return seen


def within(
    scope: Scope | None,
    user: User,
    *,
    units: Iterable[Any] = (),
    owners: Iterable[Any] = (),
) -> sa.ColumnElement[bool]:
    """The WHERE of "rows this far": `owners` are user-id columns, `units` unit-id columns.

    What is mine stays mine in every scope; no scope means no rows.
    """
    if scope is Scope.DISTRICT:
        return sa.true()
    if scope is None:
        return sa.false()
    mine = [column == user.id for column in owners]
    if scope is Scope.UNIT:
        mine += [column == user.unit_id for column in units]
    return sa.or_(sa.false(), *mine)


def reaches(
    scope: Scope | None,
    user: User,
    *,
    units: Iterable[int | None] = (),
    owners: Iterable[int | None] = (),
) -> bool:
    """The same question for one record in hand."""
    if scope is Scope.DISTRICT:
        return True
    if scope is None:
        return False
    return user.id in set(owners) or (scope is Scope.UNIT and user.unit_id in set(units))


def load_mine(rows: sa.Select[Any], may: Callable[[User, Any], bool] | None = None) -> Any:
    """The one record of `rows`, which are those I see: else 404; and 403 where it is not mine to do this to it."""
    record = db.one_or_404(rows)
    if may and not may(me(), record):
        abort(403)
    return record
