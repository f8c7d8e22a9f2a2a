"""Who is who: the bridge between the base and the dedup core.

Every enterprise and person stands in the look-up (lookup.py), written in the transaction that changes it. A question
costs one statement over the keys, each key's fan-out bounded, one for the most promising records, which the core
weighs, and one for the few that are shown; so it stays quick with a million of them. People decide.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import sqlalchemy as sa

from crm import dedup
from crm.db import db
from crm.dedup import Band, Match, Reason, Record, Verdict, keys_of, normalise, people_keys_of
from crm.dedup import Person as PersonRecord
from crm.dedup.profile import profile_of
from crm.lib.enums import Labelled
from crm.lib.words import N_, listed
from crm.org.guard import reaches
from crm.org.models import Unit, User
from crm.org.permissions import Permission
from crm.org.queries import whom_to_ask
from crm.reference import industries, regions
from crm.search import index
from crm.search.tokens import Field, Kind

from . import lookup
from .models import Enterprise, FormerName, Handle, HandleKind, Person, Position
from .queries import visible_to

BEGINS = 12  # what it says that a name begins with what is typed
PROMISING = 30  # candidates that are loaded and weighed
CHUNK = 500
MODELS: dict[str, type[Enterprise] | type[Person]] = {"enterprise": Enterprise, "person": Person}
PHONE_KINDS = (HandleKind.MOBILE, HandleKind.LANDLINE, HandleKind.OTHER)
Question = lookup.Question
T = TypeVar("T")


class Likeness(Labelled):
    """How alike, in words; the core's bands, and what hangs together without being one."""

    VERY_LIKELY = "very_likely", N_("很可能重复"), "bad"
    LIKELY = "likely", N_("可能重复"), "warn"
    POSSIBLE = "possible", N_("有些相像"), "neutral"
    RELATED = "related", N_("有关联"), "info"


def likeness(verdict: str, score: float) -> Likeness:
    if verdict == Verdict.RELATED:
        return Likeness.RELATED
    return Likeness.VERY_LIKELY if score >= 0.95 else Likeness.LIKELY if score >= 0.6 else Likeness.POSSIBLE


def likeness_typed(verdict: str, score: float) -> Likeness:
    """The same for a form, where no percentage stands beside it: what only a person can tell (somebody of the same
    name, nothing else known) is not called 很可能重复."""
    asked = likeness(verdict, score)
    return Likeness.LIKELY if asked is Likeness.VERY_LIKELY and verdict != Verdict.SAME else asked


@dataclass
class Known:
    """A stored record as the core sees it, and who may see it."""

    noun: str
    id: int
    name: str
    kind: str
    unit: str
    units: tuple[int | None, ...]
    owners: tuple[int | None, ...]
    record: Any


@dataclass
class Candidate:
    """A look-alike, as it may be shown to one user. Masked: that there is one, its unit and whom to ask; its
    name, its likeness and what it shares would all tell what it holds."""

    noun: str  # enterprise, person
    id: int
    name: str
    kind: str
    unit: str
    verdict: Verdict
    score: int | None  # 0 to 100
    band: Likeness | None
    reasons: list[str]
    masked: bool
    match: Match
    editable: bool = False
    url: str = ""
    add_url: str = ""
    add_to: str = ""
    take: str = ""
    note: str = ""
    ask: str = ""  # who can tell more about a masked one
    known: Known | None = field(default=None, repr=False)

    @property
    def may_be_the_same(self) -> bool:
        return self.verdict in (Verdict.SAME, Verdict.ASK)


# --- keys --------------------------------------------------------------------------------------------------


def keys_for(question: Question) -> list[str]:
    """The keys of an enterprise or a person, strongest first."""
    if isinstance(question, PersonRecord):
        return people_keys_of(question)
    return keys_of(question)


def phone_keys(question: Question) -> list[str]:
    return [f"p:{digits}" for digits in map(normalise.phone_digits, question.phones[:4]) if digits]


KEPT_BESIDE: list[Callable[[str, Sequence[int]], None]] = []
"""What upper features keep of records beside their keys and entries, made anew with them: noun, ids."""


def keep_beside(noun: str, record_ids: Sequence[int]) -> None:
    for keep in KEPT_BESIDE:
        keep(noun, record_ids)


def refresh(subject: Enterprise | Person) -> None:
    """Keys and search entry of one record, as it stands now; called by every verb that changes it."""
    db.session.flush()
    refresh_many(subject.__tablename__, [subject.id])


