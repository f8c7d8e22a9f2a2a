"""The empty list that people fill in: headers, two examples, and a sheet that says what goes where."""

from __future__ import annotations

from pathlib import Path

import xlsxwriter

from crm.lib.words import N_, _

from .nouns import Noun

SECOND = {
    "enterprise": {
        "name": "杭州柯山旅游开发有限公司", "contact": "吴清和", "contact_title": "副总经理", "phones": "15400000002",
        "province": "浙江省", "city": "杭州市", "county": "西湖区", "origin": "省内浙商", "direction": "文化旅游产业",
    },
}  # fmt: skip
"""A second example, where one does not show all."""
RULES = (
    N_("第一页是名单：第 1 行是表头，从第 2 行起每行一条；示例行请删掉。"),
    N_("不用的列可以删掉，列的顺序可以改；表头也可以用下面列出的别的写法。"),
    N_("一格里有几个电话时用分号隔开。"),
    N_("上传后先检查，检查时什么也不写入；看过结果、改好有错的格子，再决定是否导入。"),
    N_("空白的格子不会抹掉库里已有的内容；导入以后可以撤销。"),
)
OF_MERCHANTS = (
    N_("有联系人时，手机和微信记在联系人名下，其他号码记在企业名下。"),
    N_("与库中已有企业相像的行默认跳过，可以在结果表里看到每一行的去向。"),
)


def write(path: Path, noun: Noun) -> None:
    """An xlsx that the import itself takes."""
    book = xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False})
    bold = book.add_format({"bold": True, "bg_color": "#EEF2F4", "bottom": 1})
    text = book.add_format({"num_format": "@"})
    wrapped = book.add_format({"num_format": "@", "text_wrap": True, "valign": "top"})
    first = {field.key: field.example for field in noun.columns.fields}
    examples = [first, *([SECOND[noun.key]] if noun.key in SECOND else [])]
    sheet = book.add_worksheet(noun.label[:31])
    for at, field in enumerate(noun.columns.fields):
        sheet.set_column(at, at, 34 if at == 0 else 18, text)
        sheet.write_string(0, at, field.label, bold)
        for row, example in enumerate(examples, 1):
            sheet.write_string(row, at, example.get(field.key, ""), text)
    sheet.freeze_panes(1, 1)
    about = book.add_worksheet(_("说明"))
    about.set_column(0, 0, 20, wrapped)
    about.set_column(1, 1, 44, wrapped)
    about.set_column(2, 2, 60, wrapped)
    row = 0
    for rule in (*RULES, *(OF_MERCHANTS if noun.plain is None else ())):
        about.merge_range(row, 0, row, 2, _(rule), wrapped)
        row += 1
    for at, title in enumerate((_("列"), _("怎么填"), _("也认得的表头"))):
        about.write_string(row, at, title, bold)
    for field in noun.columns.fields:
        row += 1
        about.write_string(row, 0, field.label, wrapped)
        about.write_string(row, 1, _(field.note) if field.note else "", wrapped)
        about.write_string(row, 2, "、".join(field.synonyms), wrapped)
    book.close()
