"""地块、预留、征迁、指标: works · recorded · refused politely · reader 403 · stranger 404 · GET does not act."""

from __future__ import annotations

import datetime as dt
import io
import threading
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from crm.audit.models import Event
from crm.db import db
from crm.duplicates import merging, undoing
from crm.indicators import counting
from crm.indicators.catalogue import CATALOGUE
from crm.indicators.progress import Window
from crm.land import actions, queries
from crm.land.clearance.models import Clearance
from crm.land.models import Hold, Parcel
from crm.land.states import HoldState, ParcelState
from crm.lib.errors import Refused
from crm.needs import queries as need_queries
from crm.needs.kinds import NeedKind
from crm.needs.models import Need
from crm.org import settings
from crm.org.models import User
from crm.search import index
from tests.cast import make_deal, make_enterprise
from tests.delivery.make import make_list, make_project
from tests.imports.lists import decide, rows, run
from tests.needs.make import asked_for
from tests.support.threads import in_threads

Login = Callable[..., Any]
UNTIL = dt.date(2013, 10, 1)


def lot(name: str, mu: object, by: User, state: ParcelState = ParcelState.SUPPLIED, **more: Any) -> Parcel:
    data = {"name": name, "mu": Decimal(str(mu)), "state": state, "since_on": dt.date(2012, 1, 1), **more}
    return actions.enter(data, actor=by)


def events(noun: str) -> list[str]:
    return list(db.session.scalars(sa.select(Event.verb).where(Event.noun == noun).order_by(Event.id)))


def read_need(id: int) -> Need:
    rows = need_queries.with_figures(sa.select(Need).where(Need.id == id))
    return db.session.scalars(rows, execution_options={"populate_existing": True}).one()


@pytest.mark.on("sqlite")
def test_a_parcel_goes_its_way_and_back(cast: Any, session: Any, as_user: Login) -> None:
    wang = as_user(cast.wang)
    here = wang.submit("/land/new", name="东港一号地", mu="59.5", place="东港三路", state="acquired", since_on="2011-03-12",
                       measure="限期供地").went_to  # fmt: skip
    parcel = session.scalars(sa.select(Parcel)).one()
    assert here == f"/land/{parcel.id}" and (parcel.mu, parcel.unit_id) == (
        Decimal("59.5"),
        cast.wang.unit_id,
    )
    assert parcel.id in session.scalars(index.matching("parcel", "东港")).all()
    for query in ("q=东港", "state=acquired", "age=2", "free=1", "unit=mine", "since_to=2011-03-12"):
        assert here in wang.see(f"/land?{query}").links, query
    for query in ("state=used", "age=0", "held=1", "freed=1", "run_out=1"):
        assert here not in wang.see(f"/land?{query}").links, query
    wang.see(f"{here}/advance")
    assert events("parcel") == ["parcel.entered"], "opening the form does nothing"
    assert wang.submit(f"{here}/advance", on_day="2011-01-01").status_code == 422
    assert wang.submit(f"{here}/advance", on_day="2013-12-01").status_code == 422
    wang.submit(f"{here}/advance", on_day="2013-07-01")
    parcel = session.scalars(sa.select(Parcel)).one()
    assert (parcel.state, parcel.since_on) == (ParcelState.SUPPLIED, dt.date(2013, 7, 1))
    assert wang.submit(f"{here}/step-back", on_day="2013-07-20").status_code == 422, "without a reason"
    wang.submit(f"{here}/step-back", on_day="2013-07-20", reason="合同解除")
    wang.submit(f"{here}/edit", measure="收储")
    parcel = session.scalars(sa.select(Parcel)).one()
    assert parcel.state is ParcelState.ACQUIRED and [move.reason for move in parcel.moves] == [
        "",
        "",
        "合同解除",
    ]
    assert events("parcel") == [f"parcel.{one}" for one in ("entered", "advanced", "stepped_back", "edited")]
    assert "合同解除" in wang.see(here).text
    for typed, sentence in (
        ({"name": "东港一号地"}, "已经有叫"),
        ({"mu": "0"}, "大于零"),
        ({"since_on": "2014-01-01"}, "还没有到"),
    ):
        answer = wang.submit(
            "/land/new", **({"name": "另一块", "mu": "5", "place": "路口", "since_on": "2013-01-01"} | typed)
        )
        assert (
            answer.status_code == 422 and sentence in answer.said and "路口" in answer.get_data(as_text=True)
        )
    assert session.scalar(sa.select(sa.func.count(Parcel.id))) == 1


