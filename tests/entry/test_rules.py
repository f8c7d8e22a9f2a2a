"""What a project promises per mu, what stands against letting it in, and when its promises are checked."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal as D

import pytest

from crm.entry.permu import Judged, Measure, Values, Verdict, gaps, judged
from crm.entry.rechecks import begun_by, due_on, next_number
from crm.entry.steps import Assessment, Case, Conclusion, ReviewStep, Stance, Voice, next_step, objections


def test_one_point_two_hundred_million_on_sixty_mu_is_two_hundred_wan_per_mu() -> None:
    values = Values(fixed_wan=D(12_000), land_mu=D(60), tax_wan=D(900), output_wan=D(30_000), energy_tce=D(6_000),
                    emission_t=D(3))  # fmt: skip
    assert values.of(Measure.INTENSITY) == D("200.00")
    assert values.of(Measure.TAX) == D("15.00")
    assert values.of(Measure.OUTPUT) == D("500.00")
    assert values.of(Measure.ENERGY) == D("0.20")
    assert values.of(Measure.EMISSION) == D("0.10")


@pytest.mark.parametrize("values", [Values(), Values(fixed_wan=D(1)), Values(fixed_wan=D(1), land_mu=D(0))])
def test_what_cannot_be_worked_out_is_not_said(values: Values) -> None:
    assert values.of(Measure.INTENSITY) is None


@pytest.mark.parametrize(
    ("measure", "value", "asked", "verdict"),
    [
        (Measure.INTENSITY, 200, 200, Verdict.PASS),  # 以上 includes the number
        (Measure.INTENSITY, 200, 201, Verdict.FAIL),
        (Measure.TAX, 15, 10, Verdict.PASS),
        (Measure.TAX, 5, 10, Verdict.FAIL),
        (Measure.ENERGY, "0.2", "0.2", Verdict.PASS),  # and so does 以下
        (Measure.ENERGY, "0.21", "0.2", Verdict.FAIL),
        (Measure.EMISSION, "0.1", "0.5", Verdict.PASS),
        (Measure.INTENSITY, None, 200, Verdict.NO_VALUE),
        (Measure.INTENSITY, 200, None, Verdict.NO_STANDARD),
        (Measure.INTENSITY, None, None, Verdict.NO_STANDARD),
    ],
)
def test_a_measure_against_what_is_asked(
    measure: Measure, value: object, asked: object, verdict: Verdict
) -> None:
    per = {
        Measure.INTENSITY: {"fixed_wan": value, "land_mu": 1},
        Measure.TAX: {"tax_wan": value, "land_mu": 1},
        Measure.ENERGY: {"energy_tce": value, "output_wan": 1},
        Measure.EMISSION: {"emission_t": value and D(str(value)) / 1000, "output_wan": 1},
    }[measure]
    values = Values(**{key: None if one is None else D(str(one)) for key, one in per.items()})
    found = {one.measure: one for one in judged(values, {measure: None if asked is None else D(str(asked))})}
    assert found[measure].verdict is verdict
    others = {one.verdict for key, one in found.items() if key is not measure}
    assert others == {Verdict.NO_STANDARD}


def test_an_empty_standard_judges_nothing_and_says_so() -> None:
    found = judged(Values(fixed_wan=D(1), land_mu=D(100)), dict.fromkeys(Measure))
    assert {one.verdict for one in found} == {Verdict.NO_STANDARD}
    assert Verdict.NO_STANDARD.label == "没有标准，不判"


def test_promised_against_real() -> None:
    promised = Values(
        fixed_wan=D(12_000), land_mu=D(60), tax_wan=D(900), output_wan=D(1000), energy_tce=D(100)
    )
    real = replace(promised, fixed_wan=D(10_800), tax_wan=D(1_200), energy_tce=D(120))
    found = {one.measure: one for one in gaps(promised, real)}
    assert (found[Measure.INTENSITY].gap, found[Measure.INTENSITY].percent) == (D("-20.00"), D("90.0"))
    assert found[Measure.INTENSITY].is_kept is False
    assert (found[Measure.TAX].gap, found[Measure.TAX].is_kept) == (D("5.00"), True)
    assert (found[Measure.ENERGY].gap, found[Measure.ENERGY].is_kept) == (D("0.02"), False)
    assert found[Measure.OUTPUT].is_kept is True
    assert (found[Measure.EMISSION].gap, found[Measure.EMISSION].percent, found[Measure.EMISSION].is_kept) == (
        None, None, None,
    )  # fmt: skip


def test_the_way_to_a_decision_is_longer_for_a_major_project() -> None:
    def way(is_major: bool) -> list[ReviewStep]:
        steps: list[ReviewStep] = [ReviewStep.APPLIED]
        while after := next_step(steps[-1], is_major=is_major):
            steps.append(after)
        return steps

    plain = [ReviewStep.APPLIED, ReviewStep.SCREENED, ReviewStep.DEPARTMENTS]
    assert way(False) == plain and way(True) == [*plain, ReviewStep.PANEL]
    assert next_step(ReviewStep.DECIDED, is_major=True) is None


GOOD = Case(
    judged=[Judged(Measure.INTENSITY, D(200), D(150), Verdict.PASS)],
    eia=Assessment.PASSED, energy=Assessment.NOT_NEEDED, is_major=False, stances=[(Voice.DEPARTMENT, Stance.FOR)],
)  # fmt: skip
SHORT = [Judged(Measure.INTENSITY, D(88), D(150), Verdict.FAIL)]
MAJOR = replace(
    GOOD, is_major=True, is_stable=True,
    stances=[*GOOD.stances, (Voice.EXPERT, Stance.FOR), (Voice.CITIZEN, Stance.CONDITIONAL)],
)  # fmt: skip


@pytest.mark.parametrize(
    ("case", "conclusion", "said"),
    [
        (GOOD, Conclusion.APPROVED, []),
        (MAJOR, Conclusion.APPROVED, []),
        (replace(GOOD, judged=SHORT), Conclusion.APPROVED, ["不达标：投资强度"]),
        (replace(GOOD, judged=SHORT), Conclusion.CONDITIONAL, ["不达标：投资强度"]),
        (replace(GOOD, judged=SHORT, conditions="两年内加层"), Conclusion.CONDITIONAL, []),
        (replace(GOOD, judged=SHORT, conditions="两年内加层"), Conclusion.APPROVED, ["不达标：投资强度"]),
        (replace(GOOD, judged=SHORT), Conclusion.REJECTED, []),
        (replace(GOOD, judged=SHORT), Conclusion.SUPPLEMENT, []),
        (replace(GOOD, judged=[Judged(Measure.TAX, None, D(5), Verdict.NO_VALUE)]), Conclusion.APPROVED,
         ["有标准但没有填：亩均税收"]),
        (replace(GOOD, judged=[Judged(Measure.TAX, None, None, Verdict.NO_STANDARD)]), Conclusion.APPROVED, []),
        (replace(GOOD, eia=Assessment.FAILED, conditions="整改"), Conclusion.CONDITIONAL, ["环评情况不通过"]),
        (replace(GOOD, energy=Assessment.PENDING), Conclusion.APPROVED, ["能评情况待评"]),
        (replace(GOOD, stances=[(Voice.DEPARTMENT, None)]), Conclusion.APPROVED, ["还有 1 个部门没有提意见"]),
        (replace(GOOD, votes_for=3, votes_against=2), Conclusion.APPROVED, []),
        (replace(GOOD, votes_for=2, votes_against=2), Conclusion.APPROVED, ["赞成票没有过半"]),
        (replace(MAJOR, is_stable=False), Conclusion.APPROVED, ["涉及民生的重大项目没有通过稳评"]),
        (replace(MAJOR, stances=GOOD.stances), Conclusion.APPROVED,
         ["涉及民生的重大项目没有专家的论证意见", "涉及民生的重大项目没有民众代表的论证意见"]),
    ],
)  # fmt: skip
def test_what_stands_against_letting_it_in(case: Case, conclusion: Conclusion, said: list[str]) -> None:
    assert objections(case, conclusion) == said


def test_rechecks_fall_due_one_two_and_three_years_after_production() -> None:
    began = dt.date(2010, 7, 25)
    assert [due_on(began, number).isoformat() for number in (1, 2, 3)] == [
        "2011-07-25",
        "2012-07-25",
        "2013-07-25",
    ]
    assert due_on(dt.date(2012, 2, 29), 1) == dt.date(2013, 3, 1)
    assert [next_number(done) for done in ([], [1], [1, 2], [1, 2, 3], [2])] == [1, 2, 3, None, 1]


def test_the_list_of_what_is_due_says_what_the_page_says() -> None:
    for year in (2011, 2012, 2013):
        for days in range(366):
            began = dt.date(year, 1, 1) + dt.timedelta(days)
            for number in (1, 2, 3):
                due = due_on(began, number)
                for today in (due - dt.timedelta(1), due, due + dt.timedelta(1)):
                    assert (due <= today) == (began <= begun_by(today, number)), (began, number, today)
