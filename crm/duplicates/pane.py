"""A pair, or a group, side by side: what differs first, why they may be one, what hangs on each, what would come
of a merge.

Built for one place in the list at a time, in a number of statements that does not depend on what is shown.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from flask import url_for

from crm.contacts.models import ContactLog, contact_person
from crm.db import db
from crm.dedup.nouns import NOUNS
from crm.dedup.reasons import WORDS
from crm.files.models import StoredFile
from crm.lib.errors import Refused
from crm.lib.words import N_, _, listed
from crm.merchants.identity import Likeness, likeness
from crm.merchants.models import Handle, Person, Relation, Suspect, SuspectState
from crm.merchants.placing import MODELS
from crm.merchants.queries import TO_LOOK_AT, loaded, rows_of
from crm.merchants.queries import may as may_change
from crm.org.models import Unit, User
from crm.org.permissions import Permission as P
from crm.org.queries import whom_to_ask
from crm.web import display

from . import differing
from .choosing import FIELDS
from .merging import FieldPlan, Plan, plan
from .models import Tombstone
from .queries import Item, may_decide
from .tombstones import ways
from .waterfall import Step, Waterfall, waterfall

STEP_WORDS = {"start": N_("同为候选的两条记录本来的可能性"), "rest": N_("其余较小的凭据和规则限定")}
SIDE_BY_SIDE = ("handle", "former_name")  # shown in rows of their own, not counted
BETWEEN = {one.key: one.between for fields in FIELDS.values() for one in fields}
Shown = list[tuple[str, str]]  # (value, what may be seen of it)
SUGGESTED = {
    "related:branch": Relation.BRANCH,
    "related:group": Relation.GROUP,
    "related:person": Relation.CONTROLLER,
    "related:sister": Relation.CONTROLLER,
    "name:same_alias": Relation.FORMER_NAME,
}


@dataclass
class Member:
    """One record of the group. Masked: its unit and whom to ask, nothing else."""

    number: int  # 1, 2, …: the key that prefers it
    id: int
    name: str
    url: str
    unit: str
    masked: bool = False
    ask: str = ""
    reported: str = ""  # who reported it first, and when
    first: bool = False  # reported before the others: its number and first report stay
    hanging: list[tuple[str, int]] = field(default_factory=list)
    version: int = 0


@dataclass
class Cell:
    parts: differing.Parts
    member: int
    number: int
    chosen: bool = False
    blank: bool = False
    said: list[str] = field(default_factory=list)  # what it adds to a row of which all is kept


@dataclass
class Row:
    key: str
    label: str
    cells: list[Cell]
    differs: bool
    choice: bool = False  # one value must win
    joined: bool = False  # all are kept
    outcome: str = ""
    between: str = ""  # what stands between what is kept


@dataclass
class Evidence:
    """Why one pair may be one."""

    suspect: Suspect
    band: Likeness
    fall: Waterfall
    numbers: tuple[int, int]  # the two members
    relation: str = ""  # how they may hang together without being one

    @property
    def words(self) -> list[tuple[str, float]]:
        """(reason, weight) for the line under the heading."""
        return [(word_of(step), step.weight) for step in self.fall.steps if step.code in WORDS]


@dataclass(frozen=True)
class HandOver:
    """A way to let the other unit decide: it follows our record too."""

    number: int
    unit: str
    url: str


@dataclass
class Pane:
    item: Item
    suspect: Suspect
    noun: str
    members: list[Member]
    rows: list[Row]
    evidence: list[Evidence]
    decidable: bool
    masked: bool
    plan: Plan | None
    refusals: list[str]  # why these cannot be merged
    gone: str  # why there is nothing to merge any more
    prefer: int
    decided_by: str
    decided_of: str  # the unit that decides, in words
    suggested: Relation | None
    ask: str = ""  # who may decide, where the reader may not
    may_reopen: bool = False
    hand_over: list[HandOver] = field(default_factory=list)

    @property
    def differing(self) -> list[Row]:
        return [row for row in self.rows if row.differs]

    @property
    def equal(self) -> list[Row]:
        return [row for row in self.rows if not row.differs]

    @property
    def is_open(self) -> bool:
        return self.suspect.state is SuspectState.OPEN

    @property
    def is_group(self) -> bool:
        return len(self.members) > 2

    @property
    def pairs(self) -> str:
        """All pairs of the group and the version of each, as the form sends them back."""
        return " ".join(f"{one.suspect.id}.{one.suspect.version}" for one in self.evidence)

    @property
    def versions(self) -> str:
        return " ".join(f"{one.id}.{one.version}" for one in self.members)


def word_of(step: Step) -> str:
    return _(WORDS.get(step.code) or STEP_WORDS.get(step.code) or step.code)


def pane_of(
    item: Item, user: User, prefer: int | None = None, choices: Mapping[str, int] | None = None
) -> Pane:
    """`prefer`: whose values win unless `choices` says otherwise; None leaves it to the plan."""
    noun, suspect = item.suspect.noun, item.suspect
    pairs = list(db.session.scalars(sa.select(Suspect).where(Suspect.id.in_(item.pairs))))
    pairs.sort(key=lambda one: item.pairs.index(one.id))
    may = may_decide(user, suspect)
    decidable = suspect.state is SuspectState.OPEN and may
    planned, gone = None, ""
    try:
        planned = plan(noun, item.members, prefer=prefer, choices=choices, user=user if decidable else None)
    except Refused as refused:
        gone = refused.message
    records = planned.records if planned else _left(noun, item.members)
    in_order = [records[one] for one in (planned.ids if planned else sorted(records))]
    seen = set(records) if decidable else _seen(noun, list(records), user)
    members = _members(in_order, seen, planned)
    masked = any(one.masked for one in members)
    numbers = {member.id: member.number for member in members}
    return Pane(
        item=item,
        suspect=suspect,
        noun=noun,
        members=members,
        rows=_rows(planned, in_order, numbers) if planned and not masked else [],
        evidence=[_evidence(one, numbers) for one in pairs],
        decidable=decidable,
        masked=masked,
        plan=planned,
        refusals=planned.refusals if planned and decidable else [],
        gone=gone,
        prefer=planned.prefer if planned else 0,
        decided_by=_name_of(suspect.decided_by_id),
        decided_of=_unit_of(suspect),
        suggested=_suggested(pairs),
        ask="" if may else whom_to_ask({suspect.unit_id}, deciding=True).get(suspect.unit_id, ""),
        hand_over=_hand_over(in_order, members, user) if suspect.state is SuspectState.OPEN else [],
        may_reopen=may and suspect.state in (SuspectState.DIFFERENT, SuspectState.RELATED),
    )


def _hand_over(records: Sequence[Any], members: Sequence[Member], user: User) -> list[HandOver]:
    """A pair of which one side is ours and one another unit's can be given to that unit, who then has both."""
    masked = [one for one in members if one.masked]
    if len(members) != 2 or len(masked) != 1 or not user.may(P.MERCHANT_ASSIGN):
        return []
    theirs = next(record for record in records if record.id == masked[0].id)
    nouns = "people" if isinstance(theirs, Person) else "enterprises"
    return [
        HandOver(
            member.number,
            theirs.follow_unit.name,
            url_for("merchants.assign", nouns=nouns, id=record.id, unit=theirs.follow_unit_id),
        )
        for record, member in zip(records, members, strict=True)
        if not member.masked and may_change(user, P.MERCHANT_ASSIGN, record)
    ]


