"""Which weights are in force: kept in the database, taken over by every process without a restart."""

from __future__ import annotations

from importlib import resources
from typing import Any

import sqlalchemy as sa

from crm.audit.trail import record
from crm.db import db
from crm.dedup import scoring
from crm.dedup.nouns import NOUNS
from crm.lib.errors import Refused
from crm.lib.words import _
from crm.org import settings

from ..models import WeightsAdoption

SETTING = (
    "duplicates.weights."  # + noun: the number of the adoption in force; kept where each request looks anyway
)
FILES = {"enterprise": "weights.json", "person": "people_weights.json"}
_used: dict[str, int] = {}  # what this process has taken over


def number_in_force(noun: str) -> int:
    """Of the adoption; 0: the shipped table, never changed."""
    return int(settings.everything().get(SETTING + noun, 0))


def in_force(noun: str) -> WeightsAdoption | None:
    number = number_in_force(noun)
    return db.session.get(WeightsAdoption, number) if number else None


def text_of(adoption: WeightsAdoption | None, noun: str) -> str:
    return adoption.weights if adoption and adoption.weights else shipped(noun)


def shipped(noun: str) -> str:
    return resources.files("crm.dedup").joinpath(FILES[noun]).read_text("utf-8")


def history(noun: str, most: int = 20) -> list[WeightsAdoption]:
    rows = sa.select(WeightsAdoption).filter_by(noun=noun).order_by(WeightsAdoption.id.desc())
    return list(db.session.scalars(rows.options(sa.orm.joinedload(WeightsAdoption.adopted_by)).limit(most)))


def keep_up() -> None:
    """Weigh by what is in force, if somebody has changed it. Costs a look into a dictionary."""
    for noun in NOUNS:
        number = number_in_force(noun)
        if number != _used.get(noun, 0):
            adoption = in_force(noun)
            scoring.use(adoption.weights or None if adoption else None, noun)
            _used[noun] = number


def adopt(noun: str, weights: str, figures: dict[str, Any], *, actor: Any) -> WeightsAdoption:
    """From the commit on all weigh by this table."""
    scoring.read_weights(weights)  # what cannot be read is not adopted
    return _put(WeightsAdoption(noun=noun, weights=weights, figures=figures), "weights.adopted", actor)


def go_back(noun: str, number: int, *, actor: Any) -> WeightsAdoption:
    """To an earlier table, or with 0 to the shipped one."""
    earlier = db.session.get(WeightsAdoption, number) if number else None
    if number and (earlier is None or earlier.noun != noun):
        raise Refused(_("没有这个版本的权重"))
    if text_of(in_force(noun), noun) == text_of(earlier, noun):
        raise Refused(_("正在用的就是这个版本"))
    again = WeightsAdoption(
        noun=noun,
        weights=earlier.weights if earlier else "",
        figures=dict(earlier.figures) if earlier else {},
        again_id=earlier.id if earlier else None,
    )
    return _put(again, "weights.taken_back", actor)


def _put(adoption: WeightsAdoption, verb: str, actor: Any) -> WeightsAdoption:
    before = number_in_force(adoption.noun)
    adoption.adopted_by_id = actor.id
    db.session.add(adoption)
    db.session.flush()
    settings.put(SETTING + adoption.noun, adoption.id)
    record(verb, adoption, actor=actor, changes={"in_force": [before, adoption.id]})
    return adoption
