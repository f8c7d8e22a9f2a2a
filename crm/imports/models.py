"""A list on its way in: what was uploaded, how its columns are understood, and what became of each row."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.db import Line, Model, Text
from crm.lib import clock
from crm.lib.enums import Labelled
from crm.lib.on_merge import stays
from crm.lib.words import N_, _, keep
from crm.org.models import User

from . import saying


class BatchState(Labelled):
    UPLOADED = "uploaded", N_("已上传"), "neutral"
    CHECKING = "checking", N_("检查中"), "info"
    CHECKED = "checked", N_("已检查"), "info"
    RUNNING = "running", N_("导入中"), "info"
    DONE = "done", N_("已导入"), "good"
    UNDOING = "undoing", N_("撤回中"), "warn"  # what the run has done is being taken back, whatever for
    FAILED = "failed", N_("失败，已撤回"), "bad"
    CANCELLED = "cancelled", N_("已取消，已撤回"), "neutral"
    UNDONE = "undone", N_("已撤销"), "neutral"


class Mode(Labelled):
    CREATE = "create", N_("只新增库里没有的")
    UPDATE = "update", N_("只更新库里已有的")
    BOTH = "both", N_("新增并更新")


class Finding(Labelled):
    """What the check says of a row; it writes nothing to the base."""

    NEW = "new", N_("新增"), "good"
    UPDATE = "update", N_("可更新"), "info"
    UNCHANGED = "unchanged", N_("库里已有，内容一样"), "neutral"
    DUPLICATE = "duplicate", N_("疑似重复"), "warn"
    REPEATED = "repeated", N_("表内重复"), "warn"
    ERROR = "error", N_("有错"), "bad"


class Action(Labelled):
    """What the run is to do with a row."""

    CREATE = "create", N_("新增"), "good"
    FILL = "fill", N_("只补空白"), "info"
    OVERWRITE = "overwrite", N_("覆盖"), "warn"
    MERGE = "merge", N_("并入已有"), "info"
    SKIP = "skip", N_("跳过"), "neutral"


class Outcome(Labelled):
    WAITING = "waiting", N_("未处理"), "neutral"
    CREATED = "created", N_("已新增"), "good"
    UPDATED = "updated", N_("已更新"), "good"
    SKIPPED = "skipped", N_("已跳过"), "neutral"
    UNDONE = "undone_row", N_("已撤销"), "neutral"
    KEPT = "kept", N_("没有撤销"), "warn"  # somebody has worked with the record since


class ImportBatch(Model):
    __tablename__ = "import_batch"
    __table_args__ = (sa.Index("ix_import_batch_headers", "unit_id", "header_key"),)

    noun: Mapped[str] = mapped_column(sa.String(16), default="enterprise")
    file_name: Mapped[Line]
    kind: Mapped[str] = mapped_column(sa.String(8))  # xlsx, csv, csv.gz: what it is, whatever its name says
    sha256: Mapped[str] = mapped_column(sa.String(64))  # the upload itself lies in the data folder
    state: Mapped[BatchState] = mapped_column(default=BatchState.UPLOADED)
    sheet: Mapped[Line] = mapped_column(default="")
    sheets: Mapped[list[str]] = mapped_column(default=list)  # the sheets to choose from
    headers: Mapped[list[str]] = mapped_column(default=list)
    header_key: Mapped[str] = mapped_column(sa.String(32), default="", server_default="")  # of these headers
    header_row: Mapped[int] = mapped_column(default=0)  # as the sheet numbers it; 0: it has none
    mapping: Mapped[dict[str, Any]] = mapped_column(default=dict)  # {column number as text: field}
    examples: Mapped[list[Any]] = mapped_column(default=list)  # the first rows, for choosing the columns
    remarks: Mapped[list[str]] = mapped_column(default=list)  # what was odd about the sheet
    mode: Mapped[Mode] = mapped_column(default=Mode.CREATE, server_default=Mode.CREATE.value)
    ends_as: Mapped[BatchState | None]  # while it is being taken back: what it is called then
    counts: Mapped[dict[str, Any]] = mapped_column(default=dict)  # {finding, action or outcome: rows}
    known_id: Mapped[int] = mapped_column(default=0)  # the newest enterprise the check has looked at
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    unit_id: Mapped[int] = mapped_column(sa.ForeignKey("unit.id"))
    job_id: Mapped[int | None] = mapped_column(sa.ForeignKey("job_run.id"))
    uploaded_at: Mapped[dt.datetime] = mapped_column(default=clock.now)
    ended_at: Mapped[dt.datetime | None]

    user: Mapped[User] = relationship()


class ImportRow(Model):
    """One row of the list. Its outcome, and all that is needed to take it back, is written in the transaction
    that carried it out."""

    __tablename__ = "import_row"
    __table_args__ = (
        sa.Index("ix_import_row_batch", "batch_id", "number"),
        sa.Index("ix_import_row_finding", "batch_id", "finding", "number"),
        sa.Index("ix_import_row_outcome", "batch_id", "outcome", "number"),
        sa.Index("ix_import_row_record", "batch_id", "record_id"),
    )

    batch_id: Mapped[int] = mapped_column(sa.ForeignKey("import_batch.id", ondelete="CASCADE"))
    number: Mapped[int]  # the row's number in the sheet, as Excel shows it
    values: Mapped[dict[str, Any]]  # {field: what the cell said}
    finding: Mapped[Finding]
    before_said: Mapped[Text] = mapped_column("message", default="")  # of rows older than `said`
    # the sentences about it, the newest act first: see saying.py
    said: Mapped[list[Any]] = mapped_column(default=list, server_default="[]")
    match_id: Mapped[int | None] = mapped_column(  # the likely duplicate in the base
        info=stays("the report of an import names what was there; the old address leads on")
    )
    match_name: Mapped[Line] = mapped_column(default="")
    match_version: Mapped[int | None]  # of that record, when the check looked at it
    match_row: Mapped[int | None]  # the row of this list that it repeats
    score: Mapped[float | None]
    wrong: Mapped[list[str]] = mapped_column(default=list, server_default="[]")  # the fields with an error
    # what overwriting would change: {field: [before, after]}, in words
    changes: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")
    action: Mapped[Action] = mapped_column(default=Action.SKIP, server_default=Action.SKIP.value)
    outcome: Mapped[Outcome] = mapped_column(default=Outcome.WAITING)
    effects: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")  # see undoing.py
    record_id: Mapped[int | None] = mapped_column(  # what was created or updated
        info=stays("the import did it, whatever became of it; the old address leads on")
    )

    @property
    def message(self) -> str:
        """All that is said of it, in the reader's language."""
        return _("；").join(part for part in (*map(saying.told_entry, self.said), self.before_said) if part)

    def say(self, sentence: str) -> None:
        """What has become of it: goes before what was said so far."""
        self.said = [["", "", keep(sentence), ""], *self.said]
