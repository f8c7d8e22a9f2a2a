"""The net around a merchant, gathered step by step through indexes: never more than a few hundred rows at a time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from crm.contacts.models import ContactLog, contact_colleague, contact_person
from crm.db import db
from crm.deals.models import Deal, Party
from crm.deals.stages import DealState, Stage
from crm.lib import clock
from crm.lib.words import _
from crm.merchants import queries as merchants
from crm.merchants.models import (
    Enterprise,
    OrganisationKind,
    Person,
    Position,
    Relation,
    Suspect,
    SuspectState,
)
from crm.org import queries as org
from crm.org.guard import within
from crm.org.models import User
from crm.org.permissions import Permission as P
from crm.web import display

from .chains import LONGEST, Chain, Node, Step, chains, nodes_of
from .models import Introduction, Tie

ROWS = 300
"""Rows of one kind that are read for one step: of a chamber's thousand members some are enough."""

WIDEST = 200
"""Records that the net grows from at each step."""

A_YEAR = dt.timedelta(days=365)
HERE = (Stage.SIGNED, Stage.LANDED, Stage.STARTED, Stage.PRODUCING, Stage.AT_CAPACITY)
"""A firm with a deal in one of these is one of ours already: 以商招商 begins with it."""


@dataclass(frozen=True)
class Shown:
    """A node as this user may know it: of a hidden one only its unit, and whom to ask there."""

    node: Node
    name: str
    note: str
    seen: bool


@dataclass(frozen=True)
class Way:
    """One chain, ready to be drawn: `steps[i]` joins `nodes[i]` and `nodes[i + 1]`."""

    chain: Chain
    nodes: list[Shown]
    steps: list[Step]

    @property
    def ask(self) -> Shown | None:
        """Whom we ask: who stands next to the one that is to be reached, none where one of ours knows them."""
        return self.nodes[-2] if len(self.nodes) > 2 or self.nodes[0].node.noun != "user" else None

    @property
    def words(self) -> str:
        return " — ".join(one.name for one in self.nodes)


def ways(user: User, target: Node) -> list[Way]:
    """The best chains from our people and from firms that are here already to a merchant the user may see."""
    steps, ours = _net(target)
    found = chains(steps, target, ours)
    shown = _shown(user, {node for chain in found for node in nodes_of(chain, target)})
    return [
        Way(chain, [shown[node] for node in nodes_of(chain, target)], [_told(step, shown) for step in chain])
        for chain in found
        if all(node in shown for node in nodes_of(chain, target))
    ]


def _told(step: Step, shown: dict[Node, Shown]) -> Step:
    """What is said of two of whom one is hidden may name them: it is left out."""
    return step if shown[step.one].seen and shown[step.two].seen else replace(step, said="")


def _net(target: Node) -> tuple[list[Step], set[Node]]:
    """All steps within reach, and which of the nodes are ours. Grows until enough of ours are met."""
    steps: list[Step] = []
    known, edge = {target}, [target]
    ours: set[Node] = set()
    for _turn in range(LONGEST):
        new = list(_around(edge))
        steps += new
        met = dict.fromkeys(node for step in new for node in (step.one, step.two) if node not in known)
        known |= met.keys()
        firms = [node.id for node in met if node.noun == "enterprise"]
        ours |= {node for node in met if node.noun == "user"} | _already_here(firms)
        edge = [node for node in met if node not in ours][:WIDEST]
        if len(ours) >= ENOUGH or not edge:
            break
    return steps, ours


ENOUGH = 6


def _already_here(firms: Sequence[int]) -> set[Node]:
    if not firms:
        return set()
    rows = sa.select(Deal.enterprise_id).where(
        Deal.enterprise_id.in_(firms), Deal.stage.in_(HERE), Deal.state == DealState.ACTIVE
    )
    return {Node("enterprise", id) for id in db.session.scalars(rows.distinct()) if id}


def _around(nodes: Sequence[Node]) -> Iterator[Step]:
    people = [node.id for node in nodes if node.noun == "person"]
    firms = [node.id for node in nodes if node.noun == "enterprise"]
    yield from _ties(nodes)
    if people:
        yield from _positions(Position.person_id.in_(people))
        yield from _met_people(people)
        yield from _chambers_of_people(people)
    if firms:
        yield from _positions(Position.enterprise_id.in_(firms))
        yield from _met_firms(firms)
        yield from _parties(firms)
        yield from _related(firms)
        yield from _chambers(firms)


