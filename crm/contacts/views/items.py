"""What happened to a record, each thing in words: what people typed is masked as in every list."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Container, Sequence
from decimal import Decimal
from typing import Any

from flask import render_template, url_for
from markupsafe import Markup

from crm.audit.models import Event
from crm.deals.models import Deal, StageMove
from crm.deals.stages import MoveKind
from crm.leads.models import Lead
from crm.lib.masking import mask_text
from crm.lib.words import _, listed, told
from crm.merchants.models import Enterprise, Person
from crm.org.guard import me
from crm.web import display

from .. import queries, telling
from ..happenings import Happening
from ..models import ContactLog
from ..queries import Subject

Change = tuple[str, str, str]
"""(label, before, after)."""
ICONS = {"call": "call", "visit": "visit", "reception": "reception", "wechat": "chat", "meeting": "meeting",
         "survey": "search"}  # fmt: skip


class Teller:
    """Tells a text that somebody has typed: ways to reach people are masked unless they were asked for."""

    def __init__(self, revealed: bool = False) -> None:
        self.revealed, self.has_masked = revealed, False

    def __call__(self, text: str) -> str:
        if self.revealed:
            return text
        masked = mask_text(text)
        self.has_masked |= masked != text
        return masked


def url_of(subject: Subject | None, **more: Any) -> str:
    """A record's own page."""
    pages = {
        Enterprise: "merchants.show",
        Person: "merchants.show_person",
        Lead: "leads.show",
        Deal: "deals.show",
    }
    if subject is None:
        return url_for("desk.index")
    return url_for(pages[type(subject)], id=subject.id, **more)


def item(one: Happening, subject: Subject, tell: Teller) -> dict[str, Any]:
    if isinstance(one.record, ContactLog):
        return _log_item(one, one.record, subject, tell)
    if isinstance(one.record, StageMove):
        return _move_item(one, one.record, subject, tell)
    under_another_number = (
        one.record.noun == subject.__tablename__ and one.record.record_id != subject.id
    )  # of one that was merged into it
    return event_item(one.record, one.changes, tell, formerly=under_another_number)


def _when(moment: dt.datetime) -> dict[str, str]:
    return {
        "when": display.how_long_ago(moment),
        "exact": display.moment(moment),
        "iso": moment.isoformat(),
    }


def _log_item(one: Happening, log: ContactLog, subject: Subject, tell: Teller) -> dict[str, Any]:
    if not queries.may_reveal(me(), log):  # the record may be mine to reveal, the log another's
        tell = Teller()
    ours = listed(colleague.name for colleague in log.colleagues) or (log.author.name if log.author else "")
    who = [part for part in (ours, log.unit.name) if part]
    others = [other for other in (log.deal, log.lead) if other is not None and other is not subject]
    facts = [
        (_("关于"), listed(other.name for other in others)),
        (_("对方"), tell(queries.theirs(log))),
        (_("地点"), tell(log.place)),
        ("", _("已更正") if log.version > 1 else ""),
    ]
    actions_ = [{"label": _("详情"), "url": url_for("contacts.show", id=log.id)}]
    if queries.may_correct(me(), log):
        actions_.append({"label": _("更正"), "url": url_for("contacts.correct", id=log.id)})
    return {
        **_when(log.happened_at),
        "id": f"log-{log.id}",
        "icon": ICONS[log.kind.value],
        "title": log.kind.label,
        "url": url_for("contacts.show", id=log.id),
        "who": " · ".join(who),
        "badge": {"label": _("区领导带队"), "tone": "good"} if log.leader_led else None,
        "text": Markup(render_template("contacts/_log_text.html", summary=tell(log.summary), facts=facts)),
        "next": tell(log.next_step),
        "next_on": log.next_due_on,
        "files": _files(one.files),
        "actions": actions_,
    }


def _files(files: Any) -> list[dict[str, str]]:
    return [
        {"name": one.name, "url": url_for("contacts.file", id=one.id), "size": size_of(one.size)}
        for one in files
    ]


def size_of(count: int) -> str:
    """Bytes as people read them."""
    return f"{count / 2**20:.1f} MB" if count >= 2**20 else f"{max(1, round(count / 1024))} KB"


def _move_item(one: Happening, move: StageMove, subject: Subject, tell: Teller) -> dict[str, Any]:
    still = move.kind in (MoveKind.HELD, MoveKind.RESUMED, MoveKind.LAPSED)
    if still or move.from_stage is None or move.from_stage is move.to_stage:
        title = f"{move.kind.label}：{move.to_stage.label}"
    else:
        title = f"{move.kind.label}：{move.from_stage.label} → {move.to_stage.label}"
    said = [
        ("", move.deal.name if move.deal is not subject else ""),
        (_("原因"), tell(move.reason)),
        (_("依据"), tell(move.evidence)),
    ]
    return {
        **_when(one.at),
        "id": f"move-{move.id}",
        "icon": "stage",
        "title": title,
        "url": url_of(move.deal) if move.deal is not subject else None,
        "who": move.actor.name if move.actor else "",
        "badge": {"label": _("已撤销"), "tone": "neutral"} if move.undone else None,
        "tone": move.kind.tone,
        "text": Markup(render_template("contacts/_facts.html", facts=said)),
        "files": _files(one.files),
    }


def event_item(
    event: Event, changes: list[Change], tell: Teller, *, formerly: bool = False, note: str | None = None
) -> dict[str, Any]:
    """`note`: what to say instead of the event's own."""
    words, icon = telling.VERBS.get(event.verb, (event.verb, "history"))
    link = telling.LINKS.get(event.verb)
    label, url = link(event) if link else ("", "")
    return {
        **_when(event.at),
        "id": f"event-{event.id}",
        "icon": icon,
        "title": _(words),
        "who": event.actor_name,
        "badge": {"label": _("并入前的 #%(id)s", id=event.record_id), "tone": "neutral"}
        if formerly
        else None,
        "text": Markup(
            render_template(
                "contacts/_changes.html",
                note=tell(told(event.note if note is None else note)),
                changes=[(what, tell(before), tell(after)) for what, before, after in changes],
                is_new=_is_new(event),
            )
        ),
        "actions": [{"label": label, "url": url}] if link else [],
    }


def _is_new(event: Event) -> bool:
    """The first word about a record: what stood there before is nothing."""
    return event.verb.endswith((".created", ".reported", ".logged"))


def say(value: Any) -> str:
    return display.wan(value) if isinstance(value, Decimal) else display.said(value)


def history_of(noun: str, id: int, *, began_with: str) -> list[dict[str, Any]]:
    """What was done to a record, for the timeline on the page of an upper feature; the words are telling.VERBS and
    telling.LABELS. Of the act that it `began_with` no changes are told: all that is there would be one."""
    return history(queries.events_of(noun, id), began_with=(began_with,))


def history(
    events: Sequence[Event], *, began_with: Container[str] = (), say: Callable[[Any], str] = say,
    note_of: Callable[[Event], str | None] = lambda event: None, hidden: Container[str] = (),
) -> list[dict[str, Any]]:  # fmt: skip
    """The same of events in hand. `note_of` replaces a note that this reader may not see; fields labelled as one of
    `hidden` are not told."""
    changes = queries.changes_in_words(events, say)
    tell = Teller()
    return [
        event_item(
            event, [] if event.verb in began_with else [one for one in changes[event.id] if one[0] not in hidden],
            tell, note=note_of(event),
        )
        for event in events
    ]  # fmt: skip
