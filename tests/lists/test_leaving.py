"""What leaves is what is shown, on the board, from a search, on paper; many rows only with somebody's leave."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest
import sqlalchemy as sa

from crm.audit.models import Event
from crm.deals.stages import DealState, Stage
from crm.jobs import queue
from crm.jobs.models import JobRun, JobState, Notice
from crm.lib import clock
from crm.lists.exports import views
from crm.lists.exports.models import ExportRequest, RequestState
from crm.merchants.models import Handle, HandleKind
from crm.org import settings
from crm.search import index, tokens
from tests.cast import make_contact, make_deal, make_enterprise, make_user

PHONE = "15400000001"


def export(client: Any, page: str = "enterprises", **data: Any) -> Any:
    return client.post(f"/lists/{page}/export", data={"csrf_token": client.token(), "format": "xlsx"} | data)


def book_of(answer: Any) -> Any:
    assert answer.status_code == 200, answer.said
    return openpyxl.load_workbook(io.BytesIO(answer.get_data()))


def first_column(answer: Any) -> list[str]:
    return [str(row[0]) for row in book_of(answer).worksheets[0].iter_rows(min_row=2, values_only=True)]


def events(session: Any, verb: str) -> list[Event]:
    return list(session.scalars(sa.select(Event).filter_by(verb=verb).order_by(Event.id)))


@pytest.fixture
def firms(cast: Any, session: Any) -> list[Any]:
    found = [make_enterprise(f"衢州第{n}机械厂", by=cast.wang) for n in range(4)]
    found[0].handles.append(Handle(kind=HandleKind.MOBILE, value=PHONE, digits=f"+86{PHONE}"))
    session.commit()
    return found


# --- the board and the search -------------------------------------------------------------------------------


@pytest.fixture
def deals(cast: Any, session: Any) -> None:
    days = iter(range(1, 20))
    for name, stage in [("乙", Stage.NEGOTIATING), ("甲", Stage.INTENDED), ("丙", Stage.INTENDED)]:
        make_deal(f"{name}项目", by=cast.wang, stage=stage, stage_since=dt.date(2013, 7, next(days)))
    make_deal("停了的项目", by=cast.wang, state=DealState.HELD, state_reason="等土地指标")
    make_deal("别的单位的项目", by=cast.li)
    session.commit()


@pytest.mark.parametrize("query", ["", "stage=intended", "state=held&state=active"])
def test_the_boards_file_holds_its_cards_lane_by_lane(
    cast: Any, as_user: Callable[..., Any], deals: None, query: str
) -> None:
    wang = as_user(cast.wang)
    page = wang.see(f"/board?{query}")
    cards = [" ".join("".join(one.itertext()).split()) for one in page.all("p", class_="card-name")]
    assert len(cards) >= 2
    leads_to = next(link for link in page.links if link.startswith("/lists/board/export"))
    assert f"共 {len(cards)} 行" in wang.see(leads_to).text
    asked: dict[str, Any] = {}
    for pair in query.split("&") if query else []:
        name, _equals, value = pair.partition("=")
        asked.setdefault(f"filter_{name}", []).append(value)
    assert first_column(export(wang, "board", **asked)) == cards


def test_what_a_search_found_is_exported_as_its_list_shows_it(
    cast: Any, session: Any, as_user: Callable[..., Any], firms: list[Any]
) -> None:
    for firm in firms[:3]:
        index.put("enterprise", firm.id, [tokens.Field(tokens.Kind.NAME, firm.name)])
    session.commit()
    wang = as_user(cast.wang)
    page = wang.see("/find?q=机械")
    leads_to = next(link for link in page.links if link.startswith("/lists/enterprises/export"))
    assert "共 3 行" in wang.see(leads_to).text
    listed = [link for link in page.links if link.startswith("/enterprises/")]
    names = {f"/enterprises/{firm.id}": firm.name for firm in firms}
    assert sorted(first_column(export(wang, filter_q="机械"))) == sorted({names[one] for one in listed})
    assert not any("/export" in link for link in as_user(cast.zheng).see("/find?q=机械").links)


def test_contact_logs_leave_like_any_list(cast: Any, session: Any, as_user: Callable[..., Any]) -> None:
    for n in range(3):
        make_contact(f"第{n}次电话", by=cast.wang)
    session.commit()
    answer = export(as_user(cast.wang), "contacts", columns=["summary", "author"])
    book = book_of(answer)
    assert [row[1] for row in book.worksheets[0].iter_rows(min_row=2, values_only=True)] == [
        "第2次电话", "第1次电话", "第0次电话",
    ]  # fmt: skip
    assert [one.noun for one in events(session, "list.exported")] == ["contact_log"]


# --- the file -----------------------------------------------------------------------------------------------


def test_the_file_says_who_took_it_out_and_when(
    cast: Any, as_user: Callable[..., Any], firms: list[Any]
) -> None:
    wang = as_user(cast.wang)
    book = book_of(export(wang))
    sheet = book.worksheets[0]
    mark = "区招商局 王专员 2013-07-25 10:00 导出"
    assert mark in str(sheet.oddFooter.left.text) and book.properties.description == mark
    listed = list(csv.reader(io.StringIO(export(wang, format="csv").get_data().decode("utf-8-sig"))))
    assert listed[0][-1] == "导出标记" and {row[-1] for row in listed[1:]} == {mark}
    foot = wang.follow(export(wang, format="print")).page.one("td", class_="paper-mark")
    assert foot.text == mark  # in the table's foot, which a printer repeats on each page


def test_a_workbook_prints_on_a4_with_its_heading_on_each_page(
    cast: Any, as_user: Callable[..., Any], firms: list[Any]
) -> None:
    sheet = book_of(export(as_user(cast.wang), columns=["phones", "first_at", "idle"])).worksheets[0]
    assert (sheet.freeze_panes, sheet.page_setup.paperSize, sheet.page_setup.orientation) == (
        "B2", 9, "landscape",
    )  # fmt: skip
    assert sheet.print_title_rows == "$1:$1" and sheet.page_setup.fitToHeight == 0
    header = {cell.value: cell.column - 1 for cell in sheet[1]}
    row = sheet[2]
    assert row[header["首报时间"]].is_date and row[header["首报时间"]].number_format == "yyyy-mm-dd"
    assert row[header["未联系天数"]].data_type == "n"
    phones = [line[header["联系电话"]] for line in sheet.iter_rows(min_row=2)]
    assert {cell.number_format for cell in phones if cell.value} == {"@"}


def test_the_page_for_the_printer_holds_the_lists_rows(
    cast: Any, session: Any, as_user: Callable[..., Any], firms: list[Any]
) -> None:
    firms[1].name = "<script>alert(1)</script>厂"
    session.commit()
    wang = as_user(cast.wang)
    answer = wang.follow(export(wang, format="print", columns=["phones"], filter_sort="name"))
    assert answer.mimetype == "text/html" and "attachment" not in answer.headers["Content-Disposition"]
    page = answer.page
    assert [row[0] for row in page.rows()] == sorted(firm.name for firm in firms)
    assert "154****0001" in page.text and PHONE not in page.html and "<script>alert" not in page.html
    event = events(session, "list.exported")[0]
    assert event.changes["format"][1] == "print" and event.changes["rows"][1] == 4


# --- many rows: somebody's leave ------------------------------------------------------------------------------


@pytest.fixture
def few(session: Any) -> None:
    """Three rows may leave without anybody's leave."""
    settings.put("export.rows_before_approval", 3)
    session.commit()


