"""Reviews for tests, as they stand: no verb, no event."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from crm.db import db
from crm.deals.models import Deal, StageMove
from crm.deals.stages import MoveKind, Stage
from crm.entry.models import (
    EntryCheck,
    EntryException,
    EntryOpinion,
    EntryRecheck,
    EntryReview,
    EntryStandard,
)
from crm.entry.steps import CheckKind, Conclusion, ReviewStep, Stance, Voice
from crm.org.models import Unit
from tests.cast import make_deal


def let_in(cast: Any, unit: Unit, number: int) -> None:
    """One more review of the first deal, one more of all that hangs on the first review, one more deal in production."""
    hub = db.session.get_one(Deal, 1)
    day = dt.date(1990, 1, 1) + dt.timedelta(days=number)
    promised = {"fixed_wan": Decimal(100), "land_mu": Decimal(1), "tax_wan": Decimal(10)}
    decided = {"step": ReviewStep.DECIDED, "conclusion": Conclusion.APPROVED, "decided_on": day}
    db.session.add(EntryReview(deal=hub, **promised, **decided))
    db.session.flush()
    first = db.session.get_one(EntryReview, 1)
    first.opinions.append(EntryOpinion(voice=Voice.DEPARTMENT, unit=unit))
    if number < 3:
        first.done.append(EntryRecheck(number=number + 1, on_day=day, **promised, author=cast.wang))
    else:
        first.opinions.append(
            EntryOpinion(voice=Voice.EXPERT, who=f"第{number}位", stance=Stance.FOR, on_day=day)
        )
    if number < 4:
        db.session.add(EntryCheck(deal=hub, kind=list(CheckKind)[number]))
    db.session.add(EntryException(deal=hub, approver=cast.zhou, on_day=day, reason="特批"))
    made = make_deal(f"第{number}个投产", by=cast.wang, stage=Stage.PRODUCING, signed_on=day)
    made.moves.append(
        StageMove(kind=MoveKind.ADVANCED, to_stage=Stage.PRODUCING, on_day=day, actor_id=cast.wang.id)
    )
    review = EntryReview(deal=made, **promised, **decided)
    review.done.append(EntryRecheck(number=1, on_day=day, **promised))
    db.session.add(review)
    db.session.add(EntryCheck(deal=made, kind=CheckKind.SAFETY))
    db.session.add(EntryStandard(year=2000 + number, place=unit))
