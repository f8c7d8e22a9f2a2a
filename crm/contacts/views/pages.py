"""记一笔 from a record, the desk or a phone; correcting it; the list; and the timeline of everything."""

from __future__ import annotations

import datetime as dt
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from markupsafe import Markup

from crm.audit.trail import record
from crm.db import db
from crm.deals.models import Deal
from crm.files.store import hand_out
from crm.lib import clock, texts
from crm.lib.masking import mask_text
from crm.lib.words import _, listed
from crm.lists.page import context
from crm.merchants.actions import is_revealed
from crm.merchants.models import Enterprise, Person
from crm.org.guard import me, permit
from crm.org.permissions import Permission as P
from crm.web import display
from crm.web.forms import commit_and_go, safe_next
from crm.web.listing import address

from .. import actions, happenings, queries
from ..forms import CorrectForm, LogForm
from ..lists import PAGE
from ..models import ContactLog
from ..next_step import why_needed
from ..queries import NOUNS, About, Subject
from .items import Teller, event_item, item, say, url_of

bp = Blueprint("contacts", __name__)

SUBJECTS = ("enterprise_id", "person_id", "lead_id", "deal_id")
SHOWN = 30
A_PAGE = 50
LONGEST_QUERY = 200


@bp.get("/contacts")
@permit(P.CONTACT_VIEW)
def index() -> Any:
    return render_template("contacts/index.html", listing=context(PAGE, me()))


@bp.route("/contacts/new", methods=["GET", "POST"])
@permit(P.CONTACT_LOG)
def new() -> Any:
    about = _about_from_address()
    if about.subject is None:
        return choose()
    form = LogForm.of(
        happened_at=clock.business_now().replace(second=0, microsecond=0),
        people=[about.person.id] if about.person else [],
        colleagues=[me().id],
    )
    known = queries.known_people(about)
    ours = queries.colleagues(me())
    form.people.offer((person.id, _with_post(person.name, post)) for person, post in known)
    form.colleagues.offer((one.id, one.name) for one in ours)
    about = _offer_deals(form, about)
    if not queries.may_skip(me(), about.lead):
        del form.skip_reason
    if form.submitted():
        with form.refusals():
            about = _with_deal(form, about)
            actions.log(
                about,
                form.said(),
                queries.surroundings(me(), about, form.moment()),
                people=[person for person, _post in known if person.id in form.people.data],
                colleagues=[one for one in ours if one.id in form.colleagues.data],
                uploads=form.uploads(),
                actor=me(),
            )
            back = safe_next(request.args.get("next"), url_of(about.subject))
            return commit_and_go(form, back, _("已记下与 %(name)s 的沟通", name=about.name))
    why = why_needed(queries.surroundings(me(), about, clock.business_now()))
    form.next_step.flags.required = bool(why)
    return form.page("contacts/new.html", about=about, url_of=url_of, why=why)


def choose() -> Any:
    """Whom or what is it about? Suggestions while typing; without script the same as a list of links."""
    q = texts.clean_line(request.values.get("q", "")[:LONGEST_QUERY])
    status = 422 if request.method == "POST" else 200
    return (
        render_template(
            "contacts/choose.html",
            q=q,
            found=_candidates(q, 10) if q else [],
            recent=[_recent(log) for log in queries.recent(me())] if not q else [],
            refused=status == 422,
        ),
        status,
    )


@bp.get("/contacts/candidates")
@permit(P.CONTACT_LOG)
def candidates() -> Any:
    """The search box of `choose` while typing: a fragment of links to the form."""
    q = texts.clean_line(request.args.get("q", "")[:LONGEST_QUERY])
    return render_template("contacts/candidates.html", groups=_candidates(q, 5) if q else [], q=q)


@bp.get("/contacts/<int:id>")
@permit(P.CONTACT_VIEW)
def show(id: int) -> Any:
    log = _visible(id)
    tell = _teller(log)
    return render_template(
        "contacts/show.html",
        log=log,
        told={name: tell(getattr(log, name)) for name in ("summary", "their_people", "place", "next_step")},
        about=queries.about_of(log),
        url_of=url_of,
        files=queries.files_of(log),
        may_correct=queries.may_correct(me(), log),
        history=[event_item(event, changes, tell) for event, changes in queries.history_of(log, say)],
        may_reveal=tell.has_masked and queries.may_reveal(me(), log),
    )


@bp.post("/contacts/<int:id>/reveal")
@permit(P.MERCHANT_REVEAL)
def reveal(id: int) -> Any:
    """What was written down in full for five minutes, in return for a line in the trail."""
    log = _visible(id)
    return redirect(url_for(".show", id=id, revealed=_reveal(log, _("沟通记录里的联系方式"))), 303)


