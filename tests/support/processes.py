"""Work in a process of its own, which may be killed in the middle of it.

A fork, because a fresh Python needs seconds to load the house. It kills itself (`die`) where the test says, so that
it never matters how busy the machine is; what is left behind is the same whoever sends the signal.
"""

from __future__ import annotations

import os
import signal
import traceback
from collections.abc import Callable
from typing import Any

from crm.db import db


def in_a_process(app: Any, work: Callable[[], object]) -> int:
    """Its return code: 0, 1 after an error (which stands in the captured output), -9 if it was killed."""
    db.session.commit()
    db.session.remove()
    db.engine.dispose()  # no connection may have two processes at its end
    pid = os.fork()
    if pid:
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    code = 1
    try:
        with app.app_context():
            work()
            db.session.remove()
            code = 0
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(code)  # nothing of pytest's is to be ended here


def die() -> None:
    """As if somebody had said kill -9 just now."""
    os.kill(os.getpid(), signal.SIGKILL)
