"""Pages of the merchant base: enterprises and people."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import sqlalchemy as sa
from flask import (
    Blueprint,
    abort,
    flash,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
    send_file,
    url_for,
)

from crm.db import db
from crm.lib.words import _, _n, listed
from crm.lists.actions import set_tags
from crm.lists.page import context
from crm.org import settings
from crm.org.guard import me, permit
from crm.org.permissions import Permission as P
from crm.org.permissions import Scope
from crm.org.queries import colleague_choices, unit_choices
from crm.reference import industries, regions
from crm.web.forms import ActForm, commit_and_go

from . import actions, asking, identity, lists, queries, reindex, uscc
from . import card as cards
from .forms import (
    AssignForm,
    EnterpriseForm,
    NewEnterpriseForm,
    NewPersonForm,
    PersonForm,
    PositionForm,
    StandingForm,
    TagsForm,
)
from .models import Enterprise, Person, Position, Standing

bp = Blueprint("merchants", __name__)
NOUNS = "<any(enterprises, people):nouns>/<int:id>"


# --- lists -------------------------------------------------------------------------------------------------


@bp.get("/enterprises")
@permit(P.MERCHANT_VIEW)
def index() -> Any:
    return render_template("merchants/index.html", listing=context(lists.ENTERPRISES, me()))


@bp.get("/people")
@permit(P.MERCHANT_VIEW)
def people() -> Any:
    return render_template("merchants/people.html", listing=context(lists.PEOPLE, me()))


# --- enterprises -------------------------------------------------------------------------------------------


@bp.route("/enterprises/new", methods=["GET", "POST"])
@permit(P.MERCHANT_EDIT)
def new() -> Any:
    form = (
        NewEnterpriseForm.of(name=request.args.get("name", "")[:200]) if request.args else NewEnterpriseForm()
    )
    _offer_followers(form)
    alike: list[identity.Candidate] = []
    if form.submitted():
        with form.refusals():
            if request.form.get("add_to"):
                return _supplement("enterprise", form)
            alike = identity.likely(me(), actions.enterprise_record(form.data), noun="enterprise")
            reason = form.duplicate_reason.data or ""
            if not _born_twice(form, alike, reason):
                enterprise = actions.create_enterprise(form.data, actor=me(), kept_reason=reason)
                return commit_and_go(
                    form, url_for(".show", id=enterprise.id), _saved(enterprise.name, enterprise.uscc)
                )
    return form.page("merchants/new.html", alike=_dressed(alike))


@bp.get("/enterprises/<int:id>")
@permit(P.MERCHANT_VIEW)
def show(id: int) -> Any:
    enterprise = _visible("enterprises", id)
    return render_template("merchants/show.html", **_about(enterprise))


@bp.route("/enterprises/<int:id>/edit", methods=["GET", "POST"])
@permit(P.MERCHANT_EDIT)
def edit(id: int) -> Any:
    enterprise = _editable("enterprises", id)
    form = EnterpriseForm.of(enterprise)
    _offer_handles(form, enterprise)
    if form.submitted():
        with form.refusals():
            raised = actions.edit(enterprise, form.data, actor=me())
            return commit_and_go(
                form, url_for(".show", id=id), _saved(enterprise.name, enterprise.uscc, len(raised))
            )
    return form.page(
        "merchants/edit.html", subject=enterprise, nouns="enterprises", warning=uscc.warning(enterprise.uscc)
    )


@bp.route("/enterprises/<int:id>/people", methods=["GET", "POST"])
@permit(P.MERCHANT_EDIT)
def add_person(id: int) -> Any:
    """A person takes a position here: somebody known (`person_id` in the address), else a new one."""
    enterprise = _editable("enterprises", id)
    if person_id := _number(request.args.get("person_id")):
        return _add_known(enterprise, person_id)
    form = NewPersonForm(enterprise_id=str(id))
    _offer_followers(form)
    alike: list[identity.Candidate] = []
    if form.submitted():
        with form.refusals():
            record = actions.person_record(form.data, [enterprise.name])
            alike = identity.likely(me(), record, noun="person")
            reason = form.duplicate_reason.data or ""
            if not _born_twice(form, alike, reason):
                person = actions.create_person(form.data, actor=me(), kept_reason=reason)
                actions.add_position(
                    enterprise, person, form.title.data or "", main=form.is_main.data, actor=me()
                )
                return commit_and_go(form, url_for(".show", id=id), _("已添加 %(name)s", name=person.name))
    wanted = request.args.get("q", "")[:100]
    return form.page(
        "merchants/add_person.html",
        enterprise=enterprise,
        wanted=wanted,
        found=queries.people_to_pick(me(), wanted) if wanted else [],
        alike=_dressed(alike, enterprise),
    )


def _add_known(enterprise: Enterprise, person_id: int) -> Any:
    person = queries.named("person", person_id, me()) or abort(404)
    form = PositionForm()
    if form.submitted():
        with form.refusals():
            actions.add_position(
                enterprise, person, form.title.data or "", main=form.is_main.data, actor=me()
            )
            return commit_and_go(
                form, url_for(".show", id=enterprise.id), _("已添加 %(name)s", name=person.name)
            )
    return form.page("merchants/add_known.html", enterprise=enterprise, person=person)


@bp.post("/positions/<int:id>/end")
@permit(P.MERCHANT_EDIT)
def end_position(id: int) -> Any:
    position = db.one_or_404(
        sa.select(Position).where(
            Position.id == id,
            Position.enterprise_id.in_(queries.visible_to(me()).with_only_columns(Enterprise.id)),
        )
    )
    if not queries.may(me(), P.MERCHANT_EDIT, position.enterprise):
        abort(403)
    here, name = url_for(".show", id=position.enterprise_id), position.person.name
    actions.end_position(position, actor=me())
    return commit_and_go(None, here, _("%(name)s 不再列在这家企业", name=name))


# --- people ------------------------------------------------------------------------------------------------


@bp.route("/people/new", methods=["GET", "POST"])
@permit(P.MERCHANT_EDIT)
def new_person() -> Any:
    form = NewPersonForm()
    _offer_followers(form)
    alike: list[identity.Candidate] = []
    if form.submitted():
        with form.refusals():
            if request.form.get("add_to"):
                return _supplement("person", form)
            alike = identity.likely(me(), actions.person_record(form.data), noun="person")
            reason = form.duplicate_reason.data or ""
            if not _born_twice(form, alike, reason):
                person = actions.create_person(form.data, actor=me(), kept_reason=reason)
                return commit_and_go(form, url_for(".show_person", id=person.id), _saved(person.name))
    return form.page("merchants/new_person.html", alike=_dressed(alike))


@bp.get("/people/<int:id>")
@permit(P.MERCHANT_VIEW)
def show_person(id: int) -> Any:
    person = _visible("people", id)
    held = [position.enterprise_id for position in person.positions]
    seen = queries.visible_to(me()).with_only_columns(Enterprise.id).where(Enterprise.id.in_(held))
    return render_template(
        "merchants/show_person.html", **_about(person), firms=set(db.session.scalars(seen)) if held else set()
    )


@bp.route("/people/<int:id>/edit", methods=["GET", "POST"])
@permit(P.MERCHANT_EDIT)
def edit_person(id: int) -> Any:
    person = _editable("people", id)
    form = PersonForm.of(person)
    _offer_handles(form, person)
    if form.submitted():
        with form.refusals():
            raised = actions.edit(person, form.data, actor=me())
            return commit_and_go(
                form, url_for(".show_person", id=id), _saved(person.name, raised=len(raised))
            )
    return form.page("merchants/edit_person.html", subject=person, nouns="people")


# --- acts on either ----------------------------------------------------------------------------------------


@bp.route(f"/{NOUNS}/assign", methods=["GET", "POST"])
@permit(P.MERCHANT_ASSIGN)
def assign(nouns: str, id: int) -> Any:
    subject = _reached(nouns, id, P.MERCHANT_ASSIGN)
    form = AssignForm.of(subject)
    form.follow_unit_id.offer(unit_choices())
    form.follow_user_id.offer(_assignable(subject), _("暂不指派到人"))
    if request.method == "GET" and (unit_id := _number(request.args.get("unit"))):
        form.follow_unit_id.data, form.follow_user_id.data = unit_id, None  # 查重 hands a record over
    if form.submitted():
        with form.refusals():
            actions.assign(subject, form.follow_unit_id.data, form.follow_user_id.data, actor=me())
            return commit_and_go(form, _home(subject), _("已指派 %(name)s", name=subject.name))
    return form.page("merchants/assign.html", subject=subject, home=_home(subject), nouns=nouns)


@bp.route(f"/{NOUNS}/standing", methods=["GET", "POST"])
@permit(P.MERCHANT_EDIT)
def change_standing(nouns: str, id: int) -> Any:
    subject = _editable(nouns, id)
    form = StandingForm.of(subject)
    if form.submitted():
        with form.refusals():
            standing = form.standing.data
            assert isinstance(standing, Standing)  # the field has refused anything else
            actions.change_standing(subject, standing, form.reason.data or "", actor=me())
            said = _("%(name)s 现在是“%(state)s”", name=subject.name, state=subject.standing.label)
            return commit_and_go(form, _home(subject), said)
    return form.page("merchants/standing.html", subject=subject, home=_home(subject), nouns=nouns)


@bp.route(f"/{NOUNS}/tags", methods=["GET", "POST"])
@permit(P.MERCHANT_ASSIGN)
def tags(nouns: str, id: int) -> Any:
    subject = _reached(nouns, id, P.MERCHANT_ASSIGN)
    noun = subject.__tablename__
    form = TagsForm.of(words="，".join(queries.tags_of(noun, id)))
    if form.submitted():
        with form.refusals():
            set_tags(subject, form.words.data or "", actor=me())
            return commit_and_go(form, _home(subject), _("标签已保存"))
    return form.page("merchants/tags.html", subject=subject, home=_home(subject), nouns=nouns)


@bp.post(f"/{NOUNS}/reveal")
@permit(P.MERCHANT_REVEAL)
def reveal(nouns: str, id: int) -> Any:
    """Full numbers for five minutes, and a line in the trail."""
    subject = _visible(nouns, id)
    if not actions.revealable(subject, me()):
        abort(403)
    event = actions.reveal(subject, actor=me())
    db.session.commit()
    return redirect(f"{_home(subject, revealed=event.id)}#handles", 303)


@bp.route("/people/<int:id>/card", methods=["GET", "POST"])
@permit(P.MERCHANT_REVEAL)
def card(id: int) -> Any:
    """名片: taking it is a reveal, with its line in the trail; for five minutes it is shown and can be loaded."""
    subject = _visible("people", id)
    if request.method == "POST":
        if not actions.revealable(subject, me()):
            abort(403)
        event = actions.reveal(subject, actor=me(), note=cards.said(subject))
        db.session.commit()
        return redirect(url_for(".card", id=id, revealed=event.id), 303)
    ticket = _number(request.args.get("revealed"))
    if not _is_shown(subject, ticket):
        if not actions.revealable(subject, me()):
            abort(403)
        flash(_("名片看过五分钟就收起；需要时请再按“名片和二维码”"), "info")
        return redirect(_home(subject) + "#handles", 303)
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
    subject = _visible("people", id)
    if not _is_shown(subject, _number(request.args.get("revealed"))):
        abort(403)
    name = f"{subject.name}.vcf"
    body = BytesIO(cards.vcard(subject).encode("utf-8"))
    return send_file(body, mimetype="text/vcard", as_attachment=True, download_name=name)


def _is_shown(subject: Person, ticket: int | None) -> bool:
    """The ticket of a reveal of mine, not too old, and the right still reaches the record."""
    return actions.is_revealed(subject, ticket, me()) and bool(actions.revealable(subject, me()))


# --- looking things up -------------------------------------------------------------------------------------


@bp.get("/regions", endpoint="regions")
@permit(P.HOME)
def regions_below() -> Any:
    """The places one level below ?under=: for the three selects."""
    return jsonify(
        [{"code": one.code, "name": one.name} for one in regions.children(request.args.get("under", ""))]
    )


@bp.post("/duplicates")
@permit(P.MERCHANT_VIEW)
def duplicates() -> Any:
    """Look-alikes of what is being typed, as a fragment. Nothing typed is stored or logged."""
    noun = request.values.get("noun", "enterprise")
    enterprise = _firm(request.values.get("enterprise_id")) if noun == "person" else None
    leave_out = _number(request.values.get("leave_out"))
    found = asking.look_alikes(me(), noun, request.form, firm=enterprise, leave_out=leave_out)
    return render_template(
        "merchants/duplicates.html",
        alike=_dressed(
            found,
            enterprise,
            adds=noun in ("enterprise", "person") and not leave_out,
            takes=noun == "lead",
        ),
        ask=noun != "lead" and any(one.may_be_the_same for one in found),  # a lead is judged, not refused
        whole=reindex.standing().whole,
    )


@bp.post("/api/duplicates", endpoint="api_duplicates")
@permit(P.MERCHANT_VIEW)
def duplicates_as_json() -> Any:
    """The same for programs: see docs/api.md."""
    typed = request.get_json(silent=True)
    if not isinstance(typed, dict) or typed.get("noun", "enterprise") not in asking.NOUNS:
        return jsonify(error=_("请发送 JSON 对象，noun 为 enterprise、person 或 lead")), 400
    noun = typed.pop("noun", "enterprise")
    firm = _firm(str(typed.pop("enterprise_id", ""))) if noun == "person" else None
    leave_out = _number(str(typed.pop("leave_out", "")))
    found = _dressed(asking.look_alikes(me(), noun, typed, firm=firm, leave_out=leave_out), adds=False)
    return jsonify(complete=reindex.standing().whole, found=[_as_json(one) for one in found])


def _as_json(one: identity.Candidate) -> dict[str, Any]:
    """What a page would show of it: of a record that is not mine to see, its unit and whom to ask."""
    told: dict[str, Any] = {"noun": one.noun, "masked": one.masked, "unit": one.unit}
    if one.masked:
        return {**told, "ask": one.ask}
    return {
        **told, "id": one.id, "verdict": one.verdict.value, "name": one.name, "kind": one.kind, "score": one.score,
        "band": one.band.value if one.band else None, "reasons": one.reasons, "url": one.url,
    }  # fmt: skip


def _firm(text: str | None) -> Enterprise | None:
    """The enterprise that a form about a person was opened from."""
    firm_id = _number(text)
    return db.session.scalar(queries.visible_to(me()).filter_by(id=firm_id)) if firm_id else None


# POSTs only because names and phones do not belong into addresses.
duplicates.only_reads = True  # type: ignore[attr-defined]
duplicates_as_json.only_reads = True  # type: ignore[attr-defined]


# --- what the views share ----------------------------------------------------------------------------------


def _visible(nouns: str, id: int) -> Any:
    noun, model = ("enterprise", Enterprise) if nouns == "enterprises" else ("person", Person)
    rows = queries.loaded(queries.rows_of(noun, me()).where(model.id == id), model)
    return db.session.scalars(rows).unique().one_or_none() or abort(_led_on(noun, id))


def _led_on(noun: str, id: int) -> Any:
    """An old link to a record that was merged goes where the record is now, if I may see it; what was being
    written to it is not carried out on another one, but told."""
    for gone in queries.GONE_TO:
        now = gone.leads_to(noun, id)
        subject = db.session.scalar(queries.rows_of(noun, me()).filter_by(id=now)) if now else None
        if subject is not None and request.method == "POST":
            actions_ = [(_("打开合并后的记录"), _home(subject))]
            words = {"code": 409, "title": _("这条记录已经合并了"), "text": gone.told(noun, id)}
            return make_response(render_template("_layout/error.html", actions=actions_, **words), 409)
        if subject is not None:
            there = {**request.args, **(request.view_args or {}), "id": now}
            return redirect(url_for(str(request.endpoint), **there))
    return 404


def _reached(nouns: str, id: int, permission: P) -> Any:
    subject = _visible(nouns, id)
    if not queries.may(me(), permission, subject):
        abort(403)
    return subject


def _editable(nouns: str, id: int) -> Any:
    return _reached(nouns, id, P.MERCHANT_EDIT)


def _home(subject: Enterprise | Person, **values: Any) -> str:
    endpoint = ".show" if isinstance(subject, Enterprise) else ".show_person"
    return url_for(endpoint, id=subject.id, **values)


def _about(subject: Enterprise | Person) -> dict[str, Any]:
    """What the page of a record shows besides the record."""
    user = me()
    noun = subject.__tablename__
    revealed = actions.is_revealed(subject, _number(request.args.get("revealed")), user)
    open_to = actions.revealable(subject, user) if user.may(P.MERCHANT_REVEAL) else []
    return {
        "subject": subject,
        "nouns": "enterprises" if noun == "enterprise" else "people",
        "tags": queries.tags_of(noun, subject.id),
        "idle": queries.idle_days(subject),
        "idle_limit": settings.get("contact.idle_days"),
        "due_days": queries.due_days(subject),
        "warning": uscc.warning(subject.uscc) if isinstance(subject, Enterprise) else "",
        "suspects": queries.suspects_of(subject),
        "readers": queries.readers_of(subject),
        "events": queries.events_about(subject) if user.may(P.AUDIT_VIEW) else [],
        "may_edit": user.may(P.MERCHANT_EDIT) and queries.may(user, P.MERCHANT_EDIT, subject),
        "may_assign": user.may(P.MERCHANT_ASSIGN) and queries.may(user, P.MERCHANT_ASSIGN, subject),
        "may_reveal": not revealed
        and (
            any(one.handles for one in open_to) or (subject in open_to and actions.has_typed_numbers(subject))
        ),
        "revealed": {(one.__tablename__, one.id) for one in open_to} if revealed else set(),
        "industry": industries.name(getattr(subject, "industry_code", "")),
    }


def _offer_followers(form: Any) -> None:
    """Whom a new record may be given to: my own unit's people; any unit for a right over the district."""
    user = me()
    if user.scope_of(P.MERCHANT_ASSIGN) is Scope.DISTRICT:
        form.follow_unit_id.offer(unit_choices())
        form.follow_user_id.offer(colleague_choices(user, P.MERCHANT_ASSIGN), _("暂不指派到人"))
    else:
        form.follow_unit_id.offer([(user.unit_id, user.unit.name)])
        form.follow_user_id.offer(colleague_choices(user, P.MERCHANT_EDIT), _("暂不指派到人"))
    if request.method == "GET":
        offered = {str(value) for value, _label in form.follow_user_id.choices}
        form.follow_unit_id.data = user.unit_id
        form.follow_user_id.data = user.id if str(user.id) in offered else None


