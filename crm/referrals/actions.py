"""The verbs: note a tie, take it back, ask for an introduction, say what came of it."""

from __future__ import annotations

import datetime as dt
from typing import Any

from crm.audit.trail import Actor, record, recording
from crm.db import db
from crm.lib import clock
from crm.lib.errors import Refused
from crm.lib.words import _
from crm.org.models import User

from . import queries
from .chains import Node
from .models import Asking, Introduction, Tie, TieKind

FURTHEST = dt.timedelta(days=366)


def tie(one: Node, two: Node, kind: TieKind, said: str, *, actor: User) -> Tie:
    """Note that two know each other. `two` is never one of ours; the same tie is not noted twice."""
    if one == two:
        raise Refused(_("不能和自己建立关系"))
    if kind is TieKind.CONTROLS and two.noun != "enterprise":
        raise Refused(_("控股的对象要是企业"), "kind")
    if kind is TieKind.KIN and "enterprise" in (one.noun, two.noun):
        raise Refused(_("亲属关系的两边都要是人"), "kind")
    for known in queries.ties_of(two):
        ends = {Node(known.one_noun, known.one_id), Node(known.two_noun, known.two_id)}
        if known.kind is kind and ends == {one, two}:
            raise Refused(_("这条关系已经记过了"), "kind")
    new = Tie(
        one_noun=one.noun,
        one_id=one.id,
        two_noun=two.noun,
        two_id=two.id,
        kind=kind,
        said=said,
        unit_id=actor.unit_id,
        author_id=actor.id,
    )
    db.session.add(new)
    with recording("tie.noted", new, actor=actor):
        db.session.flush()
    return new


def untie(known: Tie, *, actor: Actor) -> None:
    """It was a mistake; the trail keeps what was said."""
    record(
        "tie.removed",
        known,
        actor=actor,
        changes={key: [value, None] for key, value in known.snapshot().items()},
    )
    db.session.delete(known)


def ask(
    target: Node, asked: Node, data: dict[str, Any], *, names: tuple[str, str], way: str, actor: User
) -> Introduction:
    """Somebody is to ask `asked` to lead us to `target`; `names` are those of the two as they are called now."""
    if data["due_on"] < clock.today():
        raise Refused(_("日期已经过了，请填今天或以后"), "due_on")
    if data["due_on"] > clock.today() + FURTHEST:
        raise Refused(_("日期超过一年，请检查年份"), "due_on")
    for known in queries.open_introductions(actor, target):
        if known.is_open and (known.asked_noun, known.asked_id) == asked:
            raise Refused(
                _("%(who)s已经在请%(name)s引荐了", who=known.owner.name, name=known.asked_name), "asked"
            )
    new = Introduction(
        target_noun=target.noun,
        target_id=target.id,
        target_name=names[0],
        asked_noun=asked.noun,
        asked_id=asked.id,
        asked_name=names[1],
        way=way,
        wish=data["wish"],
        due_on=data["due_on"],
        owner_id=data["owner_id"],
        unit_id=actor.unit_id,
        author_id=actor.id,
    )
    db.session.add(new)
    with recording("introduction.asked", new, actor=actor):
        db.session.flush()
    return new


def end(introduction: Introduction, state: Asking, outcome: str, *, actor: User) -> None:
    """What came of it. Whoever was introduced is known from now on: the tie is noted too."""
    if not introduction.is_open:
        raise Refused(_("这次引荐已经有了结果"))
    with recording("introduction.ended", introduction, actor=actor):
        introduction.state, introduction.ended_on, introduction.outcome = state, clock.today(), outcome
    asked = Node(introduction.asked_noun, introduction.asked_id)
    target = Node(introduction.target_noun, introduction.target_id)
    if state is Asking.DONE and asked.noun != "user" and asked != target:
        known = {(one.one_noun, one.one_id, one.kind) for one in queries.ties_of(target)}
        if (*asked, TieKind.INTRODUCED) not in known:
            tie(asked, target, TieKind.INTRODUCED, outcome, actor=actor)
