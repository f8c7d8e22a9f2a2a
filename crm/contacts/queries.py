"""Reading contact logs, and what a new one can be about. All that happened to a record: happenings.py."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload
from werkzeug.exceptions import NotFound

from crm.audit.models import Event
from crm.db import db
from crm.deals import queries as deals
from crm.deals.models import Deal, StageMove
from crm.files import store
from crm.files.models import StoredFile
from crm.leads import queries as leads
from crm.leads.models import Lead, LeadState
from crm.lib import clock, texts
from crm.lib.words import N_, _, listed
from crm.merchants import queries as merchants
from crm.merchants.models import Enterprise, Person, Position, Standing
from crm.org import queries as org
from crm.org.guard import reaches, within
from crm.org.models import User
from crm.org.permissions import Permission, Role, Scope
from crm.search import index

from .changes import changes_in_words
from .models import ContactLog, contact_colleague, contact_person
from .next_step import Surroundings

NOUN = ContactLog.__tablename__
Subject = Enterprise | Person | Lead | Deal
OPEN_LEADS = [state for state in LeadState if state.is_open]
NOUNS: dict[str, tuple[str, str]] = {
    "enterprise": (N_("企业"), "company"),
    "person": (N_("人员"), "person"),
    "deal": (N_("项目"), "deal"),
    "lead": (N_("线索"), "lead"),
    NOUN: (N_("沟通记录"), "contact"),
}
"""{noun: (what people call it, its icon)}."""


def ids_of(rows: sa.Select[Any], column: Any) -> sa.Select[Any]:
    """The same rows, only their ids: for IN (…)."""
    return rows.with_only_columns(column).order_by(None)


def visible_to(user: User) -> sa.Select[Any]:
    """Logs of my unit and my own, and logs about what I may see.

    A log about a deal is as open as the deal, not as the firm: two units may know one firm, and what is
    negotiated is nobody else's business. The same for leads.
    """
    rows = sa.select(ContactLog)
    scope = user.scope_of(Permission.CONTACT_VIEW)
    if scope is Scope.DISTRICT:
        return rows
    if scope is None:
        return rows.where(sa.false())
    took_part = sa.select(contact_colleague.c.contact_log_id).where(contact_colleague.c.user_id == user.id)
    met = sa.select(contact_person.c.contact_log_id).where(
        contact_person.c.person_id.in_(ids_of(merchants.people_visible_to(user), Person.id))
    )
    deal_id, lead_id, enterprise_id = ContactLog.deal_id, ContactLog.lead_id, ContactLog.enterprise_id
    # A CASE, not an OR of indexes: of half a million logs the planner then walks ix_contact_log_happened,
    # which holds all that is asked here, once and in order (counting all: 0.2 s instead of 1.6 s).
    about_what_i_see = sa.case(
        (deal_id.is_not(None), deal_id.in_(ids_of(deals.visible_to(user), Deal.id))),
        (lead_id.is_not(None), lead_id.in_(ids_of(leads.visible_to(user), Lead.id))),
        (enterprise_id.is_not(None), enterprise_id.in_(ids_of(merchants.visible_to(user), Enterprise.id))),
        else_=ContactLog.id.in_(met),
    )
    mine = within(scope, user, units=[ContactLog.unit_id], owners=[ContactLog.author_id])
    return rows.where(sa.or_(mine, about_what_i_see, ContactLog.id.in_(took_part)))


def days_in_touch(some: Sequence[Lead]) -> dict[int, list[dt.date]]:
    """{lead id: the days on which the unit that reported it first was in touch}: about the lead, the firm it names or
    the deal it has become. One statement."""
    about = sa.or_(
        ContactLog.lead_id.in_([lead.id for lead in some]),
        ContactLog.enterprise_id.in_([lead.enterprise_id for lead in some if lead.enterprise_id]),
        ContactLog.deal_id.in_([lead.deal_id for lead in some if lead.deal_id]),
    )
    rows = db.session.execute(
        sa.select(
            ContactLog.unit_id,
            ContactLog.lead_id,
            ContactLog.enterprise_id,
            ContactLog.deal_id,
            ContactLog.happened_at,
        ).where(
            about,
            ContactLog.unit_id.in_({lead.report_unit_id for lead in some}),
            ContactLog.happened_at >= min(lead.reported_at for lead in some),
        )
    ).all()
    return {
        lead.id: [
            clock.local(row.happened_at).date()
            for row in rows
            if row.unit_id == lead.report_unit_id
            and row.happened_at >= lead.reported_at
            and (
                row.lead_id == lead.id
                or (lead.enterprise_id and row.enterprise_id == lead.enterprise_id)
                or (lead.deal_id and row.deal_id == lead.deal_id)
            )
        ]
        for lead in some
    }


leads.KEPT_ALIVE_BY.append(days_in_touch)


def may_correct(user: User, log: ContactLog) -> bool:
    """Its author, and whoever answers for the unit that logged it."""
    return reaches(
        user.scope_of(Permission.CONTACT_CORRECT), user, units=[log.unit_id], owners=[log.author_id]
    )


def may_reveal(user: User, subject: Subject | ContactLog) -> bool:
    """Whether this user may see in full how people can be reached, where a text about it says so."""
    right = Permission.MERCHANT_REVEAL
    if isinstance(subject, ContactLog):
        return reaches(user.scope_of(right), user, units=[subject.unit_id], owners=[subject.author_id])
    if isinstance(subject, Deal):
        return deals.may(user, right, subject)
    return (
        leads.may(user, right, subject) if isinstance(subject, Lead) else merchants.may(user, right, subject)
    )


def files_visible_to(user: User) -> sa.Select[Any]:
    """What a timeline shows: attachments of the logs I may see, evidence of the moves of deals I may see."""
    moves = sa.select(StageMove.id).where(StageMove.deal_id.in_(ids_of(deals.visible_to(user), Deal.id)))
    return sa.select(StoredFile).where(
        sa.or_(
            sa.and_(
                StoredFile.noun == NOUN, StoredFile.record_id.in_(ids_of(visible_to(user), ContactLog.id))
            ),
            sa.and_(StoredFile.noun == StageMove.__tablename__, StoredFile.record_id.in_(moves)),
        )
    )


def files_of(log: ContactLog) -> list[StoredFile]:
    return store.hanging_on(NOUN, [log.id]).get(log.id, [])


def history_of(log: ContactLog, say: Callable[[Any], str]) -> list[tuple[Event, list[tuple[str, str, str]]]]:
    """Its corrections, newest first, each with what stood there before."""
    rows = sa.select(Event).where(
        Event.noun == NOUN, Event.record_id == log.id, Event.verb.startswith("contact.")
    )
    events = db.session.scalars(rows.order_by(Event.at.desc(), Event.id.desc()).limit(50)).all()
    words = changes_in_words(events, say)
    return [(event, words[event.id]) for event in events]


# --- what a new log is about ------------------------------------------------------------------------------


@dataclass(frozen=True)
class About:
    """What a contact is about. A deal or a lead brings its own enterprise."""

    enterprise: Enterprise | None = None
    person: Person | None = None
    lead: Lead | None = None
    deal: Deal | None = None

    @property
    def subject(self) -> Subject | None:
        """The one it is mainly about."""
        return self.deal or self.lead or self.enterprise or self.person

    @property
    def name(self) -> str:
        return self.subject.name if self.subject else ""

    @property
    def last_contact_at(self) -> dt.datetime | None:
        return self.subject.last_contact_at if self.subject else None


def about(user: User, *, enterprise_id: int = 0, person_id: int = 0, lead_id: int = 0,
          deal_id: int = 0) -> About:  # fmt: skip
    """The records behind the ids, as far as the user may see them; anything else is a 404. The number of one
    that was merged away stands for what it has become."""

    def one(rows: sa.Select[Any], id: int) -> Any:
        return db.one_or_404(rows.filter_by(id=id)) if id else None

    def merchant(noun: str, id: int) -> Any:
        found = merchants.named(noun, id, user) if id else None
        if id and found is None:
            raise NotFound
        return found

    deal = one(deals.visible_to(user), deal_id)
    lead = one(leads.visible_to(user), lead_id)
    person = merchant("person", person_id)
    enterprise = (deal and deal.enterprise) or (lead and lead.enterprise)
    if enterprise is None:
        enterprise = merchant("enterprise", enterprise_id) or (person and _firm_of(user, person))
    return About(enterprise or None, person, lead, deal)


def _firm_of(user: User, person: Person) -> Enterprise | None:
    """The firm one meets a person for: the main position, else the oldest, if it may be seen."""
    mine: sa.Select[Any] = merchants.visible_to(user).join(Position, Position.enterprise_id == Enterprise.id)
    mine = mine.where(Position.person_id == person.id).order_by(None)
    return db.session.scalar(mine.order_by(Position.is_main.desc(), Position.id).limit(1))


def about_of(log: ContactLog) -> About:
    return About(log.enterprise, log.people[0] if log.people else None, log.lead, log.deal)


def surroundings(user: User, about: About, happened_at: dt.datetime) -> Surroundings:
    """What stands open around the contact. Only what the user may see can ask for a next step."""
    enterprise = about.enterprise
    last = about.last_contact_at
    return Surroundings(
        deal_open=bool(about.deal and about.deal.is_open),
        lead_open=bool(about.lead and about.lead.state.is_open),
        open_deals=_count(open_deals(user, enterprise)) if enterprise else 0,
        open_leads=_count(_open_leads(user, enterprise)) if enterprise else 0,
        key_merchant=_is_key(enterprise) or _is_key(about.person),
        superseded=last is not None and last > happened_at,
    )


def may_skip(user: User, lead: Lead | None) -> bool:
    """Whether the form asks why somebody visits before the lead was judged."""
    return (
        lead is not None and lead.state is LeadState.REPORTED and leads.may(user, Permission.LEAD_SKIP, lead)
    )


def open_deals(user: User, enterprise: Enterprise) -> sa.Select[Any]:
    return deals.visible_to(user).where(Deal.enterprise_id == enterprise.id, deals.is_open())


def some_open_deals(user: User, enterprise: Enterprise) -> list[Deal]:
    """The few a log may be about, the one with the nearest next step first."""
    return list(
        db.session.scalars(open_deals(user, enterprise).order_by(Deal.next_due_on, Deal.id).limit(20))
    )


def _open_leads(user: User, enterprise: Enterprise) -> sa.Select[Any]:
    return leads.visible_to(user).where(Lead.enterprise_id == enterprise.id, Lead.state.in_(OPEN_LEADS))


def _is_key(merchant: Enterprise | Person | None) -> bool:
    return merchant is not None and merchant.standing is Standing.KEY


def _count(rows: sa.Select[Any]) -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(rows.order_by(None).subquery())) or 0


def known_people(about: About, *, also: Iterable[Person] = ()) -> list[tuple[Person, str]]:
    """(person, post) of those who may have taken part: the firm's people, at most fifty, and `also`."""
    found: dict[int, tuple[Person, str]] = {}
    if about.enterprise:
        rows = (
            sa.select(Position)
            .where(Position.enterprise_id == about.enterprise.id)
            .options(joinedload(Position.person))
            .order_by(Position.is_main.desc(), Position.id)
            .limit(50)
        )
        for position in db.session.scalars(rows):
            found[position.person_id] = (position.person, position.title)
    for person in [*([about.person] if about.person else []), *also]:
        found.setdefault(person.id, (person, ""))
    return list(found.values())


