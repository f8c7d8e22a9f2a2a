"""Keeping and handing out files.

Kept under their hash, never under a name somebody chose; handed out as attachments with a plain type, so
that nothing uploaded ever runs in the browser. What cannot be needed for evidence is refused by kind.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Sequence
from pathlib import Path

import sqlalchemy as sa
from flask import Response, current_app, send_file
from werkzeug.datastructures import FileStorage

from crm.db import db
from crm.lib import texts
from crm.lib.errors import Refused
from crm.lib.words import _

from .models import StoredFile

LARGEST = 20 * 1024 * 1024
KINDS = {
    ".pdf": "application/pdf",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".png": "image/png",
    ".heic": "image/heic",
    ".webp": "image/webp",
    ".doc": "application/msword",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".xls": "application/vnd.ms-excel",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".ppt": "application/vnd.ms-powerpoint",
    ".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    ".wps": "application/octet-stream",
    ".et": "application/octet-stream",
    ".ofd": "application/octet-stream",
    ".txt": "text/plain",
    ".csv": "text/plain",
    ".zip": "application/zip",
    ".amr": "audio/amr",
    ".m4a": "audio/mp4",
    ".mp3": "audio/mpeg",
    ".mp4": "video/mp4",
}


def folder() -> Path:
    return Path(current_app.config["CRM_DATA"]) / "uploads"


def attach(uploads: Sequence[FileStorage], *, noun: str, record_id: int, actor_id: int) -> list[StoredFile]:
    """Keep what was uploaded and hang it on a record. Refused: wrong kind, empty, too large.

    Bytes are on disk and synced before the rows are committed: a row never points at nothing. A file whose
    row is rolled back stays behind unnamed and does no harm.
    """
    kept = []
    for upload in uploads:
        if not upload or not upload.filename:
            continue
        name = texts.clean_line(Path(upload.filename.replace("\\", "/")).name)[-200:]
        media_type = KINDS.get(Path(name).suffix.lower())
        if media_type is None:
            raise Refused(
                _("不收这种附件：%(name)s。可用 PDF、图片、Office、WPS、压缩包、录音", name=name), "files"
            )
        data = upload.read(LARGEST + 1)
        if not data:
            raise Refused(_("附件是空的：%(name)s", name=name), "files")
        if len(data) > LARGEST:
            raise Refused(_("附件超过 20 MB：%(name)s", name=name), "files")
        row = StoredFile(
            noun=noun,
            record_id=record_id,
            name=name,
            sha256=write(data),
            size=len(data),
            media_type=media_type,
            added_by_id=actor_id,
        )
        db.session.add(row)
        kept.append(row)
    return kept


def write(data: bytes) -> str:
    """Put bytes under their hash, whole or not at all; answers the hash."""
    digest = hashlib.sha256(data).hexdigest()
    path = path_of(digest)
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        half = path.with_name(f"{digest}.{secrets.token_hex(4)}")
        with half.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        half.replace(path)
    return digest


def path_of(digest: str) -> Path:
    return folder() / digest[:2] / digest


def hanging_on(noun: str, record_ids: Sequence[int]) -> dict[int, list[StoredFile]]:
    """{record id: its files}, one statement for a whole page."""
    found: dict[int, list[StoredFile]] = {}
    rows = sa.select(StoredFile).where(StoredFile.noun == noun, StoredFile.record_id.in_(record_ids))
    for file in db.session.scalars(rows.order_by(StoredFile.id)) if record_ids else ():
        found.setdefault(file.record_id, []).append(file)
    return found


def hand_out(file: StoredFile) -> Response:
    """The file as a download; the caller has checked the right to the record it hangs on."""
    response = send_file(
        path_of(file.sha256), mimetype=file.media_type, as_attachment=True, download_name=file.name
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
