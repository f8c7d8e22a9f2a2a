"""The result of an import as a file: each row as it came, with 结果 and 原因.

Rows are read and written a thousand at a time. A short list's is made while one waits; a long one's by the queue,
and kept for its owner for a day, where exports are kept.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from crm.db import db
from crm.lib import clock
from crm.lib.words import _, told
from crm.web.sheets_out import Heading, XlsxFile

from . import nouns, queries
from .models import Finding, ImportBatch, ImportRow, Outcome
from .nouns import Noun

CHUNK = 1_000
AT_ONCE = 5_000  # rows whose file is made in the request: a second or two


def headings(batch: ImportBatch) -> list[tuple[str, str]]:
    """(field, heading) of the columns that were read, in the order of the list."""
    fields = list(
        dict.fromkeys(field for _at, field in sorted(batch.mapping.items(), key=lambda one: int(one[0])))
    )
    return [(field, nouns.of(batch).columns.label_of(field)) for field in fields]


def _changes(batch: ImportBatch, row: ImportRow) -> str:
    """What the run did; of a row that was passed over, what the check had found is no change."""
    if row.outcome not in (Outcome.UPDATED, Outcome.UNDONE, Outcome.KEPT):
        return ""
    return differences(nouns.of(batch), row)


def differences(noun: Noun, row: ImportRow) -> str:
    label_of = noun.columns.label_of
    return "；".join(
        _(
            "%(field)s：%(before)s → %(after)s",
            field=label_of(key),
            before=told(before) or _("空"),
            after=told(after),
        )
        for key, (before, after) in row.changes.items()
    )


def at_once(batch: ImportBatch) -> bool:
    """Whether it is made in the request."""
    return batch.counts.get("all", 0) <= AT_ONCE


def name_of(batch: ImportBatch) -> str:
    return _("%(name)s-导入结果.xlsx", name=batch.file_name.rsplit(".", 1)[0][:100])


def write(batch: ImportBatch, path: Path, progress: Callable[[int], None] | None = None) -> int:
    """Writes the file; answers its number of rows, which is that of the list."""
    columns = headings(batch)
    lead = [
        _("行号"),
        _("结果"),
        _("处理"),
        _("检查"),
        _("原因"),
        _("记录编号"),
        _("对应记录"),
        _("相似度"),
        _("改了什么"),
    ]
    kinds = ["number", "state", "state", "state", "text", "code", "text", "number", "text"]
    file = XlsxFile(path, _("导入结果"), [
        *(Heading(title, kind, 10 if kind == "number" else 0) for title, kind in zip(lead, kinds, strict=True)),
        *(Heading(title) for _field, title in columns),
    ])  # fmt: skip
    count = 0
    rows = queries.rows_of(batch).execution_options(yield_per=CHUNK)
    for row in db.session.scalars(rows):
        file.row([
            row.number, row.outcome.label, row.action.label, row.finding.label, row.message,
            str(row.record_id or row.match_id or ""), row.match_name,
            round(row.score, 2) if row.score is not None else None, _changes(batch, row),
            *(row.values.get(field, "") for field, _title in columns),
        ])  # fmt: skip
        count += 1
        if progress and count % CHUNK == 0:
            progress(count)
    file.close([
        (_("名单"), batch.file_name),
        (_("上传时间"), clock.local(batch.uploaded_at).strftime("%Y-%m-%d %H:%M")),
        (_("状态"), batch.state.label),
        (_("行数"), str(count)),
        *((kind.label, str(batch.counts.get(kind.value, 0))) for kind in (*Finding, *Outcome)),
    ])  # fmt: skip
    return count
