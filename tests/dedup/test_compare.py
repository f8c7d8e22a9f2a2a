"""The judgement of one pair."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum.cn import uscc

from crm.dedup import Band, Person, Record, Verdict, compare, compare_people, find
from crm.dedup.profile import profile_of
from crm.dedup.reasons import WORDS
from crm.dedup.scoring import weights

ONE, OTHER = "91330182MA42HB9W8Y", "91330110MA5ETGJL30"


def texts(match) -> list[str]:
    return [reason.text for reason in match.reasons]


def test_the_two_codes_of_these_tests_are_valid():
    assert uscc.is_valid(ONE) and uscc.is_valid(OTHER)


def test_two_valid_codes_are_never_the_same_whatever_else_agrees():
    shared = {"phones": "13800001111", "legal_rep": "沈予安", "contacts": "沈予安", "region": "上海",
              "address": "上海市金山区滨河路1956号301室"}  # fmt: skip
    match = compare(
        Record("上海衢澜精密机械有限公司", uscc=ONE, **shared),
        Record("上海衢澜精密机械有限公司", uscc=OTHER, **shared),
    )
    assert match.verdict in (Verdict.RELATED, Verdict.DIFFERENT)
    assert match.score <= 0.05
    assert "信用代码不同" in texts(match)


def test_the_same_code_and_a_kindred_name_are_the_same():
    match = compare(
        Record("浙江千春工艺品有限公司", uscc=ONE.lower()), Record("千春工艺品", uscc=f" {ONE[:6]} {ONE[6:]}")
    )
    assert (match.verdict, match.band) == (Verdict.SAME, Band.VERY_LIKELY)
    assert match.reasons[0].text == "同信用代码"


def test_the_same_code_under_a_strange_name_is_asked():
    match = compare(Record("浙江千春工艺品有限公司", uscc=ONE), Record("温州大德科技有限公司", uscc=ONE))
    assert match.verdict is Verdict.ASK


def test_the_old_organisation_code_is_the_same_entity():
    match = compare(
        Record("浙江千春工艺品有限公司", uscc=ONE), Record("浙江千春工艺品有限公司", uscc=ONE[8:17])
    )
    assert match.verdict in (Verdict.SAME, Verdict.ASK)


@pytest.mark.parametrize(
    ("one", "other", "word"),
    [
        ("宁波恒远屿机械有限公司", "宁波恒远屿机械有限公司慈溪分公司", "分支机构"),
        ("中国银行股份有限公司衢州分行", "中国银行股份有限公司柯城支行", "分支机构"),
        ("三衢集团有限公司", "三衢文旅投资有限公司", "集团与公司"),
    ],
)
def test_related_is_named_and_never_merged(one: str, other: str, word: str):
    match = compare(Record(one, phones="13800001111"), Record(other, phones="13900002222"))
    assert match.verdict is Verdict.RELATED
    assert match.reasons[0].text == word


def test_a_branch_with_everything_shared_is_still_another_entity():
    head = Record("宁波恒远屿机械有限公司", phones="13800001111", legal_rep="姜若溪", region="宁波", uscc=ONE)
    branch = Record(
        "宁波恒远屿机械有限公司余姚分公司", phones="13800001111", legal_rep="姜若溪", region="宁波", uscc=ONE
    )
    assert compare(head, branch).verdict is Verdict.RELATED


def test_a_sister_in_another_trade_is_not_merged():
    shared = {"phones": "13503378881", "legal_rep": "陈玮柳", "region": "上海市金山区"}
    match = compare(
        Record("上海江上渔者投资管理有限公司", **shared), Record("上海江上渔者动物保健有限公司", **shared)
    )
    assert match.verdict in (Verdict.RELATED, Verdict.ASK)


def test_a_secretarys_phone_says_little():
    phone = "13800001111"
    query = Record("衢州明远纸业有限公司", phones=phone, region="衢州")
    alone = [Record("衢州明达纸业有限公司", id=1, phones=phone, region="衢州")]
    members = [
        Record(f"{brand}有限公司", id=n, phones=phone)
        for n, brand in enumerate(
            ("华友钴业", "恒达光电", "通衢物流", "万川食品", "石梁茶叶", "信安照明"), start=2
        )
    ]
    private = {record.id: match.score for record, match in find(query, alone, limit=60)}
    shared = {record.id: match.score for record, match in find(query, alone + members, limit=60)}
    assert 1 in private
    assert shared.get(1, 0.0) < private[1]
    assert not [
        record for record, match in find(query, members) if match.verdict in (Verdict.SAME, Verdict.ASK)
    ]


def test_find_leaves_the_question_itself_out_and_keeps_to_its_limit():
    query = Record("上海衢澜精密机械有限公司", id=7)
    others = [Record("上海衢澜精密机械公司", id=n) for n in range(10)]
    hits = find(query, [query, *others])
    assert len(hits) == 5
    assert all(record.id != 7 for record, _match in hits)
    assert find(query, []) == []


def test_related_stands_behind_what_may_be_the_same():
    query = Record("宁波恒远屿机械有限公司", region="宁波")
    hits = find(
        query, [Record("宁波恒远屿机械有限公司余姚分公司", id=1, region="宁波"), Record("恒远屿机械", id=2)]
    )
    assert [record.id for record, _match in hits] == [2, 1]


def test_every_level_that_weighs_has_words():
    for code in weights().levels:
        assert code in WORDS or code == "name:none" or code.startswith(("pair:", "shape:"))


def test_agreement_never_weighs_against():
    levels = weights().levels
    for code in ("phone:mobile", "legal:same", "contact:same", "code:same", "address:room", "place:city"):
        assert levels[code] > 0
    for code in (
        "phone:other",
        "legal:other",
        "code:other",
        "address:other",
        "place:other_city",
        "name_place:apart",
    ):
        assert levels[code] < 0


def test_words_follow_the_readers_language(monkeypatch):
    from crm.lib import words

    reason = compare(
        Record("甲乙丙丁机械", phones="13800001111"), Record("甲乙丙丁机械", phones="13800001111")
    ).reasons
    monkeypatch.setattr(words, "_translate", {"同手机": "Same mobile"}.get)
    assert "Same mobile" in [r.text for r in reason if r.code == "phone:mobile"]


FIELDS = st.fixed_dictionaries(
    {
        "name": st.sampled_from(
            [
                "上海衢澜精密机械有限公司",
                "衢澜精密",
                "衢澜",
                "宁波恒远屿机械有限公司余姚分公司",
                "",
                "浙江",
                "\0😀",
            ]
        ),
        "uscc": st.sampled_from(["", ONE, OTHER, ONE[8:17], "12"]),
        "region": st.sampled_from(["", "上海", "浙江省宁波市余姚市", "火星"]),
        "phones": st.sampled_from(["", "13800001111", "13800001112、0571-65955859", "abc"]),
        "legal_rep": st.sampled_from(["", "沈予安", "沈于安", "沈总"]),
        "contacts": st.sampled_from(["", "沈予安", "沈总", "汪子衿；何承岳"]),
        "address": st.sampled_from(["", "上海市金山区滨河路1956号301室", "滨河路1956号", "号"]),
        "former_names": st.sampled_from(["", "衢澜机械厂", "上海衢澜精密机械有限公司"]),
        "industry": st.sampled_from(["", "精密机械", "纺织"]),
    }
)


@settings(max_examples=300, deadline=None)
@given(FIELDS, FIELDS)
def test_compare_is_symmetrical_and_within_bounds(one: dict[str, str], other: dict[str, str]):
    a, b = Record(**one), Record(**other)
    there, back = compare(a, b), compare(b, a)
    assert (there.verdict, there.score, there.band) == (back.verdict, back.score, back.band)
    assert [reason.code for reason in there.reasons] == [reason.code for reason in back.reasons]
    assert 0 <= there.score <= 1
    judged = [reason.code for reason in there.reasons if reason.code.startswith("name:")]
    assert bool(judged) == bool(profile_of(a).core and profile_of(b).core), "two names are always judged"
    if {one["uscc"], other["uscc"]} == {ONE, OTHER}:
        assert there.verdict not in (Verdict.SAME, Verdict.ASK)
    if there.verdict is Verdict.SAME:
        assert there.band is Band.VERY_LIKELY


# --- people -----------------------------------------------------------------------------------------


def test_same_name_and_same_phone_or_company_is_one_person():
    one = Person("詹亦然", phones="15400000016", companies="湖南柯望工程机械配件有限公司")
    assert compare_people(one, Person("詹亦然（董事长）", phones="+86 154-0000-0016")).verdict is Verdict.SAME
    by_company = compare_people(one, Person("詹亦然", companies="柯望工程机械配件"))
    assert by_company.verdict in (Verdict.SAME, Verdict.ASK)
    assert "同一单位" in texts(by_company)


def test_a_name_alone_or_a_phone_alone_is_not_enough():
    assert compare_people(Person("王伟"), Person("王伟")).verdict is not Verdict.SAME
    secretary = compare_people(Person("陈诗楚", phones="15264245689"), Person("顾信越", phones="15264245689"))
    assert secretary.verdict is Verdict.RELATED
    assert compare_people(Person(""), Person("")).verdict is Verdict.DIFFERENT


def test_a_name_taken_down_by_ear_is_asked():
    for one, other in (("沈予安", "沈于安"), ("解三秋", "谢三秋")):
        match = compare_people(Person(one, phones="15400000001"), Person(other, phones="15400000001"))
        assert match.verdict is Verdict.ASK
        assert "姓名同音" in texts(match)