@bp.post("/contacts/timeline/reveal")
@permit(P.MERCHANT_REVEAL)
def reveal_timeline() -> Any:
    """The same for all that happened to one record: on its own page, or on the page of all its happenings."""
    subject = _about_from_address().subject
    if subject is None:
        abort(404)
    ticket = _reveal(subject, _("动态里的联系方式"))
    if "whole" in request.args:
        return redirect(url_for(".timeline", **_id_of(subject), revealed=ticket), 303)
    return redirect(f"{url_of(subject, revealed=ticket)}#timeline", 303)


@bp.route("/contacts/<int:id>/correct", methods=["GET", "POST"])
@permit(P.CONTACT_CORRECT)
def correct(id: int) -> Any:
    log = _visible(id)
    if not queries.may_correct(me(), log):
        abort(403)
    about = queries.about_of(log)
    known = queries.known_people(about, also=log.people)
    ours = queries.colleagues(me(), also=log.colleagues)
    form = CorrectForm.of(log)
    form.people.offer((person.id, _with_post(person.name, post)) for person, post in known)
    form.colleagues.offer((one.id, one.name) for one in ours)
    if form.submitted():
        with form.refusals():
            actions.correct(
                log,
                form.said(),
                queries.surroundings(me(), about, form.moment()),
                people=[person for person, _post in known if person.id in form.people.data],
                colleagues=[one for one in ours if one.id in form.colleagues.data],
                uploads=form.uploads(),
                actor=me(),
            )
            return commit_and_go(form, url_for(".show", id=id), _("沟通记录已更正，原来的内容留在操作记录里"))
    return form.page("contacts/correct.html", log=log, about=about, files=queries.files_of(log))


@bp.get("/contacts/files/<int:id>")
@permit(P.CONTACT_VIEW)
def file(id: int) -> Any:
    """An attachment, for those who may see the log or the deal it hangs on."""
    return hand_out(db.one_or_404(queries.files_visible_to(me()).filter_by(id=id)))


@bp.get("/contacts/timeline")
@permit(P.CONTACT_VIEW)
def timeline() -> Any:
    """All that happened to one record, page by page backwards."""
    subject = _about_from_address().subject
    if subject is None:
        abort(404)
    before = _moment(request.args.get("before"))
    tell = _teller(subject)
    items, rest = _items(subject, tell, kind=_kind(), before=before, limit=A_PAGE)
    return render_template(
        "contacts/timeline.html",
        subject=subject,
        subject_url=url_of(subject),
        items=items,
        kinds=_kinds("kind"),
        log_url=_log_url(subject),
        reveal_url=_reveal_url(subject, tell, whole=1),
        more_url=address(before=rest.isoformat()) if rest else None,
        newest_url=address(before=None) if before else None,
    )


@bp.app_template_global("timeline_of")
def timeline_of(subject: Subject) -> Markup:
    """The panel on a record's page: the log button and the latest that happened, newest first."""
    tell = _teller(subject)
    items, rest = _items(subject, tell, kind=_kind("timeline"), before=None, limit=SHOWN)
    return Markup(
        render_template(
            "contacts/_timeline.html",
            items=items,
            kinds=_kinds("timeline", "#timeline"),
            log_url=_log_url(subject),
            reveal_url=_reveal_url(subject, tell),
            more_url=url_for("contacts.timeline", **_id_of(subject)) if rest else None,
        )
    )


# --- what the address says ---------------------------------------------------------------------------------


def _about_from_address() -> About:
    ids = {}
    for name in SUBJECTS:
        text = request.args.get(name, "")
        if text:
            if not (text.isascii() and text.isdecimal() and 0 < len(text) < 10):
                abort(404)
            ids[name] = int(text)
    return queries.about(me(), **ids)


def _kind(argument: str = "kind") -> str:
    asked = request.args.get(argument, "")
    return asked if asked in happenings.KINDS else ""


def _moment(text: str | None) -> dt.datetime | None:
    try:
        moment = dt.datetime.fromisoformat(text) if text else None
    except ValueError:
        return None
    return moment.astimezone(dt.UTC) if moment and moment.tzinfo and 1900 < moment.year < 2200 else None


def _visible(id: int) -> ContactLog:
    found: ContactLog = db.one_or_404(queries.visible_to(me()).filter_by(id=id))
    return found


def _teller(subject: Subject | ContactLog) -> Teller:
    """Masked, unless I have just asked to see more: the ticket is in the address."""
    ticket = request.args.get("revealed", "")
    number = int(ticket) if ticket.isascii() and ticket.isdecimal() and len(ticket) < 10 else None
    return Teller(is_revealed(subject, number, me()) and queries.may_reveal(me(), subject))


