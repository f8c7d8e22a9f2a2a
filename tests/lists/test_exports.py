"""What leaves the house: exactly the list's rows, harmless, masked unless the right and a reason are given, noted."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import sqlalchemy as sa

from crm.audit.models import Event
from crm.jobs.models import JobRun, JobState
from crm.lists.exports import making, views
from crm.merchants.models import Handle, HandleKind, Origin
from tests.cast import make_enterprise

PHONE = "15400000001"
COLUMNS = ["origin", "phones", "first_at"]


@pytest.fixture
def base(cast: Any, session: Any) -> list[Any]:
    """Seven of Wang's firms, three of them 衢商, and one of another unit."""
    firms = [
        make_enterprise(
            f"=HYPERLINK({n})衢州第{n}机械厂" if n == 3 else f"衢州第{n}机械厂",
            by=cast.wang,
            origin=Origin.QUSHANG if n < 3 else Origin.OTHER,
        )
        for n in range(7)
    ]
    firms[0].handles.append(Handle(kind=HandleKind.MOBILE, value=PHONE, digits=f"+86{PHONE}"))
    make_enterprise("航埠柑橘合作社", by=cast.li)
    session.commit()
    return firms


def export(client: Any, **data: Any) -> Any:
    return client.post(
        "/lists/enterprises/export",
        data={"csrf_token": client.token(), "format": "xlsx", "columns": COLUMNS} | data,
    )


def rows_of(answer: Any) -> list[list[Any]]:
    """The rows of a downloaded file, header included."""
    assert answer.status_code == 200, answer.said
    if answer.mimetype == "text/csv":
        return list(csv.reader(io.StringIO(answer.get_data().decode("utf-8-sig"))))
    book = openpyxl.load_workbook(io.BytesIO(answer.get_data()))
    return [list(row) for row in book.worksheets[0].iter_rows(values_only=True)]


def notes_of(answer: Any) -> dict[str, str]:
    book = openpyxl.load_workbook(io.BytesIO(answer.get_data()))
    return {str(label): str(text) for label, text in book["说明"].iter_rows(values_only=True)}


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
@pytest.mark.parametrize(
    "query", [{}, {"origin": "qushang"}, {"origin": "qushang", "sort": "-name"}, {"sort": "name"}]
)
def test_the_file_holds_the_lists_rows_in_the_lists_order(
    cast: Any, as_user: Callable[..., Any], base: list[Any], kind: str, query: dict[str, str]
) -> None:
    wang = as_user(cast.wang)
    page = wang.see("/enterprises?" + "&".join(f"{k}={v}" for k, v in query.items()))
    shown = [
        link for link in page.links if link.startswith("/enterprises/") and link.split("/")[-1].isdigit()
    ]
    names = {f"/enterprises/{firm.id}": firm.name for firm in base}
    listed = [names[link] for link in shown]
    answer = export(wang, format=kind, **{f"filter_{k}": v for k, v in query.items()})
    _header, *rows = rows_of(answer)
    assert [str(row[0]).removeprefix("'") for row in rows] == listed
    assert len(listed) == (3 if "origin" in query else 7)
    assert f"共 {len(listed)} 条" in page.text
    if kind == "xlsx":
        assert notes_of(answer)["行数"] == str(len(listed))


def test_the_chosen_columns_are_the_files_columns(
    cast: Any, as_user: Callable[..., Any], base: list[Any]
) -> None:
    answer = export(as_user(cast.wang), columns=["uscc", "origin"])
    assert rows_of(answer)[0] == ["名称", "浙商类型", "信用代码"]
    assert "浙商类型" in notes_of(answer)["列"]


def test_a_name_that_looks_like_a_formula_stays_a_text(
    cast: Any, as_user: Callable[..., Any], base: list[Any]
) -> None:
    wang = as_user(cast.wang)
    book = openpyxl.load_workbook(io.BytesIO(export(wang).get_data()))
    cells = [cell for row in book.worksheets[0].iter_rows() for cell in row]
    assert "f" not in {cell.data_type for cell in cells}
    assert any(str(cell.value).startswith("=HYPERLINK") for cell in cells)
    listed = [row[0] for row in rows_of(export(wang, format="csv"))]
    assert "'=HYPERLINK(3)衢州第3机械厂" in listed


def test_phones_are_masked_and_every_export_leaves_a_line(
    cast: Any, session: Any, as_user: Callable[..., Any], base: list[Any]
) -> None:
    answer = export(as_user(cast.wang), filter_origin="qushang")
    assert PHONE not in str(rows_of(answer)) and "154****0001" in str(rows_of(answer))
    notes = notes_of(answer)
    assert notes["联系方式"] == "已打码" and "王专员" in notes["导出人"] and "衢商" in notes["筛选"]
    event = session.scalars(sa.select(Event).filter_by(verb="list.exported")).one()
    changes = {key: after for key, (_before, after) in event.changes.items()}
    assert (changes["rows"], changes["phones"], changes["format"]) == (3, "masked", "xlsx")
    assert "衢商" in changes["filter"] and event.actor_name == "王专员"
    assert changes["sha256"] == hashlib.sha256(answer.get_data()).hexdigest()