def _left(noun: str, ids: Sequence[int]) -> dict[int, Any]:
    """What is still there of a pair one side of which is gone."""
    rows = loaded(sa.select(MODELS[noun]).where(MODELS[noun].id.in_(ids)), MODELS[noun])
    return {record.id: record for record in db.session.scalars(rows).unique()}


def _seen(noun: str, ids: Sequence[int], user: User) -> set[int]:
    model = MODELS[noun]
    rows = rows_of(noun, user).with_only_columns(model.id).where(model.id.in_(ids)).order_by(None)
    return set(db.session.scalars(rows))


def _name_of(user_id: int | None) -> str:
    user = db.session.get(User, user_id) if user_id else None
    return user.name if user else ""


def _unit_of(suspect: Suspect) -> str:
    unit = db.session.get(Unit, suspect.unit_id) if suspect.unit_id else None
    return unit.name if unit else ""


# --- the records ------------------------------------------------------------------------------------------------


def _members(records: Sequence[Any], seen: set[int], planned: Plan | None) -> list[Member]:
    asked = whom_to_ask({one.follow_unit_id for one in records if one.id not in seen})
    hanging = _hanging(planned) if planned else {}
    members = []
    for number, record in enumerate(records, 1):
        unit = record.follow_unit.name
        if record.id not in seen:
            ask = asked.get(record.follow_unit_id, "")
            members.append(Member(number, record.id, "", "", unit, masked=True, ask=ask))
            continue
        endpoint = "merchants.show_person" if isinstance(record, Person) else "merchants.show"
        who = record.first_report_user.name if record.first_report_user else ""
        reported = (record.first_report_unit.name, who, display.day(record.first_reported_at))
        members.append(
            Member(
                number,
                record.id,
                record.name,
                url_for(endpoint, id=record.id),
                unit,
                reported=" ".join(one for one in reported if one),
                first=planned is not None and record.id == planned.survivor_id,
                hanging=hanging.get(record.id, []),
                version=record.version,
            )
        )
    return members


