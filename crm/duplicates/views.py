"""The queue of 查重: the list, a pair side by side, and the decisions.

Every act works twice: as a form that is sent and answered by the next pair (303), and for the script, which has
the next pair on the screen already, as a short answer in JSON.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from markupsafe import Markup
from sqlalchemy.orm.exc import StaleDataError

from crm.audit.models import Event
from crm.contacts import telling
from crm.db import db
from crm.lib.errors import Refused
from crm.lib.words import _, listed
from crm.lists.asked import select_for
from crm.merchants.models import Relation, Suspect, SuspectState
from crm.merchants.signs import Sign
from crm.org.guard import me, permit
from crm.org.permissions import Permission as P
from crm.org.permissions import Scope
from crm.org.queries import unit_choices
from crm.web.forms import ActForm, commit_and_go
from crm.web.listing import page_of

from . import actions, history, lists, merging, pane, queries, undoing
from .forms import DecideForm, MergeForm
from .models import Merge
from .queries import Asked, Found, Heap, Item

bp = Blueprint("duplicates", __name__)
SHOW = {"enterprise": "merchants.show", "person": "merchants.show_person"}


# --- pages ------------------------------------------------------------------------------------------------------


@bp.get("/suspects")
@permit(P.MERCHANT_VIEW)
def suspects() -> Any:
    """The queue, its first pair beside it. For the script: the list alone."""
    asked = _asked()
    found = queries.page(me(), asked)
    if _fragment():
        return render_template("duplicates/_list.html", fragment=True, **_list(asked, found))
    current = found.items[0] if found.items else None
    return _page(asked, found, current)


@bp.get("/suspects/<int:id>")
@permit(P.MERCHANT_VIEW)
def show(id: int) -> Any:
    """One pair, or its group, with the list it was opened from. For the script: the pair alone."""
    asked = _asked()
    item = queries.item_of(_visible(id), me())
    if _fragment():
        return render_template("duplicates/_pane.html", **_pane(asked, item, ()))
    return _page(asked, queries.page(me(), asked), item)


def _page(asked: Asked, found: queries.Page, item: Item | None) -> Any:
    shown = _list(asked, found, item) | (_pane(asked, item, found.items) if item else {"pane": None})
    return render_template(
        "duplicates/queue.html",
        **shown,
        chips=_chips(asked),
        clear_url=url_for(".suspects", show=asked.heap.value),
        units=unit_choices() if me().scope_of(P.MERCHANT_VIEW) is Scope.DISTRICT else [],
        bands=queries.BANDS,
        signs=list(Sign),
        founds=list(Found),
        may_decide=me().may(P.SUSPECT_DECIDE),
        may_scan=me().may(P.SUSPECT_SCAN),
    )


def _list(asked: Asked, found: queries.Page, item: Item | None = None) -> dict[str, Any]:
    more = asked.query(after=found.after) if found.after else ""
    tabs, total, waiting = _tabs(asked)
    return {
        "asked": asked,
        "lines": pane.lines_of(found.items, me()),
        "current": item.suspect.id if item else 0,
        "more_url": f"{url_for('.suspects')}?{more}" if more else "",
        "begins": not asked.after,
        "tabs": tabs,
        "waiting": waiting,
        "total": total,
        "most": queries.MOST_COUNTED,
        "done_today": queries.decided_today(me()),
        "query": asked.query(),
    }


def _pane(asked: Asked, item: Item, items: Any) -> dict[str, Any]:
    prefer = request.args.get("prefer", "")
    ids = [one.suspect.id for one in items]
    behind = ids[ids.index(item.suspect.id) + 1 :] if item.suspect.id in ids else ids
    return {
        "asked": asked,
        "pane": pane.pane_of(
            item, me(), prefer=int(prefer) if prefer.isdecimal() and len(prefer) < 10 else None
        ),
        "next_id": next((one for one in behind if one != item.suspect.id), ""),
        "relations": list(Relation),
        "once": DecideForm(formdata=None).once.data,
        "query": asked.query(),
        "word_of": pane.word_of,
        "told": actions.told,
    }


def _tabs(asked: Asked) -> tuple[list[dict[str, Any]], int, str]:
    """(the heaps, how many the page itself has, how many wait for me in words). Those that wait are counted. Who
    may decide nothing has no heap of what waits for him, and for whom others decide depends on how far one's own
    right reaches."""
    user = me()
    scope = user.scope_of(P.SUSPECT_DECIDE)
    heaps = [heap for heap in Heap if scope or heap not in (Heap.OPEN, Heap.RELATIONS)]
    if asked.heap is not Heap.DECIDED:
        heaps.remove(Heap.DECIDED)  # the way to it is a figure that counts what was decided in some time
    if scope is Scope.DISTRICT:
        heaps.remove(Heap.ELSEWHERE)
    named = {} if scope is Scope.UNIT else {Heap.ELSEWHERE: _("待负责人判定")}
    kept: dict[str, Any] = {"noun": asked.noun, "about": asked.about} if asked.about else {}
    of_record = {key: str(value) for key, value in kept.items()}
    here = {heap: Asked.of({"show": heap.value, **of_record}) for heap in heaps}
    wanted = [one for heap, one in here.items() if heap.waits]
    mine = [Asked()] if scope else []
    asked_for = list({one.query(): one for one in (*wanted, *mine, asked)}.values())
    figures = dict(zip((one.query() for one in asked_for), queries.counts(user, asked_for), strict=True))
    tabs = []
    for heap in heaps:
        count = figures[here[heap].query()] if heap.waits else 0
        tabs.append({
            "label": named.get(heap, heap.label),
            "url": url_for(".suspects", show=heap.value, **kept),
            "active": heap is asked.heap,
            "count": queries.number_said(count),
        })  # fmt: skip
    waiting = queries.number_said(figures[Asked().query()]) if mine else ""
    return tabs, figures[asked.query()], waiting


def _asked() -> Asked:
    """What the address asks for. Who may decide nothing begins with what waits for others. An address that names
    no heap begins with the first that has some: of a record's pairs any, else of those that wait."""
    asked = Asked.of(request.args)
    if "show" in request.args:
        return asked
    if not me().may(P.SUSPECT_DECIDE):
        return Asked.of({**request.args.to_dict(), "show": Heap.ELSEWHERE.value})
    if (asked.narrowed and not asked.about) or _fragment():
        return asked
    heaps = [heap for heap in Heap if heap.waits or asked.about]
    others = [Asked.of({**request.args.to_dict(), "show": heap.value}) for heap in heaps]
    some = queries.counts(me(), others, most=1)
    return next((other for other, many in zip(others, some, strict=True) if many), asked)


