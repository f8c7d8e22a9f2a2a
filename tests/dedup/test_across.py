"""A lead's company and person against enterprises and people of the base. All of them are invented."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm.dedup import Person, Record, Verdict
from crm.dedup.across import meant

FIRMS = [
    Record(
        "温州华信贸易有限公司", id="wz", region="温州", contacts=("张伟", "陈诗楚"), phones="0577-86000001"
    ),
    Record("衢州华信贸易有限公司", id="qz", region="衢州", contacts=("顾信越",), phones="0570-3000001"),
    Record("上海衢澜精密机械有限公司", id="ql", region="上海", contacts=("詹亦然",), phones="13800000016"),
]
PEOPLE = [
    Person("张伟", id="zw1", phones="13800000001", companies="温州华信贸易有限公司"),
    Person("张伟", id="zw2", phones="13800000002", companies="丽水瓯柯鞋业有限公司"),
    Person("陈诗楚", id="csc", phones="13800000003；0577-86000001", companies="温州华信贸易有限公司"),
    Person("顾信越", id="gxy", phones="13800000004", companies="衢州华信贸易有限公司"),
    Person("詹亦然", id="zyr", phones="13800000016", companies="上海衢澜精密机械有限公司"),
]
POSITIONS = {("wz", "zw1"), ("wz", "csc"), ("qz", "gxy"), ("ql", "zyr")}


@pytest.mark.parametrize(
    ("company", "person", "firm", "human", "why"),
    [
        (Record("华信贸易"), Person("张伟"), "wz", "zw1", "a common name in a common firm: together they tell"),
        (Record("华信贸易"), Person("顾信越", phones="13800000004"), "qz", "gxy", "the phone tells the person, they the firm"),
        (Record("老顾的公司"), Person("顾信越", phones="13800000004"), "qz", "gxy", "no name of a firm at all"),
        (Record("温州华信贸易有限公司"), Person("张总"), "wz", "zw1", "the firm tells who 张总 is"),
        (Record("衢澜机械"), Person("Zhan Yiran", phones="138 0000 0016"), "ql", "zyr", "short name, letters, one phone"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("positions", [None, POSITIONS], ids=["read off the names", "given"])
def test_both_together_tell_who_is_meant(
    company: Record, person: Person, firm: str, human: str, why: str, positions: set[tuple[str, str]] | None
):
    found = meant(company, person, FIRMS, PEOPLE, positions=positions)
    assert found.enterprises[0][0].id == firm, why
    assert found.people[0][0].id == human, why
    assert (found.pairs[0][0].id, found.pairs[0][1].id) == (firm, human)


def test_who_works_there_is_said_in_words():
    found = meant(Record("老顾的公司"), Person("顾信越", phones="13800000004"), FIRMS, PEOPLE)
    firm, match = found.enterprises[0]
    assert (firm.id, match.verdict) == ("qz", Verdict.ASK)
    assert "所提联系人在这家企业任职" in [reason.text for reason in match.reasons]


def test_the_firms_own_telephone_does_not_tell_which_of_its_people():
    reception = Person("张总", phones="0577-86000001")
    found = meant(Record("温州华信贸易有限公司"), reception, FIRMS, PEOPLE)
    assert found.enterprises[0][0].id == "wz"
    by_id = {person.id: match for person, match in found.people}
    assert by_id["zw1"].verdict is Verdict.ASK
    assert "csc" not in by_id or by_id["csc"].verdict is Verdict.RELATED


def test_nobody_becomes_the_same_by_the_company_alone():
    found = meant(Record("温州华信贸易有限公司", region="温州"), Person("张总"), FIRMS, PEOPLE)
    assert all(match.verdict is not Verdict.SAME for _person, match in found.people)


def test_a_code_that_differs_is_not_outweighed_by_a_person():
    one, other = "91330182MA42HB9W8Y", "91330110MA5ETGJL30"
    firm = Record("温州华信贸易有限公司", id="x", uscc=one, contacts=("顾信越",))
    person = Person("顾信越", id="p", phones="13800000004", companies="温州华信贸易有限公司")
    question = Record("温州华信贸易有限公司", uscc=other)
    found = meant(question, Person("顾信越", phones="13800000004"), [firm], [person])
    assert all(match.verdict not in (Verdict.SAME, Verdict.ASK) for _firm, match in found.enterprises)
    assert found.pairs == []


def test_a_relative_is_not_made_the_person_by_the_firm():
    base = [Person("张军伟", id="brother", companies="温州华信贸易有限公司")]
    found = meant(Record("温州华信贸易有限公司"), Person("张军强"), FIRMS, base)
    assert [match.verdict for _person, match in found.people] == [Verdict.RELATED]


def test_nothing_asked_and_nothing_there():
    assert meant(Record(""), Person(""), [], []).pairs == []
    empty = meant(Record(""), Person(""), FIRMS, PEOPLE)
    assert (empty.enterprises, empty.people, empty.pairs) == ([], [], [])


TEXT = st.text(alphabet="王张伟华信贸易有限公司温州总0138 ·*Wang（）\0", max_size=14)


@settings(max_examples=80, deadline=None)
@given(TEXT, TEXT, TEXT, st.randoms())
def test_any_question_is_answered_alike_whatever_the_order_of_the_base(name, who, phone, rnd):
    def ask(firms, people):
        found = meant(Record(name, phones=phone), Person(who, phones=phone), firms, people)
        return (
            [(firm.id, match.score) for firm, match in found.enterprises],
            [(person.id, match.score) for person, match in found.people],
            [(firm.id, person.id, score) for firm, person, score in found.pairs],
        )

    firms, people = FIRMS[:], PEOPLE[:]
    rnd.shuffle(firms)
    rnd.shuffle(people)
    assert ask(firms, people) == ask(FIRMS, PEOPLE)
