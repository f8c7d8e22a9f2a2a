"""报信息 from a phone, what I have reported, and the chain on the page of one lead."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request, url_for
from markupsafe import Markup

from crm.deals.models import Deal
from crm.leads import actions
from crm.leads import queries as leads
from crm.leads.models import Lead
from crm.leads.reading import LONGEST
from crm.leads.reading import read as read_text
from crm.leads.views import said_of_report
from crm.lib import texts
from crm.lib.words import _
from crm.org.guard import me, permit
from crm.org.permissions import Permission as P
from crm.web.forms import commit_and_go
from crm.web.once import AlreadyDone

from . import queries
from .forms import QuickForm, in_words

bp = Blueprint("reporting", __name__)


@bp.route("/report", methods=["GET", "POST"])
@permit(P.LEAD_REPORT)
def new() -> Any:
    """For a browser a page and a 303; for the outbox of a phone the same act, answered in JSON."""
    form = QuickForm()
    try:
        ready = form.submitted()
    except AlreadyDone as done:
        if _wants_json():
            return {"ok": True, "url": done.location, "message": _("这条信息已经送到")}
        raise
    if ready and not form.needs_a_look():
        with form.refusals():
            facts = form.facts()
            named = leads.enterprise_named(me(), facts["company"] or "")
            facts["enterprise_id"] = named.id if named else None
            lead = actions.report(facts, uploads=form.uploads(), actor=me())
            there = url_for("leads.show", id=lead.id)
            answer = commit_and_go(form, there, "" if _wants_json() else said_of_report(lead))
            return {"ok": True, "url": there, "message": said_of_report(lead)} if _wants_json() else answer
    if form.is_submitted() and _wants_json():
        return {"ok": False, "message": _why(form)}, 422
    return form.page("reporting/new.html")


@bp.post("/report/read")
@permit(P.LEAD_REPORT)
def read() -> Any:
    """What a text seems to say, while it is typed. Nothing is stored or logged."""
    found = in_words(read_text(texts.clean_text(request.form.get("text", "")[:LONGEST])))
    return {"ok": True, "found": {name: "" if value is None else str(value) for name, value in found.items()}}


read.only_reads = True  # type: ignore[attr-defined]


@bp.get("/report/mine")
@permit(P.HOME)
def mine() -> Any:
    """我报的信息: mine for ever, whoever has it now."""
    user = me()
    page = queries.page_of(user)
    return render_template(
        "reporting/mine.html",
        page=page,
        fates=queries.fates(page.items),
        seen=leads.seen_by(user, page.items),
        may_report=user.may(P.LEAD_REPORT),
    )


@bp.app_template_global("chain_of")
def chain_of(record: Lead | Deal) -> Markup:
    """Who collected it, who judged it, which leader went, what came of it: the panel on the page of a lead or deal."""
    return Markup(render_template("reporting/_chain.html", steps=queries.chain(me(), record)))


def _wants_json() -> bool:
    return request.accept_mimetypes.best == "application/json"


def _why(form: QuickForm) -> str:
    """All that is wrong, in one line."""
    said = [*form.refusal, *(str(error) for errors in form.errors.values() for error in errors)]
    said += [str(error) for field in form for error in field.errors if str(error) not in said]
    return "；".join(dict.fromkeys(said)) or _("请检查填写的内容")
