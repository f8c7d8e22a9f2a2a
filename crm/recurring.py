"""The one table of all that recurs. Each line calls one verb."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import sqlalchemy as sa
from flask import Flask
from huey import crontab

from crm.audit.trail import HOUSE
from crm.db import db
from crm.duplicates.engine import scans
from crm.jobs import queue
from crm.lib import clock
from crm.lists.exports import making as exports
from crm.lists.exports.queries import KEPT
from crm.merchants import reindex
from crm.web.once import Sent


def forget_spent_keys() -> None:
    """A form's key is worth nothing once no open page can still hold it."""
    db.session.execute(sa.delete(Sent).where(Sent.at < clock.now() - dt.timedelta(days=7)))
    db.session.commit()


def wake_stale_jobs() -> None:
    for job_id in queue.resume(everything=False):
        queue.start(job_id)


def drop_old_exports() -> None:
    """A large export's file is kept for a day."""
    exports.drop_old_files((clock.now() - KEPT).timestamp())


def look_for_duplicates() -> None:
    """The standing queue of 查重: what imports and many small edits have made alike since yesterday."""
    if scans.under_way() is None:
        job_id = scans.order(actor=HOUSE).id
        db.session.commit()
        queue.start(job_id)
    db.session.rollback()


def keep_look_up_whole() -> None:
    """After an upgrade that makes keys in another way the look-up is made anew, without anybody's doing."""
    reindex.ensure()


RECURRING: tuple[tuple[str, dict[str, str], Callable[[], None]], ...] = (
    ("forget_spent_keys", {"hour": "3", "minute": "10"}, forget_spent_keys),
    ("drop_old_exports", {"minute": "20"}, drop_old_exports),
    ("look_for_duplicates", {"hour": "2", "minute": "30"}, look_for_duplicates),
    ("keep_look_up_whole", {"minute": "*/5"}, keep_look_up_whole),
    ("wake_stale_jobs", {"minute": "*/5"}, wake_stale_jobs),
)


def init_app(app: Flask) -> None:
    huey = app.extensions["huey"]
    for name, when, verb in RECURRING:
        huey.periodic_task(crontab(**when), name=name)(_within(app, verb))


def _within(app: Flask, verb: Callable[[], None]) -> Callable[[], None]:
    def run() -> None:
        with app.app_context():
            verb()

    return run