def test_matched_kept_and_let_go(cast: Any, session: Any, as_user: Login) -> None:
    small, large, other = (
        lot("小块", 20, cast.wang), lot("大块", 64, cast.wang), lot("别人的", 60, cast.li, ParcelState.APPROVED),
    )  # fmt: skip
    lot("已用的", 60, cast.wang, ParcelState.USED)
    need = asked_for(make_deal("精密件厂", by=cast.wang), NeedKind.LAND, "一期厂房", 60, cast.wang)
    rival = asked_for(make_deal("水泵厂", by=cast.wang), NeedKind.LAND, "车间", 60, cast.wang)
    session.commit()
    wang = as_user(cast.wang)
    page = wang.see(f"/land/match/{need.id}")
    names = [line[0].split()[0] for line in page.rows() if line and line[0]]
    assert [one for one in names if one in ("小块", "大块", "别人的", "已用的")] == ["别人的", "大块", "小块"]
    assert f"/land/{large.id}/keep/{need.id}" in page.links
    assert f"/land/{other.id}/keep/{need.id}" not in page.links, "another unit keeps it"
    assert wang.get(f"/land/{other.id}/keep/{need.id}").status_code == 403
    assert wang.submit(f"/land/{large.id}/keep/{need.id}", until_on="2013-07-01").status_code == 422
    wang.submit(f"/land/{large.id}/keep/{need.id}", until_on="2013-10-01")
    hold = session.scalars(sa.select(Hold)).one()
    assert (hold.state, hold.until_on, read_need(need.id).met, read_need(need.id).gap) == (
        HoldState.HELD, UNTIL, Decimal(64), Decimal(0),
    )  # fmt: skip
    assert "精密件厂" in wang.see(f"/land/{large.id}").text and "大块" in wang.see(f"/needs/{need.id}").text
    answer = wang.submit(f"/land/{large.id}/keep/{rival.id}", until_on="2013-10-01")
    assert answer.status_code == 422 and "已经预留给别的项目" in answer.said
    assert "还预留着 1 块地" in wang.submit(f"/needs/{need.id}/drop", note="不建了").said
    li = as_user(cast.li)
    told = li.see(f"/land/{large.id}").text
    assert "别的单位的项目" in told, "that it is kept is no secret, for whom is"
    assert not [word for word in ("精密件厂", "一期厂房", "parcel") if word in told]
    assert li.get(f"/land/{large.id}/advance").status_code == 403
    assert li.get(f"/land/match/{need.id}").status_code == 404
    assert li.get(f"/land/holds/{hold.id}/release").status_code == 404
    assert as_user(cast.zheng).get(f"/land/holds/{hold.id}/release").status_code == 403
    assert wang.submit(f"/land/holds/{hold.id}/release").status_code == 422
    wang.submit(f"/land/holds/{hold.id}/release", reason="改到航埠")
    assert read_need(need.id).met == 0
    wang.submit(f"/land/{small.id}/keep/{rival.id}")
    wang.submit(f"/land/{small.id}/advance")
    kept = session.scalars(sa.select(Hold).where(Hold.parcel_id == small.id)).one()
    assert kept.state is HoldState.TAKEN and read_need(rival.id).gap == Decimal(40)
    used = lot("又一块", 9, cast.wang, ParcelState.USED)
    with pytest.raises(Refused, match="已经在用"):
        actions.keep(used, rival, until_on=UNTIL, actor=cast.wang)
    session.rollback()
    with pytest.raises(Refused, match="退回"):
        actions.release(kept, "退出来了", actor=cast.wang)
    session.rollback()
    wang.submit(f"/land/{small.id}/step-back", reason="企业退出")
    assert session.get(Hold, kept.id).state is HoldState.HELD
    assert events("parcel_hold") == [
        f"parcel_hold.{one}" for one in ("kept", "released", "kept", "taken", "given_back")
    ]  # fmt: skip


