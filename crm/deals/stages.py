"""The straight line a deal walks, in the report's order: 「意向项目、新谈项目、在谈项目」, then signed and on to 达产.

意向 "has shown interest" comes before 新谈 "first real talk held" and 在谈 "content, site, terms under talk".
A framework agreement is a document, not a stage.
"""

from __future__ import annotations

from crm.lib.enums import Labelled
from crm.lib.words import N_, _


class Stage(Labelled):
    INTENDED = "intended", N_("意向"), "neutral"
    NEW_TALKS = "new_talks", N_("新谈"), "info"
    NEGOTIATING = "negotiating", N_("在谈"), "info"
    SIGNED = "signed", N_("签约"), "good"
    LANDED = "landed", N_("落地"), "good"
    STARTED = "started", N_("开工"), "good"
    PRODUCING = "producing", N_("投产"), "good"
    AT_CAPACITY = "at_capacity", N_("达产"), "good"

    @property
    def order(self) -> int:
        return ORDER.index(self)

    @property
    def next(self) -> Stage | None:
        return ORDER[self.order + 1] if self.order + 1 < len(ORDER) else None

    @property
    def previous(self) -> Stage | None:
        return ORDER[self.order - 1] if self.order else None

    @property
    def meaning(self) -> str:
        """Its 口径, for the tooltip of the column."""
        return _(MEANINGS[self])


ORDER: list[Stage] = list(Stage)
EARLY = (Stage.INTENDED, Stage.NEW_TALKS, Stage.NEGOTIATING)

MEANINGS: dict[Stage, str] = {
    Stage.INTENDED: N_("客商表示了投资兴趣，有联系记录"),
    Stage.NEW_TALKS: N_("双方第一次正式洽谈（首谈）已经举行"),
    Stage.NEGOTIATING: N_("正在谈内容、选址和条款"),
    Stage.SIGNED: N_("已签订投资协议（框架协议只是文件，不算签约）"),
    Stage.LANDED: N_("项目公司已在本区注册"),
    Stage.STARTED: N_("主体工程已经开工，或设备已经进场"),
    Stage.PRODUCING: N_("已经竣工并投产"),
    Stage.AT_CAPACITY: N_("产能达到设计水平"),
}


class DealState(Labelled):
    """Whether a deal is moving. Reason and date are kept with it."""

    ACTIVE = "active", N_("推进中"), "info"
    HELD = "held", N_("暂缓"), "warn"
    LAPSED = "lapsed", N_("终止"), "bad"


class MoveKind(Labelled):
    CREATED = "created", N_("立项")
    ADVANCED = "advanced", N_("推进"), "good"
    RETURNED = "returned", N_("退回"), "warn"
    HELD = "held", N_("暂缓"), "warn"
    RESUMED = "resumed", N_("恢复"), "good"
    LAPSED = "lapsed", N_("终止"), "bad"
    UNDONE = "undone", N_("撤销"), "neutral"


class AmountBasis(Labelled):
    """口径: what the amounts rest on."""

    WISH = "wish", N_("客商意向")
    TALKS = "talks", N_("洽谈数")
    AGREEMENT = "agreement", N_("协议数")
    FILING = "filing", N_("备案数")


class SourceScope(Labelled):
    """口径: where the money comes from."""

    OUT_OF_PROVINCE = "out_of_province", N_("省外")
    IN_PROVINCE = "in_province", N_("市外省内")
    OVERSEAS = "overseas", N_("境外")
    LOCAL = "local", N_("市内")


class AgreementKind(Labelled):
    INVESTMENT = "investment", N_("投资协议")
    FRAMEWORK = "framework", N_("框架协议")
    SUPPLEMENT = "supplement", N_("补充协议")
    OTHER = "other", N_("其他")


class Admission(Labelled):
    """决策咨询结论 (M10)."""

    NONE = "none", N_("未评审")
    APPROVED = "approved", N_("准予落地"), "good"
    CONDITIONAL = "conditional", N_("有条件准予"), "warn"
    REJECTED = "rejected", N_("否决"), "bad"