def colleagues(user: User, *, also: Iterable[User] = ()) -> list[User]:
    """Who may have come along: my unit's people and the leaders."""
    rows = sa.select(User).where(
        User.active, sa.or_(User.unit_id == user.unit_id, User.role == Role.LEADER)
    ).order_by((User.role == Role.LEADER), User.id)  # fmt: skip
    found = {one.id: one for one in [user, *db.session.scalars(rows), *also]}
    return list(found.values())


# --- choosing what a log is about -------------------------------------------------------------------------


@dataclass(frozen=True)
class Source:
    """One noun of the search: its model, what the user sees of it, the column its name is in."""

    noun: str
    model: Any
    visible_to: Callable[[User], sa.Select[Any]]
    name: Any
    loads: tuple[Any, ...] = ()

    def matching(self, user: User, q: str) -> sa.Select[Any]:
        return self.visible_to(user).where(self.model.id.in_(index.matching(self.noun, q)))

    def best(self, user: User, q: str, limit: int) -> list[Any]:
        """The best `limit` records: the very name first, then names that begin so, then the rest, short ones first.

        Reads at most twice MOST ids, whatever the size of the base.
        """
        ids = list(db.session.scalars(ids_of(self.matching(user, q), self.model.id).limit(MOST)))
        if len(ids) == MOST:  # there are more: the very name must not be missed among them
            named = self.visible_to(user).where(self.name >= q, self.name < q + "\U0010ffff")
            ids += db.session.scalars(ids_of(named, self.model.id).order_by(self.name).limit(MOST))
        names = db.session.execute(sa.select(self.model.id, self.name).where(self.model.id.in_(ids))).all()
        best = [id for id, _name in sorted(names, key=lambda row: _rank(row[1], q, row[0]))[:limit]]
        return self._read(best)

    def nearly(self, user: User, q: str, limit: int) -> list[Any]:
        """The best in whose name `q` stands with a slip, those that are read alike first. For when nothing is found."""
        near = self.visible_to(user).where(self.model.id.in_(index.nearly(self.noun, q)))
        ids = list(db.session.scalars(ids_of(near, self.model.id).limit(MOST)))
        names = db.session.execute(sa.select(self.model.id, self.name).where(self.model.id.in_(ids))).all()
        ranked = [(far, len(name), id) for id, name in names if (far := texts.slipped(name, q)) is not None]
        return self._read([id for _far, _length, id in sorted(ranked)[:limit]])

    def _read(self, best: list[int]) -> list[Any]:
        rows = sa.select(self.model).where(self.model.id.in_(best)).options(*self.loads)
        return sorted(db.session.scalars(rows).unique(), key=lambda record: best.index(record.id))

    def count(self, user: User, q: str, most: int) -> int:
        """How many there are, counted up to `most`."""
        ids = ids_of(self.matching(user, q), self.model.id).limit(most)
        return db.session.scalar(sa.select(sa.func.count()).select_from(ids.subquery())) or 0


