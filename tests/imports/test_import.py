"""A list on its way in: columns, check (which writes nothing to the base), run, result; killed and run again."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest
import sqlalchemy as sa

from crm.audit.models import Event
from crm.imports import actions, jobs, writing
from crm.imports.models import BatchState, Finding, ImportBatch, ImportRow, Outcome
from crm.jobs import queue
from crm.jobs.models import JobRun, JobState
from crm.lib.words import told
from crm.merchants import actions as merchants
from crm.merchants.models import (
    DEDUP_KEY,
    Enterprise,
    FormerName,
    Handle,
    Person,
    Position,
    Suspect,
    SuspectState,
)
from crm.search.models import SearchEntry

LIST = """单位：上海市衢州商会,,,,,,
企业名称,信用代码,联系电话,联系人,职务,所在地,曾用名
上海衢澜精密机械有限公司,,15400000001,陈晓岚,总经理,上海市闵行区,上海衢澜机械厂
杭州余屿软件科技有限公司,,0571-88880001,,,浙江省杭州市,
上海衢澜精密机械公司,,15400000001,陈晓岚,,上海市,
,,15400000009,无名氏,,,
北京三衢文旅投资有限公司,,电话不详,,,北京市,
温州恒远屿泵业有限公司,,15400000005,陈晓岚,董事,浙江温州,
"""  # fmt: skip


def upload(client: Any, text: str | bytes = LIST, name: str = "名单.csv") -> Any:
    data = text.encode("gb18030") if isinstance(text, str) else text
    return client.submit("/imports", file=(io.BytesIO(data), name))


def checked(client: Any, text: str = LIST) -> str:
    """Uploaded and checked; the address of the import."""
    here = upload(client, text).went_to
    assert client.submit(here, f"{here}/check").went_to == here
    return here


def batch_of(session: Any) -> ImportBatch:
    return session.scalars(sa.select(ImportBatch).order_by(ImportBatch.id.desc())).first()


def findings(session: Any) -> dict[int, Finding]:
    return {row.number: row.finding for row in session.scalars(sa.select(ImportRow))}


def count(session: Any, model: Any) -> int:
    return session.scalar(sa.select(sa.func.count()).select_from(model))


def test_columns_are_proposed_and_may_be_put_right(
    cast: Any, session: Any, as_user: Callable[..., Any]
) -> None:
    wang = as_user(cast.wang)
    here = upload(wang, LIST.replace("联系电话", "怎么找")).went_to
    page = wang.see(here)
    assert "表头在第 2 行" in page.text and "上海衢澜精密机械有限公司" in page.text
    batch = batch_of(session)
    assert batch.mapping == {"0": "name", "1": "uscc", "3": "contact", "4": "contact_title", "5": "region",
                             "6": "former_names"}  # fmt: skip
    answer = wang.submit(here, f"{here}/check", column_2="phones", column_1=None)
    assert answer.went_to == here
    session.expire_all()
    assert batch_of(session).mapping["2"] == "phones" and "1" not in batch_of(session).mapping
    assert batch_of(session).state is BatchState.CHECKED


def test_the_check_says_what_would_become_of_each_row_and_writes_nothing(
    cast: Any, session: Any, as_user: Callable[..., Any]
) -> None:
    merchants.create_enterprise({"name": "杭州余屿软件科技有限公司", "city": "杭州市"}, actor=cast.li)
    session.commit()
    before = [count(session, model) for model in (Enterprise, Person, Handle, DEDUP_KEY, SearchEntry)]
    wang = as_user(cast.wang)
    here = checked(wang)
    assert findings(session) == {
        3: Finding.NEW, 4: Finding.DUPLICATE, 5: Finding.REPEATED, 6: Finding.ERROR, 7: Finding.ERROR, 8: Finding.NEW,
    }  # fmt: skip
    assert [count(session, model) for model in (Enterprise, Person, Handle, DEDUP_KEY, SearchEntry)] == before
    page = wang.see(here)
    assert "还没有写入任何内容" in page.text
    assert "航埠镇有一条记录可能是同一家，您看不到它" in page.text, "another unit's record is veiled"
    assert "与第 3 行“上海衢澜精密机械有限公司”可能是同一家" in page.text and "手机" in page.text
    assert "没有填写" in page.text and "“电话不详”不像电话号码" in page.text
    errors = wang.see(f"{here}?finding=error").text
    assert "没有填写" in errors and "余屿" not in errors
    wang.see(f"{here}?finding=nonsense&page=99")


def test_the_run_creates_what_is_new_with_everything_that_belongs_to_it(
    cast: Any, session: Any, as_user: Callable[..., Any]
) -> None:
    wang = as_user(cast.wang)
    here = checked(wang)
    answer = wang.submit(here, f"{here}/run")
    page = wang.follow(answer)
    assert "新增 3 条，更新 0 条，跳过 3 行" in page.said
    firms = {firm.name: firm for firm in session.scalars(sa.select(Enterprise))}
    assert set(firms) == {"上海衢澜精密机械有限公司", "杭州余屿软件科技有限公司", "温州恒远屿泵业有限公司"}
    firm = firms["上海衢澜精密机械有限公司"]
    assert (firm.first_report_unit_id, firm.first_report_user_id) == (cast.wang.unit_id, cast.wang.id)
    assert firm.follow_unit_id == cast.wang.unit_id and firm.import_id == batch_of(session).id
    assert firm.region_code == "310112" and firm.source == "导入：名单.csv"
    assert [former.name for former in session.scalars(sa.select(FormerName))] == ["上海衢澜机械厂"]
    people = {
        (person.name, tuple(handle.value for handle in person.handles))
        for person in session.scalars(sa.select(Person))
    }
    assert people == {("陈晓岚", ("15400000001",)), ("陈晓岚", ("15400000005",))}
    position = session.scalars(sa.select(Position).filter_by(enterprise_id=firm.id)).one()
    assert position.title == "总经理" and position.is_main
    assert [handle.value for handle in firms["杭州余屿软件科技有限公司"].handles] == ["0571-88880001"]
    events = session.scalars(
        sa.select(Event).where(Event.verb.in_(["enterprise.created", "person.created"]))
    ).all()
    assert {(event.noun, event.record_id) for event in events} == {
        *(("enterprise", one.id) for one in firms.values()),
        *(("person", one.id) for one in session.scalars(sa.select(Person))),
    }
    assert "第 3 行" in next(told(event.note) for event in events if event.record_id == firm.id)
    assert session.scalars(sa.select(Event).filter_by(verb="import.run")).one().changes["created"] == [
        None,
        3,
    ]
    # found at once, by search and by the duplicate check
    assert f"/enterprises/{firm.id}" in wang.see("/enterprises?q=衢澜").links
    assert f"/enterprises/{firm.id}" in wang.see("/enterprises?q=qljm").links
    assert not list(actions.folder().glob("*")), "the upload is not kept"
    assert "新增 3 条" in wang.see(f"/jobs/{batch_of(session).job_id}/progress").text


def test_the_same_list_again_creates_nothing(cast: Any, session: Any, as_user: Callable[..., Any]) -> None:
    wang = as_user(cast.wang)
    for _round in range(2):
        here = checked(wang)
        wang.submit(here, f"{here}/run")
    assert count(session, Enterprise) == 3
    assert batch_of(session).counts["unchanged"] == 3 and batch_of(session).counts["skipped"] == 6


def test_what_others_added_since_the_check_is_noticed_by_the_run(
    cast: Any, session: Any, as_user: Callable[..., Any]
) -> None:
    wang = as_user(cast.wang)
    here = checked(wang)
    merchants.create_enterprise({"name": "温州恒远屿泵业有限公司", "phones": "15400000005"}, actor=cast.li)
    session.commit()
    wang.submit(here, f"{here}/run")
    row = session.scalars(sa.select(ImportRow).filter_by(number=8)).one()
    assert (row.finding, row.outcome) == (Finding.DUPLICATE, Outcome.SKIPPED)
    assert count(session, Enterprise) == 3


def test_duplicates_asked_for_are_created_and_put_among_the_suspects(
    cast: Any, session: Any, as_user: Callable[..., Any]
) -> None:
    wang = as_user(cast.wang)
    here = checked(wang)
    wang.post(
        f"{here}/decide",
        data={"csrf_token": wang.token(), "act": "create", "all": "1", "filter_finding": "repeated"},
    )
    wang.submit(here, f"{here}/run")
    assert count(session, Enterprise) == 4
    # all that came in was looked at once more, also for what is merely alike
    assert session.scalars(sa.select(JobRun).filter_by(kind="duplicates.scan")).one().state is JobState.DONE
    suspect = session.scalars(sa.select(Suspect).where(Suspect.kept_reason != "")).one()
    assert suspect.state is SuspectState.OPEN
    names = {session.get(Enterprise, one).name for one in (suspect.a_id, suspect.b_id)}
    assert names == {"上海衢澜精密机械有限公司", "上海衢澜精密机械公司"}
    # the same contact with the same number is one person at two firms
    assert count(session, Person) == 2 and count(session, Position) == 3


def test_the_result_file_has_every_row_with_what_became_of_it(
    cast: Any, session: Any, as_user: Callable[..., Any]
) -> None:
    wang = as_user(cast.wang)
    here = checked(wang)
    wang.submit(here, f"{here}/run")
    answer = wang.get(f"{here}/result")
    book = openpyxl.load_workbook(io.BytesIO(answer.get_data()))
    header, *rows = book.worksheets[0].iter_rows(values_only=True)
    assert header[:5] == ("行号", "结果", "处理", "检查", "原因") and "企业名称" in header
    assert [row[0] for row in rows] == [3, 4, 5, 6, 7, 8]
    assert [row[1] for row in rows] == ["已新增", "已新增", "已跳过", "已跳过", "已跳过", "已新增"]
    assert "不像电话号码" in rows[4][4]
    made = {row.number: str(row.record_id) for row in session.scalars(sa.select(ImportRow)) if row.record_id}
    assert {row[0]: row[5] for row in rows if row[5]} == made


# --- killed, cancelled ----------------------------------------------------------------------------------------


class Killed(BaseException):
    """As far as Python goes, the end of the process."""


def many(rows: int) -> str:
    """That many firms that nobody would take for one another."""
    first, second, third = "鸿炬岚柏澄骏瑞", "屿棠峻霖琛", "泰畅衡"
    trades = (
        "泵业",
        "茶叶",
        "软件科技",
        "旅游",
        "物流",
        "照明",
        "服装",
        "化工",
        "门窗",
        "粮油",
        "印刷",
        "医药",
        "园林",
    )
    cities = ("杭州", "北京", "上海", "广州", "成都", "西安", "南京", "武汉", "长沙", "沈阳", "昆明")
    lines = [
        f"{cities[n % 11]}{first[n % 7]}{second[n % 5]}{third[n % 3]}{trades[n % 13]}有限公司,王{second[n % 5]}{n},154{n * 7919 % 10**8:08d}"
        for n in range(rows)
    ]
    return "企业名称,联系人,联系电话\n" + "\n".join(lines) + "\n"


def test_a_killed_run_goes_on_where_it_was_and_doubles_nothing(
    cast: Any, session: Any, as_user: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "LOT", 5)
    text = many(23)
    monkeypatch.setattr(queue, "start", lambda job_id: None)
    wang = as_user(cast.wang)
    here = upload(wang, text).went_to
    wang.submit(here, f"{here}/check")
    queue.carry_out(batch_of(session).job_id)
    session.expire_all()
    new = batch_of(session).counts["new"]
    assert new > 10, batch_of(session).counts
    wang.submit(here, f"{here}/run")
    job_id = batch_of(session).job_id
    real, lots = writing.create, []

    def dies_in_the_third(*args: Any, **more: Any) -> None:
        real(*args, **more)
        lots.append(1)
        if len(lots) == 3:
            raise Killed

    monkeypatch.setattr(writing, "create", dies_in_the_third)
    session.commit()
    with pytest.raises(Killed):
        queue.carry_out(job_id)
    session.rollback()
    session.expire_all()
    assert count(session, Enterprise) == 10 == count(session, Person)
    assert session.get(JobRun, job_id).state is JobState.RUNNING
    monkeypatch.setattr(writing, "create", real)
    assert queue.resume(everything=True) == [job_id]
    queue.carry_out(job_id)
    session.expire_all()
    assert session.get(JobRun, job_id).state is JobState.DONE
    assert count(session, Enterprise) == new == count(session, Person)
    assert count(session, SearchEntry) == 2 * new
    names = session.scalars(sa.select(Enterprise.name)).all()
    assert len(set(names)) == new
    assert batch_of(session).counts["created"] == new


def test_a_killed_check_begins_anew(
    cast: Any, session: Any, as_user: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "LOT", 2)
    monkeypatch.setattr(queue, "start", lambda job_id: None)
    wang = as_user(cast.wang)
    here = upload(wang).went_to
    wang.submit(here, f"{here}/check")
    job_id = batch_of(session).job_id
    real, lots = actions.keep_rows, []

    def dies_in_the_second(*args: Any) -> None:
        real(*args)
        lots.append(1)
        if len(lots) == 2:
            raise Killed

    monkeypatch.setattr(actions, "keep_rows", dies_in_the_second)
    session.commit()
    with pytest.raises(Killed):
        queue.carry_out(job_id)
    session.rollback()
    monkeypatch.setattr(actions, "keep_rows", real)
    queue.resume(everything=True)
    queue.carry_out(job_id)
    session.expire_all()
    assert count(session, ImportRow) == 6 and batch_of(session).state is BatchState.CHECKED


# --- who, and what is refused ---------------------------------------------------------------------------------


def test_a_list_is_seen_by_who_brought_it_only(cast: Any, session: Any, as_user: Callable[..., Any]) -> None:
    here = checked(as_user(cast.wang))
    for user in (cast.chen, cast.li, cast.admin):
        other = as_user(user)
        token = {"csrf_token": other.token()}
        assert other.get(here).status_code == 404
        assert other.get(f"{here}/result").status_code == 404
        for act in ("check", "run", "columns", "sheet"):
            assert other.post(f"{here}/{act}", data=token).status_code == 404
        assert "名单.csv" not in other.see("/imports").text
    for user in (cast.zhou, cast.zheng):
        assert as_user(user).get("/imports").status_code == 403
    assert count(session, Enterprise) == 0


@pytest.mark.on("sqlite")
@pytest.mark.parametrize(
    ("data", "name", "said"),
    [
        (b"", "名单.xlsx", "空的"),
        (b"not a spreadsheet", "名单.xlsx", "不是 Excel"),
        (b"PK\x03\x04 almost", "名单.xlsx", "打不开"),
        (b"\x89PNG\r\n" + bytes(range(256)) * 30, "名单.csv", "不是表格文件"),
        (b"\xef\xbb\xbf", "名单.csv", "没有任何内容"),
    ],
    ids=["0 bytes", "text named xlsx", "broken xlsx", "png named csv", "only a BOM"],
)
def test_a_file_that_is_no_list_is_refused_and_nothing_is_kept(
    cast: Any, session: Any, as_user: Callable[..., Any], data: bytes, name: str, said: str
) -> None:
    answer = upload(as_user(cast.wang), data, name)
    assert answer.status_code == 422 and said in answer.said
    assert count(session, ImportBatch) == 0 and not list(actions.folder().glob("*"))


@pytest.mark.on("sqlite")
def test_no_file_at_all_is_said(cast: Any, as_user: Callable[..., Any]) -> None:
    answer = as_user(cast.wang).submit("/imports")
    assert answer.status_code == 422 and "请选择一个文件" in answer.said


@pytest.mark.on("sqlite")
def test_columns_that_cannot_be_are_refused_and_kept_as_chosen(
    cast: Any, session: Any, as_user: Callable[..., Any]
) -> None:
    wang = as_user(cast.wang)
    here = upload(wang).went_to
    answer = wang.submit(here, f"{here}/check", column_0="address")
    assert answer.status_code == 422 and "请指定哪一列是企业名称" in answer.said
    chosen = answer.page.one("select", name="column_0")
    assert [one.get("value") for one in chosen.iter("option") if one.get("selected") is not None] == [
        "address"
    ]
    answer = wang.submit(here, f"{here}/check", column_3="name")
    assert answer.status_code == 422 and "只能对应一列" in answer.said
    answer = wang.post(f"{here}/check", data={"csrf_token": wang.token(), "column_0": "password"})
    assert answer.status_code == 422
    assert count(session, ImportRow) == 0


@pytest.mark.on("sqlite")
def test_a_run_needs_its_check(cast: Any, session: Any, as_user: Callable[..., Any]) -> None:
    wang = as_user(cast.wang)
    here = upload(wang).went_to
    answer = wang.post(f"{here}/run", data={"csrf_token": wang.token()})
    assert answer.status_code == 422 and "请先检查" in answer.said
    here = checked(wang)
    wang.submit(here, f"{here}/run")
    again = wang.post(f"{here}/run", data={"csrf_token": wang.token()})
    assert again.status_code == 422
    assert wang.get(f"{here}/run").status_code == 405 and wang.get(f"{here}/check").status_code == 405


@pytest.mark.on("sqlite")
def test_markup_in_a_cell_stays_text(cast: Any, as_user: Callable[..., Any]) -> None:
    wang = as_user(cast.wang)
    evil = "<script>alert(1)</script>衢州厂"
    here = upload(wang, f'企业名称,备注\n{evil},"<img src=x onerror=alert(2)>"\n', f"{evil}.csv").went_to
    assert not wang.see(here).all("img", src="x") and "<script>alert" not in wang.see(here).html
    wang.submit(here, f"{here}/check")
    assert not wang.see(here).all("img", src="x") and "<script>alert" not in wang.see(here).html


@pytest.mark.on("sqlite")
def test_the_template_is_itself_a_list_that_is_taken(
    cast: Any, session: Any, as_user: Callable[..., Any]
) -> None:
    wang = as_user(cast.wang)
    data = wang.get("/imports/template/enterprise").get_data()
    here = upload(wang, data, "企业名单模板.xlsx").went_to
    assert len(batch_of(session).mapping) > 20 and not batch_of(session).remarks
    wang.submit(here, f"{here}/check")
    session.expire_all()
    assert batch_of(session).counts == {"all": 2, "new": 2, "waiting": 2, "to_create": 2}
    assert "换成这一页" in wang.see(upload(wang, data, "企业名单模板.xlsx").went_to).text


def test_the_command_line_does_the_same(app: Any, cast: Any, session: Any, tmp_path: Any) -> None:
    path = tmp_path / "list.csv"
    path.write_text(LIST, encoding="utf-8-sig")
    chen_id = cast.chen.id
    session.commit()
    done = app.test_cli_runner().invoke(
        args=["merchants", "import", str(path), "--unit", "航埠镇", "--as", "chen"]
    )
    assert done.exit_code == 0, done.output
    assert "created 3" in done.output
    session.expire_all()
    firm = session.scalars(sa.select(Enterprise).limit(1)).one()
    assert (firm.first_report_unit.name, firm.first_report_user_id) == ("航埠镇", chen_id)
    path.write_bytes(b"")
    failed = app.test_cli_runner().invoke(args=["merchants", "import", str(path)])
    assert failed.exit_code == 1 and "空的" in failed.output
    nobody = app.test_cli_runner().invoke(args=["merchants", "import", str(path), "--as", "zheng"])
    assert nobody.exit_code == 1 and "may not import" in nobody.output


@pytest.mark.on("sqlite")
def test_the_questions_of_a_lot_do_not_grow_with_its_rows(
    cast: Any, session: Any, as_user: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.support.statements import count_statements

    monkeypatch.setattr(writing, "LOT", 800)  # all of them in the first, which is a quarter of that
    costs = []
    wang = as_user(cast.wang)
    for rows, prefix in ((20, "154"), (120, "155")):  # nobody is known from the first list
        checked(wang, many(rows).replace("有限公司", f"有限公司{rows}").replace(",154", f",{prefix}"))
        batch = batch_of(session)
        actions.begin_run(batch)
        session.commit()
        with count_statements() as sent:
            assert jobs.run(batch.id, lambda done: None).counts["created"] > rows * 0.8
        # Rows whose ids are asked for are inserted one by one on SQLite; all else is done for the lot.
        costs.append(sum(not one.startswith("INSERT") for one in sent))
    assert costs[1] <= costs[0] + 2 < 60, costs
