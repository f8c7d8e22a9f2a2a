"""Phone numbers as they stand in lists: several in a cell, full-width, with labels, prefixes, extensions.

`parse_phones` never fails and never drops anything: what is no number comes back as UNKNOWN with its text.
The shapes of Chinese numbers are our own (number ranges not yet given out, such as 154, must pass, and
"转 8001", "-8001" or two numbers in a cell are errors or worse to the library); numbers abroad are read and
written by phonenumbers.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from .words import _


class PhoneKind(StrEnum):
    MOBILE = "mobile"
    LANDLINE = "landline"
    FOREIGN = "foreign"  # Hong Kong, Macau and Taiwan too
    SERVICE = "service"  # 400 and 800 numbers, 95588, 12345
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Phone:
    """One number.

    `digits`: what two records are compared by: E.164 (+8615400000001) where there is one, else bare digits
    (service numbers, a landline without its area code). `national`: what is read and dialled
    (15400000001, 0571-88886666, +852 9123 4567). `tail4`: its last four digits. `raw`: the part of the cell.
    """

    kind: PhoneKind
    digits: str
    national: str
    extension: str
    tail4: str
    raw: str

    @property
    def display(self) -> str:
        if not self.extension:
            return self.national
        return _("%(number)s 转 %(extension)s", number=self.national, extension=self.extension)


# Area codes are 010, 02x and four digits from 03xx on; seven or eight digits follow
_LANDLINE = re.compile(r"(010|02\d|0[3-9]\d\d)([2-9]\d{6,7})")
_LOCAL = re.compile(r"[2-8]\d{6,7}")
_MOBILE = re.compile(r"(?:0|17\d{3}|12593)?(1[3-9]\d{9})")  # 0 and IP prefixes were dialled before it
_SERVICE = re.compile(r"[48]00\d{7}|9[56]\d{3,4}|100\d\d|1[012]\d|12\d{3}|11[68]\d{2,3}")
_HOME_CODE = re.compile(r"\(?(?:\+|00)-?\(?86\)?")
_ABROAD_CODE = re.compile(r"\(?(?:\+|00)")
# Written without a plus only by neighbours whose codes are no beginning of a number here
_NEIGHBOUR = re.compile(r"\(?(?:852|853|886)\)?|\(?39\)?-")

_GAP = r"[\s:：.\-－]*"
_CUT_BEFORE_EXTENSION = re.compile(r"[/、,，;；|\s]+(?=(?:转|分机|内线|ext)\D{0,8}\d)", re.IGNORECASE)
_EXTENSION = re.compile(
    r"[\s\-(]*(?:转(?:分机)?|分机(?:号)?|内线|extension|ext\.?|(?<=\d)\s*x|(?<=[\d\s])#)"
    rf"{_GAP}(\d{{1,6}})(?!\d)\s*\)?",
    re.IGNORECASE,
)
_DASH_EXTENSION = re.compile(r"(.*\d{7,8}\)?)-(\d{1,6})")
_SEPARATORS = re.compile(r"[/、,，;；|\n\r\t]|或者?|以及|及|和|&")
_DASHES = re.compile(r"[‐-―−－﹘﹣ー—~～·.•_]")
_SPAN = re.compile(r"(?<![A-Za-z\d])[+(]*\d[\d\s()+\-]*(?![A-Za-z])")
_LABELS = re.compile(
    r"(?<![a-z])(?:telephone|tel|mobile|mob|phone|cell|fax|office|hp|m|t|p|f)[\s.:]*(?=[+(\d])", re.I
)
_MANY_GROUPS = 12


def parse_phones(text: str | None) -> list[Phone]:
    """Every number of a cell in its order, each once. Never raises; an empty cell gives an empty list.

    A landline without area code takes that of the one before it in the cell (0571-88886666、88886667).
    """
    answer: list[Phone] = []
    seen = set()
    area = ""
    for chunk in _chunks(text or ""):
        for phone in _read_chunk(chunk, area):
            if phone.kind is PhoneKind.LANDLINE and "-" in phone.national:
                area = phone.national.partition("-")[0]
            key = (phone.digits or phone.raw, phone.extension)
            if key not in seen:
                seen.add(key)
                answer.append(phone)
    return answer


def _chunks(text: str) -> list[str]:
    text = _CUT_BEFORE_EXTENSION.sub(" ", text)  # 0571-88886666，转8001 is one
    return [part.strip() for part in _SEPARATORS.split(text) if part.strip()]


def _plain(chunk: str) -> str:
    text = unicodedata.normalize("NFKC", chunk)
    text = re.sub(r"(?<=\d{5})\.0+(?!\d)", "", text)  # a spreadsheet's 15400000001.0
    text = re.sub(r"[\[{【〔「]", "(", re.sub(r"[\]}】〕」]", ")", text))
    text = _DASHES.sub("-", text.replace("(0)", ""))
    return _LABELS.sub("", text)


def _read_chunk(raw: str, area: str) -> list[Phone]:
    plain = _plain(raw)
    found: list[Phone] = []
    at = 0
    for extension in _EXTENSION.finditer(plain):
        numbers = list(_read_plain(plain[at : extension.start()], raw, area))
        if numbers:
            numbers[-1] = _with_extension(numbers[-1], extension[1])
        else:
            numbers = [_unknown(raw)]
        found += numbers
        at = extension.end()
    found += _read_plain(plain[at:], raw, area)
    if any(phone.kind is not PhoneKind.UNKNOWN for phone in found):
        return found
    return [_unknown(raw)]


def _read_plain(plain: str, raw: str, area: str) -> Iterator[Phone]:
    for span in _SPAN.finditer(plain):
        for kind, digits, national, extension in _read_span(span[0], area):
            bare = re.sub(r"\D", "", digits)
            yield Phone(kind, digits, national, extension, bare[-4:] if len(bare) >= 4 else "", raw)


def _with_extension(phone: Phone, extension: str) -> Phone:
    return Phone(phone.kind, phone.digits, phone.national, extension, phone.tail4, phone.raw)


def _unknown(raw: str) -> Phone:
    digits = "".join(c for c in unicodedata.normalize("NFKC", raw) if "0" <= c <= "9")
    return Phone(PhoneKind.UNKNOWN, digits, raw, "", digits[-4:] if len(digits) >= 4 else "", raw)


_Found = tuple[PhoneKind, str, str, str]  # kind, digits, national, extension


def _read_span(span: str, area: str) -> list[_Found]:
    """Digits, blanks, dashes and brackets: one number or several, whichever leaves the least unexplained."""
    groups = span.split()
    count = len(groups)
    if count > _MANY_GROUPS:
        return [one for group in groups for one in _read_joined(group, area) or [_loose(group)]]
    best: list[tuple[int, list[_Found]]] = [(0, [])]
    for end in range(1, count + 1):
        ways = []
        for start in range(end):
            joined = "".join(groups[start:end])
            read = _read_joined(joined, area)
            if read is None and start < end - 1:
                continue
            cost, before = best[start]
            ways.append((cost + (len(read) if read else 20), before + (read or [_loose(joined)])))
        best.append(min(ways, key=lambda way: way[0]))
    return best[count][1]


def _loose(text: str) -> _Found:
    digits = re.sub(r"\D", "", text)
    return PhoneKind.UNKNOWN, digits, digits, ""


def _read_joined(text: str, area: str) -> list[_Found] | None:
    """One number, or two with a dash between them; None when it is neither."""
    text = text.strip("-")
    tail = _DASH_EXTENSION.fullmatch(text)
    if tail and (one := _read_number(tail[1], area)) and one[0] is PhoneKind.LANDLINE:
        return [(*one[:3], tail[2])]
    if one := _read_number(text, area):
        return [one]
    head, dash, last = text.rpartition("-")
    if dash and 0 < len(last) <= 6 and last.isdigit() and (one := _read_number(head, area)):
        return [(*one[:3], last)]
    for at in (at for at, c in enumerate(text) if c == "-"):
        left, right = _read_number(text[:at], area), _read_number(text[at + 1 :], area)
        if left and right and PhoneKind.LANDLINE not in (left[0], right[0]):
            return [left, right]
    return None


def _read_number(text: str, area: str) -> _Found | None:
    if home := _HOME_CODE.match(text):
        return _read_home(re.sub(r"\D", "", text[home.end() :]), "", with_code=True)
    if abroad := _ABROAD_CODE.match(text):
        digits = re.sub(r"\D", "", text[abroad.end() :])
        return _read_abroad(digits) if digits else None
    digits = re.sub(r"\D", "", text)
    found = _read_home(digits, area)
    if not found and digits.startswith("86"):
        found = _read_home(digits[2:], "", with_code=True)
    if not found and _NEIGHBOUR.match(text):
        found = _read_abroad(digits, surely=True)
    return found


def _read_home(digits: str, area: str, *, with_code: bool = False) -> _Found | None:
    if mobile := _MOBILE.fullmatch(digits):
        return PhoneKind.MOBILE, f"+86{mobile[1]}", mobile[1], ""
    landline = _LANDLINE.fullmatch(digits) or (with_code and _LANDLINE.fullmatch(f"0{digits}"))
    if landline:
        return _landline(landline[1], landline[2])
    if _SERVICE.fullmatch(digits):
        if len(digits) == 10:
            return PhoneKind.SERVICE, digits, f"{digits[:3]}-{digits[3:6]}-{digits[6:]}", ""
        return PhoneKind.SERVICE, digits, digits, ""
    if not with_code and _LOCAL.fullmatch(digits):
        return _landline(area, digits) if area else (PhoneKind.LANDLINE, digits, digits, "")
    return None


def _landline(area: str, local: str) -> _Found:
    return PhoneKind.LANDLINE, f"+86{area[1:]}{local}", f"{area}-{local}", ""


def _read_abroad(digits: str, *, surely: bool = False) -> _Found | None:
    import phonenumbers  # the tables take 50 ms to load and most cells never ask for them

    try:
        number = phonenumbers.parse(f"+{digits}")
    except phonenumbers.NumberParseException:
        return None
    if not (phonenumbers.is_valid_number(number) if surely else phonenumbers.is_possible_number(number)):
        return None
    return (
        PhoneKind.FOREIGN,
        phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164),
        phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL),
        "",
    )


def digit_runs(text: str) -> list[str]:
    """What a cell is searched by: each number as dialled here (057188886666), and each extension."""
    if len(text) == 11 and text.isascii() and text.isdigit() and text[0] == "1":
        return [text]
    runs = []
    for phone in parse_phones(text):
        shown = phone.digits if phone.kind in (PhoneKind.FOREIGN, PhoneKind.UNKNOWN) else phone.national
        runs += [run for run in (re.sub(r"\D", "", shown), phone.extension) if run]
    return runs


# --- masks ------------------------------------------------------------------------------------------------

_STARS = "****"
_MASKED = re.compile(r"\+?\d{0,4}-?\*{4}\d{0,4}")


def mask(text: str | None) -> str:
    """154****0001, 0571-****6666, +852****4567: enough to recognise, not to dial. Extensions are left out.

    A cell with several numbers is masked one by one; what is no number is masked as a handle.
    """
    line = (text or "").strip()
    if _MASKED.fullmatch(line):
        return line
    return "、".join(dict.fromkeys(_masked(phone) for phone in parse_phones(line)))


def _masked(phone: Phone) -> str:
    if phone.kind is PhoneKind.UNKNOWN:
        return _masked_handle(phone.raw)
    if phone.kind is PhoneKind.LANDLINE:
        area, dash, _local = phone.national.rpartition("-")
        return f"{area}{dash}{_STARS}{phone.tail4}"
    if phone.kind is PhoneKind.FOREIGN:
        return f"{phone.national.partition(' ')[0][:4]}{_STARS}{phone.tail4}"
    if len(phone.digits) < 8:
        return phone.digits[0] + _STARS
    return phone.national[:3] + _STARS + phone.tail4


def mask_handle(text: str | None) -> str:
    """WeChat, QQ, e-mail: ab****z, l****@example.com; a handle that is a phone number as `mask` does."""
    line = (text or "").strip()
    if len(line) == 11 and line.isascii() and line.isdigit() and "13" <= line[:2] <= "19":
        return line[:3] + _STARS + line[7:]  # a mobile, as nearly all are: no need to read it any further
    if _MASKED.fullmatch(line):
        return line
    found = parse_phones(line)
    if len(found) == 1 and found[0].kind is not PhoneKind.UNKNOWN and "@" not in line:
        return _masked(found[0])
    return _masked_handle(line)


def _masked_handle(line: str) -> str:
    name, at, host = line.partition("@")
    if at:
        return f"{name[:1]}{_STARS}@{re.sub(r'[0-9]{4,}', _STARS, host)}"
    if len(line) < 2:
        return _STARS if line else ""
    if len(line) < 6:
        return line[0] + _STARS
    return f"{line[:2]}{_STARS}{line[-1]}"