def refresh_many(noun: str, record_ids: Iterable[int], *, fresh: bool = False) -> None:
    """The same for many: a few statements for each 500. `fresh`: this transaction has made them, and they have
    no keys and entries yet. Where both nouns change, enterprises come first: see `lookup.hold`."""
    db.session.flush()
    model = MODELS[noun]
    for ids in chunks(sorted(set(record_ids)), CHUNK):
        held = {} if fresh else lookup.hold(noun, ids)
        entries = {each.id: (each.record, keys_for(each.record)) for each in load(noun, ids).values()}
        if fresh:
            lookup.put_new(noun, entries)
        else:
            lookup.put(noun, entries, held)
            index.remove(noun, ids)
        words = search_words(noun, model, ids)
        index.put_many(noun, [(record_id, words[record_id]) for record_id in ids if record_id in words])
        keep_beside(noun, ids)


def forget(noun: str, record_ids: Iterable[int]) -> None:
    """Take records out of look-up and search: they are no more, or another record stands for them."""
    for ids in chunks(sorted(set(record_ids)), CHUNK):
        lookup.forget(noun, ids)
        index.remove(noun, ids)


def search_fields(subject: Enterprise | Person) -> list[Field]:
    """What the search box finds a record by."""
    return search_words(subject.__tablename__, type(subject), [subject.id])[subject.id]


def search_words(noun: str, model: Any, ids: Sequence[int]) -> dict[int, list[Field]]:
    enterprise = noun == "enterprise"
    columns = [model.id, model.name, model.native_place, model.address, model.chamber, model.note]
    columns += [model.uscc, model.main_business, model.legal_representative] if enterprise else []
    found: dict[int, list[Field]] = {}
    for row in db.session.execute(sa.select(*columns).where(model.id.in_(ids))).mappings():
        fields = [Field(Kind.NAME if enterprise else Kind.PERSON, row["name"])]
        if enterprise:
            fields += [Field(Kind.CODE, row["uscc"]), Field(Kind.PERSON, row["legal_representative"])]
            fields += [Field(Kind.TEXT, row["main_business"])]
        fields += [Field(Kind.TEXT, row[key]) for key in ("native_place", "address", "chamber", "note")]
        found[row["id"]] = [one for one in fields if one.text]
    if enterprise:
        former = sa.select(FormerName.enterprise_id, FormerName.name)
        for record_id, name in db.session.execute(former.where(FormerName.enterprise_id.in_(ids))):
            found[record_id].append(Field(Kind.NAME, name))
    owner = Handle.enterprise_id if enterprise else Handle.person_id
    ways = sa.select(owner, Handle.kind, Handle.value).where(owner.in_(ids))
    for owner_id, kind, value in db.session.execute(ways):
        assert owner_id is not None
        found[owner_id].append(Field(Kind.PHONE if kind in PHONE_KINDS else Kind.CODE, value))
    return found


# --- loading -----------------------------------------------------------------------------------------------


def load(noun: str, record_ids: Iterable[int]) -> dict[int, Known]:
    """Stored records as the core sees them: two statements for up to 500 of them."""
    known: dict[int, Known] = {}
    for ids in chunks(list(record_ids), CHUNK):
        known |= _enterprises(ids) if noun == "enterprise" else _people(ids)
    return known


def _common_columns(model: Any) -> list[Any]:
    return [
        model.id, model.name, model.region_code, model.address, model.chamber, model.native_place,
        model.follow_unit_id, model.first_report_unit_id, model.follow_user_id, model.first_report_user_id,
        Unit.name.label("unit"),
    ]  # fmt: skip


# The statements are made once: to put one together takes as long as to ask it.
_IDS: Any = sa.bindparam("ids", expanding=True)
_ENTERPRISES: tuple[Any, Any] = (
    sa.select(
        *_common_columns(Enterprise),
        Enterprise.uscc, Enterprise.industry_code, Enterprise.legal_representative, Enterprise.kind,
    ).join(Unit, Enterprise.follow_unit_id == Unit.id).where(Enterprise.id.in_(_IDS)),
    sa.union_all(
        sa.select(FormerName.enterprise_id, sa.literal("former"), FormerName.id, FormerName.name)
        .where(FormerName.enterprise_id.in_(_IDS)),
        sa.select(Handle.enterprise_id, sa.literal("phone"), Handle.id, Handle.value)
        .where(Handle.enterprise_id.in_(_IDS), Handle.kind.in_(PHONE_KINDS)),
        sa.select(Position.enterprise_id, sa.literal("contact"), Position.id, Person.name)
        .join(Person, Position.person_id == Person.id)
        .where(Position.enterprise_id.in_(_IDS)),
        sa.select(Position.enterprise_id, sa.literal("phone"), Handle.id, Handle.value)
        .join(Handle, Handle.person_id == Position.person_id)
        .where(Position.enterprise_id.in_(_IDS), Handle.kind.in_(PHONE_KINDS)),
    ),
)  # fmt: skip
_PEOPLE: tuple[Any, Any] = (
    sa.select(*_common_columns(Person))
    .join(Unit, Person.follow_unit_id == Unit.id)
    .where(Person.id.in_(_IDS)),
    sa.union_all(
        sa.select(Handle.person_id, sa.literal("phone"), Handle.id, Handle.value)
        .where(Handle.person_id.in_(_IDS), Handle.kind.in_(PHONE_KINDS)),
        sa.select(Position.person_id, sa.literal("company"), Position.id, Enterprise.name)
        .join(Enterprise, Position.enterprise_id == Enterprise.id)
        .where(Position.person_id.in_(_IDS)),
    ),
)  # fmt: skip


