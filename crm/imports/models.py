"""A list on its way in: what was uploaded, how its columns are understood, and what became of each row."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from crm.db import Line, Model, Text
from crm.lib import clock
from crm.lib.enums import Labelled
from crm.lib.on_merge import stays
from crm.lib.words import N_


class BatchState(Labelled):
    UPLOADED = "uploaded", N_("已上传"), "neutral"
    CHECKING = "checking", N_("检查中"), "info"
    CHECKED = "checked", N_("已检查"), "info"
    RUNNING = "running", N_("导入中"), "info"
    DONE = "done", N_("已导入"), "good"
    FAILED = "failed", N_("失败"), "bad"
    CANCELLED = "cancelled", N_("已取消"), "neutral"


class Finding(Labelled):
    """What the check says of a row; it writes nothing to the base."""

    NEW = "new", N_("新增"), "good"
    DUPLICATE = "duplicate", N_("疑似重复"), "warn"
    REPEATED = "repeated", N_("表内重复"), "warn"
    ERROR = "error", N_("有错"), "bad"


class Outcome(Labelled):
    WAITING = "waiting", N_("未处理"), "neutral"
    CREATED = "created", N_("已新增"), "good"
    SKIPPED = "skipped", N_("已跳过"), "neutral"


class ImportBatch(Model):
    __tablename__ = "import_batch"

    noun: Mapped[str] = mapped_column(sa.String(16), default="enterprise")
    file_name: Mapped[Line]
    kind: Mapped[str] = mapped_column(sa.String(8))  # xlsx, csv, csv.gz: what it is, whatever its name says
    sha256: Mapped[str] = mapped_column(sa.String(64))  # the upload itself lies in the data folder
    state: Mapped[BatchState] = mapped_column(default=BatchState.UPLOADED)
    sheet: Mapped[Line] = mapped_column(default="")
    sheets: Mapped[list[str]] = mapped_column(default=list)  # the sheets to choose from
    headers: Mapped[list[str]] = mapped_column(default=list)
    header_row: Mapped[int] = mapped_column(default=0)  # as the sheet numbers it; 0: it has none
    mapping: Mapped[dict[str, Any]] = mapped_column(default=dict)  # {column number as text: field}
    examples: Mapped[list[Any]] = mapped_column(default=list)  # the first rows, for choosing the columns
    remarks: Mapped[list[str]] = mapped_column(default=list)  # what was odd about the sheet
    take_duplicates: Mapped[bool] = mapped_column(default=False)  # also create the likely duplicates
    counts: Mapped[dict[str, Any]] = mapped_column(default=dict)  # {finding or outcome: rows}
    known_id: Mapped[int] = mapped_column(default=0)  # the newest enterprise the check has looked at
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    unit_id: Mapped[int] = mapped_column(sa.ForeignKey("unit.id"))
    job_id: Mapped[int | None] = mapped_column(sa.ForeignKey("job_run.id"))
    uploaded_at: Mapped[dt.datetime] = mapped_column(default=clock.now)
    ended_at: Mapped[dt.datetime | None]


class ImportRow(Model):
    """One row of the list. Its outcome is written in the transaction that carried it out."""

    __tablename__ = "import_row"
    __table_args__ = (
        sa.Index("ix_import_row_batch", "batch_id", "number"),
        sa.Index("ix_import_row_finding", "batch_id", "finding", "number"),
        sa.Index("ix_import_row_outcome", "batch_id", "outcome", "number"),
    )

    batch_id: Mapped[int] = mapped_column(sa.ForeignKey("import_batch.id", ondelete="CASCADE"))
    number: Mapped[int]  # the row's number in the sheet, as Excel shows it
    values: Mapped[dict[str, Any]]  # {field: what the cell said}
    finding: Mapped[Finding]
    message: Mapped[Text] = mapped_column(default="")
    match_id: Mapped[int | None] = mapped_column(  # the likely duplicate in the base
        info=stays("the report of an import names what was there; the old address leads on")
    )
    match_name: Mapped[Line] = mapped_column(default="")
    score: Mapped[float | None]
    outcome: Mapped[Outcome] = mapped_column(default=Outcome.WAITING)
    record_id: Mapped[int | None] = mapped_column(  # what was created
        info=stays("it was created, whatever became of it; the old address leads on")
    )
