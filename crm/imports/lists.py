"""What leaves of an import's pages: the lists somebody has brought in, and the rows of one as they are narrowed.

The rows of each noun are a list of their own, since its columns are that noun's. The whole of one list with what
became of it is also the result (results.py), which is the uploader's own file and holds what he brought.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

import sqlalchemy as sa
from flask import url_for
from werkzeug.datastructures import MultiDict

from crm.db import db
from crm.lib.words import N_, _
from crm.lists.table import Asked, Column, ListPage, register
from crm.org.models import User
from crm.org.permissions import Permission as P

from . import nouns, queries, results
from .models import ImportBatch, ImportRow
from .nouns import Noun

REACHES = frozenset(("phones", "phone", "wechat", "email", "contact_phone", "mobile"))
"""Fields whose cells are numbers and names to reach somebody by, and nothing else."""
_BETWEEN = re.compile(r"[;；、,，\n]")

LISTS_IN = register(
    ListPage(
        name="imports",
        msgid=N_("我的导入"),
        noun="import_batch",
        model=ImportBatch,
        columns=(
            Column("name", N_("文件"), lambda batch: batch.file_name),
            Column("noun", N_("内容"), lambda batch: nouns.of(batch).label),
            Column("state", N_("状态"), lambda batch: batch.state, "state"),
            Column("rows", N_("行数"), lambda batch: batch.counts.get("all"), "number"),
            Column("created", N_("新增"), lambda batch: batch.counts.get("created"), "number"),
            Column("updated", N_("更新"), lambda batch: batch.counts.get("updated"), "number"),
            Column("skipped", N_("跳过"), lambda batch: batch.counts.get("skipped"), "number", default=False),
            Column("at", N_("上传时间"), lambda batch: batch.uploaded_at, "moment"),
        ),
        filters=(),
        sorts={"newest": ImportBatch.id},
        default_sort="-newest",
        base=queries.own,
        view_permission=P.IMPORT_RUN,
        export_permission=P.IMPORT_RUN,
        endpoint="imports.index",
        searched=False,
    )
)  # fmt: skip


def _cell(key: str) -> Callable[[ImportRow], Any]:
    if key not in REACHES:
        return lambda row: row.values.get(key, "")
    return lambda row: [one.strip() for one in _BETWEEN.split(row.values.get(key) or "") if one.strip()]


def _columns(noun: Noun) -> list[Column]:
    """The row's own name first, then what the page says of it, then its other cells."""
    main, *others = sorted(noun.columns.fields, key=lambda field: field.key != noun.columns.main.key)
    return [
        Column("name", main.msgid, _cell(main.key)),
        Column("number", N_("行号"), lambda row: row.number, "number"),
        Column("finding", N_("检查"), lambda row: row.finding, "state"),
        Column("action", N_("处理"), lambda row: row.action, "state"),
        Column("outcome", N_("结果"), lambda row: row.outcome, "state"),
        Column("message", N_("原因"), lambda row: row.message),
        Column("match", N_("对应记录"), lambda row: row.match_name),
        Column("score", N_("相似度"), lambda row: None if row.score is None else round(row.score, 2), "number"),
        Column("changes", N_("改了什么"), lambda row: results.differences(noun, row)),
        *(
            Column(f"cell_{one.key}", one.msgid, _cell(one.key), "phones" if one.key in REACHES else "text",
                   default=False)
            for one in others
        ),
    ]  # fmt: skip


def _number(args: MultiDict[str, str]) -> int:
    text = args.get("batch", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0


def _asked(noun: Noun) -> Callable[[User, MultiDict[str, str]], list[Asked]]:
    def asked(user: User, args: MultiDict[str, str]) -> list[Asked]:
        """One list of the user's own: without its number there are no rows."""
        batch = db.session.scalar(queries.own(user).filter_by(id=_number(args), noun=noun.key))
        of_it = ImportRow.batch_id == batch.id if batch else sa.false()
        found = [Asked(_("名单"), batch.file_name if batch else "", {"batch": None}, of_it)]
        for key, value in queries.narrowed_by(args).items():
            if value:
                label = {"finding": _("检查"), "action": _("处理"), "outcome": _("结果")}[key]
                found.append(Asked(label, value.label, {key: None}, queries.is_narrowed(key, value)))
        return found

    return asked


def _address(pairs: Sequence[tuple[str, str]]) -> str:
    kept = {name: value for name, value in pairs if name in ("finding", "action", "outcome")}
    number = _number(MultiDict(pairs))
    return url_for("imports.show", id=number, **kept) if number else url_for("imports.index")  # type: ignore[arg-type]


def rows_name(noun: Noun) -> str:
    return f"import_rows_{noun.key}"


for _one in nouns.NOUNS.values():
    register(
        ListPage(
            name=rows_name(_one),
            msgid=N_("导入的行"),
            noun="import_row",
            model=ImportRow,
            columns=_columns(_one),
            filters=(),
            sorts={"number": (ImportRow.number, ImportRow.id)},
            default_sort="number",
            base=lambda user: sa.select(ImportRow).where(
                ImportRow.batch_id.in_(queries.own(user).with_only_columns(ImportBatch.id))
            ),
            asks=_asked(_one),
            arguments=("batch", "finding", "action", "outcome"),
            address=_address,
            view_permission=P.IMPORT_RUN,
            export_permission=P.IMPORT_RUN,
            endpoint="imports.index",
            searched=False,
        )
    )
