"""Every door says who may; what says nothing is closed; and what the table says is what happens."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from werkzeug.routing import Rule

from crm.org.permissions import Permission

PUBLIC = {"static", "healthz", "org.sign_in", "org.setup", "org.language", "calendars.feed"}
"""The endpoints open to people who are not signed in. One more is a decision: write it down here."""

FILLING: dict[str, Any] = {
    "IntegerConverter": 1,
    "UnicodeConverter": "x",
    "PathConverter": "x",
    "AnyConverter": "x",
}

IN_A_SENTENCE = {"Accept": "application/json"}
"""A script is refused in one sentence, at the same door: the page that says it to people is looked at once, below."""


def doors(app: Any) -> list[Rule]:
    return sorted(app.url_map.iter_rules(), key=lambda rule: (rule.endpoint, rule.rule))


def address(app: Any, rule: Rule) -> str:
    """Some address behind the door; the guard answers before anything is loaded."""
    values = {
        name: next(iter(converter.items))
        if hasattr(converter, "items")
        else FILLING[type(converter).__name__]
        for name, converter in rule._converters.items()
    }
    with app.test_request_context():
        return app.url_for(rule.endpoint, **values)


def acts(app: Any) -> Iterator[tuple[str, str, Permission]]:
    """(method, address, permission) for every door that asks for a permission."""
    for rule in doors(app):
        permission = getattr(app.view_functions[rule.endpoint], "permission", None)
        if permission is not None:
            for method in sorted((rule.methods or set()) & {"GET", "POST"}):
                yield method, address(app, rule), permission


@pytest.mark.on("sqlite")
def test_every_view_says_who_may(app: Any) -> None:
    silent = [
        rule.endpoint
        for rule in doors(app)
        if rule.endpoint != "static" and not hasattr(app.view_functions[rule.endpoint], "permission")
    ]
    assert not silent, f"Put @permit(Permission.…) or @public between the route and the view of: {silent}"
    for rule in doors(app):
        permission = getattr(app.view_functions[rule.endpoint], "permission", None)
        assert permission is None or isinstance(permission, Permission), f"{rule.endpoint}: {permission!r}"


@pytest.mark.on("sqlite")
def test_only_the_few_doors_named_here_are_open_to_everybody(app: Any) -> None:
    is_open = {
        rule.endpoint
        for rule in doors(app)
        if getattr(app.view_functions[rule.endpoint], "permission", None) is None
    }
    assert is_open == PUBLIC & is_open, f"open, but not named in PUBLIC: {sorted(is_open - PUBLIC)}"
    assert {"static", "healthz", "org.sign_in"} <= is_open


@pytest.mark.on("sqlite")
def test_doors_know_only_get_and_post(app: Any) -> None:
    for rule in doors(app):
        assert (rule.methods or set()) <= {"GET", "HEAD", "OPTIONS", "POST"}, (
            f"{rule.endpoint}: {rule.methods}"
        )


@pytest.mark.on("sqlite")
def test_a_view_that_says_nothing_is_closed(
    app: Any, cast: Any, as_user: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    # Any door will do, but the first that asks for a permission and takes no arguments.
    rule = next(one for one in doors(app) if not one.arguments and one.endpoint not in PUBLIC)
    monkeypatch.setitem(app.view_functions, rule.endpoint, lambda: "its author forgot to say who may")
    method = "GET" if "GET" in (rule.methods or set()) else "POST"
    client = as_user(cast.admin)
    answer = client.open(rule.rule, method=method, data={"csrf_token": client.token()})
    assert answer.status_code == 403


@pytest.mark.on("sqlite")
def test_a_stranger_is_led_to_the_sign_in_page_by_every_door(app: Any, cast: Any, client: Any) -> None:
    for method, url, _permission in acts(app):
        answer = client.open(url, method=method)
        # A POST of a stranger has no token: it is refused (400) before anybody asks who it is.
        assert answer.status_code in ((303,) if method == "GET" else (303, 400)), f"{method} {url}: {answer}"
        if answer.status_code == 303:
            assert "sign" in answer.location, f"{method} {url} leads to {answer.location}"


@pytest.mark.on("sqlite")
@pytest.mark.parametrize("name", ["wang", "chen", "zhou", "zheng", "admin"])
def test_a_role_without_the_right_is_refused_at_every_door(
    app: Any, cast: Any, as_user: Callable[..., Any], name: str
) -> None:
    user = getattr(cast, name)
    client, may = as_user(user), user.may
    token = client.token()
    for method, url, permission in acts(app):
        if not may(permission):
            data = {"csrf_token": token} if method == "POST" else None
            answer = client.open(url, method=method, data=data, headers=IN_A_SENTENCE)
            assert answer.status_code == 403, (
                f"{name} has no {permission}, but {method} {url}: {answer.status}"
            )


@pytest.mark.on("sqlite")
def test_a_post_without_its_token_is_refused_at_every_door(
    app: Any, cast: Any, as_user: Callable[..., Any]
) -> None:
    client = as_user(cast.admin)
    for method, url, _permission in acts(app):
        if method == "POST":
            answer = client.post(url, data={"name": "forged"}, headers=IN_A_SENTENCE)
            assert answer.status_code == 400, f"POST {url} without csrf_token: {answer.status}"


@pytest.mark.on("sqlite")
def test_refusals_are_good_pages_in_both_languages(
    app: Any, cast: Any, as_user: Callable[..., Any], client: Any
) -> None:
    client.see("/no/such/address", 404)
    for language in ("zh_CN", "en"):
        cast.wang.locale = language
        wang = as_user(cast.wang)
        page = wang.see("/no/such/address", 404)
        assert page.lang == {"zh_CN": "zh-CN", "en": "en"}[language]
        forbidden = next(
            url for method, url, right in acts(app) if method == "GET" and not cast.wang.may(right)
        )
        assert wang.see(forbidden, 403).lang == page.lang
