"""The demo district: 11 true pairs offered, nothing offered that must stay apart."""

from __future__ import annotations

import pytest

from crm.dedup import Record, Verdict, cluster, compare, find
from crm.dedup.evaluate import quality

from .conftest import Base, demo_pairs

OFFERED = (Verdict.SAME, Verdict.ASK)
TRUE = [pair for pair in demo_pairs() if pair[2] in ("auto", "auto_or_review", "review")]
APART = [pair for pair in demo_pairs() if pair[2] == "keep_separate"]
LINKED = [pair for pair in demo_pairs() if pair[2] in ("link_not_merge", "link_person")]


def test_the_carried_pairs_are_the_sixteen_of_the_demo():
    assert (len(TRUE), len(APART), len(LINKED)) == (11, 3, 2)


@pytest.mark.parametrize(("one", "two", "expected", "why"), TRUE)
def test_a_true_pair_is_found_by_keys_and_offered(demo: Base, one: str, two: str, expected: str, why: str):
    for asked, wanted in ((one, two), (two, one)):
        query = demo.records[asked]
        hits = find(query, demo.candidates(query))
        offered = [record.id for record, match in hits if match.verdict in OFFERED]
        assert wanted in offered, why
        match = next(match for record, match in hits if record.id == wanted)
        if expected == "review":
            assert match.verdict is Verdict.ASK, "a person must decide"
        assert match.reasons


@pytest.mark.parametrize(("one", "two", "expected", "why"), APART)
def test_what_must_stay_apart_is_not_offered(demo: Base, one: str, two: str, expected: str, why: str):
    assert compare(demo.records[one], demo.records[two]).verdict is Verdict.DIFFERENT, why
    query = demo.records[one]
    assert two not in [record.id for record, _match in find(query, demo.candidates(query))]


@pytest.mark.parametrize(("one", "two", "expected", "why"), LINKED)
def test_branch_and_shared_person_are_offered_as_related(
    demo: Base, one: str, two: str, expected: str, why: str
):
    query = demo.records[one]
    found = {record.id: match for record, match in find(query, demo.candidates(query))}
    assert found[two].verdict is Verdict.RELATED, why
    text = found[two].reasons[0].text
    assert text == ("分支机构" if expected == "link_not_merge" else "同一联系人的另一家企业")


def test_nothing_else_in_the_demo_is_offered_as_the_same(demo: Base):
    true = {frozenset(pair[:2]) for pair in TRUE}
    for query in demo.records.values():
        for record, match in find(query, demo.candidates(query), limit=60):
            if match.verdict in OFFERED:
                assert frozenset((query.id, record.id)) in true


def test_the_words_name_the_evidence(demo: Base):
    def words(one: str, two: str) -> set[str]:
        return {reason.text for reason in compare(demo.records[one], demo.records[two]).reasons}

    assert {"同手机", "字号与行业相同"} <= words("M001", "M049")
    assert "繁简相同" in words("M022", "M051")
    assert {"曾用名相同", "同信用代码"} <= words("M003", "M054")
    assert "名称同音" in words("M011", "M055") & words("M018", "M059")
    assert {"字号相同，异地", "信用代码不同"} <= words("M028", "M030")
    assert "一方为集团" in words("M006", "M053")


def test_the_namesake_elsewhere_is_related_when_no_code_tells(demo: Base):
    namesake = Record("温州恒远屿机械有限公司", region="温州")
    match = compare(namesake, Record("宁波恒远屿机械有限公司", region="宁波"))
    assert match.verdict is Verdict.RELATED
    assert match.reasons[0].text == "字号相同，异地"


def test_cluster_makes_no_false_merge_in_the_demo(demo: Base):
    records = list(demo.records.values())
    measured = quality(cluster(records), [demo.truth[record.id] for record in records])
    assert measured.precision == 1.0
    assert measured.right >= 9  # of 11; the homophone with another contact is left to a person


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [
        ("恒远", "M028"), ("衢澜", "M001"), ("衢澜精", "M001"), ("嘉衢國際", "M022"), ("烂柯智能", "M004"),
        ("浮石", "M055"), ("石梁溪", "M013"), ("石梁溪轴", "M056"), ("衡远屿", "M028"), ("hengyuanyu", "M030"),
        ("上海衢澜", "M049"), ("椒柯泵", "M060"), ("华墅岗矿", "M021"),
    ],
)  # fmt: skip
def test_two_characters_of_the_brand_are_enough_while_typing(demo: Base, typed: str, wanted: str):
    query = Record(typed)
    assert wanted in [record.id for record, _match in find(query, demo.candidates(query))]


@pytest.mark.parametrize(
    "typed", [{"phones": "154 0000 0011"}, {"phones": "+86-154-0000-0011"}, {"contacts": "毛启岚"}]
)
def test_a_phone_or_a_person_alone_finds_who_has_it(demo: Base, typed: dict[str, str]):
    query = Record("", **typed)
    hits = find(query, demo.candidates(query))
    assert {record.id for record, _match in hits} == {"M011", "M055"}
    assert {match.verdict for _record, match in hits} == {Verdict.ASK}


def test_a_code_alone_finds_both_who_have_it(demo: Base):
    query = Record("", uscc="91000000MADEM00037")
    assert {record.id for record, _match in find(query, demo.candidates(query))} == {"M003", "M054"}
