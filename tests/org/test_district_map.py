"""The district's map in tiles: cells are read strictly, tiles lie as they were placed, and the placing is an act."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from crm.audit.models import Event
from crm.demo.lists import rows
from crm.demo.units import MAP_CELLS
from crm.org import actions, district_map
from crm.org.district_map import Tile, drawn
from crm.org.models import Unit, UnitKind
from tests.cast import make_unit

MAP = "/admin/units/map"


@pytest.mark.parametrize(("cell", "place"), [("A1", (1, 1)), ("C4", (4, 3)), ("J10", (10, 10))])
def test_a_cell_is_a_column_and_a_row(cell: str, place: tuple[int, int]) -> None:
    assert district_map.read(cell) == place


@pytest.mark.parametrize(
    "cell", ["", "A", "4", "4C", "a1", "K1", "A0", "A11", "A01", "AB1", "A-1", "A１", "甲1", "A1 "]
)
def test_anything_else_is_none(cell: str) -> None:
    assert district_map.read(cell) is None


def test_tiles_lie_to_one_another_as_they_were_placed() -> None:
    """Empty rows and columns before the first are left out, those between stay; who has no place comes after, in order."""
    told = drawn(
        [("", "out of town"), ("D5", "south"), ("C3", "west"), ("E3", "east"), ("E3", "again"), ("??", "odd")]
    )
    assert told == [
        Tile("west", 1, 1), Tile("east", 1, 3), Tile("south", 3, 2), Tile("out of town"), Tile("again"), Tile("odd"),
    ]  # fmt: skip
    assert drawn([]) == []


def test_the_demo_districts_townships_all_have_a_cell_of_their_own() -> None:
    townships = {row["name"] for row in rows("units") if row["type"] in ("街道", "镇", "乡")}
    assert set(MAP_CELLS) == townships and len(set(MAP_CELLS.values())) == len(townships)
    place = {name: district_map.read(cell) or (0, 0) for name, cell in MAP_CELLS.items()}
    assert place["七里乡"] == min(place.values()), "the northernmost is told first"
    assert place["沟溪乡"][1] < place["航埠镇"][1] < place["府山街道"][1] < place["黄家乡"][1], (
        "from west to east"
    )
    assert place["九华乡"][0] < place["石梁镇"][0] < place["府山街道"][0] < place["石室乡"][0], (
        "from north to south"
    )


@pytest.fixture
def land(cast: Any, session: Any) -> list[Unit]:
    """航埠镇 of the cast, another township and a park."""
    made = [
        make_unit("石梁镇", code="SL", kind=UnitKind.TOWNSHIP, map_cell="C3"),
        make_unit("东港园", code="DG", kind=UnitKind.PLATFORM),
    ]
    session.commit()
    return [cast.li.unit, *made]


def test_an_administrator_places_all_at_once(as_user: Any, cast: Any, session: Any, land: list[Unit]) -> None:
    town, other, park = land
    admin = as_user(cast.admin)
    assert MAP in admin.see("/admin/users").links
    assert not admin.see(MAP).all("input", name=f"cell_{cast.wang.unit_id}"), (
        "a department is no piece of land"
    )
    answer = admin.submit(MAP, **{f"cell_{town.id}": " c3 ", f"cell_{other.id}": "Ｄ2"})
    assert answer.went_to == MAP
    session.expire_all()
    assert [unit.map_cell for unit in (town, other, park)] == ["C3", "D2", ""], (
        "a place can be left and taken in one go"
    )
    told = {one.record_id: one for one in session.scalars(sa.select(Event).filter_by(verb="unit.placed"))}
    assert told[town.id].changes == {"map_cell": ["", "C3"]} and told[town.id].actor_name == "钱科长"
    assert told.keys() == {town.id, other.id}, "only what changed is recorded"

    tiles = as_user(cast.zhou).see("/dashboards?of=signed_deals").one(class_="district-map")
    lies = {li.find(".//span").text: li.get("class") for li in tiles.iter("li")}
    assert lies == {"航埠镇": "map-row-2 map-column-1", "石梁镇": "map-row-1 map-column-2", "东港园": None}
    other.active = False
    session.commit()
    tiles = as_user(cast.zhou).see("/dashboards?of=signed_deals").one(class_="district-map")
    assert "石梁镇" not in "".join(tiles.itertext())
    assert "石梁镇" not in admin.see(MAP).text


@pytest.mark.parametrize(
    ("cell", "sentence"),
    [("Z9", "写列和行"), ("A99", "写列和行"), ("A1", "已经是航埠镇的位置"), ("A123", "最多")],
)
def test_a_wrong_cell_is_refused_and_the_rest_kept(
    as_user: Any, cast: Any, session: Any, land: list[Unit], cell: str, sentence: str
) -> None:
    town, other, park = land
    fields = {f"cell_{town.id}": "A1", f"cell_{other.id}": cell, f"cell_{park.id}": "F6"}
    answer = as_user(cast.admin).submit(MAP, **fields)
    assert answer.status_code == 422 and sentence in answer.said
    assert {name: answer.page.one("input", name=name).get("value") for name in fields} == fields
    session.expire_all()
    assert [unit.map_cell for unit in land] == ["", "C3", ""]
    assert not session.scalar(sa.select(Event).filter_by(verb="unit.placed"))


def test_what_is_no_piece_of_land_any_more_leaves_its_cell(cast: Any, session: Any, land: list[Unit]) -> None:
    town = next(unit for unit in land if unit.map_cell == "C3")
    same = {name: getattr(town, name) for name in ("code", "name", "is_economic")}
    actions.edit_unit(town, {**same, "kind": town.kind, "active": True}, actor=cast.admin)
    assert town.map_cell == "C3"
    actions.edit_unit(town, {**same, "kind": UnitKind.DEPARTMENT, "active": True}, actor=cast.admin)
    assert town.map_cell == "", "which another may have when it comes back"


def test_nobody_else_places_and_looking_does_nothing(
    as_user: Any, cast: Any, session: Any, land: list[Unit]
) -> None:
    town = land[0]
    for user in (cast.chen, cast.zheng):
        assert (client := as_user(user)).post(
            MAP, data={"csrf_token": client.token(), f"cell_{town.id}": "B2"}
        ).status_code == 403
    as_user(cast.admin).see(f"{MAP}?cell_{town.id}=B2")
    session.expire_all()
    assert town.map_cell == ""
    assert (
        MAP not in as_user(cast.zhou).see("/dashboards").links
        and MAP in as_user(cast.admin).see("/dashboards").links
    )