TOGETHER = {"about": ("about", "noun"), "since": ("since", "until")}  # what one chip takes away


def _chips(asked: Asked) -> list[dict[str, str]]:
    chips = []
    for key, label, value in lists.in_words(asked, me()):
        without = dict.fromkeys(TOGETHER.get(key, (key,)), "")
        chips.append({
            "label": label, "value": value,
            "remove_url": f"{url_for('.suspects')}?{asked.query(**without)}",
        })  # fmt: skip
    return chips


# --- decisions --------------------------------------------------------------------------------------------------


@bp.post("/suspects/<int:id>/decide")
@permit(P.SUSPECT_DECIDE)
def decide(id: int) -> Any:
    """不是同一家, 有关联: for the pairs of the form, which are this one or its group's."""
    suspect = _visible(id)
    form = DecideForm()
    complete = form.submitted()
    if (late := _too_late(suspect)) is not None:
        return late
    if not complete:
        return _no(_("；").join(str(one) for errors in form.errors.values() for one in errors), form.status)
    try:
        pairs = _pairs(suspect, form.pairs.data or "", form.member.data or [])
        actions.decide(
            pairs, form.state, relation=form.relation, note=form.decision_note.data or "", actor=me()
        )
        db.session.flush()
    except Refused as refused:
        return _lost(id, refused)
    except StaleDataError:
        return _lost(id)
    said = _("已判定：%(what)s。以后不再提示", what=actions.told(suspect))
    return _done(form, said, url_for(".reopen", id=id))


