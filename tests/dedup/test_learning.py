"""A team's decisions move the weights a little, never against the bounds, and only where it does good."""

from __future__ import annotations

import json
import random
from importlib import resources

import pytest

from crm.dedup import learning, scoring
from crm.dedup.learning import Decision, learn, relearned
from crm.dedup.nouns import ENTERPRISES

SHIPPED = resources.files("crm.dedup").joinpath("weights.json").read_text("utf-8")
TABLE = scoring.read_weights(SHIPPED)
LIMITS = ENTERPRISES.learning.limits_of
SAME_NAME = ("name:same_full", "pair:same_full+1", "place:county", "phone:mobile")
SECRETARY = ("name:brand_other", "pair:brand_other+1", "place:city", "phone:mobile", "chamber:same")
TYPO = ("name:one_alike", "pair:one_alike+0", "place:county", "industry:same")


def decisions(seed: int = 1, many: int = 400, typo_same: float = 0.03) -> list[Decision]:
    """A team for whom one character other, without any tie, is hardly ever the same firm."""
    dice = random.Random(seed)
    rows = [Decision(SAME_NAME, dice.random() < 0.97) for _ in range(many)]
    rows += [Decision(SECRETARY, dice.random() < 0.05) for _ in range(many // 4)]
    rows += [Decision(TYPO, dice.random() < typo_same) for _ in range(many // 2)]
    return rows


def test_what_a_team_always_says_is_learned_and_the_sure_ones_get_surer() -> None:
    lesson = learn(decisions(), SHIPPED, LIMITS)
    assert lesson.refusal == ""
    assert lesson.after.loss < lesson.before.loss
    assert lesson.after.precision >= lesson.before.precision
    moved = {one.code: one for one in lesson.moved}
    assert moved["name:one_alike"].after < moved["name:one_alike"].before
    after = scoring.read_weights(lesson.weights)
    assert learning._log_odds(TYPO, after) < learning._log_odds(TYPO, TABLE) - 1
    # what nobody decided about stays as it was
    assert after.bias == TABLE.bias and after.levels["legal:same"] == TABLE.levels["legal:same"]


def test_thirty_decisions_do_not_overturn_fifty_thousand_labelled_pairs() -> None:
    wrong = [Decision(SAME_NAME, False)] * 30
    moved = relearned(wrong, TABLE, LIMITS)
    assert all(abs(value - TABLE.levels[code]) <= 0.8 for code, value in moved.items())
    many = relearned([Decision(SAME_NAME, False)] * 3000, TABLE, LIMITS)
    assert sum(TABLE.levels[code] - value for code, value in many.items()) > sum(
        TABLE.levels[code] - value for code, value in moved.items()
    )


def test_agreement_never_comes_to_speak_against_nor_beyond_the_bounds() -> None:
    moved = relearned([Decision(SAME_NAME, False)] * 20_000, TABLE, LIMITS)
    assert moved["phone:mobile"] >= 0
    for code, value in moved.items():
        least, most = LIMITS(code)
        now = TABLE.levels[code]
        assert min(least, now) <= value <= max(most, now)
        assert abs(value - now) <= learning.FARTHEST + 0.005


@pytest.mark.parametrize(("yes", "no"), [(0, 500), (500, 0), (500, learning.LEAST_OF_EACH - 1)])
def test_too_few_of_one_kind_teach_nothing(yes: int, no: int) -> None:
    lesson = learn([Decision(SAME_NAME, True)] * yes + [Decision(TYPO, False)] * no, SHIPPED, LIMITS)
    assert lesson.refusal == "few" and lesson.weights == SHIPPED and not lesson.moved


def test_what_the_table_knows_already_teaches_nothing() -> None:
    known = [Decision(SAME_NAME, True)] * 200 + [Decision(("name:far", "place:other_city"), False)] * 200
    assert learn(known, SHIPPED, LIMITS).refusal == "nothing"


def test_a_lesson_that_would_make_the_sure_ones_less_sure_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def gullible(rows: object, table: object, limits_of: object) -> dict[str, float]:
        return {"name:one_alike": 8.0, "pair:one_alike+0": 8.0}

    monkeypatch.setattr(learning, "relearned", gullible)
    lesson = learn(decisions(), SHIPPED, LIMITS)
    assert lesson.refusal == "worse" and lesson.after.precision < lesson.before.precision


def test_the_same_decisions_in_another_order_teach_the_same() -> None:
    rows = decisions()
    shuffled = rows[:]
    random.Random(9).shuffle(shuffled)
    assert learn(rows, SHIPPED, LIMITS) == learn(shuffled, SHIPPED, LIMITS)


def test_a_learned_table_is_a_table_like_the_shipped_one() -> None:
    table = json.loads(learn(decisions(), SHIPPED, LIMITS).weights)
    shipped = json.loads(SHIPPED)
    assert list(table) == list(shipped)
    assert {name: table[name] for name in table if name != "levels"} == {
        name: shipped[name] for name in shipped if name != "levels"
    }
