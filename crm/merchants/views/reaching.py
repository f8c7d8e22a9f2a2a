"""What every page of the base shares: the blueprint, and the one record that I may see, or may change."""

from __future__ import annotations

from typing import Any

from flask import (
    Blueprint,
    abort,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)

from crm.db import db
from crm.lib.words import _
from crm.merchants import queries
from crm.merchants.models import Enterprise, Person
from crm.org.guard import me
from crm.org.permissions import Permission as P

bp = Blueprint("merchants", __name__)
NOUNS = "<any(enterprises, people):nouns>/<int:id>"


def visible(nouns: str, id: int) -> Any:
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
            actions_ = [(_("打开合并后的记录"), home(subject))]
            words = {"code": 409, "title": _("这条记录已经合并了"), "text": gone.told(noun, id)}
            return make_response(render_template("_layout/error.html", actions=actions_, **words), 409)
        if subject is not None:
            there = {**request.args, **(request.view_args or {}), "id": now}
            return redirect(url_for(str(request.endpoint), **there))
    return 404


def reached(nouns: str, id: int, permission: P) -> Any:
    subject = visible(nouns, id)
    if not queries.may(me(), permission, subject):
        abort(403)
    return subject


def editable(nouns: str, id: int) -> Any:
    return reached(nouns, id, P.MERCHANT_EDIT)


def home(subject: Enterprise | Person, **values: Any) -> str:
    endpoint = ".show" if isinstance(subject, Enterprise) else ".show_person"
    return url_for(endpoint, id=subject.id, **values)


def number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 10 else None
