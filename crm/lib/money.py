"""Money as it is shown, and the size classes that reports count by. Amounts are Decimal 万元, of dollars 万美元."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal

from .enums import Labelled
from .words import N_

WAN_PER_YI = 10_000


class Band(Labelled):
    """Size of an investment. “以上”含本数: a class holds its lower bound (民法典 1259)."""

    BELOW_10M = "below_10m", N_("1000万元以下")
    FROM_10M = "from_10m", N_("1000万—5000万元")
    FROM_50M = "from_50m", N_("5000万—1亿元")
    FROM_100M = "from_100m", N_("1—5亿元")
    FROM_500M = "from_500m", N_("5—10亿元")
    FROM_1B = "from_1b", N_("10—50亿元")
    FROM_5B = "from_5b", N_("50亿元以上")

    @property
    def from_wan(self) -> int:
        """The lower bound, 万元, which belongs to the class; the class ends below the next one's."""
        return _FROM_WAN[self]


_FROM_WAN = {
    Band.BELOW_10M: 0,
    Band.FROM_10M: 1_000,
    Band.FROM_50M: 5_000,
    Band.FROM_100M: 10_000,
    Band.FROM_500M: 50_000,
    Band.FROM_1B: 100_000,
    Band.FROM_5B: 500_000,
}


def band(wan: Decimal | int | float | None) -> Band | None:
    """The class of an amount; None for no amount. Reports count cumulatively: sum the upper classes."""
    if wan is None:
        return None
    return next((b for b in reversed(Band) if wan >= _FROM_WAN[b]), Band.BELOW_10M)


def _round(amount: Decimal, places: str) -> Decimal:
    return amount.quantize(Decimal(places), ROUND_HALF_UP)


def wan_text(wan: Decimal | int | float | None, lang: str = "zh") -> str:
    """'1.20亿元' from one 亿 on, else '5,000万元'; English 'CNY 120.0 million'. '' for no amount."""
    return _text(wan, lang, "元", "CNY", "0.1")


def usd_text(wan: Decimal | int | float | None, lang: str = "zh") -> str:
    """'1.20亿美元', '1,234万美元'; English 'USD 12.34 million': of dollars there are fewer, so a place more is told."""
    return _text(wan, lang, "美元", "USD", "0.01")


def _text(wan: Decimal | int | float | None, lang: str, yuan: str, code: str, millions: str) -> str:
    if wan is None:
        return ""
    amount = _round(Decimal(str(wan)), "0.01")
    sign, amount = ("-" if amount < 0 else ""), abs(amount)
    if lang.startswith("en"):
        return f"{sign}{code} {_english(amount, millions)}"
    if amount >= WAN_PER_YI:
        return f"{sign}{_round(amount / WAN_PER_YI, '0.01'):,}亿{yuan}"
    return f"{sign}{_trimmed(amount)}万{yuan}"


def _english(wan: Decimal, millions: str) -> str:
    if wan >= 100_000:
        return f"{_round(wan / 100_000, '0.01'):,} billion"
    if wan >= 100:
        return f"{_round(wan / 100, millions):,} million"
    return _trimmed(wan * 10_000)


def read_wan_text(text: str) -> Decimal | None:
    """What `wan_text` has written, in 万元; None for any other text."""
    if not (found := _SHOWN.fullmatch(text)):
        return None
    sign, before, digits, unit = found.groups()
    if bool(before) != (unit in ("", " million", " billion")):
        return None
    amount = Decimal(digits.replace(",", "")) * _UNITS[unit]
    return -amount if sign else amount


_SHOWN = re.compile(r"(-?)(CNY )?([\d,]+(?:\.\d+)?)(亿元|万元| million| billion|)")
_UNITS = {"亿元": Decimal(WAN_PER_YI), "万元": Decimal(1), " billion": Decimal(100_000), " million": Decimal(100),
          "": Decimal("0.0001")}  # fmt: skip


def _trimmed(amount: Decimal) -> str:
    text = f"{amount:,.2f}"
    return text.rstrip("0").rstrip(".")
