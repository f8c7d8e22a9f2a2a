"""Names taken apart."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from stdnum.cn import uscc

from crm.dedup import Record, keys_of, normalise, places, sounds
from crm.dedup.profile import profile_of


@pytest.mark.parametrize(
    ("name", "brand", "trade", "place", "form"),
    [
        ("上海衢澜精密机械有限公司", "衢澜", "精密机械", "3101", "limited"),
        ("余屿软件科技(杭州)有限公司", "余屿", "软件科技", "3301", "limited"),
        ("香港嘉衢國際集團有限公司", "嘉衢", "国际", "81", "limited"),
        ("丽水景宁畲族自治县龙业橡塑科技责任有限公司", "龙业", "橡塑科技", "331127", "limited"),
        ("金鲁源环保有限公司（东阳）", "金鲁源", "环保", "330783", "limited"),
        ("浙江伴哥袜业有限公 司", "伴哥", "袜业", "33", "limited"),
        ("12、浙江伴哥袜业谷份有限公司【重点】", "伴哥", "袜业", "33", "joint"),
        ("杭州西湖电子有限公司", "西湖", "电子", "330106", "limited"),
        ("杭州余杭良屿医疗器械有限公司/沈予安", "良屿", "医疗器械", "330110", "limited"),
        ("青岛市国华企业管理合伙企业有限合伙", "国华", "企业管理", "3702", "partners"),
        ("阿里巴巴（中国）有限公司", "阿里巴巴", "", "", "limited"),
        ("衢州市柯城区龙游路餐饮店", "龙游路餐饮店", "", "330802", ""),
    ],
)
def test_place_brand_trade_and_form(name: str, brand: str, trade: str, place: str, form: str):
    profile = profile_of(Record(name))
    assert (profile.brand, profile.trade, profile.name_place, profile.form) == (brand, trade, place, form)


@pytest.mark.parametrize(
    ("name", "head", "branch"),
    [
        ("宁波恒远屿机械有限公司余姚分公司", "宁波恒远屿机械有限公司", "330281分公司"),
        ("宁波恒远屿机械有限公司余姚市分公司", "宁波恒远屿机械有限公司", "330281分公司"),
        ("中国银行股份有限公司杭州市湖墅支行", "中国银行股份有限公司", "湖墅支行"),
        ("贝尔金建筑设计（台州市）公司金华分公司", "贝尔金建筑设计公司", "3307分公司"),
        ("尊格器械第六分公司", "尊格器械", "第六分公司"),
        ("分公司", "分公司", ""),
    ],
)
def test_a_branch_mark_is_kept_apart(name: str, head: str, branch: str):
    parts = normalise.take_apart(name)
    assert (parts.full, parts.branch) == (head, branch)


def test_group_brackets_and_former_names():
    assert normalise.take_apart("北京三衢文旅投资（集团）有限公司").group
    assert normalise.take_apart("浙江手中皮革有限公司（原守中对外劳务厂）").alias == ["守中对外劳务厂"]
    assert normalise.take_apart("巧友啤酒有限公司（曾用名：青岛巧友建设有限公司）").alias == [
        "青岛巧友建设有限公司"
    ]
    assert normalise.take_apart("燕京啤酒(种子文件所列对接对象)").core == "燕京啤酒"


def test_a_chamber_keeps_its_place_in_its_name():
    assert normalise.take_apart("示例·上海市衢州商会").core == "示例上海市衢州商会"


@pytest.mark.parametrize(
    ("cell", "digits"),
    [
        ("+86 154-0000-0013", "15400000013"), ("１３６２１７３８５６２", "13621738562"), ("0086 13854905214", "13854905214"),
        ("86 13854905214", "13854905214"), ("015753147831", "15753147831"), ("(0571)65955859", "057165955859"),
        ("+86-580-68036575", "058068036575"), ("0512-46974990-302", "051246974990"), ("0755-2888888转8", "07552888888"),
        ("35811489", "35811489"), ("12345", ""), ("", ""), ("电话", ""),
    ],
)  # fmt: skip
def test_phone_cells(cell: str, digits: str):
    assert normalise.phone_digits(cell) == digits


def test_codes_of_all_ages_name_one_entity():
    code = "91330182MA42HB9W8Y"
    organisation = code[8:17]
    for written in (code, code.lower(), "91 330182 MA42HB9W8Y", f"统一社会信用代码：{code}"):
        assert normalise.code_of(written) == (code, True, organisation)
    # The letter O is never part of a code: a nought taken for it is read as a nought.
    assert normalise.code_of("91330110MA5ETGJL3O") == ("91330110MA5ETGJL30", True, "MA5ETGJL3")
    assert normalise.code_of("91330110MA5ETGJL31") == ("91330110MA5ETGJL31", False, "")
    # 组织机构代码 and the 15-digit tax number of the years before 2015; the example of GB 11714
    assert normalise.code_of("D2143569-X") == ("D2143569X", False, "D2143569X")
    assert normalise.code_of("330106D2143569X") == ("330106D2143569X", False, "D2143569X")
    assert normalise.code_of("D21435691") == ("D21435691", False, "")
    assert normalise.code_of("无") == ("", False, "")


@pytest.mark.parametrize(
    ("name", "sound"),
    [
        ("单雄信", "shan xiong xin"), ("曾庆红", "zeng qing hong"), ("仇英", "qiu ying"), ("解缙", "xie jin"),
        ("查良镛", "zha liang yong"), ("尉迟恭", "yu chi gong"), ("万俟卨", "mo qi xie"),
    ],
)  # fmt: skip
def test_surnames_have_their_own_reading(name: str, sound: str):
    assert sounds.person_sound(name) == sound


def test_people_lose_their_titles():
    written = ["何董", "谢策钊 先生", "焦炫（董事长）", "张 贺杉", "钱伟总经理", "董总"]
    assert [normalise.person(name) for name in written] == ["何", "谢策钊", "焦炫", "张贺杉", "钱伟", "董"]


def test_places_that_exclude_each_other():
    assert places.apart("3302", "3303") and places.apart("33", "31")
    assert not places.apart("33", "330802") and not places.apart("", "33")
    assert places.read("浙江省衢州市柯城区") == places.read("衢州柯城") == ("330802", "")


ANY_NAME = st.one_of(
    st.text(max_size=60),
    st.text(alphabet="浙江衢州公司集团有限（）()原分厂\0　 A１·😀㐀䶮𠮷‮", max_size=40),
    st.sampled_from(["", "\0", "有限公司", "浙江", "（", "）））（（", "集团", "分公司", "中国", "😀" * 50]),
)


@settings(max_examples=150, deadline=None)
@given(ANY_NAME, ANY_NAME, ANY_NAME)
def test_any_text_in_any_field_gives_short_keys(name: str, other: str, third: str):
    record = Record(
        name, uscc=other, region=third, phones=other, legal_rep=third, address=name, former_names=(third,)
    )
    keys = keys_of(record)
    assert len(keys) == len(set(keys)) <= 40
    assert all(len(key) <= 40 and key[1] == ":" and "\0" not in key for key in keys)
    assert keys == keys_of(Record(name, uscc=other, region=third, phones=other, legal_rep=third, address=name,
                                  former_names=(third,)))  # fmt: skip


@pytest.mark.parametrize("character", ["很", "(", "（原", "A", "公司", "集团", "\0", "浙江", "1"])
def test_ten_thousand_characters_are_quick(character: str):
    import time

    started = time.process_time()
    keys_of(Record(character * 10_000, address=character * 10_000, uscc=character * 10_000))
    assert time.process_time() - started < 1


@given(st.text(alphabet="0123456789ABCDEFGHJKLMNPQRTUWXYIOSZ", min_size=18, max_size=18), st.integers(0, 17))
@example("91330182MA42HB9W8Y", 17)
@example("91330110MA5ETGJL30", 0)
def test_a_code_is_valid_where_the_standard_says_so(code: str, at: int):
    right = uscc.is_valid
    for one in (code, code[:at] + "7" + code[at + 1 :], "91330182" + code[8:]):
        for sign in ("", *"0123456789ABCDEFGHJKLMNPQRTUWXY"):
            whole = one[:17] + (sign or one[17])
            assert normalise._code_valid(whole) == right(whole)


def test_a_name_without_signs_of_another_script_goes_unconverted_and_means_the_same():
    for name in (
        "杭州乾坤科技",
        "著作权代理",
        "後海機械",
        "臺州麵業(杭州)",
        "龙游县粉面厂",
        "【示例】永康五金",
    ):
        assert normalise.clean(name) == normalise._simplify(name.translate(normalise._BRACKETS))
