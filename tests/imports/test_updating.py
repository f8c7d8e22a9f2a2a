"""What a list does to records that are there: told field by field before, done as decided, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from crm.audit.models import Event
from crm.imports.models import Action, Finding, Outcome
from crm.lib.words import told
from crm.merchants import actions as merchants
from crm.merchants.models import Enterprise, Intent, Person, Position
from crm.search.models import SearchEntry
from tests.imports.lists import batch, checked, decide, rows, run, upload

HEAD = "企业名称,信用代码,法人,地址,所在地,联系人,职务,电话,投资意愿,备注\n"
LIST = HEAD + (
    "衢州衢澜机械有限公司,,陈大海,柯城区花园路 9 号,浙江省衢州市柯城区,吴清和,经理,15400000011,积极,年产三百台\n"
    "上海恒远屿泵业有限公司,,,,,,,,,\n"
    "台州椒柯软件有限公司,,,,,,,,,\n"
)  # fmt: skip


@pytest.fixture
def firm(cast: Any, session: Any) -> Enterprise:
    """Hers; the address is known, the legal representative is not, the place as far as the city."""
    made = merchants.create_enterprise(
        {"name": "衢州衢澜机械有限公司", "address": "老地址 1 号", "region_code": "3308", "note": "老客户",
         "phones": "0570-3020000", "main_business": "水泵"}, actor=cast.wang,
    )  # fmt: skip
    merchants.create_enterprise({"name": "上海恒远屿泵业有限公司"}, actor=cast.wang)
    session.commit()
    return made


def test_the_check_tells_before_and_after_and_writes_nothing(
    cast: Any, session: Any, firm: Enterprise, as_user: Callable[..., Any]
) -> None:
    wang = as_user(cast.wang)
    events = session.scalar(sa.select(sa.func.count(Event.id)))
    here = checked(wang, LIST, "both")
    found = rows()
    assert {number: (row.finding, row.action) for number, row in found.items()} == {
        2: (Finding.UPDATE, Action.FILL), 3: (Finding.UNCHANGED, Action.SKIP), 4: (Finding.NEW, Action.CREATE),
    }  # fmt: skip
    changes = found[2].changes
    assert changes["address"] == ["老地址 1 号", "柯城区花园路 9 号"]
    assert changes["legal_rep"] == ["", "陈大海"] and changes["intent"] == ["未了解", "积极"]
    assert changes["region"] == ["浙江省衢州市", "浙江省衢州市柯城区"]
    assert changes["phones"] == ["", "+ 15400000011"] and changes["contact"] == ["", "+ 吴清和"]
    assert changes["note"] == ["老客户", "老客户\n年产三百台"] and "main_business" not in changes
    page = wang.see(here)
    assert (
        "老地址 1 号" in page.text
        and "柯城区花园路 9 号" in page.text
        and f"/enterprises/{firm.id}" in page.links
    )
    assert "库里已有，内容一样" in wang.see(f"{here}?finding=unchanged").text
    assert "台州" not in wang.see(f"{here}?finding=update").text
    detail = wang.see(f"{here}/rows/{found[2].id}").text
    assert "和库里的记录比" in detail and "老地址 1 号" in detail
    assert session.scalar(sa.select(sa.func.count(Event.id))) == events
    assert firm.address == "老地址 1 号"


def test_only_what_is_empty_is_filled_unless_overwriting_is_chosen(
    cast: Any, session: Any, firm: Enterprise, as_user: Callable[..., Any]
) -> None:
    wang = as_user(cast.wang)
    here = checked(wang, LIST, "update")
    assert rows()[4].action is Action.SKIP, "this mode makes no new ones"
    run(wang, here)
    assert {number: row.outcome for number, row in rows().items()} == {
        2: Outcome.UPDATED, 3: Outcome.SKIPPED, 4: Outcome.SKIPPED,
    }  # fmt: skip
    assert (firm.address, firm.legal_representative, firm.intent) == ("老地址 1 号", "陈大海", Intent.ACTIVE)
    assert (firm.region_code, firm.region_prefix, firm.main_business) == ("330802", "3308", "水泵")
    assert firm.note == "老客户\n年产三百台"
    assert [one.value for one in firm.handles] == ["0570-3020000"]
    (position,) = firm.positions
    assert (position.person.name, position.title) == ("吴清和", "经理")
    assert [one.value for one in position.person.handles] == ["15400000011"]
    event = session.scalars(sa.select(Event).filter_by(verb="enterprise.supplemented")).one()
    assert event.changes["legal_representative"] == ["", "陈大海"] and "第 2 行" in told(event.note)
    assert event.actor_id == cast.wang.id
    assert f"/enterprises/{firm.id}" in wang.see("/enterprises?q=年产三百台").links, "found by the new words"
    # a second time there is nothing left to do
    here = checked(wang, LIST, "update")
    assert rows()[2].finding is Finding.UPDATE and set(rows()[2].changes) == {"address"}
    assert decide(wang, here, "overwrite", 2).went_to == here
    run(wang, here)
    session.expire_all()
    assert firm.address == "柯城区花园路 9 号"
    checked(wang, LIST, "update")
    assert rows()[2].finding is Finding.UNCHANGED


def test_a_blank_never_erases(cast: Any, session: Any, firm: Enterprise, as_user: Callable[..., Any]) -> None:
    wang = as_user(cast.wang)
    blank = "企业名称,地址,所在地,电话,主营业务,备注,投资意愿,信用代码\n衢州衢澜机械有限公司,,浙江省,,无,,,91330800MA00000000\n"
    here = checked(wang, blank, "update")
    assert set(rows()[2].changes) == {"uscc"}, "a coarser place than the known one says nothing either"
    decide(wang, here, "overwrite", 2)
    run(wang, here)
    assert (firm.address, firm.region_code, firm.main_business, firm.note) == (
        "老地址 1 号",
        "3308",
        "水泵",
        "老客户",
    )
    assert len(firm.handles) == 1 and firm.uscc == "91330800MA00000000"


def test_the_same_code_under_another_name_keeps_the_old_name(
    cast: Any, session: Any, as_user: Callable[..., Any]
) -> None:
    code = "91330800MA28F00X4T"
    firm = merchants.create_enterprise({"name": "衢州老名机械厂", "uscc": code}, actor=cast.wang)
    session.commit()
    wang = as_user(cast.wang)
    here = checked(wang, HEAD + f"衢州新名智造有限公司,{code},,,,,,,,\n", "update")
    assert rows()[2].finding is Finding.UPDATE and rows()[2].match_id == firm.id
    decide(wang, here, "overwrite", 2)
    run(wang, here)
    assert firm.name == "衢州新名智造有限公司" and [one.name for one in firm.former_names] == [
        "衢州老名机械厂"
    ]
    here = checked(wang, HEAD + f"衢州又一个写法有限公司,{code},,,,,,,,\n", "update")
    run(wang, here)
    assert firm.name == "衢州新名智造有限公司" and "另一写法：衢州又一个写法有限公司" in firm.note


def test_a_likely_duplicate_may_be_merged_into_what_is_there(
    cast: Any, session: Any, firm: Enterprise, as_user: Callable[..., Any]
) -> None:
    wang = as_user(cast.wang)
    here = checked(wang, HEAD + "衢州市衢澜机械公司,,周海,,,,,0570-3020000,,\n", "both")
    row = rows()[2]
    assert (row.finding, row.action, row.match_id) == (Finding.DUPLICATE, Action.SKIP, firm.id)
    page = wang.see(here)
    assert "相似度" in page.text and "衢州衢澜机械有限公司" in page.text
    decide(wang, here, "merge", finding="duplicate")
    run(wang, here)
    assert row.outcome is Outcome.UPDATED and row.record_id == firm.id
    assert firm.name == "衢州衢澜机械有限公司" and firm.legal_representative == "周海"
    assert "name" not in row.changes and ["", "周海"] in row.changes.values(), "what was done"
    assert "另一写法：衢州市衢澜机械公司" in firm.note
    assert session.scalar(sa.select(sa.func.count(Enterprise.id))) == 2


def test_a_repeated_row_may_be_merged_into_the_one_it_repeats(
    cast: Any, session: Any, as_user: Callable[..., Any]
) -> None:
    wang = as_user(cast.wang)
    here = checked(
        wang, HEAD + "杭州余屿软件有限公司,,,,,吴清和,,15400000021,,\n杭州余屿软件有限公司,,郑海潮,,,,,,,\n"
    )
    assert (rows()[3].finding, rows()[3].match_row) == (Finding.REPEATED, 2)
    decide(wang, here, "merge", 3)
    run(wang, here)
    made = session.scalars(sa.select(Enterprise)).one()
    assert made.legal_representative == "郑海潮"
    assert rows()[2].record_id == rows()[3].record_id == made.id
    here = checked(wang, HEAD + "北京三衢文旅有限公司,,,,,,,,,\n北京三衢文旅有限公司,,郑海潮,,,,,,,\n")
    decide(wang, here, "merge", 3)
    decide(wang, here, "skip", 2)
    run(wang, here)
    assert rows()[3].outcome is Outcome.SKIPPED and "第 2 行没有导入" in rows()[3].message


def test_what_somebody_changed_since_the_check_is_not_written_over(
    cast: Any, session: Any, firm: Enterprise, as_user: Callable[..., Any]
) -> None:
    wang = as_user(cast.wang)
    here = checked(wang, LIST, "update")
    decide(wang, here, "overwrite", 2)
    merchants.edit(firm, {"name": firm.name, "address": "刚改的地址"}, actor=cast.chen)
    session.commit()
    run(wang, here)
    assert firm.address == "刚改的地址" and rows()[2].outcome is Outcome.SKIPPED
    assert "检查之后有人改过" in rows()[2].message


def test_another_units_record_is_veiled_and_stays_as_it_is(
    cast: Any, session: Any, firm: Enterprise, as_user: Callable[..., Any]
) -> None:
    li = as_user(cast.li)
    here = checked(li, LIST, "both")
    row = rows()[2]
    assert (row.finding, row.match_id, row.match_name, row.score) == (Finding.DUPLICATE, None, "", None)
    page = li.see(here)
    assert "区招商局有一条记录可能是同一家" in page.text and "陈主任" in page.text
    assert "老地址" not in page.html and f"/enterprises/{firm.id}" not in page.links
    decide(li, here, "overwrite", 2)
    assert rows()[2].action is Action.SKIP, "it is not his to change"
    decide(li, here, "create", 2)
    run(li, here)
    assert firm.legal_representative == "" and session.scalar(sa.select(sa.func.count(Enterprise.id))) == 4


# --- cells put right ------------------------------------------------------------------------------------------


def test_a_wrong_cell_is_named_and_put_right_in_place(
    cast: Any, session: Any, firm: Enterprise, as_user: Callable[..., Any]
) -> None:
    wang = as_user(cast.wang)
    here = checked(wang, HEAD + "杭州余屿软件有限公司,,,,,,,电话不详,,\n,,,,,,,15400000033,,\n", "both")
    assert rows()[2].wrong == ["phones"] and rows()[3].wrong == ["name"]
    row = rows()[2]
    answer = wang.submit(here, f"{here}/rows/{row.id}", cell_phones="15400000031")
    assert answer.went_to.startswith(here)
    assert (row.finding, row.action, row.wrong) == (Finding.NEW, Action.CREATE, [])
    wang.submit(f"{here}/rows/{row.id}", cell_phones="又错了")
    assert row.finding is Finding.ERROR and "又错了" in wang.see(here).html, "what was typed is kept"
    wang.submit(f"{here}/rows/{row.id}", cell_phones="15400000031")
    # into a record of the base, and into another row of the list
    other = rows()[3]
    wang.submit(f"{here}/rows/{other.id}", cell_name="衢州衢澜机械有限公司")
    assert (other.finding, other.match_id) == (Finding.UPDATE, firm.id)
    wang.submit(f"{here}/rows/{other.id}", cell_name="杭州余屿软件有限公司")
    assert (other.finding, other.match_row) == (Finding.REPEATED, 2)
    assert batch().counts["repeated"] == 1 and "error" not in batch().counts
    run(wang, here)
    assert session.scalar(sa.select(sa.func.count(Enterprise.id))) == 3
    late = wang.post(f"{here}/rows/{row.id}", data={"csrf_token": wang.token(), "cell_phones": "15400000099"})
    assert late.status_code == 422 and row.values["phones"] == "15400000031"


def test_a_choice_that_cannot_be_is_told(cast: Any, firm: Enterprise, as_user: Callable[..., Any]) -> None:
    wang = as_user(cast.wang)
    here = checked(wang, LIST, "both")
    decide(wang, here, "overwrite")
    assert "1 行改为“覆盖”，2 行不能这样处理" in wang.see(here).text
    assert {number: row.action for number, row in rows().items()} == {
        2: Action.OVERWRITE, 3: Action.SKIP, 4: Action.CREATE,
    }  # fmt: skip
    wrong = wang.post(f"{here}/decide", data={"csrf_token": wang.token(), "act": "destroy", "all": "1"})
    assert wrong.status_code == 422
    nobody = wang.post(f"{here}/decide", data={"csrf_token": wang.token(), "act": "skip"})
    assert nobody.status_code == 422 and "没有选中任何行" in nobody.said


def test_rows_are_their_importers_only(cast: Any, firm: Enterprise, as_user: Callable[..., Any]) -> None:
    here = checked(as_user(cast.wang), LIST, "both")
    row_id = rows()[2].id
    for user, status in (
        (cast.chen, 404),
        (cast.li, 404),
        (cast.admin, 404),
        (cast.zhou, 403),
        (cast.zheng, 403),
    ):
        other = as_user(user)
        token = {"csrf_token": other.token()}
        assert other.get(f"{here}/rows/{row_id}").status_code == status
        for act in (f"rows/{row_id}", "decide", "undo"):
            assert (
                other.post(f"{here}/{act}", data={**token, "act": "create", "all": "1"}).status_code == status
            )
    wang = as_user(cast.wang)
    assert wang.get(f"{here}/decide").status_code == 405 and wang.get(f"{here}/undo").status_code == 405
    elsewhere = upload(wang, LIST)
    assert wang.get(f"{elsewhere}/rows/{row_id}").status_code == 404


def test_people_of_before_are_found_by_name_and_number(
    cast: Any, session: Any, firm: Enterprise, as_user: Callable[..., Any]
) -> None:
    known = merchants.create_person({"name": "吴清和", "phones": "15400000011"}, actor=cast.wang)
    session.commit()
    wang = as_user(cast.wang)
    run(wang, checked(wang, LIST, "update"))
    assert [position.person_id for position in session.scalars(sa.select(Position))] == [known.id]
    assert session.scalar(sa.select(sa.func.count(Person.id))) == 1
    noun = sa.select(sa.func.count(SearchEntry.id)).where(SearchEntry.noun == "person")
    assert session.scalar(noun) == 1
