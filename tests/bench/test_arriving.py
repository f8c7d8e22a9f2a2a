"""What the benchmarks rest on: their list is read whole, their visitor sends what a browser would, their loop leaves nothing."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from crm.imports import actions as imports
from crm.merchants import actions, reindex
from crm.merchants.models import Enterprise, Handle, Person, Position
from tests.bench import arriving, table
from tests.bench.house import form_of

NAMES = (
    "上海衢澜精密机械有限公司",
    "宁波恒远屿食品有限公司",
    "杭州余屿软件科技有限公司",
    "温州岚弈纺织有限公司",
)


def base(cast: Any, session: Any) -> list[Enterprise]:
    made = [
        actions.create_enterprise(
            {"name": name, "contact_name": "沈予安", "contact_phones": f"1540000000{at}"}, actor=cast.wang
        )
        for at, name in enumerate(NAMES)
    ]
    session.commit()
    return made


def test_every_column_of_the_list_is_understood_and_rows_are_new_or_of_the_base(
    cast: Any, session: Any, tmp_path: Path
) -> None:
    base(cast, session)
    path = arriving.list_of(60, tmp_path / "list.csv")
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    known = {row["企业名称"] for row in rows} & set(NAMES)
    assert len(rows) == 60 and known and len({row["企业名称"] for row in rows}) > len(known)
    with path.open("rb") as stream:
        batch = imports.upload(stream, path.name, unit_id=cast.wang.unit_id, actor=cast.wang)
    assert sorted(batch.mapping) == sorted(map(str, range(12)))


def test_the_plain_loop_leaves_the_base_as_it_was(cast: Any, session: Any, tmp_path: Path) -> None:
    base(cast, session)
    path = arriving.list_of(20, tmp_path / "list.csv")
    cast.admin.login = "admin"
    session.commit()

    def rows() -> list[int | None]:
        return [
            session.scalar(sa.select(sa.func.count(one.id))) for one in (Enterprise, Person, Position, Handle)
        ]

    before = rows()
    assert all(speed > 0 for speed in arriving.bare(path))
    assert rows() == before
    session.rollback()
    assert not reindex.check().differences


def test_a_visitor_sends_the_form_as_it_stands(cast: Any, session: Any, as_user: Any) -> None:
    firm = base(cast, session)[0]
    wang = as_user(cast.wang)
    fields = form_of(wang.get(f"/enterprises/{firm.id}/edit").get_data(as_text=True)) | {"note": ["来过电话"]}
    assert fields["name"] == [NAMES[0]] and "csrf_token" not in fields
    answer = wang.post(f"/enterprises/{firm.id}/edit", data=fields | {"csrf_token": wang.token()})
    assert answer.status_code == 303
    session.rollback()
    assert session.get(Enterprise, firm.id, populate_existing=True).note == "来过电话"


def test_lines_of_several_commands_stand_in_one_table(tmp_path: Path, monkeypatch: Any) -> None:
    path = tmp_path / "lines"
    monkeypatch.setenv(table.WHERE, str(path))
    table.add(table.Line("list", 12.34, 56.7, times=2.5, what_of="a page without records"))
    table.add(table.Line("import", per_second=1234.5, mib=56))
    shown = table.show(table.read(path)).splitlines()
    assert len(shown) == 3 and "12.3" in shown[1] and "2.5  a page" in shown[1] and "1,234" in shown[2]