class LatestSource(Source):
    """What has no name of its own, as logs and monthly figures: the latest by the column in place of it are the best."""

    def best(self, user: User, q: str, limit: int) -> list[Any]:
        ids = ids_of(self.matching(user, q), self.model.id)
        latest = ids.order_by(self.name.desc(), self.model.id.desc()).limit(limit)
        return self._read(list(db.session.scalars(latest)))


SUBJECTS = (
    Source("enterprise", Enterprise, lambda user: merchants.visible_to(user), Enterprise.name,
           (joinedload(Enterprise.follow_unit),)),
    Source("person", Person, lambda user: merchants.people_visible_to(user), Person.name,
           (selectinload(Person.positions).joinedload(Position.enterprise), joinedload(Person.follow_unit))),
    Source("deal", Deal, lambda user: deals.visible_to(user), Deal.name,
           (joinedload(Deal.enterprise), joinedload(Deal.unit))),
    Source("lead", Lead, lambda user: leads.visible_to(user), Lead.title, (joinedload(Lead.unit),)),
)  # fmt: skip
LOGS = LatestSource(NOUN, ContactLog, lambda user: visible_to(user), ContactLog.happened_at,
                 (joinedload(ContactLog.enterprise), joinedload(ContactLog.deal), joinedload(ContactLog.lead),
                  joinedload(ContactLog.author), joinedload(ContactLog.unit)))  # fmt: skip
