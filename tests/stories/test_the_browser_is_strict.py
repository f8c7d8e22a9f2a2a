"""The stories' own promise: what goes wrong in the browser is noticed. And the first page of all."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Browser, Page, expect

from tests.cast import PASSWORD
from tests.stories.conftest import _watch, until


def test_a_person_signs_in_and_is_greeted_by_the_desk(
    app: Any, cast: Any, window: Callable[..., Page], site: str
) -> None:
    from crm.db import db

    db.session.commit()
    page = window()
    page.goto("/")
    expect(page).to_have_url(f"{site}/sign-in?next=/")
    page.locator("[name=login]").fill("wang")
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("[name=password]").press("Enter")
    expect(page).to_have_url(f"{site}/")
    expect(page.locator("body")).to_contain_text("王专员")


def test_the_sign_in_page_fits_a_phone(app: Any, cast: Any, window: Callable[..., Page]) -> None:
    from crm.db import db

    db.session.commit()
    page = window(phone=True)
    page.goto("/sign-in")
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, f"the page is {wide} px wider than the screen"


def test_chinese_is_drawn_not_boxed(app: Any, window: Callable[..., Page]) -> None:
    """Two different characters have different pictures, a rare one included: no row of equal boxes."""
    page = window()
    page.goto("/sign-in")
    pictures = set()
    for character in "招商䶮":
        page.evaluate("text => { document.body.textContent = text }", character)
        pictures.add(page.screenshot(clip={"x": 0, "y": 0, "width": 60, "height": 60}))
    assert len(pictures) == 3


def test_an_error_in_a_script_an_inline_script_and_a_missing_file_are_noticed(
    app: Any, browser: Browser, site: str
) -> None:
    faults: list[str] = []
    bare = browser.new_context(base_url=site).new_page()
    _watch(bare, site, faults)
    bare.goto("/sign-in")
    assert faults == []
    bare.evaluate("setTimeout(() => { throw new Error('thrown on purpose') })")
    bare.evaluate(
        "document.body.append(Object.assign(document.createElement('img'), {src: '/static/no.png'}))"
    )
    bare.evaluate("const s = document.createElement('script'); s.textContent = '1'; document.body.append(s)")
    for one in ("thrown on purpose", "no.png", "Content Security Policy"):
        until(bare, lambda one=one: any(one in fault for fault in faults))
    bare.context.close()
    assert any(fault.startswith("404 GET") and "no.png" in fault for fault in faults)
