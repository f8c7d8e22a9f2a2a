"""A morning at the queue of look-alikes, without a mouse: ten pairs, one or two keys for each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from crm.db import db
from crm.duplicates.models import Merge
from crm.lib import clock
from crm.merchants.models import Enterprise, Relation, Suspect, SuspectState
from tests.cast import make_enterprise
from tests.stories.conftest import until

PAIRS = 12


@pytest.fixture
def queue(cast: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Twelve pairs, the likeliest first; the records of each differ in name and address. The clock runs: which
    decision was the last is a matter of moments."""
    monkeypatch.setattr(clock, "_frozen", None)
    for number in range(PAIRS):
        one, other = (
            make_enterprise(
                f"衢州第{number:02d}{kind}公司", by=cast.wang, address=f"人民路 {number + street} 号"
            )
            for kind, street in (("机械有限", 1), ("机械", 50))
        )
        db.session.add(
            Suspect(
                a_id=one.id,
                b_id=other.id,
                score=0.95 - number / 50,
                verdict="same",
                reasons=[["name:same_core", 3.0, ""], ["phone:mobile", 3.0, ""], ["address:road", -1.0, ""]],
            )
        )
    db.session.commit()


def current(page: Any) -> str:
    return str(page.locator("[data-pane]").get_attribute("data-pane"))


def decide(page: Any, *keys: str, said: str = "") -> None:
    """Press, and wait until it was said and another pair stands there."""
    before = current(page)
    for key in keys:
        page.keyboard.press(key)
    if said:  # before the pair, which a slow machine may show when the sentence has gone again
        page.get_by_text(said).wait_for()
    page.wait_for_function(
        "id => { const pane = document.querySelector('[data-pane]');"
        " return pane && pane.dataset.pane !== id && !pane.classList.contains('pane-busy'); }",
        arg=before,
    )


@pytest.mark.parametrize("phone", [False, True], ids=["desk", "phone"])
def test_ten_pairs_are_decided_by_keyboard_alone(
    cast: Any, queue: None, open_as: Callable[..., Any], look: Callable[..., Any], phone: bool
) -> None:
    page = open_as(cast.chen, "/suspects", phone=phone)
    page.get_by_role("heading", name="衢州第00机械有限公司").wait_for()
    decide(page, "m")
    decide(page, "1", "m")
    decide(page, "n")
    decide(page, "r", "1")
    page.keyboard.press("b")
    page.keyboard.type("不同的人在管 m n r")  # letters in the note decide nothing
    page.keyboard.press("Escape")
    decide(page, "n")
    decide(page, "j")
    decide(page, "k")
    decide(page, "2", "m")
    decide(page, "m")
    decide(page, "n")
    decide(page, "r", "4")
    decide(page, "n")
    page.get_by_text("共 2 对").wait_for()
    assert page.locator("[data-toast]").count() == 1, "the newest sentence alone"

    with look() as session:
        states = Counter(session.scalars(sa.select(Suspect.state)))
        names = {one.name: one.address for one in session.scalars(sa.select(Enterprise))}
        relations = set(session.scalars(sa.select(Suspect.relation)))
        note = session.scalar(sa.select(Suspect.decision_note).where(Suspect.decision_note != ""))
    decided = {SuspectState.MERGED: 4, SuspectState.DIFFERENT: 4, SuspectState.RELATED: 2}
    assert states == decided | {SuspectState.OPEN: 2}
    assert names["衢州第01机械有限公司"] == "人民路 2 号", "1: the first record's values"
    assert "衢州第01机械公司" not in names and names["衢州第05机械公司"] == "人民路 55 号", "2: the second's"
    assert relations == {None, Relation.BRANCH, Relation.CONTROLLER}
    assert note == "不同的人在管 m n r"

    decide(page, "u", said="已撤销：不是同一家")  # the last one comes back
    page.get_by_text("共 3 对").wait_for()
    decide(page, "m")
    page.keyboard.press("u")
    page.get_by_text("已撤销合并").wait_for()
    with look() as session:
        assert len(session.scalars(sa.select(Merge).where(Merge.undone_at.is_(None))).all()) == 4
    page.keyboard.press("?")
    page.get_by_role("dialog").get_by_text("以第几条的内容为准").wait_for()
    page.keyboard.press("Escape")
    width = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    assert width[0] <= width[1] + 1, "nothing stands out of the page"


def test_what_is_taken_back_is_the_last_that_was_pressed_however_slow_the_server(
    cast: Any, queue: None, open_as: Callable[..., Any], look: Callable[..., Any]
) -> None:
    page = open_as(cast.chen, "/suspects")
    waiting: list[Any] = []

    def hold(route: Any) -> None:
        waiting.append(route)

    def let_go(act: str) -> None:
        until(page, lambda: waiting)
        page.wait_for_timeout(200)  # long enough for a second one that should not come
        assert [one.request.url.endswith(act) for one in waiting] == [True], "one at a time, in their order"
        waiting.pop().continue_()

    page.route("**/suspects/**/decide*", hold)
    page.route("**/suspects/undo", hold)
    decide(page, "r", "1")
    second = current(page)
    decide(page, "n")
    page.keyboard.press("u")
    for act in ("/decide", "/decide", "/suspects/undo"):
        let_go(act)
    page.get_by_text("已撤销：不是同一家").wait_for()
    page.locator(f'[data-pane="{second}"]').wait_for()
    with look() as session:
        states = Counter(session.scalars(sa.select(Suspect.state)))
    assert states == {SuspectState.RELATED: 1, SuspectState.OPEN: PAIRS - 1}
    decide(page, "n")  # what came back can be decided again at once
    let_go("/decide")
    page.get_by_text("已判定：不是同一家").wait_for()


def test_who_comes_second_is_told_while_the_next_pair_stands_already(
    cast: Any, queue: None, open_as: Callable[..., Any], look: Callable[..., Any]
) -> None:
    mine = open_as(cast.chen, "/suspects")
    theirs = open_as(cast.admin, "/suspects")
    first = current(mine)
    assert current(theirs) == first
    decide(mine, "n")
    mine.get_by_text("已判定：不是同一家").wait_for()
    decide(theirs, "m")
    theirs.get_by_text("陈主任").wait_for()
    theirs.locator("[data-toast] a").wait_for()
    with look() as session:
        state = session.scalar(sa.select(Suspect.state).where(Suspect.id == int(first)))
    assert state is SuspectState.DIFFERENT


def test_without_script_the_same_forms_do_the_same(
    cast: Any, queue: None, as_user: Callable[..., Any]
) -> None:
    chen = as_user(cast.chen)
    page = chen.see("/suspects")
    ids = [one.get("data-item") for one in page.all("li") if one.get("data-item")]
    answer = chen.submit(
        f"/suspects/{ids[2]}", _to=f"/suspects/{ids[2]}/decide", _button=("decision", "different")
    )
    assert answer.went_to == f"/suspects/{ids[3]}", "on to the pair below"
