"""The regions one works with, as a setting names them.

「加强与杭甬温台等地区的产业协作」: four cities, and 余杭, which lies in one of them. What comes from 余杭 is seen under 杭州
and under 余杭, and is one all the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from crm.lib.words import _
from crm.reference import regions

_BETWEEN = re.compile(r"[、,，;；/\s]+")


@dataclass(frozen=True)
class Area:
    """One region: its code, the word for it, and whether it lies in another one of the list."""

    code: str
    name: str
    inside: bool = False

    @property
    def label(self) -> str:
        return _("其中：%(name)s", name=self.name) if self.inside else self.name


def read(text: str) -> tuple[list[Area], list[str]]:
    """(the regions, the words that name none). A region inside another stands right after it."""
    found: dict[str, str] = {}
    unknown: list[str] = []
    for word in filter(None, _BETWEEN.split(text)):
        code = regions.find(word)
        if code is None:
            unknown.append(word)
        else:
            found.setdefault(code, word)
    areas = [Area(code, name, _lies_in(code, found)) for code, name in found.items()]
    return _nested(areas), unknown


def _lies_in(code: str, others: Iterable[str]) -> bool:
    return any(code != other and code.startswith(other) for other in others)


def _nested(areas: list[Area]) -> list[Area]:
    """In the order of the list, each followed by those inside it."""
    ordered: list[Area] = []
    for area in areas:
        if not area.inside:
            ordered.append(area)
            ordered += [one for one in areas if one.inside and one.code.startswith(area.code)]
    return list(dict.fromkeys(ordered))