def _reveal(subject: Subject | ContactLog, note: str) -> int:
    if not queries.may_reveal(me(), subject):
        abort(403)
    event = record("handle.revealed", subject, actor=me(), note=note)
    db.session.commit()
    return event.id


def _reveal_url(subject: Subject, tell: Teller, **more: Any) -> str | None:
    """Where to ask for what is masked here, if anything is and I may."""
    if not (tell.has_masked and queries.may_reveal(me(), subject)):
        return None
    return url_for("contacts.reveal_timeline", **_id_of(subject), **more)


def _with_post(name: str, post: str) -> str:
    return f"{name}（{post}）" if post else name


def _offer_deals(form: LogForm, about: About) -> About:
    """From a firm's or a person's page: one of its open deals may be meant; the only one is likely to be."""
    deals = []
    if about.enterprise and not about.deal and not about.lead:
        deals = queries.some_open_deals(me(), about.enterprise)
    if not deals:
        del form.deal_id
        return about
    form.deal_id.offer([(deal.id, deal.name) for deal in deals], _("不针对具体项目"))
    if request.method == "GET" and len(deals) == 1:
        form.deal_id.data = deals[0].id
    return about


def _with_deal(form: LogForm, about: About) -> About:
    if "deal_id" not in form or not form.deal_id.data:
        return about
    deal = queries.about(me(), deal_id=form.deal_id.data).deal
    return About(about.enterprise, about.person, None, deal)


# --- where things are --------------------------------------------------------------------------------------


def _id_of(subject: Subject) -> dict[str, Any]:
    return {f"{subject.__tablename__}_id": subject.id}


def _log_url(subject: Subject) -> str | None:
    return url_for("contacts.new", **_id_of(subject)) if me().may(P.CONTACT_LOG) else None


def _kinds(argument: str, anchor: str = "") -> list[dict[str, Any]]:
    """The filter by kind, as links to this same page."""
    now = _kind(argument)
    words = {"": _("全部"), "logs": _("沟通"), "moves": _("阶段"), "changes": _("变更")}
    return [
        {
            "label": label,
            "url": address(**{argument: kind or None, "before": None}) + anchor,
            "active": kind == now,
        }
        for kind, label in words.items()
    ]


# --- candidates --------------------------------------------------------------------------------------------


def _candidates(q: str, limit: int) -> list[dict[str, Any]]:
    """What is found of each noun; of a noun that has nothing of the name, what is spelt nearly so."""
    groups = []
    for source in queries.SUBJECTS:
        records = source.best(me(), q, limit)
        near = [] if records else source.nearly(me(), q, limit)
        items = [
            {
                "parts": texts.highlight(mask_text(record.name), q, person=source.noun == "person"),
                "note": note_of(record),
                "url": url_for("contacts.new", **_id_of(record), **_next()),
                "icon": NOUNS[source.noun][1],
            }
            for record in records or near
        ]
        if items:
            label = _(NOUNS[source.noun][0])
            label = _("%(what)s（名称与“%(q)s”相近）", what=label, q=q[:30]) if near else label
            groups.append({"label": label, "items": items})
    return groups


def _next() -> dict[str, Any]:
    return {"next": request.args["next"]} if request.args.get("next") else {}


def note_of(record: Subject) -> str:
    """A line under a name that tells it from its namesakes."""
    if isinstance(record, Person):
        posts = [f"{one.enterprise.name} {one.title}".strip() for one in record.positions[:2]]
        return listed(posts) or record.follow_unit.name
    if isinstance(record, Enterprise):
        return " · ".join(part for part in (record.origin.label, record.follow_unit.name) if part)
    if isinstance(record, Deal):
        firm = record.enterprise.name if record.enterprise else ""
        return " · ".join(part for part in (record.stage.label, firm, record.unit.name) if part)
    return " · ".join(part for part in (record.state.label, record.company, record.unit.name) if part)


def _recent(log: ContactLog) -> dict[str, Any]:
    subject = log.deal or log.lead or log.enterprise
    assert subject is not None
    return {
        "title": subject.name,
        "url": url_for("contacts.new", **_id_of(subject), **_next()),
        "note": _(
            "上次 %(when)s：%(what)s", when=display.day(log.happened_at), what=mask_text(log.summary)[:40]
        ),
        "icon": NOUNS[subject.__tablename__][1],
    }


def _items(
    subject: Subject, tell: Teller, *, kind: str, before: dt.datetime | None, limit: int
) -> tuple[list[dict[str, Any]], dt.datetime | None]:
    happened, rest = happenings.of(me(), subject, kind=kind, before=before, limit=limit, say=say)
    return [item(one, subject, tell) for one in happened], rest