def _ties(nodes: Sequence[Node]) -> Iterator[Step]:
    for noun in ("person", "enterprise"):
        ids = [node.id for node in nodes if node.noun == noun]
        if not ids:
            continue
        for side_noun, side_id in ((Tie.one_noun, Tie.one_id), (Tie.two_noun, Tie.two_id)):
            rows = sa.select(Tie).where(side_noun == noun, side_id.in_(ids)).order_by(Tie.id).limit(ROWS)
            for tie in db.session.scalars(rows):
                one, two = Node(tie.one_noun, tie.one_id), Node(tie.two_noun, tie.two_id)
                yield Step(one, two, tie.kind.value, f"{tie.kind.label}：{tie.said}")


def _positions(where: Any) -> Iterator[Step]:
    rows = sa.select(Position.person_id, Position.enterprise_id, Position.title).where(where)
    for person, firm, title in db.session.execute(
        rows.order_by(Position.is_main.desc(), Position.id).limit(ROWS)
    ):
        yield Step(Node("person", person), Node("enterprise", firm), "works", title or _("任职"))


def _met_people(people: Sequence[int]) -> Iterator[Step]:
    """Who of ours has met them: who wrote the log, and who came along."""
    met = contact_person.c
    wrote = (
        sa.select(met.person_id, ContactLog.author_id, sa.func.count(), sa.func.max(ContactLog.happened_at))
        .join(ContactLog, ContactLog.id == met.contact_log_id)
        .where(met.person_id.in_(people), ContactLog.author_id.is_not(None))
        .group_by(met.person_id, ContactLog.author_id)
    )
    came = (
        sa.select(
            met.person_id, contact_colleague.c.user_id, sa.func.count(), sa.func.max(ContactLog.happened_at)
        )
        .join(ContactLog, ContactLog.id == met.contact_log_id)
        .join(contact_colleague, contact_colleague.c.contact_log_id == met.contact_log_id)
        .where(met.person_id.in_(people))
        .group_by(met.person_id, contact_colleague.c.user_id)
    )
    for rows in (wrote, came):
        yield from _met("person", rows)


def _met_firms(firms: Sequence[int]) -> Iterator[Step]:
    rows = (
        sa.select(
            ContactLog.enterprise_id,
            ContactLog.author_id,
            sa.func.count(),
            sa.func.max(ContactLog.happened_at),
        )
        .where(ContactLog.enterprise_id.in_(firms), ContactLog.author_id.is_not(None))
        .group_by(ContactLog.enterprise_id, ContactLog.author_id)
    )
    yield from _met("enterprise", rows)


def _met(noun: str, rows: Any) -> Iterator[Step]:
    long_ago = clock.business_now() - A_YEAR
    for id, user_id, times, last in db.session.execute(rows.limit(ROWS)):
        said = _("沟通 %(n)s 次，最近 %(day)s", n=times, day=display.day(last))
        yield Step(Node("user", user_id), Node(noun, id), "met", said, stale=last < long_ago)


def _parties(firms: Sequence[int]) -> Iterator[Step]:
    """Who stands in one deal with them: partners, and who introduced them."""
    for one, two in ((Deal.enterprise_id, Party.enterprise_id), (Party.enterprise_id, Deal.enterprise_id)):
        rows = sa.select(Deal.enterprise_id, Party.enterprise_id, Party.role).join(
            Party, Party.deal_id == Deal.id
        )
        rows = rows.where(one.in_(firms), two.is_not(None)).order_by(Deal.id).limit(ROWS)
        for first, second, role in db.session.execute(rows):
            assert first is not None  # one of the two conditions has seen to it
            yield Step(
                Node("enterprise", first),
                Node("enterprise", second),
                "party",
                _("同一项目的%(role)s", role=role.label),
            )


def _related(firms: Sequence[int]) -> Iterator[Step]:
    """有关联: branches, groups, one controller, as they were decided in 查重."""
    rows = sa.select(Suspect.a_id, Suspect.b_id, Suspect.relation).where(
        Suspect.noun == "enterprise",
        Suspect.state == SuspectState.RELATED,
        sa.or_(Suspect.a_id.in_(firms), Suspect.b_id.in_(firms)),
    )
    for one, two, relation in db.session.execute(rows.limit(ROWS)):
        said = (relation or Relation.OTHER).label
        yield Step(Node("enterprise", one), Node("enterprise", two), "related", said)


