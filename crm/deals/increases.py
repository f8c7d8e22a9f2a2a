"""增资: a deal that adds to an investment which was signed before.

「no project counted twice across events; for 增资 only the increase; change of owner → new event」 (三明). The added part is
a deal of its own that names the first one; its amounts are the increase alone. It names the first deal and no increase of
it, so that they never go round in a circle, and it has the same investor: with another one it is a new project.
"""

from __future__ import annotations

from collections.abc import Collection

from crm.lib.errors import Refused
from crm.lib.words import _

from .models import Deal
from .stages import EARLY


def project_of(deal: Deal) -> int | None:
    """The number that a project is known by whatever is added to it: that of its first deal."""
    return deal.increases_id or deal.id


def check(deal: Deal, first: Deal, increased: Collection[int], firms: Collection[int]) -> None:
    """Whether `deal` may be an increase of `first`. `increased` are the increases that `deal` has itself, `firms` those
    that are in `first`: its investor and its parties."""
    if first is deal or (deal.id is not None and first.id == deal.id):
        raise Refused(_("项目不能是自己的增资"), "increases")
    if first.increases_id is not None:
        raise Refused(_("“%(name)s”自己就是增资，请填最初的项目", name=first.name), "increases")
    if increased:
        raise Refused(_("已经有项目是它的增资，它不能再是别的项目的增资"), "increases")
    if first.stage in EARLY or first.signed_on is None:
        raise Refused(_("原项目还没有签约，谈不上增资；接着原项目谈就可以"), "increases")
    if deal.signed_on is not None and deal.signed_on < first.signed_on:
        raise Refused(_("增资的签约日期早于原项目，请核对哪个是原项目"), "increases")
    if deal.enterprise_id is not None and deal.enterprise_id not in firms:
        raise Refused(_("主投资方不是原项目的投资方：股东、所有者变更的算新的项目，不填增资"), "increases")


def check_first(first: Deal, increased: Collection[Deal], firms: Collection[int]) -> None:
    """Whether `first` may still be what all of `increased` add to: the same rule, asked when the first deal changes."""
    if not increased:
        return
    if first.stage in EARLY or first.signed_on is None:
        raise Refused(_("已经有项目是它的增资，不能回到签约以前；请先改增资项目里的原项目"), "to_stage")
    if any(one.signed_on is not None and one.signed_on < first.signed_on for one in increased):
        raise Refused(_("签约日期晚于它的增资，请核对哪个是原项目"), "signed_on")
    if any(one.enterprise_id is not None and one.enterprise_id not in firms for one in increased):
        raise Refused(
            _("它的增资的主投资方就不在这个项目里了；请先改增资项目里的原项目，或把那一家加为投资方"),
            "investor",
        )
