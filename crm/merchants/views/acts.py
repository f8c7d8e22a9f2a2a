"""Acts on either: who follows it, how it stands, its tags; full numbers, and the card."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from flask import (
    abort,
    flash,
    redirect,
    render_template,
    request,
    send_file,
    url_for,
)

from crm.db import db
from crm.lib.words import _
from crm.lists.actions import set_tags
from crm.merchants import actions, queries
from crm.merchants import card as cards
from crm.merchants.forms import (
    AssignForm,
    StandingForm,
    TagsForm,
)
from crm.merchants.models import Enterprise, Person, Standing
from crm.org.guard import me, permit
from crm.org.permissions import Permission as P
from crm.org.queries import colleague_choices, unit_choices
from crm.web.forms import commit_and_go

from .reaching import NOUNS, bp, editable, home, number, reached, visible


@bp.route(f"/{NOUNS}/assign", methods=["GET", "POST"])
@permit(P.MERCHANT_ASSIGN)
def assign(nouns: str, id: int) -> Any:
    subject = reached(nouns, id, P.MERCHANT_ASSIGN)
    form = AssignForm.of(subject)
    form.follow_unit_id.offer(unit_choices())
    form.follow_user_id.offer(_assignable(subject), _("暂不指派到人"))
    if request.method == "GET" and (unit_id := number(request.args.get("unit"))):
        form.follow_unit_id.data, form.follow_user_id.data = unit_id, None  # 查重 hands a record over
    if form.submitted():
        with form.refusals():
            actions.assign(subject, form.follow_unit_id.data, form.follow_user_id.data, actor=me())
            return commit_and_go(form, home(subject), _("已指派 %(name)s", name=subject.name))
    return form.page("merchants/assign.html", subject=subject, home=home(subject), nouns=nouns)


@bp.route(f"/{NOUNS}/standing", methods=["GET", "POST"])
@permit(P.MERCHANT_EDIT)
def change_standing(nouns: str, id: int) -> Any:
    subject = editable(nouns, id)
    form = StandingForm.of(subject)
    if form.submitted():
        with form.refusals():
            standing = form.standing.data
            assert isinstance(standing, Standing)  # the field has refused anything else
            actions.change_standing(subject, standing, form.reason.data or "", actor=me())
            said = _("%(name)s 现在是“%(state)s”", name=subject.name, state=subject.standing.label)
            return commit_and_go(form, home(subject), said)
    return form.page("merchants/standing.html", subject=subject, home=home(subject), nouns=nouns)


@bp.route(f"/{NOUNS}/tags", methods=["GET", "POST"])
@permit(P.MERCHANT_ASSIGN)
def tags(nouns: str, id: int) -> Any:
    subject = reached(nouns, id, P.MERCHANT_ASSIGN)
    noun = subject.__tablename__
    form = TagsForm.of(words="，".join(queries.tags_of(noun, id)))
    if form.submitted():
        with form.refusals():
            set_tags(subject, form.words.data or "", actor=me())
            return commit_and_go(form, home(subject), _("标签已保存"))
    return form.page("merchants/tags.html", subject=subject, home=home(subject), nouns=nouns)


@bp.post(f"/{NOUNS}/reveal")
@permit(P.MERCHANT_REVEAL)
def reveal(nouns: str, id: int) -> Any:
    """Full numbers for five minutes, and a line in the trail."""
    subject = visible(nouns, id)
    if not actions.revealable(subject, me()):
        abort(403)
    event = actions.reveal(subject, actor=me())
    db.session.commit()
    return redirect(f"{home(subject, revealed=event.id)}#handles", 303)


@bp.route("/people/<int:id>/card", methods=["GET", "POST"])
@permit(P.MERCHANT_REVEAL)
def card(id: int) -> Any:
    """名片: taking it is a reveal, with its line in the trail; for five minutes it is shown and can be loaded."""
    subject = visible("people", id)
    if request.method == "POST":
        if not actions.revealable(subject, me()):
            abort(403)
        event = actions.reveal(subject, actor=me(), note=cards.said(subject))
        db.session.commit()
        return redirect(url_for(".card", id=id, revealed=event.id), 303)
    ticket = number(request.args.get("revealed"))
    if not _is_shown(subject, ticket):
        if not actions.revealable(subject, me()):
            abort(403)
        flash(_("名片看过五分钟就收起；需要时请再按“名片和二维码”"), "info")
        return redirect(home(subject) + "#handles", 303)
    return render_template(
        "merchants/card.html",
        subject=subject,
        post=cards.main_post(subject),
        code=cards.code(subject),
        ticket=ticket,
    )


@bp.get("/people/<int:id>/card.vcf")
@permit(P.MERCHANT_REVEAL)
def card_file(id: int) -> Any:
    subject = visible("people", id)
    if not _is_shown(subject, number(request.args.get("revealed"))):
        abort(403)
    name = f"{subject.name}.vcf"
    body = BytesIO(cards.vcard(subject).encode("utf-8"))
    return send_file(body, mimetype="text/vcard", as_attachment=True, download_name=name)


def _is_shown(subject: Person, ticket: int | None) -> bool:
    """The ticket of a reveal of mine, not too old, and the right still reaches the record."""
    return actions.is_revealed(subject, ticket, me()) and bool(actions.revealable(subject, me()))


def _assignable(subject: Enterprise | Person) -> list[tuple[int, str]]:
    pairs_ = colleague_choices(me(), P.MERCHANT_ASSIGN)
    now = subject.follow_user
    if now is not None and now.id not in {user_id for user_id, _label in pairs_}:
        pairs_.append((now.id, f"{now.name}（{now.unit.name}）"))
    return pairs_
