"""分解: the parts of a target add up to it. 「把项目工作的各项任务细化为指标」"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal


def gap(whole: Decimal, parts: Iterable[Decimal]) -> Decimal:
    """What the parts are short of the whole; negative: too much. Without any part nothing is missing: it is not split."""
    found = list(parts)
    return whole - sum(found, Decimal(0)) if found else Decimal(0)
