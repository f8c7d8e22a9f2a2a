"""Where the boxes and lines of a drawn chain stand. Pure: numbers only, so that a template can draw them.

One chain is a row of boxes from left to right. On a narrow page a row is as wide as it is and scrolls.
"""

from __future__ import annotations

from dataclasses import dataclass

BOX, GAP, HEIGHT, MARGIN = 150, 96, 54, 8


@dataclass(frozen=True)
class Drawing:
    """Of a row of `count` boxes: left edges of the boxes, and of each line its two ends and its middle."""

    width: int
    height: int
    boxes: tuple[int, ...]
    lines: tuple[tuple[int, int, int], ...]


def row(count: int) -> Drawing:
    boxes = tuple(MARGIN + at * (BOX + GAP) for at in range(count))
    lines = tuple((left + BOX, left + BOX + GAP, left + BOX + GAP // 2) for left in boxes[:-1])
    width = (boxes[-1] + BOX if boxes else 0) + MARGIN
    return Drawing(width, HEIGHT + 2 * MARGIN, boxes, lines)


def short(text: str, most: int = 10) -> str:
    """What fits into a box; the whole stands in the list beside it."""
    return text if len(text) <= most else text[: most - 1] + "…"
