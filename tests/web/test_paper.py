"""A paper is laid out as official papers are: GB/T 9704 in figures."""

from __future__ import annotations

import datetime as dt
import io
from itertools import pairwise

import pytest
from docx import Document
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from hypothesis import given
from hypothesis import strategies as st

from crm.lib import clock
from crm.web.paper import TEXT_MM, Paper, numbered, numbered_under, official_day, widths_of

WORDS = st.text(alphabet="甲乙丙12ab", max_size=60)


@given(
    st.integers(1, 9).flatmap(
        lambda n: st.lists(st.lists(WORDS, min_size=n, max_size=n), min_size=1, max_size=6)
    )
)
def test_columns_share_the_line_and_longer_words_get_no_less(lines: list[list[str]]) -> None:
    widths = widths_of(lines)
    assert sum(widths) == pytest.approx(TEXT_MM) and min(widths) > 3
    longest = [max(len(line[at].encode("gbk")) for line in lines) for at in range(len(widths))]
    order = sorted(range(len(widths)), key=lambda at: longest[at])
    assert all(widths[a] <= widths[b] + 1e-9 for a, b in pairwise(order))


def test_short_columns_keep_their_words_on_one_line() -> None:
    place, name, _text = widths_of([["名次", "单位", "内容"], ["1", "区招商局", "字" * 200]])
    assert place >= 4 * 1.85 and name >= 8 * 1.85


def test_the_page_its_lines_and_its_number(app: object) -> None:
    paper = Paper("通报", "区招商局", clock.now().replace(tzinfo=None))
    paper.title("招商引资2013年6月通报")
    paper.heading(numbered(0) + "主要指标")
    paper.subheading(numbered_under(0) + "到位资金")
    paper.text("一段话")
    paper.table(["名次", "单位"], [["1", "区招商局"]], numeric=(0,))
    paper.signed("区招商局", official_day(dt.date(2013, 7, 1)))
    made = Document(io.BytesIO(paper.bytes()))
    [section] = made.sections
    margins = [section.top_margin, section.bottom_margin, section.left_margin, section.right_margin]
    assert [round(one.mm) for one in margins if one] == [37, 35, 28, 26]
    fonts = {
        one.text: (one.runs[0]._r.rPr.rFonts.get(qn("w:eastAsia")), one.runs[0].font.size)
        for one in made.paragraphs
        if one.runs
    }
    assert fonts == {
        "招商引资2013年6月通报": ("方正小标宋简体", Pt(22)), "一、主要指标": ("黑体", Pt(16)), "（一）到位资金": ("楷体", Pt(16)),
        "一段话": ("仿宋", Pt(16)), "区招商局": ("仿宋", Pt(16)), "2013年7月1日": ("仿宋", Pt(16)),
    }  # fmt: skip
    how = {one.text: one.paragraph_format for one in made.paragraphs if one.text}
    for words in ("一、主要指标", "（一）到位资金", "一段话"):
        assert (how[words].line_spacing, how[words].first_line_indent) == (Pt(28), Pt(32))
    assert how["2013年7月1日"].right_indent == Pt(64)
    assert made.settings.odd_and_even_pages_header_footer
    for foot in (section.footer, section.even_page_footer):
        assert "PAGE" in foot._element.xml and foot.paragraphs[0].text.replace(" ", "") == "——"
    [table] = made.tables
    assert "w:tblHeader" in table.rows[0]._tr.xml
    assert sum(cell.width.mm for cell in table.rows[1].cells) == pytest.approx(Mm(TEXT_MM).mm, abs=0.5)