def test_full_phones_need_the_right_and_a_reason(
    cast: Any, session: Any, as_user: Callable[..., Any], base: list[Any]
) -> None:
    chen = as_user(cast.chen)
    for reason in ("", "要", "  急   "):
        answer = export(chen, full="1", reason=reason)
        assert answer.status_code == 422 and "写明理由" in answer.said
    assert session.scalar(sa.select(sa.func.count()).select_from(Event).filter_by(verb="list.exported")) == 0
    answer = export(chen, full="1", reason="区长要求逐家致电")
    assert PHONE in str(rows_of(answer))
    assert notes_of(answer)["联系方式"] == "完整" and notes_of(answer)["理由"] == "区长要求逐家致电"
    event = session.scalars(sa.select(Event).filter_by(verb="list.exported")).one()
    assert event.note == "区长要求逐家致电" and event.changes["phones"][1] == "full"
    refused = export(as_user(cast.wang), full="1", reason="我也想要完整的")
    assert refused.status_code == 422 and "没有导出完整联系方式的权限" in refused.said


def test_numbers_of_other_units_stay_masked_for_whoever_may_only_reveal_the_own_units(
    cast: Any, session: Any, as_user: Callable[..., Any]
) -> None:
    shared = make_enterprise(
        "两个单位的厂", by=cast.li, follow_unit_id=cast.chen.unit_id, follow_user_id=None
    )
    shared.handles.append(Handle(kind=HandleKind.MOBILE, value=PHONE, digits=f"+86{PHONE}"))
    session.commit()
    assert PHONE in str(rows_of(export(as_user(cast.chen), full="1", reason="逐家致电核实")))


@pytest.mark.on("sqlite")
def test_who_may_not_export_gets_no_file(cast: Any, as_user: Callable[..., Any], base: list[Any]) -> None:
    for user in (cast.zhou, cast.zheng):
        client = as_user(user)
        assert export(client).status_code == 403
        assert "#export" not in client.see("/enterprises").links
    assert as_user(cast.wang).post("/lists/nonsense/export", data={}).status_code == 400
    wang = as_user(cast.wang)
    assert wang.post("/lists/nonsense/export", data={"csrf_token": wang.token()}).status_code == 404


@pytest.mark.on("sqlite")
def test_opening_the_export_page_exports_nothing(
    cast: Any, session: Any, as_user: Callable[..., Any], base: list[Any]
) -> None:
    page = as_user(cast.wang).see(f"/lists/enterprises/export?ids={base[0].id},{base[1].id}")
    assert "共 2 行" in page.text
    assert not session.scalars(sa.select(Event).filter_by(verb="list.exported")).all()


@pytest.mark.on("sqlite")
def test_an_empty_list_is_no_file(cast: Any, as_user: Callable[..., Any], base: list[Any]) -> None:
    answer = export(as_user(cast.wang), filter_q="没有这样的企业")
    assert answer.status_code == 422 and "没有可导出的记录" in answer.said


# --- large ones: made by the queue, kept for a day, for their owner alone --------------------------------------


def test_a_large_export_becomes_a_job_whose_file_only_its_owner_gets(
    cast: Any, session: Any, as_user: Callable[..., Any], base: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "ROWS_AT_ONCE", 5)
    wang = as_user(cast.wang)
    answer = export(wang, format="csv")
    assert answer.went_to == "/exports"
    job = session.scalars(sa.select(JobRun)).one()
    assert job.state is JobState.DONE and (job.done, job.total) == (7, 7)
    page = wang.see("/exports")
    assert f"/exports/{job.id}" in page.links and "共 7 行" in page.text
    fragment = wang.see(f"/jobs/{job.id}/progress")
    assert "完成" in fragment.text
    file = wang.get(f"/exports/{job.id}")
    assert len(rows_of(file)) == 8 and rows_of(wang.get(f"/exports/{job.id}")) == rows_of(file)
    event = session.scalars(sa.select(Event).filter_by(verb="list.exported")).one()
    assert event.changes["sha256"][1] == hashlib.sha256(file.get_data()).hexdigest()
    for other in (cast.chen, cast.admin):
        assert as_user(other).get(f"/exports/{job.id}").status_code == 404
    assert as_user(cast.chen).get(f"/jobs/{job.id}/progress").status_code == 404


@pytest.mark.on("sqlite")
def test_a_jobs_rights_are_asked_again_when_it_runs(
    app: Any,
    cast: Any,
    session: Any,
    as_user: Callable[..., Any],
    base: list[Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from crm.jobs import queue
    from crm.org.permissions import Role

    monkeypatch.setattr(views, "ROWS_AT_ONCE", 5)
    monkeypatch.setattr(queue, "start", lambda job_id: None)
    export(as_user(cast.wang))
    job = session.scalars(sa.select(JobRun)).one()
    cast.wang.role = Role.AUDITOR
    session.commit()
    queue.carry_out(job.id)
    session.expire_all()
    assert job.state is JobState.FAILED and "没有导出" in job.message
    assert not list(making.folder().glob("*"))


@pytest.mark.on("sqlite")
def test_files_are_dropped_after_a_day(app: Any) -> None:
    import os

    from crm import recurring
    from crm.lib import clock

    making.folder().mkdir(exist_ok=True)
    old, young = making.folder() / "old.csv", making.folder() / "young.csv"
    for path, hours in ((old, 25), (young, 23)):
        Path(path).write_text("x", encoding="utf-8")
        moment = (clock.now() - dt.timedelta(hours=hours)).timestamp()
        os.utime(path, (moment, moment))
    recurring.drop_old_exports()
    assert not old.exists() and young.exists()
