"""Why somebody is not told what a target has come to: a dash without its reason reads as a fault."""

from __future__ import annotations

from collections.abc import Callable

from crm.indicators.catalogue import Indicator
from crm.lib.words import _
from crm.org.models import User

from .models import Target


class Reasons:
    """Of one reader; whether he sees an indicator whole is asked once for all targets of a page."""

    def __init__(self, user: User) -> None:
        self.user = user
        self._sees: dict[str, Callable[[int | None], bool]] = {}

    def of(self, one: Indicator | None, target: Target) -> str:
        """In words; empty where the figure is told, or nobody has one yet. A test holds it to queries.standings."""
        if one is None:
            return ""
        if not one.may_see(self.user):
            return _("这个数由“%(list)s”算出，您没有看这份清单的权限。", list=one.page.label)
        if target.unit_id is not None and not one.by_unit:
            return _("这个指标不分单位统计，只有全区的数。")
        if target.person_id is not None and not one.person:
            return _("这个指标的记录不写是谁做的，算不到个人。")
        if one.key not in self._sees:
            self._sees[one.key] = one.seen_by(self.user)
        if self._sees[one.key](target.unit_id):
            return ""
        if target.unit is None:
            return _("这是全区的完成数，看得到全区记录的人才看得到；您看得到的只是本单位的。")
        return _("这是%(unit)s的完成数，看得到那个单位记录的人才看得到。", unit=target.unit.name)
