"""A backup holds the house as it was, is known to be whole, and brings back what is gone; nobody else takes it out."""

from __future__ import annotations

import datetime as dt
import io
import json
import os
import sqlite3
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from crm import recurring
from crm.audit.models import Event
from crm.backups import actions, archive, queries
from crm.db import db
from crm.jobs import queue
from crm.jobs.models import JobRun, JobState, Notice
from crm.lib import clock
from crm.merchants.models import Enterprise
from crm.org import settings
from crm.org.models import SignedIn, User
from tests.cast import make_enterprise, make_user
from tests.support import postgres


@pytest.fixture(autouse=True)
def programs(database: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The programs of the server the tests run on, before whichever are installed besides."""
    if database.name == "postgresql":
        monkeypatch.setenv("PATH", f"{postgres.programs()}{os.pathsep}{os.environ['PATH']}")


@pytest.fixture(autouse=True)
def empty_folder(app: Any) -> None:
    for room in (archive.folder(), archive.uploads()):
        for path in room.glob("*"):
            path.unlink()


def attachment(text: str = "委托书") -> Path:
    path = archive.uploads() / ("ab" * 32)
    path.write_text(text, "utf-8")
    return path


def command(app: Any, *arguments: str) -> Any:
    db.session.commit()
    db.session.remove()
    return app.test_cli_runner().invoke(args=["backup", *arguments])


def names(session: Any) -> list[str]:
    return list(session.scalars(sa.select(Enterprise.name).order_by(Enterprise.id)))


# --- there and back --------------------------------------------------------------------------------------------


def test_what_is_gone_comes_back(app: Any, cast: Any, session: Any) -> None:
    make_enterprise("要留住的厂", by=cast.wang)
    session.commit()
    wang_id, kept = cast.wang.id, attachment()
    made = command(app, "make")
    assert made.exit_code == 0, made.output
    (one,) = queries.backups()
    make_enterprise("后来的厂", by=session.get_one(User, wang_id))
    session.execute(sa.update(Enterprise).where(Enterprise.name == "要留住的厂").values(name="改错了"))
    session.commit()
    kept.unlink()
    later = archive.uploads() / ("cd" * 32)
    later.write_text("后来的附件", "utf-8")
    done = command(app, "restore", str(one.path), "--yes")
    assert done.exit_code == 0, done.output
    assert names(db.session) == ["要留住的厂"]
    assert kept.read_text("utf-8") == "委托书" and later.exists(), "what came since stays beside"
    assert db.session.scalars(sa.select(Event.verb).order_by(Event.id.desc())).first() == "backup.restored"
    before = [one for one in queries.backups() if one.why == "restore"]
    assert len(before) == 1, "what was there before is kept"
    assert command(app, "restore", str(before[0].path), "--yes", "--no-keep").exit_code == 0
    assert names(db.session) == ["改错了", "后来的厂"]


def test_who_signed_out_since_stays_signed_out(app: Any, cast: Any, session: Any, as_user: Any) -> None:
    as_user(cast.wang).see("/")
    assert session.scalar(sa.select(sa.func.count()).select_from(SignedIn)) > 0
    assert command(app, "make").exit_code == 0
    (one,) = queries.backups()
    done = command(app, "restore", str(one.path), "--yes", "--no-keep")
    assert done.exit_code == 0, done.output
    assert db.session.scalar(sa.select(sa.func.count()).select_from(SignedIn)) == 0


def test_a_backup_is_looked_through_without_touching_anything(app: Any, cast: Any, session: Any) -> None:
    attachment()
    command(app, "make")
    (one,) = queries.backups()
    before = one.path.read_bytes()
    checked = command(app, "check", str(one.path))
    assert checked.exit_code == 0, checked.output
    assert "1 attachments" in checked.output and "user" in checked.output
    if archive.engine() == "sqlite":
        assert [line.split() for line in checked.output.splitlines() if "user" in line] == [["user", "6"]]
    assert one.path.read_bytes() == before and [path.name for path in archive.folder().iterdir()] == [
        one.name
    ]
    assert one.name in command(app, "list").output


def test_nobody_else_on_the_machine_reads_it(app: Any, cast: Any) -> None:
    path = archive.make("hand")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [one for one in archive.folder().iterdir() if one != path] == []


@pytest.mark.on("sqlite")
def test_others_write_while_it_is_made(
    app: Any, cast: Any, session: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A writer who is at work keeps the copy from nothing, and is not in it."""
    session.commit()
    other = sqlite3.connect(archive._sqlite_path(), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    other.execute("UPDATE unit SET name = '写到一半' WHERE id = 1")
    path = archive.make("hand")
    other.execute("ROLLBACK")
    other.close()
    _known, rows = archive.check(path)
    assert rows["user"] == 6
    with zipfile.ZipFile(path) as file:
        assert b"\xe5\x86\x99\xe5\x88\xb0\xe4\xb8\x80\xe5\x8d\x8a" not in file.read(archive.DATABASE)


# --- what is not whole ------------------------------------------------------------------------------------------


def broken(path: Path, how: str) -> Path:
    """A backup with one fault."""
    with zipfile.ZipFile(path) as file:
        told, parts = json.loads(file.read(archive.ABOUT)), {n: file.read(n) for n in file.namelist()}
    if how == "not a zip":
        path.write_bytes(b"hello")
        return path
    if how == "cut off":
        path.write_bytes(path.read_bytes()[:-200])
        return path
    if how == "no about":
        del parts[archive.ABOUT]
    if how == "other sum":
        told["sha256"] = "0" * 64
    if how == "newer":
        told["revision"] = "9999"
    if how == "other engine":
        told["engine"] = "postgresql" if told["engine"] == "sqlite" else "sqlite"
    if how == "an attachment less":
        told["files"] += 1
    if how != "no about":
        parts[archive.ABOUT] = json.dumps(told).encode()
    with zipfile.ZipFile(path, "w") as file:
        for name, data in parts.items():
            file.writestr(name, data)
    return path


@pytest.mark.on("sqlite")
@pytest.mark.parametrize(
    ("how", "said"),
    [
        ("not a zip", "不是完整的备份"),
        ("cut off", "不是完整的备份"),
        ("no about", "不是本系统的备份"),
        ("other sum", "校验值对不上"),
        ("newer", "更新的版本"),
        ("other engine", "这里用的是 sqlite"),
    ],
)
def test_what_is_not_whole_or_not_ours_is_refused_and_nothing_changes(
    app: Any, cast: Any, session: Any, how: str, said: str
) -> None:
    make_enterprise("现在的厂", by=cast.wang)
    session.commit()
    path = broken(archive.make("hand"), how)
    done = command(app, "restore", str(path), "--yes", "--no-keep")
    assert done.exit_code == 1 and said in done.output
    assert names(db.session) == ["现在的厂"]
    if how not in ("newer", "other engine"):
        assert said in command(app, "check", str(path)).output


@pytest.mark.on("sqlite")
def test_a_missing_attachment_is_noticed(app: Any, cast: Any) -> None:
    path = broken(archive.make("hand"), "an attachment less")
    assert "少了 1 个附件" in command(app, "check", str(path)).output


@pytest.mark.on("sqlite")
def test_a_name_in_the_file_leads_nowhere_outside(app: Any, cast: Any) -> None:
    path = archive.make("hand")
    with zipfile.ZipFile(path, "a") as file:
        file.writestr("uploads/../../evil", "x")
        file.writestr("/etc/evil", "x")
    assert command(app, "restore", str(path), "--yes", "--no-keep").exit_code == 0
    assert not (archive.uploads().parent.parent / "evil").exists()
    assert not (archive.uploads().parent / "evil").exists()


@pytest.mark.on("postgresql")
def test_without_pg_dump_it_says_what_to_install(
    app: Any, cast: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    done = command(app, "make")
    assert done.exit_code == 1 and "没有 pg_dump" in done.output and queries.backups() == []


# --- the page ---------------------------------------------------------------------------------------------------


def test_the_administrator_backs_up_now_and_takes_it_out_with_a_line_in_the_log(
    app: Any, cast: Any, session: Any, as_user: Callable[..., Any]
) -> None:
    admin = as_user(cast.admin)
    assert "还没有备份" in admin.see("/admin/backups").text
    assert admin.press("/admin/backups", "/admin/backups/make").went_to == "/admin/backups"
    job = session.scalars(sa.select(JobRun)).one()
    assert job.state is JobState.DONE, job.message
    (one,) = queries.backups()
    page = admin.see("/admin/backups")
    assert one.name in page.text and "人工" in page.text and "已核对" in admin.see("/jobs").text
    answer = admin.press("/admin/backups", f"/admin/backups/{one.name}/download")
    assert answer.status_code == 200 and "attachment" in answer.headers["Content-Disposition"]
    assert "database" in zipfile.ZipFile(io.BytesIO(answer.get_data())).namelist()
    told = {event.verb: event for event in session.scalars(sa.select(Event).order_by(Event.id))}
    assert {"backup.ordered", "backup.made", "backup.downloaded"} <= told.keys()
    assert told["backup.downloaded"].record_name == one.name and told["backup.made"].actor_name == "钱科长"


def test_nobody_but_the_administrator(app: Any, cast: Any, as_user: Callable[..., Any]) -> None:
    name = archive.make("hand").name
    for user in (cast.wang, cast.chen, cast.zhou, cast.zheng):
        other = as_user(user)
        assert other.get("/admin/backups").status_code == 403
        for door in ("make", f"{name}/download", f"{name}/remove"):
            answer = other.post(f"/admin/backups/{door}", data={"csrf_token": other.token()})
            assert answer.status_code == 403
    admin = as_user(cast.admin)
    for door in ("make", f"{name}/download", f"{name}/remove"):
        assert admin.get(f"/admin/backups/{door}").status_code == 405


@pytest.mark.on("sqlite")
@pytest.mark.parametrize("name", ["..", "%2e%2e%2fcrm.db", "crm-20130725-100000.zip", "crm.db", "x" * 300])
def test_only_what_is_listed_is_handed_out(
    app: Any, cast: Any, as_user: Callable[..., Any], name: str
) -> None:
    (archive.folder() / "notes.txt").write_text("anything")
    admin = as_user(cast.admin)
    for asked in (name, "notes.txt"):
        answer = admin.post(f"/admin/backups/{asked}/download", data={"csrf_token": admin.token()})
        assert answer.status_code == 404


def test_one_at_a_time(
    app: Any, cast: Any, session: Any, as_user: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue, "start", lambda job_id: None)
    admin = as_user(cast.admin)
    admin.press("/admin/backups", "/admin/backups/make")
    assert not admin.see("/admin/backups").all("form", action="/admin/backups/make")
    answer = admin.post("/admin/backups/make", data={"csrf_token": admin.token(), "once": "another-key"})
    assert "正在备份" in (answer.said if answer.status_code == 422 else admin.follow(answer).said)
    assert recurring.back_up() == 0
    assert len(session.scalars(sa.select(JobRun)).all()) == 1


@pytest.mark.on("sqlite")
def test_a_failure_rings_the_administrators_bell_until_the_next_succeeds(
    app: Any, cast: Any, session: Any, as_user: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    second = make_user("second", "赵科长", cast.admin.role, cast.admin.unit)
    session.commit()
    with monkeypatch.context() as patch:
        patch.setattr(clock, "now", clock.now)
        real = archive._copy_database

        def full(_to: Path) -> str:
            raise OSError(28, "No space left on device")

        patch.setattr(archive, "_copy_database", full)
        assert recurring.back_up() == 1
        assert archive._copy_database is not real
    job = session.scalars(sa.select(JobRun)).one()
    assert job.state is JobState.FAILED and list(archive.folder().iterdir()) == []
    for user in (cast.admin, second):
        assert "的备份没有成功" in as_user(user).see("/jobs/bell").text
    assert "备份" not in as_user(cast.wang).see("/jobs/bell").text
    assert "最近一次备份没有成功" in as_user(cast.admin).see("/admin/backups").text
    assert recurring.back_up() == 1
    assert session.scalars(sa.select(Notice)).all() == [], "it has succeeded since: no news any more"
    assert "没有成功" not in as_user(cast.admin).see("/admin/backups").text


# --- how long they are kept -------------------------------------------------------------------------------------


@pytest.mark.on("sqlite")
def test_old_ones_go_but_never_the_newest(
    app: Any, cast: Any, session: Any, as_user: Callable[..., Any]
) -> None:
    settings.put("backup.kept_days", 10)
    session.commit()
    today = clock.local(clock.now())
    for days in (9, 11, 40):
        stamp = today - dt.timedelta(days=days)
        (archive.folder() / f"crm-{stamp:%Y%m%d-%H%M%S}-night.zip").write_bytes(b"x")
    assert len(queries.backups()) == 3
    assert actions.drop_old() == 2 and len(queries.backups()) == 1
    settings.put("backup.kept_days", 1)
    assert actions.drop_old() == 0, "the only one stays whatever its age"
    archive.make("hand")
    admin = as_user(cast.admin)
    newest, old = queries.backups()
    answer = admin.post(f"/admin/backups/{newest.name}/remove", data={"csrf_token": admin.token()})
    assert answer.status_code == 422 and "最新的一份不能删除" in answer.said and newest.path.exists()
    assert admin.press("/admin/backups", f"/admin/backups/{old.name}/remove").went_to == "/admin/backups"
    assert not old.path.exists()
    assert session.scalars(sa.select(Event).filter_by(verb="backup.removed")).one().record_name == old.name


@pytest.mark.on("sqlite")
def test_the_page_says_when_the_night_was_missed(app: Any, cast: Any, as_user: Callable[..., Any]) -> None:
    stamp = clock.local(clock.now()) - dt.timedelta(days=3)
    (archive.folder() / f"crm-{stamp:%Y%m%d-%H%M%S}-night.zip").write_bytes(b"x")
    assert "最近一天半没有新的备份" in as_user(cast.admin).see("/admin/backups").text
