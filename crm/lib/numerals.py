"""Amounts as people write them, read as 万元 or 万美元."""

from __future__ import annotations

import re
import unicodedata
from decimal import ROUND_HALF_UP, Decimal

from .errors import Refused
from .words import _

MOST_WAN = Decimal(10) ** 9  # ten million million yuan: more than any investment, so a slip of the unit

_ROWS = ("〇零", "一壹", "二贰两貳", "三叁參", "四肆", "五伍", "六陆陸", "七柒", "八捌", "九玖")
_DIGITS = {char: number for number, row in enumerate(_ROWS) for char in row}
_TENS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
_LATIN_NUMBER = r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d*)?|\.\d+"
_PART = re.compile(rf"(?P<number>{_LATIN_NUMBER})(?P<tens>[十拾百佰千仟]?)")
_HAN_PART = re.compile(f"[{''.join(_DIGITS)}{''.join(_TENS)}]+")
_BEFORE = re.compile(r"^(?:人民币|rmb|cny|[¥￥]|约|共|计|合计|总投资)+", re.IGNORECASE)
_DOLLARS = re.compile(r"美元|美金|us\$|usd|\$", re.IGNORECASE)
_OTHER = re.compile(r"元|¥|人民币|rmb|cny|港币|英镑|hkd|eur|[€£]", re.IGNORECASE)
_FOREIGN = re.compile(r"美元|美金|港元|港币|欧元|日元|英镑|usd|hkd|eur|[$€£]", re.IGNORECASE)
_INEXACT = re.compile(r"[多余超近左右上下几数]|以上|以内|不到|至|到|~|[-—–－](?=\d)")


def parse_wan(text: str | None) -> Decimal:
    """万元, rounded to two decimals (half up, that is to 100 元).

    1.2亿 · 1.2亿元 · 5000万 · 3,000 (no unit: 万元, also behind ￥) · 300000元 · 1亿2000万 · 一亿二千万
    · 5000w.
    Refuses what is no single number of yuan: negatives, other currencies, "5000余万", ranges, words, and more
    than 10 万亿元.
    """
    line = unicodedata.normalize("NFKC", text or "")
    line = re.sub(r"\s+", "", line).replace("，", ",")
    shown = (text or "").strip()[:30]
    if not line:
        raise Refused(_("请填写金额"))
    line = _BEFORE.sub("", line)
    if line[:1] in ("-", "−", "－") or line.startswith("负"):
        raise Refused(_("金额不能是负数"))
    if _FOREIGN.search(line):
        raise Refused(_("请折算成人民币后填写，单位万元"))
    wan = _read(line.rstrip("整正"))
    if wan is None and _INEXACT.search(line):
        raise Refused(_("“%(text)s”不是一个确定的数，请写一个数，单位万元", text=shown))
    if wan is None:
        raise Refused(_("看不懂金额“%(text)s”，请写成 5000 或 1.2亿 这样，单位万元", text=shown))
    if wan > MOST_WAN:
        raise Refused(_("金额太大（超过 10 万亿元），请检查单位"))
    return wan.quantize(Decimal("0.01"), ROUND_HALF_UP)


def parse_usd_wan(text: str | None) -> Decimal:
    """万美元, in the forms of `parse_wan`: 500 · 500万美元 · USD 500万 · 1.2亿 · 5,600,000美元 (a bare number: 万美元).

    Never converts: an amount of another currency, yuan included, is refused. Nor guesses: USD 500 may be five hundred
    dollars or five million, and is asked for its unit.
    """
    line = re.sub(r"\s+", "", unicodedata.normalize("NFKC", text or "")).replace("，", ",")
    shown = (text or "").strip()[:30]
    if not line:
        raise Refused(_("请填写金额"))
    bare = _DOLLARS.sub("", line)
    if _OTHER.search(bare):
        raise Refused(_("请填美元的数，单位万美元；别的币种不要填在这里，也不要自己折算"))
    if bare[:1] in ("-", "−") or bare.startswith("负"):
        raise Refused(_("金额不能是负数"))
    says_dollars_last = re.search(rf"(?:{_DOLLARS.pattern})$", line, re.IGNORECASE)
    wan = _read(f"{bare}元" if says_dollars_last else bare)
    if wan is None:
        raise Refused(_("看不懂金额“%(text)s”，请写成 500 或 1.2亿 这样，单位万美元", text=shown))
    if _DOLLARS.match(line) and not says_dollars_last and not re.search("[万亿w]", bare, re.IGNORECASE):
        raise Refused(_("“%(text)s”没有写明是美元还是万美元，请写成 500万美元 这样", text=shown))
    if wan > MOST_WAN:
        raise Refused(_("金额太大，请检查单位（万美元）"))
    return wan.quantize(Decimal("0.01"), ROUND_HALF_UP)


def _read(line: str) -> Decimal | None:
    if len(line) > 40:
        return None
    lower = line.lower()
    lower = re.sub(r"kw$", "千万", lower)
    lower = re.sub(r"w$", "万", lower)
    body, yuan, _rest = lower.partition("元")
    if _rest or not body:
        return None
    body = re.sub(r"块$", "", body)
    upper, yi, lower_part = body.partition("亿")
    if not yi:
        upper, lower_part = "", body
    middle, wan, last = lower_part.partition("万")
    if not wan:
        middle, last = "", lower_part
    if (yi and not upper) or (wan and not middle):
        return None
    if (yi or wan) and last and not yuan and re.search(r"\d", last):
        return None  # 1亿2: two hundred million and what?
    values = [_section(part) if part else Decimal(0) for part in (upper, middle, last)]
    if any(value is None for value in values):
        return None
    hundred_millions, ten_thousands, ones = (value or Decimal(0) for value in values)
    total = hundred_millions * 10_000 + ten_thousands
    if yi or wan:
        if not yuan and last and ones < 10:
            return None  # 一亿二
        return total + ones / 10_000
    return ones / 10_000 if yuan else ones


def _section(part: str) -> Decimal | None:
    """A number below 万: 2000, 3,000.5, 5千, 两千零五十."""
    if plain := _PART.fullmatch(part):
        return Decimal(plain["number"].replace(",", "")) * _TENS.get(plain["tens"], 1)
    if not _HAN_PART.fullmatch(part):
        return None
    if not any(c in _TENS for c in part):  # 二〇一三 is said digit by digit
        return Decimal("".join(str(_DIGITS[c]) for c in part))
    total, digit, last_unit = 0, -1, 10_000
    for char in part:
        if char in _DIGITS:
            if digit > 0:
                return None
            digit = _DIGITS[char]
            continue
        unit = _TENS[char]
        if unit >= last_unit or (digit == 0 and unit != 10):
            return None
        total += (digit if digit > 0 else 1) * unit
        digit, last_unit = -1, unit
    return Decimal(total + max(digit, 0))
