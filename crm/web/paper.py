"""A paper as a Word file, in the fonts of official papers; a computer without them shows its own. It leaves the house:
phones and the like are masked wherever they stand in it.

仿宋 for the text, 黑体 for headings, 方正小标宋 for the title (GB/T 9704).
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from docx import Document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from crm.lib.masking import mask_text
from crm.lib.words import _

LATIN = "Times New Roman"
SONG = "方正小标宋简体"
HEI = "黑体"
FANG = "仿宋"
KAI = "楷体"
TITLE, HEADING, BODY, CELL = Pt(22), Pt(16), Pt(16), Pt(10.5)


class Paper:
    """One document, filled from top to bottom."""

    def __init__(self, title: str, author: str, at: Any):
        self.document = Document()
        section = self.document.sections[0]
        section.page_width, section.page_height = Mm(210), Mm(297)
        section.top_margin, section.bottom_margin = Mm(37), Mm(35)
        section.left_margin, section.right_margin = Mm(28), Mm(26)
        normal = self.document.styles["Normal"]
        normal.font.size = BODY
        _set_fonts(normal.element.get_or_add_rPr(), FANG)
        about = self.document.core_properties
        about.title, about.author, about.created, about.modified = mask_text(title), author, at, at
        about.last_modified_by, about.comments = author, ""

    def title(self, text: str) -> None:
        self._line(text, SONG, TITLE, WD_ALIGN_PARAGRAPH.CENTER)

    def under(self, text: str) -> None:
        self._line(text, KAI, Pt(14), WD_ALIGN_PARAGRAPH.CENTER)

    def heading(self, text: str) -> None:
        self._line(text, HEI, HEADING).paragraph_format.keep_with_next = True

    def text(self, text: str) -> None:
        for line in text.split("\n"):
            if line.strip():
                self._line(line.strip(), FANG, BODY).paragraph_format.first_line_indent = BODY * 2

    def signed(self, *lines: str) -> None:
        for line in lines:
            self._line(line, FANG, BODY, WD_ALIGN_PARAGRAPH.RIGHT)

    def table(
        self,
        heads: Sequence[str],
        rows: Sequence[Sequence[str]],
        numeric: Sequence[int] = (),
        widths_mm: Sequence[int] = (),
    ) -> None:
        """The head is repeated on each page; a row is not torn apart. Without widths the columns are as wide as each other."""
        table = self.document.add_table(rows=1, cols=len(heads), style="Table Grid")
        table.alignment = WD_TABLE_ALIGNMENT.CENTER
        head = table.rows[0]
        _mark(head, "w:tblHeader")
        for cell, words in zip(head.cells, heads, strict=True):
            _fill(cell, words, HEI, WD_ALIGN_PARAGRAPH.CENTER)
        for values in rows:
            line = table.add_row()
            _mark(line, "w:cantSplit")
            for at, (cell, words) in enumerate(zip(line.cells, values, strict=True)):
                _fill(
                    cell, words, FANG, WD_ALIGN_PARAGRAPH.RIGHT if at in numeric else WD_ALIGN_PARAGRAPH.LEFT
                )
        if widths_mm:
            table.autofit = False
            for column, width in zip(table.columns, widths_mm, strict=True):
                column.width = Mm(width)
                for cell in column.cells:
                    cell.width = Mm(width)
        self.document.add_paragraph()

    def _line(self, text: str, font: str, size: Any, align: Any = None) -> Any:
        paragraph = self.document.add_paragraph()
        paragraph.alignment = align
        paragraph.paragraph_format.space_after = Pt(0)
        run = paragraph.add_run(mask_text(text))
        run.font.size = size
        _set_fonts(run._element.get_or_add_rPr(), font)
        return paragraph

    def bytes(self) -> bytes:
        file = io.BytesIO()
        self.document.save(file)
        return file.getvalue()


def _fill(cell: Any, words: str, font: str, align: Any) -> None:
    paragraph = cell.paragraphs[0]
    paragraph.alignment = align
    run = paragraph.add_run(mask_text(words))
    run.font.size = CELL
    _set_fonts(run._element.get_or_add_rPr(), font)


def _set_fonts(properties: Any, han: str) -> None:
    """Chinese characters in one font, letters and digits in the other: Word keeps them apart."""
    fonts = properties.get_or_add_rFonts()
    for name in ("w:ascii", "w:hAnsi", "w:cs"):
        fonts.set(qn(name), LATIN)
    fonts.set(qn("w:eastAsia"), han)


def _mark(row: Any, name: str) -> None:
    row._tr.get_or_add_trPr().append(OxmlElement(name))


def numbered(at: int) -> str:
    """一、 二、 三、 in front of a heading."""
    return _("%(n)s、", n=ORDINALS[at])


ORDINALS = "一二三四五六七八九十"
