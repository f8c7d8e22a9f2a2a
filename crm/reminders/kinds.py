"""What people are reminded of. A feature whose things fall due adds a line to KINDS.

A kind says how its records that are due are found (`rows`), since which day each is (`due_on`), and the same as a WHERE
(`is_due`), by which a reminder is known to be of no interest any more. `days` are its terms unless the setting says
others: the owner, the head of the unit, the sponsor.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from crm.agreements import queries as agreements
from crm.agreements.models import Agreement
from crm.deals import queries as deals
from crm.deals.models import Deal
from crm.holidays import queries as holidays
from crm.leads import queries as leads
from crm.leads.clocks import Clock
from crm.leads.models import Judgement, Lead
from crm.lib import clock
from crm.lib.words import N_, _
from crm.missions import queries as missions
from crm.missions.models import Mission
from crm.missions.phases import Phase
from crm.org import settings
from crm.org.models import User
from crm.slips import queries as slips
from crm.slips.models import Slip
from crm.supervision.cases import queries as cases
from crm.supervision.cases.models import SupervisionCase
from crm.supervision.commitments import queries as commitments
from crm.supervision.commitments.models import Commitment


@dataclass(frozen=True)
class Kind:
    """`rows(today)` selects id, title, owner_id, unit_id, sponsor_id under these names and what `due_on(row)` reads."""

    key: str
    msgid: str
    since: str  # the day from which its days are counted, in words
    model: Any
    endpoint: str  # the page of a record, by its id
    is_due: Callable[[dt.date], sa.ColumnElement[bool]]
    rows: Callable[[dt.date], sa.Select[Any]]
    due_on: Callable[[Any], dt.date]
    days: tuple[int | None, int | None, int | None]
    visible_to: Callable[
        [User], sa.Select[Any]
    ]  # the records that somebody may see: of others he is told nothing
    owners: sa.Select[Any] | None = None  # whose the records are; None: nobody's in person

    @property
    def label(self) -> str:
        return _(self.msgid)

    @property
    def since_label(self) -> str:
        return _(self.since)

    @property
    def noun(self) -> str:
        return str(self.model.__tablename__)

    def still(self, record_id: Any, today: dt.date) -> sa.ColumnElement[bool]:
        """The record of this number is due today: a look at one row, by its key."""
        return sa.exists().where(self.model.id == record_id, self.is_due(today))

    def seen(self, user: User, record_id: Any) -> sa.ColumnElement[bool]:
        """He may still see the record of this number: it can have been handed on since he was told of it."""
        rows = self.visible_to(user).with_only_columns(self.model.id).order_by(None)
        return rows.where(self.model.id == record_id).correlate(record_id.class_).exists()

    def with_another(self, record_id: Any, user_id: Any) -> sa.ColumnElement[bool]:
        """Somebody else has it by now, who can still sign in."""
        if self.owners is None:
            return sa.false()
        owner = self.owners.where(self.model.id == record_id).correlate(record_id.class_).scalar_subquery()
        return sa.exists().where(User.id == owner, User.active, User.id != user_id)


def _people(
    id: Any, title: Any, owner: Any, unit: Any, sponsor: Any, *more: Any, due: sa.ColumnElement[bool]
) -> sa.Select[Any]:
    named = (
        title.label("title"),
        owner.label("owner_id"),
        unit.label("unit_id"),
        sponsor.label("sponsor_id"),
    )
    return sa.select(id.label("id"), *named, *more).where(due)


def _deals(*more: Any, due: sa.ColumnElement[bool]) -> sa.Select[Any]:
    return _people(Deal.id, Deal.name, Deal.owner_id, Deal.unit_id, Deal.sponsor_id, *more, due=due)


def _red_since(row: Any) -> dt.date:
    """The day on which a deal's clock ran out."""
    last = clock.local(row.last_contact_at).date() if row.last_contact_at else row.stage_since
    return last + dt.timedelta(days=deals.idle_limit(row.stage))  # type: ignore[no-any-return]


def _leads(which: Clock) -> Callable[[dt.date], sa.Select[Any]]:
    """Whoever was asked to judge it answers, and above him the leader whom the last judgement proposed."""
    leader = sa.select(Judgement.leader_id).where(Judgement.lead_id == Lead.id)
    proposed = leader.order_by(Judgement.id.desc()).limit(1).scalar_subquery()
    unit = sa.func.coalesce(Lead.judge_unit_id, Lead.unit_id)

    def rows(today: dt.date) -> sa.Select[Any]:
        due = leads.is_late(today, which)
        return _people(Lead.id, Lead.title, Lead.owner_id, unit, proposed, Lead.reported_at, due=due)

    return rows


