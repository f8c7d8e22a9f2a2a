"""What can be found: one row per record, its tokens in the engine's own full-text index.

SQLite keeps the tokens in an FTS5 table `search_fts`, PostgreSQL in a tsvector column `tokens` of the table of
the same name; both are made by the migration, since no model can describe them, and are keyed by this id.
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from crm.db import Model
from crm.lib.on_merge import rebuilt


class SearchEntry(Model):
    __tablename__ = "search_entry"
    __table_args__ = (sa.UniqueConstraint("noun", "record_id"),)

    noun: Mapped[str] = mapped_column(sa.String(16))  # enterprise, person, lead, deal, contact_log
    record_id: Mapped[int] = mapped_column(info=rebuilt(noun_in="noun"))
