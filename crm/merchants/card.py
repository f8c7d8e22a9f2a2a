"""名片: a person as a vCard 3.0, and the QR code of one that a phone's camera takes into its address book.

The code holds less than the card: what one calls by, so that its squares stay large enough for a camera.
"""

from __future__ import annotations

import segno
from segno import helpers
from segno.encoder import DataOverflowError

from crm.lib.words import _n

from .models import Handle, HandleKind, Person, Position

MOST_IN_CODE = 4  # numbers
SCALE = 5  # pixels of a square


def main_post(person: Person) -> Position | None:
    """The position that stands on the card: where the person is the firm's first contact, else the oldest."""
    held = sorted(person.positions, key=lambda position: (not position.is_main, position.id))
    return held[0] if held else None


def vcard(person: Person, *, numbers: int | None = None) -> str:
    """Lines end as the format says (CRLF). `numbers`: only so many, and no address, for the code."""
    post = main_post(person)
    ways = list(person.handles)
    calls = [way for way in ways if way.is_phone][:numbers]
    mails = [way.value for way in ways if way.kind is HandleKind.EMAIL][:numbers]
    other = [f"{way.kind.label}：{way.value}" for way in ways if way not in calls and way.value not in mails]
    whole = numbers is None
    return helpers.make_vcard_data(
        name=_escaped(person.name),
        displayname=person.name,
        org=post.enterprise.name if post else None,
        title=(post.title or None) if post else None,
        cellphone=[_dialled(way) for way in calls if way.kind is HandleKind.MOBILE],
        workphone=[_dialled(way) for way in calls if way.kind is not HandleKind.MOBILE],
        email=mails,
        street=(person.address or None) if whole else None,
        memo="；".join(other) or None if whole else None,
    )


def code(person: Person) -> str:
    """The QR code as a data address for an <img>; '' when the card is too long for one."""
    try:
        drawn = segno.make(vcard(person, numbers=MOST_IN_CODE), encoding="utf-8", micro=False, error="m")
    except DataOverflowError:
        return ""
    return drawn.svg_data_uri(scale=SCALE, border=4, dark="#000", light="#fff")


def said(person: Person) -> str:
    """What the trail notes."""
    return _n("取了名片（vCard、二维码），含 %(n)s 个联系方式", len(person.handles))


def _dialled(way: Handle) -> str:
    """As a phone dials it: the extension after a pause."""
    number = way.digits or way.value
    return f"{number},{way.extension}" if way.extension else number


def _escaped(text: str) -> str:
    # The helper takes a name's parts as they are; ours is one part.
    return text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
