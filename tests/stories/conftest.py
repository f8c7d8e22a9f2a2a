"""Whole episodes in a real Chromium, against the application served as `make run` serves it (waitress, SQLite).

    def test_a_deal_is_dragged_to_signed(open_as, cast, look): ...

`open_as(cast.wang)` gives a browser page of somebody who is signed in (1366×768; `phone=True` is 390×844 with
touch); `window()` one of a stranger. Any error in the console, blocked by the content policy, thrown by a script,
or answered by the server with 5xx fails the test at its end. `look` reads the database without standing in the
server's way. A failed test leaves a picture in test-results/.

No story waits for a time: it waits for what it sees, and what only the database or a list of its own shows it waits
for by `until`. A page is seen only once its modules have woken (see AWAKE), so that whoever waits for something on a
page may press keys, type and drag there.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, Response, expect, sync_playwright
from waitress.server import create_server

from tests.conftest import ROOT
from tests.support import browser as chromium

DESK = {"width": 1366, "height": 768}
PHONE = {"width": 390, "height": 844}
PATIENCE_MS = 60_000
"""For anything that is waited for, on a machine that is busy with other things: a story that works never needs it."""

AWAKE = """
const asleep = new CSSStyleSheet();
asleep.replaceSync("html:not([data-awake]) > body { transform: scale(0) }");
document.adoptedStyleSheets = [asleep];
"""
"""Until its modules have woken a page has no size, and what has no size is to Playwright not visible yet: clicks, typing
and waits for something on the page wait for that too. A key pressed before the module that hears it is lost, and words
typed before a page gives its first field the focus land in that field. (Not `visibility`: it would keep the focus out.)"""

OFFLINE = "net::ERR_INTERNET_DISCONNECTED"
STATUS_LINE = "Failed to load resource"
"""Chromium's words for any 4xx or 5xx: judged by the answer itself, see _watch."""


@pytest.fixture(scope="session")
def server(house: Any) -> Iterator[Any]:
    """The running application."""
    server = create_server(house, host="127.0.0.1", port=0, threads=8)
    thread = threading.Thread(target=server.run, name="waitress", daemon=True)
    thread.start()
    yield server
    server.close()
    server.task_dispatcher.shutdown()
    thread.join(10)


@pytest.fixture(scope="session")
def site(server: Any) -> str:
    return f"http://127.0.0.1:{server.effective_port}"


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium per worker."""
    found = chromium.find()
    if found is None:
        pytest.fail(
            "No browser for the stories: `make test` provides one, or set CRM_BROWSER.", pytrace=False
        )
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found or None, args=chromium.flags())
        yield browser
        browser.close()


@pytest.fixture
def window(
    app: Any, server: Any, site: str, browser: Browser, request: pytest.FixtureRequest
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
        context.add_init_script(AWAKE)
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)
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
    _let_finish(server)
    if faults:
        pytest.fail("The browser complained:\n  - " + "\n  - ".join(dict.fromkeys(faults)), pytrace=False)


def _arrive_awake(page: Page) -> None:
    """Also for what is done at once without being waited for: a key, a count, a script."""

    def awake(go: Callable[..., Response | None]) -> Callable[..., Response | None]:
        def arrive(*words: Any, **options: Any) -> Response | None:
            answer = go(*words, **options)
            page.locator("html[data-awake]").wait_for(state="attached")
            return answer

        return arrive

    page.goto = awake(page.goto)  # type: ignore[method-assign]
    page.go_back = awake(page.go_back)  # type: ignore[method-assign]


def _let_finish(server: Any) -> None:
    """What a page had asked for when its window was closed would else be answered in the next test's house."""
    ends = time.monotonic() + PATIENCE_MS / 1000
    while (server.task_dispatcher.active_count or server.task_dispatcher.queue) and time.monotonic() < ends:
        time.sleep(0.01)


def until(page: Page, so: Callable[[], Any]) -> None:
    """Waits until `so()` is true: for what the page itself does not show. The page goes on meanwhile."""
    ends = time.monotonic() + PATIENCE_MS / 1000
    while not so():
        assert time.monotonic() < ends, f"not so after {PATIENCE_MS / 1000:.0f} s"
        page.wait_for_timeout(20)


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
        # Aborted: a page was left, or a suggestion overtaken by the next keystroke. Offline: the story wanted it.
        if request.failure not in ("net::ERR_ABORTED", OFFLINE):
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
