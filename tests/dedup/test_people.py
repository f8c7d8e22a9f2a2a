"""People: names taken apart, evidence, verdicts, whole lists. All persons, firms and phones are invented."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm.dedup import Person, Verdict, cluster, compare_people, find_people, people_keys_of
from crm.dedup.__main__ import main
from crm.dedup.candidates import candidate_pairs
from crm.dedup.evaluate import quality
from crm.dedup.nouns import PEOPLE
from crm.dedup.people import evidence
from crm.dedup.people.names import person_name
from crm.dedup.people.profile import firm_of, numbers_of, profile_of
from crm.dedup.tables import read_records

LABELLED = Path(__file__).parent / "people_labelled.csv"
SAME, ASK, RELATED, DIFFERENT = Verdict.SAME, Verdict.ASK, Verdict.RELATED, Verdict.DIFFERENT


# --- names ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "full", "bare"),
    [
        ("王建国", "王建国", False), ("王 建 国", "王建国", False), ("張偉強", "张伟强", False),
        ("王建国（董事长）", "王建国", False), ("董事长 王建国", "王建国", False), ("会长：王建国", "王建国", False),
        ("王建国总经理", "王建国", False), ("王建国 女", "王建国", False), ("1、王建国", "王建国", False),
        ("王建国/李四", "王建国", False), ("王总（王建国）", "王建国", False), ("王建国(Wang Jianguo)", "王建国", False),
        ("David 王建国", "王建国", False), ("王建国13800000000", "王建国", False), ("董建国", "董建国", False),
        ("李文工", "李文工", False), ("欧阳修", "欧阳修", False), ("买买提·艾力", "买买提艾力", False),
        ("王总", "王", True), ("王董", "王", True), ("王 工", "王", True), ("小王", "王", True), ("老王", "王", True),
        ("欧阳先生", "欧阳", True), ("诸葛经理", "诸葛", True), ("王某某", "王", True), ("王**", "王", True),
        ("王总（建国）", "王建国", False), ("王总（杭州）", "王", True), ("刘·文斌", "刘文斌", False), ("王建国*", "王建国", False),
        ("王建国 手机13800000000", "王建国", False), ("周澜玮玮", "周澜玮", False), ("田老总", "田", True), ("南宫某某", "南宫", True),
        ("董总", "董", True), ("王太太", "王", True), ("老板", "", False), ("", "", False), ("Wang Jianguo", "", False),
    ],
)  # fmt: skip
def test_a_name_without_what_stands_around_it(cell: str, full: str, bare: bool):
    name = person_name(cell)
    assert (name.full, name.bare) == (full, bare)


@pytest.mark.parametrize(
    ("one", "other", "level"),
    [
        ("王建国", "王建国（会长）", "same"), ("葉國強", "叶国强", "same"), ("王建国", "王建果", "sound"),
        ("林振东", "林正东", "sound_near"), ("解三秋", "谢三秋", "sound_surname"), ("单雄信", "Shan Xiongxin", "spelled"),
        ("曾庆红", "ZENG Qinghong", "spelled"), ("王建国", "Wang Jianguo", "spelled"), ("王建国", "Jianguo WANG", "spelled"),
        ("王建国", "Jian-Guo Wang", "spelled"), ("吕薇", "Lyu Wei", "spelled"), ("欧阳修", "Xiu Ouyang", "spelled"),
        ("Zhang San", "San Zhang", "spelled"), ("王建国", "Wang Jiango", "spelled_near"),
        ("王大卫", "David Wang", "spelled_surname"), ("王建国", "Wang Jianjun", "other"), ("王建国", "Mr. Wang", "spelled_surname"),
        ("陈未央", "陈末央", "look"), ("张欣怡", "张怡欣", "swapped"), ("王建国", "王建", "short"), ("建国", "王建国", "given"),
        ("王总", "王建国", "title"), ("王经理", "小王", "title"), ("欧阳总", "欧阳修", "title"), ("王总", "李建国", "other"),
        ("章总", "张建国", "title_sound"), ("欧总", "欧阳修", "other"), ("王*国", "王建国", "masked"), ("王*军", "王建国", "other"),
        ("王建国", "王建军", "kin"), ("王建国", "王大明", "other"), ("王建国", "李建国", "other"),
        ("王建国夫人", "王建国", "beside"), ("买买提·艾力", "買買提•艾力", "same"), ("买买提·艾力", "麦麦提·艾力", "sound"),
        ("买买提·艾力", "买买提", "part"), ("", "王建国", "none"),
    ],
)  # fmt: skip
def test_how_two_names_stand_to_each_other(one: str, other: str, level: str):
    a, b = person_name(one), person_name(other)
    assert evidence.name_level(a, b) == evidence.name_level(b, a) == level


@pytest.mark.parametrize(
    ("cell", "numbers"),
    [
        ("13800000001", ["13800000001"]), ("+86 138-0000-0001", ["13800000001"]), ("手机:13800000001", ["13800000001"]),
        ("13800000001 13900000002", ["13800000001", "13900000002"]), ("13800000001或13900000002", ["13800000001", "13900000002"]),
        ("13800000001（微信同号）", ["13800000001"]), ("138O00OOOO1", ["13800000001"]), ("0570-3000001", ["05703000001"]),
        ("13800000001 0570-3000001", ["13800000001"]), ("", []), ("无", []),
    ],
)  # fmt: skip
def test_several_phones_and_slips_in_one_cell(cell: str, numbers: list[str]):
    assert numbers_of(cell)[: len(numbers)] == numbers
    assert bool(numbers_of(cell)) == bool(numbers)


@pytest.mark.parametrize(
    ("one", "other", "level"),
    [
        ("上海衢澜精密机械有限公司", "衢澜精密机械", "same"), ("上海衢澜精密机械有限公司", "衢澜", "written"),
        ("上海衢澜精密机械有限公司", "上海衢蓝精密机械有限公司", "written"), ("上海衢澜精密机械有限公司", "上海衢澜贸易有限公司", "sister"),
        ("温州华信贸易有限公司", "温州华信轴承有限公司", "sister_common"), ("上海衢澜精密机械有限公司", "温州瓯柯鞋业有限公司", "other"),
        ("浙江伴哥袜业有限公司", "浙江守中袜业有限公司（原伴哥袜业厂）", "same"),
    ],
)  # fmt: skip
def test_firms_that_are_written_in_other_ways(one: str, other: str, level: str):
    a, b = firm_of(one), firm_of(other)
    assert evidence.firm_level(a, b) == evidence.firm_level(b, a) == level


# --- verdicts ---------------------------------------------------------------------------------------

FIRM = "上海衢澜精密机械有限公司"


def person(name: str, phone: str = "", firm: str = "", home: str = "", chamber: str = "") -> Person:
    return Person(name, phones=phone, companies=firm, native_place=home, chamber=chamber)


VERDICTS = [
    (person("詹亦然", "13800000016"), person("詹亦然（董事长）", "+86 138-0000-0016"), SAME, "name and phone"),
    (person("詹亦然", "13800000016", "衢澜贸易"), person("詹亦然", "13800000016", "温州瓯柯鞋业"), SAME, "two firms of one man"),
    (person("张伟", "13800000016", FIRM), person("张伟", "13800000016", "衢澜精密机械"), SAME, "common name, phone, firm"),
    (person("詹亦然", "", FIRM), person("詹亦燃", "", FIRM), ASK, "heard alike, one firm"),
    (person("詹亦然", "13800000016"), person("ZHAN Yiran", "13800000016"), ASK, "spelled alike, one phone"),
    (person("王总", "13800000016", FIRM), person("王建国", "13800000016", FIRM), ASK, "title, phone, firm"),
    (person("詹亦然", "13800000016"), person("詹亦然", "13800000061"), ASK, "rare name, a phone with a slip"),
    (person("", "13800000016"), person("詹亦然", "13800000016"), ASK, "the phone typed first"),
    (person("张伟", "13800000016"), person("张伟", "13911112222"), DIFFERENT, "a common name alone"),
    (person("张伟", "", FIRM, "温州"), person("张伟", "", "温州瓯柯鞋业", "衢州"), DIFFERENT, "namesakes"),
    (person("王总", "", FIRM), person("王建国", "", "温州瓯柯鞋业"), DIFFERENT, "a surname alone"),
    (person("王建国", "13800000016", FIRM), person("王建军", "13800000016", FIRM), RELATED, "brothers"),
    (person("王建国", "13800000016"), person("王建国夫人", "13800000016"), RELATED, "his wife"),
    (person("陈诗楚", "15264245689"), person("顾信越", "15264245689"), RELATED, "a secretary's phone"),
    (person("陈诗楚", "", FIRM), person("顾信越", "", FIRM), RELATED, "colleagues"),
    (person("陈诗楚", "13800000016", FIRM), person("顾信越", "13911112222", "温州瓯柯鞋业"), DIFFERENT, "strangers"),
    (person("王先生", "13800000016"), person("王女士", "13800000016"), DIFFERENT, "husband and wife, perhaps"),
    (person(""), person(""), DIFFERENT, "nothing known"),
]  # fmt: skip


@pytest.mark.parametrize(("one", "other", "verdict", "why"), VERDICTS, ids=[row[3] for row in VERDICTS])
def test_who_may_be_one(one: Person, other: Person, verdict: Verdict, why: str):
    there, back = compare_people(one, other), compare_people(other, one)
    assert there.verdict is verdict, [(reason.text, reason.weight) for reason in there.reasons]
    assert (there.score, there.verdict) == (back.score, back.verdict)


def test_a_phone_that_many_names_share_says_little():
    secretary = "13800000099"
    members = [
        person(name, secretary, chamber="上海衢州商会")
        for name in ("陈诗楚", "顾信越", "詹亦然", "沈予安", "方若溪")
    ]
    around = evidence.Surroundings(map(profile_of, members))
    mine = person("王总", secretary)
    other = person("王建国", secretary)
    alone, shared = compare_people(mine, other), compare_people(mine, other, around)
    assert alone.score > 0.5 > shared.score
    assert "同电话，但多家共用" in {reason.text for reason in shared.reasons}


def test_a_title_names_nobody_in_a_firm_with_three_of_that_surname():
    family = [person(name, "", FIRM) for name in ("王建国", "王建军", "王大明")]
    around = evidence.Surroundings(map(profile_of, family))
    among_three = compare_people(person("王总", "", FIRM), family[0], around)
    alone = compare_people(person("王总", "", FIRM), family[0])
    assert among_three.score < alone.score - 0.2
    assert "同姓，只有称呼，该单位不止一人" in {reason.text for reason in among_three.reasons}


def test_a_common_name_needs_more_than_a_rare_one():
    def score(name: str) -> float:
        return compare_people(person(name, "", "", "温州市乐清市"), person(name, "", "", "乐清市")).score

    assert score("詹亦然") > 0.9
    assert score("张伟") < 0.7


def test_find_offers_the_person_first_and_the_relative_after():
    base = [
        Person("王建军", id=1, phones="13800000016", companies=FIRM),
        Person("王建国", id=2, phones="13800000016", companies=FIRM),
        Person("李四", id=3, phones="13911112222", companies=FIRM),
        Person("赵六", id=4, phones="13911113333", companies="温州瓯柯鞋业"),
    ]
    found = find_people(Person("王建国", phones="138 0000 0016", companies="衢澜精密"), base)
    assert [(one.id, match.verdict) for one, match in found] == [(2, SAME), (1, RELATED), (3, RELATED)]


def test_a_colleague_is_not_called_a_relative():
    one, other = person("陈诗楚", "", FIRM), person("顾信越", "", FIRM)
    assert compare_people(one, other).reasons[0].text == "同一单位的另一人"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("王建国", "Wang Jianguo"), ("王建国", "Jianguo Wang"), ("王建国", "王建果"), ("单雄信", "shan xiong xin"),
        ("買買提·艾力", "买买提"),
    ],
)  # fmt: skip
def test_keys_meet_across_scripts(one: str, other: str):
    assert set(people_keys_of(Person(one))) & set(people_keys_of(Person(other)))


# --- whole lists ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def labelled() -> tuple[list[Person], list[str]]:
    return read_records(LABELLED, labels=True, noun=PEOPLE)


def test_relatives_namesakes_and_secretaries_come_apart(labelled):
    records, truth = labelled
    measured = quality(cluster(records, noun=PEOPLE), truth)
    assert measured.precision >= 0.97
    assert measured.f1 >= 0.92


def test_few_candidates_hold_the_true_pairs(labelled):
    records, truth = labelled
    pairs = candidate_pairs([profile_of(record) for record in records], PEOPLE)
    true = {(i, j) for i in range(len(truth)) for j in range(i + 1, len(truth)) if truth[i] == truth[j]}
    assert len(true & pairs) >= 0.93 * len(true)
    assert len(pairs) <= 4 * len(records)


def test_no_cluster_holds_two_whole_names_that_differ(labelled):
    records, _truth = labelled
    homes: dict[str, list[Person]] = {}
    for record, home in zip(records, cluster(records, noun=PEOPLE), strict=True):
        homes.setdefault(home, []).append(record)
    for members in homes.values():
        for one in members:
            assert all(PEOPLE.may_merge(profile_of(one), profile_of(other)) for other in members)


def test_the_order_of_rows_changes_nothing(labelled):
    records, _truth = labelled
    expected = dict(zip((record.id for record in records), cluster(records, noun=PEOPLE), strict=True))
    shuffled = records[:]
    random.Random(3).shuffle(shuffled)
    again = dict(zip((record.id for record in shuffled), cluster(shuffled, noun=PEOPLE), strict=True))
    assert again == expected


def test_a_packed_person_is_the_same_evidence(labelled):
    records, _truth = labelled
    profiles = [profile_of(record) for record in records]
    copies = [PEOPLE.unpacked(PEOPLE.packed(profile)) for profile in profiles]
    around = PEOPLE.around(profiles)
    assert PEOPLE.around(copies).phones == around.phones
    for one, other in sorted(candidate_pairs(profiles, PEOPLE))[:300]:
        assert PEOPLE.levels(copies[one], copies[other], around) == PEOPLE.levels(
            profiles[one], profiles[other], around
        )


def test_one_phone_or_one_name_shared_by_thousands_does_not_grow_quadratically():
    letters = "衡岳澜屿柯烂弈石溪岩峰澄晖朗煜泽"

    def pairs(count: int) -> int:
        rows = [
            Person(
                "王" + letters[n % 16] + letters[n // 16 % 16] if n % 2 else "张伟",
                id=n,
                phones="13800000099",
            )
            for n in range(count)
        ]
        return len(candidate_pairs([profile_of(row) for row in rows], PEOPLE))

    assert pairs(4000) <= 8 * pairs(500) * 2.5


def test_the_command_line_takes_people(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["-q", "evaluate", "--people", str(LABELLED)]) == 0
    assert "F1 0.9" in capsys.readouterr().out
    target = tmp_path / "weights.json"
    assert main(["-q", "train", "--people", str(LABELLED), str(LABELLED), str(target)]) == 0
    assert '"namesake"' in target.read_text(encoding="utf-8")
    listed = tmp_path / "people.csv"
    listed.write_text(
        "姓名,手机,单位\n王建国,13800000001,衢澜贸易\n王建国,138-0000-0001,\n李四,,\n", encoding="utf-8"
    )
    out = tmp_path / "out.csv"
    assert main(["-q", "cluster", "--people", str(listed), str(out)]) == 0
    assert out.read_text(encoding="utf-8").split() == ["id,cluster_id", "1,1", "2,1", "3,3"]


# --- any text ---------------------------------------------------------------------------------------

ANY = st.one_of(
    st.text(max_size=40),
    st.text(alphabet="王李欧阳建国伟总经理先生女士小老（）()·•*某 　0123 WangJianguo-/、\0‮😀𠮷", max_size=24),
    st.sampled_from(
        ["", "\0", "总", "·", "（）", "王", "王·", "****", "Mr.", "A" * 500, "王" * 500, "1" * 200]
    ),
)


@settings(max_examples=200, deadline=None)
@given(ANY, ANY, ANY, ANY)
def test_any_text_in_any_field_is_weighed_both_ways_alike(one: str, other: str, third: str, fourth: str):
    a = Person(one, phones=third, companies=fourth, native_place=third, chamber=fourth, title=third)
    b = Person(other, phones=fourth, companies=third, native_place=fourth, chamber=third)
    there, back = compare_people(a, b), compare_people(b, a)
    assert 0 <= there.score <= 1
    assert (there.score, there.verdict) == (back.score, back.verdict)
    assert sorted(reason.code for reason in there.reasons) == sorted(reason.code for reason in back.reasons)
    keys = people_keys_of(a)
    assert len(keys) == len(set(keys)) <= 30
    assert all(len(key) <= 40 and key[1] == ":" and "\0" not in key for key in keys)
    list(PEOPLE.blocks(profile_of(a)))


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("杨董（老板）", "杨嵩铃", "title"),  # what stands in the bracket is no given name
        ("杨经理（已加微信）", "杨彤茜（负责人）", "title"),
        ("XIAXUANYIN", "夏女士", "title"),  # a whole name in one word
        ("LISENRU", "Li Jack", "spelled_surname"),
        ("Lu David", "吕雯程", "spelled_surname"),
        ("LINDA", "林总", "other"),  # an English name
        ("LISENRU", "王总", "other"),
    ],
)
def test_names_that_say_only_a_surname_in_another_dress(one: str, other: str, expected: str):
    assert evidence.name_level(person_name(one), person_name(other)) == expected
    assert evidence.name_level(person_name(other), person_name(one)) == expected


def test_a_misread_surname_is_proposed_beside_the_given_name_and_the_firm():
    one, other = (Person(name, companies=("衢澜机械有限公司",)) for name in ("涂翊策", "除翊策"))
    assert set(PEOPLE.blocks(profile_of(one))) & set(PEOPLE.blocks(profile_of(other)))
