"""A paper as a Word file, laid out as official papers are (GB/T 9704); a computer without their fonts shows its own. It
leaves the house: phones and the like are masked wherever they stand in it.

方正小标宋 for the title, 黑体 for headings, 楷体 for those under them, 仿宋 for the text in lines of 28 points, so that
twenty-two stand on a page; the page's number in the outer corner, between dashes.
"""

from __future__ import annotations

import datetime as dt
import io
import unicodedata
from collections.abc import Sequence
from typing import Any

from docx import Document
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from crm.lib.masking import mask_text
from crm.lib.words import _

from . import display

LATIN = "Times New Roman"
SONG = "方正小标宋简体"
HEI = "黑体"
FANG = "仿宋"
KAI = "楷体"
TITLE, BODY, CELL, FOLIO = Pt(22), Pt(16), Pt(10.5), Pt(14)
LINE, TITLE_LINE = Pt(28), Pt(36)
TEXT_MM = 210 - 28 - 26  # between the margins
HALF_MM = CELL.mm / 2  # a letter or digit in a table; a Chinese character is two of them
PADDING_MM = 4.5  # of a cell, left and right together


class Paper:
    """One document, filled from top to bottom."""

    def __init__(self, title: str, author: str, at: Any):
        self.document = Document()
        section = self.document.sections[0]
        section.page_width, section.page_height = Mm(210), Mm(297)
        section.top_margin, section.bottom_margin = Mm(37), Mm(35)
        section.left_margin, section.right_margin = Mm(28), Mm(26)
        section.footer_distance = Mm(23)
        self.document.settings.odd_and_even_pages_header_footer = True
        _folio(section.footer.paragraphs[0], WD_ALIGN_PARAGRAPH.RIGHT)
        _folio(section.even_page_footer.paragraphs[0], WD_ALIGN_PARAGRAPH.LEFT)
        normal = self.document.styles["Normal"]
        normal.font.size = BODY
        _set_fonts(normal.element.get_or_add_rPr(), FANG)
        about = self.document.core_properties
        about.title, about.author, about.created, about.modified = mask_text(title), author, at, at
        about.last_modified_by, about.comments = author, ""

    def title(self, text: str) -> None:
        line = self._line(text, SONG, TITLE, WD_ALIGN_PARAGRAPH.CENTER)
        line.paragraph_format.line_spacing = TITLE_LINE

    def under(self, text: str) -> None:
        self._line(text, KAI, BODY, WD_ALIGN_PARAGRAPH.CENTER).paragraph_format.space_after = LINE // 2

    def heading(self, text: str) -> None:
        self._head(text, HEI)

    def subheading(self, text: str) -> None:
        self._head(text, KAI)

    def _head(self, text: str, font: str) -> None:
        how = self._line(text, font, BODY).paragraph_format
        how.first_line_indent, how.keep_with_next = BODY * 2, True

    def text(self, text: str) -> None:
        for line in text.split("\n"):
            if line.strip():
                self._line(line.strip(), FANG, BODY).paragraph_format.first_line_indent = BODY * 2

    def signed(self, *lines: str) -> None:
        """Who and when, four characters from the edge, never alone on a page."""
        self.document.paragraphs[-1].paragraph_format.keep_with_next = True
        for at, line in enumerate(lines):
            how = self._line(line, FANG, BODY, WD_ALIGN_PARAGRAPH.RIGHT).paragraph_format
            how.right_indent, how.keep_with_next = BODY * 4, at < len(lines) - 1
            how.space_before = LINE if at == 0 else None

    def table(
        self,
        heads: Sequence[str],
        rows: Sequence[Sequence[str]],
        numeric: Sequence[int] = (),
        widths_mm: Sequence[int] = (),
    ) -> None:
        """The head is repeated on each page; a row is not torn apart. Without widths each column gets what its words need."""
        table = self.document.add_table(rows=1, cols=len(heads), style="Table Grid")
        table.alignment, table.autofit = WD_TABLE_ALIGNMENT.CENTER, False
        head = table.rows[0]
        _mark(head, "w:tblHeader")
        _mark(head, "w:cantSplit")
        for cell, words in zip(head.cells, heads, strict=True):
            _fill(cell, words, HEI, WD_ALIGN_PARAGRAPH.CENTER)
        for values in rows:
            line = table.add_row()
            _mark(line, "w:cantSplit")
            for at, (cell, words) in enumerate(zip(line.cells, values, strict=True)):
                _fill(
                    cell, words, FANG, WD_ALIGN_PARAGRAPH.RIGHT if at in numeric else WD_ALIGN_PARAGRAPH.LEFT
                )
        for column, width in zip(table.columns, widths_mm or widths_of([heads, *rows]), strict=True):
            column.width = Mm(width)
            for cell in column.cells:
                cell.width = Mm(width)
        self.document.add_paragraph().paragraph_format.space_after = Pt(0)

    def _line(self, text: str, font: str, size: Any, align: Any = None) -> Any:
        paragraph = self.document.add_paragraph()
        paragraph.alignment = align
        how = paragraph.paragraph_format
        how.space_after, how.line_spacing = Pt(0), LINE
        run = paragraph.add_run(mask_text(text))
        run.font.size = size
        _set_fonts(run._element.get_or_add_rPr(), font)
        return paragraph

    def bytes(self) -> bytes:
        file = io.BytesIO()
        self.document.save(file)
        return file.getvalue()


