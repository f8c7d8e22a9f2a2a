"""Every visible sentence passes through `_`: Chinese is the source, other languages are catalogues.

The ground floor knows no web framework, so the translator is handed in once by the application
(`install`). Without one (command line, `python -m crm.dedup`) sentences stay Chinese.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

_translate: Callable[[str], str] | None = None


def install(translate: Callable[[str], str]) -> None:
    """Use `translate(msgid) -> text` from now on; it must return the msgid itself when it knows no better."""
    global _translate
    _translate = translate


def _(msgid: str, **values: object) -> str:
    """The sentence in the reader's language, `%(name)s` places filled."""
    text = _translate(msgid) if _translate else msgid
    return text % values if values else text


def listed(parts: Iterable[str]) -> str:
    """Things one after another, as the reader's language sets them apart: 甲、乙 or A, B."""
    return _("、").join(parts)


def N_(msgid: str) -> str:
    """Mark a label for the catalogue; it is translated when it is shown."""
    return msgid
