"""The base of every form: shape checked, refusals shown beside the fields, nothing typed ever lost.

A view reads:

    form = AdvanceForm.of(deal)
    if form.submitted():
        with form.refusals():
            actions.advance(deal, form.data, actor=me())
            return commit_and_go(form, url_for(".show", id=deal.id), _("已推进"))
    return form.page("pipeline/advance.html", deal=deal)
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import urlsplit

from flask import flash, redirect, render_template, request
from flask_wtf import FlaskForm
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.exc import StaleDataError
from wtforms import Field, HiddenField

from crm.db import db
from crm.lib.errors import Refused
from crm.lib.words import _

from . import once
from .fields import NamedField

ONCE = re.compile(r"[\w-]{1,64}", re.ASCII)  # what a key that we made looks like; another is no key


@dataclass(frozen=True)
class Difference:
    """A field that somebody else has changed meanwhile."""

    label: str
    theirs: str
    mine: str


class ActForm(FlaskForm):
    """One form per act. `once` makes a double sending harmless, `version` makes a stale edit visible."""

    once = HiddenField()

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.status = 200
        self.refusal: list[str] = []
        self.conflict: list[Difference] = []
        self.subject: Any = None
        if not ONCE.fullmatch(self.once.data or ""):
            self.once.data = secrets.token_urlsafe(18)

    @classmethod
    def of(cls, subject: Any = None, **values: Any) -> Self:
        """The form about a record: its values to begin with, its version to hold on to."""
        form = cls(obj=subject, data=values or None)
        form.subject = subject
        return form

    def submitted(self) -> bool:
        """A POST of the right shape, not sent before, about the version that still stands."""
        if request.method != "POST":
            return False
        once.look(self.once.data or "")
        if not self.validate():
            self.status = 422
            return False
        return not self._is_stale()

    def _is_stale(self) -> bool:
        version = getattr(self, "version", None)
        if version is None or self.subject is None or str(self.subject.version) == (version.data or ""):
            return False
        self._show_conflict()
        return True

    def _show_conflict(self) -> None:
        self.status = 409
        current = type(self)(formdata=None, obj=self.subject)
        for name, field in self._fields.items():
            if isinstance(field, NamedField):
                current[name].among(field.rows, getattr(self.subject, name))
        self.conflict = [
            Difference(str(field.label.text), spoken(current[name]), spoken(field))
            for name, field in self._fields.items()
            if not isinstance(field, HiddenField)
            and name != "csrf_token"
            and hasattr(self.subject, name)
            and spoken(current[name]) != spoken(field)
        ]
        self.version.data = str(self.subject.version)  # type: ignore[attr-defined]
        self.refusal.append(_("别人刚刚改过这条记录。下面列出不同之处，核对后再保存一次即可。"))

    @contextmanager
    def refusals(self) -> Iterator[None]:
        """A rule's no appears on the form, and what was begun is rolled back."""
        try:
            yield
        except Refused as refused:
            db.session.rollback()
            self.status = 422
            field = self._fields.get(refused.field or "")
            if field is None or isinstance(field, HiddenField):
                self.refusal.append(refused.message)
            else:
                field.errors = [*field.errors, refused.message]
        except StaleDataError:
            db.session.rollback()
            if hasattr(self, "version") and self.subject is not None:
                self._show_conflict()
            else:
                self.status = 409
                self.refusal.append(_("别人刚刚改过这条记录，请核对后再保存一次。"))
        except IntegrityError:
            db.session.rollback()
            once.look(self.once.data or "")  # the same form won the race: go where it went
            raise

    def act_page(
        self, template: str, act: Callable[[], Any], *, title: str, back: str, said: str, **context: Any
    ) -> Any:
        """One act with its small form: do it and go back, or show the form. `template` extends _layout/act.html."""
        if self.submitted():
            with self.refusals():
                act()
                return commit_and_go(self, back, said)
        return self.page(template, title=title, back=back, **context)

    def page(self, template: str, **context: Any) -> tuple[str, int]:
        """The page this form stands on, with the status that says how it went."""
        return render_template(template, form=self, **context), self.status


class EditForm(ActForm):
    """A form that changes a record people may edit at the same time."""

    version = HiddenField()


def commit_and_go(form: ActForm | None, location: str, said: str = "", undo_url: str = "") -> Any:
    """The door closes: spend the form's key, commit, say what was done, and go on (303)."""
    if form is not None:
        once.spend(form.once.data or "", location)
    db.session.commit()
    if said:
        message: Any = {"text": said, "undo_url": undo_url} if undo_url else said
        flash(message, "good")
    return redirect(location, 303)


def safe_next(target: str | None, fallback: str) -> str:
    """A way back inside this house only: no other host, no scheme, no backslash tricks."""
    if not target or len(target) > 2000 or any(ord(char) < 33 for char in target) or "\\" in target:
        return fallback
    parts = urlsplit(target)
    inside = not parts.scheme and not parts.netloc and target.startswith("/") and not target.startswith("//")
    return target if inside else fallback


def spoken(field: Field) -> str:
    """A field's value as the person sees it."""
    choices = getattr(field, "choices", None)
    if choices and not callable(choices):
        words = {str(value): str(label) for value, label, *_rest in choices}
        return words.get(str(field.data if field.data is not None else ""), "")
    text = field._value() if hasattr(field, "_value") else field.data
    return "" if text is None else str(text)