@bp.post("/suspects/<int:id>/merge")
@permit(P.SUSPECT_DECIDE)
def merge(id: int) -> Any:
    """The records of this pair or group become one, with the values that were chosen."""
    suspect = _visible(id)
    form = MergeForm()
    complete = form.submitted()
    if (late := _too_late(suspect)) is not None:
        return late
    if not complete:
        return _no(_("；").join(str(one) for errors in form.errors.values() for one in errors), form.status)
    item = queries.item_of(suspect, me())
    ids = [one for one in item.members if not form.member.data or one in form.member.data]
    try:
        if not set(ids) <= set(form.seen):
            raise Refused(_("这一组刚刚变了，请看看现在的样子再合并"))
        planned = _planned(suspect, ids, form)
        done = merging.merge(planned, actor=me(), seen=form.seen)
    except Refused as refused:
        return _lost(id, refused)
    except StaleDataError:
        return _lost(id)
    said = _("已合并为“%(name)s”", name=done.survivor_name)
    return _done(form, said, url_for(".undo_merge", id=done.id), touched=ids)


@bp.post("/suspects/<int:id>/reopen")
@permit(P.SUSPECT_DECIDE)
def reopen(id: int) -> Any:
    """A changed mind: the pair waits again, and those that were decided with it."""
    suspect = _decidable(id)
    try:
        actions.reopen(actions.decided_with(suspect), actor=me())
        db.session.flush()
    except Refused as refused:
        return _no(refused.message, 422)
    except StaleDataError:
        return _lost(id)
    return _undone(actions.Undone(_("已放回待判定"), suspect))


@bp.post("/suspects/undo")
@permit(P.SUSPECT_DECIDE)
def undo() -> Any:
    """The newest thing I decided, whatever it was."""
    try:
        done = actions.undo_last(actor=me())
        db.session.flush()
    except Refused as refused:
        return _no(refused.message, 422)
    return _undone(done)


@bp.post("/suspects/merges/<int:id>/undo")
@permit(P.MERCHANT_MERGE)
def undo_merge(id: int) -> Any:
    """The 撤销 of the sentence that told of a merge."""
    done = _merge(id)
    try:
        undone = actions.undo_merge(done, actor=me())
        db.session.flush()
    except Refused as refused:
        return _no(refused.message, 422, url_for(".show_merge", id=id), _("看看这次合并"))
    except StaleDataError:
        db.session.rollback()
        return _no(_("别人刚刚撤销了这次合并"), 409, url_for(".show_merge", id=id), _("看看这次合并"))
    return _undone(undone, url_for(".show_merge", id=id) if request.form.get("next") == "log" else "")


def _merge(id: int) -> Merge:
    rows = history.loaded(history.visible_to(me())).where(Merge.id == id)
    return db.session.scalars(rows).unique().one_or_none() or abort(404)


def _planned(suspect: Suspect, ids: list[int], form: MergeForm) -> merging.Plan:
    """The plan of what stood on the screen. What the plan would choose by itself is no choice by hand."""
    prefer = form.prefer.data
    plain = merging.plan(suspect.noun, ids, prefer=prefer, user=me())
    by_itself = {one.key: one.source for one in plain.fields}
    chosen = form.choices(request.form)
    by_hand = {key: one for key, one in chosen.items() if by_itself.get(key) != one and one in plain.ids}
    if not by_hand:
        return plain
    return merging.plan(suspect.noun, ids, prefer=prefer, choices=by_hand, user=me())


def _visible(id: int) -> Suspect:
    return db.one_or_404(queries.visible(me()).where(Suspect.id == id))


def _decidable(id: int) -> Suspect:
    suspect = _visible(id)
    if not queries.may_decide(me(), suspect):
        abort(403)
    return suspect