def _enterprises(ids: Sequence[int]) -> dict[int, Known]:
    rows, details = _rows(_ENTERPRISES, ids)
    labels = {kind: kind.label for kind in {row.kind for row in rows}}  # put into words once, not for each
    return {
        row.id: _known(
            "enterprise",
            row,
            labels[row.kind],
            Record(
                id=row.id,
                name=row.name,
                former_names=tuple(details[row.id]["former"]),
                uscc=row.uscc,
                region=regions.full_name(row.region_code),
                industry=industries.name(row.industry_code),
                legal_rep=row.legal_representative,
                contacts=tuple(dict.fromkeys(details[row.id]["contact"])),
                phones=tuple(dict.fromkeys(details[row.id]["phone"])),
                address=row.address,
                chamber=row.chamber,
                kind=row.kind.value,
            ),
        )
        for row in rows
    }


def _people(ids: Sequence[int]) -> dict[int, Known]:
    rows, details = _rows(_PEOPLE, ids)
    return {
        row.id: _known(
            "person",
            row,
            listed(details[row.id]["company"][:2]),
            PersonRecord(
                id=row.id,
                name=row.name,
                phones=tuple(details[row.id]["phone"]),
                companies=tuple(details[row.id]["company"]),
                native_place=row.native_place,
                chamber=row.chamber,
            ),
        )
        for row in rows
    }


