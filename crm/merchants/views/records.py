"""The lists, and the pages on which a firm or a person is made, shown and changed."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask import (
    abort,
    render_template,
    request,
    url_for,
)

from crm.db import db
from crm.lib.words import _, _n, listed
from crm.lists.page import context
from crm.merchants import actions, identity, lists, queries, uscc
from crm.merchants.forms import (
    EnterpriseForm,
    NewEnterpriseForm,
    NewPersonForm,
    PersonForm,
    PositionForm,
)
from crm.merchants.models import Enterprise, Person, Position
from crm.org import settings
from crm.org.guard import me, permit
from crm.org.permissions import Permission as P
from crm.org.permissions import Scope
from crm.org.queries import colleague_choices, unit_choices
from crm.reference import industries
from crm.web.forms import ActForm, commit_and_go

from .looking_up import dressed
from .reaching import bp, editable, home, number, visible


@bp.get("/enterprises")
@permit(P.MERCHANT_VIEW)
def index() -> Any:
    return render_template("merchants/index.html", listing=context(lists.ENTERPRISES, me()))


@bp.get("/people")
@permit(P.MERCHANT_VIEW)
def people() -> Any:
    return render_template("merchants/people.html", listing=context(lists.PEOPLE, me()))


# --- enterprises -----------------------------------------------------------------------------------------


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
    return form.page("merchants/new.html", alike=dressed(alike))


@bp.get("/enterprises/<int:id>")
@permit(P.MERCHANT_VIEW)
def show(id: int) -> Any:
    enterprise = visible("enterprises", id)
    return render_template("merchants/show.html", **_about(enterprise))


@bp.route("/enterprises/<int:id>/edit", methods=["GET", "POST"])
@permit(P.MERCHANT_EDIT)
def edit(id: int) -> Any:
    enterprise = editable("enterprises", id)
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
    enterprise = editable("enterprises", id)
    if person_id := number(request.args.get("person_id")):
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
        alike=dressed(alike, enterprise),
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


# --- people ----------------------------------------------------------------------------------------------


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
    return form.page("merchants/new_person.html", alike=dressed(alike))


@bp.get("/people/<int:id>")
@permit(P.MERCHANT_VIEW)
def show_person(id: int) -> Any:
    person = visible("people", id)
    held = [position.enterprise_id for position in person.positions]
    seen = queries.visible_to(me()).with_only_columns(Enterprise.id).where(Enterprise.id.in_(held))
    return render_template(
        "merchants/show_person.html", **_about(person), firms=set(db.session.scalars(seen)) if held else set()
    )


@bp.route("/people/<int:id>/edit", methods=["GET", "POST"])
@permit(P.MERCHANT_EDIT)
def edit_person(id: int) -> Any:
    person = editable("people", id)
    form = PersonForm.of(person)
    _offer_handles(form, person)
    if form.submitted():
        with form.refusals():
            raised = actions.edit(person, form.data, actor=me())
            return commit_and_go(
                form, url_for(".show_person", id=id), _saved(person.name, raised=len(raised))
            )
    return form.page("merchants/edit_person.html", subject=person, nouns="people")


# --- what these pages share ------------------------------------------------------------------------------


def _about(subject: Enterprise | Person) -> dict[str, Any]:
    """What the page of a record shows besides the record."""
    user = me()
    noun = subject.__tablename__
    revealed = actions.is_revealed(subject, number(request.args.get("revealed")), user)
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
    record_id = number(request.form.get("add_to"))
    subject = editable(nouns, record_id or 0)
    added = actions.supplement(subject, form.data, actor=me())
    said = (
        _("已补充到 %(name)s：%(what)s", name=subject.name, what=listed(added))
        if added
        else _("%(name)s 里已经有这些内容了，没有改动", name=subject.name)
    )
    return commit_and_go(form, home(subject), said)


def _saved(name: str, code: str = "", raised: int = 0) -> str:
    said = _("已保存 %(name)s", name=name)
    if complaint := uscc.warning(code):
        said += f"。{complaint}"
    if raised:
        said += "。" + _n("发现 %(n)s 条可能重复的记录，已列入查重", raised)
    return said
