"""Every page that shows rows has its way out, and what leaves by it is what the page shows: as many, in its order,
narrowed as it is; nobody else's, and nobody's number in full."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import openpyxl
import pytest
import sqlalchemy as sa
from werkzeug.datastructures import MultiDict

from crm.audit.models import Event
from crm.audit.trail import record
from crm.db import db
from crm.duplicates import merging
from crm.jobs.models import JobRun, JobState
from crm.lib import clock
from crm.lists.asked import select_for, with_options
from crm.lists.exports.making import cell
from crm.lists.table import LISTS, Column
from crm.merchants.models import Origin, Relation, Suspect, SuspectState
from crm.org.models import User
from crm.web import listing
from tests.cast import Cast, make_contact, make_deal, make_enterprise
from tests.duplicates.make import twins
from tests.imports.lists import checked

MOBILE = "13812345678"


def way_out(client: Any, page: str) -> str:
    """The link of this page to what leaves of it."""
    found = [link for link in client.see(page).links if "/lists/" in link]
    assert len(found) == 1, f"{page} has {found}"
    return str(found[0])


def taken(client: Any, link: str, format: str = "xlsx", **more: Any) -> Any:
    """What the export form behind this link gives, its fields as they stand there."""
    parts = urlsplit(link)
    form = client.see(link)
    asked: dict[str, Any] = {"csrf_token": client.token(), "format": format}
    for name, value in parse_qsl(parts.query):
        asked.setdefault(f"filter_{name}", []).append(value)
    asked["columns"] = [
        one.get("value") for one in form.all("input", name="columns") if one.get("checked") is not None
    ]
    return client.post(parts.path, data=asked | more)


def rows_of(answer: Any) -> tuple[list[list[Any]], dict[str, str]]:
    """(the rows with their heading, what 说明 says)."""
    assert answer.status_code == 200, answer.said
    book = openpyxl.load_workbook(io.BytesIO(answer.get_data()))
    rows = [list(row) for row in book.worksheets[0].iter_rows(values_only=True)]
    return rows, {str(row[0]): str(row[1]) for row in book["说明"].iter_rows(values_only=True)}


def column(rows: list[list[Any]], title: str) -> list[Any]:
    at = rows[0].index(title)
    return [row[at] for row in rows[1:]]


def all_ways(client: Any, link: str, count: int) -> list[list[Any]]:
    """As xlsx, csv and on paper: each with the count that the form names."""
    assert f"共 {count} 行" in client.see(link).text
    rows, notes = rows_of(taken(client, link))
    assert len(rows) - 1 == count == int(notes["行数"])
    lines = list(csv.reader(io.StringIO(taken(client, link, "csv").get_data().decode("utf-8-sig"))))
    assert [line[0][:16] for line in lines[1:]] == [
        "" if row[0] is None else str(row[0])[:16] for row in rows[1:]
    ]
    paper = client.follow(taken(client, link, "print")).page
    assert len(paper.all("tr")) >= count
    return rows


# --- the queue of 查重 and the log of merges ---------------------------------------------------------------------


@pytest.fixture
def pairs(cast: Cast, session: Any) -> dict[str, Any]:
    """Four pairs of 区招商局, one of them across units."""
    firms = [make_enterprise(f"衢州第{n}机械有限公司", by=cast.wang) for n in range(5)]
    theirs = make_enterprise("航埠机械有限公司", by=cast.li)
    for at, score in enumerate((0.7, 0.99, 0.8)):
        session.add(
            Suspect(
                a_id=firms[at].id, b_id=firms[at + 1].id, score=score, verdict="ask", unit_id=cast.wang.unit_id,
                reasons=[["name:same", 3.0, ""]],
            )
        )  # fmt: skip
    session.add(Suspect(a_id=firms[0].id, b_id=theirs.id, score=0.9, verdict="ask", reasons=[]))
    session.commit()
    return {"firms": [one.name for one in firms], "theirs": theirs.name}


def test_the_queue_leaves_pair_by_pair_likeliest_first(
    cast: Cast, session: Any, as_user: Callable[..., Any], pairs: dict[str, Any]
) -> None:
    chen = as_user(cast.chen)
    rows = all_ways(chen, way_out(chen, "/suspects"), 3)
    assert column(rows, "相似度（%）") == [99, 80, 70]
    assert column(rows, "记录一") == [pairs["firms"][at] for at in (1, 2, 0)]
    rows = all_ways(chen, way_out(chen, "/suspects?band=very_likely"), 1)
    _rows, notes = rows_of(taken(chen, way_out(chen, "/suspects?band=very_likely")))
    assert "相像程度：" in notes["筛选"] and "查重：待判定" in notes["筛选"]
    told = session.scalars(sa.select(Event).filter_by(verb="list.exported").order_by(Event.id)).all()
    assert {one.noun for one in told} == {"suspect"} and told[-1].changes["rows"][1] == 1


def test_the_side_of_another_unit_has_no_name_in_the_file(
    cast: Cast, as_user: Callable[..., Any], pairs: dict[str, Any]
) -> None:
    chen = as_user(cast.chen)
    rows = all_ways(chen, way_out(chen, "/suspects?show=elsewhere"), 1)
    assert column(rows, "记录二") == ["（其他单位的记录）"] and column(rows, "相似度（%）") == [None]
    assert pairs["theirs"] not in str(rows)
    everything, _notes = rows_of(
        taken(chen, "/lists/suspects/export?show=elsewhere&columns=first&columns=second")
    )
    assert pairs["theirs"] not in str(everything)


def test_decided_pairs_leave_with_who_decided(
    cast: Cast, session: Any, as_user: Callable[..., Any], pairs: dict[str, Any]
) -> None:
    for at, pair in enumerate(session.scalars(sa.select(Suspect).order_by(Suspect.id).limit(2))):
        pair.state, pair.decided_by_id = SuspectState.DIFFERENT, cast.chen.id
        pair.decided_at = clock.now() + dt.timedelta(hours=at)
    session.commit()
    chen = as_user(cast.chen)
    rows = all_ways(chen, way_out(chen, "/suspects?show=different"), 2)
    assert column(rows, "判定人") == ["陈主任", "陈主任"]
    assert column(rows, "记录一") == [pairs["firms"][1], pairs["firms"][0]], "the newest decision first"


def test_the_log_of_merges_leaves_as_it_is_narrowed(
    cast: Cast, session: Any, as_user: Callable[..., Any]
) -> None:
    old, new = twins(cast)
    names, made = (old.name, new.name), merging.plan("enterprise", [old.id, new.id])
    done = merging.merge(made, actor=cast.chen)
    session.commit()
    chen = as_user(cast.chen)
    rows = all_ways(chen, way_out(chen, "/merges"), 1)
    assert column(rows, "保留的记录") == [names[0]] and names[1] in column(rows, "并入的记录")[0]
    assert column(rows, "合并人") == ["陈主任"] and column(rows, "现状") == ["已合并"]
    about = f"/merges?noun=enterprise&about={done.survivor_id}&show=standing"
    assert len(all_ways(chen, way_out(chen, about), 1)) == 2
    assert not [link for link in chen.see("/merges?show=undone").links if "/lists/" in link]
    assert not [link for link in as_user(cast.li).see("/merges").links if "/lists/" in link]


# --- the house: people, units, the trail, jobs ---------------------------------------------------------------------


def test_people_and_units_leave_as_they_are_listed(cast: Cast, as_user: Callable[..., Any]) -> None:
    admin = as_user(cast.admin)
    page = admin.see("/admin/users")
    links = [link for link in page.links if "/lists/" in link]
    assert links == ["/lists/users/export", "/lists/units/export"]
    people = [row[0] for row in page.rows()[:6]]
    rows = all_ways(admin, links[0], 6)
    assert column(rows, "姓名") == people and column(rows, "角色")[0] in ("招商员", "部门负责人")
    rows = all_ways(admin, links[1], 3)
    assert set(column(rows, "名称")) == {"区招商局", "航埠镇", "区政府办"}
    for other in (cast.wang, cast.chen, cast.zhou, cast.zheng):
        assert as_user(other).get("/lists/users/export").status_code == 403


def test_the_trail_leaves_narrowed_in_its_order_and_without_numbers(
    cast: Cast, session: Any, as_user: Callable[..., Any]
) -> None:
    for at in range(3):
        record("deal.edited", actor=cast.wang, name=f"第{at}个项目", changes={"note": ["", f"打{MOBILE}"]})
    record("deal.created", actor=cast.chen, name="另一个", note=f"微信 lin_yf88，{MOBILE}")
    session.commit()
    zheng = as_user(cast.zheng)
    page = zheng.see("/admin/events?verb=deal.edited")
    assert MOBILE not in page.text and "138****5678" in page.text
    rows = all_ways(zheng, way_out(zheng, "/admin/events?verb=deal.edited"), 3)
    assert column(rows, "对象") == ["第2个项目", "第1个项目", "第0个项目"]
    assert column(rows, "改了什么")[0] == "note：— → 打138****5678"
    rows, notes = rows_of(taken(zheng, way_out(zheng, "/admin/events?actor=陈主任")))
    assert "经手人：陈主任" in notes["筛选"] and "lin_yf88" not in str(rows) and MOBILE not in str(rows)
    assert as_user(cast.chen).get("/lists/events/export").status_code == 403


def test_jobs_leave_mine_or_everybodys(cast: Cast, session: Any, as_user: Callable[..., Any]) -> None:
    now = clock.now()
    for who, title in ((cast.wang, "王的名单"), (cast.li, "李的名单"), (cast.wang, "王的导出")):
        session.add(
            JobRun(
                kind="imports.run",
                title=title,
                user_id=who.id,
                state=JobState.DONE,
                began_at=now,
                ended_at=now,
            )
        )
    session.add(JobRun(kind="imports.run", title="还在跑", user_id=cast.wang.id))
    session.commit()
    wang = as_user(cast.wang)
    assert column(all_ways(wang, way_out(wang, "/jobs"), 2), "任务") == ["王的导出", "王的名单"]
    rows, _notes = rows_of(taken(wang, "/lists/jobs/export?who=all"))
    assert "李的名单" not in str(rows), "who=all is for who looks after the house"
    admin = as_user(cast.admin)
    link = next(one for one in admin.see("/jobs?who=all").links if one.startswith("/lists/"))
    shown, _notes = rows_of(taken(admin, link))
    # What admin takes out on the spot for the printer is a job too: it stands above.
    assert column(shown, "任务")[-3:] == ["王的导出", "李的名单", "王的名单"]


# --- imports -------------------------------------------------------------------------------------------------------


def test_the_rows_of_an_import_leave_as_the_page_narrows_them(
    cast: Cast, as_user: Callable[..., Any]
) -> None:
    wang = as_user(cast.wang)
    text = f"企业名称,联系电话,备注\n台州椒柯泵业有限公司,{MOBILE},找林总 {MOBILE}\n,0570-3021234,没有名称\n"
    here = checked(wang, text + f"杭州澄骏软件科技有限公司,{MOBILE}；0570-3025678,\n")
    rows = all_ways(wang, way_out(wang, here), 3)
    assert column(rows, "行号") == [2, 3, 4] and column(rows, "检查").count("有错") == 1
    link = way_out(wang, f"{here}?finding=error")
    rows = all_ways(wang, link, 1)
    assert column(rows, "行号") == [3] and column(rows, "原因")[0]
    answer = taken(wang, way_out(wang, here), columns=["cell_phones", "cell_note"])
    rows, notes = rows_of(answer)
    assert column(rows, "联系电话") == ["138****5678", "0570-****1234", "138****5678、0570-****5678"]
    assert column(rows, "备注")[0] == "找林总 138****5678" and notes["联系方式"] == "已打码"
    batch = here.rsplit("/", 1)[1]
    assert "共 0 行" in as_user(cast.chen).see(f"/lists/import_rows_enterprise/export?batch={batch}").text
    rows = all_ways(wang, way_out(wang, "/imports"), 1)
    assert column(rows, "文件") == ["名单.csv"] and column(rows, "行数") == [3]


# --- numbers typed into texts --------------------------------------------------------------------------------------


@pytest.fixture
def talkative(cast: Cast, session: Any) -> None:
    firm = make_enterprise("衢州机械厂", by=cast.wang, note=f"备用电话{MOBILE}", next_step=f"打{MOBILE}")
    make_contact("林总手机 138-1234-5678，微信 lin_yf88，邮箱 lin@example.com，投资13800000000元", by=cast.wang,
                 enterprise_id=firm.id, next_step="致电 0570-3021234")  # fmt: skip
    make_deal("泵业项目", by=cast.wang, enterprise_id=firm.id, next_step=f"约{MOBILE}面谈")
    session.commit()


SAID = "林总手机 138****5678，微信 li****8，邮箱 l****@example.com，投资13800000000元"


def test_numbers_in_texts_are_masked_in_lists_and_files(
    cast: Cast, as_user: Callable[..., Any], talkative: None
) -> None:
    wang = as_user(cast.wang)
    page = wang.see("/contacts")
    assert SAID in page.text and "138-1234-5678" not in page.text and "3021234" not in page.text
    for link in ("/enterprises?columns=name&columns=note&columns=next_step", "/deals"):
        assert MOBILE not in wang.see(link).text
    rows, notes = rows_of(taken(wang, "/lists/contacts/export"))
    assert column(rows, "内容") == [SAID] and column(rows, "下一步") == ["致电 0570-****1234"]
    assert notes["联系方式"] == "已打码"
    for name, columns in (("enterprises", ["note", "next_step"]), ("deals", ["next_step", "progress"])):
        rows, _notes = rows_of(taken(wang, f"/lists/{name}/export", columns=columns))
        assert MOBILE not in str(rows) and "138****5678" in str(rows)


def test_numbers_in_texts_leave_in_full_by_right_and_reason_only(
    cast: Cast, session: Any, as_user: Callable[..., Any], talkative: None
) -> None:
    wang, chen = as_user(cast.wang), as_user(cast.chen)
    refused = taken(wang, "/lists/contacts/export", full="1", reason="专项走访要用")
    assert refused.status_code == 422 and "没有导出完整联系方式的权限" in refused.said
    assert taken(chen, "/lists/contacts/export", full="1", reason="").status_code == 422
    rows, notes = rows_of(taken(chen, "/lists/contacts/export", full="1", reason="专项走访要用"))
    assert "138-1234-5678" in column(rows, "内容")[0] and "lin_yf88" in column(rows, "内容")[0]
    assert notes["联系方式"] == "完整" and notes["理由"] == "专项走访要用"
    told = session.scalars(sa.select(Event).filter_by(verb="list.exported").order_by(Event.id)).all()[-1]
    assert told.changes["phones"][1] == "full" and told.note == "专项走访要用"


def test_numbers_in_a_records_own_texts_are_masked_on_its_page_until_asked_for(
    cast: Cast, session: Any, as_user: Callable[..., Any], talkative: None
) -> None:
    wang = as_user(cast.wang)
    here = next(link for link in wang.see("/enterprises").links if link.startswith("/enterprises/1"))
    page = wang.see(here)
    assert "备用电话138****5678" in page.text and MOBILE not in page.text, "nor is the next step said in full"
    shown = wang.follow(wang.press(here, f"{here}/reveal"))
    assert f"备用电话{MOBILE}" in shown.said and f"打{MOBILE}" in shown.said
    told = session.scalars(sa.select(Event).filter_by(verb="handle.revealed")).one()
    assert told.actor_name == "王专员" and told.noun == "enterprise"
    assert MOBILE not in as_user(cast.zheng).see(here).text
    deal = next(link for link in wang.see("/deals").links if re.fullmatch(r"/deals/\d+", link))
    assert MOBILE not in wang.see(deal).text


def test_numbers_of_anothers_record_stay_masked_in_a_full_file(
    cast: Cast, session: Any, as_user: Callable[..., Any]
) -> None:
    firm = make_enterprise("共同的企业", by=cast.wang)
    make_contact(f"打{MOBILE}", by=cast.li, enterprise_id=firm.id)
    make_contact("打13987654321", by=cast.wang, enterprise_id=firm.id)
    session.commit()
    answer = taken(as_user(cast.chen), "/lists/contacts/export", full="1", reason="专项走访要用")
    rows, notes = rows_of(answer)
    assert sorted(column(rows, "内容")) == ["打138****5678", "打13987654321"]
    assert notes["联系方式"] == "完整；其中 1 行不属于本单位，已打码"


@pytest.mark.on("sqlite")
def test_states_stored_under_the_same_word_keep_their_own(app: Any) -> None:
    """Labels are remembered while a file is made: 不是同一家 and 其他 may both be stored as “other”."""
    assert Origin.OTHER == Relation.OTHER
    same = [Column("a", "甲", lambda row: row, "state")] * 2
    assert [cell(one, state, {}, full=False) for one, state in zip(same, (Origin.OTHER, Relation.OTHER), strict=True)] == [
        Origin.OTHER.label, Relation.OTHER.label,
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["enterprises", "people"])
def test_what_is_loaded_for_a_file_is_what_the_page_shows(cast: Cast, session: Any, name: str) -> None:
    """Loaded another way, the rows say the same in every column, in as many statements for many as for few."""
    twins(cast)
    page = LISTS[name]
    assert page.in_bulk is not None
    ids = session.scalars(page.base(cast.chen).with_only_columns(page.key)).all()
    shown, chen_id = {}, cast.chen.id
    for base in (page.base, page.in_bulk):
        session.expunge_all()
        chen = session.get_one(User, chen_id)
        rows = listing.records(with_options(base(chen), page.columns), ids, key=page.key)
        shown[base] = [[cell(one, row, {}, full=True) for one in page.columns] for row in rows]
    assert shown[page.base] == shown[page.in_bulk] and len(shown[page.base]) >= 2


def test_a_file_is_not_made_by_looking(cast: Cast, session: Any, as_user: Callable[..., Any]) -> None:
    admin = as_user(cast.admin)
    for name in ("users", "units", "events", "jobs", "suspects", "merges", "imports"):
        admin.see(f"/lists/{name}/export")
    assert db.session.scalars(sa.select(Event).filter_by(verb="list.exported")).all() == []


# --- all of them --------------------------------------------------------------------------------------------------

EMPTY_HERE = {"digests", "entry_rechecks", "merges", "imports", "introductions"}
"""Lists of which the demo district has no rows: their pages offer nothing to take; tests above and elsewhere do."""


@pytest.mark.on("sqlite")
def test_each_list_of_the_district_leaves_whole_in_each_shape(
    app: Any, district: dict[str, User], as_user: Callable[..., Any]
) -> None:
    client, user, faults, empty = as_user(district["admin"]), district["admin"], [], set()
    client.judges_pages = False  # tests/house/test_pages.py does
    for number, (name, page) in enumerate(LISTS.items()):
        if (
            page.address or name == "events"
        ):  # rows of one import, on its own page; each way out adds an event
            continue
        rows = select_for(page, user, MultiDict()).with_only_columns(page.key).order_by(None)
        count = db.session.scalar(sa.select(sa.func.count()).select_from(rows.subquery()))
        link = f"/lists/{name}/export"
        with app.test_request_context():
            here = app.url_for(page.endpoint)
        if not count:
            empty.add(name)
            continue
        if link not in client.see(here).html:
            faults.append(f"{here} does not lead to {link}")
        form = client.see(link)
        columns = [
            one.get("value") for one in form.all("input", name="columns") if one.get("checked") is not None
        ]
        asked = {"csrf_token": client.token(), "columns": columns}
        sheet, notes = rows_of(client.post(link, data=asked | {"format": "xlsx"}))
        text = client.post(link, data=asked | {"format": "csv"}).get_data().decode("utf-8-sig")
        left = {len(sheet) - 1, int(notes["行数"]), len(list(csv.reader(io.StringIO(text)))) - 1}
        if number % 4 == 0:  # the same rows again, slowly drawn
            paper = client.follow(client.post(link, data=asked | {"format": "print"})).page
            left.add(len(paper.rows()))
        if left != {count}:
            faults.append(f"{name}: {count} rows, but {left} left")
    assert not faults, "\n".join(faults)
    assert empty == EMPTY_HERE, "nothing to take of these: right for the demo district?"
