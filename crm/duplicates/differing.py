"""Which characters of a value are not in the value beside it: 衢澜 and 衢岚 differ in one."""

from __future__ import annotations

from collections.abc import Sequence

from rapidfuzz.distance import Indel

Parts = list[tuple[str, bool]]  # stretches of a text, and whether the other side has them otherwise
UNLIKE = 0.5  # below this two values have nothing to do with each other; marking characters tells nothing
UNLIKE_NUMBERS = 0.75  # any two numbers have half their digits in common


def parts(text: str, other: str, shown: str = "") -> Parts:
    """`text` in stretches. `shown` is what may be seen of it: a masked phone, marked where the hidden digits
    differ, if the mask has a character for each."""
    shown = shown or text
    if not text:
        return []
    if not other or text == other:
        return [(shown, False)]
    unlike = UNLIKE_NUMBERS if text.isascii() and any(char.isdigit() for char in text) else UNLIKE
    if len(shown) != len(text) or Indel.normalized_similarity(text, other) < unlike:
        return [(shown, True)]
    found: Parts = []
    for step in Indel.opcodes(text, other):
        if step.src_end > step.src_start:
            found.append((shown[step.src_start : step.src_end], step.tag != "equal"))
    return found


def several(values: Sequence[tuple[str, str]], others: Sequence[str], between: str = "、") -> Parts:
    """Many values in one cell: (value, what may be seen of it). One that the other side has too is plain,
    another is marked against the likest that only the other side has."""
    alone = [one for one in others if one not in {value for value, _shown in values}]
    found: Parts = []
    for at, (value, shown) in enumerate(values):
        if at:
            found.append((between, False))
        if value in others:
            found.append((shown, False))
            continue
        likest = max(alone, key=lambda one: Indel.normalized_similarity(value, one), default="")
        found += parts(value, likest, shown) if likest else [(shown, bool(others))]
    return found
