import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.lib.pinyin import aligned, full, initials, name_syllables, readings, syllables, typed


@pytest.mark.parametrize(
    ("text", "sounds"),
    [
        ("衢澜精密", "qu lan jing mi"),
        ("重庆银行", "chong qing yin hang"),
        ("重工", "zhong gong"),
        ("厦门大厦", "xia men da sha"),
        ("朝阳", "chao yang"),
        ("长兴长乐", "chang xing chang le"),
        ("会计", "kuai ji"),
        ("乐清", "yue qing"),
        ("绿色", "lv se"),
        ("TCL集团", "t c l ji tuan"),
        ("３Ｍ中国", "3 m zhong guo"),
        ("鴻海", "hong hai"),
        ("（集团）", "ji tuan"),
        ("", ""),
    ],
)
def test_a_name_sounds_as_people_say_it(text, sounds):
    assert " ".join(syllables(text)) == sounds


@pytest.mark.parametrize(
    ("name", "sounds"),
    [
        ("单田芳", "shan tian fang"),
        ("曾国藩", "zeng guo fan"),
        ("仇英", "qiu ying"),
        ("解缙", "xie jin"),
        ("查良镛", "zha liang yong"),
        ("任正非", "ren zheng fei"),
        ("区文", "ou wen"),
        ("朴志强", "piao zhi qiang"),
        ("宿文", "su wen"),
        ("缪文", "miao wen"),
        ("乐嘉", "yue jia"),
        ("翟志刚", "zhai zhi gang"),
        ("卜文", "bu wen"),
        ("阚文", "kan wen"),
        ("尉迟恭", "yu chi gong"),
        ("万俟卨", "mo qi xie"),
        ("长孙无忌", "zhang sun wu ji"),
        ("令狐冲", "ling hu chong"),
        ("高兴", "gao xing"),
        ("陈乐", "chen le"),
        ("沈予安", "shen yu an"),
        (" 单田芳 ", "shan tian fang"),
        ("", ""),
    ],
)
def test_a_surname_is_read_as_a_surname(name, sounds):
    assert " ".join(name_syllables(name)) == sounds


def test_a_surname_read_both_ways_can_be_sought_both_ways():
    assert [reading[0] for reading in readings("盖叫天")] == ["ge", "gai"]
    assert [reading[0] for reading in readings("单雄信")] == ["shan", "dan"]


def test_full_and_initials_are_what_the_box_takes():
    assert full("衢澜精密") == "qulanjingmi"
    assert initials("上海衢澜") == "shql"


def test_lu_may_mean_lv():
    assert typed("lu") == ["lu", "lv"]
    assert typed("qulan") == ["qulan"]


@given(st.text(max_size=40))
def test_every_character_has_its_place(text):
    for reading in [aligned(text), *readings(text)]:
        assert len(reading) == len(text)
        assert all(part == "" or (part.isascii() and part.isalnum()) for part in reading)
