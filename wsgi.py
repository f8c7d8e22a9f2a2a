"""The WSGI door: `gunicorn wsgi:app`, `flask --app wsgi …`."""

from __future__ import annotations

import os

from crm.app import create_app
from crm.cli import refuse_demo_accounts, settle

app = create_app()

if os.environ.get("FLASK_RUN_FROM_CLI") != "true":
    refuse_demo_accounts(app)
    settle()
