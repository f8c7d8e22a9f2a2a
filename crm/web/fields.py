"""Fields that understand what officers type: full-width digits, 1.2亿, 7月5日, names of states.

Each cleans what cannot be meant (NUL, control and direction marks) and refuses, with a sentence, what is
too long: nothing is ever cut silently.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, ClassVar

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from wtforms import DateTimeLocalField, Field, SelectField, StringField, TextAreaField, ValidationError
from wtforms.fields.choices import Choice
from wtforms.validators import StopValidation

from crm.db import db
from crm.lib import clock, texts
from crm.lib.dates import parse_day, parse_month
from crm.lib.enums import Labelled
from crm.lib.errors import Refused
from crm.lib.numerals import parse_usd_wan, parse_wan
from crm.lib.words import _, singular

__all__ = [
    "ChoiceField",
    "DayField",
    "LineField",
    "MomentField",
    "MonthField",
    "MuField",
    "NamedField",
    "Needed",
    "ParagraphField",
    "RecordField",
    "WanField",
    "_l",
    "_one",
]


def _one(msgid: str) -> LazyString:
    """A label that names a single one: see crm.lib.words.singular."""
    return LazyString(singular, msgid)


LINE = 200
PARAGRAPH = 20_000


class Needed:
    """The field must be filled; marks it so for people and browsers."""

    field_flags: ClassVar = {"required": True}

    def __call__(self, form: Any, field: Field) -> None:
        if field.data is None or (isinstance(field.data, str) and not field.data.strip()):
            # Say what was wrong with the typing first, if anything was.
            if not field.errors:
                raise StopValidation(_("请填写%(what)s", what=field.label.text))
            raise StopValidation()


class LineField(StringField):
    """One line of text, at most `longest` characters."""

    def __init__(self, label: Any = None, validators: Any = None, *, longest: int = LINE, **kwargs: Any):
        super().__init__(label, validators, **kwargs)
        self.longest = longest

    def process_formdata(self, valuelist: list[str]) -> None:
        if valuelist:
            self.data = texts.clean_line(valuelist[0])

    def pre_validate(self, form: Any) -> None:
        if self.data and len(self.data) > self.longest:
            raise StopValidation(
                _("%(what)s最多 %(most)s 个字，现在 %(now)s 个", what=self.label.text, most=self.longest,
                  now=len(self.data))
            )  # fmt: skip


class ParagraphField(TextAreaField):
    """Several lines, at most `longest` characters."""

    def __init__(self, label: Any = None, validators: Any = None, *, longest: int = PARAGRAPH, **kwargs: Any):
        super().__init__(label, validators, **kwargs)
        self.longest = longest

    def process_formdata(self, valuelist: list[str]) -> None:
        if valuelist:
            self.data = texts.clean_text(valuelist[0])

    pre_validate = LineField.pre_validate


class _TypedField(StringField):
    """Keeps what was typed, so that a refused value comes back as it was."""

    typed: str | None = None

    def parse(self, text: str) -> Any:
        raise NotImplementedError  # pragma: no cover - every subclass says how

    def say(self, value: Any) -> str:
        return str(value)

    def process_formdata(self, valuelist: list[str]) -> None:
        if not valuelist:
            return
        self.typed = texts.clean_line(valuelist[0])
        self.data = None
        if self.typed:
            if len(self.typed) > LINE:
                raise ValidationError(_("%(what)s太长了", what=self.label.text))
            try:
                self.data = self.parse(self.typed)
            except Refused as refused:
                raise ValidationError(refused.message) from None
            except ValueError as error:
                raise ValidationError(str(error)) from None

    def _value(self) -> str:
        if self.typed is not None:
            return self.typed
        return "" if self.data is None else self.say(self.data)


class WanField(_TypedField):
    """An amount in 万元; 1.2亿 and 3,000 are understood. `data` is a Decimal."""

    def parse(self, text: str) -> Decimal:
        return parse_wan(text)

    def say(self, value: Decimal) -> str:
        return f"{Decimal(value):f}".rstrip("0").rstrip(".") if "." in f"{Decimal(value):f}" else str(value)


class UsdField(WanField):
    """An amount in 万美元, never converted. `data` is a Decimal."""

    def parse(self, text: str) -> Decimal:
        return parse_usd_wan(text)


class MuField(_TypedField):
    """An area in 亩 (Chinese acres) with at most two decimals. `data` is a Decimal."""

    def parse(self, text: str) -> Decimal:
        line = unicodedata.normalize("NFKC", text).replace(",", "").removesuffix("亩").strip()
        if line.startswith(("-", "−", "负")):
            raise Refused(_("%(what)s不能是负数", what=self.label.text))
        if not re.fullmatch(r"\d{1,12}(\.\d{1,6})?", line, re.ASCII):
            raise Refused(_("看不懂面积“%(text)s”，请写成 120 或 35.5 这样，单位亩", text=text[:30]))
        area = Decimal(line).quantize(Decimal("0.01"), ROUND_HALF_UP)
        if area >= 10_000_000:
            raise Refused(_("%(what)s太大了，请检查单位（亩）", what=self.label.text))
        return area

    def say(self, value: Decimal) -> str:
        text = f"{Decimal(value):f}"
        return text.rstrip("0").rstrip(".") if "." in text else text


class DayField(_TypedField):
    """A day as people write it; rendered as a date input. `data` is a date."""

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.render_kw = {"type": "date", **(self.render_kw or {})}

    def parse(self, text: str) -> dt.date:
        return parse_day(text, clock.today())

    def say(self, value: dt.date) -> str:
        return value.isoformat()


class MonthField(_TypedField):
    """A whole month: 2013-06 or 2013年6月; `data` is its first day."""

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.render_kw = {"type": "month", "placeholder": "2013-06", **(self.render_kw or {})}

    def parse(self, text: str) -> dt.date:
        return parse_month(text)

    def say(self, value: dt.date) -> str:
        return f"{value:%Y-%m}"


class MomentField(DateTimeLocalField):
    """A moment on the clock of Shanghai; `data` is aware, UTC."""

    def __init__(self, label: Any = None, validators: Any = None, **kwargs: Any):
        super().__init__(label, validators, format=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"],
                         **kwargs)  # fmt: skip

    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            super().process_formdata([texts.clean_line(value) for value in valuelist])
        except ValueError:
            raise ValidationError(_("%(what)s请写成 2013-07-25 09:30 的样子", what=self.label.text)) from None
        if self.data:
            if not 1900 <= self.data.year <= 2100:
                self.data = None
                raise ValidationError(_("%(what)s的年份不对", what=self.label.text))
            self.data = self.data.replace(tzinfo=clock.HOME).astimezone(dt.UTC)

    def _value(self) -> str:
        if self.raw_data:
            return " ".join(self.raw_data)
        return clock.local(self.data).strftime("%Y-%m-%dT%H:%M") if self.data else ""


class ChoiceField(SelectField):
    """One state of a Labelled enum; `empty` is the word for "none of them" (then `data` may be None)."""

    def __init__(self, label: Any = None, validators: Any = None, *, of: type[Labelled], empty: Any = None,
                 **kwargs: Any):  # fmt: skip
        self.of = of
        self.empty = empty
        super().__init__(label, validators, choices=self._words, coerce=self._member, **kwargs)

    def _words(self) -> list[tuple[str, str]]:
        first = [("", str(self.empty))] if self.empty is not None else []
        return first + self.of.choices()

    def _member(self, value: Any) -> Labelled | None:
        return self.of(value) if value else None

    def iter_choices(self) -> Any:
        for value, label in self._words():
            yield Choice(value, label, value == (self.data.value if self.data else ""), {})

    def process_formdata(self, valuelist: list[str]) -> None:
        if valuelist:
            try:
                self.data = self._member(valuelist[0])
            except ValueError:
                self.data = None
                raise ValidationError(_("没有这个选项")) from None

    def pre_validate(self, form: Any) -> None:
        if self.data is None and self.empty is None:
            raise StopValidation(_("请选择%(what)s", what=self.label.text))


class RecordField(SelectField):
    """One record by id out of the few the user may choose; `choices` are given by the view. 0 means none."""

    def __init__(self, label: Any = None, validators: Any = None, **kwargs: Any):
        super().__init__(label, validators, coerce=self._id, **{"choices": [], **kwargs})

    @staticmethod
    def _id(value: Any) -> int | None:
        text = str(value if value is not None else "")
        return int(text) if text.isdecimal() and text.isascii() and int(text) else None

    def offer(self, pairs: Any, empty: str | None = None) -> None:
        """`pairs` of (id, label); `empty` is the word for none."""
        self.choices = ([("", empty)] if empty is not None else []) + [(str(i), label) for i, label in pairs]

    def iter_choices(self) -> Any:
        for value, label in self.choices:
            yield Choice(value, label, value == str(self.data or ""), {})

    def pre_validate(self, form: Any) -> None:
        if str(self.data or "") not in {value for value, _label in self.choices}:
            raise StopValidation(_("没有这个选项"))


class NamedField(LineField):
    """One record out of very many by its exact name; the endpoint `names` offers names while it is typed.

    The view says `among(...)`; a field that was found in shape holds the record in `record`.
    """

    def __init__(self, label: Any = None, validators: Any = None, *, names: str, **kwargs: Any):
        super().__init__(label, validators, **kwargs)
        self.names = names
        self.rows: Any = None
        self.record: Any = None
        self.said = ""
        self.render_kw = {"autocomplete": "off", "list": f"{self.id}-names", **(self.render_kw or {})}

    def process_data(self, value: Any) -> None:
        self.data = ""  # a record is named by `among`, and only to who sees it

    def among(self, rows: sa.Select[Any], now: Any = None) -> None:
        """Those that the user sees, and the one it is: for who does not see that one the field is empty, and left so it
        stays."""
        self.rows, self.record = rows, now
        seen = (
            now is not None and db.session.scalar(rows.where(self._model.id == now.id).limit(1)) is not None
        )
        self.said = now.name if seen else ""
        if self.raw_data is None:
            self.data = self.said

    @property
    def _model(self) -> Any:
        return self.rows.column_descriptions[0]["entity"]

    def pre_validate(self, form: Any) -> None:
        super().pre_validate(form)
        if (self.data or "") == self.said:
            return
        named = self.rows.where(self._model.name == self.data).limit(2)
        found = db.session.scalars(named).unique().all() if self.data else [None]
        if not found:
            raise StopValidation(_("没有正好叫这个名字、您又能看到的，请从提示里选"))
        if len(found) > 1:
            raise StopValidation(_("叫这个名字的不止一个，请到它的页面上去办"))
        self.record = found[0]