def _hanging(planned: Plan) -> dict[int, list[tuple[str, int]]]:
    """{record: [(what, how many)]} of what would move, and the files behind it."""
    found: dict[int, Counter[str]] = {one: Counter() for one in planned.ids}
    for moving in planned.moves:
        if moving.name.split(".")[0] not in SIDE_BY_SIDE:
            for record_id, count in moving.counts.items():
                found[record_id][moving.label] += count
    for record_id, count in db.session.execute(_files(planned.noun, planned.ids)):
        found[record_id][_("附件")] += count
    return {record_id: list(counts.items()) for record_id, counts in found.items()}


def _files(noun: str, ids: Sequence[int]) -> sa.Select[Any]:
    """Files hang on the logs of a record."""
    of: Any = ContactLog.enterprise_id
    log: Any = ContactLog.id
    if noun == "person":
        of, log = contact_person.c.person_id, contact_person.c.contact_log_id
    rows = sa.select(of, sa.func.count()).join(StoredFile, StoredFile.record_id == log)
    return rows.where(StoredFile.noun == "contact_log", of.in_(ids)).group_by(of)


# --- field by field ---------------------------------------------------------------------------------------------


def _rows(planned: Plan, records: Sequence[Any], numbers: Mapping[int, int]) -> list[Row]:
    order = [record.id for record in records]
    rows = [row for one in planned.fields if (row := _row(one, order, numbers)) is not None]
    for key, label, values in _many(planned.noun, records):
        if any(values):
            rows.append(_joined(key, label, values, order, numbers))
    rows.sort(key=lambda row: (not row.differs, not row.choice, row.joined))
    return rows


def _row(one: FieldPlan, order: Sequence[int], numbers: Mapping[int, int]) -> Row | None:
    texts = [one.shown.get(record_id, "") for record_id in order]
    if not any(texts):
        return None
    differs = len(set(texts)) > 1
    joined = differs and one.source is None
    cells = [
        Cell(
            differing.parts(text, _beside(texts, at)) if differs else [(text, False)],
            record_id,
            numbers[record_id],
            chosen=one.source == record_id,
            blank=not text,
            said=[text] if text else [],
        )
        for at, (record_id, text) in enumerate(zip(order, texts, strict=True))
    ]
    choice = differs and not joined and len({text for text in texts if text}) > 1
    return Row(one.key, one.label, cells, differs, choice, joined, one.result, BETWEEN.get(one.key, ""))


def _beside(texts: Sequence[str], at: int) -> str:
    """What a value is compared with: the first's, and for the first that of another."""
    return texts[0] if at else next((text for text in texts[1:] if text and text != texts[0]), "")


