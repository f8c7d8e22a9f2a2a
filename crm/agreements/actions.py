"""The verbs of an agreement. None moves the deal: 签约 is a stage with a gate of its own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from werkzeug.datastructures import FileStorage

from crm.audit.trail import record, recording
from crm.db import db
from crm.deals.models import Deal
from crm.files import store
from crm.files.models import StoredFile
from crm.lib import clock
from crm.lib.errors import Refused
from crm.lib.words import _
from crm.org.models import User
from crm.search import index
from crm.search.tokens import Field, Kind

from . import queries
from .models import Agreement, AgreementRead

FACTS = (
    "kind", "title", "number", "parties", "amount_wan", "signed_on", "effective_on", "expires_on", "terms", "reviewed_by",
    "reviewed_on", "note",
)  # fmt: skip


def add(deal: Deal, data: dict[str, Any], *, actor: User, uploads: Sequence[FileStorage] = ()) -> Agreement:
    _check(data)
    agreement = Agreement(deal_id=deal.id, created_by_id=actor.id, **{name: data[name] for name in FACTS})
    with recording("agreement.added", agreement, actor=actor, note=deal.name):
        db.session.add(agreement)
        db.session.flush()
    index.put(queries.NOUN, agreement.id, search_fields(agreement))
    attach(agreement, uploads, actor=actor)
    return agreement


def edit(
    agreement: Agreement, data: dict[str, Any], *, actor: User, uploads: Sequence[FileStorage] = ()
) -> None:
    _check(data)
    with recording("agreement.edited", agreement, actor=actor):
        for name in FACTS:
            setattr(agreement, name, data[name])
    index.put(queries.NOUN, agreement.id, search_fields(agreement))
    attach(agreement, uploads, actor=actor)


def attach(agreement: Agreement, uploads: Sequence[FileStorage], *, actor: User) -> list[StoredFile]:
    """Each file is a version more; the earlier ones stay."""
    kept = store.attach(uploads, noun=queries.NOUN, record_id=agreement.id, actor_id=actor.id)
    if kept:
        record("agreement.attached", agreement, actor=actor, note="；".join(one.name for one in kept))
    return kept


def close(agreement: Agreement, reason: str, *, actor: User) -> None:
    """Renewed, ended or void: it reminds nobody any more."""
    if agreement.closed_on:
        raise Refused(_("这份协议 %(day)s 已经了结", day=agreement.closed_on.isoformat()))
    if not reason:
        raise Refused(_("请写明怎么了结的，例如：已续签"), "closed_reason")
    with recording("agreement.closed", agreement, actor=actor, note=reason):
        agreement.closed_on, agreement.closed_reason = clock.today(), reason


def read(agreement: Agreement, file: StoredFile, *, actor: User) -> None:
    """Write down that somebody opened this version."""
    db.session.add(AgreementRead(file_id=file.id, user_id=actor.id))
    record("agreement.read", agreement, actor=actor, note=file.name)


def search_fields(agreement: Agreement) -> list[Field]:
    """What an agreement is found by; the deal it is about is found by itself."""
    return [
        Field(Kind.NAME, agreement.title),
        Field(Kind.CODE, agreement.number),
        *(Field(Kind.NAME, party) for party in agreement.parties.splitlines()),
        Field(Kind.TEXT, agreement.note),
    ]


def _check(data: dict[str, Any]) -> None:
    signed, begins, ends = data.get("signed_on"), data.get("effective_on"), data.get("expires_on")
    reviewed = data.get("reviewed_on")
    for name, day in (("signed_on", signed), ("reviewed_on", reviewed)):
        if day and day > clock.today():
            raise Refused(_("日期还没有到，请填今天或以前"), name)
    if reviewed and not data.get("reviewed_by"):
        raise Refused(_("请写明由哪个部门审查"), "reviewed_by")
    if data.get("reviewed_by") and not reviewed:
        raise Refused(_("请填审查日期；还没有审查的两项都空着"), "reviewed_on")
    first = begins or signed
    if ends and first and ends < first:
        raise Refused(_("到期日不能早于签订或生效日"), "expires_on")
