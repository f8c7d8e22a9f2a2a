"""One JSON line per log record on standard error: machines read them, people can."""

from __future__ import annotations

import json
import logging
import sys

from crm.lib import clock


class JsonLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": clock.now().isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "from": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)

    @classmethod
    def install(cls, level: str) -> None:
        """Once per process, however many applications it makes."""
        root = logging.getLogger()
        if not any(isinstance(handler.formatter, cls) for handler in root.handlers):
            handler = logging.StreamHandler(sys.stderr)
            handler.setFormatter(cls())
            root.addHandler(handler)
        root.setLevel(level)
        logging.getLogger("huey").setLevel("WARNING")
        logging.getLogger("alembic").setLevel("WARNING")
