"""What the pages of every part share: a step as the timeline shows it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import url_for
from markupsafe import Markup

from crm.lib.masking import mask_text
from crm.lib.words import _
from crm.web import display


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


def uploads(form: Any) -> list[Any]:
    return [one for one in form.files.data or () if getattr(one, "filename", "")]
