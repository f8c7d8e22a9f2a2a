"""Characters that are misread for each other, by people and by machines that read scans: 己 已, 淅 浙, 艰 限."""

from __future__ import annotations

from functools import lru_cache
from importlib import resources


@lru_cache(maxsize=1)
def _groups() -> dict[str, frozenset[int]]:
    source = resources.files(__package__).joinpath("lookalikes.txt").read_text(encoding="utf-8")
    groups: dict[str, set[int]] = {}
    for number, line in enumerate(source.splitlines()):
        if not line.startswith("#"):
            for character in line:
                groups.setdefault(character, set()).add(number)
    return {character: frozenset(numbers) for character, numbers in groups.items()}


def alike(one: str, other: str) -> bool:
    """Whether two characters look like each other."""
    groups = _groups()
    return one == other or (one in groups and not groups[one].isdisjoint(groups.get(other, ())))
