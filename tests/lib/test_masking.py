"""Whatever way people type a number, a WeChat name or an address into a sentence, it does not leave in full."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.lib.masking import mask_text
from crm.lib.phones import mask

MOBILES = [
    "13812345678", "138 1234 5678", "138-1234-5678", "138.1234.5678", "138—1234—5678", "138·1234·5678", "138 12345678",
    "1381234 5678", "1381 234 5678", "138 123 45678", "138 12 34 56 78", "1 3 8 1 2 3 4 5 6 7 8", "138-123-45678",
    "１３８１２３４５６７８", "１３８－１２３４－５６７８", "138　1234　5678", "+8613812345678", "+86 138 1234 5678",
    "(+86)13812345678", "（+86）138-1234-5678", "008613812345678", "0086 138 1234 5678", "86-13812345678", "013812345678",
    "138_1234_5678", "138~1234~5678", "138‑1234‑5678", "138\u200b1234\u200b5678", "138–1234–5678", "13812345678转801",
]  # fmt: skip
LANDLINES = [
    "0570-3021234", "(0570)3021234", "（0570）3021234", "0570 3021234", "05703021234", "0570—3021234", "0570－3021234",
    "0570-302 1234", "0570-3021234-801", "0570-3021234转801", "+86 570 3021234", "+86-570-3021234", "０５７０-３０２１２３４",
]  # fmt: skip
SENTENCES = [
    "{}",
    "已联系，电话{}，下周再谈",
    "打{}找林总",
    "林总（{}）说可以",
    "tel:{}",
    "电话{}、微信同号",
    "{}。",
    "a{}b",
]


def digits(text: str) -> str:
    return re.sub(r"\D", "", mask_shape(text))


def mask_shape(text: str) -> str:
    import unicodedata

    return unicodedata.normalize("NFKC", text)


@pytest.mark.parametrize("sentence", SENTENCES)
@pytest.mark.parametrize("number", MOBILES)
def test_a_mobile_in_a_sentence_is_masked(number: str, sentence: str) -> None:
    said = mask_text(sentence.format(number))
    assert "12345678" not in digits(said) and "1234" not in digits(said)
    assert "138****5678" in said
    before, _brace, after = sentence.partition("{}")
    assert said.startswith(before) and said.endswith(after)
    assert mask_text(said) == said


@pytest.mark.parametrize("sentence", SENTENCES)
@pytest.mark.parametrize("number", LANDLINES)
def test_a_landline_in_a_sentence_is_masked(number: str, sentence: str) -> None:
    said = mask_text(sentence.format(number))
    assert "3021234" not in digits(said) and "302" not in digits(said).removeprefix("0570")
    assert "****1234" in said
    assert mask_text(said) == said


@pytest.mark.parametrize(
    ("typed", "gone", "left"),
    [
        ("座机3021234", "302", "座机****1234"),
        ("电话：3021234、3025678", "302", "电话：****1234、****5678"),
        ("联系电话为 302-1234", "302", "****1234"),
        ("香港 +852 9123 4567", "9123", "+852****4567"),
        ("美国+1 (415) 555-2671", "555", "****2671"),
        ("热线400-826-0570", "826", "400****0570"),
        ("两个：13812345678/13987654321", "1234", "138****5678/139****4321"),
        ("13812345678、0570-3021234", "302", "138****5678、0570-****1234"),
        ("13812345678,13987654321，0570-3021234", "12345", "138****5678,139****4321，0570-****1234"),
        ("1.13812345678 2.13987654321", "138123", "1.138****5678 2.139****4321"),
        ("微信 lin_yf88，13812345678", "lin_yf", "微信 li****8，138****5678"),
        ("邮箱 lin.yf@example.com，周五前回", "lin.yf", "l****@example.com"),
        ("邮箱：lin ＠ example . com", "lin", "l****@"),
        ("13812345678@163.com", "138", "1****@"),
        ("微信：lin_yf88", "lin_yf88", "li****8"),
        ("微信号lin_yf88，备注招商局", "lin_yf88", "li****8，备注招商局"),
        ("加微信（Lin-YF-2013）", "YF-2013", "Li****3"),
        ("wx: abcdef123", "abcdef", "ab****3"),
        ("VX：zhangsan99", "zhangsan", "zh****9"),
        ("加V zhangsan99", "zhangsan", "zh****9"),
        ("WeChat: linyunfeng", "linyunfeng", "li****g"),
        ("微信是13812345678", "1234", "138****5678"),
        ("微信 12345678", "123456", "8"),
        ("wxid_8a7b6c5d4e", "8a7b", "wx****e"),
        ("QQ：12345678", "123456", "12****8"),
        ("qq号 1234567890", "345678", "0"),
        ("身份证 330802197001011234", "19700101", "3308****1234"),
    ],
)
def test_what_else_reaches_somebody_is_masked(typed: str, gone: str, left: str) -> None:
    said = mask_text(typed)
    assert gone not in said and left in said, said
    assert mask_text(said) == said


@pytest.mark.parametrize(
    "text",
    [
        "",
        "总投资13800000000元",
        "投资 13,800,000,000 元，用地 150 亩",
        "注册资本 15000000000.00 元",
        "2013-07-25 10:00 到 2013-07-26 18:00",
        "20130725100000",
        "统一社会信用代码 91330800MA29A1B2C3",
        "913308001471234567",
        "账号 6222021234567890123",
        "C3421 金属切削机床制造",
        "衢柯政办〔2013〕123号",
        "测速10000000电子有限公司",
        "一期 100 亩、二期 200 亩、三期 300 亩，共 600 亩",
        "微信公众号推送了两次",
        "建了微信群，微信支付已开通",
        "微信wechat 群里说",
        "138****5678，0570-****1234，l****@example.com，li****8",
        "增速 25.99%，2013–2015 年翻一番",
        "产能 15000000000度",
        "30.16亿，+25.8%",
        "面积 18000000000 平方米",
        "3021234",
        "园区 0570 大道 300 号",
        "第 12345678 号",
    ],
)
def test_what_is_no_way_to_reach_somebody_stays_as_it_is(text: str) -> None:
    assert mask_text(text) == text


@given(st.text(max_size=200))
def test_any_text_is_answered_and_masked_once(text: str) -> None:
    said = mask_text(text)
    assert mask_text(said) == said


@given(
    st.text(alphabet="招商局林总电话，。 （）:", max_size=20),
    st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True),
    st.text(alphabet="招商局林总的，。 （）", max_size=20),
)
def test_no_mobile_leaves_in_full_wherever_it_stands(before: str, number: str, after: str) -> None:
    said = mask_text(before + number + after)
    assert number not in said and mask(number) in said
    assert said == before + mask(number) + after
