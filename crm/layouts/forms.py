"""What is typed about a layout."""

from __future__ import annotations

from wtforms import BooleanField, FieldList, Form, FormField, SelectField

from crm.lib.words import _
from crm.lists.exports.shapes import BLANK, MOST_COLUMNS, SERIAL, UNITS, Part, Shape
from crm.lists.table import ListPage
from crm.web.fields import LineField, Needed, ParagraphField, _l
from crm.web.forms import EditForm

from .models import Layout

HAND = "-"  # filled in by hand: an empty value is a row that is not there
STEP = 10


class PartForm(Form):
    place = LineField(_l("次序"), longest=4, render_kw={"inputmode": "numeric"})
    key = SelectField(_l("列"), validate_choice=False)
    heading = LineField(_l("表头"), longest=40)
    unit = SelectField(_l("单位"), validate_choice=False)
    width = LineField(_l("列宽"), longest=4, render_kw={"inputmode": "numeric"})


class LayoutForm(EditForm):
    name = LineField(_l("名称"), [Needed()], longest=80)
    in_use = BooleanField(_l("启用（大家导出时能选）"))
    query = LineField(
        _l("筛选"), longest=2000, description=_l("在名单里筛选好以后，把地址栏里的地址整个粘贴到这里")
    )
    title = LineField(_l("标题"), [Needed()], longest=80)
    lines = ParagraphField(_l("标题下面的文字（每行一行）"), longest=2000)
    signs = ParagraphField(_l("落款（每行一项）"), longest=2000)
    wide = BooleanField(_l("横向纸张"))
    parts = FieldList(FormField(PartForm), label=_l("各列"), max_entries=MOST_COLUMNS)

    @classmethod
    def about(cls, layout: Layout, page: ListPage) -> LayoutForm:
        shape = Shape.of_json(layout.shape)
        form: LayoutForm = cls(
            obj=layout,
            data={
                "title": shape.title,
                "lines": "\n".join(shape.lines),
                "signs": "\n".join(shape.signs),
                "wide": shape.wide,
                "parts": [_typed(part, at) for at, part in enumerate(shape.parts, 1)],
            },
        )
        form.subject = layout
        if not form.is_submitted() and len(form.parts) < MOST_COLUMNS:
            form.parts.append_entry()  # an empty row for who has no script
        columns = [(column.key, column.label) for column in page.all_columns()]
        for entry in form.parts:
            entry.form.key.choices = [("", "—"), (SERIAL, _("序号")), (HAND, _("空列（手填）")), *columns]
            entry.form.unit.choices = [(unit, _(word)) for unit, word in UNITS.items()]
        return form

    def shape(self) -> Shape:
        """As typed: rows without a column left out, in the order that their numbers say."""
        rows = [(entry.form, at) for at, entry in enumerate(self.parts) if entry.form.key.data]
        rows.sort(key=lambda row: (_number(row[0].place.data, (row[1] + 1) * STEP), row[1]))
        return Shape(
            title=self.title.data or "",
            parts=tuple(_part(form) for form, _at in rows),
            lines=tuple((self.lines.data or "").splitlines()),
            signs=tuple((self.signs.data or "").splitlines()),
            wide=bool(self.wide.data),
        )


def _typed(part: Part, at: int) -> dict[str, str]:
    return {
        "place": str(at * STEP),
        "key": part.key or HAND,
        "heading": part.heading,
        "unit": part.unit,
        "width": str(part.width or ""),
    }


def _part(form: PartForm) -> Part:
    key = BLANK if form.key.data == HAND else form.key.data
    return Part(key, form.heading.data or "", form.unit.data or "", _number(form.width.data, 0))


def _number(text: str | None, default: int) -> int:
    text = (text or "").strip()
    if not text:
        return default
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 5 else -1