def test_of_two_at_once_one_keeps_the_parcel(app: Any, cast: Any) -> None:
    """On both databases: the row is locked; and the index stands behind that."""
    parcel = lot("抢手地", 50, cast.wang)
    ids = [
        asked_for(make_deal(name, by=cast.wang), NeedKind.LAND, "厂房", 50, cast.wang).id
        for name in ("甲厂", "乙厂")
    ]
    wang_id, parcel_id = cast.wang.id, parcel.id
    db.session.commit()
    db.session.remove()
    start = threading.Barrier(2)

    def kept_by(need_id: int) -> Any:
        def keep() -> int:
            start.wait(120)
            actor, need = db.session.get_one(User, wang_id), db.session.get_one(Need, need_id)
            return actions.keep(
                db.session.get_one(Parcel, parcel_id), need, until_on=UNTIL, actor=actor
            ).need_id

        return keep

    answers = in_threads(app, [kept_by(id) for id in ids])
    assert sorted(type(one).__name__ for one in answers) == ["Refused", "int"], answers
    assert db.session.scalar(sa.select(sa.func.count(Hold.id))) == 1
    left = next(id for id in ids if id not in answers)
    db.session.add(Hold(parcel_id=parcel_id, need_id=left, until_on=UNTIL))
    with pytest.raises(IntegrityError):
        db.session.flush()
    db.session.rollback()


def test_key_projects_come_first_then_livelihood_then_high_tech(
    cast: Any, session: Any, as_user: Login
) -> None:
    key, road, school = (make_project(name, cast.wang) for name in ("市重点", "普通", "学校"))
    make_list("为民办实事", cast.chen, school)
    chip = make_deal("芯片", by=cast.wang, planned_wan=Decimal(90_000))
    plain = make_deal("仓库", by=cast.wang, planned_wan=Decimal(80_000))
    grown = make_deal("长成市重点的", by=cast.wang, planned_wan=Decimal(70_000))
    make_list("区重点工业", cast.chen, road)
    make_list("市重点", cast.chen, key, make_project("长成的", cast.wang, deal_id=grown.id))
    for subject, more in (
        (plain, {}),
        (chip, {"is_high_tech": True}),
        (school, {}),
        (road, {"is_livelihood": True}),
        (key, {}),
        (grown, {}),
    ):
        asked_for(subject, NeedKind.LAND, "用地", 10, cast.wang, **more)
    session.commit()
    told = [(need.subject.name, tier.label) for need, tier in need_queries.queue(cast.zhou, NeedKind.LAND)]
    assert told == [
        ("长成市重点的", "省市重点"), ("市重点", "省市重点"), ("学校", "民生"), ("普通", "民生"), ("芯片", "高新"), ("仓库", "其他"),
    ]  # fmt: skip
    settings.put("need.first_lists", "区重点工业")
    session.commit()
    first = need_queries.queue(cast.zhou, NeedKind.LAND)[0][0]
    assert first.subject.name == "普通" and need_queries.tier_of(first).label == "省市重点"
    assert "省市重点" in as_user(cast.zhou).see("/land/queue").text
    assert "芯片" not in as_user(cast.li).see("/land/queue").text


