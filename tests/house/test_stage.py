"""The stage itself: what the suite promises its tests, and that its judges see what they should see."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from crm.db import db
from crm.lib import clock
from crm.org.models import Unit
from tests import pages
from tests.cast import make_unit
from tests.conftest import MOMENT

GOOD = (
    '<!DOCTYPE html><html lang="zh-CN"><head><meta charset="utf-8"><title>企业</title></head>'
    "<body><main><h1>企业</h1>%s</main></body></html>"
)
FAULTS = {
    "a paragraph that is closed twice": ("<p></p></p>", "HTML, line 1"),
    "a division that is not closed": ("<div>", "HTML, line 1"),
    "a division in a table": ("<table><div>字</div></table>", "HTML, line 1"),
    "words in a table": ("<table>字</table>", "HTML: Non-space table text"),
    "a form in a form": ('<form method="dialog"><form method="dialog"></form></form>', "HTML, line 1"),
    "a paragraph in a list of choices": (
        '<label>选<select name="a"><option>一</option><p>字</p></select></label>',
        "stands in a <select>",
    ),
    "an attribute given twice": ('<p class="a" class="b">字</p>', "HTML, line 1"),
    "an ampersand that becomes a sign": ('<a href="/x?a=1&copy=2">字</a>', "HTML, line 1"),
    "two things of one name": ('<i id="a"></i><b id="a"></b>', "is given 2 times"),
    "a second h1": ("<h1>又一个</h1>", "one h1"),
    "a field without a label": ('<input name="name">', "has no label"),
    "a label for nothing": ('<label for="gone">名称</label>', "names nothing"),
    "a description that is not there": ('<p aria-describedby="gone">字</p>', "names nothing"),
    "a button without words": ("<button></button>", "has no words"),
    "a link without words": ('<a href="/x"><svg></svg></a>', "has no words"),
    "a button in a link": ('<a href="/x"><button>按</button></a>', "stands inside"),
    "a post without a token": ('<form method="post" action="/x"></form>', "without a csrf_token"),
    "a search that shows its token": (
        '<form method="get" action="/x"><input type="hidden" name="csrf_token"></form>',
        "in the address",
    ),
    "a form that does not say how": ('<form action="/x"></form>', "its method"),
    "a file in a plain form": (
        '<form method="post" action="/x"><input type="hidden" name="csrf_token">'
        '<label>文件<input type="file" name="f"></label></form>',
        "multipart",
    ),
    "a style": ('<p style="color:red">字</p>', "style attribute"),
    "a script in the page": ("<script>1</script>", "inline <script>"),
    "a script in an attribute": ('<p onclick="x()">字</p>', "has onclick"),
    "a script as an address": ('<a href="javascript:x()">字</a>', "runs something"),
    "something from elsewhere": ('<img alt="" src="https://cdn.example/x.png">', "another host"),
    "a link to nowhere": ('<a href="#">字</a>', "leads nowhere"),
    "a picture without alt": ('<img src="/static/x.png">', "has no alt"),
    "an order of its own": ('<a href="/x" tabindex="3">字</a>', "tabindex"),
}


def test_a_good_page_has_no_faults() -> None:
    assert pages.Page(GOOD % '<p>字</p><a href="/deals">项目</a>').faults() == []


def test_a_part_of_a_page_is_judged_too() -> None:
    part = pages.Page('<p>字</p><template><i>一</i></template><a href="/deals">项目</a>')
    assert (part.faults(), part.links, part.text) == ([], ["/deals"], "字项目")
    assert any("HTML, line 1" in fault for fault in pages.Page("<p>字</p></p>").faults())


@pytest.mark.parametrize("what", FAULTS)
def test_a_page_is_refused_for(what: str) -> None:
    html, sentence = FAULTS[what]
    faults = pages.Page(GOOD % html).faults()
    assert any(sentence in fault for fault in faults), faults


def test_an_english_page_with_a_sentence_of_ours_in_chinese_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ours = pages.Sentences(["签约", "保存", "共 %(n)s 家公司", "%(who)s 已签约"])
    monkeypatch.setattr(pages, "_catalogue_sentence_in", ours.found_in)

    def faults(html: str) -> list[str]:
        return pages.Page(
            (GOOD % html).replace('<html lang="zh-CN"', '<html lang="en"').replace("企业", "Firms")
        ).faults()

    assert any("签约" in fault for fault in faults("<p>签约</p>"))
    assert any("签约" in fault for fault in faults("<p>Stage: 签约</p>"))
    assert any("共 3 家公司" in fault for fault in faults("<p>共 3 家公司</p>"))
    assert any("甲公司 已签约" in fault for fault in faults("<p>甲公司 已签约</p>"))
    assert any("保存" in fault for fault in faults('<a href="/x" title="保存">Save</a>'))
    assert faults("<p>衢州签约机械有限公司</p><p>金都（签约）</p>") == []  # a firm's name stays as it is
    assert faults('<p lang="zh-CN">签约</p><p translate="no">签约</p><p data-user-text>签约</p>') == []


@pytest.mark.parametrize("turn", ["first", "second"])
def test_each_test_finds_an_empty_house(app: Any, turn: str) -> None:
    """Whichever of the two runs second would find the other's unit, and its number 1 taken."""
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Unit)) == 0
    unit = make_unit("区招商局")
    db.session.commit()
    assert unit.id == 1


def test_the_clock_stands_still(app: Any) -> None:
    assert clock.now() == MOMENT == clock.now()


def test_a_request_runs_beside_the_test(
    app: Any, cast: Any, as_user: Callable[..., Any], client: Any
) -> None:
    """It sees what the test has made, shares neither session nor sign-in with it, and is not kept from writing."""
    wang = as_user(cast.wang)
    make_unit("区发改局")
    assert wang.get("/password").status_code == 200
    assert client.get("/password").status_code == 303
    held = db.session.scalar(sa.select(Unit).filter_by(name="区发改局"))  # begins a transaction, and holds it
    assert client.submit("/sign-in", login="wang", password="no").status_code == 422
    assert held is not None and held.id


def test_the_client_fills_in_the_form_that_stands_there(
    app: Any, cast: Any, as_user: Callable[..., Any]
) -> None:
    admin = as_user(cast.admin)
    url = f"/admin/users/{cast.li.id}"
    answer = admin.submit(url, name="李镇长")
    assert answer.status_code == 303
    assert (cast.li.name, cast.li.login, cast.li.active) == ("李镇长", "li", True)
    with pytest.raises(AssertionError, match="has no field 'nmae'"):
        admin.submit(url, nmae="李镇长")


def test_both_databases_are_what_they_say(app: Any, database: Any) -> None:
    assert db.engine.dialect.name == database.name
    if database.name == "postgresql":
        encoding, sorts_as = db.session.execute(
            sa.text(
                "select pg_encoding_to_char(encoding), datcollate"
                " from pg_database where datname = current_database()"
            )
        ).one()
        assert encoding == "UTF8"
        assert sorts_as not in ("C", "POSIX")