def _too_late(suspect: Suspect) -> Any:
    """The answer to who comes second, or none. It goes before the right: what others decided moves a pair, and
    the right with it, so who was just asked would be told that he may not."""
    if suspect.state is not SuspectState.OPEN:
        return _lost(suspect.id, actions.AlreadyDecided(suspect))
    if not queries.may_decide(me(), suspect):
        abort(403)
    return None


def _pairs(suspect: Suspect, said: str, members: list[int]) -> list[Suspect]:
    """The pairs that stood on the screen, as they stood there; with `members`, those between the ticked."""
    versions = dict(part.split(".") for part in said.split()[:100] if part.count(".") == 1)
    ids = [int(one) for one in versions if one.isdecimal() and len(one) < 10] or [suspect.id]
    seen = set(
        db.session.scalars(queries.visible(me()).where(Suspect.id.in_(ids)).with_only_columns(Suspect.id))
    )
    found = list(db.session.scalars(sa.select(Suspect).where(Suspect.id.in_(ids)).order_by(Suspect.id)))
    if len(found) != len(ids):
        raise Refused(_("这一对里有记录刚刚被合并，请看看新的情况"))
    for pair in found:
        if pair.id not in seen or pair.noun != suspect.noun:
            abort(403)
        if pair.state is not SuspectState.OPEN:
            raise actions.AlreadyDecided(pair)
        if not queries.may_decide(me(), pair):
            abort(403)
        if versions.get(str(pair.id), str(pair.version)) != str(pair.version):
            raise Refused(_("别人刚刚改过这一对，请核对后再判定"))
    if len(members) >= 2:
        found = [pair for pair in found if pair.a_id in members and pair.b_id in members]
    if not found:
        raise Refused(_("勾选的记录之间没有要判定的"))
    return found


# --- the log of merges ------------------------------------------------------------------------------------------


@bp.get("/merges")
@permit(P.MERCHANT_VIEW)
def merges() -> Any:
    """Who merged what into what, the newest first; about one record with ?noun= and ?about=."""
    rows = select_for(lists.MERGES, me(), request.args)
    noun, about = lists.about_of(request.args)
    subject, show = lists.subject_of(noun, about, me()), lists.show_of(request.args)
    kept: dict[str, Any] = {"noun": noun, "about": about} if subject is not None else {}
    page = page_of(rows, key=Merge.id, load=history.loaded(history.visible_to(me())))
    return render_template(
        "duplicates/merges.html",
        page=page,
        names=history.names_before(page.items),
        subject=subject,
        filtered=bool(show or kept),
        shows=[
            {
                "label": one.label,
                "url": url_for(".merges", **(kept | ({"show": one.value} if one else {}))),
                "active": one is show,
            }
            for one in lists.Show
        ],
    )


@bp.get("/merges/<int:id>")
@permit(P.MERCHANT_VIEW)
def show_merge(id: int) -> Any:
    """What one merge did, and what taking it back would do now."""
    done = _merge(id)
    ahead = undoing.outlook(done) if done.undone_at is None else undoing.Outlook()
    told = history.account(done)
    ids = [done.survivor_id, *(one.id for one in told.records)]
    there = history.there(done.noun, ids, me())
    urls = {one: url_for(SHOW[done.noun], id=one) for one in there}
    open_merges = history.visible_to(me()).where(Merge.id.in_([one.id for one in ahead.first]))
    return render_template(
        "duplicates/merge.html",
        merge=done,
        form=ActForm(),
        account=told,
        rows=history.records(done, told, there.get(done.survivor_id), urls),
        subject_url=urls.get(done.survivor_id, ""),
        ahead=ahead,
        open_merges=set(db.session.scalars(open_merges.with_only_columns(Merge.id)))
        if ahead.first
        else set(),
        may_undo=me().may(P.MERCHANT_MERGE) and undoing.may_undo(done, me()),
    )


