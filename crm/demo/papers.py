"""What the demo district has put on paper: an agreement for each signed deal of the year, one deal that was handed on
before it was signed, and one meeting that is over."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from crm.agreements.models import Agreement
from crm.db import db
from crm.deals.models import Deal
from crm.deals.stages import Stage
from crm.lib import clock
from crm.lists.models import Tag
from crm.meetings.models import Meeting, MeetingItem, MeetingState, MeetingTask
from crm.merchants.models import Direction
from crm.org.models import User
from crm.transfers.models import Share, Transfer, TransferState

DISTRICT = "衢州市柯城区人民政府"
MEETING_ON = dt.date(2013, 7, 19)
GONE_THROUGH = 4
HANDED_ON = dt.date(2013, 3, 20)
LARGE_WAN = Decimal(10_000)
NOT_YET_REVIEWED = dt.date(2013, 5, 1)


def load_agreements(deals: Iterable[Deal], keeper: User) -> None:
    for deal in deals:
        if deal.signed_on is None or deal.agreement_kind is None:
            continue
        parties = [f"甲方：{DISTRICT}"]
        if deal.enterprise:
            parties.append(f"乙方：{deal.enterprise.name}")
        db.session.add(
            Agreement(
                deal_id=deal.id,
                kind=deal.agreement_kind,
                title=f"{deal.name}{deal.agreement_kind.msgid}",
                number=f"示例〔{deal.signed_on.year}〕{deal.id:02d}号",
                parties="\n".join(parties),
                amount_wan=deal.agreed_wan,
                signed_on=deal.signed_on,
                effective_on=deal.signed_on,
                **_promised(deal),
                created_by_id=keeper.id,
                created_at=clock.start_of(deal.signed_on) + dt.timedelta(hours=17),
            )
        )
    db.session.flush()


def _promised(deal: Deal) -> dict[str, Any]:
    """Large ones are promised something, of the latest nobody has reviewed it yet; none that bears a real name."""
    if deal.signed_on is None or (deal.planned_wan or 0) < LARGE_WAN or not deal.name.startswith("示例"):
        return {}
    terms = {"terms": "示例：标准厂房租金前两年减半"}
    if deal.signed_on >= NOT_YET_REVIEWED:
        return terms
    return terms | {
        "reviewed_by": "示例：公平竞争审查小组",
        "reviewed_on": deal.signed_on - dt.timedelta(days=7),
    }


def load_transfer(deal: Deal, giver: User, taker: User) -> None:
    """One unit found it and the other has the place: two parts of one credit."""
    proposed = clock.start_of(HANDED_ON) + dt.timedelta(hours=9)
    db.session.add(
        Transfer(
            deal_id=deal.id,
            from_unit_id=giver.unit_id,
            to_unit_id=deal.unit_id,
            reason="示例：由主管部门承接更合适",
            state=TransferState.ACCEPTED,
            proposed_by_id=giver.id,
            proposed_at=proposed,
            answered_by_id=taker.id,
            answered_at=proposed + dt.timedelta(hours=6),
            shares=[Share(unit_id=giver.unit_id, percent=40), Share(unit_id=deal.unit_id, percent=60)],
        )
    )
    db.session.flush()


def load_traits(deals: Iterable[Deal]) -> None:
    """What kind of deals were signed, invented from what the demo says of them anyway."""
    for deal in deals:
        if deal.signed_on is None:
            continue
        large = (deal.planned_wan or 0) >= 10_000
        said = {
            "高新产业": deal.direction is Direction.ELECTRONICS
            or (deal.direction is Direction.MANUFACTURING and large),
            "民间投资": deal.id % 4 > 0,
            "龙头型": (deal.planned_wan or 0) >= 50_000,
        }
        db.session.add_all(
            Tag(noun=Deal.__tablename__, record_id=deal.id, word=word) for word, so in said.items() if so
        )
    db.session.flush()


def load_meeting(deals: Iterable[Deal], chair: User) -> None:
    """The weekly round of the unit, ended, with one task that was done: nobody's desk fills by looking at the demo."""
    opened = clock.start_of(MEETING_ON) + dt.timedelta(hours=9)
    talked = [
        deal
        for deal in deals
        if deal.unit_id == chair.unit_id and deal.stage in (Stage.NEW_TALKS, Stage.NEGOTIATING)
    ]
    meeting = Meeting(
        title=f"{MEETING_ON.isoformat()} 每周项目会",
        on_day=MEETING_ON,
        chair=chair.name,
        present="示例参会人员",
        state=MeetingState.CLOSED,
        unit_id=chair.unit_id,
        created_by_id=chair.id,
        created_at=opened,
        closed_at=opened + dt.timedelta(hours=1),
    )
    for at, deal in enumerate(talked[:GONE_THROUGH], 1):
        meeting.items.append(
            MeetingItem(
                deal_id=deal.id,
                position=at,
                stage=deal.stage,
                note="示例：进展已听取",
                discussed_at=opened + dt.timedelta(minutes=10 * at),
            )
        )
    meeting.items[0].tasks.append(
        MeetingTask(
            what="示例：补齐项目资料",
            assignee_id=chair.id,
            due_on=MEETING_ON + dt.timedelta(days=3),
            done_on=MEETING_ON + dt.timedelta(days=2),
            done_note="已补齐",
        )
    )
    db.session.add(meeting)
    db.session.flush()
