"""What every page of the pipeline shares: the blueprint, the deal that may be moved, how an act is answered."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, redirect, request, url_for

from crm.db import db
from crm.deals import queries as deals
from crm.deals.models import Deal
from crm.org.guard import me
from crm.org.permissions import Permission as P
from crm.web.forms import safe_next

bp = Blueprint("pipeline", __name__)


def load(id: int) -> Deal:
    """The deal, if I may see it (404) and move it (403)."""
    deal = db.one_or_404(deals.visible_to(me()).filter_by(id=id))
    if not deals.may(me(), P.DEAL_ADVANCE, deal):
        abort(403)
    return deal


def way_back(deal: Deal) -> str:
    return safe_next(request.args.get("next"), url_for("deals.show", id=deal.id))


def wants_json() -> bool:
    return request.accept_mimetypes.best == "application/json"


def refused(said: str, status: int, back: str) -> Any:
    if wants_json():
        return {"ok": False, "message": said}, status
    flash(said, "bad")
    return redirect(back, 303)
