"""What the command line does to the base: a door like a view, it commits."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from crm.merchants import actions
from crm.merchants.models import Suspect


@pytest.fixture
def pair(cast: Any, session: Any) -> None:
    for name in ("上海衢澜精密机械有限公司", "上海衢澜精密机械公司"):
        actions.create_enterprise({"name": name, "province": "上海市"}, actor=cast.wang)
    session.commit()


def run(app: Any, *words: str) -> str:
    result = app.test_cli_runner().invoke(args=["merchants", *words])
    assert result.exit_code == 0, result.output
    return result.output


@pytest.mark.on("sqlite")
def test_scan_finds_what_nobody_noticed_and_says_how_much(
    app: Any, cast: Any, session: Any, pair: None
) -> None:
    session.execute(sa.delete(Suspect))
    session.commit()
    assert "1 found" in run(app, "scan")
    assert session.scalar(sa.select(sa.func.count(Suspect.id))) == 1
    assert "0 found" in run(app, "scan")


@pytest.mark.on("sqlite")
def test_a_scan_of_an_empty_base_finds_nothing(app: Any, session: Any) -> None:
    assert "0 weighed, 0 found" in run(app, "scan")
