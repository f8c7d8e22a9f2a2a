"""Phones, WeChat names, QQ numbers and addresses that people type into a sentence, masked where they stand.

    电话13800001111，微信 lin_yf88  ->  电话138****1111，微信 li****8

What is surely a way to reach somebody is masked, in whatever spacing it was typed; an amount, a credit code or a year
stays as it is. A local number (3021234) is a number of anything: it is masked behind a word like 电话 only.
"""

from __future__ import annotations

import re
import unicodedata

from . import phones

_STARS = "****"
_ANY = re.compile(r"[\dA-Za-zＡ-Ｚａ-ｚ]")
_LABELS = "电话|手机|座机|固话|传真|号码|致电|拨打|热线|tel|phone|mobile|fax"
_MAYBE = re.compile(
    rf"[@＠+＋]|(?:\d\D{{0,3}}){{10}}|{_LABELS}|微信|薇信|威信|[wvＷＶ][xXＸ]|we?i?xin|wechat|qq|加v|v信|ＱＱ",
    re.I,
)
"""What no text can be without that has anything to mask: asked first, since most cells have none of it."""

_SPACED = (
    r"(?:1[3-9]\d[ ]?\d{8}|1[3-9]\d[ ]\d{4}[ ]\d{4}|1[3-9]\d{5}[ ]\d{4}|1[3-9]\d\d[ ]\d{3}[ ]\d{4}"
    r"|1[3-9]\d[ ]\d{3}[ ]\d{5}|1[3-9]\d(?:[ ]\d\d){4}|1[ ][3-9](?:[ ]\d){9})"
)
_DASHED = r"1[3-9]\d?(?:[-.·•_~]{1,2}\d{2,5}){2,4}"
_CODE = r"(?:\((?:\+|00)\s?86\)|(?:\+|00)\s?86)[-\s]{0,2}"
_HOME = rf"(?:{_CODE}|86[-\s])?"
_AREA = r"(?:10|2\d|[3-9]\d\d)"
_EXTENSION = r"(?:\s?(?:转|转分机|分机|ext\.?|-)\s?\d{1,6}(?!\d))?"
_NOT_BEFORE = r"(?<!\d)"
_NOT_AFTER = r"(?!\d)(?!\.\d{1,2}(?!\d))(?!\s?(?:元|万|亿|千元|美元|港元|欧元|平方|㎡|亩|吨|千瓦|度|人次|%))"

_MOBILE = re.compile(rf"{_NOT_BEFORE}{_HOME}(?:0(?=1))?(?:{_SPACED}|{_DASHED}){_EXTENSION}{_NOT_AFTER}", re.I)
_LANDLINE = re.compile(
    rf"{_NOT_BEFORE}(?:{_HOME}(?:\(0{_AREA}\)|0{_AREA})|{_CODE}{_AREA})"
    rf"[-\s.]{{0,2}}[2-8]\d{{2,3}}[-\s]?\d{{4}}{_EXTENSION}{_NOT_AFTER}",
    re.I,
)
_SERVICE = re.compile(rf"{_NOT_BEFORE}[48]00[-\s]?\d{{3,4}}[-\s]?\d{{3,4}}{_NOT_AFTER}")
_ABROAD = re.compile(rf"{_NOT_BEFORE}(?:\+|00(?=[1-9]))\s?\d(?:[-\s()]{{0,2}}\d){{7,14}}{_NOT_AFTER}")
_CARD = re.compile(
    r"(?<![0-9A-Za-z])[1-9]\d{5}(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx](?![0-9A-Za-z])"
)
_SAID = re.compile(
    rf"((?:{_LABELS})[^\d\n,，。;；]{{0,6}}?)"
    r"((?:\d[-\s]{0,2}){5,12}\d(?:\s?[、/,，;；或和]\s?(?:\d[-\s]{0,2}){5,12}\d)*)" + _NOT_AFTER,
    re.I,
)
_RUN = re.compile(r"\d(?:[-\s]{0,2}\d){4,}")
_MAIL = re.compile(
    r"(?<![A-Za-z0-9._%+-])[A-Za-z0-9][A-Za-z0-9._%+-]*\s?@\s?[A-Za-z0-9-]+(?:\s?\.\s?[A-Za-z0-9-]+)+"
)
_WECHAT = re.compile(
    r"((?:微信|薇信|威信|wechat|weixin|(?<![a-z])[wv]x(?!id)|加[vw](?![a-z])|(?<![a-z])v信)(?!公众号|公众平台|支付|小程序)"
    r"(?:号码|账号|帐号|号|名|id)?(?:[^0-9A-Za-z\n。;；]{0,4}|同电话|是|为)?)"
    r"([A-Za-z][-_A-Za-z0-9]{4,19}|\d{5,12})(?![A-Za-z0-9])(?!@)",
    re.I,
)
_WXID = re.compile(r"(?<![A-Za-z0-9])wxid_[A-Za-z0-9]{4,}", re.I)
_QQ = re.compile(r"((?<![A-Za-z])qq(?:号码|号)?[^0-9A-Za-z\n]{0,4})([1-9]\d{4,10})(?!\d)", re.I)
_NO_NAME = frozenset(("wechat", "weixin", "official", "account"))


class _Plain(dict[int, str]):
    """Full-width and other digits, letters and dashes as ASCII, one for one, so that places in the text stay."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        plain = unicodedata.normalize("NFKC", char)
        if unicodedata.category(char) == "Pd" or char in "−﹣ー":
            plain = "-"
        elif (digit := unicodedata.decimal(char, None)) is not None:
            plain = str(digit)
        elif unicodedata.category(char) in ("Cf", "Zs"):
            plain = " "
        self[code] = plain if len(plain) == 1 and plain.isascii() else char
        return self[code]


_plain = _Plain()


def mask_text(text: str) -> str:
    """The text with every way to reach somebody masked. What was masked already stays as it is."""
    if not (_ANY.search(text) and _MAYBE.search(text)):
        return text
    text = _shown(text, _MAIL, 0, phones.mask_handle)
    text = _shown(text, _WXID, 0, phones.mask_handle)
    text = _shown(text, _CARD, 0, lambda card: card[:4] + _STARS + card[-4:])
    text = _shown(text, _WECHAT, 2, _handle)
    text = _shown(text, _QQ, 2, phones.mask_handle)
    for shape in (_MOBILE, _LANDLINE, _SERVICE, _ABROAD):
        text = _shown(text, shape, 0, _number)
    return _shown(text, _SAID, 2, lambda run: _RUN.sub(lambda one: _number(one[0]), run))


def _shown(text: str, shape: re.Pattern[str], group: int, mask: object) -> str:
    """The text with what this group of the shape covers replaced; all else is left exactly as it was typed."""
    parts, at = [], 0
    for found in shape.finditer(text.translate(_plain)):
        covered = found[group]
        masked = mask(covered)  # type: ignore[operator]
        if masked != covered:
            parts += [text[at : found.start(group)], masked]
            at = found.end(group)
    return "".join([*parts, text[at:]]) if parts else text


def _handle(name: str) -> str:
    return name if name.lower() in _NO_NAME else phones.mask_handle(name)


def _number(typed: str) -> str:
    """As `phones.mask` writes it; what that does not know as one number keeps three digits and four."""
    digits = re.sub(r"\D", "", typed)
    masked = phones.mask(typed)
    if "、" in masked or digits in re.sub(r"\D", "", masked) or _STARS not in masked:
        return digits[:3] + _STARS + digits[-4:] if len(digits) > 8 else _STARS + digits[-4:]
    return masked