def widths_of(lines: Sequence[Sequence[str]]) -> list[float]:
    """Millimetres for each column, together the whole line: what the longest words in it need, the long ones sharing what
    the short ones leave."""
    need = [PADDING_MM + HALF_MM * max(map(_halves, column)) for column in zip(*lines, strict=True)]
    left, at_most, places = float(TEXT_MM), float(TEXT_MM), len(need)
    for width in sorted(need):
        at_most = left / places
        if width > at_most:
            break
        left, places = left - width, places - 1
    fitted = [min(width, at_most) if places else width for width in need]
    return [width * TEXT_MM / sum(fitted) for width in fitted]


def _halves(words: str) -> int:
    return sum(2 if unicodedata.east_asian_width(one) in "WF" else 1 for one in words)


def official_day(value: dt.date) -> str:
    """2013年7月1日, as papers are dated."""
    return f"{value.year}年{value.month}月{value.day}日" if display.language() == "zh" else display.day(value)


def _folio(paragraph: Any, side: Any) -> None:
    """— 1 —, one character from the outer edge."""
    paragraph.alignment = side
    paragraph.paragraph_format.left_indent = paragraph.paragraph_format.right_indent = FOLIO
    run = paragraph.add_run("— ")
    for kind, words in (("begin", ""), ("", "PAGE"), ("end", "")):
        if words:
            part = OxmlElement("w:instrText")
            part.text = words
        else:
            part = OxmlElement("w:fldChar")
            part.set(qn("w:fldCharType"), kind)
        run._r.append(part)
    paragraph.add_run(" —")
    for one in paragraph.runs:
        one.font.size = FOLIO
        _set_fonts(one._element.get_or_add_rPr(), "宋体", "宋体")


def _fill(cell: Any, words: str, font: str, align: Any) -> None:
    cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
    paragraph = cell.paragraphs[0]
    paragraph.alignment = align
    paragraph.paragraph_format.space_after = Pt(0)
    run = paragraph.add_run(mask_text(words))
    run.font.size = CELL
    _set_fonts(run._element.get_or_add_rPr(), font)


def _set_fonts(properties: Any, han: str, latin: str = LATIN) -> None:
    """Chinese characters in one font, letters and digits in the other: Word keeps them apart."""
    fonts = properties.get_or_add_rFonts()
    for name in ("w:ascii", "w:hAnsi", "w:cs"):
        fonts.set(qn(name), latin)
    fonts.set(qn("w:eastAsia"), han)


def _mark(row: Any, name: str) -> None:
    row._tr.get_or_add_trPr().append(OxmlElement(name))


def numbered(at: int) -> str:
    """一、 二、 三、 in front of a heading."""
    return _("%(n)s、", n=_ordinal(at))


def numbered_under(at: int) -> str:
    """（一） （二） in front of a heading under one of those."""
    return _("（%(n)s）", n=_ordinal(at))


def _ordinal(at: int) -> str:
    return ORDINALS[at] if display.language() == "zh" else str(at + 1)


ORDINALS = (*"一二三四五六七八九十", "十一", "十二")
