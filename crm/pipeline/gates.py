"""What has to be there before a deal enters a stage. Pure: facts in, sentences out.

「全力做好意向项目、新谈项目、在谈项目的跟踪服务」: each stage means something, and its gate asks for the proof.
A framework agreement is a document, not a signing; no signing without the admission review (决策咨询).

What can be asked for is written here; which stage asks for what is a setting, DEFAULT until an administrator changes
it. A deal begins at 意向, which therefore has no gate.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from crm.deals.stages import ORDER, Admission, AgreementKind, Stage
from crm.lib.enums import Labelled
from crm.lib.words import N_, _


@dataclass(frozen=True)
class Dossier:
    """What is known about a deal, with what is being typed laid over it."""

    stage: Stage
    contact_logs: int = 0
    enterprise_id: int | None = None
    content: str = ""
    direction: str | None = None
    planned_wan: Decimal | None = None
    agreed_wan: Decimal | None = None
    signed_on: dt.date | None = None
    agreement_kind: AgreementKind | None = None
    admission: Admission = Admission.NONE
    excepted: bool = False  # somebody named has allowed the signing without 准予 (特批)
    local_company: str = ""
    local_uscc: str = ""
    evidence: bool = False  # words or a file handed in with this move
    judged: bool = True  # the lead it grew out of was judged; True for a deal without one


class Missing(NamedTuple):
    """One thing a gate still wants; `field` is where it is put in, `key` which requirement wants it."""

    field: str
    sentence: str
    key: str = ""


class Kind(Labelled):
    """What sort of thing is asked for."""

    FIELD = "field", N_("内容")
    DOCUMENT = "document", N_("记录和文件")
    CONCLUSION = "conclusion", N_("结论")


@dataclass(frozen=True)
class Requirement:
    """One thing that a gate can ask for. `wants` answers the sentence that asks, '' when it is there."""

    key: str
    msgid: str
    kind: Kind
    wants: Callable[[Dossier, Stage], str]
    field: str = ""

    @property
    def label(self) -> str:
        return _(self.msgid)

    def missing(self, deal: Dossier, target: Stage) -> Missing | None:
        sentence = self.wants(deal, target)
        return Missing(self.field or self.key, sentence, self.key) if sentence else None


EVIDENCE: dict[Stage, str] = {
    Stage.SIGNED: N_("请写明签约依据，或附上协议扫描件"),
    Stage.STARTED: N_("请写明开工依据（施工许可、现场照片或设备进场），或附上文件"),
    Stage.PRODUCING: N_("请写明投产依据（竣工验收、首批产品），或附上文件"),
    Stage.AT_CAPACITY: N_("请写明达产依据（产量、复核意见），或附上文件"),
}


def _there(name: str, msgid: str) -> Callable[[Dossier, Stage], str]:
    """Wants a fact that is neither empty nor nought."""
    return lambda deal, target: "" if getattr(deal, name) else _(msgid)


def _agreement(deal: Dossier, target: Stage) -> str:
    if deal.agreement_kind is AgreementKind.INVESTMENT:
        return ""
    return _("框架协议和补充协议不算签约，须签订投资协议") if deal.agreement_kind else _("请选协议类型")


def _admitted(deal: Dossier, target: Stage) -> str:
    if deal.admission in (Admission.APPROVED, Admission.CONDITIONAL) or deal.excepted:
        return ""
    if deal.admission is Admission.REJECTED:
        return _("决策咨询已否决，不能签约")
    return _("决策咨询还没有准予，不能签约")


def _second_round(deal: Dossier, target: Stage) -> str:
    if deal.contact_logs >= 2 or deal.evidence:
        return ""
    return _("请再记一次洽谈，或写明依据、附上项目方案")


def _proof(deal: Dossier, target: Stage) -> str:
    return "" if deal.evidence else _(EVIDENCE.get(target, N_("请写明依据，或附上文件")))


REQUIREMENTS = {
    one.key: one
    for one in (
        Requirement("enterprise_id", N_("主投资方"), Kind.FIELD, _there("enterprise_id", N_("请填主投资方"))),
        Requirement("planned_wan", N_("总投资"), Kind.FIELD, _there("planned_wan", N_("请填总投资"))),
        Requirement("direction", N_("招商方向"), Kind.FIELD, _there("direction", N_("请选招商方向"))),
        Requirement("content", N_("项目内容"), Kind.FIELD, _there("content", N_("请写项目内容"))),
        Requirement("signed_on", N_("签约日期"), Kind.FIELD, _there("signed_on", N_("请填签约日期"))),
        Requirement("agreement_kind", N_("已签投资协议"), Kind.DOCUMENT, _agreement),
        Requirement("agreed_wan", N_("协议引资"), Kind.FIELD, _there("agreed_wan", N_("请填协议引资"))),
        Requirement("local_company", N_("项目公司"), Kind.FIELD,
                    _there("local_company", N_("请填在本区注册的项目公司"))),
        Requirement("local_uscc", N_("项目公司的统一社会信用代码"), Kind.FIELD,
                    _there("local_uscc", N_("请填项目公司的统一社会信用代码"))),
        Requirement("contact_logs", N_("首次洽谈记录"), Kind.DOCUMENT,
                    _there("contact_logs", N_("还没有沟通记录，请先记一笔首次洽谈"))),
        Requirement("second_round", N_("第二轮洽谈，或项目方案"), Kind.DOCUMENT, _second_round, "evidence"),
        Requirement("evidence", N_("依据或附件"), Kind.DOCUMENT, _proof),
        Requirement("judged", N_("线索已经研判"), Kind.CONCLUSION,
                    _there("judged", N_("来源线索还没有研判，请先研判"))),
        Requirement("admission", N_("决策咨询准予"), Kind.CONCLUSION, _admitted),
    )
}  # fmt: skip

Gates = Mapping[Stage, Sequence[str]]

GATED = ORDER[1:]

DEFAULT: Gates = {
    Stage.NEW_TALKS: ("enterprise_id", "contact_logs"),
    Stage.NEGOTIATING: ("planned_wan", "direction", "content", "second_round", "judged"),
    Stage.SIGNED: ("signed_on", "agreement_kind", "planned_wan", "agreed_wan", "admission", "evidence"),
    # A code from 2015 on only, and a company may still wait for it: its absence is a warning, no refusal.
    Stage.LANDED: ("local_company",),
    Stage.STARTED: ("evidence",),
    Stage.PRODUCING: ("evidence",),
    Stage.AT_CAPACITY: ("evidence",),
}

FIRM: Gates = {Stage.SIGNED: ("signed_on", "agreement_kind")}
"""What makes the stage what it is: neither a setting nor a reason takes it away."""


def as_set(stored: Mapping[str, Sequence[str]] | None) -> Gates:
    """The gates in force: those that were set (stage -> keys), DEFAULT for the rest, and always what is firm."""
    stored = stored or {}
    found = {}
    for stage in GATED:
        keys = {*stored.get(stage.value, DEFAULT[stage]), *FIRM.get(stage, ())}
        found[stage] = tuple(key for key in REQUIREMENTS if key in keys)
    return found


def missing_for(target: Stage, dossier: Dossier, gates: Gates = DEFAULT) -> list[Missing]:
    """What the gate of this one stage still wants."""
    asked = (REQUIREMENTS[key].missing(dossier, target) for key in gates.get(target, ()))
    return [one for one in asked if one]


def missing_on_the_way(target: Stage, dossier: Dossier, gates: Gates = DEFAULT) -> list[Missing]:
    """What all gates between the deal's stage and the target want; each thing once.

    Stages may be skipped forward when nothing is missing on the way. One piece of evidence serves the whole way.
    """
    found: dict[str, Missing] = {}
    for stage in ORDER[dossier.stage.order + 1 : target.order + 1]:
        for one in missing_for(stage, dossier, gates):
            found[one.field] = one
    return list(found.values())


def is_firm(target: Stage, stage: Stage, missing: Missing) -> bool:
    """Whether this one may not be passed over, on the way from a stage to the target."""
    way = ORDER[stage.order + 1 : target.order + 1]
    return any(missing.key in FIRM.get(one, ()) for one in way)
