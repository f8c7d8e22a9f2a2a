"""Making the address of one's calendar, and making it worthless."""

from __future__ import annotations

import secrets

from crm.audit.trail import record
from crm.db import db
from crm.lib import clock
from crm.lib.errors import Refused
from crm.lib.words import _
from crm.org.models import User

from .models import CalendarFeed
from .queries import feed_of


def make(*, actor: User) -> CalendarFeed:
    """A new address; the one before leads nowhere from now on."""
    feed = feed_of(actor) or CalendarFeed(user_id=actor.id)
    feed.nonce, feed.made_at = secrets.token_hex(16), clock.now()
    db.session.add(feed)
    db.session.flush()
    record("calendar.made", feed, actor=actor, name=actor.name)
    return feed


def revoke(*, actor: User) -> None:
    feed = feed_of(actor)
    if feed is None:
        raise Refused(_("日历还没有订阅地址"))
    record("calendar.revoked", feed, actor=actor, name=actor.name)
    db.session.delete(feed)
