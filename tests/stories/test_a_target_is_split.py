"""Who splits a target sees what its parts are short of, before the server has to refuse it."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from playwright.sync_api import expect

from crm.db import db
from crm.targets import actions
from tests.targets.test_targets import asks, drafted


def test_the_parts_are_added_up_while_they_are_typed(
    cast: Any, open_as: Callable[..., Any], look: Callable[..., Any]
) -> None:
    target = asks(drafted(cast.admin), cast.admin)
    bureau, town = cast.wang.unit_id, cast.li.unit_id
    actions.split(target, Decimal(175_000), [(bureau, None, Decimal(120_000))], actor=cast.admin)
    id = target.id
    db.session.commit()
    page = open_as(cast.admin, f"/targets/{id}/split")
    said = page.locator("output[data-whole]")
    expect(said).to_have_text("各部分合计 120,000，还差 55,000")
    page.locator(f"#part_{town}").fill("6 亿")
    expect(said).to_have_text("各部分合计 180,000，多了 5,000")
    page.locator(f"#part_{town}").fill("55000")
    expect(said).to_have_text("各部分合计 175,000，正好")
    page.locator(f"#part_{town}").fill("五亿多")
    expect(said).to_have_text("")
    page.locator(f"#part_{town}").fill("5.5亿")
    page.get_by_role("button", name="保存分解").click()
    page.get_by_text("目标合计 17.50亿元").wait_for()