def ask(client: Any, reason: str = "报给市局的名单", **data: Any) -> Any:
    return export(client, reason=reason, **data)


def decide(client: Any, id: int, verb: str, **data: Any) -> Any:
    return client.post(f"/exports/requests/{id}/{verb}", data={"csrf_token": client.token()} | data)


def test_many_rows_wait_for_the_manager_and_the_file_is_then_the_askers(
    cast: Any, session: Any, as_user: Callable[..., Any], firms: list[Any], few: None
) -> None:
    wang, chen = as_user(cast.wang), as_user(cast.chen)
    assert "申请导出 4 行" in wang.see("/lists/enterprises/export").text
    answer = ask(wang, filter_sort="name", columns=["phones"])
    assert answer.went_to == "/exports"
    request = session.scalars(sa.select(ExportRequest)).one()
    assert request.state is RequestState.WAITING and request.rows == 4
    assert not session.scalars(sa.select(JobRun)).all()
    page = chen.see("/exports")
    assert "王专员（区招商局）申请导出企业" in page.text and "报给市局的名单" in page.text
    assert "名称、联系电话" in page.text
    assert "1" in [" ".join("".join(one.itertext()).split()) for one in page.all("span", class_="count")]
    assert decide(chen, request.id, "approve").went_to == "/exports"
    session.expire_all()
    job = session.scalars(sa.select(JobRun)).one()
    assert (job.state, job.user_id, request.state) == (JobState.DONE, cast.wang.id, RequestState.APPROVED)
    file = wang.get(f"/exports/{job.id}")
    assert first_column(file) == sorted(firm.name for firm in firms)
    notes = {row[0]: row[1] for row in book_of(file)["说明"].iter_rows(values_only=True)}
    assert notes["批准"].startswith("陈主任 2013-07-25") and notes["行数"] == "4"
    assert chen.get(f"/exports/{job.id}").status_code == 404
    assert PHONE not in str([list(row) for row in book_of(file).worksheets[0].values])
    asked, approved = events(session, "export.asked")[0], events(session, "export.approved")[0]
    assert (asked.actor_name, asked.note, approved.actor_name) == ("王专员", "报给市局的名单", "陈主任")
    assert events(session, "list.exported")[0].actor_name == "王专员"


