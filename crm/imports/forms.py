"""The forms of an import."""

from __future__ import annotations

from typing import Any

from flask_wtf.file import FileField
from wtforms import SelectField
from wtforms.validators import StopValidation

from crm.lib.words import _
from crm.web.fields import _l
from crm.web.forms import ActForm


class FileNeeded:
    field_flags = {"required": True}  # noqa: RUF012 - wtforms reads it so

    def __call__(self, form: Any, field: Any) -> None:
        if not getattr(field.data, "filename", ""):
            raise StopValidation(_("请选择一个文件"))


class UploadForm(ActForm):
    file = FileField(
        _l("名单文件"),
        [FileNeeded()],
        description=_l("xlsx 或 CSV（UTF-8、GBK 都可以），最多 200,000 行、50 MB"),
        render_kw={"accept": ".xlsx,.csv,.txt,.tsv,.gz"},
    )


class SheetForm(ActForm):
    sheet = SelectField(_l("工作表"), choices=[], validate_choice=False)


class CheckForm(ActForm):
    mode = SelectField(_l("要做什么"), choices=[], validate_choice=False)