@bp.app_template_global("merges_of")
def merges_of(subject: Any) -> Markup:
    """The panel of a record's page: what became it."""
    noun = subject.__tablename__
    made = [
        {
            "names": listed(tombstone.name for tombstone in one.tombstones),
            "count": len(one.tombstones),
            "url": url_for("duplicates.show_merge", id=one.id),
            "who": one.merged_by.name if one.merged_by else "CRM",
            "at": one.merged_at,
        }
        for one in history.merged_into(subject)
    ]
    url = url_for("duplicates.merges", noun=noun, about=subject.id)
    return Markup(render_template("duplicates/_merged.html", merges=made, url=url))


def _log_of(event: Event) -> tuple[str, str]:
    return _("合并日志"), url_for("duplicates.merges", noun=event.noun, about=event.record_id)


for noun in SHOW:
    for verb in ("merged", "unmerged", "brought_back"):
        telling.LINKS[f"{noun}.{verb}"] = _log_of


# --- answers ----------------------------------------------------------------------------------------------------


def _done(form: Any, said: str, undo_url: str, touched: list[int] | None = None) -> Any:
    if _json():
        commit_and_go(form, url_for(".suspects"))
        return {"ok": True, "message": said, "undo_url": undo_url, "touched": touched or []}
    return commit_and_go(form, _next(), said, undo_url)


def _undone(done: actions.Undone, here: str = "") -> Any:
    suspect = done.suspect
    here = here or (url_for(".show", id=suspect.id) if suspect else url_for(".suspects"))
    number = suspect.id if suspect else 0
    db.session.commit()
    if _json():
        return {"ok": True, "message": done.said, "id": number, "url": here}
    flash(done.said, "good")
    return redirect(here, 303)


def _lost(id: int, refused: Refused | None = None) -> Any:
    """Nothing was done: a rule says no, or somebody was quicker. Says who and what, and where to look."""
    db.session.rollback()
    said = refused.message if refused else ""
    quicker = isinstance(refused, actions.AlreadyDecided | merging.AlreadyMerged)
    if refused is None:  # two at the same moment: the other's decision stands by now
        suspect = db.session.get(Suspect, id)
        if suspect is not None and suspect.state is not SuspectState.OPEN:
            said = actions.AlreadyDecided(suspect).message
    url, label = url_for(".show", id=id), _("看看")
    if isinstance(refused, merging.AlreadyMerged):
        noun, survivor_id = refused.merge.noun, refused.merge.survivor_id
        url, label = url_for(SHOW[noun], id=survivor_id), _("打开合并后的记录")
    said = said or _("别人刚刚改过这一对，请核对后再判定。")
    return _no(said, 409 if quicker or refused is None else 422, url, label)


def _no(said: str, status: int, url: str = "", label: str = "") -> Any:
    said = said or _("别人刚刚改过这一对，请核对后再判定。")
    if _json():
        return {"ok": False, "message": said, "url": url, "url_label": label}, status
    return render_template("duplicates/undecided.html", said=said, url=url, label=label, back=_next()), status


def _next() -> str:
    """The pair that stood below this one, in the same queue."""
    asked = Asked.of(request.args)
    number = request.form.get("next", "")
    if number.isdecimal() and len(number) < 10:
        rows = queries.visible(me()).where(Suspect.id == int(number)).with_only_columns(Suspect.id)
        if db.session.scalar(rows):
            return url_for(".show", id=int(number)) + (f"?{asked.query()}" if asked.query() else "")
    return url_for(".suspects") + (f"?{asked.query()}" if asked.query() else "")


def _json() -> bool:
    return request.accept_mimetypes.best == "application/json"


def _fragment() -> bool:
    return request.headers.get("X-Requested-With") == "fetch"


# --- for other pages --------------------------------------------------------------------------------------------


@bp.app_template_global("look_alikes_of")
def look_alikes_of(subject: Any) -> Markup:
    """The panel of a record's page: what looks like it, and the way into the queue about it."""
    return Markup(
        render_template("duplicates/_of.html", found=pane.look_alikes(subject, me()), subject=subject)
    )
