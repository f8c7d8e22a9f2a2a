"""「紧盯上级资金投向,想方设法争取国家和省市各类专项资金补助」

Money got from above is not 到位资金 unless its 口径 says so; and then it is declared, checked and recognised like all
other money.
"""

from __future__ import annotations

from crm.deals.stages import SourceScope
from crm.lib.enums import Labelled
from crm.lib.words import N_


class Giver(Labelled):
    STATE = "state", N_("国家")
    PROVINCE = "province", N_("省")
    CITY = "city", N_("市")

    @property
    def origin(self) -> SourceScope:
        """Where its money comes from, seen from the district. The city's own is local, and never recognised."""
        return ORIGINS[self]


ORIGINS = {
    Giver.STATE: SourceScope.OUT_OF_PROVINCE,
    Giver.PROVINCE: SourceScope.IN_PROVINCE,
    Giver.CITY: SourceScope.LOCAL,
}


class GrantState(Labelled):
    APPLIED = "applied", N_("已申报"), "info"
    GOT = "got", N_("已到手"), "good"
    REFUSED = "refused", N_("没有争取到"), "bad"
