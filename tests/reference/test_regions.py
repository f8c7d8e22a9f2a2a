import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.reference import regions


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("浙江省杭州市余杭区", "330110"), ("浙江杭州余杭", "330110"), ("浙江余杭", "330110"), ("杭州余杭", "330110"),
        ("余杭", "330110"), ("余杭市", "330110"), ("浙江省/杭州市/余杭区", "330110"), (" 浙江 - 杭州 ", "3301"),
        ("浙江", "33"), ("中国浙江", "33"), ("衢州", "3308"), ("浙江衢州柯城", "330802"), ("柯城区石梁镇", "330802100"),
        ("浙江省衢州市柯城区府山街道", "330802006"), ("上海", "31"), ("上海市浦东新区", "310115"), ("上海浦东", "310115"),
        ("北京朝阳", "110105"), ("重庆江北区", "500105"), ("重庆市云阳县", "500235"), ("香港", "81"), ("中国香港", "81"),
        ("澳门特别行政区", "82"), ("台湾台北", "71"), ("国外", "99"), ("美国加州", "99"), ("吉林", "22"), ("吉林市", "2202"),
        ("吉林吉林", "2202"), ("海南", "46"), ("南昌", "3601"), ("南昌县", "360121"), ("湖北仙桃", "429004"),
        ("内蒙古呼和浩特", "1501"), ("广西", "45"), ("延边", "2224"), ("景宁", "331127"), ("鄞县", "330212"),
        ("衢县", "330803"), ("绍兴县", "330603"), ("绍兴", "3306"), ("深圳市南山区科技园", "440305"), ("东莞", "4419"),
        ("杭州市西湖区文三路1号", "330106"), ("台州路桥", "331004"),
    ],
)  # fmt: skip
def test_a_place_is_found_as_people_write_it(written, code):
    assert regions.find(written) == code


@pytest.mark.parametrize(
    "written",
    ["朝阳", "鼓楼区", "西湖区", "江北", "石梁镇", "南京路1号", "中国", "无", "", None, "x" * 500, "😀"],
)
def test_what_may_be_several_places_or_none_is_left_open(written):
    assert regions.find(written) is None


def test_the_column_beside_decides():
    assert regions.find("西湖区", within="3301") == "330106"
    assert regions.find("鼓楼", within="32") is None  # Nanjing's or Xuzhou's
    assert regions.find("鼓楼", within="3201") == "320106"
    assert regions.find("余杭", within="31") is None
    assert regions.find("浙江", within="33") == "33"


def test_every_place_is_found_by_its_full_name():
    missed = []
    for code in regions._tables().names:
        found = regions.find(regions.full_name(code))
        same = found is not None and regions.full_name(found) == regions.full_name(code)
        if not same and not regions.name(code).endswith("直辖"):
            missed.append(code)
    assert missed == []


def test_the_tables_are_whole():
    assert len(regions.provinces()) == 35
    assert [p.name for p in regions.provinces()[-4:]] == [
        "台湾省",
        "香港特别行政区",
        "澳门特别行政区",
        "国外",
    ]
    assert len(regions.children("33")) == 11
    assert sum(len(regions.children(city.code)) for city in regions.children("33")) == 90
    assert len(regions.children(regions.KECHENG)) == 18
    assert regions.children("31") == (("3101", "上海市"),)
    assert len(regions.children("5001")) == 38
    assert regions.children("330110") == regions.children("nowhere") == ()


def test_a_path_is_in_words():
    assert regions.path("330802") == ("浙江省", "衢州市", "柯城区")
    assert regions.path("330802100") == ("浙江省", "衢州市", "柯城区")
    assert regions.path("429004") == ("湖北省", "", "仙桃市")
    assert regions.path("81") == ("香港特别行政区", "", "")
    assert regions.path("nowhere") == regions.path(None) == ("", "", "")
    assert regions.full_name("310115") == "上海市浦东新区"
    assert regions.full_name("330802100") == "浙江省衢州市柯城区石梁镇"
    assert regions.name("330802") == "柯城区"
    assert regions.name(None) == ""


def test_kecheng_left_the_mountain_counties_in_august_2024():
    assert regions.is_mountain_county("330802", dt.date(2013, 7, 25))
    assert not regions.is_mountain_county("330802", dt.date(2024, 8, 1))
    assert regions.is_mountain_county("330922", dt.date(2024, 8, 1))
    counties = [county.code for city in regions.children("33") for county in regions.children(city.code)]
    assert sum(regions.is_mountain_county(code, dt.date(2013, 7, 25)) for code in counties) == 26
    assert sum(regions.is_mountain_county(code, dt.date(2024, 8, 1)) for code in counties) == 25


@given(st.text(max_size=30) | st.text(alphabet="浙江杭州余上海市区县南京路朝阳吉林省", max_size=16))
def test_anything_is_a_known_place_or_none(text):
    found = regions.find(text)
    assert found is None or regions.name(found)