@pytest.mark.on("sqlite")
def test_a_merge_takes_land_and_needs_along_and_back(cast: Any, session: Any) -> None:
    kept, gone = (make_enterprise(name, by=cast.wang) for name in ("老厂有限公司", "老厂"))
    parcel = lot("腾出来的", 30, cast.wang)
    parcel.source_enterprise_id = gone.id
    need = asked_for(gone, NeedKind.LAND, "扩建", 5, cast.wang)
    session.commit()
    done = merging.merge(merging.plan("enterprise", [kept.id, gone.id], user=cast.admin), actor=cast.admin)
    session.commit()
    assert {
        session.get(Parcel, parcel.id).source_enterprise_id,
        session.get(Need, need.id).enterprise_id,
    } == {kept.id}
    gone_id = gone.id
    undoing.undo(done, actor=cast.admin)
    session.commit()
    session.expire_all()
    assert {
        session.get(Parcel, parcel.id).source_enterprise_id,
        session.get(Need, need.id).enterprise_id,
    } == {gone_id}


def test_clearance_is_told_and_counted_by_town(cast: Any, session: Any, as_user: Login) -> None:
    li = as_user(cast.li)
    here = li.submit(
        "/land/clearance/new", name="航埠二期", households="20", due_mu="100", due_on="2013-07-01"
    ).went_to
    row = session.scalars(sa.select(Clearance)).one()
    assert (row.unit_id, row.rate, row.stage.label) == (cast.li.unit_id, 0, "调查")
    for typed, sentence in (({"signed": "21"}, "不能超过总户数 20"), ({"vacated": "1"}, "不能超过签约户数"),
                            ({"delivered_mu": "101"}, "不能超过应交付"), ({"signed": "-1"}, "0 到")):  # fmt: skip
        answer = li.submit(f"{here}/tell", blockers="等钥匙", **typed)
        assert (
            answer.status_code == 422
            and sentence in answer.said
            and "等钥匙" in answer.get_data(as_text=True)
        ), typed
    li.submit(f"{here}/tell", signed="20", vacated="15", delivered_mu="46.9", blockers="等钥匙")
    row = session.scalars(sa.select(Clearance)).one()
    assert (str(row.rate), row.stage.label, row.is_late) == ("46.9", "腾空", True)
    assert li.submit(f"{here}/tell", signed="18").status_code == 422
    assert li.submit(f"{here}/tell", signed="18", note="两户反悔").status_code == 303
    assert "不能超过" in li.submit(f"{here}/edit", households="17").said
    assert "两户反悔" in li.see(here).text and events("clearance") == [
        "clearance.opened", "clearance.told", "clearance.told",
    ]  # fmt: skip
    assert here in li.see("/land/clearance?late=1&blocked=1&stage=signing&unit=mine").links
    assert "46.9%" in as_user(cast.zhou).see("/land/clearance/towns").text
    wang, zheng = as_user(cast.wang), as_user(cast.zheng)
    assert "航埠二期" in wang.see(here).text
    assert wang.get(f"{here}/tell").status_code == 403 and zheng.get(f"{here}/tell").status_code == 403
    assert wang.get("/land/clearance/99").status_code == 404
    assert "本单位过了期限还没交齐的征迁" in li.see("/").text


def test_quotas_and_reclaimed_land(cast: Any, session: Any, as_user: Login) -> None:
    wang = as_user(cast.wang)
    assert (
        "不能超过到手"
        in wang.submit("/land/quotas/new", kind="reserved", sought_mu="500", got_mu="180", used_mu="200").said
    )
    assert wang.submit(
        "/land/quotas/new", kind="reserved", sought_mu="500", got_mu="180", used_mu="120"
    ).went_to == ("/land/quotas?year=2013")
    assert (
        "已经登记"
        in wang.submit("/land/quotas/new", kind="reserved", sought_mu="1", got_mu="1", used_mu="0").said
    )
    wang.submit("/land/reclamations/new", on_day="2013-06-30", mu="3120", place="七里")
    wang.submit("/land/reclamations/new", on_day="2012-06-30", mu="999", place="七里")
    page = wang.see("/land/quotas")
    assert "48.0%" in page.text and "36.7%" in page.text and "60" in page.text
    assert queries.reclaimed(2012).mu == 999
    year = Window(dt.date(2013, 1, 1), dt.date(2013, 12, 31))
    told = CATALOGUE["reclaimed_mu"]
    assert counting.count(told, cast.wang, year).value == 3120, (
        "counted from what was entered, typed nowhere else"
    )
    behind = wang.see("/land/reclamations?period_from=2013-01-01&period_to=2013-12-31")
    assert len(behind.rows()) == 1 and "七里" in behind.text
    settings.put("land.reclaim_task_mu", 3120)
    session.commit()
    assert "100.0%" in wang.see("/land/quotas").text
    row, quota = "/land/reclamations/1", "/land/quotas/1"
    wang.submit(row, mu="3000")
    wang.submit(quota, got_mu="200")
    assert queries.reclaimed(2013).mu == 3000 and "200" in wang.see("/land/quotas").text
    for somebody in (as_user(cast.li), as_user(cast.zheng)):
        somebody.see("/land/quotas")
        assert somebody.get(row).status_code == 403 and somebody.get(quota).status_code == 403
    assert as_user(cast.li).get("/land/quotas/77").status_code == 404


