"""Asked while something is typed: places, and look-alikes, for the page and for programs."""

from __future__ import annotations

from typing import Any

from flask import (
    jsonify,
    render_template,
    request,
    url_for,
)

from crm.db import db
from crm.lib.words import _
from crm.merchants import asking, identity, queries, reindex
from crm.merchants.models import Enterprise
from crm.org.guard import me, permit
from crm.org.permissions import Permission as P
from crm.reference import regions

from .reaching import bp, number


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
    leave_out = number(request.values.get("leave_out"))
    found = asking.look_alikes(me(), noun, request.form, firm=enterprise, leave_out=leave_out)
    return render_template(
        "merchants/duplicates.html",
        alike=dressed(
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
    leave_out = number(str(typed.pop("leave_out", "")))
    found = dressed(asking.look_alikes(me(), noun, typed, firm=firm, leave_out=leave_out), adds=False)
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
    firm_id = number(text)
    return db.session.scalar(queries.visible_to(me()).filter_by(id=firm_id)) if firm_id else None


def dressed(
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


# POSTs only because names and phones do not belong into addresses.
duplicates.only_reads = True  # type: ignore[attr-defined]
duplicates_as_json.only_reads = True  # type: ignore[attr-defined]
