"""Several people at the same moment."""

from __future__ import annotations

import threading
from typing import Any

from crm.db import db
from crm.lib.errors import Refused


def in_threads(app: Any, works: list[Any]) -> list[Any]:
    """What each answered, or the refusal it met; anything else is a fault."""
    answers: list[Any] = [None] * len(works)

    def run(at: int) -> None:
        with app.app_context():
            try:
                answers[at] = works[at]()
                db.session.commit()
            except Refused as refused:
                db.session.rollback()
                answers[at] = refused
            finally:
                db.session.remove()

    threads = [threading.Thread(target=run, args=(at,)) for at in range(len(works))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(150)
    return answers