MOST = 50
"""Rows per noun that are looked at and ranked; more are counted, not read."""


def _rank(name: str, q: str, id: int) -> tuple[int, int, int]:
    name, q = name.casefold(), q.casefold()
    return (0 if name == q else 1 if name.startswith(q) else 2 if q in name else 3), len(name), id


def recent(user: User, limit: int = 8) -> list[ContactLog]:
    """My latest logs, one for each thing they were about: whom one is likely to write about again."""
    rows = (
        visible_to(user)
        .where(ContactLog.author_id == user.id)
        .order_by(ContactLog.happened_at.desc(), ContactLog.id.desc())
        .options(joinedload(ContactLog.enterprise), joinedload(ContactLog.deal), joinedload(ContactLog.lead))
        .limit(limit * 4)
    )
    latest: dict[tuple[int | None, ...], ContactLog] = {}
    for log in db.session.scalars(rows):
        latest.setdefault((log.enterprise_id, log.deal_id, log.lead_id), log)
    logs = list(latest.values())
    firms = [log.enterprise_id for log in logs if log.enterprise_id]
    open_firms = set(
        db.session.scalars(ids_of(merchants.visible_to(user).where(Enterprise.id.in_(firms)), Enterprise.id))
    )
    open_deals = deals.seen_by(user, [log.deal for log in logs if log.deal])
    open_leads = leads.seen_by(user, [log.lead for log in logs if log.lead])

    def may_open(log: ContactLog) -> bool:
        """Mine is the log; what it was about may since have gone to another unit."""
        if log.deal_id:
            return log.deal_id in open_deals
        return log.lead_id in open_leads if log.lead_id else log.enterprise_id in open_firms

    return [log for log in logs if may_open(log)][:limit]


