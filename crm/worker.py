"""The queue's own process for teams on PostgreSQL: `huey_consumer crm.worker.huey`."""

from __future__ import annotations

from crm.app import create_app
from crm.cli import settle

app = create_app()
huey = app.extensions["huey"]
settle()
