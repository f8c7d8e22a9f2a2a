"""Every visible sentence passes through `_`: Chinese is the source, other languages are catalogues.

The ground floor knows no web framework, so the translator is handed in once by the application
(`install`). Without one (command line, `python -m crm.dedup`) sentences stay Chinese.

What `_` says remembers what it was made of. So a sentence that is stored, by a job or by somebody with another
language, is stored as that (`keep`) and said anew to each reader in his own language (`told`):

    event.note = keep(_("导入 %(file)s", file=name))        {{ event.note|told }}
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

_translate: Callable[[str], str] | None = None
_translate_one_or_many: Callable[[str, int], str] | None = None
_translate_in_context: Callable[[str, str], str] | None = None
_day: Callable[[str], str] | None = None

# A day or month among the values of a sentence, as the records have it: it is said as the reader's language does.
ISO_DAY = re.compile(r"\d{4}-(0[1-9]|1[0-2])(-\d\d)?", re.ASCII)

# In front of a sentence that is kept. Nothing that people type holds it: lib/texts takes control characters out.
KEPT = "\x1e"


class Sentence(str):
    """A text that knows how it was made: `msgid` with `values`; `many` where it has a form for one and one for more;
    `parts` where it is a list of things, set apart by `msgid`; `context` where one word has several translations."""

    msgid: str
    values: Mapping[str, object]
    many: int | None
    parts: list[str] | None
    context: str

    @classmethod
    def made(
        cls,
        text: str,
        msgid: str,
        values: Mapping[str, object],
        many: int | None = None,
        parts: list[str] | None = None,
        context: str = "",
    ) -> Sentence:
        one = cls(text)
        one.context = context
        one.msgid, one.values, one.many, one.parts = msgid, values, many, parts
        return one


def install(
    translate: Callable[[str], str],
    one_or_many: Callable[[str, int], str] | None = None,
    in_context: Callable[[str, str], str] | None = None,
    day: Callable[[str], str] | None = None,
) -> None:
    """Use `translate(msgid) -> text` from now on; it must return the msgid itself when it knows no better.
    `one_or_many(msgid, count)` the same for sentences that count something, `in_context(context, msgid)` for words
    that are said in several ways, `day("2013-06-30")` for days and months inside a sentence."""
    global _translate, _translate_one_or_many, _translate_in_context, _day
    _translate, _translate_one_or_many, _translate_in_context = translate, one_or_many, in_context
    _day = day


def _(msgid: str, **values: object) -> str:
    """The sentence in the reader's language, `%(name)s` places filled."""
    text = _translate(msgid) if _translate else msgid
    return Sentence.made(text % _spoken(values) if values else text, msgid, values)


def _n(msgid: str, n: int, /, **values: object) -> str:
    """The same for a sentence that counts: English has a form for one. `%(n)s` is the count unless `values`
    holds an `n` that reads better (1,000, 1000+). In the catalogue it has two forms; Chinese needs one."""
    text = _translate_one_or_many(msgid, n) if _translate_one_or_many else msgid
    places = {"n": n, **values}
    return Sentence.made(text % _spoken(places), msgid, places, many=n)


def _spoken(values: Mapping[str, object]) -> Mapping[str, object]:
    say = _day
    if say is None:
        return values
    return {
        name: say(one) if isinstance(one, str) and len(one) in (7, 10) and ISO_DAY.fullmatch(one) else one
        for name, one in values.items()
    }


def _c(context: str, msgid: str) -> str:
    """A word of which Chinese has one and others several: `_("企业")` heads a list, Enterprises; `_c("一个", "企业")`
    stands on one record, Enterprise."""
    text = _translate_in_context(context, msgid) if _translate_in_context else msgid
    return Sentence.made(text, msgid, {}, context=context)


ONE: dict[str, Callable[[], str]] = {
    "企业": lambda: _c("一个", "企业"),
    "线索": lambda: _c("一个", "线索"),
    "项目": lambda: _c("一个", "项目"),
    "重点项目": lambda: _c("一个", "重点项目"),
    "谋划项目": lambda: _c("一个", "谋划项目"),
    "会议": lambda: _c("一个", "会议"),
    "交办单": lambda: _c("一个", "交办单"),
    "地块": lambda: _c("一个", "地块"),
    "要素": lambda: _c("一个", "要素"),
    "承诺事项": lambda: _c("一个", "承诺事项"),
    "企业诉求": lambda: _c("一个", "企业诉求"),
}
"""The names of things that head a list in one place and a single one in another."""


def singular(msgid: str) -> str:
    """What stands before a single one: the head of a column, the label of a field. Deal, where the list says Deals."""
    said = ONE.get(msgid)
    return said() if said else _(msgid)


def listed(parts: Iterable[str]) -> str:
    """Things one after another, as the reader's language sets them apart: 甲、乙 or A, B."""
    return joined(parts, "、")


def joined(parts: Iterable[str], by: str) -> str:
    """The same with another mark between them, which is a msgid: sentences by “；”. Parts may be kept ones."""
    kept = list(parts)
    return Sentence.made(_(by).join(told(one) for one in kept), by, {}, parts=kept)


def N_(msgid: str) -> str:
    """Mark a label for the catalogue; it is translated when it is shown."""
    return msgid


# --- sentences that are stored -----------------------------------------------------------------------------


def keep(text: str) -> str:
    """What to store of a sentence that others will read. What somebody has typed is stored as it is."""
    made = _form(text)
    return str(text) if isinstance(made, str) else KEPT + json.dumps(made, ensure_ascii=False)


def told(text: str | None) -> str:
    """A stored text in the reader's language; one that was not kept as a sentence says what it says."""
    if not text or not text.startswith(KEPT):
        return text or ""
    form = _unpacked(text)
    return text.removeprefix(KEPT) if form is None else _said(form)


def _form(value: object) -> Any:
    """Plain text as itself; a sentence as {"say", "with", "n"}; things in a row as {"list", "by"}."""
    if isinstance(value, Sentence):
        if value.parts is not None:
            return {"list": [_form(part) for part in value.parts], "by": value.msgid}
        form: dict[str, Any] = {"say": value.msgid}
        if value.context:
            form["in"] = value.context
        if value.values:
            form["with"] = {name: _form(one) for name, one in value.values.items()}
        return form if value.many is None else form | {"n": value.many}
    if isinstance(value, str) and value.startswith(KEPT):
        form_ = _unpacked(value)
        return value.removeprefix(KEPT) if form_ is None else form_
    return value if isinstance(value, int | float) else str(value)


def _unpacked(text: str) -> Any:
    """None: it is not whole, or not ours."""
    try:
        form = json.loads(text.removeprefix(KEPT))
    except ValueError:
        return None
    return form if isinstance(form, dict) and ("say" in form or "list" in form) else None


def _said(form: Any) -> str:
    if not isinstance(form, dict):
        return str(form)
    if "list" in form:
        return joined([_said(one) for one in form["list"]], form["by"])
    msgid, count = str(form["say"]), form.get("n")
    if "in" in form:
        return _c(str(form["in"]), msgid)
    values = {
        name: one if isinstance(one, int | float) else _said(one)
        for name, one in form.get("with", {}).items()
    }
    try:
        return _(msgid, **values) if count is None else _n(msgid, int(count), **values)
    except (KeyError, TypeError, ValueError):  # a sentence of another version of the house, with other places
        return msgid
