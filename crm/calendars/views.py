"""The page of one's calendar address, and the address itself: open to whoever knows it, so it is a secret."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, current_app, url_for
from flask_babel import force_locale

from crm.db import db
from crm.lib import clock
from crm.lib.words import _
from crm.org.guard import me, permit, public
from crm.org.permissions import Permission
from crm.web.forms import ActForm, commit_and_go

from . import actions, queries
from .address import is_genuine, number_of, token
from .feed import ical
from .models import CalendarFeed

bp = Blueprint("calendars", __name__, url_prefix="/calendar")
PAGES = {
    "deal": "deals.show",
    "lead": "leads.show",
    "enterprise": "merchants.show",
    "person": "merchants.show_person",
    "contact_log": "contacts.show",
    "mission": "missions.show",
    "partner": "partners.show",
    "prospect": "prospects.show",
}


@bp.get("")
@permit(Permission.HOME)
def show() -> Any:
    return _page(ActForm())


@bp.post("/make")
@permit(Permission.HOME)
def make() -> Any:
    form = ActForm()
    if form.submitted():
        had_one = queries.feed_of(me()) is not None
        actions.make(actor=me())
        said = _("新的订阅地址已生成，原来的地址已失效") if had_one else _("订阅地址已生成")
        return commit_and_go(form, url_for(".show"), said)
    return _page(form)


@bp.post("/revoke")
@permit(Permission.HOME)
def revoke() -> Any:
    form = ActForm()
    if form.submitted():
        with form.refusals():
            actions.revoke(actor=me())
            return commit_and_go(form, url_for(".show"), _("订阅地址已停用"))
    return _page(form)


def _page(form: ActForm) -> Any:
    feed = queries.feed_of(me())
    address = url_for(".feed", sealed=_token(feed), _external=True) if feed else ""
    return form.page("calendars/show.html", feed=feed, address=address)


def _token(feed: CalendarFeed) -> str:
    return token(current_app.config["SECRET_KEY"], feed.id, feed.nonce)


@bp.get("/<sealed>.ics")
@public
def feed(sealed: str) -> Any:
    """The calendar behind a secret address; 404 for one that was never made, is revoked or whose owner is gone."""
    number = number_of(sealed)
    found = db.session.get(CalendarFeed, number) if number else None
    if found is None or not is_genuine(sealed, current_app.config["SECRET_KEY"], found.id, found.nonce):
        abort(404)
    user = found.user
    if not user.active or not user.may(Permission.HOME):
        abort(404)
    with force_locale(user.locale):
        name = _("招商引资 · %(name)s", name=user.name)
        body = ical(name, queries.entries_for(user, _address), clock.now())
    return Response(body, content_type="text/calendar; charset=utf-8")


def _address(noun: str, id: int) -> str:
    return url_for(PAGES[noun], id=id, _external=True)
