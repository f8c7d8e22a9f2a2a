"""A pasted message or a card becomes proposals: what is said is found, what is not said stays empty."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.leads.reading import TITLE, read
from crm.reference import regions

CASES: list[tuple[str, dict[str, Any]]] = [
    (
        "今天接待了杭州恒远屿科技有限公司董事长陈晓岚，13800001234，想来衢州投资3.32亿建精密件厂，要60亩地",
        {"company": "杭州恒远屿科技有限公司", "contact_name": "陈晓岚", "contact_phone": "13800001234",
         "planned_wan": 33_200, "land_mu": 60, "region_code": "3301",
         "title": "杭州恒远屿科技有限公司想来衢州投资3.32亿建精密件厂"},
    ),
    (
        "朋友介绍上海衢澜精密机械有限公司，李总 138 0000 1234，拟投1.2亿元",
        {"company": "上海衢澜精密机械有限公司", "contact_name": "李总", "contact_phone": "13800001234",
         "planned_wan": 12_000, "region_code": "31"},
    ),
    (
        "陈晓岚\n总经理\n温州恒远屿机械有限公司\n手机：13800001234\n电话：0577-88886666\n传真：0577-88886667\n"
        "地址：浙江省温州市瑞安市安阳街道1号",
        {"company": "温州恒远屿机械有限公司", "contact_name": "陈晓岚", "contact_phone": "13800001234、0577-88886666",
         "planned_wan": None, "region_code": "330381", "title": "温州恒远屿机械有限公司 陈晓岚"},
    ),
    (
        "联系人：单田芳 电话15400000001 公司：台州椒柯泵业有限公司 投资5000万",
        {"company": "台州椒柯泵业有限公司", "contact_name": "单田芳", "contact_phone": "15400000001", "planned_wan": 5000},
    ),
    (
        "深圳一家做无人机的公司老板王建国想回来建厂，总投资大概2个亿，年产值10亿",
        {"company": "", "contact_name": "王建国", "planned_wan": 20_000, "region_code": "4403"},
    ),
    (
        "听说恒远屿科技有限公司有意投资一亿二千万，欧阳女士联系 0571－88886666转801",
        {"company": "恒远屿科技有限公司", "contact_name": "欧阳女士", "contact_phone": "0571-88886666 转 801",
         "planned_wan": 12_000, "region_code": ""},
    ),
    ("注册资本5000万，年产10万吨，用地一百二十亩", {"planned_wan": None, "land_mu": 120, "company": ""}),
    ("投资额约8000-10000万元", {"planned_wan": 8000}),
    ("有意回乡投资3到5个亿", {"planned_wan": 30_000}),
    (
        "浙江传化物流基地有限公司（传化集团）在萧山，想在柯城建公路港，投资10.74亿",
        {"company": "浙江传化物流基地有限公司", "planned_wan": 107_400, "region_code": "330109"},
    ),
    (
        "余屿软件科技（杭州）有限公司詹亦然13900000002微信同号，5kw",
        {"company": "余屿软件科技(杭州)有限公司", "contact_name": "詹亦然", "contact_phone": "13900000002",
         "planned_wan": 5000, "region_code": "3301"},
    ),
    ("香港嘉衢國際集團有限公司想投3億港元", {"company": "香港嘉衢國際集團有限公司", "planned_wan": None, "region_code": "81"}),
    (
        "🎉🎉好消息！！我区与江苏弈石新材料股份有限公司签约在即，项目总投资15亿元，其中固定资产投资12亿元",
        {"company": "江苏弈石新材料股份有限公司", "planned_wan": 150_000, "region_code": "32"},
    ),
    (
        "姓名：陈 晓 岚\n单位：宁波恒远屿机械有限公司 电话：13800001234",
        {"company": "宁波恒远屿机械有限公司", "contact_name": "陈晓岚", "region_code": "3302"},
    ),
    ("宁波恒远屿机械有限公司余姚分公司 赵经理", {"company": "宁波恒远屿机械有限公司余姚分公司", "contact_name": "赵经理"}),
    ("陈 晓 岚  副总裁\nHengyuanyu Technology\nM: +86 138-0000-1234", {"contact_name": "陈晓岚", "contact_phone": "13800001234"}),
    ("接待和君咨询有限公司", {"company": "和君咨询有限公司"}),
    ("陈晓岚（13800001234）想租500平方厂房", {"contact_name": "陈晓岚", "planned_wan": None, "land_mu": None}),
    ("想投 1 亿 元", {"planned_wan": 10_000}),
    ("投资1.2亿美元", {"planned_wan": None}),
    ("年销售额3亿，计划投资8000万元", {"planned_wan": 8000}),
    ("总投资5亿元，一期投资2亿元", {"planned_wan": 50_000}),
    ("投资2013年的项目", {"planned_wan": None}),
    ("日期20130725，座机 4008001234", {"contact_phone": "400-800-1234"}),
    ("电话 3021234，找张总", {"contact_phone": "3021234", "contact_name": "张总"}),
    ("传真：0570-3021234", {"contact_phone": ""}),
    ("身份证330802199001011234", {"contact_phone": ""}),
    ("这家公司很大，他们集团想来看看", {"company": "", "title": "这家公司很大,他们集团想来看看"}),
    ("想来衢州投资建厂", {"region_code": "", "planned_wan": None}),
    ("来自福建泉州的鞋业公司", {"region_code": "3505", "company": ""}),
    ("招商局王科长", {"company": ""}),
    ("", {"title": "", "company": "", "contact_name": "", "contact_phone": "", "planned_wan": None, "region_code": ""}),
    ("  \n\n ", {"title": ""}),
]  # fmt: skip


@pytest.mark.parametrize(("text", "wanted"), CASES, ids=[text[:20] for text, _wanted in CASES])
def test_what_a_text_says(text: str, wanted: dict[str, Any]) -> None:
    found = read(text)
    assert {name: getattr(found, name) for name in wanted} == wanted


@given(st.text(max_size=300))
def test_any_text_is_read_and_what_is_proposed_can_be_stored(text: str) -> None:
    found = read(text)
    assert len(found.title) <= TITLE and len(found.company) <= 200 and len(found.contact_phone) <= 200
    assert found.region_code == "" or regions.name(found.region_code)
    assert "\n" not in found.title + found.company + found.contact_name + found.contact_phone


PEOPLE = st.sampled_from(["陈晓岚", "王建国", "欧阳明", "詹亦然", "李强"])
FIRMS = st.sampled_from(["杭州恒远屿科技有限公司", "台州椒柯泵业有限公司", "上海衢澜精密机械股份有限公司"])
PHONES = st.from_regex(r"1[3-9]\d{9}", fullmatch=True).filter(str.isascii)
FORMS = (
    "{firm}{name}，{phone}，拟投资{sum}",
    "联系人：{name}\n公司：{firm}\n手机：{phone}\n总投资：{sum}",
    "{name} 董事长\n{firm}\nTel {phone}\n投资{sum}",
    "今天拜访{firm}，总经理{name}，电话{phone}，计划投入{sum}。",
)


@given(
    PEOPLE,
    FIRMS,
    PHONES,
    st.integers(1, 99),
    st.sampled_from(["亿", "千万", "亿元", "00万元"]),
    st.sampled_from(FORMS),
)
def test_what_is_said_plainly_is_found(
    name: str, firm: str, phone: str, number: int, unit: str, form: str
) -> None:
    found = read(form.format(firm=firm, name=name, phone=phone, sum=f"{number}{unit}"))
    assert (found.company, found.contact_name, found.contact_phone) == (firm, name, phone)
    worth = {"亿": 10_000, "亿元": 10_000, "千万": 1000, "00万元": 100}[unit]
    assert found.planned_wan == Decimal(number * worth)


@given(st.text(alphabet="公司集团厂()（） \n1亿万元张总在:：", max_size=200))
def test_texts_of_nothing_but_the_words_it_looks_for_do_no_harm(text: str) -> None:
    read(text)


def test_a_long_text_takes_no_time() -> None:
    import time

    for text in (
        "公" * 5000,
        "1" * 5000,
        "(" * 5000,
        "陈 " * 2500,
        "亿" * 5000,
        "在杭州" * 1600,
        "有" * 4990 + "公司",
        "1万" * 2500,
    ):
        began = time.process_time()
        read(text)
        assert time.process_time() - began < 2.0, text[:6]
