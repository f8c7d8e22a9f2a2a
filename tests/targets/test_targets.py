"""目标任务: works · recorded · refused politely · reader 403 · stranger 404 · GET does not act."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from crm.audit.models import Event
from crm.capital import actions as closing
from crm.capital import queries as capital
from crm.indicators import queries as indicators
from crm.indicators.progress import Verdict, Window
from crm.lib import clock
from crm.lib.errors import Refused
from crm.org import settings
from crm.reserve import queries as reserve
from crm.targets import actions, queries
from crm.targets.models import Target, TaskState, WorkTask
from tests.capital.make import recognised, signed

Login = Callable[..., Any]
YEAR = Window(dt.date(2013, 1, 1), dt.date(2013, 12, 31))
FIVE = {
    "name": "招商引资", "goal": "到位资金17.5亿元", "focus": "大项目", "measures": "带团上门", "schedule": "半年过半",
    "first_month": dt.date(2013, 1, 1), "last_month": dt.date(2013, 12, 1), "document_no": "",
}  # fmt: skip


def drafted(by: Any, **columns: Any) -> WorkTask:
    return actions.draft({**FIVE, "unit_id": by.unit_id, "owner_id": by.id, **columns}, actor=by)


def asks(task: WorkTask, by: Any, amount: int = 175_000, **columns: Any) -> Target:
    return actions.add(task, {"indicator": "paid_in", "amount": Decimal(amount), **columns}, actor=by)


def issued(by: Any, amount: int = 175_000) -> Target:
    task = drafted(by)
    target = asks(task, by, amount)
    actions.issue(task, actor=by)
    return target


def verbs(session: Any) -> list[str]:
    rows = sa.select(Event.verb).where(Event.noun.in_(["work_task", "target"])).order_by(Event.id)
    return list(session.scalars(rows))


def test_a_task_is_drafted_given_an_indicator_split_and_issued(
    cast: Any, session: Any, as_user: Login
) -> None:
    chen = as_user(cast.chen)
    here = chen.submit(
        "/targets/tasks/new",
        name="2013年招商引资",
        goal="17.5亿元",
        first_month="2013-01",
        last_month="2013-12",
    ).went_to
    answer = chen.submit(f"{here}/issue")
    assert answer.status_code == 422 and "五明确还缺：重点、措施、进度、责任" in answer.said
    chen.submit(
        f"{here}/edit", focus="大项目", measures="带团上门", schedule="半年过半", owner_id=str(cast.chen.id)
    )
    answer = chen.submit(f"{here}/issue")
    assert answer.status_code == 422 and "还没有指标" in answer.said
    target = chen.submit(f"{here}/add", indicator="paid_in", amount="17.5亿", stretch="18亿").went_to
    town, bureau = f"part_{cast.li.unit_id}", f"part_{cast.wang.unit_id}"
    chen.submit(f"{target}/split", **{town: "5亿", bureau: "12亿"})  # a draft may be short of it
    assert "分解还差" in chen.see(here).text
    answer = chen.submit(f"{here}/issue")
    assert answer.status_code == 422 and "合计 170000 万元，比 175000 少 5000" in answer.said
    chen.submit(f"{target}/split", **{town: "5.5亿", bureau: "12亿"})
    assert chen.submit(f"{here}/issue").went_to == here
    task = session.scalar(sa.select(WorkTask))
    assert (task.state, task.issued_on, task.last_on) == (TaskState.ISSUED, dt.date(2013, 7, 25), YEAR.last)
    assert verbs(session) == [
        "work_task.drafted", "work_task.edited", "target.set", "target.split", "target.split", "work_task.issued",
    ]  # fmt: skip
    answer = chen.submit(f"{target}/split", why="调整", **{town: "6亿"})
    assert (
        answer.status_code == 422
        and "多 5000" in answer.said
        and "60000" not in answer.get_data(as_text=True).split("part_")[0]
    )
    answer = chen.submit(f"{target}/split", **{town: "6亿", bureau: "11.5亿"})
    assert answer.status_code == 422 and "变更请写明理由" in answer.said
    chen.submit(f"{target}/split", why="区政府调整", **{town: "6亿", bureau: "11.5亿"})
    parts = session.scalars(
        sa.select(Target.amount).where(Target.parent_id.is_not(None)).order_by(Target.amount)
    ).all()
    assert parts == [60_000, 115_000]
    assert here in chen.see("/find?q=zsyz").links and here in as_user(cast.zhou).see("/find?q=半年过半").links
    page = as_user(cast.zhou).see(target)
    assert "17.50亿元" in page.text and "力争 18.00亿元" in page.text and "区政府调整" in page.text
    assert capital.target_wan() == 175_000, "the register of money holds itself against what was issued"
    assert indicators.targets_of("paid_in", YEAR) == {
        None: 175_000, cast.li.unit_id: 60_000, cast.wang.unit_id: 115_000,
    }  # fmt: skip


def test_where_it_stands_and_what_leads_to_the_rows(cast: Any, session: Any, as_user: Login) -> None:
    settings.put("capital.target_wan", 1)
    deal = signed("甲项目", cast.wang)
    recognised(deal, cast.wang, cast.chen, amount_wan=Decimal(70_000))
    recognised(signed("乙项目", cast.li), cast.li, cast.admin, amount_wan=Decimal(10_500), payer="别的")
    whole = issued(cast.chen)
    actions.split(
        whole, Decimal(175_000),
        [(cast.wang.unit_id, None, Decimal(100_000)), (cast.li.unit_id, None, Decimal(75_000))], actor=cast.chen,
    )  # fmt: skip
    mine = next(part for part in whole.parts if part.unit_id == cast.wang.unit_id)
    actions.split(
        mine, Decimal(100_000), [(cast.wang.unit_id, cast.wang.id, Decimal(100_000))], actor=cast.chen
    )
    told = queries.standings(cast.admin, [whole, *whole.parts, *mine.parts])
    assert [told[one.id].actual for one in (whole, mine, mine.parts[0])] == [80_500, 70_000, 70_000]
    against = told[whole.id]
    assert (against.percent, against.verdict) == (Decimal("46.0"), Verdict.BEHIND), (
        "46.0%, the time being 56.7%"
    )
    page = as_user(cast.zhou).see(f"/targets/{whole.id}")
    assert "8.05亿元" in page.text and "完成合计 8.05亿元" in page.text
    link = next(link for link in page.links if link.startswith("/capital?"))
    assert "8.05亿元" in as_user(cast.zhou).see(link).text
    person = as_user(cast.wang).see(f"/targets/people/{cast.wang.id}")
    assert "7.00亿元" in person.text and any(f"owner={cast.wang.id}" in link for link in person.links)
    li = as_user(cast.li)
    assert "8.05亿元" not in li.see("/targets").text, "what he does not see whole is not told by half"
    assert "1.05亿元" in li.see(f"/targets/units/{cast.li.unit_id}").text
    page = li.see(f"/targets/{whole.id}")
    assert "另有 1 个部分您看不到" in page.text and f"/targets/{mine.id}" not in page.links
    assert li.get(f"/targets/{mine.id}").status_code == 404
    assert li.get(f"/targets/people/{cast.wang.id}").status_code == 404
    assert li.get(f"/targets/units/{cast.wang.unit_id}").status_code == 404
    assert capital.target_wan() == 175_000
    assert [one.id for one in queries.held_by(cast.li, 2013, unit_id=cast.li.unit_id)] == [whole.parts[1].id]
    rows = as_user(cast.zhou).see(f"/targets/rows?level=person&year=2013&person={cast.wang.id}&running=1")
    assert f"/targets/{mine.parts[0].id}" in rows.links


def test_december_is_closed_in_january_against_its_own_year(cast: Any, session: Any) -> None:
    issued(cast.chen)
    later = drafted(cast.chen, first_month=dt.date(2014, 1, 1), last_month=dt.date(2014, 12, 1))
    asks(later, cast.chen, 210_000)
    actions.issue(later, actor=cast.chen)
    with clock.freeze(dt.datetime(2014, 1, 6, 2, tzinfo=dt.UTC)):
        recognised(signed("甲项目", cast.wang), cast.wang, cast.chen, arrived_on=dt.date(2013, 12, 5))
        closed = closing.close_month(dt.date(2013, 12, 1), actor=cast.chen)
        assert (closed.target_wan, closed.pace_wan, capital.target_wan()) == (175_000, 175_000, 210_000)


def test_what_was_issued_to_plan_goes_before_the_setting(cast: Any, session: Any) -> None:
    assert (reserve.progress(cast.zhou, 2013).planned.task, reserve.district_task("reserve_city", 2013)) == (
        100,
        30,
    )
    task = drafted(cast.chen)
    asks(task, cast.chen, 120, indicator="reserve_items")
    assert reserve.district_task("reserve_items", 2013) == 100, "a draft asks nothing yet"
    actions.issue(task, actor=cast.chen)
    assert reserve.progress(cast.zhou, 2013).planned.task == 120
    assert (reserve.district_task("reserve_items", 2014), reserve.district_task("reserve_city", 2013)) == (
        100,
        30,
    )


def test_changed_with_a_reason_and_frozen_for_good(cast: Any, session: Any, as_user: Login) -> None:
    recognised(deal := signed("甲项目", cast.wang), cast.wang, cast.chen, amount_wan=Decimal(100))
    target = issued(cast.admin, 200)
    session.commit()
    with pytest.raises(Refused, match="写明理由"):
        actions.change(target, {"amount": Decimal(300)}, "", actor=cast.admin)
    session.rollback()
    with pytest.raises(Refused, match="五明确还缺：措施"):
        actions.edit(target.task, {"measures": ""}, "改一改", actor=cast.admin)
    session.rollback()
    with pytest.raises(Refused, match="还没有过"):
        actions.close(target.task, actor=cast.admin)
    session.rollback()
    actions.change(target, {"amount": Decimal(300), "stretch": Decimal(400)}, "追加", actor=cast.admin)
    session.commit()
    with pytest.raises(Refused, match="一个数只能有一个目标"):
        other = drafted(cast.admin, name="又一个")
        asks(other, cast.admin, 5)
        actions.issue(other, actor=cast.admin)
    session.rollback()
    with clock.freeze(dt.datetime(2014, 1, 10, 9, 0, tzinfo=clock.HOME)):
        admin = as_user(cast.admin)
        task_id = target.task_id
        assert admin.press(f"/targets/tasks/{task_id}", f"/targets/tasks/{task_id}/close").status_code == 303
        recognised(
            deal,
            cast.wang,
            cast.chen,
            amount_wan=Decimal(50),
            arrived_on=dt.date(2013, 12, 1),
            payer="晚到的",
        )
        frozen = session.get(Target, target.id)
        assert frozen.closed_actual == 100 and frozen.task.state is TaskState.CLOSED
        told = queries.standings(cast.admin, [frozen])[frozen.id]
        assert (told.actual, told.verdict) == (100, Verdict.MISSED), (
            "what comes in afterwards changes nothing"
        )
        assert "冻结" in admin.see(f"/targets/{frozen.id}").text
        with pytest.raises(Refused, match="已经冻结"):
            actions.split(frozen, Decimal(300), [], "x", actor=cast.admin)
    assert verbs(session)[-2:] == ["target.changed", "work_task.closed"]


@pytest.mark.on("sqlite")
def test_what_cannot_be_is_refused_beside_its_field(cast: Any, session: Any, as_user: Login) -> None:
    chen = as_user(cast.chen)
    wrong = [
        ({"name": ""}, "请填写任务名称"), ({"first_month": "x"}, "看不懂月份"), ({"last_month": "2012-12"}, "早于开始"),
    ]  # fmt: skip
    for typed, sentence in wrong:
        answer = chen.submit("/targets/tasks/new", **({"name": "任务", "measures": "做法"} | typed))
        assert (
            answer.status_code == 422 and sentence in answer.said and "做法" in answer.get_data(as_text=True)
        )
    task = drafted(cast.chen)
    here = f"/targets/tasks/{task.id}/add"
    wrong = [
        ({"indicator": ""}, "请选择指标"), ({"indicator": "nothing"}, ""), ({"amount": "0"}, "要大于零"),
        ({"amount": "好多"}, "一个确定的数"), ({"stretch": "5"}, "不能小于目标"),
    ]  # fmt: skip
    for typed, sentence in wrong:
        answer = chen.submit(here, **({"indicator": "paid_in", "amount": "100", "scope": "市外"} | typed))
        assert (
            answer.status_code == 422 and sentence in answer.said and "市外" in answer.get_data(as_text=True)
        )
    chen.submit(here, indicator="signed_1yi", amount="8")
    assert "已经有这个指标" in chen.submit(here, indicator="signed_1yi", amount="9").said
    assert session.scalar(sa.select(sa.func.count(Target.id))) == 1
    target = session.scalar(sa.select(Target))
    actions.split(target, Decimal(8), [(cast.li.unit_id, None, Decimal(8))], actor=cast.chen)
    answer = chen.submit(f"/targets/{target.id}/change", amount="9")
    assert answer.status_code == 422 and "连同各单位的一起改" in answer.said
    part = target.parts[0]
    assert "上一级分解" in chen.submit(f"/targets/{part.id}/split", amount="7").said
    assert chen.press(f"/targets/{target.id}", f"/targets/{target.id}/drop").status_code == 303
    assert (
        chen.press(f"/targets/tasks/{task.id}", f"/targets/tasks/{task.id}/discard").went_to
        == "/targets/tasks"
    )
    assert session.scalar(sa.select(sa.func.count(WorkTask.id))) == 0
    assert verbs(session)[-2:] == ["target.dropped", "work_task.discarded"]


@pytest.mark.on("sqlite")
def test_a_unit_neither_lowers_what_it_is_scored_by_nor_reads_the_others_parts(
    cast: Any, session: Any, as_user: Login
) -> None:
    task = drafted(cast.admin)
    own, whole = asks(task, cast.admin, 100, unit_id=cast.chen.unit_id), asks(task, cast.admin, 200)
    parts = [(cast.wang.unit_id, None, Decimal(77)), (cast.li.unit_id, None, Decimal(123))]
    actions.split(whole, Decimal(200), parts, actor=cast.admin)
    actions.issue(task, actor=cast.admin)
    session.commit()
    typed = {f"part_{cast.wang.id}": "60", "why": "少一点"}
    answer = as_user(cast.chen).submit(f"/targets/{own.id}/split", amount="60", **typed)
    assert answer.status_code == 422 and "由下达任务的单位定" in answer.said
    assert session.get(Target, own.id).amount == 100
    assert "航埠镇 123" in as_user(cast.zhou).see(f"/targets/{whole.id}").text
    page = as_user(cast.chen).see(f"/targets/{whole.id}").text
    assert "另有 1 个部分您看不到" in page and "航埠镇 123" not in page
    assert as_user(cast.zhou).get("/targets?year=0000").status_code == 200


@pytest.mark.on("sqlite")
def test_readers_and_strangers(cast: Any, session: Any, as_user: Login) -> None:
    target = issued(cast.chen)
    other = drafted(cast.chen, name="还是草案")
    wang, li, zheng, chen = (as_user(one) for one in (cast.wang, cast.li, cast.zheng, cast.chen))
    doors = [f"/targets/tasks/{target.task_id}/edit", f"/targets/tasks/{target.task_id}/add", f"/targets/{target.id}/change",
             f"/targets/{target.id}/split", "/targets/tasks/new", f"/targets/tasks/{other.id}/issue"]  # fmt: skip
    for door in doors:
        assert zheng.get(door).status_code == wang.get(door).status_code == 403, door
    assert li.get(f"/targets/tasks/{other.id}").status_code == 404, "a draft is its unit's own"
    assert li.see(f"/targets/tasks/{target.task_id}").h1 == "招商引资"
    assert zheng.get(f"/targets/tasks/{other.id}").status_code == 404
    for act in ("close", "discard"):
        assert chen.get(f"/targets/tasks/{other.id}/{act}").status_code == 405
    assert (
        chen.post(f"/targets/tasks/{target.task_id}/close", data={"csrf_token": chen.token()}).status_code
        == 403
    )
    assert session.get(WorkTask, other.id).state is TaskState.DRAFT
    assert (
        f"/targets/tasks/{other.id}" in chen.see("/targets/tasks?mine=1&state=draft&year=2013&unclear=").links
    )
    assert "还没有下达的目标任务" in chen.see("/").text
    version = chen.see(f"/targets/tasks/{other.id}/edit").one("input", name="version").get("value")
    actions.edit(session.get(WorkTask, other.id), {"goal": "同事改的"}, "", actor=cast.chen)
    assert chen.submit(f"/targets/tasks/{other.id}/edit", goal="我改的", version=version).status_code == 409
