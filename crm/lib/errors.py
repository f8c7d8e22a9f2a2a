"""The one way for a rule to say no."""

from __future__ import annotations


class Refused(Exception):
    """The sentence an officer reads, in his language; `field` names the input it belongs to, if any."""

    def __init__(self, message: str, field: str | None = None):
        super().__init__(message)
        self.message = message
        self.field = field
