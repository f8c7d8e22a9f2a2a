"""What kind of evidence brought two records together: the filter 凭据 of the queue.

A pair keeps its kinds as one whole number, a bit for each, so that a filter is a comparison on the row and not
a search in its reasons.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from crm.lib.enums import Labelled
from crm.lib.words import N_


class Sign(Labelled):
    """The order is the order of the bits: append, never reorder."""

    PHONE = "phone", N_("同电话")
    CODE = "code", N_("同信用代码")
    NAME = "name", N_("名称相同")
    SOUND = "sound", N_("读音相同")
    FORMER = "former", N_("曾用名")
    ADDRESS = "address", N_("同地址")
    PEOPLE = "people", N_("同法人或联系人")
    COMPANY = "company", N_("同单位")

    @property
    def bit(self) -> int:
        return 1 << list(Sign).index(self)


_OF_CODES: dict[str, Sign] = {
    "phone:mobile": Sign.PHONE,
    "phone:landline": Sign.PHONE,
    "phone:shared": Sign.PHONE,
    "phone:near": Sign.PHONE,
    "code:same": Sign.CODE,
    "code:organisation": Sign.CODE,
    "code:near": Sign.CODE,
    "name:same_full": Sign.NAME,
    "name:same_script": Sign.NAME,
    "name:same_core": Sign.NAME,
    "person:same": Sign.NAME,
    "name:one_alike": Sign.SOUND,
    "person:sound": Sign.SOUND,
    "legal:sound": Sign.SOUND,
    "contact:sound": Sign.SOUND,
    "name:same_alias": Sign.FORMER,
    "address:room": Sign.ADDRESS,
    "address:number": Sign.ADDRESS,
    "address:shared": Sign.ADDRESS,
    "legal:same": Sign.PEOPLE,
    "contact:same": Sign.PEOPLE,
    "contact:cross": Sign.PEOPLE,
    "person:company": Sign.COMPANY,
}


def signs_of(reasons: Iterable[Any]) -> int:
    """The bits of a pair's reasons as they are kept: [[code, weight, detail], …]."""
    bits = 0
    for code, *_rest in reasons:
        if sign := Sign.SOUND if code.startswith("name:sound") else _OF_CODES.get(code):
            bits |= sign.bit
    return bits
