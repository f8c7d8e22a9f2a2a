"""What the pages of every part share: a step as the timeline shows it, and what a form was begun about."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import request, url_for
from markupsafe import Markup

from crm.deals import queries as deals
from crm.deals.models import Deal
from crm.delivery import queries as delivery
from crm.delivery.models import KeyProject
from crm.lib.masking import mask_text
from crm.lib.words import _
from crm.org.guard import me
from crm.web import display

from . import queries


def told(step: Any, files: Sequence[Any], endpoint: str, *, icon: str, more: str = "") -> dict[str, Any]:
    """`endpoint` hands out a file of the story by its id; `more` stands behind the title."""
    who = " · ".join(
        part for part in (step.actor.name if step.actor else "", step.unit.name if step.unit else "") if part
    )
    said = [more] if more else []
    if step.until_on:
        said.append(_("期限 %(day)s", day=display.day(step.until_on)))
    lines = [line for line in mask_text(step.text).split("\n") if line.strip()]
    return {
        "id": f"step-{step.id}",
        "icon": icon,
        "tone": step.kind.tone if step.kind.tone in ("good", "warn", "bad") else "",
        "title": " · ".join([step.kind.label, *said]),
        "who": who or _("系统按规则"),
        "when": display.day(step.on_day),
        "iso": step.on_day.isoformat(),
        "exact": display.moment(step.at),
        "text": Markup("").join(Markup("<p>{}</p>").format(line) for line in lines),
        "files": [
            {"name": one.name, "url": url_for(endpoint, id=one.id), "size": display.size(one.size)}
            for one in files
        ],
    }


def asked_about() -> tuple[Deal | None, KeyProject | None]:
    """`?deal=` or `?project=`: begun on its page, and about it, if I see it."""
    deal_id, project_id = (request.args.get(name, type=int) for name in ("deal", "project"))
    return queries.deal_of_id(me(), deal_id), queries.project_of_id(me(), project_id)


def offer_about(form: Any, deal: Deal | None, project: KeyProject | None) -> None:
    """Of all that I see, and of what it is about now."""
    form.deal.among(deals.visible_to(me()), deal)
    form.project.among(delivery.visible_to(me()), project)


def uploads(form: Any) -> list[Any]:
    return [one for one in form.files.data or () if getattr(one, "filename", "")]
