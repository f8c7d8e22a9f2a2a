"""The demo district's accounts, and taking the district away again. Loading it is `crm/demo.py`, upstairs."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa

from crm.config import kept_secret
from crm.db import Model, db
from crm.lib import clock

from . import settings
from .models import User

PASSWORD = "kecheng-2013"  # stands in the README and on the sign-in page while the demo is loaded
LOGINS = ("promoter", "manager", "leader", "admin", "auditor")
REMOVED = "demo.removed"


def accounts() -> list[User]:
    """The accounts to name on the sign-in page: none once the demo is gone."""
    if settings.business_day() is None:
        return []
    found = db.session.scalars(sa.select(User).where(User.is_demo, User.login.in_(LOGINS))).all()
    return sorted(found, key=lambda user: LOGINS.index(user.login))


def remove(data: Path) -> None:
    """Empty every table. On SQLite a copy of the whole database is put among the backups first."""
    if db.engine.dialect.name == "sqlite":
        db.session.commit()
        name = f"before-demo-removed-{clock.now():%Y%m%d-%H%M%S}.db"
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            raw = connection.connection.driver_connection
            assert raw is not None
            raw.execute("VACUUM INTO ?", (str(data / "backups" / name),))
    empty_every_table()
    settings.put(REMOVED, clock.now().date().isoformat())


def empty_every_table() -> None:
    """Children before parents; the circle of leads and deals is opened first."""
    lead = Model.metadata.tables["lead"]
    db.session.execute(lead.update().values(duplicate_of_id=None))
    db.session.execute(
        lead.update().where(lead.c.deal_id.is_not(None)).values(deal_id=None, state="followed")
    )
    db.session.execute(sa.text("DELETE FROM search_fts"))
    for table_object in reversed(Model.metadata.sorted_tables):
        db.session.execute(table_object.delete())
    db.session.expire_all()


def setup_token(data: Path) -> str:
    """Whoever reads this file may make the first administrator; it is made when first asked for."""
    return kept_secret(data / "keys" / "setup_token", 12)
