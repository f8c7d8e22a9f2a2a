"""GB/T 4754-2017: the sections (门类, one letter) and divisions (大类, C34) of the national economy."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

from . import tables


class Industry(NamedTuple):
    code: str  # C, C34
    name: str

    @property
    def section(self) -> str:
        return self.code[0]

    @property
    def is_section(self) -> bool:
        return len(self.code) == 1


@lru_cache(maxsize=1)
def all() -> tuple[Industry, ...]:
    """Each section followed by its divisions."""
    return tuple(Industry(code, name) for code, name in tables.rows("industries"))


def sections() -> tuple[Industry, ...]:
    return tuple(industry for industry in all() if industry.is_section)


def divisions(section: str) -> tuple[Industry, ...]:
    return tuple(industry for industry in all() if industry.section == section and not industry.is_section)


@lru_cache(maxsize=1)
def _names() -> dict[str, str]:
    return dict(all())


def name(code: str | None) -> str:
    """'' for an unknown code."""
    return _names().get(code or "", "")


_CODE = re.compile(r"([A-Z]?)(\d{2})\d{0,2}(?!\d)|([A-Z])(?![A-Z0-9])")
_JOINTS = re.compile(r"[\s、,，和及与]")


@lru_cache(maxsize=2048)
def find(text: str | None) -> str | None:
    """The code meant by C34, 34, C3421 (its division), 'C34 通用设备制造业', a name or a clear part of one.

    None when nothing or more than one thing fits. Where a section and its only division share a name (教育),
    the division.
    """
    line = unicodedata.normalize("NFKC", text or "").strip()
    if coded := _CODE.match(line.upper()):
        letter, number, section = coded.groups()
        fits = [i.code for i in all() if (number and i.code[1:] == number and i.code.startswith(letter))]
        if fits or section in _names():
            return fits[0] if fits else section
    sought = _JOINTS.sub("", line)
    if len(sought) < 2:
        return None
    plain = [(industry.code, _JOINTS.sub("", industry.name)) for industry in reversed(all())]
    for fitting in (
        [code for code, name in plain if name == sought],
        [code for code, name in plain if len(code) > 1 and sought.removesuffix("业") in name],
        [code for code, name in plain if len(code) == 1 and sought.removesuffix("业") in name],
    ):
        if len(fitting) == 1 or (len(fitting) == 2 and fitting[0].startswith(fitting[1])):
            return fitting[0]
        if fitting:
            return None
    return None
