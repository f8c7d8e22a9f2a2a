"""「项目流转」: A talks first, the place does not fit, B takes it; each keeps a share of the credit, together 100."""

from __future__ import annotations

from collections.abc import Mapping

from crm.lib.words import _

WHOLE = 100


def problem_with(shares: Mapping[int, int | None]) -> str:
    """What is wrong with a split (unit -> percent); '' when it can be agreed to."""
    if any(share is None or not 0 <= share <= WHOLE for share in shares.values()):
        return _("每个单位的份额请填 0 到 100 的整数")
    total = sum(share or 0 for share in shares.values())
    if total != WHOLE:
        return _("各单位的份额加起来要正好是 100，现在是 %(n)s", n=total)
    return ""