def _chambers(firms: Sequence[int]) -> Iterator[Step]:
    """A firm and its chamber, if the chamber is in the base; a chamber and its members that are here already."""
    chamber = sa.orm.aliased(Enterprise)
    of = (
        sa.select(Enterprise.id, chamber.id)
        .join(chamber, sa.and_(chamber.name == Enterprise.chamber, chamber.kind == OrganisationKind.CHAMBER))
        .where(Enterprise.id.in_(firms), Enterprise.chamber != "", chamber.id != Enterprise.id)
    )
    members = (
        sa.select(Enterprise.id, chamber.id)
        .join(chamber, chamber.name == Enterprise.chamber)
        .join(Deal, Deal.enterprise_id == Enterprise.id)
        .where(
            chamber.id.in_(firms),
            chamber.kind == OrganisationKind.CHAMBER,
            Deal.stage.in_(HERE),
            Deal.state == DealState.ACTIVE,
        )
        .distinct()
    )
    for rows in (of, members):
        for firm, its_chamber in db.session.execute(rows.limit(ROWS)):
            yield Step(Node("enterprise", firm), Node("enterprise", its_chamber), "chamber", _("商会会员"))


def _chambers_of_people(people: Sequence[int]) -> Iterator[Step]:
    """A person and the chamber that is written down with them, if it is in the base."""
    rows = (
        sa.select(Person.id, Person.chamber_title, Enterprise.id)
        .join(
            Enterprise,
            sa.and_(Enterprise.name == Person.chamber, Enterprise.kind == OrganisationKind.CHAMBER),
        )
        .where(Person.id.in_(people), Person.chamber != "")
    )
    for person, title, chamber in db.session.execute(rows.limit(ROWS)):
        yield Step(Node("person", person), Node("enterprise", chamber), "chamber", title or _("商会会员"))


# --- what a user may know of them -------------------------------------------------------------------------


def _shown(user: User, nodes: Iterable[Node]) -> dict[Node, Shown]:
    ids: dict[str, list[int]] = {"user": [], "person": [], "enterprise": []}
    for node in nodes:
        ids[node.noun].append(node.id)
    found: dict[Node, Shown] = {}
    for one in db.session.scalars(
        sa.select(User).where(User.id.in_(ids["user"])).options(joinedload(User.unit))
    ):
        found[Node("user", one.id)] = Shown(Node("user", one.id), one.name, one.unit.name, True)
    hidden: list[tuple[Node, Any]] = []
    models: dict[str, Any] = {"person": Person, "enterprise": Enterprise}
    for noun, model in models.items():
        rows = sa.select(model).where(model.id.in_(ids[noun])).options(joinedload(model.follow_unit))
        seen = set(
            db.session.scalars(
                merchants.rows_of(noun, user).with_only_columns(model.id).where(model.id.in_(ids[noun]))
            )
        )
        for record in db.session.scalars(rows):
            node = Node(noun, record.id)
            if record.id in seen:
                found[node] = Shown(node, record.name, record.follow_unit.name, True)
            else:
                hidden.append((node, record))
    asked = org.whom_to_ask({record.follow_unit_id for _node, record in hidden}) if hidden else {}
    for node, record in hidden:
        name = _("%(unit)s的客商", unit=record.follow_unit.name)
        found[node] = Shown(node, name, _("可问 %(who)s", who=asked.get(record.follow_unit_id, "")), False)
    return found


def named(nodes: Iterable[Node], user: User) -> dict[Node, Shown]:
    return _shown(user, nodes)


# --- ties and introductions -------------------------------------------------------------------------------


def ties_of(subject: Node) -> Sequence[Tie]:
    rows = sa.select(Tie).where(
        sa.or_(
            sa.and_(Tie.one_noun == subject.noun, Tie.one_id == subject.id),
            sa.and_(Tie.two_noun == subject.noun, Tie.two_id == subject.id),
        )
    )
    return db.session.scalars(rows.options(joinedload(Tie.unit)).order_by(Tie.id.desc()).limit(ROWS)).all()


def introductions_visible_to(user: User) -> sa.Select[Introduction]:
    mine = within(
        user.scope_of(P.CONTACT_VIEW),
        user,
        units=[Introduction.unit_id],
        owners=[Introduction.owner_id, Introduction.author_id],
    )
    return sa.select(Introduction).where(mine)


def introductions_loaded(rows: sa.Select[Any]) -> sa.Select[Any]:
    return rows.options(joinedload(Introduction.unit), joinedload(Introduction.owner))


def open_introductions(user: User, target: Node) -> Sequence[Introduction]:
    rows = introductions_visible_to(user).where(
        Introduction.target_noun == target.noun, Introduction.target_id == target.id
    )
    order = (Introduction.ended_on.is_not(None), Introduction.due_on, Introduction.id)
    return db.session.scalars(introductions_loaded(rows).order_by(*order).limit(20)).all()
