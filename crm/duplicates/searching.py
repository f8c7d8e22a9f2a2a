"""What is found by a merchant's name or numbers, and is found anew after a merge or its undo."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from crm.db import db
from crm.deals.actions import search_fields
from crm.deals.models import Deal
from crm.merchants import identity
from crm.merchants.models import Position
from crm.search import index


def refresh_around(noun: str, ids: Sequence[int]) -> None:
    """A firm is found by its people's numbers, a person by the firm, a deal by its investor's name."""
    if noun == "person":
        held = sa.select(Position.enterprise_id).where(Position.person_id.in_(ids)).distinct()
        identity.refresh_many("enterprise", db.session.scalars(held.order_by(Position.enterprise_id)).all())
        return
    held = sa.select(Position.person_id).where(Position.enterprise_id.in_(ids)).distinct()
    identity.refresh_many("person", db.session.scalars(held.order_by(Position.person_id)).all())
    deals = sa.select(Deal).where(Deal.enterprise_id.in_(ids)).options(joinedload(Deal.enterprise))
    found = db.session.scalars(deals.order_by(Deal.id)).all()
    for some in identity.chunks(found, identity.CHUNK):
        index.remove("deal", [deal.id for deal in some])
        index.put_many("deal", [(deal.id, search_fields(deal)) for deal in some])
