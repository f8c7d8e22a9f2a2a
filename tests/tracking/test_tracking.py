"""跟踪调查: who is to be contacted, what is missing, who wants to come back; cities and chambers."""

from __future__ import annotations

import datetime as dt
import io
from typing import Any
from urllib.parse import unquote

import pytest
import sqlalchemy as sa
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from werkzeug.datastructures import MultiDict

from crm.audit.models import Event
from crm.db import db
from crm.demo import loader
from crm.duplicates import merging
from crm.lib import clock
from crm.lists.asked import select_for
from crm.lists.table import LISTS
from crm.merchants import actions as merchants
from crm.merchants import identity
from crm.merchants.models import Enterprise, Handle, HandleKind, Intent, OrganisationKind, Person, Standing
from crm.org import settings
from crm.org.models import User
from crm.tracking import queries
from crm.tracking.completeness import keep
from crm.tracking.completeness import of as completeness_of
from crm.tracking.facts import Band, Fact, missing
from crm.tracking.models import COMPLETENESS, ReturnIntent, Watch
from crm.tracking.queries import Whose
from tests.cast import make_contact, make_deal, make_enterprise, make_person
from tests.conftest import ROOT

TODAY = dt.date(2013, 7, 25)


def ago(days: int) -> dt.datetime:
    return clock.start_of(TODAY - dt.timedelta(days=days)) + dt.timedelta(hours=10)


def firm(name: str, by: Any, standing: Standing = Standing.IN_BASE, **columns: Any) -> Enterprise:
    given = {"first_reported_at": ago(1000)} | columns
    return make_enterprise(name, by=by, standing=standing, **given)


def names(user: User, **args: Any) -> set[str]:
    return {
        one.name
        for one in db.session.scalars(select_for(LISTS["enterprises"], user, MultiDict(args))).unique()
    }


def completeness(one: Enterprise) -> tuple[int, set[Fact]]:
    score, lacks = completeness_of([one.id])[one.id]
    return score, set(missing(lacks))


# --- who is to be contacted ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("standing", "heard", "late", "sleep"),
    [
        (Standing.KEY, 30, None, False), (Standing.KEY, 31, Watch.KEY, False),
        (Standing.IN_BASE, 90, None, False), (Standing.IN_BASE, 91, Watch.ORDINARY, False),
        (Standing.UNCHECKED, 91, Watch.ORDINARY, False), (Standing.IN_BASE, 181, Watch.ORDINARY, True),
        (Standing.DORMANT, 365, None, False), (Standing.DORMANT, 366, Watch.DORMANT, False),
        (Standing.CONVERTED, 900, None, False), (Standing.VOID, 900, None, False),
    ],
)  # fmt: skip
def test_each_class_has_its_own_days(
    cast: Any, session: Any, standing: Standing, heard: int, late: Watch | None, sleep: bool
) -> None:
    """Heard of means the last contact, or the first report where there never was one."""
    met = firm("联系过", cast.wang, standing, last_contact_at=ago(heard))
    firm("只报过", cast.wang, standing, first_reported_at=ago(heard))
    session.commit()
    for watch in Watch:
        both = {"联系过", "只报过"} if watch is late else set()
        assert names(cast.wang, late=watch.value) == both, watch
        assert queries.number_late(Whose(cast.wang, Whose.UNIT), watch) == len(both)
    assert names(cast.wang, to_sleep="1") == ({"联系过", "只报过"} if sleep else set())
    followed = Watch.of_standing(standing)
    due = queries.next_contact_on(met)
    assert (due is None) == (followed is None)
    if due and followed:
        assert (due < TODAY) == (late is followed)


