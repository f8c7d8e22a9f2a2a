"""The two lists: what they show to whom, how they are narrowed, and what they cost."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from crm.lib import clock
from crm.merchants import actions, identity, uscc
from crm.merchants.models import Enterprise, Standing
from tests.support.statements import count_statements


def made(cast: Any, name: str, **data: Any) -> Enterprise:
    by = data.pop("by", cast.wang)
    return actions.create_enterprise({"name": name, **data}, actor=by)


@pytest.fixture
def base(cast: Any, session: Any) -> dict[str, Enterprise]:
    rows = {
        "机械": made(cast, "上海衢澜精密机械有限公司", province="上海市", direction="manufacturing",
                   industry_code="C34", chamber="上海市衢州商会", contact_name="沈予安",
                   contact_phones="15400000001", next_step="约见面", next_due_on=dt.date(2013, 7, 25)),
        "软件": made(cast, "杭州余屿软件科技有限公司", province="浙江省", city="杭州市", origin="qushang",
                   intent="active", follow_user_id=None),
        "文旅": made(cast, "北京三衢文旅投资有限公司", province="北京市", former_lines="北京三衢旅行社"),
        "别处": made(cast, "温州恒远屿泵业有限公司", by=cast.li),
    }  # fmt: skip
    rows["文旅"].standing = Standing.KEY
    rows["文旅"].last_contact_at = clock.now() - dt.timedelta(days=45)
    rows["软件"].next_step, rows["软件"].next_due_on = "寄资料", dt.date(2013, 7, 1)
    session.commit()
    return rows


CASES: list[tuple[str, set[str]]] = [
    ("", {"机械", "软件", "文旅"}),
    ("q=余屿", {"软件"}),
    ("q=yysoft", set()),
    ("q=0001", set()),
    ("q=旅行社", {"文旅"}),
    ("origin=qushang", {"软件"}),
    ("origin=nonsense", set()),
    ("standing=key", {"文旅"}),
    ("intent=active", {"软件"}),
    ("follower=me", {"机械", "文旅"}),
    ("follower=none", {"软件"}),
    ("region=杭州", {"软件"}),
    ("region=浙江", {"软件"}),
    ("region=火星", set()),
    ("due=overdue", {"软件"}),
    ("due=today", {"机械"}),
    ("due=none", {"文旅"}),
    ("idle=30", {"文旅"}),
    ("idle=60", set()),
    ("in_chamber=1", {"机械"}),
    ("direction=manufacturing", {"机械"}),
    ("direction=none", {"软件", "文旅"}),
    ("industry=C34", {"机械"}),
    ("former=旅行社", {"文旅"}),
    ("direction=manufacturing&origin=qushang", set()),
]


@pytest.mark.parametrize(("query", "expected"), CASES, ids=[query or "all" for query, _names in CASES])
def test_a_filter_lets_through_exactly_what_it_says(
    cast: Any, as_user: Callable[..., Any], base: dict[str, Enterprise], query: str, expected: set[str]
) -> None:
    page = as_user(cast.wang).see(f"/enterprises?{query}")
    shown = {key for key, row in base.items() if f"/enterprises/{row.id}" in page.links}
    assert shown == expected


@pytest.mark.on("sqlite")
@pytest.mark.parametrize("sort", ["name", "-name", "next_due", "-last_contact", "first_at", "nonsense"])
def test_every_order_is_answered(
    cast: Any, as_user: Callable[..., Any], base: dict[str, Enterprise], sort: str
) -> None:
    as_user(cast.wang).see(f"/enterprises?sort={sort}")
    as_user(cast.wang).see(f"/people?sort={sort}")


def test_phones_are_masked_and_the_district_is_seen_by_who_may(
    cast: Any, as_user: Callable[..., Any], base: dict[str, Enterprise]
) -> None:
    page = as_user(cast.zheng).see("/enterprises")
    assert "154****0001" in page.text and "15400000001" not in page.html
    assert f"/enterprises/{base['别处'].id}" in page.links
    people = as_user(cast.wang).see("/people?q=shenyuan")
    assert "沈予安" in people.text and "15400000001" not in people.html
    assert "沈予安" not in as_user(cast.li).see("/people").text


def test_the_lists_cost_the_same_for_three_rows_and_for_forty(
    cast: Any, session: Any, as_user: Callable[..., Any], base: dict[str, Enterprise]
) -> None:
    wang = as_user(cast.wang)
    costs = []
    for _round in range(2):
        wang.see("/enterprises")
        with count_statements() as few:
            wang.see("/enterprises")
            wang.see("/people")
        costs.append(len(few))
        rows = [
            Enterprise(name=f"衢州第{n}机械厂", follow_unit=cast.wang.unit, first_report_unit=cast.wang.unit)
            for n in range(40)
        ]
        session.add_all(rows)
        session.flush()
        identity.refresh_many("enterprise", [row.id for row in rows], fresh=True)
        session.commit()
    assert costs[0] == costs[1]


def test_many_are_given_to_one_person_at_once(
    cast: Any, session: Any, as_user: Callable[..., Any], base: dict[str, Enterprise]
) -> None:
    chen = as_user(cast.chen)
    page = chen.see("/enterprises")
    token = page.all("input", name="csrf_token")[0].get("value")
    bulk = next(form for form in page.all("form") if form.get("data-bulk") is not None)
    names = {one.get("name") for one in bulk.iter() if one.get("name")}
    value = {name: str(cast.chen.id) for name in names if name and name.startswith("value")}
    answer = chen.post(
        bulk.get("action"),
        data={
            "csrf_token": token,
            "ids": [str(base["机械"].id), str(base["软件"].id)],
            "act": "assign",
            **value,
        },
    )
    assert answer.status_code == 303
    session.expire_all()
    assert {base[key].follow_user_id for key in ("机械", "软件")} == {cast.chen.id}


# --- codes -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "warned"),
    [("", ""), ("91000000MADEM00011", ""), ("91350100M0001TGQXM", "校验位"), ("330802000012345", "应为 18 位"),
     ("91O00000MADEM00011", "不该出现的字符")],
)  # fmt: skip
def test_a_code_is_warned_about_in_a_sentence(code: str, warned: str) -> None:
    assert warned in uscc.warning(code)
    assert bool(uscc.warning(code)) is bool(warned)
