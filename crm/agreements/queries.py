"""Reading agreements: whoever sees the deal sees what was signed about it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from crm.db import db
from crm.deals import queries as deals
from crm.deals.models import Deal
from crm.deals.stages import AgreementKind
from crm.files.models import StoredFile
from crm.files.store import hanging_on
from crm.lib import clock
from crm.org import settings
from crm.org.models import User

from .models import Agreement, AgreementRead

NOUN = Agreement.__tablename__


def visible_to(user: User) -> sa.Select[Any]:
    return sa.select(Agreement).where(deals.is_seen(Agreement.deal_id, user))


def with_names(rows: sa.Select[Any]) -> sa.Select[Any]:
    about = joinedload(Agreement.deal)
    return rows.options(
        about.joinedload(Deal.unit), about.joinedload(Deal.enterprise), about.joinedload(Deal.owner)
    )


def of_deal(deal: Deal) -> Sequence[Agreement]:
    rows = sa.select(Agreement).where(Agreement.deal_id == deal.id)
    return db.session.scalars(
        rows.order_by(sa.nulls_last(Agreement.signed_on.desc()), Agreement.id.desc())
    ).all()


def files_of(agreements: Sequence[Agreement]) -> dict[int, list[StoredFile]]:
    return hanging_on(NOUN, [one.id for one in agreements])


def reads_of(files: Sequence[StoredFile]) -> dict[int, list[AgreementRead]]:
    """{file: who opened it}, the latest first."""
    found: dict[int, list[AgreementRead]] = {}
    rows = sa.select(AgreementRead).where(AgreementRead.file_id.in_([one.id for one in files]))
    for one in db.session.scalars(
        rows.options(joinedload(AgreementRead.user)).order_by(AgreementRead.id.desc())
    ):
        found.setdefault(one.file_id, []).append(one)
    return found


def is_expiring(today: dt.date) -> sa.ColumnElement[bool]:
    """It runs out soon, or has, and nobody has said what became of it."""
    until = today + dt.timedelta(days=settings.get("agreement.remind_days"))
    return sa.and_(Agreement.closed_on.is_(None), Agreement.expires_on <= until)


def lacks_review() -> sa.ColumnElement[bool]:
    """Agreement.lacks_review as a WHERE."""
    return sa.and_(Agreement.terms != "", Agreement.reviewed_on.is_(None))


def investment_of(deal: Deal) -> Agreement | None:
    """The signed investment agreement: what makes a signing. A framework agreement is none."""
    rows = sa.select(Agreement).where(
        Agreement.deal_id == deal.id,
        Agreement.kind == AgreementKind.INVESTMENT,
        Agreement.signed_on.is_not(None),
        Agreement.signed_on <= clock.today(),
        Agreement.closed_on.is_(None),
    )
    return db.session.scalar(rows.order_by(Agreement.signed_on.desc(), Agreement.id.desc()).limit(1))


def has_file(agreement: Agreement) -> bool:
    rows = sa.select(StoredFile.id).where(StoredFile.noun == NOUN, StoredFile.record_id == agreement.id)
    return db.session.scalar(rows.limit(1)) is not None