def _many(noun: str, records: Sequence[Any]) -> list[tuple[str, str, list[Shown]]]:
    """Fields of several values, all of which are kept."""
    ways = ("handles", _("联系方式"), [[_way(one) for one in record.handles] for record in records])
    if noun == "person":
        held = [[_held(one.enterprise.name, one.title) for one in record.positions] for record in records]
        return [ways, ("positions", _("任职"), held)]
    former = [[(one.name, one.name) for one in record.former_names] for record in records]
    people = [[_held(one.person.name, one.title) for one in record.positions] for record in records]
    theirs = [[_way(way) for one in record.positions for way in one.person.handles] for record in records]
    return [
        ("former_names", _("曾用名"), former),
        ways,
        ("positions", _("人员"), people),
        ("their_phones", _("人员电话"), theirs),
    ]


def _way(handle: Handle) -> tuple[str, str]:
    return handle.shown, handle.masked


def _held(name: str, title: str) -> tuple[str, str]:
    said = f"{name} {title}".strip()
    return said, said


def _joined(
    key: str, label: str, values: list[Shown], order: Sequence[int], numbers: Mapping[int, int]
) -> Row:
    sets = [list(dict.fromkeys(said)) for said in values]
    plain = [[value for value, _shown in said] for said in sets]
    cells = []
    for at, record_id in enumerate(order):
        others = [value for other, said in enumerate(plain) if other != at for value in said]
        parts = differing.several(sets[at], others, _("、"))
        said = [shown for _value, shown in sets[at]]
        cells.append(Cell(parts, record_id, numbers[record_id], blank=not sets[at], said=said))
    differs = len({tuple(sorted(said)) for said in plain}) > 1
    all_of_them = dict.fromkeys(shown for said in sets for _value, shown in said)
    between = _("、")
    return Row(key, label, cells, differs, joined=True, outcome=between.join(all_of_them), between=between)


# --- why --------------------------------------------------------------------------------------------------------


def _evidence(suspect: Suspect, numbers: Mapping[int, int]) -> Evidence:
    noun = NOUNS.get(suspect.noun)
    known = [one for one in suspect.reasons if one[0] in WORDS]
    relation = next((one[0] for one in known if one[0].startswith("related:")), "")
    return Evidence(
        suspect,
        likeness(suspect.verdict, suspect.score),
        waterfall(known, suspect.score, noun.weights().bias if noun else None),
        (numbers.get(suspect.a_id, 0), numbers.get(suspect.b_id, 0)),
        _(WORDS[relation]) if relation else "",
    )


def _suggested(pairs: Sequence[Suspect]) -> Relation | None:
    codes = [reason[0] for pair in pairs for reason in pair.reasons]
    return next((SUGGESTED[code] for code in codes if code in SUGGESTED), None)


# --- the list ---------------------------------------------------------------------------------------------------


@dataclass
class Line:
    """A line of the list."""

    item: Item
    names: list[str]  # '' for one that is masked
    units: list[str]
    masked: bool  # then nothing of what they share is told
    band: Likeness
    words: str  # the weightiest evidence
    percent: int


def lines_of(items: Sequence[Item], user: User) -> list[Line]:
    """Three statements for each noun, however many lines."""
    names: dict[tuple[str, int], tuple[str, str]] = {}
    for noun, model in MODELS.items():
        ids = sorted({one for item in items if item.suspect.noun == noun for one in item.members})
        if not ids:
            continue
        rows = sa.select(model.id, model.name, model.follow_unit_id).where(model.id.in_(ids))
        open_to_me = {one for item in items if may_decide(user, item.suspect) for one in item.members}
        seen = open_to_me | (_seen(noun, ids, user) if set(ids) - open_to_me else set())
        units = _unit_names()
        for record_id, name, unit_id in db.session.execute(rows):
            names[noun, record_id] = (name if record_id in seen else "", units.get(unit_id, ""))
        names |= {(noun, gone): (name, "") for gone, name in _names_gone(noun, ids, seen).items()}
    return [_line(item, names) for item in items]


def _names_gone(noun: str, ids: Sequence[int], seen: set[int]) -> dict[int, str]:
    """What those were called that a merge took in, as far as one may see what has become of them."""
    way = ways(noun)
    rows = (
        sa.select(Tombstone.old_id, Tombstone.name)
        .join(way, way.c.start == Tombstone.old_id)
        .where(Tombstone.noun == noun, Tombstone.standing, Tombstone.old_id.in_(ids), way.c.now.in_(seen))
    )
    return dict(db.session.execute(rows).all())