def test_people_are_followed_by_the_same_days(cast: Any, as_user: Any, session: Any) -> None:
    late = {"standing": Standing.KEY, "last_contact_at": ago(40)}
    made = make_person("久未联系的", by=cast.wang, **late)
    make_person("刚联系过的", by=cast.wang, **(late | {"last_contact_at": ago(1)}))
    make_person("别的单位的", by=cast.li, **late)
    make_person("早就睡着的", by=cast.wang, standing=Standing.DORMANT, first_reported_at=ago(400))
    session.commit()
    wang = as_user(cast.wang)
    url = f"/people?late=key&unit={cast.wang.unit_id}"
    assert url in wang.see("/tracking").links
    found = wang.see(url).text
    assert "久未联系的" in found and "共 1 条" in found
    assert (
        "共 1 条" in wang.see("/people?late=dormant").text and "共 1 条" in wang.see("/people?late=key").text
    )
    assert "共 2 条" in as_user(cast.zhou).see("/people?late=key").text
    assert queries.number_late(Whose(cast.wang, "mine"), Watch.KEY, Person) == 1
    assert queries.number_never_met(Whose(cast.zhou, "all"), Person) == 0
    panel = wang.see(f"/people/{made.id}").text
    assert "每 30 天联系一次" in panel and (TODAY - dt.timedelta(days=10)).isoformat() in panel


def test_how_often_is_a_setting(cast: Any, session: Any) -> None:
    firm("重点", cast.wang, Standing.KEY, last_contact_at=ago(10))
    session.commit()
    assert names(cast.wang, late="key") == set()
    settings.put("merchant.key_days", 7)
    assert names(cast.wang, late="key") == {"重点"}


