"""Lint, types, layers, templates: the checkers of `make check` as tests, and `make test` is everything."""

from __future__ import annotations

import pytest

from tests.support import tools


@pytest.mark.tool
@pytest.mark.parametrize("name", tools.TOOLS)
def test_the_checker_is_content(name: str) -> None:
    content, said = tools.run(name)
    assert content, f"{name} says:\n{said}"
