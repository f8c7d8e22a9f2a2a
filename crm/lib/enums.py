"""A state that knows its word and its tone: `SIGNED = "signed", N_("签约"), "good"`."""

from __future__ import annotations

from enum import StrEnum

from .words import _


class Labelled(StrEnum):
    """Stored by value; `label` is in the reader's language; `tone` colours its badge.

    Tones: neutral, info, good, warn, bad.
    """

    msgid: str
    tone: str

    def __new__(cls, value: str, msgid: str = "", tone: str = "neutral") -> Labelled:
        member = str.__new__(cls, value)
        member._value_ = value
        member.msgid = msgid or value
        member.tone = tone
        return member

    @property
    def label(self) -> str:
        return _(self.msgid)

    @classmethod
    def choices(cls) -> list[tuple[str, str]]:
        """(value, label) pairs for a select field."""
        return [(member.value, member.label) for member in cls]

    @classmethod
    def of(cls, text: str | None) -> Labelled | None:
        """The member whose value or Chinese word is `text`; None when there is none."""
        wanted = (text or "").strip()
        return next((member for member in cls if wanted in (member.value, member.msgid)), None)
