"""The forms of an import."""

from __future__ import annotations

from typing import Any

from flask_wtf.file import FileField
from wtforms import SelectField, TextAreaField
from wtforms.validators import Length, StopValidation

from crm.lib.words import _
from crm.web.fields import _l
from crm.web.forms import ActForm

MOST_PASTED = 400_000  # characters; what is more comes as a file


class FileOrCells:
    """A file, or the cells that were pasted, and not both: nobody could tell which was meant."""

    def __call__(self, form: Any, field: Any) -> None:
        chosen, pasted = bool(getattr(field.data, "filename", "")), bool((form.cells.data or "").strip())
        if not chosen and not pasted:
            raise StopValidation(_("请选择一个文件，或者粘贴单元格"))
        if chosen and pasted:
            raise StopValidation(_("文件和粘贴的单元格只能选一种"))


class UploadForm(ActForm):
    noun = SelectField(_l("名单里是什么"), choices=[], validate_choice=False)
    file = FileField(
        _l("名单文件"),
        [FileOrCells()],
        description=_l("xlsx 或 CSV（UTF-8、GBK 都可以），最多 200,000 行、50 MB"),
        render_kw={"accept": ".xlsx,.csv,.txt,.tsv,.gz"},
    )
    cells = TextAreaField(
        _l("或者粘贴单元格"),
        [Length(max=MOST_PASTED)],
        description=_l("在 Excel 或 WPS 里选中（连表头一起）、复制，再粘贴到这里"),
        render_kw={"rows": 4, "maxlength": MOST_PASTED},
    )


class SheetForm(ActForm):
    sheet = SelectField(_l("工作表"), choices=[], validate_choice=False)


class CheckForm(ActForm):
    mode = SelectField(_l("要做什么"), choices=[], validate_choice=False)
