"""Sentences that are stored are said anew to each reader; sentences that count have a form for one."""

from __future__ import annotations

import json
import pickle
from collections.abc import Iterator

import pytest

from crm.lib import words
from crm.lib.enums import Labelled
from crm.lib.words import KEPT, N_, _, _c, _n, joined, keep, listed, told

ENGLISH = {
    "导入 %(file)s 第 %(row)s 行": "Row %(row)s of %(file)s",
    "、": ", ",
    "；": "; ",
    "地址": "Address",
    "改了%(what)s": "Changed: %(what)s",
    "%(name)s（编号 %(id)s）": "%(name)s (no. %(id)s)",
    "企业": "Enterprise",
}
COUNTED = {"%(n)s 对": ("%(n)s pair", "%(n)s pairs")}


@pytest.fixture(autouse=True)
def _back() -> Iterator[None]:
    before = words._translate, words._translate_one_or_many, words._translate_in_context, words._day
    words.install(lambda msgid: msgid, lambda msgid, _count: msgid)
    yield
    words.install(*before)  # type: ignore[arg-type]


def in_english() -> None:
    words.install(
        lambda msgid: ENGLISH.get(msgid, msgid),
        lambda msgid, count: COUNTED.get(msgid, (msgid, msgid))[count != 1],
    )


def test_a_kept_sentence_is_said_in_the_readers_language() -> None:
    stored = keep(_("导入 %(file)s 第 %(row)s 行", file="名单.xlsx", row=12))
    assert told(stored) == "导入 名单.xlsx 第 12 行"
    in_english()
    assert told(stored) == "Row 12 of 名单.xlsx"


def test_what_stands_inside_a_sentence_is_said_too() -> None:
    names = listed(
        _("%(name)s（编号 %(id)s）", name=name, id=number) for name, number in [("甲", 5), ("乙", 6)]
    )
    stored = keep(_("改了%(what)s", what=joined([_("地址"), names], N_("；"))))
    assert told(stored) == "改了地址；甲（编号 5）、乙（编号 6）"
    in_english()
    assert told(stored) == "Changed: Address; 甲 (no. 5), 乙 (no. 6)"


def test_what_is_kept_may_become_part_of_something_else() -> None:
    first = keep(_("地址"))
    row = keep(joined(["他写的", first], "；"))
    assert told(row) == "他写的；地址"
    in_english()
    assert told(keep(joined([row, _("企业")], "；"))) == "他写的; Address; Enterprise"


def test_a_label_is_a_sentence() -> None:
    class Kind(Labelled):
        FIRM = "firm", N_("企业")

    stored = keep(Kind.FIRM.label)
    in_english()
    assert told(stored) == "Enterprise"


def test_a_count_has_a_form_for_one() -> None:
    one, many, more = keep(_n("%(n)s 对", 1)), keep(_n("%(n)s 对", 2)), keep(_n("%(n)s 对", 1000, n="1000+"))
    assert [told(kept) for kept in (one, many, more)] == ["1 对", "2 对", "1000+ 对"]
    in_english()
    assert [told(kept) for kept in (one, many, more)] == ["1 pair", "2 pairs", "1000+ pairs"]


def test_a_word_that_has_two_translations_is_told_by_its_context() -> None:
    stored = keep(_("改了%(what)s", what=_c("一个", "企业")))
    assert told(stored) == "改了企业"
    words.install(
        lambda msgid: ENGLISH.get(msgid, msgid), None, lambda context, msgid: f"one {ENGLISH[msgid].lower()}"
    )
    assert told(stored) == "Changed: one enterprise" and _("企业") == "Enterprise"


def test_a_day_inside_a_sentence_is_said_as_the_language_does() -> None:
    stored = keep(_("改了%(what)s", what="2013-06-30"))
    assert told(stored) == "改了2013-06-30"
    words.install(lambda msgid: ENGLISH.get(msgid, msgid), day=lambda text: f"<{text}>")
    assert (
        told(stored) == "Changed: <2013-06-30>" and _("改了%(what)s", what="2013-06") == "Changed: <2013-06>"
    )
    for other in ("2013-13", "2013-06-3", "12013-06-30", "P2013-6", 2013, "２０１３-06"):
        assert _("改了%(what)s", what=other) == f"Changed: {other}"


@pytest.mark.parametrize("text", ["", "他说了算", "100% 到位", "%(n)s", '{"say": "地址"}', "改了%(what)s"])
def test_what_somebody_has_typed_stays_as_it_is(text: str) -> None:
    in_english()
    assert keep(text) == text and told(text) == text
    stored = keep(_("改了%(what)s", what=text))
    assert told(stored) == f"Changed: {text}"


@pytest.mark.parametrize(
    "broken",
    [
        "",
        "{",
        "[1]",
        "7",
        '{"other": 1}',
        '{"say": "缺 %(what)s"}',
        '{"say": "满 100%"}',
        '{"say": 5, "with": {}}',
    ],
)
def test_a_broken_one_does_no_harm(broken: str) -> None:
    assert isinstance(told(KEPT + broken), str) and KEPT not in told(KEPT + broken)


def test_nothing_and_none_say_nothing() -> None:
    assert told(None) == "" and told("") == "" and keep("") == ""


def test_a_sentence_is_a_text_like_any_other() -> None:
    said = _("地址")
    assert said == "地址" and json.dumps([said]) and {said: 1}["地址"] == 1 and f"{said}。" == "地址。"
    assert pickle.loads(pickle.dumps(said)) == said
    assert type(keep(said.strip())) is str
