"""What is typed about holidays: a pasted table, or a file of the same lines."""

from __future__ import annotations

from flask_wtf.file import FileField

from crm.lib.errors import Refused
from crm.lib.words import _
from crm.web.fields import ParagraphField, _l
from crm.web.forms import ActForm

LARGEST = 200_000  # bytes of a file: a thousand lines are forty thousand


class TableForm(ActForm):
    table = ParagraphField(
        _l("放假和调休"),
        render_kw={"rows": 8},
        description=_l("一行一段：日期、休或班、名称；从表格里复制过来也行。没有写到的日子按周一到周五上班"),
    )
    file = FileField(_l("或者选一个文件"), description=_l("CSV 或文本，每行同上"))

    def text(self) -> str:
        """What was pasted and what stands in the file."""
        upload = self.file.data
        data = upload.read(LARGEST + 1) if upload and upload.filename else b""
        if len(data) > LARGEST:
            raise Refused(_("文件太大了，节假日表不会超过 200 KB"), "file")
        for encoding in ("utf-8-sig", "gb18030"):
            try:
                return f"{self.table.data or ''}\n{data.decode(encoding)}".strip()
            except UnicodeDecodeError:
                continue
        raise Refused(_("这个文件不是文本，请另存为 CSV 再选"), "file")
