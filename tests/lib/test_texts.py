import unicodedata
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.lib.texts import clean_line, clean_text, fold, highlight, search_words, too_long

ANYTHING = st.text(alphabet=st.characters(codec=None), max_size=60)  # lone surrogates too


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  衢澜　精密 \t机械\r\n公司 ", "衢澜 精密 机械 公司"),
        ("衢\x00澜\x07", "衢澜"),
        ("a\u202eb\u200fc\u061cd\ufeff", "abcd"),
        pytest.param("坏\ud800字\ufffe\U0001ffff\ufdd0", "坏字", id="no characters at all"),
        ("e\u0301cole", "école"),
        ("㐀䶮𠮷\ue863", "㐀䶮𠮷\ue863"),
        ("👨\u200d👩\u200d👧", "👨\u200d👩\u200d👧"),
        ("", ""),
        (None, ""),
    ],
)
def test_a_line_loses_only_what_nobody_can_see(typed, kept):
    assert clean_line(typed) == kept


def test_a_text_keeps_its_lines_and_indents():
    assert clean_text(" 第一行  \r\n  第二行\u2028第三行\x00\r\n\r\n") == "第一行\n  第二行\n第三行"
    assert clean_text(None) == ""


def test_cleaning_never_cuts():
    assert len(clean_line("长" * 10_000)) == 10_000


@given(ANYTHING)
def test_cleaned_text_can_be_stored_anywhere_and_stays_as_it_is(text):
    for clean in (clean_line, clean_text):
        once = clean(text)
        once.encode("utf-8")
        assert clean(once) == once
        assert "\x00" not in once
        assert unicodedata.is_normalized("NFC", once)


def test_too_long_says_how_many_and_counts_characters():
    assert too_long("衢" * 10, 10) == ""
    assert too_long("𠮷" * 11, 10) == "最多 10 个字，现在有 11 个"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("鴻海精密工業股份", "鸿海精密工业股份"),
        ("ＡＢＣ（１２）", "abc(12)"),
        ("Müller", "MULLER"),
        ("后来居上", "後來居上"),
        ("Straße", "STRASSE"),
        ("乾隆", "干隆"),
    ],
)
def test_what_differs_only_in_form_folds_alike(one, other):
    assert fold(one) == fold(other)


@given(ANYTHING, st.integers(0, 60), st.integers(0, 60))
def test_the_fold_of_a_part_is_a_part_of_the_fold(text, start, end):
    assert fold(text[start:end]) in fold(text)


def test_a_query_is_its_words_without_punctuation():
    assert search_words("衢澜（集团）， TCL、15400000001 …") == ["衢澜集团", "tcl", "15400000001"]
    assert search_words("  ？！ 😀") == []


def hits(text, query, **options):
    return "|".join(part for part, hit in highlight(text, query, **options) if hit)


@pytest.mark.parametrize(
    ("text", "query", "marked"),
    [
        ("上海衢澜精密机械", "衢澜", "衢澜"),
        ("上海衢瀾精密", "衢澜", "衢瀾"),
        ("上海衢澜(集团)公司", "衢澜集团", "衢澜(集团"),
        ("上海衢澜精密机械", "qljm", "衢澜精密"),
        ("上海衢澜精密机械", "qulan", "衢澜"),
        ("上海衢澜精密机械", "qula", "衢澜"),
        ("上海衢澜精密机械", "海 机械", "海|机械"),
        ("TCL集团", "tcl", "TCL"),
        ("TCL集团", "tcljt", "TCL集团"),
        ("154 0000 0001", "00000001", "0000 0001"),
        ("吕氏", "lu", "吕"),
        ("上海", "北京", ""),
        ("上海", "", ""),
        ("", "上海", ""),
    ],
)
def test_the_part_that_was_found_is_marked(text, query, marked):
    assert hits(text, query) == marked


def test_a_surname_is_marked_by_its_own_reading():
    assert hits("单田芳", "shan", person=True) == "单"
    assert hits("单田芳", "stf", person=True) == "单田芳"
    assert hits("盖叫天", "gai", person=True) == hits("盖叫天", "ge", person=True) == "盖"


@given(st.text(max_size=30), st.text(max_size=10))
def test_marking_changes_nothing_of_the_text(text, query):
    parts = highlight(text, query)
    assert "".join(part for part, _hit in parts) == text
    assert all(part for part, _hit in parts)
    assert all(a[1] != b[1] for a, b in pairwise(parts))
