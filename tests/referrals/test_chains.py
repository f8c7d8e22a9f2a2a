"""The best chain through who knows whom."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from crm.referrals import drawing
from crm.referrals.chains import LONGEST, MOST, STALE, WORTH, Node, Step, chains, nodes_of, total
from crm.referrals.models import TieKind

US, US_TOO = Node("user", 1), Node("user", 2)
BOSS, SECRETARY, FRIEND = Node("person", 1), Node("person", 2), Node("person", 3)
FIRM, CHAMBER, HERE = Node("enterprise", 1), Node("enterprise", 2), Node("enterprise", 3)


def test_every_kind_of_tie_is_worth_something() -> None:
    assert {kind.value for kind in TieKind} <= WORTH.keys()


def test_the_shortest_way_comes_first_and_reads_from_us_to_them() -> None:
    steps = [
        Step(FIRM, BOSS, "works", "董事长"),
        Step(US, SECRETARY, "met"),
        Step(SECRETARY, CHAMBER, "works"),
        Step(CHAMBER, FIRM, "chamber"),
        Step(BOSS, FRIEND, "kin"),
        Step(FRIEND, US_TOO, "met"),
    ]
    found = chains(steps, BOSS, [US, US_TOO])
    assert [nodes_of(chain, BOSS) for chain in found] == [
        [US_TOO, FRIEND, BOSS],
        [US, SECRETARY, CHAMBER, FIRM, BOSS],
    ]


def test_of_two_ties_between_the_same_two_the_better_one_is_told() -> None:
    found = chains([Step(US, BOSS, "met", stale=True), Step(US, BOSS, "kin", "堂兄")], BOSS, [US])
    assert [step.kind for step in found[0]] == ["kin"]


def test_a_contact_of_years_ago_is_worth_less_than_a_step_more() -> None:
    stale = Step(US, BOSS, "met", stale=True)
    assert stale.cost == WORTH["met"] + STALE
    fresh = [Step(US_TOO, FIRM, "met"), Step(FIRM, BOSS, "works")]
    assert nodes_of(chains([stale, *fresh], BOSS, [US, US_TOO])[0], BOSS)[0] == US


def test_a_chain_does_not_pass_one_of_ours_on_the_way() -> None:
    found = chains([Step(US, US_TOO, "colleague"), Step(US_TOO, BOSS, "met")], BOSS, [US, US_TOO])
    assert [nodes_of(chain, BOSS) for chain in found] == [[US_TOO, BOSS]]


def test_no_way_is_no_chain() -> None:
    assert chains([], BOSS, [US]) == []
    assert chains([Step(FIRM, BOSS, "works")], BOSS, [US]) == []
    assert chains([Step(BOSS, BOSS, "kin"), Step(US, FIRM, "met")], BOSS, [US]) == []


def test_five_steps_are_no_introduction() -> None:
    far = [US, SECRETARY, CHAMBER, FIRM, FRIEND, BOSS]
    steps = [Step(one, two, "works") for one, two in pairwise(far)]
    assert chains(steps, BOSS, [US]) == []
    assert len(chains([*steps[1:], Step(US, CHAMBER, "met")], BOSS, [US])) == 1


NODES = st.builds(Node, st.sampled_from(["user", "person", "enterprise"]), st.integers(1, 5))
STEPS = st.builds(Step, NODES, NODES, st.sampled_from(sorted(WORTH)), st.just(""), st.booleans())


@given(st.lists(STEPS, max_size=30), NODES.filter(lambda node: node.noun != "user"))
def test_every_chain_leads_from_one_of_ours_to_the_target(steps: list[Step], target: Node) -> None:
    ours = {node for step in steps for node in (step.one, step.two) if node.noun == "user"}
    found = chains(steps, target, ours)
    assert len(found) <= MOST
    assert [total(chain) for chain in found] == sorted(total(chain) for chain in found)
    for chain in found:
        nodes = nodes_of(chain, target)
        assert nodes[0] in ours and nodes[-1] == target and len(set(nodes)) == len(nodes) <= LONGEST + 1
        assert not ours.intersection(nodes[1:])
        for step, pair in zip(chain, pairwise(nodes), strict=True):
            assert {step.one, step.two} == set(pair)


@given(st.integers(1, 5))
def test_boxes_and_lines_of_a_row_touch_and_do_not_overlap(count: int) -> None:
    drawn = drawing.row(count)
    assert len(drawn.boxes) == count and len(drawn.lines) == count - 1
    for (left, right), (start, end, middle) in zip(pairwise(drawn.boxes), drawn.lines, strict=True):
        assert left + drawing.BOX == start < middle < end == right
    assert drawn.boxes[-1] + drawing.BOX <= drawn.width
