"""What has to be there before a deal enters a stage. Pure: facts in, sentences out.

「全力做好意向项目、新谈项目、在谈项目的跟踪服务」: each stage means something, and its gate asks for the proof.
A framework agreement is a document, not a signing; no signing without the admission review (决策咨询).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from crm.deals.stages import ORDER, Admission, AgreementKind, Stage
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
    local_company: str = ""
    local_uscc: str = ""
    evidence: bool = False  # words or a file handed in with this move


class Missing(NamedTuple):
    """One thing a gate still wants; `field` is where it is put in."""

    field: str
    sentence: str


EVIDENCE: dict[Stage, str] = {
    Stage.SIGNED: N_("请写明签约依据，或附上协议扫描件"),
    Stage.STARTED: N_("请写明开工依据（施工许可、现场照片或设备进场），或附上文件"),
    Stage.PRODUCING: N_("请写明投产依据（竣工验收、首批产品），或附上文件"),
    Stage.AT_CAPACITY: N_("请写明达产依据（产量、复核意见），或附上文件"),
}


def missing_for(target: Stage, dossier: Dossier) -> list[Missing]:
    """What the gate of this one stage still wants."""
    gate = GATES.get(target)
    found = list(gate(dossier)) if gate else []
    if target in EVIDENCE and not dossier.evidence:
        found.append(Missing("evidence", _(EVIDENCE[target])))
    return found


def missing_on_the_way(target: Stage, dossier: Dossier) -> list[Missing]:
    """What all gates between the deal's stage and the target want; each thing once.

    Stages may be skipped forward when nothing is missing on the way. One piece of evidence serves the whole way.
    """
    found: dict[str, Missing] = {}
    for stage in ORDER[dossier.stage.order + 1 : target.order + 1]:
        for one in missing_for(stage, dossier):
            found[one.field] = one
    return list(found.values())


def _into_new_talks(deal: Dossier) -> Iterator[Missing]:
    if not deal.enterprise_id:
        yield Missing("enterprise_id", _("请填主投资方"))
    if not deal.contact_logs:
        yield Missing("contact_logs", _("还没有沟通记录，请先记一笔首次洽谈"))


def _into_negotiating(deal: Dossier) -> Iterator[Missing]:
    if not deal.planned_wan:
        yield Missing("planned_wan", _("请填总投资"))
    if not deal.direction:
        yield Missing("direction", _("请选招商方向"))
    if not deal.content:
        yield Missing("content", _("请写项目内容"))


def _into_signed(deal: Dossier) -> Iterator[Missing]:
    if not deal.signed_on:
        yield Missing("signed_on", _("请填签约日期"))
    if deal.agreement_kind is not AgreementKind.INVESTMENT:
        said = _("框架协议和补充协议不算签约，须签订投资协议") if deal.agreement_kind else _("请选协议类型")
        yield Missing("agreement_kind", said)
    if not deal.planned_wan:
        yield Missing("planned_wan", _("请填总投资"))
    if not deal.agreed_wan:
        yield Missing("agreed_wan", _("请填协议引资"))
    if deal.admission not in (Admission.APPROVED, Admission.CONDITIONAL):
        said = (
            _("决策咨询已否决，不能签约")
            if deal.admission is Admission.REJECTED
            else _("决策咨询还没有准予，不能签约")
        )
        yield Missing("admission", said)


def _into_landed(deal: Dossier) -> Iterator[Missing]:
    if not deal.local_company:
        yield Missing("local_company", _("请填在本区注册的项目公司"))


GATES: dict[Stage, Callable[[Dossier], Iterator[Missing]]] = {
    Stage.NEW_TALKS: _into_new_talks,
    Stage.NEGOTIATING: _into_negotiating,
    Stage.SIGNED: _into_signed,
    Stage.LANDED: _into_landed,
}
