import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.lib.phones import PhoneKind, digit_runs, mask, mask_handle, parse_phones

CELLS = st.text(alphabet="0123456789０１+-－ ()（）/、,，;；转分机extx#.*手机王 \n@", max_size=40)


def read(cell):
    return [f"{p.kind} {p.digits}" + (f" x{p.extension}" if p.extension else "") for p in parse_phones(cell)]


@pytest.mark.parametrize(
    "cell",
    [
        "15400000001", "１５４００００００01", "154 0000 0001", "154-0000-0001", "154.0000.0001", "+86 15400000001",
        "+8615400000001", "0086 154 0000 0001", "8615400000001", "86-15400000001", "（+86）15400000001",
        "手机：15400000001", "15400000001（王总）", "王总 15400000001", "Tel:15400000001", "015400000001",
        "17951 15400000001", "15400000001.0", "\t15400000001\n", "15400000001 15400000001",
    ],
)  # fmt: skip
def test_a_mobile_number_is_one_however_it_is_written(cell):
    assert read(cell) == ["mobile +8615400000001"]


@pytest.mark.parametrize(
    ("cell", "found"),
    [
        ("(0571)8888 6666", "+8657188886666"),
        ("（0571）88886666", "+8657188886666"),
        ("0571-8888-6666", "+8657188886666"),
        ("057188886666", "+8657188886666"),
        ("+86-571-88886666", "+8657188886666"),
        ("86-571-88886666", "+8657188886666"),
        ("+86 (0)571 8888 6666", "+8657188886666"),
        ("010-88886666", "+861088886666"),
        ("0570-3021234", "+865703021234"),
        ("8888-6666", "88886666"),
        ("0571-88886666转8001", "+8657188886666 x8001"),
        ("0571-88886666，转 8001", "+8657188886666 x8001"),
        ("0571-88886666-8001", "+8657188886666 x8001"),
        ("0571-8888666-8", "+865718888666 x8"),
        ("（0571）88886666 分机：８００１", "+8657188886666 x8001"),
        ("0571-88886666 ext. 8001", "+8657188886666 x8001"),
        ("0571-88886666x8001", "+8657188886666 x8001"),
        ("0571-88886666#8001", "+8657188886666 x8001"),
        ("88886666（转8001）", "88886666 x8001"),
    ],
)
def test_a_landline_with_its_extension(cell, found):
    assert read(cell) == [f"landline {found}"]


@pytest.mark.parametrize("between", ["/", "、", "，", ",", ";", "；", " ", "\n", " / ", "或", "-", "和"])
def test_two_numbers_in_a_cell_are_two(between):
    cell = f"13800000001{between}13900000002"
    assert read(cell) == ["mobile +8613800000001", "mobile +8613900000002"]


@pytest.mark.parametrize(
    ("cell", "found"),
    [
        ("138 0000 0001 139 0000 0002", ["mobile +8613800000001", "mobile +8613900000002"]),
        ("0571-88886666、88886667", ["landline +8657188886666", "landline +8657188886667"]),
        (
            "手机13800000001 办0571-88886666转801 13900000002",
            ["mobile +8613800000001", "landline +8657188886666 x801", "mobile +8613900000002"],
        ),
        ("13800000001/无", ["mobile +8613800000001", "unknown "]),
        ("021-60000000-801/802", ["landline +862160000000 x801", "unknown 802"]),
    ],
)
def test_mixed_cells(cell, found):
    assert read(cell) == found


@pytest.mark.parametrize(
    ("cell", "found"),
    [
        ("400-800-8888", "service 4008008888"),
        ("8008208820", "service 8008208820"),
        ("4008008888转1", "service 4008008888 x1"),
        ("95588", "service 95588"),
        ("12345", "service 12345"),
        ("+852 9123 4567", "foreign +85291234567"),
        ("852-91234567", "foreign +85291234567"),
        ("00853 6612 3456", "foreign +85366123456"),
        ("886-2-23456789", "foreign +886223456789"),
        ("+39 06 698 12345", "foreign +390669812345"),
        ("0039 335 1234567", "foreign +393351234567"),
        ("+1 (212) 555-0123", "foreign +12125550123"),
    ],
)
def test_numbers_of_other_kinds(cell, found):
    assert read(cell) == [found]


@pytest.mark.parametrize(
    "cell", ["无", "wx: abc123", "110101199003078888", "1.54E+10", "+86", "😀", "1" * 400]
)
def test_what_is_no_number_is_kept_as_it_stands(cell):
    (phone,) = parse_phones(cell)
    assert phone.kind is PhoneKind.UNKNOWN
    assert phone.raw == phone.national == cell


@pytest.mark.parametrize("cell", ["", "  ", None, "\n"])
def test_an_empty_cell_has_no_numbers(cell):
    assert parse_phones(cell) == []


def test_a_number_is_shown_as_it_is_dialled():
    assert [p.display for p in parse_phones("+8657188886666转8001、+8615400000001")] == [
        "0571-88886666 转 8001",
        "15400000001",
    ]
    assert [p.tail4 for p in parse_phones("0571-88886666-8001 / 110")] == ["6666", ""]


def test_search_sees_numbers_as_dialled_and_extensions():
    assert digit_runs("15400000001") == ["15400000001"]
    assert digit_runs("+86 571 88886666-8001 / +852 9123 4567") == ["057188886666", "8001", "85291234567"]
    assert digit_runs("无") == []


@given(CELLS | st.text(max_size=40))
def test_any_cell_is_read_and_nothing_of_it_is_lost(cell):
    phones = parse_phones(cell)
    assert bool(phones) == bool(re.sub(r"[\s/、,，;；|]|或者?|以及|及|和|&", "", cell))
    for phone in phones:
        assert phone.raw
        assert phone.raw in re.sub(r"[/、,，;；|\s]+(?=(?:转|分机|内线|ext)\D{0,8}\d)", " ", cell, flags=re.I)


@given(
    st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True), st.sampled_from(["", "+86 ", "0086", "86-", "(+86)"])
)
def test_every_mobile_shape_is_a_mobile(number, code):
    assert read(code + number) == [f"mobile +86{number}"]


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        ("15400000001", "154****0001"),
        ("+86 154 0000 0001", "154****0001"),
        ("0571-88886666转8001", "0571-****6666"),
        ("88886666", "****6666"),
        ("+852 9123 4567", "+852****4567"),
        ("400-800-8888", "400****8888"),
        ("95588", "9****"),
        ("13800000001/13900000002", "138****0001、139****0002"),
        ("110101199003078888", "11****8"),
        ("154****0001", "154****0001"),
        ("", ""),
        (None, ""),
    ],
)
def test_a_masked_number_can_be_recognised_and_not_dialled(cell, shown):
    assert mask(cell) == shown


@pytest.mark.parametrize(
    ("handle", "shown"),
    [
        ("shenyuan_wx", "sh****x"),
        ("abc", "a****"),
        ("a", "****"),
        ("15400000001", "154****0001"),
        ("shen@example.com", "s****@example.com"),
        ("15400000001@163.com", "1****@163.com"),
        ("a@15400000001", "a****@****"),
        ("", ""),
    ],
)
def test_a_masked_handle(handle, shown):
    assert mask_handle(handle) == shown


@given(CELLS | st.text(alphabet="0123456789*-+@a", max_size=30))
def test_a_mask_never_shows_a_number_that_can_be_dialled(cell):
    for masked in (mask(cell), mask_handle(cell)):
        assert not re.search(r"\d{5}", masked)
