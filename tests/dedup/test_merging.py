"""What may be done with clusters: merged, asked about, linked."""

from __future__ import annotations

from itertools import permutations

from crm.dedup.merging import group_of, groups, related
from crm.dedup.scoring import Band, Match, Verdict

SAME, ASK, RELATED, DIFFERENT = Verdict.SAME, Verdict.ASK, Verdict.RELATED, Verdict.DIFFERENT
SCORES = {SAME: 0.99, ASK: 0.5, RELATED: 0.1, DIFFERENT: 0.01}


def judge_of(links: dict[str, Verdict], otherwise: Verdict = ASK):
    """`links`: "ab" -> how a and b stand to each other, either way round."""

    def judge(one: str, two: str) -> Match:
        verdict = links.get(one + two) or links.get(two + one) or otherwise
        return Match(SCORES[verdict], Band.POSSIBLE, verdict)

    return judge


def test_links_that_are_same_all_through_merge_by_themselves():
    group = group_of("abc", judge_of({"ab": SAME, "bc": SAME, "ac": SAME}))
    assert (group.verdict, group.parts) == (SAME, (("a", "b", "c"),))
    assert [(link.one, link.two) for link in group.links] == [("a", "b"), ("a", "c")]


def test_a_short_name_between_two_sure_ones_does_not_hold_them_up():
    group = group_of("abc", judge_of({"ab": SAME, "bc": SAME, "ac": ASK}))
    assert (group.verdict, group.parts) == (SAME, (("a", "b", "c"),))


def test_one_link_to_be_asked_makes_the_cluster_a_question_and_names_what_is_sure():
    group = group_of("abc", judge_of({"ab": SAME, "bc": ASK, "ac": ASK}))
    assert (group.verdict, group.parts) == (ASK, (("a", "b"),))
    assert [link.match.verdict for link in group.links] == [SAME, ASK]


def test_who_contradicts_is_not_merged_through_a_third():
    for apart in (RELATED, DIFFERENT):
        group = group_of("abc", judge_of({"ab": SAME, "bc": SAME, "ac": apart}))
        assert (group.verdict, group.parts) == (ASK, (("a", "b"),))


def test_nothing_sure_has_no_parts():
    assert group_of("abc", judge_of({})).parts == ()


def test_the_order_of_members_decides_nothing():
    judge = judge_of({"ab": SAME, "cd": SAME, "bc": ASK, "ad": RELATED})
    found = {
        (group.verdict, frozenset(map(frozenset, group.parts)))
        for group in (group_of(order, judge) for order in permutations("abcd"))
    }
    assert found == {(ASK, frozenset({frozenset("ab"), frozenset("cd")}))}


def test_a_group_of_hundreds_is_a_question_and_not_compared_each_with_each():
    asked = 0

    def judge(one: int, two: int) -> Match:
        nonlocal asked
        asked += 1
        return Match(0.99, Band.POSSIBLE, SAME)

    group = group_of(range(400), judge)
    assert (group.verdict, group.parts, len(group.links)) == (ASK, (), 399)
    assert asked == 399


def test_single_records_are_no_groups_and_only_the_related_are_linked():
    judge = judge_of({"ab": SAME, "ac": RELATED, "bd": DIFFERENT})
    assert [group.members for group in groups(["ab", "c"], judge)] == [("a", "b")]
    assert [(link.one, link.two) for link in related(["ac", "bd", "ab"], judge)] == [("a", "c")]
