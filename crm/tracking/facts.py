"""What should be known of a merchant, and how complete a record is.

「认真做好跟踪调查，建立充实“浙商资源库”」. What is missing is kept as one number, a bit for each fact: which records lack
a phone is then read from an index, whatever else they lack.
"""

from __future__ import annotations

from collections.abc import Iterable

from crm.lib.enums import Labelled
from crm.lib.words import N_


class Fact(Labelled):
    """In the order of their bits: a new one is put at the end."""

    USCC = "uscc", N_("信用代码")
    LEGAL_REP = "legal_rep", N_("法定代表人")
    REGION = "region", N_("所在地")
    INDUSTRY = "industry", N_("行业")
    DIRECTION = "direction", N_("招商方向")
    BUSINESS = "business", N_("主营业务")
    NATIVE = "native", N_("籍贯")
    CONTACT = "contact", N_("联系人")
    PHONE = "phone", N_("联系电话")
    INTENT = "intent", N_("投资意愿")

    @property
    def bit(self) -> int:
        return 1 << list(Fact).index(self)


WEIGHTS = {
    Fact.USCC: 10, Fact.LEGAL_REP: 5, Fact.REGION: 15, Fact.INDUSTRY: 10, Fact.DIRECTION: 5, Fact.BUSINESS: 10,
    Fact.NATIVE: 5, Fact.CONTACT: 15, Fact.PHONE: 15, Fact.INTENT: 10,
}  # fmt: skip
OF_FIRMS = frozenset({Fact.USCC, Fact.LEGAL_REP, Fact.INDUSTRY, Fact.DIRECTION})
"""Not asked of chambers and institutes."""
EVERY_MASK = 1 << len(Fact)


class Band(Labelled):
    """How complete, in words."""

    POOR = "poor", N_("不到 40 分"), "bad"
    FAIR = "fair", N_("40 到 69 分"), "warn"
    GOOD = "good", N_("70 到 99 分"), "info"
    FULL = "full", N_("100 分"), "good"

    @property
    def scores(self) -> range:
        return {"poor": range(40), "fair": range(40, 70), "good": range(70, 100), "full": range(100, 101)}[
            self.value
        ]


def band_of(score: int) -> Band:
    return next(band for band in Band if score in band.scores)


def asked_of(is_firm: bool) -> list[Fact]:
    return [fact for fact in Fact if is_firm or fact not in OF_FIRMS]


def mask(missing: Iterable[Fact]) -> int:
    return sum(fact.bit for fact in set(missing))


def missing(lacks: int) -> list[Fact]:
    """The facts of a mask, what weighs most first."""
    return sorted((fact for fact in Fact if lacks & fact.bit), key=lambda fact: -WEIGHTS[fact])


def score(lacks: int, is_firm: bool) -> int:
    """0 to 100: the weight of what is known in the weight of what is asked. 100 only when nothing is missing."""
    asked = asked_of(is_firm)
    whole = sum(WEIGHTS[fact] for fact in asked)
    known = sum(WEIGHTS[fact] for fact in asked if not lacks & fact.bit)
    return 100 * known // whole


def masks_lacking(fact: Fact) -> list[int]:
    """Every mask with this bit."""
    return [one for one in range(EVERY_MASK) if one & fact.bit]
