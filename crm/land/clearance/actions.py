"""The verbs of a clearance: open, put right, tell how far it has come."""

from __future__ import annotations

from typing import Any

from crm.audit.trail import recording
from crm.db import db
from crm.lib import clock
from crm.lib.errors import Refused
from crm.lib.words import _
from crm.org.models import User
from crm.search import index
from crm.search.tokens import Field, Kind

from . import queries
from .models import Clearance
from .stages import wrong_with

FACTS = ("name", "level", "unit_id", "project_id", "households", "due_mu", "due_on")
FIGURES = ("signed", "vacated", "delivered_mu", "blockers")


def open_clearance(data: dict[str, Any], *, actor: User) -> Clearance:
    """列入征迁."""
    _refuse_known(data["name"], None)
    row = Clearance(signed=0, vacated=0, delivered_mu=0, entered_by_id=actor.id, told_on=clock.today())
    _fill(row, data, FACTS)
    db.session.add(row)
    with recording("clearance.opened", row, actor=actor):
        db.session.flush()
    put_in_index(row)
    return row


def edit(row: Clearance, data: dict[str, Any], *, actor: User) -> None:
    """What is to be cleared and by when; never below what is done already."""
    _refuse_known(data["name"], row)
    with recording("clearance.edited", row, actor=actor):
        _fill(row, data, FACTS)
    put_in_index(row)


def tell(row: Clearance, data: dict[str, Any], *, actor: User) -> None:
    """报进度: the figures so far. Fewer than before needs a reason: an agreement that fell through, a mistake."""
    note = data.get("note") or ""
    fewer = any(data[name] < getattr(row, name) for name in ("signed", "vacated", "delivered_mu"))
    if fewer and not note:
        raise Refused(_("比上次报的少了，请写明原因"), "note")
    with recording("clearance.told", row, actor=actor, note=note):
        _fill(row, data, FIGURES)
        row.told_on = clock.today()


def _fill(row: Clearance, data: dict[str, Any], names: tuple[str, ...]) -> None:
    figures = {
        name: data[name] if name in names and name in data else getattr(row, name)
        for name in ("households", "signed", "vacated", "due_mu", "delivered_mu")
    }
    if figures["households"] is None or not figures["due_mu"]:
        raise Refused(_("请填写户数和应交付的亩数"), "due_mu")
    if wrong := wrong_with(**figures):
        raise Refused(wrong[1], wrong[0] if wrong[0] in names else None)
    for name in names:
        if name in data:
            setattr(row, name, data[name])


def _refuse_known(name: str, row: Clearance | None) -> None:
    with db.session.no_autoflush:
        known = queries.named(name)
    if known is not None and (row is None or known.id != row.id):
        raise Refused(_("“%(name)s”已经列入征迁", name=name), "name")


def search_fields(row: Clearance) -> list[Field]:
    """What a clearance is found by."""
    return [Field(Kind.NAME, row.name)]


def put_in_index(row: Clearance) -> None:
    index.put(queries.NOUN, row.id, search_fields(row))