def _unit_names() -> dict[int, str]:
    return {row.id: row.name for row in db.session.execute(sa.select(Unit.id, Unit.name))}


def _line(item: Item, names: Mapping[tuple[str, int], tuple[str, str]]) -> Line:
    suspect = item.suspect
    known = [names.get((suspect.noun, one), ("", "")) for one in item.members]
    return Line(
        item,
        [name for name, _unit in known],
        list(dict.fromkeys(unit for _name, unit in known if unit)),
        any(not name for name, _unit in known),
        likeness(suspect.verdict, suspect.score),
        _speaking(suspect),
        round(100 * suspect.score),
    )


def _speaking(suspect: Suspect) -> str:
    """The two reasons that say most for it."""
    codes = [code for code, weight, _detail in suspect.reasons if code in WORDS and weight > 0]
    return listed(_(WORDS[code]) for code in codes[:2])


def name_of(noun: str, record_id: int, user: User) -> str:
    """What a record is called; '' where the user may not know."""
    model = MODELS[noun]
    name = rows_of(noun, user).with_only_columns(model.name).where(model.id == record_id).order_by(None)
    return db.session.scalar(name) or ""


# --- on the page of a record ------------------------------------------------------------------------------------


@dataclass
class Other:
    """A record that looks like the one whose page this is."""

    name: str
    url: str
    unit: str
    ask: str
    masked: bool
    band: Likeness
    words: str


@dataclass
class LookAlikes:
    """lines: what may be the same, `total` of them; related: what was decided to hang together, and how."""

    lines: list[Other]
    total: int
    url: str
    decidable: bool
    related: list[Other] = field(default_factory=list)


def look_alikes(subject: Any, user: User, most: int = 5) -> LookAlikes:
    """The open pairs of a record, likeliest first, and its relations; a fixed number of statements."""
    noun, model = subject.__tablename__, type(subject)
    of_it = (Suspect.noun == noun, sa.or_(Suspect.a_id == subject.id, Suspect.b_id == subject.id))
    likeliest = (Suspect.score.desc(), Suspect.id.desc())
    rows = sa.select(Suspect).where(
        *of_it, Suspect.state == SuspectState.OPEN, Suspect.verdict.in_(TO_LOOK_AT)
    )
    found = list(db.session.scalars(rows.order_by(*likeliest).limit(50)))
    rows = sa.select(Suspect).where(*of_it, Suspect.state == SuspectState.RELATED)
    related = list(db.session.scalars(rows.order_by(*likeliest).limit(50)))
    url = url_for("duplicates.suspects", noun=noun, about=subject.id)
    shown = [*found[:most], *related]
    if not shown:
        return LookAlikes([], 0, url, False)
    others = {one.id: one.b_id if one.a_id == subject.id else one.a_id for one in shown}
    records = sa.select(model.id, model.name, model.follow_unit_id).where(model.id.in_(others.values()))
    by_id = {row.id: row for row in db.session.execute(records)}
    seen = _seen(noun, list(others.values()), user)
    units, asked = _unit_names(), whom_to_ask(row.follow_unit_id for row in by_id.values())
    lines: list[Other] = []
    relatives: list[Other] = []
    for one in shown:
        if (row := by_id.get(others[one.id])) is None:
            continue
        masked, is_related = row.id not in seen, one.state is SuspectState.RELATED
        words = one.relation.label if is_related and one.relation else _speaking(one)
        (relatives if is_related else lines).append(
            Other(
                "" if masked else row.name,
                url_for("duplicates.show", id=one.id, noun=noun, about=subject.id),
                units.get(row.follow_unit_id, ""),
                asked.get(row.follow_unit_id, ""),
                masked,
                likeness(one.verdict, one.score),
                "" if masked else words,
            )
        )
    decidable = any(may_decide(user, one) for one in found)
    return LookAlikes(lines, len(found), url, decidable, relatives)