@pytest.mark.on("sqlite")
def test_the_list_leaves_and_two_edit_at_once(cast: Any, session: Any, as_user: Login) -> None:
    parcel = lot("甲地", 20, cast.wang, note="临河")
    session.commit()
    wang = as_user(cast.wang)
    data = {"csrf_token": wang.token(), "format": "xlsx", "columns": ["state", "mu"]}
    sheet = openpyxl.load_workbook(
        io.BytesIO(wang.post("/lists/parcels/export", data=data).get_data())
    ).worksheets[0]
    assert sheet.cell(2, 1).value == "甲地"
    version = wang.see(f"/land/{parcel.id}/edit").one("input", name="version").get("value")
    actions.edit(session.get(Parcel, parcel.id), {"name": "甲地", "note": "同事改的"}, actor=cast.chen)
    answer = wang.submit(f"/land/{parcel.id}/edit", note="我改的", version=version)
    assert answer.status_code == 409 and "同事改的" in answer.said


@pytest.mark.on("sqlite")
def test_a_list_of_parcels_comes_in_is_updated_and_taken_back(
    cast: Any, session: Any, as_user: Login
) -> None:
    wang = as_user(cast.wang)

    def checked(mode: str, *lines: str) -> str:
        text = "\n".join(("宗地名称,面积（亩）,土地状态,批准日期,坐落,责任单位", *lines))
        here: str = wang.submit(
            "/imports", noun="parcel", file=(io.BytesIO(text.encode()), "地块.csv")
        ).went_to
        wang.submit(here, f"{here}/check", mode=mode)
        return here

    first = checked("create", "一号地,59.5,已供未用,2011-03-12,东港三路北,", "二号地,,批而未征,2012-01-01,,",
                    "三号地,20,批而未征,2013-08-01,,", "四号地,8,批而未征,2012-01-01,,航埠镇")  # fmt: skip
    said = {number: row.message for number, row in rows().items()}
    assert "没有填写" in said[3] and "这一天还没有到" in said[4] and "本单位管理的地块" in said[5]
    run(wang, first)
    [parcel] = session.scalars(sa.select(Parcel))
    assert (parcel.name, parcel.mu, parcel.state) == ("一号地", Decimal("59.5"), ParcelState.SUPPLIED)
    assert parcel.moves[0].on_day == dt.date(2011, 3, 12) and events("parcel") == ["parcel.entered"]
    assert f"/land/{parcel.id}" in wang.see("/find?q=东港三路").links
    second = checked("both", "一号地,61,批而未征,2011-03-12,东港三路北,")
    assert "状态请在地块的页面上推进" in rows()[2].message
    decide(wang, second, "overwrite", 2)
    run(wang, second)
    session.expire_all()
    assert (parcel.mu, parcel.state) == (Decimal(61), ParcelState.SUPPLIED)
    wang.press(second, f"{second}/undo")
    assert parcel.mu == Decimal("59.5")
    wang.press(first, f"{first}/undo")
    assert not session.scalars(sa.select(Parcel)).all()
