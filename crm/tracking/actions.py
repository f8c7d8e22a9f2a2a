"""The verb: write down what a firm says of coming back, and what shows it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from werkzeug.datastructures import FileStorage

from crm.audit.trail import recording
from crm.db import db
from crm.files import store
from crm.lib import clock
from crm.lib.errors import Refused
from crm.lib.words import _
from crm.merchants import identity
from crm.merchants.models import Enterprise, Intent
from crm.org.models import User

from . import queries
from .models import ReturnIntent


def state_intent(
    enterprise: Enterprise, data: dict[str, Any], *, actor: User, uploads: Sequence[FileStorage] = ()
) -> ReturnIntent:
    """It takes the place of the statement before, which stays with the day it was true until; the firm's own 投资意愿
    says the same from now on."""
    if data["intent"] is Intent.UNKNOWN:
        raise Refused(_("请选暂无、观望或积极"), "intent")
    if data["said_on"] > clock.today():
        raise Refused(_("日期还没有到，请填今天或以前"), "said_on")
    before = queries.in_force(enterprise.id)
    if any(one.said_on > data["said_on"] for one in before):
        raise Refused(_("已经有更晚说的一条，请写清楚是哪一天说的"), "said_on")
    stated = ReturnIntent(
        enterprise_id=enterprise.id,
        intent=data["intent"],
        said_on=data["said_on"],
        said_by=data.get("said_by") or "",
        evidence=data["evidence"],
        contact_log_id=data.get("contact_log_id"),
        author_id=actor.id,
        unit_id=actor.unit_id,
    )
    with recording("enterprise.intent_stated", enterprise, actor=actor, note=stated.evidence[:200]):
        for one in before:
            one.until_on = stated.said_on
        db.session.add(stated)
        enterprise.intent, enterprise.intent_note = stated.intent, stated.evidence
        db.session.flush()
    store.attach(uploads, noun=queries.NOUN, record_id=stated.id, actor_id=actor.id)
    identity.refresh(enterprise)
    return stated
