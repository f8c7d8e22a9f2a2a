"""亩均: works · recorded · refused politely · reader 403 · stranger 404 · GET does not act."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from crm.audit.models import Event
from crm.db import db
from crm.duplicates import merging, undoing
from crm.land.models import Hold, Parcel
from crm.land.states import ParcelState
from crm.lib.errors import Refused
from crm.yields import actions, queries
from crm.yields.grades import CaseState, Grade, Leaving, Means
from crm.yields.models import Case, Measure, Rating
from tests.deals.make import make_enterprise

Login = Callable[..., Any]
DAY = dt.date(2013, 7, 1)


def rated(firm: Any, year: int, grade: Grade, by: Any, **more: Any) -> Rating:
    return actions.rate(firm, {"year": year, "grade": grade, **more}, actor=by)


def verbs(noun: str) -> list[str]:
    return list(db.session.scalars(sa.select(Event.verb).where(Event.noun == noun).order_by(Event.id)))


def test_a_class_is_typed_once_a_year(cast: Any, session: Any, as_user: Login) -> None:
    firm = make_enterprise("衢州云峙轴承有限公司", cast.wang)
    session.commit()
    wang, here = as_user(cast.wang), f"/yields/firms/{firm.id}"
    typed = {
        "year": "2012",
        "grade": "d",
        "land_mu": "61",
        "tax_per_mu": "0.8",
        "added_per_mu": "-1.25",
        "rd_percent": "2.5%",
    }
    assert wang.submit(f"{here}/rate", **typed).went_to == here
    rating = session.scalars(sa.select(Rating)).one()
    assert (rating.grade, rating.tax_per_mu, rating.added_per_mu, rating.rd_percent) == (
        Grade.D, Decimal("0.8"), Decimal("-1.25"), Decimal("2.5"),
    )  # fmt: skip
    for wrong, sentence in (
        ({"year": "2012"}, "已经录入"),
        ({"year": "2014"}, "2000 到 2013"),
        ({"year": "2011", "tax_per_mu": "八"}, "看不懂数字"),
    ):
        answer = wang.submit(f"{here}/rate", note="按年报", **({"grade": "c"} | wrong))
        assert (
            answer.status_code == 422
            and sentence in answer.said
            and "按年报" in answer.get_data(as_text=True)
        ), wrong
    assert verbs("yield_rating") == ["yield_rating.entered"]
    rated(session.get(type(firm), firm.id), 2010, Grade.A, cast.wang)
    wang.submit(f"/yields/{rating.id}", grade="c")
    assert (
        session.get(Rating, rating.id).grade is Grade.C and verbs("yield_rating")[-1] == "yield_rating.edited"
    )
    assert "C 类" in wang.see(here).text and "C 类" in wang.see(f"/enterprises/{firm.id}").text
    for query, there in (("low=1", True), ("low=1&latest=1&unlisted=1", True), ("grade=a&latest=1", False), ("q=云峙", True),
                         ("year=2012&grade=c", True), ("gave_land=1", False)):  # fmt: skip
        assert (here in wang.see(f"/yields?{query}").links) is there, query
    li, zheng = as_user(cast.li), as_user(cast.zheng)
    assert here not in li.see("/yields").links and li.get(here).status_code == 404
    assert li.get(f"{here}/rate").status_code == 404 and li.get(f"/yields/{rating.id}").status_code == 404
    zheng.see(here)
    assert (
        zheng.get(f"{here}/rate").status_code == 403 and zheng.get(f"/yields/{rating.id}").status_code == 403
    )


@pytest.mark.on("sqlite")
def test_listed_made_to_mend_measured_and_off_the_list(cast: Any, session: Any, as_user: Login) -> None:
    firm = make_enterprise("衢州云峙铸造厂", cast.wang)
    session.commit()
    wang, here = as_user(cast.wang), f"/yields/firms/{firm.id}"
    assert wang.submit(f"{here}/list", reason="").status_code == 422
    assert "还没有到" in wang.submit(f"{here}/list", reason="连年 D 类", listed_on="2013-08-01").said
    wang.submit(f"{here}/list", reason="连年 D 类", listed_on="2013-07-01")
    case = session.scalars(sa.select(Case)).one()
    assert (
        case.state is CaseState.LISTED and "已经在名单上" in wang.submit(f"{here}/list", reason="再来").said
    )
    url = f"/yields/cases/{case.id}"
    assert "早于列入" in wang.submit(f"{url}/demand", demand="拆炉", due_on="2013-06-01").said
    wang.submit(f"{url}/demand", demand="拆炉", due_on="2013-07-20")
    answer = wang.submit(f"{url}/measures", what="责令限期治理", legal_basis="", means="legal")
    assert answer.status_code == 422 and "请填写法律或文件依据" in answer.said
    assert "责令限期治理" in answer.get_data(as_text=True)
    data = {"means": Means.LEGAL, "what": "断电", "on_day": DAY, "legal_basis": " "}
    with pytest.raises(Refused, match="依据"):
        actions.take_measure(session.get(Case, case.id), data, actor=cast.wang)
    session.rollback()
    wang.submit(
        f"{url}/measures",
        what="责令限期治理",
        legal_basis="环境保护法第二十九条",
        means="legal",
        on_day="2013-07-05",
    )
    measure = session.scalars(sa.select(Measure)).one()
    assert (measure.on_day, measure.legal_basis) == (dt.date(2013, 7, 5), "环境保护法第二十九条")
    assert here in wang.see("/yields/cases?late=1&unit=mine&state=mending").links
    assert "过了整改期限的企业" in wang.see("/").text
    assert (
        "环境保护法第二十九条" in wang.see(here).text
        and "在倒逼名单上" in wang.see(f"/enterprises/{firm.id}").text
    )
    zheng, li = as_user(cast.zheng), as_user(cast.li)
    for act in ("demand", "measures", "leave"):
        assert zheng.get(f"{url}/{act}").status_code == 403 and li.get(f"{url}/{act}").status_code == 404, act
    assert "早于列入" in wang.submit(f"{url}/leave", leaving="improved", left_on="2013-06-01").said
    wang.submit(f"{url}/leave", leaving="improved", left_note="达到 B 类")
    case = session.get(Case, case.id)
    assert (case.state, case.leaving, case.left_on) == (
        CaseState.LEFT,
        Leaving.IMPROVED,
        dt.date(2013, 7, 25),
    )
    assert wang.submit(f"{url}/demand", demand="再改", due_on="2013-08-01").status_code == 422
    assert wang.press(here, f"{url}/come-back").went_to == here
    assert session.get(Case, case.id).state is CaseState.MENDING
    assert verbs("yield_case") == [f"yield_case.{one}" for one in ("listed", "mending", "left", "come_back")]
    assert verbs("yield_measure") == ["yield_measure.taken"]


@pytest.mark.on("sqlite")
def test_land_that_a_low_firm_gives_up_goes_to_who_looks_for_land(
    cast: Any, session: Any, as_user: Login
) -> None:
    """「a low-class company that offers land shows as source; a merchant looking for land can be matched to it」"""
    low, seeker = make_enterprise("低效厂", cast.wang), make_enterprise("找地的客商", cast.wang)
    rated(low, 2012, Grade.D, cast.wang)
    session.commit()
    wang = as_user(cast.wang)
    there = wang.submit(
        f"/yields/firms/{low.id}/free-land", name="腾退一号", mu="26", since_on="2013-07-01"
    ).went_to
    parcel = session.scalars(sa.select(Parcel)).one()
    assert there == f"/land/{parcel.id}" and (parcel.source_enterprise_id, parcel.state) == (
        low.id,
        ParcelState.SUPPLIED,
    )
    page = wang.see(there)
    assert "低效厂" in page.text and "D 类" in page.text and there in wang.see("/land?freed=1").links
    assert there in wang.see(f"/yields/firms/{low.id}").links
    assert f"/yields/firms/{low.id}" in wang.see("/yields?gave_land=1&low=1").links
    assert "腾退土地" in wang.see(f"/enterprises/{low.id}").text
    asked = wang.submit(f"/enterprises/{seeker.id}/needs/land", title="建厂房", asked="20").went_to
    need_id = int(asked.rsplit("/", 1)[1])
    assert there in wang.see(f"/land/match/{need_id}").links
    wang.submit(f"/land/{parcel.id}/keep/{need_id}")
    assert session.scalars(sa.select(Hold)).one().need_id == need_id
    assert "已经有叫" in wang.submit(f"/yields/firms/{low.id}/free-land", name="腾退一号", mu="2").said
    zheng, li = as_user(cast.zheng), as_user(cast.li)
    assert zheng.get(f"/yields/firms/{low.id}/free-land").status_code == 403
    assert li.get(f"/yields/firms/{low.id}/free-land").status_code == 404
    assert "低效厂" not in li.see(there).text, "which firm it was is told to those who see the firm"
    assert "低效厂" not in li.see("/land?columns=name&columns=source").text


def test_a_merge_keeps_one_class_a_year_and_undoes_it(cast: Any, session: Any) -> None:
    kept, gone = make_enterprise("云峙轴承有限公司", cast.wang), make_enterprise("云峙轴承", cast.wang)
    for firm, year, grade in ((kept, 2012, Grade.B), (gone, 2012, Grade.C), (gone, 2011, Grade.D)):
        rated(firm, year, grade, cast.wang)
    actions.list_firm(gone, {"listed_on": DAY, "reason": "低"}, actor=cast.wang)
    session.commit()
    kept_id, gone_id = kept.id, gone.id
    done = merging.merge(merging.plan("enterprise", [kept_id, gone_id], user=cast.admin), actor=cast.admin)
    session.commit()
    rows = sa.select(Rating.enterprise_id, Rating.year, Rating.grade).order_by(Rating.year)
    assert [tuple(row) for row in session.execute(rows)] == [
        (kept_id, 2011, Grade.D),
        (kept_id, 2012, Grade.B),
    ]
    assert queries.open_case(kept_id) is not None
    undoing.undo(done, actor=cast.admin)
    session.commit()
    session.expire_all()
    assert sorted(tuple(row) for row in session.execute(rows)) == sorted(
        [(gone_id, 2011, Grade.D), (kept_id, 2012, Grade.B), (gone_id, 2012, Grade.C)]
    )


LIST = """企业名称,年度,评价结果,占地（亩）,亩均税收（万元/亩）,R&D占比
衢州云峙轴承有限公司,2012,B,52,8.1,2.8
没有的公司,2012,C,,,
衢州云峙铸造厂,2012年,D类,61,0.8,0
衢州云峙铸造厂,2012,E,,,
"""


@pytest.mark.on("sqlite")
def test_classes_come_in_as_a_list_and_go_again(cast: Any, session: Any, as_user: Login) -> None:
    from crm.imports.models import Finding
    from tests.imports.lists import rows, run

    bearing, foundry = (
        make_enterprise(name, cast.wang) for name in ("衢州云峙轴承有限公司", "衢州云峙铸造厂")
    )
    session.commit()
    wang = as_user(cast.wang)
    here = wang.submit("/imports", noun="yield_rating", file=(io.BytesIO(LIST.encode()), "亩均.csv")).went_to
    wang.submit(here, f"{here}/check")
    found = [row.finding for _number, row in sorted(rows().items())]
    assert found == [Finding.NEW, Finding.ERROR, Finding.NEW, Finding.ERROR]
    run(wang, here)
    told = session.execute(
        sa.select(Rating.enterprise_id, Rating.grade, Rating.tax_per_mu).order_by(Rating.id)
    ).all()
    assert [tuple(row) for row in told] == [
        (bearing.id, Grade.B, Decimal("8.1")),
        (foundry.id, Grade.D, Decimal("0.8")),
    ]
    assert wang.press(here, f"{here}/undo").went_to == here
    assert session.scalar(sa.select(sa.func.count(Rating.id))) == 0
