"""A pair of records with one of everything hanging on each, and the whole base as plain rows for comparing."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa

from crm.db import Model, db
from crm.deals.models import Party, PartyRole
from crm.files.models import StoredFile
from crm.lists.models import Tag
from crm.merchants import identity
from crm.merchants.models import FormerName, Handle, HandleKind, Position, Suspect
from tests.cast import Cast, make_contact, make_deal, make_enterprise, make_lead, make_person

OLD = "衢州澜峰电子有限公司"
NEW = "浙江澜峰电子科技有限公司"
LONG_AGO = dt.datetime(2012, 3, 1, 9, 0, tzinfo=dt.UTC)
LATER = dt.datetime(2013, 2, 1, 9, 0, tzinfo=dt.UTC)


def twins(cast: Cast, **columns: Any) -> tuple[Any, Any]:
    """The same firm twice, the second reported later; each with a person, a deal, a lead, logs, tags, a pair."""
    wang = cast.wang
    old = make_enterprise(
        OLD, by=wang, first_reported_at=LONG_AGO, address="衢州市柯城区", created_at=LONG_AGO
    )
    new = make_enterprise(
        NEW,
        by=wang,
        first_reported_at=LATER,
        created_at=LATER,
        **{"legal_representative": "赵明", "website": "lanfeng.example", "main_business": "电子元件"}
        | columns,
    )
    other = make_enterprise("杭州澜峰电子有限公司", by=wang)
    shared = make_person("赵明", by=wang, at=old, title="")
    only_new = make_person("钱芳", by=wang, at=new, title="财务")
    db.session.add(Position(person=shared, enterprise=new, title="董事长"))
    for firm, number in ((old, "13905700001"), (new, "13905700001"), (new, "13905700002")):
        db.session.add(Handle(enterprise=firm, kind=HandleKind.MOBILE, value=number, digits=number))
    db.session.add(FormerName(enterprise=new, name=OLD))
    db.session.add(FormerName(enterprise=new, name="衢州澜峰元件厂"))
    for firm in (old, new):
        lead = make_lead(f"{firm.name}有意回乡", by=wang, enterprise_id=firm.id)
        deal = make_deal(f"{firm.name}项目", by=wang, enterprise_id=firm.id)
        log = make_contact("谈了用地", by=wang, enterprise_id=firm.id, deal_id=deal.id, lead_id=lead.id)
        log.people.append(shared)
        log.people.append(only_new) if firm is new else None
        db.session.add(Tag(noun="enterprise", record_id=firm.id, word="电子"))
        db.session.add(StoredFile(noun="enterprise", record_id=firm.id, name="执照.pdf", sha256="0" * 64, size=1,
                                  media_type="application/pdf"))  # fmt: skip
    db.session.add(Tag(noun="enterprise", record_id=new.id, word="重点"))
    db.session.add(Tag(noun="person", record_id=new.id, word="不是这家"))
    deal = make_deal("共同的项目", by=wang, enterprise_id=other.id)
    db.session.add_all(Party(deal=deal, enterprise=firm, role=PartyRole.PARTNER) for firm in (old, new))
    db.session.add(Party(deal=deal, enterprise=new, role=PartyRole.INTRODUCER))
    db.session.add(Suspect(a_id=old.id, b_id=new.id, score=0.97, verdict="same", reasons=[]))
    for firm in (old, new):
        db.session.add(Suspect(noun="enterprise", a_id=min(firm.id, other.id), b_id=max(firm.id, other.id),
                               score=0.7, verdict="ask", reasons=[]))  # fmt: skip
    db.session.flush()
    for noun, model in (("enterprise", type(old)), ("person", type(shared))):
        identity.refresh_many(noun, list(db.session.scalars(sa.select(model.id))))
    db.session.commit()
    return old, new


LEFT_OUT = {"event", "search_entry", "merge", "merge_step", "merge_row", "tombstone", "signed_in", "sent"}
"""What an undo does not put back: the trail and the log only grow; entries of the index are made anew."""


def base() -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table, but for versions, which never go back, and for rows without a number of their own."""
    db.session.flush()
    found = {}
    for table in Model.metadata.sorted_tables:
        if table.name in LEFT_OUT:
            continue
        hidden = {"version"}
        columns = [column for column in table.columns if column.name not in hidden]
        rows = db.session.execute(sa.select(*columns)).all()
        found[table.name] = sorted(tuple(map(repr, row)) for row in rows)
    return found