# --- the list ---------------------------------------------------------------------------------------------


def rows_for(user: User) -> sa.Select[Any]:
    """The list with what its columns read, in a number of statements that does not grow with the rows."""
    return visible_to(user).options(
        joinedload(ContactLog.enterprise),
        joinedload(ContactLog.deal),
        joinedload(ContactLog.lead),
        joinedload(ContactLog.unit),
        joinedload(ContactLog.author),
        selectinload(ContactLog.people),
        selectinload(ContactLog.colleagues),
    )


def theirs(log: ContactLog) -> str:
    """Who was there on the other side."""
    return listed(
        [*(person.name for person in log.people), *([log.their_people] if log.their_people else [])]
    )


def theirs_titled(log: ContactLog) -> str:
    """The same with what each is at the firm that was met, else where he is first."""

    def told(person: Person) -> str:
        held = sorted(
            person.positions,
            key=lambda one: (one.enterprise_id != log.enterprise_id, not one.is_main, one.id),
        )
        return f"{person.name}（{held[0].title}）" if held and held[0].title else person.name

    return "、".join([*map(told, log.people), *([log.their_people] if log.their_people else [])])


def led_by(log: ContactLog) -> str:
    """带队领导: the leaders among ours; that one led is known, and who only where he was noted."""
    if not log.leader_led:
        return ""
    leaders = [one for one in (*log.colleagues, log.author) if one is not None and one.role is Role.LEADER]
    names = dict.fromkeys(f"{one.name}{f'（{one.post}）' if one.post else ''}" for one in leaders)
    return "、".join(names) or _("区领导")


def author_choices(user: User) -> list[tuple[str, str]]:
    """Me first, then the people of my unit; of every unit for who sees the district."""
    rows = org.people().with_only_columns(User.id, User.name)
    if user.scope_of(Permission.CONTACT_VIEW) is not Scope.DISTRICT:
        rows = rows.where(User.unit_id == user.unit_id)
    return [("me", _("我")), *((str(id), name) for id, name in db.session.execute(rows))]


def by_author(value: str, user: User) -> sa.ColumnElement[bool]:
    return ContactLog.author_id == (user.id if value == "me" else int(value))


def with_enterprise(value: str, user: User) -> sa.ColumnElement[bool]:
    """By name, pinyin or code of the firm."""
    return ContactLog.enterprise_id.in_(index.matching("enterprise", value))


def in_period(value: tuple[dt.date | None, dt.date | None], user: User) -> sa.ColumnElement[bool]:
    """Both days belong to it."""
    first, last = value
    ends: list[sa.ColumnElement[bool]] = [sa.true()]
    if first:
        ends.append(ContactLog.happened_at >= clock.start_of(first))
    if last:
        ends.append(ContactLog.happened_at < clock.start_of(last + dt.timedelta(days=1)))
    return sa.and_(*ends)


def events_of(noun: str, id: int, limit: int = 50) -> Sequence[Event]:
    """What was done to one record, the latest first."""
    rows = sa.select(Event).where(Event.noun == noun, Event.record_id == id)
    return db.session.scalars(rows.order_by(Event.at.desc(), Event.id.desc()).limit(limit)).all()
