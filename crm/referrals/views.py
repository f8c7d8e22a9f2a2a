"""谁能引荐: the chains to a merchant, the ties that make them, and the introductions that were asked for."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, render_template, request, url_for
from markupsafe import Markup

from crm.contacts.queries import SUBJECTS
from crm.db import db
from crm.lib import clock, texts
from crm.lib.words import _
from crm.lists.page import context
from crm.merchants import queries as merchants
from crm.merchants.models import Enterprise, Person
from crm.org import queries as org
from crm.org.guard import me, permit
from crm.org.models import User
from crm.org.permissions import Permission as P
from crm.web.forms import ActForm, commit_and_go

from . import actions, drawing, queries
from .chains import Node
from .forms import AskForm, EndForm, TieForm
from .lists import PAGE
from .models import Asking, Introduction, Tie

bp = Blueprint("referrals", __name__)
NOUNS = {"enterprise": "merchants.show", "person": "merchants.show_person"}
PANEL = 6
FOUND = 8


@bp.get("/introductions")
@permit(P.CONTACT_VIEW)
def index() -> Any:
    return render_template("referrals/index.html", listing=context(PAGE, me()))


@bp.get("/introductions/<int:id>")
@permit(P.CONTACT_VIEW)
def show(id: int) -> Any:
    introduction = _introduction(id)
    target = Node(introduction.target_noun, introduction.target_id)
    asked = Node(introduction.asked_noun, introduction.asked_id)
    shown = queries.named([target, asked], me())
    return render_template(
        "referrals/show.html",
        introduction=introduction,
        target=shown.get(target),
        asked=shown.get(asked),
        url_of=url_of,
        today=clock.today(),
        may_end=introduction.is_open and _may_end(introduction),
    )


@bp.get("/<any(enterprise, person):noun>/<int:id>/ways")
@permit(P.MERCHANT_VIEW)
def ways(noun: str, id: int) -> Any:
    subject = _subject(noun, id)
    target = Node(noun, subject.id)
    found = queries.ways(me(), target)
    return render_template(
        "referrals/ways.html",
        subject=subject,
        target=target,
        ways=found,
        drawings=[drawing.row(len(way.nodes)) for way in found],
        short=drawing.short,
        box=drawing.BOX,
        tall=drawing.HEIGHT,
        margin=drawing.MARGIN,
        introductions=queries.open_introductions(me(), target),
        url_of=url_of,
        today=clock.today(),
        may_ask=me().may(P.CONTACT_LOG),
        may_tie=merchants.may(me(), P.MERCHANT_EDIT, subject),
    )


# --- ties -------------------------------------------------------------------------------------------------


@bp.route("/<any(enterprise, person):noun>/<int:id>/ties", methods=["GET", "POST"])
@permit(P.MERCHANT_EDIT)
def tie(noun: str, id: int) -> Any:
    """First whom (a search), then how they know each other."""
    subject = _editable(noun, id)
    target = Node(noun, subject.id)
    other = _node(request.args.get("other", ""))
    if other is None:
        q = texts.clean_line(request.args.get("q", "")[:100])
        return render_template(
            "referrals/whom.html", subject=subject, target=target, q=q, found=_found(q, target)
        )
    known = queries.named([other], me()).get(other)
    if known is None or not known.seen:
        abort(404)
    form = TieForm()
    if form.submitted():
        with form.refusals():
            actions.tie(other, target, form.kind.data, form.said.data or "", actor=me())  # type: ignore[arg-type]
            said = _("已记下 %(one)s 与 %(two)s 的关系", one=known.name, two=subject.name)
            return commit_and_go(form, url_of(target), said)
    return form.page("referrals/tie.html", subject=subject, target=target, other=known, url_of=url_of)


@bp.post("/ties/<int:id>/remove")
@permit(P.MERCHANT_EDIT)
def untie(id: int) -> Any:
    known = db.one_or_404(db.select(Tie).filter_by(id=id))
    subject = _subject(known.two_noun, known.two_id)
    if known.author_id != me().id and not merchants.may(me(), P.MERCHANT_EDIT, subject):
        abort(403)
    form = ActForm()
    if form.submitted():
        actions.untie(known, actor=me())
        return commit_and_go(form, url_of(Node(known.two_noun, subject.id)), _("已去掉这条关系"))
    return form.page("referrals/removing.html", tie=known, subject=subject)


# --- introductions ----------------------------------------------------------------------------------------


@bp.route("/<any(enterprise, person):noun>/<int:id>/introduction", methods=["GET", "POST"])
@permit(P.CONTACT_LOG)
def ask(noun: str, id: int) -> Any:
    """请人引荐: whom we ask comes with the address, out of a chain."""
    subject = _subject(noun, id)
    target = Node(noun, subject.id)
    asked = _node(request.args.get("asked", ""))
    known = queries.named([asked], me()).get(asked) if asked else None
    if asked is None or known is None:
        abort(404)
    way = next(
        (one for one in queries.ways(me(), target) if asked in [each.node for each in one.nodes]), None
    )
    if not known.seen and way is None:
        abort(404)  # of the hidden only those are known who stand on a way
    form = AskForm(owner_id=me().id)
    form.owner_id.offer((one.id, one.name) for one in _colleagues(me()))
    if form.submitted():
        with form.refusals():
            new = actions.ask(
                target,
                asked,
                form.data,
                names=(subject.name, known.name),
                way=way.words if way else f"{known.name} — {subject.name}",
                actor=me(),
            )
            said = _("已安排：请 %(asked)s 引荐 %(name)s", asked=known.name, name=subject.name)
            return commit_and_go(form, url_for(".show", id=new.id), said)
    return form.page(
        "referrals/ask.html", subject=subject, target=target, asked=known, way=way, url_of=url_of
    )


@bp.route("/introductions/<int:id>/end", methods=["GET", "POST"])
@permit(P.CONTACT_LOG)
def end(id: int) -> Any:
    introduction = _introduction(id)
    if not _may_end(introduction):
        abort(403)
    form = EndForm()
    if form.submitted():
        with form.refusals():
            state: Asking = form.state.data  # type: ignore[assignment]
            actions.end(introduction, state, form.outcome.data or "", actor=me())
            return commit_and_go(form, url_for(".show", id=id), _("已写下引荐的结果"))
    return form.page("referrals/end.html", introduction=introduction)


# --- on the pages of merchants ----------------------------------------------------------------------------


@bp.app_template_global("ties_of")
def ties_of(subject: Enterprise | Person) -> Markup:
    """The panel on a merchant's page: who knows them, and the way to ask who could introduce us."""
    target = Node(subject.__tablename__, subject.id)
    ties = queries.ties_of(target)[:PANEL]
    ends = {tie.id: _other(tie, target) for tie in ties}
    shown = queries.named(ends.values(), me())
    may_edit = merchants.may(me(), P.MERCHANT_EDIT, subject)
    return Markup(
        render_template(
            "referrals/_of.html",
            target=target,
            ties=[(tie, shown.get(ends[tie.id])) for tie in ties],
            may_edit=may_edit,
            url_of=url_of,
        )
    )


