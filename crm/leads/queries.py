"""Reading leads: always through what the user may see."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from crm.db import db
from crm.files import store
from crm.files.models import StoredFile
from crm.holidays import queries as holidays
from crm.lib import clock
from crm.merchants import queries as merchants
from crm.merchants.models import Enterprise, FormerName
from crm.org import settings
from crm.org.guard import once_a_request, reaches, within
from crm.org.models import User
from crm.org.permissions import Permission as P
from crm.search import index

from . import clocks, protection
from .clocks import Clock
from .models import Judgement, Lead, LeadState
from .protection import Protection

ALIKE = 20
RECENT = 50
OPEN = (LeadState.REPORTED, LeadState.FOLLOWED, LeadState.NURTURED)
UNDER_WAY = (*OPEN, LeadState.CONVERTED)
"""What a later report of the same merchant repeats; one that was given up bars nobody."""
MOST_OF_SAME = 20
"""Reports of one merchant looked through for the one that is protected."""

TERMS = {
    Clock.ANSWER: "lead.answer_days",
    Clock.JUDGE: "lead.judge_days",
    Clock.FEEDBACK: "lead.feedback_days",
}
KEPT_ALIVE_BY: list[Callable[[Sequence[Lead]], Mapping[int, Sequence[dt.date]]]] = []
"""Upper features say here on which days the unit of a first report was in touch: {lead id: days}."""


@once_a_request
def visible_to(user: User) -> sa.Select[Lead]:
    """What my unit reported, judges or answers for, and what I reported or follow."""
    mine = within(
        user.scope_of(P.LEAD_VIEW),
        user,
        units=[Lead.unit_id, Lead.report_unit_id, Lead.judge_unit_id],
        owners=[Lead.owner_id, Lead.reported_by_id],
    )
    return sa.select(Lead).where(mine)


def may(user: User, permission: P, lead: Lead) -> bool:
    """Whether this lead may be changed so: by those who answer for it, or whose news it is."""
    return reaches(
        user.scope_of(permission),
        user,
        units=[lead.unit_id, lead.report_unit_id, lead.judge_unit_id],
        owners=[lead.owner_id, lead.reported_by_id],
    )


def _enterprises_seen(user: User) -> sa.Select[int | None]:
    """Access to a lead is access to its enterprise."""
    return visible_to(user).with_only_columns(Lead.enterprise_id)


merchants.SEEN_THROUGH.append(_enterprises_seen)


def with_names(rows: sa.Select[Any]) -> sa.Select[Any]:
    """Load what a line of a list names, in a number of statements that does not grow with the lines."""
    return rows.options(
        joinedload(Lead.enterprise),
        joinedload(Lead.unit),
        joinedload(Lead.report_unit),
        selectinload(Lead.owner),
        selectinload(Lead.reported_by),
    )


def clocks_of(lead: Lead) -> list[clocks.Reading]:
    """The three clocks of a lead as they stand today."""
    stopped = {Clock.ANSWER: lead.answered_at, Clock.JUDGE: lead.judged_at, Clock.FEEDBACK: lead.fed_back_at}
    return clocks.read(
        clock.local(lead.reported_at).date(),
        {which: clock.local(at).date() if at else None for which, at in stopped.items()},
        {which: settings.get(key) for which, key in TERMS.items()},
        holidays.calendar(),
        clock.today(),
    )


def judge_by(lead: Lead) -> dt.date:
    """The last day for judging it."""
    return next(one.due_on for one in clocks_of(lead) if one.clock is Clock.JUDGE)


def is_late(today: dt.date, which: Clock = Clock.JUDGE) -> sa.ColumnElement[bool]:
    """The clock still runs though its working days are over, as a WHERE."""
    begun = holidays.calendar().begun_before(today, settings.get(TERMS[which]))
    running = {
        Clock.ANSWER: sa.and_(Lead.answered_at.is_(None), Lead.state == LeadState.REPORTED),
        Clock.JUDGE: Lead.state == LeadState.REPORTED,
        Clock.FEEDBACK: Lead.fed_back_at.is_(None),
    }
    return sa.and_(running[which], Lead.reported_at < clock.start_of(begun))


# --- the first report ---------------------------------------------------------------------------------------


def first_of_same(lead: Lead) -> Lead | None:
    """The report that a new one of the same merchant repeats: the earliest that is under way. The end of its chain
    has the credit. Asked of the whole district, whoever may see it."""
    return next(iter(_all_of_same(lead)), None)


def wait_for_same(lead: Lead) -> None:
    """Until the transaction ends nobody else reports a merchant of this name: of two reports in one moment one is
    first. On SQLite only one writes at a time as it is."""
    if lead.company_key and db.session.get_bind().dialect.name == "postgresql":
        key = sa.func.hashtext(f"lead:{lead.company_key}")
        db.session.execute(sa.select(sa.func.pg_advisory_xact_lock(key)))


def protected_first(lead: Lead) -> Lead | None:
    """The earliest of the same merchant whom others have to keep away for today: one whose protection is over does
    not hide another that is protected."""
    same = _all_of_same(lead)
    kept = protections(same)
    return next((one for one in same if kept[one.id].holds(clock.today())), None)


def _all_of_same(lead: Lead) -> Sequence[Lead]:
    """What is under way of the same merchant, the earliest first."""
    same = []
    if lead.enterprise_id:
        same.append(Lead.enterprise_id == lead.enterprise_id)
    if lead.company_key:
        same.append(Lead.company_key == lead.company_key)
    if not same:
        return []
    rows = sa.select(Lead).where(sa.or_(*same), Lead.state.in_(UNDER_WAY))
    if lead.id:
        rows = rows.where(Lead.id != lead.id)
    return db.session.scalars(rows.order_by(Lead.reported_at, Lead.id).limit(MOST_OF_SAME)).all()


def joined_to(lead: Lead) -> Sequence[Lead]:
    """The later reports that joined it (协报), in their order."""
    rows = sa.select(Lead).where(Lead.duplicate_of_id == lead.id)
    return db.session.scalars(
        rows.options(joinedload(Lead.report_unit), joinedload(Lead.reported_by)).order_by(
            Lead.reported_at, Lead.id
        )
    ).all()


def protections(leads: Sequence[Lead]) -> dict[int, Protection]:
    """{lead id: how long others have to keep away}. A statement or two for any number of leads."""
    contacts: dict[int, list[dt.date]] = defaultdict(list)
    for days_of in KEPT_ALIVE_BY if leads else ():
        for id, days in days_of(leads).items():
            contacts[id] += days
    return {
        lead.id: protection.protection(
            clock.local(lead.reported_at).date(),
            contacts[lead.id],
            today=clock.today(),
            days=settings.get("first_report.days"),
            gap=settings.get("first_report.contact_days"),
        )
        for lead in leads
    }


def is_protected(lead: Lead) -> bool:
    return protections([lead])[lead.id].holds(clock.today())


def files_of(lead: Lead) -> list[StoredFile]:
    return store.hanging_on(Lead.__tablename__, [lead.id]).get(lead.id, [])


def files_visible_to(user: User) -> sa.Select[Any]:
    """Attachments of the leads I may see."""
    mine = visible_to(user).with_only_columns(Lead.id)
    return sa.select(StoredFile).where(StoredFile.noun == Lead.__tablename__, StoredFile.record_id.in_(mine))


def judgements_of(lead: Lead) -> Sequence[Judgement]:
    """Every answer about it, the latest first."""
    rows = sa.select(Judgement).where(Judgement.lead_id == lead.id)
    rows = rows.options(
        joinedload(Judgement.unit), selectinload(Judgement.judged_by), selectinload(Judgement.leader)
    )
    return db.session.scalars(rows.order_by(Judgement.id.desc())).all()


def enterprise_named(user: User, company: str) -> Enterprise | None:
    """The one enterprise of exactly this name, now or formerly, that the user may see; None when not one."""
    if not company:
        return None
    former = sa.select(FormerName.enterprise_id).where(FormerName.name == company)
    rows = merchants.visible_to(user).where(sa.or_(Enterprise.name == company, Enterprise.id.in_(former)))
    found = db.session.scalars(rows.limit(2)).all()
    return found[0] if len(found) == 1 else None


def leads_of(enterprise_id: int) -> sa.Select[Lead]:
    """Every lead about an enterprise, newest first. Not narrowed to a user."""
    return (
        sa.select(Lead)
        .where(Lead.enterprise_id == enterprise_id)
        .order_by(Lead.reported_at.desc(), Lead.id.desc())
    )


def alike(lead: Lead) -> Sequence[Lead]:
    """Other leads it may repeat: same enterprise, same company name, same telephone, or found by the name.

    Earliest first, since the first report has the credit. Not narrowed to a user: whoever judges must be able to
    say "repeats a lead of another unit"; of those only title and unit are shown.
    """
    same = []
    if lead.enterprise_id:
        same.append(Lead.enterprise_id == lead.enterprise_id)
    if lead.company:
        same += [Lead.company == lead.company, Lead.id.in_(index.matching("lead", lead.company))]
    if lead.contact_phone:
        same.append(Lead.contact_phone == lead.contact_phone)
    rows = sa.select(Lead).where(Lead.id != lead.id, sa.or_(sa.false(), *same))
    return db.session.scalars(
        rows.options(joinedload(Lead.report_unit)).order_by(Lead.reported_at, Lead.id).limit(ALIKE)
    ).all()


def recent(user: User, lead: Lead) -> Sequence[Lead]:
    """Other leads the user sees, newest first: to choose from when the one it repeats goes by another name."""
    rows = visible_to(user).where(Lead.id != lead.id).options(joinedload(Lead.report_unit))
    return db.session.scalars(rows.order_by(Lead.reported_at.desc(), Lead.id.desc()).limit(RECENT)).all()


def seen_by(user: User, leads: Sequence[Lead]) -> set[int]:
    """Which of these the user may open."""
    ids = [lead.id for lead in leads]
    return (
        set(db.session.scalars(visible_to(user).with_only_columns(Lead.id).where(Lead.id.in_(ids))))
        if ids
        else set()
    )
