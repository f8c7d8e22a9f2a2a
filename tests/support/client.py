"""A person at a desk, as far as HTTP goes: opens pages, fills in the form that stands there, sends it.

Every page opened is judged by tests/pages.py. A request runs beside the test, not inside it: it gets its own
database session and its own `g`, as in life. What the test has made so far is committed before, and what the
test holds is read anew after.
"""

from __future__ import annotations

import contextvars
from functools import cached_property
from typing import Any
from urllib.parse import urljoin, urlsplit
from xml.etree.ElementTree import Element

from flask import g, has_app_context
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests import pages


class Answer(TestResponse):
    """A response that can be read as a page."""

    @cached_property
    def page(self) -> pages.Page:
        return pages.Page(self.get_data(as_text=True))

    @property
    def is_page(self) -> bool:
        return self.mimetype == "text/html" and bool(self.get_data()) and not 300 <= self.status_code < 400

    @property
    def said(self) -> str:
        """All words of the page: for asking whether something is shown."""
        return self.page.text

    @property
    def went_to(self) -> str:
        """Where a 303 leads, without the host."""
        assert self.status_code == 303, f"a 303 was expected, this is {self.status}:\n{self.said[:2000]}"
        parts = urlsplit(self.location)
        return parts.path + (f"?{parts.query}" if parts.query else "")


class Client(FlaskClient):
    judges_pages = True

    def __init__(self, application: Any, response_wrapper: Any, **kwargs: Any) -> None:
        answer = type("AnswerOf", (Answer, response_wrapper), {})
        super().__init__(application, answer, **kwargs)

    def open(self, *args: Any, **kwargs: Any) -> Answer:  # type: ignore[override]
        from crm.db import db

        if has_app_context():
            # Also ends the test's transaction: on SQLite it would keep the request from writing.
            db.session.commit()
        beside = contextvars.Context()
        # The test's app context must not be seen by the request, or Flask would share it: one `g` for all.
        answer = beside.run(super().open, *args, **kwargs)
        assert isinstance(answer, Answer)
        answer.request.environ["wsgi.input"].close()  # a large upload is a file, which nobody else closes
        if has_app_context():
            db.session.expire_all()
            for name in list(g):  # what was remembered for this "request", like the settings
                g.pop(name)
        self._judge(answer)
        return answer

    def _judge(self, answer: Answer) -> None:
        request = answer.request
        where = f"{request.method} {request.path} ({answer.status})"
        if not answer.is_page:
            return
        policy = answer.headers.get("Content-Security-Policy", "")
        assert "default-src 'self'" in policy and "unsafe" not in policy, f"{where}: CSP is {policy!r}"
        assert answer.headers.get("X-Content-Type-Options") == "nosniff", f"{where}: nosniff is not said"
        if request.method == "POST" and answer.status_code == 200 and answer.page.whole:
            raise AssertionError(f"{where}: a form is answered by a 303, or by its page with 422 or 409")
        if self.judges_pages and (faults := answer.page.faults()):
            listed = "\n  - ".join(faults[:40])
            raise AssertionError(f"{where} is not yet a good page:\n  - {listed}")

    def token(self) -> str:
        """A csrf_token for a POST that is made by hand, without its page."""
        beside = contextvars.Context()

        def make() -> tuple[str, str]:
            from flask import session
            from flask_wtf.csrf import generate_csrf

            with self.application.test_request_context():
                return generate_csrf(), session["csrf_token"]

        token, kept = beside.run(make)
        with self.session_transaction() as cookie:
            cookie["csrf_token"] = kept
        return token

    # --- acts ----------------------------------------------------------------------------------------------

    def see(self, url: str, status: int = 200, **kwargs: Any) -> pages.Page:
        """Open a page that must answer with `status`."""
        answer = self.get(url, **kwargs)
        led = f" -> {answer.location}" if answer.location else ""
        shown = answer.said[:2000] if answer.is_page else ""
        assert answer.status_code == status, (
            f"GET {url} answered {answer.status}{led}, not {status}:\n{shown}"
        )
        return answer.page

    def submit(
        self,
        url: str,
        _to: str | None = None,
        _button: tuple[str, str] | None = None,
        _follow: bool = False,
        **fields: Any,
    ) -> Answer:
        """Open `url`, fill in its form and send it, hidden fields and pre-filled values included.

        The form is the one that posts to `_to` (default: to `url` itself), or the only one in <main>. A
        field the form does not have is a mistake in the test or on the page, and fails. None leaves a field
        out; a list ticks several; a file is (BytesIO, name).
        """
        page = self.see(url)
        form = find_form(page, url, _to)
        data = values_of(form)
        has = {one.get("name") for one in controls(form)} | {one.get("name") for one in _outside(page, form)}
        for name, value in fields.items():
            assert name in has, f"the form at {url} has no field {name!r}; it has {sorted(has - {None})}"
            if value is None:
                data.pop(name, None)
            else:
                data[name] = value
        if _button:
            data[_button[0]] = _button[1]
        target = urljoin(url, form.get("action") or url)
        answer = self.post(target, data=data, content_type=form.get("enctype"))
        return self.follow(answer) if _follow else answer

    def follow(self, answer: Answer) -> Answer:
        return self.get(answer.went_to)

    def press(self, url: str, to: str, **extra: Any) -> Answer:
        """Press the bare button (a form of its own) on page `url` that posts to `to`."""
        return self.submit(url, _to=to, **extra)


def find_form(page: pages.Page, url: str, to: str | None) -> Element:
    posting = [one for one in page.all("form") if one.get("method", "").lower() == "post"]
    wanted = urlsplit(to or url).path
    found = [one for one in posting if urlsplit(urljoin(url, one.get("action") or url)).path == wanted]
    if not found and to is None:
        main = page.all("main")
        found = [one for one in posting if main and main[0] in page.ancestors(one)]
    there = [pages.tag_of(one) for one in posting]
    assert len(found) == 1, f"{len(found)} forms of {url} post to {wanted}, not one; there are {there}"
    return found[0]


def controls(form: Element) -> list[Element]:
    return [one for one in form.iter() if one.tag in pages.TYPED and one.get("name")]


def _outside(page: pages.Page, form: Element) -> list[Element]:
    """Controls elsewhere on the page that belong to the form by form="id"."""
    return page.all("*", form=form.get("id", "")) if form.get("id") else []


def values_of(form: Element) -> dict[str, Any]:
    """What a browser would send if nothing were touched."""
    data: dict[str, Any] = {}

    def add(name: str, value: str) -> None:
        if name in data:
            data[name] = [*(data[name] if isinstance(data[name], list) else [data[name]]), value]
        else:
            data[name] = value

    for one in controls(form):
        name, kind = one.get("name", ""), one.get("type", "text")
        if one.get("disabled") is not None:
            continue
        if one.tag == "select":
            options = list(one.iter("option"))
            chosen = [option for option in options if option.get("selected") is not None]
            if one.get("multiple") is None:
                chosen = chosen[-1:] or options[:1]
            for option in chosen:
                add(name, option.get("value", pages.words(option)))
        elif one.tag == "textarea":
            add(name, "".join(one.itertext()).removeprefix("\n"))
        elif kind in ("checkbox", "radio"):
            if one.get("checked") is not None:
                add(name, one.get("value", "on"))
        elif kind not in ("submit", "button", "reset", "image", "file"):
            add(name, one.get("value", ""))
    return data