@pytest.mark.on("sqlite")
def test_each_reads_of_a_request_in_his_own_language(
    cast: Any, session: Any, as_user: Callable[..., Any], firms: list[Any], few: None
) -> None:
    cast.chen.locale = "en"
    session.commit()
    ask(as_user(cast.wang))
    chen = as_user(cast.chen)
    assert "asks to export: Enterprises" in chen.see("/exports").text
    decide(chen, session.scalars(sa.select(ExportRequest.id)).one(), "approve")
    assert "导出企业（已批准）" in as_user(cast.wang).see("/jobs").text
    cast.wang.locale = "en"
    session.commit()
    assert "Export of Enterprises (approved)" in as_user(cast.wang).see("/jobs").text


def test_few_rows_and_whoever_approves_wait_for_nobody(
    cast: Any, session: Any, as_user: Callable[..., Any], firms: list[Any], few: None
) -> None:
    assert len(first_column(export(as_user(cast.wang), filter_ids=str(firms[0].id)))) == 1
    assert len(first_column(export(as_user(cast.chen)))) == 4
    assert not session.scalars(sa.select(ExportRequest)).all()


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"reason": ""}, "请写明理由"),
        ({"reason": "急"}, "请写明理由"),
        ({"reason": "开会要用的", "format": "print"}, "请选 Excel 或 CSV"),
    ],
)
def test_leave_is_asked_with_a_reason_and_for_a_file(
    cast: Any, session: Any, as_user: Callable[..., Any], firms: list[Any], few: None, data: Any, said: str
) -> None:
    answer = export(as_user(cast.wang), **data)
    assert answer.status_code == 422 and said in answer.said
    assert not session.scalars(sa.select(ExportRequest)).all() and not events(session, "list.exported")


def test_a_request_is_refused_with_a_reason_that_its_asker_reads(
    cast: Any, session: Any, as_user: Callable[..., Any], firms: list[Any], few: None
) -> None:
    wang, chen = as_user(cast.wang), as_user(cast.chen)
    ask(wang)
    request = session.scalars(sa.select(ExportRequest)).one()
    answer = decide(chen, request.id, "refuse", note="不行")
    assert answer.status_code == 422 and "请写明不批准的原因" in answer.said
    assert answer.page.one("input", name="note").get("value") == "不行"
    decide(chen, request.id, "refuse", note="请先缩小到衢商")
    session.expire_all()
    assert request.state is RequestState.REFUSED
    assert "请先缩小到衢商" in wang.see("/exports").text
    again = decide(chen, request.id, "approve")
    assert again.status_code == 422 and "已经未批准" in again.said
    assert not session.scalars(sa.select(JobRun)).all()
    assert events(session, "export.refused")[0].note == "请先缩小到衢商"


def bell(client: Any) -> str:
    return str(client.see("/jobs/bell").text)


def test_the_bell_of_who_decides_rings_until_somebody_has_decided(
    cast: Any, session: Any, as_user: Callable[..., Any], firms: list[Any], few: None
) -> None:
    other = make_user("sun", "孙主任", cast.chen.role, cast.chen.unit)
    session.commit()
    wang, chen = as_user(cast.wang), as_user(cast.chen)
    ask(wang)
    for head in (chen, as_user(other)):
        assert "王专员申请导出企业，共 4 行" in bell(head)
    for nobody in (cast.wang, cast.li, cast.zhou, cast.admin, cast.zheng):
        assert "申请导出" not in bell(as_user(nobody))
    request = session.scalars(sa.select(ExportRequest)).one()
    decide(chen, request.id, "approve")
    assert "申请导出" not in bell(chen) and "申请导出" not in bell(as_user(other)), "it is news no more"
    assert "导出企业（已批准）" in bell(wang), "who asked hears that the file is there"


def test_the_bell_of_who_asked_rings_when_it_was_refused(
    cast: Any, session: Any, as_user: Callable[..., Any], firms: list[Any], few: None
) -> None:
    wang, chen = as_user(cast.wang), as_user(cast.chen)
    ask(wang)
    decide(chen, session.scalars(sa.select(ExportRequest.id)).one(), "refuse", note="请先缩小到衢商")
    assert "没有批准您导出企业：请先缩小到衢商" in bell(wang) and "申请导出" not in bell(chen)
    cast.wang.locale = "en"
    session.commit()
    wang = as_user(cast.wang)
    assert "Your export of Enterprises was not approved" in bell(wang)
    news = session.scalars(sa.select(Notice)).one()
    li = as_user(cast.li)
    assert li.post(f"/jobs/news/{news.id}/see", data={"csrf_token": li.token()}).status_code == 404
    assert wang.get(f"/jobs/news/{news.id}/see").status_code == 405
    answer = wang.post(f"/jobs/news/{news.id}/see", data={"csrf_token": wang.token()})
    assert answer.went_to == "/exports" and "was not approved" not in bell(wang)


