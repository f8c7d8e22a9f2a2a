"""Every new form asks while it is filled in, and programs ask through the same door."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from crm.merchants import actions, asking

NAME = "上海衢澜精密机械有限公司"


@pytest.fixture
def firm(cast: Any, session: Any) -> Any:
    return actions.create_enterprise(
        {"name": NAME, "address": "人民路 1 号", "contact_name": "沈予安", "contact_phones": "15400000001"},
        actor=cast.wang,
    )


def asked(client: Any, body: Any) -> Any:
    return client.post("/api/duplicates", json=body, headers={"X-CSRFToken": client.token()})


def test_a_lead_asks_for_its_firm_and_for_its_person(cast: Any, firm: Any) -> None:
    typed = {
        "company": "衢澜精密",
        "contact_name": "沈予安",
        "contact_phone": "154 0000 0001",
        "title": "想投一个厂",
    }
    found = asking.look_alikes(cast.wang, "lead", typed)
    assert [(one.noun, one.name) for one in found] == [("enterprise", NAME), ("person", "沈予安")]
    assert found[1].may_be_the_same
    alone = asking.look_alikes(cast.wang, "lead", {"company": "毫不相干", "contact_name": "沈予安",
                                                   "contact_phone": "15400000001"})  # fmt: skip
    assert {one.noun for one in alone} == {"person", "enterprise"}
    assert [one.name for one in asking.look_alikes(cast.wang, "lead", {"investor": "衢澜精密"})] == [NAME]


@pytest.fixture
def two(cast: Any, session: Any) -> dict[str, Any]:
    """A firm with a person whose phone is known; another whose name is what will be typed by mistake."""
    right = actions.create_enterprise(
        {"name": "湖州梧桐轴承有限公司", "contact_name": "毛启岚", "contact_phones": "15400000009"},
        actor=cast.wang,
    )
    wrong = actions.create_enterprise(
        {"name": "湖州吴同机电有限公司", "contact_name": "沈予安", "contact_phones": "15400000008"},
        actor=cast.wang,
    )
    return {"right": right, "wrong": wrong}


@pytest.mark.parametrize("company", ["湖州吴同", "吾童机电轴承", "湖州梧桐轴承", ""])
def test_the_firm_of_the_person_comes_first_however_it_is_spelt(cast: Any, two: Any, company: str) -> None:
    typed = {"company": company, "contact_name": "毛启岚", "contact_phone": "154 0000 0009"}
    first, *rest = asking.look_alikes(cast.wang, "lead", typed)
    assert (first.noun, first.id) == ("enterprise", two["right"].id), [one.name for one in rest]
    assert first.may_be_the_same
    assert "所提联系人在这家企业任职" in first.reasons and "同手机" in first.reasons
    person = next(one for one in rest if one.noun == "person")
    assert person.name == "毛启岚" and person.may_be_the_same
    if company.startswith("湖州梧桐"):
        assert "所在企业即所提企业" in person.reasons


def test_who_is_called_by_the_surname_is_one_of_the_firms_people(cast: Any, two: Any) -> None:
    found = asking.look_alikes(cast.wang, "lead", {"company": "湖州梧桐轴承有限公司", "contact_name": "毛总"})
    assert [(one.noun, one.name) for one in found[:2]] == [
        ("enterprise", two["right"].name),
        ("person", "毛启岚"),
    ]


@pytest.mark.on("sqlite")
def test_a_lead_form_and_a_program_are_told_both(cast: Any, two: Any, as_user: Callable[..., Any]) -> None:
    typed = {"company": "湖州吴同", "contact_name": "毛启岚", "contact_phone": "15400000009"}
    mine = as_user(cast.wang)
    page = mine.post("/duplicates?noun=lead", data=typed | {"csrf_token": mine.token()}).get_data(
        as_text=True
    )
    assert page.index(two["right"].name) < page.index("毛启岚") and "所提联系人在这家企业任职" in page
    assert f'data-take="{two["right"].name}"' in page
    first = asked(mine, {"noun": "lead", **typed}).json["found"][0]
    assert first["id"] == two["right"].id and "所提联系人在这家企业任职" in first["reasons"]
    theirs = as_user(cast.li)
    for answer in (
        theirs.post("/duplicates?noun=lead", data=typed | {"csrf_token": theirs.token()}).get_data(
            as_text=True
        ),
        asked(theirs, {"noun": "lead", **typed}).get_data(as_text=True),
    ):
        told = answer.encode().decode("unicode_escape") if answer.startswith("{") else answer
        assert "陈主任" in told, "whom to ask"
        assert not [one for one in (two["right"].name, "毛启岚", "任职", "15400000009") if one in told]


def test_who_sees_the_person_only_learns_nothing_of_the_firm(cast: Any, two: Any) -> None:
    """A person of another unit whom my unit follows too."""
    person = two["right"].positions[0].person
    person.follow_unit_id, person.follow_user_id = cast.li.unit_id, cast.li.id
    found = asking.look_alikes(
        cast.li, "lead", {"company": "湖州吴同", "contact_name": "毛启岚", "contact_phone": "15400000009"}
    )
    assert {(one.noun, one.masked) for one in found} == {("enterprise", True), ("person", False)}
    assert all(not one.name and not one.reasons and one.score is None for one in found if one.masked)


def test_a_slip_in_the_name_is_asked_about_whatever_else_is_typed(cast: Any, session: Any) -> None:
    """A new contact with a new phone is the usual way in; a firm written with one wrong character stays in sight."""
    actions.create_enterprise(
        {"name": "安徽石梁溪轴承有限公司", "contact_name": "毛启岚", "contact_phones": "15400000009"},
        actor=cast.wang,
    )
    for more in ({}, {"contact_name": "林问"}, {"contact_name": "林问", "contact_phones": "13800001234"}):
        (found,) = asking.look_alikes(cast.wang, "enterprise", {"name": "安徽石良溪轴承有限公司", **more})[:1]
        assert found.name == "安徽石梁溪轴承有限公司" and found.may_be_the_same, more
        assert any("名称" in words for words in found.reasons), "the name is why it is shown"


@pytest.mark.parametrize("name", ["毛启兰", "毛琪岚", "毛启郎", "毛启南", "毛齐南", "茅启岚"])
def test_a_persons_name_taken_down_by_ear_is_asked_about_beside_firm_or_phone(
    cast: Any, two: Any, name: str
) -> None:
    ways: list[tuple[str, dict[str, str], Any]] = [
        ("person", {"name": name}, two["right"]),
        ("person", {"name": name, "company": "湖州梧桐轴承"}, None),
        ("person", {"name": name, "phones": "15400000009"}, None),
        ("lead", {"company": "湖州梧桐轴承", "contact_name": name}, None),
        ("lead", {"company": "吾童机电", "contact_name": name, "contact_phone": "15400000009"}, None),
    ]
    for noun, typed, firm in ways:
        found = asking.look_alikes(cast.wang, noun, typed, firm=firm)
        person = next((one for one in found if one.noun == "person"), None)
        assert person is not None and person.name == "毛启岚" and person.may_be_the_same, typed
        assert {"姓名同音", "姓名音近"} & set(person.reasons), (typed, person.reasons)
        assert "库中有多人同名" not in person.reasons, "there is one of that name"
    with_phone = {"name": "毫不相干机电有限公司", "contact_name": name, "contact_phones": "15400000009"}
    (person,) = [
        one for one in asking.look_alikes(cast.wang, "enterprise", with_phone) if one.noun == "person"
    ]
    assert person.reasons[0] == "同手机" and len(person.reasons) == 2


@pytest.mark.parametrize("name", ["毛建国", "毛启兵", "林问"])
def test_a_colleague_is_not_taken_for_the_same(cast: Any, two: Any, name: str) -> None:
    found = asking.look_alikes(cast.wang, "person", {"name": name}, firm=two["right"])
    assert not [one for one in found if one.may_be_the_same]


def test_the_same_name_alone_is_only_called_possible(cast: Any, two: Any) -> None:
    (person,) = asking.look_alikes(cast.wang, "person", {"name": "毛启岚"})
    assert (person.verdict.value, person.band and person.band.label) == ("ask", "可能重复")
    (person,) = asking.look_alikes(cast.wang, "person", {"name": "毛启岚", "company": two["right"].name})
    assert (person.verdict.value, person.band and person.band.label) == ("same", "很可能重复")


@pytest.mark.on("sqlite")
@pytest.mark.parametrize(
    ("url", "noun", "inputs"),
    [
        ("/enterprises/new", "enterprise", {"name", "uscc", "contact_name", "contact_phones", "phones"}),
        ("/people/new", "person", {"name", "phones"}),
        ("/enterprises/{id}/people", "person", {"name", "phones"}),
        ("/leads/new", "lead", {"company", "contact_name", "contact_phone"}),
        ("/deals/new", "lead", {"investor"}),
    ],
)
def test_every_new_form_asks_while_it_is_filled_in(
    cast: Any, firm: Any, as_user: Callable[..., Any], url: str, noun: str, inputs: set[str]
) -> None:
    page = as_user(cast.wang).see(url.format(id=firm.id))
    asked_of = [one.get("data-duplicates") or "" for one in page.all("div")]
    (asks,) = [one for one in asked_of if one.startswith("/duplicates")]
    assert f"noun={noun}" in asks
    marked = {
        one.get("name")
        for tag in ("input", "textarea")
        for one in page.all(tag)
        if one.get("data-duplicates-url")
    }
    assert inputs <= marked


@pytest.mark.on("sqlite")
def test_a_form_that_names_a_firm_can_mean_the_one_that_is_there(
    cast: Any, firm: Any, as_user: Callable[..., Any]
) -> None:
    def asks(user: Any, noun: str) -> str:
        client = as_user(user)
        typed = {"csrf_token": client.token(), "company": "衢澜精密", "name": "衢澜精密"}
        return str(client.post(f"/duplicates?noun={noun}", data=typed).get_data(as_text=True))

    assert f'data-take="{NAME}"' in asks(cast.wang, "lead") and "补充到该条" not in asks(cast.wang, "lead")
    assert "data-take" not in asks(cast.wang, "enterprise") and "补充到该条" in asks(cast.wang, "enterprise")
    stranger = asks(cast.li, "lead")
    assert "已有一条相近的记录" in stranger and "data-take" not in stranger and NAME not in stranger


@pytest.mark.on("sqlite")
def test_a_note_about_nobody_known_leads_to_a_new_firm_with_its_name(
    cast: Any, firm: Any, as_user: Callable[..., Any]
) -> None:
    page = as_user(cast.wang).see("/contacts/new?q=无人知晓的公司")
    (link,) = [one for one in page.links if one.startswith("/enterprises/new")]
    assert as_user(cast.wang).see(link).one("input", name="name").get("value") == "无人知晓的公司"


def test_a_program_gets_what_a_page_shows(cast: Any, firm: Any, as_user: Callable[..., Any]) -> None:
    answer = asked(as_user(cast.wang), {"name": "衢澜精密", "contact_phones": "15400000001"})
    assert answer.status_code == 200 and answer.json["complete"] is True
    first = answer.json["found"][0]
    assert (first["id"], first["name"], first["unit"], first["masked"]) == (firm.id, NAME, "区招商局", False)
    assert first["url"] == f"/enterprises/{firm.id}" and first["reasons"]
    assert not asked(as_user(cast.wang), {"name": NAME, "leave_out": firm.id}).json["found"]


def test_of_what_is_not_theirs_a_program_learns_unit_and_whom_to_ask(
    cast: Any, firm: Any, as_user: Callable[..., Any]
) -> None:
    for body in ({"name": NAME}, {"noun": "person", "name": "沈予安", "phones": "15400000001"}):
        answer = asked(as_user(cast.li), body)
        assert answer.json["found"]
        for one in answer.json["found"]:
            assert set(one) == {"noun", "masked", "unit", "ask"} and one["masked"]
            assert (one["unit"], one["ask"]) == ("区招商局", "陈主任")


@pytest.mark.on("sqlite")
@pytest.mark.parametrize("body", [[], "衢澜", {"noun": "deal"}, {"noun": ["person"]}, None])
def test_what_cannot_be_read_is_refused_in_words(
    cast: Any, session: Any, as_user: Callable[..., Any], body: Any
) -> None:
    answer = asked(as_user(cast.wang), body)
    assert answer.status_code == 400 and "JSON" in answer.json["error"]


@pytest.mark.on("sqlite")
@pytest.mark.parametrize(
    "body", [{}, {"name": None}, {"name": 5, "phones": [1]}, {"noun": "person", "enterprise_id": {}},
             {"noun": "lead", "company": "衢" * 9000}, {"name": NAME, "leave_out": -1}]
)  # fmt: skip
def test_whatever_a_program_sends_is_answered(
    cast: Any, firm: Any, as_user: Callable[..., Any], body: dict[str, Any]
) -> None:
    assert asked(as_user(cast.wang), body).status_code == 200


@pytest.mark.on("sqlite")
def test_a_stranger_and_a_forged_question_get_nothing(
    cast: Any, firm: Any, client: Any, as_user: Any
) -> None:
    assert client.post("/api/duplicates", json={"name": NAME}).status_code in (303, 400)
    assert as_user(cast.wang).post("/api/duplicates", json={"name": NAME}).status_code == 400
