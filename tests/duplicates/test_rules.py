"""The pure rules of the queue: what differs, what hangs together, how evidence adds up, what kind it is."""

from __future__ import annotations

import itertools
import math
import random

import pytest

from crm.dedup.reasons import WORDS
from crm.duplicates.differing import parts, several
from crm.duplicates.grouping import MOST_MEMBERS, MOST_PAIRS, Edge, groups, webs
from crm.duplicates.waterfall import waterfall
from crm.merchants.signs import Sign, signs_of

# --- what differs -----------------------------------------------------------------------------------------------


def marked(found: list[tuple[str, bool]]) -> str:
    return "".join(f"[{text}]" if odd else text for text, odd in found)


@pytest.mark.parametrize(
    ("text", "other", "shown"),
    [
        ("上海衢澜机械", "上海衢岚机械", "上海衢[澜]机械"),
        ("衢澜机械有限公司", "衢澜机械公司", "衢澜机械[有限]公司"),
        ("同一句话", "同一句话", "同一句话"),
        ("只有这边有", "", "只有这边有"),
        ("区商务局", "航埠镇", "[区商务局]"),
        ("", "别的", ""),
    ],
)
def test_only_the_characters_that_differ_are_marked(text: str, other: str, shown: str) -> None:
    assert marked(parts(text, other)) == shown


def test_a_masked_phone_is_marked_where_its_hidden_digits_differ_and_never_shown() -> None:
    assert marked(parts("15400000001", "15400070001", "154****0001")) == "154***[*]0001"
    # A mask that is not as long as the number cannot be marked digit by digit: all of it, and nothing more.
    assert marked(parts("0570-1234567", "0570-1234568", "0570-****4567")) == "[0570-****4567]"


def test_of_several_values_those_the_other_side_has_are_plain() -> None:
    mine = [("沈予安 总经理",) * 2, ("郑文屿",) * 2]
    assert marked(several(mine, ["郑文屿", "沈予安 董事长"])) == "沈予安 [总经理]、郑文屿"
    assert marked(several(mine, [])) == "沈予安 总经理、郑文屿"


# --- what hangs together ----------------------------------------------------------------------------------------


def test_pairs_that_share_a_record_are_one_group_shown_at_the_likeliest() -> None:
    pairs = [Edge(1, 10, 11, 0.7), Edge(2, 11, 12, 0.9), Edge(3, 20, 21, 0.8)]
    found = [group for web in webs(pairs, []) for group in groups(web)]
    assert {(group.leader.id, group.members) for group in found} == {(2, (11, 12, 10)), (3, (20, 21))}


def test_whichever_pair_one_begins_with_the_groups_are_the_same_and_nothing_is_left_out() -> None:
    dice = random.Random(7)
    pairs = [Edge(number, *sorted(dice.sample(range(40), 2)), dice.random()) for number in range(1, 46)]
    whole = [group for web in webs(pairs, []) for group in groups(web)]
    assert sorted(edge.id for group in whole for edge in group.edges) == [edge.id for edge in pairs]
    assert max(len(group.members) for group in whole) <= MOST_MEMBERS
    for at in range(0, len(pairs), 5):
        seeds = pairs[at : at + 5]
        some = [group for web in webs(seeds, pairs) for group in groups(web)]
        assert [group for group in some if group not in whole] == []
        assert {edge.id for edge in seeds} <= {edge.id for group in some for edge in group.edges}


def test_a_web_that_many_share_is_not_shown_as_a_group() -> None:
    star = [Edge(number, 1, number + 1, 0.5) for number in range(1, MOST_PAIRS + 2)]
    assert [len(web) for web in webs(star[:3], star)] == [1, 1, 1]


# --- how evidence adds up ---------------------------------------------------------------------------------------


def test_the_steps_of_a_waterfall_join_and_end_at_the_score() -> None:
    reasons = [["name:sound", 2.5, ""], ["phone:mobile", 4.0, ""], ["place:other_city", -3.0, ""]]
    score = 1 / (1 + math.exp(-(-2.0 + 3.5)))
    fall = waterfall(reasons, score, -2.0)
    assert [step.code for step in fall.steps] == ["start", "name:sound", "phone:mobile", "place:other_city"]
    assert sum(step.weight for step in fall.steps) == pytest.approx(math.log(score / (1 - score)))
    assert fall.steps[-1].share == pytest.approx(score)
    assert [step.tone for step in fall.steps] == ["start", "for", "for", "against"]
    for one, other in itertools.pairwise(fall.steps[1:]):
        ends = {one.left, round(one.left + one.width, 2)}
        begins = {other.left, round(other.left + other.width, 2)}
        assert min(abs(a - b) for a in ends for b in begins) < 0.05
    assert all(step.left >= 0 and step.left + step.width <= 100.01 for step in fall.steps)


def test_what_the_kept_reasons_leave_over_is_a_step_of_its_own() -> None:
    capped = waterfall([["name:same_full", 6.0, ""], ["code:other_valid", 0.0, ""]], 0.05, -1.0)
    assert [step.code for step in capped.steps] == ["start", "name:same_full", "rest"]
    assert capped.steps[-1].share == pytest.approx(0.05)
    unknown = waterfall([["person:same", 3.0, ""]], 0.5, None)
    assert unknown.steps[0].weight == -3.0 and unknown.steps[-1].share == pytest.approx(0.5)


@pytest.mark.parametrize("score", [0.0, 1.0])
def test_certainty_is_drawn_too(score: float) -> None:
    fall = waterfall([["code:same", 40.0 if score else -40.0, ""]], score, 0.0)
    assert all(0 <= step.left <= 100 and step.width <= 100 for step in fall.steps)


# --- what kind it is --------------------------------------------------------------------------------------------


def test_every_kind_of_evidence_can_be_met_with() -> None:
    bits = signs_of([[code, 1.0, ""] for code in WORDS])
    assert [sign for sign in Sign if not bits & sign.bit] == []


def test_kinds_are_told_from_the_reasons_as_they_are_kept() -> None:
    bits = signs_of([["phone:mobile", 4.0, ""], ["name:sound", 2.0, ""], ["place:city", 1.0, "x"]])
    assert bits == Sign.PHONE.bit | Sign.SOUND.bit
    assert signs_of([]) == 0
    assert len({sign.bit for sign in Sign}) == len(Sign)