def _rows(statements: tuple[Any, Any], ids: Sequence[int]) -> tuple[Any, dict[int, dict[str, list[str]]]]:
    """(rows, {id: what hangs on it}), this in the order in which it was put down, so that the same record
    always says the same."""
    rows, hanging = (db.session.execute(one, {"ids": list(ids)}).all() for one in statements)
    details: dict[int, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for record_id, what, _row_id, value in sorted(hanging, key=lambda row: row[:3]):
        details[record_id][what].append(value)
    return rows, details


def _known(noun: str, row: Any, kind: str, record: Any) -> Known:
    return Known(
        noun=noun,
        id=row.id,
        name=row.name,
        kind=kind,
        unit=row.unit,
        units=(row.follow_unit_id, row.first_report_unit_id),
        owners=(row.follow_user_id, row.first_report_user_id),
        record=record,
    )


def shown(noun: str, records: Sequence[Any]) -> dict[int, Known]:
    """Records of the look-up with what is shown of them, and whose they are at this moment: one statement."""
    if not records:
        return {}
    of = {record.id: record for record in records}
    rows = db.session.execute(_SHOWN[noun], {"ids": list(of)})
    if noun == "enterprise":
        return {row.id: _known(noun, row, row.kind.label, of[row.id]) for row in rows}
    return {row.id: _known(noun, row, listed(of[row.id].companies[:2]), of[row.id]) for row in rows}


# Made once: to put a statement together takes as long as to ask it.
_SHOWN = {
    noun: sa.select(
        model.id, model.name, model.follow_unit_id, model.first_report_unit_id, model.follow_user_id,
        model.first_report_user_id, Unit.name.label("unit"), *([Enterprise.kind] if model is Enterprise else []),
    ).join(Unit, model.follow_unit_id == Unit.id).where(model.id.in_(sa.bindparam("ids", expanding=True)))
    for noun, model in MODELS.items()
}  # fmt: skip


# --- asking ------------------------------------------------------------------------------------------------


def matches(
    question: Question,
    *,
    noun: str,
    leave_out: int | None = None,
    across: bool = True,
    typing: bool = True,
    limit: int = PROMISING,
) -> list[tuple[Known, Match]]:
    """Who may be meant, likeliest first, whoever asks: the same noun weighed by the core, the other noun
    (`across`) by a phone of its own. `typing`: slips are asked about, which in a list are no evidence. Not for
    showing: see `likely`."""
    same = "person" if noun == "person" else "enterprise"
    other = "enterprise" if same == "person" else "person"
    asked = [lookup.number_of(same, key) for key in keys_for(question)]
    if across:
        asked += [lookup.number_of(other, key) for key in phone_keys(question)]
    weight = lookup.weighed(asked)
    begun, read = _begun(question), _read(question)
    if begun:
        for record_id in _beginning(question.name):
            weight[same, record_id] += BEGINS
    if leave_out is not None:
        weight.pop((noun, leave_out), None)
    best = sorted(weight, key=lambda one: (-weight[one], one[1]))[:PROMISING]
    records = lookup.records(same, [record_id for noun_, record_id in best if noun_ == same])
    found: list[tuple[Any, Match]]
    if same == "person":
        assert isinstance(question, PersonRecord)
        found = dedup.find_people(question, records.values(), limit=PROMISING, typing=typing)
    else:
        assert isinstance(question, Record)
        found = dedup.find(question, records.values(), limit=PROMISING, typing=typing)
    found = [one for one in found if worth_showing(one[1])]

    def place(one: tuple[Any, Match]) -> tuple[Any, ...]:
        record, match = one
        begins = bool(begun) and profile_of(record).core.startswith(begun)
        read_so = bool(read) and profile_of(record).sound == read
        # a branch's mark comes last: so far it is as good as the firm
        return (
            match.verdict is Verdict.RELATED and not begins,
            not begins,
            not read_so,
            -match.score,
            record.id,
        )

    found.sort(key=place)
    known = shown(same, [record for record, _match in found[:limit]])
    answer = [(known[record.id], match) for record, match in found[:limit] if record.id in known]
    others = [record_id for noun_, record_id in best if noun_ == other][:5]
    if others and len(answer) < limit:
        answer += _by_phone(question, other, others)
    return answer


def _begun(question: Question) -> str:
    """The name as far as it is typed, while nothing else is: whoever types 建星 is shown 建星设计院 before 建信."""
    if not isinstance(question, Record):
        return ""
    profile = profile_of(question)
    more = (question.uscc, question.phones, question.contacts, question.legal_rep, question.address)
    return "" if profile.form or any(more) else profile.core


def _beginning(typed: str) -> Sequence[int]:
    """A few firms whose name begins with exactly this. The keys cannot say it of a common 字号, under which
    more stand than are looked at."""
    return db.session.scalars(_BEGINNING, {"from": typed, "to": typed + "\U0010ffff"}).all()


_BEGINNING = (
    sa.select(Enterprise.id)
    .where(Enterprise.name >= sa.bindparam("from"), Enterprise.name < sa.bindparam("to"))
    .order_by(Enterprise.name)
    .limit(10)
)


def _read(question: Question) -> str:
    """How the name is read, while nothing else is typed: all of it heard alike goes before a part of it alike."""
    if not isinstance(question, Record) or not profile_of(question).only_name:
        return ""
    return profile_of(question).sound


def _by_phone(question: Question, other: str, record_ids: Sequence[int]) -> Iterator[tuple[Known, Match]]:
    """Who of the other noun has a phone of the question's; of a firm's contact also how the names stand."""
    phones = set(phone_keys(question))
    for each in shown(other, list(lookup.records(other, record_ids).values())).values():
        shared = phones & set(phone_keys(each.record))
        if shared:
            mobile = any(len(key) == 13 and key[2] == "1" for key in shared)
            reasons = [Reason("phone:mobile" if mobile else "phone:landline", 0.0), *_named(question, each)]
            yield each, Match(0.3, Band.POSSIBLE, Verdict.RELATED, reasons)


def _named(question: Question, person: Known) -> list[Reason]:
    """How a person's name stands to that of the firm's contact who is being typed."""
    if person.noun != "person" or not isinstance(question, Record):
        return []
    phones = question.phones
    asked = [PersonRecord(name=name, phones=phones) for name in question.contacts[:3]]
    found = [dedup.find_people(one, [person.record], typing=True) for one in asked]
    reasons = [reason for some in found for _person, match in some for reason in match.reasons]
    return [one for one in reasons if one.code.startswith("person:") and one.weight > 0][:1]


def worth_showing(match: Match) -> bool:
    """What may be the same, and relations that say more than "the same 字号 in another place": 宁波恒远屿 and
    温州恒远屿 are two firms that have nothing to do with each other; nor need all people of a firm be shown."""
    if match.verdict is not Verdict.RELATED:
        return match.verdict is not Verdict.DIFFERENT
    codes = {reason.code for reason in match.reasons}
    return (
        codes.isdisjoint(("related:namesake", "related:colleague"))
        and not {"related:branch", "name_place:apart"} <= codes
    )


def likely(
    user: User, record: Question, *, noun: str, limit: int = 5, leave_out: int | None = None
) -> list[Candidate]:
    """Up to `limit` stored records that may be what is being typed, likeliest first, with reasons in words.

    `noun`: enterprise, person or lead (whose company is looked up among the enterprises); `record` is a
    `crm.dedup.Record`, for a person a `crm.dedup.Person`; `leave_out` is the id of the record itself. What
    the user may not see comes masked.
    """
    if not record.name.strip() and not record.phones and not getattr(record, "uscc", ""):
        return []
    return seen_by(user, matches(record, noun=noun, leave_out=leave_out, limit=limit)[:limit])


def seen_by(user: User, found: Sequence[tuple[Known, Match]]) -> list[Candidate]:
    """What this user may be shown of these, in their order: what he may not see comes masked."""
    hidden = [known for known, _match in found if not _reached(user, known, Permission.MERCHANT_VIEW)]
    if hidden:  # perhaps seen through a deal or a lead
        seen = _seen(user, hidden)
        hidden = [known for known in hidden if (known.noun, known.id) not in seen]
    masked = {(known.noun, known.id) for known in hidden}
    asked = whom_to_ask({known.units[0] for known in hidden}) if hidden else {}
    return [
        _veiled(known, match, asked.get(known.units[0], ""))
        if (known.noun, known.id) in masked
        else Candidate(
            noun=known.noun,
            id=known.id,
            name=known.name,
            kind=known.kind,
            unit=known.unit,
            verdict=match.verdict,
            score=round(match.score * 100),
            band=likeness_typed(match.verdict, match.score),
            reasons=words_of(match.reasons),
            masked=False,
            match=match,
            editable=_reached(user, known, Permission.MERCHANT_EDIT),
            known=known,
        )
        for known, match in found
    ]


def _veiled(known: Known, match: Match, ask: str) -> Candidate:
    return Candidate(
        noun=known.noun, id=known.id, name="", kind="", unit=known.unit, verdict=match.verdict, score=None,
        band=None, reasons=[], masked=True, match=match, ask=ask, known=known,
    )  # fmt: skip


_NO_LIKENESS = frozenset({"name:far", "name:little", "name:none"})


def words_of(reasons: Sequence[Reason], most: int = 4) -> list[str]:
    """The reasons to show: what they are to each other, what speaks for it, and the strongest word against."""
    lead = [reason for reason in reasons if reason.code.startswith("related:")]
    # how the names stand to each other is why they stand here at all, whatever it weighs beside the rest
    name = [
        reason for reason in reasons if reason.code.startswith("name:") and reason.code not in _NO_LIKENESS
    ]
    for_ = [reason for reason in reasons if reason.agrees or (reason.weight == 0 and reason not in lead)]
    for_ = [*(one for one in name if one not in for_), *for_]
    against = [reason for reason in reasons if reason.weight < -0.5 and reason not in for_]
    chosen = [*lead, *for_[: most - 1], *against[:1]]
    return list(dict.fromkeys(reason.text for reason in chosen))[:most]


def _reached(user: User, known: Known, permission: Permission) -> bool:
    return reaches(user.scope_of(permission), user, units=known.units, owners=known.owners)


def _seen(user: User, hidden: Sequence[Known]) -> set[tuple[str, int]]:
    """Which of these are seen after all: a firm through a deal or a lead, a person through a firm where they hold a
    position. By these few records: the rows of all people one may see are too many to be put together for five."""
    firms = {known.id for known in hidden if known.noun == "enterprise"}
    people = [known.id for known in hidden if known.noun == "person"]
    held: list[tuple[int, int]] = []
    if people:
        held = [(who, firm) for who, firm in db.session.execute(_HELD, {"ids": people})]
    asked = firms | {firm for _who, firm in held}
    if not asked:
        return set()
    wanted = visible_to(user).with_only_columns(Enterprise.id).where(Enterprise.id.in_(asked)).order_by(None)
    open_to = set(db.session.scalars(wanted))
    return {("enterprise", one) for one in firms & open_to} | {
        ("person", who) for who, firm in held if firm in open_to
    }


_HELD = sa.select(Position.person_id, Position.enterprise_id).where(Position.person_id.in_(_IDS))


def chunks(items: Sequence[T], size: int) -> Iterator[list[T]]:
    for at in range(0, len(items), size):
        yield list(items[at : at + size])