def _assignable(subject: Enterprise | Person) -> list[tuple[int, str]]:
    pairs_ = colleague_choices(me(), P.MERCHANT_ASSIGN)
    now = subject.follow_user
    if now is not None and now.id not in {user_id for user_id, _label in pairs_}:
        pairs_.append((now.id, f"{now.name}（{now.unit.name}）"))
    return pairs_


def _offer_handles(form: Any, subject: Enterprise | Person) -> None:
    form.drop_handles.offer([(one.id, f"{one.kind.label} {one.masked}") for one in subject.handles])


def _born_twice(form: Any, alike: list[identity.Candidate], reason: str) -> bool:
    """Whether the save has to wait for a word about the look-alikes."""
    if reason or not any(one.may_be_the_same for one in alike):
        return False
    form.status = 422
    form.refusal.append(
        _("还没有保存：可能已经有这条记录了。请打开看看，补充到已有的记录，或写明理由后照常新建。")
    )
    return True


def _supplement(noun: str, form: ActForm) -> Any:
    nouns = "enterprises" if noun == "enterprise" else "people"
    record_id = _number(request.form.get("add_to"))
    subject = _editable(nouns, record_id or 0)
    added = actions.supplement(subject, form.data, actor=me())
    said = (
        _("已补充到 %(name)s：%(what)s", name=subject.name, what=listed(added))
        if added
        else _("%(name)s 里已经有这些内容了，没有改动", name=subject.name)
    )
    return commit_and_go(form, _home(subject), said)


def _dressed(
    found: list[identity.Candidate],
    enterprise: Enterprise | None = None,
    *,
    adds: bool = True,
    takes: bool = False,
) -> list[identity.Candidate]:
    """With what can be done about each. `takes`: the form names a firm, and may mean this one."""
    for one in found:
        if one.masked:
            continue
        is_person = one.noun == "person"
        one.url = url_for(".show_person" if is_person else ".show", id=one.id)
        if is_person and enterprise is not None:
            one.add_url = url_for(".add_person", id=enterprise.id, person_id=one.id)
        elif adds and one.editable and one.may_be_the_same and enterprise is None:
            one.add_to = str(one.id)
        elif takes and not is_person:
            one.take = one.name
    return found


def _saved(name: str, code: str = "", raised: int = 0) -> str:
    said = _("已保存 %(name)s", name=name)
    if complaint := uscc.warning(code):
        said += f"。{complaint}"
    if raised:
        said += "。" + _n("发现 %(n)s 条可能重复的记录，已列入查重", raised)
    return said


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 10 else None
