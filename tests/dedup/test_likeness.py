"""How two names stand to each other: the kinds of damage and of kinship that lists are full of."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm.dedup import Record, compare, evidence, keys_of, normalise, places, shapes, sounds
from crm.dedup.blocking import blocks_of, grams_of
from crm.dedup.profile import packed, profile_of, unpacked

ZHEJIANG = {"region": "浙江省宁波市北仑区"}


def level(one: str, other: str, **fields: str) -> str:
    return evidence.name_level(profile_of(Record(one, **fields)), profile_of(Record(other, **fields)))


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        # legal forms misread, misheard, cut off: the same whole name
        ("衢澜机械有艰公同", "衢澜机械有限公司", "same_full"),
        ("衢澜机械有限公", "衢澜机械有限公司", "same_full"),
        ("衢澜机械限公司", "衢澜机械有限公司", "same_full"),
        ("衢澜机械股份有限", "衢澜机械股份有限公司", "same_full"),
        ("衢澜机械有限责公司", "衢澜机械有限责任公司", "same_full"),
        # characters by ear, by eye, doubled, swapped
        ("衢澜机诫", "衢澜机械", "one_look"),
        ("壹包运输", "一包运输", "sound"),
        ("衢澜澜机械", "衢澜机械", "slip"),
        ("衢机澜械", "衢澜机械", "slip"),
        ("添鹏休闲", "天鹏休闲食品", "alike_bare"),
        # lines of business in other words
        ("衢澜机械装备", "衢澜机电", "brand_kin"),
        ("衢澜集装箱货运", "衢澜集装箱物流", "brand_kin"),
        ("衢澜网络科技", "衢澜信息技术", "brand_kin"),
        # other houses
        ("衢澜机械", "衢澜机械销售", "brand_arm"),
        ("新衢澜机械", "衢澜机械", "one_mark"),
        ("衢澜一机械厂", "衢澜二机械厂", "one_mark"),
        # Latin letters
        ("Zhejiang Qulan Machinery Co., Ltd.", "浙江衢澜机械有限公司", "latin_fit"),
        ("QU LAN CO LTD", "浙江衢澜机械有限公司", "latin"),
        ("浙江Qulan机械有限公司", "浙江衢澜机械有限公司", "latin_fit"),
        ("Qulan Textile Co., Ltd.", "浙江衢澜机械有限公司", "latin_other"),
        ("QL机械有限公司", "衢澜机械有限公司", "initials"),
        ("浙江衢澜机械有限公司 QULAN", "浙江衢澜机械有限公司", "same_full"),
        # former names in all their dress
        ("衢澜机械有限公司 原衢州市轴承厂", "衢州市轴承厂", "same_alias"),
        ("衢澜机械有限公司，原名：衢州轴承有限公司", "衢州轴承有限公司", "same_alias"),
        ("衢澜机械（衢州轴承有限公司更名）", "衢州轴承有限公司", "same_alias"),
        # two slips at once; the end of an unknown trade; a character in front
        ("奇荆机戒股份有限公司", "奇精机械股份有限公司", "heard"),
        ("衢澜板业有限公司", "衢澜纸业有限公司", "one_end"),
        ("衢澜环球嘉衢国贸", "衢澜环宇加曲国贸", "close_head"),
        ("芯衢澜机械有限公司", "衢澜机械有限公司", "one_head"),
        # the notes of a list
        ("VIP衢澜机械有限公司", "衢澜机械有限公司", "same_full"),
        ("No.衢澜机械有限公司", "衢澜机械有限公司", "same_full"),
        ("乙方：衢澜机械有限公司", "衢澜机械有限公司", "same_full"),
        # banks
        ("建行衢州分行", "中国建设银行股份有限公司衢州分行", "same_core"),
    ],
)
def test_the_likeness_of_two_names(one: str, other: str, expected: str):
    assert level(one, other) == level(other, one) == expected


@pytest.mark.parametrize("written", ["甬衢澜机械有限公司", "北仑衢澜机械有限公司", "浙衢澜机械有限公司"])
def test_a_place_for_short_is_taken_off_where_it_fits_the_place(written: str):
    assert level(written, "衢澜机械有限公司", **ZHEJIANG) == "same_core"
    assert level("粤衢澜机械", "衢澜机械", **ZHEJIANG) != "same_core"


@pytest.mark.parametrize(
    "written",
    [
        "宁波波北仑区衢澜机械",
        "宁伯衢澜机械",
        "浙奖衢澜机械",
        "江浙衢澜机械",
        "北化区衢澜机械",
        "波宁北仑衢澜机械",
    ],
)
def test_a_place_with_a_slip_is_taken_off_beside_the_name_without_it(written: str):
    assert level(written, "衢澜机械有限公司", **ZHEJIANG) == "same_core"
    assert level("衢澜机械有限公司", written, **ZHEJIANG) == "same_core"


def test_a_bare_trade_name_is_no_whole_name():
    """万业 and 万业股份 may be any of the firms of that house; the whole name may not."""
    assert level("衢澜", "衢澜有限公司", **ZHEJIANG) == "same_bare"
    assert level("QULAN CO LTD", "Qulan Co., Ltd.", **ZHEJIANG) == "same_bare"
    assert level("衢澜机械", "衢澜机械有限公司", **ZHEJIANG) == "same_core"


def test_places_that_agree_only_by_the_name_are_told_from_places_that_agree():
    one = profile_of(Record("宁波衢澜机械有限公司", region="宁波市"))
    moved = profile_of(Record("宁波衢澜机械有限公司", region="温州市"))
    assert "place:mixed" in [code for code, _value in evidence.levels(one, moved)]


@pytest.mark.parametrize(
    ("one", "other", "apart"),
    [
        ("衢澜有限公司宁波分公司", "衢澜有限公司宁波公分司", False),
        ("衢澜有限公司宁波办事处", "衢澜有限公司波宁办处事", False),
        ("衢澜有限公司第二分公司", "衢澜有限公司第2分公司司", False),
        ("衢澜有限公司第一分公司", "衢澜有限公司第分一公司", False),
        ("衢澜有限公司第一分公司", "衢澜有限公司第二分公司", True),
        ("衢澜有限公司宁波分公司", "衢澜有限公司温州分公司", True),
        ("衢澜有限公司宁波分公司", "衢澜有限公司", True),
    ],
)
def test_a_branch_mark_with_a_slip_is_that_branch_and_another_number_is_another(
    one: str, other: str, apart: bool
):
    assert evidence.may_merge(profile_of(Record(one)), profile_of(Record(other))) is not apart


def test_a_chamber_next_door_is_no_firm():
    """A number off by one and a city say nothing of names that have nothing in common."""
    institute = Record(
        "衢澜大学氟硅材料研究所", phones=("15400000043",), region="浙江杭州", contacts=("余启岚",)
    )
    chamber = Record("杭州市衢州商会", phones=("15400000048",), region="浙江杭州", contacts=("方亦然",))
    assert compare(institute, chamber).score < 0.5


def test_services_of_two_kinds_are_two_lines_of_business():
    assert level("衢澜智慧服务有限公司", "衢澜会展服务有限公司") == "brand_other"
    assert level("衢澜服务有限公司", "衢澜会展服务有限公司") == "brand_part"


@pytest.mark.parametrize(
    ("cell", "numbers"),
    [
        ("0531-55746452 13957113975", ["13957113975", "053155746452"]),
        ("13957113975（王总）", ["13957113975"]),
        ("手机:13957113975", ["13957113975"]),
        ("O578-6O960242", ["057860960242"]),
        ("0086577-68817117", ["057768817117"]),
        ("138 7572 7833", ["13875727833"]),
        ("王总", []),
    ],
)
def test_all_phones_of_a_cell_are_read(cell: str, numbers: list[str]):
    assert normalise.phones_in(cell) == numbers


def test_what_stands_in_the_wrong_column_is_read_there():
    profile = profile_of(
        Record(
            "衢澜机械有限公司",
            contacts="叶芸鸣 18644691544",
            region="兴业路1815号",
            address="浙江省丽水市遂昌县",
        )
    )
    assert profile.phones == ("18644691544",) and profile.people == ("叶芸鸣",)
    assert (profile.place, profile.road, profile.number) == ("331123", "兴业路", "1815")
    swapped = profile_of(Record("衢澜机械有限公司", uscc="13957113975", phones="91330182MA42HB9W8Y"))
    assert swapped.phones == ("13957113975",)


@pytest.mark.parametrize(
    ("written", "name"),
    [("老李", "李"), ("李某", "李"), ("李厂长", "李"), ("法人李清照", "李清照"), ("李清照 总经理", "李清照")],
)
def test_what_people_are_called(written: str, name: str):
    assert normalise.person(written) == name


def test_a_person_in_latin_letters_is_the_same_by_ear():
    assert sounds.same_by_ear("HUGEHAN", "胡歌涵") and sounds.same_by_ear("胡歌涵", "GEHANHU")
    assert not sounds.same_by_ear("HUGEHAN", "何歌涵")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("中山路185号", ("", "中山路", "185", "")),
        ("23幢1407室，兴业路1098号，西安市", ("6101", "兴业路", "1098", "23-1407")),
        ("文化路112号（临安区）", ("330112", "文化路", "112", "")),
        ("江滨路五三六号", ("", "江滨路", "536", "")),
    ],
)
def test_addresses_in_other_orders(text: str, expected: tuple[str, str, str, str]):
    assert normalise.address(text) == expected


def test_places_by_code_by_one_character_and_by_sound():
    assert (places.region_of("330802"), places.region_of("浙"), places.region_of("甬")) == (
        "330802",
        "33",
        "3302",
    )
    assert places.region_of("宁") == "", "宁夏 or 南京"
    assert (places.by_sound("hangzhou"), places.by_sound("taizhou"), places.by_sound("shanxi")) == (
        "3301",
        "3310",
        "",
    )
    assert places.by_sound("qulan") is None


def test_characters_that_look_alike():
    assert shapes.alike("限", "艰") and shapes.alike("浙", "淅") and shapes.alike("衢", "衢")
    assert not shapes.alike("限", "浙") and not shapes.alike("A", "浙")


def test_a_registration_number_of_before_2015_does_not_contradict_a_code():
    codes = {"uscc": "330106000012345"}, {"uscc": "91330182MA42HB9W8Y"}
    match = compare(Record("衢澜机械有限公司", **codes[0]), Record("衢澜机械有限公司", **codes[1]))
    assert not [reason for reason in match.reasons if reason.code.startswith("code:")]


def test_several_of_one_brand_in_a_town_make_a_bare_brand_ask_rather_than_merge():
    bare = Record("国澜", phones="13800001111", region="浙江省宁波市")
    full = Record("国澜科技有限公司", phones="13800001111", region="浙江省宁波市")
    others = [Record(f"国澜{trade}有限公司", region="浙江省宁波市") for trade in ("置业", "纺织", "食品")]
    alone = evidence.Surroundings(map(profile_of, [bare, full]))
    crowded = evidence.Surroundings(map(profile_of, [bare, full, *others]))
    assert compare(bare, full, crowded).score < compare(bare, full, alone).score


@pytest.mark.parametrize(
    ("short", "full", "stranger"),
    [
        ("粤电力", "广东电力发展股份有限公司", "浙江电力发展股份有限公司"),
        ("农行衢州分行", "中国农业银行股份有限公司衢州分行", "中国银行股份有限公司衢州分行"),
        ("涪陵榨菜", "重庆市涪陵榨菜集团股份有限公司", "重庆市涪陵区大山林业有限公司"),
        ("德展健康", "德展大健康股份有限公司", "德业健康股份有限公司"),
    ],
)
def test_a_short_name_is_nearer_to_its_own_full_name(short: str, full: str, stranger: str):
    assert compare(Record(short), Record(full)).score > compare(Record(short), Record(stranger)).score


NAMES = st.one_of(
    st.text(max_size=40),
    st.text(alphabet="浙甬衢澜机械有限责任公司集团股份（）()原前身名：行银支ABCco. ltd新二一9-", max_size=30),
    st.sampled_from(
        [
            "",
            "有限公司",
            "浙江",
            "浙",
            "公司",
            "A",
            "有",
            "原",
            "（原）",
            "Co., Ltd.",
            "Zhejiang",
            "No.1 ",
            "行",
        ]
    ),
)
CELLS = st.one_of(
    st.text(max_size=30), st.text(alphabet="0123456789-+ ()O路号幢室，浙江省市王总", max_size=30)
)


@settings(max_examples=300, deadline=None)
@given(NAMES, NAMES, CELLS, CELLS)
def test_any_two_texts_are_weighed_alike_from_both_sides(one: str, other: str, cell: str, another: str):
    a = Record(one, phones=cell, contacts=another, region=another, address=cell, uscc=cell, legal_rep=other)
    b = Record(other, phones=another, contacts=cell)
    for left, right in ((a, b), (Record(one), Record(other))):
        mine, theirs = profile_of(left), profile_of(right)
        assert sorted(evidence.levels(mine, theirs)) == sorted(evidence.levels(theirs, mine))
        assert 0 <= compare(left, right).score <= 1
        for profile in (mine, theirs):
            again = unpacked(packed(profile))
            assert set(blocks_of(again)) == set(blocks_of(profile)) and grams_of(again) == grams_of(profile)
    assert len(keys_of(a)) <= 40