# --- what the views share ---------------------------------------------------------------------------------


def url_of(node: Node) -> str:
    """The node's own page; of one of ours, who has none, nothing."""
    return url_for(NOUNS[node.noun], id=node.id) if node.noun in NOUNS else ""


def _other(tie: Tie, here: Node) -> Node:
    one, two = Node(tie.one_noun, tie.one_id), Node(tie.two_noun, tie.two_id)
    return two if one == here else one


def _subject(noun: str, id: int) -> Any:
    return merchants.named(noun, id, me()) or abort(404)


def _editable(noun: str, id: int) -> Any:
    subject = _subject(noun, id)
    if not merchants.may(me(), P.MERCHANT_EDIT, subject):
        abort(403)
    return subject


def _introduction(id: int) -> Introduction:
    rows = queries.introductions_loaded(queries.introductions_visible_to(me()))
    return db.one_or_404(rows.filter_by(id=id))


def _may_end(introduction: Introduction) -> bool:
    """Who was to ask, who gave the order, and the head of their unit."""
    user = me()
    own = user.id in (introduction.owner_id, introduction.author_id)
    return user.may(P.CONTACT_LOG) and (
        own or (user.may(P.DEAL_ASSIGN) and user.unit_id == introduction.unit_id)
    )


def _node(text: str) -> Node | None:
    noun, _dash, number = text.partition("-")
    fits = number.isascii() and number.isdecimal() and len(number) < 10
    return Node(noun, int(number)) if noun in ("user", "person", "enterprise") and fits else None


def _found(q: str, target: Node) -> list[tuple[str, list[queries.Shown]]]:
    """People, firms and colleagues by the name that is looked for."""
    if not q:
        return []
    nodes: dict[str, list[Node]] = {}
    for source in SUBJECTS:
        if source.noun in NOUNS:
            nodes[source.noun] = [Node(source.noun, one.id) for one in source.best(me(), q, FOUND)]
    ours = db.session.scalars(org.people().where(User.name.contains(q, autoescape=True)).limit(FOUND))
    nodes["user"] = [Node("user", one.id) for one in ours]
    shown = queries.named([node for them in nodes.values() for node in them if node != target], me())
    titles = {"person": _("人员"), "enterprise": _("企业"), "user": _("我们的人")}
    return [
        (title, found)
        for noun, title in titles.items()
        if (found := [shown[node] for node in nodes[noun] if node in shown])
    ]


def _colleagues(user: User) -> list[User]:
    rows = org.people().where(User.unit_id == user.unit_id)
    return [user, *(one for one in db.session.scalars(rows) if one.id != user.id)]