def test_figures_lead_to_what_they_count_and_stop_at_a_thousand(
    cast: Any, as_user: Any, session: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    firm("王的重点", cast.wang, Standing.KEY, last_contact_at=ago(40))
    firm("陈的一般", cast.chen, last_contact_at=ago(100))
    firm("李的重点", cast.li, Standing.KEY)
    session.commit()
    wang, zhou = as_user(cast.wang), as_user(cast.zhou)
    page = wang.see("/tracking")
    unit = cast.wang.unit_id
    assert f"/enterprises?late=key&unit={unit}" in page.links
    assert "该联系没有联系的重点企业" in wang.see("/").text  # the desk says it too
    mine = wang.see("/tracking?whose=mine")
    assert "/enterprises?late=ordinary&follower=me" in mine.links
    assert "/tracking?whose=all" not in page.links and "/tracking?whose=all" in zhou.see("/tracking").links
    assert [queries.number_late(Whose(user, one), Watch.KEY) for user, one in (
        (cast.zhou, "all"), (cast.wang, "unit"), (cast.chen, "mine"), (cast.wang, "all"),
    )] == [2, 1, 0, 1]  # fmt: skip
    assert queries.number_never_met(Whose(cast.zhou, "all")) == 1
    monkeypatch.setattr(queries, "MOST", 2)
    for number in range(3):
        firm(f"又一家{number}", cast.wang, Standing.KEY)
    assert queries.said(queries.number_late(Whose(cast.zhou, "all"), Watch.KEY)) == "1+"


# --- what is missing ----------------------------------------------------------------------------------------


def test_completeness_goes_with_every_change(cast: Any, session: Any) -> None:
    made = merchants.create_enterprise(
        {"name": "杭州甲机械有限公司", "follow_unit_id": cast.wang.unit_id}, actor=cast.wang
    )
    assert completeness(made) == (0, set(Fact))
    merchants.edit(
        made, {"name": made.name, "main_business": "阀门", "province": "浙江省", "phones": "15400000001"}, actor=cast.wang
    )  # fmt: skip
    assert completeness(made)[0] == 10 + 15 + 15 and Fact.PHONE not in completeness(made)[1]
    merchants.edit(made, {"name": made.name, "drop_handles": [made.handles[0].id]}, actor=cast.wang)
    assert Fact.PHONE in completeness(made)[1]
    person = make_person("赵总", by=cast.wang)
    person.handles.append(Handle(kind=HandleKind.MOBILE, value="15400000002", digits="15400000002"))
    session.flush()
    position = merchants.add_position(made, person, "总经理", actor=cast.wang)
    assert {Fact.CONTACT, Fact.PHONE}.isdisjoint(completeness(made)[1])
    merchants.end_position(position, actor=cast.wang)
    assert {Fact.CONTACT, Fact.PHONE} <= completeness(made)[1]
    merchants.assign(made, cast.li.unit_id, cast.li.id, actor=cast.admin)
    units = sa.select(COMPLETENESS.c.follow_unit_id).where(COMPLETENESS.c.enterprise_id == made.id)
    assert session.scalar(units) == cast.li.unit_id


def test_a_chamber_is_not_asked_for_a_credit_code(cast: Any, session: Any) -> None:
    chamber = firm(
        "上海市衢州商会", cast.wang, kind=OrganisationKind.CHAMBER, region_code="31", native_place="浙江"
    )
    session.flush()
    keep("enterprise", [chamber.id])
    assert completeness(chamber) == (100 * 20 // 70, {Fact.BUSINESS, Fact.CONTACT, Fact.PHONE, Fact.INTENT})


@pytest.mark.parametrize("dense", [2, 20_000], ids=["each asked", "looked up"])
def test_lists_by_what_is_missing(
    cast: Any, session: Any, monkeypatch: pytest.MonkeyPatch, dense: int
) -> None:
    monkeypatch.setattr(queries, "DENSE", dense)
    bare = firm("什么都缺", cast.wang)
    told = firm("知道一些", cast.wang, uscc="91330000X", region_code="3301", industry_code="C34",
                legal_representative="赵", direction="manufacturing", main_business="阀门", native_place="衢州")  # fmt: skip
    other = firm("别的单位的", cast.li)
    session.flush()
    keep("enterprise", [bare.id, told.id, other.id])
    assert completeness(told) == (60, {Fact.CONTACT, Fact.PHONE, Fact.INTENT})
    assert names(cast.wang, lacks="phone") == {"什么都缺", "知道一些"}
    assert names(cast.wang, lacks="uscc") == {"什么都缺"} == names(cast.wang, complete="poor")
    assert names(cast.wang, complete="fair") == {"知道一些"} and names(cast.wang, complete="full") == set()
    for user, whose, poor, phone in (
        (cast.zhou, "all", 2, 3), (cast.wang, "unit", 1, 2), (cast.wang, "mine", 1, 2), (cast.chen, "mine", 0, 0),
    ):  # fmt: skip
        bands, lacking = queries.numbers_by_completeness(Whose(user, whose))
        assert (bands[Band.POOR], lacking[Fact.PHONE]) == (poor, phone), whose


def test_a_merge_and_its_undoing_keep_it_true(cast: Any, session: Any) -> None:
    kept, gone = (firm(name, cast.admin) for name in ("杭州甲阀门有限公司", "杭州甲阀门公司"))
    gone.handles.append(Handle(kind=HandleKind.MOBILE, value="15400000001", digits="15400000001"))
    session.flush()
    identity.refresh_many("enterprise", [kept.id, gone.id])
    make_intent = ReturnIntent(enterprise_id=gone.id, intent=Intent.ACTIVE, said_on=TODAY, evidence="来函",
                               unit_id=cast.wang.unit_id)  # fmt: skip
    session.add(make_intent)
    session.commit()
    gone_id = gone.id
    merge = merging.merge(merging.plan("enterprise", [kept.id, gone_id], prefer=kept.id), actor=cast.admin)
    session.commit()
    assert Fact.PHONE not in completeness(kept)[1] and gone_id not in completeness_of([gone_id])
    session.refresh(make_intent)
    assert make_intent.enterprise_id == kept.id
    merging.undo(merge, actor=cast.admin)
    session.commit()
    assert Fact.PHONE in completeness(kept)[1] and gone_id in completeness_of([gone_id])
    session.refresh(make_intent)
    assert make_intent.enterprise_id == gone_id


def test_the_migration_says_what_the_verbs_say(app: Any, cast: Any, session: Any) -> None:
    """Records that were there before: its one statement comes to the same as `keep`."""
    some = [
        firm("甲", cast.wang, uscc="9133", region_code="33"),
        firm("乙", cast.wang, kind=OrganisationKind.CHAMBER, native_place="衢州", intent=Intent.NONE),
        firm("丙", cast.li, direction="commerce", main_business="物流", industry_code="G59"),
    ]
    make_person("赵", by=cast.wang, at=some[0]).handles.append(
        Handle(kind=HandleKind.LANDLINE, value="0570-3020000", digits="05703020000")
    )
    some[2].handles.append(Handle(kind=HandleKind.WECHAT, value="abc"))
    session.commit()
    keep("enterprise", [one.id for one in some])
    by_verbs = sorted(session.execute(sa.select(COMPLETENESS)).all())
    session.execute(sa.delete(COMPLETENESS))
    config = app.extensions["migrate"].migrate.get_config(str(ROOT / "migrations"))
    every = ScriptDirectory.from_config(config).walk_revisions()
    module = next(one.module for one in every if hasattr(one.module, "LACKING"))
    with Operations.context(MigrationContext.configure(session.connection())):
        module.fill()
    assert sorted(session.execute(sa.select(COMPLETENESS)).all()) == by_verbs


# --- who wants to come back ---------------------------------------------------------------------------------


def test_a_wish_to_come_back_is_written_down_with_what_shows_it(
    cast: Any, as_user: Any, session: Any
) -> None:
    one = firm("上海甲公司", cast.wang, Standing.KEY)
    log = make_contact("当面谈过", by=cast.wang, enterprise_id=one.id)
    session.commit()
    wang, to = as_user(cast.wang), f"/enterprises/{one.id}/intents/new"
    typed = {"intent": "waiting", "said_on": "2013-06-01", "said_by": "董事长", "evidence": "来函说在比较"}
    for wrong, sentence in (
        ({"evidence": ""}, "请填写依据"), ({"said_on": "2013-12-01"}, "日期还没有到"),
        ({"intent": "unknown"}, "请选暂无、观望或积极"),
    ):  # fmt: skip
        answer = wang.submit(to, _to=to, **typed | wrong)
        assert answer.status_code == 422 and sentence in answer.page.text and "董事长" in answer.page.html
    assert session.scalar(sa.select(sa.func.count()).select_from(ReturnIntent)) == 0
    wang.submit(to, _to=to, **typed, files=(io.BytesIO(b"letter"), "来函.txt"))
    later = {
        "intent": "active",
        "said_on": "2013-07-01",
        "evidence": "看过厂房，要签",
        "contact_log_id": log.id,
    }
    assert wang.submit(to, _to=to, **typed | later).went_to == f"/enterprises/{one.id}"
    assert "已经有更晚说的一条" in wang.submit(to, _to=to, **typed | {"said_on": "2013-05-01"}).page.text
    session.expire_all()
    first, second = session.scalars(sa.select(ReturnIntent).order_by(ReturnIntent.id)).all()
    assert (first.until_on, second.until_on, second.contact_log_id) == (dt.date(2013, 7, 1), None, log.id)
    assert (one.intent, one.intent_note) == (Intent.ACTIVE, "看过厂房，要签")
    assert Fact.INTENT not in completeness(one)[1]
    said = session.scalars(
        sa.select(Event).filter_by(verb="enterprise.intent_stated").order_by(Event.id)
    ).all()
    assert [event.note for event in said] == ["来函说在比较", "看过厂房，要签"]
    page = wang.see(f"/enterprises/{one.id}")
    assert "来函说在比较" in page.text and "后来改说了" in page.text
    (file,) = [link for link in page.links if "/tracking/intents/" in link]
    assert wang.get(file).get_data() == b"letter" and as_user(cast.li).get(file).status_code == 404
    listed = wang.see("/tracking/intents?intent=active").text
    assert "看过厂房" in listed and "来函说在比较" not in wang.see("/tracking/intents").text
    assert "来函说在比较" in wang.see("/tracking/intents?all=1").text
    assert "上海甲公司" not in as_user(cast.li).see("/tracking/intents").text
    for narrowed in ("mine=1", "ours=1"):
        assert "上海甲公司" in wang.see(f"/tracking/intents?{narrowed}").text
    assert "上海甲公司" not in as_user(cast.zhou).see("/tracking/intents?ours=1").text
    assert (
        queries.number_willing(Whose(cast.wang, "mine"))
        == 1
        == queries.number_willing(Whose(cast.zhou, "all"))
    )
    assert as_user(cast.li).get(to).status_code == 404 and as_user(cast.zheng).get(to).status_code == 403


@pytest.mark.on("sqlite")
def test_only_talks_that_i_may_see_are_offered_and_masked(cast: Any, session: Any) -> None:
    one = firm("上海甲公司", cast.wang)
    deal = make_deal("别单位的项目", by=cast.li)
    make_contact("别单位谈的", by=cast.li, enterprise_id=one.id, deal_id=deal.id)
    make_contact("打了 13800001234 说要回来", by=cast.wang, enterprise_id=one.id)
    session.commit()
    ((_id, said),) = queries.logs_to_choose(cast.wang, one.id)
    assert "说要回来" in said and "13800001234" not in said


# --- cities and chambers ------------------------------------------------------------------------------------


def test_a_city_and_a_chamber_have_pages_of_their_own(cast: Any, as_user: Any, session: Any) -> None:
    here = {"region_code": "330110", "region_prefix": "3301", "chamber": "杭州市衢州商会"}
    one = firm("余杭甲公司", cast.wang, Standing.KEY, intent=Intent.ACTIVE, **here)
    firm("杭州乙公司", cast.wang, region_code="3301", region_prefix="3301", chamber="杭州市江山商会")
    firm("宁波丙公司", cast.li, region_code="3302", region_prefix="3302", chamber="宁波市衢州商会")
    make_person("会长", by=cast.wang, chamber="杭州市衢州商会", chamber_title="会长")
    session.flush()
    deal = make_deal("余杭项目", by=cast.wang, enterprise_id=one.id)
    session.add(ReturnIntent(enterprise_id=one.id, intent=Intent.ACTIVE, said_on=TODAY, evidence="要回来",
                             unit_id=cast.wang.unit_id))  # fmt: skip
    session.commit()
    zhou, wang = as_user(cast.zhou), as_user(cast.wang)
    assert "/tracking/places?under=33&whose=all" in zhou.see("/tracking/places").links
    cities = zhou.see("/tracking/places?under=33")
    assert {link for link in cities.links if "/tracking/places/" in link} == {
        "/tracking/places/3301?whose=all", "/tracking/places/3302?whose=all",
    }  # fmt: skip
    assert "/tracking/places/3302?whose=unit" not in wang.see("/tracking/places?under=33").links
    page = zhou.see("/tracking/places/3301")
    assert {f"/enterprises/{one.id}", f"/deals/{deal.id}", "/enterprises?region=3301"} <= set(page.links)
    assert "要回来" in page.text
    assert f"/enterprises/{one.id}" in zhou.see("/tracking/places/330110").links
    found_here = queries.gathering(Whose(cast.zhou, "all"), queries.in_place("3301"))
    assert (found_here.firms, found_here.key, found_here.late, found_here.wish) == (2, 1, 1, 1)
    assert "要回来" not in zhou.see("/tracking/places/3302").text
    found = queries.chambers(Whose(cast.zhou, "all"), "")
    assert found == sorted((name, 1) for name in ("宁波市衢州商会", "杭州市江山商会", "杭州市衢州商会"))
    assert [name for name, _n in queries.chambers(Whose(cast.zhou, "all"), "衢州", found[0][0])] == [
        one for one in ("宁波市衢州商会", "杭州市衢州商会") if one > found[0][0]
    ]
    assert [name for name, _n in queries.chambers(Whose(cast.wang, "unit"), "衢州")] == ["杭州市衢州商会"]
    links = [unquote(link) for link in zhou.see("/tracking/chambers?q=衢州").links]
    assert "/tracking/chamber?name=杭州市衢州商会&whose=all" in links
    page = zhou.see("/tracking/chamber?name=杭州市衢州商会")
    assert f"/enterprises/{one.id}" in page.links and "会长" in page.text
    assert names(cast.zhou, chamber="杭州市衢州商会") == {"余杭甲公司"}
    for gone in (
        "/tracking/places/999999",
        "/tracking/places/x",
        "/tracking/chamber?name=没有",
        "/tracking/chamber",
    ):
        assert zhou.get(gone).status_code == 404, gone
    assert zhou.get("/tracking/chambers?q=%00&after=%00").status_code == 200
    assert zhou.get("/tracking/chamber?name=%00").status_code == 404


@pytest.mark.on("sqlite")
def test_the_demo_district_has_some_of_everything(app: Any) -> None:
    loader.load()
    db.session.commit()
    leader = db.session.scalars(sa.select(User).filter_by(login="leader")).one()
    whose = Whose(leader, Whose.ALL)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(COMPLETENESS)) == 60
    assert sum(queries.numbers_by_completeness(whose)[0].values()) == 60
    assert queries.number_late(whose, Watch.KEY) == len(names(leader, late="key")) > 0
    assert queries.number_willing(whose) == 3
    assert [name for name, _number in queries.chambers(whose, "")] == [
        "示例·上海市衢州商会",
        "示例·杭州市衢州商会",
    ]
