"""Whole episodes in a real Chromium, against the application served as `make run` serves it (waitress, SQLite).

    def test_a_deal_is_dragged_to_signed(open_as, cast, look): ...

`open_as(cast.wang)` gives a browser page of somebody who is signed in (1366×768; `phone=True` is 390×844 with
touch); `window()` one of a stranger. Any error in the console, blocked by the content policy, thrown by a script,
or answered by the server with 5xx fails the test at its end. `look` reads the database without standing in the
server's way. A failed test leaves a picture in test-results/.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, Response, sync_playwright
from waitress.server import create_server

from tests.conftest import ROOT
from tests.support import browser as chromium

DESK = {"width": 1366, "height": 768}
PHONE = {"width": 390, "height": 844}
PATIENCE_MS = 20_000
STATUS_LINE = "Failed to load resource"
"""Chromium's words for any 4xx or 5xx: judged by the answer itself, see _watch."""


@pytest.fixture(scope="session")
def site(house: Any) -> Iterator[str]:
    """The address of the running application."""
    server = create_server(house, host="127.0.0.1", port=0, threads=8)
    thread = threading.Thread(target=server.run, name="waitress", daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.effective_port}"
    server.close()
    server.task_dispatcher.shutdown()
    thread.join(10)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium per worker."""
    found = chromium.find()
    if found is None:
        pytest.fail(
            "No browser for the stories: `make test` provides one, or set CRM_BROWSER.", pytrace=False
        )
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found or None, args=chromium.flags())
        yield browser
        browser.close()


@pytest.fixture
def window(
    app: Any, site: str, browser: Browser, request: pytest.FixtureRequest
) -> Iterator[Callable[..., Page]]:
    """`window(phone=False, cookie=None, lang="zh-CN")`: a new window of a browser that knows nothing."""
    opened: list[Page] = []
    faults: list[str] = []

    def new(*, phone: bool = False, cookie: str | None = None, lang: str = "zh-CN") -> Page:
        context = browser.new_context(
            base_url=site,
            viewport=PHONE if phone else DESK,
            has_touch=phone,
            is_mobile=phone,
            locale=lang,
            timezone_id="Asia/Shanghai",
        )
        if cookie:
            name = app.config["SESSION_COOKIE_NAME"]
            context.add_cookies([{"name": name, "value": cookie, "url": site}])
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.set_default_navigation_timeout(3 * PATIENCE_MS)  # a first page compiles its templates
        _watch(page, site, faults)
        _arrive_awake(page)
        opened.append(page)
        return page

    yield new
    if getattr(request.node, "failed_here", False):
        folder = ROOT / "test-results"
        folder.mkdir(exist_ok=True)
        for number, page in enumerate(opened):
            name = re.sub(r"\W+", "-", request.node.name)
            page.screenshot(path=folder / f"{name}-{number}.png")
    for page in opened:
        page.context.close()
    if faults:
        pytest.fail("The browser complained:\n  - " + "\n  - ".join(dict.fromkeys(faults)), pytrace=False)


def _arrive_awake(page: Page) -> None:
    """A page that was gone to has all its modules: a key pressed before the one that hears it is lost."""
    go = page.goto

    def arrive(url: str, **options: Any) -> Response | None:
        answer = go(url, **options)
        page.locator("html[data-awake]").wait_for(state="attached")
        return answer

    page.goto = arrive  # type: ignore[assignment, method-assign]


def _watch(page: Page, site: str, faults: list[str]) -> None:
    def said(message: ConsoleMessage) -> None:
        if message.type == "error" and not message.text.startswith(STATUS_LINE):
            faults.append(f"console: {message.text}")

    def answered(response: Response) -> None:
        part_of_page = response.request.resource_type in ("script", "stylesheet", "image", "font", "manifest")
        if response.status >= 500 or (part_of_page and response.status >= 400):
            faults.append(f"{response.status} {response.request.method} {response.url}")
        if not response.url.startswith((site, "data:", "blob:")):
            faults.append(f"fetched from another host: {response.url}")

    def failed(request: Request) -> None:
        # Aborted: a page was left, or a suggestion overtaken by the next keystroke.
        if request.failure != "net::ERR_ABORTED":
            faults.append(f"request failed: {request.method} {request.url} {request.failure}")

    page.on("console", said)
    page.on("pageerror", lambda error: faults.append(f"script: {error}"))
    page.on("response", answered)
    page.on("requestfailed", failed)


@pytest.fixture
def open_as(app: Any, as_user: Callable[..., Any], window: Callable[..., Page]) -> Callable[..., Page]:
    """`open_as(cast.wang, "/deals", phone=True)`: that page in the browser of somebody who is signed in."""

    def open_it(user: Any, url: str = "/", *, phone: bool = False) -> Page:
        from crm.db import db

        signed_in = as_user(user)
        db.session.commit()  # an open transaction of the test would keep the server from writing
        page = window(phone=phone, cookie=signed_in.get_cookie(app.config["SESSION_COOKIE_NAME"]).value)
        page.goto(url)
        return page

    return open_it


@pytest.fixture
def look(app: Any) -> Callable[[], Any]:
    """`with look() as session:` reads what the server has committed, and holds no lock."""

    @contextmanager
    def reader() -> Iterator[Any]:
        from crm.db import db, reading

        db.session.commit()
        with reading(), app.app_context():
            yield db.session
            db.session.remove()

    return reader


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    outcome: Any = yield
    if call.when == "call" and outcome.get_result().failed:
        item.failed_here = True  # type: ignore[attr-defined]
