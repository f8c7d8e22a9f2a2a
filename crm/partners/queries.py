"""Reading partners, and what is counted as coming from a region or from 山海协作.

`deal_is`, `lead_is` say it once; the filters of the lists and the table of results both ask them, and each puts them
into a WHERE over deals or leads: a deal that stands under 杭州, 余杭 and 山海协作 is one row, and counts once in all.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from crm.contacts import queries as contacts
from crm.db import db
from crm.deals.models import Deal
from crm.files.models import StoredFile
from crm.files.store import hanging_on
from crm.leads.models import Lead
from crm.lib import clock
from crm.lib.words import _
from crm.merchants import queries as merchants
from crm.merchants.models import Enterprise
from crm.missions import queries as missions
from crm.missions.models import Mission
from crm.org import settings
from crm.org.guard import reaches, within
from crm.org.models import User
from crm.org.permissions import Permission as P

from . import areas
from .areas import Area
from .models import Exchange, Partner, PartnerAgreement, PartnerKind, PartnerSource

NOUN = Partner.__tablename__
PAPER = PartnerAgreement.__tablename__
ALL, SHANHAI = "all", "shanhai"
MOST = 200  # partners that are offered in a form


def visible_to(user: User) -> sa.Select[Partner]:
    mine = within(user.scope_of(P.PARTNER_VIEW), user, units=[Partner.unit_id], owners=[Partner.owner_id])
    return sa.select(Partner).where(mine)


def _enterprises_seen(user: User) -> sa.Select[int | None]:
    """Whoever works with a chamber or a firm reads what is known of it, until that is over."""
    return visible_to(user).where(Partner.ended_on.is_(None)).with_only_columns(Partner.enterprise_id)


merchants.SEEN_THROUGH.append(_enterprises_seen)


def may(user: User, partner: Partner) -> bool:
    return reaches(user.scope_of(P.PARTNER_MANAGE), user, units=[partner.unit_id], owners=[partner.owner_id])


def loaded(rows: sa.Select[Any]) -> sa.Select[Any]:
    return rows.options(
        joinedload(Partner.unit), joinedload(Partner.owner), joinedload(Partner.enterprise)
    )  # fmt: skip


def of_name(name: str, but: int | None) -> Partner | None:
    rows = sa.select(Partner).where(
        Partner.name == name, Partner.ended_on.is_(None), Partner.id != (but or 0)
    )
    return db.session.scalar(rows.options(joinedload(Partner.unit)).limit(1))


def of_enterprise(user: User, enterprise_id: int) -> Sequence[Partner]:
    rows = loaded(visible_to(user)).where(Partner.enterprise_id == enterprise_id)
    return db.session.scalars(rows.order_by(Partner.id.desc()).limit(10)).all()


def to_choose(user: User, *, ended: bool = False) -> list[tuple[int, str]]:
    """Those one works with; `ended`: also those one worked with, as filters offer them."""
    rows = visible_to(user).with_only_columns(Partner.id, Partner.name)
    rows = rows if ended else rows.where(Partner.ended_on.is_(None))
    return [(row[0], row[1]) for row in db.session.execute(rows.order_by(Partner.name).limit(MOST))]


# --- agreements and exchanges -------------------------------------------------------------------------------


def agreements_visible_to(user: User) -> sa.Select[Any]:
    seen = visible_to(user).with_only_columns(Partner.id)
    return sa.select(PartnerAgreement).where(PartnerAgreement.partner_id.in_(seen))


def exchanges_visible_to(user: User) -> sa.Select[Any]:
    seen = visible_to(user).with_only_columns(Partner.id)
    return sa.select(Exchange).where(Exchange.partner_id.in_(seen))


def exchanges_loaded(rows: sa.Select[Any]) -> sa.Select[Any]:
    return rows.options(
        joinedload(Exchange.partner).joinedload(Partner.unit),
        joinedload(Exchange.author),
        joinedload(Exchange.mission),
    )


def latest_exchanges(partner: Partner, most: int = 30) -> Sequence[Exchange]:
    rows = exchanges_loaded(sa.select(Exchange).where(Exchange.partner_id == partner.id))
    return db.session.scalars(rows.order_by(Exchange.on_day.desc(), Exchange.id.desc()).limit(most)).all()


def agreements_of(partner: Partner) -> Sequence[PartnerAgreement]:
    rows = sa.select(PartnerAgreement).where(PartnerAgreement.partner_id == partner.id)
    return db.session.scalars(
        rows.order_by(PartnerAgreement.signed_on.desc(), PartnerAgreement.id.desc()).limit(50)
    ).all()


def files_of(papers: Sequence[PartnerAgreement]) -> dict[int, list[StoredFile]]:
    return hanging_on(PAPER, [one.id for one in papers])


def in_force() -> sa.ColumnElement[bool]:
    """A partner with an agreement that binds today."""
    today = clock.today()
    return sa.exists().where(
        PartnerAgreement.partner_id == Partner.id,
        PartnerAgreement.closed_on.is_(None),
        sa.or_(PartnerAgreement.expires_on.is_(None), PartnerAgreement.expires_on >= today),
    )


def is_expiring() -> sa.ColumnElement[bool]:
    """One of its agreements runs out soon, or has, and nobody has said what became of it."""
    return sa.exists().where(
        PartnerAgreement.partner_id == Partner.id,
        PartnerAgreement.closed_on.is_(None),
        PartnerAgreement.expires_on
        <= clock.today() + dt.timedelta(days=settings.get("agreement.remind_days")),
    )


def is_overdue() -> sa.ColumnElement[bool]:
    return sa.and_(Partner.ended_on.is_(None), Partner.next_due_on < clock.today())


def missions_to_choose(user: User) -> list[tuple[int, str]]:
    seen = missions.visible_to(user).where(Mission.cancelled_on.is_(None))
    rows = seen.with_only_columns(Mission.id, Mission.title, Mission.starts_on)
    found = db.session.execute(rows.order_by(Mission.starts_on.desc(), Mission.id.desc()).limit(50))
    return [(id, f"{day.isoformat()} {title}") for id, title, day in found]


# --- whose a lead or a deal is ------------------------------------------------------------------------------


def regions() -> list[Area]:
    return areas.read(settings.get("partner.regions"))[0]


def unknown_regions() -> list[str]:
    return areas.read(settings.get("partner.regions"))[1]


def views() -> list[tuple[str, str]]:
    """(value in an address, label) of everything that can be asked for: each region, 山海协作, all of them."""
    return [
        *((area.code, area.label) for area in regions()),
        (SHANHAI, _("山海协作")),
        (ALL, _("全部协作")),
    ]  # fmt: skip


def _lies_in(column: Any, code: str) -> sa.ColumnElement[bool]:
    return column.startswith(code, autoescape=True)


def partner_is(view: str) -> sa.ColumnElement[bool]:
    """Partners of a region, those of 山海协作, or all: every partner is one to work with."""
    if view == ALL:
        return sa.true()
    return Partner.is_shanhai.is_(True) if view == SHANHAI else _lies_in(Partner.region_code, view)


def _by_partner(view: str) -> Any:
    """The sources that lead to partners of a view."""
    return (
        sa.select(PartnerSource).join(Partner, Partner.id == PartnerSource.partner_id).where(partner_is(view))
    )


def _leads_of(sources: Any) -> Any:
    return sources.where(PartnerSource.lead_id.is_not(None)).with_only_columns(PartnerSource.lead_id)


def _deals_of(sources: Any) -> Any:
    return sources.where(PartnerSource.deal_id.is_not(None)).with_only_columns(PartnerSource.deal_id)


def _firm_in(enterprise_id: Any, codes: Sequence[str]) -> sa.ColumnElement[bool]:
    """One look at the firm of each deal or lead, however many places are asked for: bounded by those, not by the
    million firms of the base."""
    here = sa.or_(sa.false(), *(_lies_in(Enterprise.region_code, code) for code in codes))
    return sa.exists().where(Enterprise.id == enterprise_id, here)


def _codes(view: str) -> list[str]:
    """The places of a view; 山海协作 is none."""
    if view == ALL:
        return [area.code for area in regions() if not area.inside]
    return [] if view == SHANHAI else [view]


def deal_is(view: str) -> sa.ColumnElement[bool]:
    """A deal of a region: its main investor sits there, or a partner of the region brought it or the lead it came
    from. Of 山海协作: it is marked so, or such a partner brought it."""
    codes = _codes(view)
    named = [_firm_in(Deal.enterprise_id, codes)] if codes else []
    named += [Deal.is_shanhai.is_(True)] if view in (ALL, SHANHAI) else []
    sources = _by_partner(view)
    return sa.or_(*named, Deal.id.in_(_deals_of(sources)), Deal.lead_id.in_(_leads_of(sources)))


def lead_is(view: str) -> sa.ColumnElement[bool]:
    """The same of a lead: the firm it names or the place it says, or who brought it."""
    codes = _codes(view)
    named = [_firm_in(Lead.enterprise_id, codes)] if codes else []
    named += [_lies_in(Lead.region_code, code) for code in codes]
    return sa.or_(*named, Lead.id.in_(_leads_of(_by_partner(view))))


def deal_from(partner_id: int) -> sa.ColumnElement[bool]:
    sources = sa.select(PartnerSource).where(PartnerSource.partner_id == partner_id)
    return sa.or_(Deal.id.in_(_deals_of(sources)), Deal.lead_id.in_(_leads_of(sources)))


def lead_from(partner_id: int) -> sa.ColumnElement[bool]:
    return Lead.id.in_(_leads_of(sa.select(PartnerSource).where(PartnerSource.partner_id == partner_id)))


def sources_of(subject: Lead | Deal) -> Sequence[PartnerSource]:
    """Who brought it; of a deal also who brought its lead."""
    if isinstance(subject, Lead):
        where: Any = PartnerSource.lead_id == subject.id
    else:
        where = PartnerSource.deal_id == subject.id
        if subject.lead_id:
            where = sa.or_(where, PartnerSource.lead_id == subject.lead_id)
    rows = sa.select(PartnerSource).where(where).options(joinedload(PartnerSource.partner))
    return db.session.scalars(rows.order_by(PartnerSource.id)).all()


def seen_among(user: User, partner_ids: Sequence[int]) -> set[int]:
    rows = visible_to(user).where(Partner.id.in_(partner_ids)).with_only_columns(Partner.id)
    return set(db.session.scalars(rows)) if partner_ids else set()


def counts(user: User) -> dict[PartnerKind, int]:
    rows = visible_to(user).where(Partner.ended_on.is_(None)).with_only_columns(Partner.kind, sa.func.count())
    found = {row[0]: row[1] for row in db.session.execute(rows.group_by(Partner.kind))}
    return {kind: found.get(kind, 0) for kind in PartnerKind}


SOURCE = contacts.Source(
    NOUN, Partner, lambda user: visible_to(user), Partner.name, (joinedload(Partner.unit),)
)