def _clock(key: str, msgid: str, which: Clock, days: tuple[int | None, int | None, int | None]) -> Kind:
    return Kind(
        key, msgid, N_("期限最后一天"), Lead, "leads.show",
        is_due=lambda today: leads.is_late(today, which),
        rows=_leads(which),
        due_on=lambda row: holidays.calendar().after(
            clock.local(row.reported_at).date(), settings.get(leads.TERMS[which])
        ),
        days=days,
        visible_to=leads.visible_to,
        owners=sa.select(Lead.owner_id),
    )  # fmt: skip


def _agreements(today: dt.date) -> sa.Select[Any]:
    rows = _people(
        Agreement.id, Agreement.title, Deal.owner_id, Deal.unit_id, Deal.sponsor_id, Agreement.expires_on,
        due=agreements.is_expiring(today),
    )  # fmt: skip
    return rows.join(Deal, Deal.id == Agreement.deal_id)


KINDS = (
    Kind(
        "deal_step", N_("下一步逾期"), N_("下一步的日期"), Deal, "deals.show",
        is_due=deals.is_overdue,
        rows=lambda today: _deals(Deal.next_due_on, due=deals.is_overdue(today)),
        due_on=lambda row: row.next_due_on,
        days=(1, 7, 14),
        visible_to=deals.visible_to,
        owners=sa.select(Deal.owner_id),
    ),
    Kind(
        "deal_idle", N_("项目久未联系"), N_("变红那天"), Deal, "deals.show",
        is_due=deals.is_long_idle,
        rows=lambda today: _deals(
            Deal.stage, Deal.stage_since, Deal.last_contact_at, due=deals.is_long_idle(today)
        ),
        due_on=_red_since,
        days=(0, 7, 21),
        visible_to=deals.visible_to,
        owners=sa.select(Deal.owner_id),
    ),
    _clock("lead_answer", N_("线索没有首次答复"), Clock.ANSWER, (1, 2, 5)),
    _clock("lead_judge", N_("线索没有研判"), Clock.JUDGE, (1, 2, 5)),
    _clock("lead_feedback", N_("没有反馈报送人"), Clock.FEEDBACK, (1, 4, 10)),
    Kind(
        "mission_results", N_("招商活动没有交结果"), N_("交结果期限"), Mission, "missions.show",
        is_due=lambda today: missions.is_in(Phase.OVERDUE, today),
        rows=lambda today: _people(
            Mission.id, Mission.title, Mission.owner_id, Mission.unit_id, Mission.leader_id, Mission.results_by,
            due=missions.is_in(Phase.OVERDUE, today),
        ),
        due_on=lambda row: row.results_by,
        days=(1, 3, 7),
        visible_to=missions.visible_to,
        owners=sa.select(Mission.owner_id),
    ),
    Kind(
        "agreement_expiring", N_("协议快到期"), N_("开始提醒那天"), Agreement, "agreements.show",
        is_due=agreements.is_expiring,
        rows=_agreements,
        due_on=lambda row: row.expires_on - dt.timedelta(days=settings.get("agreement.remind_days")),
        days=(0, 15, 30),
        visible_to=agreements.visible_to,
        owners=sa.select(Deal.owner_id).join(Agreement, Agreement.deal_id == Deal.id),
    ),
    Kind(
        "slip_overdue", N_("交办单逾期"), N_("交办单的期限"), Slip, "slips.show",
        is_due=slips.late_with_unit,
        rows=lambda today: _people(
            Slip.id, Slip.subject, sa.null(), sa.func.coalesce(Slip.unit_id, Slip.raised_unit_id), Slip.leader_id,
            Slip.due_on, due=slips.late_with_unit(today),
        ),
        due_on=lambda row: row.due_on,
        days=(1, 3, 7),
        visible_to=slips.visible_to,
    ),
    Kind(
        "commitment_overdue", N_("承诺逾期"), N_("兑现期限"), Commitment, "commitments.show",
        is_due=commitments.overdue,
        rows=lambda today: _people(
            Commitment.id, Commitment.name, Commitment.person_id, Commitment.unit_id, sa.null(), Commitment.due_on,
            due=commitments.overdue(today),
        ),
        due_on=lambda row: row.due_on,
        days=(1, 3, None),
        visible_to=commitments.visible_to,
    ),
    Kind(
        "case_overdue", N_("核查件逾期没有说明、整改"), N_("说明、整改的期限"), SupervisionCase, "supervision.show",
        is_due=cases.late,
        rows=lambda today: _people(
            SupervisionCase.id, SupervisionCase.subject, SupervisionCase.person_id, SupervisionCase.unit_id, sa.null(),
            SupervisionCase.due_on, due=cases.late(today),
        ),
        due_on=lambda row: row.due_on,
        days=(1, 3, None),
        visible_to=cases.visible_to,
    ),
)  # fmt: skip
"""Add a line here; its sentence, its page and its setting come by themselves."""

BY_KEY = {kind.key: kind for kind in KINDS}
