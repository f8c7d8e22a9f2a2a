"""填报: works · recorded · refused politely · reader 403 · stranger 404 · GET does not act."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from crm.audit.models import Event
from crm.indicators import catalogue, counting, queries
from crm.indicators.models import OwnIndicator, TypedValue
from crm.indicators.progress import Window
from crm.org import settings
from tests.imports.lists import decide, rows, run

Login = Callable[..., Any]
PAGE = "/indicators/fixed_assets/values/new"
HALF = Window(dt.date(2013, 1, 1), dt.date(2013, 6, 30))


def values(session: Any) -> list[TypedValue]:
    return list(session.scalars(sa.select(TypedValue).order_by(TypedValue.first_on, TypedValue.id)))


def verbs(session: Any) -> list[str]:
    rows = sa.select(Event.verb).where(Event.noun.in_(["typed_value", "own_indicator"])).order_by(Event.id)
    return list(session.scalars(rows))


def test_fixed_assets_are_typed_by_month_and_never_summed_from_deals(
    cast: Any, session: Any, as_user: Login
) -> None:
    settings.put("indicator.office", "区招商局")
    chen = as_user(cast.chen)
    here = chen.submit(PAGE, first_month="2013年6月", amount="6.73亿", source="统计月报").went_to
    assert here == "/indicators/fixed_assets?year=2013"
    chen.submit(PAGE, first_month="2012-01", last_month="2012-06", amount="239700")
    assert [(one.months, one.amount) for one in values(session)] == [
        ("2012-01–2012-06", 239_700),
        ("2013-06", 67_300),
    ]
    assert verbs(session) == ["typed_value.typed"] * 2
    one = catalogue.CATALOGUE["fixed_assets"]
    assert counting.count(one, cast.wang, HALF).value == 67_300, "what is published, everybody may read"
    assert counting.count(one, cast.wang, Window(dt.date(2012, 1, 1), dt.date(2012, 3, 31))).rows == 0, (
        "half is none"
    )
    page = chen.see(here)
    assert "6.73亿元" in page.text and "23.97亿元" in page.text
    id = values(session)[-1].id
    answer = chen.submit(f"/indicators/values/{id}/correct", amount="67500")
    assert answer.status_code == 422 and "为什么更正" in answer.said and values(session)[-1].amount == 67_300
    assert (
        chen.submit(f"/indicators/values/{id}/correct", amount="67500", why="年报核定").went_to
        == f"/indicators/values/{id}"
    )
    shown = chen.see(f"/indicators/values/{id}")
    assert "6.75亿元" in shown.text and "年报核定" in shown.text
    assert f"/indicators/values/{id}" in chen.see("/indicators/values?indicator=fixed_assets&unit=none").links
    assert chen.press(f"/indicators/values/{id}", f"/indicators/values/{id}/take-away").went_to.startswith(
        "/indicators/values"
    )
    assert len(values(session)) == 1 and verbs(session)[-2:] == [
        "typed_value.corrected",
        "typed_value.taken_away",
    ]


WRONG: list[tuple[dict[str, str], str]] = [
    ({"first_month": ""}, "请填写月份"),
    ({"first_month": "六月"}, "看不懂月份"),
    ({"first_month": "2013-13"}, "看不懂月份"),
    ({"first_month": "2013-09"}, "还没有到"),
    ({"first_month": "2013-05", "last_month": "2013-02"}, "早于开始"),
    ({"first_month": "2013-04", "last_month": "2013-06"}, "2013-06 已经填过"),
    ({"amount": "很多"}, "不是一个确定的数"),
    ({"amount": "-5"}, "不能是负数"),
]


@pytest.mark.on("sqlite")
def test_what_cannot_be_is_refused_beside_its_field(cast: Any, session: Any, as_user: Login) -> None:
    admin = as_user(cast.admin)
    admin.submit(PAGE, first_month="2013-06", amount="67300")
    for typed, sentence in WRONG:
        answer = admin.submit(PAGE, **({"first_month": "2013-05", "amount": "1", "source": "某报"} | typed))
        assert answer.status_code == 422 and sentence in answer.said, typed
        assert "某报" in answer.get_data(as_text=True) and len(values(session)) == 1


@pytest.mark.on("sqlite")
def test_readers_and_strangers(cast: Any, session: Any, as_user: Login) -> None:
    own = OwnIndicator(name="新增就业", definition="人社部门的数", by_unit=True, unit_id=cast.chen.unit_id)
    session.add(own)
    session.flush()
    mine = TypedValue(indicator=own.key, own_indicator_id=own.id, unit_id=cast.wang.unit_id, amount=Decimal(5),
                      first_on=dt.date(2013, 1, 1), last_on=dt.date(2013, 1, 31))  # fmt: skip
    session.add(mine)
    session.flush()
    wang, li, zheng, chen = (as_user(one) for one in (cast.wang, cast.li, cast.zheng, cast.chen))
    for door in (
        PAGE,
        "/indicators/new",
        f"/indicators/{own.key}/edit",
        f"/indicators/values/{mine.id}/correct",
    ):
        assert zheng.get(door).status_code == wang.get(door).status_code == 403, door
    assert chen.get(PAGE).status_code == 403, "not the office"
    zheng.see(f"/indicators/values/{mine.id}")
    assert li.get(f"/indicators/values/{mine.id}").status_code == 404
    assert (
        chen.get(f"/indicators/values/{mine.id}/take-away").status_code == 405 and len(values(session)) == 1
    )
    assert counting.count(catalogue.of_own(own), cast.li, HALF).rows == 0


def test_an_indicator_of_one_s_own(cast: Any, session: Any, as_user: Login) -> None:
    chen = as_user(cast.chen)
    assert chen.submit("/indicators/new", name="垦造耕地", measure="mu").status_code == 422
    here = chen.submit(
        "/indicators/new", name="垦造耕地", measure="mu", by_unit="y", definition="验收入库的"
    ).went_to
    own = session.scalar(sa.select(OwnIndicator))
    assert here == f"/indicators/{own.key}" and own.by_unit
    answer = chen.submit(f"{here}/values/new", first_month="2013-03", amount="120")
    assert answer.status_code == 422 and "请选单位" in answer.said
    chen.submit(f"{here}/values/new", first_month="2013-03", amount="120.5", unit_id=str(cast.li.unit_id))
    chen.submit(f"{here}/values/new", first_month="2013-03", amount="30", unit_id=str(cast.wang.unit_id))
    one = catalogue.find(own.key)
    assert one is not None
    assert counting.count(one, cast.admin, HALF).value == Decimal("150.5"), (
        "the district is the sum of its units"
    )
    assert counting.count(one, cast.li, HALF).value == Decimal("120.5")
    for user in (cast.admin, cast.li):
        typed = queries.typed_since(user, dt.date(2012, 1, 1))[own.key]
        assert counting.of_typed(one, typed, [HALF]) == counting.counts(one, user, [HALF]), (
            "read at once or each by itself"
        )
    assert "150.5 亩" in as_user(cast.zhou).see("/indicators").text
    assert "120.5 亩" in as_user(cast.zhou).see(f"{here}?year=2013").text
    answer = chen.submit(f"{here}/edit", measure="count")
    assert answer.status_code == 422 and "不能再改" in answer.said
    assert "120.5 亩" in as_user(cast.zhou).see("/find?q=垦造").text, "a figure is found by its indicator"
    chen.submit(f"{here}/edit", name="开垦耕地面积")
    assert "开垦耕地面积 2013-03" in as_user(cast.zhou).see("/find?q=开垦耕地").text
    assert len(as_user(cast.li).see("/indicators/values?q=kkgd").rows()) == 1, "by its sound, and one's own"
    chen.submit(f"{here}/edit", name="垦造耕地面积")
    assert chen.submit("/indicators/new", name="垦造耕地面积", definition="又一个").status_code == 422
    assert verbs(session)[0] == "own_indicator.defined" and verbs(session)[-1] == "own_indicator.redefined"
    assert as_user(cast.li).get(f"{here}/edit").status_code == 403


def test_a_year_of_months_comes_in_as_a_list_and_goes_again(cast: Any, session: Any, as_user: Login) -> None:
    settings.put("indicator.office", "区招商局")
    chen = as_user(cast.chen)
    chen.submit(PAGE, first_month="2013-05", amount="5亿")
    listed = """指标,月份,到哪个月,数值,来源
全社会固定资产投资,2012-01,2012年6月,23.97亿,统计年鉴
全社会固定资产投资,2013年5月,,5.1亿,年报
全社会固定资产投资,2013-04,2013-05,9亿,
全社会固定资产投资,2013-12,,1亿,
没有这个数,2013-01,,1,
"""
    here = chen.submit("/imports", noun="typed_value", file=(io.BytesIO(listed.encode()), "固投.csv")).went_to
    chen.submit(here, f"{here}/check")
    page = "".join(row.message for row in rows().values())
    assert (
        "2013-05 已经填过" in page and "这个月还没有到" in page and "没有“没有这个数”这个填报的指标" in page
    )
    decide(chen, here, "overwrite", 3)
    run(chen, here)
    assert [(one.months, one.amount) for one in values(session)] == [
        ("2012-01–2012-06", 239_700),
        ("2013-05", 51_000),
    ]
    assert verbs(session) == ["typed_value.typed", "typed_value.typed", "typed_value.corrected"]
    chen.press(here, f"{here}/undo")
    session.expire_all()
    assert [(one.months, one.amount) for one in values(session)] == [("2013-05", 50_000)]