def test_a_request_taken_back_rings_no_bell(
    cast: Any, session: Any, as_user: Callable[..., Any], firms: list[Any], few: None
) -> None:
    wang, chen = as_user(cast.wang), as_user(cast.chen)
    ask(wang)
    decide(wang, session.scalars(sa.select(ExportRequest.id)).one(), "withdraw")
    assert "申请导出" not in bell(chen) and session.scalars(sa.select(Notice)).all() == []


def test_where_a_unit_has_no_head_the_administrators_bell_rings(
    cast: Any, session: Any, as_user: Callable[..., Any], few: None
) -> None:
    for n in range(4):
        make_enterprise(f"航埠第{n}厂", by=cast.li)
    session.commit()
    ask(as_user(cast.li))
    assert "李乡长申请导出企业" in bell(as_user(cast.admin)) and "申请导出" not in bell(as_user(cast.chen))
    admin = as_user(cast.admin)
    assert admin.post("/jobs/see", data={"csrf_token": admin.token()}).status_code == 303
    assert "申请导出" not in bell(admin), "known is known"


def test_only_its_asker_takes_a_request_back(
    cast: Any, session: Any, as_user: Callable[..., Any], firms: list[Any], few: None
) -> None:
    wang, chen = as_user(cast.wang), as_user(cast.chen)
    ask(wang)
    request = session.scalars(sa.select(ExportRequest)).one()
    assert decide(chen, request.id, "withdraw").status_code == 403
    assert decide(as_user(cast.li), request.id, "withdraw").status_code == 404
    decide(wang, request.id, "withdraw")
    session.expire_all()
    assert request.state is RequestState.WITHDRAWN and events(session, "export.withdrawn")
    assert decide(chen, request.id, "approve").status_code == 422


def test_who_may_not_approve_is_kept_out(
    cast: Any, session: Any, as_user: Callable[..., Any], firms: list[Any], few: None
) -> None:
    wang = as_user(cast.wang)
    ask(wang)
    request = session.scalars(sa.select(ExportRequest)).one()
    for verb in ("approve", "refuse"):
        for reader in (cast.wang, cast.li, cast.zheng):
            assert decide(as_user(reader), request.id, verb, note="不可以的").status_code == 403
        assert as_user(cast.chen).get(f"/exports/requests/{request.id}/{verb}").status_code == 405
    cast.li.role = cast.chen.role  # a manager of another unit
    session.commit()
    assert decide(as_user(cast.li), request.id, "approve").status_code == 404
    cast.wang.role = cast.chen.role  # promoted meanwhile: still not one's own
    session.commit()
    assert decide(as_user(cast.wang), request.id, "approve").status_code == 403
    session.expire_all()
    assert request.state is RequestState.WAITING


def test_leave_is_for_the_rows_that_were_asked_for(
    cast: Any, session: Any, as_user: Callable[..., Any], firms: list[Any], few: None
) -> None:
    ask(as_user(cast.wang))
    request = session.scalars(sa.select(ExportRequest)).one()
    for n in range(3):
        make_enterprise(f"后来的第{n}家", by=cast.wang)
    session.commit()
    decide(as_user(cast.chen), request.id, "approve")
    session.expire_all()
    job = session.scalars(sa.select(JobRun)).one()
    assert (
        job.state is JobState.FAILED and "请重新申请" in job.message and not events(session, "list.exported")
    )


@pytest.mark.on("sqlite")
def test_leave_does_not_outlive_the_right(
    cast: Any, session: Any, as_user: Callable[..., Any], firms: list[Any], few: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    ask(as_user(cast.wang))
    request = session.scalars(sa.select(ExportRequest)).one()
    monkeypatch.setattr(queue, "start", lambda job_id: None)
    decide(as_user(cast.chen), request.id, "approve")
    cast.wang.active = False
    session.commit()
    job = session.scalars(sa.select(JobRun)).one()
    queue.carry_out(job.id)
    session.expire_all()
    assert job.state is JobState.FAILED and "没有导出" in job.message


@pytest.mark.on("sqlite")
def test_a_file_is_gone_for_its_owner_after_a_day(
    cast: Any, session: Any, as_user: Callable[..., Any], firms: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "ROWS_AT_ONCE", 2)
    wang = as_user(cast.wang)
    export(wang)
    job = session.scalars(sa.select(JobRun)).one()
    assert wang.get(f"/exports/{job.id}").status_code == 200
    job.queued_at = clock.now() - dt.timedelta(hours=25)
    session.commit()
    assert wang.get(f"/exports/{job.id}").status_code == 404
