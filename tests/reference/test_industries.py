import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.reference import industries


def test_the_table_is_the_standard_of_2017():
    assert len(industries.sections()) == 20
    assert len(industries.all()) == 117
    assert industries.all()[0] == ("A", "农、林、牧、渔业")
    assert [i.code for i in industries.divisions("A")] == ["A01", "A02", "A03", "A04", "A05"]
    assert industries.name("C34") == "通用设备制造业"
    assert industries.name("Z99") == industries.name(None) == ""


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("C34", "C34"), ("c34", "C34"), ("34", "C34"), ("C3421", "C34"), ("3421", "C34"), ("C34 通用设备制造业", "C34"),
        ("Ｃ３４", "C34"), ("通用设备制造业", "C34"), ("通用设备", "C34"), ("C", "C"), ("C 制造业", "C"), ("制造业", "C"),
        ("软件和信息技术服务业", "I65"), ("软件", "I65"), ("教育", "P83"), ("计算机", "C39"), ("医药制造", "C27"),
    ],
)  # fmt: skip
def test_an_industry_is_found_by_code_or_name(written, code):
    assert industries.find(written) == code


@pytest.mark.parametrize("written", ["", None, "Z", "C99", "99", "电子", "业", "高科技", "😀"])
def test_what_is_not_clear_is_left_open(written):
    assert industries.find(written) is None


@given(st.text(max_size=20))
def test_anything_is_a_known_industry_or_none(text):
    found = industries.find(text)
    assert found is None or industries.name(found)
