"""The official sheets, exactly as they are asked for: data/official.json, which nobody changes; one copies.

What a form asks for and no record holds yet (性别, 费用归口 …) is a column to be filled in by hand.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from crm.lists.exports.shapes import Shape

DATA = Path(__file__).parent / "data" / "official.json"


@dataclass(frozen=True)
class Official:
    key: str
    page: str
    query: str
    shape: Shape

    @property
    def name(self) -> str:
        return self.shape.title


@cache
def everything() -> dict[str, Official]:
    """{key: sheet}, in the order of the file."""
    told = json.loads(DATA.read_text(encoding="utf-8"))
    return {
        one["key"]: Official(one["key"], one["page"], one["query"], Shape.of_json(one["shape"]))
        for one in told
    }
