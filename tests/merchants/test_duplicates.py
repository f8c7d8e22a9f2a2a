"""Look-alikes before they are born: while typing, at save, masked for others; pairs for people to decide."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from crm.audit.models import Event
from crm.dedup import Record, Verdict
from crm.merchants import actions, identity, suspects
from crm.merchants.models import Enterprise, Person, Suspect, SuspectState
from tests.support.statements import count_statements

DEMO = Path(__file__).parents[1] / "dedup"
NAME = "上海衢澜精密机械有限公司"


def made(cast: Any, name: str = NAME, **data: Any) -> Enterprise:
    by = data.pop("by", cast.wang)
    return actions.create_enterprise({"name": name, **data}, actor=by)


def alike(user: Any, name: str, *, noun: str = "enterprise", **fields: Any) -> list[identity.Candidate]:
    return identity.likely(user, Record(name=name, **fields), noun=noun)


# --- the demo district -------------------------------------------------------------------------------------


@pytest.fixture
def sixty(cast: Any, session: Any) -> dict[str, int]:
    """The sixty merchants of the demo district, entered one after the other whatever they look like."""
    ids = {}
    with (DEMO / "demo_merchants.csv").open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            enterprise = made(
                cast,
                row["name"],
                former_lines=row["former_name"],
                uscc=row["uscc"],
                province=row["domicile_province"],
                city=row["domicile_city"],
                contact_name=row["contact"],
                contact_phones=row["phone"],
            )
            ids[row["id"]] = enterprise.id
    session.commit()
    return ids


def demo_pairs() -> list[dict[str, str]]:
    with (DEMO / "demo_pairs.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_the_demo_district_offers_its_eleven_pairs_and_keeps_apart_what_is_apart(
    cast: Any, session: Any, sixty: dict[str, int]
) -> None:
    session.execute(sa.delete(Suspect))
    suspects.scan()
    kept = {
        (one.a_id, one.b_id): one for one in session.scalars(sa.select(Suspect).filter_by(noun="enterprise"))
    }
    for pair in demo_pairs():
        a, b = sorted((sixty[pair["a"]], sixty[pair["b"]]))
        found = kept.get((a, b))
        expected = pair["expected"]
        if expected == "keep_separate":
            assert found is None, pair
        elif expected.startswith("link"):
            assert found is not None and found.verdict == "related", pair
        else:
            assert found is not None and found.verdict in ("same", "ask"), pair
    to_look_at = [one for one in kept.values() if one.verdict in ("same", "ask")]
    assert len(to_look_at) == 11


def test_while_typing_each_true_pair_is_offered(cast: Any, session: Any, sixty: dict[str, int]) -> None:
    known = identity.load("enterprise", sixty.values())
    for pair in demo_pairs():
        a, b = sixty[pair["a"]], sixty[pair["b"]]
        offered = identity.likely(cast.wang, known[b].record, noun="enterprise", leave_out=b)
        candidate = next((one for one in offered if one.noun == "enterprise" and one.id == a), None)
        if pair["expected"] == "keep_separate":
            assert candidate is None, pair
        elif not pair["expected"].startswith("link"):
            assert candidate is not None and candidate.may_be_the_same and candidate.reasons, pair


# --- asking ------------------------------------------------------------------------------------------------


def test_two_characters_of_the_name_are_enough_to_be_reminded(cast: Any, session: Any) -> None:
    enterprise = made(cast)
    for typed in ("衢澜", "衢澜精密", "上海衢瀾精密機械有限公司"):
        assert enterprise.id in [one.id for one in alike(cast.wang, typed)], typed


def test_a_slip_of_one_character_is_asked_about_while_only_the_name_is_typed(cast: Any, session: Any) -> None:
    enterprise = made(cast, "浙江凯安数据科技有限公司", province="浙江省", city="杭州市")
    (found,) = alike(cast.wang, "浙江恺安数据科技有限公司")
    assert found.id == enterprise.id and found.may_be_the_same
    assert not alike(cast.wang, "广东恺安数据科技有限公司")


def test_what_begins_as_typed_comes_before_what_sounds_so(cast: Any, session: Any) -> None:
    sounds, begins = made(cast, "金华建信"), made(cast, "金华建星设计院有限公司")
    assert [one.id for one in alike(cast.wang, "建星")] == [begins.id, sounds.id]


def test_half_a_name_finds_its_firm_among_many_of_the_same_beginning(cast: Any, session: Any) -> None:
    rows = [actions.Enterprise(name=f"宁波恒远{chr(0x4E00 + n)}业有限公司", follow_unit_id=cast.wang.unit_id,
                               first_report_unit_id=cast.wang.unit_id) for n in range(150)]  # fmt: skip
    session.add_all(rows)
    session.flush()
    identity.refresh_many("enterprise", [one.id for one in rows])
    assert next(one.id for one in alike(cast.wang, rows[-1].name[:5])) == rows[-1].id
    record = Record(name=rows[-1].name[:5])
    others = identity.likely(cast.wang, record, noun="enterprise", leave_out=rows[-1].id)
    assert rows[-1].id not in {one.id for one in others}


def test_a_person_of_a_firm_that_i_see_is_not_masked(cast: Any, session: Any) -> None:
    firm = made(cast, contact_name="沈予安", contact_phones="15400000001")
    person = firm.positions[0].person
    actions.assign(firm, cast.li.unit_id, None, actor=cast.admin)
    from crm.dedup import Person as PersonRecord

    typed = PersonRecord(name="沈予安", phones="15400000001")
    (mine, *_rest) = identity.likely(cast.li, typed, noun="person")
    assert (mine.id, mine.masked) == (person.id, False)


def test_a_bracket_on_its_way_hides_nothing(cast: Any, session: Any) -> None:
    enterprise = made(cast, "天墙（绍兴）机械有限公司")
    record = actions.enterprise_record({"name": "天墙（绍"})
    assert [one.id for one in identity.likely(cast.wang, record, noun="enterprise")] == [enterprise.id]


def test_what_another_unit_follows_is_masked(cast: Any, session: Any) -> None:
    enterprise = made(cast, phones="15400000001", address="人民路 1 号")
    (mine,) = alike(cast.wang, NAME)
    (masked,) = alike(cast.li, NAME)
    assert not mine.masked and mine.editable and mine.kind
    assert masked.masked and not masked.editable
    assert (masked.unit, masked.ask) == ("区招商局", "陈主任")
    assert not (masked.name or masked.kind or masked.note or masked.reasons or masked.score or masked.band)
    actions.assign(enterprise, cast.zhou.unit_id, None, actor=cast.admin)
    assert alike(cast.li, NAME)[0].ask == "钱科长", "a unit with neither head nor promoter: the administrator"
    actions.assign(enterprise, cast.li.unit_id, None, actor=cast.admin)
    assert alike(cast.wang, NAME)[0].ask == "" and not alike(cast.wang, NAME)[0].masked, (
        "first reported by hers"
    )


def test_reasons_are_words_and_never_numbers(cast: Any, session: Any) -> None:
    made(cast, contact_name="沈予安", contact_phones="15400000001")
    found = alike(cast.wang, "上海衢岚精密机械厂", phones="15400000001", contacts="沈予安")
    words = "".join(found[0].reasons)
    assert "同手机" in words and "154" not in words and "沈予安" not in words


def test_a_phone_leads_from_a_person_to_the_firm_and_back(cast: Any, session: Any) -> None:
    from crm.dedup import Person as PersonRecord

    enterprise = made(cast, contact_name="沈予安", contact_phones="15400000001")
    person = session.scalars(sa.select(Person)).one()
    typed = PersonRecord(name="郑文屿", phones="154 0000 0001")
    nouns = {(one.noun, one.id) for one in identity.likely(cast.wang, typed, noun="person")}
    assert ("enterprise", enterprise.id) in nouns
    found = alike(cast.wang, "毫不相干的一家公司", phones="15400000001")
    assert ("person", person.id) in {(one.noun, one.id) for one in found}
    assert all(one.verdict is Verdict.RELATED for one in found if one.noun == "person")


def test_a_lead_asks_for_the_company_among_the_enterprises(cast: Any, session: Any) -> None:
    enterprise = made(cast)
    assert [one.id for one in alike(cast.wang, "衢澜精密机械", noun="lead")] == [enterprise.id]


def test_keys_follow_the_record(cast: Any, session: Any) -> None:
    enterprise = made(cast)
    actions.edit(enterprise, {"name": "杭州余屿软件科技有限公司"}, actor=cast.wang)
    assert not alike(cast.wang, "衢澜精密")
    assert [one.id for one in alike(cast.wang, "余屿软件")] == [enterprise.id]
    identity.refresh_many("enterprise", [enterprise.id])
    assert [one.id for one in alike(cast.wang, "余屿软件")] == [enterprise.id]


@pytest.mark.parametrize("many", [5, 80])
def test_asking_costs_the_same_number_of_statements_however_many_are_alike(
    cast: Any, session: Any, many: int
) -> None:
    rows = [actions.Enterprise(name=f"上海衢澜精密机械{n}有限公司", follow_unit_id=cast.wang.unit_id,
                               first_report_unit_id=cast.wang.unit_id) for n in range(many)]  # fmt: skip
    session.add_all(rows)
    session.flush()
    identity.refresh_many("enterprise", [one.id for one in rows], fresh=True)
    session.commit()
    assert cast.wang.unit.name
    with count_statements() as statements:
        found = alike(cast.wang, NAME, phones="15400000001")
    assert len(found) == 5 and len(statements) <= 4, statements


# --- while typing ------------------------------------------------------------------------------------------


def typed(client: Any, **fields: str) -> Any:
    token = client.see("/enterprises/new").all("input", name="csrf_token")[0].get("value")
    answer = client.post("/duplicates", data={"csrf_token": token, **fields})
    assert answer.status_code == 200
    return answer


def test_the_fragment_shows_candidates_to_open_or_to_add_to(
    cast: Any, session: Any, as_user: Callable[..., Any]
) -> None:
    enterprise = made(cast)
    answer = typed(as_user(cast.wang), noun="enterprise", name="上海衢澜精密机械")
    assert NAME in answer.said and f"/enterprises/{enterprise.id}" in answer.page.links
    assert answer.page.one("button", name="add_to").get("value") == str(enterprise.id)
    masked = typed(as_user(cast.li), noun="enterprise", name="上海衢澜精密机械")
    assert NAME not in masked.said and "区招商局 跟进，详情请联系 陈主任" in masked.said
    assert not masked.page.links and not masked.page.all("button", name="add_to")


@pytest.mark.on("sqlite")
@pytest.mark.parametrize(
    "fields",
    [{}, {"noun": "nonsense"}, {"noun": "person"}, {"noun": "person", "name": "\x00", "enterprise_id": "x"},
     {"name": "衢" * 10_000, "phones": "1" * 10_000}, {"name": "🙂"}, {"noun": "lead", "company": "\u202e"},
     {"name": NAME, "leave_out": "99999999999999999999"}, {"province": "火星"}],
)  # fmt: skip
def test_whatever_is_typed_the_fragment_answers(
    cast: Any, session: Any, as_user: Callable[..., Any], fields: dict[str, str]
) -> None:
    typed(as_user(cast.wang), **fields)


@pytest.mark.on("sqlite")
def test_asking_while_typing_does_not_wait_for_those_who_write(
    app: Any, cast: Any, session: Any, as_user: Callable[..., Any]
) -> None:
    from crm.db import db

    made(cast)
    wang = as_user(cast.wang)
    token = wang.see("/enterprises/new").all("input", name="csrf_token")[0].get("value")
    session.commit()
    with db.engine.connect() as writer:  # BEGIN IMMEDIATE: holds the one write lock
        writer.exec_driver_sql("UPDATE unit SET active = active")
        answer = wang.post("/duplicates", data={"csrf_token": token, "name": NAME})
        assert answer.status_code == 200 and NAME in answer.said
        # who waited would wait for this very lock, and be told "locked"
        writer.rollback()


def test_a_renamed_firm_is_what_its_people_are_known_by(cast: Any, session: Any) -> None:
    from crm.dedup import Person as PersonRecord

    enterprise = made(cast, contact_name="王伟", contact_phones="15400000001")
    actions.edit(enterprise, {"name": "杭州余屿软件科技有限公司"}, actor=cast.wang)
    typed = PersonRecord(name="王伟", companies=("余屿软件科技",))
    found = identity.likely(cast.wang, typed, noun="person")
    assert found and found[0].may_be_the_same and "同一单位" in found[0].reasons


# --- at save -----------------------------------------------------------------------------------------------


def test_a_save_waits_for_a_word_about_the_look_alikes_and_keeps_what_was_typed(
    cast: Any, session: Any, as_user: Callable[..., Any]
) -> None:
    made(cast)
    wang = as_user(cast.wang)
    answer = wang.submit("/enterprises/new", name="上海衢澜精密机械公司", note="展会上认识")
    assert answer.status_code == 422 and NAME in answer.said
    assert "展会上认识" in answer.get_data(as_text=True)
    assert session.scalar(sa.select(sa.func.count(Enterprise.id))) == 1
    from tests.support.client import find_form, values_of

    data = values_of(find_form(answer.page, "/enterprises/new", None))
    again = wang.post("/enterprises/new", data=data | {"duplicate_reason": "同名不同县，已电话核实"})
    assert again.status_code == 303
    suspect = session.scalars(sa.select(Suspect)).one()
    assert suspect.kept_reason == "同名不同县，已电话核实" and suspect.state is SuspectState.OPEN
    created = session.scalars(sa.select(Event).filter_by(verb="enterprise.created").order_by(Event.id)).all()
    assert created[-1].note == "同名不同县，已电话核实"


def test_what_another_unit_has_stops_the_save_too_but_shows_only_unit_and_name(
    cast: Any, session: Any, as_user: Callable[..., Any]
) -> None:
    made(cast, address="人民路 1 号", contact_name="沈予安", contact_phones="15400000001")
    answer = as_user(cast.li).submit("/enterprises/new", name=NAME)
    assert answer.status_code == 422 and "区招商局" in answer.said
    assert "人民路" not in answer.said and "沈予安" not in answer.said


def test_what_was_typed_can_be_added_to_the_record_that_is_there(
    cast: Any, session: Any, as_user: Callable[..., Any]
) -> None:
    enterprise = made(cast, phones="15400000001")
    answer = as_user(cast.wang).submit(
        "/enterprises/new",
        _button=("add_to", str(enterprise.id)),
        name="上海衢澜精密机械公司",
        former_lines="衢澜五金厂",
        phones="15400000001、15400000002",
        contact_name="郑文屿",
        contact_title="总经理",
        address="人民路 1 号",
    )
    assert answer.went_to == f"/enterprises/{enterprise.id}"
    session.expire_all()
    assert session.scalar(sa.select(sa.func.count(Enterprise.id))) == 1
    assert [one.value for one in enterprise.handles] == ["15400000001", "15400000002"]
    assert [one.name for one in enterprise.former_names] == ["衢澜五金厂"]
    assert enterprise.name == NAME and enterprise.address == "人民路 1 号"
    assert enterprise.positions[0].person.name == "郑文屿"
    assert "上海衢澜精密机械公司" in enterprise.note
    event = session.scalars(sa.select(Event).filter_by(verb="enterprise.supplemented")).one()
    assert event.changes["address"] == ["", "人民路 1 号"]


@pytest.mark.on("sqlite")
def test_adding_to_a_record_needs_the_right_to_change_it(
    cast: Any, session: Any, as_user: Callable[..., Any]
) -> None:
    enterprise = made(cast)
    for typed_id, status in ((str(enterprise.id), 404), ("0", 404), ("x", 404), ("9" * 30, 404)):
        answer = as_user(cast.li).submit(
            "/enterprises/new", _button=("add_to", typed_id), name=NAME, phones="15400000002"
        )
        assert answer.status_code == status
    session.expire_all()
    assert not enterprise.handles


def test_an_edit_that_makes_two_alike_is_noticed(
    cast: Any, session: Any, as_user: Callable[..., Any]
) -> None:
    made(cast, contact_name="沈予安", contact_phones="15400000001")
    other = made(cast, "北京三衢文旅投资有限公司")
    assert session.scalar(sa.select(sa.func.count(Suspect.id))) == 0
    answer = as_user(cast.wang).submit(
        f"/enterprises/{other.id}/edit", name="上海衢澜精密机械公司", _follow=True
    )
    assert "发现 1 条可能重复" in answer.said
    assert session.scalars(sa.select(Suspect)).one().b_id == other.id


# --- looking again ------------------------------------------------------------------------------------------


@pytest.fixture
def pair(cast: Any, session: Any) -> Suspect:
    made(cast, province="上海市", contact_name="沈予安", contact_phones="15400000001")
    made(cast, "上海衢澜精密机械公司", province="上海市", phones="15400000001", by=cast.li)
    session.commit()
    return session.scalars(sa.select(Suspect).filter_by(noun="enterprise")).one()


def test_a_pair_that_is_no_longer_alike_goes_with_the_next_scan(
    cast: Any, session: Any, pair: Suspect
) -> None:
    other = session.get(Enterprise, pair.b_id)
    actions.edit(
        other,
        {"name": "北京三衢文旅投资有限公司", "province": "北京市", "drop_handles": [other.handles[0].id]},
        actor=cast.li,
    )
    told = suspects.scan()
    assert told["gone"] == 1
    assert session.scalar(sa.select(sa.func.count(Suspect.id)).filter_by(noun="enterprise")) == 0
