"""A list of very many rows counts so far and no further, says so, and counts the rest when it is asked."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from crm.contacts.models import ContactKind
from crm.db import db
from crm.indicators.catalogue import CATALOGUE
from crm.indicators.progress import Window
from crm.lib import clock
from crm.web import listing
from tests.cast import make_contact, make_deal, make_enterprise

AsUser = Callable[..., Any]


@pytest.fixture
def twenty(cast: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Fifty-three firms in a house that counts to twenty."""
    monkeypatch.setattr(listing, "MOST_COUNTED", 20)
    for number in range(53):
        make_enterprise(f"企业{number:02d}", by=cast.wang)
    db.session.commit()


def said(page: Any) -> set[str]:
    return set(re.findall(r"共 ([\d,]+\+?) 条", page.text))


def names(page: Any) -> set[str]:
    return set(re.findall(r"企业\d\d", page.text))


def test_it_is_counted_so_far_and_to_the_end_by_one_click(twenty: None, cast: Any, as_user: AsUser) -> None:
    wang = as_user(cast.wang)
    page = wang.see("/enterprises?size=20&sort=name")
    assert said(page) == {"20+"}
    (url,) = {one.get("href") for one in page.all("a") if one.text == "数清楚"}
    counted = wang.see(url)
    assert said(counted) == {"53"} and "数清楚" not in counted.text and names(counted) == names(page)


@pytest.mark.parametrize("few", [0, 1_000], ids=["walked", "named first"])
def test_every_page_is_reached_though_nobody_counted(
    twenty: None, cast: Any, as_user: AsUser, monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    monkeypatch.setattr(listing, "FEW", few)
    wang, url, found = as_user(cast.wang), "/enterprises?size=20&sort=name", []
    while url:
        page = wang.see(url)
        found.append((len(names(page)), said(page)))
        url = next((one.get("href") for one in page.all("a") if one.get("rel") == "next"), "")
    assert found == [(20, {"20+"}), (20, {"40+"}), (13, {"53"})]


def test_what_is_few_is_counted_as_ever(twenty: None, cast: Any, as_user: AsUser) -> None:
    wang = as_user(cast.wang)
    assert said(wang.see("/enterprises?ids=7,8")) == {"2"}
    for number in range(25):
        make_deal(f"项目{number}", by=cast.wang)
    db.session.commit()
    assert said(wang.see("/deals")) == {"25"}, "a list that is not one of very many"


def test_what_leaves_is_counted_to_the_end(twenty: None, cast: Any, as_user: AsUser) -> None:
    wang = as_user(cast.wang)
    page = wang.see("/enterprises?sort=name&size=20")
    assert not page.all("dialog", id="export"), "nothing is promised of a number that nobody knows"
    (url,) = {one for one in page.links if one.startswith("/lists/enterprises/export")}
    assert url == "/lists/enterprises/export?sort=name&size=20" and "共 53 行" in wang.see(url).text
    (box,) = page.all("input", **{"data-bulk-all": "20"}) or [None]
    assert box is not None and box.get("data-more") == "+" and "选择全部 20+ 项" in page.text


def test_a_figure_leads_to_its_list_with_the_same_number(
    twenty: None, cast: Any, app: Any, as_user: AsUser
) -> None:
    for number in range(31):
        make_contact(f"拜访{number}", by=cast.wang, kind=ContactKind.VISIT)
    db.session.commit()
    zhou, today = as_user(cast.zhou), clock.today()
    with app.test_request_context():
        url = CATALOGUE["visits"].url(Window(today.replace(day=1), today))
    assert said(zhou.see(url)) == {"31"} and said(zhou.see("/contacts?size=20")) == {"20+"}
