"""Which backups there are: the files of one folder, the newest first."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from crm.db import db
from crm.jobs.models import JobRun
from crm.jobs.queries import UNDER_WAY
from crm.lib import clock
from crm.lib.words import N_, _

from . import archive

KIND = "backups.make"
LATE = dt.timedelta(hours=36)  # without a new one for so long something is wrong with the night
WHYS = {
    "night": N_("每夜自动"),
    "hand": N_("人工"),
    "restore": N_("恢复之前自动留的"),
}


@dataclass(frozen=True)
class Backup:
    path: Path
    made_at: dt.datetime
    size: int
    why: str

    @property
    def name(self) -> str:
        return self.path.name

    @property
    def label(self) -> str:
        return _(WHYS[self.why]) if self.why in WHYS else _("移除示例区之前留的数据库")


def backups() -> list[Backup]:
    found = []
    for path in archive.folder().glob("*"):
        ours = archive.NAME.fullmatch(path.name)
        if path.is_file() and (ours or path.name.startswith("before-demo-removed-")):
            told = archive.statement(path)
            why = path.stem.rpartition("-")[2] if ours else ""
            found.append(Backup(path, told["made_at"], told["size"], why))
    return sorted(found, key=lambda one: (one.made_at, one.name), reverse=True)


def backup(name: str) -> Backup | None:
    """The one of this name: a name is looked up, never made a path of."""
    return next((one for one in backups() if one.name == name), None)


def is_late() -> bool:
    """Whether the newest is older than a night and a half, or there is none."""
    newest = next((one for one in backups() if one.why in WHYS), None)
    return newest is None or newest.made_at < clock.now() - LATE


def under_way() -> JobRun | None:
    rows = sa.select(JobRun).where(JobRun.kind == KIND, JobRun.state.in_(UNDER_WAY))
    return db.session.scalars(rows.order_by(JobRun.id).limit(1)).first()


def last_failed() -> JobRun | None:
    """The last one, if it did not succeed."""
    rows = sa.select(JobRun).where(JobRun.kind == KIND).order_by(JobRun.id.desc()).limit(1)
    last = db.session.scalars(rows).first()
    return last if last is not None and last.state == "failed" else None
