"""How what people type about phones, WeChat and e-mail becomes rows: several in one box, each once."""

from __future__ import annotations

import re
from dataclasses import dataclass

from crm.lib import texts
from crm.lib.errors import Refused
from crm.lib.phones import PhoneKind, parse_phones
from crm.lib.words import _

from .models import HandleKind

MOST = 20
_KINDS = {PhoneKind.MOBILE: HandleKind.MOBILE, PhoneKind.LANDLINE: HandleKind.LANDLINE}
_SEPARATORS = re.compile(r"[\s,，;；、|]+")
_EMAIL = re.compile(r"[^@\s<>]{1,64}@[^@\s<>]+\.[^@\s<>.]{2,}")
_FEWEST_DIGITS = 5  # fewer digits than this are no number somebody could call


@dataclass(frozen=True)
class Way:
    """One way to reach somebody, ready to be stored."""

    kind: HandleKind
    value: str
    digits: str = ""
    extension: str = ""

    @property
    def identity(self) -> tuple[str, str]:
        """Two ways with the same identity are one."""
        return (self.digits, self.extension) if self.digits else (self.kind.value, texts.fold(self.value))


def phones_in(text: str | None, field: str = "phones") -> list[Way]:
    """Each number of the box; refused when part of it is no number, rather than dropped."""
    ways = []
    for phone in parse_phones(text):
        if phone.kind is PhoneKind.UNKNOWN and len(phone.digits) < _FEWEST_DIGITS:
            raise Refused(_("“%(text)s”不像电话号码", text=phone.raw[:30]), field)
        if len(phone.digits) > 32 or len(phone.national) > 200:
            raise Refused(_("“%(text)s”太长了，不像电话号码", text=phone.raw[:30]), field)
        kind = _KINDS.get(phone.kind, HandleKind.OTHER)
        ways.append(Way(kind, phone.national, phone.digits, phone.extension[:16]))
    return _few(ways, field)


def wechats_in(text: str | None, field: str = "wechat") -> list[Way]:
    """WeChat names, separated by blanks, commas or new lines."""
    found = [part for part in _SEPARATORS.split(texts.clean_text(text)) if part]
    return _few([Way(HandleKind.WECHAT, _short(part, field)) for part in found], field)


def emails_in(text: str | None, field: str = "email") -> list[Way]:
    found = [part for part in _SEPARATORS.split(texts.clean_text(text)) if part]
    for part in found:
        if not _EMAIL.fullmatch(part):
            raise Refused(_("“%(text)s”不像邮箱地址", text=part[:30]), field)
    return _few([Way(HandleKind.EMAIL, _short(part, field)) for part in found], field)


def _short(part: str, field: str) -> str:
    if len(part) > 100:
        raise Refused(_("“%(text)s…”太长了", text=part[:30]), field)
    return part


def _few(ways: list[Way], field: str) -> list[Way]:
    once = list({way.identity: way for way in ways}.values())
    if len(once) > MOST:
        raise Refused(_("一次最多 %(most)s 个，现在有 %(count)s 个", most=MOST, count=len(once)), field)
    return once
