"""The lines that needs go along, without a database."""

from __future__ import annotations

from itertools import product

import pytest

from crm.needs.kinds import ENDED, LINES, NeedKind, Step, first_step, next_steps


@pytest.mark.parametrize(
    ("kind", "line", "failure"),
    [
        (NeedKind.FINANCE, ["推介", "授信", "放款"], "未成"),
        (NeedKind.TALENT, ["对接", "引进"], "未成"),
        (NeedKind.TECHNOLOGY, ["对接", "解题"], "退回"),
    ],
)
def test_the_lines_of_the_report(kind: NeedKind, line: list[str], failure: str) -> None:
    step, told = first_step(kind), []
    while step:
        told.append(step.label)
        further = next_steps(kind, step)
        assert [one.label for one in further[1:]] == ([failure] if further else [])
        step = further[0] if further else None
    assert told == line


def test_nothing_follows_an_end_and_land_has_no_line() -> None:
    assert first_step(NeedKind.LAND) is None
    for kind, step in product(NeedKind, Step):
        further = next_steps(kind, step)
        assert set(further) <= {*LINES.get(kind, ()), Step.FAILED, Step.RETURNED}
        if step in ENDED or kind is NeedKind.LAND:
            assert further == (), (kind, step)
